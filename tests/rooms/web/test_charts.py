"""Charts: SVG without inline style, with a name, and with nothing in it that somebody typed as anything but text."""

from __future__ import annotations

import re
from datetime import timedelta
from xml.etree import ElementTree

import pytest

from registret.web.figures.charts import ChartRange, ranges

HOUR = timedelta(hours=1)


def drawn(*lines: ChartRange, name: str = "Tid") -> tuple[str, ElementTree.Element]:
    text = str(ranges(lines, name=name))
    return text, ElementTree.fromstring(text)  # noqa: S314 - our own


def line(hours: float, high: float | None = None, *, name: str = "Kliniken", own: bool = False) -> ChartRange:
    return ChartRange(name=name, middle=hours * HOUR, high=None if high is None else high * HOUR, own=own)


def test_a_chart_is_one_picture_with_a_name_and_has_no_style_of_its_own() -> None:
    text, picture = drawn(line(2, 5), name='Tid "från" & till <b>')
    assert (picture.attrib["role"], picture.attrib["aria-label"]) == ("img", 'Tid "från" & till <b>')
    assert not re.search(r"\sstyle=|<style|<script|\son\w+=|\sfill=|\sstroke=", text)


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", '"/><x y="', "a & b", "</text></svg>"])
def test_what_a_clinic_is_called_is_text_and_nothing_else(name: str) -> None:
    text, picture = drawn(line(2, 5, name=name))
    assert name in [element.text for element in picture.iter("text")]
    assert {element.tag for element in picture.iter()} == {"svg", "path", "circle", "text"}
    assert "<script" not in text


@pytest.mark.parametrize(
    ("hours", "unit"), [(0, "timmar"), (0.2, "timmar"), (72, "timmar"), (73, "dagar"), (24 * 400, "dagar")]
)
def test_the_axis_begins_at_nothing_goes_past_the_longest_and_says_its_unit(hours: float, unit: str) -> None:
    _, picture = drawn(line(hours / 2, hours))
    *ticks, said = [e for e in picture.iter("text") if "t-all" not in e.attrib["class"]]
    assert said.text == unit
    assert ticks[0].text == "0"
    assert float(ticks[-1].text or "") * (1 if unit == "timmar" else 24) >= hours
    assert 2 <= len(ticks) <= 5
    assert float(said.attrib["y"]) > float(ticks[-1].attrib["y"]), "it has a line of its own"


def test_everything_lies_within_the_picture_and_longer_is_further_right() -> None:
    lines = [line(hours, hours * 3, name="X" * 100, own=hours == 7) for hours in (0.1, 7, 50, 300)]
    _, picture = drawn(*lines)
    _, _, width, height = map(float, picture.attrib["viewBox"].split())
    dots = [(float(e.attrib["cx"]), float(e.attrib["cy"])) for e in picture.iter("circle")]
    assert [x for x, _ in dots] == sorted(x for x, _ in dots)
    assert all(0 <= x <= width and 0 <= y <= height for x, y in dots)
    assert all(len(e.text or "") <= 42 for e in picture.iter("text"))
    assert [e.attrib["class"] for e in picture.iter("circle")] == ["d-all", "d-own", "d-all", "d-all"]


def test_what_cannot_be_said_is_not_drawn() -> None:
    _, picture = drawn(line(2))
    assert [e for e in picture.iter("path") if "solid" in e.attrib["class"]] == []
    assert len(list(picture.iter("circle"))) == 1
