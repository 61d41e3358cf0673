"""The card hosts: they look at the certificate and send the browser back. They show no pages and set no cookies.

There are no forms, so no token of one is looked for: a POST is a 405.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from registret.accounts import doors, sessions
from registret.accounts.attempts import Purpose
from registret.accounts.cardfacts import CardFacts
from registret.accounts.refusals import AttemptStale
from registret.cards import describe, verify
from registret.cards.presented import PresentedCertificate, fingerprint
from registret.kernel.refused import Refused
from registret.revocation.trust import revocation, trust
from registret.web.door.report import report_facts
from registret.web.gate import open_to_all
from registret.web.http import Request


@csrf_exempt
@open_to_all.get
def door(request: Request, label: str | None = None) -> HttpResponse:
    """Burns the label, decides about the certificate, and answers 303 to the site with a single-use code.

    `label` stands in the path of a fixed card host; else it is the first part of the host.
    """
    try:
        claimed = doors.claim(label=label or _label(request), network=request.network, at=request.at)
    except AttemptStale:
        return _back("")
    presented = request.arrival.presented
    card, refusal = _verified(presented, at=request.at)
    report = None
    if claimed.purpose is Purpose.CHECK:
        report = report_facts(describe(presented, trust=trust(), revocation=revocation(), at=request.at))
    code = doors.answer(
        attempt_id=claimed.attempt_id,
        card=card,
        refusal=refusal,
        report=report,
        front_said=request.arrival.front_said,
        network=request.network,
        at=request.at,
    )
    return _back(code)


def _verified(presented: PresentedCertificate, *, at: datetime) -> tuple[CardFacts | None, Refused | None]:
    """The card, or why not."""
    try:
        return CardFacts.of(verify(presented, trust=trust(), revocation=revocation(), at=at)), None
    except Refused as refusal:
        return None, refusal


@csrf_exempt
@open_to_all.get
def probe(request: Request, secret: str, label: str | None = None) -> HttpResponse:
    """Whether the card is still in: same, none or other. Readable by the site's own pages only.

    If it is not, the session that came from this host is locked.
    """
    try:
        shown = request.arrival.presented
        now = fingerprint(shown) if shown.der is not None else None
        seen = sessions.watch(label=label or _label(request), secret=secret, fingerprint_now=now, at=request.at)
    except AttemptStale:
        return nothing_here(request)
    response = JsonResponse({"card": seen.value})
    response.headers["Access-Control-Allow-Origin"] = settings.SITE_ORIGIN
    response.headers["Access-Control-Allow-Credentials"] = "true"
    response.headers["Vary"] = "Origin"
    return response


def nothing_here(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return HttpResponse("Not found\n", status=404, content_type="text/plain; charset=utf-8")


def broken(request: HttpRequest) -> HttpResponse:
    """Even then nobody is left on a page of the card host."""
    return _back("")


def _label(request: HttpRequest) -> str:
    return request.get_host().partition(".")[0].lower()


def _back(code: str) -> HttpResponse:
    response = HttpResponseRedirect(f"{settings.SITE_ORIGIN}/logga-in/svar/{code}")
    response.status_code = 303
    # Not even the one-time host is told to the site's own log of referrers.
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
