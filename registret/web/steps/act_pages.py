"""The pages beside a step: what was changed in it, unlocking and moving it, and a newer version of its form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from registret.places.queries import clinics
from registret.records.reporting.versions import Preview
from registret.records.rows import EpisodeRow, RevisionRow, StepPage
from registret.registries.comparing import QuestionChange
from registret.registries.saying import said
from registret.web.people.forms import WhyForm
from registret.web.pieces import FactText
from registret.web.steps.forms import MoveForm
from registret.web.steps.heads import PatientHead, head_of, step_address
from registret.web.templatetags.look import role_list
from registret.words.extracts import act_name
from registret.words.labels import asked

# A step that is saved during writing has many.
_UNFOLDED: Final = 15
_HISTORY: Final = "history"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeShown:
    """An answer that was changed, or given for the first time (`old` is empty)."""

    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionShown:
    """`changed`: answers that were others before; `first`: those that were none."""

    what: str
    at: datetime
    who: str
    reason: str
    changed: Sequence[ChangeShown]
    first: Sequence[ChangeShown]


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPage:
    """The revisions of a step, newest first. `older` are folded away."""

    head: PatientHead
    title: str
    step: str
    newest: Sequence[RevisionShown]
    older: Sequence[RevisionShown]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepActPage:
    """Something is done with a step, with a reason."""

    head: PatientHead
    title: str
    step: str
    form: WhyForm


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionPage:
    """What becomes of the variables that changed, and which answers do not come along."""

    head: PatientHead
    episode: EpisodeRow
    new: int
    differences: Sequence[FactText]
    lost: Sequence[str]


def history_page(page: StepPage, revisions: Sequence[RevisionRow]) -> HistoryPage:
    places = clinics({row.by_clinic_id for row in revisions if row.by_clinic_id is not None})
    titles = {id: place.title for id, place in places.items()}
    shown = [_revision(page, row, titles.get(row.by_clinic_id or 0, "")) for row in revisions]
    return HistoryPage(
        head=head_of(page, act=_("Ändringar")),
        title=_step_name(page),
        step=step_address(page),
        newest=shown[:_UNFOLDED],
        older=shown[_UNFOLDED:],
    )


def _revision(page: StepPage, row: RevisionRow, clinic: str) -> RevisionShown:
    order = {code: place for place, code in enumerate(page.form.questions)}
    changes = [
        ChangeShown(
            label=asked(str(change.question.variable.label)),
            old=said(change.question, change.old),
            new=said(change.question, change.new),
        )
        for change in sorted(row.changes, key=lambda change: order.get(change.question.code, len(order)))
    ]
    return RevisionShown(
        what=act_name(row.kind),
        at=row.at,
        who=_author(row, clinic),
        reason=_reason(page, row),
        changed=[change for change in changes if change.old],
        first=[change for change in changes if not change.old],
    )


def _reason(page: StepPage, row: RevisionRow) -> str:
    """And of what was brought in from an earlier platform, from where."""
    if row.kind == _HISTORY:
        return f"{page.episode.source}, {page.episode.source_id}"
    return f"{_('Skäl')}: {row.reason}" if row.reason else ""


def _author(row: RevisionRow, clinic: str) -> str:
    """Who did it; no person did what follows from the population register."""
    if row.by_clinic_id is None:
        return _("Registret, efter uppgift i folkbokföringen")
    return " · ".join(part for part in (row.by_name, role_list(row.by_role) if row.by_role else "", clinic) if part)


def reopen_page(page: StepPage, form: WhyForm) -> StepActPage:
    return _act_page(page, form, _("Lås upp"))


def move_page(page: StepPage, form: MoveForm) -> StepActPage:
    return _act_page(page, form, _("Flytta"))


def _act_page(page: StepPage, form: WhyForm, act: str) -> StepActPage:
    return StepActPage(head=head_of(page, act=act), title=_step_name(page), step=step_address(page), form=form)


def version_page(found: Preview) -> VersionPage:
    names = {
        QuestionChange.CHANGED: _("ändrad"),
        QuestionChange.NEW: _("ny"),
        QuestionChange.GONE: _("borttagen"),
    }
    return VersionPage(
        head=head_of(found.page, act=_("Ny version av formuläret"), of_step=False),
        episode=found.page.episode,
        new=found.new.version,
        differences=[
            FactText(str(question.variable.label), [names[d.change]])
            for d in found.differences
            if d.change in names and (question := d.new or d.old) is not None
        ],
        lost=[f"{lost.question.variable.label}: {said(lost.question, lost.answer)}" for lost in found.lost],
    )


def _step_name(page: StepPage) -> str:
    return str(page.form_step.name).lower()
