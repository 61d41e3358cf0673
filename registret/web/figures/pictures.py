"""Pictures of the reports as SVG, dressed by the stylesheet (`.chart`): no style of their own.

Each is one image with a name and a description; the table below it has the same numbers. Shape tells what colour does:
the own clinic is a filled circle, the region a square, the country a diamond.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import ceil, floor
from typing import Final

from django.utils.html import escape
from django.utils.safestring import SafeString

from registret.reports.statistics.intervals import Interval
from registret.web.figures.drawing import svg
from registret.web.figures.figure_words import number_text


class Whose(StrEnum):
    """As the stylesheet calls them."""

    OWN = "own"
    REGION = "reg"
    COUNTRY = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """Ticks at `step`, from `low` to `high`. `unit` stands after each number."""

    low: float
    high: float
    step: float
    unit: str

    @property
    def ticks(self) -> list[float]:
        return [self.low + self.step * number for number in range(round((self.high - self.low) / self.step) + 1)]

    def label(self, tick: float) -> str:
        return f"{number_text(tick, digits=2)} {self.unit}".strip()

    def ticks_apart(self, width: float) -> list[float]:
        """Those whose labels stand side by side on an axis of this width: all of them, every second, and so on."""
        between = width / (len(self.ticks) - 1)
        longest = max(len(self.label(tick)) for tick in self.ticks) * _CHARACTER + _GAP
        return self.ticks[:: ceil(longest / between)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """`value` as the axis counts, `label` and `about` as it is told: 82 %, n 118."""

    whose: Whose
    name: str
    value: float
    interval: Interval
    label: str
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A point in time. `value`: None where there was nobody; the line is broken there."""

    label: str
    value: float | None
    interval: Interval | None


WIDTH: Final = 400
"""Of every picture: on a telephone it still has room for its texts, and on paper."""
EDGE: Final = 8
START, END = 30, 370
"""Of an axis across: the label of a tick at either end has room beside it."""
_LEFT, _RIGHT = 78, 386
_TOP, _BOTTOM = 24, 262
_ROW: Final = 50
_SMALL_WIDTH, _SMALL_HEIGHT = 120, 30
_CHARACTER, _GAP = 8, 4
"""How wide a character of a label is, and what is between two labels."""
_MOST_TICKS: Final = 6
_MOST_LABELS: Final = 5
_LONGEST: Final = 24


def axis(intervals: Sequence[Interval], *, unit: str, most: float | None = None) -> Axis:
    """Return an axis with round numbers around the intervals. `most`: it never goes beyond, such as 100 %."""
    low = min((one.low for one in intervals), default=0.0)
    high = max((one.high for one in intervals), default=1.0)
    step = _round_step(max(high - low, 1e-9) / (_MOST_TICKS - 1))
    first, last = floor(low / step) * step, ceil(high / step) * step
    last = max(last, first + step)
    if most is not None and last > most:
        first, last = min(first, most - step), most
    return Axis(low=first, high=last, step=step, unit=unit)


def _round_step(least: float) -> float:
    """Return the smallest of 1, 2, 5, 10, 20 … (or 0.1, 0.2 …) that is not below `least`."""
    size = 0.1
    while True:
        for step in (size, size * 2, size * 5):
            if step >= least:
                return round(step, 6)
        size *= 10


def comparison(bars: Sequence[Bar], along: Axis, *, name: str, description: str) -> SafeString:
    """A row for each: its name and number, below them a mark at the value and a line over its interval."""
    bottom = _TOP + _ROW * len(bars)

    def x(value: float) -> float:
        return place(value, along, START, END)

    drawn: list[svg.Element] = []
    for tick in along.ticks:
        drawn.append(svg.Path(d=[svg.M(x(tick), _TOP - 8), svg.L(x(tick), bottom)]))
    for tick in along.ticks_apart(END - START):
        drawn.append(text(along.label(tick), x=x(tick), y=bottom + 20, classes="m"))
    for row, bar in enumerate(bars):
        y = _TOP + _ROW * row + 32
        drawn += heading(bar.name, f"{bar.label} ({bar.about})", y=y - 18, classes=f"t-{bar.whose}")
        ends = [svg.M(x(bar.interval.low), y), svg.L(x(bar.interval.high), y)]
        drawn.append(svg.Path(class_=[f"c-{bar.whose}", "solid"], d=ends))
        drawn.append(mark(bar.whose, x(bar.value), y))
    return picture(drawn, bottom + 28, name, description)


def over_time(moments: Sequence[Moment], up: Axis, centre: float | None, *, name: str, description: str) -> SafeString:
    """The own clinic's points, with their intervals as a band and the centre as a dashed line."""

    def y(value: float) -> float:
        return place(value, up, _BOTTOM, _TOP)

    def x(number: int) -> float:
        return round(_LEFT + 16 + (_RIGHT - _LEFT - 32) * number / max(len(moments) - 1, 1), 1)

    drawn: list[svg.Element] = []
    for tick in up.ticks:
        drawn.append(svg.Path(d=[svg.M(_LEFT, y(tick)), svg.L(_RIGHT, y(tick))]))
        drawn.append(text(up.label(tick), x=_LEFT - 8, y=y(tick) + 5, classes="e"))
    if centre is not None:
        drawn.append(svg.Path(class_=["c-all"], d=[svg.M(_LEFT, y(centre)), svg.L(_RIGHT, y(centre))]))
    # The last one has its label, and as many before it as have room.
    every = ceil(len(moments) / _MOST_LABELS) or 1
    for number in range(len(moments) - 1, -1, -every):
        drawn.append(text(moments[number].label, x=x(number), y=_BOTTOM + 22, classes="m"))
    for run in _unbroken(moments):
        drawn += _band([(x(number), y(value), y(interval.low), y(interval.high)) for number, value, interval in run])
    return picture(drawn, _BOTTOM + 34, name, description)


