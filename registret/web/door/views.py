"""The front page, logging in, *Kontrollera ditt kort*, logging out."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from math import ceil
from typing import cast

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from registret.access.actor import Actor
from registret.access.applications import entering
from registret.access.applications.entering import Entered
from registret.access.queries.logins import standing_of
from registret.access.refusals import AccountEnded, HsaIdDisputed, NotRegistered
from registret.accounts import attempts, sessions
from registret.accounts.attempts import NO_GOAL, AttemptAnswer, LoginGoal, Proof, Purpose
from registret.accounts.likeness import same_person
from registret.kernel.refused import Refused, restored
from registret.kernel.secret import is_token, new_token
from registret.mail.links import confirmation_token, read_token
from registret.reports.publishing import published
from registret.web import way_back
from registret.web.door.addresses import door_address, probe_address
from registret.web.door.checked_page import checked_page
from registret.web.door.provider import provider
from registret.web.door.support import support_text
from registret.web.gate import authenticate, needs_any_card, open_to_all
from registret.web.http import BROWSER_COOKIE, SESSION_COOKIE, CardRequest, Request, see_other
from registret.web.refusals import show_refusal
from registret.web.surroundings import surroundings
from registret.words.refusals import page_of


@open_to_all.read
def front(request: Request) -> HttpResponse:
    """Logga in. A user who is logged in already is sent on to work."""
    if SESSION_COOKIE in request.COOKIES:
        try:
            if isinstance(authenticate(cast(CardRequest, request)), Actor):
                return see_other("start")
        except Refused:
            pass
    return render(request, "door/front.html", {"has_statistics": bool(published())})


@open_to_all.get
def bookmarked(request: Request) -> HttpResponse:
    """What people have bookmarked from the platform before this one."""
    return see_other("front")


@open_to_all.get_post
def log_in(request: Request) -> HttpResponse:
    """POST begins a login attempt: on to a card host of its own.

    `lank` is the token of a mail link to confirm by; `las-upp` wants a locked session to go on; `till` is the page that
    is wanted afterwards.
    """
    if request.method == "GET":
        return see_other("front")
    if "las-upp" in request.POST:
        return _to_the_card_door(request, Purpose.UNLOCK, LoginGoal(back_to=way_back.sent(request)))
    return _to_the_card_door(request, Purpose.LOGIN, goal_in(request))


@open_to_all.get
def answer(request: Request, code: str = "") -> HttpResponse:
    """Back from the card host: the single-use code is burnt, and the browser goes where it can reload."""
    browser = request.COOKIES.get(BROWSER_COOKIE, "")
    found = attempts.proof(code=code, browser=browser, network=request.network, at=request.at)
    if isinstance(found, AttemptAnswer):
        return see_other("checked" if found.purpose is Purpose.CHECK else "denied", found.reference)
    if found.purpose is Purpose.UNLOCK:
        key = request.COOKIES.get(SESSION_COOKIE, "")
        if sessions.unlock(key=key, proof=found, at=request.at):
            return see_other(way_back.page(found.back_to) or "start")
    return _enter(request, found)


@open_to_all.get
def denied(request: Request, reference: str) -> HttpResponse:
    """Why the card was not accepted. Only in the browser that showed it, for half an hour."""
    found = _answer(request, reference)
    if found.refusal is None:
        return see_other("front")
    refusal = restored(*found.refusal)
    page = page_of(refusal)
    return show_refusal(request, page, reference=reference, at=found.at, status=refusal.status, way_back=found.back_to)


@open_to_all.get_post
def check(request: Request) -> HttpResponse:
    """Kontrollera ditt kort: the same reading, without logging in."""
    if request.method == "POST":
        return _to_the_card_door(request, Purpose.CHECK)
    return render(request, "door/check.html", {"surroundings": surroundings(request)})


@open_to_all.get
def checked(request: Request, reference: str) -> HttpResponse:
    """What *Kontrollera ditt kort* found."""
    found = _answer(request, reference)
    if found.report is None:
        return see_other("check")
    refusal = restored(*found.refusal) if found.refusal else None
    report = {name: _moment(name, value) for name, value in found.report.items()}
    standing = standing_of(hsa_id=found.card.hsa_id, at=request.at) if found.card is not None else None
    if found.card and standing and standing.account and not same_person(standing.account, found.card):
        # The card is good, and the account is not what is checked.
        refusal, standing = HsaIdDisputed(), None
    page = checked_page(
        report,
        refusal=page_of(refusal) if refusal else None,
        standing=standing,
        support_text=support_text(
            report,
            code=refusal.code if refusal else None,
            standing=standing,
            browser=request.headers.get("User-Agent", ""),
            reference=reference,
            at=found.at,
        ),
    )
    return render(request, "door/checked.html", {"page": page, "surroundings": surroundings(request)})


@open_to_all.post
def log_out(request: Request) -> HttpResponse:
    """Ends the session on the server, in every tab, and has the browser forget the site.

    The address of the probe goes behind `#`: browsers keep that part to themselves. A user who came through the
    identity provider is logged out there as well, on the way.
    """
    target, at_provider = "/utloggad", None
    if SESSION_COOKIE in request.COOKIES:
        by = None
        there = provider()
        if there is not None and sessions.came_through_provider(key=request.COOKIES[SESSION_COOKIE]):
            at_provider = there.logout_address(back_to=settings.SITE_ORIGIN + target)
        # Locked, or already over: to end it is what was asked for.
        with suppress(Refused):
            by = authenticate(cast(CardRequest, request), seen=False).by
        probe = sessions.end_by_key(key=request.COOKIES[SESSION_COOKIE], by=by, at=request.at)
        if probe is not None:
            target += f"#{probe_address(probe)}"
    response = onward(request, at_provider) if at_provider else see_other(target)
    response.delete_cookie(SESSION_COOKIE, samesite="Lax")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@open_to_all.get
def logged_out(request: Request) -> HttpResponse:
    """Ditt kort sitter kvar i läsaren: the page watches until the card is out."""
    return render(request, "door/logged_out.html")


@open_to_all.get
def session_left(request: Request) -> HttpResponse:
    """Seconds until the session ends if nothing is done; asking does not count as doing something.

    0, and the status of the refusal, if it is over or locked. That is no refusal for the log: pages ask by themselves.
    """
    try:
        authenticate(cast(CardRequest, request), seen=False)
    except Refused as no:
        return JsonResponse({"left": 0}, status=no.status)
    return JsonResponse({"left": _left(cast(CardRequest, request))})


@needs_any_card.post
def session_go_on(request: CardRequest) -> HttpResponse:
    """Fortsätt arbeta: a person answered the warning."""
    return JsonResponse({"left": int(settings.SESSION_IDLE.total_seconds())})


@open_to_all.get
def language(request: Request, code: str) -> HttpResponse:
    """Chooses the language of this browser and goes back to the page."""
    back = request.GET.get("till", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None) or not back.startswith("/"):
        back = "/"
    response = redirect(back)
    response.status_code = 303
    if code in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, code, max_age=365 * 24 * 3600, secure=True, httponly=True, samesite="Lax"
        )
    return response


def onward(request: Request, address: str) -> HttpResponse:
    """A page that leads to the identity provider by itself, and by a link.

    Not a redirect: browsers hold a form to the sites that CSP names, through all redirects, and only the provider knows
    where it sends people on its own way.
    """
    return render(request, "door/onward.html", {"address": address})


def goal_in(request: Request) -> LoginGoal:
    """`lank`: of a letter; `till`: the page to show afterwards."""
    token = request.POST.get("lank", "")
    return LoginGoal(confirmation=read_token(token) if token else None, back_to=way_back.sent(request))


def browser_of(request: Request) -> str:
    """The secret that names this browser to its login attempts; a new one if it has none."""
    known = request.COOKIES.get(BROWSER_COOKIE, "")
    return known if is_token(known) else new_token()


def remember_browser(response: HttpResponse, browser: str) -> None:
    response.set_cookie(BROWSER_COOKIE, browser, secure=True, httponly=True, samesite="Lax")


def _to_the_card_door(request: Request, purpose: Purpose, goal: LoginGoal = NO_GOAL) -> HttpResponse:
    browser = browser_of(request)
    label = attempts.begin(purpose=purpose, browser=browser, goal=goal, network=request.network, at=request.at)
    response = redirect(door_address(label))
    response.status_code = 303
    remember_browser(response, browser)
    return response


def _enter(request: Request, proof: Proof) -> HttpResponse:
    """A proven card: to work, to what is missing, or to the confirmation that it came for."""
    before = request.COOKIES.get(SESSION_COOKIE)
    last = sessions.last_in_browser(browser=request.COOKIES.get(BROWSER_COOKIE, ""))
    if last != proof.card.hsa_id:
        # Forms that lie open in other tabs go on counting only for the person whose they are.
        rotate_token(request)
    entered = entering.enter(proof=proof, replaces=before, network=request.network, at=request.at)
    response = _where_next(proof, entered)
    response.set_cookie(SESSION_COOKIE, entered.session_key, secure=True, httponly=True, samesite="Lax")
    return response


def _where_next(proof: Proof, entered: Entered) -> HttpResponse:
    missing, back_to = entered.standing.missing, way_back.page(entered.back_to)
    if proof.confirmation is not None:
        return (
            see_other("confirmed")
            if entered.confirmed
            else see_other("confirm", confirmation_token(*proof.confirmation))
        )
    if isinstance(missing, NotRegistered | AccountEnded):
        return see_other("register")
    if missing is not None:
        return see_other(back_to if way_back.is_for_whoever_waits(back_to) else "application")
    if back_to:
        return see_other(back_to)
    return see_other("start" if len(entered.standing.seats) == 1 else "seat")


def _answer(request: Request, reference: str) -> AttemptAnswer:
    return attempts.redeemed_answer(reference=reference, browser=request.COOKIES.get(BROWSER_COOKIE, ""), at=request.at)


def _left(request: CardRequest) -> int:
    idle_end = request.sitting.seen_at + settings.SESSION_IDLE
    # Rounded up: a page that is told 0 takes the session for ended.
    return ceil((min(idle_end, request.sitting.ends_at) - request.at).total_seconds())


def _moment(name: str, value: object) -> object:
    is_moment = name in {"not_before", "not_after", "revocation_as_of"} and isinstance(value, str)
    return datetime.fromisoformat(str(value)) if is_moment else value
