"""Let a record system bring files in at a clinic, or take them out: one administrator proposes its key, another
confirms.

A key is proposed and confirmed anew when it is replaced, and each time the system's right lasts a year from then on. It
is taken back as those of people are: see `staff.changing_grants.revoke_grant`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from registret.access.actor import Actor
from registret.access.checks import check_card_age, existing, existing_account, limit_letter_to, open_clinic
from registret.access.grants.granting import create_grant, two_of
from registret.access.grants.participation import check_participation
from registret.access.grants.reach import Right, check_reach, hold_reach, reach_of
from registret.access.grants.rules import end_of, last_possible_day, last_whole_day
from registret.access.models import Grant, SystemKey
from registret.access.notices import post_to
from registret.access.queries.administrators import active_administrators, registry_office
from registret.access.refusals import (
    AlreadyGranted,
    BeyondOwnRights,
    KeyKnown,
    NothingProposed,
    NotPermitted,
    OwnProposal,
    ProposerGone,
    SubRegistryClosed,
)
from registret.access.roles import ROLES_OF_SYSTEMS, Permission, Role
from registret.accounts.locks import lock_account
from registret.accounts.opening import open_system
from registret.accounts.queries import living_account
from registret.database.conflicts import conflict_as
from registret.kernel.identifiers import HsaId
from registret.ledger.events import Event
from registret.ledger.services import record
from registret.registries.queries import open_for_entry, open_for_rights
from registret.words.roles import role_in_sentence

MONTHS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemKeyRow:
    """A key that waits or is in use. `role`: one of `ROLES_OF_SYSTEMS`. `account_id`: None while it waits; `ends_at`:
    of the system's right, None if it has none. `decidable`: the asker may confirm it."""

    id: int
    clinic_name: str
    role: Role
    source_system: str
    sub_registries: tuple[str, ...]
    thumbprint: str
    proposed_at: datetime
    proposed_by: str
    account_id: int | None
    hsa_id: HsaId | None
    used_at: datetime | None
    ends_at: datetime | None
    decidable: bool


def system_keys(*, actor: Actor, at: datetime) -> tuple[SystemKeyRow, ...]:
    """Those of the actor's clinic, for the office of all; by system, the oldest first. Raises: NotPermitted."""
    keys = _visible(actor).select_related("clinic", "proposed_by", "account").order_by("source_system", "id")
    rights = Grant.objects.valid(at=at).filter(role__in=ROLES_OF_SYSTEMS, account__in=[key.account_id for key in keys])
    ends = dict(rights.values_list("account_id", "ends_at"))
    return tuple(_row(key, ends.get(key.account_id or 0), actor=actor) for key in keys)


@transaction.atomic
def propose_system(
    *,
    role: Role = Role.SYSTEM,
    source_system: str,
    sub_registries: Collection[str],
    key: str,
    actor: Actor,
    at: datetime,
) -> int:
    """Return the id of the key. Nothing can be done with it yet: those who can confirm are told.

    Raises: NotPermitted (also the office), CardTooOld, ClinicClosed, SubRegistryClosed, NotParticipating,
        BeyondOwnRights, KeyIsPrivate, KeyUnusable, KeyKnown, TooMany.
    """
    actor.require(Permission.MANAGE_PEOPLE)
    if actor.seat.clinic_id is None:
        raise NotPermitted()
    check_card_age(actor, at=at)
    open_clinic(actor.seat.clinic_id)
    _check_wish(actor.seat.clinic_id, role, frozenset(sub_registries), actor=actor, at=at)
    made = _kept_key(actor.seat.clinic_id, role, source_system, sub_registries, key, actor=actor, at=at)
    _record(made, Event.SYSTEM_PROPOSED, actor=actor, at=at)
    _tell_who_can_confirm(made, actor=actor, at=at)
    return made.id


def _kept_key(
    clinic_id: int,
    role: Role,
    source_system: str,
    sub_registries: Collection[str],
    key: str,
    *,
    actor: Actor,
    at: datetime,
) -> SystemKey:
    """Raises: KeyIsPrivate, KeyUnusable, KeyKnown."""
    # Takes long to read, and is asked for some times in a year.
    from registret.access.systems.keys import public_key

    public = public_key(key)
    with conflict_as(KeyKnown, constraint="system_key_once"):
        return SystemKey.objects.create(
            clinic_id=clinic_id,
            role=role,
            source_system=source_system,
            sub_registries=sorted(sub_registries),
            thumbprint=public.thumbprint(),
            jwk=public.as_dict(private=False),
            proposed_at=at,
            proposed_by_id=actor.account_id,
        )


@transaction.atomic
def confirm_system(*, key_id: int, actor: Actor, at: datetime) -> int:
    """From now on the system does what its role is for, for a year at most. Return the id of its account.

    Letters about it go to the person who confirms.

    Raises: NotPermitted, NotFound, NothingProposed, OwnProposal, CardTooOld, ClinicClosed, ProposerGone,
        BeyondOwnRights, OutlastsOwnRight.
    """
    wanted = existing(_visible(actor).select_for_update(of=("self",)).filter(id=key_id).first())
    if wanted.confirmed_at is not None:
        raise NothingProposed()
    if wanted.proposed_by_id == actor.account_id:
        raise OwnProposal()
    check_card_age(actor, at=at)
    open_clinic(wanted.clinic_id)
    account_id = _account(wanted, actor=actor, at=at)
    lock_account(account_id=account_id)
    # As long as before: then the key is only one more.
    with suppress(AlreadyGranted):
        _grant(wanted, account_id, actor=actor, at=at)
    SystemKey.objects.filter(id=wanted.id).update(
        confirmed_at=at, confirmed_by_id=actor.account_id, account_id=account_id
    )
    _record(wanted, Event.SYSTEM_CONFIRMED, account_id=account_id, actor=actor, at=at)
    return account_id


