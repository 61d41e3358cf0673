"""A question as a page shows it: what was answered, what is chosen, what is wrong or odd with it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registret.records.reporting.writing import Conflict
from registret.registries.answers import MISSING_KEY, Answer, Fault, limits_of, written
from registret.registries.assessing import Assessment
from registret.registries.forms import FormSection, FormStep, Question
from registret.registries.vocabulary import Block, Layout, VariableType
from registret.web.dates import DateInput, date_hint
from registret.web.records.code_fields import CodeInput, code_input
from registret.web.records.faults import ask_for, not_saved, odd_of, opens_of, stops_of
from registret.words.labels import answer_missing, asked

# Beyond so many, buttons in a row are harder to read than a list.
_MOST_CHIPS = 4

_LONGEST_NUMBER = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """`is_alone`: cannot be chosen together with others."""

    value: str
    label: str
    is_chosen: bool
    is_alone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """`widget`: chips, list (one of many), boxes (several), number, date, moment, code, text. `how`: how a day or a
    time is written. `opens`: from which day it can be answered, if that has not come. `fault`, `stops`, `odd`:
    sentences: why the answer cannot be kept, why it stops signing, and what is only remarked. `is_unanswered`: signing
    was tried, and there is no answer. `more`: boxes that are folded away under `more_name`, unless one of them is
    ticked. `theirs`: what another user answered meanwhile, as JSON for the script; empty, if none did. `date`, `codes`:
    of a date or a moment, and of a code, what the component shows. `keys`: those of a telephone, for `inputmode`."""

    code: str
    label: str
    help: str
    how: str
    opens: str
    widget: str
    unit: str
    value: str
    choices: tuple[Choice, ...]
    more: tuple[Choice, ...]
    more_name: str
    missing: tuple[Choice, ...]
    is_shown: bool
    is_required: bool
    is_unanswered: bool
    fault: str
    stops: str
    odd: str
    longest: int
    theirs: str
    date: DateInput | None = None
    codes: CodeInput | None = None
    keys: str = ""

    @property
    def is_hidden(self) -> bool:
        return not self.is_shown

    @property
    def is_disabled(self) -> bool:
        return bool(self.opens)

    @property
    def aria_invalid(self) -> str:
        return "true" if self.fault and not self.is_unanswered else ""

    @property
    def hints(self) -> list[tuple[str, str]]:
        return [(name, text) for name, text in (("hjalp", self.help), ("sa", self.how)) if text]

    @property
    def described_by(self) -> str:
        """Ids of what explains the field."""
        parts = [
            ("hjalp", self.help),
            ("sa", self.how),
            ("fran", self.opens),
            ("fel", self.fault),
            ("stopp", self.stops),
            ("udda", self.odd),
        ]
        return " ".join(f"{self.code}-{name}" for name, text in parts if text)

    @property
    def look(self) -> str:
        """The class that says how bad it is."""
        if self.is_unanswered and not self.opens:
            return "is-left"
        return "is-bad" if self.fault or self.stops else ""

    @property
    def is_unfolded(self) -> bool:
        return any(choice.is_chosen for choice in self.more)


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
        return any(field.is_shown and (field.fault or field.stops or field.odd) for field in self.fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A sentence and the field that it leads to. `is_unanswered`: nothing is wrong, but a question is not answered.
    `is_early`: and it cannot be yet."""

    code: str
    text: str
    is_unanswered: bool = False
    is_early: bool = False


def parts_of(
    step: FormStep,
    *,
    answers: Mapping[str, Answer],
    assessment: Assessment,
    typed: Mapping[str, Sequence[str]] | None = None,
    at: datetime,
    arrived_at: datetime | None = None,
    faults: Mapping[str, Fault] | None = None,
    conflicts: Sequence[Conflict] = (),
    ask_for_lacking: bool = False,
) -> tuple[Part, ...]:
    """`typed`: what was sent and could not be kept stands there again. `ask_for_lacking`: signing was tried.
    `arrived_at`: when the episode began, if it has."""
    return tuple(
        _part(
            section,
            answers=answers,
            assessment=assessment,
            typed=typed or {},
            faults=faults or {},
            conflicts={conflict.code: conflict for conflict in conflicts},
            ask_for_lacking=ask_for_lacking,
            clock=_Clock(at=at, arrived_at=arrived_at),
        )
        for section in step.sections
    )


def troubles_of(parts: Sequence[Part], *, broken: Sequence[Trouble] = ()) -> tuple[Trouble, ...]:
    """For the summary at the top: what is wrong, with the rules that are `broken`, before what is not answered."""
    fields = [f for part in parts for f in part.fields if f.is_shown and (f.fault or f.is_unanswered)]
    found = [
        Trouble(
            code=f.code,
            text=f"{asked(f.label)} {f.opens}" if f.opens else f.label,
            is_unanswered=True,
            is_early=bool(f.opens),
        )
        if f.is_unanswered
        else Trouble(code=f.code, text=f"{asked(f.label)} {f.fault}")
        for f in fields
    ]
    return tuple(sorted([*broken, *found], key=lambda one: one.is_unanswered))


def title_of(troubles: Sequence[Trouble]) -> str:
    """`Rätta 1, besvara 8`. Nobody is asked to answer what cannot be answered yet."""
    mend = sum(not one.is_unanswered for one in troubles)
    answer = sum(one.is_unanswered and not one.is_early for one in troubles)
    if troubles and not mend and not answer:
        return _("Steget kan inte signeras än")
    if mend and answer:
        return _("Rätta %(mend)s, besvara %(answer)s") % {"mend": mend, "answer": answer}
    if answer:
        return ngettext("Besvara %(n)s fråga", "Besvara %(n)s frågor", answer) % {"n": answer}
    return ngettext("En uppgift behöver rättas", "%(n)s uppgifter behöver rättas", mend) % {"n": mend}


