"""From label to proof: every step once, in time, in the browser that began, and nobody else's."""

from __future__ import annotations

import dataclasses
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from registret.accounts import doors
from registret.accounts.attempts import (
    ATTEMPTS_PER_BROWSER,
    ATTEMPTS_PER_NETWORK,
    AttemptAnswer,
    LoginGoal,
    Proof,
    Purpose,
    begin,
    proof,
    redeemed_answer,
)
from registret.accounts.doors import Claimed, claim
from registret.accounts.kept_attempts import forget_old
from registret.accounts.models import LoginAttempt
from registret.accounts.probes import CardSeen, Probe, probe, probe_of
from registret.accounts.refusals import AttemptForeign, AttemptStale
from registret.accounts.visitors import REFUSALS_PER_NETWORK
from registret.cards import CardExpired
from registret.cards.refusals import CardRevoked, MalformedCard, NoCard, UnknownIssuer
from registret.kernel.refused import Refused
from registret.ledger.queries import EntryRow, Wanted, entries
from registret.rate_limits.services import TooMany
from tests.cast import ANNA, BERTIL

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
BROWSER, OTHER = "b" * 32, "0" * 32

pytestmark = pytest.mark.django_db


def label_of(browser: str = BROWSER, *, purpose: Purpose = Purpose.LOGIN, at: datetime = NOW) -> str:
    return begin(purpose=purpose, browser=browser, network="192.0.2.7", at=at)


def claimed(label: str, *, at: datetime = NOW) -> Claimed:
    return claim(label=label, network="192.0.2.7", at=at)


def code_for(browser: str = BROWSER, *, at: datetime = NOW, **found: Any) -> str:
    """The code with which the door sends the browser back; it has read Anna's card, or `found`."""
    attempt = claimed(label_of(browser, at=at), at=at)
    return doors.answer(attempt_id=attempt.attempt_id, network=None, at=at, **(found or {"card": ANNA.card}))


def proven(code: str, browser: str = BROWSER, *, at: datetime = NOW) -> Proof | AttemptAnswer:
    return proof(code=code, browser=browser, network="192.0.2.7", at=at)


def newest_entry() -> EntryRow:
    return entries(wanted=Wanted(), size=1).rows[0]


# --- the label -------------------------------------------------------------------------------------


def test_a_label_is_one_of_a_kind_and_fit_for_a_host_name() -> None:
    labels = [label_of() for _ in range(20)]
    assert len(set(labels)) == 20
    assert all(re.fullmatch("[0-9a-f]{32}", label) for label in labels)
    assert re.fullmatch("p-[0-9a-f]{32}", label_of(purpose=Purpose.CHECK))


def test_a_label_works_once() -> None:
    label = label_of()
    assert claimed(label).purpose is Purpose.LOGIN
    with pytest.raises(AttemptStale):
        claimed(label)
    assert (newest_entry().event, newest_entry().facts) == (
        "attempt.refused",
        {"code": "attempt.stale", "used_before": True},
    )


@pytest.mark.parametrize(
    ("age", "good"), [(timedelta(minutes=2) - SECOND, True), (timedelta(minutes=2), False), (timedelta(days=1), False)]
)
def test_a_label_lives_for_two_minutes(age: timedelta, good: bool) -> None:
    label = label_of()
    if good:
        assert claimed(label, at=NOW + age)
    else:
        with pytest.raises(AttemptStale):
            claimed(label, at=NOW + age)


@pytest.mark.parametrize("label", ["", "0" * 32, "p-" + "0" * 32, "x" * 5000, "å\x00"])
def test_a_label_that_nobody_gave_out_is_refused_and_logged(label: str) -> None:
    with pytest.raises(AttemptStale):
        claimed(label)
    assert newest_entry().facts == {"code": "attempt.stale", "used_before": False}
    assert newest_entry().network == "192.0.2.7"


def test_a_login_label_does_not_become_one_for_checking_by_its_prefix() -> None:
    with pytest.raises(AttemptStale):
        claimed("p-" + label_of())
    with pytest.raises(AttemptStale):
        claimed(label_of(purpose=Purpose.CHECK).removeprefix("p-"))


