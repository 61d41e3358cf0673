"""Plausible fictitious answers to any form: what a definition allows, in the order in which things happen.

For the demo, for tests that need a complete step of any sub-registry, and for measuring with a million of them.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Final

from registret.kernel.checkdigit import luhn_digit
from registret.kernel.sweden import SWEDEN, day_of
from registret.records.numbers import age_on
from registret.registries.answers import MISSING_KEY, Answer, read
from registret.registries.assessing import Assessment, KnownOfPatient, assess
from registret.registries.forms import Form, FormStep, Question
from registret.registries.terminologies import within
from registret.registries.variables import Range
from registret.registries.vocabulary import VariableType

# Skatteverket's test numbers have these birth numbers: nobody living has them.
_TEST_NUMBERS: Final = range(980, 1000)
_NONE: Final = {"none", "none_found", "no"}
# So often an answer is missing where it may be.
_MISSING: Final = 0.04
_BOX_IS_EMPTY: Final = 0.95
_TRIES: Final = 30
# Those who are not to be included are not in the registry.
_TRIES_TO_INCLUDE: Final = 1000

Written = dict[str, list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeAnswers:
    """Answers to the steps of one episode, as forms bring them, and as they were read."""

    written: Mapping[str, Written]
    answers: Mapping[str, Mapping[str, Answer]]
    assessments: Mapping[str, Assessment]


def fictitious_number(rng: random.Random, *, born: date) -> str:
    """A personal number that nobody has, twelve digits."""
    eleven = f"{born:%Y%m%d}{rng.choice(_TEST_NUMBERS)}"
    return eleven + luhn_digit(eleven[2:])


def told(
    form: Form, *, patient: KnownOfPatient, began_at: datetime, at: datetime, rng: random.Random
) -> EpisodeAnswers:
    """Every step, in order, with answers that may be signed where luck allows it: the inclusion always."""
    written: dict[str, Written] = {}
    answers: dict[str, dict[str, Answer]] = {}
    assessments: dict[str, Assessment] = {}
    for place, step in enumerate(form.steps):
        story = _Story(
            form=form, step=step, place=place, patient=patient, began_at=began_at, at=at, before=answers, rng=rng
        )
        written[step.code], answers[step.code], assessments[step.code] = story.best()
    return EpisodeAnswers(written=written, answers=answers, assessments=assessments)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Story:
    """One step. `place`: how late in the episode it is, counted from 0."""

    form: Form
    step: FormStep
    place: int
    patient: KnownOfPatient
    began_at: datetime
    at: datetime
    before: Mapping[str, Mapping[str, Answer]]
    rng: random.Random

    def best(self) -> tuple[Written, dict[str, Answer], Assessment]:
        """The first of some tries that can be signed, else the last."""
        found = self._once()
        for _ in range(_TRIES if self.place else _TRIES_TO_INCLUDE):
            if found[2].can_be_signed:
                break
            found = self._once()
        return found

    def _once(self) -> tuple[Written, dict[str, Answer], Assessment]:
        written: Written = {}
        answers: dict[str, Answer] = {}
        clock = self.began_at
        for question in self.step.questions:
            now = self._assessed(answers)
            if question.code not in now.shown or question.code in now.locked:
                continue
            # A box by itself, such as that the patient has died: seldom ticked.
            if len(question.options) == 1 and self.rng.random() < _BOX_IS_EMPTY:
                continue
            texts, clock = self._answered(question, clock)
            answer = read(question, texts, at=self.at)
            if answer is not None:
                written[question.code], answers[question.code] = texts, answer
        return written, answers, self._assessed(answers)

    def _assessed(self, answers: Mapping[str, Answer]) -> Assessment:
        everything = {**self.before, self.step.code: answers}
        return assess(self.form, self.step.code, answers=everything, patient=self.patient, today=day_of(self.at))

    def _answered(self, question: Question, clock: datetime) -> tuple[list[str], datetime]:
        variable = question.variable
        if variable.missing and self.rng.random() < _MISSING:
            return [f"{MISSING_KEY}:{self.rng.choice(variable.missing).value}"], clock
        match question.type:
            case VariableType.CHOICE:
                return [self._option(question)], clock
            case VariableType.CHOICES:
                return self._options(question), clock
            case VariableType.INTEGER | VariableType.DECIMAL:
                return [
                    self._number(variable.usual or variable.hard or Range(least=Decimal(0)), variable.decimals)
                ], clock
            case VariableType.CODE | VariableType.CODES:
                return [self._code(question)], clock
            case VariableType.TEXT:
                return ["Citrobacter koseri"[: variable.longest]], clock
        clock = self.began_at if question.code == self.form.anchor else min(clock + self._while(), self.at)
        local = clock.astimezone(SWEDEN)
        return [f"{local:%Y-%m-%d}" if question.type is VariableType.DATE else f"{local:%Y-%m-%d %H:%M}"], clock

    def _code(self, question: Question) -> str:
        """One that is expected, if the list has such, else the example of its system."""
        if question.terminology is None:
            return ""
        day = self.began_at.date()
        found = question.terminology.search("", expected=question.variable.expected, on=day, most=20)
        expected = [one.code for one in found if within(one.code, question.variable.expected)]
        return self.rng.choice(expected) if expected else question.terminology.about.example

    def _option(self, question: Question) -> str:
        """What comes first in a list is common."""
        return self.rng.choices(
            [option.code for option in question.options],
            weights=[1 / (place + 1) for place in range(len(question.options))],
        )[0]

    def _options(self, question: Question) -> list[str]:
        nothing = [option.code for option in question.options if option.code in _NONE]
        others = [option.code for option in question.options if option.code not in _NONE]
        if nothing and self.rng.random() < 0.5:
            return nothing[:1]
        return sorted(self.rng.sample(others, k=min(len(others), self.rng.choice((1, 1, 2)))))

    def _number(self, limits: Range, decimals: int) -> str:
        least = float(limits.least if limits.least is not None else 0)
        most = float(limits.most if limits.most is not None else least + 100)
        middle, width = (least + most) / 2, (most - least) / 6
        number = min(max(self.rng.gauss(middle, width), least), most)
        return f"{number:.{decimals}f}".replace(".", ",")

    def _while(self) -> timedelta:
        """Until the next thing happens: minutes in acute care, days until discharge, months until follow-up."""
        if self.place <= 1:
            return timedelta(minutes=self.rng.randint(5, 60))
        return timedelta(days=self.rng.randint(1, 5) if self.place == 2 else self.rng.randint(20, 60))


def of_age(rng: random.Random, *, at: datetime) -> tuple[date, KnownOfPatient]:
    """A person between 18 and 97, the old more often."""
    age = min(97, max(18, round(rng.gauss(70, 15))))
    day = at.astimezone(UTC).date()
    born = date(day.year - age - 1, rng.randint(1, 12), rng.randint(1, 28))
    years = age_on(day, born=born)
    sex = rng.choice(("female", "male"))
    return born, KnownOfPatient(birth_date=born, sex=sex, died_on=None, age=years)


def sexed(number: str, patient: KnownOfPatient) -> KnownOfPatient:
    """The patient whom the number says."""
    return replace(patient, sex="male" if int(number[10]) % 2 else "female")
