"""Mitt konto: what people do about their own account. It gives up rights, or asks for them, and gives none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Unpack

from django.conf import settings
from django.db import transaction

from registret.access.applications.applying import Wish, apply
from registret.access.checks import check_card_read, check_in_force, existing_account, limit_letters
from registret.access.grants.granting import revoke
from registret.access.models import Grant
from registret.access.notices import post_to, write_to
from registret.access.queries.administrators import Administrator, active_administrators, registry_office
from registret.access.queries.grants import clinics_to_attest_anew
from registret.access.refusals import LastAdministrator, NotFound, NotPermitted, RightHeld
from registret.access.roles import Role
from registret.accounts import services as accounts
from registret.accounts.address_changes import ask_for_change, object_to_change, take_back_change
from registret.accounts.locks import lock_account
from registret.accounts.queries import AccountRow, pending_change
from registret.accounts.refusals import AddressUnchanged, NoChangeWaits
from registret.kernel.by import By
from registret.kernel.identifiers import EmailAddress
from registret.ledger.events import Event
from registret.ledger.services import record
from registret.mail.services import post
from registret.places.queries import clinic


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnGrant:
    """A right that its holder looks at. `leavable`: it is at a clinic; those of the registry's own people end by
    command, in the name of two."""

    id: int
    role: Role
    clinic_id: int | None
    clinic_name: str
    sub_registries: tuple[str, ...]
    begins_at: datetime
    ends_at: datetime
    leavable: bool


@transaction.atomic
def choose_language(*, account_id: int, language: str, by: By, at: datetime) -> None:
    """The language of letters from now on: one of `settings.LANGUAGES`.

    Raises: AccountSuspended, AccountEnded, NotFound; ValueError (no such language).
    """
    if language not in dict(settings.LANGUAGES):
        raise ValueError(f"no language of letters: {language!r}")
    person = lock_account(account_id=account_id) or existing_account(account_id)
    check_in_force(person)
    if person.language != language:
        accounts.set_language(account_id=account_id, language=language)
        record(event=Event.ACCOUNT_LANGUAGE, by=by, at=at, about_account_id=account_id, facts={"language": language})


def own_grants(*, account_id: int, at: datetime) -> tuple[OwnGrant, ...]:
    """What the account may do now, clinics by name, the office last."""
    held = (
        Grant.objects.valid(at=at).filter(account_id=account_id).select_related("clinic").order_by("clinic__name", "id")
    )
    return tuple(_own(grant) for grant in sorted(held, key=lambda grant: grant.clinic_id is None))


def own_grant(*, account_id: int, grant_id: int, at: datetime) -> OwnGrant:
    """Raises: NotFound."""
    found = Grant.objects.valid(at=at).filter(account_id=account_id, id=grant_id).select_related("clinic").first()
    if found is None:
        raise NotFound()
    return _own(found)


def needs_successor(*, grant: OwnGrant, account_id: int, at: datetime) -> bool:
    """Whether without this right of the account nobody could attest at a clinic that is open."""
    if grant.role is not Role.LOCAL_ADMINISTRATOR or grant.clinic_id is None:
        return False
    place = clinic(grant.clinic_id)
    others = [one for one in active_administrators(clinic_id=grant.clinic_id, at=at) if one.account_id != account_id]
    return place is not None and place.is_open and not others


def ask_for_address(*, account_id: int, email: EmailAddress, card_read_at: datetime, by: By, at: datetime) -> None:
    """Another mail address: it gets a letter to confirm it with the card, and the old one, which stays in force until
    then, a letter with which to object.

    Raises: CardTooOld, AccountSuspended, AccountEnded, NotPossible, AddressUnchanged, AddressResting,
        AdministratorsAddress, TooMany.
    """
    check_card_read(card_read_at, at=at)
    _ask_for_address(existing_account(account_id), email, by=by, at=at)


def resend_for_address(*, account_id: int, by: By, at: datetime) -> None:
    """Skicka igen, to the new address that waits.

    Raises: NoChangeWaits, and as `ask_for_address`, but for the card.
    """
    waiting = pending_change(account_id=account_id)
    if waiting is None:
        raise NoChangeWaits()
    _ask_for_address(existing_account(account_id), waiting.email, by=by, at=at)


def take_back_address(*, account_id: int, by: By, at: datetime) -> None:
    """The old address stays.

    Raises: NoChangeWaits.
    """
    take_back_change(account_id=account_id, by=by, at=at)


@transaction.atomic
def object_to_address(*, confirmation_id: int, by: By, at: datetime) -> None:
    """A reader of the mail at the old address says that the change was not theirs: the old address is in force, all
    sessions end, no other change for a while, and those who look after the account are told.

    It suspends nobody: a mailbox alone closes no account.

    Raises: ObjectionUnknown, ObjectionOver.
    """
    person = object_to_change(confirmation_id=confirmation_id, by=by, at=at).person
    post_to(person, kind="address_kept", context={"name": person.given_name}, at=at)
    for one in _those_who_look_after(person, at=at):
        post_to(one, kind="address_objected", context={"person": person.name}, at=at)


def apply_for_more(*, account_id: int, by: By, at: datetime, **wish: Unpack[Wish]) -> int:
    """Another clinic, role or sub-registry for a person who has rights, which go on meanwhile. Another person
    attests. Return the application's id.

    Raises: RightHeld, and as `applying.apply`.
    """
    held = Grant.objects.valid(at=at).filter(account_id=account_id, clinic_id=wish["clinic_id"], role=wish["role"])
    if held.filter(sub_registries__contains=list(wish["sub_registries"])).exists():
        raise RightHeld()
    return apply(account_id=account_id, by=by, at=at, **wish)


@transaction.atomic
def leave(*, account_id: int, grant_id: int, by: By, at: datetime) -> None:
    """Lämna: one's own right ends now. Giving one up is not giving one.

    Raises: NotFound, NotPermitted (a right of the registry's own people), AccountSuspended, AccountEnded,
        LastAdministrator.
    """
    person = lock_account(account_id=account_id)
    held = Grant.objects.valid(at=at).filter(account_id=account_id, id=grant_id).select_related("clinic").first()
    if person is None or held is None:
        raise NotFound()
    check_in_force(person)
    if held.clinic is None or held.clinic_id is None:
        raise NotPermitted()
    if held.role == Role.LOCAL_ADMINISTRATOR:
        # Of two who leave at once, the second looks when the first has left.
        theirs = Grant.objects.filter(clinic_id=held.clinic_id, role=Role.LOCAL_ADMINISTRATOR, revoked_at=None)
        list(theirs.select_for_update().order_by("id"))
        if needs_successor(grant=_own(held), account_id=account_id, at=at):
            raise LastAdministrator()
    revoke(grant_id=held.id, reason="left", revoked_by_id=None, by=by, at=at)
    write_to(account_id, kind="left", role=held.role, place=held.clinic.title, at=at)


def _ask_for_address(person: AccountRow, email: EmailAddress, *, by: By, at: datetime) -> None:
    # What leads to no letter does not count as one.
    if email == person.email:
        raise AddressUnchanged()
    check_in_force(person)
    clinics_to_attest_anew(account_id=person.id, before=person.email, email=email, at=at)
    limit_letters(subject=person.hsa_id.key, email=email, by=by, at=at)
    with transaction.atomic():
        confirmation = ask_for_change(account_id=person.id, email=email, by=by, at=at)
        tell = partial(post, language=person.language, confirmation=confirmation, about_account_id=person.id, at=at)
        until = at + settings.CONFIRMATION_LIFETIME
        tell(kind="confirm_new_address", to=email, context={"name": person.given_name, "valid_until": until})
        _, version = confirmation
        if version == 1:
            # As it is now that the account is locked.
            before = existing_account(person.id).email
            told = {"name": person.given_name, "new_address": email.masked}
            tell(kind="address_change_asked", to=before, context=told)


def _those_who_look_after(person: AccountRow, *, at: datetime) -> tuple[Administrator, ...]:
    """Administrators of the clinics where the person works; if there is nobody else, the registry office."""
    held = Grant.objects.valid(at=at).filter(account_id=person.id)
    found = {
        one.account_id: one
        for clinic_id in sorted({grant.clinic_id for grant in held if grant.clinic_id is not None})
        for one in active_administrators(clinic_id=clinic_id, at=at)
        if one.account_id != person.id
    }
    office = (one for one in registry_office(at=at) if one.account_id != person.id)
    return tuple(found.values()) or tuple(office)


def _own(grant: Grant) -> OwnGrant:
    return OwnGrant(
        id=grant.id,
        role=Role(grant.role),
        clinic_id=grant.clinic_id,
        clinic_name=grant.clinic.title if grant.clinic else "",
        sub_registries=tuple(grant.sub_registries),
        begins_at=grant.begins_at,
        ends_at=grant.ends_at,
        leavable=grant.clinic_id is not None,
    )
