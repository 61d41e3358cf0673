"""Answers about log reviews, for those who may read the log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from registret.access.actor import Actor
from registret.access.checks import existing
from registret.access.roles import Permission
from registret.ledger.queries import EntryRow, TimeSpan, entries_by_number
from registret.oversight.lifecycle import ReviewKind, ReviewOutcome, Verdict
from registret.oversight.models import Review, ReviewedEntry

PAGE = 50
ENTRIES_PER_PAGE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRow:
    """A review in a list. `drawn_by_id` None: by the clock. `unclear` and `unjustified` count judgements."""

    id: int
    kind: ReviewKind
    clinic_id: int | None
    about_account_id: int | None
    about_patient_id: int | None
    since: datetime
    until: datetime
    reason: str
    population: int
    drawn_at: datetime
    drawn_by_id: int | None
    reviewer_id: int | None
    closed_at: datetime | None
    outcome: ReviewOutcome | None
    conclusion: str
    entries: int
    judged: int
    unclear: int
    unjustified: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedEntry:
    """`entry` is None if the log has culled it since."""

    number: int
    entry: EntryRow | None
    verdict: Verdict | None
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntriesPage:
    """Page `number` of `pages`; `unfinished` are those with entries that are not judged."""

    entries: tuple[JudgedEntry, ...]
    number: int
    pages: int
    unfinished: tuple[int, ...]

    @property
    def numbers(self) -> range:
        """Of all pages."""
        return range(1, self.pages + 1)

    @property
    def next_unfinished(self) -> int | None:
        """Another page to go on with, those after this one first; None: there is none."""
        others = [number for number in self.unfinished if number != self.number]
        return min(others, key=lambda number: (number < self.number, number), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPage:
    """`older` is what to ask for next (`before`), or None."""

    rows: tuple[ReviewRow, ...]
    older: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicFigures:
    """What the closed and open samples of one clinic come to. `last` is the end of the newest closed period."""

    clinic_id: int
    open: int
    closed: int
    entries: int
    unclear: int
    unjustified: int
    remarks: int
    last: datetime | None


def open_reviews(*, actor: Actor) -> tuple[ReviewRow, ...]:
    """All that are open, oldest first.

    Raises: NotPermitted.
    """
    return tuple(map(_row, _visible(actor).filter(closed_at=None).order_by("id")))


def closed_reviews(*, actor: Actor, before: int | None = None, size: int = PAGE) -> ReviewPage:
    """Newest first, from below number `before`.

    Raises: NotPermitted.
    """
    found = _visible(actor).filter(closed_at__isnull=False)
    if before is not None:
        found = found.filter(id__lt=before)
    rows = tuple(map(_row, found.order_by("-id")[: size + 1]))
    return ReviewPage(rows=rows[:size], older=rows[size - 1].id if len(rows) > size else None)


def review_for(*, actor: Actor, review_id: int) -> ReviewRow:
    """Raises: NotFound, NotPermitted."""
    return _row(existing(_visible(actor).filter(id=review_id).first()))


def entries_of(review: ReviewRow, *, page: int = 1, size: int = ENTRIES_PER_PAGE) -> EntriesPage:
    """Some of them, by number; what was drawn stays, so a page always holds the same. Two queries. A page that is not
    there is the nearest that is."""
    judged = list(ReviewedEntry.objects.filter(review_id=review.id).order_by("entry_id"))
    pages = max(1, -(-len(judged) // size))
    page = min(max(page, 1), pages)
    shown = judged[(page - 1) * size : page * size]
    found = entries_by_number(numbers=[j.entry_id for j in shown], span=TimeSpan(review.since, review.until))
    return EntriesPage(
        entries=tuple(
            JudgedEntry(
                number=j.entry_id,
                entry=found.get(j.entry_id),
                verdict=Verdict(j.verdict) if j.verdict else None,
                note=j.note,
            )
            for j in shown
        ),
        number=page,
        pages=pages,
        unfinished=tuple(sorted({n // size + 1 for n, j in enumerate(judged) if not j.verdict})),
    )


def figures(*, actor: Actor, since: datetime, until: datetime) -> tuple[ClinicFigures, ...]:
    """Samples whose period begins within the time, by clinic.

    Raises: NotPermitted.
    """
    by_clinic: dict[int, list[ReviewRow]] = {}
    for row in map(_row, _visible(actor).filter(kind=ReviewKind.SAMPLE, since__gte=since, since__lt=until)):
        if row.clinic_id is not None:
            by_clinic.setdefault(row.clinic_id, []).append(row)
    return tuple(_figures(clinic_id, rows) for clinic_id, rows in by_clinic.items())


def _figures(clinic_id: int, rows: list[ReviewRow]) -> ClinicFigures:
    closed = [r for r in rows if r.closed_at is not None]
    return ClinicFigures(
        clinic_id=clinic_id,
        open=len(rows) - len(closed),
        closed=len(closed),
        entries=sum(r.entries for r in closed),
        unclear=sum(r.unclear for r in closed),
        unjustified=sum(r.unjustified for r in closed),
        remarks=sum(r.outcome is not ReviewOutcome.NO_REMARK for r in closed),
        last=max((r.until for r in closed), default=None),
    )


def _visible(actor: Actor) -> QuerySet[Review]:
    """The only way from an actor to reviews."""
    actor.require(Permission.READ_LOG)
    return with_counts(Review.objects.all())


def with_counts(found: QuerySet[Review]) -> QuerySet[Review]:
    return found.annotate(
        count_entries=Count("entries"),
        count_judged=Count("entries", filter=~Q(entries__verdict="")),
        count_unclear=Count("entries", filter=Q(entries__verdict=Verdict.UNCLEAR)),
        count_unjustified=Count("entries", filter=Q(entries__verdict=Verdict.UNJUSTIFIED)),
    )


def _row(found: Review) -> ReviewRow:
    counts = {name: int(getattr(found, f"count_{name}")) for name in ("entries", "judged", "unclear", "unjustified")}
    return ReviewRow(
        id=found.id,
        kind=ReviewKind(found.kind),
        clinic_id=found.clinic_id,
        about_account_id=found.about_id,
        about_patient_id=found.about_patient_id,
        since=found.since,
        until=found.until,
        reason=found.reason,
        population=found.population,
        drawn_at=found.drawn_at,
        drawn_by_id=found.drawn_by_id,
        reviewer_id=found.reviewer_id,
        closed_at=found.closed_at,
        outcome=ReviewOutcome(found.outcome) if found.outcome else None,
        conclusion=found.conclusion,
        **counts,
    )
