"""What comes with the program, or lies in a folder, for all versions of sub-registries in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from registret.registries.terminologies import Terminologies
from registret.registries.value_sets import ValueSet
from registret.registries.variables import CodeList


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedDefinitions:
    """What a version may use that is not its own: lists of options by code, lists of codes, and value sets by code and
    version."""

    lists: Mapping[str, CodeList]
    terminologies: Terminologies
    value_sets: Mapping[tuple[str, str], ValueSet]
