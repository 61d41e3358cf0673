"""Applications until they are decided: made, taken back, reminded of, told to those who attest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypedDict, Unpack

from django.db import transaction
from django.db.models import Q, QuerySet

from registret.access.checks import check_in_force, existing, existing_account, open_clinic
from registret.access.grants.participation import check_participation
from registret.access.lifecycle import APPLICATION_LIFE, ApplicationState
from registret.access.models import Application, Notice
from registret.access.notices import post_to
from registret.access.queries.administrators import Administrator, active_administrators, registry_office
from registret.access.refusals import AlreadyApplied, NotFound, RemindedToday, RoleImpossible, SubRegistryClosed
from registret.access.roles import ROLES_TO_APPLY_FOR, Role
from registret.accounts.locks import lock_account
from registret.database.conflicts import conflict_as
from registret.kernel.by import By
from registret.ledger.events import Event
from registret.ledger.services import record
from registret.rate_limits.services import Limit, take
from registret.registries.queries import open_for_rights

APPLICATIONS_PER_ACCOUNT = Limit(what="applications_account", most=10, per=timedelta(days=1))


class Wish(TypedDict):
    """What is applied for."""

    clinic_id: int
    role: Role
    sub_registries: Sequence[str]
    message: str


def apply(*, account_id: int, by: By, at: datetime, **wish: Unpack[Wish]) -> int:
    """A further application of a person who has an account: after a decline, a lapse, or for another clinic.

    Raises: NotFound, AccountEnded, AccountSuspended, AlreadyApplied, ClinicClosed, RoleImpossible, SubRegistryClosed,
        NotParticipating, TooMany.
    """
    check_wish(clinic_id=wish["clinic_id"], role=wish["role"], sub_registries=wish["sub_registries"])
    take(limit=APPLICATIONS_PER_ACCOUNT, subject=existing_account(account_id).hsa_id.key, at=at)
    with transaction.atomic():
        # Held: confirmed meanwhile, nobody would be told of the application; ended meanwhile, it would wait for ever.
        person = lock_account(account_id=account_id) or existing_account(account_id)
        check_in_force(person)
        application_id = make_application(account_id, by=by, at=at, **wish)
        if person.confirmed_at is not None:
            tell_those_who_attest(Q(id=application_id), at=at)
    return application_id


@transaction.atomic
def withdraw(*, account_id: int, application_id: int | None = None, by: By, at: datetime) -> None:
    """The applicant takes a waiting application back; None: the newest one, which the checklist shows.

    Raises: NotFound (none waits, or not this one).
    """
    waiting = _lock_waiting(account_id)
    wanted = existing((waiting.filter(id=application_id) if application_id is not None else waiting).first())
    _withdraw(wanted, by=by, at=at)


def withdraw_all(*, account_id: int, by: By, at: datetime) -> None:
    """For acts of this room that end an account: what it applied for waits no longer."""
    for wanted in _lock_waiting(account_id):
        _withdraw(wanted, by=by, at=at)


def remind(*, account_id: int, by: By, at: datetime) -> int:
    """Påminn igen, once a day. Return how many people get the letter.

    Raises: NotFound (nothing waits for attestation), AccountSuspended, RemindedToday.
    """
    with transaction.atomic():
        wanted = _lock_waiting(account_id).first()
        if wanted is None or wanted.account.confirmed_at is None:
            raise NotFound()
        check_in_force(existing_account(account_id))
        again_at = may_remind_at(wanted)
        if at < again_at:
            raise RemindedToday(again_at=again_at)
        Application.objects.filter(id=wanted.id).update(reminded_at=at)
        told = tell(wanted, kind="reminder", context={"waiting_since": wanted.applied_at}, at=at)
        facts: dict[str, str | int | bool | None] = {"told": told}
        record(
            event=Event.APPLICATION_REMINDED,
            by=by,
            at=at,
            about_account_id=account_id,
            clinic_id=wanted.clinic_id,
            facts=facts,
        )
    return told


class Remindable(Protocol):
    """An application, as row or model."""

    @property
    def reminded_at(self) -> datetime | None: ...

    @property
    def applied_at(self) -> datetime: ...


def may_remind_at(application: Remindable) -> datetime:
    """From when on the applicant may remind: at once the first time, then a day after the last reminder."""
    if application.reminded_at is None:
        return application.applied_at
    return application.reminded_at + timedelta(days=1)


def check_wish(*, clinic_id: int, role: Role, sub_registries: Sequence[str]) -> None:
    open_clinic(clinic_id)
    if role not in ROLES_TO_APPLY_FOR:
        raise RoleImpossible()
    if not sub_registries or not set(sub_registries) <= {s.code for s in open_for_rights()}:
        raise SubRegistryClosed()
    check_participation(clinic_id, role=role, sub_registries=sub_registries)


def make_application(account_id: int, *, by: By, at: datetime, **wish: Unpack[Wish]) -> int:
    wish["sub_registries"] = sorted(set(wish["sub_registries"]))
    with conflict_as(AlreadyApplied, constraint="one_waiting_application_per_clinic"):
        created = Application.objects.create(account_id=account_id, applied_at=at, **wish)
    record(
        event=Event.APPLICATION_MADE,
        by=by,
        at=at,
        about_account_id=account_id,
        clinic_id=created.clinic_id,
        facts={"role": wish["role"].value, "sub_registries": ",".join(created.sub_registries)},
    )
    return created.id


def _lock_waiting(account_id: int) -> QuerySet[Application]:
    waiting = Application.objects.filter(account_id=account_id, state=ApplicationState.WAITING).order_by("-id")
    return waiting.select_for_update(of=("self",)).select_related("clinic", "account")


def _withdraw(wanted: Application, *, by: By, at: datetime) -> None:
    wanted.state = APPLICATION_LIFE.after(ApplicationState(wanted.state), "withdraw")
    wanted.decided_at = at
    wanted.save(update_fields=["state", "decided_at"])
    record(
        event=Event.APPLICATION_WITHDRAW, by=by, at=at, about_account_id=wanted.account_id, clinic_id=wanted.clinic_id
    )


def tell_those_who_attest(which: Q, *, at: datetime) -> None:
    """These applications, as far as they wait, have become actionable."""
    for wanted in Application.objects.select_related("clinic", "account").filter(which, state=ApplicationState.WAITING):
        tell(wanted, kind="application_waiting", context={}, at=at)


def tell(wanted: Application, *, kind: str, context: dict[str, datetime], at: datetime) -> int:
    """Writes to the clinic's administrators, or to the registry office where there are none."""
    people: tuple[Administrator, ...] = tuple(
        a for a in active_administrators(clinic_id=wanted.clinic_id, at=at) if a.account_id != wanted.account_id
    )
    if not people:
        people, kind, context = registry_office(at=at), "application_escalated", {}
        if people:
            # The clock need not tell the office again.
            Notice.objects.bulk_create([Notice(kind="nobody_attests", subject=wanted.id, at=at)], ignore_conflicts=True)
    applicant = wanted.account.name
    for person in people:
        post_to(person, kind=kind, context={"applicant": applicant, "clinic": wanted.clinic.title, **context}, at=at)
    return len(people)
