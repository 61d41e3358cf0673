"""Small words about questions and answers."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

_MISSING = {
    "not_done": _("Ej utfört"),
    "unknown": _("Okänt"),
    "not_applicable": _("Ej tillämpligt"),
    "unmeasurable": _("Omätbart"),
}


def asked(label: str) -> str:
    """The name of a question before an answer to it: `Puls:`, but `Mättes den med syrgas?`."""
    return label if label.endswith("?") else f"{label}:"


def answer_missing(code: str) -> str:
    """Why there is no answer."""
    return str(_MISSING[code])


def yes_or_no(truth: bool) -> str:
    return str(_("Ja") if truth else _("Nej"))
