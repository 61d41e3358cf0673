"""Appointing, revoking, ending: by whom, of whom, and what is left of it."""

from __future__ import annotations

import dataclasses
from itertools import product
from typing import Any

import pytest

from registret.access.actor import Actor
from registret.access.applications import account_end
from registret.access.checks import LETTERS_IN_ANY_CASE, LETTERS_PER_ACCOUNT, LETTERS_PER_ADDRESS
from registret.access.grants import granting
from registret.access.lifecycle import ApplicationState
from registret.access.models import Grant
from registret.access.queries.administrators import active_administrators, registry_office
from registret.access.queries.logins import seats_of, standing_of
from registret.access.refusals import (
    AlreadyGranted,
    CardTooOld,
    ClinicClosed,
    GivesRights,
    MailNotConfirmed,
    NotFound,
    NotPermitted,
    OwnRights,
    PersonSuspended,
    PrincipalsMissing,
    RoleImpossible,
)
from registret.access.roles import ROLES_AT_A_CLINIC, ROLES_OF_SYSTEMS, ROLES_OF_THE_OFFICE, ROLES_TO_NOMINATE, Role
from registret.access.staff import appointing
from registret.accounts.lifecycle import AccountState
from registret.accounts.queries import has_ended_account, living_account
from registret.kernel.by import By
from registret.kernel.identifiers import HsaId
from registret.kernel.life import NotPossible
from registret.mail.models import Letter
from registret.rate_limits.services import TooMany
from tests import cast
from tests.cast import ANNA, BERTIL, CECILIA, DORIS, ERIK, KARIN, Country, Person, person
from tests.rooms.access.scene import (
    DAY,
    HOUR,
    NOW,
    SECOND,
    attested,
    events,
    kinds,
    mail,
    refused,
    somebody,
    state_of,
    until_too_many,
)

pytestmark = pytest.mark.django_db

MOA = person("Moa", "Lind", "SE2321009991-E00M5N9")


@pytest.fixture(scope="module")
def place(module_db: None) -> Country:
    return cast.country(NOW - 30 * DAY)


def by_office(who: Person = MOA, *, actor: Actor | None = None, **different: Any) -> int:
    form: dict[str, Any] = {
        "hsa_id": HsaId.parse(who.hsa_id),
        "given_name": who.card.given_name,
        "surname": who.card.surname,
        "email": who.email,
        "clinic_id": cast.clinic_id(cast.SYDVIK),
        "actor": actor or cast.actor(DORIS, at=NOW),
        "at": NOW,
    }
    return appointing.appoint_local_administrator(**form | different)


def by_program(who: Person = MOA, **different: Any) -> int:
    form: dict[str, Any] = {
        "hsa_id": HsaId.parse(who.hsa_id),
        "given_name": who.card.given_name,
        "surname": who.card.surname,
        "email": who.email,
        "role": Role.REGISTRY_OFFICE,
        "clinic_id": None,
        "decided_by": ("Sven Styrelse", "Tove Tvåa"),
        "by": By.of_program("appoint"),
        "at": NOW,
    }
    return appointing.appoint_by_program(**form | different)


# --- by the office ---------------------------------------------------------------------------------


def test_the_office_makes_an_administrator_who_counts_once_the_mail_is_confirmed(place: Country) -> None:
    grant_id = by_office()
    assert kinds(MOA) == ["appointed", "confirm_appointed"]
    assert [a.name for a in active_administrators(clinic_id=place.sydvik, at=NOW)] == [CECILIA.name]
    assert isinstance(standing_of(hsa_id=MOA.card.hsa_id, at=NOW).missing, MailNotConfirmed)
    cast.confirm_mail(MOA, at=NOW)
    assert [a.name for a in active_administrators(clinic_id=place.sydvik, at=NOW)] == [CECILIA.name, MOA.name]
    assert [s.grant_id for s in standing_of(hsa_id=MOA.card.hsa_id, at=NOW).seats] == [grant_id]
    entry = events("grant.appointed")[0]
    assert (entry.by_hsa_id, entry.about_hsa_id, entry.clinic_id) == (DORIS.hsa_id, MOA.hsa_id, place.sydvik)


