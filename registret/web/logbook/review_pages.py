"""Log reviews in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from registret.access.actor import Actor
from registret.accounts.queries import accounts_by_id
from registret.kernel.sweden import day_of
from registret.oversight.queries import (
    ClinicFigures,
    EntriesPage,
    JudgedEntry,
    ReviewRow,
    closed_reviews,
    figures,
    open_reviews,
)
from registret.places.queries import clinics, open_clinics
from registret.records.identity.known_as import system_ids
from registret.web.logbook.pages import NOTHING, LogCell, LogLine, log_lines, patient_words
from registret.web.logbook.review_forms import CloseForm, DirectedForm, Judgement, NewReview, VerdictsForm
from registret.web.pieces import FactText, Link, Tag, older_and_newest
from registret.web.templatetags.look import iso_day, moment
from registret.words.reviews import kind_name, outcome_name, verdict_name


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewLine:
    """A review as it is shown. `first_day` and `last_day` are days in Sweden; `reviewer` is empty if nobody is, which
    `reviewer_tag` says, as it says that it is the actor."""

    row: ReviewRow
    kind: str
    what: str
    first_day: date
    last_day: date
    reviewer: str
    reviewer_tag: Tag | None
    drawn_by: str
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryLine:
    """An entry under review. `line` is None if the log has culled it; `fields`: the form of its reviewer, None for
    those who only read."""

    number: int
    title: str
    line: LogLine | None
    about: LogCell
    details: str
    verdict: str
    note: str
    fields: Judgement | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FiguresLine:
    clinic: str
    figures: ClinicFigures
    last_day: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewsPage:
    """What is open, what was found (`links`: to more of it), and figures by clinic, `without`: of how many there are
    none."""

    open: Sequence[ReviewLine]
    closed: Sequence[ReviewLine]
    links: Sequence[Link]
    figures: Sequence[FiguresLine]
    without: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReviewPage:
    """`directed`: of one person or patient; else a sample of a clinic."""

    title: str
    told: str
    form: NewReview
    directed: bool
    button: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberedPage:
    """A page of entries in the list of pages."""

    number: int
    is_current: bool
    is_done: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OneReviewPage:
    """A review with a page of its entries. `forms` is None for those who only read; `has_rest`: something on this page
    is not judged; `pages`: empty if there is only one."""

    review: ReviewLine
    facts: Sequence[FactText]
    is_takeable: bool
    progress: str
    lines: Sequence[EntryLine]
    number: int
    has_rest: bool
    pages: Sequence[NumberedPage]
    forms: ReviewForms | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewForms:
    """What the reviewer of an open review fills in."""

    verdicts: VerdictsForm
    closing: CloseForm

    @property
    def have_errors(self) -> bool:
        return bool(self.verdicts.errors or self.closing.errors)


def _subject(row: ReviewRow, places: Mapping[int, str], people: Mapping[int, str], patients: Mapping[int, str]) -> str:
    """The clinic, the person or the patient that is reviewed."""
    place = places.get(row.clinic_id or 0) or people.get(row.about_account_id or 0)
    return place or _patient(row.about_patient_id, patients)


def review_lines(rows: Iterable[ReviewRow], *, actor: Actor) -> tuple[ReviewLine, ...]:
    """Names, and system ids of patients, are looked up for all rows at once. Three queries.

    Raises: NotPermitted.
    """
    rows = tuple(rows)
    ids = {i for r in rows for i in (r.about_account_id, r.reviewer_id, r.drawn_by_id) if i is not None}
    people = {i: account.name for i, account in accounts_by_id(account_ids=sorted(ids)).items()}
    places = {i: c.title for i, c in clinics({r.clinic_id for r in rows if r.clinic_id is not None}).items()}
    patients = system_ids(actor=actor, patient_ids={i for r in rows if (i := r.about_patient_id) is not None})
    return tuple(
        ReviewLine(
            row=row,
            kind=kind_name(row.kind),
            what=_subject(row, places, people, patients),
            first_day=day_of(row.since),
            last_day=_last_day(row.until),
            reviewer=people.get(row.reviewer_id or 0, ""),
            reviewer_tag=_reviewer_tag(row, people, actor),
            drawn_by=people.get(row.drawn_by_id or 0, ""),
            outcome=outcome_name(row.outcome) if row.outcome else "",
        )
        for row in rows
    )


def _reviewer_tag(row: ReviewRow, people: Mapping[int, str], actor: Actor) -> Tag | None:
    if row.reviewer_id not in people:
        return Tag(_("ingen"), "warn", "warn")
    return Tag(_("du")) if row.reviewer_id == actor.account_id else None


def reviews_page(*, actor: Actor, before: int | None, since: datetime, at: datetime) -> ReviewsPage:
    """Raises: NotPermitted."""
    found = closed_reviews(actor=actor, before=before)
    lines, without = figure_lines(figures(actor=actor, since=since, until=at))
    return ReviewsPage(
        open=review_lines(open_reviews(actor=actor), actor=actor),
        closed=review_lines(found.rows, actor=actor),
        links=older_and_newest(older=f"?fore={found.older}" if found.older else "", newest=""),
        figures=lines,
        without=without,
    )


def new_review_page(form: NewReview) -> NewReviewPage:
    if isinstance(form, DirectedForm):
        told = _(
            "Vad en person har gjort, eller vad alla har gjort med en patients uppgifter, när det finns skäl att titta."
        )
        return NewReviewPage(
            title=_("Riktad granskning"), told=told, form=form, directed=True, button=_("Börja granskningen")
        )
    told = _("Poster lottas ur det som gjordes av dem som arbetade på kliniken, i första hand poster om patienter.")
    return NewReviewPage(title=_("Nytt stickprov"), told=told, form=form, directed=False, button=_("Lotta poster"))


def review_page(row: ReviewRow, page: EntriesPage, forms: ReviewForms, *, actor: Actor) -> OneReviewPage:
    """Raises: NotPermitted."""
    review = review_lines([row], actor=actor)[0]
    is_mine = row.closed_at is None and row.reviewer_id == actor.account_id
    numbers = page.numbers if page.pages > 1 else ()
    return OneReviewPage(
        review=review,
        facts=tuple(_facts(review)),
        is_takeable=row.closed_at is None and not is_mine,
        progress=" · ".join(_progress(row, page)),
        lines=entry_lines(page.entries, forms.verdicts if is_mine else None, actor=actor),
        number=page.number,
        has_rest=page.number in page.unfinished,
        pages=[NumberedPage(number=n, is_current=n == page.number, is_done=n not in page.unfinished) for n in numbers],
        forms=forms if is_mine else None,
    )


def _facts(review: ReviewLine) -> Iterator[FactText]:
    row = review.row
    facts = {"n": row.entries, "all": row.population}
    drawn = _("alla %(n)s") if row.entries == row.population else _("%(n)s av %(all)s, genom lottning")
    yield FactText(_("Poster"), [drawn % facts])
    yield FactText(_("Begärd"), [f"{moment(row.drawn_at)}, {review.drawn_by or _('varje månad')}"])
    if row.reason:
        yield FactText(_("Skäl"), row.reason.splitlines())
    yield FactText(_("Granskare"), [review.reviewer or "–"])
    if row.closed_at:
        yield FactText(_("Utfall"), [f"{review.outcome}, {moment(row.closed_at)}", *row.conclusion.splitlines()])


def _progress(row: ReviewRow, page: EntriesPage) -> Iterator[str]:
    if page.pages > 1:
        yield _("Sida %(n)s av %(all)s") % {"n": page.number, "all": page.pages}
    yield _("%(judged)s av %(all)s bedömda") % {"judged": row.judged, "all": row.entries}


def _patient(patient_id: int | None, patients: Mapping[int, str]) -> str:
    words = patient_words(patient_id, patients)
    return _("Patient %(id)s") % {"id": words} if patient_id in patients else words


def entry_lines(entries: tuple[JudgedEntry, ...], form: VerdictsForm | None, *, actor: Actor) -> tuple[EntryLine, ...]:
    """Raises: NotPermitted."""
    fields: Iterable[Judgement | None] = form.judgements() if form else [None] * len(entries)
    found = [e.entry for e in entries if e.entry is not None]
    lines = dict(zip((e.id for e in found), log_lines(tuple(found), actor=actor), strict=True))
    return tuple(_entry(e, lines.get(e.number), judgement) for e, judgement in zip(entries, fields, strict=True))


def _entry(entry: JudgedEntry, line: LogLine | None, fields: Judgement | None) -> EntryLine:
    return EntryLine(
        number=entry.number,
        title=line.event if line else _("Post %(n)s är gallrad ur loggen") % {"n": entry.number},
        line=line,
        about=line.about if line else NOTHING,
        details=" · ".join(line.details) if line else "",
        verdict=verdict_name(entry.verdict) if entry.verdict else "",
        note=entry.note,
        fields=fields,
    )


def figure_lines(figures: tuple[ClinicFigures, ...]) -> tuple[tuple[FiguresLine, ...], int]:
    """By clinic in the order of all open ones, and how many open clinics have no closed sample."""
    by_clinic = {f.clinic_id: f for f in figures}
    there = open_clinics(first_of_organisation=None)
    closed = {c.id: c for c in clinics(set(by_clinic) - {c.id for c in there}).values()}
    lines = tuple(
        FiguresLine(
            clinic=place.title,
            figures=by_clinic[place.id],
            last_day=iso_day(_last_day(last)) if (last := by_clinic[place.id].last) else "–",
        )
        for place in (*there, *closed.values())
        if place.id in by_clinic
    )
    return lines, sum(c.id not in by_clinic or not by_clinic[c.id].closed for c in there)


def _last_day(until: datetime) -> date:
    return day_of(until - timedelta(microseconds=1))
