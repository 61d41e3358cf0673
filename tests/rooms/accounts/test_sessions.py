"""Sessions end: by the clock, by the card, by logging out, by a new login; and then in every tab."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

from registret.accounts import services as accounts
from registret.accounts.attempts import Proof
from registret.accounts.probes import CardSeen, Probe
from registret.accounts.refusals import (
    AttemptStale,
    SessionCardOut,
    SessionIdle,
    SessionLocked,
    SessionMissing,
    SessionOtherCard,
    SessionOver,
)
from registret.accounts.sessions import (
    UNLOCK_WITHIN,
    ActiveSession,
    end_by_key,
    end_sessions_of,
    forget_old,
    open_session,
    sit_down,
    unlock,
    watch,
)
from registret.accounts.sessions import sitting as sitting_at
from registret.kernel.identifiers import HsaId
from registret.kernel.refused import Refused
from registret.ledger.queries import EntryRow, Wanted, entries
from tests import cast
from tests.cast import ANNA, BERTIL, Person

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)

pytestmark = pytest.mark.django_db


def key_of(who: Person = ANNA, *, not_after: datetime | None = None, replaces: str | None = None) -> str:
    card = dataclasses.replace(who.card, not_after=not_after or who.card.not_after)
    proof: Proof = dataclasses.replace(cast.show_card(who, at=NOW), card=card)
    return open_session(proof=proof, grant_id=None, replaces=replaces, network="192.0.2.7", at=NOW)


def sitting(key: str, *, after: timedelta = timedelta(), seen: bool = True) -> ActiveSession:
    return sitting_at(key=key, seen=seen, at=NOW + after)


def refusal(key: str, *, after: timedelta = timedelta(), seen: bool = True) -> type[Refused]:
    with pytest.raises(Refused) as no:
        sitting(key, after=after, seen=seen)
    return type(no.value)


def endings() -> list[EntryRow]:
    return list(entries(wanted=Wanted(event="session.ended")).rows)


def test_a_session_knows_its_card_and_begins_without_a_seat() -> None:
    found = sitting(key_of())
    assert (found.card, found.grant_id, found.began_at, found.network) == (ANNA.card, None, NOW, "192.0.2.7")


def test_every_session_has_a_key_of_its_own() -> None:
    assert len({key_of() for _ in range(10)}) == 10
    assert len(key_of()) == 64


@pytest.mark.parametrize("key", ["", "0" * 64, "x" * 5000, "å\x00"])
def test_a_key_that_nobody_gave_out_opens_nothing(key: str) -> None:
    key_of()
    assert refusal(key) is SessionMissing


# --- the clock -------------------------------------------------------------------------------------


def test_fifteen_minutes_without_a_click_end_a_session() -> None:
    early, late = key_of(), key_of()
    assert sitting(early, after=15 * MINUTE - SECOND)
    assert refusal(late, after=15 * MINUTE) is SessionIdle
    (entry,) = endings()
    assert entry.facts["reason"] == "idle"
    assert (entry.by_program, entry.about_hsa_id) == ("clock", ANNA.hsa_id)


def test_a_click_begins_the_fifteen_minutes_anew() -> None:
    key = key_of()
    for minutes in (14, 28, 42):
        assert sitting(key, after=minutes * MINUTE)
    assert refusal(key, after=57 * MINUTE) is SessionIdle


def test_asking_how_long_is_left_does_not_count_as_a_click() -> None:
    key = key_of()
    for minutes in range(1, 15):
        assert sitting(key, after=minutes * MINUTE, seen=False).seen_at == NOW
    assert refusal(key, after=15 * MINUTE) is SessionIdle


def test_clicks_in_quick_succession_shorten_nobodys_time_by_more_than_the_grain() -> None:
    key = key_of()
    for seconds in range(0, 300, 5):
        sitting(key, after=seconds * SECOND)
    assert sitting(key, after=timedelta(seconds=295 + 15 * 60 - 20 - 1), seen=False)


def test_an_idle_session_says_so_in_every_tab_and_is_ended_once() -> None:
    key = key_of()
    assert [refusal(key, after=16 * MINUTE) for _ in range(3)] == [SessionIdle] * 3
    assert refusal(key) is SessionIdle, "a clock that goes back opens nothing"
    assert len(endings()) == 1


def test_ten_hours_end_a_session_however_busy_it_was() -> None:
    key = key_of()
    cast.stay_awake(key, since=NOW, until=NOW + 10 * HOUR - SECOND)
    assert refusal(key, after=10 * HOUR) is SessionOver
    assert endings()[0].facts["reason"] == "over"
    assert refusal(key, after=10 * HOUR) is SessionOver


def test_a_session_never_lasts_longer_than_the_card() -> None:
    key = key_of(not_after=NOW + 5 * MINUTE)
    assert sitting(key).ends_at == NOW + 5 * MINUTE
    assert sitting(key, after=5 * MINUTE - SECOND)
    assert refusal(key, after=5 * MINUTE) is SessionOver


def test_a_session_that_is_over_and_idle_is_over() -> None:
    assert refusal(key_of(not_after=NOW + MINUTE), after=HOUR) is SessionOver


# --- ending ----------------------------------------------------------------------------------------


def test_logging_out_ends_the_session_wherever_its_key_is() -> None:
    key, other = key_of(), key_of()
    end_by_key(key=key, by=ANNA.by, at=NOW)
    assert refusal(key) is SessionMissing
    assert sitting(other), "a session in another browser is not ended"
    (entry,) = endings()
    assert (entry.by_hsa_id, entry.facts["reason"]) == (ANNA.hsa_id, "logout")


def test_logging_out_twice_is_logged_once() -> None:
    key = key_of()
    for _ in range(2):
        end_by_key(key=key, by=ANNA.by, at=NOW)
    assert len(endings()) == 1


def test_a_login_ends_the_session_that_the_browser_held_whoever_it_was() -> None:
    bertils = key_of(BERTIL)
    annas = key_of(ANNA, replaces=bertils)
    assert refusal(bertils) is SessionMissing
    assert sitting(annas)
    (entry,) = endings()
    assert (entry.about_hsa_id, entry.facts["reason"]) == (BERTIL.hsa_id, "replaced")


@pytest.mark.parametrize("held", ["", "0" * 64, "nonsense"])
def test_a_login_in_a_browser_with_a_worthless_key_ends_nothing(held: str) -> None:
    bertils = key_of(BERTIL)
    key_of(ANNA, replaces=held)
    assert sitting(bertils)
    assert endings() == []


def test_all_sessions_of_a_person_end_together_in_any_spelling_and_nobody_elses() -> None:
    annas = [key_of(), key_of()]
    bertils = key_of(BERTIL)
    assert end_sessions_of(hsa_id=HsaId(ANNA.hsa_id.lower()), reason="ended", by=BERTIL.by, at=NOW) == 2
    assert [refusal(key) for key in annas] == [SessionMissing] * 2
    assert sitting(bertils)


@pytest.mark.parametrize("act", ["suspend", "end"])
def test_a_suspended_or_ended_account_is_out_at_once(act: str) -> None:
    place = cast.clinics(NOW)
    cast.register(ANNA, place.infection, at=NOW)
    key = key_of()
    if act == "suspend":
        cast.suspend(ANNA, at=NOW)
    else:
        accounts.end(account_id=cast.account_of(ANNA).id, reason="slutat", by=BERTIL.by, at=NOW)
    assert refusal(key) is SessionMissing


def test_a_session_that_ended_cannot_sit_down_again() -> None:
    key = key_of()
    session_id = sitting(key).session_id
    end_by_key(key=key, by=ANNA.by, at=NOW)
    sit_down(session_id=session_id, grant_id=1)
    assert refusal(key) is SessionMissing


def test_sessions_are_forgotten_a_day_after_their_end_and_not_before() -> None:
    key = key_of()
    assert forget_old(at=NOW + 10 * HOUR + timedelta(days=1)) == 0
    assert forget_old(at=NOW + 10 * HOUR + timedelta(days=1, seconds=1)) == 1
    assert refusal(key) is SessionMissing


# --- the card is pulled ----------------------------------------------------------------------------


def asked(probe: Probe, shown: str | None, *, after: timedelta = timedelta()) -> CardSeen:
    return watch(label=probe.label, secret=probe.secret, fingerprint_now=shown, at=NOW + after)


def probe_of(key: str) -> Probe:
    found = sitting(key).probe
    assert found is not None
    return found


def locked_key(who: Person = ANNA) -> str:
    key = key_of(who)
    asked(probe_of(key), None)
    return key


def shown_again(who: Person = ANNA, *, after: timedelta = MINUTE) -> Proof:
    return cast.show_card(who, at=NOW + after)


def events(name: str) -> list[EntryRow]:
    return list(entries(wanted=Wanted(event=name)).rows)


def test_a_card_that_is_still_in_locks_nothing() -> None:
    key = key_of()
    assert asked(probe_of(key), ANNA.card.fingerprint) is CardSeen.SAME
    assert sitting(key)
    assert events("session.locked") == []


@pytest.mark.parametrize(("shown", "seen"), [(None, "none"), (BERTIL.card.fingerprint, "other")])
def test_a_card_that_is_out_or_another_locks_the_session_in_every_tab(shown: str | None, seen: str) -> None:
    key = key_of()
    probe = probe_of(key)
    assert [asked(probe, shown), asked(probe, shown)] == [CardSeen(seen)] * 2
    assert [refusal(key), refusal(key)] == [SessionLocked] * 2
    (entry,) = events("session.locked")
    assert (entry.by_program, entry.about_hsa_id, entry.facts["card"]) == ("probe", ANNA.hsa_id, seen)


def test_the_session_of_another_login_is_not_locked() -> None:
    mine, other = key_of(), key_of()
    asked(probe_of(mine), None)
    assert sitting(other)


def test_a_wrong_secret_locks_nothing() -> None:
    key = key_of()
    probe = probe_of(key)
    with pytest.raises(AttemptStale):
        watch(label=probe.label, secret="0" * 32, fingerprint_now=None, at=NOW)
    assert sitting(key)


def test_the_card_that_comes_back_unlocks_the_session_as_it_was() -> None:
    key = key_of()
    before = sitting(key)
    asked(before_probe := probe_of(key), None)
    assert unlock(key=key, proof=shown_again(), at=NOW + MINUTE) is True
    now = sitting(key, after=MINUTE)
    assert (now.session_id, now.grant_id, now.ends_at) == (before.session_id, before.grant_id, before.ends_at)
    assert now.began_at == NOW, "what needs a card that was read lately needs a new login"
    assert now.probe != before_probe, "the old host has forgotten the card for good"
    (entry,) = events("session.unlocked")
    assert entry.by_hsa_id == ANNA.hsa_id


def test_after_unlocking_the_new_probe_locks_and_the_old_one_does_not() -> None:
    key = key_of()
    old = probe_of(key)
    asked(old, None)
    unlock(key=key, proof=shown_again(), at=NOW + MINUTE)
    asked(old, None, after=MINUTE)
    new = sitting(key, after=MINUTE).probe
    assert new is not None
    asked(new, None, after=MINUTE)
    assert refusal(key, after=MINUTE) is SessionLocked


def test_a_renewed_certificate_of_the_same_hsa_id_unlocks() -> None:
    key = locked_key()
    renewed = dataclasses.replace(ANNA, card=dataclasses.replace(ANNA.card, fingerprint="ab" * 32, serial="77"))
    assert unlock(key=key, proof=shown_again(renewed), at=NOW + MINUTE)
    assert sitting(key, after=MINUTE).card.serial == "77"


def test_a_card_that_ends_sooner_shortens_the_session_that_it_unlocks() -> None:
    key = locked_key()
    sooner = NOW + 30 * MINUTE
    proof = dataclasses.replace(shown_again(), card=dataclasses.replace(ANNA.card, not_after=sooner))
    assert unlock(key=key, proof=proof, at=NOW + MINUTE)
    assert sitting(key, after=MINUTE).ends_at == sooner


def test_another_persons_card_unlocks_nothing() -> None:
    key = locked_key()
    with pytest.raises(SessionOtherCard):
        unlock(key=key, proof=shown_again(BERTIL), at=NOW + MINUTE)
    assert refusal(key, after=MINUTE) is SessionLocked
    assert events("session.unlocked") == []


def test_a_session_that_is_not_locked_is_not_unlocked() -> None:
    key = key_of()
    assert unlock(key=key, proof=shown_again(), at=NOW + MINUTE) is False
    assert unlock(key="0" * 64, proof=shown_again(), at=NOW + MINUTE) is False


def test_a_card_that_stays_out_ends_the_session_after_five_minutes() -> None:
    key = locked_key()
    assert refusal(key, after=UNLOCK_WITHIN - SECOND) is SessionLocked
    assert unlock(key=key, proof=shown_again(after=UNLOCK_WITHIN), at=NOW + UNLOCK_WITHIN) is False
    assert [refusal(key, after=UNLOCK_WITHIN) for _ in range(2)] == [SessionCardOut] * 2
    (entry,) = endings()
    assert entry.facts["reason"] == "card_out"


def test_a_locked_session_can_be_logged_out_and_says_where_to_look_for_the_card() -> None:
    key = key_of()
    probe = probe_of(key)
    asked(probe, None)
    assert end_by_key(key=key, by=None, at=NOW) == probe
    assert refusal(key) is SessionMissing
    (entry,) = endings()
    assert (entry.by_hsa_id, entry.facts["reason"]) == (ANNA.hsa_id, "logout")


def test_asking_after_logging_out_locks_and_logs_nothing() -> None:
    key = key_of()
    probe = probe_of(key)
    end_by_key(key=key, by=ANNA.by, at=NOW)
    assert asked(probe, None) is CardSeen.NONE
    assert events("session.locked") == []
