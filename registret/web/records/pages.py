"""What the pages of patients and episodes show beside the fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from registret.access.actor import Actor
from registret.access.grants.participation import left_out
from registret.access.roles import Permission
from registret.kernel.sweden import day_of
from registret.places.queries import ClinicRow, clinics
from registret.records.lifecycle import StepState
from registret.records.rows import EpisodeRow, PatientPage, PatientRow, StepRow
from registret.registries.forms import Form
from registret.registries.loading.catalogue import SubRegistry
from registret.registries.queries import form_in_force, sub_registries
from registret.registries.vocabulary import RegistryState
from registret.web.pieces import FactText, Link, Note
from registret.web.steps.heads import (
    NamedStep,
    PatientHead,
    name_or_sex,
    sex_name,
    state_name,
    steps_shown,
)
from registret.words.days import day_in_words


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeShown:
    row: EpisodeRow
    clinic: str
    steps: Sequence[NamedStep]

    @property
    def told(self) -> str:
        return " · ".join(f"{step.name}: {step.state_name}" for step in self.steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientShown:
    """A patient and the episodes of the own care provider. `number`: the whole one, with where it can be changed."""

    head: PatientHead
    system_id: str
    episodes: Sequence[EpisodeShown]
    number: str
    change_number: Link | None
    facts: Sequence[FactText]
    warning: Note | None
    information: Link | None


def patient_shown(found: PatientPage, *, own_clinic_id: int | None, at: datetime) -> PatientShown:
    patient = found.patient
    places = clinics({episode.clinic_id for episode in found.episodes} | ({own_clinic_id} if own_clinic_id else set()))
    clinic = places.get(own_clinic_id) if own_clinic_id else None
    age = _("%(age)s år") % {"age": patient.age_at(day_of(at))}
    change = Link(_("Byt nummer"), reverse("patient_number", args=[patient.system_id]))
    warning = Note("warn", _("Skyddad identitet. Visa inte uppgifterna för någon annan."))
    return PatientShown(
        head=PatientHead(spoken="", who=name_or_sex(patient), age=age, number=patient.shown),
        system_id=patient.system_id,
        episodes=[_episode_shown(episode, places, at=at) for episode in found.episodes],
        number=patient.number.shown,
        change_number=change if found.may_report else None,
        facts=list(_facts(patient)),
        warning=warning if patient.is_protected else None,
        information=_information(clinic) if clinic and clinic.is_open else None,
    )


def _facts(patient: PatientRow) -> Iterator[FactText]:
    if patient.name:
        yield FactText(_("Namn"), [patient.name])
    yield FactText(_("Kön"), [sex_name(patient.sex)])
    yield FactText(_("Född"), [day_in_words(patient.birth_date)])
    if patient.died_on:
        yield FactText(_("Avliden"), [day_in_words(patient.died_on)])
    yield FactText(_("Beteckning här"), [patient.system_id], css="id")


def _information(clinic: ClinicRow) -> Link:
    return Link(_("Information till patienten, att skriva ut"), reverse("patient_information_of", args=[clinic.code]))


def episodes_shown(episodes: Sequence[EpisodeRow], *, at: datetime) -> list[EpisodeShown]:
    """With what each step waits for on the day of `at`."""
    places = clinics({episode.clinic_id for episode in episodes})
    return [_episode_shown(episode, places, at=at) for episode in episodes]


def _episode_shown(episode: EpisodeRow, places: Mapping[int, ClinicRow], *, at: datetime) -> EpisodeShown:
    steps = [replace(one, state_name=_waits_for(one.row, today=day_of(at))) for one in steps_shown(episode)]
    return EpisodeShown(row=episode, clinic=places[episode.clinic_id].title, steps=steps)


def _waits_for(row: StepRow, *, today: date) -> str:
    """How far a step has come; of a follow-up that is not begun, when it is to be done."""
    if row.state is not StepState.PLANNED or row.due_from is None or row.due_to is None:
        return state_name(row.state)
    if row.due_from > today:
        return _("väntar, från %(day)s") % {"day": day_in_words(row.due_from)}
    return _("att göra, senast %(day)s") % {"day": day_in_words(row.due_to)}


def registries_to_report(actor: Actor) -> list[SubRegistry]:
    """Those that are open, that the actor reports to, and that the clinic takes part in. One query."""
    mine = actor.seat.sub_registries_for(Permission.REPORT) - left_out(actor.seat.clinic_id or 0)
    return [one for one in sub_registries() if one.state is RegistryState.OPEN and one.code in mine]


def closed_to_report(actor: Actor) -> list[SubRegistry]:
    """Those that are closed for entry, in which the actor may still correct what was reported."""
    mine = actor.seat.sub_registries_for(Permission.REPORT)
    return [one for one in sub_registries() if one.state is RegistryState.CLOSED and one.code in mine]


def forms_to_report(actor: Actor) -> list[Form]:
    """The forms in force of `registries_to_report`."""
    return forms_of(registries_to_report(actor))


def forms_of(registries: Sequence[SubRegistry]) -> list[Form]:
    """The forms in force."""
    found = [form_in_force(one.code) for one in registries]
    return [form for form in found if form is not None]
