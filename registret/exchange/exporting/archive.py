"""The file of an export: a ZIP with the data, the code book beside it, and what the file is.

It is kept piece by piece while it grows. A piece has the marks of the patients whose rows were written meanwhile: which
piece their rows are in does not matter, for an opt-out takes the whole file away.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from tempfile import TemporaryFile
from typing import IO, Any, Final, cast
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.conf import settings
from django.utils import translation

from registret.access.actor import Actor
from registret.exchange.exporting import csv_file, fhir_file, json_file, odm_file, xlsx_file
from registret.exchange.exporting.read_back import mapping_of, mapping_of_odm, mapping_of_responses
from registret.exchange.exporting.rows import ExportLayout
from registret.exchange.exporting.wishes import ExportFormat, ExportWish, RowFor, ShownAs
from registret.exchange.kept_files import FilePart, add_parts
from registret.kernel.sweden import SWEDEN, day_of
from registret.records.disclosure.selection import forms
from registret.records.numbers import PatientNumber
from registret.records.queries.exports import ExportedEpisode
from registret.registries.exports import codebook
from registret.registries.exports.questionnaire import as_questionnaire

FORMAT: Final = 1
_PIECE: Final = 1 << 20
_WRITERS: Final = {
    ExportFormat.CSV: csv_file.write,
    ExportFormat.XLSX: xlsx_file.write,
    ExportFormat.JSON: json_file.write,
}
_ENDINGS: Final = {ExportFormat.FHIR: "ndjson", ExportFormat.ODM: "xml"}

Pages = Iterable[tuple[ExportedEpisode, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """`file_id`: of the kept file that it becomes. `actor`: for whom it is made."""

    file_id: int
    export: int
    wish: ExportWish
    actor: Actor
    at: datetime


def write_archive(archive: Archive, pages: Pages) -> None:
    """Raises: OptedOut, FileGone, FileTooLarge, and what `pages` raises."""
    pieces = _Pieces(archive.file_id)
    told = _Told()
    # Labels are Swedish in every file, whichever language the one who ordered it reads.
    with (
        translation.override("sv"),
        ZipFile(cast(IO[bytes], pieces), "w", ZIP_DEFLATED) as zipped,
        TemporaryFile() as aside,
    ):
        name = archive.wish.selection.sub_registry
        ending = _ENDINGS.get(archive.wish.format, archive.wish.format.value)
        with zipped.open(_named(archive, f"{name}.{ending}"), "w", force_zip64=True) as out:
            _write_data(archive, out, aside, told.counted(pieces.marked(pages)))
        if archive.wish.format is ExportFormat.FHIR:
            with zipped.open(_named(archive, fhir_file.OBSERVATIONS), "w", force_zip64=True) as out:
                fhir_file.write_observations(out, aside)
        for beside, text in _beside(archive):
            zipped.writestr(_named(archive, beside), text)
        about = json.dumps(_about(archive, told), ensure_ascii=False, indent=2)
        zipped.writestr(_named(archive, "about.json"), about + "\n")
    pieces.keep()


class _Pieces:
    """A file that is only written to, and kept in parts."""

    def __init__(self, file_id: int) -> None:
        self._file_id = file_id
        self._written = bytearray()
        self._numbers: set[PatientNumber] = set()
        self._parts = 0

    def write(self, content: bytes) -> int:
        self._written += content
        if len(self._written) >= _PIECE:
            self.keep()
        return len(content)

    def flush(self) -> None:
        """What is written is kept with the next page, or at the end."""

    def marked(self, pages: Pages) -> Iterator[ExportedEpisode]:
        """The episodes one after the other; when all of a page are written, they are kept with the page's marks."""
        for page in pages:
            self._numbers |= {number for episode in page for number in episode.patient.numbers}
            yield from page
            self.keep()

    def keep(self) -> None:
        part = FilePart(number=self._parts, content=bytes(self._written), numbers=self._numbers)
        add_parts(self._file_id, [part])
        self._parts += 1
        self._written.clear()
        self._numbers = set()


