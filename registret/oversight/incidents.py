"""The register of personal data incidents (GDPR, article 33:5): written and revised by the registry office."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Final

from django.db import transaction

from registret.access.actor import Actor
from registret.access.checks import check_card_age
from registret.access.refusals import NotFound
from registret.access.roles import Permission
from registret.database.conflicts import conflict_as
from registret.ledger.events import Event
from registret.ledger.services import Fact, record
from registret.oversight.incident_rules import DataKind, IncidentText, Notified, faults
from registret.oversight.models import Incident, IncidentRevision
from registret.oversight.refusals import IncidentChanged

PAGE: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentVersion:
    """One text of an incident, and who wrote it when. `number`: from 1."""

    incident: int
    number: int
    text: IncidentText
    at: datetime
    by_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentPage:
    """The newest text of each incident. `older` is what to ask for next (`before`), or None."""

    rows: tuple[IncidentVersion, ...]
    older: int | None


@transaction.atomic
def register(*, text: IncidentText, actor: Actor, at: datetime) -> int:
    """Write a new incident; return its number.

    Raises: NotPermitted; ValueError (`incident_rules.faults`).
    """
    actor.require(Permission.KEEP_INCIDENTS)
    incident = Incident.objects.create(at=at)
    _write(incident.id, 1, text, actor=actor, at=at)
    record(event=Event.INCIDENT_REGISTERED, by=actor.by, at=at, facts=_facts(incident.id, 1, text))
    return incident.id


@transaction.atomic
def revise(*, incident: int, base: int, text: IncidentText, actor: Actor, at: datetime) -> None:
    """Add a revision to the one with number `base`; the same text again adds none.

    Raises: NotPermitted, NotFound, IncidentChanged (another user has revised it since); ValueError
    (`incident_rules.faults`).
    """
    newest = revisions(incident=incident, actor=actor)[0]
    if newest.number != base:
        raise IncidentChanged()
    if newest.text == _stripped(text):
        return
    with conflict_as(IncidentChanged, constraint="incident_revision_once"):
        _write(incident, base + 1, text, actor=actor, at=at)
    record(event=Event.INCIDENT_REVISED, by=actor.by, at=at, facts=_facts(incident, base + 1, text))


def revisions(*, incident: int, actor: Actor) -> tuple[IncidentVersion, ...]:
    """All texts of an incident, newest first.

    Raises: NotPermitted, NotFound.
    """
    actor.require(Permission.KEEP_INCIDENTS)
    found = tuple(map(_row, IncidentRevision.objects.filter(incident_id=incident).order_by("-number")))
    if not found:
        raise NotFound()
    return found


def incidents(*, actor: Actor, before: int | None = None, size: int = PAGE) -> IncidentPage:
    """Newest first, from below number `before`.

    Raises: NotPermitted.
    """
    actor.require(Permission.KEEP_INCIDENTS)
    found = IncidentRevision.objects.order_by("-incident_id", "-number").distinct("incident_id")
    if before is not None:
        found = found.filter(incident_id__lt=before)
    rows = tuple(map(_row, found[: size + 1]))
    return IncidentPage(rows=rows[:size], older=rows[size - 1].incident if len(rows) > size else None)


def undecided(*, actor: Actor) -> tuple[IncidentVersion, ...]:
    """The newest text of each incident of which nobody has decided whether it is reported, the most urgent first.

    Raises: NotPermitted.
    """
    actor.require(Permission.KEEP_INCIDENTS)
    newest = IncidentRevision.objects.order_by("incident_id", "-number").distinct("incident_id")
    found = IncidentRevision.objects.filter(id__in=newest.values("id"), authority=Notified.UNDECIDED)
    return tuple(map(_row, found.order_by("discovered_at", "incident_id")))


@transaction.atomic
def export(*, actor: Actor, at: datetime) -> tuple[IncidentVersion, ...]:
    """The whole register with every revision, oldest first; that it was taken out is in the log.

    Raises: NotPermitted, CardTooOld.
    """
    actor.require(Permission.KEEP_INCIDENTS)
    check_card_age(actor, at=at)
    rows = tuple(map(_row, IncidentRevision.objects.order_by("incident_id", "number")))
    record(event=Event.INCIDENTS_EXPORTED, by=actor.by, at=at, facts={"rows": len(rows)})
    return rows


def _write(incident: int, number: int, text: IncidentText, *, actor: Actor, at: datetime) -> None:
    text = _stripped(text)
    found = list(faults(text, at=at))
    if found:
        raise ValueError(f"an incident cannot be kept: {found[0][0]} {found[0][1]}")
    IncidentRevision.objects.create(
        incident_id=incident,
        number=number,
        at=at,
        by_id=actor.account_id,
        by_name=actor.name,
        **asdict(text) | {"data_kinds": list(text.data_kinds)},
    )


def _stripped(text: IncidentText) -> IncidentText:
    return replace(
        text,
        happened=text.happened.strip(),
        consequences=text.consequences.strip(),
        measures=text.measures.strip(),
        authority_why=text.authority_why.strip(),
        persons_why=text.persons_why.strip(),
        data_kinds=tuple(kind for kind in DataKind if kind in text.data_kinds),
    )


def _facts(incident: int, number: int, text: IncidentText) -> dict[str, Fact]:
    return {
        "incident": incident,
        "revision": number,
        "discovered_at": text.discovered_at.isoformat(timespec="minutes"),
        "authority": text.authority.value,
        "persons": text.persons.value,
        "is_open": text.is_open,
    }


def _row(found: IncidentRevision) -> IncidentVersion:
    return IncidentVersion(
        incident=found.incident_id,
        number=found.number,
        text=IncidentText(
            happened=found.happened,
            began_at=found.began_at,
            ended_at=found.ended_at,
            discovered_at=found.discovered_at,
            people=found.people,
            data_kinds=tuple(DataKind(kind) for kind in found.data_kinds),
            consequences=found.consequences,
            measures=found.measures,
            authority=Notified(found.authority),
            authority_at=found.authority_at,
            authority_why=found.authority_why,
            persons=Notified(found.persons),
            persons_at=found.persons_at,
            persons_why=found.persons_why,
            is_open=found.is_open,
        ),
        at=found.at,
        by_name=found.by_name,
    )
