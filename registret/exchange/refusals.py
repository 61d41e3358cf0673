"""Why not, about files that are brought in. No fact here names a patient by number or name."""

from __future__ import annotations

from registret.kernel.refused import Refused


class FileTooLarge(Refused, code="import.file_too_large", status=422):
    """The file, or what it unpacks to, is larger than `most_mb` megabytes."""

    most_mb: int


class FileEmpty(Refused, code="import.file_empty", status=422):
    """The file has no row under its names of columns."""


class FileUnreadable(Refused, code="import.file_unreadable", status=422):
    """The file is not what it seems to be. `line`: where, 0 if it is the file as a whole."""

    line: int = 0


class FileOfOtherKind(Refused, code="import.file_of_other_kind", status=422):
    """The file is neither text nor a workbook in XLSX."""


class TooManyRows(Refused, code="import.too_many_rows", status=422):
    """The file has more than `most` rows."""

    most: int


class TooManyColumns(Refused, code="import.too_many_columns", status=422):
    """The file has more than `most` columns."""

    most: int


class CellTooLong(Refused, code="import.cell_too_long", status=422):
    """A value has more than `most` characters."""

    line: int
    most: int


class RowOfOtherLength(Refused, code="import.row_of_other_length", status=422):
    """A row has `values` values, and there are `columns` columns."""

    line: int
    values: int
    columns: int


class ColumnUnnamed(Refused, code="import.column_unnamed", status=422):
    """A column with values has no name. `place`: its number, from 1."""

    place: int


class ColumnTwice(Refused, code="import.column_twice", status=422):
    """Two columns have the same name. `place`: the number of the second, from 1."""

    place: int


class ValueNested(Refused, code="import.value_nested", status=422):
    """JSON other than a list of objects whose values are texts, numbers, true, false or null. `line`: which object."""

    line: int


class HasFormulas(Refused, code="import.has_formulas", status=422):
    """The sheet has cells that are computed: what they show depends on the program that opens it."""


class HasEntities(Refused, code="import.has_entities", status=422):
    """The workbook declares XML entities or a document type, which no spreadsheet program writes."""
