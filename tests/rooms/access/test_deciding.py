"""Attest, decline, mend an address: what each does, and everybody who must not, in every state."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from registret.access.actor import Actor
from registret.access.applications import applying, attesting
from registret.access.checks import LETTERS_IN_ANY_CASE, LETTERS_PER_ACCOUNT, LETTERS_PER_ADDRESS
from registret.access.grants import granting
from registret.access.lifecycle import ApplicationState
from registret.access.queries.applications import (
    application_for,
    count_waiting,
    decided_applications,
    granted,
    waiting_applications,
)
from registret.access.queries.logins import seats_of, standing_of
from registret.access.refusals import (
    AlreadyDecided,
    AlreadyGranted,
    CardTooOld,
    ClinicClosed,
    EndImpossible,
    NotActionable,
    NotAttested,
    NotFound,
    OwnApplication,
    RoleImpossible,
    SubRegistryClosed,
)
from registret.access.roles import ROLES_TO_APPLY_FOR, Role
from registret.accounts import services as accounts
from registret.accounts.lifecycle import AccountState, Authority
from registret.accounts.refusals import ConfirmationDone
from registret.kernel.refused import Refused
from tests import cast
from tests.cast import ANNA, BERTIL, CECILIA, DORIS, ERIK, KARIN, Country, Person, person
from tests.reading import reads
from tests.rooms.access.scene import (
    DAY,
    HOUR,
    LAST_DAY,
    NOW,
    SECOND,
    attested,
    by_the_office,
    declined,
    events,
    kinds,
    mail,
    refused,
    somebody,
    state_of,
    until_too_many,
)

pytestmark = pytest.mark.django_db

NADIA = person("Nadia", "Ek", "SE2321009991-E00N4D1")
REASON = "Känner inte personen"


@pytest.fixture(scope="module")
def place(module_db: None) -> Country:
    return cast.country(NOW - 30 * DAY)


@pytest.fixture
def annas(place: Country) -> int:
    """Anna's application, confirmed."""
    return cast.register(ANNA, place.infection, at=NOW - DAY)


@pytest.fixture
def unconfirmed(place: Country) -> int:
    return cast.register(ANNA, place.infection, confirmed=False, at=NOW - DAY)


def at_work(who: Person, *, card_age: timedelta = timedelta()) -> Actor:
    return dataclasses.replace(cast.actor(who, at=NOW), card_read_at=NOW - card_age)


def attest(application_id: int, actor: Actor, *, at: datetime = NOW, **different: Any) -> int:
    form: dict[str, Any] = {"role": Role.REPORTER, "sub_registries": ("pneumoni",), "last_day": LAST_DAY}
    return attesting.attest(application_id=application_id, actor=actor, at=at, **form | different)


def decline(application_id: int, actor: Actor, *, at: datetime = NOW) -> None:
    attesting.decline(application_id=application_id, reason=REASON, actor=actor, at=at)


def mend(application_id: int, actor: Actor, *, at: datetime = NOW) -> None:
    attesting.correct_address(application_id=application_id, email=mail("anna@regionnorrvik.se"), actor=actor, at=at)


ACTS: dict[str, Callable[[int, Actor], object]] = {"attest": attest, "decline": decline, "mend": mend}
every_act = pytest.mark.parametrize("act", ACTS)


# --- what a decision does --------------------------------------------------------------------------


@pytest.mark.parametrize("act", ["attest", "decline"])
def test_a_decision_finds_out_whose_application_it_is_and_reads_it_once(annas: int, act: str) -> None:
    bertil = at_work(BERTIL)
    assert reads("access_application", lambda: ACTS[act](annas, bertil)) == 2


def test_an_attestation_gives_exactly_what_it_says_and_not_what_was_asked_for(place: Country, annas: int) -> None:
    grant_id = attest(annas, at_work(BERTIL), role=Role.READER, sub_registries=("sepsis", "endokardit", "sepsis"))
    (seat,) = seats_of(account_id=cast.account_of(ANNA).id, at=NOW)
    assert (seat.grant_id, seat.clinic_id, seat.roles) == (grant_id, place.infection, frozenset({Role.READER}))
    assert seat.rights == {(Role.READER, "endokardit"), (Role.READER, "sepsis")}
    found = granted(application_id=annas)
    assert found is not None
    assert (found.role, found.revoked_at) == (Role.READER, None)
    assert standing_of(hsa_id=ANNA.card.hsa_id, at=NOW).missing is None


