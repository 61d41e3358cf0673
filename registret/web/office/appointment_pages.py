"""Who works for the registry itself, and confirming a proposal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.translation import gettext as _

from registret.access.actor import Actor
from registret.access.roles import Role
from registret.access.staff.dismissing import AtTheRegistry
from registret.access.staff.nominating import NominationRow
from registret.web.office.checking import Check, hint_note
from registret.web.pieces import FactText, Note, Tag, marked_up
from registret.web.templatetags.look import day, iso_day, last_day
from registret.words.roles import role_hint, role_in_sentence, role_name


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerLine:
    """One who works for the registry itself. `is_dismissible`: by the one who looks."""

    row: AtTheRegistry
    role: str
    until: str
    is_dismissible: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NominationLine:
    row: NominationRow
    what: str
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentsPage:
    done: Note | None
    proposed: Sequence[NominationLine]
    people: Sequence[WorkerLine]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmNominationPage:
    told: str
    facts: Sequence[FactText]
    alike: Sequence[str]
    other_name: Note | None
    mail: Note | None


def appointments_page(
    people: Sequence[AtTheRegistry], proposed: Sequence[NominationRow], *, done: int | None, actor: Actor
) -> AppointmentsPage:
    """`done`: the grant that was given on the page before."""
    return AppointmentsPage(
        done=next((_appointed(one) for one in people if one.grant_id == done), None),
        proposed=[_nomination(row) for row in proposed],
        people=[_worker(one, actor) for one in people],
    )


def _appointed(one: AtTheRegistry) -> Note:
    text = _("<b>%(name)s</b> är utsedd till %(role)s till och med %(until)s.")
    told = marked_up(text, name=one.name, role=role_in_sentence(one.role), until=day(last_day(one.ends_at)))
    return Note("ok", told, "status")


def _nomination(row: NominationRow) -> NominationLine:
    facts = {"name": row.proposed_by, "when": day(row.proposed_at), "until": day(row.until)}
    return NominationLine(
        row=row,
        what=", ".join(filter(None, (role_name(row.role), row.clinic_name))),
        told=_("föreslagen av %(name)s %(when)s, väntar till %(until)s") % facts,
    )


def _worker(one: AtTheRegistry, actor: Actor) -> WorkerLine:
    return WorkerLine(
        row=one,
        role=role_name(one.role),
        until=iso_day(last_day(one.ends_at)),
        is_dismissible=one.role is Role.SUPPORT and one.account_id != actor.account_id,
    )


def confirm_page(row: NominationRow, asked: Check) -> ConfirmNominationPage:
    """Bekräfta: who it is once more, and what is unusual."""
    told = _("Föreslaget av %(name)s %(when)s. Bekräfta bara om du själv vet att det är rätt person.")
    return ConfirmNominationPage(
        told=told % {"name": row.proposed_by, "when": day(row.proposed_at)},
        facts=tuple(_who(row, asked)),
        alike=asked.alike,
        other_name=_of_another(row, asked),
        mail=hint_note(asked.hint),
    )


def _who(row: NominationRow, asked: Check) -> Iterator[FactText]:
    yield FactText(_("Namn"), [row.name], tag=Tag(_("har konto")) if asked.account else None)
    yield FactText("HSA-id", [row.hsa_id.text], css="id")
    if asked.issuer:
        yield FactText(_("Utfärdat av"), [asked.issuer.name])
    yield FactText(_("E-post"), [row.email], css="id")
    yield FactText(_("Uppdrag"), [format_html("{}<small>{}</small>", role_name(row.role), role_hint(row.role))])
    if row.clinic_name:
        yield FactText(_("Klinik"), [row.clinic_name])


def _of_another(row: NominationRow, asked: Check) -> Note | None:
    if asked.account is None or not asked.other_name:
        return None
    text = _("HSA-id:t hör nu till <b>%(name)s</b>, inte %(given)s.")
    return Note("warn", marked_up(text, name=asked.account.name, given=row.name))
