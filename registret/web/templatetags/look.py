"""Small pieces of the look: icons, words for codes, moments in words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Protocol

from django import template
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext

from registret.kernel.sweden import day_of
from registret.places.queries import Hint, MailHint
from registret.registries.queries import name_of, names_of, open_for_entry
from registret.registries.queries import sub_registries as every_registry
from registret.words.bounces import bounce_reason as words_bounce_reason
from registret.words.dates import date_in_full, date_read_back
from registret.words.days import clock_in_words, day_in_words, moment_in_words
from registret.words.letters import letter_name
from registret.words.roles import role_in_sentence as words_role_in_sentence
from registret.words.roles import role_name
from registret.words.states import suspension_reason as words_suspension_reason

register = template.Library()


class HasName(Protocol):
    @property
    def name(self) -> str: ...


# 24 grid, 2 px stroke, round ends: sized by `.i` in static/css/base.css.
_ICONS = {
    "card": '<rect x="2.5" y="5" width="19" height="14" rx="2.5"/><path d="M6 10.5h3.5v4H6zM13 11h5M13 14.5h3"/>',
    "reader": '<path d="M6.5 12V4.5a2 2 0 0 1 2-2h7a2 2 0 0 1 2 2V12"/><path d="M3 12h18l-1.5 8a1.5 1.5 0 0 1-1.5 1.5H6'
    'A1.5 1.5 0 0 1 4.5 20z"/><path d="M9 16.5h6"/>',
    "pin": '<rect x="3" y="8" width="18" height="8.5" rx="2.5"/><path d="M7.5 12.2v.1M12 12.2v.1M16.5 12.2v.1"/>',
    "check": '<path d="M5 12.5l4.5 4.5L19 7"/>',
    "cross": '<path d="M6 6l12 12M18 6L6 18"/>',
    "warn": '<path d="M12 3.5L22 20.5H2z"/><path d="M12 10v4.5M12 17.4v.1"/>',
    "info": '<circle cx="12" cy="12" r="9.5"/><path d="M12 11v6M12 7.4v.1"/>',
    "stop": '<path d="M8 2.5h8L21.5 8v8L16 21.5H8L2.5 16V8z"/><path d="M12 7.5v5.5M12 16.4v.1"/>',
    "mail": '<rect x="2.5" y="5" width="19" height="14" rx="2"/><path d="M3 7l9 6.5L21 7"/>',
    "clock": '<circle cx="12" cy="12" r="9.5"/><path d="M12 6.5V12l3.5 2.5"/>',
    "find": '<circle cx="10.5" cy="10.5" r="6.5"/><path d="M15.5 15.5L21 21"/>',
    "plus": '<path d="M12 5v14M5 12h14"/>',
}


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon beside a word; the word says what it means."""
    return mark_safe(f'<svg class="i" viewBox="0 0 24 24" aria-hidden="true">{_ICONS[name]}</svg>')  # noqa: S308


@register.simple_tag
def mark() -> SafeString:
    """Four circles in a rising arc."""
    return mark_safe(
        '<svg viewBox="0 0 44 28" aria-hidden="true"><circle cx="3.5" cy="23.5" r="3"/><circle '
        'cx="10.4" cy="22" r="3.8"/><circle cx="18.8" cy="18" r="4.9"/>'
        '<circle class="own" cx="31.6" cy="9" r="8"/></svg>'
    )


@register.filter
def role(code: str) -> str:
    return role_name(code)


@register.filter
def role_in_sentence(code: str) -> str:
    return words_role_in_sentence(code)


@register.filter
def roles(codes: frozenset[str]) -> str:
    """`Registrerare och lokal administratör`."""
    names = sorted(role_name(code) for code in codes)
    rest = [name[:1].lower() + name[1:] for name in names[1:]]
    return f" {gettext('och')} ".join([names[0], *rest]) if names else ""


@register.filter
def names(people: Iterable[HasName]) -> str:
    """`Bertil Holm och Karin Nyberg`."""
    *first, last = [person.name for person in people]
    return f"{', '.join(first)} {gettext('och')} {last}" if first else last


@register.filter
def suspension_reason(reason: str) -> str:
    return words_suspension_reason(reason)


@register.filter
def sub_registry(code: str) -> str:
    return name_of(code)


@register.filter
def role_list(codes: str) -> str:
    """Roles as a revision keeps them, between commas."""
    return roles(frozenset(codes.split(",")))


@register.filter
def clock(value: datetime) -> str:
    """`14.05`."""
    return clock_in_words(value)


@register.filter
def letter(kind: str) -> str:
    """What a letter is about."""
    return letter_name(kind)


@register.filter
def sub_registries(codes: tuple[str, ...]) -> str:
    return ", ".join(names_of(codes))


@register.filter
def day(value: date | None) -> str:
    """`24 november 2026`: days in sentences are in words."""
    return "" if value is None else day_in_words(value)


