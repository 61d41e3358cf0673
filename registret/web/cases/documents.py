"""Extracts as JSON: keys in English, `value` in the codes of the form, all else in words of the extract's language."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.utils.translation import get_language

from registret.kernel.sweden import SWEDEN
from registret.oversight.extracts import LogExtract
from registret.records.patient_rights.in_words import (
    EpisodeInWords,
    ProposalInWords,
    QueryInWords,
    RegistryExtract,
    StepInWords,
)
from registret.records.rows import PatientRow
from registret.web.cases.processing import about
from registret.words.events import event_name

VERSION: Final = 1


def registry_extract(found: RegistryExtract) -> dict[str, Any]:
    """Registerutdrag: all about one person."""
    patient = found.patient
    return {
        **_head("registerutdrag", found.case_number, found.at, local=found.care_providers),
        "patient": {
            **_patient(patient),
            "sex": found.sex,
            "protected_identity": patient.is_protected,
            "protected_by_population_register": found.register_protects,
            "died_on": patient.died_on.isoformat() if patient.died_on else None,
            "registered_at": _moment(found.created_at),
            "population_register_asked_at": _moment(found.looked_up_at),
            "numbers": [
                {
                    "number": one.number.shown,
                    "kind": one.kind,
                    "since": _moment(one.since),
                    "until": _moment(one.until),
                }
                for one in found.numbers
            ],
            "merged": [
                {"patient": one.gone, "at": _moment(one.at), "by": one.by_name, "reason": one.reason}
                for one in found.merged
            ],
        },
        "episodes": [_episode(one) for one in found.episodes],
        "processing": _processing(found),
    }


def _processing(found: RegistryExtract) -> dict[str, Any]:
    words = about(found)
    return {
        "purposes": words.purposes,
        "legal_ground": words.ground,
        "categories": words.categories,
        "source": words.source,
        "recipients": list(words.recipients),
        "kept": list(words.kept),
        "rights": list(words.rights),
        "automated_decisions": False,
    }


def log_extract(found: LogExtract) -> dict[str, Any]:
    """Loggutdrag: from where, when, and whether anything was changed; no names of those who looked."""
    return {
        **_head(
            "loggutdrag", found.case_number, found.at, local=sorted({row.care_provider for row in found.rows} - {""})
        ),
        "patient": _patient(found.patient),
        "accesses": [
            {
                "at": _moment(row.at),
                "care_provider": row.care_provider or settings.CENTRAL_CONTROLLER,
                "unit": row.unit or settings.REGISTRY_NAME,
                "what": event_name(row.event),
                "times": row.times,
                "changed": row.is_change,
            }
            for row in found.rows
        ],
    }


def _head(kind: str, case_number: str, at: datetime, *, local: Sequence[str]) -> dict[str, Any]:
    return {
        "document": kind,
        "version": VERSION,
        "language": get_language() or settings.LANGUAGE_CODE,
        "registry": settings.REGISTRY_NAME,
        "controllers": {"central": settings.CENTRAL_CONTROLLER, "local": list(local)},
        "data_protection_officer": settings.DATA_PROTECTION_MAIL,
        "case_number": case_number,
        "made_at": _moment(at),
    }


def _patient(patient: PatientRow) -> dict[str, Any]:
    return {
        "system_id": patient.system_id,
        "number": patient.number.shown,
        "name": patient.name,
        "birth_date": patient.birth_date.isoformat(),
    }


def _episode(found: EpisodeInWords) -> dict[str, Any]:
    return {
        "system_id": found.system_id,
        "sub_registry": found.sub_registry,
        "care_provider": found.care_provider,
        "unit": found.unit,
        "began_at": _moment(found.began_at),
        "registered_at": _moment(found.created_at),
        "registered_by": found.created_by_name,
        "earlier_platform": found.source,
        "id_there": found.source_id,
        "steps": [_step(one) for one in found.steps],
    }


def _step(found: StepInWords) -> dict[str, Any]:
    return {
        "code": found.code,
        "name": found.name,
        "state": found.state,
        "unit": found.unit,
        "signed_at": _moment(found.signed_at),
        "signed_by": found.signed_by_name,
        "research_answers_destroyed_at": _moment(found.research_gone_at),
        "answers": [
            {"code": a.code, "question": a.question, "value": a.kept, "answer": a.answer} for a in found.answers
        ],
        "computed": [
            {"code": c.code, "name": c.name, "value": None if c.value is None else str(c.value), "answer": c.words}
            for c in found.computed
        ],
        "history": [
            {
                "number": r.number,
                "act": r.act,
                "at": _moment(r.at),
                "by": r.by_name,
                "role": r.by_role,
                "unit": r.unit,
                "reason": r.reason,
                "changes": [{"question": c.question, "before": c.before, "after": c.after} for c in r.changes],
            }
            for r in found.revisions
        ],
        "office_questions": [_query(one) for one in found.queries],
        "proposals_of_files": [_proposal(one) for one in found.proposals],
    }


def _proposal(found: ProposalInWords) -> dict[str, Any]:
    return {
        "source": found.source,
        "proposed_at": _moment(found.at),
        "brought_in_by": found.by_name,
        "answers": [{"question": a.question, "value": a.kept, "answer": a.answer} for a in found.answers],
        "accepted": list(found.accepted),
        "reason": found.reason,
        "decided_at": _moment(found.ended_at),
        "decided_by": found.ended_by_name,
    }


def _query(found: QueryInWords) -> dict[str, Any]:
    return {
        "question": found.question,
        "text": found.text,
        "asked_at": _moment(found.asked_at),
        "asked_by": found.asked_by_name,
        "state": found.state,
        "outcome": found.outcome,
        "answer": found.answer,
        "ended_at": _moment(found.ended_at),
        "ended_by": found.ended_by_name,
    }


def _moment(value: datetime | None) -> str | None:
    """With its offset, in Swedish time."""
    return value.astimezone(SWEDEN).isoformat(timespec="seconds") if value else None
