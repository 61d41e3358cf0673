"""Tags that draw the values of `web/pieces.py`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from django import forms, template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from registret.web.pieces import FactText, FigureText, Link, Note, Tag
from registret.web.templatetags.components import note
from registret.web.templatetags.look import icon
from registret.words.states import account_state_name

register = template.Library()


class TellsTime(Protocol):
    """As `web.card_time.CardTime` does."""

    def told(self, *, appoints: bool, handles: bool) -> str: ...


@register.simple_tag
def tag(value: Tag | None) -> SafeString:
    """A state beside its icon."""
    if not value:
        return SafeString()
    drawn = icon(value.icon) if value.icon else ""
    return format_html('<span class="tag{}">{}{}</span>', value.kind and f" {value.kind}", drawn, value.text)


_ACCOUNTS = {"confirmed": ("ok", "check"), "suspended": ("bad", "stop"), "registered": ("warn", "mail")}


@register.simple_tag
def account_tag(state: str) -> SafeString:
    """The state of an account."""
    return tag(Tag(account_state_name(state), *_ACCOUNTS.get(state, ())))


@register.simple_tag
def notice(value: Note | None) -> SafeString:
    """A note, if there is one."""
    if not value:
        return SafeString()
    if not value.kind:
        return format_html("<p>{}</p>", value.text)
    return SafeString(note(format_html("<p>{}</p>", value.text), value.kind, icon=value.icon, role=value.role))


@register.simple_tag
def figure(value: FigureText) -> SafeString:
    """A number with its interval below it; soft where there is none."""
    if not value.about:
        return format_html('<span class="soft">{}</span>', value.value)
    return format_html("<div><b>{}</b>{}</div>", value.value, small(value.about, "soft"))


@register.simple_tag
def card_told(card_time: TellsTime, *, appoints: bool, handles: bool) -> str:
    """For how long the card that was read allows what the page is for."""
    return card_time.told(appoints=bool(appoints), handles=bool(handles))


@register.simple_tag
def link(value: Link | None, css: str = "") -> SafeString:
    """Where it leads, if there is a link."""
    if not value:
        return SafeString()
    if not value.url:
        return format_html("{}", value.text)
    look = format_html(' class="{}"', css) if css else ""
    return format_html('<a{} href="{}">{}</a>', look, value.url, value.text)


@register.simple_tag
def small(text: str, css: str = "") -> SafeString:
    """An aside in small print, if there is one."""
    look = format_html(' class="{}"', css) if css else ""
    return format_html("<small{}>{}</small>", look, text) if text else SafeString()


@register.simple_tag
def paragraph(text: str, css: str = "") -> SafeString:
    """A paragraph, if there is a text."""
    look = format_html(' class="{}"', css) if css else ""
    return format_html("<p{}>{}</p>", look, text) if text else SafeString()


@register.simple_tag
def stacked(lines: Sequence[str]) -> SafeString:
    """A line, and the others below it in small print."""
    return format_html("{}{}", lines[0], format_html_join("", "<small>{}</small>", ((line,) for line in lines[1:])))


@register.simple_tag
def facts_of(values: Iterable[FactText]) -> SafeString:
    """Terms and what is said of them, in a list of facts."""
    return format_html_join("", "<dt>{}</dt><dd{}>{} {}</dd>", map(_fact, values))


def _fact(value: FactText) -> tuple[str, str, str, str]:
    look = format_html(' class="{}"', value.css) if value.css else ""
    remark = [format_html('<span class="soft">{}</span>', value.remark)] if value.remark else []
    told = format_html_join(SafeString("<br>"), "{}", ((line,) for line in (*value.lines, *remark)))
    return value.term, look, told, tag(value.tag)


@register.simple_tag
def error_prefix(*sent: forms.Form | None) -> str:
    """`Fel: ` before the title of a page whose form (one of those `sent`) has a fault."""
    return f"{gettext('Fel:')} " if any(form.errors for form in sent if form) else ""
