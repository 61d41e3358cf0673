"""An earlier account of the same person, under another HSA-id."""

from __future__ import annotations

from django.http import HttpResponse

from registret.access.applications import earlier_accounts
from registret.rate_limits.services import TooMany
from registret.web.forms import refusals_as_errors
from registret.web.gate import needs_card
from registret.web.http import HolderRequest, posted, see_other
from registret.web.signup.forms import CodeForm, EarlierForm
from registret.web.signup.pages import earlier_page
from registret.web.signup.shared import AT_THE_CODE, account_of, show_signup


@needs_card.get_post
def earlier(request: HolderRequest) -> HttpResponse:
    """Har du haft ett konto under ett annat HSA-id? The answer never tells whether there is such an account."""
    account = account_of(request)
    form = EarlierForm(posted(request))
    if form.is_valid():
        with refusals_as_errors(form, {TooMany: "old_email"}):
            earlier_accounts.claim(
                account_id=account.id, email=form.cleaned_data["old_email"], by=request.holder.by, at=request.at
            )
        if form.is_valid():
            return see_other("earlier")
    return _earlier_page(request, form, CodeForm())


@needs_card.post
def earlier_code(request: HolderRequest) -> HttpResponse:
    """The code out of the letter to the earlier address."""
    form = CodeForm(request.POST)
    if form.is_valid():
        with refusals_as_errors(form, AT_THE_CODE):
            earlier_accounts.prove(
                account_id=account_of(request).id,
                code=form.cleaned_data["code"],
                by=request.holder.by,
                at=request.at,
            )
    if form.is_valid():
        return see_other("earlier")
    return _earlier_page(request, EarlierForm(), form)


def _earlier_page(request: HolderRequest, form: EarlierForm, code: CodeForm) -> HttpResponse:
    claim = earlier_accounts.own_claim(account_id=account_of(request).id)
    page = earlier_page(form, code, claim)
    return show_signup(request, "signup/earlier.html", page, status=422 if page.sent.errors else 200)
