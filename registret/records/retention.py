"""Gallring (L19): how long a sub-registry keeps episodes is data; that they are destroyed is a decision with an author.

Numbers only: nobody who decides sees a patient.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Count, Exists, OuterRef, QuerySet, Sum

from registret.access.actor import Actor
from registret.access.checks import check_card_age
from registret.access.refusals import NotFound, NotPermitted
from registret.access.roles import Permission
from registret.kernel.by import By
from registret.ledger.services import record
from registret.records.destroying import destroy_episodes, destroy_patient
from registret.records.holding import hold_identities, hold_numbers
from registret.records.models import Destruction, Episode, Keeping, Number, Patient
from registret.records.refusals import AlreadyDeciding, KeptUntil, NothingSoOld
from registret.records.sight import sight_of_all
from registret.registries.answers import SWEDEN
from registret.registries.queries import RegistryState, catalogue, name_of, sub_registries

_BATCH: Final = 100
SHOWN_FOR: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A decision. `until`: kept until that day. `before`: those that began before it are destroyed; `done_at`: were."""

    what: str
    before: datetime | None
    until: date | None
    reason: str
    episodes: int
    at: datetime
    by_name: str
    done_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Age:
    """How it stands with a sub-registry. `past`: episodes that began before `before`, which is `keep_years` ago.

    `held_until`: a decision keeps all of them until then. `waiting`: a decision to destroy is being carried out.
    """

    sub_registry: str
    keep_years: int
    episodes: int
    past: int
    before: datetime
    held_until: date | None
    waiting: bool
    destroyed: int
    decisions: tuple[Decided, ...]

    @property
    def name(self) -> str:
        """In the active language."""
        return name_of(self.sub_registry)


@dataclass(frozen=True, slots=True, kw_only=True)
class Destroyed:
    """Episodes of a clinic that are no more."""

    sub_registry: str
    why: str
    episodes: int
    at: datetime

    @property
    def name(self) -> str:
        """Of the sub-registry, in the active language."""
        return name_of(self.sub_registry)


def ages(*, actor: Actor, at: datetime) -> tuple[Age, ...]:
    """Of all sub-registries, in their order. Raises: NotPermitted."""
    _require_handler(actor)
    years = keep_years()
    with sight_of_all():
        kept = dict(Episode.objects.values_list("sub_registry").annotate(number=Count("id")))
        past = {code: _past(code, before_of(years[code], at=at)).count() for code in years}
    destroyed = Destruction.objects.filter(why=Destruction.Why.RETENTION).values_list("sub_registry")
    gone = dict(destroyed.annotate(number=Sum("episodes")))
    return tuple(
        Age(
            sub_registry=code,
            keep_years=years[code],
            episodes=kept.get(code, 0),
            past=past[code],
            before=before_of(years[code], at=at),
            held_until=_held_until(code, at=at),
            waiting=Keeping.objects.filter(sub_registry=code, what=Keeping.What.DESTROY, done_at=None).exists(),
            destroyed=gone.get(code, 0),
            decisions=_decisions(code),
        )
        for code in years
    )


def age_of(*, actor: Actor, sub_registry: str, at: datetime) -> Age:
    """Raises: NotPermitted, NotFound."""
    found = {age.sub_registry: age for age in ages(actor=actor, at=at)}
    if sub_registry not in found:
        raise NotFound()
    return found[sub_registry]


@transaction.atomic
def decide_to_destroy(*, actor: Actor, sub_registry: str, reason: str, at: datetime) -> None:
    """What is older than the sub-registry keeps it will be destroyed, by the clock.

    Raises: NotPermitted, NotFound, CardTooOld, NothingSoOld, AlreadyDeciding; KeptUntil (a decision keeps them);
        ValueError (no reason).
    """
    age = _to_decide(actor, sub_registry, reason, at=at)
    if age.held_until is not None:
        raise KeptUntil(day=age.held_until.isoformat())
    if age.past == 0:
        raise NothingSoOld()
    try:
        with transaction.atomic():
            _decided(actor, age, reason, what=Keeping.What.DESTROY, before=age.before, until=None, at=at)
    except IntegrityError as trouble:
        if "one_destruction_at_a_time" not in str(trouble):
            raise
        raise AlreadyDeciding() from None


@transaction.atomic
def decide_to_keep(*, actor: Actor, sub_registry: str, until: date, reason: str, at: datetime) -> None:
    """Nothing there is destroyed for its age until that day: research needs it, or something is being looked into. It
    also ends an earlier decision to destroy that is not carried out yet.

    Raises: NotPermitted, NotFound, CardTooOld; ValueError (no reason, or the day is not ahead).
    """
    age = _to_decide(actor, sub_registry, reason, at=at)
    if until <= at.astimezone(SWEDEN).date():
        raise ValueError("kept until a day that is not ahead")
    pending = Keeping.objects.filter(sub_registry=sub_registry, what=Keeping.What.DESTROY, done_at=None)
    pending.update(done_at=at)
    _decided(actor, age, reason, what=Keeping.What.KEEP, before=None, until=until, at=at)


