"""The steps of episodes: one with all that its page shows, and those of a clinic that are left to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from registret.access.actor import Actor
from registret.access.checks import existing
from registret.access.refusals import NotFound, NotPermitted
from registret.access.roles import Permission
from registret.database.prepared import Given, Prepared
from registret.kernel.sweden import day_of
from registret.records.lifecycle import WRITABLE, StepState
from registret.records.models import Episode, FormVersion, Proposal, Step
from registret.records.queries.episodes import episode_rows, episodes_in, episodes_of, place_of, step_row
from registret.records.queries.forms import answers_of
from registret.records.queries.patients import numbers_of, told_patient
from registret.records.rows import EpisodeRow, PatientRow, StepPage, StepRow
from registret.records.scope import clinic_of, provider_scope
from registret.registries.assessing import Assessment, KnownOfPatient, assess
from registret.registries.forms import Form, FormStep
from registret.registries.queries import form_of


def step_page(
    actor: Actor, *, episode: str, step: str | None, lock: bool = False, at: datetime
) -> tuple[StepPage, Step]:
    """Return one step (None: the first) as it is at `at`, and its row.

    `lock` locks patient and steps until the end of the transaction, for an actor who reports to the sub-registry.

    Raises: NotFound; NotPermitted (to lock it: the actor only reads in this sub-registry).
    """
    return open_episode(actor, episode=episode, lock=lock).page(step, at=at)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenEpisode:
    """An episode with all of its steps, as they were when it was read. `found`: with what `with_death_elsewhere` and
    `_USED` add. `steps`: rows by code."""

    actor: Actor
    found: Any
    patient: PatientRow
    form: Form
    steps: Mapping[str, Step]

    def page(self, step: str | None, *, at: datetime) -> tuple[StepPage, Step]:
        """As `step_page`. Raises: NotFound."""
        step = step or self.form.inclusion.code
        if step not in self.steps:
            raise NotFound()
        row = self.steps[step]
        return _page(self.actor, self.found, self.patient, self.form, self.steps, row, at=at), row


def open_episode(actor: Actor, *, episode: str, lock: bool = False) -> OpenEpisode:
    """As `step_page`, for several steps. Raises: NotFound, NotPermitted."""
    found = _locked_episode(actor, episode) if lock else existing(_EPISODE.first(episode=episode, **place_of(actor)))
    asked = (_LOCKED_STEPS if lock else _STEPS).rows(episode=found.id)
    if not asked:
        # The patient has opted out while this waited for the lock.
        raise NotFound()
    steps = {one.code: one for one in asked}
    for one in steps.values():
        one.episode = found
    # The patient is read with the steps: when they are locked.
    patient = told_patient(found.patient, asked[0].told_numbers)
    return OpenEpisode(actor=actor, found=found, patient=patient, form=form_now(found, steps), steps=steps)


def _locked_episode(actor: Actor, episode: str) -> Any:
    """Raises: NotFound; NotPermitted (the actor only reads in this sub-registry)."""
    here = place_of(actor)
    # The query runs again if the patient was merged into another while it waited for the lock.
    found = existing(_LOCKED_EPISODE.first(episode=episode, **here) or _LOCKED_EPISODE.first(episode=episode, **here))
    if not _may_report(actor, found):
        raise NotPermitted()
    return found


def _may_report(actor: Actor, episode: Episode) -> bool:
    return episode.sub_registry in actor.seat.sub_registries_for(Permission.REPORT)


def _page(
    actor: Actor, found: Any, patient: PatientRow, form: Form, steps: Mapping[str, Step], row: Any, *, at: datetime
) -> StepPage:
    """Everything about the step in `row`. `found`: the episode, with what `with_death_elsewhere` and `_USED` add."""
    answers = {code: answers_of(form, one.answers) for code, one in steps.items()}
    may_report = _may_report(actor, found)
    known = known_of(patient, found.began_at, told_died_on=found.told_died_on)
    says_dead = found.is_dead_elsewhere or any(one.says_dead for one in steps.values())
    return StepPage(
        patient=patient,
        episode=_with_steps(found, form, steps),
        step=step_row(row),
        form=form,
        form_step=form.step(row.code),
        answers=answers,
        assessment=assess(form, row.code, answers=answers, patient=known, today=day_of(at)),
        told_died_on=found.told_died_on,
        is_dead=found.patient.died_on is not None or says_dead,
        may_report=may_report,
        is_as_used=found.used_digest == form_of(found.sub_registry, found.version).digest,
        is_proposed=row.is_proposed,
        is_writable=may_report and row.clinic_id == actor.seat.clinic_id and StepState(row.state) in WRITABLE,
    )


_PROPOSED = Proposal.objects.filter(step_id=OuterRef("id"), ended_at=None)
_USED = FormVersion.objects.filter(sub_registry=OuterRef("sub_registry"), version=OuterRef("version"))
_EPISODE = Prepared(
    lambda: with_death_elsewhere(
        episodes_in(Given("provider"), Given("sub_registries"))
        .filter(system_id=Given("episode"))
        .select_related("patient")
        .annotate(used_digest=Subquery(_USED.values("digest")))
    )
)
_ANY_EPISODE = Prepared(
    lambda: with_death_elsewhere(Episode.objects.filter(id=Given("episode")).select_related("patient"))
)
# The patient is locked before the steps: a death closes steps of other episodes too, and two transactions must not wait
# for each other's steps.
_LOCKED_EPISODE = Prepared(lambda: _EPISODE.query().select_for_update(of=("patient",), no_key=True))
_STEPS = Prepared(
    lambda: (
        Step.objects.filter(episode_id=Given("episode"))
        .annotate(told_numbers=numbers_of("episode__patient_id"), is_proposed=Exists(_PROPOSED))
        .order_by("id")
    )
)
_LOCKED_STEPS = Prepared(lambda: _STEPS.query().select_for_update(of=("self",)))


def with_step(page: StepPage, row: Step, assessment: Assessment) -> StepPage:
    """The same page when the step has new answers, and nothing else has changed."""
    step = step_row(row)
    steps = tuple(step if one.code == step.code else one for one in page.episode.steps)
    return replace(
        page,
        step=step,
        episode=replace(page.episode, steps=steps),
        answers={**page.answers, step.code: answers_of(page.form, row.answers)},
        assessment=assessment,
    )


def assessed(episode_id: int, step: str, *, at: datetime) -> Assessment:
    """Assess a step with its stored answers, for what the program does by itself."""
    found = existing(_ANY_EPISODE.first(episode=episode_id))
    asked = _STEPS.rows(episode=episode_id)
    steps = {one.code: one for one in asked}
    form = form_now(found, steps)
    answers = {code: answers_of(form, one.answers) for code, one in steps.items()}
    patient = told_patient(found.patient, asked[0].told_numbers)
    known = known_of(patient, found.began_at, told_died_on=found.told_died_on)
    return assess(form, step, answers=answers, patient=known, today=day_of(at))


def with_death_elsewhere(episodes: QuerySet[Episode]) -> QuerySet[Any]:
    """Annotate with a death that other episodes of the same patient and care provider report."""
    said = Step.objects.filter(
        episode__patient_id=OuterRef("patient_id"), care_provider_id=OuterRef("care_provider_id"), says_dead=True
    ).exclude(episode_id=OuterRef("id"))
    days = said.exclude(died_on=None).order_by("died_on").values("died_on")
    return episodes.annotate(is_dead_elsewhere=Exists(said), told_died_on=Subquery(days[:1]))


def steps_of(*, actor: Actor, episode: str) -> tuple[StepRow, ...]:
    """The steps of an episode, in the order of the form. Raises: NotFound, NotPermitted."""
    with provider_scope(actor):
        found = episode_rows(episodes_of(actor).filter(system_id=episode))
    if not found:
        raise NotFound()
    return found[0].steps


def form_step_of(*, actor: Actor, episode: str, step: str) -> FormStep:
    """Return the questions of a step of an episode. Raises: NotFound, NotPermitted."""
    with provider_scope(actor):
        found = episodes_of(actor).filter(system_id=episode).values_list("sub_registry", "version").first()
    if found is None:
        raise NotFound()
    form = form_of(*found)
    if step not in {one.code for one in form.steps}:
        raise NotFound()
    return form.step(step)


def known_of(patient: PatientRow, began_at: datetime, *, told_died_on: date | None = None) -> KnownOfPatient:
    return KnownOfPatient(
        birth_date=patient.birth_date,
        sex=patient.sex.value,
        died_on=patient.died_on,
        age=patient.age_at(day_of(began_at)),
        told_died_on=told_died_on,
    )


def due_for_letters(actor: Actor, *, at: datetime) -> QuerySet[Step]:
    """The due steps of the actor's clinic whose patients can be written to: they live, and their identity is not
    protected. Inside `provider_scope(actor)`."""
    wanted = steps_to_do(actor).filter(state=StepState.PLANNED, due_from__lte=day_of(at), due_to__isnull=False)
    return wanted.filter(episode__patient__is_protected=False, episode__patient__died_on=None)


def version_of(actor: Actor, *, episode: str, step: str) -> int:
    """Return the version of a step that the actor reports, in one query that does not read the patient.

    Inside `provider_scope(actor)`.

    Raises: NotFound.
    """
    wanted = episodes_of(actor, Permission.REPORT).filter(system_id=episode, steps__code=step)
    return existing(wanted.values_list("steps__version", flat=True).first())


def steps_to_do(actor: Actor) -> QuerySet[Step]:
    """Of the actor's clinic, in the sub-registries that the actor reports to. Inside `provider_scope(actor)`."""
    return Step.objects.filter(
        clinic_id=clinic_of(actor),
        care_provider_id=actor.seat.care_provider_id,
        episode__sub_registry__in=actor.seat.sub_registries_for(Permission.REPORT),
    ).select_related("episode__patient")


def form_now(found: Episode, steps: Mapping[str, Step]) -> Form:
    """The form of the episode, but for the research questions of steps whose answers to them were destroyed."""
    form = form_of(found.sub_registry, found.version)
    gone = [code for code, one in steps.items() if one.research_gone_at is not None]
    return form.without_research(gone) if gone else form


def _with_steps(found: Episode, form: Form, steps: Mapping[str, Step]) -> EpisodeRow:
    return EpisodeRow(
        id=found.id,
        system_id=found.system_id,
        sub_registry=found.sub_registry,
        version=found.version,
        clinic_id=found.clinic_id,
        began_at=found.began_at,
        created_by_name=found.created_by_name,
        steps=tuple(step_row(steps[step.code]) for step in form.steps if step.code in steps),
        source=found.source,
        source_id=found.source_id,
    )