@register.filter
def moment(value: datetime | None) -> str:
    """`24 november 2026 kl. 07.48`, or `i dag kl. 07.48`."""
    return "" if value is None else moment_in_words(value, today=day_of(timezone.now()))


@register.filter
def moment_on_paper(value: datetime | None) -> str:
    """`24 november 2026 kl. 07.48`, whatever day it is: paper is read later."""
    return "" if value is None else moment_in_words(value)


@register.filter
def in_full(value: date) -> str:
    """`onsdag 25 november 2026 kl. 14.30`."""
    return date_in_full(value)


@register.filter
def read_back(value: date) -> str:
    """`onsdag 25 november 2026 kl. 14.30, i går`."""
    return date_read_back(value, today=day_of(timezone.now()))


@register.filter
def iso_day(value: date | None) -> str:
    """`2026-11-24`: days in tables are in digits."""
    return "" if value is None else (day_of(value) if isinstance(value, datetime) else value).isoformat()


@register.filter
def iso(value: datetime | None) -> str:
    """`2026-11-24 07:48`, for tables."""
    return "" if value is None else f"{timezone.localtime(value):%Y-%m-%d %H:%M}"


@register.filter
def span(minutes: int) -> str:
    """A length of time in its largest whole unit: `34 minuter`, `5 timmar`, `12 dagar`."""
    if minutes < 120:
        return ngettext("%(n)s minut", "%(n)s minuter", minutes) % {"n": minutes}
    if minutes < 2 * 24 * 60:
        return ngettext("%(n)s timme", "%(n)s timmar", minutes // 60) % {"n": minutes // 60}
    days = minutes // (24 * 60)
    return ngettext("%(days)s dag", "%(days)s dagar", days) % {"days": days}


@register.filter
def length_of_time(value: timedelta | None) -> str:
    """As `span`, to the nearest whole unit; a dash where it cannot be said."""
    if value is None:
        return "–"
    hour, day = 60, 24 * 60
    minutes = value / timedelta(minutes=1)
    unit = 1 if round(minutes) < 2 * hour else hour if round(minutes / hour) * hour < 2 * day else day
    return span(round(minutes / unit) * unit)


@register.filter
def code_pair(code: str) -> SafeString:
    """A code of six characters in two groups."""
    return format_html("<span>{}</span><span>{}</span>", code[:3], code[3:])


@register.filter
def bounce_reason(error: str) -> str:
    """Why a letter did not arrive, in a sentence without its full stop."""
    return words_bounce_reason(error)


@register.filter
def unbroken(text: str) -> SafeString:
    """`text` with the words that have a hyphen of their own kept on one line."""
    words = re.split(r"(\b(?:E-post|HSA-id|Person-id)\b)", text)
    return format_html_join(
        "", "{}", ((format_html('<span class="nb">{}</span>', w) if i % 2 else w,) for i, w in enumerate(words))
    )


@register.filter
def mail_hint(hint: MailHint) -> str:
    """Why an address looks odd, in a sentence."""
    domains = ", ".join(hint.domains)
    if hint.hint is Hint.MISTYPED:
        return gettext("%(provider)s brukar använda %(domains)s. Är adressen ändå rätt går det bra att fortsätta.") % {
            "provider": hint.care_provider,
            "domains": domains,
        }
    return gettext(
        "Adressen hör inte till %(provider)s, som brukar använda %(domains)s. Är den ändå rätt går det bra att "
        "fortsätta."
    ) % {"provider": hint.care_provider, "domains": domains}


@register.filter
def before_at(address: str) -> str:
    return address.rpartition("@")[0]


@register.filter
def spelt(code: str) -> str:
    """`7 K 4 M 2 P`: read out letter by letter."""
    return " ".join(code)


@register.filter
def first_name(name: str) -> str:
    return name.split(" ")[0]


@register.filter
def last_day(ends_at: datetime) -> date:
    """The last day before a moment."""
    return day_of(ends_at - timedelta(seconds=1))


@register.filter
def days_ago(value: datetime) -> int:
    """Whole days in Sweden between then and today."""
    return (day_of(timezone.now()) - day_of(value)).days


@register.filter
def ago(value: datetime) -> str:
    """`i dag`, `i går`, `4 dagar`."""
    days = days_ago(value)
    if days == 0:
        return gettext("i dag")
    if days == 1:
        return gettext("i går")
    return ngettext("%(days)s dag", "%(days)s dagar", days) % {"days": days}


@register.filter
def wished(codes: tuple[str, ...]) -> str:
    """`alla öppna delregister`, or their names in the order in which forms show them."""
    every_open = {registry.code for registry in open_for_entry()}
    told = [gettext("alla öppna delregister")] if set(codes) >= every_open else []
    left = set(codes) - every_open if told else set(codes)
    return ", ".join(told + [registry.name for registry in every_registry() if registry.code in left])
