"""States in words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

ACCOUNT_STATES = {
    "registered": _("E-post ej bekräftad"),
    "confirmed": _("Aktivt"),
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
LINE_STATES = {
    "unanswered": _("Inget svar än"),
    "kept": _("Behållen"),
    "changed": _("Ändrad"),
    "ended": _("Avslutad"),
    "silent": _("Upphörde utan svar"),
    "overtaken": _("Hade redan upphört"),
}

OUTLIER_STATES = {
    "opened": _("Öppnat"),
    "checked": _("Data kontrollerade"),
    "asked": _("Kliniken tillfrågad"),
    "answered": _("Besvarat"),
    "closed": _("Avslutat"),
}


SUSPENSION_REASONS = {
    "dormant": _("Kontot har inte använts på länge."),
    "never_logged_in": _("Kontot har aldrig använts."),
}

REVOCATION_REASONS = {
    "foreign_address": _("Din nya e-postadress hör inte till vårdgivaren."),
    "recertified": _("Den avslutades vid genomgången av behörigheter."),
    "silence": _("Ingen svarade vid genomgången av behörigheter."),
}


def revocation_reason(reason: str) -> str:
    """Why a right is gone: as an administrator wrote, or what a program found."""
    return str(REVOCATION_REASONS.get(reason, reason))


def suspension_reason(reason: str) -> str:
    """Why an account is suspended: as an administrator wrote, or what the clock found."""
    return str(SUSPENSION_REASONS.get(reason, reason))


def account_state_name(code: str) -> str:
    return str(ACCOUNT_STATES[code])


def application_state_name(code: str) -> str:
    return str(APPLICATION_STATES[code])


def outlier_state_name(code: str) -> str:
    return str(OUTLIER_STATES[code])


def line_state_name(code: str) -> str:
    """What became of a grant in a recertification."""
    return str(LINE_STATES[code])
