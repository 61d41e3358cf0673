"""Statistics of the reports give what others have published, to the digits given.

The names: PHE is Public Health England's R package PHEindicatormethods, the others are packages too.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from statistics import fmean

import pytest

from registret.reports.statistics.control_charts import (
    Chart,
    c_chart,
    g_chart,
    individuals,
    p_chart,
    p_prime_chart,
    t_chart,
    u_chart,
)
from registret.reports.statistics.funnels import (
    FunnelPlace,
    place_of_ratio,
    proportion_limits,
    ratio_limits,
    score_limits,
)
from registret.reports.statistics.intervals import Interval, byar_high, byar_low, exact_count, proportion, ratio
from registret.reports.statistics.overdispersion import log_score, root_score, spread
from registret.reports.statistics.run_charts import fewest_crossings_by_chance, longest_by_chance, run_chart
from registret.reports.statistics.tails import ALARM, QUESTION
from registret.reports.statistics.xmr import Assurance, Signal, assurance, signals, xmr
from tests.rooms.reports import published as data

about = pytest.approx
exactly = partial(pytest.approx, abs=1e-6, rel=0)


def ends(interval: Interval) -> tuple[float, float]:
    return interval.low, interval.high


def without(values: Sequence[int], *places: int) -> list[int]:
    """`values` but those at these places, counted from 1."""
    return [value for place, value in enumerate(values, 1) if place not in places]


@pytest.mark.parametrize(
    ("x", "n", "tail", "low", "high"),
    [
        # PHE
        (65, 100, QUESTION, 0.5525444330, 0.7363575176),
        (65, 100, ALARM, 0.4954946574, 0.7783540614),
        (1, 100, QUESTION, 0.0017674321, 0.0544861962),
        (5, 100, QUESTION, 0.0215436792, 0.1117504692),
        (20, 100, QUESTION, 0.1333669333, 0.2888291656),
        (1045, 5000, QUESTION, 0.1979554988, 0.2204913037),
        (1045, 5000, ALARM, 0.1917938180, 0.2273156290),
        (9856, 12345, QUESTION, 0.7912101753, 0.8053640074),
        (222, 3215, QUESTION, 0.0607916904, 0.0783395668),
        (999, 3456, QUESTION, 0.2741895108, 0.3044038966),
        # rapwhale
        (0, 3, QUESTION, 0, 0.5614970318),
        (1, 1, QUESTION, 0.2065493144, 1),
        (2, 2, QUESTION, 0.3423802275, 1),
        (1, 2, QUESTION, 0.0945312057, 0.9054687943),
        (1, 4, QUESTION, 0.0455872608, 0.6993581574),
        (1, 3, QUESTION, 0.0614919447, 0.7923403992),
        (2, 3, QUESTION, 0.2076596008, 0.9385080553),
    ],
)
def test_a_proportion_has_the_published_wilson_interval(x: int, n: int, tail: float, low: float, high: float) -> None:
    estimate = proportion(x, n, tail)
    assert estimate is not None
    assert ends(estimate.interval) == exactly((low, high))
    assert estimate.value == x / n


def test_none_of_none_is_no_figure() -> None:
    assert proportion(0, 0) is None


@pytest.mark.parametrize(
    ("x", "tail", "low", "high"),
    [
        (65, QUESTION, 50.1631877105, 82.8491385459),
        (1045, QUESTION, 982.5932018, 1110.3312130),
        (1, QUESTION, 0.0130721329, 5.5637555825),
        (10, ALARM, 2.9163183747, 24.1937249279),
        (65, ALARM, 42.8802614715, 94.0002908443),
        (1, ALARM, None, 9.3621802179),
    ],
)
def test_a_count_has_the_byar_interval_of_phe(x: int, tail: float, low: float | None, high: float) -> None:
    assert byar_low(x, tail) == (low if low is None else exactly(low))
    assert byar_high(x, tail) == exactly(high)


@pytest.mark.parametrize(
    ("x", "tail", "low", "high"),
    [
        (1, QUESTION, 0.0253178080, 5.5716433909),
        (5, QUESTION, 1.6234863901, 11.6683320793),
        (1, ALARM, 0.0010005003, 9.2334134765),
    ],
)
def test_a_count_has_the_exact_interval_of_phe(x: int, tail: float, low: float, high: float) -> None:
    assert ends(exact_count(x, tail)) == exactly((low, high))


@pytest.mark.parametrize(
    ("observed", "tail", "value", "low", "high"),
    [
        (895, QUESTION, 1.0707232939, 1.0017147713, 1.1432332872),
        (895, ALARM, 1.0707232939, 0.9635155620, 1.1860070416),
        (91, QUESTION, 0.1088668377, 0.0876504010, 0.1336657633),
        (9, QUESTION, 0.0107670499, 0.0049233808, 0.0204392146),
    ],
)
def test_a_standardised_ratio_is_that_of_phe(observed: int, tail: float, value: float, low: float, high: float) -> None:
    estimate = ratio(observed, 835.8835612311743, tail)
    assert estimate is not None
    assert (estimate.value, *ends(estimate.interval)) == exactly((value, low, high))


@pytest.mark.parametrize(
    ("tail", "lower"),
    [
        (QUESTION, (3.204264, 25.885383, 46.011039, 56.154344)),
        (ALARM, (0, 0, 26.039864, 42.032590)),
    ],
)
def test_score_limits_are_those_of_phe(tail: float, lower: tuple[float, ...]) -> None:
    limits = [score_limits(n, 0.806424478571495, tail) for n in (1, 2, 5, 10)]
    assert [100 * at.low for at in limits] == exactly(list(lower))
    assert {at.high for at in limits} == {1.0}


@pytest.mark.parametrize(
    ("expected", "question", "alarm"),
    [
        (15, (0.5596924, 1.649348), (0.3862650, 2.082907)),
        (20, (0.6108260, 1.544419), (0.4479107, 1.902094)),
        (30, (0.6746958, 1.427562), (0.5289724, 1.702771)),
    ],
)
def test_limits_of_ratios_are_those_of_funnelplotr(
    expected: float, question: tuple[float, float], alarm: tuple[float, float]
) -> None:
    assert ends(ratio_limits(expected, QUESTION)) == exactly(question)
    assert ends(ratio_limits(expected, ALARM)) == exactly(alarm)


@pytest.mark.parametrize(
    ("observed", "tail", "few", "many"),
    [
        (1, QUESTION, 5.571644, 0.025318),
        (2, QUESTION, 7.224688, 0.242209),
        (3, QUESTION, 8.767274, 0.618672),
        (1, ALARM, 9.233410, 0.001001),
        (2, ALARM, 11.228868, 0.045402),
        (3, ALARM, 13.062245, 0.190533),
    ],
)
def test_so_many_must_be_expected_before_a_count_is_few_or_many(
    observed: int, tail: float, few: float, many: float
) -> None:
    assert ends(exact_count(observed, tail)) == about((many, few), abs=1e-5)
    outside = {FunnelPlace.LOW, FunnelPlace.VERY_LOW} if tail == QUESTION else {FunnelPlace.VERY_LOW}
    assert place_of_ratio(observed, few + 1e-4) in outside
    assert place_of_ratio(observed, few - 1e-4) not in outside


@pytest.mark.parametrize(
    ("observed", "expected", "place"),
    [
        (8, 6.2399, FunnelPlace.WITHIN),
        (151, 106.443, FunnelPlace.VERY_HIGH),
        (159, 232.933, FunnelPlace.VERY_LOW),
        (150, 119.5695, FunnelPlace.HIGH),
        (0, 240.627, FunnelPlace.VERY_LOW),
    ],
)
def test_a_ratio_lies_where_phe_places_it(observed: int, expected: float, place: FunnelPlace) -> None:
    assert place_of_ratio(observed, expected) is place


@pytest.mark.parametrize(
    ("n", "target", "question", "alarm"),
    [
        (20, 0.5, (0.255824, 0.744176), (0.136736, 0.863264)),
        (30, 0.8, (0.632059, 0.952328), (0.534814, 1)),
        (50, 0.1, (0.013863, 0.199723), (0, 0.260128)),
        (100, 0.1, (0.040381, 0.167719), (0.014179, 0.208357)),
    ],
)
def test_exact_limits_of_proportions_are_mirrored(
    n: int, target: float, question: tuple[float, float], alarm: tuple[float, float]
) -> None:
    assert ends(proportion_limits(n, target, QUESTION)) == exactly(question)
    assert ends(proportion_limits(n, target, ALARM)) == exactly(alarm)


def test_overdispersion_of_ratios_is_that_of_funnelplotr() -> None:
    pairs = list(zip((100, 150, 180, 80, 120, 225), (108, 112, 165, 95, 100, 220), strict=True))
    logs = [log_score(observed, expected) for observed, expected in pairs]
    roots = [root_score(observed, expected) for observed, expected in pairs]
    assert [score.z for score in logs] == about([-0.7998, 3.0917, 1.1177, -1.6750, 1.8232, 0.3333], abs=5e-5)
    assert [score.z for score in roots] == about([-0.7846, 3.3289, 1.1424, -1.6050, 1.9089, 0.3352], abs=5e-5)
    shmi, cqc = spread(logs, trimmed=True), spread(roots)
    assert (shmi.factor, shmi.between) == exactly((2.948033, 0.0194775))
    assert (cqc.factor, cqc.between) == exactly((2.327178, 0.00343978))


ONE_TEN = (1, 2, 1, 2, 10, *(1, 2) * 6, 1)
WITH_A_TEN = (*data.RANDOM[:14], 10, *data.RANDOM[15:])


@pytest.mark.parametrize(
    ("values", "screened", "mean", "low", "high"),
    [
        # NHSRplotthedots
        (ONE_TEN, True, 1.944444, -0.715556, 4.604444),
        (ONE_TEN, False, 1.944444, -3.062614, 6.951503),
        (data.RANDOM, True, 0.1416238, -3.01138, 3.294627),
        (WITH_A_TEN, True, 0.6694159, -2.383666, 3.722497),
        (WITH_A_TEN, False, 0.6694159, -4.596625, 5.935457),
        # nhspy-plotthedots
        ((3, 1, 4, 1, 5, 9, 2), False, 3.571429, -6.625238, 13.768095),
        ((16, 9, 4, 2, 1), False, 6.4, -3.575, 16.375),
        ((1, 6, 1, 8, 0, 3), False, 3.166667, -11.729333, 18.062667),
        (tuple(range(1, 11)), True, 5.5, 2.84, 8.16),
    ],
)
def test_xmr_limits_are_those_of_the_nhs(
    values: Sequence[float], screened: bool, mean: float, low: float, high: float
) -> None:
    chart = xmr(values, screened=screened)
    assert (chart.mean, *ends(chart.limits)) == exactly((mean, low, high))


@pytest.mark.parametrize(
    ("values", "near"),
    [((3, 1, 4, 1, 5, 9, 2), (-3.226349, 10.369206)), (tuple(range(1, 11)), (3.726667, 7.273333))],
)
def test_near_is_two_thirds_of_the_way_to_the_limits(values: Sequence[float], near: tuple[float, float]) -> None:
    assert ends(xmr(values, screened=False).near) == exactly(near)


FAR = Interval(-100, 100)
"""Limits that nothing comes near."""


def places_of(signal: Signal, values: Sequence[float], *, mean: float = 0.0, near: Interval = FAR) -> list[int]:
    """Which values have the signal, counted from 1."""
    found = signals(values, mean, FAR, near)
    return [place for place, each in enumerate(found, 1) if each is signal]


def test_a_shift_is_seen_from_the_seventh_point_on_one_side() -> None:
    assert places_of(Signal.SHIFT, [1] * 6 + [-1]) == []
    assert places_of(Signal.SHIFT, [1] * 8 + [-1]) == [7, 8]
    assert places_of(Signal.SHIFT, [1, 1, 1, 0, 1, 1, 1, 1]) == []


def test_a_trend_is_seen_at_the_seventh_point_that_rises_or_falls() -> None:
    assert places_of(Signal.RISE, [1, 2, 3, 3, 4, 5, 6], mean=3) == []
    assert places_of(Signal.RISE, [1, 2, 3, 4, 5, 6, 7], mean=4) == [7]
    assert places_of(Signal.FALL, [7, 6, 5, 4, 3, 2, 1], mean=4) == [7]


def test_two_of_three_near_a_limit_are_marked_if_all_are_on_one_side() -> None:
    near = Interval(-2, 2)
    assert places_of(Signal.TWO_OF_THREE, [1, 1, 3, 1, 3, 1, 1], near=near) == [3, 5]
    assert places_of(Signal.TWO_OF_THREE, [1, -1, 3, -1, 3, -1, 1], near=near) == []


def test_beyond_the_limits_is_outside_and_not_near() -> None:
    found = signals([1, 101, 3, 1], 0, FAR, Interval(-2, 2))
    assert found == [None, Signal.OUTSIDE, None, None]


@pytest.mark.parametrize(
    ("limits", "more", "less"),
    [
        (Interval(1, 3), Assurance.FAILS, Assurance.PASSES),
        (Interval(5, 7), Assurance.PASSES, Assurance.FAILS),
        (Interval(1, 5), Assurance.HIT_OR_MISS, Assurance.HIT_OR_MISS),
    ],
)
def test_whether_a_target_of_four_is_reached(limits: Interval, more: Assurance, less: Assurance) -> None:
    assert assurance(limits, 4, more_is_better=True) is more
    assert assurance(limits, 4, more_is_better=False) is less
    assert assurance(limits, 4, more_is_better=None) is None, "neither direction is good"


def test_individuals_of_piston_rings_are_those_of_qicharts2() -> None:
    chart = individuals(data.PISTON_RINGS)
    assert (chart.centre, *ends(chart.limits[0])) == exactly((300.5, 279.783315, 321.216685))
    assert ends(xmr(data.PISTON_RINGS).limits) == about((279.78, 321.22), abs=5e-3)


def test_one_week_of_invoices_is_outside() -> None:
    chart = p_chart(data.INVOICES, data.ALL_INVOICES)
    by_size = dict(zip(data.ALL_INVOICES, chart.limits, strict=True))
    assert chart.centre == exactly(0.0955102)
    assert ends(by_size[80]) == exactly((0, 0.194093))
    assert ends(by_size[100]) == exactly((0.007335, 0.183686))
    assert ends(by_size[110]) == exactly((0.011438, 0.179582))
    shares = [x / n for x, n in zip(data.INVOICES, data.ALL_INVOICES, strict=True)]
    assert [place for place, share in enumerate(shares, 1) if share > chart.limits[place - 1].high] == [11]


def test_limits_of_orange_juice_without_two_bad_samples() -> None:
    kept = without(data.ORANGE_JUICE, 15, 23)
    chart = p_chart(kept, [50] * len(kept))
    assert (chart.centre, *ends(chart.limits[0])) == exactly((0.215, 0.040703, 0.389297))


def test_months_of_a_hospital_are_those_of_powerbi_spc() -> None:
    wide = p_chart(data.MONTHS, data.ALL_OF_MONTHS)
    narrow = p_chart(data.MONTHS, data.ALL_OF_MONTHS, sigmas=2)
    in_percent = [100 * number for number in (wide.centre, *ends(wide.limits[0]), *ends(narrow.limits[0]))]
    assert in_percent == about([21.63, 4.50, 38.76, 10.21, 33.05], abs=5e-3)


def test_many_patients_have_wider_limits_by_laney() -> None:
    plain = p_chart(data.EMERGENCIES, data.ALL_EMERGENCIES)
    widened = p_prime_chart(data.EMERGENCIES, data.ALL_EMERGENCIES)
    assert [100 * end for end in ends(plain.limits[0])] == about([95.17, 95.41], abs=5e-3)
    assert [100 * end for end in ends(widened.limits[0])] == about([94.0130, 96.5670], abs=5e-5)
    assert _width(widened) / _width(plain) == about(10.6404, abs=5e-5)


def _width(chart: Chart) -> float:
    return chart.limits[0].high - chart.limits[0].low


def test_events_per_exposure_are_those_of_qicharts2() -> None:
    chart = u_chart(data.DYED_CLOTH, [50] * 20)
    assert (chart.centre, *ends(chart.limits[0])) == exactly((0.074, 0, 0.189412))


def test_circuit_boards_have_moved_by_crossings_and_not_by_the_longest_run() -> None:
    chart = c_chart(without(data.CIRCUIT_BOARDS[:26], 6, 20))
    assert (chart.centre, *ends(chart.limits[0])) == exactly((19.666667, 6.362532, 32.970801))
    runs = run_chart(without(data.CIRCUIT_BOARDS, 6, 20), chart.centre)
    assert (runs.useful, runs.longest, runs.crossings, runs.moved) == (44, 8, 14, True)


def test_time_between_failures_is_that_of_qicharts2() -> None:
    chart = t_chart(data.HOURS_BETWEEN_FAILURES)
    assert (chart.centre, *ends(chart.limits[0])) == exactly((430.040952, 0, 6937.933488))


def test_patients_between_infections_are_those_of_powerbi_spc() -> None:
    wide, narrow = g_chart(data.BETWEEN_INFECTIONS), g_chart(data.BETWEEN_INFECTIONS, sigmas=2)
    assert wide.centre == 24
    mean = fmean(data.BETWEEN_INFECTIONS)
    assert mean == exactly(31.671642)
    assert wide.limits[0].high == exactly(mean + 3 * (mean * (mean + 1)) ** 0.5)
    assert (*ends(wide.limits[0]), *ends(narrow.limits[0])) == about((0, 128.17, 0, 96.01), abs=5e-3)


@pytest.mark.parametrize(
    ("useful", "longest", "crossings"),
    [(10, 6, 2), (16, 7, 4), (20, 7, 6), (24, 8, 8), (25, 8, 8), (28, 8, 9), (40, 8, 14), (44, 8, 16)],
)
def test_what_chance_gives_in_a_run_chart(useful: int, longest: int, crossings: int) -> None:
    assert (longest_by_chance(useful), fewest_crossings_by_chance(useful)) == (longest, crossings)
