"""The episodes of an earlier platform are brought in as they were signed: all of them or none, and once."""

from __future__ import annotations

import json
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from registret.demo.history.country import PastEpisode
from registret.exchange.history.file import lines_of, told_on
from registret.exchange.history.importing import HistoryResult, import_history
from registret.exchange.refusals import HistoryUnreadable
from registret.kernel.by import By
from registret.records.identity import population
from registret.records.lifecycle import StepState
from registret.records.models import Episode, HistoryImport, Number, Patient, Step
from registret.records.queries.steps import assessed
from registret.records.reporting import signing, writing
from registret.records.reporting.audited_reads import open_history
from registret.records.reporting.work_lists import waiting
from registret.records.scope import all_providers
from registret.registries.queries import form_of
from registret.reports.making import refresh
from registret.reports.rebuilding import rebuild
from tests.cast import INFECTION, SYDVIK
from tests.rooms.exchange.earlier import DECISION, NOW, OVE, ULLA, Line, line, of_all, told, written
from tests.rooms.exchange.test_importing import everything
from tests.rooms.records.scene import (
    ACUTE,
    DAY,
    RESERVE,
    TOLVAN,
    Known,
    Ward,
    begun,
    case,
    counted,
    handler,
    leave,
    log,
    number,
    opt_out,
    registered,
)

pytestmark = pytest.mark.django_db

BY = By.of_program("import-history")
AT = "2021-03-04T10:00:00+01:00"


def brought(*files: Path, dry_run: bool = False) -> HistoryResult:
    return import_history(files, decision=DECISION, dry_run=dry_run, by=BY, at=NOW)


def signed(by: dict[str, str] = ULLA, at: str = AT, /, **answers: Any) -> Line:
    return {"state": "signed", "at": at, "by": by, "answers": answers}


def pneumonia(**different: Any) -> Line:
    """Tolvan's, of whom two steps are signed."""
    inclusion: Line = {"arrived_at": "2021-03-01T08:15", "pneumonia_treated": "yes", "acquired": "community"}
    acute: Line = {code: texts[0] if len(texts) == 1 else list(texts) for code, texts in ACUTE.items()}
    acute |= {"blood_cultured_at": "2021-03-01T08:50+01:00", "antibiotic_at": "2021-03-01 09:30", "systolic": 118}
    acute |= {"airway_culture": {"missing": "unknown"}, "imaging": ["xray_infiltrate"], "respiratory_rate": 32}
    acute |= {code: [text] for code, text in acute.items() if code in {"immunosuppression", "care_limits"}}
    acute |= {code: [acute[code]] for code in ("antibiotic", "breathing_support")}
    steps = {"inclusion": signed(**inclusion), "acute": signed(OVE, **acute)}
    about = {"id": "IR-1", "clinic": INFECTION, "sub_registry": "pneumoni", "version": 1, "number": TOLVAN}
    return {**about, "steps": steps, **different}


def changed(one: Line, step: str, **answers: Any) -> Line:
    """With other answers in a step; None takes one away."""
    now = one["steps"][step]["answers"] | answers
    now = {code: answer for code, answer in now.items() if answer is not None}
    return {**one, "steps": one["steps"] | {step: one["steps"][step] | {"answers": now}}}


def whys(result: HistoryResult) -> list[tuple[int, str, str]]:
    return [(one.line, fault.why.code, fault.variable) for one in result.faults for fault in one.faults]


def steps_of(source_id: str) -> dict[str, Step]:
    with all_providers():
        return {step.code: step for step in Step.objects.filter(episode__source_id=source_id).order_by("id")}


# --- a whole history -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def history() -> list[tuple[str, PastEpisode]]:
    """Two hundred episodes of all sub-registries, at two clinics."""
    norrvik = of_all(20, clinic=INFECTION)
    known = {one.number for one in norrvik}
    sydvik = [one for one in of_all(20, clinic=SYDVIK) if one.number not in known]
    return [*((INFECTION, one) for one in norrvik), *((SYDVIK, one) for one in sydvik)][:200]


