"""What stands in an extract for a patient: acts, states, kinds of number and what is missing, in words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

STEP_STATES = {
    "planned": _("Inte påbörjad"),
    "draft": _("Utkast"),
    "incomplete": _("Väntar på uppgifter"),
    "signed": _("Signerad"),
    "reopened": _("Upplåst för rättning"),
}
ACTS = {
    "write": _("Skrev"),
    "lay_aside": _("Lade åt sidan"),
    "take_up": _("Tog upp igen"),
    "sign": _("Signerade"),
    "reopen": _("Låste upp"),
    "move": _("Flyttade"),
}
MISSING = {
    "not_done": _("Ej utfört"),
    "unknown": _("Okänt"),
    "not_applicable": _("Ej tillämpligt"),
}
SEXES = {"female": _("Kvinna"), "male": _("Man"), "unknown": _("Okänt")}
NUMBERS = {"personnummer": _("Personnummer"), "samordningsnummer": _("Samordningsnummer")}


def step_state_name(code: str) -> str:
    return str(STEP_STATES[code])


def act_name(code: str) -> str:
    """What a revision of a step was."""
    return str(ACTS[code])


def answer_missing(code: str) -> str:
    """Why there is no answer."""
    return str(MISSING[code])


def sex_name(code: str) -> str:
    return str(SEXES[code])


def number_kind(code: str) -> str:
    """What a number of a patient is, whichever region issued it."""
    return str(NUMBERS.get(code, _("Reservnummer")))
