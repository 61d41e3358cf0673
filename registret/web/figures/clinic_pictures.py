"""Pictures of clinics beside each other: a funnel by how many patients they have, and a bar for each.

The own clinic is a filled circle, another a ring, one that is outside of the limits a triangle that points away from
the middle. Only the own one and those outside have a label.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import dropwhile, pairwise
from typing import Final

from django.utils.safestring import SafeString

from registret.reports.statistics.funnels import FunnelPlace
from registret.reports.statistics.intervals import Interval
from registret.web.figures.drawing import svg
from registret.web.figures.pictures import END, START, WIDTH, Axis, Whose, heading, mark, picture, place, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """A clinic. `size`: how many patients, or how many events were expected. `label`: may be left out where there is no
    room, but for the own clinic's."""

    is_own: bool
    size: float
    value: float
    outside: FunnelPlace
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelLine:
    """A pair of lines. `label` stands at the end of the upper one; `css`: how they are drawn."""

    label: str
    css: str
    points: Sequence[tuple[float, Interval]]


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelWords:
    """`country`, `along`: what the line in the middle and the axis below are called."""

    name: str
    description: str
    country: str
    along: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicBar:
    is_own: bool
    name: str
    value: float
    interval: Interval
    label: str
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """What is aimed at: behind the bars, from `low` to `high`. `edge`: where its label stands."""

    css: str
    low: float
    high: float
    edge: float
    label: str


