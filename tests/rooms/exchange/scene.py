"""Ines brings files of *Journal X* in to the infection clinic."""

from __future__ import annotations

from datetime import datetime

from registret.access.actor import Actor
from registret.exchange.importing.results import FileResult, RowOutcome, Way
from registret.exchange.importing.running import ImportWish, run
from registret.exchange.readers import read
from registret.exchange.saved_mappings import SavedMapping, mapping_of, save_mapping
from tests import cast
from tests.rooms.exchange.journal_x import MAPPING, file_of
from tests.rooms.records.scene import NOW

INES = cast.person("Ines", "Lund", "SE2321009991-E00I7L3")
"""Brings files in, and registers as Anna does."""

EVA = cast.person("Eva", "Falk", "SE2321009991-E00E4F1")
"""Takes the clinic's episodes out, and registers none."""


def saved(actor: Actor, text: str = MAPPING) -> SavedMapping:
    return mapping_of(actor, save_mapping(actor=actor, text=text, at=NOW))


def brought(
    actor: Actor, *rows: dict[str, str], way: Way = Way.ROWS, text: str = MAPPING, at: datetime = NOW
) -> FileResult:
    return run(actor=actor, wish=ImportWish(saved=saved(actor, text), table=read(file_of(*rows)), way=way), at=at)


def outcomes(result: FileResult) -> list[RowOutcome]:
    return [row.outcome for row in result.rows]


def whys(result: FileResult) -> list[tuple[str, str]]:
    """Code and variable of every fault."""
    return [(fault.why.code, fault.variable) for row in result.rows for fault in row.faults]
