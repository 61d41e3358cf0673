"""Statistics of the reports against scipy, which knows nothing of them, and against what must always hold."""

from __future__ import annotations

from math import isfinite, log
from statistics import median as middle_of
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from registret.reports.statistics.control_charts import g_chart, individuals, p_chart, p_prime_chart, t_chart
from registret.reports.statistics.funnels import (
    FunnelPlace,
    false_alarms,
    place_of_proportion,
    place_of_ratio,
    proportion_limits,
    score_limits,
)
from registret.reports.statistics.intervals import (
    count,
    exact_count,
    expected_events,
    median,
    proportion,
    quantile,
    ratio,
)
from registret.reports.statistics.overdispersion import (
    Spread,
    SpreadScore,
    arcsine_limits,
    arcsine_score,
    by_factor,
    log_limits,
    root_limits,
    spread,
)
from registret.reports.statistics.run_charts import run_chart
from registret.reports.statistics.tails import (
    ALARM,
    QUESTION,
    binomial_at_least,
    binomial_at_most,
    gamma_quantile,
    poisson_at_least,
    poisson_at_most,
    z_score,
)
from registret.reports.statistics.xmr import xmr

LOW = {FunnelPlace.LOW, FunnelPlace.VERY_LOW}
HIGH = {FunnelPlace.HIGH, FunnelPlace.VERY_HIGH}
shares = st.floats(0.001, 0.999)
tails = st.sampled_from([QUESTION, ALARM])


@pytest.fixture(scope="module")
def stats() -> Any:
    """It takes a second to import, which a run without these tests need not wait for."""
    from scipy import stats

    return stats


@st.composite
def of_some(draw: st.DrawFn, most: int = 3000) -> tuple[int, int]:
    """x of n, with n from 1."""
    n = draw(st.integers(1, most))
    return draw(st.integers(0, n)), n


@given(of_some(), st.floats(0, 1))
def test_binomial_tails_are_those_of_scipy(stats: Any, pair: tuple[int, int], p: float) -> None:
    x, n = pair
    assert binomial_at_most(x, n, p) == pytest.approx(stats.binom.cdf(x, n, p), rel=1e-8, abs=1e-12)
    assert binomial_at_least(x, n, p) == pytest.approx(stats.binom.sf(x - 1, n, p), rel=1e-8, abs=1e-12)


@given(st.integers(0, 2000), st.floats(0.01, 2000))
def test_poisson_tails_are_those_of_scipy(stats: Any, x: int, mean: float) -> None:
    assert poisson_at_most(x, mean) == pytest.approx(stats.poisson.cdf(x, mean), abs=1e-10)
    assert poisson_at_least(x, mean) == pytest.approx(stats.poisson.sf(x - 1, mean), abs=1e-10)


@given(st.floats(0.0005, 0.9995), st.floats(0.5, 3000))
def test_gamma_quantiles_are_half_of_scipys_chi_square(stats: Any, p: float, shape: float) -> None:
    assert gamma_quantile(p, shape) == pytest.approx(stats.chi2.ppf(p, 2 * shape) / 2, rel=1e-8, abs=1e-12)


@given(of_some(), tails)
def test_wilson_is_that_of_scipy(stats: Any, pair: tuple[int, int], tail: float) -> None:
    x, n = pair
    theirs = stats.binomtest(x, n).proportion_ci(1 - 2 * tail, method="wilson")
    ours = proportion(x, n, tail)
    assert ours is not None
    assert (ours.interval.low, ours.interval.high) == pytest.approx((theirs.low, theirs.high), abs=1e-9)
    assert ours.interval.low <= ours.value <= ours.interval.high


@pytest.mark.parametrize(("x", "n"), [(-1, 5), (6, 5), (1, 0)])
def test_more_than_all_or_fewer_than_none_is_no_proportion(x: int, n: int) -> None:
    with pytest.raises(ValueError, match=f"{x} of {n}"):
        proportion(x, n)


@given(st.integers(0, 3000), tails)
def test_an_exact_count_has_its_tails(x: int, tail: float) -> None:
    interval = exact_count(x, tail)
    assert poisson_at_most(x, interval.high) == pytest.approx(tail, abs=1e-9)
    assert x == 0 or poisson_at_least(x, interval.low) == pytest.approx(tail, abs=1e-9)


