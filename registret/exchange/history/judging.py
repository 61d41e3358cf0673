"""What is told of an episode is read and judged by its form, as what a person types is.

What the earlier platform let be signed stays signed: an answer that is missing, or a rule that does not hold, is told
as a remark. What cannot be an answer, or names what the registry does not have, is a fault.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Final

from registret.exchange.history.file import AnswerTold, EpisodeTold, MissingTold, StepTold, TellsState
from registret.exchange.importing.results import RowFault
from registret.exchange.refusals import (
    AnswerImpossible,
    AnswerMissing,
    HistoryNameUnknown,
    HistoryRuleBroken,
    HistoryUnasked,
    HistoryUnreadable,
    ImportedDateUnclear,
)
from registret.kernel.identifiers import NumberMalformed
from registret.kernel.sweden import SWEDEN, day_of
from registret.places.queries import ClinicRow
from registret.records.history.staging import EarlierEpisode, EarlierStep
from registret.records.identity.population import person_of
from registret.records.lifecycle import StepState
from registret.records.numbers import PatientNumber, Sex, age_on
from registret.records.refusals import BirthDateNeeded, CriteriaNotMet, NumberImpossible
from registret.records.reporting.changes import began_at_in, due_between
from registret.records.reporting.inclusion import doubles_within
from registret.registries.answers import Answer, AnswerBroken, read
from registret.registries.assessing import Assessment, KnownOfPatient, assess
from registret.registries.forms import Form, FormStep, Question
from registret.registries.queries import form_of, sub_registries
from registret.registries.vocabulary import RegistryState, VariableType

_Due = tuple[date | None, date | None]
_DATED: Final = {VariableType.DATE, VariableType.MOMENT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """What the registry has. `clinics` by code; `newest`: by sub-registry, the version in force, or the last one."""

    clinics: Mapping[str, ClinicRow]
    newest: Mapping[str, int]
    at: datetime

    @classmethod
    def of(cls, clinics: Sequence[ClinicRow], *, at: datetime) -> Here:
        used = (one for one in sub_registries(on=day_of(at)) if one.state is not RegistryState.DRAFT)
        newest = {one.code: one.version for one in used}
        return cls(clinics={one.code: one for one in clinics}, newest=newest, at=at)

    def form(self, sub_registry: str, version: int) -> Form | None:
        """None if there is none, or none that is in use yet."""
        try:
            return form_of(sub_registry, version) if version <= self.newest.get(sub_registry, 0) else None
        except KeyError:
            return None


@dataclass(slots=True, kw_only=True)
class Judged:
    """`episode`: None if something is wrong with it (`faults`). `remarks`: of steps that stay signed all the same."""

    faults: list[RowFault] = field(default_factory=list)
    remarks: list[RowFault] = field(default_factory=list)
    form: Form | None = None
    episode: EarlierEpisode | None = None


def judge(told: EpisodeTold, here: Here) -> Judged:
    """Tell everything that is wrong at once."""
    form = here.form(told.sub_registry, told.version)
    judged = Judged(form=form)
    clinic = here.clinics.get(told.clinic)
    if clinic is None:
        judged.faults.append(RowFault(why=HistoryNameUnknown(name=f"clinic: {told.clinic}")))
    if form is None:
        named = f"sub_registry: {told.sub_registry}, version: {told.version}"
        judged.faults.append(RowFault(why=HistoryNameUnknown(name=named)))
        return judged
    judged.faults += _misfits(form, told, here.at)
    answers = {step.code: dict(_answers(step, told, here.at, judged)) for step in form.steps if step.code in told.steps}
    who = _who(told, judged, here.at)
    began_at = began_at_in(form, answers.get(form.inclusion.code, {}))
    if began_at is None and not judged.faults:
        judged.faults.append(RowFault(why=AnswerMissing(), variable=form.anchor))
    if clinic is None or who is None or began_at is None or judged.faults:
        return judged
    steps = tuple(_Steps(form, told, answers, who.known(began_at), judged).made(here.at))
    judged.episode = _episode(form, told, clinic, who, began_at, steps)
    return judged


def _episode(
    form: Form, told: EpisodeTold, clinic: ClinicRow, who: _Who, began_at: datetime, steps: tuple[EarlierStep, ...]
) -> EarlierEpisode:
    first = told.steps[form.inclusion.code]
    return EarlierEpisode(
        source_id=told.id,
        clinic_id=clinic.id,
        care_provider_id=clinic.care_provider_id,
        sub_registry=form.code,
        version=form.version,
        doubles_within=doubles_within(form).days,
        number=who.number,
        birth_date=who.birth_date,
        sex=who.sex,
        person=person_of(who.number),
        began_at=began_at,
        created_at=told.created_at or first.at,
        created_by_name=(told.created_by or first.by).name,
        steps=steps,
    )


def _misfits(form: Form, told: EpisodeTold, at: datetime) -> Iterator[RowFault]:
    """Names that the form does not have, moments to come, and an inclusion that nobody signed."""
    steps = {step.code: {question.code for question in step.questions} for step in form.steps}
    for code, step in told.steps.items():
        if code not in steps:
            yield RowFault(why=HistoryNameUnknown(name=f"steps.{code}"))
        for name in sorted(step.answers.keys() - steps.get(code, step.answers.keys())):
            yield RowFault(why=HistoryNameUnknown(name=f"steps.{code}.answers.{name}"))
        if step.at > at:
            yield RowFault(why=HistoryUnreadable(where=f"steps.{code}.at"))
    first = told.steps.get(form.inclusion.code)
    if first is None or first.state is not TellsState.SIGNED:
        yield RowFault(why=HistoryUnreadable(where=f"steps.{form.inclusion.code}"))
    if told.created_at is not None and told.created_at > at:
        yield RowFault(why=HistoryUnreadable(where="created_at"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Who:
    number: PatientNumber
    birth_date: date
    sex: Sex

    def known(self, began_at: datetime) -> KnownOfPatient:
        age = age_on(day_of(began_at), born=self.birth_date)
        return KnownOfPatient(birth_date=self.birth_date, sex=self.sex.value, died_on=None, age=age)


_SEXES: Final = {sex.value: sex for sex in Sex}


def _who(told: EpisodeTold, judged: Judged, at: datetime) -> _Who | None:
    try:
        number = PatientNumber.parse(told.number, today=day_of(at))
    except NumberMalformed as malformed:
        judged.faults.append(RowFault(why=NumberImpossible(number_fault=malformed.fault.value)))
        return None
    born, sex = number.birth_date or told.birth_date, number.sex or _SEXES.get(told.sex)
    if born is None or sex is None:
        judged.faults.append(RowFault(why=BirthDateNeeded()))
        return None
    return _Who(number=number, birth_date=born, sex=sex)


def _answers(step: FormStep, told: EpisodeTold, at: datetime, judged: Judged) -> Iterator[tuple[str, Answer]]:
    """By variable."""
    asked = told.steps[step.code].answers
    for question in step.questions:
        if question.code not in asked:
            continue
        try:
            answer = _answer(question, _texts(asked[question.code]), at)
        except AnswerBroken as broken:
            judged.faults.append(RowFault(why=AnswerImpossible(), variable=question.code, fault=broken.fault))
        except ValueError:
            judged.faults.append(RowFault(why=ImportedDateUnclear(), variable=question.code))
        else:
            if answer is not None:
                yield question.code, answer


def _texts(told: AnswerTold) -> list[str]:
    if isinstance(told, MissingTold):
        return [f"missing:{told.missing}"]
    return [told] if isinstance(told, str) else told


def _answer(question: Question, texts: list[str], at: datetime) -> Answer | None:
    """A date is written year, month, day; a moment is in Swedish time if it says nothing of it.

    Raises: AnswerBroken; ValueError (a date that is written in another way).
    """
    if question.type not in _DATED or not texts or not texts[0] or texts[0].startswith("missing:"):
        return read(question, texts, at=at)
    if question.type is VariableType.DATE:
        return read(question, [date.fromisoformat(texts[0]).isoformat()], at=at)
    when = _moment(texts[0])
    answer = read(question, [when.strftime("%Y-%m-%d %H:%M")], at=at)
    if answer is not None and when.fold:
        # Which of two hours it was when summer time ended, a form cannot say.
        return replace(answer, value=when.replace(second=0, microsecond=0))
    return answer


def _moment(text: str) -> datetime:
    """Raises: ValueError."""
    if len(text) <= len("2026-11-24"):
        raise ValueError(text)
    try:
        when = datetime.fromisoformat(text)
        return when.replace(tzinfo=SWEDEN) if when.tzinfo is None else when.astimezone(SWEDEN)
    except OverflowError:
        raise ValueError(text) from None


@dataclass(slots=True)
class _Steps:
    """All steps of an episode are made, in the order of the form. `dead`: the step that tells of a death."""

    form: Form
    told: EpisodeTold
    answers: Mapping[str, Mapping[str, Answer]]
    known: KnownOfPatient
    judged: Judged
    dead: StepTold | None = None

    def made(self, at: datetime) -> Iterator[EarlierStep]:
        for step in self.form.steps:
            due = due_between(step, self.answers)
            told = self.told.steps.get(step.code)
            if told is not None:
                yield self._told(step, told, due)
            elif step.due is not None and self.dead is not None:
                yield self._closed(step, self.dead, due)
            else:
                yield _left(step, due, at)

    def _told(self, step: FormStep, told: StepTold, due: _Due) -> EarlierStep:
        found = assess(self.form, step.code, answers=self.answers, patient=self.known)
        is_signed = told.state is TellsState.SIGNED
        hidden = self.answers[step.code].keys() - found.shown
        if is_signed:
            self._remark(step, found)
        self.judged.remarks += [RowFault(why=HistoryUnasked(), variable=code) for code in sorted(hidden)]
        self.dead = told if found.death else self.dead
        return EarlierStep(
            code=step.code,
            state=StepState.SIGNED if is_signed else StepState.DRAFT,
            answers={code: one.stored for code, one in self.answers[step.code].items() if code not in hidden},
            due=due,
            at=told.at,
            by_name=told.by.name,
            by_hsa_id=told.by.hsa_id,
            flags=0 if is_signed else len(found.broken),
            lacking=0 if is_signed else len(found.lacking),
            says_dead=found.death,
            died_on=found.died_on,
        )

    def _remark(self, step: FormStep, found: Assessment) -> None:
        """What a signature would have waited for; an episode that does not belong in the sub-registry is refused."""
        for rule in found.broken:
            about = next(iter(rule.about), "")
            if step.code == self.form.inclusion.code:
                self.judged.faults.append(RowFault(why=CriteriaNotMet(), variable=about, rule=rule))
            else:
                self.judged.remarks.append(RowFault(why=HistoryRuleBroken(), variable=about, rule=rule))
        self.judged.remarks += [RowFault(why=AnswerMissing(), variable=code) for code in found.lacking]

    def _closed(self, step: FormStep, by: StepTold, due: _Due) -> EarlierStep:
        return EarlierStep(
            code=step.code,
            state=StepState.CLOSED,
            answers={},
            due=due,
            at=by.at,
            by_name=by.by.name,
            by_hsa_id=by.by.hsa_id,
        )


def _left(step: FormStep, due: _Due, at: datetime) -> EarlierStep:
    """A step that nobody registered. It waits in the work lists only if its last day is still to come: what is over was
    the earlier platform's to wait for, and can be filled in all the same."""
    waits = due[1] is not None and due[1] >= day_of(at)
    return EarlierStep(
        code=step.code,
        state=StepState.PLANNED,
        answers={},
        due=due if waits else (None, None),
        next_since=at if waits else None,
    )
