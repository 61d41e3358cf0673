"""What an edition may tell of clinics, regions and the country: nothing from which a few patients could be told.

The country consists of the regions that are told, and of the rest; each of these of the clinics in it that are told,
and of its rest. If each of these parts could be told alone, so could every sum and difference of what is told. A part
can be told if neither it nor what is left of it without any one of its clinics tells of few: the reader knows the
figures of the own clinic.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from registret.reports.counts import Counts

ByClinic = Mapping[int, Counts]
ByRegion = Mapping[int, ByClinic]


@dataclass(frozen=True, slots=True, kw_only=True)
class TellingLimits:
    """`patients`: how many there must be. `outcome`: how many with the outcome, and how many without it. That there is
    nobody may always be told."""

    patients: int
    outcome: int

    def allow(self, counts: Counts) -> bool:
        if counts.n and counts.n < max(self.patients, self.outcome):
            return False
        return not any(0 < one < self.outcome for one in (counts.reached, counts.not_reached))


class BothSidesLimits(TellingLimits):
    """There are many with the outcome and many without it, or nobody at all: what is told was not chosen because all
    or none of its patients have the outcome."""

    def allow(self, counts: Counts) -> bool:
        return not counts.n or (counts.n >= self.patients and min(counts.reached, counts.not_reached) >= self.outcome)


def regions_to_tell(
    groups: Collection[ByRegion], limits: TellingLimits, *, among: Collection[int] | None = None
) -> frozenset[int] | None:
    """Return the regions of which all groups of a stratum can be told, or None if not even the country can be.

    `groups`: all of the stratum, or one of all patients. With one group hidden, it would be the total without the
    others: so all are told of an area, or none. `among`: no other region is told (its total is hidden).
    """
    regions = {region for group in groups for region in group}
    told = {
        region
        for region in (regions if among is None else regions.intersection(among))
        if all(can_be_told([group.get(region, {})], limits) for group in groups)
    }
    # Secondary suppression: one region that is hidden is the country without the others.
    while not all(can_be_told(_without(group, told), limits) for group in groups):
        if not told:
            return None
        told.remove(min(told, key=lambda region: (_patients(groups, region), region)))
    return frozenset(told)


def clinics_to_tell(group: ByRegion, limits: TellingLimits, *, regions: Collection[int]) -> frozenset[int]:
    """Return the clinics that can be told beside the country and `regions` (`regions_to_tell` of the same patients).

    A clinic where nobody was counted is as hidden as one of few: or each that is hidden would be known to have some.
    """
    rest = {clinic: counts for area in _without(group, regions) for clinic, counts in area.items()}
    areas = [rest, *(group[region] for region in regions)]
    return frozenset(clinic for area in areas for clinic in _clinics_of(area, limits))


def _clinics_of(area: ByClinic, limits: TellingLimits) -> set[int]:
    """Of an area that can be told itself."""
    told = {clinic for clinic, counts in area.items() if counts.n and limits.allow(counts)}
    # Secondary suppression: few that are hidden are the area without the others.
    while not can_be_told([{one: counts for one, counts in area.items() if one not in told}], limits):
        told.remove(min(told, key=lambda clinic: (area[clinic].n, clinic)))
    return told


def missing_to_tell(group: ByRegion, limits: TellingLimits) -> int | None:
    """Return of how many in the country the outcome is not known, or None if that would tell of few.

    It is told of no region: a few are missing everywhere, and would hide all regions.
    """
    missing = [{clinic: Counts(reached=one.missing) for clinic, one in area.items()} for area in group.values()]
    return whole(missing).reached if can_be_told(missing, limits) else None


def whole(areas: Iterable[ByClinic]) -> Counts:
    """The sum over all clinics."""
    return sum((counts for area in areas for counts in area.values()), Counts())


def can_be_told(areas: Collection[ByClinic], limits: TellingLimits) -> bool:
    """Return whether neither the areas together, nor what is left of them without any one clinic, tell of few."""
    total = whole(areas)
    return limits.allow(total) and all(limits.allow(total - own) for area in areas for own in area.values())


def _without(group: ByRegion, told: Collection[int]) -> list[ByClinic]:
    return [clinics for region, clinics in group.items() if region not in told]


def _patients(groups: Collection[ByRegion], region: int) -> int:
    return sum(whole([group.get(region, {})]).n for group in groups)
