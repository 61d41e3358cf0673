"""What becomes of a patient with sepsis who comes to intensive care within a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from registret.demo.history.case import NOT_DONE, UNKNOWN, DemoCase, Story, background
from registret.demo.history.outcome import DemoOutcome, later, leaving, outcome_of
from registret.demo.history.vitals import NOT_MEASURED, Vitals, vitals_of

_ILLER: Final = 1.1
"""Than those with the same disease at a ward."""
_DAY: Final = 24 * 60
_CONSCIOUSNESS: Final[Mapping[str, tuple[str, int]]] = {
    "alert": ("1", 15),
    "confused": ("2", 14),
    "voice": ("2", 12),
    "pain": ("4", 8),
    "unresponsive": ("7", 4),
}
"""What it is on the scales RLS 85 and GCS."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sepsis:
    """`wait`: minutes to the first dose. `to_icu`: minutes to intensive care."""

    case: DemoCase
    vitals: Vitals
    before: Story
    shock: bool
    focus: str
    agent: str
    wait: int
    to_icu: int
    outcome: DemoOutcome

    def at(self, minutes: float) -> str:
        """A moment in the stay, however short it is."""
        return self.case.after(min(minutes, self.outcome.stay - 20))


def tell(case: DemoCase) -> Story:
    """The answers to all steps."""
    case = replace(case, illness=case.illness + _ILLER)
    before = background(case) | {"care_limits": ["none"] if case.chance(0.9) else ["no_cpr"]}
    shock = case.chance(0.47)
    focus = case.pick({code: share for code, (share, _) in _FOCI.items()})
    told = _Sepsis(
        case=case,
        vitals=vitals_of(case, lungs=1 if focus == "lungs" else 0.5),
        before=before,
        shock=shock,
        focus=focus,
        agent=case.pick(_FOCI[focus][1]),
        wait=case.minutes(58 if shock else 76, 0.6, 30 * 60),
        to_icu=round(case.skewed(190 if shock else 280, 0.8, 23 * 60)),
        outcome=_outcome(case, shock=shock),
    )
    story = {
        "arrived_at": [case.after(0)],
        "sepsis_treated": ["yes"],
        "acquired": [case.pick({"community": 0.86, "health_care": 0.14})],
        "intensive_care": ["yes"],
        "intensive_care_from": [told.at(min(told.to_icu, told.outcome.stay - 60))],
        "paediatric_icu": ["no"],
        **before,
    }
    for part in (_arrival, _first_hours, _cultures, _support, _sofa, _cause, _course):
        story |= part(told)
    case.forget(story, {**NOT_MEASURED, **_MISSING})
    if not case.chance(0.82, times=case.care.thorough):
        case.forget(story, _NOT_LOOKED_AT)
    return story


def _outcome(case: DemoCase, *, shock: bool) -> DemoOutcome:
    early = (0.27 if shock else 0.11) * (0.45 if case.age < 60 else 0.9 if case.age < 75 else 1.4)
    return outcome_of(case, stay=12 if shock else 9, early=early, late=0.05, days=89)


def _arrival(told: _Sepsis) -> Story:
    case, vitals = told.case, told.vitals
    consciousness = {"alert": 0.55, "confused": 0.28, "voice": 0.1, "pain": 0.05, "unresponsive": 0.02}
    awake = case.pick(consciousness)
    measured = [code for code in _MEASURED if case.chance(0.93 if code == "respiratory_rate" else 0.96)]
    priority = (
        {"red": 0.6, "orange": 0.34, "yellow": 0.06} if told.shock else {"red": 0.4, "orange": 0.5, "yellow": 0.1}
    )
    return vitals.story | {
        "by_ambulance": case.yes(0.8),
        "amb_measured": measured,
        "amb_respiratory_rate": [case.number(vitals.respiratory_rate + 1, 2, 10, 45)],
        "triage": [case.pick({"retts": 0.93, "news2": 0.05, "other": 0.02})],
        "retts_priority": [case.pick(priority)],
        "oxygen_target": case.yes(0.1),
        "consciousness": [awake],
        "rls85": [_CONSCIOUSNESS[awake][0]],
        "gcs": [str(_CONSCIOUSNESS[awake][1])],
    }


