"""Personer: who works at a clinic, and what an administrator does about their grants and accounts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from registret.access.actor import Actor
from registret.access.checks import check_card_age, existing_account, limit_letter_to, two_names
from registret.access.giving import give, revoke
from registret.access.models import Grant, Source
from registret.access.notices import post_to
from registret.access.participation import check_participation
from registret.access.queries import active_administrators, of_substitutes, registry_office, title_of
from registret.access.reach import Held, check_reach
from registret.access.refusals import (
    ClinicClosed,
    NotFound,
    NotPermitted,
    OfficeWidens,
    OwnRights,
    RoleImpossible,
    SubRegistryClosed,
    SuspendedElsewhere,
    SuspensionNotLeft,
)
from registret.access.roles import ROLES_TO_APPLY_FOR, Permission, Role, reads_more
from registret.access.rules import end_of
from registret.accounts import services as accounts
from registret.accounts.lifecycle import AccountState, Authority
from registret.accounts.queries import AccountRow, living_account
from registret.kernel.by import By
from registret.kernel.identifiers import HsaId
from registret.ledger.services import record
from registret.mail.queries import Bounce, bounces
from registret.mail.services import post
from registret.places.queries import clinic
from registret.places.swedish import swedish_order
from registret.registries.queries import open_for_rights
from registret.settings.lengths import TimeLimit
from registret.settings.queries import length
from registret.words.roles import role_name

ENDED_SHOWN = timedelta(days=365)
"""Grants that ended longer ago than this are history: the log has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantRow:
    """A grant that has not been revoked. The asker may change and extend it if it is
    `changeable`, and take it away if it is `revocable`."""

    id: int
    account_id: int
    role: Role
    clinic_id: int | None
    clinic_name: str
    sub_registries: tuple[str, ...]
    begins_at: datetime
    ends_at: datetime
    ended: bool
    substitute: bool
    changeable: bool
    revocable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """Somebody, with the grants that the asker may see."""

    account_id: int
    name: str
    hsa_id: str
    organisation: str
    email: str
    state: AccountState
    state_reason: str
    mail_confirmed_at: datetime | None
    logged_in_at: datetime | None
    bounce: Bounce | None
    """The address refused the last letter."""
    grants: tuple[GrantRow, ...]

    @property
    def ends_at(self) -> datetime:
        return min(grant.ends_at for grant in self.grants)


def people_of(*, actor: Actor, clinic_id: int | None = None, at: datetime) -> tuple[PersonRow, ...]:
    """Everybody with a grant where the actor sits, by surname as in Sweden. The office asks for one clinic.

    Raises: NotPermitted, NotFound (the office named no clinic).
    """
    here = _grants(actor, at=at)
    if actor.seat.clinic_id is None:
        if clinic_id is None or clinic(clinic_id) is None:
            raise NotFound()
        here = here.filter(clinic_id=clinic_id)
    return _people(here, actor=actor, at=at)


def person_of(*, actor: Actor, account_id: int, at: datetime) -> PersonRow:
    """One of those people, with all grants that the actor may see.

    Raises: NotPermitted, NotFound.
    """
    found = _people(_grants(actor, at=at).filter(account_id=account_id), actor=actor, at=at)
    if not found:
        raise NotFound()
    return found[0]


def grant_of(*, actor: Actor, grant_id: int, at: datetime) -> GrantRow:
    """Raises: NotPermitted, NotFound."""
    wanted = _grants(actor, at=at).filter(id=grant_id)
    found = wanted.select_related("account", "clinic").first()
    if found is None:
        raise NotFound()
    return _grant_row(found, of_substitutes(wanted), actor=actor, at=at)


