"""What the office asks clinics about answers, and what becomes of it."""

from __future__ import annotations

from dataclasses import replace

from registret.records.data_queries.asking import ANSWERABLE_FOR, withdraw
from registret.records.data_queries.scheduled import lapse_due
from tests import cast
from tests.cast import ANNA, DORIS
from tests.house.acts.told import Act, Told, patients
from tests.rooms.records.asked import answered, asked, signed
from tests.rooms.records.scene import NOW, Ward


def query_asked(here: Ward) -> Told:
    asked(signed_by_karin(here))
    return Told(by=DORIS, patients=patients())


def query_answered(here: Ward) -> Told:
    episode = signed_by_karin(here)
    answered(here, episode, asked(episode))
    return Told(by=ANNA, patients=patients(), clinic=here.place.infection)


def query_withdrawn(here: Ward) -> Told:
    withdraw(actor=cast.actor(DORIS, at=NOW), number=asked(signed_by_karin(here)), at=NOW)
    return Told(by=DORIS, patients=patients())


def query_lapsed(here: Ward) -> Told:
    asked(signed_by_karin(here))
    lapse_due(at=NOW + ANSWERABLE_FOR)
    return Told(program="clock", patients=patients())


def signed_by_karin(here: Ward) -> str:
    return signed(replace(here, anna=here.karin))


ACTS: dict[str, Act] = {
    "query.asked": query_asked,
    "query.answered": query_answered,
    "query.withdrawn": query_withdrawn,
    "query.lapsed": query_lapsed,
}
