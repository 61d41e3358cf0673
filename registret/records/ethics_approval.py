"""The number of an ethics approval: research on data about health needs one (2003:460, 3 and 6 §§)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Self

from registret.kernel.identifiers import Malformed

SHAPE: Final = r"^20[0-9]{2}-[0-9]{5}(-[0-9]{2})?$"


@dataclass(frozen=True, slots=True)
class Approval:
    """Etikprövningsmyndigheten's diary number: `2026-01234-01`; the last part may be left out."""

    text: str

    @classmethod
    def parse(cls, written: str) -> Self:
        """With or without `Dnr` before it. Raises: Malformed."""
        text = "".join(re.sub(r"(?i)^\s*dnr\.?:?", "", written).split()).replace("\u2013", "-")
        if re.fullmatch(SHAPE, text) is None:
            raise Malformed("not the shape of an approval's number")
        return cls(text)

    def __str__(self) -> str:
        return self.text