@given(st.integers(10, 3000))
def test_byar_is_near_the_exact_interval_from_ten_events(x: int) -> None:
    byar, exact = count(x), exact_count(x)
    assert (byar.low, byar.high) == pytest.approx((exact.low, exact.high), rel=0.01)


@given(of_some(400), shares)
def test_a_dot_is_outside_the_drawn_limits_exactly_when_its_tail_is_too_small(
    pair: tuple[int, int], target: float
) -> None:
    x, n = pair
    place, at = place_of_proportion(x, n, target), proportion_limits(n, target, QUESTION)
    alarm = proportion_limits(n, target, ALARM)
    # On a limit to the last digit, rounding decides which side is drawn.
    assume(min(abs(x / n - end) for end in (at.low, at.high, alarm.low, alarm.high)) > 1e-9)
    assert (x / n < at.low) == (place in LOW)
    assert (x / n > at.high) == (place in HIGH)
    assert (x / n < alarm.low) == (place is FunnelPlace.VERY_LOW)
    assert (x / n > alarm.high) == (place is FunnelPlace.VERY_HIGH)


@pytest.mark.parametrize("target", [0.0, 1.0])
def test_a_target_of_none_or_all_has_a_funnel_without_width(target: float) -> None:
    limits = proportion_limits(30, target, QUESTION)
    assert (limits.low, limits.high) == (target, target)


@given(st.integers(10, 400), st.floats(0.05, 0.95), tails)
def test_false_alarms_are_never_more_than_promised(stats: Any, n: int, target: float, tail: float) -> None:
    limits = proportion_limits(n, target, tail)
    outside = [x for x in range(n + 1) if not limits.low <= x / n <= limits.high]
    low = sum(stats.binom.pmf(x, n, target) for x in outside if x / n < target)
    high = sum(stats.binom.pmf(x, n, target) for x in outside if x / n > target)
    assert max(low, high) <= tail + 1e-9


@given(of_some(400), shares)
def test_score_limits_are_left_exactly_when_wilsons_interval_misses_the_target(
    pair: tuple[int, int], target: float
) -> None:
    x, n = pair
    limits, estimate = score_limits(n, target, QUESTION), proportion(x, n)
    assert estimate is not None
    assume(min(abs(x / n - limits.low), abs(x / n - limits.high)) > 1e-9)
    inside = limits.low <= x / n <= limits.high
    assert inside == (estimate.interval.low <= target <= estimate.interval.high)


@given(st.integers(0, 500), st.floats(0.1, 500))
def test_a_ratio_is_outside_exactly_when_its_exact_interval_misses_one(observed: int, expected: float) -> None:
    exact = exact_count(observed)
    assume(min(abs(exact.low - expected), abs(exact.high - expected)) > 1e-6)
    place = place_of_ratio(observed, expected)
    assert (place in LOW) == (exact.high < expected)
    assert (place in HIGH) == (exact.low > expected)


@given(st.lists(st.integers(0, 60), min_size=1, max_size=80))
def test_a_median_from_counts_is_that_of_the_values(values: list[int]) -> None:
    counts = {float(value): values.count(value) for value in values}
    assert quantile(counts, 0.5) == middle_of(values)
    estimate = median(counts)
    assert (estimate is None) == (len(values) < 6)
    if estimate is not None:
        assert estimate.interval.low <= estimate.value <= estimate.interval.high
        assert estimate.n == len(values)


@pytest.mark.parametrize(("n", "rank"), [(6, 1), (9, 2), (20, 6), (100, 40)])
def test_the_interval_of_a_median_lies_between_the_published_ranks(n: int, rank: int) -> None:
    # Conover 1999, table A3.
    estimate = median({float(value): 1 for value in range(1, n + 1)})
    assert estimate is not None
    assert (estimate.interval.low, estimate.interval.high) == (rank, n + 1 - rank)


def test_quantiles_of_nothing_are_none() -> None:
    assert quantile({}, 0.5) is None
    assert median({3.0: 0}) is None


