"""Incidents in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from registret.oversight.incident_rules import IncidentText, ReportClock, report_clock
from registret.oversight.incidents import IncidentVersion
from registret.words.incidents import authority_name, data_kind_name, persons_name, whole_hours


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRevision:
    """One revision, and how the 72 hours stand for it."""

    row: IncidentVersion
    clock: ReportClock
    title: str
    data_kinds: tuple[str, ...]
    authority: str
    persons: str

    @property
    def text(self) -> IncidentText:
        return self.row.text

    @property
    def left(self) -> str:
        """How long is left of the 72 hours, or how long ago they were over; empty if they do not run any more."""
        return "" if self.clock.left is None else whole_hours(abs(self.clock.left))

    @property
    def state(self) -> str:
        """Which words the 72 hours get: `reported`, `reported_late`, `not_needed`, `late` or `left`."""
        if self.clock.reported_at is not None:
            return "reported_late" if self.clock.is_late else "reported"
        if self.clock.left is None:
            return "not_needed"
        return "late" if self.clock.is_late else "left"


def shown(row: IncidentVersion, *, at: datetime) -> ShownRevision:
    return ShownRevision(
        row=row,
        clock=report_clock(row.text, at=at),
        title=row.text.happened.split("\n", 1)[0],
        data_kinds=tuple(map(data_kind_name, row.text.data_kinds)),
        authority=authority_name(row.text.authority),
        persons=persons_name(row.text.persons),
    )


def incident_lines(rows: Sequence[IncidentVersion], *, at: datetime) -> tuple[ShownRevision, ...]:
    return tuple(shown(row, at=at) for row in rows)


def table(rows: Sequence[IncidentVersion]) -> tuple[list[str], Iterator[list[str]]]:
    """A header and a line for each revision."""
    header = [
        _("Incident"),
        _("Version"),
        _("Skriven"),
        _("Av"),
        _("Läge"),
        _("Vad som har hänt"),
        _("Började"),
        _("Slutade"),
        _("Upptäcktes"),
        _("Antal berörda, ungefär"),
        _("Uppgifter"),
        _("Konsekvenser"),
        _("Åtgärder"),
        _("Anmäld till IMY"),
        _("Anmäldes"),
        _("Varför inte, eller varför sent"),
        _("De berörda"),
        _("Informerades"),
        _("Varför inte"),
    ]
    return header, map(_line, rows)


def _line(row: IncidentVersion) -> list[str]:
    text = row.text
    return [
        str(row.incident),
        str(row.number),
        _iso(row.at),
        row.by_name,
        _("Öppen") if text.is_open else _("Stängd"),
        text.happened,
        _iso(text.began_at),
        _iso(text.ended_at),
        _iso(text.discovered_at),
        "" if text.people is None else str(text.people),
        ", ".join(map(data_kind_name, text.data_kinds)),
        text.consequences,
        text.measures,
        authority_name(text.authority),
        _iso(text.authority_at),
        text.authority_why,
        persons_name(text.persons),
        _iso(text.persons_at),
        text.persons_why,
    ]


def _iso(value: datetime | None) -> str:
    """In Swedish time, with its distance from UTC: the 72 hours can be counted over a change of clocks."""
    return "" if value is None else timezone.localtime(value).isoformat(" ", timespec="minutes")
