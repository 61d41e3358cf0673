"""Nobody gives what they have not, or for longer, and nobody at the registry office makes a reader alone."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from registret.access.actor import Actor
from registret.access.applications import attesting
from registret.access.applications.applying import apply
from registret.access.grants.rules import last_whole_day
from registret.access.models import Application, Grant, GrantSource, RecertificationLine
from registret.access.queries.administrators import active_administrators
from registret.access.queries.applications import waiting_applications
from registret.access.queries.logins import seats_of
from registret.access.refusals import (
    BeyondOwnRights,
    EndImpossible,
    GivesRights,
    NotPermitted,
    OfficeAppointed,
    OfficeWidens,
    OutlastsOwnRight,
    RoleImpossible,
    SecondNeeded,
    SubRegistryClosed,
)
from registret.access.roles import Role
from registret.access.similar_names import alike
from registret.access.staff import nominating, substitutes
from registret.access.staff.appointing import appoint_local_administrator
from registret.access.staff.changing_grants import change_grant
from registret.access.staff.people import grant_of
from registret.access.staff.recertification.answering import LineAnswer, answer
from registret.access.staff.recertification.opening import start
from registret.access.systems.appointing import confirm_system
from registret.kernel.identifiers import HsaId
from registret.kernel.refused import Refused
from registret.kernel.sweden import midnight
from tests import cast
from tests.cast import ANNA, BERTIL, DORIS, ERIK, INGRID, KARIN, Country, Person, person
from tests.rooms.access.scene import DAY, LAST_DAY, NOW, attested, by_the_office, events, refused
from tests.rooms.access.systems import Journal, proposed

pytestmark = pytest.mark.django_db

TOVE = person("Tove", "Ek", "SE2321009991-E00T4K5")
MOA = person("Moa", "Lind", "SE2321009991-E00M5N9")
AGAIN = person("Doris", "Lund", "SE2321009991-E00D9X9")
"""Doris with another HSA-id."""
TOVES_LAST = date(2027, 3, 1)
LAST_END = midnight(LAST_DAY)


@pytest.fixture(scope="module")
def place(module_db: None) -> Country:
    """Doris and Ingrid run the office."""
    found = cast.country(NOW - 30 * DAY)
    cast.appoint_by_program(INGRID, Role.REGISTRY_OFFICE, at=NOW - 30 * DAY)
    return found


@pytest.fixture
def tove(place: Country) -> Actor:
    """Stands in for Bertil: pneumonia and sepsis, until 1 March."""
    wanted = cast.register(TOVE, place.infection, sub_registries=("pneumoni", "sepsis"), at=NOW - 2 * DAY)
    attested(wanted, at=NOW - 2 * DAY)
    proposal = substitutes.propose(
        account_id=cast.account_of(TOVE).id,
        first_day=(NOW - DAY).date(),
        last_day=TOVES_LAST,
        actor=cast.actor(BERTIL, at=NOW - DAY),
        at=NOW - DAY,
    )
    substitutes.confirm(substitution_id=proposal, actor=cast.actor(KARIN, at=NOW - DAY), at=NOW - DAY)
    return cast.actor(TOVE, at=NOW)


def office(who: Person) -> Actor:
    return cast.actor(who, at=NOW)


def attest(application_id: int, actor: Actor, codes: Sequence[str] = ("pneumoni",), last: date = TOVES_LAST) -> int:
    return attesting.attest(
        application_id=application_id, role=Role.REPORTER, sub_registries=codes, last_day=last, actor=actor, at=NOW
    )


def recommend(application_id: int, actor: Actor, last: date = LAST_DAY) -> None:
    attesting.recommend(
        application_id=application_id,
        role=Role.REPORTER,
        sub_registries=("pneumoni",),
        last_day=last,
        actor=actor,
        at=NOW,
    )


def change(grant_id: int, actor: Actor, codes: Sequence[str], last: date, role: Role = Role.REPORTER) -> int:
    return change_grant(grant_id=grant_id, role=role, sub_registries=codes, last_day=last, actor=actor, at=NOW)


# A substitute


def test_a_substitute_attests_within_the_own_sub_registries_and_end(place: Country, tove: Actor) -> None:
    wanted = cast.register(ANNA, place.infection, sub_registries=("pneumoni", "meningit"), at=NOW)
    with refused(BeyondOwnRights):
        attest(wanted, tove, ("pneumoni", "meningit"))
    with refused(OutlastsOwnRight) as no:
        attest(wanted, tove, last=date(2027, 3, 2))
    assert no.value.facts == {"day": "2027-03-01"}
    attest(wanted, tove)


def test_a_substitute_adds_and_extends_nothing_beyond_the_own_right_but_may_leave_what_is_there(
    place: Country, tove: Actor
) -> None:
    grant = attested(cast.register(ANNA, place.infection, sub_registries=("pneumoni", "meningit"), at=NOW), at=NOW)
    with refused(BeyondOwnRights):
        change(grant, tove, ("pneumoni", "endokardit"), TOVES_LAST)
    with refused(BeyondOwnRights):
        change(grant, tove, ("pneumoni", "meningit"), date(2028, 10, 1))
    with refused(BeyondOwnRights):
        change(grant, tove, ("pneumoni", "meningit"), TOVES_LAST, Role.READER)
    with refused(OutlastsOwnRight):
        change(grant, tove, ("pneumoni", "sepsis"), LAST_DAY)
    kept = change(grant, tove, ("meningit",), LAST_DAY)
    assert Grant.objects.get(id=kept).ends_at == midnight(date(2028, 10, 1))


@pytest.mark.parametrize("is_older", [True, False])
def test_a_substitute_keeps_in_a_recertification_only_what_could_be_given(
    place: Country, request: pytest.FixtureRequest, is_older: bool
) -> None:
    """Whether the right that is asked about is older or newer than the substitute's own."""
    before = NOW - 3 * DAY if is_older else NOW
    tove = None if is_older else request.getfixturevalue("tove")
    attested(cast.register(ANNA, place.infection, sub_registries=("meningit",), at=before), at=before)
    tove = tove or request.getfixturevalue("tove")
    start(clinic_id=place.infection, reason="skäl", actor=office(DORIS), at=NOW)
    line = RecertificationLine.objects.get(account_id=cast.account_of(ANNA).id)
    with refused(BeyondOwnRights):
        answer(line_id=line.id, answer=LineAnswer.KEEP, actor=tove, at=NOW)
    answer(line_id=line.id, answer=LineAnswer.KEEP, actor=cast.actor(KARIN, at=NOW), at=NOW)


