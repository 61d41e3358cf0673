"""The gate: every view says who may come in. A site with a view that does not say does not start."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from typing import Any, Concatenate, Final, Generic, ParamSpec, TypeVar, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from registret.access.actor import Actor
from registret.access.queries.logins import CardHolder, who
from registret.access.refusals import AssertionRefused
from registret.access.roles import Permission
from registret.access.systems.assertions import system_of
from registret.accounts.refusals import SessionMissing
from registret.accounts.sessions import end_of_revoked, sitting
from registret.rate_limits.services import Limit, take
from registret.revocation.trust import revocation
from registret.web.http import SESSION_COOKIE, ActorRequest, CardRequest, HolderRequest, Request, SystemRequest
from registret.web.shown_for import require_own_page

P = ParamSpec("P")
R = TypeVar("R", bound=HttpRequest)
View = Callable[..., HttpResponseBase]


class Ungated(Exception):
    """Views that nobody has decided about; the message names them."""


@dataclass(frozen=True, slots=True)
class Gate(Generic[R]):
    """Who may come in, as a decorator of views. `get`, `read`, `post` and `get_post` say as well with which methods.

    `turn_away` raises, or returns what answers in place of the view.
    """

    name: str
    turn_away: Callable[[HttpRequest], View | None]
    without_cookies: bool = False
    """No browser sends along what it asks for, so no other site can make one do it (CSRF)."""

    def __call__(self, view: Callable[Concatenate[R, P], HttpResponseBase]) -> View:
        @wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
            instead = self.turn_away(request)
            return (instead or view)(request, *args, **kwargs)

        guarded.gate = self.name  # type: ignore[attr-defined]
        if self.without_cookies:
            guarded.csrf_exempt = True  # type: ignore[attr-defined]
        return guarded

    def get(self, view: Callable[Concatenate[R, P], HttpResponseBase]) -> View:
        return require_GET(self(view))

    def read(self, view: Callable[Concatenate[R, P], HttpResponseBase]) -> View:
        """GET, and HEAD, which programs send that watch a site: for pages that burn no code and write no entry."""
        return require_safe(_bodiless_for_head(self(view)))

    def post(self, view: Callable[Concatenate[R, P], HttpResponseBase]) -> View:
        return require_POST(self(view))

    def get_post(self, view: Callable[Concatenate[R, P], HttpResponseBase]) -> View:
        return require_http_methods(["GET", "POST"])(self(view))

    def get_delete(self, view: Callable[Concatenate[R, P], HttpResponseBase]) -> View:
        return require_http_methods(["GET", "DELETE"])(self(view))


def _bodiless_for_head(view: View) -> View:
    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        answer = view(request, *args, **kwargs)
        if request.method == "HEAD" and isinstance(answer, HttpResponse):
            answer.headers["Content-Length"] = str(len(answer.content))
            answer.content = b""
        return answer

    return answered


def _needs_card(request: HttpRequest) -> View | None:
    person = authenticate(cast(CardRequest, request))
    require_own_page(cast(CardRequest, request), at_seat=False)
    if isinstance(person, Actor):
        return _lead_to("start")
    cast(HolderRequest, request).holder = person
    return None


def _needs_any_card(request: HttpRequest) -> None:
    authenticate(cast(CardRequest, request))
    require_own_page(cast(CardRequest, request), at_seat=False)


open_to_all: Gate[Request] = Gate("open_to_all", lambda request: None)
"""Anybody, with or without a card."""

needs_card: Gate[HolderRequest] = Gate("needs_card", _needs_card)
"""A proven card without a grant to work under: registrants and those who wait. Others are led to their start page.

Raises: what `authenticate` raises; PageOfAnother.
"""

needs_any_card: Gate[CardRequest] = Gate("needs_any_card", _needs_any_card)
"""A proven card, at work or not, whatever the seat.

Raises: what `authenticate` raises; PageOfAnother.
"""


def _needs_system(request: HttpRequest) -> None:
    asked = cast(SystemRequest, request)
    scheme, _, assertion = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise AssertionRefused(reason="missing")
    asked.system = system_of(assertion.strip(), audience=settings.API_AUDIENCE, network=asked.network, at=asked.at)
    asked.person = asked.system.actor
    take(limit=REQUESTS_OF_SYSTEM, subject=str(asked.person.account_id), at=asked.at)


needs_system: Gate[SystemRequest] = Gate("needs_system", _needs_system, without_cookies=True)
"""A record system, by what it has signed for this one request. No session counts here.

Raises: AssertionRefused, NotPermitted, TooMany.
"""
REQUESTS_OF_SYSTEM: Final = Limit(what="system_requests", most=600, per=timedelta(minutes=10))


def needs(permission: Permission, *, seen: bool = True) -> Gate[ActorRequest]:
    """A person at work in a role that includes `permission`. Not `seen`: a page asks, and nobody has done anything.

    Raises: what `authenticate` raises; PageOfAnother, PageOfOtherSeat, NotPermitted.
    """

    def turn_away(request: HttpRequest) -> View | None:
        person = authenticate(cast(CardRequest, request), seen=seen)
        require_own_page(cast(CardRequest, request), at_seat=True)
        if isinstance(person, CardHolder):
            return _lead_to("seat" if person.standing.missing is None else "application")
        person.require(permission)
        cast(ActorRequest, request).actor = person
        return None

    return Gate(f"needs {permission.value}", turn_away)


BY_ITSELF = "X-By-Itself"
"""What a page says with a request that nobody made: it asks again because the last answer did not come. A request that
claims so without need only lets its own session end sooner."""


def authenticate(request: CardRequest, *, seen: bool = True) -> Actor | CardHolder:
    """The person behind the session cookie, from the database, now; whether the card still holds, from memory.

    `seen`: the user did something, so that the idle clock starts anew.

    Raises: SessionMissing, SessionIdle, SessionOver, SessionLocked, SessionCardOut, SessionCardRevoked, HsaIdDisputed.
    """
    key = request.COOKIES.get(SESSION_COOKIE)
    if not key:
        raise SessionMissing()
    request.sitting = sitting(key=key, seen=seen and BY_ITSELF not in request.headers, at=request.at)
    card = request.sitting.card
    if card.serial and revocation().has_listed(issuer=card.issuer, serial=int(card.serial, 16)):
        raise end_of_revoked(session_id=request.sitting.session_id, at=request.at)
    request.person = who(sitting=request.sitting, at=request.at)
    return request.person


def require_all_gated(urlconf: str) -> None:
    """Raises: Ungated."""
    ungated = [name for name, view in views(urlconf) if not hasattr(view, "gate")]
    if ungated:
        raise Ungated(f"no gate on: {', '.join(ungated)}")


def views(urlconf: str) -> Iterator[tuple[str, Any]]:
    """Every (address, view) of the URLconf."""
    yield from _views(get_resolver(urlconf).url_patterns, "")


def _views(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        address = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _views(pattern.url_patterns, address)
        else:
            yield address, pattern.callback


def _lead_to(name: str) -> View:
    def lead(*_args: Any, **_kwargs: Any) -> HttpResponseBase:
        response = HttpResponseRedirect(reverse(name))
        response.status_code = 303
        return response

    return lead
