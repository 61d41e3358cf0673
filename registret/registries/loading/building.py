"""Build the steps of a form from its files, and check what the files must say together."""

from __future__ import annotations

import keyword
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Final

from registret.registries.forms import (
    KNOWN_OF_THE_PATIENT,
    FormDeath,
    FormReading,
    FormRule,
    FormScore,
    FormSection,
    FormStep,
    Question,
)
from registret.registries.language.expressions import Expression, ExpressionBroken, Name, ValueKind
from registret.registries.language.parsing import parse
from registret.registries.loading.exclusive_options import exclusive_options
from registret.registries.loading.shared import SharedDefinitions
from registret.registries.loading.source import DefinitionFiles
from registret.registries.schema import Order, Reading, RegisterFile, Rule, Score, Section, StepFile
from registret.registries.terminologies import Terminology
from registret.registries.value_sets import ValueSet
from registret.registries.variables import Option, Variable
from registret.registries.vocabulary import Block, VariableType, Words

_TIMES: Final = {VariableType.DATE, VariableType.MOMENT}


@dataclass(kw_only=True)
class FormBuilder:
    """Go through the steps in order. A condition may only use what comes before it, so there are no circles."""

    source: DefinitionFiles
    register: RegisterFile
    shared: SharedDefinitions
    known: dict[str, Name] = field(default_factory=lambda: dict(KNOWN_OF_THE_PATIENT))
    types: dict[str, VariableType] = field(default_factory=dict)
    labels: dict[str, Words] = field(default_factory=dict)
    research: set[str] = field(default_factory=set)
    here: set[str] = field(default_factory=set)
    """The variables of the step at hand."""

    def steps(self, files: Mapping[str, StepFile]) -> tuple[FormStep, ...]:
        found = tuple(self._step(code, file) for code, file in files.items())
        if found:
            self._require_anchor(found[0])
        return found

    def _step(self, code: str, file: StepFile) -> FormStep:
        name = f"{code}.toml"
        self.here = {variable.code for section in file.section for variable in section.variable}
        self._require_due(name, file)
        sections = tuple(self._section(name, s, section, code) for s, section in enumerate(file.section))
        self._once(name, "section", [section.code for section in file.section])
        scores = self._scores(name, file)
        rules = [self._rule(name, ("rule", i), rule) for i, rule in enumerate(file.rule)]
        self._once(name, "rule", [rule.code for rule in file.rule])
        alone = [rule for section in sections for question in section.questions for rule in exclusive_options(question)]
        in_order = [
            rule for i, order in enumerate(file.order) for rule in self._in_order(name, ("order", i, "times"), order)
        ]
        return FormStep(
            code=code,
            name=file.name,
            due=file.due,
            death=self._death(name, file),
            sections=sections,
            scores=scores,
            rules=(*alone, *(rule for rule in rules if rule), *in_order),
        )

    def _section(self, name: str, number: int, section: Section, step: str) -> FormSection:
        return FormSection(
            code=section.code,
            name=section.name,
            block=section.block,
            intro=section.intro,
            layout=section.layout,
            questions=tuple(
                self._question(name, ("section", number, "variable", v), variable, step, section.code, section.block)
                for v, variable in enumerate(section.variable)
            ),
        )

    def _scores(self, name: str, file: StepFile) -> tuple[FormScore, ...]:
        scores = [self._score(name, ("score", i), score) for i, score in enumerate(file.score)]
        wholes = {score.code for score in file.score if score.part_of is None}
        for i, score in enumerate(file.score):
            if score.part_of is not None and score.part_of not in wholes:
                self.source.fault(name, ("score", i, "part_of"), f"{score.part_of} is no whole score of this step")
        return tuple(score for score in scores if score)

    def _question(
        self, name: str, at: tuple[str | int, ...], variable: Variable, step: str, section: str, block: Block
    ) -> Question:
        shown_if = self._shown_if(name, (*at, "show_if"), variable, block)
        options = self._options(name, at, variable)
        if variable.purpose not in self.register.purpose:
            self.source.fault(name, (*at, "purpose"), f"{variable.purpose} is not a purpose of register.toml")
        self._require_new(name, at, variable.code)
        if variable.opens and self.types.get(variable.opens.after) not in _TIMES:
            self.source.fault(name, (*at, "opens"), f"{variable.opens.after} is not a date or time before it")
        terminology = self._terminology(name, at, variable)
        question = Question(
            variable=variable,
            step=step,
            section=section,
            block=block,
            options=options,
            shown_if=shown_if,
            terminology=terminology,
        )
        self._remember(question)
        return question

    def _remember(self, question: Question) -> None:
        """For what comes after it."""
        self.types[question.code] = question.type
        self.labels[question.code] = question.variable.label
        self.known[question.code] = question.name
        if question.block is Block.RESEARCH:
            self.research.add(question.code)

    def _shown_if(self, name: str, at: tuple[str | int, ...], variable: Variable, block: Block) -> Expression | None:
        found = self._condition(name, at, variable.show_if)
        if found and block is not Block.RESEARCH and (first := sorted(found.names & self.research)):
            what = f"{first[0]} is a research question, whose answer may be destroyed before this one"
            self.source.fault(name, at, what)
        return found

    def _terminology(self, name: str, at: tuple[str | int, ...], variable: Variable) -> Terminology | None:
        """The list of the question's codes; None if it has none, or there is none."""
        self.source.require_codes(name, at, variable, self.shared.terminologies)
        found = self.shared.terminologies.known.get(variable.system) if variable.system else None
        if variable.system and found is None:
            self.source.fault(name, (*at, "system"), f"there is no list codes/{variable.system}.toml")
        return found

    def _options(self, name: str, at: tuple[str | int, ...], variable: Variable) -> tuple[Option, ...]:
        if variable.list is None:
            return ()
        if variable.list not in self.shared.lists:
            self.source.fault(name, (*at, "list"), f"there is no list {variable.list}")
            return ()
        options = self.shared.lists[variable.list].option
        for code in sorted(set(variable.common) - {option.code for option in options}):
            self.source.fault(name, (*at, "common"), f"{code} is not an option of the list {variable.list}")
        if len(variable.common) >= len(options):
            self.source.fault(name, (*at, "common"), "leaves nothing to fold away")
        return options

    def _score(self, name: str, at: tuple[str | int, ...], score: Score) -> FormScore | None:
        """None if it is broken, or wants a value set that nobody has put here."""
        place = (*at, "formula" if score.formula else "value_set")
        value_set = self._value_set(name, place, score)
        text = value_set.formula(score.levels) if value_set else score.formula
        if text is None:
            return None
        formula = self._formula(name, place, text, score)
        applies_if = self._condition(name, (*at, "applies_if"), score.applies_if)
        self._require_new(name, at, score.code)
        self.known[score.code] = Name(kind=ValueKind.NUMBER)
        readings = tuple(self._reading(name, (*at, "reading", i), one) for i, one in enumerate(score.reading))
        if formula is None:
            return None
        return FormScore(
            code=score.code,
            version=score.version,
            source=score.source,
            name=score.name,
            formula=formula,
            unit=score.unit,
            ucum=score.ucum,
            decimals=score.decimals,
            help=score.help,
            part_of=score.part_of,
            readings=readings,
            applies_if=applies_if,
            value_set=value_set,
        )

    def _formula(self, name: str, at: tuple[str | int, ...], text: str, score: Score) -> Expression | None:
        found = self._expression(name, at, text, ValueKind.NUMBER, ValueKind.TRUTH, is_formula=True)
        if found is not None and found.kind is ValueKind.TRUTH and (score.unit or score.decimals or score.reading):
            what = "is a yes or a no, which has no unit, decimals or reading"
            self.source.fault(name, (*at[:-1], "formula"), what)
        return found

    def _reading(self, name: str, at: tuple[str | int, ...], one: Reading) -> FormReading:
        return FormReading(most=one.most, when=self._condition(name, (*at, "when"), one.when), says=one.says)

    def _value_set(self, name: str, at: tuple[str | int, ...], score: Score) -> ValueSet | None:
        found = self.shared.value_sets.get((score.value_set or "", score.version))
        if found is None and (others := sorted(v for code, v in self.shared.value_sets if code == score.value_set)):
            what = f"wants version {score.version} of {score.value_set}, and there is only {', '.join(others)}"
            self.source.fault(name, at, what)
        if found is not None and (wrong := sorted({one.code for one in found.dimension} ^ score.levels.keys())):
            self.source.fault(name, at, f"{wrong[0]} is not in both the levels and the dimensions of {found.code}")
            return None
        return found

    def _rule(self, name: str, at: tuple[str | int, ...], rule: Rule) -> FormRule | None:
        require = self._expression(name, (*at, "require"), rule.require, ValueKind.TRUTH)
        strange = [code for code in rule.about if code not in self.types]
        for code in strange:
            self.source.fault(name, (*at, "about"), f"{code} is not a variable")
        if not strange and not self.here & set(rule.about):
            self.source.fault(name, (*at, "about"), "none of these is asked in this step")
        if require is None:
            return None
        about = self._asked_here_first(rule.about)
        return FormRule(code=rule.code, require=require, message=rule.message, about=about, level=rule.level)

    def _in_order(self, name: str, at: tuple[str | int, ...], order: Order) -> Iterable[FormRule]:
        """Yield a rule for each pair of times, so that a missing time does not hide the next."""
        for code in (code for some in order.times for code in some):
            if self.types.get(code) not in _TIMES:
                self.source.fault(name, at, f"{code} is not a date or a time")
                return
            if not self.here & {code for some in order.times for code in some}:
                self.source.fault(name, at, "none of these is asked in this step")
                return
        for i, some in enumerate(order.times):
            for first, later in product(some, [code for others in order.times[i + 1 :] for code in others]):
                require = self._expression(name, at, self._comparable(first, later), ValueKind.TRUTH)
                # Two times of earlier steps are compared there.
                if require and self.here & {first, later}:
                    yield FormRule(
                        code=f"{first}_before_{later}",
                        require=require,
                        message=order.message or self._before(first, later),
                        about=self._asked_here_first((first, later)),
                        level=order.level,
                    )

    def _before(self, first: str, later: str) -> Words:
        """Return a message that names both times, so that two such messages on a page differ."""
        one, other = self.labels[first], self.labels[later]
        return Words(
            sv=f"”{other.sv}” ligger före ”{one.sv}”. Kontrollera tiderna.",
            en=f"“{other.en}” is before “{one.en}”. Check the times.",
        )

    def _asked_here_first(self, codes: tuple[str, ...]) -> tuple[str, ...]:
        """Sort variables of this step first: a fault is shown at the first, which must be on the same page."""
        return tuple(sorted(codes, key=lambda code: code not in self.here))

    def _comparable(self, first: str, later: str) -> str:
        if self.types[first] is self.types[later]:
            return f"{first} <= {later}"
        return f"days({first}, {later}) >= 0"

    def _condition(self, name: str, at: tuple[str | int, ...], text: str | None) -> Expression | None:
        return None if text is None else self._expression(name, at, text, ValueKind.TRUTH)

    def _expression(
        self, name: str, at: tuple[str | int, ...], text: str, *kinds: ValueKind, is_formula: bool = False
    ) -> Expression | None:
        try:
            return parse(text, names=self.known, kinds=kinds, is_formula=is_formula)
        except ExpressionBroken as broken:
            self.source.fault(name, at, f"{at[-1]}: {broken}")
            return None

    def _death(self, name: str, file: StepFile) -> FormDeath | None:
        if file.death is None:
            return None
        if file.death.on not in self.here or self.types.get(file.death.on) not in _TIMES:
            self.source.fault(name, ("death", "on"), f"{file.death.on} is not a date or time of this step")
        told_by = self._expression(name, ("death", "told_by"), file.death.told_by, ValueKind.TRUTH)
        return FormDeath(told_by=told_by, on=file.death.on) if told_by else None

    def _require_due(self, name: str, file: StepFile) -> None:
        if file.due and self.types.get(file.due.after) not in _TIMES:
            self.source.fault(name, ("due", "after"), f"{file.due.after} is not a date or time of an earlier step")

    def _require_anchor(self, inclusion: FormStep) -> None:
        """Check that the anchor is always known: a required time of the first step that is always shown."""
        found = [question for question in inclusion.questions if question.code == self.register.anchor]
        good = found and found[0].type in _TIMES and found[0].variable.required and found[0].shown_if is None
        if not good:
            what = f"anchor: {self.register.anchor} is not a required date or time of the first step, always shown"
            self.source.fault(f"{inclusion.code}.toml", (), what)

    def _require_new(self, name: str, at: tuple[str | int, ...], code: str) -> None:
        if code in self.known:
            self.source.fault(name, (*at, "code"), f"{code} is the name of something before it")
        if keyword.iskeyword(code):
            self.source.fault(name, (*at, "code"), f"{code} is a word of the language")

    def _once(self, name: str, what: str, codes: list[str]) -> None:
        for i, code in enumerate(codes):
            if code in codes[:i]:
                self.source.fault(name, (what, i), f"{what} {code} stands there twice")