@pytest.fixture
def files(tmp_path: Path, history: list[tuple[str, PastEpisode]]) -> list[Path]:
    lines = [line(one, clinic=clinic) for clinic, one in history]
    return [written(tmp_path, *lines[:90], name="a"), written(tmp_path, *lines[90:], name="b")]


def test_two_hundred_episodes_are_as_they_were_signed(
    here: Ward, files: list[Path], history: list[tuple[str, PastEpisode]]
) -> None:
    result = brought(*files)
    assert (result.faults, result.episodes, result.patients, result.is_saved) == ([], len(history), len(history), True)
    assert {one.sub_registry for _, one in history} >= {"led-nativ", "led-protes"}
    for _, one in history:
        steps = steps_of(f"IR-{one.system_id}")
        assert list(steps) == [step.code for step in one.steps]
        for step in one.steps:
            now = steps[step.code]
            assert (now.state, now.answers, now.says_dead, now.died_on) == (
                *(step.state, step.answers, step.says_dead, step.died_on),
            )
            assert now.signed_at == (step.at if step.state is StepState.SIGNED else None)
            assert (now.flags, now.lacking) == (0, 0)
    with all_providers():
        assert set(Step.objects.exclude(signed_at=None).values_list("signed_by_name", flat=True)) == {
            *(ULLA["name"], OVE["name"])
        }
        episode = Episode.objects.get(source_id=f"IR-{history[0][1].system_id}")
    assert (episode.began_at, episode.created_by_name) == (history[0][1].began_at, ULLA["name"])


def test_brought_in_again_nothing_is_there_twice(here: Ward, files: list[Path]) -> None:
    first = brought(*files)
    before, steps = counted(), len(log("patient.history_imported"))
    again = brought(*files)
    assert (again.episodes, again.there, again.faulty) == (0, first.episodes, 0)
    assert (counted(), len(log("patient.history_imported"))) == (before, steps)


def test_the_figures_are_made_by_the_worker_and_are_right(here: Ward, files: list[Path]) -> None:
    brought(*files)
    assert refresh() >= 190
    assert rebuild().was_right


def test_tried_it_comes_to_the_same_and_leaves_an_entry_of_the_log(here: Ward, files: list[Path]) -> None:
    before = everything()
    tried = brought(*files, dry_run=True)
    after = everything()
    assert {table for table in after if after[table] != before[table]} <= {"ledger_entry", "ledger_entry_2026_11"}
    (entry,) = log("history.tried")
    assert (entry.by_program, entry.facts["episodes"]) == ("import-history", tried.episodes)
    saved = brought(*files)
    assert (tried.episodes, tried.patients, tried.remarks) == (saved.episodes, saved.patients, saved.remarks)
    assert (tried.is_saved, saved.is_saved) == (False, True)


def test_one_line_that_is_wrong_keeps_all_out(here: Ward, files: list[Path]) -> None:
    text = files[1].read_text(encoding="utf-8")
    files[1].write_text(text.replace('"version": 1', '"version": 99', 1), encoding="utf-8")
    before = counted()
    result = brought(*files)
    assert [(one.file.name, why) for one, (_, why, _) in zip(result.faults, whys(result), strict=True)] == [
        ("b", "import.history_unknown")
    ]
    assert (result.is_saved, counted(), log("history.imported")) == (False, before, ())


# --- one episode -----------------------------------------------------------------------------------


def test_the_decision_is_kept_and_logged_and_each_patient_once(here: Ward, tmp_path: Path) -> None:
    later = changed(pneumonia(id="IR-2"), "inclusion", arrived_at="2022-01-05T10:00")
    later = changed(later, "acute", blood_cultured_at="2022-01-05T10:05", antibiotic_at="2022-01-05T10:30")
    brought(written(tmp_path, pneumonia(), later))
    kept = HistoryImport.objects.get()
    assert (kept.source, kept.reference, kept.decided_by, kept.decided_on, kept.episodes, kept.patients) == (
        *("Gamla registret", "Dnr 2026/117", "Greta Frost, registerhållare", date(2026, 11, 2), 2, 1),
    )
    (entry,) = log("history.imported")
    assert (entry.facts["decision"], entry.facts["decided_by"]) == (kept.reference, kept.decided_by)
    (about,) = log("patient.history_imported")
    with all_providers():
        patient = Patient.objects.get()
    assert (about.about_patient_id, about.clinic_id, about.facts["episodes"]) == (patient.id, here.place.infection, 2)
    assert TOLVAN not in json.dumps([entry.facts, about.facts])


