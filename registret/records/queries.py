"""Patients and episodes, as frozen answers. Every question takes an `Actor` and begins at what that actor may see.

Looking at a patient is an act, for the log is told of it: see `looking`. What is here is for `services` and `looking`,
inside a sight.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from registret.access.actor import Actor
from registret.access.refusals import NotFound, NotPermitted
from registret.access.roles import Permission
from registret.accounts.folding import folded
from registret.kernel.sweden import day_of
from registret.records.lifecycle import WRITABLE, ClosedWhy, StepState
from registret.records.models import Episode, FormVersion, Merge, Number, OptOut, Patient, Revision, Step
from registret.records.numbers import PatientNumber, Sex
from registret.records.opt_out_marks import marks_of
from registret.records.rows import (
    Changed,
    Doubles,
    EpisodeRow,
    LetterLine,
    Other,
    PatientRow,
    RevisionRow,
    StepPage,
    StepRow,
)
from registret.records.scope import clinic_of, provider_scope
from registret.registries.answers import Answer, Stored, restored
from registret.registries.assessing import Assessment, KnownOfPatient, assess
from registret.registries.forms import Form, FormStep, Question
from registret.registries.queries import catalogue, form_of

PAGE: Final = 50


def episodes_of(actor: Actor, permission: Permission = Permission.READ_RECORDS) -> QuerySet[Episode]:
    """Nobody reads without a seat: this is the only way from an actor to episodes. Of the sub-registries in which the
    actor has the permission. Inside `provider_scope(actor)`.
    """
    return Episode.objects.filter(
        care_provider_id=actor.seat.care_provider_id, sub_registry__in=actor.seat.sub_registries_for(permission)
    )


def patients_of(actor: Actor, permission: Permission = Permission.READ_RECORDS) -> QuerySet[Patient]:
    """Patients with an episode that the actor may see. Inside `provider_scope(actor)`."""
    return Patient.objects.filter(Exists(episodes_of(actor, permission).filter(patient_id=OuterRef("id"))))


def patient_of(actor: Actor, system_id: str, permission: Permission = Permission.READ_RECORDS) -> PatientRow:
    """Also by the system id of a patient who was merged into this one.

    Raises: NotFound (there is none, or it is not the actor's to see, or to report).
    """
    # One index after the other: asked for both at once, the database reads all patients.
    seen = patients_of(actor, permission).order_by().prefetch_related("numbers")
    found = seen.filter(system_id=system_id).first()
    if found is None:
        found = seen.filter(
            id__in=list(Merge.objects.filter(gone=system_id).values_list("patient_id", flat=True))
        ).first()
    if found is None:
        raise NotFound()
    return patient_row(found)


def patient_numbered(actor: Actor, number: PatientNumber) -> PatientRow | None:
    """The actor's patient who has, or once had, this number."""
    found = patients_of(actor).filter(numbers__text=number.text).prefetch_related("numbers").first()
    return patient_row(found) if found else None


def patients_named(actor: Actor, prefix: str) -> tuple[tuple[PatientRow, ...], bool]:
    """The actor's patients whose surname, or surname and given name, begins so, whatever its case and accents; never
    those with protected identity. A page of them, and whether there are more.
    """
    key = folded(prefix)
    wanted = patients_of(actor).filter(surname_key__gte=key, surname_key__lt=key + "\U0010ffff", is_protected=False)
    found = wanted.order_by("surname_key", "id").prefetch_related("numbers")[: PAGE + 1]
    rows = tuple(patient_row(patient) for patient in found) if key else ()
    return rows[:PAGE], len(rows) > PAGE


def episode_rows(found: QuerySet[Episode]) -> tuple[EpisodeRow, ...]:
    """With their steps, in the order of the form. Two queries."""
    return tuple(episode_row(episode) for episode in found.prefetch_related("steps"))


def episode_row(found: Episode) -> EpisodeRow:
    order = [step.code for step in form_of(found.sub_registry, found.version).steps]
    steps = sorted(found.steps.all(), key=lambda step: order.index(step.code))
    return EpisodeRow(
        id=found.id,
        system_id=found.system_id,
        sub_registry=found.sub_registry,
        version=found.version,
        clinic_id=found.clinic_id,
        began_at=found.began_at,
        created_by_name=found.created_by_name,
        steps=tuple(step_row(step) for step in steps),
    )


def step_row(found: Step) -> StepRow:
    return StepRow(
        code=found.code,
        state=StepState(found.state),
        clinic_id=found.clinic_id,
        version=found.version,
        flags=found.flags,
        lacking=found.lacking,
        due_from=found.due_from,
        due_to=found.due_to,
        saved_at=found.saved_at,
        saved_by_name=found.saved_by_name,
        signed_at=found.signed_at,
        signed_by_name=found.signed_by_name,
        research_gone_at=found.research_gone_at,
        closed_at=found.closed_at,
        closed_why=ClosedWhy(found.closed_why) if found.closed_why else None,
    )


def patient_row(found: Patient) -> PatientRow:
    numbers = sorted(found.numbers.all(), key=lambda number: (number.until is not None, -number.id))
    return PatientRow(
        id=found.id,
        system_id=found.system_id,
        birth_date=found.birth_date,
        sex=Sex(found.sex),
        given_name=found.given_name,
        surname=found.surname,
        is_protected=found.is_protected,
        died_on=found.died_on,
        numbers=tuple(PatientNumber(number.text, number.kind) for number in numbers),
    )


def with_numbers(found: QuerySet[Any], *, patient: str) -> QuerySet[Any]:
    """Each row with the number in force of its patient, for `listed_patient`, in the same query."""
    number = Number.objects.filter(patient=OuterRef(patient), until=None)
    told: QuerySet[Any] = found.annotate(
        number_text=Subquery(number.values("text")), number_kind=Subquery(number.values("kind"))
    )
    return told


def listed_patient(found: Patient, *, text: str, kind: str) -> PatientRow:
    """A patient for a line that names nobody."""
    return PatientRow(
        id=found.id,
        system_id=found.system_id,
        birth_date=found.birth_date,
        sex=Sex(found.sex),
        given_name="",
        surname="",
        is_protected=found.is_protected,
        died_on=found.died_on,
        numbers=(PatientNumber(text, kind),),
    )


def step_page(
    actor: Actor, *, episode: str, step: str | None, lock: bool = False, at: datetime
) -> tuple[StepPage, Step]:
    """One step (None: the first), with what it looks like at `at`; `lock` holds patient and steps until the end of the
    transaction, for somebody who reports to the sub-registry.

    Raises: NotFound; NotPermitted (to hold it: the actor only reads in this sub-registry).
    """
    wanted_episodes = _with_death_elsewhere(episodes_of(actor).filter(system_id=episode).select_related("patient"))
    if lock:
        # The patient before the steps: a death closes steps of other episodes, and two who wait for each other's steps
        # would wait for ever.
        wanted_episodes = wanted_episodes.select_for_update(of=("patient",), no_key=True)
    # Asked again, if the patient was merged into another while this one waited.
    found = wanted_episodes.first() or (wanted_episodes.first() if lock else None)
    if found is None:
        raise NotFound()
    may_report = found.sub_registry in actor.seat.sub_registries_for(Permission.REPORT)
    if lock and not may_report:
        raise NotPermitted()
    wanted = found.steps.order_by("id")
    steps = {one.code: one for one in (wanted.select_for_update(of=("self",)) if lock else wanted)}
    form = _form_now(found, steps)
    step = step or form.inclusion.code
    if step not in steps:
        raise NotFound()
    answers = {code: answers_of(form, one.answers) for code, one in steps.items()}
    patient = patient_row(found.patient)
    row = steps[step]
    page = StepPage(
        patient=patient,
        episode=_with_steps(found, form, steps),
        step=step_row(row),
        form=form,
        form_step=form.step(step),
        answers=answers,
        assessment=assess(
            form,
            step,
            answers=answers,
            patient=known_of(patient, found.began_at, told_died_on=found.told_died_on),
            today=day_of(at),
        ),
        told_died_on=found.told_died_on,
        is_dead=found.patient.died_on is not None
        or found.is_dead_elsewhere
        or any(s.says_dead for s in steps.values()),
        may_report=may_report,
        is_writable=may_report and row.clinic_id == actor.seat.clinic_id and StepState(row.state) in WRITABLE,
    )
    return page, row


def assessed(episode: Episode, step: str, *, at: datetime) -> Assessment:
    """What a step comes to as it stands; for what no person does."""
    steps = {one.code: one for one in episode.steps.all()}
    form = _form_now(episode, steps)
    answers = {code: answers_of(form, one.answers) for code, one in steps.items()}
    elsewhere = _with_death_elsewhere(Episode.objects.filter(id=episode.id)).get()
    known = known_of(patient_row(episode.patient), episode.began_at, told_died_on=elsewhere.told_died_on)
    return assess(form, step, answers=answers, patient=known, today=day_of(at))


def _with_death_elsewhere(episodes: QuerySet[Episode]) -> QuerySet[Any]:
    """With what other episodes of the same patient and care provider say of a death."""
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
    """What a step of an episode asks. Raises: NotFound, NotPermitted."""
    with provider_scope(actor):
        found = episodes_of(actor).filter(system_id=episode).values_list("sub_registry", "version").first()
    if found is None:
        raise NotFound()
    form = form_of(*found)
    if step not in {one.code for one in form.steps}:
        raise NotFound()
    return form.step(step)


def question_of(form: Form, code: str) -> Question:
    """A variable of the form; of the newest other version that has it, if the form has lost it.

    Raises: KeyError.
    """
    others = [other for other in catalogue().forms.values() if other.code == form.code]
    others.sort(key=lambda other: -other.version)
    return next(one.questions[code] for one in (form, *others) if code in one.questions)


def known_of(patient: PatientRow, began_at: datetime, *, told_died_on: date | None = None) -> KnownOfPatient:
    return KnownOfPatient(
        birth_date=patient.birth_date,
        sex=patient.sex.value,
        died_on=patient.died_on,
        age=patient.age_at(day_of(began_at)),
        told_died_on=told_died_on,
    )


def answers_of(form: Form, kept: Mapping[str, Stored]) -> dict[str, Answer]:
    """Raises: AnswerBroken, KeyError (the form is not the one that the answers were given to)."""
    return {code: restored(form.questions[code], stored) for code, stored in kept.items()}


def doubles_of(actor: Actor, *, patient_id: int, sub_registry: str, began_at: datetime, within: timedelta) -> Doubles:
    """Inside `all_providers`: the question is whether others have one too, and not more than that goes out."""
    near = Episode.objects.filter(
        patient_id=patient_id, sub_registry=sub_registry, began_at__range=(began_at - within, began_at + within)
    )
    own = near.filter(care_provider_id=actor.seat.care_provider_id)
    return Doubles(
        own=episode_rows(own.order_by("-began_at")),
        elsewhere=near.exclude(care_provider_id=actor.seat.care_provider_id).exists(),
    )


def is_blocked(number: PatientNumber) -> bool:
    """Whether somebody with this number has opted out."""
    return OptOut.objects.filter(mark__in=list(marks_of(number))).exists()


def patient_id_of(number: PatientNumber) -> int | None:
    """Inside `all_providers`."""
    return Number.objects.filter(text=number.text).values_list("patient_id", flat=True).first()


def digests_in_use() -> dict[tuple[str, int], str]:
    """Of the forms that episodes were begun with, by code and version."""
    found = FormVersion.objects.values_list("sub_registry", "version", "digest")
    return {(code, version): digest for code, version, digest in found}


def due_with_patients(*, actor: Actor, at: datetime) -> tuple[LetterLine, ...]:
    """All steps of the actor's clinic whose time has come, with whom they are about, the longest waiting first.

    Inside `provider_scope(actor)`. Nobody with protected identity, and nobody who has died.
    """
    today = day_of(at)
    wanted = steps_to_do(actor).filter(state=StepState.PLANNED, due_from__lte=today)
    wanted = wanted.filter(episode__patient__is_protected=False, episode__patient__died_on=None)
    wanted = wanted.prefetch_related("episode__patient__numbers")
    return tuple(
        LetterLine(
            patient=patient_row(step.episode.patient),
            sub_registry=step.episode.sub_registry,
            version=step.episode.version,
            step=step.code,
            due_from=step.due_from,
            due_to=step.due_to,
        )
        for step in wanted.order_by("due_from", "id")
        if step.due_from is not None and step.due_to is not None
    )


def history(*, actor: Actor, episode: str, step: str, at: datetime) -> tuple[RevisionRow, ...]:
    """What was changed in a step, newest first. Inside `provider_scope(actor)`. Raises: NotFound."""
    page, row = step_page(actor, episode=episode, step=step, at=at)
    found = Revision.objects.filter(step_id=row.id).order_by("-number")
    return tuple(_revision(page.form, revision) for revision in found)


def changes_since(step: Step, base: int) -> dict[str, tuple[Stored | None, Revision]]:
    """By variable: what it was at `base`, and the newest revision that changed it since."""
    found: dict[str, tuple[Stored | None, Revision]] = {}
    for revision in Revision.objects.filter(step_id=step.id, number__gt=base).order_by("number"):
        for code, (old, _new) in revision.changes.items():
            first = found[code][0] if code in found else old
            found[code] = first, revision
    return found


def others_in(since: Mapping[str, tuple[Stored | None, Revision]]) -> dict[str, Other]:
    """Who made the changes that `changes_since` found."""
    return {code: Other(by_name=revision.by_name, at=revision.at) for code, (_, revision) in since.items()}


def version_of(actor: Actor, *, episode: str, step: str) -> int:
    """Of a step that the actor reports. One query, and nothing of the patient. Inside `provider_scope(actor)`.

    Raises: NotFound.
    """
    wanted = episodes_of(actor, Permission.REPORT).filter(system_id=episode, steps__code=step)
    found = wanted.values_list("steps__version", flat=True).first()
    if found is None:
        raise NotFound()
    return found


def steps_to_do(actor: Actor) -> QuerySet[Step]:
    """Of the actor's clinic, in the sub-registries that the actor reports to. Inside `provider_scope(actor)`."""
    return Step.objects.filter(
        clinic_id=clinic_of(actor),
        care_provider_id=actor.seat.care_provider_id,
        episode__sub_registry__in=actor.seat.sub_registries_for(Permission.REPORT),
    ).select_related("episode__patient")


def _form_now(found: Episode, steps: Mapping[str, Step]) -> Form:
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
    )


def _revision(form: Form, found: Revision) -> RevisionRow:
    return RevisionRow(
        number=found.number,
        kind=found.kind,
        reason=found.reason,
        at=found.at,
        by_name=found.by_name,
        by_hsa_id=found.by_hsa_id,
        by_role=found.by_role,
        by_clinic_id=found.by_clinic_id,
        changes=tuple(
            Changed(question=question, old=_answer(question, old), new=_answer(question, new))
            for question, (old, new) in ((question_of(form, code), pair) for code, pair in found.changes.items())
        ),
    )


def _answer(question: Question, stored: Stored | None) -> Answer | None:
    return None if stored is None else restored(question, stored)
