"""A question as a page shows it: what was answered, what is chosen, what is wrong or odd with it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registret.kernel.dates import DateFault
from registret.records.reporting.writing import Conflict
from registret.registries.answers import MISSING_KEY, Answer, Fault, FormFault, limits_of, written
from registret.registries.assessing import Assessment
from registret.registries.forms import FormSection, FormStep, Question
from registret.registries.saying import in_digits, said
from registret.registries.vocabulary import Block, Layout, VariableType
from registret.web.dates import DateInput, date_hint
from registret.web.records.code_fields import CodeInput, code_fault, code_input, doubts_said
from registret.words.dates import date_fault
from registret.words.days import day_in_words
from registret.words.labels import answer_missing, asked

# Beyond so many, buttons in a row are harder to read than a list.
_MOST_CHIPS = 4


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
    sentences: why the answer cannot be kept, why it stops signing, and what is only remarked. `is_unanswered`: the
    fault is only that there is no answer. `more`: boxes that are folded away under `more_name`, unless one of them is
    ticked. `theirs`: what another user answered meanwhile, as JSON for the script; empty, if none did. `date`, `codes`:
    of a date or a moment, and of a code, what the component shows."""

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
    takes_marks: bool = False

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
        if self.is_unanswered:
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
    """A sentence and the field that it leads to. `is_unanswered`: nothing is wrong, but a question is not answered."""

    code: str
    text: str
    is_unanswered: bool = False


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
    fields = [field for part in parts for field in part.fields if field.fault and field.is_shown]
    found = [
        Trouble(code=f.code, text=f"{asked(f.label)} {f.opens}" if f.opens else f.label, is_unanswered=True)
        if f.is_unanswered
        else Trouble(code=f.code, text=f"{asked(f.label)} {f.fault}")
        for f in fields
    ]
    return tuple(sorted([*broken, *found], key=lambda one: one.is_unanswered))


def title_of(troubles: Sequence[Trouble]) -> str:
    """`Rätta 1, besvara 8`."""
    answer = sum(one.is_unanswered for one in troubles)
    mend = len(troubles) - answer
    if mend and answer:
        return _("Rätta %(mend)s, besvara %(answer)s") % {"mend": mend, "answer": answer}
    if answer:
        return ngettext("Besvara %(n)s fråga", "Besvara %(n)s frågor", answer) % {"n": answer}
    return ngettext("En uppgift behöver rättas", "%(n)s uppgifter behöver rättas", mend) % {"n": mend}


def fault_of(question: Question, fault: Fault) -> str:
    """What to do, in a sentence."""
    if isinstance(fault, DateFault):
        return date_fault(fault)
    variable = question.variable
    unit = f" {variable.unit}" if variable.unit else ""
    least, most = (_limit(variable.hard.least), _limit(variable.hard.most)) if variable.hard else ("", "")
    of_numbers = {FormFault.NOT_A_NUMBER, FormFault.TOO_LOW, FormFault.TOO_HIGH, FormFault.NOT_WHOLE}
    if variable.error is not None and fault in of_numbers:
        return str(variable.error)
    match fault:
        case FormFault.NOT_A_NUMBER:
            return _("Skriv ett tal, till exempel %(example)s") % {"example": "12,5" if variable.decimals else "12"}
        case FormFault.OTHER_UNIT:
            return _("Skriv värdet i %(unit)s, eller bara talet.") % {"unit": variable.unit}
        case FormFault.NOT_WHOLE:
            return _("Skriv ett helt tal, utan decimaler")
        case FormFault.DECIMALS:
            n = variable.decimals
            return ngettext("Skriv högst %(n)s decimal", "Skriv högst %(n)s decimaler", n) % {"n": n}
        case FormFault.TOO_LOW:
            return _("Värdet kan inte vara lägre än %(limit)s. Kontrollera det.") % {"limit": f"{least}{unit}"}
        case FormFault.TOO_HIGH:
            return _("Värdet kan inte vara högre än %(limit)s. Kontrollera det.") % {"limit": f"{most}{unit}"}
        case FormFault.NOT_YET:
            return _("Frågan kan inte besvaras än")
        case FormFault.TOO_LONG:
            return _("Skriv högst %(n)s tecken") % {"n": variable.longest}
        case FormFault.PERSONAL_NUMBER:
            return _("Skriv inga personnummer här")
        case FormFault.NOT_A_CODE | FormFault.NO_SUCH_CODE:
            return code_fault(question, fault)
    return _("Välj ett av alternativen")


def overtaken(question: Question, theirs: Answer | None, name: str) -> str:
    """What somebody else has answered meanwhile, said at the field that holds something else."""
    answer = said(question, theirs) or _("inget svar")
    return _("%(name)s har under tiden svarat %(answer)s. Det svaret gäller tills du sparar ett annat.") % {
        "name": name,
        "answer": answer,
    }


def _ask_for(question: Question) -> str:
    return _("Svara, eller välj varför svaret saknas") if question.variable.missing else _("Svara på frågan")


def _not_saved(question: Question, fault: Fault | None, conflict: Conflict | None) -> str:
    """Why an answer is on the page only."""
    found = [overtaken(question, conflict.theirs, conflict.by_name)] if conflict else []
    return " ".join([*found, *([fault_of(question, fault)] if fault else [])])


def left_in(assessment: Assessment, codes: Sequence[str]) -> int:
    return len(set(assessment.lacking) & set(codes))


def stops_of(question: Question, assessment: Assessment) -> str:
    """The rules about an answer that must hold before the step is signed, and do not; empty if all do."""
    return _once(rule.message for rule in assessment.broken if question.code in rule.about)


def odd_of(question: Question, assessment: Assessment) -> str:
    """What is remarked about an answer and stops nothing; empty if nothing is."""
    found = [str(rule.message) for rule in assessment.odd if question.code in rule.about]
    if question.code in assessment.unusual:
        found.append(" ".join(filter(None, [_("Ovanligt värde."), _plausible(question), _("Kontrollera det.")])))
    return _once([*found, *doubts_said(question, assessment.doubts.get(question.code, {}))])


def opens_of(question: Question, assessment: Assessment) -> str:
    """`Kan besvaras från 20 december 2026.`; empty if the question can be answered now."""
    if question.code not in assessment.locked:
        return ""
    day = assessment.locked[question.code]
    if day is None:
        return _("Kan besvaras när det tidigare steget är ifyllt.")
    return _("Kan besvaras från %(day)s.") % {"day": day_in_words(day)}


def _once(messages: Iterable[object]) -> str:
    return " ".join(dict.fromkeys(map(str, messages)))


def _plausible(question: Question) -> str:
    """`Rimligt är 35–41 °C.`, of a number that lies outside."""
    usual = question.variable.usual
    if usual is None:
        return ""
    unit = f" {question.variable.unit}" if question.variable.unit else ""
    limits = {"least": _limit(usual.least), "most": _limit(usual.most), "unit": unit}
    if usual.least is not None and usual.most is not None:
        return _("Rimligt är %(least)s–%(most)s%(unit)s.") % limits
    if usual.least is not None:
        return _("Rimligt är minst %(least)s%(unit)s.") % limits
    return _("Rimligt är högst %(most)s%(unit)s.") % limits


def _limit(number: Decimal | None) -> str:
    return "" if number is None else in_digits(number)


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
            fault = _not_saved(question, faults.get(question.code), conflicts.get(question.code))
        elif ask_for_lacking and question.code in assessment.lacking:
            is_unanswered = True
            fault = opens_of(question, assessment) or _ask_for(question)
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
        longest=variable.longest,
        takes_marks=bool(variable.marks),
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
