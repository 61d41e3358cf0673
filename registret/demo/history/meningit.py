"""What becomes of a patient with acute bacterial meningitis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from registret.demo.history.case import UNKNOWN, DemoCase, Story, background
from registret.demo.history.outcome import DemoOutcome, later, leaving, outcome_of

_HOUR: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class _Meningitis:
    """`wait`: minutes to the first dose. `rls`: from 1, alert, to 8."""

    case: DemoCase
    before: Story
    agent: str
    rls: int
    wait: int
    outcome: DemoOutcome

    def at(self, minutes: float) -> str:
        """A moment in the stay, however short it is."""
        return self.case.after(max(min(minutes, self.outcome.stay - 20), 1))


def tell(case: DemoCase) -> Story:
    """The answers to all steps."""
    before = background(case) | {"care_limits": ["none"]}
    agent, rls = case.pick(_AGENTS), int(case.pick({"1": 0.3, "2": 0.42, "3": 0.15, "4": 0.08, "5": 0.05}))
    early = (0.03, 0.05, 0.1, 0.2, 0.28)[rls - 1] * (0.5 if case.age < 60 else 1.3)
    outcome = outcome_of(case, stay=13, early=early, late=0.02, days=60)
    told = _Meningitis(
        case=case, before=before, agent=agent, rls=rls, wait=case.minutes(84, 0.7, 30 * _HOUR), outcome=outcome
    )
    story = {
        "arrived_at": [case.after(0)],
        "meningitis_treated": ["yes"],
        "acquired": [case.pick({"community": 0.92, "health_care": 0.04, "hospital": 0.04})],
        **before,
    }
    for part in (_status, _puncture, _treatment, _cause, _course, _follow_up):
        story |= part(told)
    case.forget(story, _MISSING)
    return story


def _status(told: _Meningitis) -> Story:
    case, agent = told.case, told.agent
    focus = {"none": 0.35, "otitis": 0.32, "sinusitis": 0.1, "pneumonia": 0.13, "leak": 0.04, "endocarditis": 0.03}
    is_young = agent == "meningococcus"
    return {
        "rls85": [str(told.rls)],
        "seizures": case.yes(0.1),
        "petechiae": case.yes(0.5 if is_young else 0.03),
        "focus": ["none"] if is_young else [case.pick(focus | {"other": 0.03})],
        "temperature": [case.number(39.0, 0.9, 35.5, 41.2, decimals=1)],
        "crp": [str(round(case.skewed(190, 0.6, 560)))],
    }


def _puncture(told: _Meningitis) -> Story:
    """Of the spine, before or after the picture of the brain."""
    case = told.case
    needs_ct = told.rls >= 3
    ct_first = case.chance(0.75 if needs_ct else 0.4, times=1 / case.care.thorough)
    puncture = case.minutes(75, 0.6, 20 * _HOUR)
    ct_at = puncture * 0.6 if ct_first else puncture + case.rng.randint(40, 600)
    cells = "" if told.agent == "none_found" else str(round(case.skewed(1800, 1.1, 28000)))
    return {
        "lumbar_puncture": case.yes(0.95),
        "lumbar_punctured_at": [told.at(puncture)],
        "ct": ["yes"] if ct_first else case.yes(0.6),
        "ct_at": [told.at(ct_at)],
        "lp_ct_order": ["ct_first" if ct_first else "lp_first"],
        "csf_cells": [cells or str(round(case.skewed(900, 0.9, 15000)))],
        "csf_lactate": [case.number(9.5, 3.5, 3.1, 22, decimals=1)],
    }


def _treatment(told: _Meningitis) -> Story:
    case = told.case
    in_time = case.chance(0.88, times=case.care.thorough)
    cultured = told.wait * case.rng.uniform(0.3, 0.97) if in_time else told.wait + case.rng.randint(5, 120)
    steroid = {"with_first": 0.72, "later": 0.13, "no": 0.15}
    intensive = case.chance((0.2, 0.45, 0.8, 0.9, 0.95)[told.rls - 1])
    return {
        "blood_culture": case.yes(0.96),
        "blood_cultured_at": [told.at(cultured)],
        "antibiotic_before": [case.pick({"none": 0.88, "primary_care": 0.06, "ambulance": 0.01, "hospital": 0.05})],
        "antibiotic": case.pick({"cefotaxime ampicillin": 0.62, "meropenem": 0.22, "cefotaxime": 0.16}).split(),
        "antibiotic_at": [told.at(told.wait)],
        "guideline_antibiotic": case.yes(0.84, times=case.care.thorough),
        "steroid": ["with_first"] if case.chance(0.3) else [case.pick(steroid)],
        "intensive_care": ["yes" if intensive else "no"],
        "intensive_care_from": [told.at(case.skewed(240, 0.8, 20 * _HOUR))],
    }


def _cause(told: _Meningitis) -> Story:
    case, agent = told.case, told.agent
    is_found = agent != "none_found"
    in_fluid = is_found and case.chance(0.7)
    return {
        "agent": [agent],
        "active_antibiotic": case.yes(0.97),
        "csf_culture": ["positive" if in_fluid else "negative"],
        "csf_pcr": ["positive" if is_found and (not in_fluid or case.chance(0.8)) else "negative"],
        "blood_culture_result": ["positive" if is_found and case.chance(0.6) else "negative"],
        "resistance": ["pnsp" if agent == "pneumococcus" and case.chance(0.05) else "none"],
        "main_diagnosis": [_DIAGNOSES.get(agent, "G00.9")],
    }


def _course(told: _Meningitis) -> Story:
    case = told.case
    found = [code for code, share in _COMPLICATIONS.items() if case.chance(share)]
    return leaving(case, told.outcome, told.before["admitted_from"]) | {"complications": found or ["none"]}


def _follow_up(told: _Meningitis) -> Story:
    case, outcome = told.case, told.outcome
    if outcome.dies_in_hospital:
        return {}
    if outcome.dies_on is not None:
        return later(case, outcome, asked=(outcome.dies_on,)) | {"followed_up": ["died"]}
    hurt = case.chance(0.4, times=1 / case.care.thorough**0.3)
    hearing = case.pick({"one_side": 0.5, "both_sides": 0.4, "deaf": 0.1}) if hurt and case.chance(0.6) else "none"
    neurological = [code for code, share in _SEQUELAE.items() if hurt and case.chance(share)]
    good = hearing != "deaf" and case.chance(0.85 if not hurt else 0.55)
    return {
        "followed_up": [case.pick({"visit": 0.82, "remote": 0.1, "none": 0.08})],
        "followed_up_on": [case.day_after(outcome.nights + 1 + case.rng.randint(46, 57))],
        "neurological": neurological or ["none"],
        "hearing": [hearing],
        "audiogram": case.yes(0.72),
        "cochlear_implant": ["yes" if hearing == "deaf" else "no"],
        "gos": ["good_recovery" if good else case.pick({"moderate": 0.8, "severe": 0.2})],
        "eq_vas": [case.number(62 if hurt else 78, 13, 15, 100)],
    }


_AGENTS: Final = {
    "pneumococcus": 0.53, "meningococcus": 0.09, "listeria": 0.05, "haemophilus": 0.05, "staph_aureus": 0.04,
    "strep_agalactiae": 0.03, "strep_pyogenes": 0.03, "strep_viridans": 0.02, "e_coli": 0.03, "none_found": 0.13,
}  # fmt: skip
_DIAGNOSES: Final[Mapping[str, str]] = {
    "pneumococcus": "G00.1",
    "meningococcus": "A39.0",
    "listeria": "A32.1",
    "haemophilus": "G00.0",
    "staph_aureus": "G00.3",
    "strep_agalactiae": "G00.2",
    "strep_pyogenes": "G00.2",
    "strep_viridans": "G00.2",
    "e_coli": "G00.8",
}
_COMPLICATIONS: Final = {"seizures": 0.08, "infarction": 0.06, "hydrocephalus": 0.03, "abscess": 0.02, "hearing": 0.12}
_SEQUELAE: Final = {"cognitive": 0.5, "fatigue": 0.5, "headache": 0.2, "balance": 0.2, "motor": 0.08, "epilepsy": 0.04}
_MISSING: Final = {
    "focus": (0.02, UNKNOWN),
    "lumbar_punctured_at": (0.03, UNKNOWN),
    "ct_at": (0.1, ""),
    "blood_cultured_at": (0.04, UNKNOWN),
    "antibiotic_at": (0.02, UNKNOWN),
    "csf_lactate": (0.1, ""),
    "hearing": (0.04, UNKNOWN),
    "temperature": (0.5, ""),
    "crp": (0.4, ""),
    "eq_vas": (0.35, ""),
}
