"""Registreringar: all episodes of a clinic, filtered, sorted, counted, page by page and as a file."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, JSONObject

from registret.access.actor import Actor
from registret.access.checks import check_card_age, existing
from registret.access.refusals import NotFound
from registret.access.roles import Permission
from registret.kernel.sweden import day_of, midnight
from registret.ledger.events import Event
from registret.records.lifecycle import UNFINISHED, EpisodeState, StepState
from registret.records.models import Episode, Step
from registret.records.queries.episodes import episodes_of
from registret.records.queries.patients import PAGE, listed_patient, with_numbers
from registret.records.reporting.audited_reads import log_list, work
from registret.records.reporting.work_lists import Work, awaiting
from registret.records.rows import EpisodeList, ListedEpisode, StepMark
from registret.records.scope import clinic_of, provider_scope
from registret.registries.queries import form_of


class EpisodeOrder(StrEnum):
    NEWEST = "newest"
    OLDEST = "oldest"
    SAVED = "saved"
    """What was written last comes first."""
    DUE = "due"
    """The follow-up whose last day comes soonest is first; episodes without one are last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeFilter:
    """`clinic_id`: None is that of the actor's seat. `mine`: begun, written or signed by the actor. `late`: the last
    day of a follow-up is over. `first_day`, `last_day`: of arrival, in Sweden.
    """

    clinic_id: int | None = None
    sub_registry: str | None = None
    state: EpisodeState | None = None
    mine: bool = False
    late: bool = False
    first_day: date | None = None
    last_day: date | None = None
    order: EpisodeOrder = EpisodeOrder.NEWEST


def episode_list(*, actor: Actor, wanted: EpisodeFilter, after: int | None = None, at: datetime) -> EpisodeList:
    """A page of the clinic's episodes, from the episode `after` on, and how many there are in each state.

    Raises: NotPermitted; NotFound (no clinic of the actor, or `after` is not in the list).
    """
    with provider_scope(actor):
        found = _all(actor, wanted)
        rows = _rows(_ordered(_in_state(found, wanted, at=at), wanted, after=after)[: PAGE + 1])
        log_list(actor, Event.EPISODES_LISTED, [row.patient_id for row in rows[:PAGE]], at=at)
        more = rows[PAGE - 1].id if len(rows) > PAGE else None
        return EpisodeList(rows=rows[:PAGE], after=more, counts=_counts(found, wanted, at=at))


def newest(*, actor: Actor, size: int, at: datetime) -> tuple[ListedEpisode, ...]:
    """The clinic's last arrivals. Raises: NotPermitted."""
    with provider_scope(actor):
        wanted = EpisodeFilter()
        rows = _rows(_ordered(_all(actor, wanted), wanted, after=None)[:size])
        log_list(actor, Event.EPISODES_LISTED, [row.patient_id for row in rows], at=at)
        return rows


def episodes_among(*, actor: Actor, episode_ids: Collection[int], at: datetime) -> tuple[ListedEpisode, ...]:
    """Those of these episodes that the actor may see, the last arrival first. Raises: NotPermitted."""
    with provider_scope(actor):
        rows = _rows(episodes_of(actor).filter(id__in=episode_ids).order_by("-began_at", "-id"))
        log_list(actor, Event.EPISODES_LISTED, [row.patient_id for row in rows], at=at)
        return rows


def work_and_awaiting(*, actor: Actor, at: datetime) -> tuple[Work, int]:
    """What waits at the clinic, and how many episodes wait for their follow-up. Raises: NotPermitted."""
    with provider_scope(actor, Permission.REPORT):
        return work(actor=actor, at=at), awaiting(actor)


def episode_file(*, actor: Actor, wanted: EpisodeFilter, at: datetime) -> tuple[ListedEpisode, ...]:
    """The whole list, to take along. Raises: NotPermitted, NotFound (no clinic of the actor), CardTooOld."""
    check_card_age(actor, at=at)
    with provider_scope(actor):
        rows = _rows(_ordered(_in_state(_all(actor, wanted), wanted, at=at), wanted, after=None))
        log_list(actor, Event.EPISODES_EXPORTED, [row.patient_id for row in rows], at=at)
        return rows


def clinics_to_list(actor: Actor) -> tuple[int, ...]:
    """Ids of the clinics of the care provider at which the actor has a seat, that of the present seat first."""
    own = clinic_of(actor)
    others = {s.clinic_id for s in actor.seats if s.care_provider_id == actor.seat.care_provider_id and s.clinic_id}
    return (own, *sorted(others - {own}))


_NO_DAY: Final = date.max

_STEPS: Final[Mapping[EpisodeState, Q]] = {
    EpisodeState.BEGUN: Q(state__in=[StepState.DRAFT, StepState.REOPENED]),
    EpisodeState.FLAGGED: Q(flags__gt=0),
    EpisodeState.LAID_ASIDE: Q(state=StepState.INCOMPLETE),
    EpisodeState.TO_BEGIN: Q(state=StepState.PLANNED, next_since__isnull=False, due_from=None),
    EpisodeState.AWAITING: Q(state=StepState.PLANNED, next_since__isnull=False, due_from__isnull=False),
}


def _steps_in(state: EpisodeState, *, at: datetime) -> Q:
    """Steps that put their episode into the state; for DONE, those that keep it out."""
    if state is EpisodeState.DUE:
        return Q(state=StepState.PLANNED, due_from__lte=day_of(at))
    return _STEPS.get(state, Q())


def _unfinished() -> QuerySet[Step]:
    return Step.objects.filter(state__in=UNFINISHED)


