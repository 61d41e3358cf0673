"""Entries of the log in words."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registret.access.actor import Actor
from registret.accounts.lifecycle import AccountState
from registret.accounts.queries import AccountRow, accounts_by_id
from registret.kernel.identifiers import HsaId
from registret.ledger.queries import EntryRow
from registret.places.queries import ClinicRow, clinics
from registret.records.identity.known_as import system_ids
from registret.registries.queries import sub_registries
from registret.web.logbook.forms import LogForm
from registret.web.pieces import DataTable, Folded, Link, Part, Row, Small, StyledText, TableCell, Tag
from registret.web.templatetags.look import iso
from registret.words.events import event_name
from registret.words.facts import fact_name, fact_value
from registret.words.letters import LETTERS, letter_name
from registret.words.programs import program_name
from registret.words.refusals import log_title
from registret.words.roles import role_name, roles_with_words
from registret.words.states import account_state_name


@dataclass(frozen=True, slots=True)
class LogCell:
    """A cell of the log, with its small print. `css`: `none` if it says nothing, and is left out of a stacked table."""

    text: str
    small: str = ""
    css: str = ""


NOTHING: Final = LogCell("–", css="none")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """One entry as it is shown. Texts may be empty. `about`: a name, or else an HSA-id; `patient`: the system id;
    `no_patient`: that there is no such patient now; `where`: as what, at which clinic, from where.

    `shown`: how many a list showed, and who of them is still there.
    """

    at: datetime
    who: str
    who_id: str
    event: str
    refused: Tag | None
    details: tuple[str, ...]
    about: LogCell
    patient: str
    no_patient: str
    shown: Folded | None
    seat: LogCell
    origin: LogCell
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPage:
    """Entries that fit the filter, or why there are none. `links`: newer and older ones."""

    form: LogForm
    table: DataTable | None = None
    empty: str = ""
    links: Sequence[Link] = ()


def log_page(form: LogForm, lines: Sequence[LogLine], links: Sequence[Link]) -> LogPage:
    """`form`: what they fit."""
    if not lines:
        return LogPage(form=form, empty=_("Ingen loggpost passar filtret."), links=links)
    columns = [_("Tid"), _("Vem"), _("Händelse"), _("Om vem"), _("Som, på klinik"), _("Från, referens")]
    rows = [_row(line) for line in lines]
    table = DataTable(caption=_("Loggposter, nyast först"), columns=columns, rows=rows, css="dense")
    return LogPage(form=form, table=table, links=links)


def _row(line: LogLine) -> Row:
    return Row(
        TableCell([iso(line.at)], "nb"),
        [
            TableCell([line.who, Small(line.who_id, "id nb")]),
            TableCell([line.refused, line.event, *map(Small, line.details)]),
            TableCell([line.about.text, Small(line.about.small, "id nb"), *_patient(line), line.shown], line.about.css),
            TableCell([line.seat.text, Small(line.seat.small)], line.seat.css),
            TableCell([line.origin.text, Small(line.origin.small, "id nb")], line.origin.css),
        ],
    )


def _patient(line: LogLine) -> list[Part]:
    if line.patient:
        return [_("Patient"), Link(line.patient, f"?patient={line.patient}", "id nb")]
    return [StyledText(line.no_patient, "soft")] if line.no_patient else []


def log_lines(rows: tuple[EntryRow, ...], *, actor: Actor) -> tuple[LogLine, ...]:
    """Names of accounts and clinics, and system ids of patients, are looked up for all rows at once. Three queries.

    Raises: NotPermitted.
    """
    people = accounts_by_id(account_ids=[row.about_account_id for row in rows if row.about_account_id is not None])
    places = clinics({i for row in rows for i in (row.by_clinic_id, row.clinic_id) if i is not None})
    patients = system_ids(actor=actor, patient_ids={i for row in rows for i in row.patient_ids})
    return tuple(_line(row, people, places, patients) for row in rows)


def patient_words(patient_id: int | None, system_ids: Mapping[int, str]) -> str:
    """The patient whom the log names, without a name: the system id, if the patient is still there."""
    if patient_id is None:
        return ""
    return system_ids.get(patient_id, "") or _("Patienten finns inte kvar")


def _line(
    row: EntryRow, people: dict[int, AccountRow], places: dict[int, ClinicRow], patients: Mapping[int, str]
) -> LogLine:
    about = people.get(row.about_account_id) if row.about_account_id is not None else None
    about_id = HsaId(row.about_hsa_id) or (about.hsa_id if about else HsaId(""))
    itself = about_id == HsaId(row.by_hsa_id)
    place = places.get(row.clinic_id or row.by_clinic_id or 0)
    name = about.name if about and not itself else ""
    roles, clinic = ", ".join(_role(code) for code in row.by_role.split(",") if code), place.title if place else ""
    patient = patient_words(row.about_patient_id, patients)
    is_here = row.about_patient_id in patients
    return LogLine(
        at=row.at,
        who=row.by_name or program_name(row.by_program),
        who_id=row.by_hsa_id,
        event=event_name(row.event),
        refused=Tag(_("nekad"), "bad", "stop") if row.outcome == "refused" else None,
        details=tuple(_details(row)),
        about=_about(row, name, "" if itself else about_id.text),
        patient=patient if is_here else "",
        no_patient="" if is_here else patient,
        shown=_shown(row.shown_patient_ids or (), patients),
        seat=_cell(roles, clinic),
        origin=_cell(row.network or "", row.reference),
        where=", ".join(filter(None, (roles, clinic, row.network))),
    )


def _shown(ids: Collection[int], patients: Mapping[int, str]) -> Folded | None:
    if not ids:
        return None
    title = ngettext("Visade %(n)s patient", "Visade %(n)s patienter", len(ids)) % {"n": len(ids)}
    there, log = sorted({patients[i] for i in ids if i in patients}), reverse("logbook")
    links = [Link(one, f"{log}?patient={one}", "id nb") for one in there]
    return Folded(title, links or [StyledText(_("Ingen av dem finns kvar"), "soft")])


def _about(row: EntryRow, name: str, hsa_id: str) -> LogCell:
    if not (name or hsa_id or row.patient_ids):
        return NOTHING
    return LogCell(name or hsa_id, hsa_id if name else "", "told")


def _cell(text: str, small: str) -> LogCell:
    return LogCell(text, small) if text or small else NOTHING


def _details(row: EntryRow) -> Iterator[str]:
    for name, value in row.facts.items():
        if value is None or value == "":
            continue
        if name == "code" and row.outcome == "refused":
            yield log_title(str(value))
        else:
            yield f"{fact_name(name)}: {_value(name, value)}"


def _value(name: str, value: str | int | bool) -> str:
    if isinstance(value, bool):
        return _("ja") if value else _("nej")
    text = str(value)
    match name:
        case "role":
            return _role(text)
        case "event":
            return event_name(text)
        case "sub_registry" | "sub_registries":
            names = {registry.code: registry.name for registry in sub_registries()}
            return ", ".join(names.get(code, code) for code in text.split(","))
        case "kind" if text in LETTERS:
            return letter_name(text)
        case "before" if text in list(AccountState):
            return account_state_name(text)
        case _:
            return fact_value(name, text)


def _role(code: str) -> str:
    return role_name(code) if code in roles_with_words() else code
