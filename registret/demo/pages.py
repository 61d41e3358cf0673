"""What only the demo has: *Brevlådan*, with the letters that its mail catcher has caught, and *Rollerna*."""

from __future__ import annotations

import re

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from registret.demo import cast_bar
from registret.demo import mailbox as caught
from registret.demo.mailbox import CaughtLetter
from registret.web.gate import open_to_all
from registret.web.http import Request
from registret.web.templatetags.look import moment

# The letter's own styles and nothing else: no script, no picture from elsewhere, no form, an origin of its own.
_LETTERS_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'; sandbox"


@open_to_all.get
def mailbox(request: Request) -> HttpResponse:
    """All letters, newest first."""
    return render(request, "demo/mailbox.html", {"letters": caught.letters(settings.MAILBOX_DIR)})


@open_to_all.get
def letter(request: Request, name: str) -> HttpResponse:
    """One letter as most mail programs show it, under a line that leads back; its link can be followed."""
    found = _letter(name)
    if not found.html:
        return redirect("mailbox_text", name)
    bar = format_html(
        _BAR,
        mailbox=reverse("mailbox"),
        back=_("Till brevlådan"),
        to=_("Till %(to)s") % {"to": found.to},
        at=moment(found.at),
        text=reverse("mailbox_text", args=[name]),
        only_text=_("Bara texten"),
    )
    body = re.sub(r"<body[^>]*>", lambda tag: tag[0] + bar, found.html, count=1)
    shown = body if body != found.html else bar + found.html
    return HttpResponse(shown, headers={"Content-Security-Policy": _LETTERS_POLICY})


@open_to_all.get
def letter_text(request: Request, name: str) -> HttpResponse:
    """The same letter as a mail program shows it that shows text only."""
    return render(request, "demo/mailbox_letter.html", {"letter": _letter(name)})


@open_to_all.get
def roles(request: Request) -> HttpResponse:
    """Who is who, with which card, and who begins."""
    return render(request, "demo/demo_roles.html", {"roles": cast_bar.roles(), "turn": cast_bar.turn_after(None)})


_BAR = """<p style="font: 15px/1.5 sans-serif; margin: 0; padding: 12px 16px; background: #e9a02f; color: #1d1400">
<a style="color: inherit; font-weight: 600" href="{mailbox}">{back}</a> · {to} · {at} ·
<a style="color: inherit" href="{text}">{only_text}</a></p>"""


def _letter(name: str) -> CaughtLetter:
    found = caught.letter(settings.MAILBOX_DIR, name)
    if found is None:
        raise Http404
    return found
