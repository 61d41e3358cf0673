"""Registering, confirming the mail address, waiting for attestation."""

from __future__ import annotations

from contextlib import suppress
from typing import cast

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import get_language

from registret.access.actor import Actor
from registret.access.applications import application_notes, applying, confirming, earlier_accounts, entering
from registret.access.queries.administrators import active_administrators
from registret.access.queries.applications import newest_application
from registret.access.refusals import AlreadyApplied, ClinicClosed, NotParticipating, NotRegistered, SubRegistryClosed
from registret.accounts.confirming import check_link
from registret.accounts.queries import confirmation as confirmation_row
from registret.accounts.queries import newest_confirmation
from registret.accounts.refusals import (
    ConfirmationDone,
    ConfirmationUnknown,
    SessionMissing,
)
from registret.kernel.identifiers import EmailAddress
from registret.kernel.refused import Refused
from registret.mail.links import confirmation_code, read_token
from registret.places.queries import care_provider_of, mail_hint, open_clinics
from registret.rate_limits.services import TooMany
from registret.web.forms import refusals_as_errors
from registret.web.gate import authenticate, needs_any_card, needs_card, open_to_all
from registret.web.http import CardRequest, HolderRequest, Request, posted, see_other
from registret.web.signup.address_pages import asked_address
from registret.web.signup.forms import AddressForm, AnswerForm, ApplicationForm, CodeForm, RegistrationForm
from registret.web.signup.pages import (
    ConfirmAddressPage,
    address_page,
    confirmed_page,
    new_application_page,
    register_page,
)
from registret.web.signup.parts import trail
from registret.web.signup.shared import AT_THE_CODE, account_of, show_signup
from registret.web.signup.waiting_pages import almost_done_page, checklist_page


@needs_card.get_post
def register(request: HolderRequest) -> HttpResponse:
    """Registrera dig. The first POST shows the dialog "Kontrollera att din e-post är rätt"; its Ok registers."""
    if request.holder.standing.account is not None:
        return see_other("application")
    card = request.holder.sitting.card
    clinics = open_clinics(first_of_organisation=card.hsa_id.organisation_number)
    form = RegistrationForm(posted(request), clinics=clinics)
    asks = False
    if form.is_valid():
        asks = request.POST.get("ok") != "1" and "change" not in request.POST
        if request.POST.get("ok") == "1" and _registered(request, form):
            return see_other("almost_done")
    return _register_page(request, form, asks=asks and form.is_valid())


@needs_card.get
def almost_done(request: HolderRequest) -> HttpResponse:
    """Nästan klart: a letter was sent; what happens now."""
    account = request.holder.standing.account
    if account is None or account.confirmed_at is not None:
        return see_other("application")
    return show_signup(request, "signup/almost_done.html", almost_done_page(request, account, CodeForm()))


@needs_card.get
def application(request: HolderRequest) -> HttpResponse:
    """What is missing, as a checklist whose heading is the sentence that users know."""
    account = request.holder.standing.account
    if account is None:
        return see_other("register")
    if request.holder.standing.missing is None:
        return see_other("seat")
    return show_signup(request, "signup/application.html", checklist_page(request, account, CodeForm()))


@needs_card.get_post
def type_code(request: HolderRequest) -> HttpResponse:
    """The code out of the letter. A wrong one comes back on the page where it was typed."""
    if request.method == "GET":
        return see_other("application")
    form = CodeForm(request.POST)
    account = account_of(request)
    if form.is_valid():
        with refusals_as_errors(form, AT_THE_CODE):
            confirming.confirm_by_code(
                account_id=account.id, code=form.cleaned_data["code"], by=request.holder.by, at=request.at
            )
    if form.is_valid():
        return see_other("confirmed")
    if request.POST.get("asked_on") == "almost_done":
        return show_signup(request, "signup/almost_done.html", almost_done_page(request, account, form), status=422)
    return show_signup(request, "signup/application.html", checklist_page(request, account, form), status=422)


@needs_card.post
def resend(request: HolderRequest) -> HttpResponse:
    """Skicka igen."""
    confirming.resend_confirmation(account_id=account_of(request).id, by=request.holder.by, at=request.at)
    return see_other("almost_done")


@needs_card.get_post
def change_address(request: HolderRequest) -> HttpResponse:
    """Ändra adress, with the same question as at registration."""
    account = account_of(request)
    if account.confirmed_at is not None:
        raise ConfirmationDone()
    form = AddressForm(posted(request), initial={"email": account.email.text})
    if form.is_valid():
        email = form.cleaned_data["email"]
        if request.POST.get("ok") == "1":
            confirming.change_unconfirmed_address(
                account_id=account.id, email=email, by=request.holder.by, at=request.at
            )
            return see_other("almost_done")
        if "change" not in request.POST:
            hint = mail_hint(email, organisation_number=account.hsa_id.organisation_number)
            page = address_page(form, asked_address(email, hint, data=request.POST))
            return show_signup(request, "signup/address.html", page)
    return show_signup(request, "signup/address.html", address_page(form), status=422 if form.errors else 200)


