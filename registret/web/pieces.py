"""Small values that pages are made of: Python decides what is shown, a template where (`templatetags/pieces.py`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from registret.accounts.lifecycle import AccountState
from registret.web.card_time import CardTime
from registret.web.http import ActorRequest
from registret.words.states import account_state_name


@dataclass(frozen=True, slots=True)
class Tag:
    """A state in a word or two. `kind`: `ok`, `info`, `warn` or `bad`; `icon` stands before the words."""

    text: str
    kind: str = ""
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """A paragraph in a note: `ok`, `info`, `warn` or `bad`; bare if `kind` is empty. `role`: `status` or `alert`, where
    it follows an act; `icon`: instead of that of the kind."""

    kind: str
    text: str
    role: str = ""
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead somewhere, or stay words if `url` is empty. `css`: the classes of the link."""

    text: str
    url: str = ""
    css: str = ""


@dataclass(frozen=True, slots=True)
class StyledText:
    """Words with classes of their own: `nb` stays on one line, `soft` says less than others."""

    text: str
    css: str


@dataclass(frozen=True, slots=True)
class Small:
    """An aside in small print, if there is one."""

    text: str
    css: str = ""


@dataclass(frozen=True, slots=True)
class Folded:
    """Lines that show when their title is opened."""

    title: str
    lines: Sequence[Link | StyledText]


Part = str | StyledText | Small | Link | Tag | Folded | None


@dataclass(frozen=True, slots=True)
class TableCell:
    """A cell of a table: parts one after the other. `rows`: how many it reaches over; `css`: `none` if it says nothing,
    and is left out in a narrow window."""

    parts: Sequence[Part]
    css: str = ""
    rows: int = 1


@dataclass(frozen=True, slots=True)
class Row:
    """`head` says what the row is about; None: that of a row above does. The cells stand in the last columns."""

    head: TableCell | None
    cells: Sequence[TableCell]
    css: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataTable:
    """A table that `{% data_table %}` draws: fast, for lists may have a hundred rows. Where a cell holds other things
    than these parts, a template writes the table with `{% table %}`."""

    caption: str
    columns: Sequence[str]
    rows: Sequence[Row]
    css: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SortedBy:
    """A column that a table can be sorted by. `sort`: as `aria-sort` says it, if it is."""

    link: Link
    sort: str


@dataclass(frozen=True, slots=True)
class FactText:
    """A term and what is said of it: lines one below the other, a tag behind them, and an aside below."""

    term: str
    lines: Sequence[str]
    remark: str = ""
    tag: Tag | None = None
    css: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureText:
    """A number that stands out, and below it how sure it is and of how many. `about` is empty if there is no number."""

    value: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class FormPage:
    """A page with nothing but a form."""

    form: forms.Form


@dataclass(frozen=True, slots=True)
class Button:
    """A button of a form: what it sends, and its look (`quiet`, `no` or none)."""

    value: str
    text: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class OptionText:
    """One of the choices of a field. `id`: that of the first is the field's name, to which a list of faults leads."""

    id: str
    value: str
    text: str
    hint: str
    is_chosen: bool


def account_trouble(state: AccountState) -> Tag | None:
    """Why nobody comes in with an account."""
    if state is AccountState.SUSPENDED:
        return Tag(account_state_name(state), "bad", "stop")
    return Tag(gettext("väntar på e-post"), icon="mail") if state is AccountState.REGISTERED else None


def older_and_newest(*, older: str, newest: str) -> list[Link]:
    """Where the rest of a list is: addresses, empty if all that is older or newer is here. See `{% pager %}`."""
    links = (Link(gettext("Nyaste"), newest), Link(gettext("Äldre"), older))
    return [link for link in links if link.url]


def marked_up(text: str, **facts: str) -> SafeString:
    """A text of ours with markup in it. What it is told, `facts`, has none."""
    return SafeString(text % {name: conditional_escape(fact) for name, fact in facts.items()})


def options(field: BoundField, texts: Mapping[str, tuple[str, str]]) -> tuple[OptionText, ...]:
    """The choices of a field, each with its text and hint out of `texts`."""
    value = field.value()
    chosen = value if isinstance(value, list) else [value]
    values = [str(value) for value, _ in field.field.choices]  # type: ignore[attr-defined]
    return tuple(
        OptionText(
            id=f"{field.name}-{value}" if number else field.name,
            value=value,
            text=texts[value][0],
            hint=texts[value][1],
            is_chosen=value in chosen,
        )
        for number, value in enumerate(values)
    )


def show(request: ActorRequest, template: str, page: Any, *, tab: str, status: int = 200) -> HttpResponse:
    """A page of those at work. `tab`: where it belongs in the menu. Templates know how long the card still allows acts,
    `card_time`."""
    told = {"tab": tab, "page": page, "card_time": CardTime.of(request.actor, at=request.at)}
    return render(request, template, told, status=status)
