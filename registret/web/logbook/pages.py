"""Entries of the log in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from registret.access.actor import Actor
from registret.accounts.lifecycle import AccountState
from registret.accounts.queries import AccountRow, accounts_by_id
from registret.kernel.identifiers import HsaId
from registret.ledger.queries import EntryRow
from registret.places.queries import ClinicRow, clinics
from registret.records.identity.known_as import system_ids
from registret.registries.queries import sub_registries
from registret.web.logbook.forms import LogForm
from registret.web.pieces import Link, Tag
from registret.words.events import event_name, fact_name, fact_value
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

    `shown`: system ids of those whom a list showed and who are still there, out of `shown_count`.
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
    shown: tuple[str, ...]
    shown_count: int
    seat: LogCell
    origin: LogCell
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPage:
    """Entries that fit the filter. `lines` None: the filter has a fault. `links`: newer and older ones."""

    form: LogForm
    lines: Sequence[LogLine] | None = None
    links: Sequence[Link] = ()


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
        shown=tuple(sorted({patients[i] for i in row.shown_patient_ids or () if i in patients})),
        shown_count=len(row.shown_patient_ids or ()),
        seat=_cell(roles, clinic),
        origin=_cell(row.network or "", row.reference),
        where=", ".join(filter(None, (roles, clinic, row.network))),
    )


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
