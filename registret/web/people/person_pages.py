"""One person, with the rights there and what was done about them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from registret.access.actor import Actor
from registret.access.applications.earlier_accounts import AccountLink
from registret.access.grants.lost_rights import LostRight
from registret.access.staff.people import GrantRow, PersonRow
from registret.accounts.lifecycle import AccountState
from registret.ledger.queries import EntryRow
from registret.mail.queries import Bounce
from registret.registries.queries import names_of
from registret.web.card_time import CardTime
from registret.web.people.account_links import link_facts
from registret.web.people.forms import GrantForm
from registret.web.people.pages import ended_tag, revoked_note, substitute_tag
from registret.web.pieces import FactText, Link, Note, Tag
from registret.web.templatetags.look import day, last_day, moment
from registret.words.events import event_name
from registret.words.roles import role_name
from registret.words.states import account_state_name


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantPanel:
    """A grant of the person, and what the one who looks may do about it."""

    id: int
    role: str
    substitute: Tag | None
    ended: Tag | None
    facts: Sequence[FactText]
    change: Link | None
    revoke: Link | None

    @property
    def anchor(self) -> str:
        return f"b{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonEvent:
    what: str
    refused: Tag | None
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressFact:
    """The address, and whether letters arrive. `advice`: what helps, where it is not one's own."""

    email: str
    told: str
    bounce: Bounce | None
    is_own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPart:
    """What may be done about the account. `reason`: why it is suspended."""

    is_suspended: bool
    is_confirmed: bool
    reason: str
    may_take_over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonPage:
    """`acts`: whether anything may be done about grants and account now."""

    account_id: int
    name: str
    back: str
    notes: Sequence[Note]
    grants: Sequence[GrantPanel]
    acts: bool
    account: AccountPart
    who: Sequence[FactText]
    address: AddressFact
    since: Sequence[FactText]
    links: Sequence[FactText]
    log: Sequence[PersonEvent]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeGrantPage:
    told: str
    back: Link
    form: GrantForm
    last_possible: date


def person_page(
    found: PersonRow,
    *,
    back: str,
    revoked: LostRight | None,
    log: Sequence[EntryRow],
    links: Sequence[AccountLink],
    may_take_over: bool,
    actor: Actor,
    card_time: CardTime,
) -> PersonPage:
    is_own = found.account_id == actor.account_id
    acts = not is_own and bool(card_time.left)
    return PersonPage(
        account_id=found.account_id,
        name=found.name,
        back=back,
        notes=[note for note in (revoked_note(revoked), _yourself() if is_own else None) if note],
        grants=[_panel(grant, acts=acts) for grant in found.grants],
        acts=acts,
        account=_account(found, may_take_over=may_take_over),
        who=tuple(_who(found)),
        address=_address(found, is_own=is_own),
        since=_since(found),
        links=link_facts(links),
        log=[_event(entry) for entry in log],
    )


def _yourself() -> Note:
    told = _("Det här är du. Ingen ändrar sina egna rättigheter: be en kollega, eller registerkansliet.")
    return Note("info", told)


def _panel(grant: GrantRow, *, acts: bool) -> GrantPanel:
    change = Link(_("Ändra eller förläng"), reverse("change_grant", args=[grant.id]))
    revoke = Link(_("Återkalla …"), reverse("revoke_grant", args=[grant.id]))
    return GrantPanel(
        id=grant.id,
        role=role_name(grant.role),
        substitute=substitute_tag(grant),
        ended=ended_tag(grant),
        facts=tuple(_right(grant)),
        change=change if acts and grant.changeable else None,
        revoke=revoke if acts and grant.revocable else None,
    )


def _right(grant: GrantRow) -> Iterator[FactText]:
    if grant.clinic_name:
        yield FactText(_("Klinik"), [grant.clinic_name])
    yield FactText(_("Delregister"), [", ".join(names_of(grant.sub_registries)) or "–"])
    lasts = {"first": day(grant.begins_at), "last": day(last_day(grant.ends_at))}
    yield FactText(_("Gäller"), [_("%(first)s till och med %(last)s") % lasts])


def _who(found: PersonRow) -> Iterator[FactText]:
    yield FactText("HSA-id", [found.hsa_id.text], css="id")
    if found.organisation:
        yield FactText(_("Organisation"), [found.organisation])


def _address(found: PersonRow, *, is_own: bool) -> AddressFact:
    confirmed = _("bekräftad %(when)s") % {"when": day(found.mail_confirmed_at)}
    return AddressFact(
        email=found.email,
        told=confirmed if found.mail_confirmed_at else _("inte bekräftad"),
        bounce=found.bounce,
        is_own=is_own,
    )


def _account(found: PersonRow, *, may_take_over: bool) -> AccountPart:
    return AccountPart(
        is_suspended=found.state is AccountState.SUSPENDED,
        is_confirmed=found.state is AccountState.CONFIRMED,
        reason=found.state_reason,
        may_take_over=may_take_over,
    )


def _since(found: PersonRow) -> tuple[FactText, ...]:
    return (
        FactText(_("Konto"), [account_state_name(found.state)]),
        FactText(_("Senaste inloggning"), [moment(found.logged_in_at) or _("aldrig")]),
    )


def _event(entry: EntryRow) -> PersonEvent:
    return PersonEvent(
        what=event_name(entry.event),
        refused=Tag(_("nekad"), "bad") if entry.outcome == "refused" else None,
        told=" · ".join(filter(None, (moment(entry.at), entry.by_name))),
    )


def change_grant_page(
    grant: GrantRow, form: GrantForm, *, name: str, asked_in: int | None, last_possible: date
) -> ChangeGrantPage:
    """`asked_in`: the recertification that the page was opened from."""
    back = (
        Link(_("Tillbaka till genomgången"), reverse("recertification", args=[asked_in]))
        if asked_in
        else Link(_("Tillbaka till personen"), reverse("person", args=[grant.account_id]))
    )
    return ChangeGrantPage(told=f"{name}, {grant.clinic_name}", back=back, form=form, last_possible=last_possible)