def _first_hours(told: _Sepsis) -> Story:
    case = told.case
    lactate = case.skewed(4.1, 0.42, 17) if told.shock else case.skewed(2.2, 0.45, 9)
    lactate = max(lactate, 2.1 if told.shock else 0.6)
    first = case.minutes(27, 0.75, 600)
    control = told.focus in _CONTROLLED and case.chance(_CONTROLLED[told.focus])
    given = case.pick(_TREATMENT)
    combined = told.shock and given not in {"meropenem", "benzylpenicillin"} and case.chance(0.4)
    return {
        "lactate": [f"{lactate:.1f}".replace(".", ",")],
        "lactate_at": [told.at(first)],
        "lactate_repeat": [f"{max(lactate * case.rng.uniform(0.4, 1.15), 0.6):.1f}".replace(".", ",")],
        "lactate_repeat_at": [told.at(first + case.rng.randint(60, 260))],
        "antibiotic_before": [case.pick({"none": 0.88, "primary_care": 0.06, "ambulance": 0.03, "hospital": 0.03})],
        "antibiotic": [given, "gentamicin"] if combined else [given],
        "antibiotic_at": [told.at(told.wait)],
        "fluid_at": [told.at(case.minutes(42, 0.6, 500))],
        "fluid_volume": [str(round(case.skewed(1900 if told.shock else 1300, 0.4, 5500) / 50) * 50)],
        "focus": [told.focus],
        "source_control": ["yes" if control else "no"],
        "source_control_at": [told.at(case.minutes(420, 0.6, 3 * _DAY))],
    }


def _cultures(told: _Sepsis) -> Story:
    case = told.case
    in_time = case.chance(0.9, times=case.care.thorough)
    at = told.wait * case.rng.uniform(0.3, 0.97) if in_time else told.wait + case.rng.randint(5, 120)
    other = {"lungs": "airway", "urinary": "urine", "skin": "wound", "cns": "csf"}.get(told.focus, "urine")
    return {
        "blood_culture": case.yes(0.975, times=case.care.thorough),
        "blood_cultured_at": [told.at(at)],
        "cultures_taken": [case.pick({"2": 0.8, "1": 0.12, "3": 0.05, "4": 0.03})],
        "other_cultures": [other if case.chance(0.75) else "none"],
    }


def _support(told: _Sepsis) -> Story:
    """In the first day."""
    case = told.case
    pressor = told.shock or case.chance(0.3)
    helped = ["oxygen"]
    if case.chance(0.45 if told.shock else 0.25):
        helped = ["oxygen", case.pick({"high_flow": 0.5, "niv": 0.15, "ventilator": 0.35})]
    return {
        "vasopressor": ["noradrenaline"] if pressor else ["none"],
        "noradrenaline_dose": [f"{case.skewed(0.2 if told.shock else 0.07, 0.6, 1.6):.2f}".replace(".", ",")],
        "septic_shock": ["yes" if told.shock else "no"],
        "breathing_support": helped,
        "crrt": case.yes(0.13 if told.shock else 0.03),
        "steroid": case.yes(0.45 if told.shock else 0.05),
    }


def _sofa(told: _Sepsis) -> Story:
    case, ill = told.case, told.case.illness
    return {
        "pao2": [case.number(9.6 - 0.3 * ill, 1.5, 6.2, 18, decimals=1)],
        "fio2": [case.number(36 + 5 * ill, 10, 21, 90)],
        "platelets": [str(round(max(case.skewed(175 - 25 * ill, 0.45, 560), 15)))],
        "bilirubin": [str(round(max(case.skewed(14 + 3 * max(ill, 0), 0.7, 240), 3)))],
        "mean_pressure": [case.number(58 if told.shock else 68, 7, 38, 96)],
        "creatinine": [str(round(max(case.skewed(140 + 25 * ill, 0.5, 700), 45)))],
        "urine_output": [str(round(case.skewed(900 if told.shock else 1500, 0.5, 4800) / 50) * 50)],
        "crp": [str(round(case.skewed(190, 0.6, 560)))],
    }


def _cause(told: _Sepsis) -> Story:
    case, agent = told.case, told.agent
    is_found = agent != "none_found"
    resistant = agent in {"e_coli", "klebsiella"} and case.chance(0.09)
    return {
        "agent": [agent],
        "blood_culture_result": ["positive" if is_found and case.chance(0.72) else "negative"],
        "active_antibiotic": ["no" if resistant and case.chance(0.5) else case.yes(0.95)[0]],
        "resistance": ["esbl" if resistant else "none"],
        "main_diagnosis": [_DIAGNOSES.get(agent, "A41.9")],
    }


