"""Log reviews in words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

KINDS = {"sample": _("Stickprov"), "directed": _("Riktad granskning")}
VERDICTS = {"justified": _("Befogad"), "unclear": _("Oklar"), "unjustified": _("Obefogad")}
OUTCOMES = {
    "no_remark": _("Utan anmärkning"),
    "remark": _("Med anmärkning"),
    "reported": _("Anmält vidare"),
}


def kind_name(code: str) -> str:
    return str(KINDS[code])


def verdict_name(code: str) -> str:
    return str(VERDICTS[code])


def outcome_name(code: str) -> str:
    return str(OUTCOMES[code])
