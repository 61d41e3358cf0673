"""Cases about figures outside of the funnel: what the office and the clinic do in them."""

from __future__ import annotations

from registret.access.actor import Actor
from registret.reports.outliers import acting
from tests import cast
from tests.cast import BERTIL, DORIS, Person
from tests.house.acts.told import Act, Told
from tests.rooms.records.scene import NOW, Ward
from tests.rooms.reports import outlier_scene


def told_by(who: Person, here: Ward) -> Told:
    return Told(by=who, clinic=here.place.infection)


def office(here: Ward) -> Actor:
    """Doris, once an edition tells of a clinic that lies outside."""
    outlier_scene.tell(here.place)
    return cast.actor(DORIS, at=NOW)


def opened(here: Ward) -> Told:
    outlier_scene.opened(here.place, office(here))
    return told_by(DORIS, here)


def checked(here: Ward) -> Told:
    outlier_scene.checked(here.place, office(here))
    return told_by(DORIS, here)


def asked(here: Ward) -> Told:
    outlier_scene.asked(here.place, office(here))
    return told_by(DORIS, here)


def answered(here: Ward) -> Told:
    number = outlier_scene.asked(here.place, office(here))
    acting.answer(number=number, text="Nya rutiner", actor=cast.actor(BERTIL, at=NOW), at=NOW)
    return told_by(BERTIL, here)


def closed(here: Ward) -> Told:
    doris = office(here)
    acting.close(number=outlier_scene.opened(here.place, doris), text="Fel i data", actor=doris, at=NOW)
    return told_by(DORIS, here)


ACTS: dict[str, Act] = {
    "outlier.opened": opened,
    "outlier.checked": checked,
    "outlier.asked": asked,
    "outlier.answered": answered,
    "outlier.closed": closed,
}
