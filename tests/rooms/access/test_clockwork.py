"""By the clock: who is reminded, what lapses, who is suspended; each once, and nothing too early."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from registret.access.applications import attesting
from registret.access.grants import granting
from registret.access.grants.rules import last_possible_day
from registret.access.lifecycle import ApplicationState
from registret.access.queries.applications import newest_application, waiting_applications
from registret.access.queries.logins import seats_of
from registret.access.refusals import AlreadyGranted
from registret.access.roles import Role
from registret.accounts import services as accounts
from registret.accounts.lifecycle import AccountState, Authority
from registret.accounts.queries import account
from registret.chores import running
from registret.chores.table import CHORES
from registret.kernel.by import By
from registret.ledger.queries import Wanted, entries
from registret.mail.models import Letter
from registret.time_limits.lengths import TimeLimit
from registret.time_limits.services import decide
from tests import cast
from tests.cast import ANNA, BERTIL, DORIS, KARIN, Country, Person
from tests.parallel import committed, together
from tests.rooms.access.scene import FORGETTING

__all__ = ["committed"]

# A Tuesday, nine o'clock in Sweden.
NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture(scope="module")
def place(module_db: None) -> Country:
    return cast.country(NOW - DAY)


def run(*names: str, at: datetime) -> Counter[str]:
    """What was done, by kind; every chore unless some are named."""
    done = [running.run(name, at=at) for name in names or CHORES]
    return Counter(one.what for some in done for one in some)


def to(who: Person, kind: str) -> int:
    """How many letters of this kind the person was sent."""
    return Letter.objects.filter(kind=kind, to_address=who.email.text).count()


def attested(who: Person, clinic_id: int, *, at: datetime) -> int:
    """Somebody at work for as long as is possible; returns the grant's id."""
    application_id = cast.register(who, clinic_id, at=at)
    with suppress(AlreadyGranted):
        cast.appoint(BERTIL, clinic_id, at=at)
    return attesting.attest(
        application_id=application_id,
        role=Role.REPORTER,
        sub_registries=["pneumoni"],
        last_day=last_possible_day(at=at, months=24),
        actor=cast.actor(BERTIL, at=at),
        at=at,
    )


def suspend(who: Person, *, at: datetime) -> None:
    account_id = cast.account_of(who).id
    accounts.suspend(account_id=account_id, reason="x", authority=Authority.OFFICE, by=By.of_program("test"), at=at)


def state_of(who: Person) -> AccountState:
    return cast.account_of(who).state


# --- applications ----------------------------------------------------------------------------------


def test_a_day_later_each_administrator_gets_one_digest_a_day(place: Country) -> None:
    cast.register(ANNA, place.infection, at=NOW)
    assert run("digest", at=NOW + HOUR) == {}, "told at once already"
    assert run("digest", at=NOW + DAY) == {"digest": 2}
    assert run("digest", at=NOW + DAY + HOUR) == {}
    assert run("digest", at=NOW + 2 * DAY) == {"digest": 2}
    assert (to(BERTIL, "digest"), to(KARIN, "digest"), to(DORIS, "digest")) == (2, 2, 0)


@pytest.mark.parametrize(("day", "hour"), [(4, 8), (5, 8), (1, 5)], ids=["saturday", "sunday", "before seven"])
def test_no_digest_at_the_weekend_or_at_night(place: Country, day: int, hour: int) -> None:
    cast.register(ANNA, place.infection, at=NOW)
    assert run("digest", at=NOW.replace(hour=hour) + day * DAY) == {}


def test_what_cannot_be_acted_on_is_in_no_digest_and_no_reminder(place: Country) -> None:
    cast.register(ANNA, place.infection, confirmed=False, at=NOW)
    assert run("digest", "remind-attesters", "escalate", at=NOW + 10 * DAY) == {}


def test_administrators_are_reminded_once_after_three_days_and_not_before(place: Country) -> None:
    cast.register(ANNA, place.infection, at=NOW)
    assert run("remind-attesters", at=NOW + 3 * DAY - MINUTE) == {}
    assert run("remind-attesters", at=NOW + 3 * DAY) == {"reminded": 1}
    assert run("remind-attesters", at=NOW + 6 * DAY) == {}
    assert (to(BERTIL, "still_waiting"), to(KARIN, "still_waiting")) == (1, 1)


def test_the_days_count_from_the_confirmed_address(place: Country) -> None:
    cast.register(ANNA, place.infection, confirmed=False, at=NOW)
    cast.confirm_mail(ANNA, at=NOW + 5 * DAY)
    assert run("remind-attesters", "escalate", at=NOW + 7 * DAY) == {}
    assert run("remind-attesters", at=NOW + 8 * DAY) == {"reminded": 1}