def test_a_substitute_lets_no_system_in_beyond_the_own_right_or_for_longer(place: Country, tove: Actor) -> None:
    journal = Journal()
    with refused(BeyondOwnRights):
        proposed(journal, actor=tove, of=("pneumoni", "meningit"), at=NOW)
    confirm_system(key_id=proposed(journal, at=NOW), actor=tove, at=NOW)
    assert last_whole_day(Grant.objects.get(role=Role.SYSTEM).ends_at) == TOVES_LAST


def test_a_substitute_proposes_and_confirms_nobody_beyond_the_own_right(place: Country, tove: Actor) -> None:
    attested(cast.register(ANNA, place.infection, sub_registries=("meningit",), at=NOW), at=NOW)
    anna = cast.account_of(ANNA).id
    with refused(BeyondOwnRights):
        substitutes.propose(account_id=anna, first_day=NOW.date(), last_day=TOVES_LAST, actor=tove, at=NOW)
    bertil = cast.actor(BERTIL, at=NOW)
    proposal = substitutes.propose(account_id=anna, first_day=NOW.date(), last_day=LAST_DAY, actor=bertil, at=NOW)
    with refused(BeyondOwnRights):
        substitutes.confirm(substitution_id=proposal, actor=tove, at=NOW)


def test_a_sub_registry_that_nobody_at_the_clinic_has_is_the_offices_to_give(place: Country) -> None:
    old = Grant.objects.get(clinic_id=place.sydvik)
    change_grant(
        grant_id=old.id,
        role=Role.LOCAL_ADMINISTRATOR,
        sub_registries=["sepsis"],
        last_day=LAST_DAY,
        actor=office(DORIS),
        at=NOW,
    )
    cast.register(ANNA, place.sydvik, sub_registries=("sepsis", "meningit"), at=NOW)
    assert waiting_applications(actor=office(DORIS), at=NOW).rows == ()
    cast.register(MOA, place.sydvik, sub_registries=("meningit",), at=NOW)
    assert len(waiting_applications(actor=office(DORIS), at=NOW).rows) == 1