@transaction.atomic
def change_grant(
    *, grant_id: int, role: Role, sub_registries: Sequence[str], last_day: date, actor: Actor, at: datetime
) -> int:
    """Ändra or förläng: a new grant in the place of the old one; answers its id. The person is told.

    Raises: NotPermitted, NotFound, OwnRights, CardTooOld, RoleImpossible, SubRegistryClosed, NotParticipating,
        EndImpossible, BeyondOwnRights, OutlastsOwnRight, OfficeWidens, ClinicClosed, AlreadyGranted, TooMany.
    """
    old = _to_change(grant_id, actor=actor, at=at)
    if not old.changeable or (role is not old.role and not {role, old.role} <= set(ROLES_TO_APPLY_FOR)):
        raise RoleImpossible()
    place = clinic(old.clinic_id) if old.clinic_id else None
    if place is None or not place.is_open:
        raise ClinicClosed()
    if not sub_registries or not set(sub_registries) <= {s.code for s in open_for_rights()} | set(old.sub_registries):
        raise SubRegistryClosed()
    added = set(sub_registries) - (set(old.sub_registries) if role is old.role else set())
    check_participation(place.id, role=role, sub_registries=added)
    ends_at = end_of(last_day, at=at, months=length(TimeLimit.GRANT).number)
    held = Held(role=old.role, sub_registries=frozenset(old.sub_registries), ends_at=old.ends_at)
    check_reach(actor, role=role, sub_registries=sub_registries, ends_at=ends_at, held=held, at=at)
    _check_office(old, role, sub_registries, actor=actor)
    revoke(grant_id=old.id, reason="changed", revoked_by_id=actor.account_id, by=actor.by, at=at)
    new_id = give(
        account_id=old.account_id,
        role=role,
        clinic_id=old.clinic_id,
        sub_registries=sub_registries,
        ends_at=ends_at,
        granted_by_id=actor.account_id,
        source=Source.CHANGED,
        by=actor.by,
        at=at,
    )
    record(
        event="grant.changed",
        by=actor.by,
        at=at,
        about_account_id=old.account_id,
        clinic_id=old.clinic_id,
        facts={"role": role.value, "sub_registries": ",".join(sorted(sub_registries)), "until": str(last_day)},
    )
    limit_letter_to(old.account_id, by=actor.by, at=at)
    _tell(old.account_id, kind="grant_changed", role=role, place=old.clinic_name, more={"last_day": last_day}, at=at)
    return new_id


@transaction.atomic
def revoke_grant(*, grant_id: int, reason: str, actor: Actor, at: datetime) -> None:
    """Återkalla: gone at the person's next click, who is told why.

    Raises: NotPermitted, NotFound, OwnRights, CardTooOld.
    """
    old = _to_change(grant_id, actor=actor, at=at)
    if not old.revocable:
        raise NotPermitted()
    revoke(grant_id=old.id, reason=reason, revoked_by_id=actor.account_id, by=actor.by, at=at)
    place = old.clinic_name or settings.REGISTRY_NAME
    _tell(old.account_id, kind="grant_revoked", role=old.role, place=place, more={"reason": reason}, at=at)


@transaction.atomic
def suspend_person(*, account_id: int, reason: str, actor: Actor, at: datetime) -> None:
    """Spärra: nobody gets in under this account, anywhere, until somebody lifts it. The sessions end at once.

    Those who work for the registry itself are suspended by two, see `suspend_by_program`: the office would get rid of
    who reviews its log. The office is told when a clinic suspends one of its local administrators.

    Raises: NotPermitted, NotFound, OwnRights, CardTooOld, NotPossible.
    """
    person = _colleague(account_id, actor=actor, at=at)
    if Grant.objects.filter(account_id=account_id, clinic=None, revoked_at=None, ends_at__gt=at).exists():
        raise NotPermitted()
    accounts.suspend(
        account_id=person.account_id,
        reason=reason,
        authority=_authority(actor),
        clinic_id=actor.seat.clinic_id,
        by=actor.by,
        at=at,
    )
    _tell(person.account_id, kind="suspended", more={"reason": reason}, at=at)
    if any(grant.role is Role.LOCAL_ADMINISTRATOR and not grant.ended for grant in person.grants):
        _tell_the_office(person, actor=actor, at=at)


@transaction.atomic
def suspend_by_program(*, hsa_id: HsaId, reason: str, decided_by: tuple[str, str], by: By, at: datetime) -> None:
    """Spärra anybody, also one who works for the registry itself, from the command line: two named people decide. Only
    the office lifts it. The person is told why.

    Raises: PrincipalsMissing, NotFound, NotPossible (the mail was never confirmed, or somebody has suspended it).
    """
    names = two_names(decided_by)
    person = living_account(hsa_id=hsa_id.text)
    if person is None:
        raise NotFound()
    accounts.suspend(account_id=person.id, reason=reason, authority=Authority.OFFICE, by=by, at=at)
    record(
        event="account.suspension_decided",
        by=by,
        at=at,
        about_account_id=person.id,
        about_hsa_id=person.hsa_id,
        facts={"decided_by": names},
    )
    _tell(person.id, kind="suspended", more={"reason": reason}, at=at)