def test_after_seven_days_it_also_stands_at_the_office_which_is_told_once(place: Country) -> None:
    cast.register(ANNA, place.infection, at=NOW)
    doris = cast.actor(DORIS, at=NOW)
    assert run("escalate", at=NOW + 7 * DAY - MINUTE) == {}
    assert waiting_applications(actor=doris, at=NOW).rows == ()
    assert run("escalate", at=NOW + 7 * DAY) == {"escalated": 1}
    assert run("escalate", at=NOW + 8 * DAY) == {}
    assert to(DORIS, "application_late") == 1
    assert [row.name for row in waiting_applications(actor=doris, at=NOW + 7 * DAY).rows] == [ANNA.name]
    bertil = cast.actor(BERTIL, at=NOW)
    assert len(waiting_applications(actor=bertil, at=NOW + 7 * DAY).rows) == 1, "the clinic still can"


def test_where_the_last_administrator_goes_the_office_is_told_at_the_next_round(place: Country) -> None:
    cast.register(ANNA, place.infection, at=NOW)
    for who in (BERTIL, KARIN):
        accounts.suspend(
            account_id=cast.account_of(who).id,
            reason="slutat",
            authority=Authority.OFFICE,
            by=By.of_program("test"),
            at=NOW,
        )
    assert run("escalate", at=NOW + HOUR) == {"escalated": 1}
    assert to(DORIS, "application_escalated") == 1
    assert run("escalate", at=NOW + 7 * DAY) == {}


def test_where_nobody_attests_the_office_is_told_once_and_not_again_by_the_clock(place: Country) -> None:
    cast.register(ANNA, place.medicine, at=NOW)
    assert run("escalate", at=NOW + 8 * DAY) == {}
    assert to(DORIS, "application_escalated") == 1


def test_without_an_office_nothing_counts_as_escalated(db: None) -> None:
    place = cast.clinics(NOW - DAY)
    cast.register(ANNA, place.infection, at=NOW)
    assert run("escalate", at=NOW + 8 * DAY) == {}
    cast.appoint_by_program(DORIS, Role.REGISTRY_OFFICE, at=NOW + 8 * DAY)
    assert run("escalate", at=NOW + 8 * DAY) == {"escalated": 1}


def test_after_ninety_days_an_application_lapses_and_the_applicant_is_told(place: Country) -> None:
    cast.register(ANNA, place.infection, at=NOW)
    assert run("lapse", at=NOW + 90 * DAY - MINUTE) == {}
    assert run("lapse", at=NOW + 90 * DAY) == {"lapsed": 1}
    assert run("lapse", at=NOW + 91 * DAY) == {}
    found = newest_application(account_id=cast.account_of(ANNA).id)
    assert found is not None
    assert (found.state, found.decided_by) == (ApplicationState.LAPSED, "")
    assert to(ANNA, "lapsed") == 1
    (entry,) = entries(wanted=Wanted(event="application.lapse")).rows
    assert (entry.by_program, entry.about_hsa_id) == ("clock", ANNA.hsa_id)
    cast.apply_again(ANNA, place.infection, at=NOW + 91 * DAY)


def test_an_address_that_was_never_confirmed_gets_no_letter_when_it_lapses(place: Country) -> None:
    cast.register(ANNA, place.infection, confirmed=False, at=NOW)
    assert run("lapse", at=NOW + 90 * DAY) == {"lapsed": 1}
    assert to(ANNA, "lapsed") == 0


def test_the_office_can_set_another_time_limit(place: Country) -> None:
    cast.register(ANNA, place.infection, at=NOW)
    by = cast.actor(DORIS, at=NOW).by
    decide(limit=TimeLimit.LAPSE, number=31, reason="Kortare kö", by=by, at=NOW)
    assert run("lapse", at=NOW + 31 * DAY) == {"lapsed": 1}


def test_what_was_decided_is_left_alone(place: Country) -> None:
    attested(ANNA, place.infection, at=NOW)
    assert run("digest", "remind-attesters", "escalate", "lapse", at=NOW + 100 * DAY) == {}


# --- accounts --------------------------------------------------------------------------------------


def keep_awake(*people: Person, at: datetime) -> None:
    for who in people:
        cast.log_in(who, at=at)


