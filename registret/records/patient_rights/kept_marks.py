"""Keep the marks of those who have opted out in a file beside the backups."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from registret.records.models import OptOut, TakenBack
from registret.records.patient_rights.mark_file import BlockedNumber, MarksBroken, add_missing, kept_in

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOfMarks:
    """The state of the file beside the backups. `usable`: it can be written, and every line of it read.
    `lacking`: how many blocked numbers are not in it; `since`: when the first of them was blocked."""

    usable: bool
    lacking: int
    since: datetime | None


def marks() -> Iterator[BlockedNumber]:
    """Yield the marks of all blocked numbers, oldest first."""
    for mark, key in OptOut.objects.order_by("id").values_list("mark", "key"):
        yield BlockedNumber(mark, key)


def _taken_back() -> Iterator[BlockedNumber]:
    for mark, key in TakenBack.objects.values_list("mark", "key"):
        yield BlockedNumber(mark, key)


def write_marks() -> int:
    """Add all marks that the file beside the backups lacks, if such a file is set, and return how many.

    Raises: OSError (it cannot be written); MarksBroken (all are there, and also a line that is no mark).
    """
    if settings.OPT_OUT_FILE is None:
        return 0
    return add_missing(settings.OPT_OUT_FILE, marks(), _taken_back())


def file_of_marks() -> FileOfMarks | None:
    """Return the state of the file, as this process reaches it; None if no file is set."""
    if settings.OPT_OUT_FILE is None:
        return None
    try:
        kept = kept_in(settings.OPT_OUT_FILE)
    except OSError:
        kept = None
    known = kept.marks if kept else frozenset()
    all_of_them = OptOut.objects.order_by("at", "id").values_list("mark", "key", "at")
    lacking = [at for mark, key, at in all_of_them if BlockedNumber(mark, key) not in known]
    return FileOfMarks(
        usable=kept is not None and kept.broken is None,
        lacking=len(lacking),
        since=lacking[0] if lacking else None,
    )


def write_marks_at_once() -> None:
    """Write the marks, and leave it to the worker if that fails: the opt-out holds all the same."""
    try:
        write_marks()
    except (OSError, MarksBroken) as trouble:
        _log.error("REGISTRET_OPT_OUT_FILE: %s", trouble)
