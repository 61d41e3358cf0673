"""How long a stay is, and who dies when: the same in all sub-registries, with other numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from registret.demo.history.case import UNKNOWN, DemoCase, Story
from registret.kernel.sweden import SWEDEN

_DAY: Final = 24 * 60
_MONTH: Final = 30
_ROUND: Final = (9, 17)
"""Between which hours people are sent home."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOutcome:
    """`stay`: minutes from arrival to discharge, or to death in hospital. `dies_on`: how many days after the arrival,
    None for those who live as long as the registry asks."""

    stay: int
    dies_on: int | None

    @property
    def nights(self) -> int:
        return self.stay // _DAY

    @property
    def dies_in_hospital(self) -> bool:
        return self.dies_on is not None and self.dies_on * _DAY <= self.stay


def outcome_of(case: DemoCase, *, stay: float, early: float, late: float, days: int) -> DemoOutcome:
    """`stay`: its median in days. `early`: how likely death is within thirty days, before the clinic has its share in
    it; `late`: after that, within `days`."""
    nights = max(round(case.skewed(stay, 0.55, 58)), 1)
    dies_on: int | None = None
    if case.chance(min(early, 0.85), times=case.care.risk):
        dies_on = min(int(case.rng.expovariate(1 / 9)), _MONTH - 1)
    elif case.chance(late):
        dies_on = case.rng.randint(_MONTH + 2, days)
    if dies_on is not None and dies_on <= nights:
        return DemoOutcome(stay=dies_on * _DAY + case.rng.randint(200, _DAY - 1), dies_on=dies_on)
    return DemoOutcome(stay=_sent_home(case, nights), dies_on=None if dies_on is None else max(dies_on, nights + 2))


def _sent_home(case: DemoCase, nights: int) -> int:
    """Minutes until office hours of that day."""
    hour = case.rng.randint(*_ROUND)
    arrived = case.arrived_at.astimezone(SWEDEN)
    since_midnight = arrived.hour * 60 + arrived.minute
    return nights * _DAY - since_midnight + hour * 60 + case.rng.randint(0, 59)


def leaving(case: DemoCase, outcome: DemoOutcome, homes: list[str]) -> Story:
    """When the patient left the clinic, and where to. `homes`: where the patient came from."""
    if outcome.dies_in_hospital:
        return {"discharged_at": [case.after(outcome.stay)], "discharged_to": ["died"]}
    if homes == ["care_home"]:
        places = {"care_home": 0.93, "palliative": 0.03, "hospital": 0.04}
    elif case.age >= 75:
        places = {"home": 0.72, "care_home": 0.12, "hospital": 0.06, "rehabilitation": 0.07, "palliative": 0.03}
    else:
        places = {"home": 0.92, "care_home": 0.01, "hospital": 0.04, "rehabilitation": 0.02, "unknown_place": 0.01}
    return {"discharged_at": [case.after(outcome.stay)], "discharged_to": [case.pick(places)]}


def later(case: DemoCase, outcome: DemoOutcome, *, asked: tuple[int, ...]) -> Story:
    """What the follow-up tells of life and death. `asked`: after how many days it asks whether the patient lives."""
    if outcome.dies_in_hospital:
        return {}
    story: Story = {}
    if outcome.dies_on is not None and outcome.dies_on <= asked[-1]:
        story |= {"died_later": ["yes"], "death_on": [case.day_after(outcome.dies_on)]}
    is_lost = case.chance(0.012)
    for day in asked:
        if outcome.dies_on is None or outcome.dies_on > day:
            story[f"alive_{day}"] = [UNKNOWN] if is_lost else ["yes"]
    return story
