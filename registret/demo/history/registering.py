"""Stories become episodes as the forms take them: read and judged as what people type is, and signed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from registret.demo.history.case import DemoCase, Story
from registret.kernel.sweden import SWEDEN, day_of
from registret.records.lifecycle import StepState
from registret.records.reporting.changes import due_between
from registret.registries.answers import Answer, AnswerBroken, Stored, read
from registret.registries.assessing import KnownOfPatient, assess
from registret.registries.forms import Form, FormStep
from registret.registries.vocabulary import VariableType

_UNTIL_ACUTE: Final = (44, 120)
"""Hours from arrival until the first steps are registered."""
_UNTIL_DISCHARGE: Final = 9
"""Days from discharge until it is registered, the median."""
_LATEST: Final = 75
_NEXT_DAY: Final = timedelta(days=1)
_ROUND: Final = time(13)


class StoryBroken(Exception):
    """The form does not take what is told. `str()` says in which step, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastStep:
    """As `records` keeps a step. `at`: when it was signed, or closed by a death; None: it is still to come."""

    code: str
    state: StepState
    at: datetime | None
    due: tuple[date | None, date | None]
    answers: Mapping[str, Stored]
    next_since: datetime | None = None
    says_dead: bool = False
    died_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldEpisode:
    """A story, and the form that it answers. `prompt`: within how many days a follow-up is registered."""

    form: Form
    story: Story
    case: DemoCase
    patient: KnownOfPatient
    prompt: int


def steps_of(told: ToldEpisode, *, now: datetime) -> tuple[PastStep, ...]:
    """The steps as they are `now`: signed, closed by a death, or follow-ups that are still to come. None at all if the
    discharge is not registered yet: in this history nothing is half done.

    Raises: StoryBroken.
    """
    answers: dict[str, Mapping[str, Answer]] = {}
    done: list[PastStep] = []
    for step in told.form.steps:
        due = due_between(step, answers)
        before = done[-1].at if done else None
        if step.due and any(one.says_dead for one in done):
            done.append(PastStep(code=step.code, state=StepState.CLOSED, at=before, due=due, answers={}))
            continue
        at = _registered(told, step, due[0])
        if step.due and (before is None or at > now):
            planned = PastStep(code=step.code, state=StepState.PLANNED, at=None, due=due, answers={}, next_since=before)
            done.append(planned)
        elif at > now:
            return ()
        else:
            signed, answers[step.code] = _signed(told, step, answers, due=due, at=max(at, before or at))
            done.append(signed)
    return tuple(done)


def _registered(told: ToldEpisode, step: FormStep, due_from: date | None) -> datetime:
    """When a clinic registers the step: on a working afternoon."""
    case = told.case
    if due_from is not None:
        return datetime.combine(due_from + timedelta(days=case.rng.randint(0, told.prompt)), _afternoon(case), SWEDEN)
    arrived = case.arrived_at + timedelta(hours=case.rng.randint(*_UNTIL_ACUTE))
    place = told.form.steps.index(step)
    if place < 2:
        return max([arrived, *_known_from(told, step)])
    left = datetime.strptime(told.story["discharged_at"][0], "%Y-%m-%d %H:%M").replace(tzinfo=SWEDEN)
    days = int(case.skewed(_UNTIL_DISCHARGE, 0.8, _LATEST))
    return datetime.combine(day_of(left) + timedelta(days=days + 1), _afternoon(case), SWEDEN)


def _known_from(told: ToldEpisode, step: FormStep) -> Iterator[datetime]:
    """The days after those that the step tells of: until then the answer would be a guess."""
    for question in step.questions:
        for text in told.story.get(question.code, ()):
            if question.type in {VariableType.DATE, VariableType.MOMENT} and text[:1].isdigit():
                yield datetime.combine(date.fromisoformat(text[:10]) + _NEXT_DAY, _ROUND, SWEDEN)


def _afternoon(case: DemoCase) -> time:
    return time(case.rng.randint(13, 16), case.rng.randint(0, 59))


def _signed(
    told: ToldEpisode,
    step: FormStep,
    before: Mapping[str, Mapping[str, Answer]],
    *,
    due: tuple[date | None, date | None],
    at: datetime,
) -> tuple[PastStep, dict[str, Answer]]:
    """Raises: StoryBroken."""
    own = _read(told, step, at=at)
    judged = assess(told.form, step.code, answers={**before, step.code: own}, patient=told.patient, today=day_of(at))
    if not judged.can_be_signed:
        raise StoryBroken(f"{step.code}: {judged.lacking} {[rule.code for rule in judged.broken]}")
    counted = judged.shown - judged.locked.keys()
    own = {code: answer for code, answer in own.items() if code in counted}
    signed = PastStep(
        code=step.code,
        state=StepState.SIGNED,
        at=at,
        due=due,
        answers={code: answer.stored for code, answer in own.items()},
        says_dead=judged.death,
        died_on=judged.died_on,
    )
    return signed, own


def _read(told: ToldEpisode, step: FormStep, *, at: datetime) -> dict[str, Answer]:
    is_first = step.code == told.form.inclusion.code
    arrived_at = None if is_first else told.case.arrived_at
    found: dict[str, Answer] = {}
    for question in step.questions:
        try:
            answer = read(question, told.story.get(question.code, ()), at=at, arrived_at=arrived_at)
        except AnswerBroken as broken:
            raise StoryBroken(f"{step.code}: {question.code}: {broken}") from None
        if answer is not None:
            found[question.code] = answer
    return found
