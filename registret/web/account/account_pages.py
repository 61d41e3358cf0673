"""Mitt konto: facts, rights, applications, and what leads to the pages that change something."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from registret.access.lifecycle import ApplicationState
from registret.access.queries.applications import ApplicationRow
from registret.access.self_service.my_account import OwnGrant
from registret.accounts.cardfacts import CardFacts
from registret.accounts.lifecycle import AccountState
from registret.accounts.queries import AccountRow, ConfirmationRow
from registret.registries.queries import names_of
from registret.web.pieces import Button, FactText, Link, Note, Tag
from registret.web.signup.forms import CodeForm
from registret.web.templatetags.look import day, iso_day, last_day, moment
from registret.words.roles import role_in_sentence, role_name
from registret.words.states import application_state_name


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAddress:
    """An address that waits to be confirmed. `form`: for its code, while the letter counts."""

    told: str
    form: CodeForm | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LettersLanguage:
    """In which language letters come; `other` asks for the other one."""

    told: str
    other: Button


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressPart:
    """`rests`: why the address cannot be changed now; `told`: what it is for."""

    change: Link | None
    facts: Sequence[FactText]
    new: NewAddress | None
    rests: Note | None
    told: str
    language: LettersLanguage | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRightLine:
    """`leave`: what leaving it is called in full, where it can be left."""

    id: int
    place: str
    role: str
    sub_registries: str
    until: str
    leave: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnApplicationLine:
    id: int
    role: str
    state: Tag
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPage:
    name: str
    suspended: Note | None
    address: AddressPart
    rights: Sequence[OwnRightLine]
    applications: Sequence[OwnApplicationLine]
    card: Sequence[FactText]
    sessions: str


def account_page(
    account: AccountRow,
    *,
    card: CardFacts,
    address: AddressPart,
    grants: Sequence[OwnGrant],
    applications: Sequence[ApplicationRow],
    sessions: int,
) -> AccountPage:
    """`sessions`: how many there are."""
    suspended = account.state is AccountState.SUSPENDED
    told = _("Kontot är spärrat. Du kan läsa vad som finns om dig, men inte ändra något.")
    return AccountPage(
        name=account.name,
        suspended=Note("warn", told) if suspended else None,
        address=address,
        rights=[_right(grant, may_leave=grant.leavable and not suspended) for grant in grants],
        applications=[_application(row) for row in applications],
        card=tuple(_card(card)),
        sessions=_("Du är inloggad på %(n)s ställen.") % {"n": sessions}
        if sessions > 1
        else _("Du är inloggad bara här."),
    )


def address_part(
    account: AccountRow, pending: ConfirmationRow | None, *, rests_until: datetime | None, at: datetime
) -> AddressPart:
    """`pending`: a new address; `rests_until`: when a change that was objected to may be asked for again."""
    rests = _rests(rests_until) if rests_until and rests_until > at and not pending else None
    usual = _("Hit kommer besked om ditt konto. En ny adress gäller när du har bekräftat den med ditt kort.")
    return AddressPart(
        change=_change(account, rests=bool(rests_until and rests_until > at)),
        facts=tuple(_addresses(account, pending)),
        new=new_address(pending, CodeForm(), at=at) if pending else None,
        rests=rests,
        told="" if pending or rests else usual,
        language=None if account.state is AccountState.SUSPENDED else _language(account.language),
    )


def new_address(pending: ConfirmationRow, form: CodeForm, *, at: datetime) -> NewAddress:
    """The form for the code, or that the letter counts no more."""
    if pending.expires_at <= at:
        over = _("Mejlet till den nya adressen gällde till %(until)s. Skicka ett nytt, eller behåll den gamla.")
        return NewAddress(told=over % {"until": day(pending.expires_at)}, form=None)
    sent = _("Vi skickade ett mejl till den nya adressen %(when)s. Öppna länken i det, eller skriv koden här.")
    return NewAddress(told=sent % {"when": moment(pending.sent_at)}, form=form)


def _change(account: AccountRow, *, rests: bool) -> Link | None:
    if account.state is AccountState.REGISTERED:
        return Link(_("Ändra adress"), reverse("change_address"))
    if account.state is AccountState.CONFIRMED and not rests:
        return Link(_("Ändra e-post"), reverse("new_address"))
    return None


def _addresses(account: AccountRow, pending: ConfirmationRow | None) -> Iterator[FactText]:
    yield FactText(_("Gäller nu") if pending else _("Adress"), [account.email.text], css="id")
    if pending:
        yield FactText(_("Ny, ej bekräftad"), [pending.email.text], css="id")
    elif not account.confirmed_at:
        yield FactText(_("Läge"), [_("Ej bekräftad")])


def _rests(until: datetime) -> Note:
    told = _(
        "Någon har invänt mot en ändring av adressen. Den går att ändra igen %(when)s. Var det du som ändrade? "
        "Kontakta supporten."
    )
    return Note("warn", told % {"when": moment(until)})


def _language(language: str) -> LettersLanguage:
    if language == "en":
        swedish = Button("sv", _("Skicka dem på svenska"))
        return LettersLanguage(told=_("Mejlen kommer på engelska."), other=swedish)
    return LettersLanguage(told=_("Mejlen kommer på svenska."), other=Button("en", _("Skicka dem på engelska")))


def _right(grant: OwnGrant, *, may_leave: bool) -> OwnRightLine:
    leave = _("Lämna %(role)s, %(place)s") % {"role": role_in_sentence(grant.role), "place": grant.clinic_name}
    return OwnRightLine(
        id=grant.id,
        place=grant.clinic_name or settings.REGISTRY_NAME,
        role=role_name(grant.role),
        sub_registries=", ".join(names_of(grant.sub_registries)),
        until=iso_day(last_day(grant.ends_at)),
        leave=leave if may_leave else "",
    )


def _application(row: ApplicationRow) -> OwnApplicationLine:
    declined = row.state is ApplicationState.DECLINED
    return OwnApplicationLine(
        id=row.id,
        role=role_name(row.role),
        state=Tag(application_state_name(row.state), "bad" if declined else ""),
        told=f"{row.clinic_name} · {day(row.applied_at)}",
    )


def _card(card: CardFacts) -> Iterator[FactText]:
    yield FactText(_("Namn"), [card.name])
    yield FactText("HSA-id", [card.hsa_id.text], css="id")
    if card.organisation:
        yield FactText(_("Organisation"), [card.organisation])
    yield FactText(_("Utfärdare"), [card.issuer])
    if card.serial:
        yield FactText(_("Gäller till"), [day(last_day(card.not_after))])
