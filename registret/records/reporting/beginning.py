"""Begin an episode, with its patient if the number is new."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime

from registret.access.actor import Actor
from registret.access.refusals import NotFound
from registret.access.roles import Permission
from registret.database.prepared import insert, insert_many
from registret.kernel.secret import CODE_ALPHABET
from registret.ledger.events import Event
from registret.records.deaths import settle
from registret.records.identity.population import person_of
from registret.records.lifecycle import STEP_LIFE, StepState
from registret.records.locks import lock_numbers
from registret.records.logged import log_patient, log_step
from registret.records.models import Episode, Number, Patient, Revision, Step
from registret.records.numbers import PatientNumber
from registret.records.queries.episodes import episodes_near, episodes_of
from registret.records.queries.patients import is_blocked
from registret.records.queries.steps import step_page
from registret.records.refusals import BirthDateNeeded, CriteriaNotMet, OptedOut, PerhapsDouble
from registret.records.reporting.changes import Written, began_at_in, change_answers, read_answers
from registret.records.reporting.forms_in_use import use
from registret.records.reporting.inclusion import (
    NewPatient,
    doubles_within,
    form_open_to,
    look_at_intake,
    require_reason_for_number,
)
from registret.records.reporting.signing import put_name
from registret.records.revisions import Changes
from registret.records.scope import all_providers, clinic_of, provider_scope
from registret.registries.answers import Answer
from registret.registries.forms import Form
from registret.registries.queries import form_of


def begin(
    *, actor: Actor, who: NewPatient, sub_registry: str, written: Written, is_no_double: bool, at: datetime
) -> str:
    """Begin an episode, with a new patient if the number is not known yet, and return its system id.

    Raises: NotPermitted, NotOpenForEntry, OptedOut, BirthDateNeeded, ReasonNeeded, CriteriaNotMet, FormChanged;
        NotAsShown (the number leads to another patient by now); PerhapsDouble (unless `is_no_double`).
    """
    form = form_open_to(actor, sub_registry)
    answers, _ = read_answers(form, form.inclusion.code, written, at=at)
    began_at = began_at_in(form, answers)
    with provider_scope(actor, Permission.REPORT) as provider:
        # Locked before doubles are looked for, so that the same episode is not begun twice at the same moment.
        lock_numbers(who.number.text)
        _require_not_blocked(who.number)
        require_reason_for_number(actor, who.number, at=at)
        with all_providers():
            found, known = look_at_intake(actor, who, form, written, at)
            if found.faults or not found.assessment.can_be_signed or began_at is None:
                raise CriteriaNotMet()
            if found.doubles and not is_no_double:
                raise PerhapsDouble(own=len(found.doubles))
            use(form, at=at)
            patient_id = known or _new_patient(who, at=at)
        return _begin(actor, provider, patient_id, form, answers, began_at, at)


def near_elsewhere(*, actor: Actor, episode: str, at: datetime) -> bool:
    """Return whether another care provider has an episode near in time to one that the actor has just begun.

    If so, it is logged about the patient.

    Raises: NotFound, NotPermitted.
    """
    with provider_scope(actor, Permission.REPORT):
        row = episodes_of(actor, Permission.REPORT).filter(system_id=episode).first()
    if row is None:
        raise NotFound()
    within = doubles_within(form_of(row.sub_registry, row.version))
    with all_providers():
        near = episodes_near(
            patient_id=row.patient_id, sub_registry=row.sub_registry, began_at=row.began_at, within=within
        )
        is_near = near.exclude(care_provider_id=actor.seat.care_provider_id).exists()
        if is_near:
            log_patient(actor, Event.PATIENT_DOUBLES_SHOWN, row.patient_id, at, sub_registry=row.sub_registry)
    return is_near


def new_system_id(letter: str) -> str:
    """Return `P` or `E` and eight random characters that are easy to read out. A mistyped one is hardly another's."""
    return letter + "".join(secrets.choice(CODE_ALPHABET) for _ in range(8))


def _require_not_blocked(number: PatientNumber) -> None:
    if is_blocked(number):
        raise OptedOut()


def _new_patient(who: NewPatient, *, at: datetime) -> int:
    """Create a patient with what the population register says, and return the id. The caller has locked the number.

    Raises: BirthDateNeeded.
    """
    person = person_of(who.number)
    born, sex = who.number.birth_date or who.birth_date, who.number.sex or who.sex
    if born is None or sex is None:
        raise BirthDateNeeded()
    patient_id = insert(
        Patient,
        system_id=new_system_id("P"),
        birth_date=born,
        sex=person.sex if person else sex,
        given_name=person.given_name if person else "",
        surname=person.surname if person else "",
        is_protected=bool(person and person.is_protected),
        register_protects=bool(person and person.is_protected),
        died_on=person.died_on if person else None,
        looked_up_at=at if person else None,
        created_at=at,
    )
    insert(Number, patient_id=patient_id, text=who.number.text, kind=who.number.kind, since=at)
    return patient_id


def _begin(
    actor: Actor,
    provider: int,
    patient_id: int,
    form: Form,
    answers: Mapping[str, Answer],
    began_at: datetime,
    at: datetime,
) -> str:
    episode = _planned(actor, provider, patient_id, form, began_at, at)
    page, row = step_page(actor, episode=episode, step=form.inclusion.code, lock=True, at=at)
    row.state = STEP_LIFE.after(StepState.PLANNED, "write")
    changes: Changes = {code: (None, a.stored) for code, a in answers.items()}
    change_answers(actor, page, row, changes, kind=Revision.Kind.WRITE, reason="", at=at)
    # The inclusion is complete when the episode begins, so it is signed at once.
    put_name(actor, page, row, {}, at=at)
    log_step(actor, Event.EPISODE_BEGUN, page, at)
    if page.is_dead:
        settle(patient_id, by=actor.by, actor=actor, at=at)
    return episode


def _planned(actor: Actor, provider: int, patient_id: int, form: Form, began_at: datetime, at: datetime) -> str:
    """Create the episode with all of its steps, nothing in them yet, and return its system id."""
    system_id, place = new_system_id("E"), {"care_provider_id": provider, "clinic_id": clinic_of(actor)}
    episode = insert(
        Episode,
        **place,
        system_id=system_id,
        patient_id=patient_id,
        sub_registry=form.code,
        version=form.version,
        began_at=began_at,
        created_at=at,
        created_by_id=actor.account_id,
        created_by_name=actor.name,
    )
    insert_many(Step, [{**place, "episode_id": episode, "code": step.code} for step in form.steps])
    return system_id
