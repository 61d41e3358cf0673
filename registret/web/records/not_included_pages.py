"""What the page of those who were not included says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from django import forms
from django.utils.translation import gettext as _

from registret.registries.forms import Form
from registret.registries.queries import name_of
from registret.reports.not_included import MOST_AT_ONCE, NotIncludedCount, reasons_of
from registret.web.pieces import Link, Note

ADD: Final = "rakna"
TAKE_AWAY: Final = "dra-av"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonLine:
    """`numbers`: by half-year, each with its name."""

    reason: str
    numbers: Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeBack:
    """A form that undoes what was counted: its fields, by name."""

    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotIncludedPage:
    """`done`: what was counted just now; `take_back`: undoes it, if it was."""

    form: forms.Form
    register: str
    registers: Sequence[Link]
    halves: Sequence[str]
    lines: Sequence[ReasonLine]
    done: Note | None
    take_back: TakeBack | None


def half_name(first: date) -> str:
    """As people say it: spring and autumn."""
    return (_("Våren %(year)s") if first.month == 1 else _("Hösten %(year)s")) % {"year": first.year}


def not_included_page(
    count_form: forms.Form,
    form: Form,
    mine: Sequence[Form],
    counts: Sequence[NotIncludedCount],
    *,
    halves: Sequence[date],
    done: Mapping[str, str],
) -> NotIncludedPage:
    """`done`: what the address says of the act before."""
    number = {(one.half, one.reason): one.number for one in counts}
    lines = [
        ReasonLine(
            reason=str(one.label), numbers=[(half_name(half), number.get((half, one.code), 0)) for half in halves]
        )
        for one in reasons_of(form)
    ]
    total = [(half_name(half), sum(one.number for one in counts if one.half == half)) for half in halves]
    what = _what(form, halves, done)
    return NotIncludedPage(
        form=count_form,
        register=name_of(form.code),
        registers=[
            Link(name_of(one.code), "" if one.code == form.code else f"?delregister={one.code}") for one in mine
        ],
        halves=[half_name(half) for half in halves],
        lines=[*lines, ReasonLine(reason=_("Alla"), numbers=total)],
        done=_done(what, done.get("klart", "")) if what else None,
        take_back=_take_back(done) if what else None,
    )


def _what(form: Form, halves: Sequence[date], done: Mapping[str, str]) -> str:
    """What was counted, in words; empty if the address says nothing that can be."""
    labels = {one.code: str(one.label) for one in reasons_of(form)}
    names = {str(half): half_name(half) for half in halves}
    reason, half, number = labels.get(done.get("orsak", "")), names.get(done.get("halvar", "")), done.get("antal", "")
    if not reason or not half or not number.isascii() or not number.isdecimal() or not 0 < int(number) <= MOST_AT_ONCE:
        return ""
    return f"{reason}, {half.lower()}: {number}"


def _done(what: str, became: str) -> Note | None:
    told = {
        ADD: Note("ok", _("Räknat: %(what)s."), "status"),
        TAKE_AWAY: Note("ok", _("Draget från antalet: %(what)s."), "status"),
        "inte": Note("warn", _("Inget är ändrat. Så många finns inte att dra av: %(what)s."), "alert"),
    }
    note = told.get(became)
    return replace(note, text=note.text % {"what": what}) if note else None


def _take_back(done: Mapping[str, str]) -> TakeBack | None:
    opposite = {ADD: TAKE_AWAY, TAKE_AWAY: ADD}.get(done.get("klart", ""))
    if opposite is None:
        return None
    return TakeBack(fields={name: done[name] for name in ("orsak", "halvar", "antal")} | {"vad": opposite})
