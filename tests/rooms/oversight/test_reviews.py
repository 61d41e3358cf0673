"""Log reviews: drawn by lot, never by the one who is looked at, judged entry by entry, and unchanged once closed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import DatabaseError

from registret.access.actor import Actor
from registret.access.applications import attesting, earlier_accounts
from registret.access.models import Claim
from registret.access.refusals import NotFound, NotPermitted
from registret.access.roles import Role
from registret.accounts.services import end
from registret.kernel.by import By
from registret.kernel.identifiers import HsaId
from registret.ledger.queries import Wanted, entries
from registret.ledger.services import record
from registret.mail.links import claim_code
from registret.oversight import services as oversight
from registret.oversight.lifecycle import ReviewKind, ReviewOutcome, Verdict
from registret.oversight.models import Review, ReviewedEntry
from registret.oversight.queries import closed_reviews, entries_of, figures, open_reviews, review_for
from registret.oversight.refusals import (
    NotAllJudged,
    NotAReviewer,
    NothingToReview,
    NotYours,
    OutcomeImpossible,
    OwnEntries,
    ReviewClosed,
)
from registret.oversight.services import last_month
from tests import cast
from tests.cast import BERTIL, CECILIA, DORIS, ERIK, Country, Person, person
from tests.made_up import made_up
from tests.owner import as_owner

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
OCTOBER = last_month(NOW)
IN_OCTOBER = datetime(2026, 10, 15, 8, 0, tzinfo=UTC)
FRIDA = person("Frida", "Ros", "SE2321009991-E00F6R6")
CLOCK = By.of_program("clock")


@pytest.fixture(scope="module")
def place(module_db: None) -> Country:
    """Erik and Frida review the log; Bertil, Karin and Cecilia have begun in September."""
    built = cast.country(datetime(2026, 9, 1, 8, 0, tzinfo=UTC))
    cast.appoint_by_program(FRIDA, Role.LOG_REVIEWER, at=datetime(2026, 9, 1, 8, 0, tzinfo=UTC))
    return built


def acted(who: Person, clinic_id: int | None, number: int = 1, *, at: datetime = IN_OCTOBER) -> list[int]:
    by = By(
        hsa_id=who.card.hsa_id, name=who.name, account_id=cast.account_of(who).id, role="reader", clinic_id=clinic_id
    )
    return [record(event=made_up("page.test"), by=by, at=at + timedelta(seconds=n)) for n in range(number)]


def reviewer(who: Person = ERIK) -> Actor:
    return cast.actor(who, at=NOW)


def id_of(who: Person) -> int:
    return cast.account_of(who).id


def ended(who: Person) -> None:
    end(account_id=id_of(who), reason="Slutade", by=CLOCK, at=IN_OCTOBER)


def sample(clinic_id: int, *, size: int = 5, by: Person = ERIK, reviewed_by: Person = ERIK) -> int:
    return oversight.draw_sample(
        clinic_id=clinic_id,
        span=OCTOBER,
        size=size,
        reviewer_id=id_of(reviewed_by),
        actor=reviewer(by),
        at=NOW,
    )


def directed(about: Person, *, by: Person = ERIK, reviewed_by: Person = ERIK) -> int:
    return oversight.draw_directed(
        hsa_id=HsaId(about.hsa_id.lower()),
        span=OCTOBER,
        reason="Någon har sett henne läsa om en granne",
        reviewer_id=id_of(reviewed_by),
        actor=reviewer(by),
        at=NOW,
    )


def numbers(review_id: int) -> list[int]:
    return list(
        ReviewedEntry.objects.filter(review_id=review_id).order_by("entry_id").values_list("entry_id", flat=True)
    )


def judge_all(review_id: int, verdict: Verdict = Verdict.JUSTIFIED, *, by: Person = ERIK) -> None:
    verdicts = dict.fromkeys(numbers(review_id), (verdict, "" if verdict is Verdict.JUSTIFIED else "Varför?"))
    oversight.judge(review_id=review_id, verdicts=verdicts, actor=reviewer(by), at=NOW)


def close(
    review_id: int, outcome: ReviewOutcome = ReviewOutcome.NO_REMARK, conclusion: str = "", *, by: Person = ERIK
) -> None:
    oversight.close(review_id=review_id, outcome=outcome, conclusion=conclusion, actor=reviewer(by), at=NOW)


# Drawing


def test_a_sample_is_drawn_from_what_people_at_the_clinic_did_in_that_time(place: Country) -> None:
    fitting = acted(BERTIL, place.infection, 20)
    acted(CECILIA, place.sydvik, 5)
    acted(BERTIL, place.medicine, 5)
    acted(BERTIL, place.infection, at=OCTOBER[0] - timedelta(microseconds=1))
    acted(BERTIL, place.infection, at=OCTOBER[1])
    record(event=made_up("page.test"), by=By(program="clock", clinic_id=place.infection), at=IN_OCTOBER)
    review_id = sample(place.infection, size=7)
    drawn = numbers(review_id)
    assert len(set(drawn)) == 7
    assert set(drawn) <= set(fitting)
    row = review_for(actor=reviewer(), review_id=review_id)
    assert (row.kind, row.population, row.entries, row.judged, row.reviewer_id) == (
        ReviewKind.SAMPLE,
        20,
        7,
        0,
        id_of(ERIK),
    )
    assert [e.entry.id for e in entries_of(row).entries if e.entry] == drawn


def test_the_lot_is_not_always_the_same(place: Country) -> None:
    acted(BERTIL, place.infection, 30)
    assert len({tuple(numbers(sample(place.infection, size=10))) for _ in range(5)}) > 1


def test_fewer_entries_than_asked_for_are_all_drawn(place: Country) -> None:
    there = acted(BERTIL, place.infection, 3)
    assert numbers(sample(place.infection, size=200)) == there


def test_a_directed_review_is_about_one_person_wherever_they_worked(place: Country) -> None:
    hers = acted(CECILIA, place.sydvik, 3) + acted(CECILIA, place.infection, 2)
    acted(BERTIL, place.infection, 3)
    review_id = directed(CECILIA)
    assert numbers(review_id) == sorted(hers)
    row = review_for(actor=reviewer(), review_id=review_id)
    assert (row.kind, row.about_account_id) == (ReviewKind.DIRECTED, id_of(CECILIA))


def test_drawing_is_in_the_log_with_its_reason(place: Country) -> None:
    acted(CECILIA, place.sydvik)
    review_id = directed(CECILIA)
    (entry,) = entries(wanted=Wanted(event="review.drawn")).rows
    assert (entry.by_hsa_id, entry.about_account_id) == (ERIK.hsa_id, id_of(CECILIA))
    assert entry.facts["review"] == review_id
    assert entry.facts["reason"] == "Någon har sett henne läsa om en granne"


def test_nothing_in_that_time_is_nothing_to_review(place: Country) -> None:
    with pytest.raises(NothingToReview):
        sample(place.infection)
    with pytest.raises(NothingToReview):
        directed(CECILIA)
    with pytest.raises(NothingToReview):
        directed(person("Okänd", "Person", "SE2321009991-E00X9X9"))
    assert not Review.objects.exists()


# Nobody reviews oneself


def test_whoever_worked_there_in_that_time_does_not_review_the_sample(place: Country) -> None:
    acted(BERTIL, place.infection, 5)
    acted(ERIK, place.infection)
    with pytest.raises(OwnEntries):
        sample(place.infection)
    sample(place.infection, reviewed_by=FRIDA)


@pytest.mark.parametrize(("by", "reviewed_by"), [(ERIK, ERIK), (ERIK, FRIDA), (FRIDA, ERIK)])
def test_nobody_orders_or_does_a_review_of_oneself(place: Country, by: Person, reviewed_by: Person) -> None:
    acted(ERIK, None, 2)
    with pytest.raises(OwnEntries):
        directed(ERIK, by=by, reviewed_by=reviewed_by)


def test_nobody_takes_over_a_review_of_what_they_did(place: Country) -> None:
    acted(ERIK, place.infection, 2)
    for review_id in (
        sample(place.infection, by=FRIDA, reviewed_by=FRIDA),
        directed(ERIK, by=FRIDA, reviewed_by=FRIDA),
    ):
        with pytest.raises(OwnEntries):
            oversight.take(review_id=review_id, actor=reviewer(), at=NOW)


def test_nobody_takes_over_a_sample_of_a_clinic_where_they_worked_in_its_time(place: Country) -> None:
    acted(BERTIL, place.infection, 3)
    review_id = sample(place.infection, by=FRIDA, reviewed_by=FRIDA)
    # Not among what was drawn.
    acted(ERIK, place.infection)
    with pytest.raises(OwnEntries):
        oversight.take(review_id=review_id, actor=reviewer(), at=NOW)
    with pytest.raises(DatabaseError, match="worked there"), transaction.atomic():
        Review.objects.filter(id=review_id).update(reviewer_id=id_of(ERIK))
    judge_all(review_id, by=FRIDA)
    close(review_id, by=FRIDA)


def test_who_worked_there_at_another_time_or_elsewhere_takes_it_over(place: Country) -> None:
    acted(BERTIL, place.infection, 3)
    acted(ERIK, place.sydvik)
    acted(ERIK, place.infection, at=OCTOBER[1])
    acted(ERIK, place.infection, at=OCTOBER[0] - timedelta(microseconds=1))
    review_id = sample(place.infection, by=FRIDA, reviewed_by=FRIDA)
    oversight.take(review_id=review_id, actor=reviewer(), at=NOW)
    assert review_for(actor=reviewer(), review_id=review_id).reviewer_id == id_of(ERIK)


def test_whoever_began_to_work_there_after_being_named_can_still_close_it(place: Country) -> None:
    acted(BERTIL, place.infection, 3)
    review_id = sample(place.infection)
    acted(ERIK, place.infection)
    judge_all(review_id)
    close(review_id)
    assert review_for(actor=reviewer(), review_id=review_id).closed_at == NOW


def test_the_database_refuses_to_give_a_sample_to_who_worked_there(place: Country) -> None:
    acted(BERTIL, place.infection, 3)
    row = Review.objects.get(id=sample(place.infection, by=FRIDA, reviewed_by=FRIDA))
    acted(ERIK, place.infection)
    row.id, row.reviewer_id = None, id_of(ERIK)
    with pytest.raises(DatabaseError, match="worked there"), transaction.atomic():
        row.save(force_insert=True)


# Accounts that were ended


def test_a_directed_review_reaches_the_accounts_that_the_person_had_before(place: Country) -> None:
    hers = acted(CECILIA, place.sydvik, 2)
    before = id_of(CECILIA)
    ended(CECILIA)
    review_id = directed(CECILIA)
    assert numbers(review_id) == hers
    assert review_for(actor=reviewer(), review_id=review_id).about_account_id == before
    cast.appoint_by_program(CECILIA, Role.LOCAL_ADMINISTRATOR, clinic_id=place.sydvik, at=IN_OCTOBER)
    assert id_of(CECILIA) != before
    again = acted(CECILIA, place.sydvik, 3)
    review_id = directed(CECILIA)
    assert set(hers + again) <= set(numbers(review_id))
    assert review_for(actor=reviewer(), review_id=review_id).about_account_id == id_of(CECILIA)


def test_a_new_account_does_not_let_anybody_review_what_they_did_with_an_old_one(place: Country) -> None:
    acted(FRIDA, place.infection, 2)
    acted(BERTIL, place.infection, 2)
    mine = id_of(FRIDA)
    ended(FRIDA)
    about_frida, of_clinic = directed(FRIDA), sample(place.infection)
    cast.appoint_by_program(FRIDA, Role.LOG_REVIEWER, at=datetime(2026, 11, 1, 8, 0, tzinfo=UTC))
    assert id_of(FRIDA) != mine
    for review_id in (about_frida, of_clinic):
        with pytest.raises(OwnEntries):
            oversight.take(review_id=review_id, actor=reviewer(FRIDA), at=NOW)
        with pytest.raises(DatabaseError, match="worked there"), transaction.atomic():
            Review.objects.filter(id=review_id).update(reviewer_id=id_of(FRIDA))
    with pytest.raises(OwnEntries):
        directed(FRIDA, by=FRIDA)
    with pytest.raises(OwnEntries):
        sample(place.infection, reviewed_by=FRIDA)


@pytest.mark.parametrize("who", [BERTIL, DORIS, CECILIA])
def test_only_log_reviewers_review(place: Country, who: Person) -> None:
    acted(BERTIL, place.infection)
    with pytest.raises(NotAReviewer):
        sample(place.infection, reviewed_by=who)


def test_the_database_refuses_a_reviewer_among_the_reviewed(place: Country) -> None:
    acted(ERIK, place.infection, 2)
    review_id = sample(place.infection, by=FRIDA, reviewed_by=FRIDA)
    with pytest.raises(DatabaseError, match="nobody reviews oneself"), transaction.atomic():
        Review.objects.filter(id=review_id).update(reviewer_id=id_of(ERIK))
    with pytest.raises(DatabaseError, match="nobody reviews oneself"), transaction.atomic():
        ReviewedEntry.objects.create(review_id=review_id, entry_id=1, by_account_id=id_of(FRIDA))
    about_erik = directed(ERIK, by=FRIDA, reviewed_by=FRIDA)
    with pytest.raises(IntegrityError), transaction.atomic():
        Review.objects.filter(id=about_erik).update(reviewer_id=id_of(ERIK))


# Each month


def test_each_month_every_clinic_where_somebody_worked_gets_one_sample(place: Country) -> None:
    acted(BERTIL, place.infection, 30)
    acted(CECILIA, place.sydvik, 2)
    ids = oversight.draw_monthly(span=OCTOBER, by=CLOCK, at=NOW)
    found = {r.clinic_id: r for r in open_reviews(actor=reviewer())}
    assert {place.infection: 20, place.sydvik: 2} == {c: r.entries for c, r in found.items()}
    assert {r.reviewer_id for r in found.values()} == {id_of(ERIK), id_of(FRIDA)}, "shared out"
    assert {r.drawn_by_id for r in found.values()} == {None}
    assert len(ids) == 2
    assert oversight.draw_monthly(span=OCTOBER, by=CLOCK, at=NOW) == ()


def test_a_sample_without_a_reviewer_who_may_waits_for_one(place: Country) -> None:
    acted(ERIK, place.infection)
    acted(FRIDA, place.infection)
    (review_id,) = oversight.draw_monthly(span=OCTOBER, by=CLOCK, at=NOW)
    assert review_for(actor=reviewer(), review_id=review_id).reviewer_id is None


def test_the_database_refuses_a_second_monthly_drawing(place: Country) -> None:
    acted(BERTIL, place.infection)
    since, until = OCTOBER
    oversight.draw_monthly(span=OCTOBER, by=CLOCK, at=NOW)
    with pytest.raises(IntegrityError, match="one_drawing_per_clinic_and_month"), transaction.atomic():
        Review.objects.create(
            kind=ReviewKind.SAMPLE, clinic_id=place.infection, since=since, until=until, population=1, drawn_at=NOW
        )


@pytest.mark.parametrize(
    ("at", "since", "until"),
    [
        ("2026-11-24T08:00+00:00", "2026-10-01T00:00+02:00", "2026-11-01T00:00+01:00"),
        ("2026-01-01T00:00+01:00", "2025-12-01T00:00+01:00", "2026-01-01T00:00+01:00"),
        ("2026-03-31T22:30+00:00", "2026-03-01T00:00+01:00", "2026-04-01T00:00+02:00"),
    ],
)
def test_last_month_is_swedens(at: str, since: str, until: str) -> None:
    assert last_month(datetime.fromisoformat(at)) == (datetime.fromisoformat(since), datetime.fromisoformat(until))


# Judging and closing


def test_a_review_is_judged_in_several_sittings_and_closed_with_its_outcome(place: Country) -> None:
    acted(BERTIL, place.infection, 3)
    review_id = sample(place.infection)
    first, second, third = numbers(review_id)
    oversight.judge(review_id=review_id, verdicts={first: (Verdict.JUSTIFIED, "")}, actor=reviewer(), at=NOW)
    with pytest.raises(NotAllJudged) as refused:
        close(review_id)
    assert refused.value.left == 2
    oversight.judge(
        review_id=review_id,
        verdicts={second: (Verdict.UNJUSTIFIED, "Ingen vårdrelation"), third: (Verdict.UNCLEAR, "Frågat chefen")},
        actor=reviewer(),
        at=NOW,
    )
    close(review_id, ReviewOutcome.REPORTED, "Anmält till verksamhetschefen")
    row = review_for(actor=reviewer(), review_id=review_id)
    assert (row.outcome, row.closed_at, row.unclear, row.unjustified) == (ReviewOutcome.REPORTED, NOW, 1, 1)
    assert open_reviews(actor=reviewer()) == ()
    assert [r.id for r in closed_reviews(actor=reviewer()).rows] == [review_id]
    (entry,) = entries(wanted=Wanted(event="review.closed")).rows
    assert entry.facts == {"review": review_id, "result": "reported", "rows": 3}


def test_what_is_unjustified_is_not_without_remark(place: Country) -> None:
    acted(BERTIL, place.infection, 2)
    review_id = sample(place.infection)
    judge_all(review_id, Verdict.UNJUSTIFIED)
    with pytest.raises(OutcomeImpossible):
        close(review_id)


@pytest.mark.parametrize("outcome", [ReviewOutcome.REMARK, ReviewOutcome.REPORTED])
def test_a_remark_has_a_conclusion(place: Country, outcome: ReviewOutcome) -> None:
    acted(BERTIL, place.infection)
    review_id = sample(place.infection)
    judge_all(review_id)
    with pytest.raises(ValueError, match="conclusion"):
        close(review_id, outcome, "  ")


@pytest.mark.parametrize("verdict", [Verdict.UNCLEAR, Verdict.UNJUSTIFIED])
def test_a_judgement_against_somebody_has_a_note(place: Country, verdict: Verdict) -> None:
    acted(BERTIL, place.infection)
    review_id = sample(place.infection)
    with pytest.raises(ValueError, match="note"):
        oversight.judge(review_id=review_id, verdicts={numbers(review_id)[0]: (verdict, " ")}, actor=reviewer(), at=NOW)


def test_an_entry_of_another_review_is_not_judged(place: Country) -> None:
    (other,) = acted(CECILIA, place.sydvik)
    acted(BERTIL, place.infection)
    review_id = sample(place.infection)
    with pytest.raises(ValueError, match="entry of this review"):
        oversight.judge(review_id=review_id, verdicts={other: (Verdict.JUSTIFIED, "")}, actor=reviewer(), at=NOW)


def test_only_the_reviewer_judges_and_closes_until_another_takes_over(place: Country) -> None:
    acted(BERTIL, place.infection)
    review_id = sample(place.infection)
    with pytest.raises(NotYours):
        judge_all(review_id, by=FRIDA)
    with pytest.raises(NotYours):
        close(review_id, by=FRIDA)
    oversight.take(review_id=review_id, actor=reviewer(FRIDA), at=NOW)
    judge_all(review_id, by=FRIDA)
    with pytest.raises(NotYours):
        close(review_id)
    close(review_id, by=FRIDA)
    assert len(entries(wanted=Wanted(event="review.taken")).rows) == 1


def test_a_closed_review_is_not_judged_taken_or_closed_again(place: Country) -> None:
    acted(BERTIL, place.infection)
    review_id = sample(place.infection)
    judge_all(review_id)
    close(review_id)
    with pytest.raises(ReviewClosed):
        judge_all(review_id)
    with pytest.raises(ReviewClosed):
        close(review_id)
    with pytest.raises(ReviewClosed):
        oversight.take(review_id=review_id, actor=reviewer(FRIDA), at=NOW)


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE oversight_review SET outcome = 'no_remark'",
        "UPDATE oversight_review SET closed_at = NULL, outcome = '', conclusion = ''",
        "DELETE FROM oversight_review",
        "UPDATE oversight_reviewedentry SET verdict = 'unclear', note = 'x'",
        "UPDATE oversight_reviewedentry SET note = note",
        "DELETE FROM oversight_reviewedentry",
        "INSERT INTO oversight_reviewedentry (review_id, entry_id, by_account_id, verdict, note)"
        " SELECT id, 1, 1, '', '' FROM oversight_review",
    ],
)
def test_the_database_keeps_a_closed_review_as_it_is(place: Country, attack: str) -> None:
    acted(BERTIL, place.infection)
    review_id = sample(place.infection)
    judge_all(review_id)
    close(review_id, ReviewOutcome.REMARK, "Påmind om reglerna")
    with pytest.raises(DatabaseError), as_owner(), connection.cursor() as cursor:
        cursor.execute(attack)


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE oversight_review SET population = 1000",
        "UPDATE oversight_review SET since = since - interval '1 day'",
        "UPDATE oversight_reviewedentry SET entry_id = entry_id + 1",
        "UPDATE oversight_reviewedentry SET by_account_id = 0",
        "DELETE FROM oversight_reviewedentry",
        "UPDATE oversight_review SET closed_at = now(), outcome = 'remark'",
        "UPDATE oversight_reviewedentry SET verdict = 'unjustified'",
    ],
)
def test_the_database_keeps_what_was_drawn_and_what_an_outcome_needs(place: Country, attack: str) -> None:
    acted(BERTIL, place.infection)
    sample(place.infection)
    with pytest.raises(DatabaseError), as_owner(), connection.cursor() as cursor:
        cursor.execute(attack)


# Reading


def test_figures_count_closed_samples_by_clinic(place: Country) -> None:
    acted(BERTIL, place.infection, 3)
    acted(CECILIA, place.sydvik, 2)
    done, _ = sample(place.infection), sample(place.sydvik)
    sample(place.infection)
    judge_all(done, Verdict.UNCLEAR)
    close(done, ReviewOutcome.REMARK, "Frågor ställda")
    acted(BERTIL, place.infection)
    found = {f.clinic_id: f for f in figures(actor=reviewer(), since=NOW - timedelta(days=365), until=NOW)}
    here, there = found[place.infection], found[place.sydvik]
    assert (here.open, here.closed, here.entries, here.unclear, here.unjustified, here.remarks) == (1, 1, 3, 3, 0, 1)
    assert here.last == OCTOBER[1]
    assert (there.open, there.closed, there.entries, there.last) == (1, 0, 0, None)
    assert figures(actor=reviewer(), since=NOW - timedelta(days=5), until=NOW) == ()


def test_closed_reviews_come_in_pages(place: Country) -> None:
    acted(BERTIL, place.infection)
    ids = [sample(place.infection) for _ in range(5)]
    for review_id in ids:
        judge_all(review_id)
        close(review_id)
    first = closed_reviews(actor=reviewer(), size=3)
    second = closed_reviews(actor=reviewer(), before=first.older, size=3)
    assert [r.id for r in (*first.rows, *second.rows)] == ids[::-1]
    assert second.older is None


@pytest.mark.parametrize("who", [BERTIL, DORIS, CECILIA])
def test_nobody_but_log_reviewers_sees_or_does_anything(place: Country, who: Person) -> None:
    acted(BERTIL, place.infection)
    review_id = sample(place.infection)
    other = reviewer(who)
    since, until = OCTOBER
    acts: tuple[Callable[[], object], ...] = (
        lambda: open_reviews(actor=other),
        lambda: closed_reviews(actor=other),
        lambda: review_for(actor=other, review_id=review_id),
        lambda: figures(actor=other, since=since, until=until),
        lambda: oversight.take(review_id=review_id, actor=other, at=NOW),
        lambda: judge_all(review_id, by=who),
        lambda: close(review_id, by=who),
        lambda: sample(place.infection, by=who),
        lambda: directed(CECILIA, by=who),
    )
    for act in acts:
        with pytest.raises(NotPermitted):
            act()


@pytest.mark.parametrize("review_id", [0, -1, 10**15])
def test_a_review_that_is_not_there_is_not_found(place: Country, review_id: int) -> None:
    with pytest.raises(NotFound):
        review_for(actor=reviewer(), review_id=review_id)
    with pytest.raises(NotFound):
        oversight.take(review_id=review_id, actor=reviewer(), at=NOW)


# A new HSA-id


def test_a_new_hsa_id_hides_nothing_and_lets_nobody_review_what_they_did_under_the_old_one(place: Country) -> None:
    """Bertil has worked at his clinic, and reviews the log later, with the card of another employer."""
    acts = acted(BERTIL, place.infection, 2)
    new = person("Bertil", "Holm", "SE2321009983-E00B9B9", organisation="Region Sydvik")
    application_id = cast.register(new, place.sydvik, at=NOW)
    account_id, old_id = id_of(new), id_of(BERTIL)
    earlier_accounts.claim(account_id=account_id, email=BERTIL.email, by=new.by, at=NOW)
    claim = Claim.objects.get()
    earlier_accounts.prove(account_id=account_id, code=claim_code(claim.id, claim.version), by=new.by, at=NOW)
    attesting.attest(
        application_id=application_id,
        role=Role.READER,
        sub_registries=["sepsis"],
        last_day=NOW.date(),
        claim_seen=claim.id,
        actor=cast.actor(CECILIA, at=NOW),
        at=NOW,
    )
    assert (
        earlier_accounts.all_accounts_of([account_id])
        == earlier_accounts.all_accounts_of([old_id])
        == {account_id, old_id}
    )
    assert set(acts) <= set(numbers(directed(new))), "found from the new one as well"
    about, of_clinic = directed(BERTIL), sample(place.infection)
    cast.appoint_by_program(new, Role.LOG_REVIEWER, at=NOW)
    for review_id in (about, of_clinic):
        with pytest.raises(OwnEntries):
            oversight.take(review_id=review_id, actor=office_seat(new), at=NOW)
        with pytest.raises(DatabaseError, match="worked there"), transaction.atomic():
            Review.objects.filter(id=review_id).update(reviewer_id=account_id)
    with pytest.raises(OwnEntries):
        sample(place.infection, reviewed_by=new)


def office_seat(who: Person) -> Actor:
    """Somebody with several seats, at the one of the registry."""
    here = reviewer(who)
    (seat,) = [seat for seat in here.seats if seat.clinic_id is None]
    return replace(here, seat=seat)
