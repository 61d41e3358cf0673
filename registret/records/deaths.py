"""What follows from a death: the steps that were to be done later close, and open again if it is taken back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from registret.access.actor import Actor
from registret.kernel.by import By
from registret.ledger.events import Event
from registret.ledger.services import record
from registret.records.lifecycle import CLOSABLE, STEP_LIFE, WRITABLE, ClosedWhy, StepState
from registret.records.models import Episode, Patient, Revision, Step
from registret.records.queries.steps import assessed
from registret.records.revisions import revise, set_next
from registret.registries.forms import Form
from registret.registries.queries import form_of

POPULATION: Final = By.of_program("population")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """Who said what led to it: a person, or a program (`actor` None)."""

    by: By
    actor: Actor | None
    at: datetime


def lock_patients(patient_ids: Iterable[int]) -> None:
    """Until the end of the transaction nobody else writes in their episodes. Held before any step, in one order."""
    held = Patient.objects.select_for_update(no_key=True).filter(id__in=list(patient_ids))
    list(held.order_by("id").values_list("id"))


def settle(patient_id: int, *, by: By, actor: Actor | None = None, but: int | None = None, at: datetime) -> None:
    """Close what is to be done later for a patient who has died, or open it again for one who has not. What else is
    begun is assessed anew.

    What an answer says counts within the care provider that reported it, what the population register says everywhere.
    The patient is held, and the transaction sees what there is to settle. `but`: the step that is being written
    at this moment; it is left as it is, like every step that says itself that the patient has died.
    """
    by_register = Patient.objects.filter(id=patient_id).exclude(died_on=None).exists()
    wanted = Step.objects.select_for_update(of=("self",)).filter(episode__patient_id=patient_id)
    steps: dict[int, list[Step]] = defaultdict(list)
    for step in wanted.select_related("episode__patient").order_by("episode_id", "id"):
        steps[step.care_provider_id].append(step)
    said = _Said(by=by, actor=actor, at=at)
    for own in steps.values():
        is_dead = by_register or any(step.says_dead for step in own)
        why = ClosedWhy.REGISTER if by_register else ClosedWhy.ANSWER
        for step in own:
            if step.id != but:
                _settle_step(step, why if is_dead else None, said)


def _settle_step(step: Step, why: ClosedWhy | None, said: _Said) -> None:
    """`why` None: the patient has not died."""
    form = form_of(step.episode.sub_registry, step.episode.version)
    is_for_later = form.step(step.code).due is not None
    if is_for_later and why is not None and step.state in CLOSABLE and not step.says_dead:
        _close(step, form, why, said)
    elif is_for_later and why is None and step.state == StepState.CLOSED:
        _open_again(step, form, said)
    elif step.state in WRITABLE and step.saved_at is not None:
        _assess_again(step, at=said.at)


def _close(step: Step, form: Form, why: ClosedWhy, said: _Said) -> None:
    step.state = STEP_LIFE.after(StepState(step.state), "close")
    step.closed_at, step.closed_why = said.at, why
    step.flags = step.lacking = 0
    step.next_since = None
    _keep(step, form, Revision.Kind.CLOSE, Event.STEP_CLOSED, {"why": why.value}, said)


def _open_again(step: Step, form: Form, said: _Said) -> None:
    """As a draft, if it was begun."""
    is_begun = step.saved_at is not None
    step.state = STEP_LIFE.after(StepState.CLOSED, "take_up" if is_begun else "plan")
    step.closed_at, step.closed_why = None, ""
    if is_begun:
        now = assessed(step.episode_id, step.code, at=said.at)
        step.flags, step.lacking = len(now.broken), len(now.lacking)
    kind = Revision.Kind.TAKE_UP if is_begun else Revision.Kind.PLAN
    _keep(step, form, kind, Event.STEP_OPENED_AGAIN, {}, said)


def _assess_again(step: Step, *, at: datetime) -> None:
    """Whether it can be signed now; the answers are as they were."""
    now = assessed(step.episode_id, step.code, at=at)
    if (step.flags, step.lacking) != (len(now.broken), len(now.lacking)):
        Step.objects.filter(id=step.id).update(flags=len(now.broken), lacking=len(now.lacking))


def _keep(step: Step, form: Form, kind: Revision.Kind, event: Event, facts: dict[str, str], said: _Said) -> None:
    revise(said.actor, step, {}, kind=kind, reason="", at=said.at)
    step.save()
    set_next(form, step.episode_id, at=said.at)
    episode: Episode = step.episode
    record(
        event=event,
        by=said.by,
        at=said.at,
        about_patient_id=episode.patient_id,
        clinic_id=step.clinic_id,
        facts={"episode": episode.system_id, "step": step.code, "sub_registry": episode.sub_registry, **facts},
    )
