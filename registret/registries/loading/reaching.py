"""What answers can lead to: rules that none can break, questions that none reach, outcomes that an unknown one hides.

Answers are tried, most of them around the values that the conditions name, in a form that holds no more than what the
rule or the question hangs on. Skip logic decides in it as it does for people.
"""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import ROUND_FLOOR, Decimal
from pathlib import Path
from typing import Any, Final

from registret.kernel.sweden import SWEDEN, day_of
from registret.registries.answers import Answer
from registret.registries.assessing import Assessment, KnownOfPatient, assess
from registret.registries.forms import SEX_OPTIONS, Form, FormRule, FormStep, Question
from registret.registries.language.evaluating import Value
from registret.registries.language.expressions import Expression
from registret.registries.loading.faults import Fault
from registret.registries.loading.toml_lines import TomlLines
from registret.registries.vocabulary import RuleLevel, VariableType, Words

OUTCOME: Final = "outcome"
"""The purpose of the questions that no unknown answer may hide."""

_TRIES: Final = 3000
_BEGINNING: Final = datetime(2026, 1, 10, 10, tzinfo=SWEDEN)
_AROUND: Final = tuple(map(Decimal, ("-1", "-0.1", "0", "0.1", "1")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreachable:
    """`code`: of a rule if `is_rule`, else of a question of the step."""

    step: str
    code: str
    is_rule: bool
    what: str


def unreachable(form: Form) -> Iterator[Unreachable]:
    """In the order of the form."""
    for step in form.steps:
        for question in step.questions:
            what = _of_question(form, step, question)
            if what:
                yield Unreachable(step=step.code, code=question.code, is_rule=False, what=what)
        for rule in step.rules:
            small = _Small(form, step, rule.require, rules=(rule,))
            if not any(found.broken or found.odd for _, found in small.tried()):
                what = "can never be broken: its answers exclude each other, or are never asked together"
                yield Unreachable(step=step.code, code=rule.code, is_rule=True, what=what)


def faults_of(form: Form, folder: Path) -> Iterator[Fault]:
    """What is unreachable in the form that was read from this folder, each with its file and line."""
    for one in unreachable(form):
        name = f"{one.step}.toml"
        text = (folder / name).read_text(encoding="utf-8")
        path = _path(tomllib.loads(text), one)
        yield Fault(file=name, line=TomlLines(text).of(*path), what=f"{one.code} {one.what}")


def _path(file: Mapping[str, Any], one: Unreachable) -> tuple[str | int, ...]:
    """Where it stands; of a rule that follows from an order, the first order."""
    if one.is_rule:
        places = [i for i, rule in enumerate(file.get("rule", ())) if rule["code"] == one.code]
        return ("rule", places[0], "require") if places else ("order", 0)
    for s, section in enumerate(file["section"]):
        for v, variable in enumerate(section["variable"]):
            if variable["code"] == one.code:
                return ("section", s, "variable", v, "show_if")
    return ()


def _of_question(form: Form, step: FormStep, question: Question) -> str:
    """What is wrong with when it is asked; empty if nothing is."""
    if question.shown_if is None:
        return ""
    small = _Small(form, step, question.shown_if, also=question)
    if not any(question.code in found.shown for _, found in small.tried()):
        return "can never be asked: the answers of show_if exclude each other, or are never asked together"
    if not question.variable.required or question.variable.purpose != OUTCOME:
        return ""
    for answers, found in small.tried():
        if small.hides(question, found):
            of = ", ".join(sorted(code for code in question.shown_if.names if not _is_known(code, answers)))
            return f"is a required outcome that hides for good if {of} is unknown or not answered: use if_unknown()"
    return ""


def _is_known(code: str, answers: Mapping[str, Mapping[str, Answer]]) -> bool:
    return any(code in some and some[code].missing is None for some in answers.values())


class _Small:
    """The form without all that `condition` does not hang on."""

    def __init__(
        self,
        form: Form,
        step: FormStep,
        condition: Expression,
        *,
        also: Question | None = None,
        rules: tuple[FormRule, ...] = (),
    ) -> None:
        before = form.steps[: form.steps.index(step) + 1]
        self._step = step.code
        self._needed = _needed(form, before, condition)
        asked = [q for one in before for q in one.questions if q.code in self._needed or q is also]
        # A rule that is broken says that a condition is known to be false.
        conditions = tuple(_as_rule(q.code, q.shown_if) for q in asked if q.shown_if) if also else ()
        self._form = replace(form, steps=tuple(self._less(one, step, (*rules, *conditions), also) for one in before))
        self._questions = {one.code: list(one.questions) for one in self._form.steps}
        texts = [condition.text, *(q.shown_if.text for q in asked if q.shown_if)]
        texts += [score.formula.text for code, score in form.scores.items() if code in self._needed]
        texts += [one.death.told_by.text for one in self._form.steps if one.death]
        self._words = frozenset(re.findall(r"[\"']([^\"']*)[\"']", " ".join(texts)))
        found = {Decimal(text) for text in re.findall(r"(?<![a-z_\d])\d+(?:\.\d+)?", " ".join(texts))}
        self._numbers = sorted(found | {Decimal(0), Decimal(1)})

    def tried(self) -> Iterator[tuple[Mapping[str, Mapping[str, Answer]], Assessment]]:
        """Answers, and what the step comes to with them; the same each time."""
        dice = random.Random(self._step)  # noqa: S311
        for _ in range(_TRIES):
            answers = {code: dict(self._answered(dice, questions)) for code, questions in self._questions.items()}
            yield answers, assess(self._form, self._step, answers=answers, patient=self._patient(dice))

    def hides(self, question: Question, found: Assessment) -> bool:
        """Whether the question is not asked though no answer says that it should not be, and the step can be signed."""
        false = {rule.code for rule in found.broken}
        return question.code not in found.shown and not found.lacking and not false & {question.code, *self._needed}

    def _less(self, one: FormStep, last: FormStep, rules: tuple[FormRule, ...], also: Question | None) -> FormStep:
        sections = tuple(
            replace(
                section,
                questions=tuple(
                    _at_any_time(q) if q is also else q
                    for q in section.questions
                    if q.code in self._needed or q is also
                ),
            )
            for section in one.sections
        )
        tells = one.death is not None and {one.death.on, *one.death.told_by.names} <= self._needed
        return replace(
            one,
            sections=sections,
            scores=tuple(score for score in one.scores if score.code in self._needed),
            rules=rules if one is last else (),
            death=one.death if tells else None,
        )

    def _answered(self, dice: random.Random, questions: list[Question]) -> Iterator[tuple[str, Answer]]:
        for question in questions:
            luck = dice.random()
            if luck < 0.1:
                continue
            if luck < 0.25 and question.variable.missing:
                yield question.code, Answer(missing=dice.choice(question.variable.missing))
            else:
                yield question.code, Answer(value=self._value(dice, question))

    def _value(self, dice: random.Random, question: Question) -> Value:
        match question.type:
            case VariableType.CHOICE:
                return self._options(dice, question, 1)[0]
            case VariableType.CHOICES:
                return frozenset(self._options(dice, question, dice.choice((1, 1, 2, 3))))
            case VariableType.INTEGER | VariableType.DECIMAL:
                return self._number(dice, question)
            case VariableType.MOMENT:
                return self._moment(dice)
            case VariableType.DATE:
                return day_of(self._moment(dice))
            case VariableType.CODE:
                return str(dice.choice(["x", *sorted(self._words)]))
        return "x"

    def _options(self, dice: random.Random, question: Question, how_many: int) -> list[str]:
        """Those that a condition names come more often."""
        codes = [option.code for option in question.options]
        named = [code for code in codes if code in self._words]
        among = named if named and dice.random() < 0.6 else codes
        return dice.sample(among, min(how_many, len(among)))

    def _number(self, dice: random.Random, question: Question) -> Decimal:
        hard = question.variable.hard
        ends = [end for end in (hard.least, hard.most) if end is not None] if hard else []
        number = dice.choice([*self._numbers, *ends]) + dice.choice(_AROUND)
        number = number.quantize(Decimal(1).scaleb(-question.variable.decimals), ROUND_FLOOR)
        return number if hard is None or hard.holds(number) else dice.choice(ends)

    def _moment(self, dice: random.Random) -> datetime:
        far = float(dice.choice([number for number in self._numbers if number <= 4000]) + dice.choice((-1, 0, 0, 1)))
        unit = dice.choice(("days", "days", "hours", "minutes"))
        return _BEGINNING + timedelta(**{unit: far})

    def _patient(self, dice: random.Random) -> KnownOfPatient:
        died_on = day_of(self._moment(dice)) if dice.random() < 0.5 else None
        age = int(dice.choice([number for number in self._numbers if number <= 120]) + dice.choice((-1, 0, 1)))
        born = day_of(self._moment(dice))
        return KnownOfPatient(birth_date=born, sex=dice.choice(sorted(SEX_OPTIONS)), died_on=died_on, age=max(age, 0))


def _needed(form: Form, before: tuple[FormStep, ...], condition: Expression) -> frozenset[str]:
    """Names of all that the condition hangs on, and of what that hangs on."""
    found: set[str] = set()
    left = set(condition.names)
    while left:
        name = left.pop()
        if name in found:
            continue
        found.add(name)
        if name in form.scores:
            left |= form.scores[name].formula.names
        elif name == "died_on":
            left |= {one for step in before if step.death for one in (step.death.on, *step.death.told_by.names)}
        elif name in form.questions:
            question = form.questions[name]
            left |= question.shown_if.names if question.shown_if else frozenset()
            left |= {question.variable.opens.after, "died_on"} if question.variable.opens else set()
    return frozenset(found)


def _at_any_time(question: Question) -> Question:
    return replace(question, variable=question.variable.model_copy(update={"opens": None}))


def _as_rule(code: str, condition: Expression) -> FormRule:
    words = Words(sv=code, en=code)
    return FormRule(code=code, require=condition, message=words, about=(code,), level=RuleLevel.FLAG)
