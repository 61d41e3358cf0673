"""Alla mejl: every letter that the system can send, for the office to read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.http import Http404, HttpResponse

from registret.access.roles import Permission
from registret.mail.letters import LETTERS, Rendered
from registret.web.gate import needs
from registret.web.http import ActorRequest
from registret.web.office.samples import sample_letter
from registret.web.pieces import show

# The letter's own styles and nothing else: no script, no picture from elsewhere, no form, an origin of its own.
_LETTERS_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'; sandbox"


@dataclass(frozen=True, slots=True, kw_only=True)
class LettersPage:
    kinds: Sequence[str]
    languages: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterPage:
    """`others`: the other languages."""

    kind: str
    language: str
    letter: Rendered
    others: Sequence[tuple[str, str]]


@needs(Permission.APPOINT).get
def letters(request: ActorRequest) -> HttpResponse:
    """All kinds, each in both languages."""
    page = LettersPage(kinds=list(LETTERS), languages=settings.LANGUAGES)
    return show(request, "office/letters.html", page, tab="office")


@needs(Permission.APPOINT).get
def letter(request: ActorRequest, kind: str, language: str) -> HttpResponse:
    """One letter as text. Its links and its code are examples."""
    page = LetterPage(
        kind=kind,
        language=language,
        letter=_sample(request, kind, language),
        others=[(code, name) for code, name in settings.LANGUAGES if code != language],
    )
    return show(request, "office/letter_sample.html", page, tab="office")


@needs(Permission.APPOINT).get
def letter_html(request: ActorRequest, kind: str, language: str) -> HttpResponse:
    """The same letter as most mail programs show it."""
    headers = {"Content-Security-Policy": _LETTERS_POLICY, "Content-Language": language}
    return HttpResponse(_sample(request, kind, language).html, headers=headers)


def _sample(request: ActorRequest, kind: str, language: str) -> Rendered:
    if kind not in LETTERS or language not in dict(settings.LANGUAGES):
        raise Http404
    return sample_letter(kind, language=language, at=request.at)
