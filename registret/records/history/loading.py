"""Staged episodes are held against the registry, and become rows of it in a few statements."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db import connection

from registret.kernel.by import By
from registret.ledger.events import Event
from registret.ledger.services import NewEntry, record, record_many
from registret.records.deaths import lock_patients, settle
from registret.records.history.staging import new_system_id
from registret.records.lifecycle import CLOSABLE, ClosedWhy
from registret.records.locks import share_identities
from registret.records.models import HistoryImport

_AT_ONCE: Final = 5_000
"""Entries of the log in one statement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryDecision:
    """That a history is brought in. `source`: the platform that it comes from, as pages name it."""

    source: str
    reference: str
    decided_by: str
    decided_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedHistory:
    episodes: int
    patients: int


def twice_staged() -> list[tuple[int, int]]:
    """Each episode that has the id of one before it, and that one."""
    return _rows(
        "SELECT place, first FROM (SELECT place, min(place) OVER (PARTITION BY source_id) AS first"
        " FROM earlier_episode) same WHERE place > first ORDER BY place"
    )


def leave_out_known(source: str) -> int:
    """Leave out what was brought in before, and return how many. Inside `all_providers`."""
    return _left_out(
        "SELECT s.place FROM earlier_episode s JOIN records_episode e ON e.source = %s AND e.source_id = s.source_id",
        source,
    )


def leave_out_opted_out() -> int:
    """Leave out those whose patients have opted out, and return how many. From here to the end of the transaction
    nobody opts out, or changes who has which number."""
    share_identities()
    return _left_out("SELECT place FROM earlier_episode WHERE marks && ARRAY(SELECT mark::text FROM records_optout)")


def doubles() -> list[int]:
    """Those near in time to an episode of the same patient and sub-registry at the same care provider which was not
    brought in with them. Inside `all_providers`."""
    found = _rows(
        "SELECT DISTINCT s.place FROM earlier_episode s JOIN records_number n ON n.text = s.number"
        " JOIN records_episode e ON e.patient_id = n.patient_id AND e.sub_registry = s.sub_registry"
        " AND e.care_provider_id = s.care_provider_id"
        " AND e.began_at BETWEEN s.began_at - make_interval(days => s.doubles_within)"
        " AND s.began_at + make_interval(days => s.doubles_within)"
        " WHERE e.source_id = '' ORDER BY 1"
    )
    return [place for (place,) in found]


def load(decision: HistoryDecision, *, digest: str, there: int, opted_out: int, by: By, at: datetime) -> LoadedHistory:
    """Load all that is staged, and tell the log: of the decision, and of each patient. Inside `all_providers`."""
    _renew_system_ids()
    (loaded,) = [LoadedHistory(episodes=n, patients=m) for n, m in _rows(_SIZE)]
    history = HistoryImport.objects.create(
        source=decision.source,
        reference=decision.reference,
        decided_by=decision.decided_by,
        decided_on=decision.decided_on,
        at=at,
        digest=digest,
        episodes=loaded.episodes,
        patients=loaded.patients,
        there=there,
        opted_out=opted_out,
    )
    told: dict[str, Any] = {"history": history.id, "source": decision.source, "at": at, "why": ClosedWhy.ANSWER.value}
    with connection.cursor() as cursor:
        for statement in (_PATIENTS, _NUMBERS, _EPISODES, _STEPS, _REVISIONS):
            cursor.execute(statement, told)
    _settle(by, at)
    _log(decision, history, by, at)
    return loaded