def test_whoever_has_not_logged_in_for_nine_months_is_warned_and_two_weeks_later_suspended(place: Country) -> None:
    attested(ANNA, place.infection, at=NOW)
    cast.log_in(ANNA, at=NOW)
    due = datetime(2027, 8, 24, 8, 0, tzinfo=UTC) - HOUR  # nine o'clock, in summer
    keep_awake(BERTIL, KARIN, cast.CECILIA, DORIS, cast.ERIK, at=due - 30 * DAY)
    assert run("suspend-unused", at=due - 14 * DAY - MINUTE) == {}
    assert run("suspend-unused", at=due - 14 * DAY) == {"warned of suspension": 1}
    assert run("suspend-unused", at=due - MINUTE) == {}
    assert run("suspend-unused", at=due) == {"suspended": 1}
    assert run("suspend-unused", at=due + DAY) == {}
    assert (to(ANNA, "suspension_near"), to(ANNA, "suspended_unused")) == (1, 1)
    assert cast.account_of(ANNA).state_reason == "dormant"
    assert state_of(BERTIL) is AccountState.CONFIRMED


def test_a_login_after_the_warning_begins_the_nine_months_anew(place: Country) -> None:
    attested(ANNA, place.infection, at=NOW)
    cast.log_in(ANNA, at=NOW)
    warned = NOW + 265 * DAY
    assert run("suspend-unused", at=warned)["warned of suspension"] >= 1
    cast.log_in(ANNA, at=warned + DAY)
    run("suspend-unused", at=warned + 100 * DAY)
    assert state_of(ANNA) is AccountState.CONFIRMED


def test_nobody_is_suspended_who_was_not_warned_in_time(place: Country) -> None:
    """The workers stood still for years: the warning comes first, and then two weeks."""
    attested(ANNA, place.infection, at=NOW)
    cast.log_in(ANNA, at=NOW)
    late = NOW + 500 * DAY
    assert run("suspend-unused", at=late)["suspended"] == 0
    assert run("suspend-unused", at=late + 14 * DAY - MINUTE)["suspended"] == 0
    run("suspend-unused", at=late + 14 * DAY)
    assert state_of(ANNA) is AccountState.SUSPENDED


def test_whoever_was_attested_and_never_came_is_suspended_after_three_months(place: Country) -> None:
    cast.register(ANNA, place.infection, at=NOW - 80 * DAY)
    attest_at = NOW
    application = newest_application(account_id=cast.account_of(ANNA).id)
    assert application is not None
    attesting.attest(
        application_id=application.id,
        role=Role.REPORTER,
        sub_registries=["pneumoni"],
        last_day=last_possible_day(at=attest_at, months=12),
        actor=cast.actor(BERTIL, at=attest_at),
        at=attest_at,
    )
    due = datetime(2027, 2, 24, 8, 0, tzinfo=UTC)
    run("suspend-unused", at=due - 14 * DAY)
    run("suspend-unused", at=due - MINUTE)
    assert state_of(ANNA) is AccountState.CONFIRMED
    run("suspend-unused", at=due)
    assert cast.account_of(ANNA).state_reason == "never_logged_in"


def test_a_reinstated_account_is_not_suspended_again_the_next_day(place: Country) -> None:
    attested(ANNA, place.infection, at=NOW)
    cast.log_in(ANNA, at=NOW)
    for days in (265, 280):
        run("suspend-unused", at=NOW + days * DAY)
    assert state_of(ANNA) is AccountState.SUSPENDED
    anna_id = cast.account_of(ANNA).id
    accounts.reinstate(account_id=anna_id, by=BERTIL.by, at=NOW + 281 * DAY)
    run("suspend-unused", at=NOW + 282 * DAY)
    run("suspend-unused", at=NOW + 310 * DAY)
    assert state_of(ANNA) is AccountState.CONFIRMED


def test_an_appointment_that_nobody_ever_confirmed_ends_after_three_months(place: Country) -> None:
    moa = cast.person("Moa", "Ny", "SE2321009991-E00M5N9")
    grant = cast.appoint(moa, place.medicine, confirmed=False, at=NOW)
    moa_id = cast.account_of(moa).id
    assert run("suspend-unused", at=NOW + 80 * DAY)["ended"] == 0
    assert run("suspend-unused", at=datetime(2027, 2, 24, 8, 0, tzinfo=UTC))["ended"] == 1
    ended = account(account_id=moa_id)
    assert ended is not None
    assert (ended.state, ended.state_reason) == (AccountState.ENDED, "never_confirmed")
    assert grant not in [g for seat in seats_of(account_id=moa_id, at=NOW + 95 * DAY) for g in seat.grant_ids]


# --- grants ----------------------------------------------------------------------------------------


