"""The episodes that an actor may see, as rows. Everything here is asked inside `provider_scope` or `all_providers`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Final

from django.db.models import QuerySet

from registret.access.actor import Actor
from registret.access.roles import Permission
from registret.database.prepared import Given, Prepared
from registret.records.lifecycle import ClosedWhy, StepState
from registret.records.models import Episode, Step
from registret.records.rows import EpisodeRow, StepRow
from registret.records.scope import clinic_of
from registret.registries.queries import form_of


def episodes_of(actor: Actor, permission: Permission = Permission.READ_RECORDS) -> QuerySet[Episode]:
    """Return the episodes of the sub-registries in which the actor has the permission. Inside `provider_scope(actor)`.

    This is the only way from an actor to episodes.
    """
    return episodes_in(**place_of(actor, permission))


def episodes_in(provider: Any, sub_registries: Any) -> QuerySet[Episode]:
    """The same of what `place_of` says, or of a `Given` for each."""
    return Episode.objects.filter(care_provider_id=provider, sub_registry__any=sub_registries)


def place_of(actor: Actor, permission: Permission = Permission.READ_RECORDS) -> dict[str, Any]:
    return {
        "provider": actor.seat.care_provider_id,
        "sub_registries": sorted(actor.seat.sub_registries_for(permission)),
    }


def clinic_place_of(actor: Actor, permission: Permission) -> dict[str, Any]:
    """As `place_of`, with the actor's clinic. Raises: NotPermitted (the actor sits at the registry office)."""
    return {"clinic": clinic_of(actor), **place_of(actor, permission)}


_OF_PATIENT: Final = Prepared(
    lambda: (
        Step.objects.filter(
            episode__in=episodes_in(Given("provider"), Given("sub_registries")).filter(patient_id=Given("patient"))
        )
        .select_related("episode")
        .defer("answers")
        .order_by("-episode__began_at", "-episode_id")
    )
)


def episodes_of_patient(actor: Actor, patient_id: int) -> tuple[EpisodeRow, ...]:
    """Those that the actor may see, newest first. Inside `provider_scope(actor)`; one query: each episode has steps."""
    found = groupby(_OF_PATIENT.rows(patient=patient_id, **place_of(actor)), key=lambda step: step.episode_id)
    return tuple(_row(steps[0].episode, steps) for steps in (list(of_it) for _id, of_it in found))


def episode_rows(found: QuerySet[Episode]) -> tuple[EpisodeRow, ...]:
    """With their steps, in the order of the form. Two queries."""
    return tuple(episode_row(episode) for episode in found.prefetch_related("steps"))


def episode_row(found: Episode) -> EpisodeRow:
    return _row(found, found.steps.all())


def _row(found: Episode, of_it: Iterable[Step]) -> EpisodeRow:
    order = [step.code for step in form_of(found.sub_registry, found.version).steps]
    steps = sorted(of_it, key=lambda step: order.index(step.code))
    return EpisodeRow(
        id=found.id,
        system_id=found.system_id,
        sub_registry=found.sub_registry,
        version=found.version,
        clinic_id=found.clinic_id,
        began_at=found.began_at,
        created_by_name=found.created_by_name,
        steps=tuple(step_row(step) for step in steps),
        source=found.source,
        source_id=found.source_id,
    )


def step_row(found: Step) -> StepRow:
    return StepRow(
        code=found.code,
        state=StepState(found.state),
        clinic_id=found.clinic_id,
        version=found.version,
        flags=found.flags,
        lacking=found.lacking,
        due_from=found.due_from,
        due_to=found.due_to,
        saved_at=found.saved_at,
        saved_by_name=found.saved_by_name,
        signed_at=found.signed_at,
        signed_by_name=found.signed_by_name,
        research_gone_at=found.research_gone_at,
        closed_at=found.closed_at,
        closed_why=ClosedWhy(found.closed_why) if found.closed_why else None,
    )


def episodes_near(*, patient_id: int, sub_registry: str, began_at: datetime, within: timedelta) -> QuerySet[Episode]:
    """Return the patient's episodes of the same sub-registry near in time, of all care providers."""
    return Episode.objects.filter(
        patient_id=patient_id, sub_registry=sub_registry, began_at__range=(began_at - within, began_at + within)
    )