@pytest.mark.parametrize("act", ["attest", "decline"])
def test_a_decision_is_logged_with_author_and_clinic_and_told_to_the_applicant_alone(
    place: Country, annas: int, act: str
) -> None:
    others = [kinds(who) for who in (BERTIL, KARIN, CECILIA, DORIS)]
    actor = dataclasses.replace(at_work(BERTIL), network="192.0.2.7")
    ACTS[act](annas, actor)
    (entry,) = events(f"application.{act}")
    assert (entry.by_hsa_id, entry.by_role, entry.network) == (BERTIL.hsa_id, "local_administrator", "192.0.2.7")
    assert (entry.about_account_id, entry.clinic_id) == (cast.account_of(ANNA).id, place.infection)
    assert kinds(ANNA) == ["confirm_email", {"attest": "attested", "decline": "declined"}[act]]
    assert [kinds(who) for who in (BERTIL, KARIN, CECILIA, DORIS)] == others


def test_a_declined_person_reads_the_reason_and_has_no_rights(annas: int) -> None:
    decline(annas, at_work(BERTIL))
    standing = standing_of(hsa_id=ANNA.card.hsa_id, at=NOW)
    assert standing.seats == ()
    assert standing.application is not None
    assert (standing.application.reason, standing.application.decided_by) == (REASON, BERTIL.name)


def test_a_grant_is_over_at_the_end_of_its_last_day(annas: int) -> None:
    attest(annas, at_work(BERTIL), last_day=date(2026, 12, 31))
    account_id = cast.account_of(ANNA).id
    midnight = datetime.fromisoformat("2027-01-01T00:00:00+01:00")
    assert seats_of(account_id=account_id, at=midnight - SECOND)
    assert seats_of(account_id=account_id, at=midnight) == ()
    assert seats_of(account_id=account_id, at=NOW - SECOND) == ()


# --- what cannot be given --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("different", "why"),
    [
        *(({"role": role}, RoleImpossible) for role in Role if role not in ROLES_TO_APPLY_FOR),
        ({"sub_registries": ()}, SubRegistryClosed),
        ({"sub_registries": ("malaria",)}, SubRegistryClosed),
        ({"sub_registries": ("pneumoni", "ingenting")}, SubRegistryClosed),
        ({"last_day": date(2026, 11, 23)}, EndImpossible),
        ({"last_day": date(2028, 11, 24)}, EndImpossible),
    ],
)
def test_what_cannot_be_given_is_not_given(annas: int, different: dict[str, Any], why: type[Refused]) -> None:
    actor = at_work(BERTIL)
    with refused(why):
        attest(annas, actor, **different)


def test_a_clinic_that_closed_meanwhile_is_not_attested_at_but_may_be_declined(annas: int) -> None:
    cast.close_clinic(cast.INFECTION, at=NOW)
    actor = at_work(BERTIL)
    with refused(ClinicClosed):
        attest(annas, actor)
    decline(annas, actor)
    assert state_of(annas) is ApplicationState.DECLINED


@pytest.mark.parametrize("act", ["attest", "decline"])
def test_nobody_decides_about_an_address_that_is_not_confirmed(unconfirmed: int, act: str) -> None:
    for who in (BERTIL, KARIN):
        actor = at_work(who)
        with refused(NotActionable):
            ACTS[act](unconfirmed, actor)
    cast.confirm_mail(ANNA, at=NOW)
    ACTS[act](unconfirmed, at_work(BERTIL))


def test_a_right_that_somebody_has_already_is_not_given_twice(place: Country, annas: int) -> None:
    attest(annas, at_work(BERTIL), sub_registries=("pneumoni", "sepsis"))
    again = cast.apply_again(ANNA, place.infection, at=NOW)
    actor = at_work(KARIN)
    with refused(AlreadyGranted):
        attest(again, actor, at=NOW + HOUR / 2)


@pytest.mark.parametrize(
    "different", [{"sub_registries": ("pneumoni", "sepsis")}, {"last_day": date(2028, 9, 20)}], ids=["more", "longer"]
)
def test_a_right_that_grew_takes_the_place_of_the_older_one(
    place: Country, annas: int, different: dict[str, Any]
) -> None:
    first = attest(annas, at_work(BERTIL), last_day=date(2027, 1, 1))
    again = cast.apply_again(ANNA, place.infection, at=NOW)
    second = attest(again, at_work(KARIN), **{"last_day": date(2027, 1, 1)} | different)
    (seat,) = seats_of(account_id=cast.account_of(ANNA).id, at=NOW)
    assert seat.grant_ids == {second}
    older = granted(application_id=annas)
    assert older is not None
    assert older.revoked_at == NOW
    assert first != second


def test_another_role_at_the_same_clinic_stands_beside_the_first(place: Country, annas: int) -> None:
    attest(annas, at_work(BERTIL))
    again = cast.apply_again(ANNA, place.infection, role=Role.READER, at=NOW)
    attest(again, at_work(BERTIL), role=Role.READER)
    (seat,) = seats_of(account_id=cast.account_of(ANNA).id, at=NOW)
    assert seat.roles == {Role.REPORTER, Role.READER}


