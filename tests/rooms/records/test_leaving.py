"""Opting out hides and blocks at once; the destruction waits for a second person or a day, and can be taken back."""

from __future__ import annotations

import fcntl
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.db.utils import IntegrityError

from registret.access.refusals import NotFound
from registret.records import cases
from registret.records.identity import renumbering
from registret.records.models import Leaving, OptOut, TakenBack
from registret.records.opt_out_marks import mark_of
from registret.records.patient_rights.kept_marks import write_marks
from registret.records.patient_rights.mark_file import read_kept, read_marks
from registret.records.patient_rights.opting_out import confirm_opt_out, destroy_left, take_back
from registret.records.patient_rights.replaying import came_back, replay
from registret.records.queries.destroyed import destroyed_lately
from registret.records.refusals import NothingLeaves, OptedOut, OwnOptOut, TakenElsewhere
from registret.records.reporting import audited_reads, signing, writing
from registret.records.scope import all_providers, leaving_patients, provider_scope
from tests.owner import as_owner
from tests.rooms.records.scene import (
    ACUTE,
    DAY,
    HENNING,
    HOUR,
    MINUTE,
    NOW,
    RESERVE,
    TOLVAN,
    Ward,
    begun,
    case,
    counted,
    handler,
    leave,
    log,
    number,
    system_id_of,
)

pytestmark = pytest.mark.django_db


def rows() -> dict[str, list[str]]:
    """All of the patients, also of those who have opted out."""
    found = {}
    with leaving_patients(), connection.cursor() as cursor:
        for table in ("patient", "number", "episode", "step", "revision", "merge", "optout"):
            cursor.execute(f"SELECT to_jsonb(t)::text FROM records_{table} t ORDER BY id")  # noqa: S608
            found[table] = [line for (line,) in cursor.fetchall()]
    return found


def story(here: Ward) -> str:
    """A draft of Anna's clinic, and an episode at another provider; answers Anna's episode."""
    episode = begun(here.anna)
    writing.write(actor=here.anna, episode=episode, step="acute", base=0, written=ACUTE, at=NOW)
    begun(here.cecilia, arrived_at=["2026-09-01T10:00"])
    return episode


def test_from_that_moment_nobody_sees_the_patient(here: Ward) -> None:
    episode, patient = story(here), system_id_of(TOLVAN)
    assert leave(actor=handler(), case=case(), at=NOW) == 2
    assert counted() == (0, 0, 0)
    work = audited_reads.work(actor=here.anna, at=NOW)
    lists = (work.due, work.drafts, work.to_continue, work.laid_aside)
    assert [row for listed in lists for row in listed.rows] == []
    for look in (
        lambda: audited_reads.open_patient(actor=here.anna, system_id=patient, at=NOW),
        lambda: audited_reads.open_step(actor=here.anna, episode=episode, step="acute", at=NOW),
        lambda: audited_reads.open_news(actor=here.anna, episode=episode, step="acute", base=0, at=NOW),
        lambda: audited_reads.open_history(actor=here.anna, episode=episode, step="acute", at=NOW),
        lambda: writing.write(actor=here.anna, episode=episode, step="acute", base=1, written={}, at=NOW),
    ):
        with pytest.raises(NotFound):
            look()
    assert audited_reads.print_episode(actor=here.anna, episode=episode, at=NOW) == ()
    assert audited_reads.search(actor=here.anna, written=patient, at=NOW).patient is None
    assert audited_reads.search(actor=here.anna, written=TOLVAN, at=NOW).patient is None
    with pytest.raises(OptedOut):
        begun(here.cecilia)
    other = begun(here.anna, patient=RESERVE)
    assert other
    with pytest.raises(TakenElsewhere):
        renumbering.change_number(
            actor=here.anna, patient=system_id_of(RESERVE), number=number(TOLVAN), reason="Fick nummer", at=NOW
        )
    page = cases.open_case(actor=handler(), case=case(), at=NOW)
    assert (page.patient, page.opted_out, page.kept) == (None, True, ())
    assert log("episode.destroyed") == ()


