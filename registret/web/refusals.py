"""A no becomes a log entry and a page: what happened, what to do now, a reference."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registret.access.actor import Actor
from registret.access.queries.logins import CardHolder
from registret.access.refusals import PageOfAnother, PageOfOtherSeat
from registret.accounts.refusals import SessionMissing
from registret.accounts.visitors import record_refusal
from registret.kernel.by import By
from registret.kernel.refused import Refused
from registret.kernel.secret import new_reference
from registret.ledger.events import Event
from registret.records.refusals import ReasonNeeded
from registret.web.gate import authenticate
from registret.web.http import SESSION_COOKIE, CardRequest, Request, wants_json
from registret.web.pieces import Link
from registret.web.problems import general_problem, is_of_program, refusal_problem
from registret.web.shown_for import require_own_page, to_send_again
from registret.web.surroundings import surroundings
from registret.web.way_back import to_what_was_refused
from registret.words.refusals import RefusalPage, in_general, page_of
from registret.words.shapes import Action

_TOKEN_OF_ANOTHER = re.compile(r"CSRF token from .+ incorrect\.")
"""What Django says of a form whose token was made for another login."""

_FOR_THE_PAGE_ONLY = frozenset({"patient", "number_fault"})
"""Facts of refusals that no entry keeps. What is wrong with a number only helps the person who typed it. Beside another
entry of that moment, about the patient by the id of the log, a system id would say for ever who that was, also after an
opt-out."""


def refusal_response(request: Request, refusal: Refused) -> HttpResponse:
    """Log the refusal, within the limit for people without a card, and return its page.

    If only a reason is missing (protected identity), redirect to the page that asks for it.
    """
    if isinstance(refusal, ReasonNeeded) and request.method == "GET":
        # Not refused yet: the patient's page asks why.
        response = redirect("patient", refusal.patient)
        response.status_code = 303
        return response
    reference = log_refusal(request, refusal)
    if is_of_program(request):
        return refusal_problem(refusal, reference=reference, at=request.at)
    return show_refusal(
        request,
        page_of(refusal),
        reference=reference,
        at=request.at,
        status=refusal.status,
        way_back=to_what_was_refused(request),
        again=to_send_again(request) if isinstance(refusal, PageOfAnother | PageOfOtherSeat) else None,
    )


def log_refusal(request: Request, refusal: Refused) -> str:
    """Return the reference."""
    reference = new_reference()
    facts = {name: fact for name, fact in refusal.facts.items() if name not in _FOR_THE_PAGE_ONLY}
    facts |= {"code": refusal.code, "view": _view_name(request)}
    record_refusal(event=Event.REQUEST_REFUSED, by=author(request), at=request.at, reference=reference, facts=facts)
    return reference


def show_refusal(
    request: HttpRequest,
    page: RefusalPage,
    *,
    reference: str,
    at: datetime,
    status: int,
    way_back: str = "",
    again: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """The page itself, for a refusal that is in the log already. `way_back`: where to after the card was shown;
    `again`: the form that can be sent once more."""
    context = {
        "page": page,
        "reference": reference,
        "at": at,
        "way_back": way_back,
        "again": again,
        # A user who must show the card first is not at work, whatever was known a moment ago.
        "surroundings": "outside.html" if status == 401 else surroundings(request),
        "login_label": _login_label(page),
    }
    # Only now is it known who asks for a page that does not exist.
    context["next"] = _next(request, page, sends_again=again is not None)
    response = (
        _as_json(page, reference=reference, status=status)
        if wants_json(request)
        else render(request, "refused.html", context, status=status)
    )
    # A session that ended by itself goes on saying why, in every tab that was open.
    if page.code == SessionMissing.code:
        response.delete_cookie(SESSION_COOKIE, samesite="Lax")
    return response


def _as_json(page: RefusalPage, *, reference: str, status: int) -> HttpResponse:
    told = {"code": page.code, "title": page.title, "todo": " ".join(page.todo), "reference": reference}
    return JsonResponse(told, status=status)


def _login_label(page: RefusalPage) -> str:
    """What the button says, if the next thing to do is to log in."""
    if page.action not in {Action.LOGIN, Action.PROVIDER}:
        return ""
    return _("Försök igen") if page.action is Action.LOGIN and page.tries_again else _("Logga in med SmartCard")


_NEXT = {
    Action.REGISTER: (gettext_lazy("Registrera dig"), "register"),
    Action.APPLICATION: (gettext_lazy("Till min ansökan"), "application"),
    Action.ACCOUNT: (gettext_lazy("Till Mitt konto"), "account"),
    Action.BACK_TO_LIST: (gettext_lazy("Till listan"), "attest"),
}


def _next(request: HttpRequest, page: RefusalPage, *, sends_again: bool) -> Link | None:
    """Where to go now; None if the form can be sent again instead."""
    is_at_work = isinstance(getattr(request, "person", None), Actor)
    if page.action in _NEXT and not (page.action is Action.APPLICATION and is_at_work):
        text, url_name = _NEXT[page.action]
        return Link(str(text), reverse(url_name))
    if sends_again:
        return None
    if page.action is Action.HELP:
        return Link(_("Så når du supporten"), f"{reverse('help')}#kontakt")
    return Link(_("Till startsidan"), reverse("start" if is_at_work else "front"))


def author(request: HttpRequest) -> By:
    """Who is asking, as far as this request has found out."""
    person: Any = getattr(request, "person", None)
    if isinstance(person, Actor | CardHolder):
        return person.by
    return By.nobody(network=cast(Request, request).network)


def form_too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """CSRF: the form came from elsewhere, or from a page that lay open while another person logged in.

    The latter comes from this site (Django has looked at where it came from before it reports the token), so the page
    says whose form it is, and it can be sent once more.
    """
    if _TOKEN_OF_ANOTHER.fullmatch(reason):
        typed = cast(CardRequest, request)
        try:
            authenticate(typed, seen=False)
            require_own_page(typed, at_seat=False)
        except Refused as refusal:
            return refusal_response(typed, refusal)
        return _plain(request, "request.forged", status=403, event=Event.REQUEST_FORGED, again=to_send_again(request))
    return _plain(request, "request.forged", status=403, event=Event.REQUEST_FORGED)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _plain(request, "request.not_found", status=404, event=None)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Malformed requests (an unknown host among them) get no page: nobody types them."""
    return HttpResponse("Bad request\n", status=400, content_type="text/plain; charset=utf-8")


def _plain(
    request: HttpRequest, code: str, *, status: int, event: Event | None, again: Mapping[str, Any] | None = None
) -> HttpResponse:
    reference, at = new_reference(), getattr(request, "at", None) or timezone.now()
    if event is not None:
        record_refusal(event=event, by=author(request), at=at, reference=reference, facts={})
    if is_of_program(request):
        return general_problem(code, status=status, reference=reference)
    return show_refusal(request, in_general(code), reference=reference, at=at, status=status, again=again)


def _view_name(request: HttpRequest) -> str:
    return (request.resolver_match.view_name if request.resolver_match else "") or ""