@transaction.atomic
def remove_key(*, key_id: int, actor: Actor, at: datetime) -> None:
    """What is signed with the key counts no more; of one that waits, the proposal is declined or taken back.

    Raises: NotPermitted, NotFound, CardTooOld.
    """
    key = existing(_visible(actor).select_for_update(of=("self",)).filter(id=key_id).first())
    check_card_age(actor, at=at)
    SystemKey.objects.filter(id=key.id).update(removed_at=at, removed_by_id=actor.account_id)
    _record(key, Event.SYSTEM_KEY_REMOVED, account_id=key.account_id, actor=actor, at=at)


def _visible(actor: Actor) -> QuerySet[SystemKey]:
    """Nobody reads without a seat: the only way from an actor to keys."""
    actor.require(Permission.MANAGE_PEOPLE)
    keys = SystemKey.objects.filter(removed_at=None)
    return keys if actor.seat.clinic_id is None else keys.filter(clinic_id=actor.seat.clinic_id)


def _check_wish(clinic_id: int, role: Role, sub_registries: frozenset[str], *, actor: Actor, at: datetime) -> None:
    """Raises: SubRegistryClosed, NotParticipating, NotPermitted, BeyondOwnRights."""
    # Nothing is brought in to what is closed; what was reported there can be taken out.
    possible = open_for_entry() if role is Role.SYSTEM else open_for_rights()
    if not sub_registries or not sub_registries <= {one.code for one in possible}:
        raise SubRegistryClosed()
    check_participation(clinic_id, role=role, sub_registries=sub_registries)
    if not reach_of(actor, at=at).covers(sub_registries):
        raise BeyondOwnRights()


def _account(wanted: SystemKey, *, actor: Actor, at: datetime) -> int:
    """One for each source system and role at a clinic."""
    name = f"{wanted.clinic_id}\x1f{wanted.source_system.casefold()}"
    if wanted.role != Role.SYSTEM:
        name += f"\x1f{wanted.role}"
    hsa_id = HsaId.of_system(hashlib.sha256(name.encode()).hexdigest()[:12].upper())
    found = living_account(hsa_id=hsa_id)
    if found is not None:
        return found.id
    return open_system(hsa_id=hsa_id, name=wanted.source_system, email=actor.email, by=actor.by, at=at)


def _grant(wanted: SystemKey, account_id: int, *, actor: Actor, at: datetime) -> None:
    """No longer than the rights of both who decide. Raises: ProposerGone, BeyondOwnRights, AlreadyGranted."""
    administrators = Grant.objects.active(at=at).filter(role=Role.LOCAL_ADMINISTRATOR, clinic_id=wanted.clinic_id)
    proposer = administrators.filter(account_id=wanted.proposed_by_id).first()
    if proposer is None or not set(wanted.sub_registries) <= set(proposer.sub_registries):
        raise ProposerGone()
    last_day = min(
        last_possible_day(at=at, months=MONTHS),
        hold_reach(actor, at=at).last_day(at=at),
        last_whole_day(proposer.ends_at),
    )
    right = Right(
        role=Role(wanted.role),
        sub_registries=frozenset(wanted.sub_registries),
        ends_at=end_of(last_day, at=at, months=MONTHS),
    )
    check_reach(right, actor=actor, at=at)
    author = two_of(existing_account(wanted.proposed_by_id).name, wanted.proposed_by_id, actor)
    create_grant(right, account_id=account_id, clinic_id=wanted.clinic_id, author=author, by=actor.by, at=at)


def _tell_who_can_confirm(made: SystemKey, *, actor: Actor, at: datetime) -> None:
    """Other administrators of the clinic; where there are none, the office."""
    here = [a for a in active_administrators(clinic_id=made.clinic_id, at=at) if a.account_id != actor.account_id]
    for one in here or registry_office(at=at):
        limit_letter_to(one.account_id, by=actor.by, at=at)
        context = {"proposer": actor.name, "system": made.source_system, "clinic": actor.seat.clinic_name}
        role = role_in_sentence(made.role, language=one.language)
        post_to(one, kind="system_proposed", context=context | {"role": role}, at=at)


def _row(key: SystemKey, ends_at: datetime | None, *, actor: Actor) -> SystemKeyRow:
    return SystemKeyRow(
        id=key.id,
        clinic_name=key.clinic.title,
        role=Role(key.role),
        source_system=key.source_system,
        sub_registries=tuple(key.sub_registries),
        thumbprint=key.thumbprint,
        proposed_at=key.proposed_at,
        proposed_by=key.proposed_by.name,
        account_id=key.account_id,
        hsa_id=key.account.hsa_id if key.account else None,
        used_at=key.account.logged_in_at if key.account else None,
        ends_at=ends_at,
        decidable=key.confirmed_at is None and key.proposed_by_id != actor.account_id,
    )


def _record(key: SystemKey, event: Event, *, account_id: int | None = None, actor: Actor, at: datetime) -> None:
    facts = {
        "role": key.role,
        "source": key.source_system,
        "sub_registries": ",".join(key.sub_registries),
        "thumbprint": key.thumbprint,
    }
    record(event=event, by=actor.by, at=at, about_account_id=account_id, clinic_id=key.clinic_id, facts=facts)
