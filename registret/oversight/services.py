"""Log reviews: drawn, taken, judged, closed. One transaction each, with its log entry."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from registret.access.actor import Actor
from registret.access.applications.earlier_accounts import all_accounts_of
from registret.access.checks import existing
from registret.access.queries.administrators import log_reviewers
from registret.access.roles import Permission
from registret.accounts.queries import accounts_of
from registret.kernel.by import By
from registret.kernel.identifiers import HsaId
from registret.ledger.events import Event
from registret.ledger.queries import Drawn, TimeSpan, authors, clinics_with_entries, draw
from registret.ledger.services import record
from registret.oversight.lifecycle import ReviewKind, ReviewOutcome, Verdict, outcome_fits
from registret.oversight.models import Review, ReviewedEntry
from registret.oversight.refusals import (
    NotAllJudged,
    NotAReviewer,
    NothingToReview,
    NotYours,
    OutcomeImpossible,
    OwnEntries,
    ReviewClosed,
)
from registret.records.identity.known_as import ids_in_the_log, system_ids

USUAL_SIZE = 20
MOST = 200


@transaction.atomic
def draw_sample(*, clinic_id: int, span: TimeSpan, size: int, reviewer_id: int, actor: Actor, at: datetime) -> int:
    """`size` entries by lot out of what people at the clinic did in `span`, about patients first; returns the review's
    id.

    Raises: NotPermitted, NotAReviewer, OwnEntries (the reviewer has worked there in that time), NothingToReview.
    """
    review = _review(ReviewKind.SAMPLE, reviewer_id, actor=actor, at=at)
    if _accounts_of(reviewer_id) & authors(clinic_id=clinic_id, span=span):
        raise OwnEntries()
    drawn = draw(clinic_id=clinic_id, span=span, size=min(size, MOST))
    review.clinic_id = clinic_id
    return _open(review, drawn, span=span, by=actor.by, at=at)


@transaction.atomic
def draw_directed(*, hsa_id: HsaId, span: TimeSpan, reason: str, reviewer_id: int, actor: Actor, at: datetime) -> int:
    """What one person did in `span`, at most MOST entries by lot; returns the review's id.

    It reaches all accounts that the HSA-id has had, and those that are linked to them: ending one's account, or a new
    HSA-id, hides nothing.

    Raises: NotPermitted, NotAReviewer, OwnEntries, NothingToReview (also if nobody has this HSA-id).
    """
    review = _review(ReviewKind.DIRECTED, reviewer_id, reason, actor=actor, at=at)
    theirs = [found.id for found in accounts_of(hsa_id=hsa_id)]
    if not theirs:
        raise NothingToReview()
    everything = all_accounts_of(theirs)
    if reviewer_id in everything or actor.account_id in everything:
        raise OwnEntries()
    drawn = draw(account_ids=sorted(everything), span=span, size=MOST)
    review.about_id = theirs[0]
    return _open(review, drawn, span=span, by=actor.by, at=at)


@transaction.atomic
def draw_about_patient(
    *, system_id: str, span: TimeSpan, reason: str, reviewer_id: int, actor: Actor, at: datetime
) -> int:
    """What anybody did with one patient's data in `span`, at most MOST entries by lot; returns the
    review's id. It reaches what was done before two patients were merged into this one.

    Raises: NotPermitted, NotAReviewer, OwnEntries (the reviewer is among them), NothingToReview (also if no patient has
    this system id any more).
    """
    review = _review(ReviewKind.DIRECTED, reviewer_id, reason, actor=actor, at=at)
    patient_ids = ids_in_the_log(actor=actor, system_id=system_id)
    if not patient_ids:
        raise NothingToReview()
    if _accounts_of(reviewer_id) & authors(patient_ids=patient_ids, span=span):
        raise OwnEntries()
    drawn = draw(patient_ids=patient_ids, span=span, size=MOST)
    review.about_patient_id = patient_ids[0]
    return _open(review, drawn, span=span, by=actor.by, at=at)


def last_month(at: datetime) -> TimeSpan:
    """The calendar month before, in Sweden, half open."""
    until = timezone.localtime(at).replace(day=1, hour=0, minute=0, second=0, microsecond=0, fold=0)
    return TimeSpan((until - timedelta(days=1)).replace(day=1), until)


def draw_monthly(*, span: TimeSpan, by: By, at: datetime) -> tuple[int, ...]:
    """A sample for every clinic whose people did something in `span`; returns the ids of new reviews.

    Once for each month, however often and by however many it is called. The reviewer is one who did nothing at that
    clinic in that time, and has least to do; if there is none, the review waits until a reviewer takes it.
    """
    if Review.objects.filter(drawn_by=None, since=span.since).exists():
        return ()
    try:
        with transaction.atomic():
            clinics = clinics_with_entries(span)
            return tuple(_draw_for(clinic_id, span=span, by=by, at=at) for clinic_id in clinics)
    except IntegrityError as trouble:
        # Another process was faster.
        if "one_drawing_per_clinic_and_month" in str(trouble):
            return ()
        raise


@transaction.atomic
def take(*, review_id: int, actor: Actor, at: datetime) -> None:
    """Ta över: the actor reviews it from now on.

    Raises: NotPermitted, NotFound, ReviewClosed, OwnEntries (also who worked at a sample's clinic, or with the patient
    whom it is about, in its time).
    """
    review = _locked(review_id, actor)
    if review.reviewer_id == actor.account_id:
        return
    mine = _accounts_of(actor.account_id)
    if review.about_id in mine or _drawn_by(review_id, mine):
        raise OwnEntries()
    where, patient_ids = review.clinic_id, _patient_ids(review, actor)
    drawn_from_many = where is not None or patient_ids is not None
    span = TimeSpan(review.since, review.until)
    if drawn_from_many and mine & authors(clinic_id=where, patient_ids=patient_ids, span=span):
        raise OwnEntries()
    review.reviewer_id = actor.account_id
    review.save(update_fields=["reviewer"])
    record(event=Event.REVIEW_TAKEN, by=actor.by, at=at, clinic_id=review.clinic_id, facts={"review": review_id})


@transaction.atomic
def judge(*, review_id: int, verdicts: Mapping[int, tuple[Verdict, str]], actor: Actor, at: datetime) -> None:
    """Verdict and note by number of entry; those left out stay as they are. Notes go with all but JUSTIFIED.

    Raises: NotPermitted, NotFound, NotYours, ReviewClosed; ValueError (an entry of another review, no note).
    """
    review = _own(review_id, actor)
    entries = {e.entry_id: e for e in ReviewedEntry.objects.filter(review_id=review_id)}
    for number, (verdict, note) in verdicts.items():
        if number not in entries or (verdict is not Verdict.JUSTIFIED and not note.strip()):
            raise ValueError("an entry of this review, and a note unless it is justified")
        entries[number].verdict, entries[number].note = verdict, note.strip()
    ReviewedEntry.objects.bulk_update([entries[number] for number in verdicts], ["verdict", "note"])
    facts = {"review": review_id, "rows": len(verdicts)}
    record(event=Event.REVIEW_JUDGED, by=actor.by, at=at, clinic_id=review.clinic_id, facts=facts)


@transaction.atomic
def close(*, review_id: int, outcome: ReviewOutcome, conclusion: str, actor: Actor, at: datetime) -> None:
    """The review is over and stays as it is.

    Raises: NotPermitted, NotFound, NotYours, ReviewClosed, NotAllJudged, OutcomeImpossible; ValueError (a remark
    without a conclusion).
    """
    review = _own(review_id, actor)
    verdicts = _verdicts(review_id)
    if not outcome_fits(outcome, verdicts):
        raise OutcomeImpossible()
    if outcome is not ReviewOutcome.NO_REMARK and not conclusion.strip():
        raise ValueError("a remark has a conclusion")
    review.closed_at, review.outcome, review.conclusion = at, outcome, conclusion.strip()
    review.save(update_fields=["closed_at", "outcome", "conclusion"])
    record(
        event=Event.REVIEW_CLOSED,
        by=actor.by,
        at=at,
        about_account_id=review.about_id,
        about_patient_id=review.about_patient_id,
        clinic_id=review.clinic_id,
        facts={"review": review_id, "result": outcome.value, "rows": len(verdicts)},
    )


def _verdicts(review_id: int) -> list[Verdict]:
    """Raises: NotAllJudged."""
    found = list(ReviewedEntry.objects.filter(review_id=review_id).values_list("verdict", flat=True))
    if left := found.count(""):
        raise NotAllJudged(left=left)
    return [Verdict(one) for one in found]


def _review(kind: ReviewKind, reviewer_id: int, reason: str = "", *, actor: Actor, at: datetime) -> Review:
    """One that the actor draws, not saved yet. Raises: NotPermitted, NotAReviewer."""
    actor.require(Permission.READ_LOG)
    if reviewer_id not in {r.account_id for r in log_reviewers(at=at)}:
        raise NotAReviewer()
    return Review(kind=kind, reason=reason.strip(), drawn_by_id=actor.account_id, reviewer_id=reviewer_id)


def _draw_for(clinic_id: int, *, span: TimeSpan, by: By, at: datetime) -> int:
    worked_there = authors(clinic_id=clinic_id, span=span)
    free = [r.account_id for r in log_reviewers(at=at) if not _accounts_of(r.account_id) & worked_there]
    open_now = Review.objects.filter(closed_at=None)
    chosen = min(free, key=lambda r: (open_now.filter(reviewer_id=r).count(), r), default=None)
    drawn = draw(clinic_id=clinic_id, span=span, size=USUAL_SIZE)
    review = Review(kind=ReviewKind.SAMPLE, clinic_id=clinic_id, reviewer_id=chosen)
    return _open(review, drawn, span=span, by=by, at=at)


def _open(review: Review, drawn: Drawn, *, span: TimeSpan, by: By, at: datetime) -> int:
    if not drawn.entries:
        raise NothingToReview()
    review.since, review.until = span
    review.population, review.drawn_at = drawn.population, at
    review.save(force_insert=True)
    ReviewedEntry.objects.bulk_create(
        ReviewedEntry(review=review, entry_id=number, by_account_id=account_id) for number, account_id in drawn.entries
    )
    record(
        event=Event.REVIEW_DRAWN,
        by=by,
        at=at,
        about_account_id=review.about_id,
        about_patient_id=review.about_patient_id,
        clinic_id=review.clinic_id,
        facts={"review": review.id, "kind": review.kind, "rows": len(drawn.entries), "reason": review.reason},
    )
    return review.id


def _drawn_by(review_id: int, account_ids: frozenset[int]) -> bool:
    return ReviewedEntry.objects.filter(review_id=review_id, by_account_id__in=account_ids).exists()


def _accounts_of(account_id: int) -> frozenset[int]:
    """All accounts that the person behind this one ever had, also under an HSA-id of before."""
    return all_accounts_of([account_id])


def _patient_ids(review: Review, actor: Actor) -> tuple[int, ...] | None:
    """All that the log calls the patient whom the review is about; None if it is about none."""
    if review.about_patient_id is None:
        return None
    called = system_ids(actor=actor, patient_ids=[review.about_patient_id]).get(review.about_patient_id)
    known = ids_in_the_log(actor=actor, system_id=called) if called else ()
    return tuple({review.about_patient_id, *known})


def _locked(review_id: int, actor: Actor) -> Review:
    actor.require(Permission.READ_LOG)
    review = existing(Review.objects.select_for_update().filter(id=review_id).first())
    if review.closed_at is not None:
        raise ReviewClosed()
    return review


def _own(review_id: int, actor: Actor) -> Review:
    review = _locked(review_id, actor)
    if review.reviewer_id != actor.account_id:
        raise NotYours()
    return review