def test_before_a_grant_ends_its_holder_is_warned_twice(place: Country) -> None:
    attested(ANNA, place.infection, at=NOW)
    ends = datetime(2028, 11, 23, 23, 0, tzinfo=UTC)
    keep_awake(ANNA, at=ends - 60 * DAY)
    # Thirty days in Sweden, where the clocks change in between.
    first = ends - 30 * DAY - HOUR
    for moment, done in (
        (first - MINUTE, 0),
        (first, 1),
        (first + 10 * DAY, 0),
        (ends - 7 * DAY - MINUTE, 0),
        (ends - 7 * DAY, 1),
        (ends - DAY, 0),
    ):
        before = to(ANNA, "grant_ends")
        run("warn-of-end", at=moment)
        assert to(ANNA, "grant_ends") - before == done, moment
    letter = Letter.objects.filter(kind="grant_ends", to_address=ANNA.email.text).first()
    assert letter is not None
    assert (letter.context["role"], letter.context["last_day"]) == ("registrerare", "2028-11-23")


def test_a_warning_that_was_overtaken_is_not_sent(place: Country) -> None:
    attested(ANNA, place.infection, at=NOW)
    ends = datetime(2028, 11, 23, 23, 0, tzinfo=UTC)
    for days in (5, 4):
        run("warn-of-end", at=ends - days * DAY)
    assert to(ANNA, "grant_ends") == 1


@pytest.mark.parametrize("why", ["revoked", "suspended"])
def test_nobody_is_warned_of_the_end_of_what_is_gone(place: Country, why: str) -> None:
    grant_id = attested(ANNA, place.infection, at=NOW)
    if why == "revoked":
        granting.revoke(grant_id=grant_id, reason="slutat", revoked_by_id=None, by=BERTIL.by, at=NOW)
    else:
        suspend(ANNA, at=NOW)
    run("warn-of-end", at=datetime(2028, 11, 20, tzinfo=UTC))
    assert to(ANNA, "grant_ends") == 0


def test_a_grant_shorter_than_the_first_warning_has_only_the_last(place: Country) -> None:
    application_id = cast.register(ANNA, place.infection, at=NOW)
    attesting.attest(
        application_id=application_id,
        role=Role.REPORTER,
        sub_registries=["pneumoni"],
        last_day=(NOW + 20 * DAY).date(),
        actor=cast.actor(BERTIL, at=NOW),
        at=NOW,
    )
    run("warn-of-end", at=NOW + HOUR)
    assert to(ANNA, "grant_ends") == 0
    run("warn-of-end", at=NOW + 15 * DAY)
    assert to(ANNA, "grant_ends") == 1


# --- dry runs, and many at once --------------------------------------------------------------------


def test_a_dry_run_says_what_a_run_then_does_and_changes_nothing(place: Country) -> None:
    cast.register(ANNA, place.infection, at=NOW)
    at, letters = NOW + 91 * DAY, Letter.objects.count()
    for name in CHORES:
        foreseen = running.run(name, at=at, dry_run=True)
        assert Letter.objects.count() == letters
        assert running.run(name, at=at) == foreseen
        letters = Letter.objects.count()
    assert letters > 0


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("name", [name for name in CHORES if name not in FORGETTING])
def test_eight_machines_at_the_same_moment_do_each_thing_once(name: str) -> None:
    place = cast.country(NOW - DAY)
    late = {
        "warn-of-end": datetime(2028, 11, 19, 8, 0, tzinfo=UTC),
        "digest": NOW + DAY,
        "suspend-unused": NOW + 91 * DAY,
        "recertify": NOW + 190 * DAY,
        "remind-of-recertification": NOW + 219 * DAY,
        "end-by-silence": NOW + 223 * DAY,
    }
    if name in {"remind-of-recertification", "end-by-silence"}:
        running.run("recertify", at=late["recertify"])
    if name == "end-by-silence":
        running.run("remind-of-recertification", at=late["remind-of-recertification"])
    if name == "warn-of-end":
        attested(ANNA, place.infection, at=NOW)
    else:
        cast.register(ANNA, place.infection, at=NOW)
    at = late.get(name, NOW + 90 * DAY)
    before = Letter.objects.count()
    results = together([lambda: running.run(name, at=at)] * 8)
    done = [one for some in results if isinstance(some, tuple) for one in some]
    assert [r for r in results if isinstance(r, Exception)] == []
    assert len(done) == len(set(done)) > 0
    subjects = Letter.objects.filter(id__gt=0).values_list("kind", "to_address", "context__number", "context__clinic")
    new = list(subjects.order_by("-id")[: Letter.objects.count() - before])
    assert len(new) == len(set(new)) > 0
