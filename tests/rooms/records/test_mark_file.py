"""The file of marks beside the backups: whatever happens while it is written, no mark is lost and every line is one."""

from __future__ import annotations

import fcntl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from registret.records.patient_rights.mark_file import (
    BlockedNumber,
    KeptMarks,
    MarksBroken,
    add_missing,
    kept_in,
    read_marks,
)
from tests.rooms.records.scene import not_writable

MARKS = [BlockedNumber(f"{number:064x}", "0123456789abcdef") for number in range(1000)]

# Adds one mark more each time, for as long as it lives.
WRITER = """
import sys
from pathlib import Path
from registret.records.patient_rights.mark_file import BlockedNumber, add_missing
for number in range(1, 1000):
    add_missing(Path(sys.argv[1]), [BlockedNumber(f"{n:064x}", "0123456789abcdef") for n in range(number)])
    print(number, flush=True)
"""


def lines(file: Path) -> list[str]:
    return file.read_text().splitlines()


def test_what_the_file_lacks_is_added_once_and_nothing_is_taken_away(tmp_path: Path) -> None:
    file = tmp_path / "marks"
    assert add_missing(file, MARKS[:2]) == 2
    before = file.read_bytes()
    assert add_missing(file, MARKS[1:3]) == 1
    assert file.read_bytes().startswith(before)
    assert add_missing(file, []) == 0
    assert read_marks(lines(file)) == kept_in(file).marks == set(MARKS[:3])


def test_a_file_that_is_gone_is_written_anew_and_whole(tmp_path: Path) -> None:
    file = tmp_path / "marks"
    add_missing(file, MARKS[:3])
    file.unlink()
    assert add_missing(file, MARKS[:3]) == 3


@pytest.mark.parametrize("cut", range(len(MARKS[0].line) + 1))
def test_a_line_that_was_cut_short_at_any_byte_is_whole_afterwards(tmp_path: Path, cut: int) -> None:
    file = tmp_path / "marks"
    whole = MARKS[0].line + MARKS[1].line
    file.write_text(whole + MARKS[2].line[:cut])
    add_missing(file, MARKS[:3])
    assert read_marks(lines(file)) == set(MARKS[:3])
    assert file.read_text() == whole + MARKS[2].line


def test_a_mark_that_only_the_file_knows_is_kept_though_its_line_has_no_end(tmp_path: Path) -> None:
    """The database was restored, and knows less than the file."""
    file = tmp_path / "marks"
    file.write_text(MARKS[0].line + MARKS[1].line.rstrip())
    add_missing(file, [MARKS[2]])
    assert read_marks(lines(file)) == set(MARKS[:3])


@pytest.mark.process
def test_a_process_that_is_killed_while_it_writes_leaves_a_file_that_is_completed(tmp_path: Path) -> None:
    file = tmp_path / "marks"
    for rounds in (1, 3, 9):
        with subprocess.Popen([sys.executable, "-c", WRITER, file], stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            said = [int(writer.stdout.readline()) for _ in range(rounds)]
            writer.kill()
        add_missing(file, [])
        assert read_marks(lines(file)) >= set(MARKS[: said[-1]]), "what was said to be written is there"
        add_missing(file, MARKS)
        assert len(lines(file)) == len(MARKS)
        assert read_marks(lines(file)) == set(MARKS)
        file.unlink()


def test_what_is_wanted_is_asked_while_nobody_else_writes(tmp_path: Path) -> None:
    """Else a process that asked before another took an opt-out back would write it anew after that."""
    file = tmp_path / "marks"

    def asked(mark: BlockedNumber) -> Iterator[BlockedNumber]:
        with file.open() as other, pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield mark

    assert add_missing(file, asked(MARKS[0]), asked(MARKS[1])) == 1


@pytest.mark.process
def test_several_processes_write_at_once_and_each_mark_stands_there_once(tmp_path: Path) -> None:
    file = tmp_path / "marks"
    code = WRITER.replace("1000", "60")
    writers = [subprocess.Popen([sys.executable, "-c", code, file], stdout=subprocess.DEVNULL) for _ in range(3)]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    assert sorted(lines(file)) == sorted(mark.line.strip() for mark in MARKS[:59])


@pytest.mark.parametrize(
    "line", ["# do not touch", "{", "[]", "1", '{"mark": ["ab"], "key": ["k"]}', "\x00", "\u2028x"]
)
def test_a_line_that_is_no_mark_stays_is_named_and_stops_no_addition(tmp_path: Path, line: str) -> None:
    file = tmp_path / "marks"
    file.write_text(f"{MARKS[0].line}{line}\n")
    with pytest.raises(MarksBroken, match="line 2 is no mark"):
        add_missing(file, MARKS[:2])
    assert kept_in(file) == KeptMarks(marks=frozenset(MARKS[:2]), broken=2)
    assert file.read_text() == f"{MARKS[0].line}{line}\n{MARKS[1].line}"


def test_a_file_that_cannot_be_written_says_so_before_anything_is_missing(tmp_path: Path) -> None:
    file = tmp_path / "marks"
    add_missing(file, MARKS[:1])
    with not_writable(tmp_path), pytest.raises(PermissionError):
        kept_in(file)
    for impossible in (tmp_path, tmp_path / "none" / "marks", file / "marks"):
        with pytest.raises(OSError, match="Errno"):
            kept_in(impossible)
