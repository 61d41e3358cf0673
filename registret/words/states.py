"""States in words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

ACCOUNT_STATES = {
    "registered": _("E-post ej bekräftad"),
    "confirmed": _("E-post bekräftad"),
    "suspended": _("Spärrat"),
    "ended": _("Avslutat"),
}
APPLICATION_STATES = {
    "waiting": _("Väntar"),
    "attested": _("Attesterad"),
    "declined": _("Avslagen"),
    "withdrawn": _("Tillbakadragen"),
    "lapsed": _("Förfallen"),
}


def account_state_name(code: str) -> str:
    return str(ACCOUNT_STATES[code])


def application_state_name(code: str) -> str:
    return str(APPLICATION_STATES[code])
