"""Applications as their clinic, the registry office and the applicant see them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, TypeVar

from django.db.models import Q, QuerySet

from registret.access.actor import Actor
from registret.access.checks import existing
from registret.access.lifecycle import ApplicationState
from registret.access.models import Application, Grant
from registret.access.queries.grants import others_who_attest
from registret.access.refusals import NotFound
from registret.access.roles import Permission, Role
from registret.accounts.queries import newest_confirmations
from registret.database.prepared import Given, Prepared, count_of
from registret.kernel.identifiers import HsaId

PAGE = 50
_RELATED = ("account", "clinic__care_provider", "decided_by", "taken_by", "recommended_by")
_GIVEN = {name: Given(name) for name in ("clinic", "account", "at")}
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """Tillstyrkt: what one at the registry office would give the applicant. Another there decides."""

    by_id: int
    by: str
    at: datetime
    role: Role
    sub_registries: tuple[str, ...]
    last_day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationRow:
    """One application, as its clinic's administrator and the applicant see it."""

    id: int
    state: ApplicationState
    account_id: int
    name: str
    hsa_id: HsaId
    organisation: str
    same_care_provider: bool
    email: str
    mail_confirmed_at: datetime | None
    mail_sent_at: datetime | None
    mail_expires_at: datetime | None
    role: Role
    sub_registries: tuple[str, ...]
    message: str
    clinic_id: int
    clinic_name: str
    care_provider_name: str
    applied_at: datetime
    reminded_at: datetime | None
    taken_at: datetime | None
    taken_by_id: int | None
    taken_by: str
    recommended: Recommendation | None
    decided_at: datetime | None
    decided_by_id: int | None
    decided_by: str
    reason: str

    @property
    def actionable(self) -> bool:
        return self.state is ApplicationState.WAITING and self.mail_confirmed_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationPage:
    """`after` is what to ask for next, or None."""

    rows: tuple[ApplicationRow, ...]
    after: int | None


def newest_application(*, account_id: int) -> ApplicationRow | None:
    found = list(_rows(Application.objects.filter(account_id=account_id).order_by("-id")[:1]))
    return found[0] if found else None


def applications_of(*, account_id: int) -> tuple[ApplicationRow, ...]:
    """The account's own applications, newest first."""
    return tuple(_rows(Application.objects.filter(account_id=account_id).order_by("-id")[:PAGE]))


def application_of(*, account_id: int, application_id: int) -> ApplicationRow:
    """One of the account's own applications.

    Raises: NotFound.
    """
    found = list(_rows(Application.objects.filter(account_id=account_id, id=application_id)))
    if not found:
        raise NotFound()
    return found[0]


def waiting_applications(
    *, actor: Actor, actionable: bool | None = None, after: int = 0, size: int = PAGE, at: datetime
) -> ApplicationPage:
    """What waits where the actor attests, oldest first: the own clinic's; for the office, those of clinics that have no
    active administrator. The actor's own are not among them. `actionable` asks for those alone whose mail is confirmed
    (True) or is not yet (False)."""
    found = _asked(_waiting_page(_is_office(actor), actionable, size), actor, at=at, after=after)
    rows = tuple(_rows(found[:size]))
    return ApplicationPage(rows=rows, after=rows[-1].id if len(found) > size else None)


def count_waiting(*, actor: Actor, at: datetime) -> int:
    """How many of `waiting_applications` can be acted on now."""
    return sum(_asked(_waiting_count(_is_office(actor)), actor, at=at))


def applicant_of(*, actor: Actor, application_id: int, at: datetime) -> int:
    """Return the account of an application that the actor may see.

    Raises: NotFound.
    """
    return existing(_visible(actor, at=at).filter(id=application_id).values_list("account_id", flat=True).first())


def application_for(*, actor: Actor, application_id: int, lock: bool = False, at: datetime) -> ApplicationRow:
    """One application that the actor may see, decided or not. `lock`: it stays as it is until the transaction ends.

    Raises: NotFound.
    """
    wanted = _visible(actor, at=at).filter(id=application_id)
    found = list(_rows(wanted.select_for_update(of=("self",)) if lock else wanted))
    if not found:
        raise NotFound()
    return found[0]


