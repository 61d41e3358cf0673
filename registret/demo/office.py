"""What the registry office of the demo has decided."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from registret.kernel.by import By
from registret.reports.publishing import decide_publication, subject_of_year
from registret.time_limits.lengths import TimeLimit
from registret.time_limits.services import decide

_PUBLISHED: Final = (
    "pneumoni.antibiotic_within_4_hours",
    "pneumoni.time_to_antibiotic",
    "pneumoni.died_within_30_days",
    "sepsis.lactate_within_1_hour",
    "sepsis.died_within_28_days",
    "led-nativ.agent_found",
)


def set_time_limit(*, by: By, at: datetime) -> None:
    reason = "Flera kliniker har få på plats i juli."
    decide(limit=TimeLimit.RECERTIFY_ANSWER, number=60, reason=reason, by=by, at=at)


def publish(*, by: By, at: datetime) -> None:
    """Open statistics, and the annual report of last year. They have figures once the history is written."""
    reason = "Styrgruppens beslut: vården av pneumoni och sepsis ska gå att följa."
    for subject in (*_PUBLISHED, subject_of_year(at.year - 1)):
        decide_publication(subject=subject, is_published=True, reason=reason, by=by, at=at)
