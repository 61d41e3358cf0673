"""What waits for those who report at a clinic: each step once, by what is to be done with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, NamedTuple, cast

from django.db import connection

from registret.access.actor import Actor
from registret.access.roles import Permission
from registret.kernel.sweden import day_of
from registret.records.data_queries.asking import ANSWERABLE_FOR
from registret.records.lifecycle import StepState
from registret.records.numbers import PatientNumber
from registret.records.queries.destroyed import DESTROYED, Destroyed, destroyed_since, read_tallies
from registret.records.queries.episodes import clinic_place_of, place_of
from registret.records.rows import ListedQuery, ListedStep, ListedSteps, PatientRow

SHOWN: Final = 10
"""So many lines of each are on the start page; the list of episodes has them all."""
ASKED: Final = 50
"""So many questions of the office are."""
COUNTED: Final = 500
"""So many episodes that wait for their follow-up are counted; of more it is told that there are more."""


class _List(NamedTuple):
    """Some of the clinic's steps. `facts` and `source`: what a list has beside them."""

    condition: str
    order: str
    most: int = SHOWN + 1
    facts: str = "'' AS variable, NULL::timestamptz AS asked_at"
    source: str = ""


# Everybody who reports sees this first after each login: one statement, whose text is made once.
_LISTS: Final = {
    "due": _List("step.state = 'planned' AND step.due_from <= %(today)s", "step.due_from, step.id"),
    "drafts": _List("step.state IN ('draft', 'reopened')", "step.saved_at DESC, step.id DESC"),
    "to_continue": _List(
        "step.state = 'planned' AND step.next_since IS NOT NULL AND step.due_from IS NULL",
        "step.next_since, step.id",
    ),
    "laid_aside": _List("step.state = 'incomplete'", "step.saved_at DESC, step.id DESC"),
    "asked": _List(
        "query.state = 'waiting'",
        "asked_at, query_id",
        ASKED,
        "query.variable, query.asked_at, query.id AS query_id",
        "JOIN records_dataquery query ON query.step_id = step.id",
    ),
    "proposed": _List(
        "proposal.care_provider_id = %(provider)s AND proposal.ended_at IS NULL",
        "asked_at, step.id",
        facts="proposal.source AS variable, proposal.at AS asked_at",
        source="JOIN records_proposal proposal ON proposal.step_id = step.id",
    ),
}
# Patients and numbers are joined to the few lines that are shown: the policies on these tables cost most.
_LIST: Final = """
SELECT '{name}' AS list, step.episode, step.sub_registry, step.version, step.began_at, patient.id AS patient_id,
    patient.system_id, patient.birth_date, patient.sex, patient.is_protected, patient.died_on, number.text, number.kind,
    step.code, step.state, step.saved_at, step.saved_by_id, step.saved_by_name, step.due_from, step.due_to,
    step.next_since, step.flags, step.lacking, step.variable, step.asked_at,
    row_number() OVER (ORDER BY {order}) AS place
FROM (
    SELECT step.id, step.code, step.state, step.saved_at, step.saved_by_id, step.saved_by_name, step.due_from,
        step.due_to, step.next_since, step.flags, step.lacking, episode.system_id AS episode, episode.sub_registry,
        episode.version, episode.began_at, episode.patient_id, {facts}
    FROM records_step step
    JOIN records_episode episode ON episode.id = step.episode_id
    {source}
    WHERE step.clinic_id = %(clinic)s AND step.care_provider_id = %(provider)s
        AND episode.sub_registry = ANY(%(sub_registries)s) AND {condition}
    ORDER BY {order}
    LIMIT {most}
) step
JOIN records_patient patient ON patient.id = step.patient_id
JOIN records_number number ON number.patient_id = patient.id AND number.until IS NULL"""
_LINES: Final = "\nUNION ALL\n".join(_LIST.format(name=name, **one._asdict()) for name, one in _LISTS.items())

