"""The national platform, as the settings name it, and the care units that it knows clinics as."""

from __future__ import annotations

from functools import cache

from django.conf import settings

from registret.outgoing.named import NamedService
from registret.outgoing.service import Service
from registret.places.queries import clinic

PATIENCE = 1.0
"""Seconds: a person waits with a form before them."""


def has_platform() -> bool:
    """Whether this installation has one."""
    return bool(settings.NKRR.address)


def platform() -> Service:
    """Raises: ServiceBroken."""
    return _service(settings.NKRR)


def care_unit_of(clinic_id: int | None) -> str:
    """The HSA-id of the care unit that a clinic is to the platform; empty if it is none."""
    found = clinic(clinic_id) if clinic_id is not None and settings.NKRR_UNITS else None
    return settings.NKRR_UNITS.get(found.code, "") if found else ""


@cache
def _service(named: NamedService) -> Service:
    return Service(name="nkrr", named=named, patience=PATIENCE)