@pytest.mark.parametrize("case", ["wider", "longer", "elsewhere"])
def test_the_database_refuses_what_goes_beyond_the_givers_own_right(place: Country, tove: Actor, case: str) -> None:
    wanted = cast.register(ANNA, place.infection, at=NOW)
    what: dict[str, dict[str, Any]] = {
        "wider": {"sub_registries": ["meningit"]},
        "longer": {"ends_at": midnight(date(2027, 3, 3))},
        "elsewhere": {"clinic_id": place.medicine},
    }
    usual: dict[str, Any] = {
        "clinic_id": place.infection,
        "sub_registries": ["pneumoni"],
        "ends_at": midnight(date(2027, 3, 2)),
    }
    row: dict[str, Any] = {
        "account_id": Application.objects.get(id=wanted).account_id,
        "role": "reporter",
        "begins_at": NOW,
    }
    with pytest.raises(IntegrityError, match="what it has not, or for longer"), transaction.atomic():
        Grant.objects.create(**row, granted_by_id=tove.account_id, **usual | what[case])
    assert Grant.objects.create(**row, granted_by_id=tove.account_id, **usual).pk


# The registry office


def test_one_at_the_office_attests_nobody(place: Country) -> None:
    """Anyone who has a second HSA-id and colleagues who do not look would read patients."""
    wanted = cast.register(AGAIN, place.medicine, at=NOW)
    doris = office(DORIS)
    with refused(SecondNeeded):
        attest(wanted, doris, last=LAST_DAY)
    recommend(wanted, doris)
    with refused(SecondNeeded):
        attest(wanted, doris, last=LAST_DAY)
    assert alike([INGRID.name, DORIS.name], name="DÓRIS Lund") == (DORIS.name,)
    assert alike([INGRID.name, DORIS.name], name=MOA.name) == ()


def test_the_second_at_the_office_gives_what_the_first_recommended_and_nothing_else(place: Country) -> None:
    wanted = cast.register(MOA, place.medicine, at=NOW)
    recommend(wanted, office(INGRID))
    doris = office(DORIS)
    same: dict[str, Any] = {"role": Role.REPORTER, "sub_registries": ("pneumoni",), "last_day": LAST_DAY}
    for other in (
        {"role": Role.READER},
        {"sub_registries": ("sepsis",)},
        {"sub_registries": ("pneumoni", "sepsis")},
        {"last_day": date(2028, 1, 1)},
    ):
        with refused(SecondNeeded):
            attesting.attest(application_id=wanted, **same | other, actor=doris, at=NOW)
    grant = Grant.objects.get(id=attest(wanted, doris, last=LAST_DAY))
    ids = [cast.account_of(who).id for who in (DORIS, INGRID)]
    assert [grant.granted_by_id, grant.proposed_by_id] == ids
    assert grant.decided_by_names == "Ingrid Falk, Doris Lund"
    assert events("application.recommended")[0].by_name == INGRID.name


def test_a_recommendation_of_who_has_left_the_office_counts_no_more(place: Country) -> None:
    wanted = cast.register(MOA, place.medicine, at=NOW)
    recommend(wanted, office(INGRID))
    Grant.objects.filter(account_id=cast.account_of(INGRID).id).update(revoked_at=NOW, revoke_reason="slutat")
    doris = office(DORIS)
    with refused(SecondNeeded):
        attest(wanted, doris, last=LAST_DAY)


