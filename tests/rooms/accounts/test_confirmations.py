"""The mail address works: the newest letter counts, once, in time, with the card that it was sent for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from django.db import DatabaseError, connection

from registret.access.applications import account_end, confirming
from registret.access.checks import (
    CODES_PER_ACCOUNT,
    CODES_PER_NETWORK,
    LETTERS_OF_ONE_TO_ADDRESS,
    LETTERS_PER_ACCOUNT,
    LETTERS_PER_NETWORK,
)
from registret.accounts.confirming import check_link
from registret.accounts.lifecycle import AccountState
from registret.accounts.queries import ConfirmationRow, newest_confirmation
from registret.accounts.refusals import (
    CodeBurnt,
    CodeWrong,
    ConfirmationDone,
    ConfirmationExpired,
    ConfirmationOtherCard,
    ConfirmationReplaced,
    ConfirmationUnknown,
)
from registret.kernel.by import By
from registret.kernel.identifiers import EmailAddress
from registret.kernel.networks import network_subject
from registret.kernel.refused import Refused
from registret.ledger.queries import Wanted, entries
from registret.mail.links import confirmation_code
from registret.mail.queries import Fate, letters_about
from registret.rate_limits.services import TooMany, take
from tests import cast
from tests.cast import ANNA, BERTIL, Person, person
from tests.owner import as_owner

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)
NEW_ADDRESS = EmailAddress.parse("anna.ny@regionnorrvik.se")
BY = By(hsa_id=ANNA.card.hsa_id, name=ANNA.name, network="192.0.2.7")

pytestmark = pytest.mark.django_db


@pytest.fixture
def account_id() -> int:
    """Anna has registered, and a letter is on its way."""
    cast.register(ANNA, cast.clinics(NOW).infection, confirmed=False, at=NOW)
    return cast.account_of(ANNA).id


def letter(account_id: int) -> ConfirmationRow:
    found = newest_confirmation(account_id=account_id)
    assert found is not None
    return found


def follow(of: ConfirmationRow, *, who: Person = ANNA, at: datetime = NOW) -> None:
    confirming.confirm_by_link(confirmation=(of.id, of.version), hsa_id=who.card.hsa_id, by=who.by, at=at)


def type_code(account_id: int, code: str, *, at: datetime = NOW, by: By = BY) -> None:
    confirming.confirm_by_code(account_id=account_id, code=code, by=by, at=at)


def code_of(of: ConfirmationRow) -> str:
    return confirmation_code(of.id, of.version)


def wrong(code: str) -> str:
    """A code that is surely another one."""
    return ("A" if code[0] != "A" else "C") + code[1:]


def until_too_many(act: Callable[[int], object]) -> tuple[int, str]:
    """How often `act` (told how often it was called before) could be done, and which limit stopped it."""
    for done in range(1000):
        try:
            act(done)
        except TooMany as no:
            return done, no.what
    raise AssertionError("nothing stopped it")


def somebody(number: int) -> Person:
    return person("Nils", "Nord", f"SE2321009991-N{number}", email=f"nils{number}@regionnorrvik.se")


def state() -> AccountState:
    return cast.account_of(ANNA).state


# --- link ------------------------------------------------------------------------------------------


def test_the_link_confirms_with_the_card_that_registered(account_id: int) -> None:
    assert state() is AccountState.REGISTERED
    follow(letter(account_id), at=NOW + timedelta(hours=1))
    assert state() is AccountState.CONFIRMED
    assert cast.account_of(ANNA).confirmed_at == NOW + timedelta(hours=1)


def test_the_link_does_not_confirm_with_another_card(account_id: int) -> None:
    with pytest.raises(ConfirmationOtherCard):
        follow(letter(account_id), who=BERTIL)
    assert state() is AccountState.REGISTERED


def test_the_spelling_of_the_hsa_id_does_not_matter_to_a_link(account_id: int) -> None:
    follow(letter(account_id), who=person("Anna", "Berg", ANNA.hsa_id.lower()))
    assert state() is AccountState.CONFIRMED


def test_looking_at_a_link_changes_nothing(account_id: int) -> None:
    of = letter(account_id)
    for hsa_id, may in ((None, False), (ANNA.card.hsa_id, True)):
        assert check_link(confirmation=(of.id, of.version), hsa_id=hsa_id, at=NOW) is may
    with pytest.raises(ConfirmationOtherCard):
        check_link(confirmation=(of.id, of.version), hsa_id=BERTIL.card.hsa_id, at=NOW)
    assert state() is AccountState.REGISTERED


def test_a_second_click_says_that_it_is_done(account_id: int) -> None:
    of = letter(account_id)
    follow(of)
    with pytest.raises(ConfirmationDone):
        follow(of)
    with pytest.raises(ConfirmationDone):
        check_link(confirmation=(of.id, of.version), hsa_id=None, at=NOW)


@pytest.mark.parametrize("how", ["link", "code"])
def test_a_letter_counts_for_seven_days(account_id: int, how: str) -> None:
    of = letter(account_id)

    def confirm(at: datetime) -> None:
        if how == "link":
            follow(of, at=at)
        else:
            type_code(account_id, code_of(of), at=at)

    with pytest.raises(ConfirmationExpired) as no:
        confirm(NOW + 7 * DAY)
    assert no.value.expired_at == NOW + 7 * DAY
    confirm(NOW + 7 * DAY - timedelta(seconds=1))
    assert state() is AccountState.CONFIRMED


def test_of_two_letters_the_newest_counts_and_the_older_one_says_so(account_id: int) -> None:
    older = letter(account_id)
    confirming.resend_confirmation(account_id=account_id, by=BY, at=NOW)
    with pytest.raises(ConfirmationReplaced):
        follow(older)
    with pytest.raises(CodeWrong):
        type_code(account_id, code_of(older))
    follow(letter(account_id))
    assert state() is AccountState.CONFIRMED


def test_after_a_change_of_address_the_letter_to_the_old_one_counts_no_more(account_id: int) -> None:
    older = letter(account_id)
    confirming.change_unconfirmed_address(account_id=account_id, email=NEW_ADDRESS, by=BY, at=NOW)
    with pytest.raises(ConfirmationReplaced):
        follow(older)
    assert letter(account_id).email == NEW_ADDRESS
    follow(letter(account_id))
    assert cast.account_of(ANNA).email == NEW_ADDRESS


def test_changing_the_address_back_does_not_bring_an_old_letter_to_life(account_id: int) -> None:
    first = letter(account_id)
    for email in (NEW_ADDRESS, ANNA.email):
        confirming.change_unconfirmed_address(account_id=account_id, email=email, by=BY, at=NOW)
    with pytest.raises(ConfirmationReplaced):
        follow(first)


@pytest.mark.parametrize("version", [0, 2, 999])
def test_a_version_that_was_never_sent_does_not_count(account_id: int, version: int) -> None:
    of = letter(account_id)
    with pytest.raises(ConfirmationReplaced):
        confirming.confirm_by_link(confirmation=(of.id, version), hsa_id=ANNA.card.hsa_id, by=BY, at=NOW)


def test_a_letter_of_an_account_that_ended_is_unknown(account_id: int) -> None:
    of = letter(account_id)
    account_end.end_account(account_id=account_id, reason="slutat", by=BERTIL.by, at=NOW)
    for act in (lambda: follow(of), lambda: check_link(confirmation=(of.id, of.version), hsa_id=None, at=NOW)):
        with pytest.raises(ConfirmationUnknown):
            act()


def test_a_letter_that_nobody_sent_is_unknown(account_id: int) -> None:
    with pytest.raises(ConfirmationUnknown):
        confirming.confirm_by_link(confirmation=(10**12, 1), hsa_id=ANNA.card.hsa_id, by=BY, at=NOW)


@pytest.mark.parametrize("act", ["resend", "change"])
def test_a_confirmed_address_is_not_asked_about_again(account_id: int, act: str) -> None:
    follow(letter(account_id))
    resend = partial(confirming.resend_confirmation, account_id=account_id, by=BY, at=NOW)
    change = partial(confirming.change_unconfirmed_address, account_id=account_id, email=NEW_ADDRESS, by=BY, at=NOW)
    with pytest.raises(ConfirmationDone):
        {"resend": resend, "change": change}[act]()
    assert cast.account_of(ANNA).email == ANNA.email


# --- code ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typing",
    [
        "{0}{1}{2}{3}{4}{5}",
        " {0}{1}{2}{3}{4}{5}\t",
        "{0}{1}{2} {3}{4}{5}",
        "{0} {1} {2} {3} {4} {5}",
        "{0}{1}{2}-{3}{4}{5}",
        "{0}{1}{2}\u2013{3}{4}{5}",
    ],
)
@pytest.mark.parametrize("case", [str.upper, str.lower])
def test_a_code_may_be_typed_with_spaces_and_in_lower_case(
    account_id: int, typing: str, case: Callable[[str], str]
) -> None:
    type_code(account_id, case(typing.format(*code_of(letter(account_id)))))
    assert state() is AccountState.CONFIRMED


@pytest.mark.parametrize("typed", ["", "A", "ÅÄÖ", "A" * 5000, "\x00", "٣٤٦٧٩A"])
def test_what_is_no_code_is_a_wrong_code(account_id: int, typed: str) -> None:
    with pytest.raises(CodeWrong):
        type_code(account_id, typed)


def test_the_code_of_somebody_else_is_a_wrong_code(account_id: int) -> None:
    cast.register(BERTIL, cast.clinic_id(cast.INFECTION), confirmed=False, at=NOW)
    bertils = code_of(letter(cast.account_of(BERTIL).id))
    with pytest.raises(CodeWrong):
        type_code(account_id, bertils)


def test_five_wrong_codes_burn_the_letter_and_then_not_even_the_right_one_counts(account_id: int) -> None:
    code = code_of(letter(account_id))
    left = []
    for _ in range(4):
        with pytest.raises(CodeWrong) as no:
            type_code(account_id, wrong(code))
        left.append(no.value.left)
    assert left == [4, 3, 2, 1]
    for guess in (wrong(code), code, wrong(code)):
        with pytest.raises(CodeBurnt):
            type_code(account_id, guess)
    assert letter(account_id).burnt
    assert state() is AccountState.REGISTERED


def test_a_burnt_code_still_leaves_the_link(account_id: int) -> None:
    code = code_of(letter(account_id))
    for _ in range(5):
        with pytest.raises((CodeWrong, CodeBurnt)):
            type_code(account_id, wrong(code))
    follow(letter(account_id))
    assert state() is AccountState.CONFIRMED


def test_after_a_burnt_code_a_new_letter_brings_a_new_one(account_id: int) -> None:
    code = code_of(letter(account_id))
    for _ in range(5):
        with pytest.raises((CodeWrong, CodeBurnt)):
            type_code(account_id, wrong(code))
    confirming.resend_confirmation(account_id=account_id, by=BY, at=NOW)
    assert code_of(letter(account_id)) != code
    type_code(account_id, code_of(letter(account_id)))
    assert state() is AccountState.CONFIRMED


def test_every_wrong_code_is_logged_without_the_code(account_id: int) -> None:
    code = code_of(letter(account_id))
    with pytest.raises(CodeWrong):
        type_code(account_id, wrong(code))
    (row,) = entries(wanted=Wanted(event="confirmation.code_refused")).rows
    assert (row.outcome, row.about_account_id, row.facts) == ("refused", account_id, {"left": 4})


# --- guessing is never free ------------------------------------------------------------------------


def guess_until_stopped(account_id: int, most: int, *, by: By = BY, at: datetime = NOW) -> tuple[int, Refused]:
    """(how many guesses were compared with the code, what stopped it)."""
    code = code_of(letter(account_id))
    for tried in range(most):
        try:
            type_code(account_id, wrong(code), by=by, at=at)
        except CodeWrong:
            continue
        except Refused as no:
            return tried + 1, no
    raise AssertionError("nothing stopped it")


def test_whoever_guesses_codes_is_stopped_after_five_and_may_have_five_letters_an_hour(account_id: int) -> None:
    guesses = []

    def guess_and_ask_again(_: int) -> None:
        tried, why = guess_until_stopped(account_id, 10)
        assert isinstance(why, CodeBurnt)
        guesses.append(tried)
        confirming.resend_confirmation(account_id=account_id, by=BY, at=NOW)

    done, limit = until_too_many(guess_and_ask_again)
    # The letter of the registration is the first of the five.
    assert (done, limit) == (LETTERS_PER_ACCOUNT.most - 1, LETTERS_PER_ACCOUNT.what)
    assert guesses == [5] * LETTERS_PER_ACCOUNT.most


def test_one_person_who_goes_on_guessing_is_stopped_alone_and_not_the_whole_hospital(account_id: int) -> None:
    code = code_of(letter(account_id))
    refusals = []
    for _ in range(CODES_PER_NETWORK.most + 1):
        with pytest.raises(Refused) as no:
            type_code(account_id, wrong(code))
        refusals.append(no.value)
    stopped = [r.what for r in refusals if isinstance(r, TooMany)]
    assert stopped == [CODES_PER_ACCOUNT.what] * (CODES_PER_NETWORK.most + 1 - CODES_PER_ACCOUNT.most)


def test_a_right_code_is_taken_however_many_wrong_ones_came_from_the_same_network(account_id: int) -> None:
    for _ in range(CODES_PER_NETWORK.most):
        take(limit=CODES_PER_NETWORK, subject=network_subject(BY.network), at=NOW)
    code = code_of(letter(account_id))
    with pytest.raises(CodeWrong):
        type_code(account_id, wrong(code))
    (told,) = entries(wanted=Wanted(event="request.limit_reached")).rows
    assert (told.network, told.facts["what"]) == (BY.network, CODES_PER_NETWORK.what)
    type_code(account_id, code)


def test_another_address_each_time_is_no_way_around_the_limit_of_letters(account_id: int) -> None:
    def change(number: int) -> None:
        email = EmailAddress.parse(f"anna{number}@regionnorrvik.se")
        confirming.change_unconfirmed_address(account_id=account_id, email=email, by=BY, at=NOW)

    assert until_too_many(change) == (LETTERS_PER_ACCOUNT.most - 1, LETTERS_PER_ACCOUNT.what)


def test_the_owner_of_an_address_registers_though_another_has_had_all_letters_of_the_hour_sent_to_it() -> None:
    place, other = cast.clinics(NOW), somebody(1)
    cast.register(other, place.infection, email=ANNA.email, confirmed=False, at=NOW)
    theirs = cast.account_of(other).id

    def again(_: int) -> None:
        confirming.resend_confirmation(account_id=theirs, by=other.by, at=NOW)

    assert until_too_many(again) == (LETTERS_PER_ACCOUNT.most - 1, LETTERS_PER_ACCOUNT.what)
    own = cast.register(ANNA, place.infection, confirmed=False, at=NOW)
    assert own is not None
    confirming.resend_confirmation(account_id=cast.account_of(ANNA).id, by=ANNA.by, at=NOW)
    with pytest.raises(TooMany):
        confirming.resend_confirmation(account_id=cast.account_of(ANNA).id, by=ANNA.by, at=NOW)


def test_one_card_has_only_so_many_letters_a_day_sent_to_one_address() -> None:
    place, other = cast.clinics(NOW), somebody(1)
    cast.register(other, place.infection, email=ANNA.email, confirmed=False, at=NOW)
    theirs = cast.account_of(other).id

    def every_half_hour(number: int) -> None:
        confirming.resend_confirmation(account_id=theirs, by=other.by, at=NOW + number * timedelta(minutes=30))

    assert until_too_many(every_half_hour) == (LETTERS_OF_ONE_TO_ADDRESS.most - 1, LETTERS_OF_ONE_TO_ADDRESS.what)


def test_a_whole_hospital_registers_on_one_day_behind_one_address() -> None:
    place = cast.clinics(NOW)
    for number in range(LETTERS_PER_NETWORK.most + 5):
        cast.register(somebody(number), place.infection, confirmed=False, at=NOW)
    told = entries(wanted=Wanted(event="request.limit_reached")).rows
    assert [one.facts["what"] for one in told] == [LETTERS_PER_NETWORK.what]


def test_a_limit_is_over_after_an_hour(account_id: int) -> None:
    until_too_many(lambda _: confirming.resend_confirmation(account_id=account_id, by=BY, at=NOW))
    confirming.resend_confirmation(account_id=account_id, by=BY, at=NOW + timedelta(hours=1))


# --- letters ---------------------------------------------------------------------------------------


def test_a_resent_letter_takes_the_older_one_out_of_the_outbox(account_id: int) -> None:
    confirming.resend_confirmation(account_id=account_id, by=BY, at=NOW)
    assert [row.fate for row in letters_about(account_id)] == [Fate.WAITING, Fate.SUPERSEDED]


@pytest.mark.parametrize("how", ["link", "code"])
def test_a_confirmation_whose_letters_cannot_be_written_is_not_made(how: str) -> None:
    place = cast.country(NOW)
    cast.register(ANNA, place.infection, confirmed=False, at=NOW)
    account_id = cast.account_of(ANNA).id
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE mail_letter ADD CONSTRAINT no_room CHECK (kind <> 'application_waiting') NOT VALID")
    of = letter(account_id)
    with pytest.raises(DatabaseError, match="no_room"):
        {"link": lambda: follow(of), "code": lambda: type_code(account_id, code_of(of))}[how]()
    assert state() is AccountState.REGISTERED
