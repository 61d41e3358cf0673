"""The floor of a login: the listeners, the middleware and the five requests of the product, with canned answers.

Nothing is asked of a database and no certificate is looked at. `benchmarks/logins.py` starts it as a program, with the
environment of the product and two pages of it in CANNED_PAGES.
"""

from __future__ import annotations

import os
from pathlib import Path

import django
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

PAGES = Path(os.environ["CANNED_PAGES"])
FRONT, START = ((PAGES / name).read_text(encoding="utf-8") for name in ("front.html", "start.html"))
LABEL = "0123456789abcdef0123456789abcdef"


def front(request: HttpRequest) -> HttpResponse:
    return HttpResponse(FRONT.replace("CANNED_TOKEN", get_token(request)))


def log_in(request: HttpRequest) -> HttpResponse:
    return onward(f"https://{LABEL}.{settings.CARD_HOST}:{settings.CARD_PORT}/k", "__Host-forsok")


@csrf_exempt
def door(request: HttpRequest) -> HttpResponse:
    return onward(f"{settings.SITE_ORIGIN}/logga-in/svar/{LABEL}")


def answer(request: HttpRequest, code: str) -> HttpResponse:
    return onward("/start", "__Host-session")


def start(request: HttpRequest) -> HttpResponse:
    return HttpResponse(START)


def onward(address: str, cookie: str = "") -> HttpResponse:
    response = HttpResponse(status=303, headers={"Location": address})
    if cookie:
        response.set_cookie(cookie, LABEL, secure=True, httponly=True, samesite="Lax")
    return response


urlpatterns = [
    path("", front),
    path("logga-in", log_in),
    path("k", door),
    path("logga-in/svar/<str:code>", answer),
    path("start", start),
]


def main() -> None:
    settings.ROOT_URLCONF = settings.CARD_URLCONF = "benchmarks._canned"
    django.setup()
    from django.core.handlers.wsgi import WSGIHandler

    from registret.revocation.trust import trust
    from registret.serving import Door, Listener, serve

    def listener(port: int, certificate: Path, key: Path) -> dict[str, object]:
        return {"host": settings.LISTEN_ADDRESS, "port": port, "certificate": certificate, "key": key}

    site = listener(settings.LISTEN_SITE_PORT, settings.SITE_CERTIFICATE.path, settings.SITE_KEY.path)
    card = listener(settings.LISTEN_CARD_PORT, settings.CARD_CERTIFICATE.path, settings.CARD_KEY.path)
    serve(
        application=WSGIHandler(),
        card_application=WSGIHandler(),
        site=Listener(**site),  # type: ignore[arg-type]
        door=Door(**card, issuers=tuple(trust().names())),  # type: ignore[arg-type]
        site_origin=settings.SITE_ORIGIN,
        on_ready=lambda site_port, card_port: None,
    )


if __name__ == "__main__":
    main()
