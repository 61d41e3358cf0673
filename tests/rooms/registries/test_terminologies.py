"""Lists of codes as data: what is wrong with one, what a definition may name, and what a code is worth on a day."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.core.management import call_command

from registret.registries.answers import Answer
from registret.registries.answers import read as read_answer
from registret.registries.assessing import assess
from registret.registries.forms import Form
from registret.registries.loading.catalogue import DEFINITIONS, read
from registret.registries.loading.faults import DefinitionBroken
from registret.registries.queries import catalogue, form_of
from registret.registries.terminologies import CodeDoubt, CodeFault
from registret.registries.vocabulary import CodeSystem
from tests.rooms.registries.building import INCLUSION, NOBODY, at, variable, write
from tests.rooms.registries.test_definitions import coded, every_form

ICD = """\
name = { sv = "ICD-10-SE", en = "ICD-10-SE" }
source = { sv = "Ett test", en = "A test" }
valid_from = 2020-01-01
complete = true
pattern = '[A-Z][0-9]{2}(\\.[0-9])?'
dot_after = 3
looks_like = { sv = "tecken", en = "characters" }
example = "J18.9"
"""
LINES = """\
code;sv;en;from;until
J18.9;Pneumoni;Pneumonia;;
J12.8;Gammal kod;Old code;;2020-12-31
"""
DIAGNOSIS = variable("diagnosis", "code", 'system = "icd10se"')


def own_list(folder: Path, lines: str = LINES, head: str = ICD) -> Path:
    (folder / "codes").mkdir()
    (folder / "codes" / "icd10se.toml").write_text(head, encoding="utf-8")
    (folder / "codes" / "icd10se.csv").write_text(lines, encoding="utf-8")
    return folder


def faults(folder: Path, on: date | None = None) -> list[str]:
    with pytest.raises(DefinitionBroken) as broken:
        read(folder, codes_on=on)
    return [str(fault) for fault in broken.value.faults]


def test_a_code_that_the_list_lacks_is_named_with_file_and_line(tmp_path: Path) -> None:
    asked = INCLUSION + variable("pneumonia", "choice", 'list = "yes_no"\ncodes = { icd10se = "J18.7" }')
    write(tmp_path, {"inclusion.toml": asked})
    (fault,) = faults(tmp_path)
    assert fault == "malaria/1/inclusion.toml, line 27: J18.7 is not in codes/icd10se.csv"


def test_a_code_that_is_out_of_date_is_found_by_check_definitions_and_stops_no_site(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = INCLUSION + variable("pneumonia", "choice", 'list = "yes_no"\ncodes = { icd10se = "J12.8" }')
    write(own_list(tmp_path, LINES + SHARED), {"inclusion.toml": asked})
    assert faults(tmp_path, on=date(2026, 1, 1))[0].endswith("line 27: J12.8 of codes/icd10se.csv is out of date")
    assert ("malaria", 1) in read(tmp_path).forms
    with pytest.raises(SystemExit):
        call_command("check_definitions", str(tmp_path))
    assert "inclusion.toml, line 27: J12.8 of codes/icd10se.csv is out of date" in capsys.readouterr().err


SHARED = "".join(
    f"{code};Namn;Name;;\n"
    for code in sorted(catalogue().terminologies[CodeSystem.ICD10SE].concepts)
    if code not in {"J18.9", "J12.8"}
)


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("J18.9;Pneumoni", "line 2: 2 values, but there are 5 columns"),
        ("hej;Pneumoni;;;", "line 2: hej does not have the pattern of ICD-10-SE"),
        ("J18.9;;;;", "line 2: a code and its Swedish name are needed"),
        ("J18.9;Pneumoni;;2027-01-01;2026-01-01", "line 2: J18.9 ends before it begins"),
        ("J18.9;Pneumoni;;i fjol;", "line 2: Invalid isoformat string: 'i fjol'"),
    ],
)
def test_a_fault_of_a_list_is_named_with_its_line(tmp_path: Path, line: str, what: str) -> None:
    write(own_list(tmp_path, f"code;sv;en;from;until\n{line}\n"))
    assert f"codes/icd10se.csv, {what}" in faults(tmp_path)


def test_a_complete_list_takes_no_other_code_and_an_added_one_keeps_those_before(tmp_path: Path) -> None:
    write(own_list(tmp_path, LINES + SHARED), {"inclusion.toml": INCLUSION + DIAGNOSIS})
    asked = read(tmp_path).forms["malaria", 1].questions["diagnosis"]
    assert asked.terminology is not None
    assert asked.terminology.fault("S72.0") is not None
    (tmp_path / "codes" / "icd10se.toml").unlink()
    (tmp_path / "codes" / "icd10se.csv").write_text("code;sv;en;from;until\nS72.0;Fraktur;Fracture;;\n")
    asked = read(tmp_path).forms["malaria", 1].questions["diagnosis"]
    assert asked.terminology is not None
    assert (asked.terminology.name("S72.0"), asked.terminology.name("J18.9")) == ("Fraktur", "Pneumoni, ospecificerad")


def test_a_code_must_have_been_valid_when_the_episode_began(tmp_path: Path) -> None:
    write(own_list(tmp_path, LINES + SHARED), {"inclusion.toml": INCLUSION + DIAGNOSIS})
    form = read(tmp_path).forms["malaria", 1]

    def doubts(arrived: str) -> dict[str, CodeDoubt]:
        answers = {"arrived_at": Answer(value=at(arrived)), "diagnosis": Answer(value="J12.8")}
        found = assess(form, "inclusion", answers={"inclusion": answers}, patient=NOBODY)
        return dict(found.doubts.get("diagnosis", {}))

    assert doubts("2020-06-01T10:00") == {}
    assert doubts("2026-06-01T10:00") == {"J12.8": CodeDoubt.OUT_OF_DATE}


def test_several_codes_are_read_with_spaces_or_commas_between_them() -> None:
    question = form_of("endokardit", 1).questions["surgery_kva"]
    answer = read_answer(question, ["fmd00, FKD10"], at=at("2026-11-20T10:00"))
    assert answer == Answer(value=frozenset({"FMD00", "FKD10"}))


@every_form
def test_no_shipped_form_names_a_code_that_its_list_lacks(form: Form) -> None:
    known = catalogue().terminologies
    named = [(s, c) for _, codes in coded(form) for s, several in codes.items() for c in several]
    assert [(s, c) for s, c in named if s in known and c not in known[s].concepts] == []
    assert known.keys() >= {CodeSystem.ICD10SE, CodeSystem.ATC, CodeSystem.SNOMED, CodeSystem.KVA}


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("lunginflammation", "J18.9"),
        ("Lunginflammation", "J13.9"),
        ("blodförgiftning", "A41.9"),
        ("hjärnhinneinflammation", "G00.1"),
        ("rosfeber", "A46.9"),
        ("ledprotes", "T84.5"),
        ("uvi", "N39.0"),
        ("klaffprotes", "T82.6"),
        ("pneumokocker lunginflammation", "J13.9"),
        ("covid", "U07.1"),
    ],
)
def test_everyday_words_find_codes(word: str, code: str) -> None:
    icd = catalogue().terminologies[CodeSystem.ICD10SE]
    assert code in [one.code for one in icd.search(word, expected=(), on=date(2026, 11, 20), most=100)]


def test_an_everyday_word_finds_nothing_beside_its_codes() -> None:
    icd = catalogue().terminologies[CodeSystem.ICD10SE]
    found = icd.search("rosfeber", expected=(), on=date(2026, 11, 20), most=100)
    assert {one.code[:3] for one in found} == {"A46", "L03"}
    unused = [word for word in icd.about.also if not icd.search(word, expected=(), on=date(2026, 11, 20), most=1)]
    assert unused == []


def test_everyday_words_are_single_small_words_so_that_what_people_type_can_match_them(tmp_path: Path) -> None:
    write(own_list(tmp_path, head=ICD + '[also]\n"Blod Förgiftning" = ["A41"]\n'))
    assert len(faults(tmp_path)) == 1


def test_a_system_without_a_list_is_checked_by_shape_and_one_that_is_complete_needs_its_list(tmp_path: Path) -> None:
    kva = catalogue().terminologies[CodeSystem.KVA]
    assert (dict(kva.concepts), kva.fault("FMD00"), kva.fault("hej")) == ({}, None, CodeFault.NOT_A_CODE)
    write(own_list(tmp_path))
    (tmp_path / "codes" / "icd10se.csv").unlink()
    assert faults(tmp_path) == ["codes/icd10se.csv, line 1: cannot be read: FileNotFoundError"]


def test_no_list_that_comes_along_is_empty() -> None:
    files = (DEFINITIONS / "codes").glob("*.csv")
    assert [file.name for file in files if len(file.read_text(encoding="utf-8").splitlines()) < 2] == []
