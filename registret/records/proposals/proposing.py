"""A file proposes answers for a signed step: for the import, and for the page on which a person decides."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from registret.access.actor import Actor
from registret.access.roles import Permission
from registret.ledger.events import Event
from registret.records.identity.protected import require_reason
from registret.records.logged import log_step
from registret.records.models import Proposal
from registret.records.refusals import OfAnotherClinic
from registret.records.rows import StepPage
from registret.records.scope import provider_scope
from registret.registries.answers import Stored


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSays:
    """What a row says of a step. `about`: all variables that it names; `offered`: those of them whose answer is new to
    the step (None takes it away). `exported_at`: None if the file does not say when it was made."""

    source: str
    exported_at: datetime | None
    about: Collection[str]
    offered: Mapping[str, Stored | None]


def decided_before(step_id: int) -> dict[str, Stored | None]:
    """By variable, the answer that was decided about last. Inside `provider_scope`."""
    found: dict[str, Stored | None] = {}
    for one in Proposal.objects.filter(step_id=step_id, ended_at__isnull=False).order_by("id"):
        found |= one.answers
    return found


def propose(actor: Actor, page: StepPage, step_id: int, says: FileSays, *, at: datetime) -> bool:
    """Propose what a file says, in place of what the same file said before; of what it does not name that stays. Return
    whether anything is proposed that was not yet. Inside `provider_scope`, with the step locked.

    Raises: ReasonNeeded, OfAnotherClinic.
    """
    require_reason(actor, page.patient, at=at)
    if page.step.clinic_id != actor.seat.clinic_id:
        raise OfAnotherClinic()
    before = Proposal.objects.filter(step_id=step_id, ended_at=None).first()
    left = {code: told for code, told in before.answers.items() if code not in says.about} if before else {}
    answers = left | dict(says.offered)
    if answers == (before.answers if before else {}):
        return False
    Proposal.objects.filter(step_id=step_id, ended_at=None).delete()
    if not answers:
        return False
    with provider_scope(actor, Permission.REPORT) as provider:
        Proposal.objects.create(
            step_id=step_id,
            care_provider_id=provider,
            source=says.source,
            answers=answers,
            exported_at=says.exported_at,
            at=at,
            by_id=actor.account_id,
            by_name=actor.name,
        )
    log_step(actor, Event.STEP_PROPOSED, page, at, answers=len(answers), source=says.source)
    return True
