"""What the registry has about one person, in words: the parts of an extract."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from registret.records.numbers import PatientNumber
from registret.records.rows import PatientRow
from registret.registries.answers import Stored


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberHeld:
    """`until` None: the patient's number now."""

    number: PatientNumber
    kind: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """A user said that the patient `gone` was this one."""

    gone: str
    at: datetime
    by_name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerInWords:
    """`code` is what the definition calls the question, `kept` the answer in its codes; the rest is in the language of
    the extract."""

    code: str
    question: str
    kept: Stored | None
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultInWords:
    """What was computed out of the answers. `value` is the number, 1 for yes and 0 for no; None: it is not known."""

    code: str
    name: str
    value: Decimal | None
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeInWords:
    """One answer that was changed; empty where there was or is none."""

    question: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionInWords:
    number: int
    act: str
    at: datetime
    by_name: str
    by_role: str
    unit: str
    reason: str
    changes: tuple[ChangeInWords, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryInWords:
    """What the registry office asked a clinic about an answer, and what it was told."""

    question: str
    text: str
    asked_at: datetime
    asked_by_name: str
    state: str
    outcome: str
    answer: str
    ended_at: datetime | None
    ended_by_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalInWords:
    """What a file said of a step that was signed, and what became of it. `accepted`: those of the questions."""

    source: str
    at: datetime
    by_name: str
    answers: tuple[AnswerInWords, ...]
    accepted: tuple[str, ...]
    reason: str
    ended_at: datetime | None
    ended_by_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepInWords:
    code: str
    name: str
    state: str
    unit: str
    signed_at: datetime | None
    signed_by_name: str
    research_gone_at: datetime | None
    answers: tuple[AnswerInWords, ...]
    computed: tuple[ResultInWords, ...]
    revisions: tuple[RevisionInWords, ...]
    queries: tuple[QueryInWords, ...]
    proposals: tuple[ProposalInWords, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeInWords:
    system_id: str
    sub_registry: str
    care_provider: str
    unit: str
    began_at: datetime
    created_at: datetime
    created_by_name: str
    source: str
    source_id: str
    steps: tuple[StepInWords, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DataRecipient:
    """Who has been given data about the person, out of the registry: a file for research that was fetched."""

    organisation: str
    project: str
    approval: str
    fetched_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptInWords:
    """How many years a sub-registry that has the person keeps episodes, and answers that only research needs."""

    sub_registry: str
    whole: int
    research: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryExtract:
    """Everything. `looked_up_at`: when the population register last knew the number; `register_protects`: whether it
    then said that the identity is protected."""

    case_number: str
    at: datetime
    patient: PatientRow
    sex: str
    created_at: datetime
    looked_up_at: datetime | None
    register_protects: bool
    numbers: tuple[NumberHeld, ...]
    merged: tuple[Merged, ...]
    episodes: tuple[EpisodeInWords, ...]
    recipients: tuple[DataRecipient, ...]
    kept: tuple[KeptInWords, ...]

    @property
    def care_providers(self) -> tuple[str, ...]:
        """Those that have reported the person: each is controller of what it reported."""
        return tuple(sorted({one.care_provider for one in self.episodes}))

    @property
    def rows(self) -> int:
        """Answers, answers that were changed, questions about them, and what files proposed."""
        steps = [step for episode in self.episodes for step in episode.steps]
        changes = sum(len(one.changes) for step in steps for one in step.revisions)
        proposed = sum(len(one.answers) for step in steps for one in step.proposals)
        return changes + proposed + sum(len(step.answers) + len(step.queries) for step in steps)
