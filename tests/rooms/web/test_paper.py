"""Extracts on paper: a screen reader can read them, and however long, every row is there; one too long is JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils.translation import override

from registret.oversight.extracts import LogExtract, Seen, log_extract_of_case
from registret.records.numbers import PatientNumber, Sex
from registret.records.patient_rights import extracts
from registret.records.patient_rights.in_words import (
    AnswerInWords,
    ChangeInWords,
    EpisodeInWords,
    RegistryExtract,
    RevisionInWords,
    StepInWords,
)
from registret.records.refusals import TooLongForPaper
from registret.records.rows import PatientRow
from registret.web import typeset
from registret.web.cases import documents, paper
from tests.pdf import read
from tests.rooms.records.scene import NOW as THEN
from tests.rooms.records.scene import TOLVAN, Ward, begun, case, handler, log, ward

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
PATIENT = PatientRow(
    id=1,
    system_id="P1",
    birth_date=date(1912, 12, 12),
    sex=Sex.MALE,
    given_name="Tolvan",
    surname="Tolvansson",
    is_protected=False,
    died_on=None,
    numbers=(PatientNumber("191212121212", "personnummer"),),
)


def log_of(rows: int, unit: str = "Infektion") -> LogExtract:
    return LogExtract(
        case_number="26RS4711",
        at=NOW,
        patient=PATIENT,
        rows=tuple(
            Seen(at=NOW + timedelta(minutes=n), unit=unit, care_provider="Norrvik", event="patient.opened")
            for n in range(rows)
        ),
    )


def registry_of(answer: str) -> RegistryExtract:
    change = ChangeInWords(question="Fråga", before=answer, after=answer)
    revision = RevisionInWords(
        number=1, act="Skrev", at=NOW, by_name="Anna", by_role="", unit="", reason="", changes=(change,)
    )
    step = StepInWords(
        code="acute",
        name="Akut vård",
        state="Utkast",
        unit="Infektion",
        signed_at=None,
        signed_by_name="",
        research_gone_at=None,
        answers=(AnswerInWords(code="a", question="Fråga", kept={"value": answer}, answer=answer),),
        computed=(),
        revisions=(revision,),
        queries=(),
        proposals=(),
    )
    episode = EpisodeInWords(
        system_id="E1",
        sub_registry="Pneumoni",
        care_provider="Norrvik",
        unit="Infektion",
        began_at=NOW,
        created_at=NOW,
        created_by_name="Anna",
        source="",
        source_id="",
        steps=(step,),
    )
    return RegistryExtract(
        case_number="26RS4711",
        at=NOW,
        patient=PATIENT,
        sex="man",
        created_at=NOW,
        looked_up_at=None,
        register_protects=False,
        numbers=(),
        merged=(),
        episodes=(episode,),
        recipients=(),
        kept=(),
    )


EXTRACTS: dict[str, Callable[[], bytes]] = {
    "registry": lambda: paper.registry_extract(registry_of("ja")),
    "log": lambda: paper.log_extract(log_of(40)),
}


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("which", EXTRACTS)
def test_an_extract_can_be_read_by_a_screen_reader(which: str, language: str) -> None:
    with override(language):
        document = read(EXTRACTS[which]())
    assert (document.standard, document.is_marked, document.untagged) == ("PDF/UA-1", True, 0)
    assert (document.language, document.shows_title) == (language, True)
    assert document.title == f"{document.heard('Title')[0]}, Infektionsregistret"
    assert document.headings[0][0] == 1
    assert document.headings_skip_no_level
    assert document.outline == tuple(text for level, text in document.headings if level == 1)
    assert document.keys.isdisjoint({"/OpenAction", "/AA", "/Names", "/AcroForm"})


@pytest.mark.parametrize("which", EXTRACTS)
def test_each_table_says_what_its_columns_are(which: str) -> None:
    tags = read(EXTRACTS[which]()).tags
    assert [tag.name for tag in tags].count("Table") >= 1
    headings = [tag for tag in tags if tag.name == "TH"]
    assert {(tag.scope, tag.of[-3:]) for tag in headings} == {("Column", ("Table", "THead", "TR"))}
    assert {tag.of[-3:] for tag in tags if tag.name == "TD"} == {("Table", "TBody", "TR")}


def test_the_registry_extract_is_read_in_its_order() -> None:
    document = read(paper.registry_extract(registry_of("ja")))
    assert document.headings == (
        (1, "Person"),
        (1, "Pneumoni, 2026-11-24"),
        (2, "Akut vård: Utkast"),
        (3, "Ändringar: Akut vård"),
        (1, "Om behandlingen"),
    )
    assert document.heard("TD") == ["Fråga", "ja", "2026-11-24 09:00", "Anna", "Skrev: Fråga", "ja", "ja"]
    assert document.heard("Lbl")[:4] == ["Namn", "Nummer", "Ärende", "Framtaget"]
    assert document.heard("LBody")[:3] == ["Tolvan Tolvansson", "19121212-1212", "26RS4711"]


def test_each_of_thousands_of_entries_is_on_the_paper() -> None:
    document = read(paper.log_extract(log_of(extracts.PAPER_ROWS)))
    assert document.pages > 60
    assert len(document.heard("TR")) == extracts.PAPER_ROWS + 1
    assert read(paper.log_extract(log_of(0))).heard("TR") == ["NärVårdenhetVårdgivareVadLäst eller ändrat"]


@pytest.mark.parametrize("answer", ["ord " * 2000, "o" * 8000, "rad\n" * 900, "", "\n", "\u2028", "ett två"])
def test_an_answer_of_any_length_is_whole(answer: str) -> None:
    document = read(paper.registry_extract(registry_of(answer)))
    cells = ["".join(cell.split()) for cell in document.heard("TD")]
    assert cells.count("".join(answer.split())) == 3, "the answer, before and after"
    assert document.pages < 60


def test_an_extract_that_takes_too_long_to_set_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typeset, "SECONDS", 0.001)
    with pytest.raises(TooLongForPaper) as no:
        paper.log_extract(log_of(7))
    assert no.value.rows == 7


@pytest.fixture(scope="module")
def here(module_db: None) -> Ward:
    return ward()


def test_what_is_too_long_for_paper_is_json_and_the_log_says_which_was_made_and_that_both_were_looked_at(
    here: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(here.anna)
    monkeypatch.setattr(extracts, "PAPER_ROWS", 0)
    greta = handler()
    for make in (extracts.registry_extract, log_extract_of_case):
        with pytest.raises(TooLongForPaper) as no:
            make(actor=greta, case=case(TOLVAN), form="pdf", at=THEN)
        assert no.value.rows > 0
    assert log("extract.made") == log("log.extract_made") == ()
    looked = log("case.opened")
    assert [(entry.by_name, entry.facts["case"]) for entry in looked] == [(greta.name, "26RS4711")] * 2
    assert {entry.about_patient_id for entry in looked} == {log("episode.begun")[0].about_patient_id}
    found = extracts.registry_extract(actor=greta, case=case(TOLVAN), form="json", at=THEN)
    assert json.loads(json.dumps(documents.registry_extract(found)))["episodes"]
    assert len(log("extract.made")) == 1


def test_rows_are_answers_and_changes() -> None:
    one = registry_of("ja")
    assert one.rows == 2
    assert replace(one, episodes=one.episodes * 3).rows == 6