def test_who_signed_is_seen_in_the_history_of_the_step(here: Ward, tmp_path: Path) -> None:
    brought(written(tmp_path, pneumonia()))
    with all_providers():
        episode = Episode.objects.get().system_id
    page, (revision,) = open_history(actor=here.anna, episode=episode, step="acute", at=NOW)
    assert (page.step.signed_by_name, page.episode.source, page.episode.source_id) == (
        *("Ove Ek", "Gamla registret", "IR-1"),
    )
    assert (revision.kind, revision.by_name, f"{revision.at:%F %R}") == ("history", "Ove Ek", "2021-03-04 09:00")
    assert {change.question.code for change in revision.changes} >= {"confusion", "respiratory_rate"}


def test_it_is_corrected_as_any_other_and_what_was_signed_stays_in_its_history(here: Ward, tmp_path: Path) -> None:
    brought(written(tmp_path, pneumonia()))
    with all_providers():
        episode = Episode.objects.get().system_id
    about: Any = {"actor": here.anna, "episode": episode, "step": "acute"}
    signing.reopen(reason="Fel puls", at=NOW, **about)
    writing.write(base=2, written={"pulse": ["98"]}, at=NOW, **about)
    signing.sign(base=3, at=NOW, **about)
    _, revisions = open_history(**about, at=NOW)
    assert [(one.kind, one.by_name) for one in reversed(revisions)] == [
        *[("history", "Ove Ek"), ("reopen", "Anna Berg"), ("write", "Anna Berg"), ("sign", "Anna Berg")]
    ]


def test_what_was_signed_without_an_answer_or_against_a_rule_stays_signed_with_a_remark(
    here: Ward, tmp_path: Path
) -> None:
    one = changed(pneumonia(), "acute", confusion=None, blood_cultured_at="2021-02-01T08:50")
    result = brought(written(tmp_path, one))
    assert {(code, variable) for _, _, code, variable in result.remarks} == {
        *[("import.answer_missing", "confusion"), ("import.history_rule", "blood_cultured_at")]
    }
    acute = steps_of("IR-1")["acute"]
    assert (acute.state, acute.lacking, acute.flags, "confusion" in acute.answers) == ("signed", 0, 0, False)
    with all_providers():
        found = assessed(acute.episode_id, "acute", at=NOW)
    assert (found.lacking, len(found.broken)) == (("confusion",), 1), "who reopens it has to mend it"


def test_an_answer_to_what_is_not_asked_is_left_out_and_told(here: Ward, tmp_path: Path) -> None:
    result = brought(written(tmp_path, changed(pneumonia(), "acute", blood_culture="no")))
    assert ("pneumoni", 1, "import.history_unasked", "blood_cultured_at") in result.remarks
    assert "blood_cultured_at" not in steps_of("IR-1")["acute"].answers


def test_a_draft_is_a_draft_to_go_on_with(here: Ward, tmp_path: Path) -> None:
    one = changed(pneumonia(), "acute", confusion=None)
    one["steps"]["acute"]["state"] = "draft"
    assert not brought(written(tmp_path, one)).remarks
    acute = steps_of("IR-1")["acute"]
    assert (acute.state, acute.lacking, acute.signed_at, acute.saved_by_name) == ("draft", 1, None, "Ove Ek")


def test_what_the_earlier_platform_no_longer_waited_for_is_in_no_work_list(here: Ward, tmp_path: Path) -> None:
    brought(written(tmp_path, pneumonia()))
    left = steps_of("IR-1")["discharge"]
    assert (left.state, left.due_from, left.next_since) == ("planned", None, None)
    lists = waiting(here.anna, at=NOW)
    assert "IR-1" not in repr(lists)
    with all_providers():
        assert Episode.objects.get().system_id not in repr(lists)


