"""What was changed in a step, by whom."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from registret.access.actor import Actor
from registret.records.models import Revision, Step
from registret.records.queries.forms import question_of
from registret.records.queries.steps import step_page
from registret.records.rows import Changed, Other, RevisionRow
from registret.registries.answers import Answer, Stored, restored
from registret.registries.forms import Form, Question


def history(*, actor: Actor, episode: str, step: str, at: datetime) -> tuple[RevisionRow, ...]:
    """Return what was changed in a step, newest first. Inside `provider_scope(actor)`. Raises: NotFound."""
    page, row = step_page(actor, episode=episode, step=step, at=at)
    found = Revision.objects.filter(step_id=row.id).order_by("-number")
    return tuple(_revision(page.form, revision) for revision in found)


def changes_since(step: Step, base: int) -> dict[str, tuple[Stored | None, Revision]]:
    """Return by variable its answer at version `base`, and the newest revision that changed it since."""
    found: dict[str, tuple[Stored | None, Revision]] = {}
    if base >= step.version:
        return found
    for revision in Revision.objects.filter(step_id=step.id, number__gt=base).order_by("number"):
        for code, (old, _new) in revision.changes.items():
            first = found[code][0] if code in found else old
            found[code] = first, revision
    return found


def others_in(since: Mapping[str, tuple[Stored | None, Revision]]) -> dict[str, Other]:
    """Who made the changes that `changes_since` found."""
    return {code: Other(by_name=revision.by_name, at=revision.at) for code, (_, revision) in since.items()}


def _revision(form: Form, found: Revision) -> RevisionRow:
    return RevisionRow(
        number=found.number,
        kind=found.kind,
        reason=found.reason,
        at=found.at,
        by_name=found.by_name,
        by_hsa_id=found.by_hsa_id,
        by_role=found.by_role,
        by_clinic_id=found.by_clinic_id,
        changes=tuple(
            Changed(question=question, old=_answer(question, old), new=_answer(question, new))
            for question, (old, new) in ((question_of(form, code), pair) for code, pair in found.changes.items())
        ),
    )


def _answer(question: Question, stored: Stored | None) -> Answer | None:
    return None if stored is None else restored(question, stored)
