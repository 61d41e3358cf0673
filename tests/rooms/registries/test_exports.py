"""Definitions for others: the code book, and FHIR questionnaires that an independent library understands."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from fhir.resources.R4B.questionnaire import Questionnaire
from pytest_django import Settings

from registret.registries.exports.codebook import COLUMNS, as_csv
from registret.registries.exports.questionnaire import as_questionnaire
from registret.registries.forms import Form
from registret.registries.loading.catalogue import read
from registret.registries.queries import catalogue, form_of
from registret.registries.vocabulary import RegistryState, VariableType
from tests.rooms.registries.building import BARE, INCLUSION, REGISTER, bare, form, variable, write, write_example

ORIGIN = "https://registret.example"
OURS = f"{ORIGIN}/fhir/StructureDefinition/"
HL7 = "http://hl7.org/fhir/StructureDefinition/"
DAY = date(2027, 1, 1)
FORMS = [pytest.param(found, id=found.code) for found in catalogue().forms.values()]
every_form = pytest.mark.parametrize("found", FORMS)


def rows(found: Form) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(as_csv(found)), delimiter=";"))


def understood(found: Form) -> Questionnaire:
    """By way of the text, as another system gets it."""
    text = json.dumps(as_questionnaire(found, origin=ORIGIN, on=DAY), ensure_ascii=False)
    return Questionnaire.model_validate_json(text)


def items(of: Any) -> Iterator[Any]:
    """Of the library's classes, whose fields may all be None: what is asked for in a test is there or fails it."""
    for item in of.item or []:
        yield item
        yield from items(item)


def by_link(found: Form) -> dict[str, Any]:
    return {item.linkId: item for item in items(understood(found))}


def extensions(item: Any, url: str) -> list[Any]:
    return [one for one in item.extension or [] if one.url == url]


# --- the code book -----------------------------------------------------------------------------------------


@every_form
def test_the_code_book_has_a_row_for_everything_in_order(found: Form) -> None:
    written = rows(found)
    assert [row["code"] for row in written if row["row"] == "variable"] == list(found.questions)
    assert [row["code"] for row in written if row["row"] == "score"] == list(found.scores)
    options = {(q.code, option.code) for q in found.questions.values() for option in q.options}
    options |= {(s.code, code) for s in found.scores.values() if s.is_yes_or_no for code in ("1", "0")}
    listed = [(row["variable"], row["code"]) for row in written if row["row"] == "option"]
    assert (set(listed), len(listed)) == (options, len(options))
    rules = [rule.code for step in found.steps for rule in step.rules]
    assert [row["code"] for row in written if row["row"] == "rule"] == rules
    assert {(row["sub_registry"], row["version"]) for row in written} == {(found.code, "1")}
    assert [row["block"] for row in written if row["row"] == "variable"] == [q.block for q in found.questions.values()]


def test_a_row_says_all_that_is_known_of_a_variable() -> None:
    (rate,) = [r for r in rows(form_of("pneumoni", 1)) if r["row"] == "variable" and r["code"] == "respiratory_rate"]
    assert {
        name: rate[name] for name in ("type", "label_sv", "label_en", "unit", "ucum", "hard_least", "hard_most")
    } == {
        "type": "integer",
        "label_sv": "Andningsfrekvens",
        "label_en": "Respiratory rate",
        "unit": "/min",
        "ucum": "/min",
        "hard_least": "0",
        "hard_most": "99",
    }
    assert (rate["required"], rate["missing"], rate["loinc"]) == ("yes", "not_done unknown", "9279-1")
    (score,) = [r for r in rows(form_of("pneumoni", 1)) if r["code"] == "crb65"]
    assert score["expression"].startswith("points(")
    assert score["source_sv"].endswith("(andningsfrekvens minst 30)")
    assert score["source_en"].endswith("(respiratory rate at least 30)")
    (cited,) = [r for r in rows(form_of("sepsis", 1)) if r["code"] == "qsofa"]
    assert cited["source_sv"] == cited["source_en"] == "Seymour CW et al., JAMA 2016;315:762–774"


def test_a_score_of_yes_or_no_says_what_its_numbers_mean_and_common_options_are_marked() -> None:
    written = rows(form_of("pneumoni", 1))
    (score,) = [row for row in written if row["code"] == "died_30"]
    assert (score["row"], score["type"]) == ("score", "yes_no")
    below = written[written.index(score) + 1 :][:2]
    assert [(row["variable"], row["code"], row["label_sv"], row["label_en"]) for row in below] == [
        ("died_30", "1", "Ja", "Yes"),
        ("died_30", "0", "Nej", "No"),
    ]
    common = {row["code"] for row in written if row["variable"] == "antibiotic" and row["common"] == "yes"}
    assert common == set(form_of("pneumoni", 1).questions["antibiotic"].variable.common)


