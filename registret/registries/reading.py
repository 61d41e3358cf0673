"""From files to forms: every fault of a definition with its file and line, all at once."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from registret.registries.expressions import Expression, ExpressionBroken, Kind, Name, parse
from registret.registries.forms import (
    KINDS,
    KNOWN_OF_THE_PATIENT,
    Form,
    FormRule,
    FormScore,
    FormSection,
    FormStep,
    Question,
)
from registret.registries.schema import (
    CodeList,
    ListsFile,
    RegisterFile,
    Rule,
    RuleLevel,
    Score,
    StepFile,
    Variable,
    VariableType,
    Words,
)
from registret.registries.toml_lines import Lines

F = TypeVar("F", bound=BaseModel)

# What decides about entry, not about what an answer means.
_NOT_OF_THE_FORM: Final = {"state", "order", "closed_year", "opens", "closes"}
_ORDER_IS_WRONG = Words(
    sv="Tiderna står inte i den ordning som det brukar ske. Kontrollera dem.",
    en="The times are not in the order in which things happen. Check them.",
)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Fault:
    """`file`: from the folder of the version. `line` counts from 1."""

    file: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.what}"


class DefinitionBroken(Exception):
    """A definition cannot be used. `faults`: all of them; the message is one line for each."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        super().__init__("\n".join(map(str, self.faults)))


def read_register(folder: Path) -> RegisterFile:
    """`register.toml` of one version alone. Raises: DefinitionBroken."""
    source = _Source(folder)
    register = source.read("register.toml", RegisterFile)
    if register is not None:
        source.require_place(register)
    if register is None or source.faults:
        raise DefinitionBroken(source.faults)
    return register


def read_form(folder: Path, *, shared: Mapping[str, CodeList]) -> Form:
    """One version of a sub-registry. `shared`: lists of options that all sub-registries may use.

    Raises: DefinitionBroken.
    """
    register = read_register(folder)
    source = _Source(folder)
    own = source.read("lists.toml", ListsFile) if (folder / "lists.toml").exists() else ListsFile()
    files = {code: source.read(f"{code}.toml", StepFile) for code in register.steps}
    source.stop_if_faulty()
    lists = dict(shared) | {found.code: found for found in (own.list if own else ())}
    steps = _Building(source=source, register=register, lists=lists).steps(
        {code: file for code, file in files.items() if file is not None}
    )
    source.stop_if_faulty()
    return Form(
        register=register,
        version=int(folder.name),
        steps=steps,
        anchor=register.anchor or "",
        lists=lists,
        digest=_digest(register, files, steps, lists),
    )


def read_lists(file: Path) -> dict[str, CodeList]:
    """The lists that all sub-registries share. Raises: DefinitionBroken."""
    source = _Source(file.parent)
    found = source.read(file.name, ListsFile)
    source.stop_if_faulty()
    return {one.code: one for one in found.list} if found else {}


