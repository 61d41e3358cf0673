"""Sessions end: by the clock, by the card, by logging out, by a new login; and then in every tab."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

from registret.accounts import services as accounts
from registret.accounts.attempts import Proof
from registret.accounts.refusals import SessionIdle, SessionMissing, SessionOver
from registret.accounts.sessions import Sitting, end_session, end_sessions_of, forget_old, open_session, sit_down
from registret.accounts.sessions import sitting as sitting_at
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


def sitting(key: str, *, after: timedelta = timedelta(), seen: bool = True) -> Sitting:
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
    end_session(session_id=sitting(key).session_id, by=ANNA.by, at=NOW)
    assert refusal(key) is SessionMissing
    assert sitting(other), "a session in another browser is not ended"
    (entry,) = endings()
    assert (entry.by_hsa_id, entry.facts["reason"]) == (ANNA.hsa_id, "logout")


def test_logging_out_twice_is_logged_once() -> None:
    key = key_of()
    session_id = sitting(key).session_id
    for _ in range(2):
        end_session(session_id=session_id, by=ANNA.by, at=NOW)
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
    assert end_sessions_of(hsa_id=ANNA.hsa_id.lower(), reason="ended", by=BERTIL.by, at=NOW) == 2
    assert [refusal(key) for key in annas] == [SessionMissing] * 2
    assert sitting(bertils)


@pytest.mark.parametrize("act", ["suspend", "end"])
def test_a_suspended_or_ended_account_is_out_at_once(act: str) -> None:
    place = cast.clinics(NOW)
    cast.register(ANNA, place.infection, at=NOW)
    key = key_of()
    getattr(accounts, act)(account_id=cast.account_of(ANNA).id, reason="slutat", by=BERTIL.by, at=NOW)
    assert refusal(key) is SessionMissing


def test_a_session_that_ended_cannot_sit_down_again() -> None:
    key = key_of()
    session_id = sitting(key).session_id
    end_session(session_id=session_id, by=ANNA.by, at=NOW)
    sit_down(session_id=session_id, grant_id=1)
    assert refusal(key) is SessionMissing


def test_sessions_are_forgotten_a_day_after_their_end_and_not_before() -> None:
    key = key_of()
    assert forget_old(at=NOW + 10 * HOUR + timedelta(days=1)) == 0
    assert forget_old(at=NOW + 10 * HOUR + timedelta(days=1, seconds=1)) == 1
    assert refusal(key) is SessionMissing
