"""The log as files, in a stream: entries as canonical lines or as a table, and the seals. Oldest first."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from django.db.models.expressions import RawSQL

from registret.ledger.canonical import FIELDS, FORM, canonical, entry_line
from registret.ledger.checking import sealed_of
from registret.ledger.models import Entry
from registret.ledger.queries import Wanted, fitting
from registret.ledger.sealing import seal_rows

_CHUNK = 500
# What a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def extent(wanted: Wanted) -> tuple[int, int]:
    """How many entries fit now, and the highest number among them (0 if none): what an export is asked for."""
    found = Entry.objects.filter(fitting(wanted))
    newest = found.order_by("-id").values_list("id", flat=True).first()
    return found.count(), newest or 0


def jsonl(*, wanted: Wanted, last: int) -> Iterator[bytes]:
    """One canonical line for each entry up to number `last`: what its seal was made of."""
    for rows in _rows(wanted, last):
        yield b"".join(entry_line(row, form=FORM) + b"\n" for row in rows)


def table(*, wanted: Wanted, last: int, system_ids: Callable[[Collection[int]], Mapping[int, str]]) -> Iterator[bytes]:
    """CSV as Swedish spreadsheets open it: UTF-8 with a mark, separated by semicolons, no formulas.

    Patients stand in it with what `system_ids` says of them, asked for some at a time, not with the id of the log.
    """
    columns = {"about_patient_id": "about_patient", "shown_patient_ids": "shown_patients"}
    yield b"\xef\xbb\xbf" + _line(columns.get(name, name) for name in FIELDS[FORM])
    for rows in _rows(wanted, last):
        entries = [dict(zip(FIELDS[FORM], row, strict=True)) for row in rows]
        named = system_ids({i for e in entries for i in (e["about_patient_id"], *(e["shown_patient_ids"] or ())) if i})
        for entry in entries:
            entry["about_patient_id"] = named.get(entry["about_patient_id"])
            entry["shown_patient_ids"] = " ".join(
                sorted({named[i] for i in entry["shown_patient_ids"] or () if i in named})
            )
        yield b"".join(_line(entry.values()) for entry in entries)


def seals() -> Iterator[bytes]:
    """One JSON object for each seal: the keys of its line, `hash` and `signature`."""
    for row in seal_rows():
        line = json.loads(sealed_of(row).line())
        yield canonical({**line, "hash": row.hash, "signature": row.signature}) + b"\n"


def _rows(wanted: Wanted, last: int) -> Iterator[list[tuple[Any, ...]]]:
    """Some at a time: a piece of the file for each."""
    names = [f"as_{name}" for name in FIELDS[FORM]]
    columns = {f"as_{name}": RawSQL(how, ()) for name, how in FIELDS[FORM].items()}  # noqa: S611  (literals)
    found = Entry.objects.filter(fitting(wanted), id__lte=last).annotate(**columns).order_by("id")
    after = 0
    while chunk := list(found.filter(id__gt=after).values_list(*names)[:_CHUNK]):
        yield chunk
        after = chunk[-1][0]


def _line(row: Any) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerow(map(_cell, row))
    return out.getvalue().encode()


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
