"""Förslag: who is to review the log, to handle patients' cases, or to attest at a clinic where nobody does.

One at the registry office proposes, another confirms. They read, or let others read, what the office must not: nobody
there makes a reader alone, and nobody who works there becomes one. A reviewer's or handler's role is taken back on the
command line.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Unpack

from django.db import transaction
from django.db.models import Q, QuerySet

from registret.access.actor import Actor
from registret.access.checks import check_card_age, existing, limit_letter_to, open_clinic
from registret.access.grants.granting import two_of
from registret.access.models import Grant, Nomination
from registret.access.notices import post_to, write_to
from registret.access.queries.administrators import Administrator, registry_office
from registret.access.refusals import (
    AlreadyGranted,
    AlreadyProposed,
    NothingProposed,
    OwnNomination,
    OwnRights,
    ProposerGone,
    RoleImpossible,
)
from registret.access.roles import ROLES_TO_NOMINATE, Permission, Role
from registret.access.staff.appointing import Appointment, NamedPerson, appoint, check_appointing, check_fit
from registret.accounts.locks import lock_accounts
from registret.accounts.queries import account, living_account
from registret.database.conflicts import conflict_as
from registret.kernel.identifiers import EmailAddress, HsaId
from registret.ledger.events import Event
from registret.ledger.services import record
from registret.time_limits.lengths import Length, TimeLimit
from registret.time_limits.queries import length
from registret.words.roles import role_in_sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class NominationRow:
    """A person who is proposed and waits. The asker may confirm or decline it if it is `decidable`, and take it back if
    it is `own`."""

    id: int
    name: str
    hsa_id: HsaId
    email: str
    role: Role
    clinic_id: int | None
    clinic_name: str
    proposed_by: str
    proposed_at: datetime
    until: datetime
    decidable: bool
    own: bool


def nominations(*, actor: Actor, at: datetime) -> tuple[NominationRow, ...]:
    """Who is proposed, the oldest first.

    Raises: NotPermitted.
    """
    found = _waiting(actor, at=at).select_related("proposed_by", "clinic").order_by("proposed_at", "id")
    lasts = length(TimeLimit.NOMINATION)
    return tuple(_row(one, lasts=lasts, actor=actor) for one in found)


def who_confirms(*, actor: Actor, at: datetime) -> tuple[Administrator, ...]:
    """Who else at the office could confirm what the actor proposes."""
    return tuple(one for one in registry_office(at=at) if one.account_id != actor.account_id)


@transaction.atomic
def nominate(
    *, role: Role, clinic_id: int | None = None, actor: Actor, at: datetime, **named: Unpack[NamedPerson]
) -> int:
    """Föreslå. Return the proposal's id. Nothing is given yet: others at the office are told. If the person has an
    account, its name and address count. `clinic_id`: of a local administrator.

    Raises: NotPermitted, RoleImpossible, OwnRights, CardTooOld, ClinicClosed, PersonSuspended, GivesRights,
        AlreadyGranted, AlreadyProposed, TooMany.
    """
    hsa_id = named["hsa_id"]
    check_appointing(hsa_id, actor=actor, at=at)
    if role not in (*ROLES_TO_NOMINATE, Role.LOCAL_ADMINISTRATOR):
        raise RoleImpossible()
    if (role is Role.LOCAL_ADMINISTRATOR) != (clinic_id is not None):
        raise RoleImpossible()
    if clinic_id is not None:
        open_clinic(clinic_id)
    _check_person(hsa_id, role, clinic_id, at=at)
    made = _proposed(named, role, clinic_id, actor=actor, at=at)
    _record(made, "proposed", actor=actor, at=at)
    _tell(made, who_confirms(actor=actor, at=at), actor=actor, at=at)
    return made.id


def _proposed(named: NamedPerson, role: Role, clinic_id: int | None, *, actor: Actor, at: datetime) -> Nomination:
    """The proposal, in place of one that is over. Raises: AlreadyProposed."""
    hsa_id = named["hsa_id"]
    person = living_account(hsa_id=hsa_id)
    over = Q(confirmed_at__isnull=False) | Q(proposed_at__lte=length(TimeLimit.NOMINATION).before(at))
    Nomination.objects.filter(over, Q(clinic_id=clinic_id), hsa_id__iexact=hsa_id.text, role=role).delete()
    with conflict_as(AlreadyProposed, constraint="one_nomination_per_person_and_role"):
        return Nomination.objects.create(
            hsa_id=hsa_id,
            given_name=person.given_name if person else named["given_name"],
            surname=person.surname if person else named["surname"],
            email=(person.email if person else named["email"]).text,
            role=role,
            clinic_id=clinic_id,
            proposed_at=at,
            proposed_by_id=actor.account_id,
        )


def confirm(*, nomination_id: int, actor: Actor, at: datetime) -> int:
    """Bekräfta: the person has the role, decided by the two. Return the grant's id. The person is told.

    Raises: NotPermitted, OwnNomination, OwnRights, CardTooOld, NothingProposed, ProposerGone, PersonSuspended,
        GivesRights, AlreadyGranted, TooMany.
    """
    wanted = _to_decide(nomination_id, actor=actor, at=at)
    proposer = account(account_id=wanted.proposed_by_id)
    author = two_of(proposer.name if proposer else "", wanted.proposed_by_id, actor)
    return appoint(
        Appointment(role=Role(wanted.role), clinic_id=wanted.clinic_id, author=author),
        first=lambda: _confirm(wanted, actor=actor, at=at),
        by=actor.by,
        at=at,
        hsa_id=wanted.hsa_id,
        given_name=wanted.given_name,
        surname=wanted.surname,
        email=EmailAddress.parse(wanted.email),
    )


def _confirm(wanted: Nomination, *, actor: Actor, at: datetime) -> None:
    """Raises: ProposerGone, NothingProposed."""
    # The accounts first, as everywhere. One that is opened for the person later on has the highest id of all.
    person = living_account(hsa_id=wanted.hsa_id)
    lock_accounts(account_ids={wanted.proposed_by_id} | ({person.id} if person else set()))
    if all(one.account_id != wanted.proposed_by_id for one in registry_office(at=at)):
        raise ProposerGone()
    # Of two who decide at once, the second finds nothing that waits. That the two differ, the database looks too.
    if not _waiting(actor, at=at).filter(id=wanted.id).update(confirmed_at=at, confirmed_by_id=actor.account_id):
        raise NothingProposed()
    _record(wanted, "confirm", actor=actor, at=at)


@transaction.atomic
def decline(*, nomination_id: int, reason: str, actor: Actor, at: datetime) -> None:
    """Avslå, with a reason that the one who proposed reads.

    Raises: NotPermitted, OwnNomination, OwnRights, CardTooOld, NothingProposed.
    """
    wanted = _to_decide(nomination_id, actor=actor, at=at)
    _remove(wanted, actor=actor, at=at)
    _record(wanted, "decline", reason=reason, actor=actor, at=at)
    told = {"person": wanted.name, "reason": reason}
    write_to(wanted.proposed_by_id, kind="nomination_declined", role=wanted.role, **told, at=at)


@transaction.atomic
def withdraw_nomination(*, nomination_id: int, actor: Actor, at: datetime) -> None:
    """Ta tillbaka: only the proposer can.

    Raises: NotPermitted, NotFound, NothingProposed (decided a moment ago).
    """
    wanted = existing(_waiting(actor, at=at).filter(id=nomination_id, proposed_by_id=actor.account_id).first())
    _remove(wanted, actor=actor, at=at)
    _record(wanted, "withdraw", actor=actor, at=at)


def _waiting(actor: Actor, *, at: datetime) -> QuerySet[Nomination]:
    """Nobody reads without a seat: this is the only way from an actor to proposals."""
    actor.require(Permission.APPOINT)
    return Nomination.objects.filter(confirmed_at=None, proposed_at__gt=length(TimeLimit.NOMINATION).before(at))


def _row(found: Nomination, *, lasts: Length, actor: Actor) -> NominationRow:
    proposer = found.proposed_by
    return NominationRow(
        id=found.id,
        name=found.name,
        hsa_id=found.hsa_id,
        email=found.email,
        role=Role(found.role),
        clinic_id=found.clinic_id,
        clinic_name=found.clinic.title if found.clinic else "",
        proposed_by=proposer.name,
        proposed_at=found.proposed_at,
        until=lasts.after(found.proposed_at),
        decidable=found.proposed_by_id != actor.account_id and found.hsa_id != actor.hsa_id,
        own=found.proposed_by_id == actor.account_id,
    )


def _check_person(hsa_id: HsaId, role: Role, clinic_id: int | None, *, at: datetime) -> None:
    """Raises: PersonSuspended, GivesRights, AlreadyGranted."""
    check_fit(hsa_id, role, at=at)
    living = Grant.objects.not_ended(at=at).filter(account__hsa_id_key=hsa_id.key)
    if living.filter(Q(clinic_id=clinic_id), role=role).exists():
        raise AlreadyGranted()


def _to_decide(nomination_id: int, *, actor: Actor, at: datetime) -> Nomination:
    waiting = _waiting(actor, at=at)
    wanted = waiting.filter(id=nomination_id).first()
    if wanted is None:
        # What was declined is gone, and the second who decides is told the same as if it were there.
        raise NothingProposed()
    if wanted.proposed_by_id == actor.account_id:
        raise OwnNomination()
    if wanted.hsa_id == actor.hsa_id:
        raise OwnRights()
    check_card_age(actor, at=at)
    return wanted


def _remove(wanted: Nomination, *, actor: Actor, at: datetime) -> None:
    if not _waiting(actor, at=at).filter(id=wanted.id).delete()[0]:
        raise NothingProposed()


def _record(wanted: Nomination, act: str, *, reason: str = "", actor: Actor, at: datetime) -> None:
    facts = {"role": wanted.role} | ({"reason": reason} if reason else {})
    record(
        event=Event(f"nomination.{act}"),
        by=actor.by,
        at=at,
        about_hsa_id=wanted.hsa_id,
        clinic_id=wanted.clinic_id,
        facts=facts,
    )


def _tell(made: Nomination, people: Iterable[Administrator], *, actor: Actor, at: datetime) -> None:
    for one in people:
        limit_letter_to(one.account_id, by=actor.by, at=at)
        post_to(
            one,
            kind="nomination_waits",
            context={
                "proposer": actor.name,
                "person": made.name,
                "role": role_in_sentence(made.role, language=one.language),
            },
            at=at,
        )
