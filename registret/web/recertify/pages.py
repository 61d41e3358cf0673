"""What the pages of the recertification show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from registret.access.lifecycle import LineState
from registret.access.roles import Permission
from registret.access.staff.recertification.rows import (
    LineRow,
    RecertificationRow,
    count_to_answer,
    open_recertifications,
)
from registret.kernel.sweden import day_of
from registret.web.http import ActorRequest
from registret.words.roles import role_name
from registret.words.states import line_state_name


@dataclass(frozen=True, slots=True, kw_only=True)
class DueAnswers:
    """What waits for an answer of the actor: how many grants, and by when the first ones. `id`: if it is one."""

    number: int
    due_at: datetime
    id: int | None


def due(request: ActorRequest) -> DueAnswers | None:
    """For the start page and Personer; None if nothing waits for the actor."""
    if not request.actor.may(Permission.MANAGE_PEOPLE):
        return None
    number = count_to_answer(actor=request.actor, at=request.at)
    going_on = open_recertifications(actor=request.actor) if number else ()
    if not going_on:
        return None
    return DueAnswers(number=number, due_at=going_on[0].due_at, id=going_on[0].id if len(going_on) == 1 else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class DividedLines:
    """To be answered by the actor, by others (one's own, or over), and answered."""

    mine: tuple[LineRow, ...]
    others: tuple[LineRow, ...]
    settled: tuple[LineRow, ...]

    @classmethod
    def of(cls, lines: Sequence[LineRow]) -> DividedLines:
        waiting = [line for line in lines if line.state is LineState.UNANSWERED]
        return cls(
            mine=tuple(line for line in waiting if line.keepable),
            others=tuple(line for line in waiting if not line.keepable),
            settled=tuple(line for line in lines if line.state is not LineState.UNANSWERED),
        )


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
        line.hsa_id,
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
