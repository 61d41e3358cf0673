"""What becomes of a patient with infective endocarditis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from registret.demo.history.case import NOT_APPLICABLE, UNKNOWN, DemoCase, Story, background
from registret.demo.history.outcome import DemoOutcome, later, leaving, outcome_of

_HOUR: Final = 60
_YEAR: Final = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class _Endocarditis:
    """`kind`: of valve or device."""

    case: DemoCase
    before: Story
    kind: str
    agent: str
    outcome: DemoOutcome

    def at(self, minutes: float) -> str:
        """A moment in the stay, however short it is."""
        return self.case.after(min(minutes, self.outcome.stay - 20))

    def day(self, day: float) -> str:
        """A day in the stay, as `at`."""
        return self.at(day * 24 * _HOUR).split()[0]


def tell(case: DemoCase) -> Story:
    """The answers to all steps."""
    before = background(case) | {"care_limits": ["none"] if case.chance(0.93) else ["no_cpr"]}
    kind = case.pick({"native": 0.66, "prosthetic_early": 0.05, "prosthetic_late": 0.2, "cied": 0.09})
    agent = case.pick(_AGENTS)
    early = (0.13 if agent == "staph_aureus" else 0.06) * (0.6 if case.age < 65 else 1.3)
    outcome = outcome_of(case, stay=27, early=early, late=0.1, days=_YEAR - 10)
    told = _Endocarditis(case=case, before=before, kind=kind, agent=agent, outcome=outcome)
    story = {
        "arrived_at": [case.after(0)],
        "endocarditis_treated": ["yes"],
        "duke": [case.pick({"definite": 0.8, "possible": 0.2})],
        "duke_version": [case.pick({"modified_2000": 0.1, "esc_2015": 0.3, "iscvid_2023": 0.6})],
        **before,
        "acquired": [case.pick({"community": 0.75, "health_care": 0.17, "hospital": 0.08})],
    }
    for part in (_disease, _cultures, _echo, _treatment, _cause, _surgery, _follow_ups):
        story |= part(told)
    case.forget(story, _MISSING)
    return story


def _disease(told: _Endocarditis) -> Story:
    case = told.case
    drugs = told.kind == "native" and case.age < 55 and case.chance(0.45)
    risks = [code for code, share in _RISKS.items() if case.chance(share)]
    risks += ["prosthesis"] if told.kind.startswith("prosthetic") else ["cied"] if told.kind == "cied" else []
    site = {"aortic": 0.45, "mitral": 0.4, "aortic mitral": 0.1, "tricuspid": 0.05}
    if told.kind == "cied":
        site = {"device_lead": 0.8, "device_lead tricuspid": 0.2}
    return {
        "risks": sorted({*risks, *(["injected_drugs"] if drugs else [])}) or ["none"],
        "site": (["tricuspid"] if drugs and case.chance(0.7) else case.pick(site).split()),
        "kind": [told.kind],
        "prosthesis": [case.pick({"mechanical": 0.3, "biological": 0.5, "tavi": 0.15, "repair": 0.05})],
        "heart_failure": case.yes(0.24),
        "emboli": [case.pick({"none": 0.6, "brain": 0.15, "spleen": 0.09, "lungs": 0.07, "spine": 0.06, "limb": 0.03})],
        "intensive_care": case.yes(0.16),
    }


def _cultures(told: _Endocarditis) -> Story:
    case = told.case
    taken = int(case.pick({"2": 0.15, "3": 0.3, "4": 0.35, "6": 0.2}))
    enough = case.chance(0.84, times=case.care.thorough)
    positive = 0 if told.agent == "none_found" else case.rng.randint(min(2, taken), taken)
    wait = case.minutes(260, 0.8, 60 * _HOUR)
    cultured = wait * case.rng.uniform(0.3, 0.9) if enough or case.chance(0.7) else wait + 60
    return {
        "blood_culture": case.yes(0.985),
        "blood_cultured_at": [told.at(cultured)],
        "cultures_taken": [str(taken)],
        "cultures_before": [str(case.rng.randint(2, taken) if enough else case.rng.randint(0, 1))],
        "cultures_positive": [str(positive)],
        "antibiotic_at": [told.at(wait)],
    }


def _echo(told: _Endocarditis) -> Story:
    case = told.case
    seen = case.chance(0.8)
    return {
        "tte": case.yes(0.93),
        "tte_on": [told.day(case.skewed(2, 0.7, 15))],
        "tee": case.yes(0.84, times=case.care.thorough),
        "tee_on": [told.day(case.skewed(4, 0.7, 20))],
        "vegetation": ["yes" if seen else "no"],
        "vegetation_mm": [str(round(case.skewed(10, 0.5, 34)))],
        "abscess": case.yes(0.3 if told.kind.startswith("prosthetic") else 0.1),
    }


def _treatment(told: _Endocarditis) -> Story:
    case = told.case
    first = {"cloxacillin": 0.3, "cefotaxime": 0.3, "benzylpenicillin": 0.15, "ampicillin": 0.1, "vancomycin": 0.15}
    return {
        "antibiotic_before": [case.pick({"none": 0.8, "primary_care": 0.12, "hospital": 0.08})],
        "antibiotic": [case.pick(first)],
    }


def _cause(told: _Endocarditis) -> Story:
    case = told.case
    days = min(max(round(case.skewed(29, 0.25, 50)), 1), max(told.outcome.nights, 1))
    second = case.chance(0.35)
    return {
        "agent": [told.agent],
        "resistance": ["none"],
        "main_diagnosis": ["I33.0"],
        "antibiotic_1": [_TARGETED.get(told.agent, "ceftriaxone")],
        "antibiotic_1_days": [str(days)],
        "antibiotic_2": ["gentamicin"] if second else [NOT_APPLICABLE],
        "antibiotic_2_days": [str(min(days, case.rng.randint(3, 14)))],
    }


def _surgery(told: _Endocarditis) -> Story:
    case = told.case
    indicated = told.kind != "cied" and case.chance(0.42)
    done = indicated and case.chance(0.58 if case.age < 80 else 0.25)
    extracted = case.chance(0.8)
    return {
        "surgery_indicated": ["yes" if indicated else "no"],
        "surgery": ["yes" if done else "no"],
        "surgery_on": [told.day(case.skewed(9, 0.7, 40))],
        "device_extraction": ["yes" if extracted else "no"],
        "extraction_on": [told.day(case.skewed(7, 0.6, 25))],
        **leaving(case, told.outcome, told.before["admitted_from"]),
    }


def _follow_ups(told: _Endocarditis) -> Story:
    """After a month, and after a year."""
    case, outcome = told.case, told.outcome
    if outcome.dies_in_hospital:
        return {}
    month, year = later(case, outcome, asked=(30,)), later(case, outcome, asked=(_YEAR,))
    story: Story = month | {code: texts for code, texts in year.items() if code == f"alive_{_YEAR}"}
    if "died_later" in year and "died_later" not in month:
        story |= {"died_later_year": year["died_later"], "death_on_year": year["death_on"]}
    return story | {
        "relapse": case.yes(0.03),
        "new_endocarditis": case.yes(0.02),
        "late_surgery": case.yes(0.08),
    }


_AGENTS: Final = {
    "staph_aureus": 0.36, "strep_viridans": 0.26, "enterococcus_faecalis": 0.13, "coagulase_negative": 0.06,
    "strep_bovis": 0.03, "strep_agalactiae": 0.02, "hacek": 0.02, "cutibacterium": 0.02, "candida": 0.005,
    "none_found": 0.095,
}  # fmt: skip
_TARGETED: Final[Mapping[str, str]] = {
    "staph_aureus": "cloxacillin",
    "strep_viridans": "benzylpenicillin",
    "strep_bovis": "benzylpenicillin",
    "strep_agalactiae": "benzylpenicillin",
    "enterococcus_faecalis": "ampicillin",
    "coagulase_negative": "vancomycin",
    "candida": "micafungin",
}
_RISKS: Final = {"earlier": 0.07, "valve_disease": 0.22, "congenital": 0.05, "dialysis": 0.04, "catheter": 0.04}
_MISSING: Final = {
    "duke_version": (0.1, UNKNOWN),
    "first_doctor": (0.06, ""),
    "heart_failure": (0.02, UNKNOWN),
    "blood_cultured_at": (0.05, UNKNOWN),
    "cultures_before": (0.03, UNKNOWN),
    "vegetation_mm": (0.1, ""),
    "antibiotic_at": (0.04, UNKNOWN),
    "relapse": (0.03, UNKNOWN),
    "late_surgery": (0.05, ""),
}
