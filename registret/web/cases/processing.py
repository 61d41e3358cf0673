"""What an extract says of the processing besides the data: article 15.1 a and c to g of the GDPR, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from registret.kernel.sweden import day_of
from registret.records.patient_rights.in_words import KeptInWords, RegistryExtract


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutProcessing:
    """In the active language. `local`: the care providers that have reported the person."""

    central: str
    local: tuple[str, ...]
    data_protection: str
    purposes: str
    ground: str
    categories: str
    source: str
    recipients: tuple[str, ...]
    kept: tuple[str, ...]
    rights: tuple[str, ...]


def about(found: RegistryExtract) -> AboutProcessing:
    return AboutProcessing(
        central=settings.CENTRAL_CONTROLLER,
        local=found.care_providers,
        data_protection=settings.DATA_PROTECTION_MAIL,
        purposes=_(
            "Utveckla och säkra vårdens kvalitet, statistik, och forskning som har godkänts enligt etikprövningslagen."
        ),
        ground=_("7 kap. patientdatalagen, och artikel 6.1 e samt 9.2 h och 9.2 i i dataskyddsförordningen."),
        categories=_("Identitet, vårdtillfällen, uppgifter om hälsa, och kvalitetsindikatorer, som räknas ur svaren."),
        source=_("Journalen hos vårdgivaren, patienten själv, och folkbokföringen."),
        recipients=tuple(_recipients(found)),
        kept=tuple(_kept(one) for one in found.kept),
        rights=rights(),
    )


def rights() -> tuple[str, ...]:
    return (
        _("Få fel rättade, och behandlingen begränsad under tiden."),
        _("Avböja när som helst: då raderas allt, och inget mer registreras."),
        _("Få veta från vilka vårdenheter och när någon har läst (loggutdrag)."),
        _("Få skadestånd om uppgifterna hanteras i strid med lagen."),
        _("Klaga hos Integritetsskyddsmyndigheten, imy.se."),
    )


def _recipients(found: RegistryExtract) -> Sequence[str]:
    staff = _("Behörig personal hos den vårdgivare som har registrerat, och de som handlägger patientens ärenden.")
    files = [
        _("%(organisation)s, %(day)s: %(project)s (godkännande %(approval)s), utan namn och nummer")
        % {
            "organisation": one.organisation,
            "day": day_of(one.fetched_at).isoformat(),
            "project": one.project,
            "approval": one.approval,
        }
        for one in found.recipients
    ]
    return [staff, *files]


def _kept(one: KeptInWords) -> str:
    facts = {"name": one.sub_registry, "years": one.whole, "research": one.research}
    if one.research is None:
        return _("%(name)s: %(years)s år från vårdens början") % facts
    return _("%(name)s: %(years)s år från vårdens början, svar som bara forskning behöver %(research)s år") % facts
