"""The way back: the page that the user was at, or wanted, before the card had to be shown.

It travels in the body of the form that begins the login, and waits with the attempt: never in an address. It is the
path of a page of this site, made anew from the list of addresses; what was searched for on a page is not kept. The form
says as well who was last at work in the browser: what they wanted leads nobody who came between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from inspect import getclosurevars
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.urls import Resolver404, ResolverMatch, resolve, reverse

from registret.accounts.sessions import last_in_browser
from registret.kernel.secret import is_token
from registret.web.http import BROWSER_COOKIE, Request
from registret.web.shown_for import mark_of

FIELD: Final = "till"
WANTED_BY: Final = "onskad-av"
LONGEST: Final = 200


def page(path: str) -> str:
    """`path`, if it is a page for users who have shown a card; otherwise empty."""
    found = _match(path)
    return "" if found is None else _address(found)


def sent(request: Request) -> str:
    """The page that a form wants, unless another person has been at work in this browser since the form was shown."""
    whose = request.POST.get(WANTED_BY)
    return page(request.POST.get(FIELD, "")) if whose is None or whose == wanted_by(request) else ""


def wanted_by(request: HttpRequest) -> str:
    """The mark of the last user at work in this browser; empty if there was none."""
    browser = request.COOKIES.get(BROWSER_COOKIE, "")
    last = last_in_browser(browser=browser) if is_token(browser) else None
    return mark_of(last) if last else ""


def is_for_whoever_waits(path: str) -> bool:
    """Whether it is a page for people who are not at work, too."""
    found = _match(path)
    return found is not None and found.func.gate == "needs_any_card"  # type: ignore[attr-defined]


def to_this_page(request: HttpRequest) -> str:
    """Of a page that is shown: itself, or the one above it, if it was the answer to a form."""
    found = request.resolver_match
    if found is None or not _is_gated(request):
        return ""
    if _leads_to_a_page(found, request.path):
        return _address(found)
    return _first(_upwards(request.path))


def to_what_was_refused(request: HttpRequest) -> str:
    """Of a request that was refused: the page that was wanted, or the one whose form was sent."""
    if not _is_gated(request):
        return ""
    wanted = [request.path] if request.method in {"GET", "HEAD"} else []
    return _first([*wanted, *_upwards(_sent_from(request)), *_upwards(request.path)])


@cache
def methods(view: Callable[..., Any]) -> tuple[str, ...]:
    """What an address takes, as Django's decorators were told."""
    return tuple(getclosurevars(view).nonlocals.get("request_method_list", ()))


def _match(path: str) -> ResolverMatch | None:
    if len(path) > LONGEST:
        return None
    try:
        found = resolve(path, urlconf=settings.ROOT_URLCONF)
    except Resolver404:
        return None
    return found if _leads_to_a_page(found, path) else None


def _leads_to_a_page(found: ResolverMatch, path: str) -> bool:
    is_file = "." in path.rpartition("/")[2]
    is_open = getattr(found.func, "gate", "open_to_all") == "open_to_all"
    return len(path) <= LONGEST and not is_file and not is_open and "GET" in methods(found.func)


def _address(found: ResolverMatch) -> str:
    return reverse(found.view_name, args=found.args, kwargs=found.kwargs)


def _is_gated(request: HttpRequest) -> bool:
    found = request.resolver_match
    return found is not None and getattr(found.func, "gate", "open_to_all") != "open_to_all"


def _sent_from(request: HttpRequest) -> str:
    """The path of the page that a form stood on, or a link; empty if it was none of ours."""
    told = request.headers.get("Referer", "")
    return urlsplit(told).path if told.startswith(settings.SITE_ORIGIN + "/") else ""


def _upwards(path: str) -> Iterator[str]:
    """`/a/b/c`, `/a/b`, `/a`: what a form is sent to lies below the page that it belongs to."""
    while path.strip("/"):
        yield path
        path = path.rpartition("/")[0]


def _first(paths: Iterator[str] | list[str]) -> str:
    return next(filter(None, map(page, paths)), "")
