"""Gallring (L19): how long a sub-registry keeps episodes is data; that they are destroyed is a decision with an author.

The answers to its research questions may have a shorter time of their own, and are then decided about by themselves.
Numbers only: nobody who decides sees a patient.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from registret.access.actor import Actor
from registret.access.checks import check_card_age
from registret.access.refusals import NotFound, NotPermitted
from registret.access.roles import Permission
from registret.kernel.by import By
from registret.kernel.sweden import day_of, midnight, months_later
from registret.ledger.services import record
from registret.records.destroying import destroy_episodes, destroy_patient, destroy_research
from registret.records.holding import hold_identities, hold_numbers
from registret.records.models import Destruction, Episode, Keeping, Number, Patient, Revision, Step
from registret.records.refusals import AlreadyDeciding, KeptUntil, NothingSoOld
from registret.records.sight import sight_of_all
from registret.registries.queries import RegistryState, SubRegistry, catalogue, name_of, sub_registries
from registret.registries.schema import RegisterFile

_BATCH: Final = 100
SHOWN_FOR: Final = timedelta(days=90)
_CLOCK: Final = By.of_program("clock")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A decision. `until`: kept until that day. `before`: those that began before it, or their answers to research
    questions (`what`), are destroyed; `done_at`: were."""

    what: str
    before: datetime | None
    until: date | None
    reason: str
    episodes: int
    at: datetime
    by_name: str
    done_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What is older than it is kept: `past` episodes, which began before `before`, `keep_years` ago.

    `waiting`: a decision to destroy is being carried out. `destroyed`: how many episodes were until now.
    """

    keep_years: int
    before: datetime
    past: int
    waiting: bool
    destroyed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Age:
    """How it stands with a sub-registry that has `episodes`. `held_until`: a decision keeps all of them until then.

    `research`: of the answers to research questions, where the sub-registry says how long they are kept; counted are
    the episodes that have any.
    """

    sub_registry: str
    episodes: int
    whole: Past
    research: Past | None
    held_until: date | None
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
    with sight_of_all():
        kept = dict(Episode.objects.values_list("sub_registry").annotate(number=Count("id")))
        return tuple(
            Age(
                sub_registry=code,
                episodes=kept.get(code, 0),
                whole=_stands(code, Keeping.What.DESTROY, time.whole, at=at),
                research=_stands(code, Keeping.What.RESEARCH, time.research, at=at) if time.research else None,
                held_until=_held_until(code, at=at),
                decisions=_decisions(code),
            )
            for code, time in kept_for().items()
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
    _decide_to_destroy(actor, age, age.whole, reason, what=Keeping.What.DESTROY, at=at)


@transaction.atomic
def decide_to_destroy_research(*, actor: Actor, sub_registry: str, reason: str, at: datetime) -> None:
    """The answers to research questions that are older than the sub-registry keeps those will be destroyed, by the
    clock. The episodes stay.

    Raises: NotPermitted, CardTooOld, NothingSoOld, AlreadyDeciding; NotFound (also: they are kept as long as the rest);
        KeptUntil (a decision keeps them); ValueError (no reason).
    """
    age = _to_decide(actor, sub_registry, reason, at=at)
    if age.research is None:
        raise NotFound()
    _decide_to_destroy(actor, age, age.research, reason, what=Keeping.What.RESEARCH, at=at)


@transaction.atomic
def decide_to_keep(*, actor: Actor, sub_registry: str, until: date, reason: str, at: datetime) -> None:
    """Nothing there is destroyed for its age until that day: research needs it, or something is being looked into. It
    also ends earlier decisions to destroy that are not carried out yet.

    Raises: NotPermitted, NotFound, CardTooOld; ValueError (no reason, or the day is not ahead).
    """
    age = _to_decide(actor, sub_registry, reason, at=at)
    if until <= day_of(at):
        raise ValueError("kept until a day that is not ahead")
    Keeping.objects.filter(_PENDING, sub_registry=sub_registry).update(done_at=at)
    _decided(actor, age, age.whole, reason, what=Keeping.What.KEEP, until=until, at=at)


def destroy_due(*, at: datetime) -> int:
    """Carries out decisions to destroy, in batches of one transaction each; answers how many episodes were destroyed,
    or their answers to research questions."""
    done = 0
    for keeping_id in Keeping.objects.filter(_PENDING).order_by("id").values_list("id", flat=True):
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
    return midnight(months_later(day_of(at), -12 * years))


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFor:
    """Years. `research`: None if the answers to research questions are kept as long as the rest."""

    whole: int
    research: int | None


def kept_for() -> dict[str, KeptFor]:
    """By sub-registry that is not being drafted, in the order of the sub-registries."""
    found = {one.code: _rule_of(one) for one in sub_registries() if one.state != RegistryState.DRAFT}
    return {code: KeptFor(whole=rule.keep_years, research=rule.keep_research_years) for code, rule in found.items()}


def _rule_of(sub_registry: SubRegistry) -> RegisterFile:
    """The version that says how long episodes are kept: the one in force. If that only closes the sub-registry, without
    forms, and says nothing about it: the newest that has forms."""
    registers = catalogue().registers
    in_force = registers[sub_registry.code, sub_registry.version]
    if in_force.steps or "keep_years" in in_force.model_fields_set:
        return in_force
    before = [v for code, v in catalogue().forms if code == sub_registry.code and v < sub_registry.version]
    return registers[sub_registry.code, max(before)] if before else in_force


def _require_handler(actor: Actor) -> None:
    if not actor.may(Permission.HANDLE_CASES):
        raise NotPermitted()


def _to_decide(actor: Actor, sub_registry: str, reason: str, *, at: datetime) -> Age:
    if not reason.strip():
        raise ValueError("a decision has a reason")
    age = age_of(actor=actor, sub_registry=sub_registry, at=at)
    check_card_age(actor, at=at)
    return age


def _stands(sub_registry: str, what: Keeping.What, years: int, *, at: datetime) -> Past:
    """Inside `sight_of_all`."""
    before = before_of(years, at=at)
    destroyed = Destruction.objects.filter(sub_registry=sub_registry, why=_WHY[what])
    return Past(
        keep_years=years,
        before=before,
        past=_PAST[what](sub_registry, before).count(),
        waiting=Keeping.objects.filter(sub_registry=sub_registry, what=what, done_at=None).exists(),
        destroyed=destroyed.aggregate(number=Sum("episodes"))["number"] or 0,
    )


def _past(sub_registry: str, before: datetime) -> QuerySet[Episode]:
    return Episode.objects.filter(sub_registry=sub_registry, began_at__lt=before)


def _past_with_research(sub_registry: str, before: datetime) -> QuerySet[Episode]:
    """Those that have an answer to a research question, or had."""
    steps = Step.objects.filter(_has_research(sub_registry), episode_id=OuterRef("id"))
    return _past(sub_registry, before).filter(Exists(steps))


_PAST: Final = {Keeping.What.DESTROY: _past, Keeping.What.RESEARCH: _past_with_research}
_WHY: Final = {
    Keeping.What.DESTROY: Destruction.Why.RETENTION,
    Keeping.What.RESEARCH: Destruction.Why.RESEARCH,
}
_PENDING: Final = Q(what__in=list(_WHY), done_at=None)


def _has_research(sub_registry: str) -> Q:
    """Of a step: it or its history has an answer to a question that is a research question of its form."""
    found = Q(pk__in=())
    for (version, step), codes in _research_codes(sub_registry).items():
        revised = Revision.objects.filter(step_id=OuterRef("id"), changes__has_any_keys=sorted(codes))
        answered = Q(answers__has_any_keys=sorted(codes)) | Q(Exists(revised))
        found |= Q(episode__version=version, code=step) & answered
    return found


def _research_codes(sub_registry: str) -> Mapping[tuple[int, str], Collection[str]]:
    """By version and step. History may have answers to an earlier version: they count unless this one asks the same
    outside of its research questions."""
    forms = {version: form for (code, version), form in catalogue().forms.items() if code == sub_registry}
    ever = frozenset(code for form in forms.values() for step in form.steps for code in step.research_codes)
    found: dict[tuple[int, str], frozenset[str]] = {}
    for version, form in forms.items():
        asked = {code for step in form.steps for code in {q.code for q in step.questions} - step.research_codes}
        found |= {(version, step.code): ever - asked for step in form.steps if ever - asked}
    return found


def _held_until(sub_registry: str, *, at: datetime) -> date | None:
    today = day_of(at)
    held = Keeping.objects.filter(sub_registry=sub_registry, what=Keeping.What.KEEP, until__gte=today)
    return held.order_by("-until").values_list("until", flat=True).first()


def _decide_to_destroy(actor: Actor, age: Age, past: Past, reason: str, *, what: Keeping.What, at: datetime) -> None:
    if age.held_until is not None:
        raise KeptUntil(day=age.held_until.isoformat())
    if past.past == 0:
        raise NothingSoOld()
    try:
        with transaction.atomic():
            _decided(actor, age, past, reason, what=what, until=None, at=at)
    except IntegrityError as trouble:
        if "one_destruction_at_a_time" not in str(trouble):
            raise
        raise AlreadyDeciding() from None


def _decided(
    actor: Actor, age: Age, past: Past, reason: str, *, what: Keeping.What, until: date | None, at: datetime
) -> None:
    Keeping.objects.create(
        sub_registry=age.sub_registry,
        what=what,
        before=past.before if until is None else None,
        until=until,
        reason=reason.strip(),
        episodes=past.past,
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
            "episodes": past.past,
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
        oldest = _PAST[Keeping.What(found.what)](found.sub_registry, found.before).order_by("began_at", "id")[:_BATCH]
        episodes = dict(oldest.values_list("id", "patient_id"))
        if not episodes:
            Keeping.objects.filter(id=keeping_id).update(done_at=at)
            return 0
        if found.what == Keeping.What.RESEARCH:
            return _destroy_research(found.sub_registry, episodes, at=at)
        return _destroy(episodes, at=at)


def _destroy(episodes: Mapping[int, int], *, at: datetime) -> int:
    """`episodes`: their patients."""
    patients = set(episodes.values())
    # Somebody who is registered anew at this moment stays: whoever registers holds the number.
    hold_numbers(*Number.objects.filter(patient_id__in=patients).values_list("text", flat=True))
    gone = destroy_episodes(list(episodes), why=Destruction.Why.RETENTION, by=_CLOCK, at=at)
    left = Patient.objects.filter(~Exists(Episode.objects.filter(patient_id=OuterRef("id"))), id__in=patients)
    for patient_id in list(left.values_list("id", flat=True)):
        destroy_patient(patient_id)
    return sum(gone.values())


def _destroy_research(sub_registry: str, episodes: Collection[int], *, at: datetime) -> int:
    codes = _research_codes(sub_registry)
    steps = Step.objects.filter(_has_research(sub_registry), episode_id__in=list(episodes))
    found = {id_: codes[version, step] for id_, version, step in steps.values_list("id", "episode__version", "code")}
    return sum(destroy_research(found, by=_CLOCK, at=at).values())


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
