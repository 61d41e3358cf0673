"""For whom an episode is wanted: a number, and what is known about its patient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.http import QueryDict
from django.utils.translation import gettext as _

from registret.kernel.dates import DateUnclear, read_day
from registret.kernel.identifiers import NumberMalformed
from registret.kernel.sweden import day_of
from registret.records.numbers import PatientNumber, Sex
from registret.records.refusals import NumberImpossible
from registret.records.reporting import audited_reads, inclusion
from registret.records.reporting.inclusion import NewPatient
from registret.web.dates import birth_limits
from registret.web.http import ActorRequest
from registret.web.texts import text_in
from registret.words.dates import date_fault


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedEpisode:
    """For whom an episode is wanted. `who` is None until birth date and sex are known; `known`: the system id of a
    patient that the actor sees already. `errors`: by field, what is wrong with it."""

    number: PatientNumber
    who: NewPatient | None
    known: str
    errors: Mapping[str, str]

    @classmethod
    def of(cls, request: ActorRequest) -> WantedEpisode:
        """Raises: NumberImpossible, NotFound, TooMany, ReasonNeeded."""
        known = text_in(request.POST, "patient")
        if known:
            return cls.of_known(inclusion.known_patient(actor=request.actor, system_id=known, at=request.at))
        try:
            number = PatientNumber.parse(request.POST.get("number", ""), today=day_of(request.at))
        except NumberMalformed as malformed:
            raise NumberImpossible(number_fault=malformed.fault) from None
        audited_reads.take_number(actor=request.actor, at=request.at)
        who, errors = _new_patient(number, request.POST, at=request.at)
        return cls(number=number, who=who, known="", errors=errors)

    @classmethod
    def of_known(cls, who: NewPatient) -> WantedEpisode:
        return cls(number=who.number, who=who, known=who.system_id, errors={})

    @classmethod
    def of_number(cls, number: PatientNumber) -> WantedEpisode:
        """Nobody of the own care provider: of a reserve number birth date and sex are still to be asked for."""
        return cls(number=number, who=None if number.is_reserve else NewPatient(number=number), known="", errors={})


def _new_patient(number: PatientNumber, post: QueryDict, *, at: datetime) -> tuple[NewPatient | None, dict[str, str]]:
    """For a reserve number birth date and sex are asked for, and whether a doubtful one is right."""
    if not number.is_reserve:
        return NewPatient(number=number), {}
    errors = {}
    if number.is_doubtful and post.get("number_is_right") != "yes":
        errors["number_is_right"] = _("Kontrollera numret, och kryssa i rutan om det stämmer")
    born: date | None = None
    try:
        born = read_day(post.get("birth_date", ""), birth_limits(at))
    except DateUnclear as unclear:
        errors["birth_date"] = date_fault(unclear.fault) if post.get("birth_date") else _("Skriv födelsedatumet")
    sex = post.get("sex", "")
    if sex not in {s.value for s in Sex}:
        errors["sex"] = _("Välj kön")
    if errors or born is None:
        return None, errors
    return NewPatient(number=number, birth_date=born, sex=Sex(sex)), {}
