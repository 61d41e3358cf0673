"""A step as it is read: what was asked and what was answered, without the options that were not chosen."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from registret.records.rows import StepPage
from registret.registries.forms import FormSection
from registret.registries.saying import said
from registret.web.steps.faults import odd_of, stops_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLine:
    """`code`: of the question. `is_missing`: there is no value, and `answer` says why. `odd`: a sentence, or empty."""

    code: str
    label: str
    answer: str
    is_missing: bool
    odd: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadSection:
    code: str
    name: str
    lines: tuple[ReadLine, ...]


def read(page: StepPage) -> tuple[ReadSection, ...]:
    """The sections that hold anything: questions that are asked now, the optional ones only if they are answered."""
    sections = (_section(page, section) for section in page.form_step.sections)
    return tuple(section for section in sections if section.lines)


def _section(page: StepPage, section: FormSection) -> ReadSection:
    answers = page.answers[page.step.code]
    lines = []
    for question in section.questions:
        answer = answers.get(question.code)
        if question.code not in page.assessment.shown or (answer is None and not question.variable.required):
            continue
        lines.append(
            ReadLine(
                code=question.code,
                label=str(question.variable.label),
                answer=said(question, answer) or _("inget svar"),
                is_missing=answer is None or answer.missing is not None,
                odd=stops_of(question, page.assessment) or odd_of(question, page.assessment),
            )
        )
    return ReadSection(code=section.code, name=str(section.name), lines=tuple(lines))
