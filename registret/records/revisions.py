"""The history of a step, and which step of an episode comes next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from registret.access.actor import Actor
from registret.database.prepared import Given, Prepared, PreparedUpdate, insert
from registret.records.lifecycle import StepState
from registret.records.models import Revision, Step
from registret.records.scope import clinic_of
from registret.registries.answers import Stored
from registret.registries.forms import Form

Changes = Mapping[str, tuple[Stored | None, Stored | None]]
"""By variable: what was kept before, and what is now."""

_REGISTER: Final = "registret"
"""The author of what follows from the population register."""


def revise(actor: Actor | None, row: Step, changes: Changes, *, kind: Revision.Kind, reason: str, at: datetime) -> None:
    """The next revision of a step; the caller saves the step. `actor` None: no person did it."""
    row.version += 1
    insert(
        Revision,
        step_id=row.id,
        care_provider_id=row.care_provider_id,
        number=row.version,
        kind=kind,
        changes={code: list(pair) for code, pair in changes.items()},
        reason=reason,
        at=at,
        by_account_id=actor.account_id if actor else None,
        by_hsa_id=actor.hsa_id.text if actor else "",
        by_name=actor.name if actor else _REGISTER,
        by_role=",".join(sorted(actor.seat.roles)) if actor else "",
        by_clinic_id=clinic_of(actor) if actor else None,
    )


_DONE: Final = {StepState.SIGNED, StepState.CLOSED}
_NEXT: Final = Prepared(
    lambda: Step.objects.filter(episode_id=Given("episode")).values_list("code", "state", "next_since")
)
_SET_NEXT: Final = PreparedUpdate(
    lambda: Step.objects.filter(
        episode_id=Given("episode"), code=Given("code"), state=StepState.PLANNED, next_since=None
    ),
    next_since=Given("at"),
)


def set_next(form: Form, episode_id: int, *, at: datetime) -> None:
    """The first step that is left to do is the one to go on with, if it is not begun; since `at`, if it was not yet."""
    found = _NEXT.rows(episode=episode_id)
    states = {code: state for code, state, _since in found}
    following = next((step.code for step in form.steps if states.get(step.code) not in _DONE), None)
    if any(since is not None and code != following for code, _state, since in found):
        steps = Step.objects.filter(episode_id=episode_id)
        steps.exclude(code=following).exclude(next_since=None).update(next_since=None)
    if any(code == following and since is None for code, _state, since in found):
        _SET_NEXT.get(episode=episode_id, code=following, at=at)
