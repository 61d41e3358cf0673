"""Clinics beside each other, in the months of an edition: those that are told, and the own one."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from registret.access.actor import Actor
from registret.places.queries import ClinicRow, every_clinic
from registret.registries.indicators import Better
from registret.registries.measuring import Indicator
from registret.registries.queries import edition_rules
from registret.reports.comparing.figures import IndicatorFigures
from registret.reports.counts import Figure
from registret.reports.judging import place_in_funnel, target_of
from registret.reports.role import as_reports_role
from registret.reports.statistics.funnels import FunnelPlace
from registret.reports.statistics.intervals import Estimate
from registret.reports.statistics.overdispersion import (
    Spread,
    is_beyond_chance,
    spread_of_proportions,
    spread_of_ratios,
)
from registret.reports.told import ToldClinic, told_clinics


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicFigure:
    """`name`: None of another clinic, if clinics are not named to each other. `place`: where it lies in the funnel;
    None where there is none, and of another clinic that can't be judged (`told.ToldClinic`)."""

    is_own: bool
    name: str | None
    figure: Figure
    estimate: Estimate
    place: FunnelPlace | None

    @property
    def size(self) -> float:
        """Along a funnel: how many events were expected, or how many patients there were."""
        return self.figure.n if self.figure.expected is None else self.figure.expected


@dataclass(frozen=True, slots=True, kw_only=True)
class Clinics:
    """Those that have a figure, the best first: the highest, or the lowest where less is better.

    `target`: what clinics are compared with (`judging.target_of`).
    `hidden`: how many others are not shown, with and without patients. `is_own_told`: whether others are told of the
    own clinic. `spread`: of those that are judged; None if they are few. `is_spread`: whether they differ from each
    other by more than chance.
    """

    shown: tuple[ClinicFigure, ...]
    target: float | None
    hidden: int
    is_own_told: bool
    spread: Spread | None

    @property
    def judged(self) -> tuple[ClinicFigure, ...]:
        """Those that have a place in the funnel."""
        return tuple(one for one in self.shown if one.place is not None)

    @property
    def is_spread(self) -> bool:
        return self.spread is not None and is_beyond_chance(self.spread, len(self.judged))

    @property
    def own(self) -> ClinicFigure | None:
        """None if nobody was counted there in these months."""
        return next((one for one in self.shown if one.is_own), None)


@as_reports_role()
def clinics_beside(found: IndicatorFigures, *, actor: Actor) -> Clinics | None:
    """Return the clinics beside each other; None before an edition tells of the indicator.

    The own figure is as it is now, of the same months.
    """
    compared, indicator = found.compared, found.indicator
    if compared is None:
        return None
    of_others = told_clinics(indicator, compared.period)
    own = ToldClinic(figure=compared.own, can_be_judged=True)
    target = target_of(indicator, compared.country)
    everyone = every_clinic()
    shown = list(_shown(everyone, {**of_others, actor.seat.clinic_id or 0: own}, target, actor=actor))
    others = [one for one in everyone if one.id != actor.seat.clinic_id and one.is_open]
    return Clinics(
        shown=tuple(_ordered(shown, indicator)),
        target=target,
        hidden=len(others) - sum(1 for one in others if one.id in of_others and of_others[one.id].figure.estimate),
        is_own_told=actor.seat.clinic_id in of_others,
        spread=_spread(indicator, [one for one in shown if one.place is not None], target) if target else None,
    )


def _spread(indicator: Indicator, judged: Collection[ClinicFigure], target: float) -> Spread | None:
    if indicator.is_ratio:
        return spread_of_ratios([(one.figure.x or 0, one.figure.expected or 0.0) for one in judged])
    return spread_of_proportions([(one.figure.x or 0, one.figure.n) for one in judged], target)


def _shown(
    clinics: Collection[ClinicRow], told: Mapping[int, ToldClinic], target: float | None, *, actor: Actor
) -> Iterator[ClinicFigure]:
    for clinic in clinics:
        one = told.get(clinic.id)
        if one is None or one.figure.estimate is None:
            continue
        is_own = clinic.id == actor.seat.clinic_id
        yield ClinicFigure(
            is_own=is_own,
            name=clinic.title if is_own or edition_rules().clinics.named else None,
            figure=one.figure,
            estimate=one.figure.estimate,
            place=place_in_funnel(one.figure, target) if one.can_be_judged else None,
        )


def _ordered(shown: Collection[ClinicFigure], indicator: Indicator) -> list[ClinicFigure]:
    is_less_better = indicator.definition.better is Better.LESS
    return sorted(shown, key=lambda one: (one.estimate.value, -one.figure.n), reverse=not is_less_better)