def left_in(assessment: Assessment, codes: Sequence[str]) -> int:
    return len(set(assessment.lacking) & set(codes))


def _part(
    section: FormSection,
    *,
    answers: Mapping[str, Answer],
    assessment: Assessment,
    typed: Mapping[str, Sequence[str]],
    faults: Mapping[str, Fault],
    conflicts: Mapping[str, Conflict],
    ask_for_lacking: bool,
    clock: _Clock,
) -> Part:
    fields = []
    for question in section.questions:
        fault, is_unanswered = "", False
        if question.code in faults or question.code in conflicts:
            fault = not_saved(question, faults.get(question.code), conflicts.get(question.code))
        elif ask_for_lacking and question.code in assessment.lacking:
            is_unanswered = True
            # A question that cannot be answered yet says so by itself.
            fault = "" if question.code in assessment.locked else ask_for(question)
        answer = answers.get(question.code)
        texts = tuple(typed[question.code]) if fault and question.code in typed else written(question, answer)
        theirs = written(question, answer) if question.code in conflicts else None
        field = _field(question, texts, assessment, fault, is_unanswered=is_unanswered, theirs=theirs)
        told = None if fault else answer
        fields.append(_coded(_dated(field, question, clock, told), question, told))
    shown = [question.code for question in section.questions if question.code in assessment.shown]
    answered = [code for code in shown if code in answers]
    left = left_in(assessment, shown)
    return Part(
        code=section.code,
        name=str(section.name),
        intro=str(section.intro or ""),
        is_optional=section.block is not Block.CORE,
        fields=tuple(fields),
        left=left,
        told=_told(len(shown), answered=len(answered)),
        is_done=bool(answered) and not left and not any(field.fault or field.stops for field in fields),
        is_grid=section.layout is Layout.GRID,
    )


def _told(questions: int, *, answered: int) -> str:
    """`6 frågor, 2 besvarade`."""
    asked_ = ngettext("%(n)s fråga", "%(n)s frågor", questions) % {"n": questions}
    return f"{asked_}, " + ngettext("%(n)s besvarad", "%(n)s besvarade", answered) % {"n": answered}


def _field(
    question: Question,
    texts: Sequence[str],
    assessment: Assessment,
    fault: str,
    *,
    is_unanswered: bool,
    theirs: Sequence[str] | None,
) -> Field:
    variable = question.variable
    missing = tuple(
        Choice(
            value=f"{MISSING_KEY}:{why.value}",
            label=answer_missing(why),
            is_chosen=f"{MISSING_KEY}:{why.value}" in texts,
        )
        for why in variable.missing
    )
    every = {
        o.code: Choice(value=o.code, label=str(o.label), is_chosen=o.code in texts, is_alone=o.alone)
        for o in question.options
    }
    first = variable.common or tuple(every)
    value = next((text for text in texts if not text.startswith(MISSING_KEY + ":")), "")
    is_number = _widget(question) == "number" or bool(variable.marks)
    return Field(
        code=question.code,
        label=str(variable.label),
        help=str(variable.help or ""),
        how="",
        opens=opens_of(question, assessment),
        widget=_widget(question),
        unit=str(variable.unit or ""),
        value=value.replace("T", " ") if question.type is VariableType.MOMENT else value,
        choices=tuple(every[code] for code in first),
        more=tuple(choice for code, choice in every.items() if code not in first),
        more_name=str(variable.more or ""),
        missing=missing,
        is_shown=question.code in assessment.shown,
        is_required=variable.required,
        is_unanswered=is_unanswered,
        fault=fault,
        stops="" if fault else stops_of(question, assessment),
        odd="" if fault else odd_of(question, assessment),
        longest=_LONGEST_NUMBER if is_number else variable.longest,
        keys="decimal" if is_number and not variable.marks else "",
        theirs="" if theirs is None else json.dumps(list(theirs)),
    )


def _coded(field: Field, question: Question, answer: Answer | None) -> Field:
    """The same, but a code can be searched for, and is told with its name."""
    is_bad = bool(field.fault) and not field.is_unanswered
    explained_by = field.described_by
    return replace(
        field, codes=code_input(question, answer, value=field.value, is_bad=is_bad, explained_by=explained_by)
    )


def _widget(question: Question) -> str:
    match question.type:
        case VariableType.CHOICE:
            return "chips" if len(question.options) <= _MOST_CHIPS else "list"
        case VariableType.CHOICES:
            return "boxes"
        case VariableType.INTEGER | VariableType.DECIMAL:
            return "number"
        case VariableType.CODE | VariableType.CODES:
            return "code"
    return question.type.value


@dataclass(frozen=True, slots=True, kw_only=True)
class _Clock:
    at: datetime
    arrived_at: datetime | None


def _dated(field: Field, question: Question, clock: _Clock, answer: Answer | None) -> Field:
    """The same, but a date knows what may be written, and reads back what was."""
    if question.type not in {VariableType.DATE, VariableType.MOMENT}:
        return field
    limits = limits_of(question, at=clock.at, arrived_at=clock.arrived_at)
    is_moment = question.type is VariableType.MOMENT
    told = replace(field, how=date_hint(limits, is_moment=is_moment))
    value = answer.value if answer else None
    shown = DateInput(
        name=field.code,
        value=field.value,
        limits=limits,
        is_moment=is_moment,
        on=value if isinstance(value, date) else None,
        described_by=told.described_by,
        is_bad=bool(field.fault) and not field.is_unanswered,
    )
    return replace(told, date=shown)
