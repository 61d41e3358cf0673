"""Two versions of a sub-registry side by side: what became of each variable, and which answers can move along.

An episode stays on the version that it was begun with. This is shown before it is moved to another one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from registret.registries.answers import Answer
from registret.registries.forms import Form, Question
from registret.registries.vocabulary import VariableType

Answers = Mapping[str, Mapping[str, Answer]]
"""By step and variable."""


class QuestionChange(StrEnum):
    SAME = "same"
    CHANGED = "changed"
    GONE = "gone"
    NEW = "new"


class Aspect(StrEnum):
    """In what a variable changed."""

    CODE = "code"
    STEP = "step"
    TYPE = "type"
    UNIT = "unit"
    OPTIONS = "options"
    SYSTEM = "system"
    HARD = "hard"
    DECIMALS = "decimals"
    MISSING = "missing"
    REQUIRED = "required"
    SHOWN_IF = "show_if"
    BLOCK = "block"
    LABEL = "label"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Of one variable. `old` is None if it is new, `new` if it is gone. `carries`: an old answer means the same in the
    new form, if it is one that the new form takes."""

    change: QuestionChange
    old: Question | None
    new: Question | None
    aspects: frozenset[Aspect]
    carries: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """An answer that cannot move along. `to`: the variable that does not take it, if there is one."""

    question: Question
    answer: Answer
    to: Question | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedAnswers:
    answers: Answers
    lost: tuple[Lost, ...]


# What a variable may become without its old answers meaning something else.
_WIDER: Final = {
    (VariableType.INTEGER, VariableType.DECIMAL),
    (VariableType.CHOICE, VariableType.CHOICES),
    (VariableType.CODE, VariableType.CODES),
}


def compare(old: Form, new: Form) -> tuple[Difference, ...]:
    """Every variable of both, in the order of the new form; those that are gone come last.

    A variable of the new form continues the one of the same code, or the one that it `was`.
    """
    before = {question.code: _before(question, old) for question in new.questions.values()}
    found = [_difference(before[code], question) for code, question in new.questions.items()]
    continued = {question.code for question in before.values() if question}
    return (*found, *(_gone(question) for code, question in old.questions.items() if code not in continued))


def move(answers: Answers, *, old: Form, new: Form) -> MovedAnswers:
    """The answers of an episode in the new form; those that it does not take are `lost`."""
    kept: dict[str, dict[str, Answer]] = {}
    lost: list[Lost] = []
    for difference in compare(old, new):
        if difference.old is None:
            continue
        answer = answers.get(difference.old.step, {}).get(difference.old.code)
        if answer is None:
            continue
        moved = _moved(answer, difference)
        if moved is None or difference.new is None:
            lost.append(Lost(question=difference.old, answer=answer, to=difference.new))
        else:
            kept.setdefault(difference.new.step, {})[difference.new.code] = moved
    return MovedAnswers(answers=kept, lost=tuple(lost))


def _before(question: Question, old: Form) -> Question | None:
    return old.questions.get(question.variable.was or question.code)


def _gone(question: Question) -> Difference:
    return Difference(change=QuestionChange.GONE, old=question, new=None, aspects=frozenset(), carries=False)


def _difference(old: Question | None, new: Question) -> Difference:
    if old is None:
        return Difference(change=QuestionChange.NEW, old=None, new=new, aspects=frozenset(), carries=False)
    aspects = frozenset(_aspects(old, new))
    wider = old.type is new.type or (old.type, new.type) in _WIDER
    return Difference(
        change=QuestionChange.CHANGED if aspects else QuestionChange.SAME,
        old=old,
        new=new,
        aspects=aspects,
        carries=wider and aspects.isdisjoint({Aspect.UNIT, Aspect.SYSTEM}),
    )


def _aspects(old: Question, new: Question) -> Iterator[Aspect]:
    was, now = old.variable, new.variable
    shown = [question.shown_if and question.shown_if.text for question in (old, new)]
    pairs = {
        Aspect.CODE: (old.code, new.code),
        Aspect.STEP: (old.step, new.step),
        Aspect.TYPE: (old.type, new.type),
        Aspect.UNIT: (was.unit, now.unit),
        Aspect.OPTIONS: ([one.code for one in old.options], [one.code for one in new.options]),
        Aspect.SYSTEM: (was.system, now.system),
        Aspect.HARD: (was.hard, now.hard),
        Aspect.DECIMALS: (was.decimals, now.decimals),
        Aspect.MISSING: (set(was.missing), set(now.missing)),
        Aspect.REQUIRED: (was.required, now.required),
        Aspect.SHOWN_IF: ((shown[0], was.opens), (shown[1], now.opens)),
        Aspect.BLOCK: (old.block, new.block),
        Aspect.LABEL: (was.label, now.label),
    }
    for aspect, (before, after) in pairs.items():
        if before != after:
            yield aspect


def _moved(answer: Answer, difference: Difference) -> Answer | None:
    """None if the new form does not take it."""
    question = difference.new
    if question is None or not difference.carries:
        return None
    if answer.missing is not None:
        return answer if answer.missing in question.variable.missing else None
    if answer.mark is not None and answer.mark not in question.variable.marks:
        return None
    value = answer.value
    if question.type in {VariableType.CHOICES, VariableType.CODES} and isinstance(value, str):
        value = frozenset({value})
    if isinstance(value, Decimal) and not _takes_number(question, value):
        return None
    if isinstance(value, frozenset | str) and question.options:
        chosen = value if isinstance(value, frozenset) else {value}
        if not chosen <= {option.code for option in question.options}:
            return None
    if isinstance(value, str) and question.type is VariableType.TEXT and len(value) > question.variable.longest:
        return None
    return Answer(value=value, mark=answer.mark)


def _takes_number(question: Question, number: Decimal) -> bool:
    variable = question.variable
    inside = variable.hard is None or variable.hard.holds(number)
    return inside and number == round(number, variable.decimals)
