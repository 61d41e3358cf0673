"""Dates as they are read back to the one who writes them, and what is wrong with one that cannot be taken."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from django.utils.dates import MONTHS
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from registret.kernel.dates import DateFault, DateTrouble
from registret.kernel.sweden import day_of
from registret.words.days import clock_in_words, day_in_words, weekday_in_words

_MOST_DAYS = 31
_DAYS_OF_MONTH = 30.4375

_FAULTS: Final[Mapping[DateTrouble, Promise]] = {
    DateTrouble.NOT_A_DATE: gettext_lazy("Det går inte att läsa som ett datum. Skriv som 2026-11-25 eller 25/11."),
    DateTrouble.NOT_A_MOMENT: gettext_lazy(
        "Det går inte att läsa som datum och klockslag. Skriv som 2026-11-25 14.30 eller 25/11 14.30."
    ),
    DateTrouble.NO_SUCH_MONTH: gettext_lazy("Det finns ingen månad %(month)s. Skriv dagen före månaden, som 25/11."),
    DateTrouble.NO_SUCH_TIME: gettext_lazy("Klockslaget finns inte. Det ska ligga mellan 00.00 och 23.59."),
    DateTrouble.SKIPPED_HOUR: gettext_lazy(
        "Klockslaget finns inte: natten till %(day)s ställdes klockan fram från 02.00 till 03.00."
    ),
    DateTrouble.NO_TIME: gettext_lazy("Skriv också klockslaget, efter dagen (%(day)s). Till exempel 14.30."),
    DateTrouble.NO_DAY: gettext_lazy("Skriv också dagen, före klockslaget. Till exempel 25/11 14.30."),
    DateTrouble.TIME_UNASKED: gettext_lazy("Skriv bara dagen, utan klockslag."),
    DateTrouble.YEAR_OR_TIME: gettext_lazy(
        "Är de fyra sista siffrorna ett år eller ett klockslag? Skriv hela datumet, som 2026-11-25 14.30."
    ),
    DateTrouble.FULL_YEAR_NEEDED: gettext_lazy("Skriv året med fyra siffror, som 1980-01-31."),
    DateTrouble.AHEAD: gettext_lazy("%(when)s har inte varit än. Kontrollera datumet."),
    DateTrouble.PASSED: gettext_lazy("%(when)s har redan varit. Kontrollera datumet."),
    DateTrouble.TOO_EARLY: gettext_lazy("%(when)s är för långt tillbaka. Tidigast är %(limit)s."),
    DateTrouble.TOO_LATE: gettext_lazy("%(when)s är för långt fram. Senast är %(limit)s."),
    DateTrouble.NO_ARRIVAL: gettext_lazy("Det finns ingen ankomst att utgå från här. Skriv dagen."),
    DateTrouble.BEFORE_ARRIVAL: gettext_lazy("%(when)s är före ankomsten. Skriv dagen också, om det var en annan dag."),
}


def date_in_full(value: date) -> str:
    """`onsdag 25 november 2026`; of a moment also `kl. 14.30`."""
    if not isinstance(value, datetime):
        return weekday_in_words(value)
    return f"{weekday_in_words(value)} {_('kl. %(clock)s') % {'clock': clock_in_words(value)}}"


def date_read_back(value: date, *, today: date) -> str:
    """`onsdag 25 november 2026 kl. 14.30, i går`."""
    day = day_of(value) if isinstance(value, datetime) else value
    return f"{date_in_full(value)}, {distance(day, today=today)}"


def distance(day: date, *, today: date) -> str:
    """`i går`, `för 3 dagar sedan`, `om 2 månader`. As browsers say it, so that both read back alike."""
    days = (day - today).days
    near = {-2: _("i förrgår"), -1: _("i går"), 0: _("i dag"), 1: _("i morgon"), 2: _("i övermorgon")}
    if days in near:
        return near[days]
    n = abs(days)
    if n <= _MOST_DAYS:
        ago = ngettext("för %(n)s dag sedan", "för %(n)s dagar sedan", n)
        ahead = ngettext("om %(n)s dag", "om %(n)s dagar", n)
    elif (months := int(n / _DAYS_OF_MONTH)) < 24:
        n = max(months, 1)
        ago = ngettext("för %(n)s månad sedan", "för %(n)s månader sedan", n)
        ahead = ngettext("om %(n)s månad", "om %(n)s månader", n)
    else:
        n = months // 12
        ago = ngettext("för %(n)s år sedan", "för %(n)s år sedan", n)
        ahead = ngettext("om %(n)s år", "om %(n)s år", n)
    return (ago if days < 0 else ahead) % {"n": n}


def date_fault(fault: DateFault) -> str:
    """What is wrong with this date, and what to write instead."""
    if fault.trouble is DateTrouble.NO_SUCH_DAY:
        return _no_such_day(fault)
    if fault.trouble is DateTrouble.YEAR_NEEDED:
        return _year_needed(fault)
    on = _named(fault.on)
    words = {"month": fault.month, "day": on, "when": _upper(on), "limit": _named(fault.limit)}
    return str(_FAULTS[fault.trouble]) % words


def _no_such_day(fault: DateFault) -> str:
    return _("%(day)s %(month)s %(year)s finns inte. Månaden har %(days)s dagar.") % {
        "day": fault.day,
        "month": MONTHS[fault.month],
        "year": fault.year,
        "days": calendar.monthrange(fault.year, fault.month)[1],
    }


def _year_needed(fault: DateFault) -> str:
    on, other = fault.on, fault.other
    if on is None or other is None:
        return _("Skriv också året.")
    words = {"when": _upper(_named(on)), "other": date_in_full(other), "iso": other.isoformat()}
    if other > on:
        return _("%(when)s har redan varit. Menar du %(other)s? Skriv då året: %(iso)s.") % words
    return _("%(when)s har inte varit än. Menar du %(other)s? Skriv då året: %(iso)s.") % words


def _named(value: date | None) -> str:
    if value is None:
        return ""
    if not isinstance(value, datetime):
        return day_in_words(value)
    at = _("kl. %(clock)s") % {"clock": clock_in_words(value)}
    return f"{day_in_words(value)} {at}"


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
