"""Every event of the log: the act that writes it, who did it and whom it is about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from registret.words.events import EVENTS
from tests.house.acts import accounts, data_queries, exports, imports, logins, outliers, patients, registry, rights
from tests.house.acts.told import Act, Told, meant, said
from tests.house.test_disclosed_events import EVENTS as OF_DISCLOSURES
from tests.rooms.records.scene import Ward, log, ward
from tests.rooms.web.conftest import static_files

__all__ = ["static_files"]

ACTS: dict[str, Act] = {
    **logins.ACTS,
    **accounts.ACTS,
    **rights.ACTS,
    **patients.ACTS,
    **data_queries.ACTS,
    **imports.ACTS,
    **exports.ACTS,
    **registry.ACTS,
    **outliers.ACTS,
}


@pytest.fixture(scope="module")
def country(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Ward]:
    """Built once; each test takes back what it did."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield ward()
        transaction.set_rollback(True)


@pytest.fixture
def here(country: Ward) -> Iterator[Ward]:
    with transaction.atomic():
        yield country
        transaction.set_rollback(True)


@pytest.mark.parametrize("event", ACTS)
def test_an_act_writes_what_it_tells_and_nothing_else(here: Ward, event: str) -> None:
    before = {entry.id for entry in log(event)}
    told = ACTS[event](here)
    expected: Sequence[Told] = [told] if isinstance(told, Told) else told
    new = [entry for entry in reversed(log(event)) if entry.id not in before]
    assert [said(entry) for entry in new] == [meant(one) for one in expected]


def test_every_event_has_an_act() -> None:
    assert sorted([*ACTS, *OF_DISCLOSURES]) == sorted(EVENTS)
