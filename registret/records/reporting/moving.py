"""Move a step to another clinic of the same care provider."""

from __future__ import annotations

from datetime import datetime

from registret.access.actor import Actor
from registret.access.refusals import NotFound
from registret.access.roles import Permission
from registret.ledger.events import Event
from registret.places.queries import clinic as clinic_row
from registret.records.data_queries.forgetting import tell_anew
from registret.records.identity.protected import require_reason
from registret.records.logged import log_step
from registret.records.models import Revision
from registret.records.queries.steps import step_page
from registret.records.refusals import OfAnotherClinic
from registret.records.revisions import revise
from registret.records.scope import provider_scope


def move(*, actor: Actor, episode: str, step: str, clinic_id: int, reason: str, at: datetime) -> None:
    """Move a step to another clinic of the care provider: from the actor's clinic, or to it.

    Raises: NotFound (also a clinic of another provider), NotPermitted, ReasonNeeded, OfAnotherClinic (neither clinic
        is the actor's).
    """
    with provider_scope(actor, Permission.REPORT) as provider:
        page, row = step_page(actor, episode=episode, step=step, lock=True, at=at)
        require_reason(actor, page.patient, at=at)
        there = clinic_row(clinic_id)
        if there is None or there.care_provider_id != provider or not there.is_open or row.clinic_id == clinic_id:
            raise NotFound()
        if actor.seat.clinic_id not in {row.clinic_id, clinic_id}:
            raise OfAnotherClinic()
        before, row.clinic_id = row.clinic_id, clinic_id
        row.is_moved = clinic_id != page.episode.clinic_id
        revise(actor, row, {}, kind=Revision.Kind.MOVE, reason=reason.strip(), at=at)
        row.save(update_fields=["clinic", "is_moved", "version"])
        tell_anew(row.id)
        log_step(actor, Event.STEP_MOVED, page, at, from_clinic=before, to_clinic=clinic_id)
