"""A row about an episode that was brought in before: what it says anew is written."""

from __future__ import annotations

from datetime import datetime

from registret.access.actor import Actor
from registret.access.refusals import NotFound
from registret.exchange.importing.episode_steps import EpisodeSteps, impossible, written_of
from registret.exchange.importing.results import RowFault, RowOutcome, RowRefused, RowResult
from registret.exchange.mappings.applying import MappedRow
from registret.exchange.mappings.reading import FormMapping
from registret.exchange.models import Origin
from registret.exchange.refusals import (
    AnswerKept,
    EpisodeGone,
    EpisodeOfOtherVersion,
    ImportedDateUnclear,
    StepIsSigned,
)
from registret.records.lifecycle import WRITABLE
from registret.records.reporting.changes import Written, read_answers


def changed(actor: Actor, mapping: FormMapping, row: MappedRow, origin: Origin, at: datetime) -> RowResult:
    """Write what the row says anew, in the steps that can be written in. `origin.versions` follows.

    Raises: RowRefused, and what `write` raises.
    """
    steps = EpisodeSteps(actor, origin.episode.system_id, at=at)
    try:
        page = steps.page(mapping.form.inclusion.code)
    except NotFound:
        raise RowRefused(RowFault(why=EpisodeGone())) from None
    if page.form.version != mapping.form.version:
        raise RowRefused(RowFault(why=EpisodeOfOtherVersion()), patient_id=page.patient.id)
    if row.undated:
        faults = (RowFault(why=ImportedDateUnclear(), variable=code) for code in row.undated)
        raise RowRefused(*faults, patient_id=page.patient.id)
    kept: list[RowFault] = []
    outcome = RowOutcome.UNCHANGED
    for step in mapping.form.steps:
        written, theirs = _new_in(steps, row, origin, step.code, at)
        kept += [RowFault(why=AnswerKept(), variable=code) for code in theirs]
        if written:
            origin.versions |= dict.fromkeys(written, steps.write(step.code, written))
            outcome = RowOutcome.CHANGED
    return RowResult(
        line=row.line,
        source_id=row.source_id,
        outcome=outcome,
        faults=tuple(kept),
        patient_id=page.patient.id,
        episode=origin.episode.system_id,
    )


def _new_in(steps: EpisodeSteps, row: MappedRow, origin: Origin, step: str, at: datetime) -> tuple[Written, list[str]]:
    """What the row says of the step that is neither what it said last time nor what stands there, and the variables
    whose answer a person has changed since.

    Raises: RowRefused (a value is impossible, or the step is done).
    """
    page, now = steps.page(step), steps.stored(step)
    written = written_of(page.form, row, step)
    answers, faults = read_answers(page.form, step, written, at=at, arrived_at=page.arrived_at)
    if faults:
        raise RowRefused(*impossible(faults), patient_id=page.patient.id)
    bases = {code: origin.versions.get(code, 0) for code in written}
    since = {base: steps.changed_since(step, base) for base in set(bases.values())}
    new, kept = {}, []
    for code, texts in written.items():
        stands, told = now.get(code), answers[code].stored if code in answers else None
        changed = since[bases[code]]
        if told in (stands, changed.get(code, stands)):
            continue
        if code in changed:
            kept.append(code)
        else:
            new[code] = texts
    if new and page.step.state not in WRITABLE:
        why = StepIsSigned(step=step)
        raise RowRefused(*(RowFault(why=why, variable=code) for code in new), patient_id=page.patient.id)
    return new, kept
