"""Events of the log in words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

EVENTS = {
    "attempt.refused": _("Inloggningsförsök nekat"),
    "card.read": _("Kort läst"),
    "card.refused": _("Kort nekat"),
    "login.done": _("Loggade in"),
    "login.refused": _("Inloggning misslyckades"),
    "session.ended": _("Session avslutad"),
    "session.seat_chosen": _("Bytte klinik eller roll"),
    "account.registered": _("Registrerade sig"),
    "account.confirm_email": _("Bekräftade e-post"),
    "account.mail_changed": _("Ändrade e-postadress"),
    "account.suspend": _("Konto spärrat"),
    "account.reinstate": _("Spärr hävd"),
    "account.end": _("Konto avslutat"),
    "confirmation.asked": _("Bekräftelsemejl begärt"),
    "confirmation.code_refused": _("Fel kod ur mejlet"),
    "application.made": _("Ansökte om behörighet"),
    "application.attest": _("Attesterade"),
    "application.decline": _("Avslog ansökan"),
    "application.withdraw": _("Tog tillbaka ansökan"),
    "application.reminded": _("Påminde om attest"),
    "grant.appointed": _("Utsåg"),
    "grant.revoked": _("Behörighet återkallad"),
    "letter.given_up": _("Mejl kunde inte levereras"),
    "clinic.created": _("Klinik tillagd"),
    "clinic.changed": _("Klinik ändrad"),
    "clinic.closed": _("Klinik stängd"),
    "clinic.reopened": _("Klinik öppnad igen"),
    "region.created": _("Region tillagd"),
    "region.changed": _("Region ändrad"),
    "care_provider.created": _("Vårdgivare tillagd"),
    "care_provider.changed": _("Vårdgivare ändrad"),
    "log.read": _("Läste loggen"),
    "request.refused": _("Begäran nekad"),
    "request.forged": _("Formulär avvisat"),
}


def event_name(code: str) -> str:
    """The event in the active language; the code itself if nobody has worded it."""
    return str(EVENTS.get(code, code))
