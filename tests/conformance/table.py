"""The checked-in tables of what is expected, and the judgement about what was decided."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tests.conformance.bench import ACCEPTED, Decided

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`expected`: "valid" or "invalid", by the suite. `decision`: by the house. `reason`: a key of `reasons.toml` if
    the two differ. `pinned`: the CA (PKITS)."""

    case: str
    expected: str
    decision: str
    reason: str = ""
    pinned: str = ""

    @property
    def accepted(self) -> bool:
        return self.decision == ACCEPTED

    @property
    def agrees(self) -> bool:
        return self.accepted == (self.expected == "valid")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """`outside`: the case asks for something that is not done here, so its outcome is neither right nor wrong.
    `let_in`: such a case may be let in."""

    text: str
    outside: bool = False
    let_in: bool = False

    def covers(self, row: Row) -> bool:
        return self.outside and (self.let_in or not row.accepted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Of one suite. `accepted`: those of `right` that were let in."""

    cases: int
    right: int
    accepted: int
    false_accepts: int
    false_rejects: int
    outside: int

    def __str__(self) -> str:
        return (
            f"{self.cases} cases, {self.right} right ({self.accepted} of them accepted), "
            f"{self.false_accepts} false accepts, {self.false_rejects} false rejects, {self.outside} outside"
        )


def rows(suite: str) -> list[Row]:
    with (FOLDER / f"{suite}.csv").open(encoding="utf-8", newline="") as file:
        return [Row(**line) for line in csv.DictReader(file)]


def reasons() -> dict[str, Reason]:
    content = tomllib.loads((FOLDER / "reasons.toml").read_text(encoding="utf-8"))
    return {key: Reason(**table) for key, table in content.items()}


def summary(table: Iterable[Row], known: dict[str, Reason]) -> Summary:
    inside, outside = list[Row](), list[Row]()
    for row in table:
        (outside if row.reason in known and known[row.reason].covers(row) else inside).append(row)
    right = [row for row in inside if row.agrees]
    return Summary(
        cases=len(inside) + len(outside),
        right=len(right),
        accepted=sum(row.accepted for row in right),
        false_accepts=sum(row.accepted and not row.agrees for row in inside),
        false_rejects=sum(not row.accepted and not row.agrees for row in inside),
        outside=len(outside),
    )


def as_decided(table: Iterable[Row], decided: Iterable[Decided]) -> list[Row]:
    """The table with the decisions that were taken in the place of those that are expected."""
    found = {one.case.name: one.decision for one in decided}
    return [replace(row, decision=found.get(row.case, "not decided")) for row in table]


def faults(table: Sequence[Row], decided: Sequence[Decided], known: dict[str, Reason]) -> list[str]:
    """What is wrong, one line each: a decision that is not the table's, a false accept, a deviation without reason."""
    found = []
    by_name = {row.case: row for row in table}
    decided_names = {one.case.name for one in decided}
    if len(by_name) < len(table) or len(decided_names) < len(decided):
        found.append("a case stands in the table or in the suite twice")
    missing = by_name.keys() ^ decided_names
    found += [f"{name}: stands in the table or in the suite, but not in both" for name in sorted(missing)]
    for one in decided:
        row = by_name.get(one.case.name)
        if row is None:
            continue
        if row.expected != ("valid" if one.case.valid else "invalid"):
            found.append(f"{row.case}: the suite does not expect {row.expected!r}")
        if row.decision != one.decision:
            found.append(f"{row.case}: decided {one.decision!r}, the table says {row.decision!r}")
    for row in table:
        outside = row.reason in known and known[row.reason].covers(row)
        if row.reason and row.reason not in known:
            found.append(f"{row.case}: the reason {row.reason!r} is not in reasons.toml")
        elif row.accepted and not row.agrees and not outside:
            found.append(f"{row.case}: a false accept")
        elif not row.agrees and not row.reason:
            found.append(f"{row.case}: a false reject without a reason")
        elif row.agrees and row.reason and not outside:
            found.append(f"{row.case}: a reason without a deviation")
    return found