def _course(told: _Sepsis) -> Story:
    case, outcome = told.case, told.outcome
    icu = told.to_icu + case.skewed(4.2 if told.shock else 2.4, 0.7, 40) * _DAY
    dies_there = outcome.dies_in_hospital and case.chance(0.7)
    left = outcome.stay if dies_there else min(icu, outcome.stay - 25)
    return {
        "icu_discharged_at": [case.after(max(left, min(told.to_icu, outcome.stay - 60) + 5))],
        "treatment_days": [case.number(10, 3, 5, 40)],
        **leaving(case, outcome, told.before["admitted_from"]),
        **later(case, outcome, asked=(28, 90)),
    }


_MEASURED: Final = ("respiratory_rate", "saturation", "pulse", "pressure", "temperature", "consciousness")
_TREATMENT: Final = {"piperacillin_tazobactam": 0.42, "cefotaxime": 0.38, "meropenem": 0.16, "benzylpenicillin": 0.04}
_CONTROLLED: Final[Mapping[str, float]] = {
    "abdomen": 0.75, "urinary": 0.2, "skin": 0.35, "joint_bone": 0.7, "device": 0.8,
}  # fmt: skip
_FOCI: Final[Mapping[str, tuple[float, Mapping[str, float]]]] = {
    "lungs": (
        0.35,
        {"pneumococcus": 0.36, "haemophilus": 0.07, "staph_aureus": 0.08, "klebsiella": 0.03, "none_found": 0.46},
    ),
    "urinary": (
        0.26,
        {
            "e_coli": 0.6,
            "klebsiella": 0.12,
            "enterobacterales": 0.08,
            "enterococcus_faecalis": 0.05,
            "none_found": 0.15,
        },
    ),
    "abdomen": (
        0.16,
        {"e_coli": 0.4, "klebsiella": 0.12, "anaerobes": 0.1, "enterococcus_faecium": 0.06, "none_found": 0.32},
    ),
    "skin": (0.1, {"strep_pyogenes": 0.35, "strep_dysgalactiae": 0.2, "staph_aureus": 0.25, "none_found": 0.2}),
    "joint_bone": (0.03, {"staph_aureus": 0.8, "strep_dysgalactiae": 0.2}),
    "device": (0.02, {"staph_aureus": 0.5, "coagulase_negative": 0.5}),
    "cns": (0.02, {"pneumococcus": 0.7, "listeria": 0.3}),
    "none_found": (0.06, {"e_coli": 0.15, "staph_aureus": 0.15, "none_found": 0.7}),
}
_DIAGNOSES: Final[Mapping[str, str]] = {
    "pneumococcus": "A40.3",
    "haemophilus": "A41.3",
    "staph_aureus": "A41.0",
    "coagulase_negative": "A41.1",
    "strep_pyogenes": "A40.0",
    "strep_dysgalactiae": "A40.8",
    "enterococcus_faecalis": "A40.2",
    "enterococcus_faecium": "A40.2",
    "e_coli": "A41.5",
    "klebsiella": "A41.5",
    "enterobacterales": "A41.5",
    "anaerobes": "A41.4",
    "listeria": "A32.7",
}
_MISSING: Final = {
    "by_ambulance": (0.01, UNKNOWN),
    "amb_measured": (0.05, UNKNOWN),
    "first_doctor": (0.05, ""),
    "pulse": (0.012, NOT_DONE),
    "temperature": (0.04, NOT_DONE),
    "consciousness": (0.05, NOT_DONE),
    "rls85": (0.08, ""),
    "oxygen_target": (0.06, UNKNOWN),
    "lactate": (0.025, NOT_DONE),
    "lactate_at": (0.04, UNKNOWN),
    "lactate_repeat": (0.12, ""),
    "antibiotic_at": (0.025, UNKNOWN),
    "blood_cultured_at": (0.04, UNKNOWN),
    "fluid_at": (0.15, ""),
    "fluid_volume": (0.15, ""),
    "noradrenaline_dose": (0.08, ""),
    "icu_discharged_at": (0.02, UNKNOWN),
    "bilirubin": (0.1, NOT_DONE),
    "crp": (0.4, ""),
    "treatment_days": (0.4, ""),
}
_NOT_LOOKED_AT: Final = dict.fromkeys(
    ("pao2", "fio2", "platelets", "bilirubin", "mean_pressure", "gcs", "creatinine", "urine_output"), (0.999, "")
)
