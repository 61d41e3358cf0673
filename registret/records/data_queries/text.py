"""What the office and a clinic write to each other about an answer: a text that holds no patient's number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

from registret.kernel.identifiers import Malformed, mask_personal_numbers

LONGEST: Final = 500


@dataclass(frozen=True, slots=True)
class QueryText:
    """At most 500 characters, perhaps none, without a personal number."""

    text: str

    @classmethod
    def parse(cls, written: str) -> Self:
        """Raises: Malformed."""
        text = written.strip()
        if len(text) > LONGEST:
            raise Malformed("too long")
        if mask_personal_numbers(text) != text:
            raise Malformed("holds what looks like the number of a person")
        return cls(text)

    def __str__(self) -> str:
        return self.text
