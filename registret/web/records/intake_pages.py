"""The form that begins a care episode: for whom, in which sub-registry, with which inclusion questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registret.records.numbers import PatientNumber, Sex
from registret.records.reporting.inclusion import NewPatient
from registret.registries.queries import name_of
from registret.web.dates import DateInput
from registret.web.pieces import Note, OptionText
from registret.web.records.pages import EpisodeShown
from registret.web.steps.heads import sex_name
from registret.web.steps.obstacles import Trouble, title_of
from registret.web.steps.parts import Part
from registret.web.templatetags.look import day


@dataclass(frozen=True, slots=True, kw_only=True)
class Inclusion:
    """The inclusion questions of one sub-registry. `asked`: codes of those that are shown, for the next answer."""

    code: str
    name: str
    version: int
    parts: Sequence[Part]
    asked: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservePart:
    """What is asked about a patient with a reserve number, which says nothing reliable. `errors`: by field."""

    number: PatientNumber
    number_is_right: bool
    born: DateInput
    sexes: Sequence[OptionText]
    errors: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryChoice:
    """The sub-registries to choose from, or the `only` one."""

    options: Sequence[OptionText]
    only: OptionText | None
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Double:
    """An episode that may be the same."""

    system_id: str
    what: str
    clinic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeQuestions:
    """Those of the sub-registry that was chosen, if one was. `more`: others have come of the answers; `doubles`:
    episodes that may be the same."""

    inclusion: Inclusion | None
    more: Note | None = None
    doubles: Sequence[Double] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakePart:
    """`known`: the patient's system id, else the number is sent; `others`: the questions of all sub-registries, for the
    script."""

    known: str
    number: str
    reserve: ReservePart | None
    registries: RegistryChoice
    closed: Sequence[str]
    questions: IntakeQuestions
    others: Sequence[Inclusion]


@dataclass(frozen=True, slots=True, kw_only=True)
class ForWhom:
    name: str
    shown: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEpisodePage:
    """`told`: that the number is nobody's here. `troubles`, `errors` and `broken`: what keeps the episode from being
    begun, in answers, about the patient, and by the conditions of the sub-registry."""

    who: ForWhom
    told: str
    has_faults: bool
    troubles: Sequence[Trouble]
    troubles_title: str
    errors: Mapping[str, str]
    errors_title: str
    broken: Sequence[Trouble]
    intake: IntakePart

    @property
    def not_included(self) -> str:
        """Where those who are not registered are counted. Nothing of the patient goes there."""
        chosen = self.intake.questions.inclusion
        return reverse("not_included") + (f"?delregister={chosen.code}" if chosen else "")


def for_whom(number: PatientNumber, *, known: str, who: NewPatient | None) -> ForWhom:
    """Of a patient with protected identity nothing but the system id."""
    if not known or who is None:
        return ForWhom(name="", shown=number.shown)
    if who.is_protected:
        return ForWhom(name="", shown=known)
    return ForWhom(name=f"{who.name}, " if who.name else "", shown=who.shown)


def new_episode_page(
    *,
    who: ForWhom,
    is_new: bool,
    intake: IntakePart,
    errors: Mapping[str, str],
    troubles: Sequence[Trouble],
    broken: Sequence[Trouble],
) -> NewEpisodePage:
    title = ngettext("En uppgift behöver rättas", "%(n)s uppgifter behöver rättas", len(errors)) % {"n": len(errors)}
    return NewEpisodePage(
        who=who,
        told=_("Numret är inte registrerat hos er. Kontrollera att det stämmer.") if is_new else "",
        has_faults=bool(troubles or broken or intake.questions.doubles or errors),
        troubles=troubles,
        troubles_title=title_of(troubles),
        errors=errors,
        errors_title=title,
        broken=broken,
        intake=intake,
    )


def registry_choice(registries: Sequence[Any], *, chosen: str, errors: Mapping[str, str]) -> RegistryChoice:
    found = [
        OptionText(id="", value=one.code, text=str(one.name), hint="", is_chosen=one.code == chosen)
        for one in registries
    ]
    is_choice = len(found) > 1
    return RegistryChoice(
        options=found if is_choice else (),
        only=None if is_choice else found[0],
        error=errors.get("sub_registry", ""),
    )


def closed_in_words(registries: Sequence[Any]) -> list[str]:
    told = _("%(name)s är stängt för nya vårdepisoder. Det som är registrerat där kan läsas och rättas.")
    return [told % {"name": one.name} for one in registries]


def sex_options(chosen: str) -> list[OptionText]:
    return [
        OptionText(id="", value=sex.value, text=sex_name(sex), hint="", is_chosen=sex.value == chosen)
        for sex in (Sex.FEMALE, Sex.MALE, Sex.UNKNOWN)
    ]


def follow_on_note() -> Note:
    return Note("info", _("Några frågor till följer av dina svar."), "status")


def doubles_shown(own: Sequence[EpisodeShown]) -> list[Double]:
    return [
        Double(
            system_id=one.row.system_id,
            what=f"{name_of(one.row.sub_registry)}, {day(one.row.began_at)}",
            clinic=one.clinic,
        )
        for one in own
    ]
