"""Who answers for personal data: one authority for the registry, and each care provider for what it registers."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.conf import settings

from registret.places.queries import open_clinics


@dataclass(frozen=True, slots=True, kw_only=True)
class Controllers:
    """`local`: the care providers, each with its open clinics, by region."""

    central: str
    local: tuple[tuple[str, tuple[str, ...]], ...]


def controllers() -> Controllers:
    """As it is now. One query."""
    clinics: dict[str, list[str]] = defaultdict(list)
    for clinic in open_clinics(first_of_organisation=None):
        clinics[clinic.care_provider].append(clinic.title)
    local = tuple((provider, tuple(titles)) for provider, titles in clinics.items())
    return Controllers(central=settings.CENTRAL_CONTROLLER, local=local)
