"""What is wrong with a mapping, or with a file beside it, and where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum


class MappingCode(StrEnum):
    """Of the mapping itself, and at the end of a file that does not fit it."""

    NOT_TOML = "mapping.not_toml"
    MISSING = "mapping.missing"
    UNKNOWN_KEY = "mapping.unknown_key"
    WRONG_SHAPE = "mapping.wrong_shape"
    TWICE = "mapping.twice"
    NO_SUCH_FORM = "mapping.no_such_form"
    NO_SUCH_VARIABLE = "mapping.no_such_variable"
    NO_SUCH_OPTION = "mapping.no_such_option"
    NOT_A_NUMBER = "mapping.not_a_number"
    NOT_A_DATE = "mapping.not_a_date"
    COLUMN_UNKNOWN = "file.column_unknown"
    COLUMN_MISSING = "file.column_missing"
    QUESTIONNAIRE_OTHER = "file.questionnaire_other"


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingFault:
    """`line`: of the mapping's text, or 1 for the names of a file's columns. `about`: the key, variable or column.
    `nearest`: what may have been meant; empty if nothing is like it."""

    code: MappingCode
    line: int
    about: str = ""
    nearest: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


def nearest(name: str, known: Iterable[str], *, cutoff: float = 0.6) -> str:
    """The name among `known` that is most like this one, whatever their case; empty if none is."""
    by_folded = {one.casefold(): one for one in known}
    found = get_close_matches(name.casefold(), by_folded, n=1, cutoff=cutoff)
    return by_folded[found[0]] if found else ""
