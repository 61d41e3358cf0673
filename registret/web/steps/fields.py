"""A question as a page shows it: what was answered, what is chosen, what is wrong or odd with it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Final, Self

from registret.records.reporting.writing import Conflict
from registret.records.rows import StepPage
from registret.registries.answers import MISSING_KEY, Answer, Fault, limits_of, written
from registret.registries.assessing import Assessment
from registret.registries.forms import Question
from registret.registries.vocabulary import VariableType
from registret.web.dates import DateInput, date_hint
from registret.web.steps.code_fields import CodeInput, code_input
from registret.web.steps.faults import ask_for, not_saved, odd_of, opens_of, stops_of
from registret.words.labels import answer_missing

# Beyond so many, buttons in a row are harder to read than a list.
_MOST_CHIPS = 4

_LONGEST_NUMBER = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class StepAnswers:
    """A step as it is filled in. `arrived_at`: when the episode began, if it has."""

    answers: Mapping[str, Answer]
    assessment: Assessment
    at: datetime
    arrived_at: datetime | None = None

    @classmethod
    def of(cls, page: StepPage, *, at: datetime) -> Self:
        answers = page.answers[page.step.code]
        return cls(answers=answers, assessment=page.assessment, at=at, arrived_at=page.arrived_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What was sent and not accepted: what could not be kept stands in its field again. `is_to_sign`: signing was
    tried, so that what is not answered is asked for."""

    typed: Mapping[str, Sequence[str]] = field(default_factory=dict)
    faults: Mapping[str, Fault] = field(default_factory=dict)
    conflicts: Mapping[str, Conflict] = field(default_factory=dict)
    is_to_sign: bool = False


