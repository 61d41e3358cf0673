"""What the patient register of the demo country counts: a file as the office gets one, brought in as it brings it."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from math import ceil
from typing import Final

from registret.demo.people import cast
from registret.kernel.by import By
from registret.reports.coverage.counted import Coverage, coverage, import_coverage
from registret.reports.coverage.counts_file import COLUMNS, read

_SHARES: Final[Mapping[str, float]] = {cast.INFECTION: 0.84, cast.MEDICINE: 0.46, cast.SYDVIK: 0.91}
_USUAL: Final = (0.64, 0.9)
_YEARLY: Final = 0.04


def bring_counts(clinics: Mapping[int, str], *, since: date, at: datetime) -> None:
    """The counts of all whole years, of clinics by id and code; `since`: the first day of what is still open.
    Medicinkliniken in Norrvik registers few of its patients, the others most of them, and more from year to year."""
    whole = [one for one in coverage() if since.year != one.year < at.year and one.clinic_id in clinics]
    rows, _faults = read("\n".join([";".join(COLUMNS), *_lines(whole, clinics, last=at.year - 1)]).encode())
    source = "Patientregistret, påhittat uttag"
    import_coverage(rows=rows, source=source, dry_run=False, by=By.of_program("import-coverage"), at=at)


def _lines(found: list[Coverage], clinics: Mapping[int, str], *, last: int) -> Iterator[str]:
    for one in found:
        clinic = clinics[one.clinic_id]
        rng = random.Random(f"{clinic} {one.year}")  # noqa: S311 - invented people
        share = _SHARES.get(clinic, rng.uniform(*_USUAL)) - _YEARLY * min(last - one.year, 3)
        yield f"{clinic};{one.sub_registry};{one.year};{ceil(one.registered / share)}"
