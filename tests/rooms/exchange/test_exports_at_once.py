"""One export, and two at one moment: real transactions."""

from __future__ import annotations

from datetime import date
from functools import partial

from registret.access.actor import Actor
from registret.access.roles import Role
from registret.exchange.exporting.fetching import fetch
from registret.exchange.exporting.making import make_next
from registret.exchange.exporting.ordering import order
from registret.exchange.exporting.orders import newest_exports
from registret.exchange.exporting.wishes import ExportFormat, ExportWish
from registret.exchange.lifecycle import ExportState
from registret.records.queries.exports import ExportSelection
from tests import cast
from tests.parallel import committed, together
from tests.rooms.exchange.scene import EVA
from tests.rooms.records.scene import DAY, NOW, begun, log, ward

__all__ = ["committed"]


def ordered(eva: Actor) -> int:
    selection = ExportSelection(sub_registry="pneumoni", first_day=date(2026, 1, 1), last_day=date(2026, 12, 31))
    wish = ExportWish(selection=selection, format=ExportFormat.CSV, reason="Lokal uppföljning")
    return order(actor=eva, wish=wish, at=NOW)


def now() -> object:
    return make_next(clock=lambda: NOW)


def test_of_two_workers_one_makes_the_file_and_of_two_who_fetch_it_one_gets_it(committed: None) -> None:
    here = ward()
    cast.appoint_by_program(EVA, Role.EXPORTER, clinic_id=here.place.infection, at=NOW - 20 * DAY)
    eva = cast.actor(EVA, at=NOW)
    begun(here.anna)
    export = ordered(eva)
    assert sorted(map(str, together([now, now]))) == ["False", "True"]
    assert [(row.state, row.done) for row in newest_exports(eva, at=NOW)] == [(ExportState.READY, 1)]
    results = together([partial(fetch, actor=eva, export=export, at=NOW)] * 2)
    assert sorted(hasattr(one, "read") for one in results) == [False, True]
    assert {type(one).__name__ for one in results if not hasattr(one, "read")} == {"NotPossible"}
    assert len(log("export.fetched")) == 1
    for one in results:
        if hasattr(one, "close"):
            one.close()
