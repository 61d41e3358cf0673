"""One step of an episode: its form, saved, signed and laid aside; what others write meanwhile; opened again, moved. And
a newer version of the form."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.urls import reverse

from registret.access.actor import Actor
from registret.access.roles import Permission
from registret.places.queries import open_clinics
from registret.records.lifecycle import StepState
from registret.records.queries import steps
from registret.records.refusals import CannotSign, WrittenSince
from registret.records.reporting import audited_reads, moving, signing, versions, writing
from registret.records.reporting.changes import Written
from registret.records.reporting.writing import WriteOutcome
from registret.records.rows import StepPage
from registret.registries.forms import FormStep
from registret.web.gate import needs
from registret.web.http import ActorRequest, posted, see_other, wants_json
from registret.web.people.forms import WhyForm
from registret.web.pieces import show
from registret.web.steps.act_pages import history_page, move_page, reopen_page, version_page
from registret.web.steps.faults import fault_of
from registret.web.steps.fields import Sent, StepAnswers
from registret.web.steps.forms import MoveForm
from registret.web.steps.live import live, refused_live
from registret.web.steps.notes import step_notes
from registret.web.steps.obstacles import remarks
from registret.web.steps.pages import step_page
from registret.web.steps.parts import parts_of
from registret.web.steps.prefill_pages import PREFILL
from registret.web.steps.receipts import StepReceipt, receipt

RECEIPT: Final = "klart"
"""In the address of a step of which something was done a moment ago: the page says what, at the top."""

_ACTS: Final = {
    "lay_aside": (writing.lay_aside, StepReceipt.LAID_ASIDE),
    "take_up": (writing.take_up, StepReceipt.TAKEN_UP),
}


@needs(Permission.READ_RECORDS).get_post
def one_step(request: ActorRequest, episode: str, step: str) -> HttpResponse:
    """The form of a step. POST saves it, and does what the button says; a script is told in JSON what came of it."""
    if request.method == "GET":
        return _show(request, audited_reads.open_step(actor=request.actor, episode=episode, step=step, at=request.at))
    act = request.POST.get("do", "save")
    if act == "take_up_closed":
        writing.take_up(actor=request.actor, episode=episode, step=step, at=request.at)
        return _receipt(request, episode, step, StepReceipt.TAKEN_UP)
    form_step = steps.form_step_of(actor=request.actor, episode=episode, step=step)
    outcome = _written(request, episode, step, answers_in(request.POST, form_step))
    if act == "lay_aside" and outcome.page.step.state is StepState.PLANNED and not outcome.faults:
        return _onward(request, reverse("records"))
    if outcome.faults or outcome.conflicts:
        return _again(request, outcome, signing=act == "sign")
    if act == "sign":
        return _signed(request, outcome)
    if act in _ACTS:
        do, done = _ACTS[act]
        do(actor=request.actor, episode=episode, step=step, at=request.at)
        return _receipt(request, episode, step, done)
    if wants_json(request):
        return JsonResponse(live(outcome, {}, request.at))
    return _receipt(request, episode, step, StepReceipt.SAVED)


@needs(Permission.READ_RECORDS).post
def number(request: ActorRequest, episode: str, step: str) -> HttpResponse:
    """The patient's whole number in the head of the step: a look that the log tells of."""
    page = audited_reads.open_number(actor=request.actor, episode=episode, step=step, at=request.at)
    whole = page.patient.number.shown
    return JsonResponse({"number": whole}) if wants_json(request) else _show(request, page, number=whole)


@needs(Permission.REPORT).post
def autosave(request: ActorRequest, episode: str, step: str) -> HttpResponse:
    """What was changed in the browser, and what follows from it."""
    changed = {code: request.POST.getlist(code) for code in request.POST.getlist("changed")}
    outcome = _written(request, episode, step, changed)
    return JsonResponse(live(outcome, _faults(outcome), request.at))


@needs(Permission.REPORT, seen=False).post
def news(request: ActorRequest, episode: str, step: str) -> HttpResponse:
    """What others have written since: an open page asks, as long as it is looked at. 204: nothing."""
    found = audited_reads.open_news(actor=request.actor, episode=episode, step=step, base=_base(request), at=request.at)
    if found is None:
        return HttpResponse(status=204)
    page, others = found
    return JsonResponse(live(WriteOutcome(page=page, faults={}, conflicts=(), others=others), {}, request.at))


@needs(Permission.REPORT).get_post
def reopen(request: ActorRequest, episode: str, step: str) -> HttpResponse:
    """Lås upp, with a reason that stays."""
    form = WhyForm(posted(request))
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        signing.reopen(actor=request.actor, episode=episode, step=step, reason=reason, at=request.at)
        return _receipt(request, episode, step, StepReceipt.REOPENED)
    page = audited_reads.open_step(actor=request.actor, episode=episode, step=step, at=request.at)
    status = 422 if form.errors else 200
    return show(request, "steps/reopen.html", reopen_page(page, form), tab="records", status=status)


