"""Pictures of the reports: no style of their own, nothing drawn outside, gaps are gaps, and all texts are texts."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registret.reports.statistics.funnels import FunnelPlace, limits_to_draw
from registret.reports.statistics.intervals import Interval
from registret.reports.statistics.tails import ALARM, QUESTION
from registret.web.figures.clinic_pictures import Band, ClinicBar, Dot, FunnelLine, FunnelWords, bars, funnel
from registret.web.figures.pictures import Bar, Moment, Whose, axis, comparison, over_time

CLINIC = Bar(whose=Whose.OWN, name="Kliniken", value=82, interval=Interval(74, 88), label="82 %", about="n 118")
COUNTRY = Bar(whose=Whose.COUNTRY, name="Riket", value=74, interval=Interval(73, 75), label="74 %", about="n 3 912")


def quarter(value: float | None, *, width: float = 10, label: str = "1/26") -> Moment:
    interval = None if value is None else Interval(max(value - width, 0), min(value + width, 100))
    return Moment(label=label, value=value, interval=interval)


def time_line(*moments: Moment, centre: float | None = None) -> ElementTree.Element:
    up = axis([one.interval for one in moments if one.interval], unit="%", most=100)
    return ElementTree.fromstring(str(over_time(moments, up, centre, name="Över tid", description="Om den")))  # noqa: S314


def compared(*bars: Bar) -> ElementTree.Element:
    along = axis([bar.interval for bar in bars], unit="%", most=100)
    return ElementTree.fromstring(str(comparison(bars, along, name="Jämförelse", description="Om den")))  # noqa: S314


@pytest.mark.parametrize("picture", [compared(CLINIC, COUNTRY), time_line(quarter(80), quarter(85), centre=82)])
def test_a_picture_has_a_name_a_description_and_no_style(picture: ElementTree.Element) -> None:
    assert picture.attrib["role"] == "img"
    assert picture.attrib["aria-label"] in {"Jämförelse", "Över tid"}
    assert [one.text for one in picture.iter("desc")] == ["Om den"]
    text = ElementTree.tostring(picture, encoding="unicode")
    assert not re.search(r"\sstyle=|<style|<script|\son\w+=|\sfill=|\sstroke=", text)


@pytest.mark.parametrize("name", ["<b>", '"/><x y="', "a & b", "</text></svg>"])
def test_what_a_clinic_is_called_is_text_and_nothing_else(name: str) -> None:
    bar = Bar(whose=Whose.OWN, name=name, value=5, interval=Interval(1, 9), label="5 %", about="n 3")
    picture = compared(bar)
    assert name in [element.text for element in picture.iter("text")]
    assert {element.tag for element in picture.iter()} == {"svg", "desc", "path", "circle", "text"}


def test_clinic_region_and_country_differ_in_shape() -> None:
    region = Bar(whose=Whose.REGION, name="Region", value=78, interval=Interval(74, 81), label="78 %", about="n 486")
    picture = compared(CLINIC, region, COUNTRY)
    found = {element.tag for element in picture.iter() if element.attrib.get("class", "").startswith("d-")}
    assert found == {"circle", "rect", "path"}


def test_a_quarter_without_patients_breaks_the_line() -> None:
    picture = time_line(quarter(80), quarter(85), quarter(None), quarter(70), quarter(75))
    assert len(list(picture.iter("polyline"))) == 2
    assert len(list(picture.iter("circle"))) == 4


def test_no_patients_at_all_is_a_picture_without_points() -> None:
    picture = time_line(quarter(None), quarter(None))
    assert not list(picture.iter("circle"))
    assert "NaN" not in ElementTree.tostring(picture, encoding="unicode")


@given(st.lists(st.none() | st.floats(0, 100), min_size=1, max_size=40), st.none() | st.floats(0, 100))
def test_every_point_lies_within_the_picture(values: list[float | None], centre: float | None) -> None:
    moments = [quarter(value) for value in values]
    intervals = [one.interval for one in moments if one.interval]
    up = axis(intervals, unit="%", most=100)
    assert up.low <= min((one.low for one in intervals), default=up.low)
    assert up.high >= max((one.high for one in intervals), default=up.high)
    assert 2 <= len(up.ticks) <= 8
    picture = time_line(*moments, centre=centre if intervals else None)
    _, _, width, height = map(float, picture.attrib["viewBox"].split())
    for dot in picture.iter("circle"):
        assert 0 <= float(dot.attrib["cx"]) <= width
        assert 0 <= float(dot.attrib["cy"]) <= height


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (74, 88, [70, 75, 80, 85, 90]),
        (0, 100, [0, 20, 40, 60, 80, 100]),
        (97, 100, [97, 98, 99, 100]),
        (0, 0, [0, 0.1]),
    ],
)
def test_an_axis_has_round_numbers_and_never_passes_all(low: float, high: float, ticks: list[float]) -> None:
    assert axis([Interval(low, high)], unit="%", most=100).ticks == pytest.approx(ticks)


def test_labels_of_an_axis_do_not_run_into_each_other() -> None:
    shares, minutes = axis([Interval(0, 100)], unit="%"), axis([Interval(85, 182)], unit="min")
    assert shares.ticks_apart(260) == shares.ticks
    assert minutes.ticks == [80, 100, 120, 140, 160, 180, 200]
    assert minutes.ticks_apart(200) == [80, 120, 160, 200]


# --- clinics ----------------------------------------------------------------------------------------------------


def clinic(n: int, value: float, *, label: str = "", own: bool = False) -> Dot:
    outside = FunnelPlace.HIGH if label and not own else FunnelPlace.WITHIN
    return Dot(is_own=own, size=n, value=value, outside=outside, label=label)


def funnel_of(*dots: Dot, target: float = 0.8) -> ElementTree.Element:
    along = axis([Interval(0, max(dot.size for dot in dots))], unit="")
    limits = [
        FunnelLine(
            label=label,
            css=css,
            points=[
                (n, Interval(100 * pair.low, 100 * pair.high))
                for n, pair in limits_to_draw(round(along.high), target, tail)
            ],
        )
        for label, css, tail in (("95 %", "c-in", QUESTION), ("99,8 %", "c-lim", ALARM))
    ]
    up = axis([Interval(dot.value, dot.value) for dot in dots], unit="%", most=100)
    words = FunnelWords(name="Tratt", description="Om den", country="Riket", along="Antal patienter")
    return ElementTree.fromstring(str(funnel(dots, limits, 100 * target, along, up, words=words)))  # noqa: S314


def texts(drawn: ElementTree.Element) -> list[str]:
    return [one.text or "" for one in drawn.iter("text")]


@given(
    st.lists(st.tuples(st.integers(1, 400), st.floats(0, 100)), min_size=1, max_size=40),
    st.sampled_from([0.02, 0.5, 0.8, 0.99]),
)
def test_every_clinic_lies_within_the_funnel_and_the_own_one_always_has_its_label(
    found: list[tuple[int, float]], target: float
) -> None:
    own, *others = found
    drawn = funnel_of(
        clinic(*own, label="Din klinik", own=True), *(clinic(*one, label="Klinik 2") for one in others), target=target
    )
    assert "Din klinik" in texts(drawn)
    text = ElementTree.tostring(drawn, encoding="unicode")
    assert "nan" not in text
    assert "inf" not in text
    _, _, width, height = map(float, drawn.attrib["viewBox"].split())
    for path in drawn.iter("path"):
        numbers = list(map(float, re.findall(r"-?[\d.]+", path.attrib["d"])))
        assert all(-1 <= x <= width for x in numbers[::2])
        assert all(-10 <= y <= height for y in numbers[1::2])


def test_a_clinic_outside_the_limits_has_a_shape_of_its_own_and_its_name() -> None:
    drawn = funnel_of(clinic(50, 80, own=True, label="Din klinik"), clinic(90, 60), clinic(70, 95, label="Klinik 1"))
    shapes = [(one.tag, one.attrib["class"]) for one in drawn.iter() if one.attrib.get("class", "").startswith("d-")]
    assert sorted(shapes) == [("circle", "d-dot"), ("circle", "d-own"), ("path", "d-out")]
    assert "Klinik 1" in texts(drawn)


def test_labels_of_clinics_that_lie_together_do_not_cover_each_other() -> None:
    crowd = [clinic(60 + number, 95, label=f"Klinik {number}") for number in range(12)]
    drawn = funnel_of(clinic(62, 95, own=True, label="Din klinik"), *crowd)
    said = [one for one in texts(drawn) if "linik" in one]
    assert "Din klinik" in said
    assert 1 < len(said) < 13


def test_a_label_far_from_its_clinic_has_a_line_that_leads_there_past_all_others() -> None:
    crowd = [clinic(60 + 9 * number, 95 - number % 3, label=f"Klinik {number}") for number in range(9)]
    drawn = funnel_of(clinic(62, 95, own=True, label="Din klinik"), *crowd)
    dots = [middle(one) for one in drawn.iter() if one.attrib.get("class", "").startswith("d-")]
    leads = [points_of(one) for one in drawn.iter("path") if one.attrib.get("class") == "c-lead"]
    assert leads
    for start, end in leads:
        along = [(start[0] + (end[0] - start[0]) * part / 20, start[1] + (end[1] - start[1]) * part / 20)
                 for part in range(21)]  # fmt: skip
        nearest = min(dots, key=lambda dot: math.dist(dot, start))
        assert math.dist(nearest, start) < 14
        assert min(math.dist(dot, here) for dot in dots if dot != nearest for here in along) > 6


def test_a_label_that_a_limit_would_cross_beside_its_clinic_stands_further_away() -> None:
    drawn = funnel_of(clinic(120, 80, own=True, label="Din klinik"), clinic(50, 92, label="Klinik 21"))
    [label] = [one for one in drawn.iter("text") if one.text == "Klinik 21"]
    assert len([one for one in drawn.iter("path") if one.attrib.get("class") == "c-lead"]) == 1
    left = float(label.attrib["x"]) - {"": 0, "m": 35, "e": 70}[label.attrib.get("class", "")]
    base = float(label.attrib["y"])
    limits = [points_of(one) for one in drawn.iter("path") if one.attrib.get("class") in {"c-in", "c-lim", "c-all"}]
    for (x, y), (next_x, next_y) in (piece for line in limits for piece in pairwise(line)):
        for part in range(11):
            right, down = x + (next_x - x) * part / 10, y + (next_y - y) * part / 10
            assert not (left < right < left + 70 and base - 12 < down < base + 3)


def points_of(path: ElementTree.Element) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"([\d.]+)[ ,]([\d.]+)", path.attrib["d"])]


def middle(dot: ElementTree.Element) -> tuple[float, float]:
    if dot.tag == "circle":
        return float(dot.attrib["cx"]), float(dot.attrib["cy"])
    corners = points_of(dot)
    return corners[0][0], sum(y for _x, y in corners) / len(corners)


def test_no_label_of_a_clinic_is_painted_over_a_limit() -> None:
    crowd = [clinic(60 + number, 95, label=f"Klinik {number}") for number in range(12)]
    painted = list(funnel_of(clinic(62, 95, own=True, label="Din klinik"), *crowd))
    labels = [number for number, one in enumerate(painted) if "linik" in (one.text or "")]
    limits = [number for number, one in enumerate(painted) if one.attrib.get("class") in {"c-in", "c-lim", "c-all"}]
    assert len(limits) == 5
    assert max(labels) < min(limits)


def test_limits_are_steps_where_clinics_are_small() -> None:
    drawn = funnel_of(clinic(20, 80), clinic(8, 60))
    line = next(one.attrib["d"] for one in drawn.iter("path") if one.attrib.get("class") == "c-in")
    points = [tuple(map(float, one)) for one in re.findall(r"([\d.]+)[ ,]([\d.]+)", line)]
    flat = [1 for (_, before), (_, after) in pairwise(points) if before == after]
    assert len(flat) >= len(points) // 2 - 1


def bar(value: float, *, name: str = "Klinik 2", own: bool = False) -> ClinicBar:
    interval = Interval(max(value - 10, 0), min(value + 10, 100))
    return ClinicBar(is_own=own, name=name, value=value, interval=interval, label=f"{value:.0f} %", about="n 30")


def bars_of(*rows: ClinicBar, bands: Sequence[Band] = ()) -> ElementTree.Element:
    along = axis([Interval(0, 0), *(row.interval for row in rows)], unit="%", most=100)
    return ElementTree.fromstring(str(bars(rows, bands, 75, along, name="Staplar", description="Om dem")))  # noqa: S314


def test_bars_begin_at_nothing_and_stand_before_what_is_aimed_at() -> None:
    goal = Band(css="b-high", low=85, high=100, edge=85, label="mål 85 %")
    drawn = bars_of(bar(90, own=True, name="Din klinik"), bar(60), bands=[goal])
    assert [one.attrib["class"] for one in drawn.iter("rect")] == ["b-high", "b-own", "b-dot"]
    band, own, other = drawn.iter("rect")
    assert float(own.attrib["x"]) == float(other.attrib["x"]) < float(band.attrib["x"])
    assert float(own.attrib["width"]) / float(other.attrib["width"]) == pytest.approx(1.5, abs=0.01)
    assert "mål 85 %" in texts(drawn)


@pytest.mark.parametrize("name", ["<b>", "a & b", "</text></svg>"])
def test_a_clinic_in_the_bars_is_text_and_nothing_else(name: str) -> None:
    assert name in texts(bars_of(bar(50, name=name)))


def test_every_text_has_room_in_a_picture_as_wide_as_a_telephone() -> None:
    minutes = axis([Interval(0, 540)], unit="min")
    name = "Infektionskliniken, Karolinska"
    row = ClinicBar(is_own=True, name=name, value=82, interval=Interval(74, 88), label="182,5 min", about="n 1 118")
    goals = [Band(css="b-high", low=0, high=5, edge=5, label="godtagbart 5 min")]
    own = Bar(whose=Whose.OWN, name=name, value=82, interval=Interval(74, 88), label="182,5 min", about="n 1 118")
    drawn = [
        bars([row], goals, 75, minutes, name="Staplar", description="Om dem"),
        comparison([own], minutes, name="Jämförelse", description="Om den"),
        over_time([quarter(80)] * 12, minutes, 82, name="Över tid", description="Om den"),
    ]
    found = [ElementTree.fromstring(str(one)) for one in drawn]  # noqa: S314
    found.append(funnel_of(clinic(390, 100, own=True, label="Din klinik"), clinic(380, 60, label=name)))
    for picture in found:
        assert picture.attrib["viewBox"].split()[2] == "400"
        for one in picture.iter("text"):
            left, right = ends_of(one)
            assert left >= 0, one.text
            assert right <= 400, one.text


def ends_of(element: ElementTree.Element) -> tuple[float, float]:
    """Where a text begins and ends, as wide as its characters are on a telephone."""
    x, width, css = float(element.attrib["x"]), 8 * len(element.text or ""), element.get("class", "").split()
    left = x - width if "e" in css else x - width / 2 if "m" in css else x
    return left, left + width
