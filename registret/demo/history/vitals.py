"""The first vital signs of a patient: those that are measured at every bedside, worse the more ill the patient is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from registret.demo.history.case import NOT_DONE, UNKNOWN, DemoCase, Story

_OLD: Final = 65


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """`temperature` is typed already."""

    confused: bool
    respiratory_rate: int
    systolic: int
    diastolic: int
    pulse: int
    temperature: str
    saturation: int
    on_oxygen: bool

    @property
    def story(self) -> Story:
        return {
            "respiratory_rate": [str(self.respiratory_rate)],
            "systolic": [str(self.systolic)],
            "diastolic": [str(self.diastolic)],
            "pulse": [str(self.pulse)],
            "temperature": [self.temperature],
            "saturation": [str(self.saturation)],
            "on_oxygen": ["yes" if self.on_oxygen else "no"],
        }

    def crb65(self, age: int) -> int:
        low = self.systolic < 90 or self.diastolic <= 60
        return sum((self.confused, self.respiratory_rate >= 30, low, age >= _OLD))


def vitals_of(case: DemoCase, *, lungs: float) -> Vitals:
    """`lungs`: how much the lungs suffer; 1 in pneumonia."""
    rng, ill = case.rng, case.illness
    systolic = round(min(max(rng.gauss(133 - 15 * ill, 18), 64), 206))
    confused = 1 / (1 + math.exp(2.5 - 0.9 * ill - (case.age - 70) / 22))
    saturation = round(min(max(rng.gauss(95 - 2.2 * lungs * (1.2 + ill), 2.4), 72), 99))
    return Vitals(
        confused=rng.random() < confused,
        respiratory_rate=round(min(max(rng.gauss(20 + 4.6 * lungs + 4.4 * ill, 4), 11), 44)),
        systolic=systolic,
        diastolic=round(min(max(systolic * 0.53 + rng.gauss(0, 7), 36), systolic - 15, 118)),
        pulse=round(min(max(rng.gauss(97 + 9 * ill, 14), 45), 168)),
        temperature=case.number(38.3 - 0.1 * max(ill, 0), 0.9, 34.9, 41.0, decimals=1),
        saturation=saturation,
        on_oxygen=rng.random() < (0.45 if saturation < 92 else 0.12),
    )


NOT_MEASURED: Final = {
    "respiratory_rate": (0.06, NOT_DONE),
    "systolic": (0.006, UNKNOWN),
    "diastolic": (0.012, UNKNOWN),
    "pulse": (0.01, ""),
    "temperature": (0.03, NOT_DONE),
    "saturation": (0.008, UNKNOWN),
    "on_oxygen": (0.03, UNKNOWN),
}
