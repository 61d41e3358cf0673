"""Lists of the start page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from registret.web.pieces import Link, Tag


@dataclass(frozen=True, slots=True)
class Item:
    """Something to do: where it is done, and below it what else is known. `css`: how the title is set."""

    url: str
    title: str
    small: str = ""
    tag: Tag | None = None
    css: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A list. `empty` is said if there is nothing in it; `more` leads to the rest, or `note` says when it comes."""

    code: str
    title: str
    items: Sequence[Item]
    link: Link | None = None
    empty: str = ""
    more: Link | None = None
    note: str = ""
