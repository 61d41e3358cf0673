"""The patients of the demo, out of patients.toml: who they are, and what is registered about them on which day."""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from registret.access.actor import Actor
from registret.demo.people.episodes import fictitious_number
from registret.kernel.sweden import SWEDEN, day_of
from registret.records.numbers import PatientNumber
from registret.records.reporting import beginning, signing, writing
from registret.records.reporting.inclusion import NewPatient

_FILE: Final = Path(__file__).with_suffix(".toml")
_AFTER_ARRIVAL: Final = re.compile(r"\+(?:(?P<days>\d+)d)? ?(?:(?P<hours>\d+):(?P<minutes>\d\d))?", re.ASCII)
_ROUND: Final = time(15, 30)
"""When steps are filled in: after the round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStep:
    """A step as it is filled in at `at`; `does` says what then: sign, keep or lay_aside."""

    code: str
    at: datetime
    written: Mapping[str, list[str]]
    does: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPatient:
    """`inclusion` and `steps` hold answers as forms bring them, by variable."""

    number: str
    sub_registry: str
    inclusion: Mapping[str, list[str]]
    steps: tuple[PlannedStep, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """One sitting at the form: the step of a patient, and before the first step the inclusion."""

    patient: DemoPatient
    step: PlannedStep
    is_first: bool

    def carry_out(self, episodes: dict[str, str], *, actor: Actor) -> None:
        """By the services that the pages use. `episodes`: system ids of what was begun, by number of the patient."""
        number, at = self.patient.number, self.step.at
        if self.is_first:
            episodes[number] = beginning.begin(
                actor=actor,
                who=NewPatient(number=PatientNumber.parse(number, today=day_of(at))),
                sub_registry=self.patient.sub_registry,
                written=self.patient.inclusion,
                is_no_double=True,
                at=at,
            )
        episode, step = episodes[number], self.step.code
        writing.write(actor=actor, episode=episode, step=step, base=0, written=self.step.written, at=at)
        match self.step.does:
            case "sign":
                signing.sign(actor=actor, episode=episode, step=step, base=1, at=at)
            case "lay_aside":
                writing.lay_aside(actor=actor, episode=episode, step=step, at=at)


def registrations(*, now: datetime) -> list[Registration]:
    """All of them, as seen from `now`, in the order of time."""
    found = [
        Registration(patient=patient, step=step, is_first=place == 0)
        for patient in patients(now=now)
        for place, step in enumerate(patient.steps)
    ]
    return sorted(found, key=lambda one: one.step.at)


@cache
def _read() -> tuple[dict[str, Any], ...]:
    with _FILE.open("rb") as file:
        return tuple(tomllib.load(file)["patient"])


def patients(*, now: datetime) -> tuple[DemoPatient, ...]:
    """All of them, as seen from `now`, in the order of the file."""
    rng = random.Random(2026)  # noqa: S311 - invented people
    return tuple(_patient(one, now=now, rng=rng) for one in _read())


def _patient(told: dict[str, Any], *, now: datetime, rng: random.Random) -> DemoPatient:
    day = day_of(now) - timedelta(days=told["arrived"]["days_ago"])
    arrived_at = datetime.combine(day, time.fromisoformat(told["arrived"]["at"]), SWEDEN)
    return DemoPatient(
        number=_number(rng, born=told["born"], sex=told["sex"]),
        sub_registry=told["sub_registry"],
        inclusion={"arrived_at": [f"{arrived_at:%Y-%m-%d %H:%M}"]} | _written(told["inclusion"], arrived_at),
        steps=tuple(_steps(told, arrived_at)),
    )


def _steps(told: dict[str, Any], arrived_at: datetime) -> Iterator[PlannedStep]:
    for code, step in told.items():
        if isinstance(step, dict) and "does" in step:
            day = arrived_at.date() + timedelta(days=step["registered"])
            at = datetime.combine(day, _ROUND, SWEDEN)
            yield PlannedStep(code=code, at=at, written=_written(step["answers"], arrived_at), does=step["does"])


def _written(answers: dict[str, Any], arrived_at: datetime) -> dict[str, list[str]]:
    texts = {code: [answer] if isinstance(answer, str) else list(answer) for code, answer in answers.items()}
    return {code: [_moment(text, arrived_at) for text in found] for code, found in texts.items()}


def _moment(text: str, arrived_at: datetime) -> str:
    """`+1:10` and the like as the form takes it; any other text as it is."""
    match = _AFTER_ARRIVAL.fullmatch(text)
    if match is None or text == "+":
        return text
    if match["days"] is None:
        after = arrived_at + timedelta(hours=int(match["hours"]), minutes=int(match["minutes"]))
        return f"{after:%Y-%m-%d %H:%M}"
    day = arrived_at.date() + timedelta(days=int(match["days"]))
    return f"{day} {match['hours']}:{match['minutes']}" if match["hours"] else f"{day}"


def _number(rng: random.Random, *, born: date, sex: str) -> str:
    """A number that nobody has, whose last digit but one says the sex."""
    while True:
        number = fictitious_number(rng, born=born)
        if bool(int(number[10]) % 2) == (sex == "male"):
            return number
