"""FHIR R4: a QuestionnaireResponse for each episode, and beside it what it observes; a line each (NDJSON)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from gzip import GzipFile
from shutil import copyfileobj
from typing import IO, Final

from registret.exchange.exporting.rows import scores_of
from registret.records.lifecycle import StepState
from registret.records.queries.exports import ExportedEpisode
from registret.registries.exports.fhir import Json
from registret.registries.exports.observation import as_observations
from registret.registries.exports.questionnaire_response import AnsweredForm, AnsweredStep, as_response

_DONE = {StepState.SIGNED, StepState.CLOSED}


OBSERVATIONS: Final = "observations.ndjson"


def write(out: IO[bytes], aside: IO[bytes], episodes: Iterable[ExportedEpisode], *, origin: str) -> None:
    """`aside`: for the observations, which come into the archive when `out` is whole (`write_observations`). They are
    compressed on the disk: they take twenty times as much as they hold."""
    with GzipFile(fileobj=aside, mode="wb", compresslevel=1) as observations:
        for episode in episodes:
            answered = answered_form(episode)
            out.write(_line(as_response(answered, origin=origin)))
            for one in as_observations(answered, origin=origin):
                observations.write(_line(one))


def write_observations(out: IO[bytes], aside: IO[bytes]) -> None:
    aside.seek(0)
    with GzipFile(fileobj=aside) as observations:
        copyfileobj(observations, out)


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
