"""Genomgång: every right at a clinic is answered for, by somebody else; silence ends it, after reminders."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import permutations
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from registret.access.actor import Actor
from registret.access.applications import account_end, attesting, entering
from registret.access.grants import granting
from registret.access.grants.rules import last_possible_day
from registret.access.lifecycle import LINE_LIFE, LineState
from registret.access.models import Grant, Recertification, RecertificationLine
from registret.access.queries import logins
from registret.access.queries.logins import seats_of
from registret.access.refusals import (
    AlreadyAnswered,
    CardTooOld,
    NotFound,
    NothingToRecertify,
    NotPermitted,
    OwnRights,
    RecertificationOpen,
)
from registret.access.roles import Role
from registret.access.staff.changing_grants import change_grant, revoke_grant
from registret.access.staff.recertification.answering import LineAnswer, answer, answer_many
from registret.access.staff.recertification.opening import start
from registret.access.staff.recertification.rows import (
    LineRow,
    closed_recertifications,
    count_to_answer,
    lines_of,
    open_recertifications,
    outcome_of,
    recertification_of,
)
from registret.accounts import services as accounts
from registret.accounts.sessions import sitting
from registret.chores import running
from registret.kernel.by import By
from registret.kernel.life import NotPossible
from registret.ledger.queries import Wanted, entries
from registret.mail.models import Letter
from registret.time_limits.lengths import TimeLimit
from registret.time_limits.services import decide
from tests import cast
from tests.cast import ANNA, BERTIL, CECILIA, DORIS, ERIK, KARIN, Country, Person
from tests.owner import as_owner
from tests.parallel import committed, together
from tests.reading import reads
from tests.rooms.access.scene import refused

__all__ = ["committed"]

# A Tuesday, nine o'clock in Sweden. The cast came half a year before, and a day.
NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
CAME = datetime(2026, 5, 23, 8, 0, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
# Thirty days to answer, the last of them whole: the 24th of December.
DUE = datetime(2026, 12, 24, 23, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def place(module_db: None) -> Country:
    """Bertil, Karin and Anna at the infection clinic."""
    place = cast.country(CAME)
    attested(ANNA, place.infection, at=CAME)
    return place


def attested(who: Person, clinic_id: int, *, at: datetime) -> int:
    """Somebody at work; returns the grant's id."""
    application_id = cast.register(who, clinic_id, at=at)
    return attesting.attest(
        application_id=application_id,
        role=Role.REPORTER,
        sub_registries=["pneumoni"],
        # Nobody's right outlasts that of the administrator who gives it.
        last_day=last_possible_day(at=CAME, months=23),
        actor=cast.actor(BERTIL, at=at),
        at=at,
    )


def run(*names: str, at: datetime) -> Counter[str]:
    names = names or ("end-by-silence", "recertify", "remind-of-recertification")
    return Counter(one.what for name in names for one in running.run(name, at=at))


def days(first: datetime, last: datetime) -> Counter[str]:
    """The clock, once a day."""
    done: Counter[str] = Counter()
    while first <= last:
        done += run(at=first)
        first += DAY
    return done


def opened(place: Country, *, at: datetime = NOW) -> int:
    assert run("recertify", at=at)["recertification opened"] >= 1
    return Recertification.objects.get(clinic_id=place.infection, closed_at=None).id


def line(who: Person, recertification_id: int, *, seen_by: Person = DORIS, at: datetime = NOW) -> LineRow:
    account_id = cast.account_of(who).id
    rows = lines_of(actor=cast.actor(seen_by, at=at), recertification_id=recertification_id, at=at)
    (found,) = [row for row in rows if row.account_id == account_id]
    return found


def say(who: Person, recertification_id: int, what: LineAnswer, *, by: Person = BERTIL, at: datetime = NOW) -> None:
    answer(line_id=line(who, recertification_id, at=at).id, answer=what, actor=cast.actor(by, at=at), at=at)


def states(recertification_id: int) -> Counter[str]:
    found = RecertificationLine.objects.filter(recertification_id=recertification_id)
    return Counter(found.values_list("state", flat=True))


def to(who: Person, kind: str) -> int:
    return Letter.objects.filter(kind=kind, to_address=who.email.text).count()


def works(who: Person, *, at: datetime) -> bool:
    return bool(seats_of(account_id=cast.account_of(who).id, at=at))


def events(name: str) -> list[dict[str, object]]:
    return [dict(entry.facts) for entry in entries(wanted=Wanted(event=name)).rows]


# --- opening ---------------------------------------------------------------------------------------


