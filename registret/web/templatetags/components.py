"""Components: the parts that pages are put together from. They know their arguments and nothing that is around them.

What stands between the ends of a block is HTML already. Arguments are escaped. `css` adds classes.
"""

from __future__ import annotations

import html
from collections.abc import Sequence

from django import forms, template
from django.http import QueryDict
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from registret.access.actor import Actor
from registret.web import menu
from registret.web.pieces import Link, SortedBy
from registret.web.shown_for import FIELD
from registret.web.templatetags.csrf import csrf_token
from registret.web.templatetags.look import icon as drawn

register = template.Library()


def escape(value: object) -> str:
    """As HTML, once. Most of what a page shows is plain text, of which Django's function asks more than is needed."""
    return html.escape(value) if type(value) is str else conditional_escape(value)  # type: ignore[arg-type]


def attribute(name: str, value: object) -> str:
    """` name="value"`, if there is a value; the name alone if it is True."""
    if value is True:
        return f" {name}"
    return f' {name}="{escape(value)}"' if value or (value == 0 and value is not False) else ""


def _classes(*names: str) -> str:
    return escape(" ".join(name for name in names if name))


def _data(values: dict[str, object]) -> str:
    return "".join(attribute(f"data-{name}", value) for name, value in values.items())


@register.simple_tag
def attributes(**values: object) -> SafeString:
    """Attributes of an element, those that have a value; True is the name alone. `aria_label` is `aria-label`."""
    return SafeString("".join(attribute(name.replace("_", "-"), value) for name, value in values.items()))


# --- menus -------------------------------------------------------------------------------------------


@register.simple_tag
def main_menu(actor: Actor, *, here: str, page: str, waiting: int) -> tuple[menu.MenuEntry, ...]:
    """The tabs that `actor` has; `waiting` applications stand at those to attest."""
    return menu.main_menu(actor, here=here, page=page, counts={"waiting": waiting})


@register.simple_tag
def office_menu(*, here: str, page: str) -> tuple[menu.MenuEntry, ...]:
    return menu.office_menu(here=here, page=page)


@register.simple_tag
def tabs(entries: Sequence[menu.MenuEntry]) -> SafeString:
    """The entries of a menu, one of them perhaps the page itself."""
    lines = "".join(
        f'<li><a href="{escape(entry.address)}"{attribute("aria-current", entry.current)}>{escape(entry.label)}'
        f"{_count(entry.count)}</a></li>"
        for entry in entries
    )
    return SafeString(lines)


def _count(number: int) -> str:
    if not number:
        return ""
    return f' <span class="count">{number}<span class="sr"> {escape(gettext("väntar"))}</span></span>'


@register.simple_tag
def pager(links: Sequence[Link]) -> SafeString:
    """Where the newest and the older lines of a list are, if they are not all here."""
    shown = " ".join(map(_link, links))
    return SafeString(f'<p class="links small">{shown}</p>' if shown else "")


def _link(link: Link) -> str:
    return f'<a href="{escape(link.url)}">{escape(link.text)}</a>' if link.url else escape(link.text)


# --- boxes -------------------------------------------------------------------------------------------

_NOTE_ICONS = {"warn": "warn", "info": "info", "ok": "check", "bad": "stop"}


@register.simple_block_tag
def note(
    content: str, kind: str, *, icon: str = "", role: str = "", focus: object = False, **data: object
) -> SafeString:
    """A message beside its icon: `warn`, `info`, `ok` or `bad`.

    `role`: `status` or `alert`, after an act. `focus`: a page is read from here. `data`: by which a script finds it.
    """
    beside = drawn(icon or _NOTE_ICONS[kind])
    told = attribute("role", role) + (' tabindex="-1" autofocus' if focus else "") + _data(data)
    return SafeString(f'<div class="{_classes("note", kind)}"{told}>{beside}{content}</div>')


@register.simple_block_tag
def panel(
    content: str,
    title: str = "",
    *,
    id: str = "",
    label: str = "",
    css: str = "pile",
    element: str = "section",
    **data: object,
) -> SafeString:
    """A part of a page on a ground of its own.

    It is named by its `title`, whose heading gets the `id`; by a heading within it that has the `id`; or by a `label`
    that is not seen. `data`: by which a script finds it.
    """
    named = attribute("aria-labelledby", id) or attribute("aria-label", label)
    heading = f'<h2 id="{escape(id)}">{escape(title)}</h2>' if title else ""
    return SafeString(f'<{element} class="{_classes("panel", css)}"{named}{_data(data)}>{heading}{content}</{element}>')


@register.simple_block_tag(takes_context=True)
def dialog(
    context: template.Context, content: str, title: str, *, action: str = "", again: QueryDict | None = None
) -> SafeString:
    """A question about a form that was sent, before it is done. `again`: what was sent, to be sent with the answer."""
    return SafeString(
        '<dialog open aria-modal="true" aria-labelledby="dl" data-modal>'
        f'<form class="flow" method="post"{attribute("action", action)}>{csrf_token(context)}'
        f'<h2 id="dl">{escape(title)}</h2>{content}{send_again(again) if again else ""}</form></dialog>'
    )