class _Source:
    """The files of one folder, and what is wrong with them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lines: dict[str, Lines] = {}
        self.faults: list[Fault] = []

    def read(self, name: str, shape: type[F]) -> F | None:
        """None if the file is broken, and then there are faults."""
        try:
            text = (self._folder / name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as trouble:
            self.faults.append(Fault(file=name, line=1, what=f"cannot be read: {type(trouble).__name__}"))
            return None
        self._lines[name] = Lines(text)
        try:
            return shape.model_validate(tomllib.loads(text))
        except tomllib.TOMLDecodeError as trouble:
            self.faults.append(Fault(file=name, line=Lines.of_syntax(trouble), what=f"not TOML: {trouble}"))
        except ValidationError as trouble:
            for error in _first_causes(trouble):
                place = ".".join(str(part) for part in error["loc"] if isinstance(part, str))
                said = error["msg"].removeprefix("Value error, ")
                self.fault(name, error["loc"], f"{place}: {said}" if place else said)
        return None

    def fault(self, name: str, path: Iterable[str | int], what: str) -> None:
        self.faults.append(Fault(file=name, line=self._lines[name].of(*path), what=what))

    def require_place(self, register: RegisterFile) -> None:
        """The names of the folders say which version of which sub-registry it is."""
        if register.code != self._folder.parent.name:
            what = f"code is {register.code}, but the folder is {self._folder.parent.name}"
            self._at_register(("code",), what)
        if not re.fullmatch(r"[1-9][0-9]{0,3}", self._folder.name):
            self._at_register((), "the version (the folder's name) must be a whole number")

    def stop_if_faulty(self) -> None:
        """Raises: DefinitionBroken."""
        if self.faults:
            raise DefinitionBroken(self.faults)

    def _at_register(self, path: tuple[str, ...], what: str) -> None:
        if "register.toml" not in self._lines:
            self._lines["register.toml"] = Lines((self._folder / "register.toml").read_text(encoding="utf-8"))
        self.fault("register.toml", path, what)


def _first_causes(trouble: ValidationError) -> Iterable[ErrorDetails]:
    """Without the lists that are too short only because what stands in them is broken."""
    errors = trouble.errors(include_url=False, include_input=False)
    places = [error["loc"] for error in errors]
    for error in errors:
        inner = [place for place in places if place[: len(error["loc"])] == error["loc"] and place != error["loc"]]
        if error["type"] != "too_short" or not inner:
            yield error


@dataclass(kw_only=True)
class _Building:
    """Goes through the steps in order. A condition may use what stands before it: no circles, and one way to read."""

    source: _Source
    register: RegisterFile
    lists: Mapping[str, CodeList]
    known: dict[str, Name] = field(default_factory=lambda: dict(KNOWN_OF_THE_PATIENT))
    types: dict[str, VariableType] = field(default_factory=dict)

    def steps(self, files: Mapping[str, StepFile]) -> tuple[FormStep, ...]:
        found = tuple(self._step(code, file) for code, file in files.items())
        if found:
            self._require_anchor(found[0])
        return found

    def _step(self, code: str, file: StepFile) -> FormStep:
        name = f"{code}.toml"
        self._require_due(name, file)
        sections = tuple(
            FormSection(
                code=section.code,
                name=section.name,
                block=section.block,
                intro=section.intro,
                questions=tuple(
                    self._question(name, ("section", s, "variable", v), variable, code, section.code, section.block)
                    for v, variable in enumerate(section.variable)
                ),
            )
            for s, section in enumerate(file.section)
        )
        self._once(name, "section", [section.code for section in file.section])
        scores = tuple(self._score(name, ("score", i), score) for i, score in enumerate(file.score))
        rules = [self._rule(name, ("rule", i), rule) for i, rule in enumerate(file.rule)]
        self._once(name, "rule", [rule.code for rule in file.rule])
        return FormStep(
            code=code,
            name=file.name,
            due=file.due,
            sections=sections,
            scores=tuple(score for score in scores if score),
            rules=(*(rule for rule in rules if rule), *self._order(name, code, file)),
        )

    def _question(
        self, name: str, at: tuple[str | int, ...], variable: Variable, step: str, section: str, block: Any
    ) -> Question:
        shown_if = self._expression(name, (*at, "show_if"), variable.show_if, Kind.TRUTH) if variable.show_if else None
        options = self._options(name, at, variable)
        if variable.purpose not in self.register.purpose:
            self.source.fault(name, (*at, "purpose"), f"{variable.purpose} is not a purpose of register.toml")
        if self.known.keys() & {variable.code}:
            self.source.fault(name, (*at, "code"), f"{variable.code} is the name of something before it")
        codes = frozenset(option.code for option in options)
        self.known[variable.code] = Name(kind=KINDS[variable.type], options=codes if options else None)
        self.types[variable.code] = variable.type
        return Question(variable=variable, step=step, section=section, block=block, options=options, shown_if=shown_if)

    def _options(self, name: str, at: tuple[str | int, ...], variable: Variable) -> tuple[Any, ...]:
        if variable.list is None:
            return ()
        if variable.list not in self.lists:
            self.source.fault(name, (*at, "list"), f"there is no list {variable.list}")
            return ()
        return self.lists[variable.list].option

    def _score(self, name: str, at: tuple[str | int, ...], score: Score) -> FormScore | None:
        formula = self._expression(name, (*at, "formula"), score.formula, Kind.NUMBER)
        if score.code in self.known:
            self.source.fault(name, (*at, "code"), f"{score.code} is the name of something before it")
        self.known[score.code] = Name(kind=Kind.NUMBER)
        if formula is None:
            return None
        return FormScore(
            code=score.code,
            version=score.version,
            source=score.source,
            name=score.name,
            formula=formula,
            unit=score.unit,
            decimals=score.decimals,
            help=score.help,
            readings=score.reading,
        )

    def _rule(self, name: str, at: tuple[str | int, ...], rule: Rule) -> FormRule | None:
        require = self._expression(name, (*at, "require"), rule.require, Kind.TRUTH)
        for code in rule.about:
            if code not in self.types:
                self.source.fault(name, (*at, "about"), f"{code} is not a variable")
        if require is None:
            return None
        return FormRule(code=rule.code, require=require, message=rule.message, about=rule.about, level=rule.level)

    def _order(self, name: str, step: str, file: StepFile) -> Iterable[FormRule]:
        """Each two of the times, so that one that is not known does not hide the next."""
        for code in file.order:
            if self.types.get(code) not in {VariableType.DATE, VariableType.MOMENT}:
                self.source.fault(name, ("order",), f"{code} is not a date or a time")
                return
        for i, first in enumerate(file.order):
            for later in file.order[i + 1 :]:
                compare = self._comparable(first, later)
                require = self._expression(name, ("order",), compare, Kind.TRUTH)
                if require:
                    yield FormRule(
                        code=f"{first}_before_{later}",
                        require=require,
                        message=_ORDER_IS_WRONG,
                        about=(first, later),
                        level=RuleLevel.FLAG,
                    )

    def _comparable(self, first: str, later: str) -> str:
        if self.types[first] is self.types[later]:
            return f"{first} <= {later}"
        return f"days({first}, {later}) >= 0"

    def _expression(self, name: str, at: tuple[str | int, ...], text: str, kind: Kind) -> Expression | None:
        try:
            return parse(text, names=self.known, kind=kind)
        except ExpressionBroken as broken:
            self.source.fault(name, at, f"{at[-1]}: {broken}")
            return None

    def _require_due(self, name: str, file: StepFile) -> None:
        times = {VariableType.DATE, VariableType.MOMENT}
        if file.due and self.types.get(file.due.after) not in times:
            self.source.fault(name, ("due", "after"), f"{file.due.after} is not a date or time of an earlier step")

    def _require_anchor(self, inclusion: FormStep) -> None:
        """An episode begins at a moment that is always known: a required time of the first step, shown always."""
        found = [question for question in inclusion.questions if question.code == self.register.anchor]
        times = {VariableType.DATE, VariableType.MOMENT}
        good = found and found[0].type in times and found[0].variable.required and found[0].shown_if is None
        if not good:
            what = f"anchor: {self.register.anchor} is not a required date or time of the first step, always shown"
            self.source.fault(f"{inclusion.code}.toml", (), what)

    def _once(self, name: str, what: str, codes: list[str]) -> None:
        for code in sorted({code for code in codes if codes.count(code) > 1}):
            self.source.fault(name, (what, codes.index(code)), f"{what} {code} stands there twice")


def _digest(
    register: RegisterFile,
    files: Mapping[str, StepFile | None],
    steps: Iterable[FormStep],
    lists: Mapping[str, CodeList],
) -> str:
    used = {question.variable.list for step in steps for question in step.questions if question.variable.list}
    content: dict[str, Any] = {
        "register": register.model_dump(mode="json", exclude=_NOT_OF_THE_FORM),
        "steps": {code: file.model_dump(mode="json") for code, file in files.items() if file},
        "lists": {code: lists[code].model_dump(mode="json") for code in sorted(used)},
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