def trend(moments: Sequence[Moment], *, name: str, description: str) -> SafeString:
    """The same points as a line alone, as small as a word. The latest of them is marked."""
    values = [one.value for one in moments if one.value is not None]
    low, high = min(values, default=0.0), max(values, default=1.0)
    up = Axis(low=low, high=high if high > low else low + 1, step=1, unit="")

    def at(number: int, value: float) -> tuple[float, float]:
        across = round(8 + (_SMALL_WIDTH - 16) * number / max(len(moments) - 1, 1), 1)
        return across, place(value, up, _SMALL_HEIGHT - 8, 8)

    runs = [[at(number, value) for number, value, _interval in run] for run in _unbroken(moments)]
    drawn: list[svg.Element] = [
        svg.Polyline(class_=["c-own"], points=[svg.Point(x, y) for x, y in run]) for run in runs
    ]
    drawn += [mark(Whose.OWN, *run[-1]) for run in runs[-1:]]
    return picture(drawn, _SMALL_HEIGHT, name, description, width=_SMALL_WIDTH)


def beside(own: Bar, others: float, along: Axis) -> SafeString:
    """The own clinic with its interval, and the country as a mark: as small as a word."""

    def x(value: float) -> float:
        return place(min(max(value, along.low), along.high), along, 8, _SMALL_WIDTH - 8)

    y = _SMALL_HEIGHT / 2
    ends = [svg.M(x(own.interval.low), y), svg.L(x(own.interval.high), y)]
    drawn: list[svg.Element] = [
        svg.Path(d=[svg.M(8, y), svg.L(_SMALL_WIDTH - 8, y)]),
        svg.Path(class_=["c-own", "solid"], d=ends),
        mark(Whose.COUNTRY, x(others), y),
        mark(Whose.OWN, x(own.value), y),
    ]
    return picture(drawn, _SMALL_HEIGHT, own.name, own.about, width=_SMALL_WIDTH)


def _band(run: Sequence[tuple[float, float, float, float]]) -> Iterator[svg.Element]:
    """Points that follow one another: where they are across, their value, and the two ends of their interval."""
    ends = [svg.Point(x, high) for x, _, _, high in run] + [svg.Point(x, low) for x, _, low, _ in reversed(run)]
    yield svg.Polygon(class_=["c-band"], points=ends)
    yield svg.Polyline(class_=["c-own"], points=[svg.Point(x, y) for x, y, _, _ in run])
    yield from (mark(Whose.OWN, x, y) for x, y, _, _ in run)


def _unbroken(moments: Sequence[Moment]) -> list[list[tuple[int, float, Interval]]]:
    """Return the points that follow one another without a gap, with their numbers."""
    runs: list[list[tuple[int, float, Interval]]] = [[]]
    for number, moment in enumerate(moments):
        if moment.value is None or moment.interval is None:
            runs.append([])
        else:
            runs[-1].append((number, moment.value, moment.interval))
    return [run for run in runs if run]


def place(value: float, along: Axis, start: float, end: float) -> float:
    return round(start + (end - start) * (value - along.low) / (along.high - along.low), 1)


def mark(whose: Whose, x: float, y: float) -> svg.Element:
    classes = [f"d-{whose}"]
    if whose is Whose.OWN:
        return svg.Circle(class_=classes, cx=x, cy=y, r=6)
    if whose is Whose.REGION:
        return svg.Rect(class_=classes, x=x - 6, y=y - 6, width=12, height=12)
    corners = [svg.M(x, y - 8), svg.L(x + 8, y), svg.L(x, y + 8), svg.L(x - 8, y), svg.Z()]
    return svg.Path(class_=classes, d=corners)


def text(words: str, *, x: float, y: float, classes: str = "") -> svg.Text:
    # svg.py escapes nothing.
    return svg.Text(x=x, y=y, class_=classes.split() or None, text=escape(words))


def heading(name: str, number: str, *, y: float, classes: str) -> Iterator[svg.Element]:
    """Above a row of a picture: who at the left, the number at the right."""
    yield text(short(name), x=EDGE, y=y, classes=classes)
    yield text(number, x=WIDTH - EDGE, y=y, classes=f"e {classes}")


def short(name: str) -> str:
    """As it has room in a picture: most regions are called Region something, and their table says so."""
    name = name.removeprefix("Region ")
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"


def picture(
    drawn: list[svg.Element], height: float, name: str, description: str, *, width: float = WIDTH
) -> SafeString:
    picture = svg.SVG(
        xmlns=None,
        class_=["chart"] if width == WIDTH else ["chart", "small-one"],
        viewBox=svg.ViewBoxSpec(0, 0, width, height),
        elements=[svg.Desc(elements=[], text=escape(description)), *drawn],
        extra={"role": "img", "aria-label": escape(name)},
    )
    return SafeString(str(picture))
