"""Patienten har avböjt: all is destroyed in one transaction, numbers are blocked, and a backup brings nothing back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.utils import IntegrityError

from registret.access.refusals import CardTooOld
from registret.chores.running import workers
from registret.config.not_ready import NotReady
from registret.config.ready import check_opt_out_file
from registret.ledger.models import Entry
from registret.records import cases, opt_out_marks
from registret.records.identity import cases as identity_cases
from registret.records.identity import lookups
from registret.records.models import DeletionTally, Episode, Leaving, Merge, Number, OptOut, Patient, Revision, Step
from registret.records.patient_rights import blocking, opting_out
from registret.records.patient_rights.kept_marks import FileOfMarks, file_of_marks, marks, write_marks
from registret.records.patient_rights.mark_file import read_marks
from registret.records.patient_rights.replaying import came_back, replay
from registret.records.queries.destroyed import destroyed_lately
from registret.records.refusals import NotAsShown, OptedOut
from registret.records.reporting import audited_reads, signing, writing
from registret.records.retention import deletion
from registret.records.scope import all_providers, leaving_patients
from registret.records.scope import deletion_allowed as may_destroy
from tests.cast import ANNA
from tests.owner import as_owner
from tests.rooms.records.scene import (
    ACUTE,
    DAY,
    HOUR,
    MINUTE,
    NOW,
    RESERVE,
    TOLVAN,
    Known,
    Ward,
    ask,
    begun,
    case,
    counted,
    handler,
    leave,
    log,
    not_writable,
    number,
    opt_out,
    registered,
    shown,
    system_id_of,
)

pytestmark = pytest.mark.django_db

OTHER = "19121272-9808"
TABLES = ("patient", "number", "episode", "step", "revision", "merge", "reasongiven")


@pytest.fixture(autouse=True)
def population(monkeypatch: pytest.MonkeyPatch) -> None:
    ask(Known(n191212121212=registered(protected=True)), monkeypatch)


def story(here: Ward) -> str:
    """A patient with two numbers, merged out of two, with episodes of two care providers; and another patient.
    Answers Anna's episode."""
    episode = begun(here.anna, patient=RESERVE)
    writing.write(actor=here.anna, episode=episode, step="acute", base=0, written=ACUTE, at=NOW)
    signing.sign(actor=here.anna, episode=episode, step="acute", base=1, at=NOW)
    begun(here.cecilia, arrived_at=["2026-09-01T10:00"])
    begun(here.karin, patient=OTHER)
    identity_cases.merge(
        actor=handler(),
        case=case(RESERVE),
        number=number(TOLVAN),
        expected=shown(RESERVE, TOLVAN),
        reason="Tolvan",
        at=NOW,
    )
    audited_reads.open_patient(actor=here.anna, system_id=system_id_of(TOLVAN), reason="Vårdas", at=NOW)
    return episode


def rows() -> dict[str, int]:
    with leaving_patients(), connection.cursor() as cursor:
        found = {}
        for table in TABLES:
            cursor.execute(f"SELECT count(*) FROM records_{table}")  # noqa: S608
            (found[table],) = cursor.fetchone()
        return found


def backup() -> dict[str, list[str]]:
    """All rows of the room's tables, as JSON."""
    with all_providers(), connection.cursor() as cursor:
        found = {}
        for table in (*TABLES, "optout"):
            cursor.execute(f"SELECT to_jsonb(t)::text FROM records_{table} t ORDER BY id")  # noqa: S608
            found[table] = [line for (line,) in cursor.fetchall()]
        return found


def restore(kept: dict[str, list[str]]) -> None:
    """The tables are as they were when the backup was made."""
    with all_providers(), may_destroy(), connection.cursor() as cursor:
        for model in (Episode, Merge, Number, Patient, OptOut):
            model.objects.all().delete()
        for table, lines in kept.items():
            name = f"records_{table}"
            cursor.execute(
                "SELECT string_agg(column_name, ', ') FROM information_schema.columns"
                " WHERE table_name = %s AND is_generated = 'NEVER'",
                [name],
            )
            (columns,) = cursor.fetchone()
            row = f"jsonb_populate_record(NULL::{name}, %s::jsonb)"
            sql = f"INSERT INTO {name} ({columns}) SELECT {columns} FROM {row}"  # noqa: S608
            for line in lines:
                cursor.execute(sql, [line])


