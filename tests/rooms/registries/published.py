"""Scores as their publications print them, in plain Python: nothing here knows the language of definitions.

Each takes complete values. What is unknown is tried out in `possible`: a score is known if it comes out the same
whatever is tried, and its lowest is the lowest that comes out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

Values = Mapping[str, Any]
"""By name; one that is not there is unknown."""


@dataclass(frozen=True, slots=True)
class Possible:
    least: int
    most: int

    @property
    def known(self) -> int | None:
        return self.least if self.least == self.most else None


def possible(score: Callable[..., int], values: Values, **tried: Iterable[object]) -> Possible:
    """`tried`: what an unknown value may be, for each name that the score takes."""
    each = [[values[name]] if name in values else list(some) for name, some in tried.items()]
    found = [score(**dict(zip(tried, some, strict=True))) for some in product(*each)]
    return Possible(min(found), max(found))


def together(parts: Iterable[Possible]) -> Possible:
    every = list(parts)
    return Possible(sum(part.least for part in every), sum(part.most for part in every))


# --- Lim et al., Thorax 2003;58:377, table 5 -------------------------------------------------------------


def crb65(confusion: str, respiratory_rate: float, systolic: float, diastolic: float, age: int) -> int:
    points = 0
    if confusion == "yes":
        points += 1
    if respiratory_rate >= 30:
        points += 1
    if systolic < 90 or diastolic <= 60:
        points += 1
    if age >= 65:
        points += 1
    return points


# --- Seymour et al., JAMA 2016;315:762 ---------------------------------------------------------------------


def qsofa(respiratory_rate: float, systolic: float, consciousness: str) -> int:
    return [respiratory_rate >= 22, systolic <= 100, consciousness != "alert"].count(True)


# --- Royal College of Physicians, NEWS2, 2017, chart 1 -----------------------------------------------------


def news2_breathing(respiratory_rate: float) -> int:
    if respiratory_rate <= 8:
        return 3
    if respiratory_rate <= 11:
        return 1
    if respiratory_rate <= 20:
        return 0
    return 2 if respiratory_rate <= 24 else 3


def news2_scale_1(saturation: float) -> int:
    if saturation <= 91:
        return 3
    if saturation <= 93:
        return 2
    return 1 if saturation <= 95 else 0


def news2_scale_2(saturation: float, on_oxygen: str) -> int:
    if saturation <= 83:
        return 3
    if saturation <= 85:
        return 2
    if saturation <= 87:
        return 1
    if saturation <= 92 or on_oxygen == "no":
        return 0
    if saturation <= 94:
        return 1
    return 2 if saturation <= 96 else 3


def news2_oxygen(on_oxygen: str) -> int:
    return 2 if on_oxygen == "yes" else 0


def news2_pressure(systolic: float) -> int:
    if systolic <= 90:
        return 3
    if systolic <= 100:
        return 2
    if systolic <= 110:
        return 1
    return 0 if systolic <= 219 else 3


def news2_pulse(pulse: float) -> int:
    if pulse <= 40:
        return 3
    if pulse <= 50:
        return 1
    if pulse <= 90:
        return 0
    if pulse <= 110:
        return 1
    return 2 if pulse <= 130 else 3


def news2_consciousness(consciousness: str) -> int:
    return 0 if consciousness == "alert" else 3


def news2_temperature(temperature: float) -> int:
    if temperature <= 35.0:
        return 3
    if temperature <= 36.0:
        return 1
    if temperature <= 38.0:
        return 0
    return 1 if temperature <= 39.0 else 2


def news2_risk(parts: Iterable[int]) -> str:
    points = list(parts)
    if sum(points) >= 7:
        return "High risk"
    if sum(points) >= 5:
        return "Medium risk"
    return "Low to medium risk (3 points in one part)" if 3 in points else "Low risk"


# --- Vincent et al., Intensive Care Med 1996;22:707, table 3; the limits of the liver and kidneys in µmol/L ----


def sofa_respiration(pao2: float, fio2: float, breathing_support: frozenset[str]) -> int:
    ratio = round(pao2 / (fio2 / 100), 6)
    supported = bool(breathing_support & {"niv", "ventilator"})
    if ratio < 13.3 and supported:
        return 4
    if ratio < 26.7 and supported:
        return 3
    if ratio < 40:
        return 2
    return 1 if ratio < 53.3 else 0


def sofa_coagulation(platelets: float) -> int:
    for points, limit in ((4, 20), (3, 50), (2, 100), (1, 150)):
        if platelets < limit:
            return points
    return 0


def sofa_liver(bilirubin: float) -> int:
    if bilirubin > 204:
        return 4
    if bilirubin >= 102:
        return 3
    if bilirubin >= 33:
        return 2
    return 1 if bilirubin >= 20 else 0


def sofa_circulation(
    mean_pressure: float, vasopressor: frozenset[str], dopamine: float, noradrenaline: float, adrenaline: float
) -> int:
    given = {"dopamine": dopamine, "noradrenaline": noradrenaline, "adrenaline": adrenaline}
    dose = {drug: amount if drug in vasopressor else 0.0 for drug, amount in given.items()}
    if dose["dopamine"] > 15 or dose["adrenaline"] > 0.1 or dose["noradrenaline"] > 0.1:
        return 4
    if dose["dopamine"] > 5 or dose["adrenaline"] > 0 or dose["noradrenaline"] > 0:
        return 3
    if dose["dopamine"] > 0 or "dobutamine" in vasopressor:
        return 2
    return 1 if mean_pressure < 70 else 0


def sofa_consciousness(gcs: float) -> int:
    if gcs < 6:
        return 4
    if gcs < 10:
        return 3
    if gcs < 13:
        return 2
    return 1 if gcs < 15 else 0


def sofa_kidneys(creatinine: float, urine_output: float, crrt: str) -> int:
    """With CRRT as in docs/decisions/0097."""
    if creatinine > 440 or urine_output < 200 or crrt == "yes":
        return 4
    if creatinine >= 300 or urine_output < 500:
        return 3
    if creatinine >= 171:
        return 2
    return 1 if creatinine >= 110 else 0