_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 326, 24, 292
_ROW, _LINE, _CHARACTER = 46, 19, 8.5
_FROM: Final = 12
"""A line to a label begins so far from the middle of its dot."""
_Box = tuple[float, float, float, float]
_Place = Callable[[float], float]
_BESIDE: Final = (
    *((11, 5, ""), (-11, 5, "e"), (0, -14, "m"), (0, 26, "m")),
    *((11, -10, ""), (-11, -10, "e"), (11, 20, ""), (-11, 20, "e")),
)
"""Where a label may stand: how far from its dot, and which end of it."""
_AWAY: Final = tuple(
    spot
    for far in (24, 36, 48)
    for spot in (
        *((far, -2 - far, ""), (-far, -2 - far, "e"), (far, 12 + far, ""), (-far, 12 + far, "e")),
        *((0, -14 - far, "m"), (0, 24 + far, "m"), (2 * far, 5, ""), (-2 * far, 5, "e")),
    )
)
"""So far away that a line must lead there, the nearest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spot:
    """A place for a label. `line`: that leads there from the dot, empty if the label stands beside it."""

    x: float
    base: float
    css: str
    box: _Box
    line: Sequence[tuple[float, float]]


def funnel(
    dots: Sequence[Dot], limits: Sequence[FunnelLine], centre: float, along: Axis, up: Axis, *, words: FunnelWords
) -> SafeString:
    """Clinics by how large they are. `centre`: what they are compared with."""

    def x(n: float) -> float:
        return place(n, along, _LEFT, _RIGHT)

    def y(value: float) -> float:
        return place(min(max(value, up.low), up.high), up, _BOTTOM, _TOP)

    lines: list[tuple[str, list[tuple[float, float]]]] = [("c-all", [(_LEFT, y(centre)), (_RIGHT, y(centre))])]
    lines += [(one.css, [(x(n), y(value)) for n, value in line]) for one in limits for line in _lines(one, up)]
    ends = [(y(centre), words.country, "t-all")]
    ends += [(y(one.points[-1][1].high), one.label, "") for one in limits]
    at_the_end = list(_at_the_end([end for end in ends if end[1]]))
    there = [_box(_RIGHT + 8, base, len(words) * _CHARACTER, "") for base, words, _css in at_the_end]
    drawn = list(_grid(along, up, x, y))
    # Below the lines, which a label would cover.
    drawn += _labels(dots, x, y, there, [box for _css, line in lines for box in _boxes_along(line)])
    drawn += [svg.Path(class_=[css], d=_path(line)) for css, line in lines]
    drawn += [text(words, x=_RIGHT + 8, y=base, classes=css) for base, words, css in at_the_end]
    drawn += [_dot(dot, x(dot.size), y(dot.value)) for dot in sorted(dots, key=lambda one: one.is_own)]
    drawn.append(text(words.along, x=(_LEFT + _RIGHT) / 2, y=_BOTTOM + 44, classes="m"))
    return picture(drawn, _BOTTOM + 54, words.name, words.description)


def _grid(along: Axis, up: Axis, x: _Place, y: _Place) -> Iterator[svg.Element]:
    for tick in up.ticks:
        yield svg.Path(d=_path([(_LEFT, y(tick)), (_RIGHT, y(tick))]))
        yield text(up.label(tick), x=_LEFT - 8, y=y(tick) + 5, classes="e")
    for tick in along.ticks_apart(_RIGHT - _LEFT):
        yield text(along.label(tick), x=x(tick), y=_BOTTOM + 22, classes="m")


def _lines(limits: FunnelLine, up: Axis) -> Iterator[list[tuple[float, float]]]:
    """The upper and the lower one, from where they come into the picture: steps where every number has a limit."""
    for values in ([one.high for _, one in limits.points], [one.low for _, one in limits.points]):
        corners: list[tuple[float, float]] = []
        sizes = [n for n, _ in limits.points]
        steps = [after - before for before, after in pairwise([0, *sizes])]
        for n, step, value in zip(sizes, steps, values, strict=True):
            corners += [(n - 0.5, value), (n + 0.5, value)] if step == 1 and n < sizes[-1] else [(n, value)]
        yield list(dropwhile(lambda corner: not up.low < corner[1] < up.high, corners))


def _at_the_end(ends: Sequence[tuple[float, str, str]]) -> Iterator[tuple[float, str, str]]:
    """Labels at the right, each below the one before."""
    last = 0.0
    for y, words, css in sorted(ends):
        last = max(y + 5, last + _LINE)
        yield last, words, css


def _dot(dot: Dot, x: float, y: float) -> svg.Element:
    if dot.is_own:
        return mark(Whose.OWN, x, y)
    if dot.outside is FunnelPlace.WITHIN:
        return svg.Circle(class_=["d-dot"], cx=x, cy=y, r=4.5)
    tip = -7 if dot.outside in {FunnelPlace.HIGH, FunnelPlace.VERY_HIGH} else 7
    corners = [svg.M(x, y + tip), svg.L(x + 6, y - tip / 2), svg.L(x - 6, y - tip / 2), svg.Z()]
    return svg.Path(class_=["d-out"], d=corners)


def _boxes_along(line: Sequence[tuple[float, float]]) -> list[_Box]:
    """Where a line runs, in pieces that are small beside a label."""
    found: list[_Box] = []
    for (x, y), (next_x, next_y) in pairwise(line):
        pieces = max(round(max(abs(next_x - x), abs(next_y - y)) / 6), 1)
        for number in range(pieces + 1):
            here, there = x + (next_x - x) * number / pieces, y + (next_y - y) * number / pieces
            found.append((here - 1, there - 1, here + 1, there + 1))
    return found


def _labels(
    dots: Sequence[Dot], x: _Place, y: _Place, there: Sequence[_Box], lines: Sequence[_Box]
) -> Iterator[svg.Element]:
    """The own one first; `there`: other labels, `lines`: what crosses no label that has room elsewhere. Where none of
    its places is free, one of another is left out."""
    taken = [*there, *(_box(x(dot.size), y(dot.value) + 5, 12, "m") for dot in dots)]
    for dot in sorted((one for one in dots if one.label), key=lambda one: not one.is_own):
        spots = [one for one in _spots(dot, x(dot.size), y(dot.value)) if _is_inside(one.box)]
        chosen = _chosen(spots, taken, lines) or (spots[0] if dot.is_own else None)
        if chosen is None:
            continue
        taken.append(chosen.box)
        if chosen.line:
            yield svg.Path(class_=["c-lead"], d=_path(chosen.line))
        whose = f"{chosen.css} t-own" if dot.is_own else chosen.css
        yield text(dot.label, x=chosen.x, y=chosen.base, classes=whose)


def _spots(dot: Dot, x: float, y: float) -> Iterator[_Spot]:
    """The nearest first."""
    width = len(dot.label) * _CHARACTER
    for right, down, css in (*_BESIDE, *_AWAY):
        box = _box(x + right, y + down, width, css)
        line: list[tuple[float, float]] = []
        if (right, down, css) in _AWAY:
            end = (right, down - 4) if right else (0, down - 14 if down > 0 else down + 5)
            start = _FROM / (end[0] ** 2 + end[1] ** 2) ** 0.5
            line = [(round(x + end[0] * part, 1), round(y + end[1] * part, 1)) for part in (start, 1)]
        yield _Spot(x=x + right, base=y + down, css=css, box=box, line=line)


def _chosen(spots: Sequence[_Spot], taken: Sequence[_Box], lines: Sequence[_Box]) -> _Spot | None:
    """One that covers nothing, and to which a line crosses no dot; or else one beside the dot that covers a limit."""
    clear = [
        one
        for one in spots
        if not _hits(one.box, taken) and not any(_hits(piece, taken) for piece in _boxes_along(one.line))
    ]
    free = (one for one in clear if not _hits(one.box, lines))
    return next(free, None) or next((one for one in clear if not one.line), None)


def _box(x: float, base: float, width: float, css: str) -> _Box:
    left = x - {"": 0, "m": width / 2, "e": width}[css]
    return left, base - 13, left + width, base + 4


def _is_inside(box: _Box) -> bool:
    return box[0] >= _LEFT and box[2] <= WIDTH and box[1] >= 0 and box[3] <= _BOTTOM


def _hits(box: _Box, others: Sequence[_Box]) -> bool:
    return any(box[0] < one[2] and one[0] < box[2] and box[1] < one[3] and one[1] < box[3] for one in others)


def bars(
    rows: Sequence[ClinicBar], bands: Sequence[Band], centre: float | None, along: Axis, *, name: str, description: str
) -> SafeString:
    """A bar for each clinic, its interval as a line over it. `centre`: a dashed line, the country."""
    top = _TOP + _LINE * len(bands)
    bottom = top + _ROW * len(rows)

    def x(value: float) -> float:
        return place(value, along, START, END)

    drawn = list(_behind(bands, along, x, top, bottom))
    for row, bar in enumerate(rows):
        drawn += _bar(bar, top + _ROW * row + 30, x, x(along.low))
    if centre is not None:
        drawn.append(svg.Path(class_=["c-all"], d=_path([(x(centre), top - 6), (x(centre), bottom)])))
    # Above the lines, which stop at the texts.
    for row, bar in enumerate(rows):
        whose = "t-own" if bar.is_own else ""
        drawn += heading(bar.name, f"{bar.label} ({bar.about})", y=top + _ROW * row + 16, classes=whose)
    return picture(drawn, bottom + 28, name, description)


def _behind(bands: Sequence[Band], along: Axis, x: _Place, top: float, bottom: float) -> Iterator[svg.Element]:
    for row, band in enumerate(bands):
        left, width = x(band.low), x(band.high) - x(band.low)
        half = len(band.label) * _CHARACTER / 2
        yield svg.Rect(class_=[band.css], x=left, y=top - 6, width=round(width, 1), height=bottom - top + 6)
        middle = min(max(x(band.edge), half), WIDTH - half)
        yield text(band.label, x=middle, y=_TOP + _LINE * row - 6, classes="m")
    for tick in along.ticks:
        yield svg.Path(d=_path([(x(tick), top - 6), (x(tick), bottom)]))
    for tick in along.ticks_apart(END - START):
        yield text(along.label(tick), x=x(tick), y=bottom + 20, classes="m")


def _bar(bar: ClinicBar, y: float, x: _Place, start: float) -> Iterator[svg.Element]:
    width = round(x(bar.value) - start, 1)
    yield svg.Rect(class_=["b-own" if bar.is_own else "b-dot"], x=start, y=y - 8, width=width, height=16)
    yield svg.Path(class_=["c-bar"], d=_path([(x(bar.interval.low), y), (x(bar.interval.high), y)]))


def _path(points: Sequence[tuple[float, float]]) -> list[svg.PathData]:
    return [svg.L(x, y) if number else svg.M(x, y) for number, (x, y) in enumerate(points)]