def test_half_a_year_after_the_oldest_right_each_clinic_is_asked_about_all_who_have_one(place: Country) -> None:
    assert run("recertify", at=NOW - 2 * DAY) == {}
    assert run("recertify", at=NOW) == {"recertification opened": 2}, "Norrvik and Sydvik; nobody works at medicine"
    assert run("recertify", at=NOW) == {}
    whole = Recertification.objects.get(clinic_id=place.infection)
    assert (whole.due_at, whole.opened_by_id, whole.reason) == (DUE, None, "")
    assert states(whole.id) == {"unanswered": 3}
    assert [facts["rows"] for facts in events("recertification.opened")] == [1, 3]


def test_those_who_answer_are_told_how_many_wait_for_them_and_until_when(place: Country) -> None:
    opened(place)
    told = Letter.objects.filter(kind="recertification_opened").order_by("id")
    assert {(row.to_address, row.context["number"]) for row in told} == {
        (BERTIL.email.text, "2"),
        (KARIN.email.text, "2"),
    }
    assert {datetime.fromisoformat(row.context["day"]).date() for row in told} == {date(2026, 12, 24)}


def test_the_next_one_is_counted_from_the_last_in_turn_or_out_of_it(place: Country) -> None:
    doris = cast.actor(DORIS, at=NOW - 30 * DAY)
    start(clinic_id=place.infection, reason="Många slutade", actor=doris, at=NOW - 30 * DAY)
    whole = Recertification.objects.get()
    for who, by in ((ANNA, BERTIL), (KARIN, BERTIL), (BERTIL, KARIN)):
        say(who, whole.id, LineAnswer.KEEP, by=by, at=NOW - 30 * DAY)
    assert run("recertify", at=NOW) == {"recertification opened": 1}, "Sydvik alone"
    assert run("recertify", at=NOW + 155 * DAY) == {"recertification opened": 1}


def test_where_everybody_is_newer_than_that_nobody_is_asked_yet(place: Country) -> None:
    cast.appoint(person := cast.person("Moa", "Lind", "SE2321009991-E00M5N9"), place.medicine, at=NOW - 30 * DAY)
    run("recertify", at=NOW)
    assert not Recertification.objects.filter(clinic_id=place.medicine).exists()
    assert works(person, at=NOW)


def test_the_interval_is_the_offices_to_set(place: Country) -> None:
    by = By(hsa_id=DORIS.card.hsa_id, name=DORIS.name, account_id=cast.account_of(DORIS).id)
    decide(limit=TimeLimit.RECERTIFY_EVERY, number=12, reason="Årligen", by=by, at=NOW)
    decide(limit=TimeLimit.RECERTIFY_ANSWER, number=40, reason="Semester", by=by, at=NOW)
    assert run("recertify", at=NOW) == {}
    opened(place, at=NOW + 185 * DAY)
    whole = Recertification.objects.get(clinic_id=place.infection)
    assert 40 * DAY < whole.due_at - whole.opened_at < 42 * DAY


def test_a_dry_run_says_what_would_be_done_and_does_nothing(place: Country) -> None:
    done = running.run("recertify", at=NOW, dry_run=True)
    assert [one.what for one in done] == ["recertification opened"] * 2
    assert not Recertification.objects.exists()
    assert Letter.objects.filter(kind__startswith="recertification").count() == 0


def test_the_office_asks_out_of_turn_with_a_reason_once_at_a_time(place: Country) -> None:
    doris = cast.actor(DORIS, at=NOW)
    made = start(clinic_id=place.infection, reason=" Många har slutat ", actor=doris, at=NOW)
    row = recertification_of(actor=doris, recertification_id=made)
    assert (row.opened_by, row.reason, row.size) == (DORIS.name, "Många har slutat", 3)
    assert to(BERTIL, "recertification_opened") == 1
    with refused(RecertificationOpen):
        start(clinic_id=place.infection, reason="Igen", actor=doris, at=NOW)
    with refused(NothingToRecertify):
        start(clinic_id=place.medicine, reason="Tomt", actor=doris, at=NOW)
    with pytest.raises(ValueError, match="reason"):
        start(clinic_id=place.sydvik, reason=" ", actor=doris, at=NOW)
    with refused(CardTooOld):
        start(clinic_id=place.sydvik, reason="Gammalt kort", actor=doris, at=NOW + 61 * MINUTE)


@pytest.mark.parametrize("who", [BERTIL, ERIK, ANNA])
def test_nobody_but_the_office_asks_out_of_turn(place: Country, who: Person) -> None:
    actor = cast.actor(who, at=NOW)
    with refused(NotPermitted):
        start(clinic_id=place.infection, reason="Nu", actor=actor, at=NOW)


# --- who answers -----------------------------------------------------------------------------------


