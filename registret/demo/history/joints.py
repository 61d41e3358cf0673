"""What infections of joints have in common, with a prosthesis and without one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from registret.demo.history.case import NOT_APPLICABLE, NOT_DONE, UNKNOWN, DemoCase, Story
from registret.demo.history.outcome import DemoOutcome, later, leaving

_HOUR: Final = 60
YEAR: Final = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoJoint:
    """`culture_is_positive`: that of the joint."""

    case: DemoCase
    before: Story
    agent: str
    culture_is_positive: bool
    outcome: DemoOutcome

    def at(self, minutes: float) -> str:
        """A moment in the stay, however short it is."""
        return self.case.after(min(minutes, self.outcome.stay - 20))

    def day(self, day: float) -> str:
        """A day in the stay, as `at`."""
        return self.at(day * 24 * _HOUR).split()[0]


def samples(told: DemoJoint, *, aspirated: float) -> Story:
    """`aspirated`: in how many a needle is put into the joint."""
    case = told.case
    wait = case.minutes(320, 0.8, 48 * _HOUR)
    in_time = case.chance(0.8, times=case.care.thorough)
    needle = wait * case.rng.uniform(0.3, 0.9) if in_time else wait + case.rng.randint(30, 900)
    first = {"cloxacillin": 0.55, "cefotaxime": 0.25, "ceftriaxone": 0.08, "vancomycin": 0.08, "clindamycin": 0.04}
    return {
        "crp": [str(round(case.skewed(140, 0.6, 480)))],
        "joint_aspirated": case.yes(aspirated),
        "joint_aspirated_at": [told.at(needle)],
        "aspirate_cells": [f"{case.skewed(60, 0.7, 280):.1f}".replace(".", ",")],
        "blood_culture": case.yes(0.93),
        "blood_cultured_at": [told.at(wait * case.rng.uniform(0.2, 0.95))],
        "antibiotic_before": [case.pick({"none": 0.8, "primary_care": 0.13, "hospital": 0.07})],
        "antibiotic": [case.pick(first)],
        "antibiotic_at": [told.at(wait)],
        "intensive_care": case.yes(0.05),
    }


def cause(told: DemoJoint, *, days: float) -> Story:
    """The agent, and what was given against it; `days`: for how long, the median."""
    case, agent = told.case, told.agent
    in_blood = agent != "none_found" and (not told.culture_is_positive or case.chance(0.35))
    iv_days = min(max(round(case.skewed(13, 0.4, 60)), 1), max(told.outcome.nights, 1))
    planned = max(round(case.skewed(days, 0.25, 400)), iv_days)
    return {
        "joint_culture": ["positive" if told.culture_is_positive else "negative"],
        "blood_culture_result": ["positive" if in_blood else "negative"],
        "agent": [agent],
        "resistance": ["none"],
        "main_antibiotic": [_INTRAVENOUS.get(agent, "cefotaxime")],
        "iv_days": [str(iv_days)],
        "oral_antibiotic": [NOT_APPLICABLE if told.outcome.dies_in_hospital else _ORAL.get(agent, "clindamycin")],
        "planned_days": [NOT_APPLICABLE if told.outcome.dies_in_hospital else str(planned)],
        **leaving(case, told.outcome, told.before["admitted_from"]),
    }


def after_a_year(told: DemoJoint, *, cured: float) -> Story:
    """`cured`: how likely that is, before the clinic has its share in it."""
    case = told.case
    if told.outcome.dies_in_hospital:
        return {}
    other = {"suppression": 0.42, "reoperation": 0.54, "amputation": 0.04}
    result = "cured" if case.chance(cured, times=case.care.thorough) else case.pick(other)
    return later(case, told.outcome, asked=(YEAR,)) | {"result": [result]}


MISSING: Final = {
    "first_doctor": (0.06, ""),
    "symptom_days": (0.06, UNKNOWN),
    "crp": (0.02, NOT_DONE),
    "joint_aspirated_at": (0.04, UNKNOWN),
    "aspirate_cells": (0.15, NOT_DONE),
    "blood_cultured_at": (0.05, UNKNOWN),
    "antibiotic_at": (0.04, UNKNOWN),
    "planned_days": (0.05, UNKNOWN),
    "result": (0.06, UNKNOWN),
}
_INTRAVENOUS: Final[Mapping[str, str]] = {
    "staph_aureus": "cloxacillin",
    "coagulase_negative": "vancomycin",
    "strep_pyogenes": "benzylpenicillin",
    "strep_agalactiae": "benzylpenicillin",
    "strep_dysgalactiae": "benzylpenicillin",
    "strep_viridans": "benzylpenicillin",
    "pneumococcus": "benzylpenicillin",
    "enterococcus_faecalis": "ampicillin",
    "cutibacterium": "benzylpenicillin",
}
_ORAL: Final[Mapping[str, str]] = {
    "staph_aureus": "flucloxacillin",
    "coagulase_negative": "linezolid",
    "strep_pyogenes": "phenoxymethylpenicillin",
    "strep_agalactiae": "amoxicillin",
    "strep_dysgalactiae": "phenoxymethylpenicillin",
    "enterococcus_faecalis": "amoxicillin",
    "e_coli": "ciprofloxacin",
    "enterobacterales": "ciprofloxacin",
    "pseudomonas": "ciprofloxacin",
}
