"""What came of a recertification, as a file."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from registret.access.staff.recertification.rows import LineRow, RecertificationRow
from registret.kernel.sweden import day_of
from registret.words.roles import role_name
from registret.words.states import line_state_name

HEADER = (
    "clinic",
    "opened",
    "opened_by",
    "reason",
    "closed",
    "hsa_id",
    "name",
    "role",
    "sub_registries",
    "last_day",
    "outcome",
    "outcome_in_words",
    "answered_by",
    "answered",
)


def cells(row: RecertificationRow, line: LineRow) -> list[str]:
    """A line of the file. The clock is nobody: then it is empty who opened, and who answered."""
    return [
        row.clinic_name,
        _moment(row.opened_at),
        row.opened_by,
        row.reason,
        _moment(row.closed_at),
        line.hsa_id.text,
        line.name,
        role_name(line.role),
        ",".join(line.sub_registries),
        day_of(line.ends_at - timedelta(seconds=1)).isoformat(),
        line.state.value,
        line_state_name(line.state),
        line.answered_by,
        _moment(line.settled_at),
    ]


def _moment(value: datetime | None) -> str:
    return f"{timezone.localtime(value):%Y-%m-%d %H:%M}" if value else ""
