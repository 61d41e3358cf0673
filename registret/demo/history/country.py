"""Which episodes each clinic of the demo country has registered over some years: the same ones for the same seed."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from registret.demo.history import endokardit, led_nativ, led_protes, meningit, pneumoni, sepsis
from registret.demo.history.case import DemoCase, Story
from registret.demo.history.clinics import WAS_OPEN, care_at, episodes_a_year, promptness_of
from registret.demo.history.registering import PastStep, StoryBroken, ToldEpisode, steps_of
from registret.demo.people import cast
from registret.demo.people.episodes import fictitious_number, of_age, sexed
from registret.kernel.secret import CODE_ALPHABET
from registret.kernel.sweden import SWEDEN, day_of, months_later
from registret.registries.assessing import KnownOfPatient
from registret.registries.forms import Form
from registret.registries.queries import form_of, sub_registries

TELLERS: Final[Mapping[str, Callable[[DemoCase], Story]]] = {
    "pneumoni": pneumoni.tell,
    "sepsis": sepsis.tell,
    "meningit": meningit.tell,
    "endokardit": endokardit.tell,
    "led-nativ": led_nativ.tell,
    "led-protes": led_protes.tell,
}
"""By sub-registry, what makes the answers to its form; those that are closed last."""
_WINTRY: Final = (1.5, 1.45, 1.25, 1.0, 0.85, 0.75, 0.65, 0.65, 0.8, 0.95, 1.05, 1.35)
"""How many patients with pneumonia come in each month, beside a twelfth."""
_QUARTERS: Final = 1
"""So much is registered before the years that are shown, since figures of a month may wait that long."""
_TRIES: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class PastEpisode:
    """An episode of a patient of its own, as `records` keeps one. `number`: twelve digits that nobody has."""

    system_id: str
    patient: str
    number: str
    born: date
    sex: str
    sub_registry: str
    version: int
    began_at: datetime
    steps: tuple[PastStep, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Whole `years` that ended `now`, in complete quarters, and what came before them. `size`: how large the country
    is, beside the usual one."""

    years: int
    now: datetime
    size: float = 1.0

    @property
    def first_day(self) -> date:
        this_month = day_of(self.now).replace(day=1)
        this_quarter = this_month.replace(month=(this_month.month - 1) // 3 * 3 + 1)
        return months_later(this_quarter, -12 * self.years - 3 * _QUARTERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What one clinic has registered in one sub-registry."""

    clinic: str
    sub_registry: str
    span: Span

    @property
    def patients(self) -> int:
        """How many came. Of the last weeks' some are not registered yet."""
        a_year = episodes_a_year(self.clinic, self.sub_registry) * self.span.size
        return round(a_year * (self._until - self._since).days / 365.25)

    @property
    def _since(self) -> date:
        return WAS_OPEN[self.sub_registry][0] if self.sub_registry in WAS_OPEN else self.span.first_day

    @property
    def _until(self) -> date:
        return WAS_OPEN[self.sub_registry][1] if self.sub_registry in WAS_OPEN else day_of(self.span.now)

    def episodes(self) -> Iterator[PastEpisode | None]:
        """For each patient in the order of arrival the episode; None: not registered yet."""
        rng = random.Random(f"{self.clinic} {self.sub_registry}")  # noqa: S311 - invented people
        versions = {one.code: one.version for one in sub_registries(on=day_of(self.span.now))}
        form = form_of(self.sub_registry, versions[self.sub_registry])
        arrivals = sorted(self._arrival(rng) for _ in range(self.patients))
        for arrived_at in arrivals:
            yield self._episode(rng, form, arrived_at)

    def _arrival(self, rng: random.Random) -> datetime:
        """People come at all hours, most by day."""
        while True:
            day = self._since + timedelta(days=rng.randrange((self._until - self._since).days))
            if rng.random() * max(_WINTRY) < _WINTRY[day.month - 1]:
                break
        hour = rng.choices(range(24), weights=[2] * 7 + [4, 5, 6, 8, 8, 8, 8, 8, 7, 7, 6, 6, 5, 5, 4, 3, 3])[0]
        return datetime.combine(day, time(hour, rng.randrange(60)), SWEDEN).astimezone(UTC)

    def _episode(self, rng: random.Random, form: Form, arrived_at: datetime) -> PastEpisode | None:
        system_id, patient_id = _system_id(rng, "E"), _system_id(rng, "P")
        born, patient = of_age(rng, at=arrived_at)
        number = fictitious_number(rng, born=born)
        patient = sexed(number, patient)
        case = DemoCase(
            rng=rng,
            arrived_at=arrived_at,
            age=patient.age or 0,
            sex=patient.sex,
            care=care_at(self.clinic, day_of(arrived_at), today=day_of(self.span.now)),
            illness=rng.gauss(0, 1),
        )
        steps = self._steps(case, form, patient)
        if not steps:
            return None
        return PastEpisode(
            system_id=system_id,
            patient=patient_id,
            number=number,
            born=born,
            sex=patient.sex,
            sub_registry=form.code,
            version=form.version,
            began_at=arrived_at,
            steps=steps,
        )

    def _steps(self, case: DemoCase, form: Form, patient: KnownOfPatient) -> tuple[PastStep, ...]:
        """Chance may tell what the form refuses, as a time of the night when clocks are put back: then anew."""
        tell, prompt = TELLERS[self.sub_registry], promptness_of(self.clinic)
        for _ in range(_TRIES):
            told = ToldEpisode(form=form, story=tell(case), case=case, patient=patient, prompt=prompt)
            with suppress(StoryBroken):
                return steps_of(told, now=self.span.now)
        return ()


def shares(clinics: Collection[str], span: Span) -> list[Share]:
    """What all clinics have registered: first what is looked at first in the demo."""
    first = (cast.INFECTION, cast.MEDICINE, cast.SYDVIK)
    order = [*(code for code in first if code in clinics), *sorted(set(clinics) - set(first))]
    found = [
        Share(clinic=clinic, sub_registry=sub_registry, span=span)
        for sub_registry in TELLERS
        for clinic in order
        if episodes_a_year(clinic, sub_registry)
    ]
    return sorted(found, key=lambda share: share.clinic not in first)


def _system_id(rng: random.Random, letter: str) -> str:
    return letter + "".join(rng.choices(CODE_ALPHABET, k=8))
