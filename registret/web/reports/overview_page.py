"""Rapporter: all indicators of the own sub-registries, a line each. Those that are worse than chance explains come
first.

A line compares figures of the same months, those of the edition, and says so if they are not those of the lines beside
it. The own figure to this day stands with the line over time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registret.kernel.sweden import day_of
from registret.registries.queries import closed_since
from registret.reports.comparing.figures import IndicatorFigures
from registret.reports.comparing.over_time import over_time_of
from registret.reports.coverage.counted import Coverage
from registret.reports.told import EditionRow
from registret.web.figures.coverage_words import colour_of, coverage_note
from registret.web.figures.edition_words import closed_text, editions_text, is_to_this_day, months
from registret.web.figures.figure_words import expected_outside, figure_text, missing_text, others_text
from registret.web.figures.level_words import is_to_the_worse, level_tag, levels_text
from registret.web.figures.picture_parts import beside_country, trend_of
from registret.web.pieces import FigureText, Link, Note, Tag

LINES_UNFOLDED: Final = 10
"""So many lines stand open from the start, one sub-registry after the other: on a telephone a line is tall."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorRow:
    """`months`: of `own`, `region` and `country`, if they differ from those of the table. `level`: whether the own
    figure differs from the country; None if that is not judged. `beside`, `trend`: small pictures, empty where there is
    nothing to draw. `now`: the newest own figure, in words; empty if it is `own`."""

    link: Link
    months: str
    own: FigureText
    level: Tag | None
    beside: SafeString
    trend: SafeString
    now: str
    missing: str
    region: FigureText
    country: FigureText


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterTable:
    """`id`: of its heading. `closed`: since when, and of which years the figures are; empty if it is open. `coverage`:
    how many of all are registered; `css`: how figures look because of it. `levels`: how many indicators there are, and
    how they lie. `months`: of what is compared. `file`: the same figures to take along. `quality`: how complete they
    are."""

    code: str
    id: str
    name: str
    closed: str
    coverage: Note
    css: str
    levels: str
    months: str
    rows: Sequence[IndicatorRow]
    file: Link
    quality: Link

    @property
    def judged(self) -> int:
        return sum(row.level is not None for row in self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportsPage:
    """`there`: to each sub-registry. `unfolded`: the codes of those whose table stands open. `by_chance`: how many
    lines differ though nothing does. `edition`: of which day the own figures are, which edition is the newest, and when
    the next one comes. `to_do`: what does not count until it is signed, for those who may read it."""

    there: Sequence[Link]
    registers: Sequence[RegisterTable]
    unfolded: frozenset[str]
    by_chance: str
    edition: str
    to_do: Sequence[Link]


def register_table(
    name: str, found: Sequence[IndicatorFigures], covered: Coverage | None, *, at: datetime
) -> RegisterTable:
    """`found`: at least one."""
    code = found[0].indicator.sub_registry
    worst_first = sorted(found, key=is_to_the_worse, reverse=True)
    [(usual, _number)] = Counter(map(_months, worst_first)).most_common(1)
    return RegisterTable(
        code=code,
        id=f"r-{code}",
        name=name,
        closed=closed_text(found[0]),
        coverage=coverage_note(covered),
        css=f"flow {colour_of(covered)}",
        levels=levels_text(found),
        months=usual,
        rows=[_row(one, usual, at=at) for one in worst_first],
        file=Link(_("Hämta siffrorna som fil"), reverse("reports_file", args=[code])),
        quality=Link(_("Datakvalitet"), reverse("data_quality", args=[code])),
    )


def reports_page(
    registers: Sequence[RegisterTable],
    newest: EditionRow | None,
    *,
    chosen: str,
    reads_records: bool,
    at: datetime,
) -> ReportsPage:
    """`chosen`: the code of the sub-registry that is asked for, if it is one of these. `reads_records`: whether
    the reader may see patients."""
    return ReportsPage(
        there=[Link(one.name, f"?delregister={one.code}#{one.id}") for one in registers] if len(registers) > 1 else (),
        registers=registers,
        unfolded=_unfolded(registers, chosen),
        by_chance=_by_chance(sum(one.judged for one in registers)),
        edition=" ".join(
            [_("Din kliniks siffror är som de var %(day)s.") % {"day": day_of(at)}, editions_text(newest, at=at)]
        ),
        to_do=list(unsigned_links("")) if reads_records else (),
    )


def _unfolded(registers: Sequence[RegisterTable], chosen: str) -> frozenset[str]:
    """The one that is asked for, or else those that are open for registration, as many as have room, and at least
    one."""
    if chosen in {one.code for one in registers}:
        return frozenset([chosen])
    codes, lines = [one.code for one in registers[:1]], len(registers[0].rows) if registers else 0
    for one in registers[1:]:
        lines += len(one.rows)
        if lines > LINES_UNFOLDED or one.closed:
            break
        codes.append(one.code)
    return frozenset(codes)


def _by_chance(judged: int) -> str:
    if not judged:
        return ""
    told = ngettext(
        "%(n)s siffra bedöms mot riket. I genomsnitt skiljer sig högst %(questions)s av ren slump, och högst "
        "%(alarms)s mycket.",
        "%(n)s siffror bedöms mot riket. I genomsnitt skiljer sig högst %(questions)s av dem av ren slump, och högst "
        "%(alarms)s mycket.",
        judged,
    )
    return told % {"n": judged, **expected_outside(judged)}


def unsigned_links(register: str) -> Iterator[Link]:
    """The lists of what is left to do, of one sub-registry or of all."""
    there = f"{reverse('records')}?" + (f"delregister={register}&" if register else "")
    yield Link(_("Vårdepisoder som är påbörjade"), f"{there}lage=paborjade")
    yield Link(_("Vårdepisoder som är sena"), f"{there}sena=on")


def _months(one: IndicatorFigures) -> str:
    """Of what is compared; before an edition tells of it, of the own figure."""
    return months(one.compared.period if one.compared else one.months_now)


def _row(one: IndicatorFigures, usual: str, *, at: datetime) -> IndicatorRow:
    indicator, compared = one.indicator, one.compared
    own = compared.own if compared else one.now
    return IndicatorRow(
        link=Link(str(indicator.definition.name), reverse("indicator", args=[indicator.sub_registry, indicator.code])),
        months=_months(one) if _months(one) != usual else "",
        own=figure_text(own, indicator),
        level=level_tag(one),
        beside=beside_country(one),
        trend=trend_of(over_time_of(one, at=at), indicator),
        now=_now(one) if _has_newer(one) else "",
        missing=missing_text(own),
        region=others_text(compared.region if compared else None, compared, indicator),
        country=others_text(compared.country if compared else None, compared, indicator),
    )


def _now(one: IndicatorFigures) -> str:
    """With its months, if they end before this one."""
    figure = figure_text(one.now, one.indicator)
    told = {"value": f"{figure.value} ({figure.about})" if figure.about else figure.value}
    if is_to_this_day(one):
        return _("Nu %(value)s") % told
    return _("Nu, %(months)s: %(value)s") % {**told, "months": months(one.months_now)}


def _has_newer(one: IndicatorFigures) -> bool:
    """Whether the own figure is also counted in months that no edition tells of."""
    return one.compared is not None and closed_since(one.indicator.sub_registry) is None