@pytest.mark.parametrize("sight", ["own", "all"])
def test_the_database_itself_shows_nothing_of_the_patient(here: Ward, sight: str) -> None:
    """Whatever a query forgets to ask: also steps, revisions and numbers that nothing else leads to."""
    story(here)
    leave(actor=handler(), case=case(), at=NOW)
    with provider_scope(here.anna) if sight == "own" else all_providers(), connection.cursor() as cursor:
        left = {}
        for table in ("patient", "number", "episode", "step", "revision", "merge"):
            cursor.execute(f"SELECT count(*) FROM records_{table}")  # noqa: S608
            left[table] = cursor.fetchone()[0]
        cursor.execute("UPDATE records_step SET lacking = 0 WHERE state = 'planned'")
        assert cursor.rowcount == 0
    assert not any(left.values()), left


def test_the_database_hides_those_who_leave_without_reading_all_episodes(here: Ward) -> None:
    story(here)
    begun(here.anna, patient=RESERVE)
    leave(actor=handler(), case=case(RESERVE), at=NOW)
    with provider_scope(here.anna), connection.cursor() as cursor:
        for table, count in (("step", 4), ("revision", 3)):
            cursor.execute(f"SELECT count(*) FROM records_{table}")  # noqa: S608
            assert cursor.fetchone() == (count,)
            cursor.execute(f"EXPLAIN SELECT * FROM records_{table}")  # noqa: S608
            plan = "\n".join(line for (line,) in cursor.fetchall())
            subplans = dict(re.findall(r"SubPlan (\d+)\n\s+->\s+(.*)", plan))
            read_whole = [subplans[number] for number in set(re.findall(r"hashed SubPlan (\d+)", plan))]
            assert all("records_leaving" in scan for scan in read_whole), plan


def test_after_a_day_and_not_before_all_is_destroyed(here: Ward) -> None:
    story(here)
    leave(actor=handler(), case=case(), at=NOW)
    assert destroy_left(at=NOW + DAY - MINUTE) == 0
    assert len(rows()["episode"]) == 2
    assert destroy_left(at=NOW + DAY) == 1
    left = rows()
    assert [table for table, lines in left.items() if lines] == ["optout"]
    assert Leaving.objects.count() == 0
    (entry,) = log("patient.destroyed")
    assert (entry.by_program, entry.facts) == ("destroy-left", {"case": "26RS4711", "episodes": 2})
    assert destroyed_lately(actor=here.anna, at=NOW + DAY)[0].episodes == 1
    assert destroy_left(at=NOW + 2 * DAY) == 0


def test_a_second_person_destroys_at_once_and_the_first_does_not(here: Ward) -> None:
    story(here)
    greta = handler()
    leave(actor=greta, case=case(), at=NOW)
    with pytest.raises(OwnOptOut):
        confirm_opt_out(actor=greta, case=case(), at=NOW + HOUR)
    assert len(rows()["episode"]) == 2
    assert confirm_opt_out(actor=handler(NOW, HENNING), case=case(), at=NOW + MINUTE) == 2
    assert rows()["episode"] == []
    assert log("patient.destroyed")[0].by_name == HENNING.name


def test_until_then_it_is_taken_back_and_all_is_as_it_was(here: Ward) -> None:
    episode = story(here)
    before = rows()
    leave(actor=handler(), case=case(), at=NOW)
    take_back(actor=handler(), case=case(), at=NOW + HOUR)
    assert rows() == before
    assert audited_reads.open_step(actor=here.anna, episode=episode, step="acute", at=NOW).episode.system_id == episode
    signing.sign(actor=here.anna, episode=episode, step="acute", base=1, at=NOW)
    assert destroy_left(at=NOW + 2 * DAY) == 0
    assert TakenBack.objects.count() == 1
    for attempt in (lambda: TakenBack.objects.update(key="x"), lambda: TakenBack.objects.all().delete()):
        with pytest.raises(IntegrityError), as_owner():
            attempt()


