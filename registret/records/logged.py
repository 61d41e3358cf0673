"""Entries of the log about patients, by somebody at work."""

from __future__ import annotations

from datetime import datetime

from registret.access.actor import Actor
from registret.ledger.events import Event
from registret.ledger.services import Fact, record
from registret.records.rows import StepPage


def log_patient(actor: Actor, event: Event, patient_id: int | None, at: datetime, **facts: Fact) -> None:
    """About a patient, or nobody, from where the actor sits. In the caller's transaction."""
    record(event=event, by=actor.by, at=at, about_patient_id=patient_id, clinic_id=actor.seat.clinic_id, facts=facts)


def log_step(actor: Actor, event: Event, page: StepPage, at: datetime, **facts: Fact) -> None:
    """About the patient whose step it is."""
    facts = {"episode": page.episode.system_id, "step": page.step.code, "sub_registry": page.form.code, **facts}
    log_patient(actor, event, page.patient.id, at, **facts)
