"""All recertifications of a clinic, or of the office."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from registret.access.staff.recertification.rows import RecertificationRow
from registret.web.pieces import Link
from registret.web.templatetags.look import day, iso_day, last_day
from registret.words.states import line_state_name


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLine:
    """A recertification that goes on."""

    id: int
    clinic: str
    reason: str
    opened: str
    until: str
    left: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedLine:
    id: int
    clinic: str
    opened: str
    closed: str
    outcome: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecertificationsPage:
    told: str
    may_start: bool
    going_on: Sequence[OpenLine]
    closed: Sequence[ClosedLine]
    older: Link | None


def recertifications_page(
    going_on: Sequence[RecertificationRow],
    closed: Sequence[RecertificationRow],
    *,
    older: int | None,
    clinic_id: int | None,
    is_office: bool,
) -> RecertificationsPage:
    """`older`: what to ask for next; `clinic_id`: the only clinic that the office asked for."""
    at_office = _("Varje klinik går regelbundet igenom vilka som har behörighet. Ni svarar där ingen på kliniken kan.")
    asked = {"alla": 1, "fore": older} | ({"klinik": clinic_id} if clinic_id else {})
    return RecertificationsPage(
        told=at_office if is_office else _("Kliniken går regelbundet igenom vilka som har behörighet."),
        may_start=is_office,
        going_on=[_open_line(row) for row in going_on],
        closed=[_closed_line(row) for row in closed],
        older=Link(_("Äldre"), "?" + urlencode(asked)) if older else None,
    )


def _open_line(row: RecertificationRow) -> OpenLine:
    return OpenLine(
        id=row.id,
        clinic=row.clinic_name,
        reason=row.reason,
        opened=iso_day(row.opened_at),
        until=iso_day(last_day(row.due_at)),
        left=_("%(left)s av %(all)s") % {"left": row.unanswered, "all": row.size},
    )


def _closed_line(row: RecertificationRow) -> ClosedLine:
    return ClosedLine(
        id=row.id,
        clinic=row.clinic_name,
        opened=_("påbörjad %(opened)s") % {"opened": day(row.opened_at)},
        closed=iso_day(row.closed_at),
        outcome=[f"{line_state_name(state)}: {number}" for state, number in row.outcome],
    )
