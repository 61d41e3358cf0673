"""Which clinics lie outside of the funnel, by what editions tell of them: for the registry office.

Only clinics that editions tell of are judged (`told`): of the others nothing may be read here either. Of those, the
ones are left out that may be told just because they are unusual.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from registret.access.actor import Actor
from registret.access.roles import Permission
from registret.places.queries import ClinicRow, every_clinic
from registret.registries.measuring import ALL, Indicator
from registret.registries.queries import indicators_of
from registret.reports.counts import Figure
from registret.reports.judging import ALARMS, place_in_funnel, target_of
from registret.reports.periods import Months
from registret.reports.role import as_reports_role
from registret.reports.statistics.funnels import FunnelPlace
from registret.reports.told import EditionRow, Told, ToldClinic, told, told_clinics_of_all


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlier:
    """`edition`, `period`: which tells, and of which months. `country`: what the clinic is compared with."""

    indicator: Indicator
    clinic: ClinicRow
    edition: EditionRow
    period: Months
    figure: Figure
    country: Figure
    place: FunnelPlace


@dataclass(frozen=True, slots=True, kw_only=True)
class Outliers:
    """`found`: alarms first, then by clinic. `judged`: how many figures of clinics there are, within and outside.
    `not_judged`: how many are told and have no place (`ToldClinic.can_be_judged`)."""

    found: tuple[Outlier, ...]
    judged: int
    not_judged: int

    @property
    def alarms(self) -> int:
        return sum(one.place in ALARMS for one in self.found)


@as_reports_role()
def outliers(*, actor: Actor, sub_registry: str) -> Outliers:
    """Return who lies outside, of the shares and ratios of a sub-registry. Raises: NotPermitted."""
    actor.require(Permission.FOLLOW_UP_OUTLIERS)
    indicators = [one for one in indicators_of(sub_registry) if not one.is_median]
    of_country = told(indicators, region_id=None, strata=[ALL])
    told_of = [(one, of_country[one.key]) for one in indicators if one.key in of_country]
    of_clinics = told_clinics_of_all([(indicator, of_one.period) for indicator, of_one in told_of])
    clinics = {one.id: one for one in every_clinic()}
    judged = [
        one
        for indicator, of_one in told_of
        for one in _judged(indicator, of_one, of_clinics.get(indicator.key, {}), clinics)
    ]
    found = [one for one in judged if one.place is not FunnelPlace.WITHIN]
    found.sort(key=lambda one: (one.place not in ALARMS, one.clinic.title, one.indicator.code))
    not_judged = sum(
        not one.can_be_judged
        for indicator, of_one in told_of
        if target_of(indicator, of_one.country[ALL])
        for one in of_clinics.get(indicator.key, {}).values()
    )
    return Outliers(found=tuple(found), judged=len(judged), not_judged=not_judged)


def _judged(
    indicator: Indicator, of_one: Told, figures: Mapping[int, ToldClinic], clinics: Mapping[int, ClinicRow]
) -> Iterator[Outlier]:
    """Yield all that have a place in the funnel, if the indicator has one."""
    country = of_one.country[ALL]
    target = target_of(indicator, country)
    for clinic_id, one in figures.items():
        place = place_in_funnel(one.figure, target) if one.can_be_judged else None
        if place is not None:
            yield Outlier(
                indicator=indicator,
                clinic=clinics[clinic_id],
                edition=of_one.edition,
                period=of_one.period,
                figure=one.figure,
                country=country,
                place=place,
            )
