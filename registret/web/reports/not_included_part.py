"""Of the patients who fitted, how many were included: by what the own clinic has counted itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from registret.access.actor import Actor
from registret.registries.forms import Form
from registret.reports.coverage.counted import Coverage
from registret.reports.coverage.not_included import NotIncludedCount, reasons_of
from registret.reports.statistics.intervals import proportion
from registret.web.figures.figure_words import share_text
from registret.web.pieces import FigureText, Link
from registret.web.records.pages import forms_to_report


@dataclass(frozen=True, slots=True, kw_only=True)
class IncludedLine:
    """One year. `why`: each reason with its number, the most frequent first."""

    year: int
    figure: FigureText
    not_included: int
    why: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class IncludedPart:
    """`lines`: the years of which anything is counted. `count`: where to count, for those who may."""

    lines: Sequence[IncludedLine]
    count: Link | None


def included_part(
    form: Form, counts: Sequence[NotIncludedCount], covered: Sequence[Coverage], *, actor: Actor
) -> IncludedPart:
    """`covered`: tells how many are registered in each year."""
    registered = {one.year: one.registered for one in covered}
    by_year: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for one in counts:
        reasons = by_year[one.half.year]
        reasons[one.reason] = reasons.get(one.reason, 0) + one.number
    there = f"{reverse('not_included')}?delregister={form.code}"
    return IncludedPart(
        lines=[_line(form, year, registered.get(year, 0), reasons) for year, reasons in by_year.items()],
        count=Link(_("Räkna ej inkluderade"), there) if _may_count(actor, form) else None,
    )


def _may_count(actor: Actor, form: Form) -> bool:
    return any(one.code == form.code for one in forms_to_report(actor))


def _line(form: Form, year: int, registered: int, reasons: Mapping[str, int]) -> IncludedLine:
    missed = sum(reasons.values())
    labels = {one.code: str(one.label) for one in reasons_of(form)}
    often = sorted(reasons.items(), key=lambda one: -one[1])
    return IncludedLine(
        year=year,
        figure=_figure(registered, registered + missed),
        not_included=missed,
        why=[f"{labels.get(code, code)}: {number}" for code, number in often],
    )


def _figure(registered: int, fitted: int) -> FigureText:
    found = proportion(registered, fitted)
    return share_text(found, x=registered) if found else FigureText(value="–")