def test_a_browser_that_begins_without_end_is_stopped() -> None:
    for _ in range(ATTEMPTS_PER_BROWSER.most):
        label_of()
    with pytest.raises(TooMany):
        label_of()


def test_a_machine_that_begins_without_end_keeps_no_colleague_behind_the_same_address_out() -> None:
    for number in range(ATTEMPTS_PER_NETWORK.most + 5):
        begin(purpose=Purpose.LOGIN, browser=f"{number:032x}", network="192.0.2.7", at=NOW)
    assert label_of()
    (told,) = entries(wanted=Wanted(event="request.limit_reached")).rows
    assert (told.network, told.facts["what"]) == ("192.0.2.7", ATTEMPTS_PER_NETWORK.what)


def test_what_a_machine_begins_is_forgotten_sooner_than_a_login() -> None:
    label_of()
    assert forget_old(at=NOW + timedelta(minutes=59)) == 0
    assert forget_old(at=NOW + timedelta(minutes=61)) == 1


def test_made_up_labels_fill_no_log() -> None:
    for _ in range(REFUSALS_PER_NETWORK.most + 5):
        with pytest.raises(AttemptStale):
            claimed("0" * 32)
    assert len(entries(wanted=Wanted(event="attempt.refused"), size=1000).rows) == REFUSALS_PER_NETWORK.most
    (told,) = entries(wanted=Wanted(event="request.limit_reached")).rows
    assert (told.network, told.by_program, told.facts["most"]) == ("192.0.2.7", "visitor", REFUSALS_PER_NETWORK.most)


@pytest.mark.parametrize("refusal", [NoCard(), UnknownIssuer(claimed_issuer="x" * 80), MalformedCard(reason="size")])
def test_what_takes_no_card_of_a_pinned_ca_fills_no_log_at_the_door(refusal: Refused) -> None:
    attempt = claimed(label_of())
    most = REFUSALS_PER_NETWORK.most
    for _ in range(most + 5):
        doors.answer(attempt_id=attempt.attempt_id, refusal=refusal, network="192.0.2.7", at=NOW)
    assert len(entries(wanted=Wanted(event="card.refused"), size=1000).rows) == most
    assert [e.facts["most"] for e in entries(wanted=Wanted(event="request.limit_reached")).rows] == [most]


def test_a_real_card_that_is_refused_is_in_the_log_though_a_machine_makes_noise() -> None:
    attempt = claimed(label_of())
    for _ in range(REFUSALS_PER_NETWORK.most + 5):
        doors.answer(attempt_id=attempt.attempt_id, refusal=NoCard(), network="192.0.2.7", at=NOW)
    revoked = CardRevoked(as_of=NOW, issuer=ANNA.card.issuer)
    doors.answer(attempt_id=attempt.attempt_id, refusal=revoked, network="192.0.2.7", at=NOW)
    assert newest_entry().facts["code"] == "card.revoked"
    doors.answer(attempt_id=attempt.attempt_id, card=ANNA.card, network="192.0.2.7", at=NOW)
    assert (newest_entry().event, newest_entry().by_hsa_id) == ("card.read", ANNA.hsa_id)


# --- the code --------------------------------------------------------------------------------------


def test_a_card_that_was_read_becomes_a_proof() -> None:
    found = proven(code_for())
    assert isinstance(found, Proof)
    assert found.card == ANNA.card
    assert found.confirmation is None


def test_a_code_works_once() -> None:
    code = code_for()
    proven(code)
    with pytest.raises(AttemptStale):
        proven(code)
    assert newest_entry().facts["used_before"] is True


@pytest.mark.parametrize(("age", "good"), [(59 * SECOND, True), (60 * SECOND, False), (timedelta(days=1), False)])
def test_a_code_lives_for_sixty_seconds(age: timedelta, good: bool) -> None:
    code = code_for()
    if good:
        assert proven(code, at=NOW + age)
    else:
        with pytest.raises(AttemptStale):
            proven(code, at=NOW + age)


