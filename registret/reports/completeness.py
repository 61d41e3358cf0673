"""How complete the registrations of a clinic are: its steps and their answers, counted. Nothing here is of one patient.

The episodes are those that began at or after a moment, wherever their steps are now.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from registret.access.actor import Actor
from registret.access.roles import Permission
from registret.kernel.sweden import day_of
from registret.records.scope import clinic_of, provider_scope
from registret.registries.vocabulary import Missing


@dataclass(frozen=True, slots=True, kw_only=True)
class StepCounts:
    """One step of all episodes. `begun`: written in, and not signed; `oldest`: when the longest lying was last saved.

    `due`: signed, or its last day has passed; `in_time`: of those, signed by that day. `days`: the median from
    discharge to signature, of the step that tells the discharge.
    """

    step: str
    planned: int
    begun: int
    signed: int
    closed: int
    oldest: datetime | None
    due: int
    in_time: int
    days: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCounts:
    """One question in the signed steps. `missing`: by the reason that was given."""

    answered: int
    missing: Mapping[Missing, int]

    @property
    def asked(self) -> int:
        return self.answered + sum(self.missing.values())


_OF_THE_CLINIC = """
    FROM records_step s JOIN records_episode e ON e.id = s.episode_id
    WHERE s.clinic_id = %(clinic)s AND e.sub_registry = %(sub_registry)s AND e.began_at >= %(since)s
"""

_STEPS = f"""
WITH found AS (
    SELECT s.code, s.state, s.saved_at, s.due_to,
        (s.signed_at AT TIME ZONE 'Europe/Stockholm')::date AS signed_on,
        CASE WHEN jsonb_typeof(s.answers -> 'discharged_at') = 'string'
            THEN ((s.answers ->> 'discharged_at')::timestamptz AT TIME ZONE 'Europe/Stockholm')::date
        END AS discharged_on
    {_OF_THE_CLINIC}
)
SELECT code,
    count(*) FILTER (WHERE state = 'planned'),
    count(*) FILTER (WHERE state IN ('draft', 'incomplete', 'reopened')),
    count(*) FILTER (WHERE state = 'signed'),
    count(*) FILTER (WHERE state = 'closed'),
    min(saved_at) FILTER (WHERE state IN ('draft', 'incomplete', 'reopened')),
    count(*) FILTER (WHERE state = 'signed' AND due_to IS NOT NULL OR state <> 'closed' AND due_to < %(today)s),
    count(*) FILTER (WHERE state = 'signed' AND signed_on <= due_to),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY signed_on - discharged_on) FILTER (WHERE state = 'signed')
FROM found GROUP BY code
"""  # noqa: S608

_ANSWERS = f"""
WITH found AS (SELECT s.answers {_OF_THE_CLINIC} AND s.state = 'signed')
SELECT one.key, COALESCE(one.value ->> 'missing', ''), count(*)
FROM found CROSS JOIN LATERAL jsonb_each(found.answers) AS one
GROUP BY 1, 2
"""  # noqa: S608


def step_counts(*, actor: Actor, sub_registry: str, since: datetime, at: datetime) -> dict[str, StepCounts]:
    """By the code of the step, of the actor's clinic. Raises: NotPermitted."""
    rows = _rows(_STEPS, actor, sub_registry, since, today=day_of(at))
    return {row[0]: StepCounts(**dict(zip(StepCounts.__slots__, row, strict=True))) for row in rows}


def answer_counts(*, actor: Actor, sub_registry: str, since: datetime) -> dict[str, AnswerCounts]:
    """By the code of the question, of the actor's clinic; a question that nobody was asked is not there.

    Raises: NotPermitted.
    """
    numbers: dict[str, dict[str, int]] = {}
    for question, why, number in _rows(_ANSWERS, actor, sub_registry, since):
        numbers.setdefault(question, {})[why] = number
    return {
        question: AnswerCounts(answered=by_reason.pop("", 0), missing={Missing(why): n for why, n in by_reason.items()})
        for question, by_reason in numbers.items()
    }


def _rows(sql: str, actor: Actor, sub_registry: str, since: datetime, **more: date) -> list[tuple[Any, ...]]:
    told: dict[str, int | str | date] = {"clinic": clinic_of(actor), "sub_registry": sub_registry, "since": since}
    with provider_scope(actor, Permission.READ_REPORTS), connection.cursor() as cursor:
        cursor.execute(sql, {**told, **more})
        return list(cursor.fetchall())