@needs_card.post
def answer(request: HolderRequest) -> HttpResponse:
    """Svara på en fråga from the clinic."""
    form = AnswerForm(request.POST)
    account = account_of(request)
    if form.is_valid():
        application_notes.answer(
            account_id=account.id, text=form.cleaned_data["text"], by=request.holder.by, at=request.at
        )
        return see_other("application")
    page = checklist_page(request, account, CodeForm(), answering=form)
    return show_signup(request, "signup/application.html", page, status=422)


@needs_card.post
def remind(request: HolderRequest) -> HttpResponse:
    """Påminn igen, once a day."""
    applying.remind(account_id=account_of(request).id, by=request.holder.by, at=request.at)
    return see_other("application")


@needs_card.post
def withdraw(request: HolderRequest) -> HttpResponse:
    """Takes the waiting application back, so that another can be made."""
    applying.withdraw(account_id=account_of(request).id, by=request.holder.by, at=request.at)
    return see_other("apply")


@needs_card.get_post
def apply(request: HolderRequest) -> HttpResponse:
    """A new application of a person who has an account."""
    account = account_of(request)
    form = ApplicationForm(
        posted(request), clinics=open_clinics(first_of_organisation=account.hsa_id.organisation_number)
    )
    if form.is_valid():
        with refusals_as_errors(
            form, dict.fromkeys((AlreadyApplied, ClinicClosed, SubRegistryClosed, NotParticipating), "clinic")
        ):
            applying.apply(account_id=account.id, **form.wish, by=request.holder.by, at=request.at)
        if form.is_valid():
            return see_other("application")
    provider = care_provider_of(account.hsa_id.organisation_number)
    page = new_application_page(form, card=request.holder.sitting.card, provider=provider)
    return show_signup(request, "signup/apply.html", page, status=422 if form.errors else 200)


@open_to_all.get_post
def confirm(request: Request, token: str) -> HttpResponse:
    """The link of a letter. GET changes nothing; POST confirms in a browser that holds the same card's session."""
    confirmation = read_token(token)
    if confirmation is None:
        raise ConfirmationUnknown()
    holder = _card_behind(request)
    hsa_id = holder.sitting.card.hsa_id if holder else None
    if request.method == "POST":
        if holder is None:
            raise SessionMissing()
        confirming.confirm_by_link(
            confirmation=confirmation, hsa_id=holder.sitting.card.hsa_id, by=holder.person.by, at=request.at
        )
        return see_other("confirmed")
    may = check_link(confirmation=confirmation, hsa_id=hsa_id, at=request.at)
    letter = confirmation_row(confirmation_id=confirmation[0])
    applies = letter.replaces is None and newest_application(account_id=letter.account_id) is not None
    page = ConfirmAddressPage(
        trail=trail(2) if applies else (),
        has_card=holder is not None,
        address=letter.email.masked if may else "",
        token=token,
        code=confirmation_code(*confirmation),
    )
    return show_signup(request, "signup/confirm.html", page)


@needs_any_card.get
def confirmed(request: CardRequest) -> HttpResponse:
    """The address is confirmed; what still remains, and by whom. A user at work goes on, or has changed it."""
    if isinstance(request.person, Actor):
        newest = newest_confirmation(account_id=request.person.account_id)
        return see_other("account" if newest and newest.replaces else "start")
    standing = request.person.standing
    if standing.account is None or standing.account.confirmed_at is None:
        return see_other("application")
    place = standing.application.clinic_id if standing.application else None
    administrators = active_administrators(clinic_id=place, at=request.at) if place else ()
    return show_signup(request, "signup/confirmed.html", confirmed_page(standing, administrators))


def _registered(request: HolderRequest, form: RegistrationForm) -> bool:
    data = form.cleaned_data
    expected = (ClinicClosed, SubRegistryClosed, NotParticipating, TooMany)
    with refusals_as_errors(form, dict.fromkeys(expected, "clinic")):
        account_id = entering.register(
            card=request.holder.sitting.card,
            email=data["email"],
            **form.wish,
            language=get_language() or settings.LANGUAGE_CODE,
            by=request.holder.by,
            at=request.at,
        )
        if data["old_email"] is not None:
            _claim_too(request, account_id, data["old_email"])
    return form.is_valid()


def _claim_too(request: HolderRequest, account_id: int, email: EmailAddress) -> None:
    # Too many letters today: it can be said again later, and keeps nobody from registering.
    with suppress(TooMany):
        earlier_accounts.claim(account_id=account_id, email=email, by=request.holder.by, at=request.at)


def _register_page(request: HolderRequest, form: RegistrationForm, *, asks: bool) -> HttpResponse:
    card = request.holder.sitting.card
    asked = None
    if asks:
        email = form.cleaned_data["email"]
        hint = mail_hint(email, organisation_number=card.hsa_id.organisation_number)
        asked = asked_address(email, hint, data=request.POST)
    page = register_page(
        form,
        card=card,
        provider=care_provider_of(card.hsa_id.organisation_number),
        ended_before=not isinstance(request.holder.standing.missing, NotRegistered),
        asked=asked,
    )
    return show_signup(request, "signup/register.html", page, status=422 if form.errors else 200)


def _card_behind(request: Request) -> CardRequest | None:
    typed = cast(CardRequest, request)
    try:
        authenticate(typed)
    except Refused:
        return None
    return typed
