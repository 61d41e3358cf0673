"""Episodes of an earlier platform as they wait, in tables of the transaction, for all of them to be known to be right.

COPY takes no rows of tables with row-level security, and holds no lock on them either.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db import connection

from registret.kernel.secret import CODE_ALPHABET
from registret.records.identity.population_entry import PopulationEntry
from registret.records.lifecycle import StepState
from registret.records.numbers import PatientNumber, Sex
from registret.records.opt_out_marks import marks_of
from registret.registries.answers import Stored


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierStep:
    """`at` and `by_name`: when and by whom it was signed or, as a draft, saved; of one that a death has closed, what
    tells of the death. `by_hsa_id` may be empty."""

    code: str
    state: StepState
    answers: Mapping[str, Stored]
    due: tuple[date | None, date | None]
    at: datetime | None = None
    by_name: str = ""
    by_hsa_id: str = ""
    flags: int = 0
    lacking: int = 0
    next_since: datetime | None = None
    says_dead: bool = False
    died_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierEpisode:
    """`source_id`: its id at the earlier platform. `person`: what the population register says. `doubles_within`: how
    many days from it another episode of the patient may be the same."""

    source_id: str
    clinic_id: int
    care_provider_id: int
    sub_registry: str
    version: int
    doubles_within: int
    number: PatientNumber
    birth_date: date
    sex: Sex
    person: PopulationEntry | None
    began_at: datetime
    created_at: datetime
    created_by_name: str
    steps: tuple[EarlierStep, ...]


# The ids of their rows are drawn here: joined with tables that were empty a moment ago, PostgreSQL would read them
# anew for each row.
_TABLES: Final = """
DROP TABLE IF EXISTS pg_temp.earlier_episode, pg_temp.earlier_step;
CREATE TEMPORARY TABLE earlier_episode (
    id bigint DEFAULT nextval(pg_get_serial_sequence('records_episode', 'id')),
    place int, source_id text, clinic_id bigint, care_provider_id bigint, sub_registry text, version int,
    doubles_within int, number text, kind text, marks text[], birth_date date, sex text, given_name text, surname text,
    is_protected boolean, died_on date, is_known boolean, began_at timestamptz, created_at timestamptz,
    created_by_name text, system_id text, patient_system_id text
) ON COMMIT DROP;
CREATE TEMPORARY TABLE earlier_step (
    id bigint DEFAULT nextval(pg_get_serial_sequence('records_step', 'id')),
    place int, step int, code text, state text, answers jsonb, due_from date, due_to date, at timestamptz, by_name text,
    by_hsa_id text, flags int, lacking int, next_since timestamptz, says_dead boolean, died_on date
) ON COMMIT DROP
"""
_EPISODE: Final = (
    "place, source_id, clinic_id, care_provider_id, sub_registry, version, doubles_within, number, kind, marks,"
    " birth_date, sex, given_name, surname, is_protected, died_on, is_known, began_at, created_at, created_by_name,"
    " system_id, patient_system_id"
)
_STEP: Final = (
    "place, step, code, state, answers, due_from, due_to, at, by_name, by_hsa_id, flags, lacking, next_since,"
    " says_dead, died_on"
)
_ENDED: Final = """
CREATE INDEX ON earlier_episode (place);
CREATE INDEX ON earlier_episode (source_id);
CREATE INDEX ON earlier_episode (number);
CREATE INDEX ON earlier_step (place);
ANALYZE earlier_episode;
ANALYZE earlier_step
"""


def begin_staging() -> None:
    """Inside a transaction, at whose end all that was staged is gone."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)


def stage(episodes: Mapping[int, EarlierEpisode]) -> None:
    """Add some episodes, each under a number by which `loading` names it."""
    _copy("earlier_episode", _EPISODE, (_row(place, one) for place, one in episodes.items()))
    _copy(
        "earlier_step", _STEP, (_step(place, *step) for place, one in episodes.items() for step in enumerate(one.steps))
    )


def end_staging() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_ENDED)


def new_system_id(letter: str) -> str:
    """As `reporting.beginning` makes one."""
    return letter + "".join(secrets.choice(CODE_ALPHABET) for _ in range(8))


def _copy(table: str, columns: str, rows: Iterable[tuple[object, ...]]) -> None:
    with connection.cursor() as cursor:
        plain: Any = cursor
        with plain.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)


def _row(place: int, one: EarlierEpisode) -> tuple[object, ...]:
    return (
        *(place, one.source_id, one.clinic_id, one.care_provider_id, one.sub_registry, one.version),
        *(one.doubles_within, one.number.text, one.number.kind, list(marks_of(one.number)), *_patient(one)),
        *(one.began_at, one.created_at, one.created_by_name, new_system_id("E"), new_system_id("P")),
    )


def _patient(one: EarlierEpisode) -> Iterator[object]:
    """What the population register says, where it knows the number."""
    person = one.person
    yield from (one.birth_date, person.sex.value if person else one.sex.value)
    yield from (person.given_name, person.surname, person.is_protected) if person else ("", "", False)
    died_on = person.died_on if person else None
    yield from (died_on if died_on and died_on >= one.birth_date else None, person is not None)


def _step(place: int, number: int, one: EarlierStep) -> tuple[object, ...]:
    return (
        *(place, number, one.code, one.state.value, json.dumps(one.answers), *one.due, one.at, one.by_name),
        *(one.by_hsa_id, one.flags, one.lacking, one.next_since, one.says_dead, one.died_on),
    )
