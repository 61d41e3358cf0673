"""What can be wrong with a file of counts, and what to do, in words, by code; values are filled in by name."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from registret.kernel.table import FORM_FAULTS
from registret.words import clinic_faults

FAULTS = {code: clinic_faults.FAULTS[code] for code in FORM_FAULTS} | {
    "not_utf8": _("filen är varken UTF-8 eller Windows-1252: spara den som CSV UTF-8"),
    "empty": _("tomt: skriv ett värde, eller ta bort raden"),
    "no_such_clinic": _("kliniken {about} finns inte: läs in den först, eller rätta koden"),
    "no_such_sub_registry": _("delregistret {about} finns inte: skriv ett av {known}"),
    "not_a_year": _("inget årtal: skriv fyra siffror, som 2025"),
    "year_to_come": _("{about} har inte börjat: rätta året, eller ta bort raden"),
    "not_a_count": _("inget antal patienter: skriv 0 eller mer, med högst sex siffror och utan mellanslag"),
    "there_before": _("samma klinik, delregister och år står på rad {where}: ta bort en av raderna"),
}


def coverage_fault(code: str, values: Mapping[str, str]) -> str:
    return str(FAULTS[code]).format(**values)
