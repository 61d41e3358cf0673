"""How far the history of the demo country has come: kept in a file, so that pages can tell, and a demo that is started
again goes on."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """`done`: of how many patients it is written what became of them, `of` so many, and one more for the edition of the
    reports at the end; `of` is 0 before the first. The history is of `years` that ended `now`."""

    now: datetime
    years: int
    done: int = 0
    of: int = 0

    @property
    def is_complete(self) -> bool:
        return 0 < self.of <= self.done


def read_progress(file: Path) -> Progress | None:
    """None: there is no history to write."""
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return Progress(**told | {"now": datetime.fromisoformat(told["now"])})


def write_progress(file: Path, progress: Progress) -> None:
    """Whole at every moment, for those who read it meanwhile."""
    half = file.with_suffix(".half")
    half.write_text(json.dumps(asdict(progress), default=datetime.isoformat), encoding="utf-8")
    half.replace(file)
