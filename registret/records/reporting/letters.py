"""Letters to patients about follow-ups whose time has come: whom to write to, and what came of it.

Never to the dead, nor to those whose identity is protected.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from functools import reduce
from operator import or_
from typing import Final

from django.db.models import Q

from registret.access.actor import Actor
from registret.access.roles import Permission
from registret.ledger.events import Event
from registret.records.deaths import lock_patients
from registret.records.identity.population import population_register
from registret.records.identity.population_entry import PopulationEntry, PostalAddress
from registret.records.logged import log_each
from registret.records.models import Step
from registret.records.queries.patients import patient_row
from registret.records.queries.steps import due_for_letters
from registret.records.reporting.audited_reads import log_list
from registret.records.rows import LetterLine
from registret.records.scope import provider_scope

REMIND_AFTER: Final = timedelta(days=21)


class LetterAct(StrEnum):
    """What is noted of a letter. TAKEN_BACK: what was noted last was a mistake."""

    SENT = "sent"
    REMINDED = "reminded"
    REPLIED = "replied"
    TAKEN_BACK = "taken_back"


StepName = tuple[str, str]
"""The system id of an episode, and the code of a step."""
Letter = tuple[LetterLine, PostalAddress | None]


def letters_due(*, actor: Actor, at: datetime) -> tuple[LetterLine, ...]:
    """Whom the clinic writes to, the longest waiting first, in one entry of the log. Raises: NotPermitted."""
    with provider_scope(actor, Permission.REPORT):
        found = _lines(actor, at=at)
        log_list(actor, Event.WORK_LISTED, [one.patient.id for one in found], at=at)
        return found


def letters_to_take(*, actor: Actor, at: datetime) -> tuple[Letter, ...]:
    """Those who have been sent no letter, for a file, with their addresses where the population register has them.
    It names them: each line is a look at one. Raises: NotPermitted, RegisterSilent."""
    with provider_scope(actor, Permission.REPORT):
        found = _letters([one for one in _lines(actor, at=at) if one.letter_at is None])
        return _logged(actor, found, at=at)


def letters_to_print(
    *, actor: Actor, steps: Collection[StepName], at: datetime
) -> tuple[tuple[Letter, ...], frozenset[StepName]]:
    """A letter for each of `steps`, a look like a line of the file; none at all if there is one of which it cannot be
    made (any more). And of which it can be made. Raises: NotPermitted, RegisterSilent."""
    with provider_scope(actor, Permission.REPORT):
        wanted = [one for one in _lines(actor, at=at) if one.replied_at is None and (one.episode, one.step) in steps]
        found = _letters(wanted)
        possible = frozenset((one.episode, one.step) for one, _ in found)
        return (_logged(actor, found, at=at) if possible == set(steps) else ()), possible


def _letters(lines: Sequence[LetterLine]) -> tuple[Letter, ...]:
    """Without those whom the population register now says dead or protected: the registry may not have heard of it."""
    known = population_register().people([one.patient.number for one in lines])
    asked = [(one, known.get(one.patient.number.text)) for one in lines]
    return tuple((one, person.address if person else None) for one, person in asked if _may_be_written_to(person))


def _may_be_written_to(person: PopulationEntry | None) -> bool:
    return person is None or not (person.is_protected or person.died_on)


def _logged(actor: Actor, letters: tuple[Letter, ...], *, at: datetime) -> tuple[Letter, ...]:
    log_each(
        actor,
        Event.PATIENT_LISTED_FOR_LETTERS,
        [(one.patient.id, {"sub_registry": one.sub_registry, "step": one.step}) for one, _ in letters],
        at=at,
    )
    return letters


def note(*, actor: Actor, steps: Collection[StepName], act: LetterAct, at: datetime) -> int:
    """Note the same of several letters, and return of how many. Steps of which it cannot be noted (any more) are left
    out: the patient has died, the step is begun, or a colleague was here before. Raises: NotPermitted."""
    if not steps:
        return 0
    named = reduce(or_, (Q(episode__system_id=episode, code=code) for episode, code in steps))
    with provider_scope(actor, Permission.REPORT):
        possible = due_for_letters(actor, at=at).filter(named, _possible(act, at=at)).order_by("id")
        lock_patients(possible.values_list("episode__patient_id", flat=True))
        found = list(possible.select_for_update(of=("self",)))
        for step in found:
            _note(step, act, at=at)
        Step.objects.bulk_update(found, ["letter_at", "reminded_at", "replied_at"])
        log_each(
            actor,
            Event.PATIENT_LETTER_NOTED,
            [(step.episode.patient_id, {"step": step.code, "what": act.value}) for step in found],
            at=at,
        )
        return len(found)


def _possible(act: LetterAct, *, at: datetime) -> Q:
    match act:
        case LetterAct.SENT:
            return Q(letter_at=None)
        case LetterAct.REMINDED:
            return Q(letter_at__lte=at - REMIND_AFTER, reminded_at=None, replied_at=None)
        case LetterAct.REPLIED:
            return Q(letter_at__isnull=False, replied_at=None)
        case LetterAct.TAKEN_BACK:
            return Q(letter_at__isnull=False)


def _note(step: Step, act: LetterAct, *, at: datetime) -> None:
    match act:
        case LetterAct.SENT:
            step.letter_at = at
        case LetterAct.REMINDED:
            step.reminded_at = at
        case LetterAct.REPLIED:
            step.replied_at = at
        case LetterAct.TAKEN_BACK:
            last = next(name for name in ("replied_at", "reminded_at", "letter_at") if getattr(step, name))
            setattr(step, last, None)


def _lines(actor: Actor, *, at: datetime) -> tuple[LetterLine, ...]:
    wanted = due_for_letters(actor, at=at).prefetch_related("episode__patient__numbers")
    return tuple(
        LetterLine(
            patient=patient_row(step.episode.patient),
            episode=step.episode.system_id,
            sub_registry=step.episode.sub_registry,
            version=step.episode.version,
            step=step.code,
            due_from=step.due_from,
            due_to=step.due_to,
            letter_at=step.letter_at,
            reminded_at=step.reminded_at,
            replied_at=step.replied_at,
        )
        for step in wanted.order_by("due_from", "id")
        if step.due_from is not None and step.due_to is not None
    )
