"""The three suites, run whole."""

from __future__ import annotations

from pathlib import Path

from tests.conformance import limbo, pkits, shapes, table
from tests.conformance.bench import Decided, run

SUITES = ("limbo", "pkits", "shapes")


def decided(suite: str, folder: Path, *, limbo_file: Path = limbo.DATA) -> list[Decided]:
    """`folder`: an empty one, for the lists and CAs that are made on the way."""
    rows = table.rows(suite)
    if suite == "limbo":
        return run(limbo.cases(folder, file=limbo_file))
    if suite == "pkits":
        return run(pkits.cases({row.case: row.pinned for row in rows}))
    return run(shapes.cases(folder, {row.case: row.expected == "valid" for row in rows}))
