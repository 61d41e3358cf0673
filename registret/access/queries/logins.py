"""Who a session belongs to, where they may work, and what a login lacks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from registret.access.actor import Actor, Assignment
from registret.access.login_policy import login_blocker
from registret.access.models import Grant
from registret.access.queries.applications import ApplicationRow, newest_application
from registret.access.refusals import HsaIdDisputed
from registret.access.roles import Role
from registret.accounts.lifecycle import AccountState
from registret.accounts.likeness import same_person
from registret.accounts.queries import AccountRow, account, account_row, has_ended_account, living_account
from registret.accounts.sessions import ActiveSession
from registret.database.prepared import Given, Prepared
from registret.kernel.by import By
from registret.kernel.identifiers import HsaId
from registret.kernel.refused import Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginStatus:
    """How the holder of a card stands: account, places to work, what is missing (None: may come in)."""

    account: AccountRow | None
    seats: tuple[Assignment, ...]
    application: ApplicationRow | None
    missing: Refused | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CardHolder:
    """A proven card without a grant yet: its holder registers, or waits to be attested."""

    sitting: ActiveSession
    standing: LoginStatus

    @property
    def by(self) -> By:
        card, account = self.sitting.card, self.standing.account
        return By(
            hsa_id=card.hsa_id,
            name=card.name,
            account_id=account.id if account else None,
            network=self.sitting.network,
        )


def _valid() -> QuerySet[Grant]:
    valid = Grant.objects.valid(at=Given("at")).select_related("clinic__care_provider")
    return valid.order_by("clinic__name", "id")


_VALID = Prepared(lambda: _valid().filter(account_id=Given("account")))
_VALID_WITH_ACCOUNT = Prepared(
    lambda: (
        _valid()
        .filter(account__hsa_id_key=Given("key"))
        .exclude(account__state=AccountState.ENDED)
        .select_related("account", "clinic__care_provider")
    )
)


def seats_of(*, account_id: int, at: datetime) -> tuple[Assignment, ...]:
    """Every place where the account has a valid grant, clinics by name, the office last. One query."""
    return _seats(_VALID.rows(account=account_id, at=at))


def _seats(valid: Iterable[Grant]) -> tuple[Assignment, ...]:
    by_clinic: dict[int | None, list[Grant]] = defaultdict(list)
    for grant in valid:
        by_clinic[grant.clinic_id].append(grant)
    seats = [_seat(grants) for grants in by_clinic.values()]
    return tuple(sorted(seats, key=lambda seat: (seat.clinic_id is None, seat.clinic_name)))


def standing_of(*, hsa_id: HsaId, at: datetime) -> LoginStatus:
    """How the holder of this HSA-id stands now. One query about those who are at work, who ask with every page."""
    valid = _VALID_WITH_ACCOUNT.rows(key=hsa_id.key, at=at)
    account = account_row(valid[0].account) if valid else living_account(hsa_id=hsa_id)
    seats = _seats(valid)
    application = None if account is None or seats else newest_application(account_id=account.id)
    return LoginStatus(
        account=account,
        seats=seats,
        application=application,
        missing=login_blocker(
            account=account.state if account else None,
            had_account=account is None and has_ended_account(hsa_id=hsa_id),
            seats=seats,
            newest_application=application.state if application else None,
        ),
    )


def who(*, sitting: ActiveSession, at: datetime) -> Actor | CardHolder:
    """The person of a living session: at work if the chosen grant is still valid, else waiting.

    Computed from the database on every request: a revoked grant is gone at the next click.

    Raises: HsaIdDisputed (another person has registered with this HSA-id meanwhile).
    """
    standing = standing_of(hsa_id=sitting.card.hsa_id, at=at)
    if standing.account is not None and not same_person(standing.account, sitting.card):
        raise HsaIdDisputed()
    chosen = [s for s in standing.seats if sitting.grant_id in s.grant_ids]
    if standing.account is None or standing.missing is not None or not chosen:
        return CardHolder(sitting=sitting, standing=standing)
    return Actor(
        account_id=standing.account.id,
        hsa_id=standing.account.hsa_id,
        name=standing.account.name,
        email=standing.account.email,
        seat=chosen[0],
        seats=standing.seats,
        session_id=sitting.session_id,
        card_read_at=sitting.began_at,
        network=sitting.network,
    )


def at_work(*, account_id: int, clinic_id: int, session_id: int, card_read_at: datetime, at: datetime) -> Actor | None:
    """A person who has asked a program to do something, as they may do it now: with the rights of this moment, whether
    the session has ended or not. None if they may no longer work at the clinic."""
    asked = account(account_id=account_id)
    standing = standing_of(hsa_id=asked.hsa_id, at=at) if asked and asked.hsa_id.text else None
    if standing is None or standing.account is None or standing.missing is not None:
        return None
    seat = next((seat for seat in standing.seats if seat.clinic_id == clinic_id), None)
    if seat is None or standing.account.id != account_id:
        return None
    return Actor(
        account_id=account_id,
        hsa_id=standing.account.hsa_id,
        name=standing.account.name,
        email=standing.account.email,
        seat=seat,
        seats=standing.seats,
        session_id=session_id,
        card_read_at=card_read_at,
        network=None,
    )


def _seat(grants: list[Grant]) -> Assignment:
    clinic = grants[0].clinic
    return Assignment(
        grant_id=grants[0].id,
        grant_ids=frozenset(g.id for g in grants),
        clinic_id=clinic.id if clinic else None,
        clinic_name=clinic.title if clinic else "",
        care_provider_id=clinic.care_provider_id if clinic else None,
        organisation_number=clinic.care_provider.organisation_number if clinic else "",
        roles=frozenset(Role(g.role) for g in grants),
        rights=frozenset((Role(g.role), code) for g in grants for code in g.sub_registries),
        ends_at=min(g.ends_at for g in grants),
    )
