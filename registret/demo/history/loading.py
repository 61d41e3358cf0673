"""Write episodes into the database many at a time: the rows that the services would have written, without their log.

COPY does not take rows of tables with row-level security, so it fills tables of the transaction, and one INSERT each
moves them on.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from django.db import connection

from registret.demo.history.country import PastEpisode
from registret.demo.history.registering import PastStep
from registret.places.queries import ClinicRow
from registret.records.lifecycle import ClosedWhy
from registret.records.numbers import PERSONAL
from registret.records.reporting.forms_in_use import use
from registret.records.scope import all_providers
from registret.registries.queries import form_of
from registret.reports.making import count_loaded

_AUTHOR: Final[Mapping[str, str | int]] = {"id": 0, "hsa_id": "SE2321009991-E00DEMO", "role": "reporter"}
"""Nobody's account and nobody's card."""

_TABLES: Final = """
CREATE TEMPORARY TABLE IF NOT EXISTS past_episode (
    episode text, patient text, number text, born date, sex text, sub_registry text, version int,
    began_at timestamptz, begun_at timestamptz
) ON COMMIT DROP;
CREATE TEMPORARY TABLE IF NOT EXISTS past_step (
    episode text, place int, code text, state text, answers jsonb, due_from date, due_to date, next_since timestamptz,
    done_at timestamptz, says_dead boolean, died_on date
) ON COMMIT DROP;
TRUNCATE past_episode, past_step
"""
# What an earlier start of the demo has written stays out, and a number that chance gave a second time.
_LEFT_OUT: Final = """
DELETE FROM past_episode p WHERE EXISTS (SELECT FROM records_episode e WHERE e.system_id = p.episode)
    OR EXISTS (SELECT FROM records_number n WHERE n.text = p.number)
    OR EXISTS (SELECT FROM past_episode o WHERE o.number = p.number AND o.episode < p.episode)
"""
_PATIENTS: Final = """
INSERT INTO records_patient (system_id, birth_date, sex, given_name, surname, is_protected, register_protects,
    created_at)
SELECT patient, born, sex, '', '', false, false, begun_at FROM past_episode
"""
_NUMBERS: Final = """
INSERT INTO records_number (patient_id, text, kind, since)
SELECT p.id, e.number, %(kind)s, e.begun_at FROM past_episode e JOIN records_patient p ON p.system_id = e.patient
"""
_EPISODES: Final = """
INSERT INTO records_episode (system_id, patient_id, sub_registry, version, care_provider_id, clinic_id, began_at,
    created_at, created_by_id, created_by_name, source, source_id)
SELECT e.episode, p.id, e.sub_registry, e.version, %(provider)s, %(clinic)s, e.began_at, e.begun_at, %(id)s, %(name)s,
    '', ''
FROM past_episode e JOIN records_patient p ON p.system_id = e.patient
ORDER BY e.began_at, e.episode
RETURNING id
"""
_STEPS: Final = """
INSERT INTO records_step (episode_id, care_provider_id, clinic_id, is_moved, code, state, answers, version, flags,
    lacking, due_from, due_to, next_since, saved_at, saved_by_id, saved_by_name, signed_at, signed_by_id,
    signed_by_name, says_dead, died_on, closed_at, closed_why)
SELECT e.id, %(provider)s, %(clinic)s, false, s.code, s.state, s.answers,
    CASE s.state WHEN 'signed' THEN 2 WHEN 'closed' THEN 1 ELSE 0 END, 0, 0, s.due_from, s.due_to, s.next_since,
    signed.at, CASE WHEN signed.at IS NOT NULL THEN %(id)s END, CASE WHEN signed.at IS NULL THEN '' ELSE %(name)s END,
    signed.at, CASE WHEN signed.at IS NOT NULL THEN %(id)s END, CASE WHEN signed.at IS NULL THEN '' ELSE %(name)s END,
    s.says_dead, s.died_on, CASE WHEN s.state = 'closed' THEN s.done_at END,
    CASE WHEN s.state = 'closed' THEN %(why)s ELSE '' END
FROM past_step s JOIN records_episode e ON e.system_id = s.episode,
    LATERAL (SELECT CASE WHEN s.state = 'signed' THEN s.done_at END AS at) signed
WHERE s.episode IN (SELECT episode FROM past_episode)
ORDER BY e.id, s.place
"""
# What is signed was written first; what is closed has answers of nobody.
_REVISIONS: Final = """
INSERT INTO records_revision (step_id, care_provider_id, number, kind, changes, reason, at, by_account_id, by_hsa_id,
    by_name, by_role, by_clinic_id)
SELECT s.id, s.care_provider_id, act.number, act.kind, CASE WHEN act.kind = 'write' THEN (
        SELECT jsonb_object_agg(a.key, jsonb_build_array(NULL, a.value)) FROM jsonb_each(s.answers) a
    ) ELSE '{}'::jsonb END, '', COALESCE(s.signed_at, s.closed_at), %(id)s, %(hsa_id)s, %(name)s, %(role)s, %(clinic)s
FROM records_step s, LATERAL (VALUES ('signed', 1, 'write'), ('signed', 2, 'sign'), ('closed', 1, 'close'))
    act (state, number, kind)
WHERE s.episode_id = ANY(%(episodes)s) AND act.state = s.state
ORDER BY s.id, act.number
"""


def load(episodes: Collection[PastEpisode], *, clinic: ClinicRow) -> int:
    """Write them in one transaction, counted in the reports, and return how many were new."""
    told: dict[str, str | int] = {
        **_AUTHOR,
        "name": f"Registrerare, {clinic.hospital}",
        "provider": clinic.care_provider_id,
        "clinic": clinic.id,
        "kind": PERSONAL,
        "why": ClosedWhy.ANSWER.value,
    }
    with all_providers(), connection.cursor() as cursor:
        for code, version in {(one.sub_registry, one.version) for one in episodes}:
            use(form_of(code, version), at=min(one.began_at for one in episodes))
        cursor.execute(_TABLES)
        _copy(cursor, "past_episode", map(_episode_row, episodes))
        _copy(cursor, "past_step", (_step_row(one, *step) for one in episodes for step in enumerate(one.steps)))
        cursor.execute(_LEFT_OUT)
        cursor.execute(_PATIENTS)
        cursor.execute(_NUMBERS, told)
        cursor.execute(_EPISODES, told)
        ids = [id_ for (id_,) in cursor.fetchall()]
        cursor.execute(_STEPS, told)
        cursor.execute(_REVISIONS, told | {"episodes": ids})
        count_loaded(ids)
    return len(ids)


def _copy(cursor: Any, table: str, rows: Iterator[tuple[object, ...]]) -> None:
    with cursor.copy(f"COPY {table} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _episode_row(one: PastEpisode) -> tuple[object, ...]:
    begun_at = one.steps[0].at
    return (
        one.system_id, one.patient, one.number, one.born, one.sex, one.sub_registry, one.version, one.began_at, begun_at
    )  # fmt: skip


def _step_row(one: PastEpisode, place: int, step: PastStep) -> tuple[object, ...]:
    return (
        one.system_id, place, step.code, step.state.value, json.dumps(step.answers), *step.due, step.next_since,
        step.at, step.says_dead, step.died_on,
    )  # fmt: skip
