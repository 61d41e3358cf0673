"""By which rules figures of others are told (`editions.toml`), each with who decided on it, when, and why."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final, Literal

from pydantic import Field

from registret.registries.loading.faults import DefinitionBroken
from registret.registries.loading.source import DefinitionFiles
from registret.registries.vocabulary import DefinitionPart, Text

FILE: Final = "editions.toml"


class _Decided(DefinitionPart):
    decided_by: Text
    decided_on: date
    reason: Text


class SmallestCount(_Decided):
    number: int = Field(ge=5)


class FewestPublic(_Decided):
    number: int = Field(ge=10)


class MonthsTogether(_Decided):
    number: Literal[3, 6, 12]


class ClinicsNamed(_Decided):
    named: bool


class EditionRules(DefinitionPart):
    """`smallest`: fewer patients than this with an outcome, or without it, are never told. `public`: an area of
    fewer patients is not told to the public. `months`: so many months are counted together, once, and never anew;
    `ratio_months`: the same of what is compared with what is expected. `clinics`: whether clinics read the names of
    other clinics beside their figures."""

    smallest: SmallestCount
    public: FewestPublic
    months: MonthsTogether
    ratio_months: MonthsTogether
    clinics: ClinicsNamed

    def months_together(self, *, is_ratio: bool) -> int:
        """How many months are counted together of an indicator."""
        return (self.ratio_months if is_ratio else self.months).number


def read_edition_rules(folder: Path) -> EditionRules:
    """Raises: DefinitionBroken."""
    source = DefinitionFiles(folder)
    found = source.read(FILE, EditionRules)
    if found is None:
        raise DefinitionBroken(source.faults)
    return found
