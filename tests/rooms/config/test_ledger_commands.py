"""check-ledger, ledger-checkpoint and cull-ledger, as an operator uses them."""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone

from registret.chores.log import add_log_months, seal_log
from registret.heartbeats.queries import workers
from registret.heartbeats.services import CHECKPOINT, begin
from registret.kernel.by import By
from registret.ledger.models import Entry, Seal
from registret.ledger.months import add_months, months
from registret.ledger.sealing import checkpoint, seal_key, seal_settled
from registret.ledger.services import record
from tests.made_up import made_up
from tests.owner import as_owner
from tests.rooms.ledger.forging import forge

pytestmark = pytest.mark.django_db

NO_CHECKPOINT = "No checkpoint was given: a log that was cut off and sealed anew would look like this too"


def written(*, years_ago: int = 0) -> int:
    at = timezone.now() - timedelta(days=366 * years_ago)
    return record(event=made_up("page.test"), by=By.of_program("test"), at=at)


def hands_of(command: str) -> AbstractContextManager[None]:
    """Removing a month is for the owner of the tables, whom the command connects as outside of tests."""
    return as_owner() if command == "cull_ledger" else nullcontext()


def ran(capsys: pytest.CaptureFixture[str], command: str, *given: str) -> list[str]:
    with hands_of(command):
        call_command(command, *given)
    return capsys.readouterr().out.splitlines()


def stopped(capsys: pytest.CaptureFixture[str], command: str, *given: str) -> list[str]:
    with pytest.raises(SystemExit) as stop, hands_of(command):
        call_command(command, *given)
    assert stop.value.code == 1
    return capsys.readouterr().err.splitlines()


def test_a_checkpoint_that_another_machine_no_longer_fetches_is_missed(capsys: pytest.CaptureFixture[str]) -> None:
    def is_missed(*, days: int) -> list[bool]:
        seen = workers(at=timezone.now() + timedelta(days=days))
        return [row.is_late for row in seen if row.worker == CHECKPOINT]

    written()
    assert is_missed(days=0) == [], "nobody has ever fetched one"
    ran(capsys, "ledger_checkpoint")
    begin({"mail": 1}, at=timezone.now())
    assert [is_missed(days=1), is_missed(days=3)] == [[False], [True]]


def test_a_whole_log_is_said_to_be_whole(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    written()
    kept = tmp_path / "kept"
    kept.write_text("\n".join(ran(capsys, "ledger_checkpoint")))
    written()
    lines = ran(capsys, "check_ledger", "--checkpoint", str(kept))
    assert lines[0].startswith("1 entries are as they were sealed, in 1 seals, the newest of 2")
    assert lines[1:] == ["1 newer entries are not sealed yet", "1 checkpoints agree"]
    assert ran(capsys, "check_ledger")[-1] == NO_CHECKPOINT


def test_a_broken_log_ends_with_one_and_the_number_of_the_entry(capsys: pytest.CaptureFixture[str]) -> None:
    entry_id = written()
    seal_log()
    forge("UPDATE ledger_entry SET by_program = 'other'")
    assert stopped(capsys, "check_ledger") == [f"registret: BROKEN: entry {entry_id} was changed"]


def test_what_the_program_says_while_sealing_is_a_checkpoint(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    written()
    with caplog.at_level(logging.INFO):
        assert seal_log() == 1
        assert seal_log() == 0
    (said,) = [r.getMessage() for r in caplog.records if "sealed" in r.getMessage()]
    assert said == f"the log is sealed: {checkpoint()}"
    journal = tmp_path / "journal"
    journal.write_bytes(b"\xff noise\n" + said.encode() + b"\nnoise\n")
    forge("TRUNCATE ledger_entry, ledger_seal")
    assert "cut off" in stopped(capsys, "check_ledger", "--checkpoint", str(journal))[0]


@pytest.mark.parametrize("content", ["", "an empty promise\n"])
def test_a_file_without_a_checkpoint_is_not_taken_for_one(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, content: str
) -> None:
    file = tmp_path / "kept"
    file.write_text(content)
    assert stopped(capsys, "check_ledger", "--checkpoint", str(file)) == [f"registret: {file}: no checkpoint in it"]


def test_a_file_that_is_not_there_is_said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "none"
    assert "No such file" in stopped(capsys, "check_ledger", "--checkpoint", str(file))[0]


def test_entries_that_were_sealed_long_after_they_were_written_are_pointed_at(
    capsys: pytest.CaptureFixture[str],
) -> None:
    written(years_ago=1)
    seal_log()
    assert "LOOK AT: seal 1 is 366 days younger than entries in it" in ran(capsys, "check_ledger")[1]


def test_the_key_that_signs_is_printed_and_is_not_the_secret(capsys: pytest.CaptureFixture[str]) -> None:
    assert ran(capsys, "ledger_checkpoint", "--key") == [seal_key().public]


def test_nothing_to_seal_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert stopped(capsys, "ledger_checkpoint") == ["registret: nothing is sealed yet"]


def test_months_are_made_ahead_by_the_worker() -> None:
    add_log_months()
    assert f"{timezone.now():%Y-%m}" in months()
    assert add_log_months() == ()


# cull-ledger


def old_month() -> str:
    at = timezone.now() - timedelta(days=366 * 11)
    add_months(at=at)
    written(years_ago=11)
    written(years_ago=6)
    seal_settled(at=timezone.now)
    return f"{at:%Y-%m}"


def test_a_dry_run_says_what_would_go_and_removes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    month = old_month()
    lines = ran(capsys, "cull_ledger", "--dry-run")
    assert f"{month}: 1 entries" in lines
    assert lines[-1].endswith("months would be removed (dry run)")
    assert month in months()
    assert Entry.objects.filter(event="log.culled").count() == 0


def test_months_whose_time_is_over_go_and_the_log_still_checks(capsys: pytest.CaptureFixture[str]) -> None:
    month = old_month()
    before = months()
    assert ran(capsys, "cull_ledger")[-1].endswith("months removed")
    gone = set(before) - set(months())
    assert month in gone
    assert set(Seal.objects.order_by("-number")[0].culled) == gone
    seal_log()
    lines = ran(capsys, "check_ledger")
    assert f"{1 + len(gone)} entries are as they were sealed" in lines[0]
    assert any(line.startswith("removed when their time was over") and month in line for line in lines)
    assert ran(capsys, "cull_ledger") == ["0 months removed"]


def test_a_broken_log_is_not_culled(capsys: pytest.CaptureFixture[str]) -> None:
    month = old_month()
    forge("UPDATE ledger_entry SET by_program = 'other'")
    lines = stopped(capsys, "cull_ledger")
    assert "BROKEN" in lines[0]
    assert lines[-1] == "registret: nothing was removed"
    assert month in months()
