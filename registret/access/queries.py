"""Answers about rights: seats, applications, administrators. All lists are scoped by where the asker sits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from django.db.models import Exists, OuterRef, Q, QuerySet

from registret.access.actor import Actor, Assignment
from registret.access.lifecycle import ApplicationState, SubstitutionState
from registret.access.login_policy import login_blocker
from registret.access.models import Application, Grant, Substitution
from registret.access.refusals import AdministratorsAddress, HsaIdDisputed, NotFound
from registret.access.roles import Permission, Role
from registret.accounts.lifecycle import AccountState
from registret.accounts.likeness import same_person
from registret.accounts.queries import AccountRow, has_ended_account, living_account, newest_confirmations
from registret.accounts.sessions import ActiveSession
from registret.kernel.by import By
from registret.kernel.identifiers import EmailAddress, HsaId
from registret.kernel.refused import Refused
from registret.places.queries import foreign_at

PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginStatus:
    """How the holder of a card stands: account, places to work, what is missing (None: may come in)."""

    account: AccountRow | None
    seats: tuple[Assignment, ...]
    application: ApplicationRow | None
    missing: Refused | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CardHolder:
    """A proven card without a grant yet: somebody who registers or waits."""

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
    hsa_id: str
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Administrator:
    account_id: int
    name: str
    email: str
    language: str


def seats_of(*, account_id: int, at: datetime) -> tuple[Assignment, ...]:
    """Every place where the account has a valid grant, clinics by name, the office last. One query."""
    living = (
        valid_grants_of(account_id=account_id, at=at)
        .select_related("clinic__care_provider")
        .order_by("clinic__name", "id")
    )
    by_clinic: dict[int | None, list[Grant]] = defaultdict(list)
    for grant in living:
        by_clinic[grant.clinic_id].append(grant)
    seats = [_seat(grants) for grants in by_clinic.values()]
    return tuple(sorted(seats, key=lambda seat: (seat.clinic_id is None, seat.clinic_name)))


def standing_of(*, hsa_id: str, at: datetime) -> LoginStatus:
    """How the holder of this HSA-id stands now."""
    account = living_account(hsa_id=hsa_id)
    seats = seats_of(account_id=account.id, at=at) if account else ()
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
    """The person of a living session: at work if the chosen grant is still valid, else somebody who waits.

    Computed from the database on every request: a revoked grant is gone at the next click.

    Raises: HsaIdDisputed (somebody else has registered meanwhile with this HSA-id).
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
        seat=chosen[0],
        seats=standing.seats,
        session_id=sitting.session_id,
        card_read_at=sitting.began_at,
        network=sitting.network,
    )


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


def clinics_to_attest_anew(
    *, account_id: int, before: EmailAddress, email: EmailAddress, at: datetime
) -> frozenset[int]:
    """Clinics where the account has a right now, and whose care provider does not use the domain of its new address.

    Raises: AdministratorsAddress (one of these rights is a local administrator's).
    """
    if email.domain == before.domain:
        return frozenset()
    held = list(valid_grants_of(account_id=account_id, at=at).filter(clinic__isnull=False))
    foreign = foreign_at(email, clinic_ids=[grant.clinic_id for grant in held if grant.clinic_id is not None])
    if any(grant.role == Role.LOCAL_ADMINISTRATOR and grant.clinic_id in foreign for grant in held):
        raise AdministratorsAddress()
    return foreign


def valid_grants_of(*, account_id: int, at: datetime) -> QuerySet[Grant]:
    """For this room."""
    return Grant.objects.filter(account_id=account_id, revoked_at=None, begins_at__lte=at, ends_at__gt=at)


def waiting_applications(
    *, actor: Actor, actionable: bool | None = None, after: int = 0, size: int = PAGE, at: datetime
) -> ApplicationPage:
    """What waits where the actor attests, oldest first: the own clinic's; for the office, those of clinics that have no
    active administrator. The actor's own are not among them. `actionable` asks for those alone whose mail is confirmed
    (True) or is not yet (False)."""
    waiting = _waiting(actor, at=at).filter(id__gt=after)
    if actionable is not None:
        waiting = waiting.filter(account__confirmed_at__isnull=not actionable)
    found = list(waiting.order_by("id")[: size + 1])
    rows = tuple(_rows(found[:size]))
    return ApplicationPage(rows=rows, after=rows[-1].id if len(found) > size else None)


def count_waiting(*, actor: Actor, at: datetime) -> int:
    """How many of `waiting_applications` can be acted on now."""
    if not actor.may(Permission.ATTEST):
        return 0
    return _waiting(actor, at=at).filter(account__confirmed_at__isnull=False).count()


def application_for(*, actor: Actor, application_id: int, at: datetime) -> ApplicationRow:
    """One application that the actor may see, decided or not.

    Raises: NotFound.
    """
    found = list(_rows(_visible(actor, at=at).filter(id=application_id)))
    if not found:
        raise NotFound()
    return found[0]


