"""Whose step it is, and which: at the top of pages, and in links between them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registret.kernel.sweden import day_of
from registret.records.lifecycle import StepState
from registret.records.numbers import Sex
from registret.records.rows import EpisodeRow, PatientRow, StepPage, StepRow
from registret.registries.queries import form_of
from registret.words.days import day_in_words

_SEXES: Final = {
    Sex.FEMALE: gettext_lazy("Kvinna"),
    Sex.MALE: gettext_lazy("Man"),
    Sex.UNKNOWN: gettext_lazy("Okänt kön"),
}
_STATES: Final = {
    StepState.PLANNED: gettext_lazy("ej påbörjad"),
    StepState.DRAFT: gettext_lazy("utkast"),
    StepState.INCOMPLETE: gettext_lazy("ofullständig"),
    StepState.SIGNED: gettext_lazy("signerad"),
    StepState.REOPENED: gettext_lazy("upplåst"),
    StepState.CLOSED: gettext_lazy("stängd"),
}


def sex_name(sex: Sex) -> str:
    """In the active language."""
    return str(_SEXES[sex])


def state_name(state: StepState) -> str:
    return str(_STATES[state])


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientHead:
    """Whose page it is. `spoken`: what the page is about, before the patient, for those who hear it. `show_number`:
    where the whole number can be asked for; the log tells of it. `died`: what the population register says."""

    spoken: str
    who: str
    age: str
    number: str
    show_number: str = ""
    episode: EpisodeRow | None = None
    arrival: date | None = None
    died: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedStep:
    """A step of an episode, and how far it has come."""

    row: StepRow
    name: str
    state_name: str


def head_of(
    page: StepPage, *, act: str = "", of_step: bool = True, number: str = "", shows_number: bool = False
) -> PatientHead:
    """Of a page about a step (or its episode); `act`: what is done with it. `number`: of the patient, in full."""
    patient, age = page.patient, page.patient.age_at(day_of(page.episode.began_at))
    step = f"{page.form_step.name}:".lower() if of_step else ""
    can_show = shows_number and not number and not patient.is_protected
    return PatientHead(
        spoken=" ".join(filter(None, [act and f"{act},", step])),
        who=name_or_sex(patient),
        age=_("%(age)s år vid ankomst") % {"age": age},
        number=number or patient.shown,
        show_number=step_address(page, "step_number") if can_show else "",
        episode=page.episode,
        arrival=page.arrival,
        died=_died(patient),
    )


def _died(patient: PatientRow) -> str:
    if patient.died_on is None:
        return ""
    return _("Avled %(day)s enligt folkbokföringen") % {"day": day_in_words(patient.died_on)}


def name_or_sex(patient: PatientRow) -> str:
    return patient.name if patient.name and not patient.is_protected else sex_name(patient.sex)


def steps_shown(episode: EpisodeRow) -> list[NamedStep]:
    form = form_of(episode.sub_registry, episode.version)
    return [
        NamedStep(row=row, name=str(form.step(row.code).name), state_name=state_name(row.state))
        for row in episode.steps
    ]


def step_address(page: StepPage, name: str = "step") -> str:
    """Of the step, or of what can be done with it."""
    return reverse(name, args=[page.episode.system_id, page.step.code])
