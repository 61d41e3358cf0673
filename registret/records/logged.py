"""Entries of the log about patients, by a user at work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from registret.access.actor import Actor
from registret.ledger.events import Event
from registret.ledger.services import Fact, NewEntry, record, record_many
from registret.records.rows import StepPage

Look = tuple[int, Mapping[str, Fact]]
"""A patient's row, and the facts of the entry that tells of the look."""


def log_patient(actor: Actor, event: Event, patient_id: int | None, at: datetime, **facts: Fact) -> None:
    """About a patient, or nobody, from where the actor sits. In the caller's transaction."""
    record(event=event, by=actor.by, at=at, about_patient_id=patient_id, clinic_id=actor.seat.clinic_id, facts=facts)


def log_step(actor: Actor, event: Event, page: StepPage, at: datetime, **facts: Fact) -> None:
    """About the patient whose step it is."""
    facts = {"episode": page.episode.system_id, "step": page.step.code, "sub_registry": page.form.code, **facts}
    log_patient(actor, event, page.patient.id, at, **facts)


def log_each(actor: Actor, event: Event, looks: Sequence[Look], *, at: datetime) -> None:
    """One entry for each patient, in one statement."""
    clinic = actor.seat.clinic_id
    entries = [NewEntry(event=event, about_patient_id=who, clinic_id=clinic, facts=facts) for who, facts in looks]
    record_many(entries=entries, by=actor.by, at=at)