def test_a_code_from_the_end_of_the_labels_life_still_has_its_own_minute() -> None:
    label = label_of()
    at = NOW + timedelta(seconds=119)
    code = doors.answer(attempt_id=claimed(label, at=at).attempt_id, card=ANNA.card, network=None, at=at)
    assert proven(code, at=at + 59 * SECOND)


@pytest.mark.parametrize("browser", [OTHER, "", BROWSER.upper(), "x" * 5000])
def test_another_browser_gets_nothing_and_burns_the_code(browser: str) -> None:
    code = code_for()
    with pytest.raises(AttemptForeign):
        proven(code, browser)
    assert newest_entry().facts["code"] == "attempt.foreign"
    with pytest.raises(AttemptStale):
        proven(code)


def test_two_people_who_swap_codes_get_nothing_of_each_other() -> None:
    annas, bertils = code_for(BROWSER, card=ANNA.card), code_for(OTHER, card=BERTIL.card)
    for code, browser in ((annas, OTHER), (bertils, BROWSER)):
        with pytest.raises(AttemptForeign):
            proven(code, browser)


@pytest.mark.parametrize("code", ["", "0" * 32, "x" * 5000, "å\x00\ud7ff"])
def test_a_code_that_nobody_gave_out_is_refused(code: str) -> None:
    code_for()
    with pytest.raises(AttemptStale):
        proven(code)


def test_a_label_is_no_code_and_a_code_is_no_label() -> None:
    label, code = label_of(), code_for()
    with pytest.raises(AttemptStale):
        proven(label)
    with pytest.raises(AttemptStale):
        claimed(code)


def test_a_card_that_ran_out_between_the_door_and_the_site_is_refused_as_expired() -> None:
    card = dataclasses.replace(ANNA.card, not_after=NOW + 10 * SECOND)
    early, late = code_for(card=card), code_for(card=card)
    assert isinstance(proven(early, at=NOW + 9 * SECOND), Proof)
    with pytest.raises(CardExpired) as no:
        proven(late, at=NOW + 10 * SECOND)
    assert no.value.not_after == card.not_after


# --- what waits for the browser --------------------------------------------------------------------


def test_a_refusal_waits_with_its_reference_and_may_be_read_again() -> None:
    found = proven(code_for(refusal=NoCard()))
    assert isinstance(found, AttemptAnswer)
    again = redeemed_answer(reference=found.reference, browser=BROWSER, at=NOW + timedelta(minutes=29))
    assert again == found
    assert again.refusal == ("card.none", {})
    assert again.card is None


def test_a_refusal_is_logged_under_the_reference_that_the_page_shows() -> None:
    found = proven(code_for(refusal=NoCard()))
    assert isinstance(found, AttemptAnswer)
    row = entries(wanted=Wanted(reference=found.reference)).rows[0]
    assert (row.event, row.outcome, row.facts) == ("card.refused", "refused", {"code": "card.none"})


@pytest.mark.parametrize(("browser", "later"), [(OTHER, 0), ("", 0), (BROWSER, 30)])
def test_an_answer_is_shown_to_its_browser_only_for_half_an_hour(browser: str, later: int) -> None:
    found = proven(code_for(refusal=NoCard()))
    assert isinstance(found, AttemptAnswer)
    with pytest.raises(AttemptStale):
        redeemed_answer(reference=found.reference, browser=browser, at=NOW + timedelta(minutes=later))


@pytest.mark.parametrize("reference", ["", "K7F-9Q4M", "\x00", "' OR 1=1 --", "x" * 5000, "\u2603"])
def test_a_reference_that_nobody_gave_out_shows_nothing(reference: str) -> None:
    proven(code_for(refusal=NoCard()))
    label_of()
    with pytest.raises(AttemptStale):
        redeemed_answer(reference=reference, browser=BROWSER, at=NOW)


def test_an_answer_that_was_not_fetched_is_not_shown() -> None:
    code_for(refusal=NoCard())
    reference = newest_entry().reference
    with pytest.raises(AttemptStale):
        redeemed_answer(reference=reference, browser=BROWSER, at=NOW)


