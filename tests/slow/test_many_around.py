"""As `tests/rooms/exchange/test_round_trip.py`, with episodes enough that what is rare is among them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from registret.exchange.exporting.wishes import ExportFormat
from registret.exchange.importing.results import RowOutcome
from tests.parallel import Kept, committed
from tests.rooms.exchange.two_registries import (
    SUB_REGISTRIES,
    all_open,
    brought_in,
    exported,
    facts_of,
    filled,
    people,
)

__all__ = ["committed"]

pytestmark = pytest.mark.timeout(1200)

EACH = 25


@pytest.fixture
def clean(committed: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with all_open(tmp_path_factory.mktemp("definitions")):
        yield


def test_many_episodes_of_every_sub_registry_are_the_same_afterwards(clean: None) -> None:
    with Kept.of(people) as empty:
        empty.brought_back()
        first = filled(EACH)
        for kind in ExportFormat:
            empty.brought_back()
            for code in SUB_REGISTRIES:
                result = brought_in(first.files[kind, code])
                wrong = [row for row in result.rows if row.outcome is not RowOutcome.NEW or row.faults]
                assert (kind, wrong) == (kind, [])
            assert facts_of(exported()) == first.episodes, kind
