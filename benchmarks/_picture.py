"""The chart of growth.py: how many times as long each thing takes, for docs/figures.md."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import svg

_WIDTH: Final = 640
_NAMES: Final = 190
_RIGHT: Final = 30
_ROW: Final = 24
_TOP: Final = 28
_FOOT: Final = 26
_TEXT: Final = "#222"
_STYLE: Final = f"text {{ font: 13px sans-serif; fill: {_TEXT}; }}"


def draw(ratios: Mapping[str, Sequence[float]], *, most: float) -> str:
    """A row for each name: a dot at the median of its rounds, a line from the least to the most. `most` is promised."""
    end = max(2.0, *(max(each) for each in ratios.values()))
    bottom = _TOP + _ROW * len(ratios)

    def x(value: float) -> float:
        return round(_NAMES + (_WIDTH - _NAMES - _RIGHT) * value / end, 1)

    drawn: list[svg.Element] = [svg.Style(text=_STYLE), svg.Rect(width=_WIDTH, height=bottom + _FOOT, fill="#fff")]
    for half in range(int(end * 2) + 1):
        drawn += _tick(x(half / 2), f"{half / 2:g}", bottom)
    drawn.append(svg.Line(x1=x(most), x2=x(most), y1=_TOP, y2=bottom, stroke="#b00020", stroke_width=2))
    drawn.append(svg.Text(x=x(most), y=_TOP - 8, text_anchor="middle", text=f"promised: {most:g}"))
    for place, (name, each) in enumerate(ratios.items()):
        drawn += _row(name, [x(value) for value in sorted(each)], x(statistics.median(each)), _TOP + _ROW * place)
    title = "How many times as long the slowest of twenty takes in a country as in one of a hundredth its size"
    picture = svg.SVG(
        viewBox=svg.ViewBoxSpec(0, 0, _WIDTH, bottom + _FOOT),
        width=_WIDTH,
        elements=[svg.Title(text=title), *drawn],
        extra={"role": "img"},
    )
    return f"{picture}\n"


def _tick(x: float, value: str, bottom: int) -> Iterator[svg.Element]:
    yield svg.Line(x1=x, x2=x, y1=_TOP, y2=bottom, stroke="#ddd")
    yield svg.Text(x=x, y=bottom + 18, text_anchor="middle", text=value)


def _row(name: str, ends: Sequence[float], middle: float, top: int) -> Iterator[svg.Element]:
    y = top + _ROW / 2
    yield svg.Text(x=_NAMES - 12, y=y + 4, text_anchor="end", text=name)
    yield svg.Line(x1=ends[0], x2=ends[-1], y1=y, y2=y, stroke="#0b5394", stroke_width=2)
    yield svg.Circle(cx=middle, cy=y, r=4, fill="#0b5394")