def test_what_is_kept_goes_on_and_the_log_says_by_whom(place: Country) -> None:
    whole = opened(place)
    say(ANNA, whole, LineAnswer.KEEP)
    found = line(ANNA, whole)
    assert (found.state, found.answered_by) == (LineState.KEPT, BERTIL.name)
    assert works(ANNA, at=NOW)
    (entry,) = entries(wanted=Wanted(event="grant.recertified")).rows
    assert (entry.by_name, entry.clinic_id) == (BERTIL.name, place.infection)
    assert entry.about_account_id == cast.account_of(ANNA).id


def test_an_answer_finds_out_whose_right_it_is_about_and_reads_the_line_once(place: Country) -> None:
    whole = opened(place)
    line_id, bertil = line(ANNA, whole).id, cast.actor(BERTIL, at=NOW)
    act = partial(answer, line_id=line_id, answer=LineAnswer.KEEP, actor=bertil, at=NOW)
    assert reads("access_recertificationline", act) == 4  # and the outcome: is it still open, is it the last


def test_what_is_ended_is_gone_at_once_and_the_person_reads_why(place: Country) -> None:
    whole = opened(place)
    say(ANNA, whole, LineAnswer.END)
    assert line(ANNA, whole).state is LineState.ENDED
    assert not works(ANNA, at=NOW)
    assert to(ANNA, "recertification_ended") == 1
    grant = Grant.objects.get(account_id=cast.account_of(ANNA).id)
    assert (grant.revoke_reason, grant.revoked_by_id) == ("recertified", cast.account_of(BERTIL).id)


def test_nobody_answers_about_themselves_neither_at_the_clinic_nor_at_the_office(place: Country) -> None:
    whole = opened(place)
    bertil = cast.actor(BERTIL, at=NOW)
    own = line(BERTIL, whole, seen_by=BERTIL)
    assert (own.own, own.keepable, own.endable, own.changeable) == (True, False, False, False)
    for what in LineAnswer:
        with refused(OwnRights):
            answer(line_id=own.id, answer=what, actor=bertil, at=NOW)


def test_the_office_does_not_answer_about_its_own_people_at_a_clinic(place: Country) -> None:
    cast.appoint_by_program(DORIS, Role.LOCAL_ADMINISTRATOR, clinic_id=place.medicine, at=CAME)
    run("recertify", at=NOW)
    whole = Recertification.objects.get(clinic_id=place.medicine)
    (own,) = RecertificationLine.objects.filter(recertification=whole)
    session = cast.log_in(DORIS, at=NOW)
    office = at_the_office(DORIS, session, at=NOW)
    with refused(OwnRights):
        answer(line_id=own.id, answer=LineAnswer.KEEP, actor=office, at=NOW)


def at_the_office(who: Person, session: str, *, at: datetime) -> Actor:
    here = sitting(key=session, seen=True, at=at)
    (seat,) = [s for s in seats_of(account_id=cast.account_of(who).id, at=at) if s.clinic_id is None]
    entering.choose_seat(sitting=here, grant_id=seat.grant_id, by=who.by, at=at)
    found = logins.who(sitting=sitting(key=session, seen=True, at=at), at=at)
    assert isinstance(found, Actor)
    return found


def test_a_colleague_keeps_an_administrator_and_only_the_office_changes_or_ends_one(place: Country) -> None:
    whole = opened(place)
    seen = line(KARIN, whole, seen_by=BERTIL)
    assert (seen.keepable, seen.endable, seen.changeable) == (True, False, False)
    bertil = cast.actor(BERTIL, at=NOW)
    with refused(NotPermitted):
        answer(line_id=seen.id, answer=LineAnswer.END, actor=bertil, at=NOW)
    say(KARIN, whole, LineAnswer.KEEP, by=BERTIL)
    seen = line(BERTIL, whole, seen_by=DORIS)
    assert (seen.keepable, seen.endable, seen.changeable) == (True, True, True)
    say(BERTIL, whole, LineAnswer.END, by=DORIS)
    assert not works(BERTIL, at=NOW)


@pytest.mark.parametrize("who", [CECILIA, ERIK, ANNA])
def test_from_elsewhere_and_from_other_roles_it_does_not_exist(place: Country, who: Person) -> None:
    whole = opened(place)
    line_id = line(ANNA, whole).id
    actor = cast.actor(who, at=NOW)
    for act in (
        lambda: answer(line_id=line_id, answer=LineAnswer.KEEP, actor=actor, at=NOW),
        lambda: answer_many(recertification_id=whole, answers={line_id: LineAnswer.END}, actor=actor, at=NOW),
        lambda: recertification_of(actor=actor, recertification_id=whole),
        lambda: outcome_of(actor=actor, recertification_id=whole, at=NOW),
    ):
        with refused(NotFound if who is CECILIA else NotPermitted):
            act()
    if who is CECILIA:
        assert lines_of(actor=actor, recertification_id=whole, at=NOW) == ()
        assert closed_recertifications(actor=actor) == ((), None)
        assert [row.clinic_id for row in open_recertifications(actor=actor)] == [place.sydvik]


