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
        out.write(json.dumps(response_of(episode, origin=origin), ensure_ascii=False).encode() + b"\n")


def response_of(episode: ExportedEpisode, *, origin: str) -> Json:
    number = episode.patient.numbers[0]
    answered = AnsweredForm(
        form=episode.form,
        episode=episode.system_id,
        number=number.text,
        number_kind=number.kind,
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
    return as_response(answered, origin=origin)
