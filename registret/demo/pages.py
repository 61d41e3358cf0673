"""Brevlådan: the letters that the demo's mail catcher has caught, for everybody to read."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from registret.demo import mailbox as caught
from registret.demo.mailbox import CaughtLetter
from registret.web.gate import open_to_all
from registret.web.http import Request

# The letter's own styles and nothing else: no script, no picture from elsewhere, no form, an origin of its own.
_LETTERS_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'; sandbox"


@require_GET
@open_to_all
def mailbox(request: Request) -> HttpResponse:
    """All letters, newest first."""
    return render(request, "mailbox.html", {"letters": caught.letters(settings.MAILBOX_DIR)})


@require_GET
@open_to_all
def letter(request: Request, name: str) -> HttpResponse:
    """One letter, as text; its link can be followed."""
    return render(request, "mailbox_letter.html", {"letter": _letter(name)})


@require_GET
@open_to_all
def letter_html(request: Request, name: str) -> HttpResponse:
    """The same letter as most mail programs show it."""
    return HttpResponse(_letter(name).html, headers={"Content-Security-Policy": _LETTERS_POLICY})


def _letter(name: str) -> CaughtLetter:
    found = caught.letter(settings.MAILBOX_DIR, name)
    if found is None:
        raise Http404
    return found
