"""A large file is kept, tried and brought in by workers: each row once, whatever happens in between."""

from __future__ import annotations

from typing import Any

import pytest

from registret.access.actor import Actor
from registret.access.refusals import NotFound, NotPermitted
from registret.access.roles import Role
from registret.access.staff.changing_grants import revoke_grant
from registret.chores.running import workers
from registret.exchange.importing import batches, jobs, one_row
from registret.exchange.importing.jobs import JobRow
from registret.exchange.importing.kept_rows import KeptRow, head_of, rows_in
from registret.exchange.importing.results import RowOutcome, Way
from registret.exchange.kept_files import parts_of
from registret.exchange.models import ImportJob, ImportRun, KeptPart, Origin
from registret.exchange.readers import read
from registret.exchange.refusals import FileGone, JobNotPossible
from registret.exchange.saved_mappings import understood
from registret.kernel.checkdigit import luhn_digit
from registret.records.scope import all_providers
from tests import cast
from tests.rooms.exchange.journal_x import file_of, row
from tests.rooms.exchange.scene import INES, brought, saved
from tests.rooms.exchange.test_importing import everything
from tests.rooms.records.scene import (
    DAY,
    MINUTE,
    NOW,
    SAMORDNAD,
    TOLVAN,
    Ward,
    case,
    handler,
    leave,
    log,
)

pytestmark = pytest.mark.django_db

