"""Exportera: what its page says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registret.exchange.exporting.orders import ExportRow
from registret.exchange.exporting.wishes import ExportFormat
from registret.exchange.lifecycle import ExportEnd, ExportState
from registret.registries.queries import name_of
from registret.web.pieces import Note, Tag
from registret.web.templatetags.look import day, moment


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportLine:
    """`told`: how far it is, until when it can be fetched, or why it cannot be. `can_…`: the reader may."""

    id: int
    title: str
    period: str
    ordered: str
    reason: str
    state: Tag
    told: str
    can_fetch: bool
    can_cancel: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportsPage:
    """`is_waiting`: a file is being made, so that the page will say something else soon. `can_fetch`: one is ready for
    the reader."""

    form: forms.Form
    lines: Sequence[ExportLine]
    said: Note | None
    is_waiting: bool
    can_fetch: bool


def exports_page(form: forms.Form, rows: Sequence[ExportRow], *, done: str) -> ExportsPage:
    said = {
        "order": _("Filen är beställd. Du hämtar den här när den är klar."),
        "cancel": _("Beställningen är återtagen, och filen finns inte kvar."),
    }.get(done)
    lines = [_line(row) for row in rows]
    return ExportsPage(
        form=form,
        lines=lines,
        said=Note("ok", said, "status") if said else None,
        is_waiting=any(row.state in {ExportState.ORDERED, ExportState.MAKING} for row in rows),
        can_fetch=any(line.can_fetch for line in lines),
    )


def _line(row: ExportRow) -> ExportLine:
    selection = row.wish.selection
    return ExportLine(
        id=row.id,
        title=f"{name_of(selection.sub_registry)}, {_format(row.wish.format)}",
        period=f"{day(selection.first_day)} – {day(selection.last_day)}",
        ordered=f"{row.by_name}, {moment(row.at)}",
        reason=row.wish.reason,
        state=_state(row),
        told=_told(row),
        can_fetch=row.is_own and row.state is ExportState.READY,
        can_cancel=row.is_own and row.state in {ExportState.ORDERED, ExportState.MAKING, ExportState.READY},
    )


def _format(found: ExportFormat) -> str:
    return found.value.upper()


def _state(row: ExportRow) -> Tag:
    match row.state:
        case ExportState.ORDERED:
            return Tag(_("väntar"), "info", "info")
        case ExportState.MAKING:
            return Tag(_("görs"), "info", "info")
        case ExportState.READY:
            return Tag(_("klar"), "ok", "check")
        case ExportState.FETCHED:
            return Tag(_("hämtad"), "", "check")
        case ExportState.ENDED:
            return Tag(_("borttagen"), "", "cross")


def _told(row: ExportRow) -> str:
    match row.state:
        case ExportState.MAKING if row.total is not None:
            return _("%(done)s av %(total)s vårdepisoder") % {"done": row.done, "total": row.total}
        case ExportState.READY if row.fetch_until is not None:
            until = moment(row.fetch_until)
            return f"{_content(row)} " + _("Kan hämtas en gång, före %(until)s.") % {"until": until}
        case ExportState.FETCHED:
            return _content(row)
        case ExportState.ENDED if row.end is not None:
            return _why(row.end)
    return ""


def _content(row: ExportRow) -> str:
    episodes = ngettext("%(n)s vårdepisod", "%(n)s vårdepisoder", row.done) % {"n": row.done}
    patients = ngettext("%(n)s patient", "%(n)s patienter", row.patients or 0) % {"n": row.patients or 0}
    return f"{episodes}, {patients}."


def _why(end: ExportEnd) -> str:
    return {
        ExportEnd.CANCELLED: _("Beställningen togs tillbaka."),
        ExportEnd.EXPIRED: _("Ingen hämtade filen i tid."),
        ExportEnd.PATIENT_GONE: _("En patient i filen får inte längre lämnas ut. Beställ en ny fil."),
        ExportEnd.RIGHT_ENDED: _("Rätten att exportera upphörde innan filen var klar."),
        ExportEnd.TOO_LARGE: _("Filen blev för stor. Beställ en kortare period, eller ett annat format."),
        ExportEnd.FAILED: _("Filen gick inte att göra. Kontakta registrets support."),
    }[end]
