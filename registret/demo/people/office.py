"""What the registry office of the demo has decided, and asked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from registret.access.actor import Actor
from registret.demo.people.patients import patients
from registret.records.data_queries.asking import QueryWanted, ask
from registret.records.data_queries.text import QueryText
from registret.reports.publishing import decide_publication, subject_of_year
from registret.time_limits.lengths import TimeLimit
from registret.time_limits.services import decide

_PUBLISHED: Final = (
    "pneumoni.antibiotic_within_4_hours",
    "pneumoni.time_to_antibiotic",
    "sepsis.lactate_within_1_hour",
    "sepsis.antibiotic_within_1_hour",
    "led-nativ.agent_found",
)


def set_time_limit(*, actor: Actor, at: datetime) -> None:
    reason = "Flera kliniker har få på plats i juli."
    decide(limit=TimeLimit.RECERTIFY_ANSWER, number=60, reason=reason, by=actor.by, at=at)


def publish(*, actor: Actor, at: datetime) -> None:
    """Open statistics, and the annual report of last year. They have figures once the history is written."""
    reason = "Styrgruppens beslut: vården av pneumoni och sepsis ska gå att följa."
    for subject in (*_PUBLISHED, subject_of_year(at.year - 1)):
        decide_publication(subject=subject, is_published=True, reason=reason, by=actor.by, at=at)


def ask_clinic(begun: Mapping[str, str], *, actor: Actor, at: datetime) -> None:
    """About an answer in the first pneumonia whose acute step is signed. `begun`: episodes by the patient's number."""
    number = next(
        one.number
        for one in patients(now=at)
        if one.sub_registry == "pneumoni" and any(step.code == "acute" and step.does == "sign" for step in one.steps)
    )
    text = QueryText.parse("I källdatagranskningen stod ett annat värde. Stämmer det som är registrerat?")
    wanted = QueryWanted(
        system_id=begun[number], sub_registry="pneumoni", step="acute", variable="respiratory_rate", text=text
    )
    ask(actor=actor, wanted=wanted, at=at)
