"""What becomes of a patient with pneumonia."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from registret.demo.history.case import NOT_APPLICABLE, NOT_DONE, UNKNOWN, DemoCase, Story, background
from registret.demo.history.outcome import DemoOutcome, later, leaving, outcome_of
from registret.demo.history.vitals import NOT_MEASURED, Vitals, vitals_of

_RISK: Final = (0.006, 0.04, 0.1, 0.19, 0.32)
"""Of death within thirty days, by CRB-65."""
_WAIT: Final = (205, 190, 160, 88, 66)
"""Median minutes to the first dose, by CRB-65."""
_STAY: Final = (3.4, 4.6, 5.6, 7.5, 8.5)
"""Median days, by CRB-65."""
_SEVERE: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pneumonia:
    """`wait`: minutes to the first dose."""

    case: DemoCase
    vitals: Vitals
    crb65: int
    before: Story
    agent: str
    wait: int
    outcome: DemoOutcome


def tell(case: DemoCase) -> Story:
    """The answers to all steps."""
    vitals, before = vitals_of(case, lungs=1), background(case)
    crb65 = vitals.crb65(case.age)
    told = _Pneumonia(
        case=case,
        vitals=vitals,
        crb65=crb65,
        before=before,
        agent=_agent(case),
        wait=case.minutes(_WAIT[crb65], 0.55, 40 * 60),
        outcome=_outcome(case, crb65, before),
    )
    story = {
        "arrived_at": [case.after(0)],
        "pneumonia_treated": ["yes"],
        "acquired": [case.pick({"community": 0.9, "health_care": 0.1})],
        **before,
        "confusion": ["yes" if vitals.confused else "no"],
        **vitals.story,
        "crb65_documented": case.yes(0.58, times=case.care.thorough),
    }
    for part in (_samples, _treatment, _support, _research, _cause, _course, _follow_up):
        story |= part(told)
    case.forget(story, NOT_MEASURED | _MISSING)
    return story


def _outcome(case: DemoCase, crb65: int, before: Story) -> DemoOutcome:
    early = _RISK[crb65] * (0.35 if case.age < 65 else 0.8 if case.age < 80 else 1.35)
    if before["care_limits"] != ["none"]:
        early *= 1.6
    if before["immunosuppression"] != ["none"]:
        early *= 1.3
    return outcome_of(case, stay=_STAY[crb65], early=early, late=0.03 + early / 6, days=89)


def _agent(case: DemoCase) -> str:
    weights = _AGENTS | (_IN_WINTER if case.is_winter else _IN_SUMMER)
    return case.pick(weights | {"none_found": 1 - sum(weights.values())})


def _samples(told: _Pneumonia) -> Story:
    """Cultures, antigens and pictures, with results that fit the agent."""
    case, agent = told.case, told.agent
    pneumococcal = agent == "pneumococcus" and case.chance(0.6)
    xray = {"xray_infiltrate": 0.62, "ct_infiltrate": 0.2, "xray_normal": 0.18}
    in_time = case.chance(0.88, times=case.care.thorough)
    cultured = told.wait * case.rng.uniform(0.35, 0.98) if in_time else told.wait + case.rng.randint(5, 240)
    return {
        "blood_culture": case.yes(0.9, times=case.care.thorough),
        "blood_cultured_at": [case.after(min(cultured, told.outcome.stay - 60))],
        "airway_culture": ["yes"] if agent in _GROWS_IN_AIRWAYS else case.yes(0.42, times=case.care.thorough),
        "airway_pcr": ["yes"] if agent in _BY_PCR else case.yes(0.6),
        "pneumococcal_antigen": ["positive"] if pneumococcal else [case.pick({"negative": 0.4, NOT_DONE: 0.6})],
        "legionella_antigen": ["positive"] if agent == "legionella" else [case.pick({"negative": 0.3, NOT_DONE: 0.7})],
        "imaging": [case.pick(xray)],
        "multilobar": case.yes(0.25),
        "pleural_effusion": case.yes(0.16),
        "crp": [str(round(case.skewed(55 if agent in _VIRUSES else 130, 0.75, 580)))],
    }


def _treatment(told: _Pneumonia) -> Story:
    case = told.case
    before = {"none": 0.85, "primary_care": 0.12, "ambulance": 0.004, "hospital": 0.02, "other": 0.006}
    share = 0.17 if told.crb65 >= _SEVERE else 0.48 if told.crb65 > 1 else 0.62
    is_narrow = case.chance(share, times=case.care.thorough**0.5)
    given = [case.pick(_NARROW if is_narrow else _BROAD)]
    atypical = told.agent in {"mycoplasma", "legionella", "chlamydophila_psittaci"}
    if given != ["doxycycline"] and case.chance(0.35 if atypical else 0.3 if told.crb65 >= _SEVERE else 0.05):
        given.append(case.pick({"levofloxacin": 0.4, "azithromycin": 0.3, "doxycycline": 0.3}))
    return {
        "antibiotic_before": [case.pick(before)],
        "antibiotic": given,
        "antibiotic_at": [case.after(min(told.wait, told.outcome.stay - 30))],
    }


def _support(told: _Pneumonia) -> Story:
    """Intensive care, and help to breathe."""
    case, vitals = told.case, told.vitals
    share = (0.015, 0.025, 0.06, 0.18, 0.3)[told.crb65]
    intensive = "no_icu" not in told.before["care_limits"] and told.outcome.nights > 1 and case.chance(share)
    helped = ["oxygen"] if vitals.saturation < 93 or vitals.on_oxygen else ["none"]
    if intensive:
        helped = [*case.pick({"oxygen high_flow": 0.5, "oxygen niv": 0.2, "high_flow ventilator": 0.3}).split()]
    elif helped == ["oxygen"] and case.chance(0.12):
        helped.append(case.pick({"high_flow": 0.75, "niv": 0.25}))
    return {
        "intensive_care": ["yes" if intensive else "no"],
        "intensive_care_from": [case.after(case.rng.randint(90, 1400))],
        "breathing_support": helped,
    }


def _research(told: _Pneumonia) -> Story:
    """The block that may be skipped, and mostly is."""
    case = told.case
    if not case.chance(0.3):
        return {}
    return {
        "smoking": [case.pick({"never": 0.4, "former": 0.42, "current": 0.13, UNKNOWN: 0.05})],
        "pneumococcal_vaccine": [case.pick({"yes": 0.3, "no": 0.5, UNKNOWN: 0.2})],
        "influenza_vaccine": [case.pick({"yes": 0.55 if case.age >= 65 else 0.2, "no": 0.4, UNKNOWN: 0.1})],
        "white_cells": [case.number(12.5 + case.illness, 4.5, 1.2, 45, decimals=1)],
        "urea": [case.number(6 + case.age / 25 + 2 * case.illness, 2.5, 1.5, 38, decimals=1)],
        "lactate": [case.number(1.6 + 0.6 * max(case.illness, 0), 0.5, 0.4, 12, decimals=1)],
    }


def _cause(told: _Pneumonia) -> Story:
    case, agent = told.case, told.agent
    in_blood = agent in _IN_BLOOD and case.chance(_IN_BLOOD[agent])
    resistance = [case.pick({"none": 0.9, NOT_DONE: 0.1})]
    if agent in _VIRUSES:
        resistance = [NOT_APPLICABLE]
    elif agent == "pneumococcus" and case.chance(0.06):
        resistance = ["pnsp"]
    diagnoses = _DIAGNOSES.get(agent, {"J15.9": 0.5, "J18.9": 0.5})
    return {
        "agent": [agent],
        "blood_culture_result": ["positive" if in_blood else "negative"],
        "airway_culture_result": ["positive" if agent in _GROWS_IN_AIRWAYS else "negative"],
        "resistance": resistance,
        "main_diagnosis": [case.pick(diagnoses)],
    }


def _course(told: _Pneumonia) -> Story:
    case, outcome = told.case, told.outcome
    oral = min(max(round(case.skewed(2.4, 0.5, 20)), 1), outcome.nights)
    never_oral = outcome.dies_in_hospital or oral == 0
    return {
        "oral_from": [NOT_DONE if never_oral else case.day_after(oral)],
        "treatment_days": [case.number(7.5 + case.illness, 1.8, 5, 21)],
        "empyema": case.yes(0.015),
        **leaving(case, outcome, told.before["admitted_from"]),
    }


def _follow_up(told: _Pneumonia) -> Story:
    case, outcome = told.case, told.outcome
    if outcome.dies_in_hospital:
        return {}
    checked = {NOT_APPLICABLE: 0.5, "yes": 0.38, "no": 0.12}
    return later(case, outcome, asked=(30, 90)) | {
        "readmitted": case.yes(0.12 + 0.03 * max(case.illness, 0)),
        "imaging_followed_up": [case.pick(checked)],
    }


_AGENTS: Final = {
    "pneumococcus": 0.2, "haemophilus": 0.08, "moraxella": 0.02, "staph_aureus": 0.02, "mycoplasma": 0.03,
    "legionella": 0.01, "chlamydophila_psittaci": 0.004, "enterobacterales": 0.015, "pseudomonas": 0.008,
    "strep_pyogenes": 0.006,
}  # fmt: skip
_IN_WINTER: Final = {"influenza_a": 0.13, "influenza_b": 0.02, "rsv": 0.05, "sars_cov_2": 0.06, "metapneumovirus": 0.02}
_IN_SUMMER: Final = {"influenza_a": 0.01, "rsv": 0.005, "sars_cov_2": 0.05}
_VIRUSES: Final = frozenset(_IN_WINTER)
_BY_PCR: Final = _VIRUSES | {"mycoplasma", "chlamydophila_psittaci"}
_GROWS_IN_AIRWAYS: Final = frozenset({"haemophilus", "moraxella", "pseudomonas"})
_IN_BLOOD: Final[Mapping[str, float]] = {
    "pneumococcus": 0.4, "haemophilus": 0.12, "staph_aureus": 1.0, "enterobacterales": 1.0, "pseudomonas": 0.2,
    "strep_pyogenes": 1.0,
}  # fmt: skip
_NARROW: Final = {"benzylpenicillin": 0.86, "amoxicillin": 0.09, "phenoxymethylpenicillin": 0.02, "ampicillin": 0.03}
_BROAD: Final = {"cefotaxime": 0.6, "piperacillin_tazobactam": 0.26, "doxycycline": 0.11, "meropenem": 0.03}
_DIAGNOSES: Final[Mapping[str, Mapping[str, float]]] = {
    "pneumococcus": {"J13.9": 0.9, "J18.9": 0.1},
    "haemophilus": {"J14.9": 0.85, "J15.9": 0.15},
    "staph_aureus": {"J15.2": 1},
    "mycoplasma": {"J15.7": 1},
    "legionella": {"A48.1": 1},
    "pseudomonas": {"J15.1": 1},
    "influenza_a": {"J10.0": 1},
    "influenza_b": {"J10.0": 1},
    "rsv": {"J12.1": 1},
    "metapneumovirus": {"J12.3": 1},
    "sars_cov_2": {"U07.1": 1},
    "none_found": {"J18.9": 0.6, "J15.9": 0.3, "J18.1": 0.1},
}
_MISSING: Final = {
    "admitted_from": (0.004, UNKNOWN),
    "first_doctor": (0.06, ""),
    "comorbidity": (0.01, UNKNOWN),
    "immunosuppression": (0.015, UNKNOWN),
    "confusion": (0.025, UNKNOWN),
    "crb65_documented": (0.01, UNKNOWN),
    "blood_cultured_at": (0.05, UNKNOWN),
    "antibiotic_at": (0.035, UNKNOWN),
    "antibiotic_before": (0.01, UNKNOWN),
    "airway_pcr": (0.03, ""),
    "multilobar": (0.12, ""),
    "pleural_effusion": (0.1, ""),
    "crp": (0.012, NOT_DONE),
    "oral_from": (0.06, UNKNOWN),
    "treatment_days": (0.05, ""),
    "empyema": (0.1, ""),
    "readmitted": (0.04, UNKNOWN),
    "imaging_followed_up": (0.08, ""),
}
