"""Anmärkningar: the rules that do not hold in signed steps, over all episodes of the own clinic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Count, QuerySet

from registret.access.actor import Actor
from registret.access.roles import Permission
from registret.records.reporting.listing import episodes_among
from registret.records.rows import ListedEpisode
from registret.records.scope import clinic_of, provider_scope
from registret.reports.models import Remark

MOST: Final = 100
"""So many episodes are shown, those that were begun last first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemarkCount:
    """In how many episodes a rule of a step does not hold."""

    step: str
    rule: str
    number: int


def remark_counts(*, actor: Actor, sub_registry: str) -> tuple[RemarkCount, ...]:
    """Of the actor's clinic, the most frequent first. Raises: NotPermitted."""
    with provider_scope(actor, Permission.READ_REPORTS):
        found = _own(actor, sub_registry).values("step", "rule").annotate(number=Count("id"))
        return tuple(RemarkCount(**row) for row in found.order_by("-number", "step", "rule"))


def with_remark(*, actor: Actor, sub_registry: str, step: str, rule: str, at: datetime) -> Sequence[ListedEpisode]:
    """Return the episodes of the actor's clinic in which a rule does not hold: a logged read.

    Raises: NotPermitted (the actor reads reports, and no patients).
    """
    with provider_scope(actor):
        found = _own(actor, sub_registry).filter(step=step, rule=rule).order_by("-episode_id")
        ids = list(found.values_list("episode_id", flat=True)[:MOST])
        return episodes_among(actor=actor, episode_ids=ids, at=at)


def _own(actor: Actor, sub_registry: str) -> QuerySet[Remark]:
    return Remark.objects.filter(clinic_id=clinic_of(actor), sub_registry=sub_registry)