def test_only_the_office_recommends(place: Country) -> None:
    wanted = cast.register(MOA, place.infection, at=NOW)
    bertil = cast.actor(BERTIL, at=NOW)
    with refused(NotPermitted):
        recommend(wanted, bertil)


def test_one_at_the_office_appoints_nobody_where_nobody_would_see_it(place: Country) -> None:
    doris = office(DORIS)
    form: dict[str, Any] = {"given_name": "Doris", "surname": "Lund", "email": AGAIN.email, "clinic_id": place.medicine}
    with refused(SecondNeeded):
        appoint_local_administrator(hsa_id=HsaId.parse(AGAIN.hsa_id), **form, actor=doris, at=NOW)
    wanted = nominating.nominate(
        hsa_id=HsaId.parse(AGAIN.hsa_id), role=Role.LOCAL_ADMINISTRATOR, **form, actor=doris, at=NOW
    )
    assert active_administrators(clinic_id=place.medicine, at=NOW) == ()
    nominating.confirm(nomination_id=wanted, actor=office(INGRID), at=NOW)
    cast.confirm_mail(AGAIN, at=NOW)
    assert [one.name for one in active_administrators(clinic_id=place.medicine, at=NOW)] == [AGAIN.name]


def test_whom_the_office_has_appointed_it_does_not_attest_even_by_two(place: Country) -> None:
    """A local administrator may be reporter at the own clinic, by the decision of another there."""
    form: dict[str, Any] = {"given_name": "Moa", "surname": "Lind", "email": MOA.email, "clinic_id": place.medicine}
    wanted = nominating.nominate(
        hsa_id=HsaId.parse(MOA.hsa_id), role=Role.LOCAL_ADMINISTRATOR, **form, actor=office(DORIS), at=NOW
    )
    nominating.confirm(nomination_id=wanted, actor=office(INGRID), at=NOW)
    cast.confirm_mail(MOA, at=NOW)
    own = cast.apply_again(MOA, place.medicine, at=NOW)
    doris = office(DORIS)
    with refused(OfficeAppointed):
        recommend(own, doris)
    cast.appoint(TOVE, place.medicine, at=NOW)
    attest(own, cast.actor(TOVE, at=NOW), last=LAST_DAY)
    (seat,) = seats_of(account_id=cast.account_of(MOA).id, at=NOW)
    assert seat.roles == {Role.LOCAL_ADMINISTRATOR, Role.REPORTER}


def test_whom_the_office_has_appointed_elsewhere_or_given_another_right_it_attests_by_two(place: Country) -> None:
    form: dict[str, Any] = {"given_name": "Moa", "surname": "Lind", "email": MOA.email, "clinic_id": place.sydvik}
    appoint_local_administrator(hsa_id=HsaId.parse(MOA.hsa_id), **form, actor=office(DORIS), at=NOW)
    cast.confirm_mail(MOA, at=NOW)
    by_the_office(cast.apply_again(MOA, place.medicine, at=NOW))
    by_the_office(cast.apply_again(MOA, place.medicine, role=Role.READER, at=NOW))
    (here,) = [
        seat for seat in seats_of(account_id=cast.account_of(MOA).id, at=NOW) if seat.clinic_id == place.medicine
    ]
    assert here.roles == {Role.REPORTER, Role.READER}


def test_one_whom_the_office_has_appointed_stops_nobody_else_from_being_attested_by_two(place: Country) -> None:
    form: dict[str, Any] = {"given_name": "Moa", "surname": "Lind", "email": MOA.email, "clinic_id": place.medicine}
    wanted = nominating.nominate(
        hsa_id=HsaId.parse(MOA.hsa_id), role=Role.LOCAL_ADMINISTRATOR, **form, actor=office(DORIS), at=NOW
    )
    nominating.confirm(nomination_id=wanted, actor=office(INGRID), at=NOW)
    assert active_administrators(clinic_id=place.medicine, at=NOW) == (), "her mail is not confirmed"
    assert by_the_office(cast.register(TOVE, place.medicine, at=NOW))


