"""What a clinic has brought in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from registret.access.actor import Actor
from registret.access.roles import Permission
from registret.exchange.models import ImportRun
from registret.records.scope import clinic_of

SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """How many rows of a file were new, and so on."""

    at: datetime
    source_system: str
    sub_registry: str
    new: int
    changed: int
    unchanged: int
    refused: int


def newest_runs(actor: Actor) -> tuple[RunRow, ...]:
    """The last ones of the actor's clinic. Raises: NotPermitted."""
    actor.require(Permission.IMPORT)
    found = ImportRun.objects.filter(mapping__clinic_id=clinic_of(actor)).select_related("mapping").order_by("-at")
    return tuple(
        RunRow(
            at=run.at,
            source_system=run.mapping.source_system,
            sub_registry=run.mapping.sub_registry,
            new=run.new,
            changed=run.changed,
            unchanged=run.unchanged,
            refused=run.refused,
        )
        for run in found[:SHOWN]
    )