def test_a_card_that_was_checked_logs_nobody_in() -> None:
    attempt = claimed(label_of(purpose=Purpose.CHECK))
    report = {"kind": "hsa"}
    code = doors.answer(attempt_id=attempt.attempt_id, card=ANNA.card, report=report, network=None, at=NOW)
    found = proven(code)
    assert isinstance(found, AttemptAnswer)
    assert (found.purpose, found.report) == (Purpose.CHECK, report)


def test_the_confirmation_that_an_attempt_began_with_is_in_its_proof() -> None:
    label = begin(purpose=Purpose.LOGIN, browser=BROWSER, goal=LoginGoal(confirmation=(17, 2)), network=None, at=NOW)
    code = doors.answer(attempt_id=claimed(label).attempt_id, card=ANNA.card, network=None, at=NOW)
    found = proven(code)
    assert isinstance(found, Proof)
    assert found.confirmation == (17, 2)


def test_a_card_that_was_read_is_logged_with_issuer_and_serial_and_by_whom() -> None:
    code_for()
    row = newest_entry()
    assert (row.event, row.by_hsa_id, row.by_name) == ("card.read", ANNA.hsa_id, ANNA.name)
    assert row.facts == {"issuer": ANNA.card.issuer, "serial": ANNA.card.serial, "not_after": "2099-01-01"}


# --- the probe -------------------------------------------------------------------------------------


def probe_at(attempt_id: int) -> Probe:
    found = probe_of(LoginAttempt.objects.get(id=attempt_id))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("shown", "seen"),
    [
        (ANNA.card.fingerprint, CardSeen.SAME),
        (None, CardSeen.NONE),
        (BERTIL.card.fingerprint, CardSeen.OTHER),
        ("", CardSeen.OTHER),
    ],
)
def test_the_probe_tells_same_from_none_from_other(shown: str | None, seen: CardSeen) -> None:
    found = proven(code_for())
    assert isinstance(found, Proof)
    where = probe_at(found.attempt_id)
    assert probe(label=where.label, secret=where.secret, fingerprint_now=shown) is seen


def test_the_probe_of_a_refused_card_never_says_same() -> None:
    found = proven(code_for(refusal=NoCard()))
    where = probe_at(found.attempt_id)
    assert probe(label=where.label, secret=where.secret, fingerprint_now="00" * 32) is CardSeen.OTHER


@pytest.mark.parametrize("wrong", ["", "0" * 32, "å", "x" * 5000])
def test_the_probe_answers_nobody_who_does_not_know_its_secret(wrong: str) -> None:
    found = proven(code_for())
    where = probe_at(found.attempt_id)
    for label, secret in ((where.label, wrong), (wrong, where.secret), (where.secret, where.label)):
        with pytest.raises(AttemptStale):
            probe(label=label, secret=secret, fingerprint_now=ANNA.card.fingerprint)


def test_the_secret_of_one_probe_opens_no_other() -> None:
    one, other = (probe_at(proven(code_for()).attempt_id) for _ in range(2))
    with pytest.raises(AttemptStale):
        probe(label=one.label, secret=other.secret, fingerprint_now=None)


def test_an_attempt_that_was_never_redeemed_has_no_probe() -> None:
    attempt = claimed(label_of())
    doors.answer(attempt_id=attempt.attempt_id, card=ANNA.card, network=None, at=NOW)
    where = probe_at(attempt.attempt_id)
    with pytest.raises(AttemptStale):
        probe(label=where.label, secret=where.secret, fingerprint_now=None)


# --- forgetting ------------------------------------------------------------------------------------


def test_attempts_are_forgotten_when_no_session_can_need_them_and_not_before() -> None:
    old, young = proven(code_for()), proven(code_for(at=NOW + timedelta(hours=2)), at=NOW + timedelta(hours=2))
    assert forget_old(at=NOW + timedelta(hours=12, minutes=1)) == 1
    assert LoginAttempt.objects.filter(id=young.attempt_id).exists()
    assert forget_old(at=NOW + timedelta(hours=12, minutes=1)) == 0
    assert not LoginAttempt.objects.filter(id=old.attempt_id).exists()
