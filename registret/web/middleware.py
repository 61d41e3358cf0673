"""What happens to every request, in the order of settings.MIDDLEWARE."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from time import monotonic
from typing import Final, cast

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.middleware.gzip import GZipMiddleware
from django.utils import timezone, translation
from whitenoise.middleware import WhiteNoiseMiddleware

from registret.kernel.refused import Refused
from registret.web.door.addresses import is_card_host
from registret.web.health.request_times import observe
from registret.web.http import Request
from registret.web.presented import FRONT_HEADERS, NotFromFront, arrival
from registret.web.refusals import refusal_response

log = logging.getLogger(__name__)

_VERSIONED: Final = re.compile(r"[\w/-]+\.[0-9a-f]{12}\.\w+", re.ASCII)
"""The name of a static file that changes with what it holds."""

Handler = Callable[[HttpRequest], HttpResponseBase]


class RequestTimes:
    """What answers take is measured, from the first of this program to the last."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        begun = monotonic()
        response = self.get_response(request)
        observe(request, status=response.status_code, seconds=monotonic() - begun)
        return response


class MomentOfRequest:
    """One moment for the whole request: services read no clock."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        cast(Request, request).at = timezone.now()
        return self.get_response(request)


class Arrivals:
    """Refuses requests that did not come through a known listener or front.

    What a front said is taken out of the request: nothing after this reads a certificate or an address in a header.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        typed = cast(Request, request)
        try:
            typed.arrival = arrival(request.META)
        except NotFromFront as why:
            log.warning("a request was refused: %s", why)
            return HttpResponse("Forbidden\n", status=403, content_type="text/plain; charset=utf-8")
        typed.network = typed.arrival.network
        for name in FRONT_HEADERS:
            request.META.pop(name, None)
        if settings.FRONT != "none":
            # A front answers plain HTTP itself, so all that it passes on came over TLS.
            request.META["wsgi.url_scheme"] = "https"
        return self.get_response(request)


class Hosts:
    """A host, its listener and its addresses belong together: the card door answers nothing else, nor anybody else."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        host = request.get_host().rpartition(":")[0] or request.get_host()
        for_a_card = is_card_host(host)
        known = for_a_card or host.lower() == settings.SITE_HOST.lower()
        if not known or cast(Request, request).arrival.at_card_door != for_a_card:
            return HttpResponse("Misdirected request\n", status=421, content_type="text/plain; charset=utf-8")
        if for_a_card:
            request.urlconf = settings.CARD_URLCONF  # type: ignore[attr-defined]
        return self.get_response(request)


class _Files(WhiteNoiseMiddleware):
    """Also those that came after the start: of a newer release, whose pages another machine makes already."""

    def __init__(self, get_response: Handler) -> None:
        super().__init__(get_response)  # type: ignore[no-untyped-call]
        # Where it looks for what it does not know.
        self.directories = [(f"{settings.STATIC_ROOT.absolute()}/", self.static_prefix)]

    def __call__(self, request: HttpRequest) -> HttpResponseBase:  # type: ignore[override]
        path = request.path_info
        if path not in self.files and _VERSIONED.fullmatch(path.removeprefix(self.static_prefix)):
            found = self.find_file(path)  # type: ignore[no-untyped-call]
            if found is not None:
                self.files[path] = found
        return cast(HttpResponseBase, super().__call__(request))  # type: ignore[no-untyped-call]


class SiteFiles:
    """Stylesheet and script, for the site's own hosts: the card hosts have one address and no files."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        self.with_files: Handler = _Files(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        at_card_host = getattr(request, "urlconf", None) == settings.CARD_URLCONF
        return (self.get_response if at_card_host else self.with_files)(request)


class NoStore:
    """Nothing that a person saw here is kept by a browser or a proxy: computers are shared."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        )
        return response


class CompressedPages(GZipMiddleware):
    """Compresses pages for those who came from a page of the site, or typed the address.

    Another site, which could guess what a page says from how short it becomes, gets it as it is
    (docs/decisions/0165-pages-are-compressed-for-those-who-come-from-here.md).
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        is_page = response.headers.get("Content-Type", "").startswith("text/html")
        if not is_page or request.headers.get("Sec-Fetch-Site") not in {"same-origin", "none"}:
            return response
        return super().process_response(request, response)


class LongAnswers:
    """A client may take its time over a file in many pieces; no connection to the database waits for it."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if isinstance(response, StreamingHttpResponse):
            response.streaming_content = _without_connection(cast(Iterator[bytes], response.streaming_content))
        return response


def _without_connection(pieces: Iterator[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        # It goes back to the pool, but for that of a caller who has a transaction around it all.
        if not connection.in_atomic_block:
            connection.close()
        yield piece


class Language:
    """Swedish, unless this browser has chosen English. The browser's own language says little on a shared computer."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", language)
            return response


class Refusals:
    """A `Refused` that left a view becomes a log entry and a page."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        if isinstance(exception, Refused):
            return refusal_response(cast(Request, request), exception)
        return None
