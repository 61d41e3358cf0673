"""A patient who arrives at a clinic, as all sub-registries see one, and chance."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from registret.demo.history.clinics import Care
from registret.kernel.sweden import SWEDEN
from registret.registries.answers import MISSING_KEY
from registret.registries.vocabulary import Missing

Story = dict[str, list[str]]
"""Answers to all steps of a form, as people type them: by variable, one text, or several where several are chosen."""

UNKNOWN: Final = f"{MISSING_KEY}:{Missing.UNKNOWN.value}"
NOT_DONE: Final = f"{MISSING_KEY}:{Missing.NOT_DONE.value}"
NOT_APPLICABLE: Final = f"{MISSING_KEY}:{Missing.NOT_APPLICABLE.value}"

_OLD: Final = 65
_LIMITED_AGE: Final = 84


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoCase:
    """`illness`: how ill, beside others with the same disease; 0 is the middle, and few are beyond 2."""

    rng: random.Random
    arrived_at: datetime
    age: int
    sex: str
    care: Care
    illness: float

    def chance(self, share: float, *, times: float = 1.0) -> bool:
        """`times`: what multiplies the odds."""
        odds = times * share / (1 - share) if share < 1 else math.inf
        return self.rng.random() < odds / (1 + odds) if odds < math.inf else True

    def pick(self, weights: Mapping[str, float]) -> str:
        return self.rng.choices(list(weights), weights=list(weights.values()))[0]

    def yes(self, share: float, *, times: float = 1.0) -> list[str]:
        return ["yes" if self.chance(share, times=times) else "no"]

    def number(self, middle: float, spread: float, least: float, most: float, *, decimals: int = 0) -> str:
        """As one types it; normally distributed."""
        found = min(max(self.rng.gauss(middle, spread), least), most)
        return f"{found:.{decimals}f}".replace(".", ",")

    def skewed(self, median: float, spread: float, most: float) -> float:
        """Log-normally distributed, as times and many laboratory values are."""
        return min(median * math.exp(self.rng.gauss(0, spread)), most)

    def minutes(self, median: float, spread: float, most: float) -> int:
        """A time that the clinic can do something about, at least a few minutes."""
        return max(round(self.skewed(median * self.care.delay, spread, most)), self.rng.randint(3, 9))

    def after(self, minutes: float) -> str:
        """So long after the arrival, as one types a moment."""
        return stamp(self.arrived_at + timedelta(minutes=minutes))

    def day_after(self, days: int) -> str:
        return f"{(self.arrived_at + timedelta(days=days)).astimezone(SWEDEN):%Y-%m-%d}"

    @property
    def is_winter(self) -> bool:
        return self.arrived_at.month in {12, 1, 2, 3}

    def forget(self, story: Story, shares: Mapping[str, tuple[float, str]]) -> None:
        """Some answers are missing, each as often as `shares` says, and for that reason; empty: nobody answered."""
        for code, (share, why) in shares.items():
            if code in story and self.chance(share):
                story[code] = [why] if why else []


def stamp(moment: datetime) -> str:
    return f"{moment.astimezone(SWEDEN):%Y-%m-%d %H:%M}"


def background(case: DemoCase) -> Story:
    """Where the patient came from, and how healthy before. All sub-registries ask this."""
    rng, is_old = case.rng, case.age >= _OLD
    homes = {"home": 0.82, "care_home": 0.13 if is_old else 0.02, "hospital": 0.03, "abroad": 0.005, "other": 0.01}
    diseases = _chosen(rng, _DISEASES_OLD if is_old else _DISEASES_YOUNG)
    defences = _chosen(rng, _DEFENCES)
    doctor = {"infection": 0.14, "emergency": 0.38, "medicine": 0.3, "surgery": 0.03, "rotating": 0.12, "other": 0.03}
    return {
        "admitted_from": [case.pick(homes)],
        "first_doctor": [case.pick(doctor)],
        "comorbidity": diseases or ["none"],
        "immunosuppression": defences or ["none"],
        "care_limits": _limits(case, diseases),
    }


def _limits(case: DemoCase, diseases: list[str]) -> list[str]:
    share = 0.02 + 0.02 * max(0, case.age - _OLD) + (0.2 if "dementia" in diseases else 0)
    if not case.chance(min(share, 0.75)):
        return ["none"]
    if case.age > _LIMITED_AGE and case.chance(0.04):
        return ["no_cpr", "no_icu", "palliative"]
    return ["no_cpr", "no_icu"] if case.chance(0.65) else ["no_cpr"]


def _chosen(rng: random.Random, shares: Mapping[str, float]) -> list[str]:
    return [code for code, share in shares.items() if rng.random() < share]


_DISEASES_OLD: Final = {
    "copd": 0.22, "asthma": 0.07, "heart_failure": 0.22, "ischaemic_heart": 0.2, "cerebrovascular": 0.13,
    "dementia": 0.1, "diabetes": 0.22, "kidney": 0.13, "liver": 0.01, "solid_tumour": 0.1, "blood_malignancy": 0.04,
    "other": 0.12,
}  # fmt: skip
_DISEASES_YOUNG: Final = {
    "copd": 0.06, "asthma": 0.14, "heart_failure": 0.03, "ischaemic_heart": 0.04, "cerebrovascular": 0.02,
    "diabetes": 0.1, "kidney": 0.03, "liver": 0.03, "solid_tumour": 0.04, "blood_malignancy": 0.03, "other": 0.12,
}  # fmt: skip
_DEFENCES: Final = {"steroids": 0.05, "biological": 0.025, "chemotherapy": 0.03, "transplant": 0.01, "asplenia": 0.005}