# --- everybody who must not ------------------------------------------------------------------------


def without_a_role_that_decides(place: Country) -> Person:
    attested(cast.register(NADIA, place.infection, at=NOW), at=NOW)
    return NADIA


MUST_NOT: dict[str, Callable[[Country], Person]] = {
    "an administrator of another clinic": lambda place: CECILIA,
    "the office, where the clinic has administrators": lambda place: DORIS,
    "a log reviewer": lambda place: ERIK,
    "a reporter of the same clinic": without_a_role_that_decides,
}


@every_act
@pytest.mark.parametrize("who", MUST_NOT)
@pytest.mark.parametrize("confirmed", [True, False])
def test_to_everybody_else_the_application_does_not_exist(place: Country, who: str, act: str, confirmed: bool) -> None:
    application_id = cast.register(ANNA, place.infection, confirmed=confirmed, at=NOW - DAY)
    actor = at_work(MUST_NOT[who](place))
    with refused(NotFound):
        ACTS[act](application_id, actor)
    with refused(NotFound):
        ACTS[act](10**12, actor)
    with pytest.raises(NotFound):
        application_for(actor=actor, application_id=application_id, at=NOW)
    assert waiting_applications(actor=actor, at=NOW).rows == ()
    assert decided_applications(actor=actor, at=NOW) == ()
    assert count_waiting(actor=actor, at=NOW) == 0


@every_act
def test_nobody_decides_about_oneself(place: Country, act: str) -> None:
    own = cast.apply_again(BERTIL, place.infection, at=NOW)
    actor = at_work(BERTIL)
    with refused(OwnApplication):
        ACTS[act](own, actor)
    assert [row.id for row in waiting_applications(actor=actor, at=NOW).rows] == []
    assert count_waiting(actor=actor, at=NOW) == 0
    assert [row.id for row in waiting_applications(actor=at_work(KARIN), at=NOW).rows] == [own]


@every_act
def test_the_office_decides_not_about_its_own_either(place: Country, act: str) -> None:
    own = cast.apply_again(DORIS, place.medicine, at=NOW)
    actor = at_work(DORIS)
    with refused(OwnApplication):
        ACTS[act](own, actor)


@every_act
def test_a_card_that_was_read_more_than_an_hour_ago_decides_nothing_here_either(
    place: Country, act: str, annas: int
) -> None:
    waiting = annas if act != "mend" else cast.register(NADIA, place.infection, confirmed=False, at=NOW)
    too_old, just_young_enough = at_work(BERTIL, card_age=HOUR + SECOND), at_work(BERTIL, card_age=HOUR)
    with refused(CardTooOld) as no:
        ACTS[act](waiting, too_old)
    assert no.value.facts == {"minutes": 60}
    ACTS[act](waiting, just_young_enough)


ENDS: dict[str, Callable[[int], object]] = {
    "attested": attested,
    "declined": declined,
    "withdrawn": lambda _: applying.withdraw(account_id=cast.account_of(ANNA).id, by=ANNA.by, at=NOW),
}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("act", ["attest", "decline"])
def test_what_is_decided_stays_decided_and_the_second_learns_by_whom(annas: int, end: str, act: str) -> None:
    ENDS[end](annas)
    for who in (KARIN, BERTIL):
        actor = at_work(who)
        with refused(AlreadyDecided) as no:
            ACTS[act](annas, actor)
        assert no.value.facts == {
            "state": end,
            "decided_by": ANNA.name if end == "withdrawn" else BERTIL.name,
            "decided_at": NOW.isoformat(),
        }


# --- the office steps in ---------------------------------------------------------------------------


def test_the_office_decides_where_nobody_else_can(place: Country) -> None:
    waiting = cast.register(ANNA, place.medicine, at=NOW)
    actor = at_work(DORIS)
    assert [row.id for row in waiting_applications(actor=actor, at=NOW).rows] == [waiting]
    by_the_office(waiting)
    (seat,) = seats_of(account_id=cast.account_of(ANNA).id, at=NOW)
    assert seat.clinic_id == place.medicine


def test_what_the_office_decided_it_still_sees_when_the_clinic_has_an_administrator_again(place: Country) -> None:
    waiting, other = cast.register(ANNA, place.medicine, at=NOW), cast.register(NADIA, place.medicine, at=NOW)
    by_the_office(waiting)
    cast.appoint(somebody(1), place.medicine, at=NOW)
    actor = at_work(DORIS)
    assert [row.id for row in decided_applications(actor=actor, at=NOW)] == [waiting]
    with refused(NotFound):
        attest(other, actor)