def _rows(question: str, *given: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(question, given)
        return list(cursor.fetchall())


def _left_out(places: str, *given: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM earlier_episode WHERE place IN ({places})", given)  # noqa: S608
        return int(cursor.rowcount)


def _renew_system_ids() -> None:
    """Of a hundred thousand ids made by chance some are others' by chance."""
    for column, table, letter in (("system_id", "episode", "E"), ("patient_system_id", "patient", "P")):
        taken = (
            f"SELECT place FROM (SELECT place, {column}, row_number() OVER (PARTITION BY {column}) AS nth"  # noqa: S608
            f" FROM earlier_episode) s WHERE nth > 1 OR {column} IN (SELECT system_id FROM records_{table})"
        )
        while found := _rows(taken):
            pairs = [(new_system_id(letter), place) for (place,) in found]
            with connection.cursor() as cursor:
                cursor.executemany(f"UPDATE earlier_episode SET {column} = %s WHERE place = %s", pairs)  # noqa: S608


def _settle(by: By, at: datetime) -> None:
    """A death closes what is left to do in other episodes of the patient too. Within one episode it is closed."""
    found = _rows(_LEFT_TO_CLOSE, [state.value for state in CLOSABLE])
    patients = [patient for (patient,) in found]
    lock_patients(patients)
    for patient in patients:
        settle(patient, by=by, at=at)


def _log(decision: HistoryDecision, history: HistoryImport, by: By, at: datetime) -> None:
    """One entry for each patient and clinic, and one for the decision."""
    met = _rows(_MET, history.id)
    for first in range(0, len(met), _AT_ONCE):
        record_many(entries=list(_entries(decision, met[first : first + _AT_ONCE])), by=by, at=at)
    record(
        event=Event.HISTORY_IMPORTED,
        by=by,
        at=at,
        facts={
            "source": decision.source,
            "decision": decision.reference,
            "decided_by": decision.decided_by,
            "decided_on": decision.decided_on.isoformat(),
            "episodes": history.episodes,
            "patients": history.patients,
            "unchanged": history.there,
            "opted_out": history.opted_out,
        },
    )


def _entries(decision: HistoryDecision, met: Collection[Any]) -> Iterator[NewEntry]:
    for patient, clinic, episodes in met:
        yield NewEntry(
            event=Event.PATIENT_HISTORY_IMPORTED,
            about_patient_id=patient,
            clinic_id=clinic,
            facts={"source": decision.source, "decision": decision.reference, "episodes": episodes},
        )


_SIZE: Final = "SELECT count(*), count(DISTINCT number) FROM earlier_episode"
# Whom the registry has, by whatever number, stays as they are.
_PATIENTS: Final = """
INSERT INTO records_patient (system_id, birth_date, sex, given_name, surname, is_protected, register_protects, died_on,
    looked_up_at, created_at)
SELECT DISTINCT ON (s.number) s.patient_system_id, s.birth_date, s.sex, s.given_name, s.surname, s.is_protected,
    s.is_protected, s.died_on, CASE WHEN s.is_known THEN %(at)s END, s.created_at
FROM earlier_episode s WHERE NOT EXISTS (SELECT FROM records_number n WHERE n.text = s.number)
ORDER BY s.number, s.place
"""
_NUMBERS: Final = """
INSERT INTO records_number (patient_id, text, kind, since)
SELECT p.id, s.number, s.kind, s.created_at
FROM earlier_episode s JOIN records_patient p ON p.system_id = s.patient_system_id
"""
_EPISODES: Final = """
INSERT INTO records_episode (id, system_id, patient_id, sub_registry, version, care_provider_id, clinic_id, began_at,
    created_at, created_by_id, created_by_name, history_id, source, source_id)
SELECT s.id, s.system_id, n.patient_id, s.sub_registry, s.version, s.care_provider_id, s.clinic_id, s.began_at,
    s.created_at, 0, s.created_by_name, %(history)s, %(source)s, s.source_id
FROM earlier_episode s JOIN records_number n ON n.text = s.number
ORDER BY s.place
"""
_STEPS: Final = """
INSERT INTO records_step (id, episode_id, care_provider_id, clinic_id, is_moved, code, state, answers, version, flags,
    lacking, due_from, due_to, next_since, saved_at, saved_by_id, saved_by_name, signed_at, signed_by_id,
    signed_by_name, says_dead, died_on, closed_at, closed_why)
SELECT t.id, s.id, s.care_provider_id, s.clinic_id, false, t.code, t.state, t.answers,
    CASE WHEN t.at IS NULL THEN 0 ELSE 1 END, t.flags, t.lacking, t.due_from, t.due_to, t.next_since,
    CASE WHEN t.state IN ('signed', 'draft') THEN t.at END, CASE WHEN t.state IN ('signed', 'draft') THEN 0 END,
    CASE WHEN t.state IN ('signed', 'draft') THEN t.by_name ELSE '' END,
    CASE WHEN t.state = 'signed' THEN t.at END, CASE WHEN t.state = 'signed' THEN 0 END,
    CASE WHEN t.state = 'signed' THEN t.by_name ELSE '' END, t.says_dead, t.died_on,
    CASE WHEN t.state = 'closed' THEN t.at END, CASE WHEN t.state = 'closed' THEN %(why)s ELSE '' END
FROM earlier_step t JOIN earlier_episode s USING (place)
ORDER BY s.place, t.step
"""
_REVISIONS: Final = """
INSERT INTO records_revision (step_id, care_provider_id, number, kind, changes, reason, at, by_account_id, by_hsa_id,
    by_name, by_role, by_clinic_id)
SELECT t.id, s.care_provider_id, 1, CASE WHEN t.state = 'closed' THEN 'close' ELSE 'history' END, COALESCE((
        SELECT jsonb_object_agg(a.key, jsonb_build_array(NULL, a.value)) FROM jsonb_each(t.answers) a
    ), '{}'::jsonb), '', t.at, NULL, t.by_hsa_id, t.by_name, '', s.clinic_id
FROM earlier_step t JOIN earlier_episode s USING (place)
WHERE t.at IS NOT NULL
ORDER BY s.place, t.step
"""
_LEFT_TO_CLOSE: Final = """
SELECT DISTINCT e.patient_id FROM earlier_episode s JOIN records_number n ON n.text = s.number
    JOIN records_episode e ON e.patient_id = n.patient_id JOIN records_patient p ON p.id = e.patient_id
    JOIN records_step r ON r.episode_id = e.id
WHERE r.state = ANY (%s) AND (p.died_on IS NOT NULL OR EXISTS (
    SELECT FROM records_episode o JOIN records_step d ON d.episode_id = o.id
    WHERE o.patient_id = e.patient_id AND o.care_provider_id = e.care_provider_id AND d.says_dead AND d.id <> r.id))
ORDER BY 1
"""
_MET: Final = """
SELECT patient_id, clinic_id, count(*) FROM records_episode WHERE history_id = %s GROUP BY 1, 2 ORDER BY 1, 2
"""
