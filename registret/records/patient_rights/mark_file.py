"""The file beside the backups that says who has opted out, as marks. Lines are added, and none is removed.

The last line about a mark says whether it is blocked, or the opt-out was taken back.

Whatever the file lacks is added, so an addition that failed, or a process that was killed in the middle of one, is made
good by the next.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, order=True)
class BlockedNumber:
    """A blocked number, as a mark under the key of this name (`records.opt_out_marks`). Says nothing of the number."""

    mark: str
    key: str

    @property
    def line(self) -> str:
        return json.dumps({"mark": self.mark, "key": self.key}) + "\n"

    @property
    def taken_back_line(self) -> str:
        return json.dumps({"mark": self.mark, "key": self.key, "taken_back": True}) + "\n"


class MarksBroken(Exception):
    """A file of marks cannot be read; the message says at which line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptMarks:
    """What a file holds. `taken_back`: blocked once and no more. `broken`: the first line that is no mark, or None."""

    marks: frozenset[BlockedNumber]
    broken: int | None
    taken_back: frozenset[BlockedNumber] = frozenset()


def read_kept(lines: Iterable[str]) -> KeptMarks:
    """Raises: MarksBroken."""
    kept = _read(lines)
    if kept.broken is not None:
        raise MarksBroken(f"line {kept.broken} is no mark")
    return kept


def read_marks(lines: Iterable[str]) -> frozenset[BlockedNumber]:
    """Those that are blocked. Raises: MarksBroken."""
    return read_kept(lines).marks


def kept_in(file: Path) -> KeptMarks:
    """What the file holds now; it is made if there is none, and what was cut short at its end is mended.

    Raises: OSError (it cannot be written, or read).
    """
    with _held(file) as (_, kept):
        return kept


def add_missing(file: Path, wanted: Iterable[BlockedNumber], taken_back: Iterable[BlockedNumber] = ()) -> int:
    """Adds those of `wanted` that the file lacks, and that those `taken_back` are blocked no more, and sync the
    file. Return how many. Several processes may add at once: what is wanted is asked while no other writes, so
    that none writes what another has just made untrue.

    Raises: OSError (some may be there; the next call adds the others); MarksBroken (all are there, and also a line that
        is no mark).
    """
    with _held(file) as (number, kept):
        all_of_them = set(wanted)
        missing = [one.line for one in sorted(all_of_them - kept.marks)]
        missing += [one.taken_back_line for one in sorted(set(taken_back) & kept.marks - all_of_them)]
        _write(number, "".join(missing))
    if kept.broken is not None:
        raise MarksBroken(f"line {kept.broken} is no mark")
    return len(missing)


@contextmanager
def _held(file: Path) -> Iterator[tuple[int, KeptMarks]]:
    """Open to be added to, by nobody else meanwhile; its last line is whole."""
    is_new = not file.exists()
    number = os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        fcntl.flock(number, fcntl.LOCK_EX)
        if is_new:
            _see_onto_disk(file.parent)
        with open(number, "rb", closefd=False) as reader:
            content = _whole(number, reader.read())
        # What is no text is no mark either.
        yield number, _read(content.decode("utf-8", "replace").split("\n"))
    finally:
        os.close(number)


def _whole(number: int, content: bytes) -> bytes:
    """If a process was killed while it wrote, what it wrote of a line goes, unless that is a mark already. Return
    what the file holds then."""
    last = content.rpartition(b"\n")[2]
    if not last:
        return content
    if _mark(last.decode("utf-8", "replace")) is not None:
        _write(number, "\n")
        return content + b"\n"
    os.ftruncate(number, len(content) - len(last))
    return content[: -len(last)]


def _write(number: int, text: str) -> None:
    left = text.encode()
    while left:
        left = left[os.write(number, left) :]
    os.fsync(number)


def _see_onto_disk(folder: Path) -> None:
    """A new file is in its folder after a power failure too."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _read(lines: Iterable[str]) -> KeptMarks:
    marks, taken_back, broken = set(), set(), None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        mark = _mark(line)
        if mark is not None and _is_taken_back(line):
            marks.discard(mark)
            taken_back.add(mark)
        elif mark is not None:
            marks.add(mark)
            taken_back.discard(mark)
        elif broken is None:
            broken = number
    return KeptMarks(marks=frozenset(marks), taken_back=frozenset(taken_back), broken=broken)


def _mark(line: str) -> BlockedNumber | None:
    try:
        one = json.loads(line)
        mark = BlockedNumber(str(one["mark"]), str(one["key"]))
        is_one = len(bytes.fromhex(mark.mark)) == 32 and 0 < len(mark.key) <= 16
    except (ValueError, KeyError, TypeError):
        return None
    return mark if is_one else None


def _is_taken_back(line: str) -> bool:
    return json.loads(line).get("taken_back") is True
