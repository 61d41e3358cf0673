"""The shape of a mapping."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from registret.registries.variables import require_once
from registret.registries.vocabulary import DefinitionPart

Text = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
Texts = Annotated[tuple[Text, ...], Field(strict=False)]


class ColumnPart(DefinitionPart):
    """A column with answers to one question. `values`: what the file writes, and the code of the answer. `factor`: the
    number in the file times this is in the unit of the question. `date_order`: of year, month and day in a date."""

    name: Text
    variable: Text
    values: dict[str, str] = Field(default_factory=dict)
    factor: Decimal | None = Field(default=None, strict=False, gt=0)
    date_order: Literal["ymd", "dmy", "mdy"] = "ymd"


class MappingPart(DefinitionPart):
    """`source_id`, `number`, `birth_date`, `sex` and `exported_at` name columns. `erase`: words that erase an answer.
    `between`: what stands between several choices in one cell. `ignore`: columns that are not brought in.
    `questionnaire`: canonical|version that FHIR responses are answers to; None: that which this registry publishes."""

    source_system: Annotated[Text, StringConstraints(max_length=60)]
    sub_registry: Text
    version: int = Field(ge=1)
    source_id: Text
    number: Text
    birth_date: Text | None = None
    sex: Text | None = None
    exported_at: Text | None = None
    time_zone: Literal["local", "utc"] = "local"
    questionnaire: Text | None = None
    between: Annotated[str, StringConstraints(min_length=1, max_length=3)] = ","
    erase: Texts = ()
    ignore: Texts = ()
    column: tuple[ColumnPart, ...] = Field(min_length=1, strict=False)

    @model_validator(mode="after")
    def _told_apart(self) -> Self:
        require_once("column", list(self.columns))
        require_once("variable", [one.variable for one in self.column])
        return self

    @property
    def about_row(self) -> tuple[str, ...]:
        """The columns that say whose episode a row is, and which."""
        found = (self.source_id, self.number, self.birth_date, self.sex, self.exported_at)
        return tuple(name for name in found if name is not None)

    @property
    def expected(self) -> tuple[str, ...]:
        """The columns that a file must have."""
        return (*self.about_row, *(one.name for one in self.column))

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.expected, *self.ignore)
