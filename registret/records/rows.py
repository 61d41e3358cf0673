"""What the room answers: frozen values, made from rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from registret.kernel.sweden import day_of
from registret.records.lifecycle import UNFINISHED, ClosedWhy, EpisodeState, StepState
from registret.records.numbers import PatientNumber, Sex, age_on
from registret.registries.answers import Answer
from registret.registries.assessing import Assessment
from registret.registries.forms import Form, FormStep, Question
from registret.registries.vocabulary import VariableType


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientRow:
    """`numbers`: the one in force first. Names are empty where the population register did not know the number."""

    id: int
    system_id: str
    birth_date: date
    sex: Sex
    given_name: str
    surname: str
    is_protected: bool
    died_on: date | None
    numbers: tuple[PatientNumber, ...]

    @classmethod
    def nameless(
        cls,
        *,
        id: int,
        system_id: str,
        birth_date: date,
        sex: str,
        is_protected: bool,
        died_on: date | None,
        number: PatientNumber,
    ) -> PatientRow:
        """Return a patient for a line of a list, which shows no name."""
        return cls(
            id=id,
            system_id=system_id,
            birth_date=birth_date,
            sex=Sex(sex),
            given_name="",
            surname="",
            is_protected=is_protected,
            died_on=died_on,
            numbers=(number,),
        )

    @property
    def number(self) -> PatientNumber:
        return self.numbers[0]

    @property
    def shown(self) -> str:
        """Who it is, in heads and lists: the number without its end. A reserve number can look like a birth date that
        it is not, so there it is the date that is known, and the system id; with protected identity that id alone.
        """
        if self.is_protected:
            return self.system_id
        return f"{self.birth_date} · {self.system_id}" if self.number.is_reserve else self.number.masked

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.surname}".strip()

    @property
    def masked(self) -> PatientRow:
        """Without the name, if the identity is protected and nobody has said why it is opened."""
        return replace(self, given_name="", surname="") if self.is_protected else self

    def age_at(self, day: date) -> int:
        """Whole years."""
        return age_on(day, born=self.birth_date)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    code: str
    state: StepState
    clinic_id: int
    version: int
    flags: int
    lacking: int
    due_from: date | None
    due_to: date | None
    saved_at: datetime | None
    saved_by_name: str
    signed_at: datetime | None
    signed_by_name: str
    research_gone_at: datetime | None
    closed_at: datetime | None
    closed_why: ClosedWhy | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeRow:
    """`source`: the earlier platform that it was brought in from, and `source_id`: its id there; or both are empty."""

    id: int
    system_id: str
    sub_registry: str
    version: int
    clinic_id: int
    began_at: datetime
    created_by_name: str
    steps: tuple[StepRow, ...]
    source: str
    source_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientPage:
    """`episodes`: of the own care provider, newest first. `may_report`: the reader reports to one of their
    sub-registries."""

    patient: PatientRow
    episodes: tuple[EpisodeRow, ...]
    may_report: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingQuery:
    """What the office asks about the answer to `variable`."""

    id: int
    variable: str
    text: str
    asked_at: datetime
    answer_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingProposal:
    """What a file says of a step. `answers`: by variable; None takes the answer away."""

    id: int
    source: str
    exported_at: datetime | None
    at: datetime
    by_name: str
    answers: Mapping[str, Answer | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepPage:
    """One step as it stands. `answers`: of this step and those before it, by step and variable. `may_report`: the
    reader reports to this sub-registry; the step is theirs to write if it `is_writable`, too. `is_as_used`: the form is
    as it was when it was first used. `is_dead`: the population
    register or an answer of this care provider says so; `told_died_on`: the day, by another episode. `queries`: what
    the office asks and the reader can answer, on the page of the step. `is_proposed`: a file has answers for it that
    nobody has decided about."""

    patient: PatientRow
    episode: EpisodeRow
    step: StepRow
    form: Form
    form_step: FormStep
    answers: Mapping[str, Mapping[str, Answer]]
    assessment: Assessment
    told_died_on: date | None
    is_dead: bool
    may_report: bool
    is_as_used: bool
    is_writable: bool
    is_proposed: bool = False
    queries: tuple[WaitingQuery, ...] = ()

    @property
    def arrival(self) -> date:
        """When the episode began: a moment, or only a day if that is all that its form asks for."""
        is_day = self.form.questions[self.form.anchor].type is VariableType.DATE
        return day_of(self.episode.began_at) if is_day else self.episode.began_at

    @property
    def arrived_at(self) -> datetime | None:
        """What *samma dag* means to the questions of this step; None for those that the episode begins with."""
        return None if self.step.code == self.form.inclusion.code else self.episode.began_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """Who last changed an answer after a page of it was fetched."""

    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedStep:
    """A line of a work list, without number and name. `shown`: as `PatientRow` says it. `age`: when the episode began.
    `patient_id` is for the log, which keeps the patients that a list showed."""

    shown: str
    episode: str
    step: str
    sub_registry: str
    version: int
    state: StepState
    patient: str
    patient_id: int
    age: int
    sex: Sex
    began_at: datetime
    saved_at: datetime | None
    saved_by_id: int | None
    saved_by_name: str
    due_from: date | None
    due_to: date | None
    next_since: datetime | None
    flags: int
    lacking: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedQuery:
    """A question of the office in the work list, without number and name; as `ListedStep`."""

    shown: str
    episode: str
    step: str
    sub_registry: str
    version: int
    variable: str
    patient_id: int
    age: int
    sex: Sex
    answer_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StepMark:
    """How far a step has come, in the list of episodes."""

    code: str
    state: StepState
    flags: int
    lacking: int
    due_from: date | None
    due_to: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedEpisode:
    """A line of the list of episodes. It names nobody, as a line of a work list. `age`: at arrival. `steps`: in the
    order of the form. `saved_at`: when something was last written."""

    id: int
    system_id: str
    patient_id: int
    patient: str
    shown: str
    age: int
    sex: Sex
    sub_registry: str
    version: int
    clinic_id: int
    began_at: datetime
    created_by_name: str
    saved_at: datetime | None
    steps: tuple[StepMark, ...]

    @property
    def next_step(self) -> StepMark | None:
        """The first step in which something is left to do."""
        return next((step for step in self.steps if step.state in UNFINISHED), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeList:
    """A page of the list of episodes. `after`: what to ask for next, or None. `counts`: how many there are by
    state, and of None all together."""

    rows: tuple[ListedEpisode, ...]
    after: int | None
    counts: Mapping[EpisodeState | None, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterLine:
    """A patient to write to about a step whose time has come. `letter_at`: None if no letter was sent."""

    patient: PatientRow
    episode: str
    sub_registry: str
    version: int
    step: str
    due_from: date
    due_to: date
    letter_at: datetime | None
    reminded_at: datetime | None
    replied_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedSteps:
    rows: tuple[ListedStep, ...]
    has_more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """One field of a revision; `question` as the form had it that the answer was given to."""

    question: Question
    old: Answer | None
    new: Answer | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionRow:
    number: int
    kind: str
    reason: str
    at: datetime
    by_name: str
    by_hsa_id: str
    by_role: str
    by_clinic_id: int | None
    changes: tuple[Changed, ...]
