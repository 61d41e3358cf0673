"""What is to be known of a step before it is filled in or read: that it is signed, closed, another clinic's, due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from registret.access.actor import Actor
from registret.access.roles import Permission
from registret.records.lifecycle import ClosedWhy, StepState
from registret.records.reporting.versions import newer_form
from registret.records.rows import StepPage, StepRow
from registret.web.pieces import Link, Note
from registret.web.steps.data_query_pages import QueryNote, query_notes
from registret.web.steps.heads import NamedStep, step_address, steps_shown
from registret.web.steps.prefill_pages import PrefillNote, prefill_note
from registret.web.steps.proposal_pages import proposal_link
from registret.web.steps.receipts import Receipt
from registret.web.templatetags.look import day, moment
from registret.words.days import day_in_words

_DONE = {StepState.SIGNED, StepState.CLOSED}


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedNote:
    """Of a step that is signed: by whom, and what comes next. `receipt`: it was signed just now."""

    receipt: Receipt | None
    told: str
    later: str
    go_on: Link | None
    links: Sequence[Link]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedNote:
    why: str
    may_take_up: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StepNotes:
    """`is_elsewhere`: another care provider has a registration near in time. `queries`: what the office asks, and the
    reader can answer. `proposal`: where the reader decides about what a file says. `read_only`: why the step cannot be
    written."""

    is_elsewhere: bool
    receipt: Receipt | None
    queries: Sequence[QueryNote]
    proposal: Link | None
    prefill: PrefillNote | None
    signed: SignedNote | None
    closed: ClosedNote | None
    read_only: str
    move_here: Link | None
    due: str
    newer: Link | None
    research_gone: Note | None


def step_notes(
    page: StepPage,
    actor: Actor,
    *,
    receipt: Receipt | None = None,
    is_elsewhere: bool = False,
    prefilled: str = "",
) -> StepNotes:
    """`receipt`: what was done with the step just now. `prefilled`: how the record system was asked about it."""
    is_signed = page.step.state is StepState.SIGNED
    closed_why = "" if is_signed else _closed_why(page)
    reads = not page.is_writable and not is_signed and not closed_why
    return StepNotes(
        is_elsewhere=is_elsewhere,
        receipt=None if is_signed else receipt,
        queries=query_notes(page),
        proposal=proposal_link(page) if is_own(page, actor) else None,
        prefill=prefill_note(page, actor, prefilled) if is_own(page, actor) else None,
        signed=_signed(page, receipt, actor) if is_signed else None,
        closed=ClosedNote(why=closed_why, may_take_up=is_own(page, actor)) if closed_why else None,
        read_only=_read_only(page) if reads else "",
        move_here=Link(_("Flytta det hit"), step_address(page, "step_move")) if reads and page.may_report else None,
        due=_due_in_words(page),
        newer=_newer(page, actor),
        research_gone=_research_gone(page.step),
    )


def is_own(page: StepPage, actor: Actor) -> bool:
    """The actor's clinic has the step, and the actor reports."""
    return page.may_report and page.step.clinic_id == actor.seat.clinic_id


def _signed(page: StepPage, receipt: Receipt | None, actor: Actor) -> SignedNote:
    row, steps, links = page.step, steps_shown(page.episode), [Link(_("Till start"), reverse("start"))]
    if actor.may(Permission.REPORT):
        links.append(Link(_("Nästa patient"), reverse("find_patient")))
    if is_own(page, actor):
        links.append(Link(_("Lås upp för att rätta"), step_address(page, "step_reopen")))
    signed = {"when": moment(row.signed_at), "name": row.signed_by_name}
    return SignedNote(
        receipt=receipt,
        told=_("Signerad %(when)s av %(name)s.") % signed,
        later=receipt.later if receipt else _later(steps),
        go_on=_to_go_on_with(page, steps) if page.may_report else None,
        links=links,
    )


def _to_go_on_with(page: StepPage, steps: Sequence[NamedStep]) -> Link | None:
    """The first step that is not signed, if the same clinic has it and no day is to be waited for."""
    following = next((one for one in steps if one.row.state not in _DONE), None)
    if following is None or following.row.clinic_id != page.step.clinic_id or following.row.due_from is not None:
        return None
    text = _("Fortsätt med %(step)s") % {"step": following.name.lower()}
    return Link(text, reverse("step", args=[page.episode.system_id, following.row.code]))


def _later(steps: Sequence[NamedStep]) -> str:
    """The next step that has a day to wait for and is not done."""
    waiting = next((one for one in steps if one.row.state not in _DONE and one.row.due_from is not None), None)
    if waiting is None:
        return ""
    return _("Sedan: %(step)s, tidigast %(day)s.") % {"step": waiting.name, "day": day(waiting.row.due_from)}


def _closed_why(page: StepPage) -> str:
    """Why a step is not to be done any more; empty if it is."""
    if page.step.closed_at is None:
        return ""
    if page.step.closed_why is ClosedWhy.REGISTER and page.patient.died_on is not None:
        died = {"day": day_in_words(page.patient.died_on)}
        return _("Steget är stängt: patienten avled %(day)s enligt folkbokföringen.") % died
    return _("Steget är stängt: patienten har avlidit enligt ett svar i ett formulär.")


def _read_only(page: StepPage) -> str:
    if page.may_report:
        return _("Steget ligger hos en annan klinik. Du kan läsa det.")
    return _("Du kan läsa det här, men inte skriva i det.")


def _due_in_words(page: StepPage) -> str:
    """When a step is to be done that is not done at once; empty for the others."""
    due, row = page.form_step.due, page.step
    if due is None or row.state in _DONE:
        return ""
    if row.due_from is not None and row.due_to is not None:
        days = {"first": day_in_words(row.due_from), "last": day_in_words(row.due_to)}
        return _("Görs från %(first)s, senast %(last)s.") % days
    after = {
        "least": due.months_from,
        "most": due.months_to,
        "after": str(page.form.questions[due.after].variable.label),
    }
    return _("Görs %(least)s–%(most)s månader efter ”%(after)s”.") % after


def _newer(page: StepPage, actor: Actor) -> Link | None:
    if not page.may_report or page.episode.clinic_id != actor.seat.clinic_id or not newer_form(page.form):
        return None
    return Link(_("Se vad som ändras"), reverse("episode_version", args=[page.episode.system_id]))


def _research_gone(step: StepRow) -> Note | None:
    if step.research_gone_at is None:
        return None
    told = _("Svaren på forskningsfrågorna i det här steget gallrades %(day)s. Frågorna ställs inte igen.")
    return Note("info", told % {"day": day(step.research_gone_at)})
