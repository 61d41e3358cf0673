"""Another mail address: asked for, confirmed with the card, or objected to by a reader of mail at the old one."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render

from registret.access.applications import confirming
from registret.access.queries.grants import clinics_to_attest_anew
from registret.access.refusals import AccountSuspended, AdministratorsAddress
from registret.access.self_service import my_account as access
from registret.accounts.address_changes import check_objection
from registret.accounts.lifecycle import AccountState
from registret.accounts.queries import AccountRow, address_rests_until, pending_change
from registret.accounts.refusals import (
    AddressResting,
    AddressUnchanged,
    CodeBurnt,
    CodeWrong,
    ConfirmationExpired,
    ObjectionUnknown,
)
from registret.kernel.by import By
from registret.kernel.identifiers import EmailAddress
from registret.mail.links import read_objection
from registret.places.queries import clinics, mail_hint
from registret.rate_limits.services import TooMany
from registret.web.account.account_pages import new_address
from registret.web.account.forms import ObjectionForm
from registret.web.account.own_pages import NewAddressCodePage, NewAddressPage, objection_page
from registret.web.account.pages import own, show
from registret.web.forms import refusals_as_errors
from registret.web.gate import needs_any_card, open_to_all
from registret.web.http import CardRequest, Request, posted, see_other
from registret.web.signup.address_pages import asked_address
from registret.web.signup.forms import AddressForm, CodeForm

_AT_THE_ADDRESS = dict.fromkeys((AddressUnchanged, AddressResting, AdministratorsAddress, TooMany), "email")


@needs_any_card.get_post
def change(request: CardRequest) -> HttpResponse:
    """Ändra e-post, with the same question as at registration, and what follows from a foreign address."""
    me = own(request)
    if me.state is AccountState.REGISTERED:
        return see_other("change_address")
    if me.state is AccountState.SUSPENDED:
        raise AccountSuspended()
    form = AddressForm(posted(request))
    asked = None
    if form.is_valid():
        email = form.cleaned_data["email"]
        if request.POST.get("ok") == "1":
            if _asked(request, me, form, email):
                return see_other("account")
        elif "change" not in request.POST:
            anew = _anew(request, me, form, email)
            hint = mail_hint(email, organisation_number=me.hsa_id.organisation_number)
            asked = asked_address(email, hint, data=request.POST, anew=anew) if form.is_valid() else None
    days = settings.OBJECTION_LIFETIME.days
    page = NewAddressPage(address=me.email.text, days=days, form=form, asked=asked)
    return show(request, "account/account_address.html", page, status=422 if form.errors else 200)


@needs_any_card.get_post
def type_code(request: CardRequest) -> HttpResponse:
    """The code out of the letter to the new address."""
    if request.method == "GET":
        return see_other("account")
    me, form = own(request), CodeForm(request.POST)
    if form.is_valid():
        with refusals_as_errors(
            form, dict.fromkeys((CodeWrong, CodeBurnt, ConfirmationExpired, AdministratorsAddress, TooMany), "code")
        ):
            confirming.confirm_by_code(
                account_id=me.id, code=form.cleaned_data["code"], by=request.person.by, at=request.at
            )
    if form.is_valid():
        return see_other("confirmed")
    pending = pending_change(account_id=me.id)
    page = NewAddressCodePage(
        form=form,
        email=pending.email.text if pending else "",
        new=new_address(pending, form, at=request.at) if pending else None,
    )
    return show(request, "account/account_code.html", page, status=422)


@needs_any_card.post
def resend(request: CardRequest) -> HttpResponse:
    """Skicka igen."""
    access.resend_for_address(account_id=own(request).id, by=request.person.by, at=request.at)
    return see_other("account")


@needs_any_card.post
def take_back(request: CardRequest) -> HttpResponse:
    """Behåll den gamla."""
    access.take_back_address(account_id=own(request).id, by=request.person.by, at=request.at)
    return see_other("account")


@open_to_all.get_post
def objection(request: Request, token: str) -> HttpResponse:
    """The link of the letter to the old address. GET changes nothing; POST objects, if the question is answered."""
    confirmation_id = read_objection(token)
    if confirmation_id is None:
        raise ObjectionUnknown()
    form = ObjectionForm(posted(request))
    if form.is_valid():
        by = By.nobody(network=request.network)
        access.object_to_address(confirmation_id=confirmation_id, by=by, at=request.at)
        return see_other("objected")
    made = check_objection(confirmation_id=confirmation_id, at=request.at)
    page = objection_page(form, made=made, days=settings.OBJECTION_LIFETIME.days)
    return render(request, "account/objection.html", {"page": page}, status=422 if form.errors else 200)


@open_to_all.get
def objected(request: Request) -> HttpResponse:
    """The change is stopped; what to do now."""
    return render(request, "account/objected.html")


def _asked(request: CardRequest, me: AccountRow, form: AddressForm, email: EmailAddress) -> bool:
    with refusals_as_errors(form, _AT_THE_ADDRESS):
        access.ask_for_address(
            account_id=me.id, email=email, card_read_at=request.sitting.began_at, by=request.person.by, at=request.at
        )
    return form.is_valid()


def _anew(request: CardRequest, me: AccountRow, form: AddressForm, email: EmailAddress) -> list[str]:
    """Clinics that must attest anew if this becomes the address, before anything is sent."""
    with refusals_as_errors(form, _AT_THE_ADDRESS):
        if email == me.email:
            raise AddressUnchanged()
        again_at = address_rests_until(account_id=me.id)
        if again_at is not None and again_at > request.at:
            raise AddressResting(again_at=again_at)
        here = clinics_to_attest_anew(account_id=me.id, before=me.email, email=email, at=request.at)
        return sorted(place.title for place in clinics(here).values())
    return []