_NOT_SENT_AGAIN = {"csrfmiddlewaretoken", FIELD, "ok", "change", "merge", "seen"}


@register.simple_tag
def send_again(data: QueryDict) -> SafeString:
    """The fields of a form that was sent, but for its buttons and tokens, unseen in another form."""
    return SafeString(
        "".join(
            f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
            for name, values in data.lists()
            if name not in _NOT_SENT_AGAIN
            for value in values
        )
    )


@register.simple_tag
def actions(send: str, *, cancel: str = "", kind: str = "", text: str = "") -> SafeString:
    """The end of a form: its button (`kind`: `quiet` or `no`), and the way back without sending it.

    `text` stands in place of "Avbryt".
    """
    button = f'<button class="{_classes("btn", kind)}">{escape(send)}</button>'
    back = f' <a href="{escape(cancel)}">{escape(text or gettext("Avbryt"))}</a>' if cancel else ""
    return SafeString(f'<p class="actions">{button}{back}</p>')


@register.simple_tag
def errors(form: forms.BaseForm | None) -> SafeString:
    """All faults of a form, each leading to its field; nothing if there are none."""
    if not form or not form.errors:
        return SafeString()
    number = len(form.errors)
    title = ngettext("En uppgift behöver rättas", "%(n)s uppgifter behöver rättas", number) % {"n": number}
    lines = [f'<li><a href="#{field.name}">{escape(error)}</a></li>' for field in form for error in field.errors]
    lines += [f"<li>{escape(error)}</li>" for error in form.non_field_errors()]
    return SafeString(alarm("".join(lines), title))


@register.simple_block_tag
def alarm(content: str, title: str, *, id: str = "fel") -> SafeString:
    """What keeps a form from being taken: a list whose lines the page writes."""
    return SafeString(
        f'<div class="errs flow" role="alert" tabindex="-1" aria-labelledby="{id}">'
        f'<h2 id="{id}">{escape(title)}</h2><ul>{content}</ul></div>'
    )


# --- tables and lists of facts -----------------------------------------------------------------------
# Roles are said again, for a table that is laid out as blocks in a narrow window loses them in some browsers.


@register.simple_block_tag
def table(content: str, caption: str, *, css: str = "") -> SafeString:
    """A table whose rows become blocks in a narrow window. `{% columns %}` comes first in it, then its rows."""
    return SafeString(
        f'<table class="{_classes("stack", css)}" role="table"><caption class="sr">{escape(caption)}</caption>'
        f"{content}</tbody></table>"
    )


@register.simple_tag
def columns(*titles: str, sorted_by: Sequence[SortedBy] = (), unseen: str = "") -> SafeString:
    """The titles of a table's columns. `sorted_by`: first those by which it can be sorted. `unseen`: a last one, whose
    cells speak for themselves."""
    heads = "".join(
        [_head(_link(column.link), attribute("aria-sort", column.sort)) for column in sorted_by]
        + [_head(escape(title)) for title in titles]
        + ([_head(f'<span class="sr">{escape(unseen)}</span>')] if unseen else [])
    )
    return SafeString(f'<thead role="rowgroup"><tr role="row">{heads}</tr></thead><tbody role="rowgroup">')


def _head(title: str, told: str = "") -> str:
    return f'<th scope="col" role="columnheader"{told}>{title}</th>'


@register.simple_block_tag
def row(content: str, *, css: str = "") -> SafeString:
    return SafeString(f'<tr role="row"{attribute("class", css)}>{content}</tr>')


@register.simple_block_tag
def row_head(content: str, *, css: str = "", rows: int = 0) -> SafeString:
    """The cell that says what a row is about, or several `rows`."""
    told = attribute("rowspan", rows if rows > 1 else "") + attribute("class", css)
    return SafeString(f'<th scope="row" role="rowheader"{told}>{content}</th>')


@register.simple_block_tag
def cell(content: str, label: str = "", *, css: str = "", rows: int = 0) -> SafeString:
    """`label`: the title of its column, which stands before it in a narrow window."""
    told = attribute("rowspan", rows if rows > 1 else "") + attribute("class", css)
    return SafeString(f'<td role="cell" data-l="{escape(label)}"{told}>{content}</td>')


@register.simple_block_tag
def facts(content: str, css: str = "") -> SafeString:
    """A list of facts: `{% fact %}` and `{% facts_of %}`."""
    return SafeString(f'<dl class="{_classes("facts", css)}">{content}</dl>')


@register.simple_block_tag
def fact(content: str, term: str, *, css: str = "", id: str = "") -> SafeString:
    """A term, and what is said of it."""
    return SafeString(f"<dt{attribute('id', id)}>{escape(term)}</dt><dd{attribute('class', css)}>{content}</dd>")