@pytest.fixture
def committed_now(django_capture_on_commit_callbacks: Any) -> Callable[[Callable[[], object]], None]:
    def act(what: Callable[[], object]) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            what()

    return act


# --- destroyed -------------------------------------------------------------------------------------


def test_all_of_the_patient_is_destroyed_and_nothing_of_anybody_else(here: Ward) -> None:
    story(here)
    before = rows()
    assert opt_out(actor=handler(), case=case(), at=NOW + HOUR) == 2
    assert counted() == (1, 1, 1)
    left = rows()
    assert left == {
        "patient": 1,
        "number": 1,
        "episode": 1,
        "step": 4,
        "revision": 2,
        "merge": 0,
        "reasongiven": 0,
    }
    assert all(before[table] > left[table] for table in TABLES)
    assert audited_reads.search(actor=here.karin, written=OTHER, at=NOW + HOUR).patient is not None


def test_every_number_that_the_patient_has_or_had_is_blocked_and_no_other(here: Ward) -> None:
    story(here)
    opt_out(actor=handler(), case=case(RESERVE), at=NOW + HOUR)
    for written in (TOLVAN, RESERVE):
        for somebody in (here.anna, here.cecilia):
            assert audited_reads.search(actor=somebody, written=written, at=NOW + HOUR).patient is None
            with pytest.raises(OptedOut):
                begun(somebody, patient=written)
    page = cases.open_case(actor=handler(), case=case(), at=NOW + HOUR)
    assert (page.patient, page.opted_out) == (None, True)
    assert begun(here.cecilia, patient=OTHER, arrived_at=["2026-09-01T10:00"])


def test_somebody_who_is_not_here_can_opt_out_beforehand_once(here: Ward) -> None:
    assert opt_out(actor=handler(), case=case(), at=NOW) == 0
    with pytest.raises(OptedOut):
        begun(here.anna)
    with pytest.raises(OptedOut):
        opt_out(actor=handler(), case=case(), at=NOW)
    assert OptOut.objects.count() == 1


def test_a_card_that_was_read_long_ago_destroys_nothing(here: Ward) -> None:
    story(here)
    greta = handler()
    with pytest.raises(CardTooOld):
        opt_out(actor=greta, case=case(), at=NOW + HOUR + MINUTE)
    assert counted() == (2, 3, 3)


