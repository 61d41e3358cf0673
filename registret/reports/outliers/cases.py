"""Cases about outliers, as the office and the clinic see them. Another clinic sees none."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db.models import Q, QuerySet

from registret.access.actor import Actor
from registret.access.checks import existing
from registret.access.roles import Permission
from registret.kernel.sweden import day_of
from registret.reports.comparing.figures import readable
from registret.reports.counts import Figure, as_standard, ratio_as_told
from registret.reports.lifecycle import OutlierState
from registret.reports.models import OutlierCase
from registret.reports.periods import Months
from registret.reports.statistics.funnels import FunnelPlace
from registret.reports.statistics.intervals import proportion
from registret.reports.told import EditionRow, edition_row

PAGE: Final = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlierStepRow:
    """How a case came into a state."""

    state: OutlierState
    text: str
    at: datetime
    by_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlierCaseRow:
    """`figure`, `country`: as the edition told them when the case was opened. `answer_by`: the last day for an answer;
    None before the clinic is asked."""

    number: int
    clinic_id: int
    clinic_name: str
    sub_registry: str
    indicator: str
    edition: EditionRow
    period: Months
    figure: Figure
    country: Figure
    place: FunnelPlace
    state: OutlierState
    answer_by: date | None

    def is_late(self, *, at: datetime) -> bool:
        """Whether an answer is waited for longer than was said."""
        return self.state is OutlierState.ASKED and self.answer_by is not None and day_of(at) > self.answer_by


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedCases:
    """`older` is what to ask for next (`before`), or None."""

    rows: tuple[OutlierCaseRow, ...]
    older: int | None


def visible_cases(actor: Actor) -> QuerySet[OutlierCase]:
    """The only way from an actor to cases: the office sees all, a clinic its own, once it is asked.

    Raises: NotPermitted.
    """
    if actor.may(Permission.FOLLOW_UP_OUTLIERS):
        return OutlierCase.objects.all()
    mine = readable(actor)
    return OutlierCase.objects.filter(
        clinic_id=actor.seat.clinic_id or 0, sub_registry__in=mine, answer_by__isnull=False
    )


def may_answer(actor: Actor, sub_registry: str) -> bool:
    """Whether the actor speaks for the own clinic in cases of a sub-registry."""
    return sub_registry in actor.seat.sub_registries_for(Permission.ANSWER_OUTLIERS)


def open_cases(*, actor: Actor) -> tuple[OutlierCaseRow, ...]:
    """Cases that are not closed, the oldest first. Raises: NotPermitted."""
    found = visible_cases(actor).exclude(state=OutlierState.CLOSED)
    return tuple(map(_row, _whole(found).order_by("id")))


def closed_cases(*, actor: Actor, before: int | None = None, size: int = PAGE) -> ClosedCases:
    """Newest first, from below number `before`. Raises: NotPermitted."""
    found = visible_cases(actor).filter(Q() if before is None else Q(id__lt=before), state=OutlierState.CLOSED)
    rows = tuple(map(_row, _whole(found).order_by("-id")[: size + 1]))
    return ClosedCases(rows=rows[:size], older=rows[size - 1].number if len(rows) > size else None)


def numbers_by_figure(*, actor: Actor, editions: Collection[int]) -> dict[tuple[int, str, str, int], int]:
    """The newest case about a figure, by clinic, sub-registry, indicator and the number of the edition.

    Raises: NotPermitted.
    """
    about = "clinic_id", "sub_registry", "indicator", "edition__number"
    found = visible_cases(actor).filter(edition__number__in=editions).order_by("id").values_list("id", *about)
    return {key: number for number, *key in found for key in [tuple(key)]}


def one_case(*, number: int, actor: Actor) -> tuple[OutlierCaseRow, tuple[OutlierStepRow, ...]]:
    """A case with all that was written in it, oldest first. Raises: NotPermitted, NotFound."""
    found = existing(_whole(visible_cases(actor)).filter(id=number).first())
    steps = found.steps.order_by("id")
    return _row(found), tuple(
        OutlierStepRow(state=OutlierState(one.state), text=one.text, at=one.at, by_name=one.by_name) for one in steps
    )


def _whole(found: QuerySet[OutlierCase]) -> QuerySet[OutlierCase]:
    return found.select_related("clinic", "edition")


def _row(found: OutlierCase) -> OutlierCaseRow:
    return OutlierCaseRow(
        number=found.id,
        clinic_id=found.clinic_id,
        clinic_name=found.clinic.title,
        sub_registry=found.sub_registry,
        indicator=found.indicator,
        edition=edition_row(found.edition),
        period=Months(first=found.first, last=found.last),
        figure=_figure(found.reached, found.n, found.expected),
        country=_country(_figure(found.target_reached, found.target_n, found.target_expected)),
        place=FunnelPlace(found.place),
        state=OutlierState(found.state),
        answer_by=found.answer_by,
    )


def _country(figure: Figure) -> Figure:
    return figure if figure.expected is None else as_standard(figure)


def _figure(reached: int, n: int, expected: float | None) -> Figure:
    if expected is not None:
        return ratio_as_told(reached, expected, patients=n, missing=None)
    return Figure(n=n, x=reached, estimate=proportion(reached, n), missing=None, unplaced=0)
