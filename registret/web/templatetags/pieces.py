"""Tags that draw the values of `web/pieces.py`.

What lists repeat is put together as `components` does: a `format_html` for each part takes four times as long.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, Protocol

from django import forms, template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from registret.web.pieces import (
    DataTable,
    FactText,
    FigureText,
    Folded,
    Link,
    Note,
    Part,
    Row,
    Small,
    StyledText,
    TableCell,
    Tag,
)
from registret.web.templatetags.components import attribute, cell, columns, escape, note, row_head, table
from registret.web.templatetags.components import row as table_row
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
    look = f"tag {value.kind}" if value.kind else "tag"
    beside = icon(value.icon) if value.icon else ""
    return SafeString(f'<span class="{look}">{beside}{escape(value.text)}</span>')


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
        return SafeString(escape(value.text))
    look = attribute("class", css or value.css)
    return SafeString(f'<a{look} href="{escape(value.url)}">{escape(value.text)}</a>')


@register.simple_tag
def small(text: str, css: str = "") -> SafeString:
    """An aside in small print, if there is one."""
    return SafeString(f"<small{attribute('class', css)}>{escape(text)}</small>" if text else "")


@register.simple_tag
def paragraph(text: str, css: str = "") -> SafeString:
    """A paragraph, if there is a text."""
    return SafeString(f"<p{attribute('class', css)}>{escape(text)}</p>" if text else "")


@register.simple_tag
def picture(drawn: str, caption: str, *, label: str) -> SafeString:
    """A picture above its caption, if there is one; in a narrow window it scrolls."""
    if not drawn:
        return SafeString()
    return format_html(
        '<figure><div class="scroll" tabindex="0" role="region" aria-label="{}">{}</div>'
        '<figcaption class="small soft">{}</figcaption></figure>',
        label,
        drawn,
        caption,
    )


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


@register.simple_tag
def folded(value: Folded | None) -> SafeString:
    """Lines below a title that opens them."""
    if not value:
        return SafeString()
    lines = "".join(f"<li>{_drawn(line)}</li>" for line in value.lines)
    return SafeString(f'<details class="small"><summary>{escape(value.title)}</summary><ul>{lines}</ul></details>')


@register.simple_tag
def data_table(value: DataTable) -> SafeString:
    """A table as `{% table %}` makes it, with all its rows."""
    titles = [SafeString(escape(title)) for title in value.columns]
    rows = "".join(_row(one, titles) for one in value.rows)
    return SafeString(table(f"{columns(*titles)}{rows}", value.caption, css=value.css))


def _row(row: Row, titles: Sequence[str]) -> str:
    head = row_head(_parts(row.head), css=row.head.css, rows=row.head.rows) if row.head else ""
    labels = titles[len(titles) - len(row.cells) :]
    cells = "".join(_cell(one, label) for one, label in zip(row.cells, labels, strict=True))
    return str(table_row(f"{head}{cells}", css=row.css))


def _cell(one: TableCell, label: str) -> str:
    content = _parts(one)
    return str(cell(content if len(one.parts) == 1 else f"<div>{content}</div>", label, css=one.css, rows=one.rows))


def _parts(one: TableCell) -> str:
    return " ".join([drawn for part in one.parts if (drawn := _drawn(part))])


_DRAWN: Final[Mapping[type, Callable[[Any], str]]] = {
    Link: link,
    Tag: tag,
    Folded: folded,
    Small: lambda part: small(part.text, part.css),
    StyledText: lambda part: f'<span class="{escape(part.css)}">{escape(part.text)}</span>',
    type(None): lambda part: "",
}


def _drawn(part: Part) -> str:
    return _DRAWN.get(type(part), escape)(part)
