"""How many events were to be expected at a clinic, by the country's rates in groups of patients: what an edition tells.

A group of a few patients in the country is put together with others until its rate can be told. How many patients each
part of the country (a clinic that is told, the rest of its region, the rest of the country) has in a group is taken to
the nearest five. All that is told of groups is made of these numbers, so nobody can compute that a part has from one to
four patients of a group: among any five whole numbers that follow one another is 0, or one that is not that small.

Source: indirect standardisation, Breslow and Day 1987, Statistical Methods in Cancer Research II, p. 65.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from math import fsum
from typing import Final

from registret.registries.measuring import Indicator, expected_group
from registret.reports.counts import Counts
from registret.reports.telling import ByClinic, ByRegion, TellingLimits, can_be_told, whole

Part = frozenset[int]
"""Clinics of which only the sum is told, or one that is told."""
_OFF: Final = 0.1
"""So far may the size of a group in the country be from its parts to the nearest five."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """One or several groups with a rate. `events`: in the country. `sizes`: how many patients, to the nearest five."""

    events: int
    sizes: Mapping[Part, int]

    @property
    def patients(self) -> int:
        return sum(self.sizes.values())

    def expected(self, clinics: Collection[int]) -> float:
        """Of all parts within these clinics."""
        return self.events * self.size(clinics) / self.patients

    def size(self, clinics: Collection[int]) -> int:
        return sum(size for part, size in self.sizes.items() if part.issubset(clinics))


@dataclass(frozen=True, slots=True, kw_only=True)
class Expecting:
    """`pools`: by name, as cells name groups."""

    pools: Mapping[str, Pool]

    def expected(self, clinics: Collection[int]) -> float:
        return fsum(pool.expected(clinics) for pool in self.pools.values())

    def patients(self, clinics: Collection[int]) -> int:
        return sum(pool.size(clinics) for pool in self.pools.values())


def nearest(number: int, step: int) -> int:
    """Return the nearest multiple of `step`."""
    return step * ((2 * number + step) // (2 * step))


def parts_of(group: ByRegion, *, regions: Collection[int], clinics: Collection[int]) -> tuple[Part, ...]:
    """Return the parts that a country consists of, of which `regions` and `clinics` are told."""
    rest = {clinic for region, area in group.items() if region not in regions for clinic in area}
    areas = [rest, *(set(group[region]) for region in regions if region in group)]
    told = [frozenset({clinic}) for area in areas for clinic in area.intersection(clinics)]
    return tuple(one for one in (*told, *(frozenset(area.difference(clinics)) for area in areas)) if one)


def expecting(
    indicator: Indicator, groups: Mapping[str, ByRegion], parts: Collection[Part], limits: TellingLimits
) -> Expecting | None:
    """Return the rates of the country and what they make of its parts; None if not even one rate can be told.

    `groups`: counts of each of `Indicator.expected_groups` that has patients.
    """
    making = _Making(indicator, groups, parts, limits)
    root = making.pool(())
    if root is None:
        return None
    return Expecting(pools=dict(making.pools_within((), root)))


class _Making:
    """Splits the country by one stratum after the other, as far as each group has a rate that can be told."""

    def __init__(
        self, indicator: Indicator, groups: Mapping[str, ByRegion], parts: Collection[Part], limits: TellingLimits
    ) -> None:
        self._codes = [[group.code for group in stratum.group] for stratum in indicator.expected_by]
        self._groups = {tuple(name.partition(":")[2].split(".")): by_region for name, by_region in groups.items()}
        self._parts = parts
        self._limits = limits

    def pools_within(self, codes: tuple[str, ...], pool: Pool) -> Iterator[tuple[str, Pool]]:
        """Yield a pool, or the ones that it is split into."""
        children = self._children(codes)
        if not children:
            yield expected_group(codes), pool
        for code, child in children.items():
            yield from self.pools_within((*codes, code), child)

    def _children(self, codes: tuple[str, ...]) -> Mapping[str, Pool]:
        """All of the next stratum, or none."""
        following: Sequence[str] = self._codes[len(codes)] if len(codes) < len(self._codes) else ()
        found = {code: self.pool((*codes, code), most_off=_OFF) for code in following}
        return {code: pool for code, pool in found.items() if pool} if all(found.values()) else {}

    def pool(self, codes: tuple[str, ...], *, most_off: float = 1.0) -> Pool | None:
        """Return it if its rate can be told, and the parts make it up."""
        counts = self._counts(codes)
        total = whole([counts])
        sizes = {part: nearest(sum(counts[one].n for one in part), self._limits.patients) for part in self._parts}
        pool = Pool(events=total.reached, sizes=sizes)
        is_near = abs(pool.patients - total.n) <= most_off * total.n
        is_enough = pool.patients > 0 and pool.patients >= pool.events
        return pool if is_near and is_enough and can_be_told([counts], self._limits) else None

    def _counts(self, codes: tuple[str, ...]) -> ByClinic:
        counts: defaultdict[int, Counts] = defaultdict(Counts)
        within = (by_region for group, by_region in self._groups.items() if group[: len(codes)] == codes)
        for clinic, one in chain.from_iterable(area.items() for by_region in within for area in by_region.values()):
            counts[clinic] += one
        return counts