def decided_applications(*, actor: Actor, size: int = 20, at: datetime) -> tuple[ApplicationRow, ...]:
    """The newest decisions where the actor attests."""
    decided = _visible(actor, at=at).filter(state__in=[ApplicationState.ATTESTED, ApplicationState.DECLINED])
    return tuple(_rows(decided.order_by("-decided_at")[:size]))


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


def active_administrators(*, clinic_id: int, at: datetime) -> tuple[Administrator, ...]:
    """Local administrators of the clinic who can act: valid grant, living account, confirmed mail."""
    return _holders(Q(role=Role.LOCAL_ADMINISTRATOR, clinic_id=clinic_id), at)


def who_lets_wait(*, rows: Iterable[ApplicationRow], at: datetime) -> dict[int, tuple[str, ...]]:
    """Of each of these applications, by id: the names of those at its clinic who could attest it now. Nobody attests
    the own one."""
    asked = tuple(rows)
    there = _valid_grants(Q(role=Role.LOCAL_ADMINISTRATOR, clinic_id__in={row.clinic_id for row in asked}), at)
    people = [(grant.clinic_id, _administrator(grant)) for grant in there]
    return {
        row.id: tuple(one.name for place, one in people if place == row.clinic_id and one.account_id != row.account_id)
        for row in asked
    }


def registry_office(*, at: datetime) -> tuple[Administrator, ...]:
    return _holders(Q(role=Role.REGISTRY_OFFICE), at)


def log_reviewers(*, at: datetime) -> tuple[Administrator, ...]:
    """Those who can review the log now, by name."""
    return _holders(Q(role=Role.LOG_REVIEWER), at)


def case_handlers(*, at: datetime) -> tuple[Administrator, ...]:
    """Those who can handle patients' cases now, by name."""
    return _holders(Q(role=Role.CASE_HANDLER), at)


