"""The words that definitions are written in: names, texts in two languages, codes, and the kinds of things.

Everything in `schema` is built from these.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from django.utils.translation import get_language
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
RegistryCode = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class DefinitionPart(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Words(DefinitionPart):
    """A text in both languages; `str()` of it is in the active one."""

    sv: Text
    en: Text

    def __str__(self) -> str:
        return self.en if (get_language() or "sv").startswith("en") else self.sv


class RegistryState(StrEnum):
    DRAFT = "draft"
    """Being prepared, and not shown to people who report."""
    OPEN = "open"
    CLOSED = "closed"
    """Closed for entry; its reports stay."""
    ARCHIVED = "archived"


class VariableType(StrEnum):
    CHOICE = "choice"
    CHOICES = "choices"
    """Several may be chosen."""
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    MOMENT = "moment"
    """Date and time of day, in Swedish time."""
    TEXT = "text"
    CODE = "code"
    """A code of another system, such as ICD-10-SE."""
    CODES = "codes"
    """Several of them."""


class Mark(StrEnum):
    """The value is beyond the limit that the method can measure; the number is that limit."""

    BELOW = "<"
    ABOVE = ">"


class Missing(StrEnum):
    """Missing is never just empty: these are answers."""

    NOT_DONE = "not_done"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"
    UNMEASURABLE = "unmeasurable"
    """Of a number: measured, and too low for the instrument. Scores count it as lower than any number."""


class CodeSystem(StrEnum):
    """Where a code comes from; the values are what definitions write."""

    SNOMED = "snomed"
    LOINC = "loinc"
    ICD10SE = "icd10se"
    ATC = "atc"
    KVA = "kva"


def _each_a_tuple(codes: object) -> object:
    """Turn a single code into a list of one."""
    if not isinstance(codes, dict):
        return codes
    return {system: [found] if isinstance(found, str) else found for system, found in codes.items()}


Codes = Annotated[
    Mapping[
        Annotated[CodeSystem, Field(strict=False)],
        Annotated[tuple[Text, ...], Field(min_length=1, strict=False)],
    ],
    BeforeValidator(_each_a_tuple),
]
"""What other systems call it. One code of a system means the same; several together are what it covers."""
Said = Text | Words
"""A text that is the same in both languages, or one in each."""
Unit = Said


class Block(StrEnum):
    CORE = "core"
    EXTRA = "extra"
    """Folded away: may be skipped if the answer is not known."""
    RESEARCH = "research"
    """Folded away: asked of those who take part in a study."""


class Layout(StrEnum):
    COLUMN = "column"
    GRID = "grid"
    """Numbers stand side by side: short to fill in, like a row of vital signs."""


class RuleLevel(StrEnum):
    FLAG = "flag"
    """Saved and flagged; stops signing."""
    WARN = "warn"
