"""A sub-registry that is closed for entry: nothing new is begun, and nobody loses what they reported."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from zipfile import ZipFile

import pytest
from pytest_django import Settings

from registret.access.roles import Role
from registret.access.staff.changing_grants import change_grant
from registret.access.staff.people import person_of
from registret.records.disclosure.deciding import decide
from registret.records.disclosure.fetching import fetch
from registret.records.disclosure.preparing import prepare
from registret.records.disclosure.rows import DisclosureWish
from registret.records.disclosure.selection import parts_of
from registret.records.ethics_approval import Approval
from registret.records.lifecycle import StepState
from registret.records.refusals import ClosedForEntry
from registret.records.reporting import audited_reads, signing, writing
from registret.registries.queries import catalogue
from tests import cast
from tests.cast import BERTIL, KARIN
from tests.parallel import committed
from tests.rooms.records.scene import (
    ACUTE,
    HENNING,
    NOW,
    Known,
    Ward,
    ask,
    at_work,
    begun,
    case,
    close_pneumonia,
    counted,
    handler,
    opt_out,
    registered,
    ward,
)

__all__ = ["committed"]

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def here(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Ward, str]]:
    """Anna has signed the acute care of a pneumonia; then pneumonia is closed for entry. And the episode."""
    ask(Known(n191212121212=registered()), monkeypatch)
    found = ward()
    episode = begun(found.anna)
    writing.write(actor=found.anna, episode=episode, step="acute", base=0, written=ACUTE, at=NOW)
    signing.sign(actor=found.anna, episode=episode, step="acute", base=1, at=NOW)
    settings.DEFINITIONS_DIR = close_pneumonia(tmp_path)
    catalogue.cache_clear()
    yield found, episode
    catalogue.cache_clear()


def test_a_right_in_a_closed_sub_registry_is_applied_for_attested_and_changed(here: tuple[Ward, str]) -> None:
    place, episode = here
    karin = at_work(KARIN, place.place.infection, by=BERTIL, role=Role.READER)
    assert audited_reads.open_step(actor=karin, episode=episode, step="acute", at=NOW).step.state is StepState.SIGNED
    bertil = cast.actor(BERTIL, at=NOW)
    grants = person_of(actor=bertil, account_id=place.anna.account_id, at=NOW).grants
    longer = {"role": Role.REPORTER, "sub_registries": ("pneumoni", "sepsis"), "last_day": date(2028, 9, 1)}
    change_grant(grant_id=grants[0].id, **longer, actor=bertil, at=NOW)  # type: ignore[arg-type]
    (right,) = person_of(actor=bertil, account_id=place.anna.account_id, at=NOW).grants
    assert right.sub_registries == ("pneumoni", "sepsis")


def test_a_reporter_to_a_closed_sub_registry_corrects_and_begins_nothing(here: tuple[Ward, str]) -> None:
    anna, episode = here[0].anna, here[1]
    signing.reopen(actor=anna, episode=episode, step="acute", reason="Fel andningsfrekvens", at=NOW)
    mended = {"respiratory_rate": ["28"]}
    writing.write(actor=anna, episode=episode, step="acute", base=2, written=mended, at=NOW)
    version = audited_reads.open_step(actor=anna, episode=episode, step="acute", at=NOW).step.version
    signing.sign(actor=anna, episode=episode, step="acute", base=version, at=NOW)
    with pytest.raises(ClosedForEntry):
        begun(anna, arrived_at=["2026-08-20T08:15"])


def test_episodes_of_a_closed_sub_registry_are_disclosed_and_destroyed_like_others(here: tuple[Ward, str]) -> None:
    wish = DisclosureWish(
        project="KLARA",
        approval=Approval("2026-01234-01"),
        recipient_name="Vera Forsk",
        recipient_organisation="Lärosätet",
        sub_registry="pneumoni",
        first_day=date(2026, 10, 25),
        last_day=date(2026, 11, 24),
        parts=frozenset(part.code for part in parts_of("pneumoni")),
        reason="Begäran 26RS4800",
    )
    disclosure = prepare(actor=handler(), wish=wish, at=NOW)
    decide(actor=handler(NOW, HENNING), number=disclosure, at=NOW)
    with fetch(actor=handler(), number=disclosure, at=NOW) as file, ZipFile(file) as archive:
        assert json.loads(archive.read("manifest.json"))["patients"] == 1
    opt_out(actor=handler(), case=case(), at=NOW)
    assert counted() == (0, 0, 0)
