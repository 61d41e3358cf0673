"""What waits for those who report at a clinic: each step once, by what is to be done with it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, NamedTuple

from django.db import connection

from registret.access.actor import Actor
from registret.access.roles import Permission
from registret.kernel.sweden import day_of
from registret.records.data_queries.answering import waiting_at_clinic
from registret.records.lifecycle import StepState
from registret.records.numbers import PatientNumber
from registret.records.queries.episodes import clinic_place_of
from registret.records.rows import ListedQuery, ListedStep, ListedSteps, PatientRow

SHOWN: Final = 10
"""So many lines of each are on the start page; the list of episodes has them all."""
COUNTED: Final = 500
"""So many episodes that wait for their follow-up are counted; of more it is told that there are more."""

# Everybody who reports sees these first after each login: one statement, whose text is made once.
_LISTS: Final = {
    "due": ("step.state = 'planned' AND step.due_from <= %(today)s", "step.due_from, step.id"),
    "drafts": ("step.state IN ('draft', 'reopened')", "step.saved_at DESC, step.id DESC"),
    "to_continue": (
        "step.state = 'planned' AND step.next_since IS NOT NULL AND step.due_from IS NULL",
        "step.next_since, step.id",
    ),
    "laid_aside": ("step.state = 'incomplete'", "step.saved_at DESC, step.id DESC"),
}
# Patients and numbers are joined to the few lines that are shown: the policies on these tables cost most.
_LIST: Final = """
SELECT '{name}', step.episode, step.sub_registry, step.version, step.began_at, patient.id, patient.system_id,
    patient.birth_date, patient.sex, patient.is_protected, patient.died_on, number.text, number.kind, step.code,
    step.state, step.saved_at, step.saved_by_id, step.saved_by_name, step.due_from, step.due_to, step.next_since,
    step.flags, step.lacking, row_number() OVER (ORDER BY {order}) AS place
FROM (
    SELECT step.id, step.code, step.state, step.saved_at, step.saved_by_id, step.saved_by_name, step.due_from,
        step.due_to, step.next_since, step.flags, step.lacking, episode.system_id AS episode, episode.sub_registry,
        episode.version, episode.began_at, episode.patient_id
    FROM records_step step
    JOIN records_episode episode ON episode.id = step.episode_id
    WHERE step.clinic_id = %(clinic)s AND step.care_provider_id = %(provider)s
        AND episode.sub_registry = ANY(%(sub_registries)s) AND {condition}
    ORDER BY {order}
    LIMIT {most}
) step
JOIN records_patient patient ON patient.id = step.patient_id
JOIN records_number number ON number.patient_id = patient.id AND number.until IS NULL"""
_WAITING: Final = (
    "\nUNION ALL\n".join(
        _LIST.format(name=name, condition=condition, order=order, most=SHOWN + 1)
        for name, (condition, order) in _LISTS.items()
    )
    + "\nORDER BY place"
)

# As `listing` finds those in EpisodeState.AWAITING: the clinic's steps have an index, and moved ones are few.
_WAITS: Final = "step.state = 'planned' AND step.next_since IS NOT NULL AND step.due_from IS NOT NULL"
_OWN: Final = "episode.care_provider_id = %(provider)s AND episode.sub_registry = ANY(%(sub_registries)s)"
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """`due`: follow-ups whose time has come; `to_continue`: steps that are next in their episodes, not begun, and
    without a day to wait for. Both the longest waiting first; of the others what was written last. `asked`: what the
    office asks about answers."""

    due: ListedSteps
    drafts: ListedSteps
    to_continue: ListedSteps
    laid_aside: ListedSteps
    asked: tuple[ListedQuery, ...]


def waiting(actor: Actor, *, at: datetime) -> Work:
    """Inside `provider_scope(actor)`. Raises: NotPermitted."""
    facts = clinic_place_of(actor, Permission.REPORT) | {"today": day_of(at)}
    found = defaultdict[str, list[ListedStep]](list)
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, facts)
        for row in map(_Row._make, cursor.fetchall()):
            found[row.list].append(_listed(row))
    lists = {name: ListedSteps(rows=tuple(found[name][:SHOWN]), has_more=len(found[name]) > SHOWN) for name in _LISTS}
    return Work(**lists, asked=waiting_at_clinic(actor))


def awaiting(actor: Actor) -> int:
    """Return how many episodes wait for their follow-up; a number above `COUNTED` says only that there are more.

    Inside `provider_scope(actor)`. Raises: NotPermitted.
    """
    with connection.cursor() as cursor:
        cursor.execute(_AWAITING, clinic_place_of(actor, Permission.READ_RECORDS))
        return int(cursor.fetchone()[0])


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
    place: int


def _listed(row: _Row) -> ListedStep:
    patient = PatientRow.nameless(
        id=row.patient_id,
        system_id=row.patient,
        birth_date=row.birth_date,
        sex=row.sex,
        is_protected=row.is_protected,
        died_on=row.died_on,
        number=PatientNumber(row.number, row.kind),
    )
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