def test_an_answer_of_another_recertification_is_not_saved_through_this_one(place: Country) -> None:
    whole = opened(place)
    sydvik = Recertification.objects.get(clinic_id=place.sydvik).id
    line_id = line(CECILIA, sydvik).id
    doris = cast.actor(DORIS, at=NOW)
    with refused(NotFound):
        answer_many(recertification_id=whole, answers={line_id: LineAnswer.END}, actor=doris, at=NOW)


def test_answering_needs_a_card_that_was_read_within_the_hour(place: Country) -> None:
    whole = opened(place)
    line_id = line(ANNA, whole).id
    bertil = cast.actor(BERTIL, at=NOW)
    with refused(CardTooOld):
        answer(line_id=line_id, answer=LineAnswer.END, actor=bertil, at=NOW + 61 * MINUTE)


def test_it_is_answered_in_parts_and_finished_with_the_last_answer(place: Country) -> None:
    whole = opened(place)
    say(ANNA, whole, LineAnswer.KEEP)
    say(KARIN, whole, LineAnswer.KEEP)
    bertil = cast.actor(BERTIL, at=NOW)
    assert count_to_answer(actor=bertil, at=NOW) == 0, "the last one is his own"
    assert count_to_answer(actor=cast.actor(KARIN, at=NOW), at=NOW) == 1
    assert recertification_of(actor=bertil, recertification_id=whole).closed_at is None
    say(BERTIL, whole, LineAnswer.KEEP, by=KARIN)
    assert recertification_of(actor=bertil, recertification_id=whole).closed_at == NOW
    (closed,) = events("recertification.closed")
    assert (closed["kept"], closed["ended"], closed["silent"]) == (3, 0, 0)
    assert days(NOW, NOW + 40 * DAY)["ended by silence"] == 1, "Cecilia, for whom nobody answers"
    assert works(ANNA, at=NOW + 40 * DAY)


def test_whoever_comes_second_learns_who_was_faster_and_a_second_click_does_not(place: Country) -> None:
    whole = opened(place)
    line_id = line(ANNA, whole).id
    karin, bertil = cast.actor(KARIN, at=NOW), cast.actor(BERTIL, at=NOW)
    answer(line_id=line_id, answer=LineAnswer.KEEP, actor=karin, at=NOW)
    answer(line_id=line_id, answer=LineAnswer.KEEP, actor=karin, at=NOW + MINUTE)
    with refused(AlreadyAnswered) as no:
        answer(line_id=line_id, answer=LineAnswer.END, actor=bertil, at=NOW + MINUTE)
    assert no.value.facts["answered_by"] == KARIN.name
    assert no.value.facts["state"] == "kept"
    (one,) = answer_many(recertification_id=whole, answers={line_id: LineAnswer.END}, actor=bertil, at=NOW + MINUTE)
    assert isinstance(one.refusal, AlreadyAnswered)
    assert works(ANNA, at=NOW + MINUTE)


# --- what is done elsewhere ------------------------------------------------------------------------


def test_a_change_on_its_own_page_is_the_answer(place: Country) -> None:
    whole = opened(place)
    found = line(ANNA, whole)
    new_id = change_grant(
        grant_id=found.grant_id,
        role=Role.READER,
        sub_registries=["pneumoni"],
        last_day=last_possible_day(at=NOW, months=6),
        actor=cast.actor(BERTIL, at=NOW),
        at=NOW,
    )
    found = line(ANNA, whole)
    assert (found.state, found.answered_by) == (LineState.CHANGED, BERTIL.name)
    assert not RecertificationLine.objects.filter(grant_id=new_id).exists()
    days(NOW, DUE + 5 * DAY)
    assert works(ANNA, at=DUE + 5 * DAY), "a right that was given after it began is not ended by its silence"


def test_revoking_in_personer_is_the_answer_too(place: Country) -> None:
    whole = opened(place)
    revoke_grant(grant_id=line(ANNA, whole).grant_id, reason="Slutat", actor=cast.actor(BERTIL, at=NOW), at=NOW)
    found = line(ANNA, whole)
    assert (found.state, found.answered_by) == (LineState.ENDED, BERTIL.name)
    assert to(ANNA, "recertification_ended") == 0, "the letter with the reason is enough"


def test_what_nobody_decided_about_is_overtaken_not_answered(place: Country) -> None:
    whole = opened(place)
    account_end.end_account(account_id=cast.account_of(ANNA).id, reason="slutat", by=DORIS.by, at=NOW)
    assert states(whole) == {"unanswered": 2, "overtaken": 1}


