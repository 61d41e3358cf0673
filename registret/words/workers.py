"""What works in the background, in words: `chores.table`."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

WORKERS: Final = {
    "checkpoint": _("Hämtning av loggens kontrollpunkt till en annan maskin"),
    "clock": _("Påminnelser, eskalering och rättigheter som tar slut"),
    "data-queries": _("Registerkansliets frågor till kliniker"),
    "disclosures": _("Utlämnanden vars tid är ute"),
    "editions": _("Utgåvor av siffror"),
    "exports": _("Filer som kliniker har beställt"),
    "forget": _("Gallring av sessioner, räknare och svar"),
    "leaving": _("Radering för dem som har avböjt"),
    "lists": _("Hämtning av spärrlistor"),
    "mail": _("Utskick av mejl"),
    "months": _("Loggens månader"),
    "opt-outs": _("Filen med avböjanden"),
    "population": _("Frågor till folkbokföringen"),
    "prove-reports": _("Nattlig kontroll av rapporterna"),
    "reports": _("Rapporternas siffror"),
    "retention": _("Beslutad gallring av vårdtillfällen"),
    "reviews": _("Urval till loggranskning"),
    "seal": _("Försegling av loggen"),
}


def worker_name(code: str) -> str:
    """The work in the active language; the code itself if nobody has worded it."""
    return str(WORKERS.get(code, code))
