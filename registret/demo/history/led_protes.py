"""What becomes of a patient with an infection of a joint that has a prosthesis."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from registret.demo.history.case import NOT_APPLICABLE, UNKNOWN, DemoCase, Story, background
from registret.demo.history.joints import MISSING, YEAR, DemoJoint, after_a_year, cause, samples
from registret.demo.history.outcome import outcome_of

_OLD: Final = 65
_STAPHYLOCOCCI: Final = frozenset({"staph_aureus", "coagulase_negative"})


def tell(case: DemoCase) -> Story:
    """The answers to all steps."""
    agent = case.pick(_AGENTS)
    early = 0.02 * (0.4 if case.age < _OLD else 1.4)
    told = DemoJoint(
        case=case,
        before=background(case),
        agent=agent,
        culture_is_positive=agent != "none_found",
        outcome=outcome_of(case, stay=15, early=early, late=0.05, days=YEAR - 10),
    )
    onset = case.pick({"early": 0.5, "delayed": 0.2, "late": 0.3})
    symptom_days, since = _times(case, onset)
    certainty = "two_cultures" if told.culture_is_positive else case.pick({"minor": 0.6, "clinical": 0.4})
    sinus_tract = case.chance(0.22)
    story = {
        "arrived_at": [case.after(0)],
        "prosthetic_infection_treated": ["yes"],
        "certainty": ["sinus_tract" if sinus_tract else certainty],
        **told.before,
        "acquired": [case.pick({"community": 0.55, "health_care": 0.35, "hospital": 0.1})],
        "joint": [case.pick({"hip": 0.5, "knee": 0.42, "shoulder": 0.05, "other": 0.03})],
        "prosthesis_kind": [case.pick({"primary": 0.78, "revision": 0.22})],
        "implanted_on": [case.day_after(-since)],
        "onset": [onset],
        "symptom_days": [str(symptom_days)],
        "sinus_tract": ["yes" if sinus_tract else "no"],
        **samples(told, aspirated=0.72),
        **_surgery(told, onset),
        **cause(told, days=88),
        "rifampicin": case.yes(0.72 if agent in _STAPHYLOCOCCI else 0.1, times=case.care.thorough),
        "main_diagnosis": ["T84.5"],
        **after_a_year(told, cured=0.74),
        "second_stage": case.yes(0.8),
    }
    case.forget(story, {**MISSING, "implanted_on": (0.08, UNKNOWN), "tissue_cultures": (0.03, UNKNOWN)})
    return story


def _times(case: DemoCase, onset: str) -> tuple[int, int]:
    """How many days there were symptoms, and since the surgery."""
    days = round(case.skewed(6 if onset != "delayed" else 25, 0.8, 120))
    least, most = _ONSETS[onset]
    return days, days + case.rng.randint(least, most)


def _surgery(told: DemoJoint, onset: str) -> Story:
    case = told.case
    taken = case.rng.randint(5, 7) if case.chance(0.75, times=case.care.thorough) else case.rng.randint(2, 4)
    positive = case.rng.randint(2, taken) if told.culture_is_positive else 0
    return {
        "procedure": [case.pick(_PROCEDURES[onset])],
        "procedure_on": [told.day(case.skewed(1.5, 0.8, 12))],
        "parts_exchanged": [NOT_APPLICABLE] if case.chance(0.05) else case.yes(0.75, times=case.care.thorough),
        "tissue_cultures": [str(taken)],
        "tissue_positive": [str(positive)],
    }


_AGENTS: Final = {
    "staph_aureus": 0.36, "coagulase_negative": 0.24, "enterococcus_faecalis": 0.06, "strep_dysgalactiae": 0.05,
    "strep_agalactiae": 0.04, "strep_viridans": 0.03, "cutibacterium": 0.05, "e_coli": 0.04, "enterobacterales": 0.03,
    "pseudomonas": 0.01, "none_found": 0.09,
}  # fmt: skip
_ONSETS: Final[Mapping[str, tuple[int, int]]] = {"early": (8, 80), "delayed": (95, 700), "late": (740, 6000)}
_PROCEDURES: Final[Mapping[str, Mapping[str, float]]] = {
    "early": {"dair": 0.86, "one_stage": 0.05, "two_stage": 0.04, "resection": 0.03, "not_operated": 0.02},
    "delayed": {"dair": 0.3, "one_stage": 0.22, "two_stage": 0.32, "resection": 0.08, "not_operated": 0.08},
    "late": {
        "dair": 0.56,
        "one_stage": 0.12,
        "two_stage": 0.16,
        "resection": 0.07,
        "amputation": 0.01,
        "not_operated": 0.08,
    },
}