def test_the_office_itself_reads_no_patients_whichever_right_comes_first(place: Country) -> None:
    own = apply(
        account_id=cast.account_of(DORIS).id,
        clinic_id=place.infection,
        role=Role.READER,
        sub_registries=("pneumoni",),
        message="",
        by=DORIS.by,
        at=NOW,
    )
    bertil = cast.actor(BERTIL, at=NOW)
    with refused(GivesRights):
        attest(own, bertil, last=LAST_DAY)
    attested(cast.register(ANNA, place.infection, at=NOW), at=NOW)
    with refused(GivesRights):
        cast.appoint_by_program(ANNA, Role.REGISTRY_OFFICE, at=NOW)
    with refused(GivesRights):
        cast.appoint_by_program(ERIK, Role.REGISTRY_OFFICE, at=NOW)


def test_who_is_appointed_after_a_recommendation_is_not_attested_by_it(place: Country) -> None:
    """Recommended while still a stranger to the clinic, then appointed by the same two: the recommendation is stale."""
    wanted = cast.register(MOA, place.medicine, at=NOW)
    recommend(wanted, office(INGRID))
    form: dict[str, Any] = {"given_name": "Moa", "surname": "Lind", "email": MOA.email, "clinic_id": place.medicine}
    proposed = nominating.nominate(
        hsa_id=HsaId.parse(MOA.hsa_id), role=Role.LOCAL_ADMINISTRATOR, **form, actor=office(DORIS), at=NOW
    )
    nominating.confirm(nomination_id=proposed, actor=office(INGRID), at=NOW)
    doris = office(DORIS)
    with refused(OfficeAppointed):
        attest(wanted, doris, last=LAST_DAY)
    assert not Grant.objects.filter(role=Role.REPORTER, clinic_id=place.medicine).exists()


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        ({"role": Role.LOCAL_ADMINISTRATOR}, RoleImpossible),
        ({"sub_registries": ("malaria",)}, SubRegistryClosed),
        ({"last_day": date(2026, 11, 23)}, EndImpossible),
    ],
)
def test_the_office_recommends_nothing_that_cannot_be_given(
    place: Country, wish: dict[str, Any], why: type[Refused]
) -> None:
    wanted = cast.register(MOA, place.medicine, at=NOW)
    usual: dict[str, Any] = {"role": Role.REPORTER, "sub_registries": ("pneumoni",), "last_day": LAST_DAY}
    ingrid = office(INGRID)
    with refused(why):
        attesting.recommend(application_id=wanted, **usual | wish, actor=ingrid, at=NOW)


def test_the_office_recommends_nobody_of_the_office_as_a_reader_of_patients(place: Country) -> None:
    own = apply(
        account_id=cast.account_of(DORIS).id,
        clinic_id=place.medicine,
        role=Role.REPORTER,
        sub_registries=("pneumoni",),
        message="",
        by=DORIS.by,
        at=NOW,
    )
    ingrid = office(INGRID)
    with refused(GivesRights):
        recommend(own, ingrid)
    assert Application.objects.get(id=own).recommended_by_id is None
    assert not events("application.recommended")


def test_the_office_prolongs_a_right_and_widens_none(place: Country) -> None:
    wanted = cast.register(ANNA, place.infection, at=NOW)
    grant = attesting.attest(
        application_id=wanted,
        role=Role.REPORT_READER,
        sub_registries=("pneumoni",),
        last_day=date(2027, 1, 1),
        actor=cast.actor(BERTIL, at=NOW),
        at=NOW,
    )
    doris = office(DORIS)
    with refused(OfficeWidens):
        change(grant, doris, ("pneumoni",), LAST_DAY)
    with refused(OfficeWidens):
        change(grant, doris, ("pneumoni", "sepsis"), LAST_DAY, Role.REPORT_READER)
    assert change(grant, doris, ("pneumoni",), LAST_DAY, Role.REPORT_READER)


