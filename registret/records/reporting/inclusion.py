"""Answer the inclusion questions of a sub-registry, before an episode is begun.

A number that is only tried reveals nothing: opt-outs, and episodes at other care providers, are not told here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from registret.access.actor import Actor
from registret.access.grants.participation import left_out
from registret.access.refusals import NotPermitted
from registret.access.roles import Permission
from registret.kernel.sweden import day_of
from registret.ledger.events import Event
from registret.records.identity.protected import require_reason
from registret.records.logged import log_patient
from registret.records.models import Patient
from registret.records.numbers import PatientNumber, Sex, age_on
from registret.records.queries.episodes import episode_rows, episodes_near
from registret.records.queries.patients import patient_id_of, patient_numbered, patient_of
from registret.records.refusals import BirthDateNeeded, ClosedForEntry, NotAsShown, NotOpenForEntry
from registret.records.reporting.changes import Written, began_at_in, read_answers
from registret.records.rows import EpisodeRow, PatientRow
from registret.records.scope import all_providers, clinic_of, provider_scope
from registret.registries.answers import Fault
from registret.registries.assessing import Assessment, KnownOfPatient, assess
from registret.registries.forms import Form
from registret.registries.queries import form_in_force


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPatient:
    """The person an episode is begun for. `birth_date` and `sex` are needed with a reserve number.

    Of a patient whom the actor already sees, `name` and `is_protected` are what the registry has, and `shown` is how
    pages name them. `system_id` is that patient: if the number leads to another one by now, nothing is begun.
    """

    number: PatientNumber
    birth_date: date | None = None
    sex: Sex | None = None
    name: str = ""
    is_protected: bool = False
    system_id: str = ""
    shown: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """The result of the inclusion questions. `faults`: impossible answers; with one of them nothing is begun.

    `doubles`: episodes of the own care provider near in time.
    """

    faults: Mapping[str, Fault]
    assessment: Assessment
    doubles: tuple[EpisodeRow, ...]


def known_patient(*, actor: Actor, system_id: str, at: datetime) -> NewPatient:
    """Return a patient of the actor's, to begin a further episode. It shows who the patient is, so it is logged.

    Raises: NotFound, NotPermitted, ReasonNeeded.
    """
    with provider_scope(actor, Permission.REPORT):
        found = patient_of(actor, system_id)
        require_reason(actor, found, at=at)
        log_patient(actor, Event.PATIENT_OPENED, found.id, at)
    return new_episode_of(found)


def new_episode_of(patient: PatientRow) -> NewPatient:
    """Return the patient, whom the actor was just shown, for a further episode."""
    return NewPatient(
        number=patient.number,
        birth_date=patient.birth_date,
        sex=patient.sex,
        name=patient.name,
        is_protected=patient.is_protected,
        system_id=patient.system_id,
        shown=patient.shown,
    )


def intake(*, actor: Actor, who: NewPatient, sub_registry: str, written: Written, at: datetime) -> Intake:
    """Assess the inclusion questions before anything is begun.

    Shows possible doubles of the own care provider, which is logged. Those of other care providers, and an opt-out, are
    not shown before the patient is registered, so that trying a number reveals nothing.

    Raises: NotPermitted, NotOpenForEntry, BirthDateNeeded, ReasonNeeded, NotAsShown.
    """
    form = form_open_to(actor, sub_registry)
    require_reason_for_number(actor, who.number, at=at)
    found, patient_id = look_at_intake(actor, who, form, written, at)
    if found.doubles:
        log_patient(actor, Event.PATIENT_DOUBLES_SHOWN, patient_id, at, sub_registry=sub_registry)
    return found


def inclusions(
    *, actor: Actor, number: PatientNumber, who: NewPatient | None, sub_registries: Iterable[str], at: datetime
) -> dict[str, Assessment]:
    """Return the inclusion questions of open sub-registries, by code, before any is answered.

    `who` is None as long as birth date and sex are not known. A patient whom the actor sees was asked a reason for when
    shown. Doubles and opt-outs are not looked for.

    Raises: ReasonNeeded.
    """
    if who is None or not who.system_id:
        require_reason_for_number(actor, number, at=at)
    nobody = KnownOfPatient(birth_date=None, sex=Sex.UNKNOWN.value, died_on=None, age=None)
    known = known_of_new_patient(who, at) if who is not None else nobody
    forms = [form for code in sub_registries if (form := form_in_force(code)) is not None]
    return {
        form.code: assess(form, form.inclusion.code, answers={form.inclusion.code: {}}, patient=known, today=day_of(at))
        for form in forms
    }


def look_at_intake(
    actor: Actor, who: NewPatient, form: Form, written: Written, at: datetime
) -> tuple[Intake, int | None]:
    """Return the intake, and the id of the patient if the number is known. The caller has asked `form_open_to` and
    `require_reason_for_number`. Raises: BirthDateNeeded, NotAsShown."""
    answers, faults = read_answers(form, form.inclusion.code, written, at=at)
    began_at = began_at_in(form, answers) or at
    known = known_of_new_patient(who, began_at)
    with all_providers():
        patient_id = patient_id_of(who.number)
        if (
            who.system_id
            and not Patient.objects.filter(system_id=who.system_id, numbers__text=who.number.text).exists()
        ):
            raise NotAsShown()
        doubles = _own_doubles(actor, patient_id, form, began_at) if patient_id is not None else ()
    assessment = assess(form, form.inclusion.code, answers={form.inclusion.code: answers}, patient=known)
    return Intake(faults=faults, assessment=assessment, doubles=doubles), patient_id


def _own_doubles(actor: Actor, patient_id: int, form: Form, began_at: datetime) -> tuple[EpisodeRow, ...]:
    """Inside `all_providers`. Episodes of other care providers are not looked for."""
    near = episodes_near(
        patient_id=patient_id, sub_registry=form.code, began_at=began_at, within=doubles_within(form)
    ).filter(care_provider_id=actor.seat.care_provider_id)
    return episode_rows(near.order_by("-began_at"))


def form_open_to(actor: Actor, sub_registry: str) -> Form:
    """Raises: NotPermitted, NotOpenForEntry, ClosedForEntry."""
    if actor.seat.clinic_id is None or not actor.may(Permission.REPORT):
        raise NotPermitted()
    form = form_in_force(sub_registry)
    reported = actor.seat.sub_registries_for(Permission.REPORT) - left_out(clinic_of(actor))
    if sub_registry not in reported:
        raise NotOpenForEntry()
    if form is None:
        raise ClosedForEntry()
    return form


def require_reason_for_number(actor: Actor, number: PatientNumber, *, at: datetime) -> None:
    """Ask for the reason to open a protected patient of the own care provider also when only the number is typed.

    Raises: ReasonNeeded.
    """
    with provider_scope(actor, Permission.REPORT):
        found = patient_numbered(actor, number)
        if found is not None:
            require_reason(actor, found, at=at)


def known_of_new_patient(who: NewPatient, began_at: datetime) -> KnownOfPatient:
    """Raises: BirthDateNeeded."""
    born, sex = who.number.birth_date or who.birth_date, who.number.sex or who.sex
    if born is None or sex is None:
        raise BirthDateNeeded()
    day = day_of(began_at)
    age = age_on(day, born=born)
    return KnownOfPatient(birth_date=born, sex=sex.value, died_on=None, age=age)


def doubles_within(form: Form) -> timedelta:
    return timedelta(days=form.register.doubles_within_days)
