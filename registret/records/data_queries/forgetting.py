"""What becomes of the office's questions when a step moves or answers are destroyed, for acts of this room.

An answered question goes along. Of one that nobody has answered only what the office wrote of the episode is left,
as of one that led to no episode: the office is told of no difference.
"""

from __future__ import annotations

from collections.abc import Collection

from registret.records.lifecycle import QueryState
from registret.records.models import DataQuery


def forget_queries(**about: Collection[object]) -> None:
    """Forget the questions that fit `about`, a filter. Inside `deletion_allowed`, with the steps locked."""
    found = DataQuery.objects.filter(step__isnull=False, **about)
    found.filter(state=QueryState.ANSWERED).delete()
    found.update(step=None, text="", told_at=None)


def tell_anew(step_id: int) -> None:
    """The step has moved: the clinic that has it now is sent a letter about what waits."""
    DataQuery.objects.filter(step_id=step_id, state=QueryState.WAITING).update(told_at=None)