def administrators_by_clinic(*, at: datetime) -> dict[int, tuple[Administrator, ...]]:
    """Active local administrators of all clinics."""
    found: dict[int, list[Administrator]] = defaultdict(list)
    for grant in _valid_grants(Q(role=Role.LOCAL_ADMINISTRATOR), at):
        if grant.clinic_id is not None:
            found[grant.clinic_id].append(_administrator(grant))
    return {clinic_id: tuple(people) for clinic_id, people in found.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointed:
    """A local administrator as the registry office sees one. Only who is `active` can attest."""

    grant_id: int
    name: str
    hsa_id: str
    state: AccountState
    ends_at: datetime

    @property
    def active(self) -> bool:
        return self.state is AccountState.CONFIRMED


def appointed_by_clinic(*, at: datetime) -> dict[int, tuple[Appointed, ...]]:
    """Local administrators of all clinics under a valid grant: also those who have not confirmed their mail, or are
    suspended. One query."""
    living = (
        Grant.objects.filter(role=Role.LOCAL_ADMINISTRATOR, revoked_at=None, begins_at__lte=at, ends_at__gt=at)
        .exclude(account__state=AccountState.ENDED)
        .select_related("account")
        .order_by("account__surname", "account__given_name", "id")
    )
    found: dict[int, list[Appointed]] = defaultdict(list)
    for grant in living:
        if grant.clinic_id is not None:
            found[grant.clinic_id].append(
                Appointed(
                    grant_id=grant.id,
                    name=_administrator(grant).name,
                    hsa_id=grant.account.hsa_id,
                    state=AccountState(grant.account.state),
                    ends_at=grant.ends_at,
                )
            )
    return {clinic_id: tuple(people) for clinic_id, people in found.items()}


class Place(Protocol):
    """A clinic, seen through a foreign key: its model stays in its own room."""

    name: str
    hospital: str


def title_of(place: Place) -> str:
    """As people call it: `Infektionskliniken, Norrviks sjukhus`."""
    return f"{place.name}, {place.hospital}"


def _seat(grants: list[Grant]) -> Assignment:
    clinic = grants[0].clinic
    return Assignment(
        grant_id=grants[0].id,
        grant_ids=frozenset(g.id for g in grants),
        clinic_id=clinic.id if clinic else None,
        clinic_name=title_of(clinic) if clinic else "",
        care_provider_id=clinic.care_provider_id if clinic else None,
        organisation_number=clinic.care_provider.organisation_number if clinic else "",
        roles=frozenset(Role(g.role) for g in grants),
        rights=frozenset((Role(g.role), code) for g in grants for code in g.sub_registries),
        ends_at=min(g.ends_at for g in grants),
    )


def _visible(actor: Actor, *, at: datetime) -> QuerySet[Application]:
    """Nobody reads without a seat: this is the only way from an actor to applications."""
    if not actor.may(Permission.ATTEST):
        return Application.objects.none()
    everything = Application.objects.select_related(
        "account", "clinic__care_provider", "decided_by", "taken_by", "recommended_by"
    )
    if actor.seat.clinic_id is not None:
        return everything.filter(clinic_id=actor.seat.clinic_id)
    has_administrator = others_who_attest(at=at)
    return everything.filter(Q(decided_by_id=actor.account_id) | Q(escalated_at__isnull=False) | ~has_administrator)


def others_who_attest(
    *, at: datetime, clinic: str = "clinic_id", sub_registries: str = "sub_registries", whole: bool = False
) -> Exists:
    """For questions about applications (or what else is about an account at a `clinic`): somebody other than the one it
    is about is an active administrator there, who may give one (or, if `whole`, each) of the `sub_registries`."""
    reach = "sub_registries__contains" if whole else "sub_registries__overlap"
    return Exists(
        Grant.objects.filter(
            **{reach: OuterRef(sub_registries)},
            role=Role.LOCAL_ADMINISTRATOR,
            clinic_id=OuterRef(clinic),
            revoked_at=None,
            begins_at__lte=at,
            ends_at__gt=at,
            account__state=AccountState.CONFIRMED,
        ).exclude(account_id=OuterRef("account_id"))
    )


def of_substitutes(grants: QuerySet[Grant]) -> frozenset[int]:
    """Those of these grants, by id, that came of a confirmed substitution and still end with it."""
    confirmed = Substitution.objects.filter(
        state=SubstitutionState.CONFIRMED,
        account_id=OuterRef("account_id"),
        clinic_id=OuterRef("clinic_id"),
        ends_at=OuterRef("ends_at"),
    )
    of_them = grants.filter(Exists(confirmed), role=Role.LOCAL_ADMINISTRATOR)
    return frozenset(of_them.values_list("id", flat=True))


def _waiting(actor: Actor, *, at: datetime) -> QuerySet[Application]:
    return _visible(actor, at=at).filter(state=ApplicationState.WAITING).exclude(account_id=actor.account_id)


def _rows(found: Iterable[Application]) -> Iterable[ApplicationRow]:
    if isinstance(found, QuerySet):
        found = found.select_related("account", "clinic__care_provider", "decided_by", "taken_by", "recommended_by")
    applications = list(found)
    letters = newest_confirmations(account_ids=[a.account_id for a in applications]) if applications else {}
    for a in applications:
        letter = letters.get(a.account_id)
        provider = a.clinic.care_provider
        yield ApplicationRow(
            id=a.id,
            state=ApplicationState(a.state),
            account_id=a.account_id,
            name=f"{a.account.given_name} {a.account.surname}".strip(),
            hsa_id=a.account.hsa_id,
            organisation=a.account.organisation,
            same_care_provider=HsaId(a.account.hsa_id).organisation_number == provider.organisation_number,
            email=a.account.email,
            mail_confirmed_at=a.account.confirmed_at,
            mail_sent_at=letter.sent_at if letter else None,
            mail_expires_at=letter.expires_at if letter else None,
            role=Role(a.role),
            sub_registries=tuple(a.sub_registries),
            message=a.message,
            clinic_id=a.clinic_id,
            clinic_name=title_of(a.clinic),
            care_provider_name=provider.name,
            applied_at=a.applied_at,
            reminded_at=a.reminded_at,
            taken_at=a.taken_at,
            taken_by_id=a.taken_by_id,
            taken_by=f"{a.taken_by.given_name} {a.taken_by.surname}" if a.taken_by else "",
            recommended=_recommendation(a),
            decided_at=a.decided_at,
            decided_by_id=a.decided_by_id,
            decided_by=f"{a.decided_by.given_name} {a.decided_by.surname}" if a.decided_by else "",
            reason=a.reason,
        )


def _recommendation(found: Application) -> Recommendation | None:
    by = found.recommended_by
    if by is None or found.recommended_at is None or found.recommended_until is None:
        return None
    return Recommendation(
        by_id=by.id,
        by=f"{by.given_name} {by.surname}".strip(),
        at=found.recommended_at,
        role=Role(found.recommended_role),
        sub_registries=tuple(found.recommended_sub_registries),
        last_day=found.recommended_until,
    )


def _valid_grants(which: Q, at: datetime) -> QuerySet[Grant]:
    return (
        Grant.objects.filter(which, revoked_at=None, begins_at__lte=at, ends_at__gt=at)
        .filter(account__state=AccountState.CONFIRMED)
        .select_related("account")
        .order_by("account__surname", "account__given_name", "id")
    )


def _holders(which: Q, at: datetime) -> tuple[Administrator, ...]:
    return tuple(_administrator(grant) for grant in _valid_grants(which, at))


def _administrator(grant: Grant) -> Administrator:
    return Administrator(
        account_id=grant.account_id,
        name=f"{grant.account.given_name} {grant.account.surname}".strip(),
        email=grant.account.email,
        language=grant.account.language,
    )