def test_the_administrators_of_the_clinic_are_told_whom_the_office_has_made_one_of_them(place: Country) -> None:
    """They are why one at the office decides: they notice a wrong colleague."""
    others = [kinds(who) for who in (BERTIL, KARIN, DORIS)]
    by_office()
    assert kinds(CECILIA)[-1] == "administrator_appointed"
    assert "administrator_appointed" not in kinds(MOA)
    assert [kinds(who) for who in (BERTIL, KARIN, DORIS)] == others
    told = Letter.objects.get(kind="administrator_appointed").context
    assert (told["office"], told["administrator"]) == (DORIS.name, MOA.name)
    assert told["clinic"] == "Infektionskliniken, Sydviks sjukhus"


def test_whoever_has_an_account_keeps_name_address_and_confirmation(place: Country) -> None:
    by_office(KARIN, given_name="Någon", surname="Annan", email=MOA.email)
    account = cast.account_of(KARIN)
    assert (account.name, account.email, account.state) == (KARIN.name, KARIN.email, AccountState.CONFIRMED)
    assert kinds(KARIN)[-1] == "appointed"
    assert {s.clinic_id for s in standing_of(hsa_id=KARIN.card.hsa_id, at=NOW).seats} == {place.infection, place.sydvik}


@pytest.mark.parametrize("who", [BERTIL, CECILIA, ERIK], ids=lambda who: str(who.name))
def test_nobody_but_the_office_appoints(place: Country, who: Person) -> None:
    actor = cast.actor(who, at=NOW)
    with refused(NotPermitted):
        by_office(actor=actor)


@pytest.mark.parametrize("spelling", [str.upper, str.lower])
def test_the_office_appoints_not_itself_however_the_id_is_written(place: Country, spelling: Any) -> None:
    actor = cast.actor(DORIS, at=NOW)
    with refused(OwnRights):
        by_office(DORIS, hsa_id=HsaId.parse(spelling(DORIS.hsa_id)), actor=actor)


def test_the_office_needs_a_card_that_was_read_within_the_hour(place: Country) -> None:
    actor = cast.actor(DORIS, at=NOW)
    with refused(CardTooOld):
        by_office(actor=dataclasses.replace(actor, card_read_at=NOW - HOUR - SECOND))
    by_office(actor=dataclasses.replace(actor, card_read_at=NOW - HOUR))


def test_nobody_is_appointed_at_a_clinic_that_is_closed_or_does_not_exist(place: Country) -> None:
    cast.close_clinic(cast.MEDICINE, at=NOW)
    actor = cast.actor(DORIS, at=NOW)
    for clinic_id in (place.medicine, 10**12):
        with refused(ClinicClosed):
            by_office(actor=actor, clinic_id=clinic_id)


def test_nobody_is_appointed_twice(place: Country) -> None:
    by_office()
    actor = cast.actor(DORIS, at=NOW)
    with refused(AlreadyGranted):
        by_office(actor=actor)


def test_appointing_cannot_fill_a_mailbox(place: Country) -> None:
    actor = cast.actor(DORIS, at=NOW)
    done, limit = until_too_many(lambda n: by_office(somebody(n), email=MOA.email, actor=actor))
    assert (done, limit) == (LETTERS_PER_ADDRESS.most + LETTERS_IN_ANY_CASE.most, LETTERS_IN_ANY_CASE.what)
    with refused(TooMany):
        by_office(email=MOA.email, actor=actor)
    assert living_account(hsa_id=MOA.card.hsa_id) is None