def test_whoever_gives_up_an_own_right_has_not_answered_about_themselves(place: Country) -> None:
    whole = opened(place)
    granting.revoke(grant_id=line(ANNA, whole).grant_id, reason="lämnade", revoked_by_id=None, by=ANNA.by, at=NOW)
    assert states(whole)["overtaken"] == 1


def test_a_right_whose_time_is_over_while_it_is_asked_about_is_settled_and_never_answered(place: Country) -> None:
    anna = cast.account_of(ANNA).id
    change_grant(
        grant_id=Grant.objects.get(account_id=anna).id,
        role=Role.REPORTER,
        sub_registries=["pneumoni"],
        last_day=date(2026, 11, 30),
        actor=cast.actor(BERTIL, at=NOW - DAY),
        at=NOW - DAY,
    )
    whole = opened(place)
    later = NOW + 8 * DAY
    line_id, bertil = line(ANNA, whole).id, cast.actor(BERTIL, at=later)
    with refused(AlreadyAnswered):
        answer(line_id=line_id, answer=LineAnswer.KEEP, actor=bertil, at=later)
    assert run("end-by-silence", at=later) == {"was over": 1}
    assert line(ANNA, whole).state is LineState.OVERTAKEN


def test_somebody_who_was_attested_after_it_began_is_not_in_it(place: Country) -> None:
    whole = opened(place)
    moa = cast.person("Moa", "Lind", "SE2321009991-E00M5N9")
    attested(moa, place.infection, at=NOW + DAY)
    assert recertification_of(actor=cast.actor(DORIS, at=NOW), recertification_id=whole).size == 3
    days(NOW + DAY, DUE + 5 * DAY)
    assert works(moa, at=DUE + 5 * DAY)


# --- the office ------------------------------------------------------------------------------------


def test_a_lone_administrators_own_right_is_the_offices_to_answer_for_and_it_is_told_at_once(place: Country) -> None:
    run("recertify", at=NOW)
    whole = Recertification.objects.get(clinic_id=place.sydvik)
    assert to(DORIS, "recertification_office") == 1
    assert run("remind-of-recertification", at=NOW) == {}, "once"
    doris = cast.actor(DORIS, at=NOW)
    assert count_to_answer(actor=doris, at=NOW) == 1
    answer(line_id=line(CECILIA, whole.id).id, answer=LineAnswer.KEEP, actor=doris, at=NOW)
    assert count_to_answer(actor=doris, at=NOW) == 0
    assert to(CECILIA, "recertification_opened") == 0, "there is nothing that she can answer"


def test_where_the_last_who_could_answer_goes_the_office_is_told_then(place: Country) -> None:
    whole = opened(place)
    before = to(DORIS, "recertification_office")
    cast.suspend(KARIN, at=NOW)
    assert run("remind-of-recertification", at=NOW + DAY) == {"the office told": 1}
    cast.suspend(BERTIL, at=NOW + DAY)
    assert run("remind-of-recertification", at=NOW + 2 * DAY) == {"the office told": 1}
    assert run("remind-of-recertification", at=NOW + 3 * DAY) == {}
    assert to(DORIS, "recertification_office") == before + 2
    newest = Letter.objects.filter(kind="recertification_office").order_by("-id").first()
    assert newest is not None
    assert newest.context["number"] == "3"
    say(ANNA, whole, LineAnswer.KEEP, by=DORIS)
    assert line(ANNA, whole).answered_by == DORIS.name


# --- silence ---------------------------------------------------------------------------------------


def test_reminded_twice_and_then_silence_ends_the_right_with_a_letter_to_each(place: Country) -> None:
    whole = opened(place)
    say(KARIN, whole, LineAnswer.KEEP)
    say(BERTIL, whole, LineAnswer.KEEP, by=KARIN)
    mine = partial(run, "remind-of-recertification", "end-by-silence")
    for_cecilia = {"reminded": 1}
    assert mine(at=DUE - 14 * DAY - MINUTE) == {}
    assert mine(at=DUE - 14 * DAY) == Counter({"reminded": 1}) + Counter(for_cecilia)
    assert (to(BERTIL, "recertification_reminder"), to(KARIN, "recertification_reminder")) == (1, 1)
    assert mine(at=DUE - 3 * DAY - MINUTE) == {}
    assert to(ANNA, "recertification_near") == 0
    assert mine(at=DUE - 3 * DAY) == {"reminded": 2}
    assert (to(BERTIL, "recertification_reminder"), to(ANNA, "recertification_near")) == (2, 1)
    assert mine(at=DUE - MINUTE) == {}
    assert works(ANNA, at=DUE - MINUTE)
    assert mine(at=DUE) == {"ended by silence": 2}
    assert not works(ANNA, at=DUE)
    found = line(ANNA, whole, at=DUE)
    assert (found.state, found.answered_by, found.settled_at) == (LineState.SILENT, "", DUE)
    assert to(ANNA, "recertification_silent") == 1
    assert (to(BERTIL, "recertification_closed"), to(KARIN, "recertification_closed")) == (1, 1)
    assert to(DORIS, "recertification_closed") == 2, "Norrvik and Sydvik"
    assert mine(at=DUE + DAY) == {}
    grant = Grant.objects.get(account_id=cast.account_of(ANNA).id)
    assert (grant.revoke_reason, grant.revoked_by_id, grant.revoked_at) == ("silence", None, DUE)


