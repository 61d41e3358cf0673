"""Help, every error at a stable address, the accessibility statement and the privacy notice."""

from __future__ import annotations

from datetime import date, timedelta

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse

from registret.kernel.sweden import midnight
from registret.records.numbers import reserve_formats
from registret.time_limits.queries import lengths
from registret.web.controllers import controllers
from registret.web.gate import open_to_all
from registret.web.help import errors
from registret.web.help.pages import (
    AccessHelp,
    ErrorsHelp,
    PrivacyNotice,
    ReaderHelp,
    Statement,
    ToldProcessing,
    WorkHelp,
    error_page,
    help_tabs,
)
from registret.web.http import Request
from registret.web.surroundings import surroundings
from registret.words.processings import PROCESSINGS

# When the accessibility statement and the privacy notice were last read and found true.
_STATEMENTS_UPDATED = date(2026, 11, 26)


@open_to_all.read
def help_page(request: Request) -> HttpResponse:
    """Hjälp: the work in the registry, from finding a patient to signing, and how to reach the support."""
    return _show(
        request, "help/help.html", WorkHelp(reserve_numbers=[str(one.name) for one in reserve_formats().values()])
    )


@open_to_all.read
def help_reader(request: Request) -> HttpResponse:
    """Help with the card, its reader, logging in and logging out."""
    page = ReaderHelp(idle_minutes=int(settings.SESSION_IDLE.total_seconds() // 60))
    return _show(request, "help/help_reader.html", page)


@open_to_all.read
def help_access(request: Request) -> HttpResponse:
    """Help with registering, confirming the mail address and waiting for attestation."""
    page = AccessHelp(confirmation_days=settings.CONFIRMATION_LIFETIME.days)
    return _show(request, "help/help_access.html", page)


@open_to_all.read
def help_errors(request: Request) -> HttpResponse:
    """Every error message, in groups, each with a link to its page."""
    return _show(request, "help/help_errors.html", ErrorsHelp(groups=errors.listed()))


@open_to_all.read
def help_error(request: Request, code: str) -> HttpResponse:
    """One error at the address that stands on its page, in letters and in people's notes."""
    error = errors.page(code)
    if error is None:
        raise Http404
    frame = surroundings(request)
    page = error_page(error, helper=errors.helper(code), at_work=frame == "inside.html")
    return render(request, "help/help_error.html", {"page": page, "surroundings": frame})


@open_to_all.read
def help_card(request: Request, name: str) -> HttpResponse:
    """The address of an error that users may meet at the card door: its code, of which `card.` may be left out."""
    code = name if "." in name else f"card.{name}"
    if errors.page(code) is None:
        raise Http404
    return HttpResponsePermanentRedirect(reverse("help_error", args=[code]))


@open_to_all.read
def accessibility(request: Request) -> HttpResponse:
    """Tillgänglighetsredogörelse."""
    return _show(request, "help/accessibility.html", Statement(updated=_STATEMENTS_UPDATED))


@open_to_all.read
def privacy(request: Request) -> HttpResponse:
    """How the registry treats personal data of those who work in it: true to what is kept, by the lengths in force."""
    now = lengths()
    told = [
        ToldProcessing(name=str(one.name), data=str(one.data), kept=" ".join(kept.told(now) for kept in one.kept))
        for one in PROCESSINGS
    ]
    page = PrivacyNotice(
        updated=_STATEMENTS_UPDATED,
        processings=told,
        controllers=controllers(),
        data_protection=settings.DATA_PROTECTION_MAIL,
    )
    return _show(request, "help/privacy.html", page)


@open_to_all.read
def security_txt(request: Request) -> HttpResponse:
    """How weaknesses are reported (RFC 9116). 404 until an operator has said how long that holds."""
    if settings.SECURITY_EXPIRES is None:
        raise Http404
    told = {
        "Contact": settings.SECURITY_CONTACT,
        "Expires": midnight(settings.SECURITY_EXPIRES + timedelta(days=1)).isoformat(),
        "Preferred-Languages": "sv, en",
        "Canonical": settings.SITE_ORIGIN + request.path,
    }
    lines = "".join(f"{name}: {value}\n" for name, value in told.items())
    return HttpResponse(lines, content_type="text/plain; charset=utf-8")


def _show(request: Request, template: str, page: object) -> HttpResponse:
    frame = {"page": page, "tabs": help_tabs(request.path), "surroundings": surroundings(request)}
    return render(request, template, frame)
