"""What the page of those who were not included says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django import forms
from django.utils.translation import gettext as _

from registret.registries.forms import Form
from registret.registries.queries import name_of
from registret.reports.coverage.not_included import NotIncludedCount, reasons_of
from registret.web.once import new_form_id
from registret.web.pieces import Link, Note

ADD: Final = "rakna"
TAKE_AWAY: Final = "dra-av"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What was asked for just now. `is_first`: the form had not been sent before; `is_done`: and there were so many to
    take away."""

    is_first: bool
    is_done: bool
    is_added: bool
    reason: str
    half: date
    number: int


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
    """`lines`: the reasons that are counted. `done`: what was counted just now; `take_back`: undoes it, if it was."""

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
    counted: Counted | None,
    at: datetime,
) -> NotIncludedPage:
    number = {(one.half, one.reason): one.number for one in counts}
    used = [one for one in reasons_of(form) if one.code in {found.reason for found in counts}]
    lines = [_line(str(one.label), [(half, number.get((half, one.code), 0)) for half in halves]) for one in used]
    total = [(half, sum(one.number for one in counts if one.half == half)) for half in halves]
    return NotIncludedPage(
        form=count_form,
        register=name_of(form.code),
        registers=[
            Link(name_of(one.code), "" if one.code == form.code else f"?delregister={one.code}") for one in mine
        ],
        halves=[half_name(half) for half in halves],
        lines=[*lines, _line(_("Alla"), total)] if lines else (),
        done=_done(counted, form) if counted else None,
        take_back=_take_back(counted, at=at) if counted and counted.is_done else None,
    )


def _line(reason: str, numbers: Sequence[tuple[date, int]]) -> ReasonLine:
    return ReasonLine(reason=reason, numbers=[(half_name(half), number) for half, number in numbers])


def _done(counted: Counted, form: Form) -> Note:
    if not counted.is_first:
        told = _("Inget mer är räknat: formuläret var redan skickat, eller sidan var mer än ett dygn gammal.")
        return Note("warn", told, "alert")
    reason = next(str(one.label) for one in reasons_of(form) if one.code == counted.reason)
    what = {"what": f"{reason}, {half_name(counted.half).lower()}: {counted.number}"}
    if not counted.is_done:
        return Note("warn", _("Inget är ändrat. Så många finns inte att dra av: %(what)s.") % what, "alert")
    told = _("Räknat: %(what)s.") if counted.is_added else _("Draget från antalet: %(what)s.")
    return Note("ok", told % what, "status")


def _take_back(counted: Counted, *, at: datetime) -> TakeBack:
    return TakeBack(
        fields={
            "orsak": counted.reason,
            "halvar": str(counted.half),
            "antal": str(counted.number),
            "vad": TAKE_AWAY if counted.is_added else ADD,
            "en_gang": new_form_id(at=at),
        }
    )