def test_an_answer_on_the_last_day_counts(place: Country) -> None:
    whole = opened(place)
    days(NOW, DUE - DAY)
    say(ANNA, whole, LineAnswer.KEEP, at=DUE - MINUTE)
    days(DUE, DUE + 3 * DAY)
    assert works(ANNA, at=DUE + 3 * DAY)


def test_a_clock_that_stood_still_ends_nobodys_right_unreminded(place: Country) -> None:
    opened(place)
    late = DUE + 10 * DAY
    assert run(at=late)["reminded"] == 2
    assert to(BERTIL, "recertification_reminder") == 1, "the first reminder has been overtaken by the last"
    letter = Letter.objects.filter(kind="recertification_near").first()
    assert letter is not None
    assert letter.context["role"] in {"registrerare", "lokal administratör"}
    assert datetime.fromisoformat(letter.context["day"]) >= late + 3 * DAY
    assert run(at=late + 3 * DAY - MINUTE) == {}
    assert run(at=late + 3 * DAY)["ended by silence"] == 4


def test_where_nobody_is_left_to_be_reminded_silence_does_not_count(place: Country) -> None:
    whole = opened(place)
    for who in (BERTIL, KARIN, CECILIA, DORIS):
        cast.suspend(who, at=NOW)
    assert days(NOW, DUE + 10 * DAY) == {}
    assert states(whole) == {"unanswered": 3}
    assert works(ANNA, at=DUE + 10 * DAY)


def test_a_dry_run_of_silence_ends_nothing(place: Country) -> None:
    opened(place)
    days(NOW, DUE - DAY)
    done = running.run("end-by-silence", at=DUE + 3 * DAY, dry_run=True)
    assert [one.what for one in done] == ["ended by silence"] * 4
    assert works(ANNA, at=DUE + 3 * DAY)
    assert to(ANNA, "recertification_silent") == 0


def test_nobody_without_a_confirmed_address_is_written_to(place: Country) -> None:
    moa = cast.person("Moa", "Lind", "SE2321009991-E00M5N9")
    cast.appoint(moa, place.infection, confirmed=False, at=CAME)
    opened(place)
    assert run("end-by-silence", "remind-of-recertification", at=DUE - 3 * DAY)["reminded"] == 2
    assert to(moa, "recertification_near") == 0


def test_a_finished_one_can_be_taken_out_which_is_logged_and_one_that_goes_on_cannot(place: Country) -> None:
    whole = opened(place)
    bertil = cast.actor(BERTIL, at=NOW)
    with refused(NotFound):
        outcome_of(actor=bertil, recertification_id=whole, at=NOW)
    for who, by in ((ANNA, BERTIL), (KARIN, BERTIL), (BERTIL, KARIN)):
        say(who, whole, LineAnswer.KEEP, by=by)
    row, lines = outcome_of(actor=bertil, recertification_id=whole, at=NOW)
    assert row.closed_at == NOW
    assert [found.name for found in lines] == [ANNA.name, BERTIL.name, KARIN.name], "by surname"
    assert events("recertification.exported") == [{"recertification": whole, "rows": 3}]
    (found,), older = closed_recertifications(actor=bertil)
    assert (found.id, found.outcome, older) == (whole, ((LineState.KEPT, 3),), None)
    assert closed_recertifications(actor=cast.actor(CECILIA, at=NOW)) == ((), None)


def test_many_finished_ones_are_listed_page_by_page(place: Country) -> None:
    doris = cast.actor(DORIS, at=NOW)
    for number in range(23):
        start(clinic_id=place.sydvik, reason=f"nummer {number}", actor=doris, at=NOW)
        say(CECILIA, Recertification.objects.latest("id").id, LineAnswer.KEEP, by=DORIS)
    rows, older = closed_recertifications(actor=doris)
    assert [row.reason for row in rows] == [f"nummer {number}" for number in range(22, 2, -1)]
    rest, last = closed_recertifications(actor=doris, before=older)
    assert ([row.reason for row in rest], last) == (["nummer 2", "nummer 1", "nummer 0"], None)
    assert closed_recertifications(actor=doris, clinic_id=place.infection) == ((), None)


# --- the life, in the table and in the database ----------------------------------------------------