def _all(actor: Actor, wanted: EpisodeFilter) -> QuerySet[Episode]:
    """In any state. Inside `provider_scope(actor)`. Raises: NotFound, NotPermitted."""
    clinic = wanted.clinic_id or clinic_of(actor)
    if clinic not in clinics_to_list(actor):
        raise NotFound()
    # Asked for by themselves, they are few; asked for in one condition, the database reads the steps of all episodes.
    moved_here = list(Step.objects.filter(clinic_id=clinic, is_moved=True).values_list("episode_id", flat=True))
    found = episodes_of(actor).filter(Q(clinic_id=clinic) | Q(id__in=moved_here) if moved_here else Q(clinic_id=clinic))
    if wanted.sub_registry is not None:
        found = found.filter(sub_registry=wanted.sub_registry)
    if wanted.first_day is not None:
        found = found.filter(began_at__gte=midnight(wanted.first_day))
    if wanted.last_day is not None:
        found = found.filter(began_at__lt=midnight(wanted.last_day + timedelta(days=1)))
    if wanted.mine:
        me = actor.account_id
        wrote = Step.objects.filter(Q(saved_by_id=me) | Q(signed_by_id=me), episode=OuterRef("pk"))
        found = found.filter(Q(created_by_id=me) | Exists(wrote))
    return found


def _in_state(found: QuerySet[Episode], wanted: EpisodeFilter, *, at: datetime) -> QuerySet[Episode]:
    steps = _unfinished().filter(episode=OuterRef("pk"))
    if wanted.late:
        found = found.filter(Exists(steps.filter(_late(at))))
    if wanted.state is EpisodeState.DONE:
        return found.exclude(Exists(steps))
    return found if wanted.state is None else found.filter(Exists(steps.filter(_steps_in(wanted.state, at=at))))


def _late(at: datetime) -> Q:
    return Q(state=StepState.PLANNED, due_to__lt=day_of(at))


def _counts(found: QuerySet[Episode], wanted: EpisodeFilter, *, at: datetime) -> Mapping[EpisodeState | None, int]:
    """By state, and of None all together; late ones only, if these are wanted. Two queries."""
    if wanted.late:
        found = found.filter(Exists(_unfinished().filter(_late(at), episode=OuterRef("pk"))))
    total = found.count()
    states = [state for state in EpisodeState if state is not EpisodeState.DONE]
    told = {state.value: Count("episode", distinct=True, filter=_steps_in(state, at=at)) for state in states}
    counted = _unfinished().filter(episode__in=found).aggregate(left=Count("episode", distinct=True), **told)
    by_state: dict[EpisodeState | None, int] = {state: int(counted[state.value]) for state in states}
    return by_state | {None: total, EpisodeState.DONE: total - int(counted["left"])}


def _ordered(found: QuerySet[Episode], wanted: EpisodeFilter, *, after: int | None) -> QuerySet[Episode]:
    """From the episode `after` on. Raises: NotFound (it is not among them)."""
    steps = Step.objects.filter(episode=OuterRef("pk")).order_by().values("episode")
    keys: dict[EpisodeOrder, Any] = {
        EpisodeOrder.SAVED: Subquery(steps.annotate(key=Max("saved_at")).values("key")),
        EpisodeOrder.DUE: Coalesce(
            Subquery(steps.filter(state=StepState.PLANNED).annotate(key=Min("due_to")).values("key")), Value(_NO_DAY)
        ),
    }
    key = "began_at"
    if wanted.order in keys:
        key, found = "key", found.annotate(key=keys[wanted.order])
    rising = wanted.order in {EpisodeOrder.OLDEST, EpisodeOrder.DUE}
    if after is not None:
        mark = existing(found.filter(id=after).values_list(key, flat=True).first())
        way = "gt" if rising else "lt"
        # The first condition alone says where an index begins to be read.
        found = found.filter(Q(**{f"{key}__{way}e": mark}), Q(**{f"{key}__{way}": mark}) | Q(**{f"id__{way}": after}))
    return found.order_by(F(key).asc() if rising else F(key).desc(), "id" if rising else "-id")


def _rows(found: QuerySet[Episode]) -> tuple[ListedEpisode, ...]:
    """With patients, their numbers in force and the steps: one query."""
    steps = Step.objects.filter(episode=OuterRef("pk")).values(
        of=JSONObject(
            code="code", state="state", flags="flags", lacking="lacking", due_from="due_from", due_to="due_to"
        )
    )
    told = with_numbers(found.select_related("patient"), patient="patient_id").annotate(
        saved=Subquery(
            Step.objects.filter(episode=OuterRef("pk"))
            .order_by()
            .values("episode")
            .annotate(at=Max("saved_at"))
            .values("at")
        ),
        told_steps=ArraySubquery(steps),
    )
    return tuple(_row(episode) for episode in told)


def _row(found: Any) -> ListedEpisode:
    patient = listed_patient(found.patient, text=found.number_text, kind=found.number_kind)
    order = [step.code for step in form_of(found.sub_registry, found.version).steps]
    return ListedEpisode(
        id=found.id,
        system_id=found.system_id,
        patient_id=patient.id,
        patient=patient.system_id,
        shown=patient.shown,
        age=patient.age_at(day_of(found.began_at)),
        sex=patient.sex,
        sub_registry=found.sub_registry,
        version=found.version,
        clinic_id=found.clinic_id,
        began_at=found.began_at,
        created_by_name=found.created_by_name,
        saved_at=found.saved,
        steps=tuple(sorted((_mark(step) for step in found.told_steps), key=lambda step: order.index(step.code))),
    )


def _mark(step: Mapping[str, Any]) -> StepMark:
    days = {name: date.fromisoformat(step[name]) if step[name] else None for name in ("due_from", "due_to")}
    return StepMark(
        code=step["code"], state=StepState(step["state"]), flags=step["flags"], lacking=step["lacking"], **days
    )
