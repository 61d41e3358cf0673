"""Letters in words, for the support: what each is about, and what became of it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

LETTERS = {
    "confirm_email": _("Bekräfta e-postadressen"),
    "confirm_moved": _("Bekräfta e-postadressen för ett inläst konto"),
    "confirm_appointed": _("Bekräfta e-postadressen inför ett uppdrag"),
    "application_waiting": _("En ansökan väntar på attest"),
    "application_escalated": _("En ansökan som ingen på kliniken kan attestera"),
    "application_late": _("En ansökan som har väntat för länge"),
    "attested": _("Ansökan är attesterad"),
    "declined": _("Ansökan är avslagen"),
    "lapsed": _("Ansökan har förfallit"),
    "reminder": _("Påminnelse från den som ansökt"),
    "still_waiting": _("Påminnelse om attest"),
    "digest": _("Dagens sammanställning"),
    "data_queries": _("Kansliet frågar om uppgifter"),
    "question": _("En fråga om ansökan"),
    "answered": _("Svar på en fråga"),
    "confirm_new_address": _("Bekräfta den nya e-postadressen"),
    "address_change_asked": _("E-postadressen är på väg att ändras"),
    "address_kept": _("Den gamla e-postadressen gäller"),
    "address_objected": _("En ändring av e-post är stoppad"),
    "attest_anew": _("En kollega behöver attesteras på nytt"),
    "left": _("Personen har lämnat en behörighet"),
    "address_changed": _("E-postadressen är ändrad"),
    "appointed": _("Ett uppdrag"),
    "grant_changed": _("Behörigheten är ändrad"),
    "grant_revoked": _("Behörigheten är återkallad"),
    "grant_ends": _("Behörigheten slutar snart"),
    "suspended": _("Kontot är spärrat"),
    "suspension_near": _("Kontot spärras snart"),
    "suspended_unused": _("Kontot är spärrat för att det inte används"),
    "reinstated": _("Spärren är hävd"),
    "administrator_suspended": _("En lokal administratör är spärrad av sin klinik"),
    "administrator_appointed": _("Kliniken har fått en lokal administratör till"),
    "system_proposed": _("Ett system är föreslaget"),
    "substitute_proposed": _("En vikarie är föreslagen"),
    "substitute_confirmed": _("Vikariat som lokal administratör"),
    "substitute_declined": _("Förslaget om vikarie är avslaget"),
    "nomination_waits": _("Någon är föreslagen till ett uppdrag"),
    "nomination_declined": _("Förslaget till uppdrag är avslaget"),
    "claim": _("Bekräfta att det äldre kontot är ditt"),
    "account_moved": _("Det äldre kontot har ersatts av ett nytt"),
    "hsa_id_disputed": _("Två kort med samma HSA-id"),
    "outlier_asked": _("En fråga om en siffra väntar hos registret"),
    "recertification_opened": _("Genomgången på kliniken har börjat"),
    "recertification_reminder": _("Påminnelse om genomgången"),
    "recertification_office": _("Genomgången behöver registerkansliet"),
    "recertification_near": _("Ingen har svarat för behörigheten än"),
    "recertification_ended": _("Behörigheten avslutades i genomgången"),
    "recertification_silent": _("Behörigheten upphörde för att ingen svarade"),
    "recertification_closed": _("Genomgången är klar"),
}
FATES = {
    "waiting": _("väntar på att skickas"),
    "retrying": _("gick inte fram, vi försöker igen"),
    "sent": _("lämnat till mottagarens mejlserver"),
    "given_up": _("gick inte att leverera"),
    "superseded": _("ersatt av ett nyare innan det skickades"),
}


def letter_name(kind: str) -> str:
    return str(LETTERS[kind])


def fate_name(fate: str) -> str:
    return str(FATES[fate])