@pytest.mark.parametrize("state", LineState)
@pytest.mark.parametrize("act", ["keep", "change", "end", "silence", "overtake"])
def test_a_line_is_settled_once(state: LineState, act: str) -> None:
    if state is LineState.UNANSWERED:
        assert LINE_LIFE.after(state, act) is not state
    else:
        with pytest.raises(NotPossible):
            LINE_LIFE.after(state, act)


def force(sql: str, *values: Any) -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def facts_of(state: LineState) -> tuple[datetime | None, int | None]:
    by = cast.account_of(BERTIL).id if state in {LineState.KEPT, LineState.CHANGED, LineState.ENDED} else None
    return (None if state is LineState.UNANSWERED else NOW), by


@pytest.mark.parametrize(("before", "after"), list(permutations(LineState, 2)))
def test_the_database_lets_through_the_steps_of_the_table_and_no_other(
    place: Country, before: LineState, after: LineState
) -> None:
    found = line(ANNA, opened(place))
    sql = "UPDATE access_recertificationline SET state = %s, settled_at = %s, answered_by_id = %s WHERE id = %s"
    if before is not LineState.UNANSWERED:
        force(sql, before.value, *facts_of(before), found.id)
    if (before.value, after.value) in LINE_LIFE.pairs():
        force(sql, after.value, *facts_of(after), found.id)
    else:
        with pytest.raises(IntegrityError, match=f"no step from {before} to {after}"):
            force(sql, after.value, *facts_of(after), found.id)


def test_the_database_changes_nothing_else_of_a_line_and_lets_none_go_while_the_account_lives(place: Country) -> None:
    whole = opened(place)
    found = line(ANNA, whole)
    other = line(KARIN, whole)
    for column, value in (("account_id", other.account_id), ("grant_id", other.grant_id)):
        with pytest.raises(IntegrityError, match=r"only an answer"):
            force(f"UPDATE access_recertificationline SET {column} = %s WHERE id = %s", value, found.id)  # noqa: S608
    with pytest.raises(IntegrityError, match="a line stays"):
        force("DELETE FROM access_recertificationline WHERE id = %s", found.id)
    say(ANNA, whole, LineAnswer.KEEP)
    with pytest.raises(IntegrityError, match="a line stays"):
        force("DELETE FROM access_recertificationline WHERE id = %s", found.id)


def test_what_an_ended_account_had_can_be_forgotten_with_its_lines(place: Country) -> None:
    whole = opened(place)
    account_id = cast.account_of(ANNA).id
    account_end.end_account(account_id=account_id, reason="slutat", by=DORIS.by, at=NOW)
    with pytest.raises(IntegrityError, match="stays as long as whom"), transaction.atomic():
        Grant.objects.filter(revoked_at__isnull=False).delete()
    accounts.erase(account_ids=[account_id], at=NOW + 100 * DAY)
    Grant.objects.filter(revoked_at__isnull=False).delete()
    assert states(whole) == {"unanswered": 2}


def test_a_line_begins_only_about_a_right_that_is_valid_there_and_then(place: Country) -> None:
    whole = opened(place)
    cecilia = Grant.objects.get(account_id=cast.account_of(CECILIA).id)
    newer = attested(cast.person("Moa", "Lind", "SE2321009991-E00M5N9"), place.infection, at=NOW + DAY)
    insert = (
        "INSERT INTO access_recertificationline (recertification_id, grant_id, account_id, state)"
        " VALUES (%s, %s, %s, %s)"
    )
    for grant in (cecilia, Grant.objects.get(id=newer)):
        with pytest.raises(IntegrityError, match="valid at the clinic"):
            force(insert, whole, grant.id, grant.account_id, "unanswered")
        with pytest.raises(IntegrityError, match="begins unanswered"):
            force(insert, whole, grant.id, grant.account_id, "silent")


def test_the_database_closes_nothing_that_is_not_settled_and_nothing_twice(place: Country) -> None:
    whole = opened(place)
    close = "UPDATE access_recertification SET closed_at = %s WHERE id = %s"
    with pytest.raises(IntegrityError, match="not all is settled"):
        force(close, NOW, whole)
    with pytest.raises(IntegrityError, match="only be closed"):
        force("UPDATE access_recertification SET due_at = due_at + interval '1 day' WHERE id = %s", whole)
    with pytest.raises(IntegrityError, match="DELETE is refused"):
        force("DELETE FROM access_recertification WHERE id = %s", whole)
    for who, by in ((ANNA, BERTIL), (KARIN, BERTIL), (BERTIL, KARIN)):
        say(who, whole, LineAnswer.KEEP, by=by)
    with pytest.raises(IntegrityError, match="UPDATE is refused"):
        force(close, None, whole)


