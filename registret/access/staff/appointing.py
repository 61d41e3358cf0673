"""Appointing people whom nobody attests: the first ones, local administrators, support.

Log reviewers, case handlers, and local administrators of a clinic that has none take two people: see `nominating`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict, Unpack

from django.conf import settings
from django.db import transaction

from registret.access.actor import Actor
from registret.access.applications.confirming import send_confirmation
from registret.access.checks import (
    check_card_age,
    existing_account,
    limit_letter_to,
    limit_letters,
    open_clinic,
    two_names,
)
from registret.access.grants.granting import Author, create_grant
from registret.access.grants.reach import Right
from registret.access.grants.rules import end_of, last_possible_day
from registret.access.models import Grant
from registret.access.notices import post_to
from registret.access.queries.administrators import Administrator, active_administrators
from registret.access.refusals import GivesRights, OwnRights, PersonSuspended, RoleImpossible, SecondNeeded
from registret.access.roles import ROLES_AT_A_CLINIC, ROLES_OF_THE_OFFICE, Permission, Role, apart_from
from registret.accounts.lifecycle import AccountState
from registret.accounts.locks import lock_account
from registret.accounts.opening import open_account
from registret.accounts.queries import AccountRow, living_account
from registret.accounts.refusals import AccountExists
from registret.kernel.by import By
from registret.kernel.identifiers import EmailAddress, HsaId
from registret.ledger.events import Event
from registret.ledger.services import record
from registret.registries.queries import open_for_rights
from registret.time_limits.lengths import TimeLimit
from registret.time_limits.queries import length
from registret.words.roles import role_in_sentence


class NamedPerson(TypedDict):
    """Who is appointed. Names and address are used when the person has no account yet: it then waits for the card and
    the mail."""

    hsa_id: HsaId
    given_name: str
    surname: str
    email: EmailAddress


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """What a person is made, where (None: at the registry), and by whom."""

    role: Role
    clinic_id: int | None = None
    author: Author


def appoint_by_program(
    *,
    role: Role,
    clinic_id: int | None,
    decided_by: tuple[str, str],
    by: By,
    at: datetime,
    **person: Unpack[NamedPerson],
) -> int:
    """The first people of a registry, from the command line: two named people decide, the log keeps both names.

    Raises: PrincipalsMissing, RoleImpossible, ClinicClosed, PersonSuspended, GivesRights, AlreadyGranted, TooMany.
    """
    names = two_names(decided_by)
    return appoint(Appointment(role=role, clinic_id=clinic_id, author=Author(names=names)), by=by, at=at, **person)


def appoint_local_administrator(*, clinic_id: int, actor: Actor, at: datetime, **person: Unpack[NamedPerson]) -> int:
    """The registry office makes a person local administrator of a clinic. Return the grant's id.

    The administrators of the clinic are told. Where nobody else there can act, two at the office decide: see
    `nominating`.

    Raises: NotPermitted, CardTooOld, OwnRights, SecondNeeded, ClinicClosed, AlreadyGranted, TooMany.
    """
    hsa_id = person["hsa_id"]
    check_appointing(hsa_id, actor=actor, at=at)
    place = open_clinic(clinic_id)
    others = others_at(clinic_id, hsa_id=hsa_id, actor=actor, at=at)
    if not others:
        raise SecondNeeded()
    account = living_account(hsa_id=hsa_id)
    name = account.name if account else f"{person['given_name']} {person['surname']}"

    def first() -> None:
        _tell_colleagues(others, administrator=name, clinic=place.title, actor=actor, at=at)

    author = Author(account_id=actor.account_id)
    given = Appointment(role=Role.LOCAL_ADMINISTRATOR, clinic_id=clinic_id, author=author)
    return appoint(given, first=first, by=actor.by, at=at, **person)


def appoint_support(*, actor: Actor, at: datetime, **person: Unpack[NamedPerson]) -> int:
    """The registry office makes a person support. Return the grant's id.

    Raises: NotPermitted, CardTooOld, OwnRights, PersonSuspended, AlreadyGranted, TooMany.
    """
    check_appointing(person["hsa_id"], actor=actor, at=at)
    given = Appointment(role=Role.SUPPORT, author=Author(account_id=actor.account_id))
    return appoint(given, by=actor.by, at=at, **person)


def others_at(clinic_id: int, *, hsa_id: HsaId, actor: Actor, at: datetime) -> tuple[Administrator, ...]:
    """The clinic's active local administrators other than these two, who notice a wrong colleague."""
    person = living_account(hsa_id=hsa_id)
    themselves = {actor.account_id, person.id if person else None}
    return tuple(one for one in active_administrators(clinic_id=clinic_id, at=at) if one.account_id not in themselves)