# --- what is wrong with a line ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (pneumonia(number="19121212-1213"), ("patient.number_impossible", "")),
        (pneumonia(number=RESERVE), ("patient.birth_date_needed", "")),
        (pneumonia(clinic="nowhere"), ("import.history_unknown", "")),
        (pneumonia(sub_registry="none"), ("import.history_unknown", "")),
        (pneumonia(version=99), ("import.history_unknown", "")),
        (changed(pneumonia(), "acute", weight=80), ("import.history_unknown", "")),
        (changed(pneumonia(), "acute", respiratory_rate=3200), ("import.answer_impossible", "respiratory_rate")),
        (changed(pneumonia(), "acute", confusion="perhaps"), ("import.answer_impossible", "confusion")),
        (changed(pneumonia(), "acute", antibiotic_at="1/3 2021 10:00"), ("import.date_unclear", "antibiotic_at")),
        (changed(pneumonia(), "acute", antibiotic_at="igår 10"), ("import.date_unclear", "antibiotic_at")),
        (changed(pneumonia(), "inclusion", pneumonia_treated="no"), ("episode.not_included", "pneumonia_treated")),
        (changed(pneumonia(), "inclusion", arrived_at=None), ("import.answer_missing", "arrived_at")),
        (pneumonia(steps={}), ("import.history_unreadable", "")),
        (pneumonia(steps={"inclusion": signed(ULLA, "2027-01-01T10:00:00Z")}), ("import.history_unreadable", "")),
        (pneumonia(id=TOLVAN), ("import.history_unreadable", "")),
        (pneumonia(weather="fine"), ("import.history_unreadable", "")),
    ],
)
def test_a_line_that_is_wrong_is_told_by_its_code(here: Ward, tmp_path: Path, one: Line, why: tuple[str, str]) -> None:
    result = brought(written(tmp_path, one))
    assert (1, *why) in whys(result)
    assert counted() == (0, 0, 0)


def test_all_that_is_wrong_is_told_at_once_and_no_value_or_number_with_it(here: Ward, tmp_path: Path) -> None:
    bad = changed(pneumonia(number="19121212-1213"), "acute", confusion="hemligt", respiratory_rate=3200)
    result = brought(written(tmp_path, pneumonia(), "{", pneumonia(), bad))
    assert whys(result) == [
        (2, "import.history_unreadable", ""),
        *[(4, "import.answer_impossible", "confusion"), (4, "import.answer_impossible", "respiratory_rate")],
        (4, "patient.number_impossible", ""),
        (3, "import.source_id_twice", ""),
    ]
    assert "hemligt" not in repr(result)


def test_an_episode_that_the_clinic_has_registered_itself_is_no_second_one(here: Ward, tmp_path: Path) -> None:
    begun(here.anna)
    one = changed(pneumonia(), "inclusion", arrived_at="2026-11-18T08:15")
    result = brought(written(tmp_path, changed(one, "acute", blood_cultured_at=None, antibiotic_at=None)))
    assert whys(result) == [(1, "episode.perhaps_double", "")]


@given(st.binary(max_size=200) | st.recursive(st.none() | st.text(), st.lists).map(json.dumps).map(str.encode))
def test_any_line_is_an_episode_or_refused(content: bytes) -> None:
    for one in lines_of(BytesIO(content)):
        with pytest.raises(HistoryUnreadable):
            told_on(one)


# --- patients --------------------------------------------------------------------------------------


def test_who_has_opted_out_is_left_out_and_counted(here: Ward, tmp_path: Path) -> None:
    opt_out(actor=handler(), case=case(), at=NOW - 2 * DAY)
    other = pneumonia(id="IR-2", number=RESERVE, birth_date="1950-01-01", sex="female")
    result = brought(written(tmp_path, pneumonia(), other))
    assert (result.episodes, result.opted_out) == (1, 1)
    with all_providers():
        assert list(Number.objects.values_list("text", flat=True)) == [number(RESERVE).text]


