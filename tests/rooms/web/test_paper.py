"""Extracts on paper: however long, every row is there and nothing runs out of its column; one too long is JSON."""

from __future__ import annotations

import json
import re
import zlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

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
from registret.web.cases import documents, paper
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


def drawn(pdf: bytes) -> str:
    """What is drawn on all pages, as PDF says it."""
    found = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    pages = []
    for stream in found:
        try:
            text = zlib.decompress(stream)
        except zlib.error:
            continue
        if b" Tj" in text:
            pages.append(text.decode("latin-1"))
    return "\n".join(pages)


def lines_of(pdf: bytes) -> int:
    return drawn(pdf).count(" Tj")


def pages_of(pdf: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b(?!s)", pdf))


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
    )
    episode = EpisodeInWords(
        system_id="E1",
        sub_registry="Pneumoni",
        care_provider="Norrvik",
        unit="Infektion",
        began_at=NOW,
        created_at=NOW,
        created_by_name="Anna",
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


def test_each_of_thousands_of_entries_is_on_the_paper_and_each_page_says_what_the_columns_are() -> None:
    few, many = paper.log_extract(log_of(1)), paper.log_extract(log_of(3001))
    pages = pages_of(many)
    assert pages > 60
    # Of each entry five texts, and of each further page five headings.
    assert lines_of(many) - lines_of(few) >= 3000 * 5 + (pages - 1) * 5
    assert paper.log_extract(log_of(0)).startswith(b"%PDF-")


@pytest.mark.parametrize("answer", ["ord " * 4000, "o" * 8000, "rad\n" * 900, "", "\n", "\u2028", "ett två"])
def test_an_answer_of_any_length_is_whole(answer: str) -> None:
    pdf = paper.registry_extract(registry_of(answer))
    letters = sum(len(text) for text in re.findall(r"\((.*?)\) Tj", drawn(pdf), re.DOTALL))
    assert letters >= 3 * len("".join(answer.split())), "in the answers, before and after"
    assert pages_of(pdf) < 60


@pytest.mark.parametrize("answer", ["ord " * 40, "o" * 300, "Infektionskliniken " * 9])
def test_no_line_runs_out_of_its_column(answer: str) -> None:
    made = paper._Paper("Utdrag", "26RS4711", NOW)
    for width in (5.0, 12.5, 48.0):
        wrapped = made._wrapped(answer, width, "")
        assert "".join("".join(line.split()) for line in wrapped) == "".join(answer.split())
        assert max(made._width(line, "") for line in wrapped) <= width + 1e-6
        assert all(wrapped)


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
