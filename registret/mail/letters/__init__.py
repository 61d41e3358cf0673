"""Every kind of letter: what it must know, and what it says. Text and HTML come from the same sentences."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.formats import date_format

from registret.mail.letters.addresses import ADDRESSES
from registret.mail.letters.applications import APPLICATIONS
from registret.mail.letters.colleagues import COLLEAGUES
from registret.mail.letters.data_queries import DATA_QUERIES
from registret.mail.letters.outliers import OUTLIERS
from registret.mail.letters.recertification import RECERTIFICATION
from registret.mail.letters.rights import RIGHTS
from registret.mail.letters.shapes import FactKind, LetterKind, Rendered
from registret.mail.links import claim_code, confirmation_code, confirmation_token, objection_token, spaced

__all__ = ["CLAIMING", "CONFIRMING", "LETTERS", "FactKind", "Rendered", "Stored", "rendered", "sample", "stored_facts"]

Stored = dict[str, str]
"""Facts as they lie in the outbox."""

LETTERS: Mapping[str, LetterKind] = {
    **ADDRESSES,
    **APPLICATIONS,
    **RIGHTS,
    **COLLEAGUES,
    **RECERTIFICATION,
    **DATA_QUERIES,
    **OUTLIERS,
}
"""By the code that stands in the outbox. `name` is whom to greet; `role` is in words, in the letter's language."""

CONFIRMING = tuple(code for code, kind in LETTERS.items() if kind.confirms and not kind.claims)
CLAIMING = tuple(code for code, kind in LETTERS.items() if kind.claims)


def stored_facts(kind: str, context: Mapping[str, str | date]) -> Stored:
    """`context` as the outbox keeps it: exactly the facts that this kind of letter must be given, cleaned.

    Raises: ValueError (a mistake in the program): an unknown kind, a fact too many, too few or of the wrong sort.
    """
    wanted = LETTERS[kind].facts if kind in LETTERS else None
    if wanted is None:
        raise ValueError(f"no letter is called {kind!r}")
    if set(context) != set(wanted):
        raise ValueError(f"the letter {kind} needs the facts {sorted(wanted)}, and was given {sorted(context)}")
    return {name: _stored(f"{kind}.{name}", fact, context[name]) for name, fact in wanted.items()}


def rendered(*, kind: str, language: str, facts: Mapping[str, str], confirmation: tuple[int, int] | None) -> Rendered:
    """The letter in `language`. Only here do the link and the code come into being."""
    letter, secrets = LETTERS[kind], dict[str, str]()
    if confirmation is not None and letter.confirms:
        code = claim_code if letter.claims else confirmation_code
        secrets = {"code": spaced(code(*confirmation)), "token": confirmation_token(*confirmation)}
    if confirmation is not None and letter.objects:
        secrets = {"token": objection_token(*confirmation)}
    return _rendered(kind, language, facts, secrets)


def sample(*, kind: str, language: str, context: Mapping[str, str | date]) -> Rendered:
    """The letter as it looks with these facts, to be read and never sent: its link and code confirm nothing.

    Raises: ValueError: as `stored_facts`.
    """
    facts = stored_facts(kind, context)
    secrets = dict(_SHOWN_SECRETS) if LETTERS[kind].confirms or LETTERS[kind].objects else {}
    return _rendered(kind, language, facts, secrets)


_SHOWN_SECRETS = {"code": "7K4 M2P", "token": "exempel"}


def _rendered(kind: str, language: str, facts: Mapping[str, str], secrets: dict[str, str]) -> Rendered:
    letter, wanted = LETTERS[kind], LETTERS[kind].facts
    with translation.override(language):
        shown = {name: _shown(wanted[name], value) for name, value in facts.items()}
        shown |= {"registry": settings.REGISTRY_NAME} | secrets
        label, path = letter.button or ("", "")
        subject = str(letter.subject).format(**shown)
        page = {
            "subject": subject,
            "heading": letter.heading,
            "preview": str(letter.preview).format(**shown),
            "lines": [line.filled(shown) for line in letter.lines],
            "quote": shown.get(letter.quote, ""),
            "button": label,
            "address": settings.SITE_ORIGIN + path.format(**shown),
            "code": letter.code_line and shown["code"],
            "code_line": letter.code_line and letter.code_line.filled(shown),
            "afterwards": [line.filled(shown) for line in letter.afterwards],
            "footer": [line.filled(shown) for line in letter.footer],
            "language": language,
            "registry": settings.REGISTRY_NAME,
            "site": settings.SITE_ORIGIN,
            "site_name": settings.SITE_ORIGIN.removeprefix("https://"),
        }
        return Rendered(
            subject=" ".join(subject.split()),
            text=render_to_string("mail/letter.txt", page).strip() + "\n",
            html=render_to_string("mail/letter.html", page),
        )


def _stored(where: str, fact: FactKind, value: str | date) -> str:
    if fact is FactKind.DAY and isinstance(value, date):
        return value.isoformat()
    if fact is FactKind.DAY or not isinstance(value, str):
        raise ValueError(f"{where} is not a {fact}")
    lines = [_one_line(line) for line in value.splitlines()]
    return "\n".join(lines).strip() if fact is FactKind.TEXT else " ".join(filter(None, lines))


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _shown(fact: FactKind, value: str) -> str:
    if fact is not FactKind.DAY:
        return value
    day = datetime.fromisoformat(value)
    return date_format(timezone.localtime(day) if timezone.is_aware(day) else day, "j F Y")