def test_who_opts_out_afterwards_is_destroyed_as_any_other(here: Ward, tmp_path: Path) -> None:
    brought(written(tmp_path, pneumonia()))
    opt_out(actor=handler(), case=case(), at=NOW)
    assert counted() == (0, 0, 0)


def test_who_leaves_at_this_moment_gets_nothing_more(here: Ward, tmp_path: Path) -> None:
    begun(here.anna)
    leave(actor=handler(), case=case(), at=NOW)
    assert brought(written(tmp_path, pneumonia())).opted_out == 1


def test_the_population_register_is_asked_before_anybody_is_shown(
    here: Ward, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = Known(n191212121212=registered(protected=True))
    monkeypatch.setattr(population, "population_register", lambda: known)
    brought(written(tmp_path, pneumonia()))
    with all_providers():
        patient = Patient.objects.get()
    assert (patient.is_protected, patient.register_protects, patient.looked_up_at) == (True, True, NOW)


def test_a_patient_whom_the_registry_knows_stays_as_they_are(here: Ward, tmp_path: Path) -> None:
    begun(here.anna)
    with all_providers():
        before = Patient.objects.values().get()
    brought(written(tmp_path, pneumonia()))
    with all_providers():
        assert Patient.objects.values().get() == before
        assert Episode.objects.count() == 2


def test_a_death_in_one_episode_closes_what_is_left_in_another(here: Ward, tmp_path: Path) -> None:
    mine = begun(here.anna)
    with all_providers():
        before = {step.code: step.state for step in Step.objects.filter(episode__system_id=mine)}
    dead = next(one for one in told("pneumoni", 200, clinic=INFECTION) if one.steps[2].says_dead)
    brought(written(tmp_path, line(dead, clinic=INFECTION) | {"number": TOLVAN}))
    with all_providers():
        after = {step.code: step.state for step in Step.objects.filter(episode__system_id=mine)}
    assert {code for code in before if before[code] != after[code]} == {
        step.code for step in form_of("pneumoni", 1).steps if step.due
    }


def test_other_care_providers_see_nothing_of_it(here: Ward, tmp_path: Path) -> None:
    brought(written(tmp_path, pneumonia()))
    assert "IR-1" not in repr(waiting(here.cecilia, at=NOW))
    with all_providers():
        assert set(Episode.objects.values_list("care_provider_id", flat=True)) == {here.anna.seat.care_provider_id}


# --- the command -----------------------------------------------------------------------------------

SAID = (
    *("--source", "Gamla registret", "--decision", "Dnr 1"),
    *("--decided-by", "Greta Frost", "--decided-on", "2026-01-02"),
)


def test_the_command_tells_lines_and_leaves_nothing(
    here: Ward, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, changed(pneumonia(), "acute", respiratory_rate=3200))
    with pytest.raises(SystemExit):
        call_command("import_history", str(file), *SAID)
    told_all = capsys.readouterr()
    assert f"{file}, line 1: import.answer_impossible: respiratory_rate" in told_all.err
    assert "nothing was brought in" in told_all.err
    assert "3200" not in told_all.err + told_all.out


def test_the_command_tries_and_brings_in(here: Ward, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path, pneumonia())
    call_command("import_history", str(file), *SAID, "--dry-run")
    assert "1 episodes of 1 patients would be brought in (dry run)" in capsys.readouterr().out
    call_command("import_history", str(file), *SAID)
    assert "1 episodes of 1 patients brought in" in capsys.readouterr().out


@pytest.mark.parametrize("missing", ["--source", "--decision", "--decided-by", "--decided-on"])
def test_there_is_no_history_without_a_decision(here: Ward, tmp_path: Path, missing: str) -> None:
    said = dict(zip(SAID[::2], SAID[1::2], strict=True)) | {missing: ""}
    with pytest.raises(SystemExit):
        call_command("import_history", str(written(tmp_path, pneumonia())), *[x for pair in said.items() for x in pair])
    assert counted() == (0, 0, 0)
