"""Log reviews in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from registret.access.actor import Actor
from registret.accounts.queries import accounts_by_id
from registret.kernel.sweden import day_of
from registret.oversight.queries import ClinicFigures, JudgedEntry, ReviewRow
from registret.places.queries import clinics, open_clinics
from registret.records.identity.known_as import system_ids
from registret.web.logbook.pages import LogLine, log_lines, patient_words
from registret.words.reviews import kind_name, outcome_name, verdict_name


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewLine:
    """A review as it is shown. `first_day` and `last_day` are days in Sweden; `reviewer` is empty if nobody is."""

    row: ReviewRow
    kind: str
    what: str
    first_day: date
    last_day: date
    reviewer: str
    drawn_by: str
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryLine:
    """An entry under review. `line` is None if the log has culled it."""

    number: int
    line: LogLine | None
    verdict: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FiguresLine:
    clinic: str
    figures: ClinicFigures
    last_day: date | None


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
            what=places.get(row.clinic_id or 0, "")
            or people.get(row.about_account_id or 0, "")
            or _patient(row.about_patient_id, patients),
            first_day=day_of(row.since),
            last_day=_last_day(row.until),
            reviewer=people.get(row.reviewer_id or 0, ""),
            drawn_by=people.get(row.drawn_by_id or 0, ""),
            outcome=outcome_name(row.outcome) if row.outcome else "",
        )
        for row in rows
    )


def _patient(patient_id: int | None, patients: Mapping[int, str]) -> str:
    words = patient_words(patient_id, patients)
    return _("Patient %(id)s") % {"id": words} if patient_id in patients else words


def entry_lines(entries: tuple[JudgedEntry, ...], *, actor: Actor) -> tuple[EntryLine, ...]:
    """Raises: NotPermitted."""
    found = [e.entry for e in entries if e.entry is not None]
    lines = dict(zip((e.id for e in found), log_lines(tuple(found), actor=actor), strict=True))
    return tuple(
        EntryLine(
            number=e.number,
            line=lines.get(e.number),
            verdict=verdict_name(e.verdict) if e.verdict else "",
            note=e.note,
        )
        for e in entries
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
            last_day=_last_day(last) if (last := by_clinic[place.id].last) else None,
        )
        for place in (*there, *closed.values())
        if place.id in by_clinic
    )
    return lines, sum(c.id not in by_clinic or not by_clinic[c.id].closed for c in there)


def _last_day(until: datetime) -> date:
    return day_of(until - timedelta(microseconds=1))
