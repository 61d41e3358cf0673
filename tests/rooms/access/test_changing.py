"""Changing another's right: whose, to which role, and what nobody changes."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from registret.access.actor import Actor
from registret.access.models import Grant
from registret.access.refusals import EndImpossible, RoleImpossible, SubRegistryClosed
from registret.access.roles import ROLES_TO_APPLY_FOR, Role
from registret.access.staff.changing_grants import change_grant
from registret.access.staff.people import grant_of
from registret.kernel.refused import Refused
from tests import cast
from tests.cast import ANNA, BERTIL, DORIS, KARIN, Country, Person
from tests.rooms.access.scene import DAY, LAST_DAY, NOW, attested, refused

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def place(module_db: None) -> Country:
    return cast.country(NOW - 30 * DAY)


@pytest.fixture
def annas(place: Country) -> int:
    """Anna's right as a reporter at the infection clinic."""
    return attested(cast.register(ANNA, place.infection, at=NOW))


def at_work(who: Person) -> Actor:
    return cast.actor(who, at=NOW)


def right_of(who: Person) -> int:
    return Grant.objects.get(account_id=cast.account_of(who).id, revoked_at=None).id


def change(grant_id: int, actor: Actor, **different: Any) -> int:
    form: dict[str, Any] = {"role": Role.REPORTER, "sub_registries": ("pneumoni",), "last_day": LAST_DAY}
    return change_grant(grant_id=grant_id, actor=actor, at=NOW, **form | different)


@pytest.mark.parametrize(
    ("different", "why"),
    [
        ({"sub_registries": ()}, SubRegistryClosed),
        ({"sub_registries": ("malaria",)}, SubRegistryClosed),
        ({"sub_registries": ("pneumoni", "ingenting")}, SubRegistryClosed),
        ({"last_day": date(2026, 11, 23)}, EndImpossible),
        ({"last_day": date(2028, 11, 24)}, EndImpossible),
    ],
)
def test_a_right_becomes_nothing_that_cannot_be_given(
    annas: int, different: dict[str, Any], why: type[Refused]
) -> None:
    bertil = at_work(BERTIL)
    with refused(why):
        change(annas, bertil, **different)


@pytest.mark.parametrize("who", [BERTIL, DORIS], ids=["the clinic", "the office"])
@pytest.mark.parametrize("role", sorted(set(Role) - set(ROLES_TO_APPLY_FOR)))
def test_a_changed_role_makes_nobody_what_takes_an_appointment(annas: int, role: Role, who: Person) -> None:
    actor = at_work(who)
    with refused(RoleImpossible):
        change(annas, actor, role=role)


@pytest.mark.parametrize("role", ROLES_TO_APPLY_FOR)
def test_an_appointment_becomes_no_other_role(place: Country, role: Role) -> None:
    """It would let the office make a reader alone."""
    doris, karins = at_work(DORIS), right_of(KARIN)
    with refused(RoleImpossible):
        change(karins, doris, role=role)


def test_an_administrator_changes_no_other_administrators_right(place: Country) -> None:
    bertil, karins = at_work(BERTIL), right_of(KARIN)
    assert not grant_of(actor=bertil, grant_id=karins, at=NOW).changeable
    with refused(RoleImpossible):
        change(karins, bertil, role=Role.LOCAL_ADMINISTRATOR)


def test_the_office_gives_an_administrator_more_to_attest(place: Country) -> None:
    doris = at_work(DORIS)
    fewer = change(right_of(KARIN), doris, role=Role.LOCAL_ADMINISTRATOR)
    more = change(fewer, doris, role=Role.LOCAL_ADMINISTRATOR, sub_registries=("pneumoni", "sepsis"))
    assert Grant.objects.get(id=more).sub_registries == ["pneumoni", "sepsis"]


def test_at_a_clinic_that_is_closed_no_right_is_changed(annas: int) -> None:
    cast.close_clinic(cast.INFECTION, at=NOW)
    for who in (BERTIL, DORIS):
        actor = at_work(who)
        with refused(RoleImpossible):
            change(annas, actor)
