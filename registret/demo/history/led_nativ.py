"""What becomes of a patient with an infection of a joint that has no prosthesis."""

from __future__ import annotations

from typing import Final

from registret.demo.history.case import UNKNOWN, DemoCase, Story, background
from registret.demo.history.joints import MISSING, YEAR, DemoJoint, after_a_year, cause, samples
from registret.demo.history.outcome import outcome_of

_OLD: Final = 65


def tell(case: DemoCase) -> Story:
    """The answers to all steps."""
    agent = case.pick(_AGENTS)
    early = 0.03 * (0.4 if case.age < _OLD else 1.6)
    told = DemoJoint(
        case=case,
        before=background(case),
        agent=agent,
        culture_is_positive=agent != "none_found" and case.chance(0.85),
        outcome=outcome_of(case, stay=11, early=early, late=0.05, days=YEAR - 10),
    )
    certainty = "joint" if told.culture_is_positive else "clinical" if agent == "none_found" else "elsewhere"
    story = {
        "arrived_at": [case.after(0)],
        "joint_infection_treated": ["yes"],
        "prosthesis_in_joint": ["no"],
        "certainty": [certainty],
        **told.before,
        "acquired": [case.pick({"community": 0.8, "health_care": 0.13, "hospital": 0.07})],
        "risks": [code for code, share in _RISKS.items() if case.chance(share)] or ["none"],
        "site": [case.pick(_SITES)],
        "symptom_days": [str(round(case.skewed(4, 0.8, 60)))],
        **samples(told, aspirated=0.94),
        "crystals": case.yes(0.06),
        **_drainage(told),
        **cause(told, days=42),
        "main_diagnosis": [_DIAGNOSES.get(agent, "M00.9")],
        **after_a_year(told, cured=0.86),
        "joint_function": [case.pick({"as_before": 0.58, "reduced": 0.34, "stiff": 0.08})],
    }
    case.forget(story, {**MISSING, **_ALSO_MISSING})
    return story


def _drainage(told: DemoJoint) -> Story:
    case = told.case
    how = case.pick({"needle": 0.34, "arthroscopy": 0.36, "open": 0.22, "none": 0.08})
    soon = case.chance(0.68, times=case.care.thorough)
    after = case.rng.randint(90, 1380) if soon else case.rng.randint(1500, 7000)
    operations = case.pick({"1": 0.6, "2": 0.27, "3": 0.13}) if how in {"arthroscopy", "open"} else "0"
    return {"drainage": [how], "drained_at": [told.at(after)], "washouts": [operations]}


_AGENTS: Final = {
    "staph_aureus": 0.5, "strep_dysgalactiae": 0.1, "strep_pyogenes": 0.06, "strep_agalactiae": 0.05,
    "strep_viridans": 0.03, "pneumococcus": 0.03, "coagulase_negative": 0.04, "e_coli": 0.04, "pseudomonas": 0.01,
    "gonococcus": 0.01, "none_found": 0.13,
}  # fmt: skip
_SITES: Final = {
    "knee": 0.45, "hip": 0.12, "shoulder": 0.14, "wrist": 0.07, "elbow": 0.06, "ankle": 0.06, "hand": 0.05, "foot": 0.05
}  # fmt: skip
_RISKS: Final = {
    "rheumatoid": 0.14, "crystal": 0.1, "osteoarthritis": 0.2, "operated": 0.06, "injected": 0.08, "trauma": 0.06,
    "skin": 0.1, "injected_drugs": 0.05,
}  # fmt: skip
_DIAGNOSES: Final = {
    "staph_aureus": "M00.0", "coagulase_negative": "M00.0", "pneumococcus": "M00.1", "strep_pyogenes": "M00.2",
    "strep_agalactiae": "M00.2", "strep_dysgalactiae": "M00.2", "strep_viridans": "M00.2", "e_coli": "M00.8",
}  # fmt: skip
_ALSO_MISSING: Final = {"drained_at": (0.04, UNKNOWN), "joint_function": (0.12, UNKNOWN), "crystals": (0.2, "")}
