"""The cast sits where the tests believe that it sits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from registret.access.queries.administrators import active_administrators, registry_office
from registret.access.roles import Permission
from registret.accounts.sessions import sitting
from tests import cast

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def test_each_administrator_sits_at_a_clinic_of_their_own_and_nobody_at_the_third() -> None:
    place = cast.country(NOW)
    sits = {c: {a.name for a in active_administrators(clinic_id=c, at=NOW)} for c in (place.infection, place.sydvik)}
    assert sits == {place.infection: {"Bertil Holm", "Karin Nyberg"}, place.sydvik: {"Cecilia Dahl"}}
    assert active_administrators(clinic_id=place.medicine, at=NOW) == ()
    assert [d.name for d in registry_office(at=NOW)] == ["Doris Lund"]


def test_the_cast_is_at_work_with_what_its_roles_allow() -> None:
    cast.country(NOW)
    assert cast.actor(cast.BERTIL, at=NOW).may(Permission.ATTEST)
    assert cast.actor(cast.DORIS, at=NOW).may(Permission.APPOINT)
    assert cast.actor(cast.ERIK, at=NOW).seat.permissions == {Permission.WORK, Permission.READ_LOG}


def test_a_session_that_is_kept_awake_lives_for_more_than_an_hour() -> None:
    cast.country(NOW)
    key = cast.log_in(cast.BERTIL, at=NOW)
    later = NOW + timedelta(minutes=75)
    cast.stay_awake(key, since=NOW, until=later)
    assert sitting(key=key, seen=True, at=later).began_at == NOW