def test_taking_back_leaves_blocked_what_an_earlier_opt_out_blocked(here: Ward) -> None:
    """Of a number that the patient once had, under a case that nobody has taken back."""
    begun(here.anna, patient=RESERVE)
    renumbering.change_number(
        actor=here.anna, patient=system_id_of(RESERVE), number=number(TOLVAN), reason="Fick nummer", at=NOW
    )
    key, mark = mark_of(number(RESERVE))
    before = OptOut.objects.create(
        mark=mark, key=key, case_number="25RS0001", episodes=1, at=NOW - 300 * DAY, by_account_id=1, by_name="Greta"
    )
    leave(actor=handler(), case=case(), at=NOW)
    assert OptOut.objects.count() == 2
    take_back(actor=handler(), case=case(), at=NOW + HOUR)
    assert list(OptOut.objects.values_list("id", flat=True)) == [before.id]
    assert not TakenBack.objects.filter(mark=mark).exists(), "nor does the file beside the backups say so"


def test_what_is_due_is_not_taken_back(here: Ward) -> None:
    story(here)
    leave(actor=handler(), case=case(), at=NOW)
    with pytest.raises(NothingLeaves):
        take_back(actor=handler(NOW + DAY), case=case(), at=NOW + DAY)
    destroy_left(at=NOW + DAY)
    for act in (take_back, confirm_opt_out):
        with pytest.raises(NothingLeaves):
            act(actor=handler(NOW + DAY, HENNING), case=case(), at=NOW + DAY)


def test_a_backup_brings_back_whom_the_file_has_and_nobody_who_took_it_back(
    here: Ward, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "marks.jsonl"
    monkeypatch.setattr(settings, "OPT_OUT_FILE", file)
    story(here)
    leave(actor=handler(), case=case(), at=NOW)
    write_marks()
    assert len(read_marks(file.read_text().splitlines())) == 1, "a restored backup knows it too"
    take_back(actor=handler(), case=case(), at=NOW + HOUR)
    write_marks()
    kept = read_marks(file.read_text().splitlines())
    assert kept == frozenset()
    assert came_back(kept) == ()
    leave(actor=handler(), case=case(), at=NOW + HOUR)
    write_marks()
    write_marks()
    assert len(read_marks(file.read_text().splitlines())) == 1
    assert len(file.read_text().splitlines()) == 3


def test_the_database_is_asked_what_the_file_lacks_while_no_other_process_writes_it(
    here: Ward, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "marks.jsonl"
    file.touch()
    monkeypatch.setattr(settings, "OPT_OUT_FILE", file)
    story(here)
    leave(actor=handler(), case=case(), at=NOW)
    asked = []

    def seen(execute: Callable[..., object], sql: str, *more: object) -> object:
        with file.open() as other, pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        asked.append(sql)
        return execute(sql, *more)

    with connection.execute_wrapper(seen):
        write_marks()
    assert [table for table in ("records_optout", "records_takenback") if not any(table in sql for sql in asked)] == []


def test_a_restored_backup_destroys_nobody_who_took_the_opt_out_back_since(
    here: Ward, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "marks.jsonl"
    monkeypatch.setattr(settings, "OPT_OUT_FILE", file)
    story(here)
    leave(actor=handler(), case=case(), at=NOW)
    write_marks()
    before = (list(OptOut.objects.values()), list(Leaving.objects.values()))
    take_back(actor=handler(), case=case(), at=NOW + HOUR)
    write_marks()
    had = rows()
    # A backup from before that hour is restored.
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE records_takenback DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM records_takenback")
        cursor.execute("ALTER TABLE records_takenback ENABLE TRIGGER USER")
    OptOut.objects.bulk_create(OptOut(**one) for one in before[0])
    Leaving.objects.bulk_create(Leaving(**one) for one in before[1])
    kept = read_kept(file.read_text().splitlines())
    assert came_back(kept.marks, kept.taken_back) == ()
    assert replay(kept.marks, kept.taken_back, at=NOW + 2 * HOUR) == 0
    assert destroy_left(at=NOW + 2 * DAY) == 0, "the clock has nobody to destroy"
    assert rows() == had
    write_marks()
    assert read_marks(file.read_text().splitlines()) == frozenset(), "nor is the number blocked again"
