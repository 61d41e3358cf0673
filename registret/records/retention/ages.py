"""How long each sub-registry keeps episodes, how many are older, and what was decided about them (gallring).

The answers to research questions may have a shorter time of their own, and are then decided about by themselves.
Everything here is a number: nobody who decides sees a patient.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from registret.access.actor import Actor
from registret.access.refusals import NotFound
from registret.access.roles import Permission
from registret.kernel.sweden import day_of, midnight, months_later
from registret.records.models import DeletionTally, Episode, RetentionDecision, Revision, Step
from registret.records.scope import all_providers
from registret.registries.loading.catalogue import SubRegistry
from registret.registries.queries import catalogue, name_of, sub_registries
from registret.registries.schema import RegisterFile
from registret.registries.vocabulary import RegistryState


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
    """Episodes that are older than they are kept: `past` of them began before `before`, `keep_years` ago.

    `waiting`: a decision to destroy is being carried out. `destroyed`: how many episodes were until now.
    """

    keep_years: int
    before: datetime
    past: int
    waiting: bool
    destroyed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Age:
    """The ages of the `episodes` of a sub-registry. `held_until`: a decision keeps all of them until then.

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


def ages(*, actor: Actor, at: datetime) -> tuple[Age, ...]:
    """Of all sub-registries, in their order. Raises: NotPermitted."""
    actor.require(Permission.HANDLE_CASES)
    with all_providers():
        kept = dict(Episode.objects.values_list("sub_registry").annotate(number=Count("id")))
        return tuple(
            Age(
                sub_registry=code,
                episodes=kept.get(code, 0),
                whole=_stands(code, RetentionDecision.What.DESTROY, time.whole, at=at),
                research=_stands(code, RetentionDecision.What.RESEARCH, time.research, at=at)
                if time.research
                else None,
                held_until=held_until(code, at=at),
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


def before_of(years: int, *, at: datetime) -> datetime:
    """Return midnight in Sweden, so many years ago."""
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


def _stands(sub_registry: str, what: RetentionDecision.What, years: int, *, at: datetime) -> Past:
    """Inside `all_providers`."""
    before = before_of(years, at=at)
    destroyed = DeletionTally.objects.filter(sub_registry=sub_registry, why=_WHY[what])
    return Past(
        keep_years=years,
        before=before,
        past=PAST[what](sub_registry, before).count(),
        waiting=RetentionDecision.objects.filter(sub_registry=sub_registry, what=what, done_at=None).exists(),
        destroyed=destroyed.aggregate(number=Sum("episodes"))["number"] or 0,
    )


def _past(sub_registry: str, before: datetime) -> QuerySet[Episode]:
    return Episode.objects.filter(sub_registry=sub_registry, began_at__lt=before)


def _past_with_research(sub_registry: str, before: datetime) -> QuerySet[Episode]:
    """Those that have an answer to a research question, or had."""
    steps = Step.objects.filter(has_research(sub_registry), episode_id=OuterRef("id"))
    return _past(sub_registry, before).filter(Exists(steps))


PAST: Final = {RetentionDecision.What.DESTROY: _past, RetentionDecision.What.RESEARCH: _past_with_research}
_WHY: Final = {
    RetentionDecision.What.DESTROY: DeletionTally.Why.RETENTION,
    RetentionDecision.What.RESEARCH: DeletionTally.Why.RESEARCH,
}
PENDING: Final = Q(what__in=list(_WHY), done_at=None)


def has_research(sub_registry: str) -> Q:
    """Of a step: it or its history has an answer to a question that is a research question of its form."""
    found = Q(pk__in=())
    for (version, step), codes in research_codes_of(sub_registry).items():
        revised = Revision.objects.filter(step_id=OuterRef("id"), changes__has_any_keys=sorted(codes))
        answered = Q(answers__has_any_keys=sorted(codes)) | Q(Exists(revised))
        found |= Q(episode__version=version, code=step) & answered
    return found


def research_codes_of(sub_registry: str) -> Mapping[tuple[int, str], Collection[str]]:
    """By version and step. History may have answers to an earlier version: they count unless this one asks the same
    outside of its research questions."""
    forms = {version: form for (code, version), form in catalogue().forms.items() if code == sub_registry}
    ever = frozenset(code for form in forms.values() for step in form.steps for code in step.research_codes)
    found: dict[tuple[int, str], frozenset[str]] = {}
    for version, form in forms.items():
        asked = {code for step in form.steps for code in {q.code for q in step.questions} - step.research_codes}
        found |= {(version, step.code): ever - asked for step in form.steps if ever - asked}
    return found


def held_until(sub_registry: str, *, at: datetime) -> date | None:
    today = day_of(at)
    held = RetentionDecision.objects.filter(
        sub_registry=sub_registry, what=RetentionDecision.What.KEEP, until__gte=today
    )
    return held.order_by("-until").values_list("until", flat=True).first()


def _decisions(sub_registry: str) -> tuple[Decided, ...]:
    found = RetentionDecision.objects.filter(sub_registry=sub_registry).order_by("-id")[:20]
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
