"""The mappings of a clinic: saved as versions that are never changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from registret.access.actor import Actor
from registret.access.refusals import NotFound
from registret.access.roles import Permission
from registret.exchange.mappings.reading import FormMapping, read_mapping
from registret.exchange.models import MappingVersion
from registret.exchange.refusals import MappingOutdated
from registret.ledger.events import Event
from registret.ledger.services import Fact, record
from registret.records.reporting.inclusion import form_open_to
from registret.records.scope import clinic_of
from registret.registries.queries import catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedMapping:
    """`number`: counted for each source system and sub-registry of the clinic."""

    id: int
    source_system: str
    sub_registry: str
    number: int
    text: str
    saved_at: datetime


def save_mapping(*, actor: Actor, text: str, at: datetime) -> int:
    """Save a mapping as the version in force for its source system and sub-registry. Return its id.

    Saving the same text again makes no new version.

    Raises: NotPermitted, MappingBroken.
    """
    actor.require(Permission.IMPORT)
    says = read_mapping(text, catalogue().forms).says
    about = {"clinic_id": clinic_of(actor), "source_system": says.source_system, "sub_registry": says.sub_registry}
    with transaction.atomic():
        before = MappingVersion.objects.filter(**about).order_by("-number").first()
        if before is not None and before.text == text:
            return before.id
        number = before.number + 1 if before is not None else 1
        saved = MappingVersion.objects.create(
            **about, number=number, text=text, saved_at=at, saved_by_id=actor.account_id
        )
        facts: dict[str, Fact] = {"source": says.source_system, "sub_registry": says.sub_registry, "number": number}
        record(event=Event.MAPPING_SAVED, by=actor.by, at=at, clinic_id=clinic_of(actor), facts=facts)
        return saved.id


def mappings_in_force(actor: Actor) -> tuple[SavedMapping, ...]:
    """The newest version for each source system and sub-registry of the actor's clinic. Raises: NotPermitted."""
    actor.require(Permission.IMPORT)
    about = ("source_system", "sub_registry")
    found = MappingVersion.objects.filter(clinic_id=clinic_of(actor)).order_by(*about, "-number").distinct(*about)
    return tuple(as_saved(one) for one in found)


def mapping_of(actor: Actor, mapping_id: int) -> SavedMapping:
    """A version of the actor's clinic. Raises: NotPermitted, NotFound."""
    actor.require(Permission.IMPORT)
    found = MappingVersion.objects.filter(id=mapping_id, clinic_id=clinic_of(actor)).first()
    if found is None:
        raise NotFound()
    return as_saved(found)


def understood(mapping: SavedMapping) -> FormMapping:
    """The mapping and its form. Raises: MappingBroken (the definitions have changed since it was saved)."""
    return read_mapping(mapping.text, catalogue().forms)


def usable(actor: Actor, mapping: SavedMapping) -> FormMapping:
    """The mapping and its form, for an actor who may bring rows in with it now.

    Raises: NotPermitted, NotOpenForEntry, ClosedForEntry, MappingOutdated, MappingBroken.
    """
    actor.require(Permission.IMPORT)
    found = understood(mapping)
    if form_open_to(actor, found.form.code).version != found.form.version:
        raise MappingOutdated(version=found.form.version)
    return found


def as_saved(found: MappingVersion) -> SavedMapping:
    return SavedMapping(
        id=found.id,
        source_system=found.source_system,
        sub_registry=found.sub_registry,
        number=found.number,
        text=found.text,
        saved_at=found.saved_at,
    )