@needs(Permission.REPORT).get_post
def move(request: ActorRequest, episode: str, step: str) -> HttpResponse:
    """Flytta: another clinic of the care provider goes on with the step."""
    page = audited_reads.open_step(actor=request.actor, episode=episode, step=step, at=request.at)
    choices = [row for row in _clinics_of_provider(request.actor) if row.id != page.step.clinic_id]
    form = MoveForm(posted(request), clinics=choices)
    if form.is_valid():
        clinic, reason = form.cleaned_data["clinic"], form.cleaned_data["reason"]
        moving.move(actor=request.actor, episode=episode, step=step, clinic_id=clinic, reason=reason, at=request.at)
        return _receipt(request, episode, step, StepReceipt.MOVED)
    status = 422 if form.errors else 200
    return show(request, "steps/move.html", move_page(page, form), tab="records", status=status)


@needs(Permission.READ_RECORDS).get
def changes(request: ActorRequest, episode: str, step: str) -> HttpResponse:
    """Who changed what in a step."""
    page, revisions = audited_reads.open_history(actor=request.actor, episode=episode, step=step, at=request.at)
    return show(request, "steps/history.html", history_page(page, revisions), tab="records")


@needs(Permission.REPORT).get_post
def version(request: ActorRequest, episode: str) -> HttpResponse:
    """Gå över till en ny version av formuläret: first what becomes of every answer."""
    if request.method == "POST":
        versions.move_on(actor=request.actor, episode=episode, at=request.at)
        return see_other("episode", episode)
    found = versions.preview(actor=request.actor, episode=episode, at=request.at)
    return show(request, "steps/version.html", version_page(found), tab="records")


def _clinics_of_provider(actor: Actor) -> list[Any]:
    """Open clinics that a step can be moved to."""
    found = open_clinics(first_of_organisation=actor.seat.organisation_number)
    return [row for row in found if row.care_provider_id == actor.seat.care_provider_id]


def answers_in(post: QueryDict, step: FormStep) -> dict[str, list[str]]:
    """What was sent, for every question of the step: a box that is not ticked sends nothing."""
    return {question.code: post.getlist(question.code) for question in step.questions}


def _written(request: ActorRequest, episode: str, step: str, written: Written) -> WriteOutcome:
    return writing.write(
        actor=request.actor,
        episode=episode,
        step=step,
        base=_base(request),
        written=written,
        at=request.at,
    )


def _base(request: HttpRequest) -> int:
    """The version that the page showed; 0, before all others, if it says none."""
    base = request.POST.get("base", "")
    return int(base) if base.isascii() and base.isdigit() and len(base) < 9 else 0


def _show(request: ActorRequest, page: StepPage, *, number: str = "") -> HttpResponse:
    """The step as it stands. `number`: of the patient, in full."""
    parts = parts_of(page.form_step, StepAnswers.of(page, at=request.at))
    notes = step_notes(
        page,
        request.actor,
        receipt=receipt(page, request.GET.get(RECEIPT, ""), seat=request.actor.seat.clinic_id),
        is_elsewhere=request.GET.get("annan") == "1",
        prefilled=request.GET.get(PREFILL, ""),
    )
    shown = step_page(page, parts=parts, notes=notes, actor=request.actor, number=number)
    return show(request, "steps/step.html", shown, tab="records")


def _receipt(request: HttpRequest, episode: str, step: str, done: StepReceipt) -> HttpResponse:
    """On to the page of the step, which says what was done."""
    return _onward(request, f"{reverse('step', args=[episode, step])}?{RECEIPT}={done.value}")


def _onward(request: HttpRequest, address: str) -> HttpResponse:
    """Done: where to next."""
    if wants_json(request):
        return JsonResponse({"to": address})
    response = HttpResponseRedirect(address)
    response.status_code = 303
    return response


def _again(request: ActorRequest, outcome: WriteOutcome, *, signing: bool) -> HttpResponse:
    """The form with what is wrong, beside it what was typed; if it was to be signed, also with what is not answered."""
    page: StepPage = outcome.page
    sent = Sent(
        typed=answers_in(request.POST, page.form_step),
        faults=outcome.faults,
        conflicts={conflict.code: conflict for conflict in outcome.conflicts},
        is_to_sign=signing,
    )
    parts = parts_of(page.form_step, StepAnswers.of(page, at=request.at), sent)
    notes = step_notes(page, request.actor)
    shown = step_page(page, parts=parts, notes=notes, actor=request.actor, signing=signing)
    if wants_json(request):
        return JsonResponse(refused_live(shown, outcome, _faults(outcome), request.at), status=422)
    return show(request, "steps/step.html", shown, tab="records", status=422)


def _faults(outcome: WriteOutcome) -> dict[str, str]:
    """In words."""
    return {code: fault_of(outcome.page.form.questions[code], fault) for code, fault in outcome.faults.items()}


def _signed(request: ActorRequest, outcome: WriteOutcome) -> HttpResponse:
    """Signs, if nothing stops it, and what is remarked of the answers has been shown with the button that signs."""
    page = outcome.page
    seen = set(request.POST.get("seen", "").split())
    if outcome.others or not page.assessment.can_be_signed or not remarks(page.assessment) <= seen:
        return _again(request, outcome, signing=True)
    with suppress(CannotSign, WrittenSince):
        signing.sign(
            actor=request.actor,
            episode=page.episode.system_id,
            step=page.step.code,
            base=page.step.version,
            at=request.at,
        )
        return _receipt(request, page.episode.system_id, page.step.code, StepReceipt.SIGNED)
    return _again(request, outcome, signing=True)
