"""Why not, about files that are brought in, and about one row of them. No fact here names a patient."""

from __future__ import annotations

from registret.kernel.refused import Refused


class FileTooLarge(Refused, code="import.file_too_large", status=422):
    """The file, or what it unpacks to, is larger than `most` megabytes."""

    most: int


class FileGone(Refused, code="exchange.file_gone", status=410):
    """The file was kept for a time, which is over, or a patient in it has opted out."""


class JobNotPossible(Refused, code="import.job_not_possible", status=409):
    """A file is brought in only after it was tried to its end, once at a time, and if a row of it is right."""


class FileEmpty(Refused, code="import.file_empty", status=422):
    """The file has no row under its names of columns."""


class FileUnreadable(Refused, code="import.file_unreadable", status=422):
    """The file is not what it seems to be. `line`: where, 0 if it is the file as a whole."""

    line: int = 0


class FileOfOtherKind(Refused, code="import.file_of_other_kind", status=422):
    """The file is neither text, nor a workbook in XLSX, nor ODM 1.3."""


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
    """A row has more values than there are columns."""

    line: int


class ColumnUnnamed(Refused, code="import.column_unnamed", status=422):
    """A column with values has no name. `number`: which, from 1."""

    number: int


class ColumnTwice(Refused, code="import.column_twice", status=422):
    """Two columns have the same name. `number`: which is the second, from 1."""

    number: int


class ValueNested(Refused, code="import.value_nested", status=422):
    """JSON other than a list of objects whose values are texts, numbers, true, false or null. `line`: which object."""

    line: int


class ResourceUnfit(Refused, code="import.resource_unfit", status=422):
    """A FHIR resource lacks `element`, or has something there that is not read. `line`: which resource, from 1.
    `place`: the linkIds that lead there, or what kind of resource it is, if it is the resource itself."""

    line: int
    element: str
    place: str


class HasFormulas(Refused, code="import.has_formulas", status=422):
    """The sheet has cells that are computed: what they show depends on the program that opens it."""


class HasEntities(Refused, code="import.has_entities", status=422):
    """The workbook, or the file in ODM, declares XML entities or a document type, which no such file needs."""


class ItemTwice(Refused, code="import.item_twice", status=422):
    """A subject in ODM has two values for one item: its forms or groups repeat. `line`: which row."""

    line: int


class TransactionNotTaken(Refused, code="import.transaction_not_taken", status=422):
    """A file in ODM says of a value that it is to be removed, or is no data. `kind`: Remove or Context."""

    kind: str


class MappingOutdated(Refused, code="import.mapping_outdated", status=409):
    """The mapping leads to a version of the form that new episodes are not begun with any more."""

    version: int


class TooManyAtOnce(Refused, code="import.too_many_at_once", status=422):
    """More rows than are brought in while a person waits: `most`."""

    most: int


class SourceIdMissing(Refused, code="import.source_id_missing", status=422):
    """A row does not say which episode of the source system it is."""


class SourceIdTwice(Refused, code="import.source_id_twice", status=422):
    """An earlier row, on line `line`, is about the same episode."""

    line: int


class ExportTimeUnclear(Refused, code="import.export_time_unclear", status=422):
    """When the row was exported is written in another way than year, month, day and time."""


class RowOlder(Refused, code="import.row_older", status=409):
    """The row was exported before the one that was brought in last."""


class RowOfOtherPatient(Refused, code="import.row_of_other_patient", status=409):
    """The episode was brought in with the number of another patient."""


class EpisodeGone(Refused, code="import.episode_gone", status=409):
    """The episode that the row was once brought in to is not the clinic's any more."""


class EpisodeOfOtherVersion(Refused, code="import.episode_of_other_version", status=409):
    """The episode has moved on to another version of the form than the mapping leads to."""


class StepIsClosed(Refused, code="import.step_is_closed", status=409):
    """The row would change a step that is closed because the patient has died. `step`: its code."""

    step: str


class ImportedDateUnclear(Refused, code="import.date_unclear", status=422):
    """A date that is not written year, month, day, and the mapping does not say how."""


class AnswerImpossible(Refused, code="import.answer_impossible", status=422):
    """A value that the form would not take either; what is wrong with it is told beside it."""


class AnswerMissing(Refused, code="import.answer_missing", status=422):
    """A question that must be answered is not: of the inclusion, or, as a remark, of a signed step of a history."""


class AnswerKept(Refused, code="import.answer_kept", status=409):
    """A person has changed the answer since the last import: theirs stays. The row is brought in all the same."""


class AnswerProposed(Refused, code="import.answer_proposed", status=409):
    """The step is signed: a person at the clinic decides about the answer. The row is brought in all the same."""


class MappingUnknown(Refused, code="import.mapping_unknown", status=404):
    """A system names a sub-registry for which its clinic has no mapping of its source system that can be used."""


class ColumnsUnfit(Refused, code="import.columns_unfit", status=422):
    """The columns of a file are not those of the mapping. Which: beside it, since they may be a patient's answers."""


class IdempotencyKeyMissing(Refused, code="import.idempotency_key_missing", status=400):
    """A file was sent, or ordered, without a key by which it is known when it is sent once more."""


class IdempotencyKeyReused(Refused, code="import.idempotency_key_reused", status=422):
    """Under this key another file was sent or ordered, or the same to do something else with."""


class ContentTypeUnknown(Refused, code="import.content_type_unknown", status=415):
    """The body does not say that it is of a kind that is read."""


class ParameterUnclear(Refused, code="import.parameter_unclear", status=400):
    """A parameter of the address or a field of the body, `name`, has a value that it cannot have."""

    name: str


class HistoryUnreadable(Refused, code="import.history_unreadable", status=422):
    """A line of a history is not an episode as the file describes one. `where`: the field; empty: no JSON at all."""

    where: str = ""


class HistoryNameUnknown(Refused, code="import.history_unknown", status=422):
    """A line names a clinic, a form, a step or a question that the registry does not have: `name`."""

    name: str


class HistoryRuleBroken(Refused, code="import.history_rule", status=409):
    """A rule does not hold in a step that the earlier platform let be signed. The step is signed all the same."""


class HistoryUnasked(Refused, code="import.history_unasked", status=409):
    """An answer to a question that is not asked after the other answers. It is left out; the step is brought in."""
