"""What can be wrong with fetching a revocation list, in words: after "Spärrlistan kunde inte hämtas:"."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

FAULTS = {
    # Of the way there: revocation.fetch.FetchFault.
    "unreachable": _("servern svarar inte"),
    "not_trusted": _("servern kunde inte visa vem den är (TLS)"),
    "too_slow": _("det tog för lång tid"),
    "too_large": _("filen är för stor"),
    "cut_short": _("filen kom inte fram hel"),
    "redirect": _("servern hänvisar till en annan adress"),
    "status": _("servern svarade med ett fel"),
    "not_http": _("svaret går inte att tolka"),
    # Of the list itself: cards.revocation.CrlFlaw.
    "unreadable": _("filen är ingen spärrlista"),
    "other_issuer": _("listan kommer från en annan utfärdare"),
    "weak": _("listan är signerad med en för svag algoritm"),
    "may_not_sign": _("utfärdarens certifikat tillåter inte att den signerar spärrlistor"),
    "wrong_signature": _("signaturen är fel"),
    "incomplete": _("listan gäller inte alla utfärdarens certifikat"),
    "no_number": _("listan har inget nummer"),
    "no_end": _("listan säger inte när nästa kommer"),
    "goes_back": _("listan är äldre än den vi har"),
    "not_begun": _("listans tid har inte börjat"),
    "too_old": _("listans tid är över"),
}


def fault_name(code: str) -> str:
    """The fault in the active language; the code itself if nobody has worded it."""
    return str(FAULTS.get(code, code))
