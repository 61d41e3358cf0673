"""What a personal data incident can be, and what its text must say (GDPR, articles 33 and 34). Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from registret.kernel.identifiers import mask_personal_numbers

REPORT_WITHIN: Final = timedelta(hours=72)
"""Hours by the clock, weekends and holidays too (article 33:1; Regulation 1182/71, article 3:4)."""


class DataKind(StrEnum):
    """Which data the incident was about."""

    PATIENT_IDENTITY = "patient_identity"
    PATIENT_CARE = "patient_care"
    PROTECTED = "protected"
    STAFF = "staff"
    LOGINS = "logins"
    LOG = "log"
    OTHER = "other"


OF_PATIENTS: Final = frozenset({DataKind.PATIENT_IDENTITY, DataKind.PATIENT_CARE, DataKind.PROTECTED})


class Notified(StrEnum):
    """Whether the authority, or the people concerned, were told."""

    UNDECIDED = "undecided"
    DONE = "done"
    NOT_NEEDED = "not_needed"


class IncidentFault(StrEnum):
    """Why a field of an incident cannot be kept as it is."""

    MISSING = "missing"
    PATIENT_NUMBER = "patient_number"
    AHEAD = "ahead"
    BEFORE_BEGINNING = "before_beginning"
    BEFORE_DISCOVERY = "before_discovery"
    WHEN_MISSING = "when_missing"
    WHEN_WITHOUT_NOTICE = "when_without_notice"
    WHY_MISSING = "why_missing"
    WHY_SO_LATE = "why_so_late"
    NEEDED_TO_CLOSE = "needed_to_close"


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentText:
    """All that a revision says. None: not known (when it began and ended, how many people), or not done."""

    happened: str
    began_at: datetime | None
    ended_at: datetime | None
    discovered_at: datetime
    people: int | None
    data_kinds: tuple[DataKind, ...]
    consequences: str
    measures: str
    authority: Notified
    authority_at: datetime | None
    authority_why: str
    persons: Notified
    persons_at: datetime | None
    persons_why: str
    is_open: bool

    @property
    def report_by(self) -> datetime:
        return self.discovered_at + REPORT_WITHIN

    @property
    def reported_late(self) -> bool:
        return self.authority_at is not None and self.authority_at > self.report_by

    @property
    def is_about_patients(self) -> bool:
        return not OF_PATIENTS.isdisjoint(self.data_kinds)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportClock:
    """The 72 hours as they stand. `left`: of an incident that nobody has decided about, negative when they are over."""

    by: datetime
    authority: Notified
    reported_at: datetime | None
    left: timedelta | None

    @property
    def is_late(self) -> bool:
        """Reported after the 72 hours, or not reported although they are over."""
        if self.reported_at is not None:
            return self.reported_at > self.by
        return self.left is not None and self.left < timedelta(0)


def report_clock(text: IncidentText, *, at: datetime) -> ReportClock:
    return ReportClock(
        by=text.report_by,
        authority=text.authority,
        reported_at=text.authority_at,
        left=text.report_by - at if text.authority is Notified.UNDECIDED else None,
    )


def faults(text: IncidentText, *, at: datetime) -> Iterator[tuple[str, IncidentFault]]:
    """Each field that cannot be kept as it is, by name, and why."""
    for field in fields(text):
        value = getattr(text, field.name)
        if isinstance(value, datetime) and value > at:
            yield field.name, IncidentFault.AHEAD
        if isinstance(value, str) and mask_personal_numbers(value) != value:
            yield field.name, IncidentFault.PATIENT_NUMBER
    if not text.happened:
        yield "happened", IncidentFault.MISSING
    yield from _order(text)
    late = IncidentFault.WHY_SO_LATE if text.reported_late else None
    yield from _notice("authority", text.authority, text.authority_at, text.authority_why, text, late=late)
    yield from _notice("persons", text.persons, text.persons_at, text.persons_why, text)
    if not text.is_open:
        yield from _closing(text)


def _order(text: IncidentText) -> Iterator[tuple[str, IncidentFault]]:
    began, ended = text.began_at, text.ended_at
    if began is not None and ended is not None and ended < began:
        yield "ended_at", IncidentFault.BEFORE_BEGINNING
    if began is not None and text.discovered_at < began:
        yield "discovered_at", IncidentFault.BEFORE_BEGINNING


def _notice(
    name: str,
    notified: Notified,
    when: datetime | None,
    why: str,
    text: IncidentText,
    *,
    late: IncidentFault | None = None,
) -> Iterator[tuple[str, IncidentFault]]:
    if notified is Notified.DONE and when is None:
        yield f"{name}_at", IncidentFault.WHEN_MISSING
    if notified is not Notified.DONE and when is not None:
        yield f"{name}_at", IncidentFault.WHEN_WITHOUT_NOTICE
    if when is not None and when < text.discovered_at:
        yield f"{name}_at", IncidentFault.BEFORE_DISCOVERY
    if notified is Notified.NOT_NEEDED and not why:
        yield f"{name}_why", IncidentFault.WHY_MISSING
    if late is not None and not why:
        yield f"{name}_why", late


def _closing(text: IncidentText) -> Iterator[tuple[str, IncidentFault]]:
    for name in ("data_kinds", "consequences", "measures"):
        if not getattr(text, name):
            yield name, IncidentFault.NEEDED_TO_CLOSE
    for name in ("authority", "persons"):
        if getattr(text, name) is Notified.UNDECIDED:
            yield name, IncidentFault.NEEDED_TO_CLOSE