def test_what_fails_in_the_middle_destroys_nothing(here: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    story(here)
    leave(actor=handler(), case=case(), at=NOW)
    before = rows()

    def fails(patient_id: int) -> None:
        deletion.destroy_patient(patient_id)
        raise RuntimeError

    monkeypatch.setattr(blocking, "destroy_patient", fails)
    with pytest.raises(RuntimeError):
        opting_out.destroy_left(at=NOW + DAY)
    assert rows() == before
    assert Leaving.objects.count() == 1
    assert log("patient.destroyed") == log("episode.destroyed") == ()


# --- the proof -------------------------------------------------------------------------------------


def test_what_is_left_is_a_proof_without_the_data(here: Ward) -> None:
    story(here)
    opt_out(actor=handler(), case=case(), at=NOW + HOUR)
    proofs = list(OptOut.objects.all())
    assert len(proofs) == 2, "one for each number"
    for proof in proofs:
        assert (proof.case_number, proof.episodes, proof.by_name) == ("26RS4711", 2, "Greta Frost")
        assert re.fullmatch("[0-9a-f]{64}", proof.mark)
    for attempt in (lambda: OptOut.objects.update(case_number="x1"), lambda: OptOut.objects.all().delete()):
        with pytest.raises(IntegrityError), as_owner():
            attempt()


def test_a_mark_cannot_be_found_without_the_key(here: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    opt_out(actor=handler(), case=case(), at=NOW)
    mark = OptOut.objects.get().mark
    monkeypatch.setattr(settings, "OPT_OUT_KEY", b"another key, from before or after or from nowhere")
    assert mark not in set(opt_out_marks.marks_of(number(TOLVAN)))


def test_a_new_key_knows_what_was_blocked_under_the_one_before(here: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    opt_out(actor=handler(), case=case(), at=NOW)
    first = settings.OPT_OUT_KEY
    monkeypatch.setattr(settings, "OPT_OUT_KEY", b"the key of the year after, long enough")
    monkeypatch.setattr(settings, "OPT_OUT_KEYS_BEFORE", (first,))
    with pytest.raises(OptedOut):
        begun(here.anna)
    with pytest.raises(OptedOut):
        opt_out(actor=handler(), case=case(), at=NOW)
    opt_out(actor=handler(), case=case(OTHER), at=NOW)
    assert len(set(OptOut.objects.values_list("key", flat=True))) == 2


def test_the_log_tells_that_it_happened_and_names_nobody(here: Ward) -> None:
    """What of the patient was ever in the log: an id of a row that is no more, ids of episodes, and the reasons that
    people wrote, who were asked not to write who it is about."""
    story(here)
    patient = cases.open_case(actor=handler(), case=case(), at=NOW).patient
    assert patient is not None
    opt_out(actor=handler(), case=case(), at=NOW + HOUR)
    (entry,) = log("patient.opted_out")
    assert (entry.about_patient_id, entry.facts) == (patient.id, {"case": "26RS4711", "episodes": 2})
    assert {(e.clinic_id, e.facts["why"]) for e in log("episode.destroyed")} == {
        (here.place.infection, "opted_out"),
        (here.place.sydvik, "opted_out"),
    }
    everything = json.dumps([e.facts for e in Entry.objects.all()], ensure_ascii=False).lower()
    for secret in ("tolvan", "tolvansson", "191212121212", "1212-1212", "22800101", "ab14", "1912"):
        assert secret not in everything, secret
    assert "vårdas" in everything, "the reason stays: it is what the access log is for"
    before = [e.event for e in Entry.objects.filter(about_patient_id=patient.id).order_by("id")]
    assert "patient.opened" in before, "and so does who looked, and when"


def test_the_clinics_see_how_many_were_destroyed_and_not_whose(here: Ward) -> None:
    story(here)
    opt_out(actor=handler(), case=case(), at=NOW + HOUR)
    (line,) = destroyed_lately(actor=here.anna, at=NOW + 2 * HOUR)
    assert (line.name, line.why, line.episodes) == ("Pneumoni", "opted_out", 1)
    assert destroyed_lately(actor=here.anna, at=NOW + timedelta(days=92)) == ()
    with pytest.raises(IntegrityError), as_owner():
        DeletionTally.objects.update(episodes=7)


def test_nothing_of_the_patient_is_anywhere_in_the_database(here: Ward) -> None:
    episode = story(here)
    ids = {system_id_of(TOLVAN), episode}
    with all_providers():
        texts = set(Patient.objects.filter(surname="Tolvansson").values_list("surname", flat=True))
        kept = {str(i) for i in Revision.objects.filter(step__episode__system_id=episode).values_list("id", flat=True)}
    assert texts
    assert kept
    opt_out(actor=handler(), case=case(), at=NOW + HOUR)
    everywhere = {}
    with all_providers(), connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table.startswith("ledger_"):
                continue
            cursor.execute(f'SELECT string_agg(t::text, chr(10)) FROM "{table}" t')  # noqa: S608
            everywhere[table] = cursor.fetchone()[0] or ""
    for secret in ("Tolvan", "191212121212", "22800101AB17", *ids):
        assert [table for table, text in everywhere.items() if secret in text] == [], secret
    with all_providers():
        assert Step.objects.count() == 4


# --- a restored backup -----------------------------------------------------------------------------


def test_a_backup_from_before_brings_nobody_back(
    here: Ward, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, committed_now: Any
) -> None:
    monkeypatch.setattr(settings, "OPT_OUT_FILE", tmp_path / "marks.jsonl")
    story(here)
    kept = backup()
    committed_now(lambda: opt_out(actor=handler(), case=case(), at=NOW + HOUR))
    restore(kept)
    assert counted() == (2, 3, 3), "everything is back, and the database knows of no opt-out"
    assert OptOut.objects.count() == 0
    said = StringIO()
    call_command("replay_opt_outs", str(tmp_path / "marks.jsonl"), "--dry-run", stdout=said)
    assert said.getvalue() == "1 patient would be destroyed (dry run)\n"
    assert counted() == (2, 3, 3)
    said = StringIO()
    call_command("replay_opt_outs", str(tmp_path / "marks.jsonl"), stdout=said)
    assert said.getvalue() == "1 patient destroyed again\n"
    assert counted() == (1, 1, 1)
    for written in (TOLVAN, RESERVE):
        with pytest.raises(OptedOut):
            begun(here.anna, patient=written)
    assert log("patient.opted_out")[0].by_program == "replay-opt-outs"
    call_command("replay_opt_outs", str(tmp_path / "marks.jsonl"), stdout=said)
    assert said.getvalue().endswith("0 patients destroyed again\n"), "a second time does nothing"


def test_somebody_who_opted_out_before_being_registered_is_blocked_again_too(here: Ward) -> None:
    kept = backup()
    opt_out(actor=handler(), case=case(), at=NOW)
    marked = frozenset(marks())
    restore(kept)
    assert replay(marked, at=NOW) == 0
    with pytest.raises(OptedOut):
        begun(here.anna)


def test_a_number_that_came_back_under_another_of_the_same_patient_is_blocked_as_well(here: Ward) -> None:
    """In the backup the patient has a number more than the one that was marked."""
    begun(here.anna)
    opt_out(actor=handler(), case=case(), at=NOW)
    marked = frozenset(marks())
    with may_destroy():
        OptOut.objects.all().delete()
    begun(here.anna)
    lookups.ask_again(at=NOW)
    with all_providers():
        patient = Patient.objects.get()
        Number.objects.create(patient=patient, text=number(RESERVE).text, kind="national", since=NOW, until=NOW)
    assert came_back(marked) == (patient.id,)
    assert replay(marked, at=NOW) == 1
    with pytest.raises(OptedOut):
        begun(here.anna, patient=RESERVE)


def test_marks_of_a_key_before_are_found_and_those_of_a_lost_key_stop_the_command(
    here: Ward, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(here.anna)
    kept = backup()
    opt_out(actor=handler(), case=case(), at=NOW)
    file = tmp_path / "marks.jsonl"
    with file.open("w", encoding="utf-8") as out:
        call_command("export_opt_outs", stdout=out)
    assert set(json.loads(file.read_text(encoding="utf-8"))) == {"mark", "key"}, "and nothing else"
    restore(kept)
    first = settings.OPT_OUT_KEY
    monkeypatch.setattr(settings, "OPT_OUT_KEY", b"the key of the year after, long enough")
    said = StringIO()
    with pytest.raises(SystemExit):
        call_command("replay_opt_outs", str(file), stdout=StringIO(), stderr=said)
    assert "REGISTRET_OPT_OUT_KEYS_BEFORE" in said.getvalue()
    assert counted() == (1, 1, 1), "it does not say 0 and let everybody believe that nobody came back"
    monkeypatch.setattr(settings, "OPT_OUT_KEYS_BEFORE", (first,))
    call_command("replay_opt_outs", str(file), stdout=StringIO())
    assert counted() == (0, 0, 0)


@pytest.mark.parametrize(
    "line", ["{", "[]", "1", '{"mark": "12"}', '{"mark": "zz", "key": "1"}', '{"mark": "ab", "key": "1"}']
)
def test_a_file_of_something_else_stops_the_command(here: Ward, tmp_path: Path, line: str) -> None:
    file = tmp_path / "marks.jsonl"
    file.write_text(f"\n{line}\n", encoding="utf-8")
    said = StringIO()
    with pytest.raises(SystemExit):
        call_command("replay_opt_outs", str(file), stderr=said)
    assert "line 2 is no mark" in said.getvalue()
    with pytest.raises(SystemExit):
        call_command("replay_opt_outs", str(tmp_path / "none"), stderr=said)


def test_a_file_that_cannot_be_written_stops_no_opt_out_and_gets_all_of_them_when_it_can(
    here: Ward, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, committed_now: Any, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "apart" / "marks"
    file.parent.mkdir()
    monkeypatch.setattr(settings, "OPT_OUT_FILE", file)
    with not_writable(file.parent):
        committed_now(lambda: opt_out(actor=handler(), case=case(), at=NOW))
        committed_now(lambda: opt_out(actor=handler(), case=case(OTHER), at=NOW + MINUTE))
        assert OptOut.objects.count() == 2
        assert "REGISTRET_OPT_OUT_FILE: [Errno 13] Permission denied" in caplog.text
        assert "1212" not in caplog.text
        assert file_of_marks() == FileOfMarks(usable=False, lacking=2, since=NOW)
        with pytest.raises(PermissionError):
            write_marks()
        with pytest.raises(NotReady, match=r"REGISTRET_OPT_OUT_FILE .* cannot be written: Permission denied"):
            check_opt_out_file()
    assert write_marks() == 2
    assert write_marks() == 0
    check_opt_out_file()
    assert file_of_marks() == FileOfMarks(usable=True, lacking=0, since=None)
    assert read_marks(file.read_text().splitlines()) == frozenset(marks())


def test_a_process_that_is_killed_after_an_opt_out_and_before_its_file_has_forgotten_nothing(
    here: Ward, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, committed_now: Any
) -> None:
    file = tmp_path / "marks"
    monkeypatch.setattr(settings, "OPT_OUT_FILE", file)
    opt_out(actor=handler(), case=case(), at=NOW)  # committed, and nothing of what comes after it was done
    assert not file.exists()
    committed_now(lambda: opt_out(actor=handler(), case=case(OTHER), at=NOW + MINUTE))
    assert read_marks(file.read_text().splitlines()) == frozenset(marks()), "the next brings both"


def test_without_a_file_nothing_is_written_and_nothing_is_lacking(here: Ward) -> None:
    opt_out(actor=handler(), case=case(), at=NOW)
    assert settings.OPT_OUT_FILE is None
    assert write_marks() == 0
    assert file_of_marks() is None
    check_opt_out_file()


def test_a_line_that_is_no_mark_is_told_and_keeps_nobody_out_of_the_file(
    here: Ward, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, committed_now: Any, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "marks"
    file.write_text("# do not touch\n")
    monkeypatch.setattr(settings, "OPT_OUT_FILE", file)
    committed_now(lambda: opt_out(actor=handler(), case=case(), at=NOW))
    assert "line 1 is no mark" in caplog.text
    assert file_of_marks() == FileOfMarks(usable=False, lacking=0, since=None)
    assert file.read_text().splitlines()[1:] == [mark.line.strip() for mark in marks()]


def test_the_worker_that_tries_again_is_one_of_the_workers() -> None:
    assert "opt-outs" in {worker.name for worker in workers()}


def test_the_file_is_read_as_it_was_written(here: Ward) -> None:
    story(here)
    opt_out(actor=handler(), case=case(), at=NOW)
    assert read_marks(mark.line for mark in marks()) == frozenset(marks())
    assert ANNA.name not in "".join(mark.line for mark in marks())


@pytest.mark.parametrize("expected", [None, "P2222AAAA"])
def test_nobody_is_destroyed_but_who_was_shown(here: Ward, expected: str | None) -> None:
    """The page said that nobody has the number, or showed somebody else."""
    begun(here.anna)
    with pytest.raises(NotAsShown) as no:
        opting_out.opt_out(actor=handler(), case=case(), expected=expected, at=NOW)
    assert no.value.patient == system_id_of(TOLVAN)
    with pytest.raises(NotAsShown):
        opting_out.opt_out(actor=handler(), case=case(OTHER), expected="P2222AAAA", at=NOW)
    assert counted()[0] == 1
    assert OptOut.objects.count() == 0