def decided_applications(*, actor: Actor, size: int = 20, at: datetime) -> tuple[ApplicationRow, ...]:
    """The newest decisions where the actor attests."""
    return tuple(_rows(_asked(_decided(_is_office(actor), size), actor, at=at)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """What an attestation gave, which may differ from what was asked for."""

    role: Role
    sub_registries: tuple[str, ...]
    ends_at: datetime
    revoked_at: datetime | None


def granted(*, application_id: int) -> Granted | None:
    """The grant that came out of an attested application."""
    found = Grant.objects.filter(application_id=application_id).first()
    if found is None:
        return None
    return Granted(
        role=Role(found.role),
        sub_registries=tuple(found.sub_registries),
        ends_at=found.ends_at,
        revoked_at=found.revoked_at,
    )


def _visible(actor: Actor, *, at: datetime) -> QuerySet[Application]:
    """Nobody reads without a seat: this and `_asked` are the only ways from an actor to applications."""
    if not actor.may(Permission.ATTEST):
        return Application.objects.none()
    found = _where(is_office=_is_office(actor), clinic=actor.seat.clinic_id, account=actor.account_id, at=at)
    return found.select_related(*_RELATED)


def _asked(query: Prepared[Row], actor: Actor, *, at: datetime, **given: Any) -> list[Row]:
    """What a query of `_where` finds for the actor."""
    if not actor.may(Permission.ATTEST):
        return []
    return query.rows(clinic=actor.seat.clinic_id, account=actor.account_id, at=at, **given)


def _is_office(actor: Actor) -> bool:
    return actor.seat.clinic_id is None


def _where(
    *, is_office: bool, clinic: Any = _GIVEN["clinic"], account: Any = _GIVEN["account"], at: Any = _GIVEN["at"]
) -> QuerySet[Application]:
    """Where one attests: at the clinic, or at the office those that come to it."""
    if not is_office:
        return Application.objects.filter(clinic_id=clinic)
    has_administrator = others_who_attest(at=at)
    return Application.objects.filter(Q(decided_by_id=account) | Q(escalated_at__isnull=False) | ~has_administrator)


def _waiting(*, is_office: bool, actionable: bool | None) -> QuerySet[Application]:
    found = _where(is_office=is_office).filter(state=ApplicationState.WAITING).exclude(account_id=_GIVEN["account"])
    return found if actionable is None else found.filter(account__confirmed_at__isnull=not actionable)


@cache
def _waiting_page(is_office: bool, actionable: bool | None, size: int) -> Prepared[Application]:
    """And one more."""
    waiting = _waiting(is_office=is_office, actionable=actionable).select_related(*_RELATED)
    return Prepared(lambda: waiting.filter(id__gt=Given("after")).order_by("id")[: size + 1])


@cache
def _waiting_count(is_office: bool) -> Prepared[int]:
    return Prepared(lambda: count_of(_waiting(is_office=is_office, actionable=True)))


@cache
def _decided(is_office: bool, size: int) -> Prepared[Application]:
    decided = _where(is_office=is_office).filter(state__in=[ApplicationState.ATTESTED, ApplicationState.DECLINED])
    return Prepared(lambda: decided.select_related(*_RELATED).order_by("-decided_at")[:size])


def _rows(found: Iterable[Application]) -> Iterable[ApplicationRow]:
    if isinstance(found, QuerySet):
        found = found.select_related(*_RELATED)
    applications = list(found)
    letters = newest_confirmations(account_ids=[a.account_id for a in applications]) if applications else {}
    for a in applications:
        letter = letters.get(a.account_id)
        provider = a.clinic.care_provider
        yield ApplicationRow(
            id=a.id,
            state=ApplicationState(a.state),
            account_id=a.account_id,
            name=a.account.name,
            hsa_id=a.account.hsa_id,
            organisation=a.account.organisation,
            same_care_provider=a.account.hsa_id.organisation_number == provider.organisation_number,
            email=a.account.email,
            mail_confirmed_at=a.account.confirmed_at,
            mail_sent_at=letter.sent_at if letter else None,
            mail_expires_at=letter.expires_at if letter else None,
            role=Role(a.role),
            sub_registries=tuple(a.sub_registries),
            message=a.message,
            clinic_id=a.clinic_id,
            clinic_name=a.clinic.title,
            care_provider_name=provider.name,
            applied_at=a.applied_at,
            reminded_at=a.reminded_at,
            taken_at=a.taken_at,
            taken_by_id=a.taken_by_id,
            taken_by=a.taken_by.name if a.taken_by else "",
            recommended=_recommendation(a),
            decided_at=a.decided_at,
            decided_by_id=a.decided_by_id,
            decided_by=a.decided_by.name if a.decided_by else "",
            reason=a.reason,
        )


def _recommendation(found: Application) -> Recommendation | None:
    by = found.recommended_by
    if by is None or found.recommended_at is None or found.recommended_until is None:
        return None
    return Recommendation(
        by_id=by.id,
        by=by.name,
        at=found.recommended_at,
        role=Role(found.recommended_role),
        sub_registries=tuple(found.recommended_sub_registries),
        last_day=found.recommended_until,
    )
