"""An unexpected error: what the program's messages, the log and the page say of it, under one reference.

The page asks neither the database nor a template: they may be what is broken. Its words are in memory.
"""

from __future__ import annotations

import logging
import sys
import traceback
from contextlib import suppress
from typing import Final

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from registret.accounts.visitors import record_refusal
from registret.database.gone import is_gone
from registret.kernel.secret import new_reference
from registret.ledger.events import Event
from registret.web.problems import general_problem, is_of_program
from registret.web.refusals import author
from registret.web.templatetags.look import mark
from registret.words.refusals import in_general

_log = logging.getLogger("registret.web")

_PAGE: Final = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title} – {registry}</title>
{look}</head>
<body>
<header class="outer"><a class="brand" href="/">{mark}{registry}</a></header>
<main class="door one"><div class="flow">
<h1>{title}</h1>
<div class="parts lined">
<section><h2>{what}</h2><p>{happened}</p></section>
<section class="flow"><h2>{now}</h2><ol>{todo}</ol>
<p>{support}: {contact}</p>
<p class="actions"><a class="btn" href="/">{front}</a></p></section>
<section><h2>{to_support}</h2><p class="small"><span class="id">{reference}</span> · {code} · {at}<br>
<span class="soft">{nobody}</span></p></section>
</div></div></main>
</body>
</html>
"""


def tell(sender: object, request: HttpRequest | None = None, **kwargs: object) -> None:
    """What an operator needs to mend an error: where and of which kind. Its text and the address may name people."""
    kind, trouble, where = sys.exc_info()
    reference = _reference(request)
    told = {"reference": reference}
    match = request.resolver_match if request is not None else None
    if is_gone(trouble):
        view = match.view_name if match else "-"
        _log.error("no database for view %s, reference %s", view, reference, extra=told)
        return
    _log.error(
        "unexpected %s in view %s, reference %s\n%s",
        kind.__name__ if kind else "error",
        match.view_name if match else "-",
        reference,
        "".join(traceback.format_tb(where)).rstrip(),
        extra=told,
    )


def our_fault(request: HttpRequest) -> HttpResponse:
    """The page: what happened, what to do now, and the reference under which both logs know it.

    Without a database it says so, and that another try in a moment may do: 503.
    """
    reference = _reference(request)
    if is_gone(sys.exc_info()[1]):
        if is_of_program(request):
            return general_problem("request.database_gone", status=503, reference=reference)
        page = _page("request.database_gone", reference)
        return HttpResponse(page, status=503, headers={"Retry-After": "10"})
    with suppress(Exception):
        _enter(request, reference)
    if is_of_program(request):
        return general_problem("request.failed", status=500, reference=reference)
    return HttpResponse(_page("request.failed", reference), status=500)


def _enter(request: HttpRequest, reference: str) -> None:
    """Write it in the log, under the reference that the user may tell the support."""
    match = request.resolver_match
    with transaction.atomic():
        record_refusal(
            event=Event.REQUEST_FAILED,
            by=author(request),
            at=timezone.now(),
            reference=reference,
            facts={"view": (match.view_name if match else "") or ""},
        )


def _reference(request: HttpRequest | None) -> str:
    """The same for both logs and the page."""
    known: str | None = getattr(request, "reference", None)
    if known is None:
        known = new_reference()
        if request is not None:
            request.reference = known  # type: ignore[attr-defined]
    return known


def _page(code: str, reference: str) -> SafeString:
    words = in_general(code)
    return format_html(
        _PAGE,
        language=get_language() or settings.LANGUAGE_CODE,
        registry=settings.REGISTRY_NAME,
        mark=mark(),
        look=_look(),
        title=words.title,
        what=_("Vad som hände"),
        happened=words.happened,
        now=_("Vad du gör nu"),
        todo=format_html_join("", "<li>{}</li>", ((line,) for line in words.todo)),
        support=_("Supporten"),
        contact=_contact(),
        front=_("Till startsidan"),
        to_support=_("Referens till supporten"),
        reference=reference,
        code=words.code,
        at=f"{timezone.localtime():%Y-%m-%d %H:%M}",
        nobody=_("Referensen innehåller inte ditt personnummer."),
    )


def _contact() -> SafeString:
    mail = format_html('<a href="mailto:{}">{}</a>', settings.CONTACT_MAIL, settings.CONTACT_MAIL)
    return format_html("{} · {}", mail, settings.CONTACT_PHONE) if settings.CONTACT_PHONE else mail


def _look() -> SafeString:
    """The stylesheet; without it the page is read all the same."""
    try:
        return format_html('<link rel="stylesheet" href="{}">\n', static("registret.css"))
    except Exception:
        return SafeString("")