@transaction.atomic
def reinstate_person(*, account_id: int, actor: Actor, at: datetime) -> None:
    """Häv spärren. A clinic lifts what it has suspended itself, or the clock; the office lifts everything, also where
    no right is left and no clinic can act.

    Raises: NotPermitted, NotFound, OwnRights, CardTooOld, SuspendedElsewhere, NotPossible, TooMany.
    """
    if _authority(actor) is Authority.OFFICE:
        _suspended(account_id, actor=actor, at=at)
    else:
        person = existing_account(_colleague(account_id, actor=actor, at=at).account_id)
        if _suspended_elsewhere(person.state_authority, person.state_clinic_id, actor=actor):
            raise SuspendedElsewhere()
    limit_letter_to(account_id, by=actor.by, at=at)
    accounts.reinstate(account_id=account_id, by=actor.by, at=at)
    _tell(account_id, kind="reinstated", more={}, at=at)


@transaction.atomic
def take_over_suspension(*, account_id: int, actor: Actor, at: datetime) -> None:
    """Ta över spärren: where nobody attests any more at the clinic that suspended, the office decides from now on, and
    not whoever is appointed there next.

    Raises: NotPermitted, NotFound, OwnRights, CardTooOld, SuspensionNotLeft, NotPossible.
    """
    person = _suspended(account_id, actor=actor, at=at)
    if person.state_authority is Authority.CLINIC and not _is_left(person, at=at):
        raise SuspensionNotLeft()
    accounts.take_over_suspension(account_id=account_id, by=actor.by, at=at)


def may_take_over(*, account_id: int, actor: Actor, at: datetime) -> bool:
    """Whether a clinic has suspended the account and nobody there can lift it: the office may take that over."""
    if not actor.may(Permission.APPOINT) or account_id == actor.account_id:
        return False
    return _is_left(existing_account(account_id), at=at)


def note_export(*, number: int, actor: Actor, at: datetime) -> None:
    """That the list was taken out of the system."""
    record(event="people.exported", by=actor.by, at=at, clinic_id=actor.seat.clinic_id, facts={"rows": number})


def note_processings_export(*, number: int, actor: Actor, at: datetime) -> None:
    """That the list of processings was taken out of the system."""
    record(event="processings.exported", by=actor.by, at=at, facts={"rows": number})


def _grants(actor: Actor, *, at: datetime) -> QuerySet[Grant]:
    """Nobody reads without a seat: this is the only way from an actor to other people's grants."""
    if not actor.may(Permission.MANAGE_PEOPLE):
        raise NotPermitted()
    here = Grant.objects.filter(revoked_at=None, ends_at__gt=at - ENDED_SHOWN).exclude(
        account__state=AccountState.ENDED
    )
    if actor.seat.clinic_id is not None:
        return here.filter(clinic_id=actor.seat.clinic_id)
    # Those who work for the registry are appointed and removed by two people: see `appoint_by_program`.
    return here.filter(clinic__isnull=False)


def _people(grants: QuerySet[Grant], *, actor: Actor, at: datetime) -> tuple[PersonRow, ...]:
    found: dict[int, list[Grant]] = {}
    for grant in grants.select_related("account", "clinic").order_by("ends_at", "id"):
        found.setdefault(grant.account_id, []).append(grant)
    refused = bounces(theirs[0].account.email for theirs in found.values())
    substitutes = of_substitutes(grants)
    people = [_person_row(theirs, refused, substitutes, actor=actor, at=at) for theirs in found.values()]
    surname = {theirs[0].account_id: theirs[0].account.surname for theirs in found.values()}
    return tuple(sorted(people, key=lambda p: (swedish_order(surname[p.account_id]), swedish_order(p.name), p.hsa_id)))


def _person_row(
    grants: list[Grant], refused: Mapping[str, Bounce], substitutes: frozenset[int], *, actor: Actor, at: datetime
) -> PersonRow:
    who = grants[0].account
    elsewhere = _suspended_elsewhere(who.state_authority, who.state_clinic_id, actor=actor)
    told = _authority(actor) is Authority.OFFICE or not elsewhere
    return PersonRow(
        account_id=who.id,
        name=f"{who.given_name} {who.surname}".strip(),
        hsa_id=who.hsa_id,
        organisation=who.organisation,
        email=who.email,
        state=AccountState(who.state),
        state_reason=who.state_reason if told else "",
        mail_confirmed_at=who.confirmed_at,
        logged_in_at=who.logged_in_at,
        bounce=refused.get(who.email),
        grants=tuple(_grant_row(grant, substitutes, actor=actor, at=at) for grant in grants),
    )