def test_appointing_and_ending_in_turn_does_not_fill_it_either(place: Country) -> None:
    actor = cast.actor(DORIS, at=NOW)

    def appoint_and_end(number: int) -> None:
        by_office(email=mail(f"moa{number}@regionnorrvik.se"), actor=actor)
        account_end.end_account(account_id=cast.account_of(MOA).id, reason="fel person", by=DORIS.by, at=NOW)

    assert until_too_many(appoint_and_end) == (LETTERS_PER_ACCOUNT.most, LETTERS_PER_ACCOUNT.what)


# --- by the program --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "names",
    [
        ("", ""),
        ("Sven Styrelse", ""),
        (" ", "Tove Tvåa"),
        ("\t\n", "Tove Tvåa"),
        ("Sven Styrelse", "Sven Styrelse"),
        ("Sven Styrelse", " sven  STYRELSE "),
        ("Ås Öberg", "ÅS ÖBERG"),
    ],
)
def test_one_person_alone_appoints_nobody(place: Country, names: tuple[str, str]) -> None:
    with refused(PrincipalsMissing):
        by_program(decided_by=names)


def test_two_names_are_in_the_grant_and_in_the_log(place: Country) -> None:
    grant_id = by_program(decided_by=(" Sven  Styrelse", "Tove\tTvåa "))
    names = "Sven Styrelse, Tove Tvåa"
    assert Grant.objects.get(id=grant_id).decided_by_names == names
    entry = events("grant.appointed")[0]
    assert (entry.by_program, entry.facts) == ("appoint", {"role": "registry_office", "decided_by": names})


@pytest.mark.parametrize(("role", "at_a_clinic"), list(product(Role, [True, False])))
def test_a_role_is_given_where_it_sits_and_nowhere_else(place: Country, role: Role, at_a_clinic: bool) -> None:
    clinic_id = place.medicine if at_a_clinic else None
    if (role in ROLES_AT_A_CLINIC) is at_a_clinic and role not in ROLES_OF_SYSTEMS:
        by_program(role=role, clinic_id=clinic_id)
        cast.confirm_mail(MOA, at=NOW)
        (seat,) = standing_of(hsa_id=MOA.card.hsa_id, at=NOW).seats
        assert (seat.clinic_id, seat.roles) == (clinic_id, frozenset({role}))
        assert bool(seat.rights) is at_a_clinic
    else:
        with refused(RoleImpossible):
            by_program(role=role, clinic_id=clinic_id)


APART = [*product([Role.REGISTRY_OFFICE], ROLES_TO_NOMINATE), *product(ROLES_TO_NOMINATE, [Role.REGISTRY_OFFICE])]


@pytest.mark.parametrize(("has", "wanted"), APART)
def test_the_office_and_who_reads_never_meet_in_one_person_whichever_came_first(
    place: Country, has: Role, wanted: Role
) -> None:
    by_program(role=has)
    with refused(GivesRights):
        by_program(role=wanted)
    with refused(GivesRights):
        by_program(role=wanted, hsa_id=HsaId.parse(MOA.hsa_id.lower()))


@pytest.mark.parametrize(("had", "wanted"), APART)
def test_who_was_the_one_becomes_the_other_once_the_first_is_taken_back_or_over(
    place: Country, had: Role, wanted: Role
) -> None:
    granting.revoke(grant_id=by_program(role=had), reason="byter", revoked_by_id=None, by=DORIS.by, at=NOW)
    later = Grant.objects.get(id=by_program(role=wanted)).ends_at
    by_program(role=had, at=later)


@pytest.mark.parametrize("role", sorted(ROLES_OF_THE_OFFICE))
def test_whoever_is_suspended_gets_no_role_of_the_registry_itself(place: Country, role: Role) -> None:
    cast.suspend(BERTIL, at=NOW)
    with refused(PersonSuspended):
        by_program(BERTIL, role=role)


def test_who_reviews_the_log_handles_cases_or_supports_as_well(place: Country) -> None:
    for role in (Role.LOG_REVIEWER, Role.CASE_HANDLER, Role.SUPPORT):
        by_program(role=role)