@dataclass(kw_only=True)
class _Told:
    """How much was written."""

    episodes: int = 0
    unfit: int = 0

    def counted(self, episodes: Iterable[ExportedEpisode]) -> Iterator[ExportedEpisode]:
        for episode in episodes:
            self.episodes += 1
            self.unfit += sum(step.unfit for step in episode.steps)
            yield episode


def _write_data(archive: Archive, out: IO[bytes], aside: IO[bytes], episodes: Iterable[ExportedEpisode]) -> None:
    """`aside`: a file for what comes into the archive afterwards."""
    if archive.wish.format is ExportFormat.FHIR:
        fhir_file.write(out, aside, episodes, origin=settings.SITE_ORIGIN)
        return
    if archive.wish.format is ExportFormat.ODM:
        odm_file.write(out, episodes, forms=forms(archive.wish.selection.sub_registry), head=_head(archive))
        return
    layout = _layout(archive.wish)
    rows = (row for episode in episodes for row in layout.rows(episode))
    _WRITERS[archive.wish.format](out, layout.header, rows)


def _head(archive: Archive) -> odm_file.OdmHead:
    clinic, registry = archive.actor.seat.clinic_name, settings.REGISTRY_NAME
    return odm_file.OdmHead(file=f"export-{archive.export}", registry=registry, clinic=clinic, at=archive.at)


def _layout(wish: ExportWish) -> ExportLayout:
    return ExportLayout(forms(wish.selection.sub_registry), wish.shown_as, wish.row_for)


def _beside(archive: Archive) -> Iterator[tuple[str, str]]:
    """Names and texts of what comes along: what the codes mean, and how the import reads the file."""
    wish, known = archive.wish, forms(archive.wish.selection.sub_registry)
    yield "codebook.csv", "\ufeff" + codebook.table(row for form in known for row in codebook.rows(form))
    if wish.format is ExportFormat.FHIR:
        for form in known:
            asked = as_questionnaire(form, origin=settings.SITE_ORIGIN, on=day_of(archive.at))
            yield f"questionnaire-{form.version}.json", json.dumps(asked, ensure_ascii=False, indent=2) + "\n"
        yield "filbeskrivning.toml", mapping_of_responses(known, source_system=settings.REGISTRY_NAME)
    elif wish.format is ExportFormat.ODM:
        layout = ExportLayout(known, ShownAs.CODES, RowFor.EPISODE)
        yield "filbeskrivning.toml", mapping_of_odm(layout, known[-1], source_system=settings.REGISTRY_NAME)
    elif wish.shown_as is ShownAs.CODES and wish.row_for is RowFor.EPISODE:
        yield "filbeskrivning.toml", mapping_of(_layout(wish), known[-1], source_system=settings.REGISTRY_NAME)


def _about(archive: Archive, told: _Told) -> dict[str, Any]:
    wish, seat = archive.wish, archive.actor.seat
    return {
        "format": FORMAT,
        "registry": settings.REGISTRY_NAME,
        "export": archive.export,
        "clinic": seat.clinic_name,
        "organisation_number": seat.organisation_number,
        "made_at": archive.at.astimezone(SWEDEN).isoformat(timespec="seconds"),
        "ordered_by": archive.actor.name,
        "reason": wish.reason,
        "sub_registry": wish.selection.sub_registry,
        "episodes_began": {
            "first": wish.selection.first_day.isoformat(),
            "last": wish.selection.last_day.isoformat(),
        },
        "definitions": [
            {"version": form.version, "digest": form.digest} for form in forms(wish.selection.sub_registry)
        ],
        "episodes": told.episodes,
        "left_out": {
            "protected_identity": "patients of protected identity are left out",
            "answers_that_do_not_fit": told.unfit,
        },
    }


def _named(archive: Archive, name: str) -> ZipInfo:
    info = ZipInfo(name, date_time=archive.at.astimezone(SWEDEN).timetuple()[:6])
    info.compress_type = ZIP_DEFLATED
    return info
