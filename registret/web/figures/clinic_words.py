"""Clinics beside each other in words: whether the own one differs from the country by more than chance, and what a
picture does not show."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from registret.registries.indicators import Better
from registret.registries.measuring import Indicator
from registret.registries.queries import closed_since
from registret.reports.comparing.clinics import Clinics
from registret.reports.judging import is_better
from registret.reports.statistics.funnels import FunnelPlace
from registret.web.figures.figure_words import expected_outside, number_text

PLACES: Final = {
    FunnelPlace.WITHIN: gettext_lazy("innanför gränserna"),
    FunnelPlace.LOW: gettext_lazy("under 95 %-gränsen"),
    FunnelPlace.VERY_LOW: gettext_lazy("under 99,8 %-gränsen"),
    FunnelPlace.HIGH: gettext_lazy("över 95 %-gränsen"),
    FunnelPlace.VERY_HIGH: gettext_lazy("över 99,8 %-gränsen"),
}
_OWN: Final = {
    FunnelPlace.WITHIN: gettext_lazy("Din klinik skiljer sig inte från riket mer än slumpen gör."),
    FunnelPlace.LOW: gettext_lazy(
        "Din klinik ligger lägre än riket, mer än slumpen brukar göra (utanför 95 %): en fråga att ställa."
    ),
    FunnelPlace.VERY_LOW: gettext_lazy(
        "Din klinik ligger lägre än riket, mycket mer än slumpen gör (utanför 99,8 %): ett larm att utreda."
    ),
    FunnelPlace.HIGH: gettext_lazy(
        "Din klinik ligger högre än riket, mer än slumpen brukar göra (utanför 95 %): en fråga att ställa."
    ),
    FunnelPlace.VERY_HIGH: gettext_lazy(
        "Din klinik ligger högre än riket, mycket mer än slumpen gör (utanför 99,8 %): ett larm att utreda."
    ),
}
_OWN_RATIO: Final = {
    FunnelPlace.WITHIN: gettext_lazy("Din klinik skiljer sig inte från det väntade mer än slumpen gör."),
    FunnelPlace.LOW: gettext_lazy(
        "Din klinik har färre än väntat, mer än slumpen brukar göra (utanför 95 %): en fråga att ställa."
    ),
    FunnelPlace.VERY_LOW: gettext_lazy(
        "Din klinik har färre än väntat, mycket mer än slumpen gör (utanför 99,8 %): ett larm att utreda."
    ),
    FunnelPlace.HIGH: gettext_lazy(
        "Din klinik har fler än väntat, mer än slumpen brukar göra (utanför 95 %): en fråga att ställa."
    ),
    FunnelPlace.VERY_HIGH: gettext_lazy(
        "Din klinik har fler än väntat, mycket mer än slumpen gör (utanför 99,8 %): ett larm att utreda."
    ),
}


def no_clinics(sub_registry: str) -> str:
    if closed_since(sub_registry) is not None:
        return _("Klinikerna jämförs inte: ingen utgåva har andras siffror.")
    return _("Klinikerna jämförs när en utgåva har andras siffror.")


def verdict(found: Clinics, indicator: Indicator) -> str:
    """Whether the own clinic differs from the country, and whether that is good."""
    if indicator.is_median:
        return _("En median har ingen tratt: hur mycket slumpen gör beror på hur värdena är spridda på varje klinik.")
    own = found.own
    if own is None and indicator.is_ratio:
        return _("På din klinik väntades färre än en i de här månaderna: en kvot säger inget om så få.")
    if own is None:
        return _("På din klinik har ingen räknats i de här månaderna.")
    if own.place is None:
        return _("Alla i riket har samma utfall: det finns ingen skillnad att visa.")
    words = _OWN_RATIO if indicator.is_ratio else _OWN
    return " ".join(filter(None, [str(words[own.place]), _good_or_bad(own.place, indicator.definition.better)]))


def _good_or_bad(where: FunnelPlace, better: Better) -> str:
    is_good = is_better(where, better)
    if is_good is None:
        return ""
    return _("Det är bättre än riket.") if is_good else _("Det är sämre än riket.")


def by_chance(found: Clinics) -> str:
    """How many of those judged are outside though nothing differs, and whether all differ a little."""
    number = len(found.judged)
    told = {"n": number, **expected_outside(number)}
    expected = ngettext(
        "Av %(n)s klinik hamnar i genomsnitt högst %(questions)s utanför 95 %% och %(alarms)s utanför 99,8 %% av ren "
        "slump.",
        "Av %(n)s kliniker hamnar i genomsnitt högst %(questions)s utanför 95 %% och %(alarms)s utanför 99,8 %% av ren "
        "slump.",
        number,
    )
    return f"{expected % told} {_spread(found)}"


def not_judged(number: int) -> str:
    """Why so many clinics that are shown have no place."""
    return ngettext(
        "%(n)s klinik bedöms inte: så få väntas med eller utan utfallet att siffran kan visas just för att den är "
        "ovanlig.",
        "%(n)s kliniker bedöms inte: så få väntas med eller utan utfallet att siffrorna kan visas just för att de är "
        "ovanliga.",
        number,
    ) % {"n": number}


def _spread(found: Clinics) -> str:
    if found.spread is None:
        return _("De är för få för att säga om de skiljer sig åt mer än slumpen gör: det behövs 20.")
    told = {"factor": number_text(found.spread.factor, digits=2)}
    if found.is_spread:
        return (
            _(
                "Klinikerna skiljer sig åt mer än slumpen gör (φ = %(factor)s). De tunna linjerna är gränser som "
                "räknar med det."
            )
            % told
        )
    return _("Bortsett från de yttersta skiljer klinikerna sig inte åt mer än slumpen gör (φ = %(factor)s).") % told


def left_out(found: Clinics) -> list[str]:
    """Who is not shown, and why."""
    said = []
    if found.hidden:
        said.append(
            ngettext(
                "%(n)s annan klinik visas inte: siffran skulle säga för mycket om få patienter, eller så fanns den "
                "inte hela tiden.",
                "%(n)s andra kliniker visas inte: siffrorna skulle säga för mycket om få patienter, eller så fanns "
                "klinikerna inte hela tiden.",
                found.hidden,
            )
            % {"n": found.hidden}
        )
    if found.own is not None and not found.is_own_told:
        said.append(_("Andra kliniker ser inte din kliniks siffra: den skulle säga för mycket om få patienter."))
    return said


def nobody_else() -> str:
    return _("Ingen annan klinik kan visas, så det finns ingen att jämföra med.")