# As `listing` finds those in EpisodeState.AWAITING: the clinic's steps have an index, and moved ones are few.
_WAITS: Final = "step.state = 'planned' AND step.next_since IS NOT NULL AND step.due_from IS NOT NULL"
_OWN: Final = "episode.care_provider_id = %(provider)s AND episode.sub_registry = ANY(%(read)s)"
_AWAITING: Final = f"""
SELECT count(*) FROM (
    (
        SELECT step.episode_id FROM records_step step JOIN records_episode episode ON episode.id = step.episode_id
        WHERE step.clinic_id = %(clinic)s AND {_WAITS} AND {_OWN}
        LIMIT {COUNTED + 1}
    )
    UNION
    SELECT step.episode_id FROM records_step moved
    JOIN records_episode episode ON episode.id = moved.episode_id
    JOIN records_step step ON step.episode_id = moved.episode_id
    WHERE moved.is_moved AND (moved.clinic_id = %(clinic)s OR episode.clinic_id = %(clinic)s) AND {_WAITS} AND {_OWN}
) waiting"""  # noqa: S608
_WORK: Final = f"""
SELECT awaiting.number, destroyed.tallies, line.*
FROM ({_AWAITING}) awaiting(number)
CROSS JOIN ({DESTROYED}) destroyed(tallies)
LEFT JOIN ({_LINES}) line ON true
ORDER BY line.place"""  # noqa: S608


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """`due`: follow-ups whose time has come; `to_continue`: steps that are next in their episodes, not begun, and
    without a day to wait for. Both the longest waiting first; of the others what was written last. `asked`: what the
    office asks about answers, `proposed`: what files say of signed steps; the longest waiting first. `awaiting`: how
    many episodes wait for their follow-up, more than `COUNTED` if there are more. `destroyed`: as `destroyed_lately`
    says it."""

    due: ListedSteps
    drafts: ListedSteps
    to_continue: ListedSteps
    laid_aside: ListedSteps
    asked: tuple[ListedQuery, ...]
    proposed: ListedSteps
    awaiting: int
    destroyed: tuple[Destroyed, ...]


def waiting(actor: Actor, *, at: datetime) -> Work:
    """Inside `provider_scope(actor)`; one query. Raises: NotPermitted."""
    facts = clinic_place_of(actor, Permission.REPORT) | {
        "read": place_of(actor, Permission.READ_RECORDS)["sub_registries"],
        "today": day_of(at),
        "since": destroyed_since(at),
    }
    with connection.cursor() as cursor:
        cursor.execute(_WORK, facts)
        rows = cursor.fetchall()
    awaiting, tallies, *_ = rows[0]
    found = defaultdict[str, list[_Row]](list)
    for row in (_Row._make(one[2:]) for one in rows if one[2]):
        found[row.list].append(row)
    return Work(
        due=_steps(found["due"]),
        drafts=_steps(found["drafts"]),
        to_continue=_steps(found["to_continue"]),
        laid_aside=_steps(found["laid_aside"]),
        asked=tuple(map(_query, found["asked"])),
        proposed=_steps(found["proposed"]),
        awaiting=awaiting,
        destroyed=read_tallies(tallies),
    )


def _steps(rows: Sequence[_Row]) -> ListedSteps:
    return ListedSteps(rows=tuple(map(_listed, rows[:SHOWN])), has_more=len(rows) > SHOWN)


class _Row(NamedTuple):
    list: str
    episode: str
    sub_registry: str
    version: int
    began_at: datetime
    patient_id: int
    patient: str
    birth_date: date
    sex: str
    is_protected: bool
    died_on: date | None
    number: str
    kind: str
    step: str
    state: str
    saved_at: datetime | None
    saved_by_id: int | None
    saved_by_name: str
    due_from: date | None
    due_to: date | None
    next_since: datetime | None
    flags: int
    lacking: int
    variable: str
    asked_at: datetime | None
    place: int


def _patient(row: _Row) -> PatientRow:
    return PatientRow.nameless(
        id=row.patient_id,
        system_id=row.patient,
        birth_date=row.birth_date,
        sex=row.sex,
        is_protected=row.is_protected,
        died_on=row.died_on,
        number=PatientNumber(row.number, row.kind),
    )


def _listed(row: _Row) -> ListedStep:
    patient = _patient(row)
    return ListedStep(
        shown=patient.shown,
        episode=row.episode,
        step=row.step,
        sub_registry=row.sub_registry,
        version=row.version,
        state=StepState(row.state),
        patient=patient.system_id,
        patient_id=patient.id,
        age=patient.age_at(day_of(row.began_at)),
        sex=patient.sex,
        began_at=row.began_at,
        saved_at=row.saved_at,
        saved_by_id=row.saved_by_id,
        saved_by_name=row.saved_by_name,
        due_from=row.due_from,
        due_to=row.due_to,
        next_since=row.next_since,
        flags=row.flags,
        lacking=row.lacking,
    )


def _query(row: _Row) -> ListedQuery:
    patient = _patient(row)
    return ListedQuery(
        shown=patient.shown,
        episode=row.episode,
        step=row.step,
        sub_registry=row.sub_registry,
        version=row.version,
        variable=row.variable,
        patient_id=patient.id,
        age=patient.age_at(day_of(row.began_at)),
        sex=patient.sex,
        answer_by=cast(datetime, row.asked_at) + ANSWERABLE_FOR,
    )
