"""A form that was read and is right: a version of a sub-registry with its conditions and scores understood."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Final

from registret.registries.language.between import ANY, Between
from registret.registries.language.expressions import Expression, Name, ValueKind
from registret.registries.schema import Due, RegisterFile
from registret.registries.terminologies import Terminology
from registret.registries.value_sets import ValueSet
from registret.registries.variables import CodeList, Option, Variable
from registret.registries.vocabulary import Block, Layout, RuleLevel, Said, VariableType, Words

SEX_OPTIONS: Final = frozenset({"female", "male", "unknown"})

KNOWN_OF_THE_PATIENT: Final[Mapping[str, Name]] = {
    "age": Name(kind=ValueKind.NUMBER),
    "sex": Name(kind=ValueKind.TEXT, options=SEX_OPTIONS),
    "birth_date": Name(kind=ValueKind.DATE),
    "died_on": Name(kind=ValueKind.DATE),
    "register_died_on": Name(kind=ValueKind.DATE),
}
"""What a definition may ask about the patient without a question. `age`: whole years at the anchor. `died_on`: by the
population register, else by the answers so far, else by another episode. `register_died_on`: by the register only."""

KINDS: Final[Mapping[VariableType, ValueKind]] = {
    VariableType.CHOICE: ValueKind.TEXT,
    VariableType.CHOICES: ValueKind.SET,
    VariableType.INTEGER: ValueKind.NUMBER,
    VariableType.DECIMAL: ValueKind.NUMBER,
    VariableType.DATE: ValueKind.DATE,
    VariableType.MOMENT: ValueKind.MOMENT,
    VariableType.TEXT: ValueKind.TEXT,
    VariableType.CODE: ValueKind.TEXT,
    VariableType.CODES: ValueKind.SET,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A variable in its place. `options`: of a choice, in the order of its list. `shown_if`: None means always.
    `terminology`: of a code."""

    variable: Variable
    step: str
    section: str
    block: Block
    options: tuple[Option, ...] = ()
    shown_if: Expression | None = None
    terminology: Terminology | None = None

    @property
    def code(self) -> str:
        return self.variable.code

    @property
    def type(self) -> VariableType:
        return self.variable.type

    @property
    def name(self) -> Name:
        """What an expression may do with it."""
        hard = self.variable.hard
        codes = frozenset(option.code for option in self.options)
        within = ANY if hard is None else Between.of(hard.least, hard.most)
        return Name(kind=KINDS[self.type], options=codes or None, within=within)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormSection:
    code: str
    name: Words
    block: Block
    intro: Words | None
    layout: Layout
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormRule:
    """`require` must not be false."""

    code: str
    require: Expression
    message: Words
    about: tuple[str, ...]
    level: RuleLevel


@dataclass(frozen=True, slots=True, kw_only=True)
class FormReading:
    """`when`: None means always."""

    most: Decimal | None
    when: Expression | None
    says: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class FormScore:
    """`applies_if`: None means to all patients. `value_set`: the one that it is computed by, of the same version."""

    code: str
    version: str
    source: Said
    name: Words
    formula: Expression
    unit: str | Words | None
    ucum: str | None
    decimals: int
    help: Words | None
    part_of: str | None
    readings: tuple[FormReading, ...]
    applies_if: Expression | None = None
    value_set: ValueSet | None = None

    @property
    def is_yes_or_no(self) -> bool:
        """Its values are 1 for yes and 0 for no."""
        return self.formula.kind is ValueKind.TRUTH


@dataclass(frozen=True, slots=True, kw_only=True)
class FormDeath:
    """`told_by` is true if the step says that the patient has died; `on` is its variable that says when."""

    told_by: Expression
    on: str

    def hangs_on(self, code: str) -> bool:
        return code == self.on or code in self.told_by.names


@dataclass(frozen=True, slots=True, kw_only=True)
class FormStep:
    code: str
    name: Words
    due: Due | None
    death: FormDeath | None
    sections: tuple[FormSection, ...]
    scores: tuple[FormScore, ...]
    rules: tuple[FormRule, ...]

    @property
    def questions(self) -> Iterator[Question]:
        for section in self.sections:
            yield from section.questions

    @property
    def research_codes(self) -> frozenset[str]:
        return frozenset(question.code for question in self.questions if question.block is Block.RESEARCH)

    @property
    def without_research(self) -> FormStep:
        """For a step whose answers to research questions were destroyed: they are not asked again."""
        return replace(self, sections=tuple(one for one in self.sections if one.block is not Block.RESEARCH))


@dataclass(frozen=True, kw_only=True)
class Form:
    """`digest`: SHA-256 of all that decides what an answer means. State and dates do not: a sub-registry may close
    while its forms stay as they are. `not_asked`: questions that are in none of its steps any more."""

    register: RegisterFile
    version: int
    steps: tuple[FormStep, ...]
    anchor: str
    lists: Mapping[str, CodeList]
    digest: str
    not_asked: tuple[Question, ...] = ()

    @property
    def code(self) -> str:
        return self.register.code

    @cached_property
    def questions(self) -> Mapping[str, Question]:
        asked = (question for step in self.steps for question in step.questions)
        return {question.code: question for question in (*asked, *self.not_asked)}

    @cached_property
    def scores(self) -> Mapping[str, FormScore]:
        return {score.code: score for step in self.steps for score in step.scores}

    @cached_property
    def names(self) -> Mapping[str, Name]:
        """All that an expression about the whole form may ask for."""
        asked = {code: question.name for code, question in self.questions.items()}
        return {**KNOWN_OF_THE_PATIENT, **asked, **dict.fromkeys(self.scores, Name(kind=ValueKind.NUMBER))}

    def step(self, code: str) -> FormStep:
        """Raises: KeyError."""
        return {step.code: step for step in self.steps}[code]

    def without_research(self, steps: Collection[str]) -> Form:
        """The same form, but the research questions of these steps are not asked."""
        gone = [q for step in self.steps if step.code in steps for q in step.questions if q.block is Block.RESEARCH]
        left = tuple(step.without_research if step.code in steps else step for step in self.steps)
        return replace(self, steps=left, not_asked=tuple(gone))

    @property
    def inclusion(self) -> FormStep:
        return self.steps[0]
