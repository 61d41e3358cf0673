"""The registry office's questions about answers, in words: how far one has come, and what a clinic can say."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

STATES = {
    "waiting": _("Väntar på svar"),
    "answered": _("Besvarad"),
    "withdrawn": _("Tillbakatagen"),
    "lapsed": _("Obesvarad"),
}
OUTCOMES = {
    "corrected": _("Rättat"),
    "right": _("Svaret stämde"),
    "unknown": _("Går inte att få veta"),
}


def query_state_name(code: str) -> str:
    return str(STATES[code])


def query_outcome_name(code: str) -> str:
    """What the clinic says, or nothing where it has said nothing."""
    return str(OUTCOMES[code]) if code else ""
