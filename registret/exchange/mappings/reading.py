"""Read a mapping, and check it against the form that it leads to."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from registret.exchange.mappings.faults import MappingCode, MappingFault, nearest
from registret.exchange.mappings.schema import ColumnPart, MappingPart
from registret.registries.answers import MISSING_KEY
from registret.registries.forms import Form, Question
from registret.registries.loading.toml_lines import TomlLines
from registret.registries.vocabulary import VariableType

LONGEST = 200_000
_NUMBERS = {VariableType.INTEGER, VariableType.DECIMAL}
_DATES = {VariableType.DATE, VariableType.MOMENT}


@dataclass(frozen=True, slots=True, kw_only=True)
class FormMapping:
    """A mapping that is right, and its form."""

    says: MappingPart
    form: Form


class MappingBroken(Exception):
    """A mapping cannot be used. `faults`: all of them, by line."""

    def __init__(self, faults: list[MappingFault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda one: one.line))
        super().__init__(", ".join(fault.code for fault in self.faults))


def read_mapping(text: str, forms: Mapping[tuple[str, int], Form]) -> FormMapping:
    """Raises: MappingBroken."""
    lines = TomlLines(text)
    try:
        says = MappingPart.model_validate(tomllib.loads(text))
    except ValidationError as trouble:
        errors = trouble.errors(include_url=False, include_input=False)
        raise MappingBroken([_fault_of(error, lines) for error in errors]) from None
    except (tomllib.TOMLDecodeError, RecursionError) as trouble:
        line = TomlLines.of_syntax(trouble) if isinstance(trouble, ValueError) else 1
        raise MappingBroken([MappingFault(code=MappingCode.NOT_TOML, line=line)]) from None
    form = forms.get((says.sub_registry, says.version))
    if form is None:
        known = ", ".join(f"{code} {version}" for code, version in sorted(forms))
        line = lines.of("version" if (says.sub_registry, 1) in forms else "sub_registry")
        about = f"{says.sub_registry} {says.version}"
        fault = MappingFault(code=MappingCode.NO_SUCH_FORM, line=line, about=about, facts={"known": known})
        raise MappingBroken([fault])
    faults = [fault for place, one in enumerate(says.column) for fault in _column_faults(one, place, form, lines)]
    if faults:
        raise MappingBroken(faults)
    return FormMapping(says=says, form=form)


def _fault_of(error: ErrorDetails, lines: TomlLines) -> MappingFault:
    path = error["loc"]
    code = {
        "missing": MappingCode.MISSING,
        "extra_forbidden": MappingCode.UNKNOWN_KEY,
        "value_error": MappingCode.TWICE,
    }.get(error["type"], MappingCode.WRONG_SHAPE)
    about = ".".join(str(part) for part in path if isinstance(part, str))
    if code is MappingCode.TWICE:
        # `column Puls stands there twice`
        about = error["msg"].removeprefix("Value error, ").partition(" ")[2].removesuffix(" stands there twice")
    keys = [*MappingPart.model_fields, *ColumnPart.model_fields]
    like = nearest(str(path[-1]), keys) if code is MappingCode.UNKNOWN_KEY else ""
    return MappingFault(code=code, line=lines.of(*path), about=about, nearest=like)


def _column_faults(column: ColumnPart, place: int, form: Form, lines: TomlLines) -> Iterator[MappingFault]:
    question = form.questions.get(column.variable)
    if question is None:
        line = lines.of("column", place, "variable")
        like = nearest(column.variable, form.questions)
        yield MappingFault(code=MappingCode.NO_SUCH_VARIABLE, line=line, about=column.variable, nearest=like)
        return
    if column.factor is not None and question.type not in _NUMBERS:
        line = lines.of("column", place, "factor")
        yield MappingFault(code=MappingCode.NOT_A_NUMBER, line=line, about=column.variable)
    if column.date_order != "ymd" and question.type not in _DATES:
        line = lines.of("column", place, "date_order")
        yield MappingFault(code=MappingCode.NOT_A_DATE, line=line, about=column.variable)
    known = answers_known(question)
    for value in column.values.values():
        if (question.options or value.startswith(f"{MISSING_KEY}:")) and value not in known:
            line = lines.of("column", place, "values")
            facts = {"value": value, "known": ", ".join(known)}
            yield MappingFault(
                code=MappingCode.NO_SUCH_OPTION,
                line=line,
                about=column.variable,
                nearest=nearest(value, known),
                facts=facts,
            )


def answers_known(question: Question) -> tuple[str, ...]:
    """What a mapping may lead to: codes of options, and why an answer is missing."""
    missing = (f"{MISSING_KEY}:{one.value}" for one in question.variable.missing)
    return (*(option.code for option in question.options), *missing)