@pytest.mark.parametrize("role", [Role.REPORTER, Role.LOCAL_ADMINISTRATOR])
def test_one_at_the_office_brings_no_right_back_that_has_ended(place: Country, role: Role) -> None:
    """Else one alone would make a reader of the own second account, or an administrator where nobody would see it."""
    if role is Role.REPORTER:
        grant = attest(cast.register(AGAIN, place.infection, at=NOW), cast.actor(BERTIL, at=NOW), last=NOW.date())
    else:
        old = Grant.objects.get(clinic_id=place.sydvik)
        grant = change(old.id, office(DORIS), ("pneumoni",), NOW.date(), role)
    later = NOW + 2 * DAY
    doris = cast.actor(DORIS, at=later)
    again: dict[str, Any] = {"role": role, "sub_registries": ("pneumoni",), "last_day": LAST_DAY, "at": later}
    assert not grant_of(actor=doris, grant_id=grant, at=later).changeable
    with refused(RoleImpossible):
        change_grant(grant_id=grant, actor=doris, **again)
    row = {"account_id": Grant.objects.get(id=grant).account_id, "role": role, "sub_registries": ["pneumoni"]}
    where = {"clinic_id": place.infection if role is Role.REPORTER else place.sydvik, "source": GrantSource.CHANGED}
    with transaction.atomic():
        revoked = {"revoked_at": later, "revoked_by_id": doris.account_id, "revoke_reason": "changed"}
        Grant.objects.filter(id=grant).update(**revoked)
        with pytest.raises(IntegrityError, match="two decide"), transaction.atomic():
            Grant.objects.create(**row, **where, begins_at=later, ends_at=LAST_END, granted_by_id=doris.account_id)
        transaction.set_rollback(True)
    if role is Role.REPORTER:
        assert change_grant(grant_id=grant, actor=cast.actor(BERTIL, at=later), **again)


@pytest.mark.parametrize("role", [Role.REPORTER, Role.LOCAL_ADMINISTRATOR])
def test_the_database_wants_two_of_the_office_too(place: Country, role: Role) -> None:
    wanted = cast.register(MOA, place.medicine, at=NOW)
    doris, ingrid, bertil = (cast.account_of(who).id for who in (DORIS, INGRID, BERTIL))
    row = {
        "account_id": Application.objects.get(id=wanted).account_id,
        "clinic_id": place.medicine,
        "role": role,
        "sub_registries": ["pneumoni"],
        "begins_at": NOW,
        "ends_at": NOW + DAY,
        "granted_by_id": doris,
    }
    for other in (None, bertil):
        with pytest.raises(IntegrityError, match=r"two decide|proposes what it may not"), transaction.atomic():
            Grant.objects.create(**row, proposed_by_id=other)
    assert Grant.objects.create(**row, proposed_by_id=ingrid).pk


def test_a_reach_is_looked_at_when_the_decision_is_made(place: Country, tove: Actor) -> None:
    """A page that was opened before the own right ended gives nothing any more."""
    wanted = cast.register(ANNA, place.infection, at=NOW)
    later = datetime(2027, 3, 2, 8, tzinfo=NOW.tzinfo)
    stale = dataclasses.replace(tove, card_read_at=later)
    with refused(NotPermitted):
        attesting.attest(
            application_id=wanted,
            role=Role.REPORTER,
            sub_registries=("pneumoni",),
            last_day=date(2027, 3, 5),
            actor=stale,
            at=later,
        )


def test_a_right_that_was_just_taken_back_gives_nothing_though_another_is_left(place: Country) -> None:
    """A page that is open was made for the right that is gone: not for that at another clinic, or as support."""
    grant = attested(cast.register(ANNA, place.infection, at=NOW), at=NOW)
    bertil, doris = cast.actor(BERTIL, at=NOW), office(DORIS)
    taken = Grant.objects.filter(account_id__in=[bertil.account_id, doris.account_id])
    taken.update(revoked_at=NOW, revoke_reason="slutat")
    cast.appoint(BERTIL, place.sydvik, at=NOW)
    cast.appoint_by_program(DORIS, Role.SUPPORT, at=NOW)
    for actor in (bertil, doris):
        with refused(NotPermitted):
            change(grant, actor, ("pneumoni",), LAST_DAY)
