"""What is wrong with a mapping, or with the columns of a file beside it, in words, by code."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

FAULTS = {
    "mapping.not_toml": gettext_lazy("Raden går inte att läsa. Kontrollera citattecken, likhetstecken och klamrar."),
    "mapping.missing": gettext_lazy("%(about)s saknas. Lägg till raden."),
    "mapping.unknown_key": gettext_lazy("%(about)s är inget ord som en filbeskrivning har."),
    "mapping.wrong_shape": gettext_lazy("%(about)s har ett värde av fel slag. Jämför med exemplet."),
    "mapping.twice": gettext_lazy("%(about)s står där två gånger. Ta bort en av dem."),
    "mapping.no_such_form": gettext_lazy("Formuläret %(about)s finns inte. De som finns är %(known)s."),
    "mapping.no_such_variable": gettext_lazy("Variabeln %(about)s finns inte i formuläret."),
    "mapping.no_such_option": gettext_lazy("%(value)s är inget svar på %(about)s. Välj bland %(known)s."),
    "mapping.not_a_number": gettext_lazy("%(about)s är inget tal. Ta bort factor."),
    "mapping.not_a_date": gettext_lazy("%(about)s är ingen tid. Ta bort date_order."),
    "file.column_unknown": gettext_lazy(
        "Kolumnen %(about)s finns inte i filbeskrivningen. Lägg till den där, under ignore om den inte ska läsas in."
    ),
    "file.column_missing": gettext_lazy(
        "Kolumnen %(about)s saknas i filen. Lägg till den, eller ändra filbeskrivningen."
    ),
    "file.questionnaire_other": gettext_lazy(
        "Svaren är på formuläret %(about)s, och filbeskrivningen gäller %(known)s. Skicka varje version för sig."
    ),
}


def mapping_fault(code: str, *, about: str, nearest: str, facts: Mapping[str, str]) -> str:
    """A sentence that says what to do, and what may have been meant."""
    told = str(FAULTS[code]) % {"about": about, **facts}
    return " ".join([told, _("Menas %(nearest)s?") % {"nearest": nearest}]) if nearest else told
