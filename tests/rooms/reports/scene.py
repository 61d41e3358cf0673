"""What the tests of this room share: a pneumonia that is signed, and what the reports say of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from registret.access.actor import Actor
from registret.records.queries.steps import steps_of
from registret.records.reporting import signing, writing
from registret.records.scope import all_providers, leaving_patients
from registret.reports.making import refresh
from registret.reports.models import Cell, Fact, StaleEpisode
from tests.rooms.records.scene import ACUTE, NOW, TOLVAN, begun

NOVEMBER = date(2026, 11, 1)


def signed(
    actor: Actor,
    *,
    patient: str = TOLVAN,
    at: datetime = NOW,
    arrived_at: str = "2026-11-20T08:15",
    **different: Sequence[str],
) -> str:
    """An episode whose inclusion and acute step are signed; answers its system id. The reports do not know it yet."""
    episode = begun(actor, patient=patient, at=at, arrived_at=[arrived_at])
    sign(actor, episode, "acute", {**ACUTE, **different}, at=at)
    return episode


def sign(actor: Actor, episode: str, step: str, written: Mapping[str, Sequence[str]], *, at: datetime = NOW) -> None:
    base = version_of(actor, episode, step)
    writing.write(actor=actor, episode=episode, step=step, base=base, written=written, at=at)
    signing.sign(actor=actor, episode=episode, step=step, base=version_of(actor, episode, step), at=at)


def version_of(actor: Actor, episode: str, step: str) -> int:
    return {row.code: row.version for row in steps_of(actor=actor, episode=episode)}[step]


def counted(
    actor: Actor, *, patient: str = TOLVAN, arrived_at: str = "2026-11-20T08:15", **different: Sequence[str]
) -> str:
    """As `signed`, and the worker has been there."""
    episode = signed(actor, patient=patient, at=NOW, arrived_at=arrived_at, **different)
    refresh()
    return episode


def facts() -> dict[str, str]:
    """By indicator, what it came to; of one episode."""
    with all_providers():
        found = list(Fact.objects.values_list("indicator", "outcome"))
    assert len(found) == len(dict(found)), "of one episode"
    return dict(found)


def fact_count() -> int:
    with leaving_patients():
        return Fact.objects.count()


def stale_count() -> int:
    with leaving_patients():
        return StaleEpisode.objects.count()


def totals(indicator: str, stratum: str = "") -> dict[str, int]:
    """The counts of the cells, by column; those of nought are left out."""
    names = ("reached", "not_reached", "valued", "missing", "unplaced")
    cells = list(Cell.objects.filter(indicator=indicator, stratum=stratum).values(*names))
    return {name: number for name in names if (number := sum(cell[name] for cell in cells))}


def cell_count() -> int:
    return Cell.objects.count()
