"""The sections of a form: their questions, what is left of them, what is done."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import ngettext

from registret.registries.forms import FormSection, FormStep
from registret.registries.vocabulary import Block, Layout
from registret.web.steps.fields import NOTHING_SENT, Field, Sent, StepAnswers, field_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A section of the form. `left`: questions that must still be answered; `is_done`: none is left, something is
    answered and nothing is wrong. One that is optional is folded away, unless something in it is wrong or odd; `told`
    says how many questions it has, and how many are answered. `is_grid`: its numbers stand side by side."""

    code: str
    name: str
    intro: str
    is_optional: bool
    fields: tuple[Field, ...]
    left: int
    told: str
    is_done: bool
    is_grid: bool

    @property
    def is_shown(self) -> bool:
        return any(field.is_shown for field in self.fields)

    @property
    def is_unfolded(self) -> bool:
        shown = [field.remarks for field in self.fields if field.is_shown]
        return any(remarks.fault or remarks.stops or remarks.odd for remarks in shown)


def parts_of(step: FormStep, filled: StepAnswers, sent: Sent = NOTHING_SENT) -> tuple[Part, ...]:
    return tuple(_part(section, filled, sent) for section in step.sections)


def _part(section: FormSection, filled: StepAnswers, sent: Sent) -> Part:
    fields = tuple(field_of(question, filled, sent) for question in section.questions)
    shown = [field.code for field in fields if field.is_shown]
    answered = [code for code in shown if code in filled.answers]
    left = len(set(filled.assessment.lacking) & set(shown))
    is_wrong = any(field.remarks.fault or field.remarks.stops for field in fields)
    return Part(
        code=section.code,
        name=str(section.name),
        intro=str(section.intro or ""),
        is_optional=section.block is not Block.CORE,
        fields=fields,
        left=left,
        told=_told(len(shown), answered=len(answered)),
        is_done=bool(answered) and not left and not is_wrong,
        is_grid=section.layout is Layout.GRID,
    )


def _told(questions: int, *, answered: int) -> str:
    """`6 frågor, 2 besvarade`."""
    asked = ngettext("%(n)s fråga", "%(n)s frågor", questions) % {"n": questions}
    return f"{asked}, " + ngettext("%(n)s besvarad", "%(n)s besvarade", answered) % {"n": answered}