def test_the_office_decides_about_a_clinics_only_administrator(place: Country) -> None:
    waiting = cast.apply_again(CECILIA, place.sydvik, at=NOW)
    by_the_office(waiting)
    (seat,) = seats_of(account_id=cast.account_of(CECILIA).id, at=NOW)
    assert seat.roles == {Role.REPORTER, Role.LOCAL_ADMINISTRATOR}


@pytest.mark.parametrize("why", ["suspended", "revoked"])
def test_the_office_steps_in_when_the_only_administrator_cannot_act(place: Country, why: str) -> None:
    waiting = cast.register(ANNA, place.sydvik, at=NOW)
    assert waiting_applications(actor=at_work(DORIS), at=NOW).rows == ()
    cecilia = cast.account_of(CECILIA).id
    if why == "suspended":
        accounts.suspend(account_id=cecilia, reason="utreds", authority=Authority.OFFICE, by=DORIS.by, at=NOW)
    else:
        (seat,) = seats_of(account_id=cecilia, at=NOW)
        granting.revoke(grant_id=seat.grant_id, reason="slutat", revoked_by_id=None, by=DORIS.by, at=NOW)
    assert [row.id for row in waiting_applications(actor=at_work(DORIS), at=NOW).rows] == [waiting]


def test_the_number_beside_the_menu_is_the_number_in_the_list(place: Country, annas: int) -> None:
    cast.register(NADIA, place.infection, at=NOW)
    cast.register(somebody(1), place.infection, confirmed=False, at=NOW)
    accounts.suspend(
        account_id=cast.account_of(NADIA).id, reason="utreds", authority=Authority.OFFICE, by=DORIS.by, at=NOW
    )
    actor = at_work(BERTIL)
    listed = waiting_applications(actor=actor, actionable=True, at=NOW).rows
    assert count_waiting(actor=actor, at=NOW) == len(listed) == 2
    assert len(waiting_applications(actor=actor, actionable=False, at=NOW).rows) == 1


def test_attesting_a_suspended_person_lets_nobody_in(annas: int) -> None:
    accounts.suspend(
        account_id=cast.account_of(ANNA).id, reason="utreds", authority=Authority.OFFICE, by=DORIS.by, at=NOW
    )
    attest(annas, at_work(BERTIL))
    standing = standing_of(hsa_id=ANNA.card.hsa_id, at=NOW)
    assert standing.missing is not None
    assert standing.missing.code == "login.suspended"


# --- mending an address ----------------------------------------------------------------------------


def test_a_mended_address_gets_a_letter_and_is_not_confirmed_by_that(unconfirmed: int) -> None:
    mend(unconfirmed, at_work(BERTIL))
    account = cast.account_of(ANNA)
    assert (account.email.text, account.state) == ("anna@regionnorrvik.se", AccountState.REGISTERED)
    assert kinds(ANNA) == ["confirm_email", "confirm_email"]
    assert events("account.mail_changed")[0].by_hsa_id == BERTIL.hsa_id
    cast.confirm_mail(ANNA, at=NOW)
    assert isinstance(standing_of(hsa_id=ANNA.card.hsa_id, at=NOW).missing, NotAttested)


@pytest.mark.parametrize("end", ["confirmed", "withdrawn"])
def test_an_address_is_mended_only_while_the_application_waits_and_the_mail_is_not_confirmed(
    unconfirmed: int, end: str
) -> None:
    if end == "confirmed":
        cast.confirm_mail(ANNA, at=NOW)
    else:
        applying.withdraw(account_id=cast.account_of(ANNA).id, by=ANNA.by, at=NOW)
    actor = at_work(BERTIL)
    with refused(ConfirmationDone):
        mend(unconfirmed, actor)


def test_mending_is_limited_per_card_and_address(place: Country) -> None:
    waiting = [cast.register(somebody(n), place.infection, confirmed=False, at=NOW) for n in range(40)]
    later = NOW + HOUR
    actor = dataclasses.replace(at_work(BERTIL), card_read_at=later, network="192.0.2.7")

    def to(application_id: int, address: str) -> None:
        attesting.correct_address(application_id=application_id, email=mail(address), actor=actor, at=later)

    per_card = until_too_many(lambda number: to(waiting[0], f"a{number}@b.se"))
    assert per_card == (LETTERS_PER_ACCOUNT.most, LETTERS_PER_ACCOUNT.what)
    per_address = until_too_many(lambda number: to(waiting[1 + number], "erik.sand@regionnorrvik.se"))
    assert per_address == (LETTERS_PER_ADDRESS.most + LETTERS_IN_ANY_CASE.most, LETTERS_IN_ANY_CASE.what)