def _tell_colleagues(
    others: tuple[Administrator, ...], *, administrator: str, clinic: str, actor: Actor, at: datetime
) -> None:
    for one in others:
        limit_letter_to(one.account_id, by=actor.by, at=at)
        context = {"administrator": administrator, "clinic": clinic, "office": actor.name}
        post_to(one, kind="administrator_appointed", context=context, at=at)


def check_appointing(hsa_id: HsaId, *, actor: Actor, at: datetime) -> None:
    """For acts of the office that give a person a role. Raises: NotPermitted, OwnRights, CardTooOld."""
    actor.require(Permission.APPOINT)
    if hsa_id == actor.hsa_id:
        raise OwnRights()
    check_card_age(actor, at=at)


def check_fit(hsa_id: HsaId, role: Role, *, at: datetime) -> None:
    """A member of the registry office may not also read patients or the log, and a suspended person cannot be
    appointed to the registry itself.

    Raises: PersonSuspended, GivesRights.
    """
    person = living_account(hsa_id=hsa_id)
    if role in ROLES_OF_THE_OFFICE and person is not None and person.state is AccountState.SUSPENDED:
        raise PersonSuspended()
    living = Grant.objects.not_ended(at=at).filter(account__hsa_id_key=hsa_id.key)
    if living.filter(role__in=apart_from(role)).exists():
        raise GivesRights()


def appoint(
    given: Appointment, *, first: Callable[[], object] = bool, by: By, at: datetime, **named: Unpack[NamedPerson]
) -> int:
    """For acts of this room that have checked who may. Return the grant's id. `first` is part of the transaction, and
    what it raises stops it. Call it outside of one.

    Raises: RoleImpossible, ClinicClosed, PersonSuspended, GivesRights, AlreadyGranted, TooMany.
    """
    role, clinic_id, hsa_id = given.role, given.clinic_id, named["hsa_id"]
    if (role in ROLES_AT_A_CLINIC) != (clinic_id is not None):
        raise RoleImpossible()
    place = open_clinic(clinic_id).title if clinic_id is not None else settings.REGISTRY_NAME
    if living_account(hsa_id=hsa_id) is None:
        limit_letters(subject=hsa_id.key, email=named["email"], by=by, at=at)
    with transaction.atomic():
        first()
        person, is_new = _found_or_opened(named, by=by, at=at)
        lock_account(account_id=person.id)
        check_fit(hsa_id, role, at=at)
        limit_letter_to(person.id, by=by, at=at)
        grant_id = _give(given, person, place, by=by, at=at)
        if is_new:
            send_confirmation(account_id=person.id, email=None, by=by, at=at)
    return grant_id


def _give(given: Appointment, person: AccountRow, place: str, *, by: By, at: datetime) -> int:
    """The right, for as long as one may last, with its entry in the log and its letter."""
    role, months = given.role, length(TimeLimit.GRANT).number
    last_day = last_possible_day(at=at, months=months)
    codes = frozenset(one.code for one in open_for_rights()) if given.clinic_id else frozenset()
    right = Right(role=role, sub_registries=codes, ends_at=end_of(last_day, at=at, months=months))
    grant_id = create_grant(right, account_id=person.id, clinic_id=given.clinic_id, author=given.author, by=by, at=at)
    facts = {"role": role.value, "decided_by": given.author.names}
    record(event=Event.GRANT_APPOINTED, by=by, at=at, about=person, clinic_id=given.clinic_id, facts=facts)
    words = {"name": person.given_name, "role": role_in_sentence(role, language=person.language), "place": place}
    post_to(person, kind="appointed", context={**words, "valid_until": last_day}, at=at)
    return grant_id


def _found_or_opened(named: NamedPerson, *, by: By, at: datetime) -> tuple[AccountRow, bool]:
    """The living account under this HSA-id, and whether it was opened just now, with these names and this address."""
    found = living_account(hsa_id=named["hsa_id"])
    if found is not None:
        return found, False
    try:
        account_id = open_account(**named, organisation="", language=settings.LANGUAGE_CODE, by=by, at=at)
    except AccountExists:
        # The person registered, or was appointed elsewhere, at this very moment: what was decided holds all the same.
        found = living_account(hsa_id=named["hsa_id"])
        if found is None:
            raise
        return found, False
    return existing_account(account_id), True