def _grant_row(found: Grant, substitutes: frozenset[int], *, actor: Actor, at: datetime) -> GrantRow:
    at_a_clinic = found.clinic is not None and found.clinic.closed_at is None
    # Appointing a local administrator, and so prolonging it, is for the office.
    own = found.role in ROLES_TO_APPLY_FOR or (found.role == Role.LOCAL_ADMINISTRATOR and actor.may(Permission.APPOINT))
    return GrantRow(
        id=found.id,
        account_id=found.account_id,
        role=Role(found.role),
        clinic_id=found.clinic_id,
        clinic_name=title_of(found.clinic) if found.clinic else "",
        sub_registries=tuple(found.sub_registries),
        begins_at=found.begins_at,
        ends_at=found.ends_at,
        ended=found.ends_at <= at,
        substitute=found.id in substitutes,
        changeable=at_a_clinic and own and found.account_id != actor.account_id,
        revocable=own and found.account_id != actor.account_id,
    )


def _to_change(grant_id: int, *, actor: Actor, at: datetime) -> GrantRow:
    seen = grant_of(actor=actor, grant_id=grant_id, at=at)
    # The account first, as everywhere: whoever ends it takes its rights along.
    accounts.hold(account_id=seen.account_id)
    Grant.objects.select_for_update().filter(id=grant_id).first()
    # Seen now that it is locked: of two who decide at once, the second finds what the first left.
    found = grant_of(actor=actor, grant_id=grant_id, at=at)
    if found.account_id == actor.account_id:
        raise OwnRights()
    check_card_age(actor, at=at)
    return found


def _check_office(old: GrantRow, role: Role, sub_registries: Sequence[str], *, actor: Actor) -> None:
    """The office prolongs rights, and lets nobody read more patients than before. Raises: OfficeWidens."""
    if actor.seat.clinic_id is not None or old.role is Role.LOCAL_ADMINISTRATOR:
        return
    if reads_more(role, than=old.role) or not set(sub_registries) <= set(old.sub_registries):
        raise OfficeWidens()


def _colleague(account_id: int, *, actor: Actor, at: datetime) -> PersonRow:
    """Somebody else who has a right here now: a clinic that a person has left has no power over the account. It is
    held: what is asked about it next stays so."""
    accounts.hold(account_id=account_id)
    found = person_of(actor=actor, account_id=account_id, at=at)
    if all(grant.ended for grant in found.grants):
        raise NotPermitted()
    if account_id == actor.account_id:
        raise OwnRights()
    check_card_age(actor, at=at)
    return found


def _suspended(account_id: int, *, actor: Actor, at: datetime) -> AccountRow:
    """Somebody else, whom the office may let in again, whatever rights are left. The account is held."""
    if not actor.may(Permission.APPOINT):
        raise NotPermitted()
    if account_id == actor.account_id:
        raise OwnRights()
    check_card_age(actor, at=at)
    found = accounts.hold(account_id=account_id)
    if found is None:
        raise NotFound()
    return found


def _is_left(person: AccountRow, *, at: datetime) -> bool:
    if person.state is not AccountState.SUSPENDED or person.state_clinic_id is None:
        return False
    return not active_administrators(clinic_id=person.state_clinic_id, at=at)


def _suspended_elsewhere(authority: Authority | str | None, clinic_id: int | None, *, actor: Actor) -> bool:
    return authority == Authority.OFFICE or (authority == Authority.CLINIC and clinic_id != actor.seat.clinic_id)


def _authority(actor: Actor) -> Authority:
    return Authority.OFFICE if actor.seat.clinic_id is None else Authority.CLINIC


def _tell_the_office(administrator: PersonRow, *, actor: Actor, at: datetime) -> None:
    """A clinic has suspended one of its own administrators: whoever appointed them must know."""
    if actor.seat.clinic_id is None:
        return
    left = len(active_administrators(clinic_id=actor.seat.clinic_id, at=at))
    for one in registry_office(at=at):
        post_to(
            one,
            kind="administrator_suspended",
            context={"administrator": administrator.name, "clinic": actor.seat.clinic_name, "left": str(left)},
            at=at,
        )


def _tell(
    account_id: int,
    *,
    kind: str,
    role: Role | None = None,
    place: str | None = None,
    more: dict[str, str | date],
    at: datetime,
) -> None:
    person = existing_account(account_id)
    if person.confirmed_at is None:
        return
    context: dict[str, str | date] = {"name": person.given_name, **more}
    if role is not None and place is not None:
        context |= {"role": role_name(role, language=person.language), "place": place}
    post(
        kind=kind,
        to=person.email,
        language=person.language,
        context=context,
        about_account_id=person.id,
        at=at,
    )
