"""Registrera dig, a further application, confirming, taking back, reminding: what is made, and what must not be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

import pytest

from registret.access.applications import account_end, applying, confirming, entering
from registret.access.applications.applying import APPLICATIONS_PER_ACCOUNT, may_remind_at
from registret.access.checks import LETTERS_PER_ACCOUNT
from registret.access.grants import granting
from registret.access.lifecycle import ApplicationState
from registret.access.queries.applications import newest_application
from registret.access.queries.logins import standing_of
from registret.access.refusals import (
    AccountEnded,
    AccountSuspended,
    AlreadyApplied,
    ClinicClosed,
    NotFound,
    RemindedToday,
    RoleImpossible,
    SubRegistryClosed,
)
from registret.access.roles import ROLES_TO_APPLY_FOR, Role
from registret.accounts import services as accounts
from registret.accounts.lifecycle import AccountState, Authority
from registret.accounts.queries import living_account
from registret.accounts.refusals import AccountExists, ConfirmationDone
from registret.mail.queries import letters_about
from registret.rate_limits.services import TooMany
from tests import cast
from tests.cast import ANNA, BERTIL, CECILIA, DORIS, KARIN, Country, Person, person
from tests.rooms.access.scene import (
    DAY,
    HOUR,
    NOW,
    SECOND,
    attested,
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


@pytest.fixture(scope="module")
def place(module_db: None) -> Country:
    return cast.country(NOW - 30 * DAY)


def register(who: Person = ANNA, *, at: datetime = NOW, **different: Any) -> int:
    wish: dict[str, Any] = {
        "card": who.card,
        "email": who.email,
        "clinic_id": cast.clinic_id(cast.INFECTION),
        "role": Role.REPORTER,
        "sub_registries": ("pneumoni",),
        "message": "",
        "language": "sv",
        "by": who.by,
        "at": at,
    }
    return entering.register(**wish | different)


def apply(who: Person = ANNA, *, at: datetime = NOW, **different: Any) -> int:
    wish: dict[str, Any] = {
        "account_id": different.get("account_id") or cast.account_of(who).id,
        "clinic_id": cast.clinic_id(cast.INFECTION),
        "role": Role.REPORTER,
        "sub_registries": ("pneumoni",),
        "message": "",
        "by": who.by,
        "at": at,
    }
    return applying.apply(**wish | different)


IMPOSSIBLE: list[tuple[dict[str, Any], type[Any]]] = [
    ({"clinic_id": 10**12}, ClinicClosed),
    *(({"role": role}, RoleImpossible) for role in Role if role not in ROLES_TO_APPLY_FOR),
    ({"sub_registries": ()}, SubRegistryClosed),
    ({"sub_registries": ("malaria",)}, SubRegistryClosed),
    ({"sub_registries": ("pneumoni", "malaria")}, SubRegistryClosed),
    ({"sub_registries": ("Pneumoni",)}, SubRegistryClosed),
    ({"sub_registries": ("pneumoni", "")}, SubRegistryClosed),
]


# --- registering -----------------------------------------------------------------------------------


def test_a_registration_is_an_account_out_of_the_card_and_an_application_that_waits(place: Country) -> None:
    account_id = register(message="Ny ST-läkare", sub_registries=("sepsis", "pneumoni", "sepsis"), language="en")
    account = cast.account_of(ANNA)
    assert account.id == account_id
    assert (account.hsa_id, account.name, account.organisation) == (ANNA.card.hsa_id, ANNA.name, "Region Norrvik")
    assert (account.email, account.language, account.state) == (ANNA.email, "en", AccountState.REGISTERED)
    application = newest_application(account_id=account_id)
    assert application is not None
    assert (application.clinic_id, application.role, application.message) == (
        place.infection,
        Role.REPORTER,
        "Ny ST-läkare",
    )
    assert application.sub_registries == ("pneumoni", "sepsis")
    assert (application.state, application.applied_at, application.actionable) == (
        ApplicationState.WAITING,
        NOW,
        False,
    )


def test_a_registration_writes_one_letter_to_the_address_and_none_to_those_who_attest(place: Country) -> None:
    before = kinds(BERTIL)
    register()
    (letter,) = letters_about(cast.account_of(ANNA).id)
    assert (letter.kind, letter.to, letter.language) == ("confirm_email", "a•••@regionnorrvik.se", "sv")
    assert kinds(BERTIL) == before


def test_a_registration_is_in_the_log_with_the_card_as_its_author(place: Country) -> None:
    account_id = register()
    for event in ("account.registered", "application.made", "confirmation.asked"):
        entry = events(event)[0]
        assert (entry.by_hsa_id, entry.about_account_id, entry.at) == (ANNA.hsa_id, account_id, NOW)
    assert events("application.made")[0].clinic_id == place.infection


@pytest.mark.parametrize(("wish", "why"), IMPOSSIBLE)
def test_an_impossible_wish_registers_nobody(place: Country, wish: dict[str, Any], why: type[Any]) -> None:
    with refused(why):
        register(**wish)
    assert living_account(hsa_id=ANNA.card.hsa_id) is None


def test_a_clinic_that_closed_between_form_and_sending_registers_nobody_and_costs_no_letter(place: Country) -> None:
    cast.close_clinic(cast.INFECTION, at=NOW)
    for _ in range(LETTERS_PER_ACCOUNT.most + 1):
        with refused(ClinicClosed):
            register()
    assert register(clinic_id=place.medicine)


@pytest.mark.parametrize("spelling", [str.upper, str.lower])
def test_a_second_registration_under_one_hsa_id_is_refused_and_costs_no_letter(place: Country, spelling: Any) -> None:
    register()
    again = person("Någon", "Annan", spelling(ANNA.hsa_id), email="annan@regionnorrvik.se")
    for _ in range(LETTERS_PER_ACCOUNT.most):
        with refused(AccountExists):
            register(again)
    confirming.resend_confirmation(account_id=cast.account_of(ANNA).id, by=ANNA.by, at=NOW)


def test_after_an_end_the_same_card_registers_anew_and_the_old_application_waits_no_more(place: Country) -> None:
    application_id = cast.register(ANNA, place.infection, at=NOW)
    ended = cast.account_of(ANNA).id
    account_end.end_account(account_id=ended, reason="slutat", by=DORIS.by, at=NOW)
    assert register() != ended
    assert state_of(application_id) is ApplicationState.WITHDRAWN


def test_an_end_and_a_new_registration_are_no_way_around_the_limit_of_letters(place: Country) -> None:
    def register_and_end(number: int) -> None:
        account_id = register(email=mail(f"anna{number}@regionnorrvik.se"))
        account_end.end_account(account_id=account_id, reason="slutat", by=DORIS.by, at=NOW)

    assert until_too_many(register_and_end) == (LETTERS_PER_ACCOUNT.most, LETTERS_PER_ACCOUNT.what)


def test_a_registration_that_was_stopped_by_a_limit_leaves_nothing_behind(place: Country) -> None:
    def register_and_end(number: int) -> None:
        account_id = register(email=mail(f"anna{number}@regionnorrvik.se"))
        account_end.end_account(account_id=account_id, reason="slutat", by=DORIS.by, at=NOW)

    until_too_many(register_and_end)
    with refused(TooMany):
        register()
    assert living_account(hsa_id=ANNA.card.hsa_id) is None


# --- confirming tells those who attest -------------------------------------------------------------


def test_confirming_tells_every_administrator_of_the_clinic_and_nobody_else(place: Country) -> None:
    before = {who.name: kinds(who) for who in (BERTIL, KARIN, CECILIA, DORIS)}
    cast.register(ANNA, place.infection, at=NOW)
    told = {who.name: kinds(who)[len(before[who.name]) :] for who in (BERTIL, KARIN, CECILIA, DORIS)}
    assert told == {
        BERTIL.name: ["application_waiting"],
        KARIN.name: ["application_waiting"],
        CECILIA.name: [],
        DORIS.name: [],
    }


def test_where_nobody_can_attest_the_office_is_told(place: Country) -> None:
    cast.register(ANNA, place.medicine, at=NOW)
    assert kinds(DORIS)[-1] == "application_escalated"


def test_where_the_only_administrator_applies_the_office_is_told_and_not_the_applicant(place: Country) -> None:
    before = kinds(CECILIA)
    cast.apply_again(CECILIA, place.sydvik, at=NOW)
    assert kinds(DORIS)[-1] == "application_escalated"
    assert kinds(CECILIA) == before


@pytest.mark.parametrize("act", ["suspended", "revoked", "not confirmed"])
def test_an_administrator_who_cannot_act_is_not_told(place: Country, act: str) -> None:
    moa = person("Moa", "Lind", "SE2321009991-E00M5N9")
    grant_id = cast.appoint(moa, place.medicine, confirmed=act != "not confirmed", at=NOW)
    if act == "suspended":
        accounts.suspend(
            account_id=cast.account_of(moa).id, reason="utreds", authority=Authority.OFFICE, by=DORIS.by, at=NOW
        )
    if act == "revoked":
        granting.revoke(grant_id=grant_id, reason="slutat", revoked_by_id=None, by=DORIS.by, at=NOW)
    before = kinds(moa)
    cast.register(ANNA, place.medicine, at=NOW)
    assert kinds(moa) == before
    assert kinds(DORIS)[-1] == "application_escalated"


# --- a further application -------------------------------------------------------------------------


@pytest.mark.parametrize(("wish", "why"), IMPOSSIBLE)
def test_a_wish_that_cannot_be_fulfilled_is_no_application(
    place: Country, wish: dict[str, Any], why: type[Any]
) -> None:
    cast.register(ANNA, place.medicine, at=NOW)
    with refused(why):
        apply(**wish)


def test_a_clinic_that_closed_takes_no_application(place: Country) -> None:
    cast.register(ANNA, place.medicine, at=NOW)
    cast.close_clinic(cast.INFECTION, at=NOW)
    with refused(ClinicClosed):
        apply()


def test_one_application_waits_at_a_clinic_and_others_may_wait_elsewhere(place: Country) -> None:
    cast.register(ANNA, place.infection, at=NOW)
    with refused(AlreadyApplied):
        apply(role=Role.READER)
    assert apply(clinic_id=place.sydvik)


@pytest.mark.parametrize("end", ["decline", "withdraw", "attest"])
def test_after_a_decision_one_may_apply_again(place: Country, end: str) -> None:
    first = cast.register(ANNA, place.infection, at=NOW)
    if end == "decline":
        declined(first)
    elif end == "attest":
        attested(first)
    else:
        applying.withdraw(account_id=cast.account_of(ANNA).id, by=ANNA.by, at=NOW)
    assert apply(at=NOW + DAY) != first


def test_a_further_application_of_a_confirmed_person_is_told_at_once_and_of_another_only_when_confirmed(
    place: Country,
) -> None:
    cast.register(ANNA, place.medicine, confirmed=False, at=NOW)
    before = kinds(BERTIL)
    apply()
    assert kinds(BERTIL) == before
    cast.confirm_mail(ANNA, at=NOW)
    assert kinds(BERTIL) == [*before, "application_waiting"]
    cast.register(somebody(1), place.medicine, at=NOW)
    apply(somebody(1))
    assert kinds(BERTIL) == [*before, "application_waiting", "application_waiting"]


def test_whoever_applies_without_end_is_stopped(place: Country) -> None:
    cast.register(ANNA, place.medicine, at=NOW)

    def apply_and_take_back(_: int) -> None:
        apply()
        applying.withdraw(account_id=cast.account_of(ANNA).id, by=ANNA.by, at=NOW)

    assert until_too_many(apply_and_take_back) == (APPLICATIONS_PER_ACCOUNT.most, APPLICATIONS_PER_ACCOUNT.what)
    apply(at=NOW + DAY)


def test_a_suspended_person_applies_for_nothing_and_reminds_nobody(place: Country) -> None:
    cast.register(ANNA, place.medicine, at=NOW)
    account_id = cast.account_of(ANNA).id
    accounts.suspend(account_id=account_id, reason="utreds", authority=Authority.OFFICE, by=DORIS.by, at=NOW)
    with refused(AccountSuspended):
        apply()
    with refused(AccountSuspended):
        applying.remind(account_id=account_id, by=ANNA.by, at=NOW)


def test_an_account_that_ended_applies_for_nothing(place: Country) -> None:
    cast.register(ANNA, place.medicine, at=NOW)
    account_id = cast.account_of(ANNA).id
    account_end.end_account(account_id=account_id, reason="slutat", by=DORIS.by, at=NOW)
    with refused(AccountEnded):
        apply(account_id=account_id)


def test_an_account_that_does_not_exist_can_do_nothing(place: Country) -> None:
    nobody: dict[str, Any] = {"account_id": 10**12, "by": ANNA.by, "at": NOW}
    acts: list[Callable[..., object]] = [applying.withdraw, applying.remind, confirming.resend_confirmation, apply]
    acts.append(partial(confirming.change_unconfirmed_address, email=ANNA.email))
    for act in acts:
        with refused(NotFound):
            act(**nobody)


# --- resend and change of address ------------------------------------------------------------------


def test_a_new_address_gets_the_letter_and_the_old_one_gets_none(place: Country) -> None:
    register()
    account_id = cast.account_of(ANNA).id
    confirming.change_unconfirmed_address(account_id=account_id, email=mail("berg@regionsydvik.se"), by=ANNA.by, at=NOW)
    newest, older = letters_about(account_id)
    assert (newest.to, older.to) == ("b•••@regionsydvik.se", "a•••@regionnorrvik.se")
    assert cast.account_of(ANNA).email.text == "berg@regionsydvik.se"
    entry = events("account.mail_changed")[0]
    assert entry.facts == {"domain_before": "regionnorrvik.se", "domain": "regionsydvik.se"}


def test_an_address_that_a_limit_stopped_is_not_changed(place: Country) -> None:
    register()
    account_id = cast.account_of(ANNA).id

    def change(number: int) -> None:
        confirming.change_unconfirmed_address(account_id=account_id, email=mail(f"a{number}@b.se"), by=ANNA.by, at=NOW)

    done, _ = until_too_many(change)
    assert cast.account_of(ANNA).email.text == f"a{done - 1}@b.se"


def test_after_the_confirmation_nothing_is_sent_again_and_no_address_changed(place: Country) -> None:
    cast.register(ANNA, place.infection, at=NOW)
    account_id = cast.account_of(ANNA).id
    with refused(ConfirmationDone):
        confirming.resend_confirmation(account_id=account_id, by=ANNA.by, at=NOW)
    with refused(ConfirmationDone):
        confirming.change_unconfirmed_address(account_id=account_id, email=mail("x@y.se"), by=ANNA.by, at=NOW)


# --- taking back, reminding ------------------------------------------------------------------------


def test_taking_back_ends_the_newest_application_and_is_logged(place: Country) -> None:
    first = cast.register(ANNA, place.infection, at=NOW)
    second = apply(clinic_id=place.sydvik)
    applying.withdraw(account_id=cast.account_of(ANNA).id, by=ANNA.by, at=NOW)
    assert (state_of(first), state_of(second)) == (ApplicationState.WAITING, ApplicationState.WITHDRAWN)
    (entry,) = events("application.withdraw")
    assert (entry.by_hsa_id, entry.clinic_id) == (ANNA.hsa_id, place.sydvik)


def test_what_does_not_wait_is_not_taken_back(place: Country) -> None:
    declined(cast.register(ANNA, place.infection, at=NOW))
    with refused(NotFound):
        applying.withdraw(account_id=cast.account_of(ANNA).id, by=ANNA.by, at=NOW)


def test_reminding_writes_to_each_administrator_at_most_once_a_day(place: Country) -> None:
    cast.register(ANNA, place.infection, at=NOW)
    account_id = cast.account_of(ANNA).id
    before = kinds(KARIN)
    assert applying.remind(account_id=account_id, by=ANNA.by, at=NOW) == 2
    assert kinds(KARIN) == [*before, "reminder"]
    with refused(RemindedToday) as no:
        applying.remind(account_id=account_id, by=ANNA.by, at=NOW + DAY - SECOND)
    assert no.value.facts["again_at"] == (NOW + DAY).isoformat()
    assert applying.remind(account_id=account_id, by=ANNA.by, at=NOW + DAY) == 2


def test_reminding_where_nobody_attests_writes_to_the_office(place: Country) -> None:
    cast.register(ANNA, place.medicine, at=NOW)
    assert applying.remind(account_id=cast.account_of(ANNA).id, by=ANNA.by, at=NOW) == 1
    assert kinds(DORIS)[-1] == "application_escalated"


def test_nobody_reminds_of_what_nobody_can_decide(place: Country) -> None:
    cast.register(ANNA, place.infection, confirmed=False, at=NOW)
    account_id = cast.account_of(ANNA).id
    with refused(NotFound):
        applying.remind(account_id=account_id, by=ANNA.by, at=NOW)
    cast.confirm_mail(ANNA, at=NOW)
    applying.withdraw(account_id=account_id, by=ANNA.by, at=NOW)
    with refused(NotFound):
        applying.remind(account_id=account_id, by=ANNA.by, at=NOW)


def test_the_checklist_knows_from_when_one_may_remind(place: Country) -> None:
    cast.register(ANNA, place.infection, at=NOW)
    standing = standing_of(hsa_id=ANNA.card.hsa_id, at=NOW)
    assert standing.application is not None
    assert may_remind_at(standing.application) == NOW
    applying.remind(account_id=cast.account_of(ANNA).id, by=ANNA.by, at=NOW + HOUR)
    standing = standing_of(hsa_id=ANNA.card.hsa_id, at=NOW + HOUR)
    assert standing.application is not None
    assert may_remind_at(standing.application) == NOW + HOUR + DAY