def test_every_column_is_used_by_some_form_but_those_of_kva_and_of_value_sets_that_are_brought() -> None:
    used = {name for found in catalogue().forms.values() for row in rows(found) for name, cell in row.items() if cell}
    assert set(COLUMNS) - used == {"kva", "value_set"}


# --- FHIR ---------------------------------------------------------------------------------------------------


@every_form
def test_every_definition_is_a_questionnaire_with_each_question_once(found: Form) -> None:
    questionnaire = understood(found)
    assert (questionnaire.url, questionnaire.version) == (f"{ORIGIN}/fhir/Questionnaire/{found.code}", "1")
    status = "active" if found.register.state is RegistryState.OPEN else "retired"
    assert (questionnaire.status, questionnaire.subjectType) == (status, ["Patient"])
    links = [item.linkId for item in items(questionnaire)]
    assert len(links) == len(set(links))
    assert found.questions.keys() | found.scores.keys() <= set(links)
    assert [item.linkId for item in questionnaire.item or []] == [f"step:{step.code}" for step in found.steps]


@every_form
def test_types_limits_units_options_and_codes_are_those_of_the_definition(found: Form) -> None:
    links = by_link(found)
    for code, question in found.questions.items():
        item, variable = links[code], question.variable
        assert item.text == variable.label.sv
        assert bool(item.repeats) == (question.type in {VariableType.CHOICES, VariableType.CODES})
        chosen = [option.valueCoding.code for option in item.answerOption or []]
        assert chosen == [option.code for option in question.options]
        assert [coding.code for coding in item.code or []] == [c[0] for c in variable.codes.values() if len(c) == 1]
        least = extensions(item, f"{HL7}minValue")
        if variable.hard and variable.hard.least is not None:
            assert (least[0].valueInteger if item.type == "integer" else least[0].valueDecimal) == variable.hard.least
        else:
            assert least == []
        units = extensions(item, f"{HL7}questionnaire-unit")
        assert [bool(unit.valueCoding.code) for unit in units] == ([True] if variable.unit else [])
        assert len(extensions(item, f"{OURS}missing")) == len(variable.missing)
        assert bool(item.required) == (variable.required and not variable.missing)


@every_form
def test_skip_logic_is_said_once_and_refers_to_what_is_there(found: Form) -> None:
    links = by_link(found)
    for code, question in found.questions.items():
        item = links[code]
        said = [bool(item.enableWhen), bool(extensions(item, f"{OURS}shown-if"))]
        assert said.count(True) == (1 if question.shown_if else 0)
        for condition in item.enableWhen or []:
            asked = found.questions.get(condition.question)
            assert asked or condition.question in found.scores
            if condition.answerCoding:
                assert asked is not None
                assert condition.answerCoding.code in {option.code for option in asked.options}
                assert condition.answerCoding.system == links[asked.code].answerOption[0].valueCoding.system
        assert bool(item.enableBehavior) == (len(item.enableWhen or []) > 1)


ASKED = (
    variable("pressure", "integer", 'hard = { least = 20, most = 300 }\nmissing = ["unmeasurable"]')
    + variable("pulse", "integer", "hard = { least = 0, most = 300 }")
    + variable("exact", "decimal", "decimals = 1\nhard = { least = -9, most = 9 }")
    + variable("places", "choices", 'list = "yes_no"')
)
SAID: dict[str, tuple[str | None, list[tuple[str, str, object]]] | None] = {
    'fever == "yes"': (None, [("fever", "=", "yes")]),
    '"yes" != fever': ("all", [("fever", "exists", True), ("fever", "!=", "yes")]),
    'not (fever == "yes")': ("all", [("fever", "exists", True), ("fever", "!=", "yes")]),
    '"yes" not in places': ("all", [("places", "exists", True), ("places", "!=", "yes")]),
    'not ("yes" in places)': ("all", [("places", "exists", True), ("places", "!=", "yes")]),
    'pulse > 100 and fever != "yes"': (
        "all",
        [("pulse", ">", 100), ("fever", "exists", True), ("fever", "!=", "yes")],
    ),
    'fever in ("yes", "no")': ("any", [("fever", "=", "yes"), ("fever", "=", "no")]),
    '"yes" in places': (None, [("places", "=", "yes")]),
    "answered(pulse)": (None, [("pulse", "exists", True)]),
    "not answered(pulse)": (None, [("pulse", "exists", False)]),
    "pulse > 100": (None, [("pulse", ">", 100)]),
    "100 > pulse": (None, [("pulse", "<", 100)]),
    "not (pulse >= 100)": (None, [("pulse", "<", 100)]),
    "exact <= -1.5": (None, [("exact", "<=", -1.5)]),
    'pulse > 100 and fever == "yes" and answered(exact)': (
        "all",
        [("pulse", ">", 100), ("fever", "=", "yes"), ("exact", "exists", True)],
    ),
    'pulse > 100 or fever in ("yes", "no")': (
        "any",
        [("pulse", ">", 100), ("fever", "=", "yes"), ("fever", "=", "no")],
    ),
    # What it cannot say.
    'pulse > 100 or fever != "yes"': None,
    # What is too low to be measured is no answer in FHIR, and compared with a number here.
    "answered(pressure)": None,
    "pressure < 90": None,
    'pulse > 100 and fever in ("yes", "no")': None,
    'pulse > 100 and (fever == "yes" or answered(exact))': None,
    "pulse > 100.5": None,
    "age > 17": None,
    "pulse > exact": None,
    "10 < pulse < 100": None,
    "pulse + 1 > 100": None,
    "count(places) == 1": None,
    "points(pulse > 100) == 1": None,
}


