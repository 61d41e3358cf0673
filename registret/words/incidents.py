"""Personal data incidents in words."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

_HOUR = timedelta(hours=1)

DATA_KINDS = {
    "patient_identity": _("Vilka patienterna är: namn, nummer"),
    "patient_care": _("Patienters vård: formulärens svar"),
    "protected": _("Någon med skyddad identitet"),
    "staff": _("Personal: namn, HSA-id, e-post, behörigheter"),
    "logins": _("Inloggningar: kort, nätverksadresser"),
    "log": _("Loggen"),
    "other": _("Annat"),
}
AUTHORITY = {
    "undecided": _("Inte än"),
    "done": _("Anmäld"),
    "not_needed": _("Behöver inte anmälas"),
}
PERSONS = {
    "undecided": _("Inte än"),
    "done": _("Informerade"),
    "not_needed": _("Behöver inte informeras"),
}
FAULTS = {
    "missing": _("Skriv vad som har hänt"),
    "patient_number": _("Texten ser ut att ha ett personnummer eller reservnummer. Ta bort det."),
    "ahead": _("Tiden ligger framåt. Skriv en tid som har varit."),
    "before_beginning": _("Tiden ligger före den då det började"),
    "before_discovery": _("Tiden ligger före upptäckten"),
    "when_missing": _("Skriv när"),
    "when_without_notice": _("Ta bort tiden, eller ändra valet ovanför"),
    "why_missing": _("Skriv varför det inte behövs"),
    "why_so_late": _("Skriv varför anmälan kom senare än 72 timmar efter upptäckten"),
    "needed_to_close": _("Fyll i det här innan incidenten stängs"),
}


def data_kind_name(code: str) -> str:
    return str(DATA_KINDS[code])


def authority_name(code: str) -> str:
    return str(AUTHORITY[code])


def persons_name(code: str) -> str:
    return str(PERSONS[code])


def incident_fault(code: str) -> str:
    return str(FAULTS[code])


def whole_hours(value: timedelta) -> str:
    """`69 timmar`, rounded down: nobody is promised more than is left. Minutes below two hours, days above four."""
    if value < 2 * _HOUR:
        n = value // timedelta(minutes=1)
        return ngettext("%(n)s minut", "%(n)s minuter", n) % {"n": n}
    if value < timedelta(days=4):
        n = value // _HOUR
        return ngettext("%(n)s timme", "%(n)s timmar", n) % {"n": n}
    n = value // timedelta(days=1)
    return ngettext("%(n)s dag", "%(n)s dagar", n) % {"n": n}
