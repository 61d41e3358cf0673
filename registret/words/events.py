"""Events of the log in words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from registret.words.revocation import FAULTS

EVENTS = {
    "attempt.refused": _("Inloggningsförsök nekat"),
    "card.read": _("Kort läst"),
    "card.refused": _("Kort nekat"),
    "idp.read": _("Legitimering mottagen från legitimeringstjänsten"),
    "idp.refused": _("Legitimering från legitimeringstjänsten nekad"),
    "login.done": _("Loggade in"),
    "login.refused": _("Inloggning misslyckades"),
    "session.ended": _("Session avslutad"),
    "session.locked": _("Kortet togs ut: sessionen låst"),
    "session.unlocked": _("Låste upp med kortet"),
    "session.seat_chosen": _("Bytte klinik eller roll"),
    "account.registered": _("Registrerade sig"),
    "account.confirm_email": _("Bekräftade e-post"),
    "account.mail_changed": _("Ändrade e-postadress"),
    "account.mail_kept": _("Behöll sin e-postadress"),
    "account.mail_objected": _("Invände mot en ändrad e-postadress"),
    "account.data_taken": _("Hämtade sina uppgifter"),
    "account.suspend": _("Konto spärrat"),
    "account.reinstate": _("Spärr hävd"),
    "account.end": _("Konto avslutat"),
    "confirmation.asked": _("Bekräftelsemejl begärt"),
    "confirmation.code_refused": _("Fel kod ur mejlet"),
    "application.made": _("Ansökte om behörighet"),
    "application.attest": _("Attesterade"),
    "application.decline": _("Avslog ansökan"),
    "application.withdraw": _("Tog tillbaka ansökan"),
    "application.lapse": _("Ansökan förföll"),
    "application.escalated": _("Lyfte ansökan till registerkansliet"),
    "application.taken": _("Tog sig an en ansökan"),
    "application.put_back": _("Lämnade tillbaka en ansökan"),
    "application.noted": _("Skrev en anteckning om en ansökan"),
    "application.asked": _("Ställde en fråga till den som ansökt"),
    "application.answered": _("Svarade på en fråga"),
    "application.reminded": _("Påminde om attest"),
    "grant.appointed": _("Uppdrag givet"),
    "grant.changed": _("Behörighet ändrad"),
    "substitute.proposed": _("Föreslog en vikarie"),
    "substitute.confirm": _("Bekräftade en vikarie"),
    "substitute.decline": _("Avslog en vikarie"),
    "substitute.withdraw": _("Tog tillbaka ett förslag om vikarie"),
    "people.exported": _("Tog ut listan över personer"),
    "people.searched": _("Sökte bland alla konton"),
    "account.seen": _("Såg ett konto för att hjälpa"),
    "grant.revoked": _("Behörighet återkallad"),
    "limit.decided": _("Ändrade en tidsgräns"),
    "letter.given_up": _("Mejl kunde inte levereras"),
    "clinic.created": _("Klinik tillagd"),
    "clinic.changed": _("Klinik ändrad"),
    "clinic.closed": _("Klinik stängd"),
    "clinic.reopened": _("Klinik öppnad igen"),
    "region.created": _("Region tillagd"),
    "region.changed": _("Region ändrad"),
    "care_provider.created": _("Vårdgivare tillagd"),
    "care_provider.changed": _("Vårdgivare ändrad"),
    "revocation.list_replaced": _("Ny spärrlista"),
    "revocation.fetch_refused": _("Spärrlista kunde inte hämtas"),
    "revocation.list_late": _("Spärrlista försenad"),
    "revocation.list_too_old": _("Spärrlista för gammal"),
    "log.read": _("Läste loggen"),
    "log.exported": _("Exporterade ur loggen"),
    "log.culled": _("Gallrade loggen"),
    "log.extract_made": _("Tog fram ett loggutdrag"),
    "review.drawn": _("Granskning begärd"),
    "review.read": _("Läste en granskning"),
    "review.taken": _("Tog över en granskning"),
    "review.judged": _("Bedömde poster"),
    "review.closed": _("Avslutade en granskning"),
    "request.refused": _("Begäran nekad"),
    "request.forged": _("Formulär avvisat"),
    "request.limit_reached": _("Så många nekades härifrån att fler inte skrivs ner"),
}

# Facts that are codes themselves.
FACT_VALUES = {
    ("how", "link"): _("länken"),
    ("how", "code"): _("koden"),
    ("reason", "logout"): _("loggade ut"),
    ("reason", "idle"): _("ingenting hände"),
    ("reason", "over"): _("längsta tid"),
    ("reason", "card_out"): _("kortet var ute för länge"),
    ("reason", "card_revoked"): _("kortet spärrades"),
    ("reason", "replaced"): _("ny inloggning i samma webbläsare"),
    ("reason", "suspended"): _("kontot spärrades"),
    ("reason", "ended"): _("kontot avslutades"),
    ("reason", "mail_objected"): _("någon invände mot en ändrad e-postadress"),
    ("reason", "from_account"): _("avslutad från Mitt konto"),
    ("reason", "left"): _("personen lämnade själv"),
    ("reason", "foreign_address"): _("e-posten hör inte till vårdgivaren"),
    ("reason", "changed"): _("ändrad"),
    ("reason", "renewed"): _("förnyad"),
    ("reason", "late"): _("väntade för länge"),
    ("reason", "nobody"): _("ingen kunde attestera"),
    ("reason", "dormant"): _("användes inte"),
    ("reason", "never_logged_in"): _("användes aldrig"),
    ("reason", "never_confirmed"): _("e-posten bekräftades aldrig"),
    ("card", "none"): _("uttaget"),
    ("card", "other"): _("ett annat"),
    ("outcome", "done"): _("genomfört"),
    ("outcome", "refused"): _("nekat"),
    **{("fault", code): words for code, words in FAULTS.items()},
    ("kind", "sample"): _("stickprov"),
    ("kind", "directed"): _("riktad granskning"),
    ("result", "no_remark"): _("utan anmärkning"),
    ("result", "remark"): _("med anmärkning"),
    ("result", "reported"): _("anmält vidare"),
}


def event_name(code: str) -> str:
    """The event in the active language; the code itself if nobody has worded it."""
    return str(EVENTS.get(code, code))


# Who acted, when it was no person with a card.
PROGRAMS = {
    "visitor": _("Någon utan kort"),
    "clock": _("Klockan"),
    "appoint": _("Kommandot appoint"),
    "import-clinics": _("Kommandot import-clinics"),
    "mail": _("Mejlutskicket"),
    "probe": _("Frågan om kortet sitter i"),
    "lists": _("Hämtning av spärrlistor"),
    "cull-ledger": _("Kommandot cull-ledger"),
}

# What the facts of an entry are called.
FACTS = {
    "hsa_id": _("HSA-id"),
    "event": _("händelse"),
    "outcome": _("utfall"),
    "reference": _("referens"),
    "since": _("från och med"),
    "until": _("till och med"),
    "below": _("äldre än nummer"),
    "rows": _("antal poster"),
    "words": _("sökte efter"),
    "role": _("roll"),
    "sub_registries": _("delregister"),
    "reason": _("skäl"),
    "decided_by": _("beslutat av"),
    "how": _("sätt"),
    "version": _("mejl nummer"),
    "seats": _("platser att arbeta på"),
    "told": _("antal mejl"),
    "left": _("försök kvar"),
    "before": _("före"),
    "domain_before": _("domän före"),
    "domain": _("domän"),
    "made": _("ändringen var gjord"),
    "issuer": _("utfärdare"),
    "front_said": _("servern framför sade"),
    "serial": _("serienummer"),
    "used_before": _("använd förut"),
    "session": _("session"),
    "view": _("sida"),
    "name": _("namn"),
    "fields": _("ändrat"),
    "minutes": _("minuter"),
    "months": _("månader"),
    "month": _("månad"),
    "form": _("form"),
    "review": _("granskning"),
    "kind": _("slag"),
    "result": _("utfall"),
    "limit": _("tidsgräns"),
    "number": _("antal"),
    "card": _("kort"),
    "id": _("nummer"),
    "letter": _("mejl"),
    "attempts": _("försök"),
    "error": _("fel"),
    "what": _("gräns"),
    "least": _("minst"),
    "most": _("högst"),
    "act": _("handling"),
    "state": _("tillstånd"),
    "again_at": _("går igen"),
    "as_of": _("enligt lista från"),
    "claimed_issuer": _("uppgiven utfärdare"),
    "decided_at": _("beslutat"),
    "expired_at": _("gick ut"),
    "not_after": _("gäller till"),
    "not_before": _("gäller från"),
    "list_number": _("nummer"),
    "entries": _("antal spärrade"),
    "next_update": _("nästa väntas"),
    "usable_until": _("räknas till"),
    "fault": _("fel"),
    "anew": _("numrerad från början"),
}


def program_name(code: str) -> str:
    """The program in the active language; the code itself if nobody has worded it."""
    return str(PROGRAMS.get(code, code))


def fact_name(code: str) -> str:
    """What a fact is called in the active language; the code itself if nobody has worded it."""
    return str(FACTS.get(code, code))


def fact_value(name: str, value: str) -> str:
    """A fact's value in the active language if it is a code, else as it is."""
    return str(FACT_VALUES.get((name, value), value))
