"""What a clinic may see of others: nothing from which a few patients could be told, also not by subtracting.

Every figure of others passes here on its way out of the room. What is not shown is not told in another way: it has no
estimate and no interval either.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from registret.reports.counts import Counts

SMALL: Final = 5
"""Fewer patients than this with an outcome, or without it, are too few to be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Areas:
    """The same indicator and period of the own clinic, its region and the country. A larger area holds the smaller."""

    own: Counts
    region: Counts
    country: Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownAreas:
    """`region`, `country`: None where it may not be shown."""

    region: Counts | None
    country: Counts | None


def shown(areas: Areas, *, fewest: int) -> ShownAreas:
    """Return what the own clinic may see of the others.

    The reader knows the own figures. So it is not the region that must be large enough but what is left of it without
    the own clinic; and of the country, what is left without the own clinic, and without the region if that is shown.
    """
    country = areas.country if _may_be_told(areas.country - areas.own, fewest) else None
    region = areas.region if _may_be_told(areas.region - areas.own, fewest) else None
    if country is not None and not _may_be_told(areas.country - areas.region, fewest):
        region = None
    return ShownAreas(region=region, country=country)


def shown_groups(groups: Mapping[str, Areas], *, fewest: int) -> Mapping[str, ShownAreas]:
    """Return what may be seen of the groups of a stratum: of each area all groups, or none.

    With one group hidden, it would be the total without the others.
    """
    found = {code: shown(areas, fewest=fewest) for code, areas in groups.items()}
    has_country = all(one.country is not None for one in found.values())
    has_region = has_country and all(one.region is not None for one in found.values())
    return {
        code: ShownAreas(region=one.region if has_region else None, country=one.country if has_country else None)
        for code, one in found.items()
    }


def _may_be_told(others: Counts, fewest: int) -> bool:
    """Whether counts of patients of other clinics tell of no few. Of nobody there is nothing to tell."""
    if others.n == 0:
        return others.missing == 0 or others.missing >= SMALL
    if others.n < max(fewest, SMALL):
        return False
    return not any(0 < number < SMALL for number in (others.reached, others.not_reached, others.missing))