NOTHING_SENT: Final = Sent()


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """`is_alone`: cannot be chosen together with others."""

    value: str
    label: str
    is_chosen: bool
    is_alone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What can be chosen. `more`: boxes that are folded away under `more_name`, unless one of them is ticked;
    `missing`: why there is no answer."""

    first: tuple[Choice, ...]
    more: tuple[Choice, ...]
    more_name: str
    missing: tuple[Choice, ...]

    @property
    def is_unfolded(self) -> bool:
        return any(choice.is_chosen for choice in self.more)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remarks:
    """What is said at a field, in sentences. `opens`: from which day it can be answered, if that has not come. `fault`,
    `stops`, `odd`: why the answer cannot be kept, why it stops signing, and what is only remarked. `is_unanswered`:
    signing was tried, and there is no answer."""

    opens: str
    fault: str
    stops: str
    odd: str
    is_unanswered: bool

    @property
    def look(self) -> str:
        """The class that says how bad it is."""
        if self.is_unanswered and not self.opens:
            return "is-left"
        return "is-bad" if self.fault or self.stops else ""

    @property
    def is_bad(self) -> bool:
        """There is an answer, and it cannot be kept."""
        return bool(self.fault) and not self.is_unanswered


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """`widget`: chips, list (one of many), boxes (several), number, date, moment, code, text. `how`: how a day or a
    time is written. `theirs`: what another user answered meanwhile, as JSON for the script; empty, if none did. `date`,
    `codes`: of a date or a moment, and of a code, what the component shows. `keys`: those of a telephone, for
    `inputmode`."""

    code: str
    label: str
    help: str
    widget: str
    unit: str
    value: str
    choices: Choices
    remarks: Remarks
    is_shown: bool
    is_required: bool
    longest: int
    theirs: str
    keys: str
    how: str = ""
    date: DateInput | None = None
    codes: CodeInput | None = None

    @property
    def is_hidden(self) -> bool:
        return not self.is_shown

    @property
    def is_disabled(self) -> bool:
        return bool(self.remarks.opens)

    @property
    def aria_invalid(self) -> str:
        return "true" if self.remarks.is_bad else ""

    @property
    def hints(self) -> list[tuple[str, str]]:
        return [(name, text) for name, text in (("hjalp", self.help), ("sa", self.how)) if text]

    @property
    def described_by(self) -> str:
        """Ids of what explains the field."""
        remarks = self.remarks
        parts = [
            *self.hints,
            ("fran", remarks.opens),
            ("fel", remarks.fault),
            ("stopp", remarks.stops),
            ("udda", remarks.odd),
        ]
        return " ".join(f"{self.code}-{name}" for name, text in parts if text)


def field_of(question: Question, filled: StepAnswers, sent: Sent) -> Field:
    """A question with what was answered, or with what was sent and could not be kept."""
    variable, widget = question.variable, _widget(question)
    remarks = _remarks(question, filled.assessment, sent)
    kept = written(question, filled.answers.get(question.code))
    texts = tuple(sent.typed[question.code]) if remarks.fault and question.code in sent.typed else kept
    value = next((text for text in texts if not text.startswith(MISSING_KEY + ":")), "")
    is_number = widget == "number" or bool(variable.marks)
    field = Field(
        code=question.code,
        label=str(variable.label),
        help=str(variable.help or ""),
        widget=widget,
        unit=str(variable.unit or ""),
        value=value.replace("T", " ") if question.type is VariableType.MOMENT else value,
        choices=_choices(question, texts),
        remarks=remarks,
        is_shown=question.code in filled.assessment.shown,
        is_required=variable.required,
        longest=_LONGEST_NUMBER if is_number else variable.longest,
        theirs=json.dumps(list(kept)) if question.code in sent.conflicts else "",
        keys="decimal" if is_number and not variable.marks else "",
    )
    return _coded(_dated(field, question, filled), question, filled)


def _remarks(question: Question, assessment: Assessment, sent: Sent) -> Remarks:
    code, fault, is_unanswered = question.code, "", False
    if code in sent.faults or code in sent.conflicts:
        fault = not_saved(question, sent.faults.get(code), sent.conflicts.get(code))
    elif sent.is_to_sign and code in assessment.lacking:
        is_unanswered = True
        # A question that cannot be answered yet says so by itself.
        fault = "" if code in assessment.locked else ask_for(question)
    return Remarks(
        opens=opens_of(question, assessment),
        fault=fault,
        stops="" if fault else stops_of(question, assessment),
        odd="" if fault else odd_of(question, assessment),
        is_unanswered=is_unanswered,
    )


def _choices(question: Question, texts: Sequence[str]) -> Choices:
    variable = question.variable
    every = {
        o.code: Choice(value=o.code, label=str(o.label), is_chosen=o.code in texts, is_alone=o.alone)
        for o in question.options
    }
    missing = {f"{MISSING_KEY}:{why.value}": answer_missing(why) for why in variable.missing}
    first = variable.common or tuple(every)
    return Choices(
        first=tuple(every[code] for code in first),
        more=tuple(choice for code, choice in every.items() if code not in first),
        more_name=str(variable.more or ""),
        missing=tuple(Choice(value=key, label=label, is_chosen=key in texts) for key, label in missing.items()),
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


def _shown_answer(field: Field, filled: StepAnswers) -> Answer | None:
    """None, if what stands in the field is not the answer."""
    return None if field.remarks.fault else filled.answers.get(field.code)


def _coded(field: Field, question: Question, filled: StepAnswers) -> Field:
    """The same, but a code can be searched for, and is told with its name."""
    codes = code_input(
        question,
        _shown_answer(field, filled),
        value=field.value,
        is_bad=field.remarks.is_bad,
        explained_by=field.described_by,
    )
    return replace(field, codes=codes)


def _dated(field: Field, question: Question, filled: StepAnswers) -> Field:
    """The same, but a date knows what may be written, and reads back what was."""
    if question.type not in {VariableType.DATE, VariableType.MOMENT}:
        return field
    limits = limits_of(question, at=filled.at, arrived_at=filled.arrived_at)
    is_moment = question.type is VariableType.MOMENT
    told = replace(field, how=date_hint(limits, is_moment=is_moment))
    answer = _shown_answer(field, filled)
    value = answer.value if answer else None
    shown = DateInput(
        name=field.code,
        value=field.value,
        limits=limits,
        is_moment=is_moment,
        on=value if isinstance(value, date) else None,
        described_by=told.described_by,
        is_bad=field.remarks.is_bad,
    )
    return replace(told, date=shown)
