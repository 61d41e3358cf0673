"""What rows of a file came to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from registret.exchange.mappings.applying import MappedRow
from registret.exchange.refusals import SourceIdTwice
from registret.kernel.refused import Refused
from registret.registries.answers import Fault
from registret.registries.forms import FormRule


class Way(StrEnum):
    """How a file is brought in. TRY: nothing is saved. ROWS: each row that is right. WHOLE: all rows, or none."""

    TRY = "try"
    ROWS = "rows"
    WHOLE = "whole"


class RowOutcome(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFault:
    """Why a row is refused, or what of it was not taken. `variable`: of the value that it is about; empty if it is the
    row as a whole. `fault`: what is wrong with that value; `rule`: of the inclusion, which does not hold."""

    why: Refused
    variable: str = ""
    fault: Fault | None = None
    rule: FormRule | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RowResult:
    """`patient_id`: a patient whose data the row was held against. `episode`: its system id, if it has one."""

    line: int
    source_id: str
    outcome: RowOutcome
    faults: tuple[RowFault, ...] = ()
    patient_id: int | None = None
    episode: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileResult:
    """`is_saved`: whether the rows that are not refused are in the registry now."""

    rows: tuple[RowResult, ...]
    is_saved: bool
    counts: Mapping[RowOutcome, int] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: tuple[RowResult, ...], *, is_saved: bool) -> FileResult:
        return cls(rows=rows, is_saved=is_saved, counts=Counter(row.outcome for row in rows))


def refused_twice(row: MappedRow, line: int) -> RowResult:
    """An earlier row, on this line, is about the same episode."""
    twice = RowFault(why=SourceIdTwice(line=line))
    return RowResult(line=row.line, source_id=row.source_id, outcome=RowOutcome.REFUSED, faults=(twice,))


class RowRefused(Exception):
    """A row is not brought in. `patient_id`: as in `RowResult`."""

    def __init__(self, *faults: RowFault, patient_id: int | None = None) -> None:
        self.faults, self.patient_id = faults, patient_id
        super().__init__(", ".join(fault.why.code for fault in faults))
