"""The clinical data of a CDISC ODM file, subject by subject, become rows.

A subject is a row. A study event that may come again gives the subject a row for each time, and what stands in the
other events is in all of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from registret.exchange.readers.odm_item import OdmItem
from registret.exchange.readers.odm_places import ItemPlace, StudyPlaces
from registret.exchange.readers.table import (
    LONGEST_CELL,
    MOST_COLUMNS,
    MOST_ROWS,
    FileKind,
    SourceRow,
    SourceTable,
    row_of,
)
from registret.exchange.refusals import CellTooLong, ColumnUnnamed, FileEmpty, ItemTwice, TooManyColumns, TooManyRows

SUBJECT: Final = "SubjectKey"
TIME_OF_SUBJECT: Final = "SubjectKey.StudyEventRepeatKey"
CREATED: Final = "CreationDateTime"
UNIT: Final = "MeasurementUnitOID"
_OWN: Final = frozenset({SUBJECT, TIME_OF_SUBJECT, CREATED})


@dataclass(kw_only=True)
class Subject:
    """`times`: items of study events that come again, by their key; `once`: all others."""

    key: str
    once: dict[str, str] = field(default_factory=dict)
    times: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Version:
    """The columns of a version of the metadata, and which of its study events come again."""

    names: Mapping[ItemPlace, str]
    repeating: frozenset[str]


class OdmRows:
    """`created`: when the file was made, as it says."""

    def __init__(self) -> None:
        self.created = ""
        self._versions: dict[tuple[str, str], _Version] = {}
        self._version: _Version | None = None
        self._columns: dict[str, None] = {SUBJECT: None, CREATED: None}
        self._rows: list[SourceRow] = []

    def add_version(self, study: str, version: str, places: StudyPlaces) -> None:
        """Raises: TooManyColumns, CellTooLong, ColumnUnnamed."""
        known = _Version(names=places.columns(), repeating=frozenset(places.repeating))
        self._versions[study, version] = known
        for name in [TIME_OF_SUBJECT] * bool(known.repeating) + [*known.names.values()]:
            self._column(name)

    def go_on(self, study: str, version: str) -> None:
        """What comes now is of this version of the metadata, which may not be in the file."""
        self._version = self._versions.get((study, version))

    def add_item(self, subject: Subject, item: OdmItem, time: str) -> None:
        """`time`: the key of its study event, empty if it has none. Raises: ItemTwice, TooManyColumns, CellTooLong,
        ColumnUnnamed.
        """
        known = self._version
        # Without metadata nobody knows whether the item stands in another place, too.
        name = (known.names.get(item.place) if known else None) or ".".join(item.place)
        is_again = bool(time) and (known is None or item.place[0] in known.repeating)
        cells = subject.times[time] if is_again else subject.once
        if name in cells or name in _OWN:
            raise ItemTwice(line=len(self._rows) + 1)
        self._column(name)
        cells[name] = item.text
        if item.unit:
            self._column(f"{name}.{UNIT}")
            cells[f"{name}.{UNIT}"] = item.unit

    def add_subject(self, subject: Subject) -> None:
        """Raises: TooManyRows, CellTooLong, TooManyColumns."""
        for time, cells in (subject.times or {"": {}}).items():
            answers = {**subject.once, **cells}
            if not any(cell.strip() for cell in answers.values()):
                continue
            if len(self._rows) == MOST_ROWS:
                raise TooManyRows(most=MOST_ROWS)
            own = {SUBJECT: subject.key, CREATED: self.created}
            if time or (self._version and self._version.repeating):
                self._column(TIME_OF_SUBJECT)
                own[TIME_OF_SUBJECT] = f"{subject.key}.{time}" if time else subject.key
            self._rows.append(row_of(len(self._rows) + 1, own | answers))

    def table(self) -> SourceTable:
        """Raises: FileEmpty."""
        if not self._rows:
            raise FileEmpty()
        nothing = dict.fromkeys(self._columns, "")
        rows = tuple(SourceRow(line=row.line, values={**nothing, **row.values}) for row in self._rows)
        return SourceTable(kind=FileKind.ODM, columns=tuple(self._columns), rows=rows)

    def _column(self, name: str) -> None:
        if name in self._columns:
            return
        number = len(self._columns) + 1
        if number > MOST_COLUMNS:
            raise TooManyColumns(most=MOST_COLUMNS)
        if not name.strip():
            raise ColumnUnnamed(number=number)
        if len(name) > LONGEST_CELL:
            raise CellTooLong(line=len(self._rows) + 1, most=LONGEST_CELL)
        self._columns[name] = None