# --- at once ---------------------------------------------------------------------------------------

Act = Callable[[], object]


@pytest.fixture
def shared(committed: None) -> Country:
    place = cast.country(CAME)
    attested(ANNA, place.infection, at=CAME)
    return place


def answers(results: list[object]) -> Counter[str]:
    return Counter(type(result).__name__ for result in results)


def answering(line_id: int, what: LineAnswer, who: Person, *, at: datetime = NOW) -> Act:
    return partial(answer, line_id=line_id, answer=what, actor=cast.actor(who, at=at), at=at)


def test_of_two_who_answer_at_once_one_does_and_the_other_learns_who(shared: Country) -> None:
    whole = opened(shared)
    line_id = line(ANNA, whole).id
    acts = [answering(line_id, LineAnswer.KEEP, BERTIL), answering(line_id, LineAnswer.END, KARIN)]
    results = together(acts)
    assert answers(list(results)) == {"NoneType": 1, "AlreadyAnswered": 1}
    kept = line(ANNA, whole).state is LineState.KEPT
    assert works(ANNA, at=NOW) is kept
    assert to(ANNA, "recertification_ended") == (0 if kept else 1)


def test_the_last_two_answers_at_once_close_it_once(shared: Country) -> None:
    whole = opened(shared)
    say(ANNA, whole, LineAnswer.KEEP)
    acts = [
        answering(line(KARIN, whole).id, LineAnswer.KEEP, BERTIL),
        answering(line(BERTIL, whole).id, LineAnswer.KEEP, KARIN),
    ]
    assert answers(list(together(acts))) == {"NoneType": 2}
    assert Recertification.objects.get(id=whole).closed_at == NOW
    assert len(events("recertification.closed")) == 1


def test_two_machines_open_one_and_write_each_letter_once(shared: Country) -> None:
    acts: list[Act] = [partial(running.run, "recertify", at=NOW)] * 4
    assert [r for r in together(acts) if isinstance(r, Exception)] == []
    assert Recertification.objects.filter(clinic_id=shared.infection).count() == 1
    assert (to(BERTIL, "recertification_opened"), to(DORIS, "recertification_office")) == (1, 1)


def test_two_machines_remind_and_end_each_thing_once(shared: Country) -> None:
    opened(shared)
    remind: list[Act] = [partial(running.run, "remind-of-recertification", at=DUE - 3 * DAY)] * 4
    assert [r for r in together(remind) if isinstance(r, Exception)] == []
    assert (to(BERTIL, "recertification_reminder"), to(ANNA, "recertification_near")) == (1, 1)
    end: list[Act] = [partial(running.run, "end-by-silence", at=DUE)] * 4
    assert [r for r in together(end) if isinstance(r, Exception)] == []
    assert to(ANNA, "recertification_silent") == 1
    assert len(events("recertification.closed")) == 2
    assert to(DORIS, "recertification_closed") == 2


def test_an_answer_and_silence_at_once_end_in_one_of_the_two(shared: Country) -> None:
    whole = opened(shared)
    run("remind-of-recertification", at=DUE - 3 * DAY)
    keep = answering(line(ANNA, whole).id, LineAnswer.KEEP, BERTIL, at=DUE)
    silence: Act = partial(running.run, "end-by-silence", at=DUE)
    results = together([keep, silence, silence])
    # Silence ends Bertil's own right as well: if that came first, he may not answer any more.
    refusals = {type(r).__name__ for r in results if isinstance(r, Exception)}
    assert refusals <= {"AlreadyAnswered", "NotPermitted"}
    kept = line(ANNA, whole, at=DUE).state is LineState.KEPT
    assert works(ANNA, at=DUE) is kept
    assert to(ANNA, "recertification_silent") == (0 if kept else 1)


def test_opening_ending_accounts_and_changing_at_once_never_stop_each_other(shared: Country) -> None:
    grant_id = Grant.objects.get(account_id=cast.account_of(ANNA).id).id
    change: Act = partial(
        change_grant,
        grant_id=grant_id,
        role=Role.READER,
        sub_registries=["pneumoni"],
        last_day=last_possible_day(at=NOW, months=6),
        actor=cast.actor(BERTIL, at=NOW),
        at=NOW,
    )
    end: Act = partial(account_end.end_account, account_id=cast.account_of(ANNA).id, reason="x", by=DORIS.by, at=NOW)
    begin: Act = partial(running.run, "recertify", at=NOW)
    results = together([begin, change, end, begin])
    assert {type(r).__name__ for r in results if isinstance(r, Exception)} <= {"NotFound", "NotPossible"}
    lost = RecertificationLine.objects.filter(state=LineState.UNANSWERED, grant__revoked_at__isnull=False)
    assert not lost.exists(), "no line waits about a right that is gone"
