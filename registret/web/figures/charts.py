"""Charts as SVG, drawn here and styled by the stylesheet (`.chart`): no inline style, so the strict policy holds.

A chart stands above a table with the same numbers and more; to a screen reader it is one picture with a name. What
svg.py writes it does not escape: texts go through `_text`, and everything else is numbers and classes of our own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from registret.web.figures.drawing import svg

_WIDTH, _LEFT, _RIGHT = 400, 8, 386
_ROW, _TOP, _FOOT = 46, 8, 52
_LONGEST = 42
_DOT = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartRange:
    """A line from `middle` to `high`; `high` is None where it cannot be said. `own`: stands out from the others."""

    name: str
    middle: timedelta
    high: timedelta | None
    own: bool = False


def ranges(lines: Sequence[ChartRange], *, name: str) -> SafeString:
    """One row for each: a dot at the middle, a line to the high end, on an axis of hours or days that begins at 0.

    `name` says in a sentence what the picture shows.
    """
    most = max((line.high or line.middle for line in lines), default=timedelta(hours=1))
    unit, label = _unit(most)
    step, top = _ticks(most / unit)
    bottom = _TOP + _ROW * len(lines)

    def x(value: timedelta) -> float:
        return round(_LEFT + _DOT + (_RIGHT - _LEFT - 2 * _DOT) * min(value / unit / top, 1), 1)

    drawn: list[svg.Element] = []
    for number in range(round(top / step) + 1):
        drawn += _tick(x(unit * step * number), f"{step * number:g}", bottom)
    # On a line of its own: beside the last number it would reach the one before.
    drawn.append(_text(label, x=_RIGHT, y=bottom + 42, classes=["e"]))
    for place, line in enumerate(lines):
        drawn += _row(line, _TOP + _ROW * place, x)
    return _picture(drawn, height=bottom + _FOOT, name=name)


def _picture(drawn: list[svg.Element], *, height: int, name: str) -> SafeString:
    picture = svg.SVG(
        xmlns=None,
        class_=["chart", "fit"],
        viewBox=svg.ViewBoxSpec(0, 0, _WIDTH, height),
        elements=drawn,
        extra={"role": "img", "aria-label": escape(name)},
    )
    return SafeString(str(picture))


def _tick(x: float, value: str, bottom: int) -> Iterator[svg.Element]:
    yield svg.Path(class_=["thin"], d=[svg.M(x, _TOP), svg.L(x, bottom)])
    yield _text(value, x=x, y=bottom + 20, classes=["m"])


def _row(line: ChartRange, y: int, x: Callable[[timedelta], float]) -> Iterator[svg.Element]:
    kind = "own" if line.own else "all"
    yield _text(_short(line.name), x=_LEFT, y=y + 16, classes=[f"t-{kind}"])
    middle = x(line.middle)
    if line.high is not None:
        high = x(line.high)
        yield svg.Path(class_=[f"c-{kind}", "solid"], d=[svg.M(middle, y + 31), svg.L(high, y + 31)])
        yield svg.Path(class_=[f"c-{kind}", "solid"], d=[svg.M(high, y + 26), svg.L(high, y + 36)])
    yield svg.Circle(class_=[f"d-{kind}"], cx=middle, cy=y + 31, r=_DOT)


def _text(words: str, *, x: float, y: float, classes: list[str]) -> svg.Text:
    return svg.Text(x=x, y=y, class_=classes or None, text=escape(words))


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"


def _unit(most: timedelta) -> tuple[timedelta, str]:
    if most <= timedelta(hours=72):
        return timedelta(hours=1), gettext("timmar")
    return timedelta(days=1), gettext("dagar")


def _ticks(most: float) -> tuple[float, float]:
    """The distance between ticks, and the last of them: at most four, at round numbers, so that they have room on a
    telephone."""
    size = 1.0
    while True:
        for step in (size, size * 2, size * 5):
            if step * 4 >= most:
                count = 1
                while step * count < most:
                    count += 1
                return step, step * count
        size *= 10
