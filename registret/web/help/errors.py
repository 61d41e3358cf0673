"""All errors as pages of their own, in groups that a person recognises."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from registret.words.refusals import REFUSALS, REQUESTS, RefusalPage, in_general

_CARD_OFFICE = _("Den som ger ut kort hos din arbetsgivare, eller din regions IT-support.")
_SUPPORT = _("Registrets support.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorGroup:
    """Errors that belong together. `prefixes`: the first part of their codes. `helper`: who can help."""

    title: Promise
    prefixes: tuple[str, ...]
    helper: Promise


GROUPS = (
    ErrorGroup(
        title=_("Du kommer inte in"),
        prefixes=("login",),
        helper=_("Din lokala administratör. Har kliniken ingen, hjälper registrets support."),
    ),
    ErrorGroup(title=_("Kortet"), prefixes=("card",), helper=_CARD_OFFICE),
    ErrorGroup(
        title=_("Legitimeringstjänsten"),
        prefixes=("idp",),
        helper=_("Den som sköter HSA-katalogen hos din arbetsgivare. Registrets support om tjänsten inte svarar."),
    ),
    ErrorGroup(title=_("Inloggningen avbröts"), prefixes=("attempt", "session"), helper=_SUPPORT),
    ErrorGroup(
        title=_("Mejlet och koden"),
        prefixes=("confirmation", "objection", "account", "limits"),
        helper=_("Din lokala administratör kan rätta en felskriven adress och skicka mejlet igen. Annars supporten."),
    ),
    ErrorGroup(
        title=_("Ansökan och attest"),
        prefixes=("access", "life"),
        helper=_("Din lokala administratör. Är det du själv: registerkansliet."),
    ),
    ErrorGroup(
        title=_("Patienter och vårdepisoder"),
        prefixes=("patient", "episode", "step", "case", "retention", "disclosure", "query"),
        helper=_SUPPORT,
    ),
    ErrorGroup(title=_("Import"), prefixes=("import", "exchange"), helper=_SUPPORT),
    ErrorGroup(title=_("Granskningar och incidenter"), prefixes=("review", "incident"), helper=_SUPPORT),
    ErrorGroup(title=_("Sidan"), prefixes=("request", "settings", "reports", "document"), helper=_SUPPORT),
)
# The card is in order and the list of revoked cards is the registry's to fetch, so no card office can help.
_HELPERS = {"card.revocation_unknown": _SUPPORT, "card.test_issuer": _SUPPORT}


def page(code: str) -> RefusalPage | None:
    """The error in the active language, without the facts of a case; None if there is none with this code."""
    return in_general(code) if code in REFUSALS or code in REQUESTS else None


def helper(code: str) -> str:
    """Who can help with the error, in a sentence."""
    return str(_HELPERS.get(code) or _group(code).helper)


def listed() -> list[tuple[str, list[RefusalPage]]]:
    """Every error once, as (title of the group, its errors)."""
    codes = [*REFUSALS, *REQUESTS]
    return [(str(group.title), [in_general(code) for code in codes if _group(code) is group]) for group in GROUPS]


def _group(code: str) -> ErrorGroup:
    return next(group for group in GROUPS if code.partition(".")[0] in group.prefixes)
