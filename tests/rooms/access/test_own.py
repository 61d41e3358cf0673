"""Mitt konto: another address with the card, objections from the old one, applying for more, leaving."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

import pytest

from registret.access import checks
from registret.access.applications import applying, confirming, entering
from registret.access.grants import granting
from registret.access.lifecycle import ApplicationState
from registret.access.models import Application, Grant
from registret.access.queries.applications import applications_of, waiting_applications
from registret.access.queries.logins import seats_of, standing_of
from registret.access.refusals import (
    AccountSuspended,
    AdministratorsAddress,
    AlreadyApplied,
    CardTooOld,
    LastAdministrator,
    NotAttested,
    NotFound,
    NotPermitted,
    OwnApplication,
    RightHeld,
)
from registret.access.roles import Permission, Role
from registret.access.self_service import my_account
from registret.access.self_service.my_account import own_grants
from registret.access.staff.suspending import suspend_person
from registret.accounts import services as accounts
from registret.accounts.queries import ConfirmationRow, newest_confirmation, pending_change
from registret.accounts.refusals import (
    AddressResting,
    AddressUnchanged,
    CodeBurnt,
    CodeWrong,
    ConfirmationDone,
    ConfirmationExpired,
    ConfirmationOtherCard,
    ConfirmationReplaced,
    NoChangeWaits,
    ObjectionOver,
    ObjectionUnknown,
)
from registret.accounts.sessions import sessions_of
from registret.kernel.by import By
from registret.kernel.identifiers import EmailAddress
from registret.kernel.life import NotPossible
from registret.mail.links import confirmation_code
from registret.mail.models import Letter
from registret.mail.queries import Fate, letters_about
from registret.rate_limits.services import TooMany
from tests import cast
from tests.cast import ANNA, BERTIL, CECILIA, DORIS, ERIK, KARIN, Country, Person
from tests.rooms.access.scene import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    SECOND,
    attested,
    by_the_office,
    events,
    kinds,
    mail,
    refused,
)

pytestmark = pytest.mark.django_db

NEW, OTHER, FOREIGN = (
    mail("anna.ny@regionnorrvik.se"),
    mail("a.berg@sjukhus.regionnorrvik.se"),
    mail("anna@example.org"),
)
VISITOR = By.nobody(network="192.0.2.9")


@pytest.fixture(scope="module")
def place(module_db: None) -> Country:
    """Anna reports at the infection clinic."""
    place = cast.country(NOW - 30 * DAY)
    attested(cast.register(ANNA, place.infection, at=NOW - 2 * HOUR), at=NOW - 2 * HOUR)
    return place


def id_of(who: Person) -> int:
    return cast.account_of(who).id


def ask(email: EmailAddress = NEW, *, who: Person = ANNA, read_at: datetime | None = None, at: datetime = NOW) -> None:
    my_account.ask_for_address(account_id=id_of(who), email=email, card_read_at=read_at or at, by=who.by, at=at)


def waiting(who: Person = ANNA) -> ConfirmationRow:
    found = pending_change(account_id=id_of(who))
    assert found is not None
    return found


def follow(of: ConfirmationRow, *, who: Person = ANNA, at: datetime = NOW) -> None:
    confirming.confirm_by_link(confirmation=(of.id, of.version), hsa_id=who.card.hsa_id, by=who.by, at=at)


def type_code(code: str | None = None, *, who: Person = ANNA, at: datetime = NOW) -> None:
    of = waiting(who)
    code = code or confirmation_code(of.id, of.version)
    confirming.confirm_by_code(account_id=id_of(who), code=code, by=who.by, at=at)


def changed(email: EmailAddress = NEW, *, who: Person = ANNA, at: datetime = NOW) -> ConfirmationRow:
    """Asked for and confirmed."""
    ask(email, who=who, at=at)
    of = waiting(who)
    follow(of, who=who, at=at)
    return of


def object_to(of: ConfirmationRow, *, at: datetime = NOW) -> None:
    my_account.object_to_address(confirmation_id=of.id, by=VISITOR, at=at)


def address(who: Person = ANNA) -> EmailAddress:
    return cast.account_of(who).email


def to(email: EmailAddress) -> list[str]:
    """Kinds of letters to an address, oldest first."""
    return list(Letter.objects.filter(to_address=email.text).order_by("id").values_list("kind", flat=True))


# --- another address -------------------------------------------------------------------------------


def test_the_old_address_stays_in_force_until_the_new_one_is_confirmed(place: Country) -> None:
    ask()
    assert address() == ANNA.email
    assert waiting().email == NEW
    assert to(NEW) == ["confirm_new_address"]
    assert to(ANNA.email)[-1] == "address_change_asked"


@pytest.mark.parametrize("how", [type_code, lambda: follow(waiting())], ids=["code", "link"])
def test_the_new_one_is_in_force_once_it_is_confirmed_and_the_old_one_is_told(
    place: Country, how: Callable[[], None]
) -> None:
    ask()
    confirmed_at = cast.account_of(ANNA).confirmed_at
    how()
    assert address() == NEW
    assert cast.account_of(ANNA).confirmed_at == confirmed_at
    assert pending_change(account_id=id_of(ANNA)) is None
    assert to(ANNA.email)[-1] == "address_changed"
    assert to(NEW) == ["confirm_new_address"]
    (entry, *_) = events("account.mail_changed")
    assert (entry.facts["domain_before"], entry.facts["domain"]) == ("regionnorrvik.se", "regionnorrvik.se")
    assert NEW.text not in str(entry.facts)


def test_what_waits_is_not_told_of_again_to_those_who_attest(place: Country) -> None:
    cast.apply_again(ANNA, place.infection, role=Role.READER, at=NOW)
    before = kinds(BERTIL)
    changed()
    assert kinds(BERTIL) == before


def test_logging_in_by_the_link_confirms_on_the_way(place: Country) -> None:
    ask()
    of = waiting()
    proof = cast.show_card(ANNA, at=NOW)
    object.__setattr__(proof, "confirmation", (of.id, of.version))
    entered = entering.enter(proof=proof, network=None, at=NOW)
    assert entered.confirmed
    assert entered.standing.missing is None
    assert address() == NEW


def test_the_same_rules_as_for_a_first_address(place: Country) -> None:
    ask()
    first = waiting()
    with refused(ConfirmationOtherCard):
        follow(first, who=BERTIL)
    with refused(ConfirmationExpired):
        follow(first, at=NOW + 7 * DAY)
    my_account.resend_for_address(account_id=id_of(ANNA), by=ANNA.by, at=NOW)
    with refused(ConfirmationReplaced):
        follow(first)
    code = confirmation_code(first.id, first.version + 1)
    wrong = ("A" if code[0] != "A" else "C") + code[1:]
    for why in [CodeWrong] * 4 + [CodeBurnt] * 2:
        with pytest.raises(why):
            type_code(wrong)
    with pytest.raises(CodeBurnt):
        type_code(code)
    assert address() == ANNA.email
    follow(waiting())
    with refused(ConfirmationDone):
        follow(first)
    with refused(ConfirmationDone):
        confirming.confirm_by_code(account_id=id_of(ANNA), code=code, by=ANNA.by, at=NOW)


def test_of_two_new_addresses_the_last_one_counts(place: Country) -> None:
    ask(NEW)
    first = waiting()
    ask(OTHER)
    with refused(ConfirmationReplaced):
        follow(first)
    type_code()
    assert address() == OTHER


def test_a_second_letter_never_takes_back_the_one_to_the_old_address(place: Country) -> None:
    ask()
    for _ in range(3):
        my_account.resend_for_address(account_id=id_of(ANNA), by=ANNA.by, at=NOW)
    changed_letters = [row for row in letters_about(id_of(ANNA)) if row.kind == "address_change_asked"]
    assert [row.fate for row in changed_letters] == [Fate.WAITING]
    asked = [row.fate for row in letters_about(id_of(ANNA)) if row.kind == "confirm_new_address"]
    assert asked == [Fate.WAITING] + [Fate.SUPERSEDED] * 3


def test_what_was_taken_back_cannot_be_confirmed_and_nothing_is_taken_back_twice(place: Country) -> None:
    ask()
    of = waiting()
    my_account.take_back_address(account_id=id_of(ANNA), by=ANNA.by, at=NOW)
    for act in (
        partial(my_account.take_back_address, account_id=id_of(ANNA), by=ANNA.by, at=NOW),
        partial(my_account.resend_for_address, account_id=id_of(ANNA), by=ANNA.by, at=NOW),
    ):
        with refused(NoChangeWaits):
            act()
    with refused(ConfirmationReplaced):
        follow(of)
    assert address() == ANNA.email
    assert len(events("account.mail_kept")) == 1


def test_a_card_that_was_read_long_ago_changes_no_address(place: Country) -> None:
    with refused(CardTooOld):
        ask(read_at=NOW - 60 * MINUTE - SECOND)
    ask(read_at=NOW - 60 * MINUTE)


def test_the_address_that_one_has_is_not_asked_for(place: Country) -> None:
    with refused(AddressUnchanged):
        ask(ANNA.email)


def test_who_is_not_confirmed_or_is_suspended_changes_nothing(place: Country) -> None:
    elin = cast.person("Elin", "Sandgren", "SE2321009991-E00S4N2")
    cast.register(elin, place.infection, confirmed=False, at=NOW)
    with refused(NotPossible):
        ask(who=elin)
    ask()
    of = waiting()
    suspend_person(account_id=id_of(ANNA), reason="slutat", actor=cast.actor(BERTIL, at=NOW), at=NOW)
    with refused(AccountSuspended):
        ask(OTHER)
    with refused(ConfirmationReplaced):
        follow(of)
    assert address() == ANNA.email


def test_a_change_that_waits_when_an_account_is_suspended_does_not_come_back_with_it(place: Country) -> None:
    ask()
    of = waiting()
    cast.suspend(ANNA, at=NOW)
    accounts.reinstate(account_id=id_of(ANNA), by=DORIS.by, at=NOW)
    with refused(ConfirmationReplaced):
        follow(of)


def test_letters_for_new_addresses_are_limited_as_all_others(place: Country) -> None:
    for number in range(checks.LETTERS_PER_ACCOUNT.most):
        ask(mail(f"anna{number}@regionnorrvik.se"))
    with refused(TooMany):
        ask(OTHER)


# --- objecting -------------------------------------------------------------------------------------


def test_an_objection_stops_a_change_that_waits_ends_the_sessions_and_tells_those_in_charge(place: Country) -> None:
    cast.log_in(ANNA, at=NOW)
    ask()
    of = waiting()
    before = kinds(BERTIL)
    object_to(of)
    assert address() == ANNA.email
    assert pending_change(account_id=id_of(ANNA)) is None
    assert sessions_of(hsa_id=ANNA.card.hsa_id, at=NOW) == ()
    assert kinds(ANNA)[-1] == "address_kept"
    for who in (BERTIL, KARIN):
        assert kinds(who)[-1] == "address_objected"
    assert kinds(BERTIL) == [*before, "address_objected"]
    assert "address_objected" not in kinds(DORIS)
    assert "address_objected" not in kinds(CECILIA)
    with refused(ConfirmationReplaced):
        follow(of)
    (entry,) = events("account.mail_objected")
    assert (entry.by_program, entry.network, entry.about_hsa_id) == ("visitor", "192.0.2.9", ANNA.hsa_id)


def test_an_objection_after_the_change_brings_the_old_address_back_and_suspends_nobody(place: Country) -> None:
    of = changed()
    object_to(of, at=NOW + 14 * DAY - SECOND)
    assert address() == ANNA.email
    assert cast.account_of(ANNA).state == "confirmed"
    assert seats_of(account_id=id_of(ANNA), at=NOW) != ()
    assert to(ANNA.email)[-1] == "address_kept"
    assert to(NEW) == ["confirm_new_address"]


def test_an_objection_counts_once_and_for_fourteen_days(place: Country) -> None:
    of = changed()
    with refused(ObjectionOver):
        object_to(of, at=NOW + 14 * DAY)
    object_to(of)
    with refused(ObjectionOver):
        object_to(of)


def test_after_an_objection_the_address_rests(place: Country) -> None:
    object_to(changed())
    with refused(AddressResting) as no:
        ask(OTHER, at=NOW + 14 * DAY - SECOND)
    assert isinstance(no.value, AddressResting)
    assert no.value.again_at == NOW + 14 * DAY
    ask(OTHER, at=NOW + 14 * DAY)


def test_whoever_changes_twice_in_a_row_does_not_get_past_the_first_address(place: Country) -> None:
    first, second = changed(NEW), changed(OTHER)
    ask(mail("anna3@regionnorrvik.se"))
    object_to(first)
    assert address() == ANNA.email
    assert pending_change(account_id=id_of(ANNA)) is None
    with refused(ObjectionOver):
        object_to(second)
    assert address() == ANNA.email


def test_the_first_address_has_the_last_word(place: Country) -> None:
    first, second = changed(NEW), changed(OTHER)
    object_to(second)
    assert address() == NEW
    object_to(first)
    assert address() == ANNA.email


def test_a_letter_about_a_change_that_another_one_replaced_stops_the_other_one(place: Country) -> None:
    ask(NEW)
    first = waiting()
    ask(OTHER)
    second = waiting()
    object_to(first)
    with refused(ConfirmationReplaced):
        follow(second)
    assert address() == ANNA.email


def test_a_change_that_was_taken_back_is_nothing_to_object_to(place: Country) -> None:
    ask()
    of = waiting()
    my_account.take_back_address(account_id=id_of(ANNA), by=ANNA.by, at=NOW)
    with refused(ObjectionOver):
        object_to(of)


def test_a_first_address_is_nothing_to_object_to_nor_is_what_never_was(place: Country) -> None:
    of = newest_confirmation(account_id=id_of(ANNA))
    assert of is not None
    with refused(ObjectionUnknown):
        object_to(of)
    with refused(ObjectionUnknown):
        my_account.object_to_address(confirmation_id=10**12, by=VISITOR, at=NOW)


def test_of_somebody_at_the_office_a_colleague_is_told(place: Country) -> None:
    disa = cast.person("Disa", "Falk", "SE2321009991-E00F4K1")
    cast.appoint_by_program(disa, Role.REGISTRY_OFFICE, at=NOW)
    object_to(changed(mail("doris.ny@regionnorrvik.se"), who=DORIS))
    assert kinds(disa)[-1] == "address_objected"


# --- a foreign address -----------------------------------------------------------------------------


def test_a_foreign_address_has_the_right_attested_anew(place: Country) -> None:
    before = {who: kinds(who) for who in (BERTIL, KARIN, CECILIA)}
    changed(FOREIGN)
    assert seats_of(account_id=id_of(ANNA), at=NOW) == ()
    standing = standing_of(hsa_id=ANNA.card.hsa_id, at=NOW)
    assert type(standing.missing) is NotAttested
    assert Grant.objects.get(account_id=id_of(ANNA)).revoke_reason == "foreign_address"
    for who in (BERTIL, KARIN):
        assert kinds(who) == [*before[who], "attest_anew"]
    assert kinds(CECILIA) == before[CECILIA]
    newest = applications_of(account_id=id_of(ANNA))[0]
    assert (newest.state, newest.role, newest.sub_registries) == (
        ApplicationState.WAITING,
        Role.REPORTER,
        ("pneumoni",),
    )
    attested(newest.id)
    assert len(seats_of(account_id=id_of(ANNA), at=NOW)) == 1


def test_a_foreign_address_that_only_waits_takes_nothing(place: Country) -> None:
    ask(FOREIGN)
    assert len(seats_of(account_id=id_of(ANNA), at=NOW)) == 1


@pytest.mark.parametrize("email", [NEW, OTHER], ids=["the same domain", "below the same domain"])
def test_an_address_at_the_care_provider_needs_no_attestation(place: Country, email: EmailAddress) -> None:
    changed(email)
    assert len(seats_of(account_id=id_of(ANNA), at=NOW)) == 1
    assert len(applications_of(account_id=id_of(ANNA))) == 1


def test_an_address_within_a_domain_that_was_attested_is_not_asked_about_again(place: Country) -> None:
    changed(FOREIGN)
    attested(applications_of(account_id=id_of(ANNA))[0].id)
    changed(mail("annab@example.org"), at=NOW + HOUR)
    assert len(seats_of(account_id=id_of(ANNA), at=NOW + HOUR)) == 1


def test_where_several_care_providers_are_only_those_that_it_is_foreign_to_attest_anew(place: Country) -> None:
    attested(cast.apply_again(ANNA, place.sydvik, at=NOW), by=CECILIA)
    changed(mail("anna@regionsydvik.se"))
    (seat,) = seats_of(account_id=id_of(ANNA), at=NOW)
    assert seat.clinic_id == place.sydvik
    assert applications_of(account_id=id_of(ANNA))[0].clinic_id == place.infection


def test_several_roles_at_a_clinic_are_one_application_and_what_waits_there_will_do(place: Country) -> None:
    attested(cast.apply_again(ANNA, place.infection, role=Role.READER, sub_registries=("sepsis",), at=NOW))
    changed(FOREIGN)
    newest = applications_of(account_id=id_of(ANNA))[0]
    assert (newest.role, newest.sub_registries) == (Role.REPORTER, ("pneumoni", "sepsis"))
    attested(newest.id)
    cast.apply_again(ANNA, place.infection, role=Role.REPORT_READER, at=NOW)
    number = Application.objects.count()
    changed(mail("anna@example.net"), at=NOW + HOUR)
    assert seats_of(account_id=id_of(ANNA), at=NOW + HOUR) == ()
    assert Application.objects.count() == number


def test_an_objection_brings_the_address_back_and_no_right(place: Country) -> None:
    object_to(changed(FOREIGN))
    assert address() == ANNA.email
    assert seats_of(account_id=id_of(ANNA), at=NOW) == ()


def test_a_local_administrator_keeps_an_address_at_the_care_provider(place: Country) -> None:
    with refused(AdministratorsAddress):
        ask(FOREIGN, who=BERTIL)
    changed(mail("bertil.ny@regionnorrvik.se"), who=BERTIL)


@pytest.mark.parametrize("how", ["code", "link"])
def test_somebody_who_was_appointed_meanwhile_does_not_confirm_a_foreign_address(place: Country, how: str) -> None:
    ask(FOREIGN)
    cast.appoint(ANNA, place.medicine, at=NOW)
    with pytest.raises(AdministratorsAddress):
        type_code() if how == "code" else follow(waiting())
    assert address() == ANNA.email
    assert waiting().email == FOREIGN


def test_the_registrys_own_people_belong_to_no_care_provider(place: Country) -> None:
    changed(FOREIGN, who=ERIK)
    assert len(seats_of(account_id=id_of(ERIK), at=NOW)) == 1


# --- applying for more -----------------------------------------------------------------------------


def more(who: Person, clinic_id: int, role: Role = Role.REPORTER, codes: tuple[str, ...] = ("pneumoni",)) -> int:
    return my_account.apply_for_more(
        account_id=id_of(who), clinic_id=clinic_id, role=role, sub_registries=codes, message="", by=who.by, at=NOW
    )


def test_what_one_has_already_is_not_applied_for_and_anything_more_is(place: Country) -> None:
    with refused(RightHeld):
        more(ANNA, place.infection)
    wanted = more(ANNA, place.infection, codes=("pneumoni", "sepsis"))
    with refused(AlreadyApplied):
        more(ANNA, place.infection, role=Role.READER)
    attested(wanted)
    (seat,) = seats_of(account_id=id_of(ANNA), at=NOW)
    assert seat.sub_registries_for(Permission.REPORT) == {"pneumoni", "sepsis"}
    more(ANNA, place.medicine)


def test_what_one_has_goes_on_while_more_waits(place: Country) -> None:
    more(ANNA, place.sydvik)
    assert standing_of(hsa_id=ANNA.card.hsa_id, at=NOW).missing is None


def test_an_administrator_who_wants_another_role_is_attested_by_a_colleague(place: Country) -> None:
    before = kinds(BERTIL)
    wanted = more(BERTIL, place.infection)
    assert kinds(BERTIL) == before
    assert kinds(KARIN)[-1] == "application_waiting"
    bertil = cast.actor(BERTIL, at=NOW)
    assert wanted not in [row.id for row in waiting_applications(actor=bertil, at=NOW).rows]
    with pytest.raises(OwnApplication):
        attested(wanted, by=BERTIL)
    attested(wanted, by=KARIN)
    assert {g.role for g in own_grants(account_id=id_of(BERTIL), at=NOW)} == {Role.LOCAL_ADMINISTRATOR, Role.REPORTER}


def test_the_only_administrator_of_a_clinic_is_attested_by_the_office(place: Country) -> None:
    wanted = more(CECILIA, place.sydvik)
    assert kinds(DORIS)[-1] == "application_escalated"
    with pytest.raises(OwnApplication):
        attested(wanted, by=CECILIA)
    by_the_office(wanted)


def test_one_of_several_waiting_applications_is_taken_back_and_nobody_elses(place: Country) -> None:
    first, second = more(ANNA, place.medicine), more(ANNA, place.sydvik)
    applying.withdraw(account_id=id_of(ANNA), application_id=first, by=ANNA.by, at=NOW)
    states = {row.id: row.state for row in applications_of(account_id=id_of(ANNA))}
    assert (states[first], states[second]) == (ApplicationState.WITHDRAWN, ApplicationState.WAITING)
    for who, which in ((BERTIL, second), (ANNA, first)):
        with refused(NotFound):
            applying.withdraw(account_id=id_of(who), application_id=which, by=who.by, at=NOW)


# --- leaving ---------------------------------------------------------------------------------------


def leave(who: Person, grant_id: int, *, at: datetime = NOW) -> None:
    my_account.leave(account_id=id_of(who), grant_id=grant_id, by=who.by, at=at)


def grant_of(who: Person, *, at: datetime = NOW) -> int:
    (grant,) = own_grants(account_id=id_of(who), at=at)
    return grant.id


def test_leaving_ends_the_right_at_once_and_is_logged_and_told(place: Country) -> None:
    leave(ANNA, grant_of(ANNA))
    assert own_grants(account_id=id_of(ANNA), at=NOW) == ()
    (entry, *_) = events("grant.revoked")
    assert (entry.by_hsa_id, entry.facts["reason"], entry.clinic_id) == (ANNA.hsa_id, "left", place.infection)
    assert kinds(ANNA)[-1] == "left"
    assert Letter.objects.get(kind="left").context["role"] == "registrerare"


def test_nobody_leaves_for_somebody_else_or_twice(place: Country) -> None:
    annas = grant_of(ANNA)
    with refused(NotFound):
        leave(BERTIL, annas)
    leave(ANNA, annas)
    with refused(NotFound):
        leave(ANNA, annas)


def test_the_last_administrator_does_not_leave_without_a_successor(place: Country) -> None:
    with refused(LastAdministrator):
        leave(CECILIA, grant_of(CECILIA))
    moa = cast.person("Moa", "Lind", "SE2321009983-E00M5N9", organisation="Region Sydvik")
    cast.appoint(moa, place.sydvik, confirmed=False, at=NOW)
    with refused(LastAdministrator):
        leave(CECILIA, grant_of(CECILIA))
    cast.confirm_mail(moa, at=NOW)
    leave(CECILIA, grant_of(CECILIA))


@pytest.mark.parametrize("end", ["suspended", "over", "revoked"])
def test_a_colleague_who_cannot_attest_is_no_successor(place: Country, end: str) -> None:
    karins = grant_of(KARIN)
    at = NOW
    if end == "suspended":
        cast.suspend(KARIN, at=NOW)
    elif end == "revoked":
        granting.revoke(grant_id=karins, reason="slutat", revoked_by_id=None, by=DORIS.by, at=NOW)
    else:
        cast.appoint(BERTIL, place.infection, at=NOW)
        at = Grant.objects.get(id=karins).ends_at
    with pytest.raises(LastAdministrator):
        leave(BERTIL, grant_of(BERTIL, at=at), at=at)


def test_another_role_of_the_last_administrator_may_be_left(place: Country) -> None:
    by_the_office(more(CECILIA, place.sydvik))
    reports = next(g for g in own_grants(account_id=id_of(CECILIA), at=NOW) if g.role is Role.REPORTER)
    leave(CECILIA, reports.id)


def test_a_closed_clinic_needs_no_administrator(place: Country) -> None:
    cast.close_clinic(cast.SYDVIK, at=NOW)
    leave(CECILIA, grant_of(CECILIA))


@pytest.mark.parametrize("who", [DORIS, ERIK], ids=["office", "reviewer"])
def test_the_registrys_own_people_do_not_leave_on_a_page(place: Country, who: Person) -> None:
    with refused(NotPermitted):
        leave(who, grant_of(who))


def test_who_is_suspended_does_not_leave(place: Country) -> None:
    annas = grant_of(ANNA)
    cast.suspend(ANNA, at=NOW)
    with refused(AccountSuspended):
        leave(ANNA, annas)
