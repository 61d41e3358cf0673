"""What can be wrong with a file of clinics, in words, by code; values are filled in by name."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

FAULTS = {
    "not_utf8": _("filen är inte UTF-8: spara den som CSV UTF-8"),
    "nul": _("ett NUL-tecken: det är ingen textfil"),
    "not_csv": _("filen går inte att läsa som CSV ({trouble})"),
    "empty_file": _("filen är tom: på första raden står kolumnernas namn"),
    "too_few_or_many": _("{values} värden, men rubriken har {columns} kolumner"),
    "unknown_column": _("okänd kolumn; de som finns är {columns}"),
    "missing_column": _("kolumnen saknas"),
    "column_twice": _("kolumnen står där två gånger"),
    "empty": _("tomt"),
    "too_long": _("längre än {longest} tecken"),
    "control_character": _("en radbrytning eller ett annat styrtecken"),
    "not_a_region_code": _("inte två siffror (länskod)"),
    "not_ten_digits": _("inte tio siffror, som 232100-9991"),
    "check_digit": _("fel kontrollsiffra"),
    "not_a_domain": _("ingen e-postdomän: {domain}"),
    "not_a_code": _("ingen kod: a–z, 0–9 och enkla bindestreck, som infektion-norrvik"),
    "not_an_address": _("ingen e-postadress"),
    "not_a_number": _("inget telefonnummer: siffror, mellanslag, bindestreck, ett + före"),
    "not_yes_or_no": _("varken ja eller nej"),
    "other_name_before": _("{about} heter något annat på rad {where}"),
    "other_code_before": _("{about} har en annan kod på rad {where}"),
    "other_region_before": _("{about} hör till en annan region på rad {where}"),
    "other_domains_before": _("{about} har andra e-postdomäner på rad {where}"),
    "there_before": _("{about} står redan på rad {where}"),
    "region_name_taken": _("region {about} heter redan så"),
    "stays": _("{about} stannar hos {provider}: stäng den, och ge den nya en ny kod"),
    "called_this": _("{about} heter redan så"),
}


def clinic_fault(code: str, values: Mapping[str, str]) -> str:
    return str(FAULTS[code]).format(**values)
