"""Pictures of the reports: no style of their own, nothing drawn outside, gaps are gaps, and all texts are texts."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registret.reports.statistics.intervals import Interval
from registret.web.reports.pictures import Bar, Moment, Whose, axis, comparison, over_time

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
    assert shares.ticks_apart(200) == shares.ticks
    assert minutes.ticks == [80, 100, 120, 140, 160, 180, 200]
    assert minutes.ticks_apart(200) == [80, 120, 160, 200]
