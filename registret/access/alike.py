"""Names that are alike: the same person with two HSA-ids must not decide about themselves."""

from __future__ import annotations

from datetime import datetime

from registret.access.actor import Actor
from registret.access.queries import active_administrators, registry_office
from registret.accounts.folding import folded


def alike(actor: Actor, *, name: str, clinic_id: int | None, at: datetime) -> tuple[str, ...]:
    """The names, as they are written, of those who decide and are called as somebody is who is to get a right: the
    actor, others at the registry office, and those who attest at the clinic."""
    deciding = [one.name for one in registry_office(at=at)]
    if clinic_id is not None:
        deciding += [one.name for one in active_administrators(clinic_id=clinic_id, at=at)]
    return tuple(sorted({one for one in (actor.name, *deciding) if folded(one) == folded(name)}))
