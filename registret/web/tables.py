"""Tables as files for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from django.http import HttpResponse

from registret.kernel.table import harmless


def csv_file(name: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> HttpResponse:
    """A file to be saved as `name`, as Swedish spreadsheets open it: UTF-8 with a mark, `;` between cells. No cell is a
    formula. Every file of this kind is made here, but for the log, which comes in a stream (`ledger.exporting`)."""
    out = io.StringIO()
    lines = csv.writer(out, delimiter=";")
    lines.writerow(header)
    lines.writerows([harmless(cell) for cell in row] for row in rows)
    response = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
