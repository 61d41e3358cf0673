"""The index of EQ-5D: by the operator's value set, and without one there is none. The numbers here are no country's."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from registret.records.patient_rights.extracts import result_in_words
from registret.registries.answers import Answer
from registret.registries.assessing import assess
from registret.registries.exports.codebook import as_csv
from registret.registries.exports.questionnaire import as_questionnaire
from registret.registries.forms import Form
from registret.registries.loading.catalogue import DEFINITIONS, read
from registret.registries.loading.faults import DefinitionBroken
from registret.registries.queries import catalogue, form_of
from registret.registries.vocabulary import Missing
from registret.web.records.paper import score_on_paper
from registret.web.steps.scores import score_shown
from tests.rooms.registries.building import INCLUSION, NOBODY, REGISTER, answer, variable, write

DIMENSIONS = ("mobility", "self_care", "usual_activities", "pain", "anxiety")
HEAD = """\
code = "eq5d_test"
version = "2020"
name = { sv = "Testlandets", en = "Of the test country" }
country = "XX"
method = "TTO"
source = "A test"
licence = "None needed"
best = 0.97
"""
LESS = {"mobility": "[0.01, 0.02, 0.1, 0.2]", "pain": "[0.03, 0.03, 0.15, 0.4]"}
SCORE = """
[[score]]
code = "index"
version = "2020"
source = "A test"
name = { sv = "Index", en = "Index" }
value_set = "eq5d_test"
decimals = 3
"""
LEVELS = "levels = { " + ", ".join(f'{one} = "q_{one}"' for one in DIMENSIONS) + " }\n"
ASKED = INCLUSION + "".join(variable(f"q_{one}", "integer", "hard = { least = 1, most = 5 }") for one in DIMENSIONS)


def value_set(head: str = HEAD, less: Mapping[str, str] = LESS) -> str:
    parts = (
        f'\n[[dimension]]\ncode = "{one}"\nless = {less.get(one, "[0.0, 0.01, 0.02, 0.03]")}\n' for one in DIMENSIONS
    )
    return head + "".join(parts)


def bring(folder: Path, text: str, name: str = "eq5d_test-2020.toml") -> Path:
    (folder / "value_sets").mkdir(exist_ok=True)
    (folder / "value_sets" / name).write_text(text, encoding="utf-8")
    return folder


def with_index(folder: Path, text: str | None = None) -> Form:
    write(bring(folder, text or value_set()), {"inclusion.toml": ASKED + SCORE + LEVELS})
    return read(folder).forms["malaria", 1]


def index(form: Form, profile: str, **other: Answer) -> Decimal | None:
    answers = {f"q_{one}": answer(int(level)) for one, level in zip(DIMENSIONS, profile, strict=True)} | other
    found = assess(form, "inclusion", answers={"inclusion": answers}, patient=NOBODY)
    return next(now.value for now in found.scores if now.score.code == "index")


def faults(folder: Path) -> list[str]:
    with pytest.raises(DefinitionBroken) as broken:
        read(folder)
    return [str(fault) for fault in broken.value.faults]


@pytest.mark.parametrize(
    ("profile", "worth"),
    [
        ("11111", "0.970"),
        ("21111", "0.960"),
        ("12111", "0.970"),
        ("11131", "0.940"),
        # 0.97 - 0.01 - 0 - 0.01 - 0.4 - 0.02
        ("21354", "0.530"),
        # 0.97 - 0.2 - 0.03 - 0.03 - 0.4 - 0.03
        ("55555", "0.280"),
    ],
)
def test_each_level_takes_what_the_value_set_says_from_the_best(tmp_path: Path, profile: str, worth: str) -> None:
    assert str(index(with_index(tmp_path), profile)) == worth


@pytest.mark.parametrize(
    ("profile", "worth"), [("11111", "0.970"), ("12111", "0.870"), ("12131", "0.840"), ("55555", "-0.220")]
)
def test_what_the_worst_dimension_takes_is_taken_once_and_a_state_may_be_worse_than_death(
    tmp_path: Path, profile: str, worth: str
) -> None:
    form = with_index(tmp_path, value_set(HEAD + "worst_less = [0.1, 0.1, 0.1, 0.5]\n"))
    assert str(index(form, profile)) == worth


def test_the_order_of_the_dimensions_in_the_file_does_not_matter(tmp_path: Path) -> None:
    head, *parts = value_set().split("\n[[dimension]]\n")
    turned = "\n[[dimension]]\n".join([head, *reversed(parts)])
    assert index(with_index(tmp_path, turned), "21354") == Decimal("0.530")


@pytest.mark.parametrize("one", DIMENSIONS)
def test_there_is_no_index_as_long_as_a_dimension_is_not_known(tmp_path: Path, one: str) -> None:
    form = with_index(tmp_path)
    assert index(form, "21354", **{f"q_{one}": Answer(missing=Missing.UNKNOWN)}) is None


def test_without_the_operators_file_a_form_has_no_index(tmp_path: Path) -> None:
    write(tmp_path, {"inclusion.toml": ASKED + SCORE + LEVELS})
    assert dict(read(tmp_path).forms["malaria", 1].scores) == {}


def test_no_value_set_comes_along() -> None:
    assert list(DEFINITIONS.rglob("value_sets/*")) == []
    assert [
        score.code for form in catalogue().forms.values() for score in form.scores.values() if score.value_set
    ] == []
    assert "eq5d_index" not in form_of("meningit", 1).scores


def test_the_shipped_follow_up_takes_the_operators_set_and_stays_the_version_that_it_was(tmp_path: Path) -> None:
    """So it can be brought when episodes have been begun."""
    head = HEAD.replace("eq5d_test", "eq5d_5l_se_tto")
    form = read(DEFINITIONS, bring(tmp_path, value_set(head), "eq5d_5l_se_tto-2020.toml")).forms["meningit", 1]
    known = {f"eq5d_{one}": Decimal(level) for one, level in zip(DIMENSIONS, "21354", strict=True)}
    assert form.scores["eq5d_index"].formula.value(known) == Decimal("0.53")
    assert form.digest == form_of("meningit", 1).digest


def test_an_episode_keeps_name_and_version_of_the_set_that_its_index_was_computed_by(tmp_path: Path) -> None:
    later = HEAD.replace("2020", "2027").replace("Testlandets", "Testlandets nya").replace("0.97", "0.5")
    with_index(tmp_path)
    bring(tmp_path, value_set(later), "eq5d_test-2027.toml")
    new = ASKED + SCORE.replace("2020", "2027") + LEVELS
    write(tmp_path, {"register.toml": REGISTER, "inclusion.toml": new}, version="2")
    forms = read(tmp_path).forms
    both = [forms["malaria", 1], forms["malaria", 2]]
    assert [index(form, "11111") for form in both] == [Decimal("0.970"), Decimal("0.500")]
    named = [form.scores["index"].value_set for form in both]
    assert [(str(one.name), one.version) for one in named if one] == [
        ("Testlandets", "2020"),
        ("Testlandets nya", "2027"),
    ]
    (tmp_path / "value_sets" / "eq5d_test-2020.toml").unlink()
    (fault,) = faults(tmp_path)
    assert fault.startswith("malaria/1/inclusion.toml, line ")
    assert fault.endswith(": wants version 2020 of eq5d_test, and there is only 2027")


def test_where_the_index_is_shown_or_printed_the_set_is_named_with_its_version(tmp_path: Path) -> None:
    answers = {"inclusion": {f"q_{one}": answer(1) for one in DIMENSIONS}}
    form = with_index(tmp_path)
    (now,) = assess(form, "inclusion", answers=answers, patient=NOBODY).scores
    assert score_shown(now).source == "Värderingssystem: Testlandets, version 2020. A test"
    on_paper = "0,970, värderingssystem Testlandets, version 2020"
    assert [score_on_paper(now).lines, result_in_words(now).words] == [[on_paper], on_paper]
    (unknown,) = assess(form, "inclusion", answers={"inclusion": {}}, patient=NOBODY).scores
    assert [score_on_paper(unknown).lines, result_in_words(unknown).words] == [["–"], "–"]


def test_code_book_and_questionnaire_name_the_set_and_tell_none_of_its_numbers(tmp_path: Path) -> None:
    form = with_index(tmp_path)
    book = as_csv(form)
    (row,) = (row for row in csv.DictReader(io.StringIO(book), delimiter=";") if row["row"] == "score")
    assert (row["value_set"], row["score_version"], row["expression"]) == ("eq5d_test", "2020", "")
    asked = as_questionnaire(form, origin="https://registret.example", on=date(2027, 1, 1))
    (computed,) = (group for group in asked["item"][0]["item"] if group["linkId"] == "scores:inclusion")
    (item,) = computed["item"]
    said = {one["url"].rpartition("/")[2]: one.get("valueString") for one in item["extension"]}
    assert (said["value-set"], said["score-version"]) == ("eq5d_test", "2020")
    assert "formula" not in said
    assert "0.97" not in book + str(asked)


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


@pytest.mark.parametrize(
    ("text", "part", "what"),
    [
        (value_set(HEAD.replace('licence = "None needed"\n', "")), "code", "licence is missing"),
        (value_set(HEAD.replace("eq5d_test", "other")), "code", "is version 2020 of other, but the file is"),
        (
            value_set(HEAD + "worst_less = [0.1, 0.1, 0.1]\n"),
            "worst_less",
            "worst_less: Tuple should have at least 4 items",
        ),
        (value_set(less={"pain": "[0.2, 0.1, 0.3, 0.4]"}), '[[dimension]]\ncode = "pain"', "a worse level of pain"),
        (
            value_set(less={"pain": "[0.1, 0.2, 0.3]"}),
            "less = [0.1, 0.2, 0.3]",
            "less: Tuple should have at least 4 items",
        ),
        (value_set(less={"pain": "[-0.1, 0.2, 0.3, 0.4]"}), "less = [-0.1", "greater than or equal to 0"),
        (value_set().replace('"anxiety"', '"pain"'), "code", "dimension pain stands there twice"),
    ],
)
def test_a_faulty_value_set_is_told_with_file_and_line(tmp_path: Path, text: str, part: str, what: str) -> None:
    write(bring(tmp_path, text))
    (fault,) = faults(tmp_path)
    assert fault.startswith(f"value_sets/eq5d_test-2020.toml, line {line_of(text, part)}: ")
    assert what in fault


@pytest.mark.parametrize(
    ("score", "what"),
    [
        (SCORE + LEVELS.replace("pain =", "ache ="), "ache is not in both the levels and the dimensions of eq5d_test"),
        (SCORE + LEVELS.replace("q_pain", "q_ache"), "q_ache is not known here"),
        (SCORE, "a score has levels if it has a value_set"),
        (SCORE + LEVELS + 'formula = "1"\n', "a score has a formula or a value_set"),
    ],
)
def test_a_score_says_which_variable_is_which_dimension(tmp_path: Path, score: str, what: str) -> None:
    write(bring(tmp_path, value_set()), {"inclusion.toml": ASKED + score})
    (fault,) = faults(tmp_path)
    assert fault.startswith("malaria/1/inclusion.toml, line ")
    assert what in fault
