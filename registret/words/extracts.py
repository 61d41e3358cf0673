"""What stands in an extract for a patient: acts, states and kinds of number, in words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

STEP_STATES = {
    "planned": _("Inte påbörjad"),
    "draft": _("Utkast"),
    "incomplete": _("Väntar på uppgifter"),
    "signed": _("Signerad"),
    "reopened": _("Upplåst för rättning"),
    "closed": _("Stängd: patienten har avlidit"),
}
ACTS = {
    "write": _("Sparade"),
    "lay_aside": _("Lade undan"),
    "take_up": _("Tog upp igen"),
    "sign": _("Signerade"),
    "reopen": _("Låste upp"),
    "move": _("Flyttade"),
    "version": _("Gick över till en ny version"),
    "close": _("Stängdes: patienten har avlidit"),
    "plan": _("Öppnades igen: dödsfallet togs tillbaka"),
    "history": _("Registrerade i en tidigare plattform"),
}
SEXES = {"female": _("Kvinna"), "male": _("Man"), "unknown": _("Okänt")}
NUMBERS = {"personnummer": _("Personnummer"), "samordningsnummer": _("Samordningsnummer")}


def step_state_name(code: str) -> str:
    return str(STEP_STATES[code])


def act_name(code: str) -> str:
    """What a revision of a step was."""
    return str(ACTS[code])


def sex_name(code: str) -> str:
    return str(SEXES[code])


def number_kind(code: str) -> str:
    """What a number of a patient is, whichever region issued it."""
    return str(NUMBERS.get(code, _("Reservnummer")))