@pytest.mark.parametrize("text", SAID)
def test_skip_logic_becomes_what_fhir_can_say_or_stays_as_it_is(tmp_path: Path, text: str) -> None:
    found = form(tmp_path, INCLUSION + ASKED + variable("x", "text", f"show_if = '''{text}'''"))
    item, expected = by_link(found)["x"], SAID[text]
    if expected is None:
        assert not item.enableWhen
        assert [one.valueString for one in extensions(item, f"{OURS}shown-if")] == [text]
        return
    conditions = [(one.question, one.operator, answer_of(one)) for one in item.enableWhen or []]
    assert (item.enableBehavior, conditions) == expected


def answer_of(condition: Any) -> object:
    """In the only one of its shapes that is there."""
    if condition.answerCoding:
        return condition.answerCoding.code
    shapes = (condition.answerBoolean, condition.answerInteger, condition.answerDecimal)
    (found,) = (shape for shape in shapes if shape is not None)
    return found


def test_a_score_is_read_only_with_its_formula_version_and_source() -> None:
    item = by_link(form_of("sepsis", 1))["sofa_respiration"]
    assert (item.type, item.readOnly) == ("integer", True)
    assert "53.3" in extensions(item, f"{OURS}formula")[0].valueString
    assert extensions(item, f"{OURS}score-version")[0].valueString == "1"
    assert "gränserna i kPa: 53,3" in extensions(item, f"{OURS}source")[0].valueString
    assert "the limits in kPa: 53.3" in extensions(item, f"{OURS}source-en")[0].valueString
    cited = by_link(form_of("sepsis", 1))["qsofa"]
    assert extensions(cited, f"{OURS}source")[0].valueString == "Seymour CW et al., JAMA 2016;315:762–774"
    assert extensions(cited, f"{OURS}source-en") == []


def test_a_score_of_yes_or_no_is_a_boolean() -> None:
    item = by_link(form_of("pneumoni", 1))["died_30"]
    assert (item.type, item.readOnly) == ("boolean", True)


def test_rules_stand_at_their_step_with_their_level() -> None:
    step = by_link(form_of("sepsis", 1))["step:inclusion"]
    rules = [{part.url: part for part in one.extension} for one in extensions(step, f"{OURS}rule")]
    assert rules[0]["code"].valueCode == "adult"
    assert rules[0]["require"].valueString == "age >= 18"
    assert rules[0]["level"].valueCode == "flag"
    assert rules[0]["message-en"].valueString.startswith("The patient is younger")


def test_an_answer_that_is_a_code_names_the_system_that_it_comes_from() -> None:
    questionnaire = as_questionnaire(form_of("endokardit", 1), origin=ORIGIN, on=DAY)
    sets = {one["id"]: one["compose"]["include"][0]["system"] for one in questionnaire["contained"]}
    assert sets == {"icd10se": "urn:oid:1.2.752.116.1.1.1.1.3", "kva": "urn:oid:1.2.752.116.1.3.2.1.4"}
    links = by_link(form_of("endokardit", 1))
    diagnosis, surgery = links["main_diagnosis"], links["surgery_kva"]
    assert (diagnosis.type, diagnosis.answerValueSet, bool(diagnosis.repeats)) == ("choice", "#icd10se", False)
    assert (surgery.type, surgery.answerValueSet, surgery.repeats) == ("choice", "#kva", True)
    assert [one.valueString for one in extensions(surgery, f"{OURS}expected")] == ["F"]
    (row,) = [one for one in rows(form_of("endokardit", 1)) if one["code"] == "surgery_kva"]
    assert (row["type"], row["system"], row["expected"]) == ("codes", "kva", "F")