def test_expected_events_are_the_sum_of_each_stratum_at_the_standards_rate() -> None:
    sizes, standard = {"young": 10, "old": 20}, {"young": (1, 100), "old": (30, 100)}
    assert expected_events(sizes, standard) == pytest.approx(10 * 0.01 + 20 * 0.3)


def test_a_stratum_without_a_standard_has_no_expectation() -> None:
    assert expected_events({"young": 10, "old": 1}, {"young": (1, 100)}) is None
    assert expected_events({"young": 10, "old": 0}, {"young": (1, 100)}) == pytest.approx(0.1)


def test_nothing_expected_is_no_ratio() -> None:
    assert ratio(0, 0) is None


def test_clinics_that_chance_explains_have_no_variance_between_them() -> None:
    scores = [SpreadScore(z, 0.1) for z in (-0.5, 0.2, 0.1, -0.3, 0.4)]
    assert spread(scores).between == 0
    narrow = spread(scores)
    limits = proportion_limits(100, 0.3, QUESTION)
    assert by_factor(limits, 0.3, narrow) == limits


def test_one_clinic_has_no_spread() -> None:
    with pytest.raises(ValueError, match="one clinic"):
        spread([SpreadScore(1.0, 0.1)])


@given(st.floats(2, 500), tails)
def test_without_variance_between_clinics_the_limits_are_those_of_chance(expected: float, tail: float) -> None:
    chance, z = Spread(1.0, 0.0), z_score(tail)
    root, logarithmic = root_limits(expected, chance, tail), log_limits(expected, chance, tail)
    assert root.high == pytest.approx((1 + z / (2 * expected**0.5)) ** 2)
    assert log(logarithmic.high) == pytest.approx(-log(logarithmic.low)) == pytest.approx(z / expected**0.5)
    wider = root_limits(expected, Spread(2.0, 0.05), tail)
    assert wider.low <= root.low < root.high < wider.high


@given(of_some(400), shares)
def test_arcsine_scores_and_limits_agree(pair: tuple[int, int], target: float) -> None:
    x, n = pair
    limits = arcsine_limits(n, target, Spread(1.0, 0.0), QUESTION)
    score = arcsine_score(x, n, target)
    assert 0 <= limits.low <= target <= limits.high <= 1
    assume(abs(abs(score.z) - z_score(QUESTION)) > 1e-6)
    assert (abs(score.z) < z_score(QUESTION)) == (limits.low <= x / n <= limits.high)


def test_a_factor_widens_and_stays_above_none() -> None:
    limits = by_factor(proportion_limits(50, 0.1, QUESTION), 0.1, Spread(9.0, 0.0))
    assert limits.low == 0
    assert limits.high > 0.3


def test_twenty_figures_of_thirty_one_clinics_give_one_false_alarm_or_so() -> None:
    assert false_alarms(31 * 20, ALARM) == pytest.approx(1.24)


@given(st.lists(st.integers(0, 50), min_size=2, max_size=40))
def test_no_chart_of_any_counts_has_a_limit_that_is_no_number(values: list[int]) -> None:
    sizes = [value + 1 for value in values]
    charts = [p_chart(values, sizes), p_prime_chart(values, sizes), g_chart(values), t_chart(values)]
    for chart in [*charts, individuals(values)]:
        assert all(isfinite(limits.low) and limits.low <= limits.high for limits in chart.limits)
    assert len(xmr(values).signals) == len(values)


@pytest.mark.parametrize("chart", [xmr, individuals, t_chart])
def test_one_point_has_no_limits(chart: object) -> None:
    assert callable(chart)
    with pytest.raises(ValueError, match="moving range"):
        chart([3.0])


def test_a_run_chart_of_few_useful_points_has_no_verdict() -> None:
    assert run_chart([1, 2] * 4 + [1.5] * 20).moved is None


def test_a_level_that_moved_is_seen_and_one_that_swings_is_not() -> None:
    assert run_chart([1, 2, 1, 2, 1, 2, 8, 9, 8, 9, 8, 9]).moved
    assert run_chart([5, 8, 9, 4, 7, 3, 2, 6, 8, 4, 3, 9]).moved is False


def test_no_values_have_no_run_chart() -> None:
    with pytest.raises(ValueError, match="no values"):
        run_chart([])
    assert run_chart([], centre=0.5).moved is None
