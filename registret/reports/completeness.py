"""How complete the registrations of a clinic are: its steps, their answers and remarks, counted. Nothing here is of one
patient: a function of the database counts (`migrations/0001_initial.sql`) for the role that has no right to patients.

The episodes are those that began at or after a moment, wherever their steps are now.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from registret.access.actor import Actor
from registret.access.roles import Permission
from registret.kernel.sweden import day_of
from registret.records.scope import clinic_of, provider_scope
from registret.registries.vocabulary import Missing
from registret.reports.role import as_reports_role


@dataclass(frozen=True, slots=True, kw_only=True)
class StepCounts:
    """One step of all episodes. `begun`: written in, and not signed; `oldest`: when the longest lying was last saved.

    `due`: signed, or its last day has passed; `in_time`: of those, signed by that day. `days`: from discharge to
    signature, the fewest first, of the step that tells the discharge.
    """

    step: str
    planned: int
    begun: int
    signed: int
    closed: int
    oldest: datetime | None
    due: int
    in_time: int
    days: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCounts:
    """One question in the signed steps. `missing`: by the reason that was given."""

    answered: int
    missing: Mapping[Missing, int]

    @property
    def asked(self) -> int:
        return self.answered + sum(self.missing.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class RemarkCount:
    """In how many episodes a rule of a step does not hold."""

    step: str
    rule: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Completeness:
    """Of a clinic. `steps`: by code. `answers`: by the code of the question; one that nobody was asked is not there.
    `remarks`: the most frequent first."""

    steps: Mapping[str, StepCounts]
    answers: Mapping[str, AnswerCounts]
    remarks: Sequence[RemarkCount]


def completeness(*, actor: Actor, sub_registry: str, since: datetime, at: datetime) -> Completeness:
    """Count at the actor's clinic: of the patients whom its care provider sees, and as a role that sees none of them.

    Raises: NotPermitted.
    """
    begun = clinic_of(actor), sub_registry, since, day_of(at)
    with provider_scope(actor, Permission.READ_REPORTS), as_reports_role(), connection.cursor() as cursor:
        cursor.execute("SELECT steps, answers, remarks FROM reports_completeness(%s, %s, %s, %s)", begun)
        steps, answers, remarks = map(json.loads, cursor.fetchone())
    return Completeness(
        steps={one["step"]: _step(one) for one in steps},
        answers=_answers(answers),
        remarks=[RemarkCount(**one) for one in remarks],
    )


def _step(counted: Mapping[str, Any]) -> StepCounts:
    oldest = counted["oldest"]
    return StepCounts(**{**counted, "oldest": oldest and datetime.fromisoformat(oldest)})


def _answers(counted: Iterable[Mapping[str, Any]]) -> dict[str, AnswerCounts]:
    numbers: dict[str, dict[str, int]] = {}
    for one in counted:
        numbers.setdefault(one["question"], {})[one["missing"]] = one["number"]
    return {
        question: AnswerCounts(answered=by_reason.pop("", 0), missing={Missing(why): n for why, n in by_reason.items()})
        for question, by_reason in numbers.items()
    }
