"""Why an address refuses letters, in words."""

from __future__ import annotations

from django.utils.translation import gettext as _


def bounce_reason(error: str) -> str:
    """Out of the server's codes, `550 5.1.1` (RFC 5321 and 3463): part of a sentence."""
    code, _space, enhanced = error.partition(" ")
    subject = enhanced.partition(".")[2]
    if subject.startswith("1.") or (not enhanced and code in {"550", "551", "553"}):
        return _("adressen finns inte")
    if subject.startswith("2.") or code in {"452", "552"}:
        return _("brevlådan är full eller stängd")
    if subject.startswith("7."):
        return _("mottagarens mejlserver tar inte emot mejl från registret")
    return _("mottagarens mejlserver sa nej")