# --- revoking --------------------------------------------------------------------------------------


def test_a_revoked_right_is_gone_and_its_end_is_in_the_log(place: Country) -> None:
    bertil = cast.account_of(BERTIL).id
    (seat,) = seats_of(account_id=bertil, at=NOW)
    granting.revoke(
        grant_id=seat.grant_id, reason="slutat", revoked_by_id=cast.account_of(DORIS).id, by=DORIS.by, at=NOW
    )
    assert seats_of(account_id=bertil, at=NOW) == ()
    assert [a.name for a in active_administrators(clinic_id=place.infection, at=NOW)] == [KARIN.name]
    (entry,) = events("grant.revoked")
    assert (entry.by_hsa_id, entry.about_account_id, entry.clinic_id) == (DORIS.hsa_id, bertil, place.infection)
    assert entry.facts == {"role": "local_administrator", "reason": "slutat"}


def test_nobody_revokes_ones_own_right(place: Country) -> None:
    doris = cast.account_of(DORIS).id
    (seat,) = seats_of(account_id=doris, at=NOW)
    with refused(OwnRights):
        granting.revoke(grant_id=seat.grant_id, reason="nej", revoked_by_id=doris, by=DORIS.by, at=NOW)


def test_what_is_revoked_or_was_never_given_is_not_revoked(place: Country) -> None:
    (seat,) = seats_of(account_id=cast.account_of(BERTIL).id, at=NOW)
    granting.revoke(grant_id=seat.grant_id, reason="slutat", revoked_by_id=None, by=DORIS.by, at=NOW)
    for grant_id in (seat.grant_id, 10**12):
        with refused(NotFound):
            granting.revoke(grant_id=grant_id, reason="igen", revoked_by_id=None, by=DORIS.by, at=NOW)


def test_after_revoking_the_same_right_can_be_given_again(place: Country) -> None:
    first = by_office()
    granting.revoke(grant_id=first, reason="fel", revoked_by_id=None, by=DORIS.by, at=NOW)
    assert by_office() != first


# --- ending ----------------------------------------------------------------------------------------


def test_an_end_takes_back_revokes_and_frees_the_hsa_id_all_of_it_in_the_log(place: Country) -> None:
    attested(cast.register(ANNA, place.infection, at=NOW))
    waiting = [cast.apply_again(ANNA, clinic_id, at=NOW) for clinic_id in (place.medicine, place.sydvik)]
    account_id = cast.account_of(ANNA).id
    account_end.end_account(account_id=account_id, reason="slutat", by=DORIS.by, at=NOW)
    assert {state_of(i) for i in waiting} == {ApplicationState.WITHDRAWN}
    assert seats_of(account_id=account_id, at=NOW) == ()
    assert living_account(hsa_id=ANNA.card.hsa_id) is None
    assert has_ended_account(hsa_id=ANNA.card.hsa_id)
    about = [e.event for e in events() if e.about_account_id == account_id][:4]
    assert sorted(about) == ["account.end", "application.withdraw", "application.withdraw", "grant.revoked"]


def test_nobody_ends_twice(place: Country) -> None:
    account_id = cast.account_of(BERTIL).id
    account_end.end_account(account_id=account_id, reason="slutat", by=DORIS.by, at=NOW)
    with refused(NotPossible):
        account_end.end_account(account_id=account_id, reason="igen", by=DORIS.by, at=NOW)


def test_the_office_can_be_left_without_anybody_and_the_program_makes_it_anew(place: Country) -> None:
    account_end.end_account(account_id=cast.account_of(DORIS).id, reason="slutat", by=ERIK.by, at=NOW)
    assert registry_office(at=NOW) == ()
    by_program()
    cast.confirm_mail(MOA, at=NOW)
    assert [o.name for o in registry_office(at=NOW)] == [MOA.name]
