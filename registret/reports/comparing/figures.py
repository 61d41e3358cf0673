"""Figures of indicators for a clinic: its own as they are now, and those of others as an edition tells them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from registret.access.actor import Actor
from registret.access.checks import existing
from registret.access.refusals import NotFound, NotPermitted
from registret.access.roles import Permission
from registret.places.queries import clinic
from registret.registries.forms import Form
from registret.registries.indicators import UNKNOWN_GROUP
from registret.registries.measuring import ALL, Indicator
from registret.registries.queries import catalogue, closed_since, indicators_of
from registret.reports.counts import Counts, Figure, figure_of
from registret.reports.judging import place_in_funnel, target_of
from registret.reports.periods import Months, first_of_quarters, own_months, this_month
from registret.reports.role import as_reports_role
from registret.reports.standards import Standard, is_within, standards, strata_of, with_expected
from registret.reports.statistics.funnels import FunnelPlace
from registret.reports.statistics.intervals import Estimate, proportion
from registret.reports.sums import sums
from registret.reports.told import EditionRow, told


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """The own clinic, as it is now, beside what an edition tells of others, of the same months. `region`, `country`:
    None where they may not be told."""

    edition: EditionRow
    period: Months
    own: Figure
    region: Figure | None
    country: Figure | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorFigures:
    """`now`: of the own clinic, in `months_now`; `by_month`: as far back as was read. `compared`: None before an
    edition tells of the indicator."""

    indicator: Indicator
    now: Figure
    months_now: Months
    by_month: Mapping[date, Counts]
    compared: Compared | None

    @property
    def place(self) -> FunnelPlace | None:
        """Where the own clinic lies in the funnel of the country; None where there is none."""
        if self.compared is None:
            return None
        return place_in_funnel(self.compared.own, target_of(self.indicator, self.compared.country))


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFigures:
    """Of one group of a stratum, in the months that are compared, or else in the own ones. `code` may be that of those
    that no group takes."""

    code: str
    own: Figure
    region: Figure | None
    country: Figure | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedGroup:
    """What a ratio is expected by, in the newest period that was told: a group of patients, or several that have a rate
    together (`codes`: of the first strata). `country`: the rate."""

    codes: Sequence[str]
    own: Figure
    country: Estimate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OneIndicator:
    """`strata`: by code, its groups in their order. `expected_by`: of a ratio, in the months `expected_in` (None before
    an edition tells of them)."""

    figures: IndicatorFigures
    strata: Mapping[str, tuple[GroupFigures, ...]]
    expected_by: Sequence[ExpectedGroup]
    expected_in: Months | None
    region_name: str

    @property
    def expected_strata(self) -> int | None:
        """By how many strata of the definition, the first ones, the edition expects; None before it does."""
        return max((len(one.codes) for one in self.expected_by), default=None)


def readable(actor: Actor) -> frozenset[str]:
    """Return the sub-registries whose reports the actor reads. Raises: NotPermitted (not at a clinic)."""
    if actor.seat.clinic_id is None or not actor.may(Permission.READ_REPORTS):
        raise NotPermitted()
    return actor.seat.sub_registries_for(Permission.READ_REPORTS)


def readable_form(actor: Actor, sub_registry: str) -> Form:
    """Return the newest form of a sub-registry whose reports the actor reads. Raises: NotPermitted, NotFound."""
    versions = [form for form in catalogue().forms.values() if form.code == sub_registry]
    if sub_registry not in readable(actor) or not versions:
        raise NotFound()
    return max(versions, key=lambda form: form.version)


def indicator_for(actor: Actor, sub_registry: str, code: str) -> Indicator:
    """Return an indicator whose figures the actor reads. Raises: NotPermitted, NotFound."""
    if sub_registry not in readable(actor):
        raise NotFound()
    return existing(next((one for one in indicators_of(sub_registry) if one.code == code), None))


@as_reports_role()
def overview(*, actor: Actor, sub_registry: str, at: datetime) -> tuple[IndicatorFigures, ...]:
    """All indicators of a sub-registry, in the order of their file, with their months over time.

    Raises: NotPermitted, NotFound.
    """
    if sub_registry not in readable(actor):
        raise NotFound()
    return figures_over_time(indicators_of(sub_registry), actor=actor, at=at)


def figures_over_time(indicators: Sequence[Indicator], *, actor: Actor, at: datetime) -> tuple[IndicatorFigures, ...]:
    """Those of indicators that the actor reads (`readable`), with their months over time. A few queries."""
    longest = max((one.definition.lag_months for one in indicators), default=0)
    sub_registries = {one.sub_registry for one in indicators}
    since = min((first_of_quarters(longest, closed=closed_since(one), at=at) for one in sub_registries),
                default=this_month(at))  # fmt: skip
    clinic = _Clinic(actor, indicators, strata_of(indicators), since=since, at=at)
    return tuple(clinic.figures(indicator) for indicator in indicators)


@as_reports_role()
def one_indicator(*, actor: Actor, sub_registry: str, code: str, at: datetime) -> OneIndicator:
    """One indicator with its groups. Raises: NotPermitted, NotFound."""
    indicator = indicator_for(actor, sub_registry, code)
    clinic = _Clinic(actor, [indicator], None, since=this_month(at), at=at)
    return OneIndicator(
        figures=clinic.figures(indicator),
        strata={stratum.code: clinic.groups(indicator, stratum.code) for stratum in indicator.strata},
        expected_by=clinic.expected_by(indicator),
        expected_in=clinic.standard(indicator).newest,
        region_name=clinic.region_name,
    )


class _Clinic:
    """What the actor's clinic may see of some indicators of a sub-registry. `strata`: None is all. `since`: a month
    that is read too, with those after it.

    A few queries, whatever the number of indicators.
    """

    def __init__(
        self,
        actor: Actor,
        indicators: Sequence[Indicator],
        strata: Collection[str] | None,
        *,
        since: date,
        at: datetime,
    ) -> None:
        own = clinic(actor.seat.clinic_id or 0)
        if own is None:
            raise NotPermitted()
        self.region_name = own.region
        self._at = at
        self._told = told(indicators, region_id=own.region_id, strata=strata)
        seen = [self._now(one) for one in indicators] + [one.period for one in self._told.values()]
        first = min(since, *(one.first for one in seen)) if seen else since
        months = Months(first=first, last=this_month(at))
        counted = sums(indicators, months, "stratum", "month", clinic_id=own.id, strata=strata)
        self._standards = standards(indicators)
        self._counted = {key: with_expected(of_one, self._standards.get(key)) for key, of_one in counted.items()}

    def figures(self, indicator: Indicator) -> IndicatorFigures:
        of_others = self._told.get(indicator.key)
        compared = None
        if of_others is not None:
            compared = Compared(
                edition=of_others.edition,
                period=of_others.period,
                own=self._own(indicator, ALL, of_others.period),
                region=of_others.region.get(ALL),
                country=of_others.country.get(ALL),
            )
        months = self._now(indicator)
        now = self._own(indicator, ALL, months)
        counted = self._counted.get(indicator.key, {})
        by_month = {month: counts for (group, month), counts in counted.items() if group == ALL}
        return IndicatorFigures(indicator=indicator, now=now, months_now=months, by_month=by_month, compared=compared)

    def groups(self, indicator: Indicator, stratum: str) -> tuple[GroupFigures, ...]:
        """Those of the definition, in their order, and the unknown one if the reader may know that anyone is in it."""
        defined = [group.code for one in indicator.strata if one.code == stratum for group in one.group]
        found = [self._group(indicator, stratum, code) for code in (*defined, UNKNOWN_GROUP)]
        unknown = found[-1]
        is_empty = not unknown.own.n and not (unknown.country and unknown.country.n)
        return tuple(found[:-1] if is_empty else found)

    def _group(self, indicator: Indicator, stratum: str, code: str) -> GroupFigures:
        name = f"{stratum}:{code}"
        of_others = self._told.get(indicator.key)
        months = of_others.period if of_others else self._now(indicator)
        return GroupFigures(
            code=code,
            own=self._own(indicator, name, months),
            region=of_others.region.get(name) if of_others else None,
            country=of_others.country.get(name) if of_others else None,
        )

    def standard(self, indicator: Indicator) -> Standard:
        return self._standards.get(indicator.key, Standard(periods={}))

    def expected_by(self, indicator: Indicator) -> tuple[ExpectedGroup, ...]:
        found = self.standard(indicator)
        if found.newest is None:
            return ()
        rates = found.periods[found.newest]
        return tuple(
            ExpectedGroup(
                codes=name.partition(":")[2].split(".") if name.partition(":")[2] else [],
                own=self._own_pool(indicator, name, found.newest),
                country=proportion(rate.events, rate.patients),
            )
            for name, rate in sorted(rates.items(), key=lambda one: _order(indicator, one[0]))
        )

    def _own_pool(self, indicator: Indicator, name: str, months: Months) -> Figure:
        within = [one for one in indicator.expected_groups if is_within(one, name)]
        counted = self._counted.get(indicator.key, {})
        found = (
            counts for (group, month), counts in counted.items()
            if group in within and months.first <= month <= months.last
        )  # fmt: skip
        return figure_of(sum(found, Counts()), indicator)

    def _now(self, indicator: Indicator) -> Months:
        closed = closed_since(indicator.sub_registry)
        return own_months(indicator.definition.lag_months, closed=closed, at=self._at)

    def _own(self, indicator: Indicator, stratum: str, months: Months) -> Figure:
        counted = self._counted.get(indicator.key, {})
        within = (
            counts
            for (group, month), counts in counted.items()
            if group == stratum and months.first <= month <= months.last
        )
        return figure_of(sum(within, Counts()), indicator)


def _order(indicator: Indicator, name: str) -> list[int]:
    """In the order of the groups of the definition."""
    codes = [one for one in name.partition(":")[2].split(".") if one]
    groups = ([group.code for group in stratum.group] for stratum in indicator.expected_by)
    return [of_stratum.index(code) for of_stratum, code in zip(groups, codes, strict=False)]
