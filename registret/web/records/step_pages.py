"""The page of one step: its form, or its answers; what stands in the way, and what can be done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registret.access.actor import Actor
from registret.access.roles import Permission
from registret.records.lifecycle import ClosedWhy, StepState
from registret.records.reporting.versions import newer_form
from registret.records.rows import StepPage, StepRow
from registret.registries.assessing import Assessment
from registret.registries.queries import name_of
from registret.web.pieces import Link, Note, Tag
from registret.web.records.data_query_pages import QueryNote, query_notes
from registret.web.records.fields import Part, Trouble, title_of, troubles_of
from registret.web.records.pages import NamedStep, PatientHead, head_of, steps_shown
from registret.web.records.reading import ReadSection, read
from registret.web.records.receipts import Receipt
from registret.web.records.scores import ScoreShown, scores_shown, where_scores_stand
from registret.web.templatetags.look import clock, day, moment
from registret.words.days import day_in_words

_DONE = {StepState.SIGNED, StepState.CLOSED}


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTab:
    name: str
    url: str
    state: Tag | None
    is_here: bool


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
class StepFormPage:
    """One step with its fields (`parts`), or its answers (`sections`) for those who cannot write. `seen`: codes of the
    remarks that this page shows, to be sent when it is signed again. `is_elsewhere`: another care provider has a
    registration near in time. `queries`: what the office asks, and the reader can answer."""

    page: StepPage
    head: PatientHead
    title: str
    tabs: Sequence[StepTab]
    troubles: Sequence[Trouble]
    troubles_title: str
    is_elsewhere: bool
    receipt: Receipt | None
    queries: Sequence[QueryNote]
    broken: Sequence[Trouble]
    signed: SignedNote | None
    closed: ClosedNote | None
    read_only: str
    move_here: Link | None
    due: str
    newer: Link | None
    research_gone: Note | None
    parts: Sequence[Part]
    sections: Sequence[ReadSection]
    links: Sequence[Link]
    scores: Sequence[ScoreShown]
    scores_after: str
    is_untouched: bool
    seen: str
    dock: Dock


def step_page(
    page: StepPage,
    *,
    parts: Sequence[Part],
    actor: Actor,
    signing: bool = False,
    number: str = "",
    receipt: Receipt | None = None,
    is_elsewhere: bool = False,
) -> StepFormPage:
    """`signing`: it was tried, and all that stops it is told in one place. `number`: of the patient, in full."""
    broken = broken_shown(page.assessment)
    troubles = troubles_of(parts, broken=broken if signing else ())
    to_look_at = _to_look_at(page) if signing and not troubles else ()
    steps = steps_shown(page.episode)
    sections = () if page.is_writable else read(page)
    on_page = [one.code for one in (parts if page.is_writable else sections)]
    is_signed = page.step.state is StepState.SIGNED
    is_own = page.may_report and page.step.clinic_id == actor.seat.clinic_id
    closed_why = "" if is_signed else _closed_why(page)
    reads = not page.is_writable and not is_signed and not closed_why
    scores = scores_shown(page.assessment.scores)
    return StepFormPage(
        page=page,
        head=head_of(page, number=number, shows_number=True),
        title=f"{name_of(page.episode.sub_registry)}, {page.form_step.name}",
        tabs=[_tab(page, one) for one in steps],
        troubles=troubles or to_look_at,
        troubles_title=_("Stämmer det här? Rätta, eller signera igen.") if to_look_at else title_of(troubles),
        is_elsewhere=is_elsewhere,
        receipt=None if is_signed else receipt,
        queries=query_notes(page),
        broken=() if signing or not page.is_writable else broken,
        signed=_signed(page, steps, receipt, actor, is_own=is_own) if is_signed else None,
        closed=ClosedNote(why=closed_why, may_take_up=is_own) if closed_why else None,
        read_only=_read_only(page) if reads else "",
        move_here=Link(_("Flytta det hit"), _address(page, "step_move")) if reads and page.may_report else None,
        due=due_in_words(page),
        newer=_newer(page, actor),
        research_gone=_research_gone(page.step),
        parts=[part for part in parts if part.code in on_page],
        sections=sections,
        links=list(_links(page, is_own=is_own)),
        scores=scores,
        scores_after=where_scores_stand(page, on_page) if scores else "",
        is_untouched=page.step.state is StepState.PLANNED and not troubles and not to_look_at,
        seen=" ".join(sorted(remarks(page.assessment))) if to_look_at else "",
        dock=_dock(page, parts),
    )


def remarks(assessment: Assessment) -> set[str]:
    """Codes of the rules that do not hold and stop no signature: they are asked about once, when it is tried."""
    return {rule.code for rule in assessment.odd}


def broken_shown(assessment: Assessment) -> list[Trouble]:
    """Rules that stop signing, once for each sentence."""
    found = {str(rule.message): rule.about[0] for rule in assessment.broken}
    return [Trouble(code=code, text=text) for text, code in found.items()]


def to_do(assessment: Assessment) -> str:
    """What is left before the step can be signed: `1 att rätta, 8 frågor kvar`."""
    broken, lacking = len(broken_shown(assessment)), len(assessment.lacking)
    told = []
    if broken:
        told.append(_("%(n)s att rätta") % {"n": broken})
    if lacking:
        told.append(ngettext("%(n)s fråga kvar", "%(n)s frågor kvar", lacking) % {"n": lacking})
    opens = [day for day in assessment.locked.values() if day is not None]
    if opens:
        told.append(_("kan signeras från %(day)s") % {"day": day_in_words(max(opens))})
    return ", ".join(told) or _("Klar att signera")


def next_to_do(page: StepPage) -> str:
    """The question that is to be mended or answered next, in the order of the form; empty if none is."""
    wrong = {code for rule in page.assessment.broken for code in rule.about} | set(page.assessment.lacking)
    return next((question.code for question in page.form_step.questions if question.code in wrong), "")


def due_in_words(page: StepPage) -> str:
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


def _address(page: StepPage, name: str) -> str:
    return reverse(name, args=[page.episode.system_id, page.step.code])


def _tab(page: StepPage, step: NamedStep) -> StepTab:
    state = Tag(step.state_name, "ok" if step.row.state is StepState.SIGNED else "")
    return StepTab(
        name=step.name,
        url=reverse("step", args=[page.episode.system_id, step.row.code]),
        state=None if step.row.state is StepState.PLANNED else state,
        is_here=step.row.code == page.step.code,
    )


def _to_look_at(page: StepPage) -> tuple[Trouble, ...]:
    """What the remarks ask, each at the first of its questions that is on the page."""
    here = {question.code for question in page.form_step.questions}
    found = {str(rule.message): next((c for c in rule.about if c in here), "") for rule in page.assessment.odd}
    return tuple(Trouble(code=code, text=text) for text, code in found.items())


def _signed(
    page: StepPage, steps: Sequence[NamedStep], receipt: Receipt | None, actor: Actor, *, is_own: bool
) -> SignedNote:
    row, links = page.step, [Link(_("Till start"), reverse("start"))]
    if actor.may(Permission.REPORT):
        links.append(Link(_("Nästa patient"), reverse("find_patient")))
    if is_own:
        links.append(Link(_("Lås upp för att rätta"), _address(page, "step_reopen")))
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


def _newer(page: StepPage, actor: Actor) -> Link | None:
    if not page.may_report or page.episode.clinic_id != actor.seat.clinic_id or not newer_form(page.form):
        return None
    return Link(_("Se vad som ändras"), reverse("episode_version", args=[page.episode.system_id]))


def _research_gone(step: StepRow) -> Note | None:
    if step.research_gone_at is None:
        return None
    told = _("Svaren på forskningsfrågorna i det här steget gallrades %(day)s. Frågorna ställs inte igen.")
    return Note("info", told % {"day": day(step.research_gone_at)})


def _links(page: StepPage, *, is_own: bool) -> Iterator[Link]:
    episode = page.episode
    yield Link(_("Ändringar"), _address(page, "step_history"))
    yield Link(_("Skriv ut"), reverse("episode_print", args=[episode.system_id]))
    yield Link(_("Skriv ut tomt formulär"), reverse("blank_form", args=[episode.sub_registry, episode.version]))
    if is_own and page.step.state is not StepState.SIGNED:
        yield Link(_("Flytta till en annan klinik"), _address(page, "step_move"))
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
    codes = [f.code for part in parts for f in part.fields if f.is_shown and f.fault and not f.is_unanswered]
    if not codes:
        return None
    told = _("svar är inte sparat") if len(codes) == 1 else _("svar är inte sparade")
    return Link(f"{len(codes)} {told}", f"#{codes[0]}")
