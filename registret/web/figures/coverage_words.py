"""Täckningsgrad in words, for the clinic itself and for the office."""

from __future__ import annotations

from django.utils.translation import gettext as _

from registret.reports.coverage.counted import TRUSTED_FROM, Coverage
from registret.web.pieces import FigureText, Note


def coverage_text(found: Coverage) -> FigureText:
    """With its interval, and of how many."""
    if found.expected is None:
        return FigureText(value=_("ingen fil har kommit"))
    if found.registered > found.expected:
        return FigureText(value=_("fler än i filen"), about=_part(found))
    estimate = found.estimate
    if estimate is None:
        return FigureText(value=_("ingen att registrera"))
    low, high = estimate.interval.low, estimate.interval.high
    told = {"low": f"{100 * low:.0f}", "high": f"{100 * high:.0f}", "part": _part(found)}
    return FigureText(value=f"{100 * estimate.value:.0f} %", about=_("%(low)s–%(high)s %%, %(part)s") % told)


def coverage_note(found: Coverage | None) -> Note:
    """What stands above figures of the own clinic."""
    if found is None:
        return Note("", _("Täckningsgraden är inte känd: ingen fil med antal från patientregistret har kommit."))
    text = coverage_text(found)
    known = _("Täckningsgrad %(year)s: %(value)s (%(about)s).") % {
        "year": found.year,
        "value": text.value,
        "about": text.about or _part(found),
    }
    if not found.is_low:
        return Note("", known)
    why = _(
        "Under %(least)s %%: de som är registrerade kan skilja sig från dem som inte är det. Därför är siffrorna utan "
        "färg."
    ) % {"least": f"{100 * TRUSTED_FROM:.0f}"}
    return Note("warn", f"{known} {why}")


def colour_of(found: Coverage | None) -> str:
    """A class for what is drawn from the figures."""
    return "colourless" if found is not None and found.is_low else ""


def _part(found: Coverage) -> str:
    return _("%(registered)s av %(expected)s") % {"registered": found.registered, "expected": found.expected}