def destroy_due(*, at: datetime) -> int:
    """Carries out decisions to destroy, in batches of one transaction each; answers how many episodes."""
    done = 0
    for keeping_id in Keeping.objects.filter(what=Keeping.What.DESTROY, done_at=None).values_list("id", flat=True):
        while batch := _batch(keeping_id, at=at):
            done += batch
    return done


def destroyed_lately(*, actor: Actor, at: datetime) -> tuple[Destroyed, ...]:
    """At the actor's clinic, newest first: so that nobody looks for what is no more. Raises: NotPermitted."""
    if actor.seat.clinic_id is None or not actor.may(Permission.READ_RECORDS):
        raise NotPermitted()
    found = Destruction.objects.filter(clinic_id=actor.seat.clinic_id, at__gt=at - SHOWN_FOR).order_by("-at", "-id")
    return tuple(
        Destroyed(sub_registry=one.sub_registry, why=one.why, episodes=one.episodes, at=one.at) for one in found[:20]
    )


def before_of(years: int, *, at: datetime) -> datetime:
    """Midnight in Sweden, so many years ago."""
    today = at.astimezone(SWEDEN).date()
    try:
        day = today.replace(year=today.year - years)
    except ValueError:  # the 29th of February
        day = today.replace(year=today.year - years, day=28)
    return datetime(day.year, day.month, day.day, tzinfo=SWEDEN)


def keep_years() -> dict[str, int]:
    """By sub-registry that is not being drafted, as the version in force says; in the order of the sub-registries."""
    registers = catalogue().registers
    known = (one for one in sub_registries() if one.state is not RegistryState.DRAFT)
    return {one.code: registers[one.code, one.version].keep_years for one in known}


def _require_handler(actor: Actor) -> None:
    if not actor.may(Permission.HANDLE_CASES):
        raise NotPermitted()


def _to_decide(actor: Actor, sub_registry: str, reason: str, *, at: datetime) -> Age:
    if not reason.strip():
        raise ValueError("a decision has a reason")
    age = age_of(actor=actor, sub_registry=sub_registry, at=at)
    check_card_age(actor, at=at)
    return age


def _past(sub_registry: str, before: datetime) -> QuerySet[Episode]:
    return Episode.objects.filter(sub_registry=sub_registry, began_at__lt=before)


def _held_until(sub_registry: str, *, at: datetime) -> date | None:
    today = at.astimezone(SWEDEN).date()
    held = Keeping.objects.filter(sub_registry=sub_registry, what=Keeping.What.KEEP, until__gte=today)
    return held.order_by("-until").values_list("until", flat=True).first()


def _decided(
    actor: Actor,
    age: Age,
    reason: str,
    *,
    what: Keeping.What,
    before: datetime | None,
    until: date | None,
    at: datetime,
) -> None:
    Keeping.objects.create(
        sub_registry=age.sub_registry,
        what=what,
        before=before,
        until=until,
        reason=reason.strip(),
        episodes=age.past,
        at=at,
        by_account_id=actor.account_id,
        by_name=actor.name,
    )
    record(
        event="retention.decided",
        by=actor.by,
        at=at,
        facts={
            "sub_registry": age.sub_registry,
            "what": what.value,
            "episodes": age.past,
            "until": until.isoformat() if until else None,
            "reason": reason.strip(),
        },
    )


@transaction.atomic
def _batch(keeping_id: int, *, at: datetime) -> int:
    """Some of the oldest; answers how many, 0 when there are none left or they may not be touched now."""
    # What another process carries out at this moment is left to it.
    found = Keeping.objects.select_for_update(skip_locked=True).filter(id=keeping_id, done_at=None).first()
    if found is None or found.before is None or _held_until(found.sub_registry, at=at) is not None:
        return 0
    hold_identities()
    with sight_of_all():
        oldest = _past(found.sub_registry, found.before).order_by("began_at", "id")[:_BATCH]
        episodes = dict(oldest.values_list("id", "patient_id"))
        if not episodes:
            Keeping.objects.filter(id=keeping_id).update(done_at=at)
            return 0
        patients = set(episodes.values())
        # Somebody who is registered anew at this moment stays: whoever registers holds the number.
        hold_numbers(*Number.objects.filter(patient_id__in=patients).values_list("text", flat=True))
        gone = destroy_episodes(list(episodes), why=Destruction.Why.RETENTION, by=By.of_program("clock"), at=at)
        left = Patient.objects.filter(~Exists(Episode.objects.filter(patient_id=OuterRef("id"))), id__in=patients)
        for patient_id in list(left.values_list("id", flat=True)):
            destroy_patient(patient_id)
        return sum(gone.values())


def _decisions(sub_registry: str) -> tuple[Decided, ...]:
    found = Keeping.objects.filter(sub_registry=sub_registry).order_by("-id")[:20]
    return tuple(
        Decided(
            what=one.what,
            before=one.before,
            until=one.until,
            reason=one.reason,
            episodes=one.episodes,
            at=one.at,
            by_name=one.by_name,
            done_at=one.done_at,
        )
        for one in found
    )
