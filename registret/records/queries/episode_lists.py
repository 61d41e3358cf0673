"""Lists of episodes: which ones, in which order, with what is shown of each, and how many are in each state.

Everyone who works at a clinic opens its list, so the SQL of each question is built once, without its values.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any, Final, NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, JSONObject

from registret.access.actor import Actor
from registret.access.checks import existing
from registret.database.prepared import Given, Prepared, count_of
from registret.kernel.sweden import day_of, midnight
from registret.records.lifecycle import UNFINISHED, EpisodeState, StepState
from registret.records.models import Episode, Step
from registret.records.numbers import PatientNumber
from registret.records.queries.episodes import episodes_in, place_of
from registret.records.queries.patients import with_numbers
from registret.records.rows import ListedEpisode, PatientRow, StepMark
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


@dataclass(frozen=True, slots=True)
class EpisodeQuestion:
    """Episodes of a clinic that fit a filter. `kind`: the filter without its values, which are in `given`; `has_moved`:
    a step of some episode has moved to the clinic."""

    kind: EpisodeFilter
    has_moved: bool
    given: Mapping[str, Any]

    @classmethod
    def of(cls, actor: Actor, wanted: EpisodeFilter, *, clinic: int, at: datetime) -> EpisodeQuestion:
        """Inside `provider_scope(actor)`. One query."""
        moved = _MOVED.rows(clinic=clinic)
        first, last = wanted.first_day, wanted.last_day
        given = place_of(actor) | {
            "clinic": clinic,
            "moved": moved,
            "sub_registry": wanted.sub_registry,
            "first": midnight(first) if first else None,
            "end": midnight(last + timedelta(days=1)) if last else None,
            "actor": actor.account_id,
            "today": day_of(at),
        }
        kind = replace(
            wanted,
            clinic_id=None,
            sub_registry=None if wanted.sub_registry is None else "",
            first_day=None if first is None else date.min,
            last_day=None if last is None else date.min,
        )
        return cls(kind, bool(moved), given)

    def rows(self, *, after: int | None = None, most: int | None = None) -> tuple[ListedEpisode, ...]:
        """From the episode `after` on, the first `most` of them. Raises: NotFound (it is not among them)."""
        given = dict(self.given)
        if after is not None:
            mark = existing(_mark(self.kind, self.has_moved).first(**given, after=after))
            given |= {"after": after, "mark": mark}
        return tuple(map(_row, _page(self.kind, self.has_moved, after is not None, most).rows(**given)))

    def counts(self) -> Mapping[EpisodeState | None, int]:
        """By state, and of None all together; late ones only, if these are wanted. In any state."""
        found = existing(_counted(replace(self.kind, state=None), self.has_moved).first(**self.given))
        total, left, *by_state = found
        counts: dict[EpisodeState | None, int] = dict(zip(_COUNTED, by_state, strict=True))
        return counts | {None: total, EpisodeState.DONE: total - left}


def listed_among(actor: Actor, episode_ids: Collection[int]) -> tuple[ListedEpisode, ...]:
    """Those of these episodes that the actor may see, the last arrival first. Inside `provider_scope(actor)`."""
    ids = list(episode_ids)
    return tuple(map(_row, _AMONG.rows(**place_of(actor), ids=ids) if ids else ()))


_NO_DAY: Final = date.max
_MOVED: Final = Prepared(
    # Asked for by themselves, they are few; asked for in one condition, the database reads the steps of all episodes.
    lambda: Step.objects.filter(clinic_id=Given("clinic"), is_moved=True).values_list("episode_id", flat=True)
)
_COUNTED: Final = tuple(state for state in EpisodeState if state is not EpisodeState.DONE)
# Steps that put their episode into the state; for DONE, those that keep it out.
_STEPS: Final[Mapping[EpisodeState, Q]] = {
    EpisodeState.BEGUN: Q(state__in=[StepState.DRAFT, StepState.REOPENED]),
    EpisodeState.FLAGGED: Q(flags__gt=0),
    EpisodeState.LAID_ASIDE: Q(state=StepState.INCOMPLETE),
    EpisodeState.TO_BEGIN: Q(state=StepState.PLANNED, next_since__isnull=False, due_from=None),
    EpisodeState.DUE: Q(state=StepState.PLANNED, due_from__lte=Given("today")),
    EpisodeState.AWAITING: Q(state=StepState.PLANNED, next_since__isnull=False, due_from__isnull=False),
    EpisodeState.DONE: Q(),
}
_LATE: Final = Q(state=StepState.PLANNED, due_to__lt=Given("today"))


@cache
def _page(kind: EpisodeFilter, has_moved: bool, is_after: bool, most: int | None) -> Prepared[Any]:
    return Prepared(lambda: _told(_ordered(_found(kind, has_moved), kind.order, is_after=is_after)[:most]))


@cache
def _mark(kind: EpisodeFilter, has_moved: bool) -> Prepared[Any]:
    """By what the episode `after` stands in its place."""
    keyed, key = _keyed(_found(kind, has_moved), kind.order)
    return Prepared(lambda: keyed.filter(id=Given("after")).values_list(key, flat=True))


@cache
def _counted(kind: EpisodeFilter, has_moved: bool) -> Prepared[Any]:
    """How many there are, how many are not done, and how many are in each state of `_COUNTED`."""

    def query() -> QuerySet[Step, Any]:
        found = _found(kind, has_moved)
        told = {state.value: Count("episode", distinct=True, filter=_STEPS[state]) for state in _COUNTED}
        steps = _unfinished().filter(episode__in=found).annotate(one=Value(1)).values("one")
        counted = steps.annotate(total=Subquery(count_of(found)), left=Count("episode", distinct=True), **told)
        return counted.values_list("total", "left", *told)

    return Prepared(query)


def _unfinished() -> QuerySet[Step]:
    return Step.objects.filter(state__in=UNFINISHED)


def _found(kind: EpisodeFilter, has_moved: bool) -> QuerySet[Episode]:
    here = Q(clinic_id=Given("clinic")) | Q(id__any=Given("moved")) if has_moved else Q(clinic_id=Given("clinic"))
    found = episodes_in(Given("provider"), Given("sub_registries")).filter(here)
    if kind.sub_registry is not None:
        found = found.filter(sub_registry=Given("sub_registry"))
    if kind.first_day is not None:
        found = found.filter(began_at__gte=Given("first"))
    if kind.last_day is not None:
        found = found.filter(began_at__lt=Given("end"))
    if kind.mine:
        me = Given("actor")
        wrote = Step.objects.filter(Q(saved_by_id=me) | Q(signed_by_id=me), episode=OuterRef("pk"))
        found = found.filter(Q(created_by_id=me) | Exists(wrote))
    steps = _unfinished().filter(episode=OuterRef("pk"))
    if kind.late:
        found = found.filter(Exists(steps.filter(_LATE)))
    if kind.state is EpisodeState.DONE:
        return found.exclude(Exists(steps))
    return found if kind.state is None else found.filter(Exists(steps.filter(_STEPS[kind.state])))


def _keyed(found: QuerySet[Episode], order: EpisodeOrder) -> tuple[QuerySet[Episode], str]:
    """With the column that it is sorted by."""
    steps = Step.objects.filter(episode=OuterRef("pk")).order_by().values("episode")
    keys: dict[EpisodeOrder, Any] = {
        EpisodeOrder.SAVED: Subquery(steps.annotate(key=Max("saved_at")).values("key")),
        EpisodeOrder.DUE: Coalesce(
            Subquery(steps.filter(state=StepState.PLANNED).annotate(key=Min("due_to")).values("key")), Value(_NO_DAY)
        ),
    }
    return (found.annotate(key=keys[order]), "key") if order in keys else (found, "began_at")


def _ordered(found: QuerySet[Episode], order: EpisodeOrder, *, is_after: bool) -> QuerySet[Episode]:
    found, key = _keyed(found, order)
    rising = order in {EpisodeOrder.OLDEST, EpisodeOrder.DUE}
    if is_after:
        mark, after, way = Given("mark"), Given("after"), "gt" if rising else "lt"
        # The first condition alone says where an index begins to be read.
        found = found.filter(Q(**{f"{key}__{way}e": mark}), Q(**{f"{key}__{way}": mark}) | Q(**{f"id__{way}": after}))
    return found.order_by(F(key).asc() if rising else F(key).desc(), "id" if rising else "-id")


class _Told(NamedTuple):
    """What is read of an episode, as `_told` names it."""

    id: int
    system_id: str
    patient_id: int
    sub_registry: str
    version: int
    clinic_id: int
    began_at: datetime
    created_by_name: str
    patient__system_id: str
    patient__birth_date: date
    patient__sex: str
    patient__is_protected: bool
    patient__died_on: date | None
    number_text: str
    number_kind: str
    saved: datetime | None
    told_steps: Sequence[Mapping[str, Any]]


def _told(found: QuerySet[Episode]) -> QuerySet[Episode, Any]:
    """With patients, their numbers in force and the steps: one query."""
    steps = Step.objects.filter(episode=OuterRef("pk")).values(
        of=JSONObject(
            code="code", state="state", flags="flags", lacking="lacking", due_from="due_from", due_to="due_to"
        )
    )
    saved = Step.objects.filter(episode=OuterRef("pk")).order_by().values("episode").annotate(at=Max("saved_at"))
    told: QuerySet[Episode] = with_numbers(found, patient="patient_id")
    told = told.annotate(saved=Subquery(saved.values("at")), told_steps=ArraySubquery(steps))
    return told.values_list(*_Told._fields)


_AMONG: Final = Prepared(
    lambda: _told(
        episodes_in(Given("provider"), Given("sub_registries"))
        .filter(id__any=Given("ids"))
        .order_by("-began_at", "-id")
    )
)


def _row(columns: Sequence[Any]) -> ListedEpisode:
    found = _Told._make(columns)
    patient = PatientRow.nameless(
        id=found.patient_id,
        system_id=found.patient__system_id,
        birth_date=found.patient__birth_date,
        sex=found.patient__sex,
        is_protected=found.patient__is_protected,
        died_on=found.patient__died_on,
        number=PatientNumber(found.number_text, found.number_kind),
    )
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
        steps=tuple(sorted(map(_mark_of, found.told_steps), key=lambda step: order.index(step.code))),
    )


def _mark_of(step: Mapping[str, Any]) -> StepMark:
    days = {name: date.fromisoformat(step[name]) if step[name] else None for name in ("due_from", "due_to")}
    return StepMark(
        code=step["code"], state=StepState(step["state"]), flags=step["flags"], lacking=step["lacking"], **days
    )
