"""What a file that is taken out can be."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from registret.records.queries.exports import ExportSelection


class ExportFormat(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"
    FHIR = "fhir"
    ODM = "odm"


class ShownAs(StrEnum):
    """CODES: as the code book has them, for programs. LABELS: as the form shows them, in Swedish, for people."""

    CODES = "codes"
    LABELS = "labels"


class RowFor(StrEnum):
    EPISODE = "episode"
    STEP = "step"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportWish:
    """`shown_as` and `row_for` say nothing of FHIR and ODM, which have codes, and a resource or subject for each
    episode."""

    selection: ExportSelection
    format: ExportFormat
    shown_as: ShownAs = ShownAs.CODES
    row_for: RowFor = RowFor.EPISODE
    reason: str