MANY = 40
OTHER = {"Vårdtillfälle": "X-1002", "Personnummer": SAMORDNAD}
NO_PATIENT = {"Vårdtillfälle": "X-1003", "Personnummer": "19121212-1213"}


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two patients in a batch."""
    monkeypatch.setattr(jobs, "PATIENTS", 2)


def given(actor: Actor, *rows: dict[str, str]) -> int:
    return jobs.keep_and_try(actor=actor, saved=saved(actor), table=read(file_of(*rows)), at=NOW)


def work() -> None:
    while batches.work_on_one(at=NOW + MINUTE):
        pass


def tried(actor: Actor, *rows: dict[str, str]) -> int:
    file = given(actor, *rows)
    work()
    return file


def brought_in(actor: Actor, *rows: dict[str, str]) -> int:
    file = tried(actor, *rows)
    jobs.bring_in(actor=actor, file=file, at=NOW + MINUTE)
    work()
    return file


def state(actor: Actor, file: int) -> JobRow:
    return jobs.job_of(actor=actor, file=file, at=NOW + MINUTE)


def counts(actor: Actor, file: int) -> tuple[int, ...]:
    return tuple(state(actor, file).counts[outcome] for outcome in RowOutcome)


def told(actor: Actor, file: int) -> dict[int, KeptRow]:
    """By line, what is kept."""
    head, form = head_of(file, at=NOW), understood(saved(actor)).form
    rows = [one for part in parts_of(file, first=1, at=NOW) for one in rows_in(head, form, part.content)]
    return {one.source.line: one for one in rows}


def patients(number: int) -> list[dict[str, str]]:
    """Rows of so many patients, whom nobody knows."""
    return [row(Vårdtillfälle=f"Y-{n}", Personnummer=f"18990101-{_with_luhn(n)}") for n in range(number)]


def _with_luhn(place: int) -> str:
    """The last four of a number of 1899-01-01."""
    return f"{100 + place}{luhn_digit(f'990101{100 + place}')}"


def test_trying_a_large_file_changes_nothing_and_tells_of_each_row(here: Ward, ines: Actor) -> None:
    file = given(ines, row(), row(**NO_PATIENT), row(**OTHER, Puls="hög"))
    before = everything()
    work()
    after = everything()

    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"exchange_importbatch", "exchange_importjob", "exchange_keptpart", "ledger_entry"}
    assert counts(ines, file) == (1, 0, 0, 2)
    rows = told(ines, file)
    assert [rows[line].result.outcome for line in (2, 3, 4)] == ["new", "refused", "refused"]  # type: ignore[union-attr]
    assert [fault.why.code for fault in rows[3].result.faults] == ["patient.number_impossible"]  # type: ignore[union-attr]
    assert [(f.why.code, f.variable, f.fault) for f in rows[4].result.faults] == [  # type: ignore[union-attr]
        ("import.answer_impossible", "pulse", "not_a_number")
    ]
    assert log("import.tried")[0].facts["rows"] == 3
    assert not ImportRun.objects.exists()


def test_what_is_kept_of_a_result_says_all_that_the_result_of_a_small_file_says(here: Ward, ines: Actor) -> None:
    wrong = [
        row(Puls="hög", Inskriven="2026-11-26 08:15"),
        row(**OTHER, Pneumoni="Nej", Utskriven="i går"),
        row(Vårdtillfälle="X-1001"),
        row(Vårdtillfälle=""),
    ]
    small = brought(ines, *wrong, way=Way.TRY)
    rows = told(ines, tried(ines, *wrong))

    for result in small.rows:
        kept = rows[result.line].result
        assert kept is not None
        assert (kept.outcome, kept.source_id) == (result.outcome, result.source_id)
        assert [(f.why.code, f.why.facts, f.variable, f.fault, f.rule) for f in kept.faults] == [
            (f.why.code, f.why.facts, f.variable, f.fault, f.rule) for f in result.faults
        ]


def test_rows_that_are_right_are_brought_in_and_the_log_tells_as_of_a_small_file(here: Ward, ines: Actor) -> None:
    file = brought_in(ines, row(), row(**NO_PATIENT), row(**OTHER))

    assert counts(ines, file) == (2, 0, 0, 1)
    run = ImportRun.objects.get()
    assert (run.rows, run.new, run.refused, run.as_a_whole, run.by_id) == (3, 2, 1, False, ines.account_id)
    (entry,) = log("import.run")
    assert (entry.by_hsa_id, entry.by_name, entry.facts["episodes"]) == (INES.hsa_id, ines.name, 2)
    assert {one.by_name for one in log("episode.begun")} == {ines.name}
    assert len(log("episode.begun")) == 2


def test_rows_of_one_patient_are_dealt_with_together_so_that_trying_finds_their_doubles(
    here: Ward, ines: Actor, few: None
) -> None:
    rows = [row(), *patients(4), row(Vårdtillfälle="X-2000", Personnummer=TOLVAN.replace("-", ""))]
    file = tried(ines, *rows)

    assert counts(ines, file) == (5, 0, 0, 1)
    assert [fault.why.code for fault in told(ines, file)[7].result.faults] == ["episode.perhaps_double"]  # type: ignore[union-attr]
    jobs.bring_in(actor=ines, file=file, at=NOW)
    work()
    assert counts(ines, file) == (5, 0, 0, 1)


def test_a_file_that_was_stopped_goes_on_where_it_was(here: Ward, ines: Actor, few: None) -> None:
    file = tried(ines, *patients(5))
    jobs.bring_in(actor=ines, file=file, at=NOW)
    batches.work_on_one(at=NOW)
    jobs.stop(actor=ines, file=file, at=NOW)
    work()
    stopped = state(ines, file)
    assert (stopped.is_stopped, stopped.is_running, stopped.done, stopped.percent) == (True, False, 2, 40)
    assert not ImportRun.objects.exists()

    jobs.go_on(actor=ines, file=file, at=NOW)
    work()
    assert counts(ines, file) == (5, 0, 0, 0)
    assert ImportRun.objects.get().new == 5


def test_a_small_file_does_not_wait_for_a_large_one(here: Ward, ines: Actor, few: None) -> None:
    large = given(ines, *patients(9))
    batches.work_on_one(at=NOW)
    small = given(ines, row())
    batches.work_on_one(at=NOW)

    assert (state(ines, large).done, state(ines, small).done) == (2, 1)


def test_an_opt_out_between_file_and_worker_leaves_no_row_of_the_patient(here: Ward, ines: Actor) -> None:
    file = tried(ines, row(), row(**OTHER))
    jobs.bring_in(actor=ines, file=file, at=NOW)
    leave(actor=handler(), case=case(), at=NOW)
    work()

    assert counts(ines, file) == (1, 0, 0, 1)
    assert state(ines, file).opted_out == 1
    assert set(told(ines, file)) == {3}
    assert log("import.run")[0].facts["opted_out"] == 1
    with all_providers():
        assert Origin.objects.count() == 1


def test_who_has_opted_out_before_is_refused_and_their_row_is_not_kept(here: Ward, ines: Actor) -> None:
    leave(actor=handler(), case=case(), at=NOW)
    file = brought_in(ines, row(), row(**OTHER))

    assert counts(ines, file) == (1, 0, 0, 1)
    assert (state(ines, file).opted_out, set(told(ines, file))) == (1, {3})


def test_a_right_that_has_ended_ends_the_file(here: Ward, ines: Actor, few: None) -> None:
    file = tried(ines, *patients(3))
    jobs.bring_in(actor=ines, file=file, at=NOW)
    batches.work_on_one(at=NOW)
    bertil = cast.actor(cast.BERTIL, at=NOW)
    revoke_grant(actor=bertil, grant_id=ines.seat.grant_id, reason="flyttat", at=NOW)
    work()

    job = ImportJob.objects.get(only_tried=False)
    assert (job.why, job.done, job.new) == ("access.not_permitted", 2, 2)
    (entry,) = log("import.run")
    assert (entry.by_name, entry.facts["episodes"]) == ("", 2)


def test_a_fault_of_the_program_stops_the_file_and_not_those_behind_it(
    here: Ward, ines: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, other = given(ines, row()), given(ines, row(**OTHER))

    real = one_row.bring

    def bring(*, row: Any, **rest: Any) -> Any:
        if row.source_id == "X-1001":
            raise RuntimeError
        return real(row=row, **rest)

    monkeypatch.setattr(batches, "bring", bring)
    work()
    assert (state(ines, broken).is_stopped, state(ines, broken).why) == (True, "request.failed")
    assert counts(ines, other) == (1, 0, 0, 0)

    monkeypatch.undo()
    jobs.go_on(actor=ines, file=broken, at=NOW)
    work()
    assert (counts(ines, broken), state(ines, broken).why) == ((1, 0, 0, 0), "")


def test_a_file_is_brought_in_once_after_it_was_tried_to_its_end(here: Ward, ines: Actor) -> None:
    file = given(ines, row())
    with pytest.raises(JobNotPossible):
        jobs.bring_in(actor=ines, file=file, at=NOW)
    work()
    jobs.bring_in(actor=ines, file=file, at=NOW)
    for _ in range(2):
        with pytest.raises(JobNotPossible):
            jobs.bring_in(actor=ines, file=file, at=NOW)
        work()
    with pytest.raises(JobNotPossible):
        jobs.bring_in(actor=ines, file=tried(ines, row(**NO_PATIENT)), at=NOW)


def test_a_file_is_gone_after_its_time_and_when_it_is_removed(here: Ward, ines: Actor) -> None:
    lasting, removed = given(ines, row()), given(ines, row(**OTHER))
    jobs.remove(actor=ines, file=removed, at=NOW)
    with pytest.raises(FileGone):
        told(ines, removed)
    assert set(KeptPart.objects.values_list("file_id", flat=True)) == {lasting}

    batches.work_on_one(at=NOW + 8 * DAY)
    ended = ImportJob.objects.get(file_id=lasting)
    assert (ended.why, ended.done) == ("exchange.file_gone", 0)
    assert jobs.kept_jobs(actor=ines, at=NOW + 8 * DAY) == ()


def test_nobody_else_sees_stops_or_brings_in_a_file_of_the_clinic(here: Ward, ines: Actor) -> None:
    file = tried(ines, row())
    elsewhere = cast.person("Ivar", "Ek", "SE2321009991-E00I8V7")
    cast.appoint_by_program(elsewhere, Role.IMPORTER, clinic_id=here.place.sydvik, at=NOW - DAY)
    for actor, refusal in ((cast.actor(elsewhere, at=NOW), NotFound), (here.anna, NotPermitted)):
        for act in (jobs.job_of, jobs.bring_in, jobs.stop, jobs.go_on, jobs.remove):
            with pytest.raises(refusal):
                act(actor=actor, file=file, at=NOW)
    assert jobs.kept_jobs(actor=cast.actor(elsewhere, at=NOW), at=NOW) == ()
    assert "imports" in {worker.name for worker in workers()}
