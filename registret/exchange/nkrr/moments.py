"""Days and moments as NKRR writes them: `20261124`, `20261124081500`, in Swedish time and without a zone."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from registret.kernel.sweden import SWEDEN

_WRITTEN: Final = re.compile(r"(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d))?", re.ASCII)


def as_typed(text: str) -> str:
    """`2026-11-24`, `2026-11-24T08:15`; a text of another shape as it is."""
    match = _WRITTEN.fullmatch(text)
    if match is None:
        return text
    year, month, day, hour, minute, _second = match.groups()
    return f"{year}-{month}-{day}" + (f"T{hour}:{minute}" if hour else "")


def is_ambiguous(text: str) -> bool:
    """Whether a moment, as typed, lies in the hour that a night in October has twice."""
    try:
        first = datetime.fromisoformat(text).replace(tzinfo=SWEDEN)
    except ValueError:
        return False
    second = first.replace(fold=1)
    return first.utcoffset() != second.utcoffset() and first.utcoffset() > second.utcoffset()  # type: ignore[operator]
