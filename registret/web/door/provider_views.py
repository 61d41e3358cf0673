"""The other door: to the identity provider, and back with its answer. From there all is as at the card door."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import Http404, HttpResponse
from django.utils.translation import get_language

from registret.accounts import attempts, doors
from registret.accounts.attempts import LoginMethod
from registret.accounts.cardfacts import CardFacts
from registret.accounts.doors import ClaimedFlow
from registret.kernel.refused import Refused
from registret.oidc.refusals import AnswerUntrusted
from registret.web.door.provider import provider
from registret.web.door.views import browser_of, goal_in, onward, remember_browser
from registret.web.gate import open_to_all
from registret.web.http import BROWSER_COOKIE, Request, see_other

if TYPE_CHECKING:
    from registret.oidc.client import OidcClient


@open_to_all.get_post
def log_in(request: Request) -> HttpResponse:
    """POST begins a login attempt: on to the identity provider. `lank` and `till` as at the card door."""
    there = _provider()
    if request.method == "GET":
        return see_other("front")
    browser = browser_of(request)
    flow = attempts.begin_flow(browser=browser, goal=goal_in(request), network=request.network, at=request.at)
    address = there.authorization_address(flow=flow, language=get_language() or settings.LANGUAGE_CODE)
    response = onward(request, address)
    remember_browser(response, browser)
    return response


@open_to_all.get
def answer(request: Request) -> HttpResponse:
    """Back from the identity provider: the state is burnt, the code redeemed, and the browser sent on with ours."""
    there = _provider()
    browser = request.COOKIES.get(BROWSER_COOKIE, "")
    state = request.GET.get("state", "")
    claimed = doors.claim_flow(state=state, browser=browser, network=request.network, at=request.at)
    card, refusal = None, None
    try:
        card = _card(request, there, claimed)
    except Refused as no:
        refusal = no
    code = doors.answer(
        attempt_id=claimed.attempt_id,
        way=LoginMethod.IDP,
        card=card,
        refusal=refusal,
        network=request.network,
        at=request.at,
    )
    return see_other("answer", code)


def _card(request: Request, there: OidcClient, claimed: ClaimedFlow) -> CardFacts:
    if any(len(values) > 1 for _, values in request.GET.lists()):
        raise AnswerUntrusted(reason="parameters")  # RFC 6749, 3.1: two readers could choose differently
    identity = there.redeem(answer=request.GET.dict(), flow=claimed.flow, begun_at=claimed.begun_at, at=request.at)
    return CardFacts.of_identity(identity, lasts=settings.SESSION_LENGTH)


def _provider() -> OidcClient:
    there = provider()
    if there is None:
        raise Http404
    return there
