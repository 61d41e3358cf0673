"""Vikarier: who attests while a local administrator is away.

A local administrator proposes a colleague for a time; another administrator of the clinic, or the office, confirms. The
grant begins and ends by itself. Three people take part, so that nobody gives a right alone, or to oneself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from registret.access.actor import Actor
from registret.access.checks import check_card_age, existing, limit_letter_to, open_clinic
from registret.access.grants.granting import Author, create_grant
from registret.access.grants.reach import Right, check_reach, hold_reach
from registret.access.grants.rules import begin_of, end_of, last_possible_day, last_whole_day
from registret.access.lifecycle import SUBSTITUTION_LIFE, SubstitutionState
from registret.access.models import Grant, Substitution
from registret.access.notices import post_to, write_to
from registret.access.queries.administrators import active_administrators, registry_office
from registret.access.refusals import (
    AlreadyGranted,
    AlreadyProposed,
    BeyondOwnRights,
    NotAColleague,
    NotFound,
    NothingProposed,
    NotPermitted,
    OutlastsRights,
    OwnProposal,
    OwnRights,
    ProposerGone,
)
from registret.access.roles import ROLES_OF_SYSTEMS, Permission, Role
from registret.access.staff.people import PersonRow, people_of
from registret.accounts.lifecycle import AccountState
from registret.accounts.locks import lock_account, lock_accounts
from registret.accounts.queries import account
from registret.database.conflicts import conflict_as
from registret.database.prepared import Given, Prepared
from registret.kernel.identifiers import HsaId
from registret.kernel.life import NotPossible
from registret.ledger.events import Event
from registret.ledger.services import record
from registret.time_limits.lengths import TimeLimit
from registret.time_limits.queries import length


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedRow:
    """A colleague who is proposed and waits. The asker may confirm or decline it if it is `decidable`, and take it back
    if it is `own`."""

    id: int
    account_id: int
    name: str
    hsa_id: HsaId
    clinic_name: str
    begins_at: datetime
    ends_at: datetime
    proposed_by: str
    proposed_at: datetime
    decidable: bool
    own: bool


def proposed(*, actor: Actor, at: datetime) -> tuple[ProposedRow, ...]:
    """Who is proposed where the actor sits, the office everywhere; the soonest first.

    Raises: NotPermitted.
    """
    actor.require(Permission.MANAGE_PEOPLE)
    rows = _waiting(actor.seat.clinic_id is None).rows(clinic=actor.seat.clinic_id, at=at)
    return tuple(_row(found, actor=actor) for found in rows)


def colleagues(*, actor: Actor, at: datetime) -> tuple[PersonRow, ...]:
    """Whom the actor may propose: who works at the clinic now, and does not attest there.

    Raises: NotPermitted.
    """
    if actor.seat.clinic_id is None:
        raise NotPermitted()
    return tuple(p for p in people_of(actor=actor, at=at) if p.account_id != actor.account_id and _may_be(p))


def longest(*, actor: Actor, at: datetime) -> date:
    """The last day for which the actor may propose a colleague, whose own right may end before.

    Raises: NotPermitted (attests at no clinic).
    """
    if actor.seat.clinic_id is None:
        raise NotPermitted()
    possible = last_possible_day(at=at, months=length(TimeLimit.GRANT).number)
    own = _administrates(actor.account_id, actor.seat.clinic_id, at=at)
    if own is None:
        raise NotPermitted()
    return min(possible, last_whole_day(own.ends_at))


@transaction.atomic
def propose(*, account_id: int, first_day: date, last_day: date, actor: Actor, at: datetime) -> int:
    """Föreslå en vikarie. Return the proposal's id. Nothing is given yet: those who can confirm are told.

    Raises: NotPermitted (the office appoints instead), OwnRights, CardTooOld, NotAColleague, AlreadyGranted,
        AlreadyProposed, ClinicClosed, BeginImpossible, EndImpossible, OutlastsRights, BeyondOwnRights, TooMany;
        ProposerGone (a moment ago).
    """
    if not actor.may(Permission.MANAGE_PEOPLE) or actor.seat.clinic_id is None:
        raise NotPermitted()
    if account_id == actor.account_id:
        raise OwnRights()
    check_card_age(actor, at=at)
    ends_at = end_of(last_day, at=at, months=length(TimeLimit.GRANT).number)
    begins_at = begin_of(first_day, last_day=last_day, at=at)
    open_clinic(actor.seat.clinic_id)
    lock_account(account_id=account_id)
    made = Substitution(
        account_id=account_id,
        clinic_id=actor.seat.clinic_id,
        begins_at=begins_at,
        ends_at=ends_at,
        proposed_at=at,
        proposed_by_id=actor.account_id,
    )
    if not _shared(made, at=at):
        raise BeyondOwnRights()
    _save_proposal(made, actor=actor)
    _record(made, Event.SUBSTITUTE_PROPOSED, {"since": str(first_day), "until": str(last_day)}, actor=actor, at=at)
    _tell_who_can_confirm(made, first_day=first_day, last_day=last_day, actor=actor, at=at)
    return made.id


def _save_proposal(made: Substitution, *, actor: Actor) -> None:
    """Raises: AlreadyProposed."""
    # One whose time has passed waits for nobody.
    waiting = Substitution.objects.filter(
        account_id=made.account_id, clinic_id=made.clinic_id, state=SubstitutionState.WAITING
    )
    waiting.filter(ends_at__lte=made.proposed_at).update(
        state=SubstitutionState.WITHDRAWN, decided_at=made.proposed_at, decided_by_id=actor.account_id
    )
    with conflict_as(AlreadyProposed, constraint="one_waiting_substitution_per_clinic"):
        made.save()


@transaction.atomic
def confirm(*, substitution_id: int, actor: Actor, at: datetime) -> int:
    """Bekräfta: the colleague is local administrator for that time, for the sub-registries that all three have there.
    Return the grant's id. The substitute is told.

    Raises: NotPermitted, NotFound, OwnProposal, OwnRights, CardTooOld, NothingProposed, NotAColleague, AlreadyGranted,
        ClinicClosed, ProposerGone, OutlastsRights, BeyondOwnRights, OutlastsOwnRight.
    """
    wanted = _to_decide(substitution_id, actor=actor, at=at)
    open_clinic(wanted.clinic_id)
    begins_at = max(at, wanted.begins_at)
    grant_id = create_grant(
        _right_of_all_three(wanted, actor=actor, at=at),
        account_id=wanted.account_id,
        clinic_id=wanted.clinic_id,
        author=Author(account_id=actor.account_id),
        begins_at=begins_at,
        by=actor.by,
        at=at,
    )
    _decide(wanted, act="confirm", actor=actor, at=at)
    clinic, last_day = wanted.clinic.title, wanted.ends_at - timedelta(seconds=1)
    kind = "substitute_confirmed"
    write_to(wanted.account_id, kind=kind, clinic=clinic, first_day=begins_at, last_day=last_day, at=at)
    return grant_id


def _right_of_all_three(wanted: Substitution, *, actor: Actor, at: datetime) -> Right:
    """Raises: NotPermitted, NotAColleague, AlreadyGranted, ProposerGone, OutlastsRights, BeyondOwnRights,
    OutlastsOwnRight.
    """
    shared = _shared(wanted, at=at)
    own = hold_reach(actor, at=at).sub_registries
    given = shared if own is None else shared & own
    if not given:
        raise BeyondOwnRights()
    right = Right(role=Role.LOCAL_ADMINISTRATOR, sub_registries=frozenset(given), ends_at=wanted.ends_at)
    check_reach(right, actor=actor, at=at)
    return right


@transaction.atomic
def decline(*, substitution_id: int, reason: str, actor: Actor, at: datetime) -> None:
    """Avslå, with a reason that the one who proposed reads.

    Raises: NotPermitted, NotFound, OwnProposal, OwnRights, CardTooOld, NothingProposed.
    """
    wanted = _to_decide(substitution_id, actor=actor, at=at)
    _decide(wanted, act="decline", reason=reason, actor=actor, at=at)
    told = {"substitute": wanted.account.name, "clinic": wanted.clinic.title, "reason": reason}
    write_to(wanted.proposed_by_id, kind="substitute_declined", **told, at=at)


@transaction.atomic
def withdraw_proposal(*, substitution_id: int, actor: Actor, at: datetime) -> None:
    """Ta tillbaka: only the proposer can.

    Raises: NotPermitted, NotFound, NothingProposed.
    """
    wanted = _locked(substitution_id, actor=actor)
    if wanted.proposed_by_id != actor.account_id:
        raise NotFound()
    _decide(wanted, act="withdraw", actor=actor, at=at)


def _visible(actor: Actor) -> QuerySet[Substitution]:
    """Nobody reads without a seat: this and `proposed` are the only ways from an actor to proposals."""
    actor.require(Permission.MANAGE_PEOPLE)
    return _where(actor.seat.clinic_id)


def _where(clinic: Any) -> QuerySet[Substitution]:
    """None: everywhere, for the office."""
    return Substitution.objects.all() if clinic is None else Substitution.objects.filter(clinic_id=clinic)


@cache
def _waiting(is_office: bool) -> Prepared[Substitution]:
    rows = _where(None if is_office else Given("clinic")).select_related("account", "clinic", "proposed_by")
    return Prepared(
        lambda: rows.filter(state=SubstitutionState.WAITING, ends_at__gt=Given("at")).order_by("begins_at", "id")
    )


def _row(found: Substitution, *, actor: Actor) -> ProposedRow:
    proposer = found.proposed_by
    return ProposedRow(
        id=found.id,
        account_id=found.account_id,
        name=found.account.name,
        hsa_id=found.account.hsa_id,
        clinic_name=found.clinic.title,
        begins_at=found.begins_at,
        ends_at=found.ends_at,
        proposed_by=proposer.name,
        proposed_at=found.proposed_at,
        decidable=actor.account_id not in {found.account_id, found.proposed_by_id},
        own=actor.account_id == found.proposed_by_id,
    )


def _may_be(person: PersonRow) -> bool:
    living = [grant for grant in person.grants if not grant.ended]
    if person.state is not AccountState.CONFIRMED or not living:
        return False
    return all(grant.role not in {Role.LOCAL_ADMINISTRATOR, *ROLES_OF_SYSTEMS} for grant in living)


def _rights_there(account_id: int, clinic_id: int, *, at: datetime) -> list[Grant]:
    """What the person has at the clinic now.

    Raises: NotAColleague, AlreadyGranted (attests there, or is going to).
    """
    person = account(account_id=account_id)
    rights = list(Grant.objects.not_ended(at=at).filter(account_id=account_id, clinic_id=clinic_id))
    if any(grant.role == Role.LOCAL_ADMINISTRATOR for grant in rights):
        raise AlreadyGranted()
    now = [grant for grant in rights if grant.begins_at <= at and grant.role not in ROLES_OF_SYSTEMS]
    if person is None or person.state is not AccountState.CONFIRMED or not now:
        raise NotAColleague()
    return now


def _administrates(account_id: int, clinic_id: int, *, at: datetime) -> Grant | None:
    """The right of a local administrator there; None if there is none now, or the account is not in force."""
    own = Grant.objects.active(at=at).filter(account_id=account_id, clinic_id=clinic_id, role=Role.LOCAL_ADMINISTRATOR)
    return own.first()


def _shared(wanted: Substitution, *, at: datetime) -> set[str]:
    """The sub-registries that both the colleague and the proposer have there until its end: nobody is given, or gives,
    what goes on when their own right has ended.

    Raises: NotAColleague, AlreadyGranted, ProposerGone, OutlastsRights.
    """
    rights = _rights_there(wanted.account_id, wanted.clinic_id, at=at)
    own = _administrates(wanted.proposed_by_id, wanted.clinic_id, at=at)
    if own is None:
        raise ProposerGone()
    last = min(own.ends_at, max(grant.ends_at for grant in rights))
    if wanted.ends_at > last:
        raise OutlastsRights(day=last_whole_day(last).isoformat())
    lasting = {code for grant in rights if grant.ends_at >= wanted.ends_at for code in grant.sub_registries}
    return lasting & set(own.sub_registries)


def _locked(substitution_id: int, *, actor: Actor) -> Substitution:
    seen = existing(_visible(actor).filter(id=substitution_id).first())
    # The accounts first, as everywhere; of two who decide at once, the second finds what the first left.
    lock_accounts(account_ids={seen.account_id, seen.proposed_by_id})
    locked = Substitution.objects.select_for_update(of=("self",)).select_related("account", "clinic")
    return locked.get(id=substitution_id)


def _to_decide(substitution_id: int, *, actor: Actor, at: datetime) -> Substitution:
    wanted = _locked(substitution_id, actor=actor)
    if wanted.account_id == actor.account_id:
        raise OwnRights()
    if wanted.proposed_by_id == actor.account_id:
        raise OwnProposal()
    check_card_age(actor, at=at)
    if wanted.state != SubstitutionState.WAITING or wanted.ends_at <= at:
        raise NothingProposed()
    return wanted


def _decide(wanted: Substitution, *, act: str, reason: str = "", actor: Actor, at: datetime) -> None:
    try:
        state = SUBSTITUTION_LIFE.after(SubstitutionState(wanted.state), act)
    except NotPossible:
        raise NothingProposed() from None
    Substitution.objects.filter(id=wanted.id).update(
        state=state, decided_at=at, decided_by_id=actor.account_id, reason=reason
    )
    _record(wanted, Event(f"substitute.{act}"), {"reason": reason} if reason else {}, actor=actor, at=at)


def _record(about: Substitution, event: Event, facts: Mapping[str, str], *, actor: Actor, at: datetime) -> None:
    who, where = about.account_id, about.clinic_id
    record(event=event, by=actor.by, at=at, about_account_id=who, clinic_id=where, facts=facts)


def _tell_who_can_confirm(made: Substitution, *, first_day: date, last_day: date, actor: Actor, at: datetime) -> None:
    """Other administrators of the clinic; where there are none, the office."""
    taking_part = {made.account_id, made.proposed_by_id}
    here = [a for a in active_administrators(clinic_id=made.clinic_id, at=at) if a.account_id not in taking_part]
    substitute = account(account_id=made.account_id)
    context: dict[str, str | date] = {
        "proposer": actor.name,
        "substitute": substitute.name if substitute else "",
        "clinic": actor.seat.clinic_name,
        "first_day": first_day,
        "last_day": last_day,
    }
    for one in here or [a for a in registry_office(at=at) if a.account_id not in taking_part]:
        limit_letter_to(one.account_id, by=actor.by, at=at)
        post_to(one, kind="substitute_proposed", context=context, at=at)