def test_english_stands_beside_the_swedish_and_other_codes_beside_the_option() -> None:
    questionnaire = as_questionnaire(form_of("pneumoni", 1), origin=ORIGIN, on=DAY)
    assert questionnaire["title"] == "Pneumoni"
    (translation,) = questionnaire["_title"]["extension"]
    assert [part.get("valueString") for part in translation["extension"]] == [None, "Pneumonia"]
    option = by_link(form_of("pneumoni", 1))["agent"].answerOption[0]
    (same,) = extensions(option, f"{OURS}same-as")
    assert (same.valueCoding.system, same.valueCoding.code) == ("http://snomed.info/sct", "9861002")
    agents = by_link(form_of("pneumoni", 1))["agent"].answerOption
    alone = [one for one in agents if extensions(one, f"{HL7}questionnaire-optionExclusive")]
    assert [one.valueCoding.code for one in alone] == ["none_found"]


@pytest.mark.parametrize(
    ("state", "day", "status"),
    [("draft", "2027-06-01", "draft"), ("open", "2026-12-31", "draft"), ("open", "2027-06-01", "active"),
     ("open", "2028-01-01", "retired"), ("closed", "2027-06-01", "retired"), ("archived", "2027-06-01", "retired")],
)  # fmt: skip
def test_the_status_is_that_of_the_day(tmp_path: Path, state: str, day: str, status: str) -> None:
    dated = REGISTER.replace("order = 1", "order = 1\nopens = 2027-01-01\ncloses = 2027-12-31").replace(
        "open", state, 1
    )
    write(tmp_path, {"register.toml": dated})
    found = as_questionnaire(read(tmp_path).forms["malaria", 1], origin=ORIGIN, on=date.fromisoformat(day))
    assert found["status"] == status
    assert found["effectivePeriod"] == {"start": "2027-01-01", "end": "2027-12-31"}


# --- commands -----------------------------------------------------------------------------------------------


def test_check_definitions_says_a_line_for_each_version(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("check_definitions")
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(catalogue().registers) + len(catalogue().indicators)
    assert "pneumoni: 8 indicators" in lines
    native = form_of("led-nativ", 1)
    assert f"led-nativ 1: closed, 4 steps, {len(native.questions)} variables, {len(native.scores)} scores" in lines
    sepsis = form_of("sepsis", 1)
    assert f"sepsis 1: open, 4 steps, {len(sepsis.questions)} variables, {len(sepsis.scores)} scores" in lines


def test_check_definitions_looks_at_one_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("check_definitions", str(write_example(tmp_path)))
    assert capsys.readouterr().out == "tbe 1: open, 2 steps, 6 variables, 1 score\n"


def test_what_is_closed_without_forms_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("check_definitions", str(bare(tmp_path, BARE.replace("draft", "closed"), "1")))
    assert capsys.readouterr().out == "malaria 1: closed, no forms\n"


def test_check_definitions_prints_each_fault_and_ends_with_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = INCLUSION + variable("x", "text", 'show_if = "y"') + variable("fever", "text")
    write(tmp_path, {"inclusion.toml": broken})
    with pytest.raises(SystemExit) as stopped:
        call_command("check_definitions", str(tmp_path))
    assert stopped.value.code == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    first, second, count = printed.err.splitlines()
    line = broken[: broken.index("show_if")].count("\n") + 1
    assert first == f"malaria/1/inclusion.toml, line {line}: show_if: y is not known here"
    assert second.startswith("malaria/1/inclusion.toml, line ")
    assert count == "registret: 2 faults"


def test_check_definitions_takes_the_operators_folder_too(
    tmp_path: Path, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    shipped = len(catalogue().registers) + len(catalogue().indicators)
    settings.DEFINITIONS_DIR = write_example(tmp_path)
    call_command("check_definitions")
    assert capsys.readouterr().out.count("\n") == shipped + 1


def test_export_definitions_writes_a_code_book_or_a_questionnaire(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("export_definitions", "sepsis", "--as", "csv")
    assert capsys.readouterr().out == as_csv(form_of("sepsis", 1))
    call_command("export_definitions", "sepsis", "--version", "1", "--as", "fhir")
    assert Questionnaire.model_validate_json(capsys.readouterr().out).name == "Sepsis"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["malaria"], "there is no sub-registry malaria: choose among pneumoni, meningit, endokardit"),
        (["sepsis", "--version", "9"], "sepsis 9 has no forms; these versions have: 1"),
    ],
)
def test_export_definitions_says_what_there_is(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        call_command("export_definitions", *arguments, "--as", "csv")
    assert stopped.value.code == 1
    assert says in capsys.readouterr().err
