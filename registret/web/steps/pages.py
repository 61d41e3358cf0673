"""The page of one step: its form, or its answers; what stands in the way, and what can be done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from registret.access.actor import Actor
from registret.records.lifecycle import StepState
from registret.records.rows import StepPage
from registret.registries.queries import name_of
from registret.web.pieces import Link, Tag
from registret.web.steps.heads import NamedStep, PatientHead, head_of, step_address, steps_shown
from registret.web.steps.notes import StepNotes, is_own
from registret.web.steps.obstacles import Obstacles, next_to_do, obstacles_of, to_do
from registret.web.steps.parts import Part
from registret.web.steps.reading import ReadSection, read
from registret.web.steps.scores import ScoreShown, scores_shown, where_scores_stand
from registret.web.templatetags.look import clock


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTab:
    name: str
    url: str
    state: Tag | None
    is_here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Dock:
    """At the foot of a form: what is saved, what is left, and what can be done. `not_saved` leads to an answer that is
    on the page only, `next` to what is to be mended or answered next."""

    saved: str
    not_saved: Link | None
    to_do: str
    next: str
    can_lay_aside: bool
    can_take_up: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The step with its fields (`parts`), or its answers (`sections`) for those who cannot write. `scores_after`: the
    section that the scores follow."""

    parts: Sequence[Part]
    sections: Sequence[ReadSection]
    scores: Sequence[ScoreShown]
    scores_after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFormPage:
    page: StepPage
    head: PatientHead
    title: str
    tabs: Sequence[StepTab]
    obstacles: Obstacles
    notes: StepNotes
    sheet: Sheet
    links: Sequence[Link]
    is_untouched: bool
    dock: Dock


def step_page(
    page: StepPage,
    *,
    parts: Sequence[Part],
    notes: StepNotes,
    actor: Actor,
    signing: bool = False,
    number: str = "",
) -> StepFormPage:
    """`signing`: it was tried, and all that stops it is told in one place. `number`: of the patient, in full."""
    obstacles = obstacles_of(page, parts, signing=signing)
    return StepFormPage(
        page=page,
        head=head_of(page, number=number, shows_number=True),
        title=f"{name_of(page.episode.sub_registry)}, {page.form_step.name}",
        tabs=[_tab(page, one) for one in steps_shown(page.episode)],
        obstacles=obstacles,
        notes=notes,
        sheet=_sheet(page, parts),
        links=list(_links(page, is_own=is_own(page, actor))),
        is_untouched=page.step.state is StepState.PLANNED and not obstacles.troubles,
        dock=_dock(page, parts),
    )


def _sheet(page: StepPage, parts: Sequence[Part]) -> Sheet:
    sections = () if page.is_writable else read(page)
    on_page = [one.code for one in (parts if page.is_writable else sections)]
    scores = scores_shown(page.assessment.scores)
    return Sheet(
        parts=[part for part in parts if part.code in on_page],
        sections=sections,
        scores=scores,
        scores_after=where_scores_stand(page, on_page) if scores else "",
    )


def _tab(page: StepPage, step: NamedStep) -> StepTab:
    state = Tag(step.state_name, "ok" if step.row.state is StepState.SIGNED else "")
    return StepTab(
        name=step.name,
        url=reverse("step", args=[page.episode.system_id, step.row.code]),
        state=None if step.row.state is StepState.PLANNED else state,
        is_here=step.row.code == page.step.code,
    )


def _links(page: StepPage, *, is_own: bool) -> Iterator[Link]:
    episode = page.episode
    yield Link(_("Ändringar"), step_address(page, "step_history"))
    yield Link(_("Skriv ut"), reverse("episode_print", args=[episode.system_id]))
    yield Link(_("Skriv ut tomt formulär"), reverse("blank_form", args=[episode.sub_registry, episode.version]))
    if is_own and page.step.state is not StepState.SIGNED:
        yield Link(_("Flytta till en annan klinik"), step_address(page, "step_move"))
    yield Link(_("Patientens alla vårdepisoder"), reverse("patient", args=[page.patient.system_id]))


def _dock(page: StepPage, parts: Sequence[Part]) -> Dock:
    saved_at, state = page.step.saved_at, page.step.state
    return Dock(
        saved=f"{_('Senast sparat')} {clock(saved_at)}" if saved_at else _("Sparas medan du skriver"),
        not_saved=_not_saved(parts),
        to_do=to_do(page.assessment),
        next=next_to_do(page),
        can_lay_aside=state in {StepState.DRAFT, StepState.PLANNED},
        can_take_up=state is StepState.INCOMPLETE,
    )


def _not_saved(parts: Sequence[Part]) -> Link | None:
    codes = [f.code for part in parts for f in part.fields if f.is_shown and f.remarks.is_bad]
    if not codes:
        return None
    told = _("svar är inte sparat") if len(codes) == 1 else _("svar är inte sparade")
    return Link(f"{len(codes)} {told}", f"#{codes[0]}")
