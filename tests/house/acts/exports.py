"""The clinic's own episodes, taken out in a file: ordered, fetched, or taken back."""

from __future__ import annotations

from datetime import date

from registret.access.actor import Actor
from registret.access.roles import Role
from registret.exchange.exporting.fetching import fetch
from registret.exchange.exporting.making import make_next
from registret.exchange.exporting.ordering import cancel, order
from registret.exchange.exporting.wishes import ExportFormat, ExportWish
from registret.records.queries.exports import ExportSelection
from tests import cast
from tests.house.acts.told import Act, Told, patients
from tests.rooms.exchange.scene import EVA
from tests.rooms.records.scene import DAY, NOW, Ward, begun


def _ordered(here: Ward) -> tuple[Actor, int]:
    cast.appoint_by_program(EVA, Role.EXPORTER, clinic_id=here.place.infection, at=NOW - 20 * DAY)
    eva = cast.actor(EVA, at=NOW)
    selection = ExportSelection(sub_registry="pneumoni", first_day=date(2026, 1, 1), last_day=date(2026, 12, 31))
    wish = ExportWish(selection=selection, format=ExportFormat.CSV, reason="Lokal uppföljning")
    return eva, order(actor=eva, wish=wish, at=NOW)


def ordered(here: Ward) -> Told:
    _ordered(here)
    return Told(by=EVA, clinic=here.place.infection)


def fetched(here: Ward) -> Told:
    begun(here.anna)
    eva, export = _ordered(here)
    make_next(clock=lambda: NOW)
    fetch(actor=eva, export=export, at=NOW).close()
    return Told(by=EVA, patients=patients(), clinic=here.place.infection)


def ended(here: Ward) -> Told:
    eva, export = _ordered(here)
    cancel(actor=eva, export=export, at=NOW)
    return Told(by=EVA, clinic=here.place.infection)


ACTS: dict[str, Act] = {
    "export.ordered": ordered,
    "export.fetched": fetched,
    "export.ended": ended,
}
