"""What leads on from *Mitt konto*: one application, leaving a right, sessions, one's own log, another address."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from registret.access.applications.application_notes import NoteRow
from registret.access.applications.earlier_accounts import AccountLink
from registret.access.lifecycle import ApplicationState
from registret.access.queries.applications import ApplicationRow
from registret.access.self_service.my_account import OwnGrant
from registret.accounts.sessions import SessionRow
from registret.ledger.queries import EntryPage, EntryRow
from registret.places.queries import CareProviderRow
from registret.registries.queries import names_of, sub_registries
from registret.web.account.account_pages import NewAddress
from registret.web.account.forms import ObjectionForm
from registret.web.people.account_links import link_facts
from registret.web.pieces import FactText, Link, Note, Tag
from registret.web.signup.address_pages import AskedAddress
from registret.web.signup.forms import AddressForm, AnswerForm, ApplicationForm, CodeForm
from registret.web.templatetags.look import day, iso, moment
from registret.words.events import event_name
from registret.words.programs import program_name
from registret.words.refusals import log_title
from registret.words.roles import role_name
from registret.words.states import application_state_name


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyPage:
    note: Note | None
    form: ApplicationForm
    provider: CareProviderRow | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenLine:
    """A question of the clinic, or an answer to one."""

    who: str
    when: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnApplicationPage:
    id: int
    role: str
    state: Tag
    facts: Sequence[FactText]
    waits: bool
    questions: Sequence[WrittenLine]
    form: AnswerForm


@dataclass(frozen=True, slots=True, kw_only=True)
class LeavePage:
    """`is_leavable`, and not before there is another who attests: `needs_successor`."""

    who: str
    is_leavable: bool
    needs_successor: bool
    warning: Note | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLine:
    """`is_this`: it is the browser's own."""

    id: int
    began: str
    place: str
    seen: str
    locked: Tag | None
    network: str
    card: str
    serial: str
    is_this: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionsPage:
    lines: Sequence[SessionLine]
    has_others: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnLogLine:
    """`about`: why it was refused, or which care episode. `network`: of what one did oneself."""

    when: str
    what: str
    refused: Tag | None
    about: str
    who: str
    network: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnLogPage:
    lines: Sequence[OwnLogLine]
    older: Link | None
    links: Sequence[FactText]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAddressPage:
    """`days`: how long the owner of the old address can object to the change."""

    address: str
    days: int
    form: AddressForm
    asked: AskedAddress | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAddressCodePage:
    """`new`: the address that waits for its code."""

    form: CodeForm
    email: str
    new: NewAddress | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionPage:
    """`outcome`: what becomes of the address; `days`: how long it cannot be changed then."""

    told: str
    outcome: str
    days: int
    form: ObjectionForm


def apply_page(form: ApplicationForm, provider: CareProviderRow | None, *, may_attest: bool) -> ApplyPage:
    """`provider`: the care provider whose clinics come first."""
    told = _("Ingen attesterar sig själv: en annan lokal administratör på kliniken gör det, eller registerkansliet.")
    return ApplyPage(note=Note("info", told) if may_attest else None, form=form, provider=provider)


def own_application_page(row: ApplicationRow, questions: Sequence[NoteRow], form: AnswerForm) -> OwnApplicationPage:
    looks = {ApplicationState.DECLINED: "bad", ApplicationState.ATTESTED: "ok"}
    return OwnApplicationPage(
        id=row.id,
        role=role_name(row.role),
        state=Tag(application_state_name(row.state), looks.get(row.state, "")),
        facts=tuple(_facts(row)),
        waits=row.state is ApplicationState.WAITING,
        questions=[_written(one) for one in questions],
        form=form,
    )


def _facts(row: ApplicationRow) -> Iterator[FactText]:
    yield FactText(_("Klinik"), [row.clinic_name])
    yield FactText(_("Delregister"), [", ".join(names_of(row.sub_registries))])
    yield FactText(_("Ansökt"), [day(row.applied_at)])
    if row.message:
        yield FactText(_("Ditt meddelande"), row.message.splitlines())
    if row.decided_at:
        yield FactText(_("Avgjord"), [", ".join(filter(None, (day(row.decided_at), row.decided_by)))])
    if row.reason:
        yield FactText(_("Skäl"), row.reason.splitlines())


def _written(one: NoteRow) -> WrittenLine:
    who = one.by_name if one.kind == "question" else _("Du")
    return WrittenLine(who=who, when=moment(one.at), text=one.text)


def leave_page(grant: OwnGrant, *, needed: bool, is_last: bool) -> LeavePage:
    """`needed`: nobody else could attest at the clinic."""
    only = _("Det är din enda behörighet. Du kommer inte in i registret efteråt.")
    return LeavePage(
        who=f"{role_name(grant.role)}, {grant.clinic_name or settings.REGISTRY_NAME}",
        is_leavable=grant.leavable,
        needs_successor=needed,
        warning=Note("warn", only) if is_last else None,
    )


def sessions_page(rows: Sequence[SessionRow], *, this: int, places: Mapping[int, str]) -> SessionsPage:
    """`places`: the clinic of each grant."""
    return SessionsPage(lines=[_session(row, this, places) for row in rows], has_others=len(rows) > 1)


def _session(row: SessionRow, this: int, places: Mapping[int, str]) -> SessionLine:
    return SessionLine(
        id=row.id,
        began=iso(row.began_at),
        place=places.get(row.grant_id, "") if row.grant_id else "",
        seen=iso(row.seen_at),
        locked=Tag(_("låst")) if row.locked else None,
        network=row.network or "–",
        card=_("Genom legitimeringstjänsten") if row.through_provider else row.card.issuer,
        serial=f"…{row.card.serial[-4:]}" if row.card.serial else "",
        is_this=row.id == this,
    )


def own_log_page(log: EntryPage, *, account_id: int, links: Sequence[AccountLink]) -> OwnLogPage:
    return OwnLogPage(
        lines=[_entry(entry, account_id) for entry in log.rows],
        older=Link(_("Äldre"), f"?fore={log.older}") if log.older else None,
        links=link_facts(links),
    )


def _entry(entry: EntryRow, account_id: int) -> OwnLogLine:
    code = entry.facts.get("code")
    return OwnLogLine(
        when=iso(entry.at),
        what=event_name(entry.event),
        refused=Tag(_("nekad"), "bad", "stop") if entry.outcome == "refused" else None,
        about=log_title(str(code)) if code else _episode(entry),
        who=entry.by_name or program_name(entry.by_program),
        network=(entry.network or "") if entry.by_account_id == account_id else "",
    )


def _episode(entry: EntryRow) -> str:
    """`Pneumoni · E7KHM3QXR`; empty if it was about none."""
    code, episode = entry.facts.get("sub_registry"), entry.facts.get("episode")
    names = {one.code: one.name for one in sub_registries()}
    return f"{names.get(str(code), code)} · {episode}" if code and episode else ""


def objection_page(form: ObjectionForm, *, made: bool, days: int) -> ObjectionPage:
    """`made`: the address has been changed already."""
    if made:
        told = _("Din e-postadress i registret är ändrad av någon som var inloggad med ditt kort.")
        outcome = _("Den gamla adressen gäller igen.")
    else:
        told = _("Någon som är inloggad med ditt kort vill ändra din e-postadress i registret.")
        outcome = _("Den gamla adressen fortsätter gälla.")
    return ObjectionPage(told=told, outcome=outcome, days=days, form=form)
