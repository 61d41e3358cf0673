"""The number of a case in the registry's diary: a case handler says for which case a patient is opened."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Self

from registret.kernel.identifiers import Malformed, mask_personal_numbers

_SHAPE: Final = re.compile(r"(?=.*[0-9])[0-9A-ZÅÄÖ][0-9A-ZÅÄÖ/:. -]{1,38}[0-9A-ZÅÄÖ]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CaseNumber:
    """Three to forty letters, digits and `/:.- `, with a digit among them: `26RS4711`, `RS 2026/112`. Never a number of
    a patient."""

    text: str

    @classmethod
    def parse(cls, written: str) -> Self:
        """Raises: Malformed."""
        text = " ".join(written.split())
        if _SHAPE.fullmatch(text) is None:
            raise Malformed("not the shape of a case number")
        if mask_personal_numbers(text) != text:
            raise Malformed("looks like the number of a person")
        return cls(text)

    def __str__(self) -> str:
        return self.text
