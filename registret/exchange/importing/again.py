"""A row about an episode that was brought in before: what it says anew is written."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
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
    AnswerProposed,
    EpisodeGone,
    EpisodeOfOtherVersion,
    ImportedDateUnclear,
    StepIsClosed,
)
from registret.records.lifecycle import WRITABLE, StepState
from registret.records.proposals.proposing import FileSays
from registret.records.reporting.changes import Written, read_answers
from registret.registries.answers import Stored


def changed(actor: Actor, mapping: FormMapping, row: MappedRow, origin: Origin, came: Origin) -> RowResult:
    """Write what the row says anew in the steps that can be written in, and propose it for those that are signed.
    `came`: what the row says of itself. `origin.versions` follows.

    Raises: RowRefused, and what `write` raises.
    """
    at, episode = came.brought_in_at, origin.episode.system_id
    steps = EpisodeSteps(actor, episode, at=at)
    patient_id = _patient_of(steps, mapping, row)
    faults: list[RowFault] = []
    outcome = RowOutcome.UNCHANGED
    for step in mapping.form.steps:
        new = _new_in(steps, row, origin, step.code, at)
        faults += [RowFault(why=AnswerKept(), variable=code) for code in new.kept]
        faults += [RowFault(why=AnswerProposed(), variable=code) for code in new.offered]
        if new.written:
            origin.versions |= dict.fromkeys(new.written, steps.write(step.code, new.written))
        source, offered = mapping.says.source_system, new.offered
        says = FileSays(source=source, exported_at=came.exported_at, about=new.about, offered=offered)
        if steps.propose(step.code, says) or new.written:
            outcome = RowOutcome.CHANGED
    return RowResult(
        line=row.line,
        source_id=row.source_id,
        outcome=outcome,
        faults=tuple(faults),
        patient_id=patient_id,
        episode=episode,
    )


def _patient_of(steps: EpisodeSteps, mapping: FormMapping, row: MappedRow) -> int:
    """Of an episode that the row can be brought in to. Raises: RowRefused."""
    try:
        page = steps.page(mapping.form.inclusion.code)
    except NotFound:
        raise RowRefused(RowFault(why=EpisodeGone())) from None
    if page.form.version != mapping.form.version:
        raise RowRefused(RowFault(why=EpisodeOfOtherVersion()), patient_id=page.patient.id)
    if row.undated:
        faults = (RowFault(why=ImportedDateUnclear(), variable=code) for code in row.undated)
        raise RowRefused(*faults, patient_id=page.patient.id)
    return page.patient.id


@dataclass(frozen=True, slots=True, kw_only=True)
class _New:
    """What a row says of a step that is neither what it said last time nor what stands there. `about`: all that it
    names; `written`: to write; `kept`: what a person has changed since; `offered`: to propose: the step is
    signed."""

    about: Collection[str]
    written: Written
    kept: Sequence[str]
    offered: Mapping[str, Stored | None]


def _new_in(steps: EpisodeSteps, row: MappedRow, origin: Origin, step: str, at: datetime) -> _New:
    """Raises: RowRefused (a value is impossible, or the step is closed)."""
    page, now = steps.page(step), steps.stored(step)
    written = written_of(page.form, row, step)
    answers, faults = read_answers(page.form, step, written, at=at, arrived_at=page.arrived_at)
    if faults:
        raise RowRefused(*impossible(faults), patient_id=page.patient.id)
    told = {code: answers[code].stored if code in answers else None for code in written}
    differs = {code: one for code, one in told.items() if one != now.get(code)}
    bases = {code: origin.versions.get(code, 0) for code in differs}
    since = {base: steps.changed_since(step, base) for base in set(bases.values())}
    # What stood there when the answer was last brought in.
    before = {code: since[base].get(code, now.get(code)) for code, base in bases.items()}
    decided = steps.decided(step) if differs else {}
    new = {code: one for code, one in differs.items() if one != decided.get(code, before[code])}
    if page.step.state is StepState.SIGNED:
        return _New(about=written, written={}, kept=(), offered=new)
    kept = [code for code in new if before[code] != now.get(code)]
    fresh = {code: written[code] for code in new if code not in kept}
    if fresh and page.step.state not in WRITABLE:
        why = StepIsClosed(step=step)
        raise RowRefused(*(RowFault(why=why, variable=code) for code in fresh), patient_id=page.patient.id)
    return _New(about=written, written=fresh, kept=kept, offered={})
