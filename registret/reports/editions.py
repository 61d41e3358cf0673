"""Make an edition: the figures that others than the own clinic are told, at fixed times, and never changed.

An edition tells of months that have become complete since the one before, and of each only once. What is signed later,
or taken away, changes nothing that was told: the difference could be one patient.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from registret.kernel.sweden import day_of
from registret.places.queries import every_clinic
from registret.registries.indicators import UNKNOWN_GROUP, Stratum
from registret.registries.loading.edition_rules import EditionRules
from registret.registries.measuring import ALL, Indicator
from registret.registries.queries import closed_since, edition_rules, indicators_of, sub_registries
from registret.reports.counts import Counts
from registret.reports.coverage.told import coverage_cells
from registret.reports.expecting import Expecting, expecting, parts_of
from registret.reports.making import refresh
from registret.reports.models import Edition, EditionCell
from registret.reports.periods import Months, complete_periods, edition_day, last_complete
from registret.reports.statistics.intervals import Estimate, median
from registret.reports.sums import lock_cells, sums
from registret.reports.telling import (
    BothSidesLimits,
    ByClinic,
    TellingLimits,
    clinics_to_tell,
    missing_to_tell,
    regions_to_tell,
    whole,
)


def make_due(*, at: datetime) -> int | None:
    """Make the edition whose day has come, once; return its number, or None if none is due.

    The first one is not made in arrears: a registry that was installed between two such days waits for the next.
    """
    if not _is_due(at):
        return None
    refresh()
    with transaction.atomic():
        lock_cells()
        # Another worker may have made it meanwhile.
        return make_edition(at=at) if _is_due(at) else None


@transaction.atomic
def make_edition(*, at: datetime) -> int:
    """Make an edition of all months that are complete at `at` and that none has told of; return its number.

    Facts must have been made of what is signed (`making.refresh`). At the first edition these are the months of a year,
    and of a sub-registry that is closed those of its last two.
    """
    lock_cells()
    rules = edition_rules()
    number = Edition.objects.aggregate(newest=Max("number"))["newest"] or 0
    edition = Edition.objects.create(number=number + 1, made_at=at, rules=rules.model_dump(mode="json"))
    regions = {clinic.id: clinic.region_id for clinic in every_clinic()}
    told = _told_until()
    for indicator in (each for one in sub_registries() for each in indicators_of(one.code)):
        for period in _periods(indicator, rules, after=told.get(indicator.key), at=at):
            making = _Making(edition, indicator, period, rules, regions)
            EditionCell.objects.bulk_create(making.cells())
    EditionCell.objects.bulk_create(coverage_cells(edition, rules, regions, at=at))
    return edition.number


def _periods(indicator: Indicator, rules: EditionRules, *, after: date | None, at: datetime) -> list[Months]:
    until, closed = last_complete(indicator.definition.lag_months, at=at), closed_since(indicator.sub_registry)
    together = rules.months_together(is_ratio=indicator.is_ratio)
    return complete_periods(together, until=until, after=after, closed=closed)


def _is_due(at: datetime) -> bool:
    day = edition_day(at=at)
    newest = Edition.objects.order_by("-number").first()
    return day_of(newest.made_at) < day if newest else day_of(at) == day


def _told_until() -> Mapping[tuple[str, str], date]:
    """The last month that was told of an indicator, in any version: two versions differ by few patients."""
    newest = EditionCell.objects.values_list("sub_registry", "indicator").annotate(newest=Max("last"))
    return {(sub_registry, code): last for sub_registry, code, last in newest}


class _Making:
    """One indicator in one period."""

    def __init__(
        self, edition: Edition, indicator: Indicator, period: Months, rules: EditionRules, regions: Mapping[int, int]
    ) -> None:
        self._edition = edition
        self._indicator = indicator
        self._period = period
        fewest, least = indicator.definition.fewest, rules.smallest.number
        self._limits = TellingLimits(patients=max(fewest.others, least), outcome=least)
        patients = max(fewest.public, rules.public.number)
        self._missing = TellingLimits(patients=patients, outcome=least)
        # Of a median nobody is on the other side.
        self._public = BothSidesLimits(patients=patients, outcome=least) if indicator.is_share else self._missing
        counted = sums([indicator], period, "stratum", "clinic_id").get(indicator.key, {})
        self._counted: defaultdict[str, defaultdict[int, dict[int, Counts]]] = defaultdict(lambda: defaultdict(dict))
        for (stratum, clinic), counts in counted.items():
            self._counted[stratum][regions[clinic]][clinic] = counts

    def cells(self) -> Iterator[EditionCell]:
        """Yield nothing if nobody was counted in the country, or not even the country can be told."""
        told = regions_to_tell([self._counted[ALL]], self._limits)
        if told is None or not whole(self._counted[ALL].values()).n:
            return
        if self._indicator.is_ratio:
            yield from self._ratio(told)
            return
        public = regions_to_tell([self._counted[ALL]], self._public, among=told)
        # It may be told to all or to nobody, by the stricter limit: one number less that could be compared.
        missing = missing_to_tell(self._counted[ALL], self._missing)
        yield from self._rows([ALL], told, public=public, missing=missing)
        yield from self._of_clinics(told)
        for stratum in self._indicator.strata:
            groups = _groups_of(stratum)
            of_groups = regions_to_tell([self._counted[one] for one in groups], self._limits, among=told)
            if of_groups is not None:
                yield from self._rows(groups, of_groups)

    def _ratio(self, regions: Collection[int]) -> Iterator[EditionCell]:
        """Never to the public. Who did not reach the outcome is not told: sizes of groups could be computed with it."""
        counted = self._counted[ALL]
        clinics = clinics_to_tell(counted, self._limits, regions=regions)
        parts = parts_of(counted, regions=regions, clinics=clinics)
        groups = {name: self._counted[name] for name in self._indicator.expected_groups if name in self._counted}
        found = expecting(self._indicator, groups, parts, self._limits)
        if found is None:
            return
        every = {clinic for area in counted.values() for clinic in area}
        missing = missing_to_tell(counted, self._missing)
        yield self._ratio_row(counted.values(), found, every, missing=missing)
        for region in regions:
            yield self._ratio_row([counted[region]], found, set(counted[region]), region_id=region)
        for region, area in counted.items():
            for clinic in clinics.intersection(area):
                about = {"region_id": region, "clinic_id": clinic}
                yield self._ratio_row([{clinic: area[clinic]}], found, {clinic}, **about)
        for name, pool in found.pools.items():
            told = {"reached": pool.events, "expected": float(pool.events), "patients": pool.patients}
            yield self._cell(stratum=name, **told)

    def _ratio_row(
        self, areas: Collection[ByClinic], found: Expecting, clinics: Collection[int], **about: Any
    ) -> EditionCell:
        expected, patients = found.expected(clinics), found.patients(clinics)
        return self._cell(reached=whole(areas).reached, expected=expected, patients=patients, **about)

    def _rows(
        self,
        groups: Collection[str],
        regions: Collection[int],
        *,
        public: Collection[int] | None = None,
        missing: int | None = None,
    ) -> Iterator[EditionCell]:
        """`public`: of `regions`, those that the public is told; None if not even the country is."""
        for group in groups:
            counted = self._counted[group]
            yield self._row(counted.values(), stratum=group, is_public=public is not None, missing=missing)
            for region in regions:
                is_public = public is not None and region in public
                yield self._row([counted.get(region, {})], stratum=group, region_id=region, is_public=is_public)

    def _of_clinics(self, regions: Collection[int]) -> Iterator[EditionCell]:
        """Of all patients only: few clinics have groups that are large enough. Never to the public."""
        counted = self._counted[ALL]
        told = clinics_to_tell(counted, self._limits, regions=regions)
        for region, area in counted.items():
            for clinic in told.intersection(area):
                yield self._row([{clinic: area[clinic]}], region_id=region, clinic_id=clinic)

    def _row(self, areas: Collection[ByClinic], **about: Any) -> EditionCell:
        counts = whole(areas)
        estimate = _median_to_tell(counts, self._limits.outcome)
        return self._cell(
            reached=counts.reached,
            not_reached=counts.not_reached,
            valued=sum(counts.values.values()),
            value=estimate.value if estimate else None,
            low=estimate.interval.low if estimate else None,
            high=estimate.interval.high if estimate else None,
            **about,
        )

    def _cell(self, **told: Any) -> EditionCell:
        return EditionCell(
            edition=self._edition,
            sub_registry=self._indicator.sub_registry,
            indicator=self._indicator.code,
            version=self._indicator.definition.version,
            first=self._period.first,
            last=self._period.last,
            **told,
        )


def _median_to_tell(counts: Counts, least: int) -> Estimate | None:
    """None if fewer than `least` values lie at or beyond an end of the interval: it would be the value of few."""
    found = median({float(value): number for value, number in counts.values.items()})
    if found is None:
        return None
    low = sum(number for value, number in counts.values.items() if value <= found.interval.low)
    high = sum(number for value, number in counts.values.items() if value >= found.interval.high)
    return found if min(low, high) >= least else None


def _groups_of(stratum: Stratum) -> list[str]:
    """As cells name them, in their order."""
    return [f"{stratum.code}:{code}" for code in (*(group.code for group in stratum.group), UNKNOWN_GROUP)]
