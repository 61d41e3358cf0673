"""Att attestera: the queue, one application, attesting, declining, mending a misspelt address."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.http import HttpResponse
from django.urls import reverse

from registret.access.applications import attesting
from registret.access.grants.reach import reach_of
from registret.access.lifecycle import ApplicationState
from registret.access.queries.applications import ApplicationRow, application_for
from registret.access.refusals import (
    AlreadyDecided,
    AlreadyGranted,
    BeyondOwnRights,
    ClaimImpossible,
    ClaimNotSeen,
    ClinicClosed,
    EndImpossible,
    GivesRights,
    NotParticipating,
    OfficeAppointed,
    OutlastsOwnRight,
    RoleImpossible,
    SecondNeeded,
    SubRegistryClosed,
)
from registret.access.roles import Permission
from registret.accounts.refusals import ConfirmationDone
from registret.rate_limits.services import TooMany
from registret.web.attest.forms import AttestForm, CorrectAddressForm, DeclineForm, WriteForm
from registret.web.attest.item_pages import decline_page, item_page
from registret.web.attest.queue_pages import attest_page
from registret.web.forms import refusals_as_errors
from registret.web.gate import needs
from registret.web.http import ActorRequest, posted, see_other
from registret.web.numbers import number_in
from registret.web.pieces import show

_PLACES = {
    RoleImpossible: "role",
    AlreadyGranted: "role",
    SubRegistryClosed: "sub_registries",
    NotParticipating: "sub_registries",
    BeyondOwnRights: "sub_registries",
    EndImpossible: "last_day",
    OutlastsOwnRight: "last_day",
    GivesRights: "role",
    SecondNeeded: None,
    OfficeAppointed: None,
    ClinicClosed: None,
    ClaimNotSeen: None,
    ClaimImpossible: None,
}


@needs(Permission.ATTEST).get
def queue(request: ActorRequest) -> HttpResponse:
    """All that waits where the actor attests, and what the actor just did (`klart`)."""
    return show(request, "attest/attest.html", attest_page(request), tab="attest")


@needs(Permission.ATTEST).get_post
def one(request: ActorRequest, id: int) -> HttpResponse:
    """One application; POST attests it or, as the first of two at the registry office, recommends it."""
    wanted = application_for(actor=request.actor, application_id=id, at=request.at)
    form = _attest_form(request, wanted)
    if form.is_valid():
        if "recommend" in request.POST:
            if _recommended(request, wanted, form):
                return see_other("attest_one", wanted.id)
        elif _attested(request, wanted, form):
            return _done(wanted)
    return _item(request, wanted, form)


@needs(Permission.ATTEST).get_post
def decline(request: ActorRequest, id: int) -> HttpResponse:
    """Avslå, with a reason that the applicant reads."""
    wanted = application_for(actor=request.actor, application_id=id, at=request.at)
    form = DeclineForm(posted(request))
    if form.is_valid():
        with _once(request, wanted, ApplicationState.DECLINED):
            reason = form.cleaned_data["reason"]
            attesting.decline(application_id=wanted.id, reason=reason, actor=request.actor, at=request.at)
        return _done(wanted)
    page = decline_page(request, wanted, form)
    if page is None:
        return see_other("attest_one", wanted.id)
    return show(request, "attest/decline.html", page, tab="attest", status=422 if form.errors else 200)


@needs(Permission.ATTEST).get_post
def correct_address(request: ActorRequest, id: int) -> HttpResponse:
    """Rätta adressen och skicka igen: the letter goes out anew; only the applicant can confirm."""
    wanted = application_for(actor=request.actor, application_id=id, at=request.at)
    form = CorrectAddressForm(posted(request))
    if form.is_valid():
        with refusals_as_errors(form, {TooMany: "email"}):
            _corrected(request, wanted, form)
    if form.errors:
        return _item(request, wanted, _attest_form(request, wanted, blank=True), address=form)
    return see_other("attest_one", wanted.id)


def _attest_form(request: ActorRequest, wanted: ApplicationRow, *, blank: bool = False) -> AttestForm:
    data = request.POST if request.method == "POST" and not blank else None
    limits = reach_of(request.actor, at=request.at)
    return AttestForm(
        data,
        wanted=wanted,
        recommended=attesting.standing_recommendation(wanted, actor=request.actor, at=request.at),
        within=limits.sub_registries,
        last_possible=limits.last_day(at=request.at),
    )


def show_item(request: ActorRequest, wanted: ApplicationRow, *, writing: WriteForm) -> HttpResponse:
    """The application again, with what was written about it and not kept."""
    return _item(request, wanted, _attest_form(request, wanted, blank=True), writing=writing)


def _item(
    request: ActorRequest,
    wanted: ApplicationRow,
    form: AttestForm,
    *,
    address: CorrectAddressForm | None = None,
    writing: WriteForm | None = None,
) -> HttpResponse:
    address = address or CorrectAddressForm(initial={"email": wanted.email})
    writing = writing or WriteForm()
    page = item_page(request, wanted, form, address=address, writing=writing)
    wrong = form.errors or address.errors or writing.errors
    return show(request, "attest/attest_one.html", page, tab="attest", status=422 if wrong else 200)


def _attested(request: ActorRequest, wanted: ApplicationRow, form: AttestForm) -> bool:
    data = form.cleaned_data
    with _once(request, wanted, ApplicationState.ATTESTED), refusals_as_errors(form, _PLACES):
        attesting.attest(
            application_id=wanted.id,
            role=data["role"],
            sub_registries=data["sub_registries"],
            last_day=data["last_day"],
            claim_seen=number_in(request.POST, "claim"),
            actor=request.actor,
            at=request.at,
        )
    return form.is_valid()


def _recommended(request: ActorRequest, wanted: ApplicationRow, form: AttestForm) -> bool:
    data = form.cleaned_data
    with refusals_as_errors(form, _PLACES):
        attesting.recommend(
            application_id=wanted.id,
            role=data["role"],
            sub_registries=data["sub_registries"],
            last_day=data["last_day"],
            actor=request.actor,
            at=request.at,
        )
    return form.is_valid()


def _corrected(request: ActorRequest, wanted: ApplicationRow, form: CorrectAddressForm) -> None:
    # Confirmed or decided meanwhile: the page then shows that.
    with suppress(ConfirmationDone):
        attesting.correct_address(
            application_id=wanted.id, email=form.cleaned_data["email"], actor=request.actor, at=request.at
        )


@contextmanager
def _once(request: ActorRequest, wanted: ApplicationRow, outcome: ApplicationState) -> Iterator[None]:
    """The same person who clicks twice gets the same page twice, and is not told that a colleague was faster."""
    try:
        yield
    except AlreadyDecided:
        now = application_for(actor=request.actor, application_id=wanted.id, at=request.at)
        if now.decided_by_id != request.actor.account_id or now.state is not outcome:
            raise


def _done(wanted: ApplicationRow) -> HttpResponse:
    return see_other(f"{reverse('attest')}?klart={wanted.id}")
