"""Datakvalitet: how complete the own clinic's registrations are, in words. Of the clinic, never of a patient."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registret.access.actor import Actor
from registret.access.roles import Permission
from registret.kernel.sweden import day_of, midnight
from registret.registries.forms import Form, FormStep, Question
from registret.registries.queries import closed_since, name_of
from registret.registries.vocabulary import Missing
from registret.reports.completeness import AnswerCounts, Completeness, StepCounts
from registret.reports.coverage.counted import Coverage
from registret.reports.periods import own_months
from registret.reports.statistics.intervals import median
from registret.web.figures.coverage_words import coverage_text
from registret.web.figures.figure_words import number_text
from registret.web.pieces import FigureText, Link
from registret.web.reports.not_included_part import IncludedPart
from registret.web.reports.overview_page import unsigned_links
from registret.web.reports.remark_pages import RemarkLine
from registret.web.templatetags.look import day, iso_day

MOST_MISSING: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLine:
    name: str
    signed: str
    begun: str
    oldest: str
    in_time: str
    days: FigureText | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityLine:
    """`step` names its step."""

    step: str
    name: str
    answered: str
    unknown: str
    not_done: str
    not_applicable: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepQuestions:
    name: str
    lines: Sequence[QualityLine]


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageOfYear:
    """One year. `source`: who counted, and when that was brought in."""

    year: int
    figure: FigureText
    registered: int
    expected: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityPage:
    """`to_do`: the lists of what is left to do, for those who may read them. `worst`: the questions that lack an answer
    most often."""

    register: str
    since: str
    coverage: Sequence[CoverageOfYear]
    included: IncludedPart
    remarks: Sequence[RemarkLine]
    steps: Sequence[StepLine]
    to_do: Sequence[Link]
    worst: Sequence[QualityLine]
    all_questions: Sequence[StepQuestions]


def counted_since(sub_registry: str, *, at: datetime) -> datetime:
    """From when on episodes count: the months of the figures in the reports."""
    return midnight(own_months(1, closed=closed_since(sub_registry), at=at).first)


def quality_page(
    form: Form,
    counted: Completeness,
    covered: Sequence[Coverage],
    included: IncludedPart,
    remarks: Sequence[RemarkLine],
    *,
    actor: Actor,
    at: datetime,
) -> QualityPage:
    told = [StepQuestions(name=str(step.name), lines=_lines(step, counted.answers)) for step in form.steps]
    return QualityPage(
        register=name_of(form.code),
        since=day(day_of(counted_since(form.code, at=at))),
        coverage=[_coverage_line(one) for one in covered] if any(one.source for one in covered) else (),
        included=included,
        remarks=remarks,
        steps=[_step_line(step, counted.steps[step.code], at=at) for step in form.steps if step.code in counted.steps],
        to_do=tuple(unsigned_links(form.code)) if actor.may(Permission.READ_RECORDS) else (),
        worst=_worst(form, counted.answers),
        all_questions=[one for one in told if one.lines],
    )


def _coverage_line(one: Coverage) -> CoverageOfYear:
    return CoverageOfYear(
        year=one.year,
        figure=coverage_text(one),
        registered=one.registered,
        expected="–" if one.expected is None else str(one.expected),
        source=f"{one.source}, {iso_day(one.brought_on)}" if one.brought_on else "–",
    )


def _step_line(step: FormStep, counts: StepCounts, *, at: datetime) -> StepLine:
    whole = counts.planned + counts.begun + counts.signed
    lies = (at - counts.oldest).days if counts.oldest else 0
    return StepLine(
        name=str(step.name),
        signed=_share(counts.signed, whole),
        begun=str(counts.begun),
        oldest=ngettext("%(n)s dygn", "%(n)s dygn", lies) % {"n": lies} if counts.oldest else "",
        in_time=_share(counts.in_time, counts.due) if counts.due else "",
        days=days_text(counts.days) if counts.days else None,
    )


def days_text(days: Sequence[int]) -> FigureText:
    """The median of at least one, with its interval."""
    n = _("n %(n)s") % {"n": len(days)}
    estimate = median(Counter(map(float, days)))
    if estimate is None:
        return FigureText(value=_("för få för en median"), about=n)
    low, high = number_text(estimate.interval.low), number_text(estimate.interval.high)
    return FigureText(value=number_text(estimate.value), about=f"{low}–{high}, {n}")


def _lines(step: FormStep, answers: Mapping[str, AnswerCounts]) -> list[QualityLine]:
    return [_line(step, one, answers[one.code]) for one in step.questions if one.code in answers]


def _line(step: FormStep, question: Question, counts: AnswerCounts) -> QualityLine:
    return QualityLine(
        step=str(step.name),
        name=str(question.variable.label),
        answered=_share(counts.answered + counts.missing.get(Missing.UNMEASURABLE, 0), counts.asked),
        unknown=_number(counts, Missing.UNKNOWN),
        not_done=_number(counts, Missing.NOT_DONE),
        not_applicable=_number(counts, Missing.NOT_APPLICABLE),
    )


def _worst(form: Form, answers: Mapping[str, AnswerCounts]) -> list[QualityLine]:
    """The questions with the largest share unknown or not done, the largest first."""
    asked = [(step, one) for step in form.steps for one in step.questions if one.code in answers]
    lacking = [(step, one) for step, one in asked if _lacks(answers[one.code])]
    lacking.sort(key=lambda found: -_lacks(answers[found[1].code]))
    return [_line(step, one, answers[one.code]) for step, one in lacking[:MOST_MISSING]]


def _lacks(counts: AnswerCounts) -> float:
    """The share of those asked of whom it is unknown, or was not done."""
    return (counts.missing.get(Missing.UNKNOWN, 0) + counts.missing.get(Missing.NOT_DONE, 0)) / counts.asked


def _number(counts: AnswerCounts, why: Missing) -> str:
    return str(counts.missing.get(why, 0) or "–")


def _share(part: int, whole: int) -> str:
    if not whole:
        return "–"
    return _("%(part)s av %(whole)s (%(share)s %%)") % {
        "part": part,
        "whole": whole,
        "share": f"{100 * part / whole:.0f}",
    }
