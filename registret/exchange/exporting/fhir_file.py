"""FHIR R4: a QuestionnaireResponse for each episode, a line each (NDJSON)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import IO

from registret.exchange.exporting.rows import scores_of
from registret.records.lifecycle import StepState
from registret.records.queries.exports import ExportedEpisode
from registret.registries.exports.fhir import Json
from registret.registries.exports.questionnaire_response import AnsweredForm, AnsweredStep, as_response

_DONE = {StepState.SIGNED, StepState.CLOSED}


def write(out: IO[bytes], episodes: Iterable[ExportedEpisode], *, origin: str) -> None:
    for episode in episodes:
        out.write(_line(as_response(answered_form(episode), origin=origin)))


def _line(resource: Json) -> bytes:
    return json.dumps(resource, ensure_ascii=False).encode() + b"\n"


def answered_form(episode: ExportedEpisode) -> AnsweredForm:
    number = episode.patient.numbers[0]
    return AnsweredForm(
        form=episode.form,
        episode=episode.system_id,
        number=number.text,
        number_kind=number.kind,
        birth_date=episode.patient.birth_date,
        sex=episode.patient.sex.value,
        began_at=episode.began_at,
        saved_at=episode.saved_at,
        is_completed=all(step.state in _DONE for step in episode.steps),
        steps={
            step.code: AnsweredStep(
                state=step.state.value,
                signed_at=step.signed_at,
                signed_by=step.signed_by_name,
                answers=step.answers,
            )
            for step in episode.steps
        },
        scores=scores_of(episode),
    )
