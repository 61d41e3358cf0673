"""What was just done with a step, for whom, and what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _

from registret.kernel.sweden import day_of
from registret.places.queries import clinics
from registret.records.lifecycle import UNFINISHED, WRITABLE, StepState
from registret.records.rows import StepPage
from registret.web.steps.heads import sex_name, steps_shown
from registret.words.days import day_in_words


class StepReceipt(StrEnum):
    """As the address says it."""

    SIGNED = "signerat"
    LAID_ASIDE = "undanlagt"
    TAKEN_UP = "upptaget"
    SAVED = "sparat"
    REOPENED = "upplast"
    MOVED = "flyttat"
    DECIDED = "beslutat"
    """About what a file proposed."""
    ANSWERED = "besvarat"
    """The office was answered."""
    PREFILLED = "hamtat"
    """From the record system."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """`done`: what was done; `whom`: the patient; `later`: what comes next, and when."""

    done: str
    whom: str
    later: str


def receipt(page: StepPage, written: str, *, seat: int | None) -> Receipt | None:
    """`written`: as the address says it; nothing is told that is not so (any more). `seat`: the actor's clinic."""
    done = next((one for one in StepReceipt if one == written), None)
    if done is None or not _is_so(page, done, seat=seat):
        return None
    return Receipt(done=_done(page, done), whom=_whom(page), later=_later(page, done))


def _is_so(page: StepPage, done: StepReceipt, *, seat: int | None) -> bool:
    state = page.step.state
    match done:
        case StepReceipt.SIGNED:
            return state is StepState.SIGNED
        case StepReceipt.LAID_ASIDE:
            return state is StepState.INCOMPLETE
        case StepReceipt.REOPENED:
            return state is StepState.REOPENED
        case StepReceipt.MOVED:
            return page.step.clinic_id != seat
        case StepReceipt.ANSWERED:
            return not page.queries
        case StepReceipt.DECIDED:
            return not page.is_proposed
        case StepReceipt.TAKEN_UP:
            return state is StepState.DRAFT
    return state in WRITABLE and page.step.saved_at is not None


def _done(page: StepPage, done: StepReceipt) -> str:
    step = {"step": str(page.form_step.name)}
    match done:
        case StepReceipt.SIGNED:
            return _("Klart: %(step)s är signerad.") % step
        case StepReceipt.LAID_ASIDE:
            return _("Klart: %(step)s är undanlagd.") % step
        case StepReceipt.REOPENED:
            return _("Klart: %(step)s är upplåst.") % step
        case StepReceipt.MOVED:
            place = clinics({page.step.clinic_id})[page.step.clinic_id].title
            return _("Klart: %(step)s ligger nu hos %(clinic)s.") % (step | {"clinic": place})
        case StepReceipt.ANSWERED:
            return _("Klart: kansliet har fått svaret.")
        case StepReceipt.DECIDED:
            return _("Klart: förslaget är avgjort.")
        case StepReceipt.TAKEN_UP:
            return _("Klart: %(step)s är upptagen igen.") % step
        case StepReceipt.PREFILLED:
            return _("Klart: svaren ur journalen är införda.")
    return _("Klart: %(step)s är sparad.") % step


def _whom(page: StepPage) -> str:
    """`Man, 68 år vid ankomst, 19121212-••••.`"""
    patient = page.patient
    told = {
        "sex": sex_name(patient.sex),
        "age": patient.age_at(day_of(page.episode.began_at)),
        "number": patient.shown,
    }
    return _("%(sex)s, %(age)s år vid ankomst, %(number)s.") % told


def _later(page: StepPage, done: StepReceipt) -> str:
    """What the patient's episode waits for now."""
    if done is StepReceipt.LAID_ASIDE:
        return _("Den ligger bland undanlagda på startsidan tills den signeras.")
    if page.step.state is StepState.REOPENED or done in {
        StepReceipt.SAVED,
        StepReceipt.TAKEN_UP,
        StepReceipt.PREFILLED,
    }:
        return _("Signera när allt är besvarat.")
    if done is StepReceipt.MOVED:
        return _("Den kliniken fortsätter med steget.")
    following = next((one for one in steps_shown(page.episode) if one.row.state in UNFINISHED), None)
    if following is None:
        return _("Alla steg i vårdepisoden är klara.")
    name, row = following.name, following.row
    if row.due_from is not None and row.due_to is not None:
        days = {"step": name, "first": day_in_words(row.due_from), "last": day_in_words(row.due_to)}
        return _("Sedan: %(step)s, från %(first)s, senast %(last)s.") % days
    if row.clinic_id != page.step.clinic_id:
        return _("Sedan: %(step)s, hos en annan klinik.") % {"step": name}
    return _("Sedan: %(step)s.") % {"step": name}
