"""What the clock does with the office's questions: clinics are told of them, and they lapse and are forgotten."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, time
from typing import Final

from registret.access.notices import post_to
from registret.access.queries.reporters import reporters_at
from registret.access.scheduled.clock import CLOCK
from registret.kernel.sweden import SWEDEN, midnight
from registret.places.queries import clinics
from registret.records.data_queries.asking import ANSWERABLE_FOR, SHOWN_FOR, end_unanswered
from registret.records.lifecycle import QueryState
from registret.records.models import DataQuery
from registret.records.scope import all_providers, leaving_patients

TOLD_FROM: Final = time(7)
"""Letters about questions go out on workdays from this hour on, in Sweden."""


def look_after_queries(*, at: datetime) -> int:
    """All that is due; return how many questions it was."""
    return tell_clinics(at=at) + lapse_due(at=at) + forget_ended(at=at)


def tell_clinics(*, at: datetime) -> int:
    """On workdays, write to those who can answer what was asked before today: one letter for each person and clinic.

    The letter says how many questions are new, and of which clinic; nothing of whom or what they are about.
    """
    here = at.astimezone(SWEDEN)
    if here.weekday() >= 5 or here.time() < TOLD_FROM:
        return 0
    with all_providers():
        waiting = DataQuery.objects.filter(
            state=QueryState.WAITING, told_at=None, step__isnull=False, asked_at__lt=midnight(here.date())
        )
        new = list(
            waiting.select_for_update(of=("self",), skip_locked=True).values_list(
                "id", "step__clinic_id", "sub_registry"
            )
        )
        _write([(clinic_id, code) for _, clinic_id, code in new], at=at)
        DataQuery.objects.filter(id__in=[number for number, _, _ in new]).update(told_at=at)
        return len(new)


def lapse_due(*, at: datetime) -> int:
    """End what nobody has answered in time, and return how many."""
    with leaving_patients():
        due = DataQuery.objects.filter(state=QueryState.WAITING, asked_at__lte=at - ANSWERABLE_FOR)
        numbers = list(due.values_list("id", flat=True))
    return sum(_lapsed(number, at=at) for number in numbers)


def forget_ended(*, at: datetime) -> int:
    """Delete what leads to no step once the office is no longer shown it; the rest stays as long as its episode."""
    with all_providers():
        over = DataQuery.objects.filter(step=None, ended_at__lte=at - SHOWN_FOR)
        return over.delete()[0]


def _write(asked: Sequence[tuple[int, str]], *, at: datetime) -> None:
    """`asked`: clinic and sub-registry of each question."""
    places = clinics({clinic_id for clinic_id, _ in asked})
    for one in reporters_at(clinic_ids=places, at=at):
        numbers = Counter(code for clinic_id, code in asked if clinic_id == one.clinic_id)
        number = sum(n for code, n in numbers.items() if code in one.sub_registries)
        if number:
            facts = {"number": str(number), "clinic": places[one.clinic_id].title}
            post_to(one.person, kind="data_queries", context=facts, at=at)


def _lapsed(number: int, *, at: datetime) -> int:
    with leaving_patients():
        locked = DataQuery.objects.select_for_update(of=("self",), skip_locked=True)
        found = locked.filter(id=number, state=QueryState.WAITING).first()
        if found is not None:
            end_unanswered(found, "lapse", by=CLOCK, at=at)
        return int(found is not None)
