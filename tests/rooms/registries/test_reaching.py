"""What is found before a form is used: rules that nothing breaks, and outcomes that an unknown answer hides."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from django.core.management import call_command

from registret.registries.forms import Form
from registret.registries.loading.catalogue import DEFINITIONS, read
from registret.registries.loading.reaching import unreachable
from registret.registries.queries import catalogue
from tests.rooms.registries.building import INCLUSION, form, variable, write_example

FORMS = [pytest.param(form, id=f"{form.code}-{form.version}") for form in catalogue().forms.values()]


def rule(require: str, about: str) -> str:
    return f"""
[[rule]]
code = "odd"
require = '{require}'
message = {{ sv = "Stämmer det?", en = "Is that right?" }}
about = ["{about}"]
"""


def found(form: Form) -> list[tuple[str, str]]:
    return [(one.step, one.code) for one in unreachable(form)]


def changed(folder: Path, file: str, before: str, after: str) -> Path:
    """The definitions that come along, with one line of one file as it was."""
    shutil.copytree(DEFINITIONS, folder / "d")
    place = folder / "d" / file
    text = place.read_text(encoding="utf-8")
    assert text.count(before) == 1
    place.write_text(text.replace(before, after), encoding="utf-8")
    return folder / "d"


@pytest.mark.parametrize("form", FORMS)
def test_every_rule_can_fire_every_question_can_be_asked_and_no_outcome_hides(form: Form) -> None:
    assert list(unreachable(form)) == []


def test_the_rule_about_shock_without_lactate_could_never_fire(tmp_path: Path) -> None:
    now = "require = 'not (septic_shock == \"yes\") or lactate > 2'"
    then = "require = 'not (septic_shock == \"yes\") or lactate > 2 or lactate_repeat > 2'"
    folder = changed(tmp_path, "sepsis/1/acute.toml", now, then)
    assert found(read(folder).forms["sepsis", 1]) == [("acute", "shock_has_lactate")]


@pytest.mark.parametrize(
    ("file", "before", "after", "hidden"),
    [
        (
            "endokardit/1/follow_up_year.toml",
            'show_if = \'if_unknown(alive_30, "yes") != "no"\'',
            'show_if = \'discharged_to != "died" and alive_30 != "no"\'',
            "alive_365",
        ),
        (
            "pneumoni/1/follow_up.toml",
            'show_if = \'if_unknown(alive_30, "yes") != "no"\'',
            "show_if = 'alive_30 != \"no\"'",
            "alive_90",
        ),
        (
            "sepsis/1/follow_up.toml",
            'show_if = \'if_unknown(alive_28, "yes") != "no"\'',
            "show_if = 'alive_28 != \"no\"'",
            "alive_90",
        ),
        (
            "meningit/1/follow_up.toml",
            'required = true\nshow_if = \'if_unknown(discharged_to, "home") != "died"\'\n',
            "required = true\nshow_if = 'discharged_to != \"died\"'\n",
            "followed_up",
        ),
    ],
)
def test_an_outcome_that_an_unknown_answer_hides_for_good_is_found(
    tmp_path: Path, file: str, before: str, after: str, hidden: str
) -> None:
    folder = changed(tmp_path, file, before, after)
    one, *_ = unreachable(read(folder).forms[file.split("/")[0], 1])
    assert (one.code, "hides for good" in one.what) == (hidden, True)


def test_answers_that_skip_logic_keeps_apart_break_no_rule(tmp_path: Path) -> None:
    """Each of the two can be answered, and they are never answered together."""
    fever = variable("height", "integer", 'unit = "cm"\nhard = { least = 1, most = 9 }\nshow_if = \'fever == "yes"\'')
    other = variable("weight", "integer", 'unit = "kg"\nhard = { least = 1, most = 9 }\nshow_if = \'fever == "no"\'')
    assert found(form(tmp_path / "a", INCLUSION + fever + other + rule("height < weight", "weight"))) == [
        ("inclusion", "odd")
    ]
    always = other.replace("show_if = 'fever == \"no\"'", "")
    assert found(form(tmp_path / "b", INCLUSION + fever + always + rule("height < weight", "weight"))) == []


def test_a_question_that_hangs_on_what_hides_it_is_never_asked(tmp_path: Path) -> None:
    first = variable("cough", "choice", 'list = "yes_no"\nshow_if = \'fever == "yes"\'')
    later = variable("rash", "choice", 'list = "yes_no"\nshow_if = \'cough == "yes" and fever == "no"\'')
    assert found(form(tmp_path, INCLUSION + first + later)) == [("inclusion", "rash")]


def test_a_limit_that_no_number_may_reach_breaks_no_rule(tmp_path: Path) -> None:
    number = variable("height", "integer", 'unit = "cm"\nhard = { least = 1, most = 9 }')
    assert found(form(tmp_path / "a", INCLUSION + number + rule("height < 10", "height"))) == [("inclusion", "odd")]
    assert found(form(tmp_path / "b", INCLUSION + number + rule("height < 9", "height"))) == []


def test_check_definitions_says_where_it_stands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = write_example(tmp_path) / "tbe" / "1" / "course.toml"
    text = place.read_text(encoding="utf-8")
    place.write_text(text + rule("vaccine_doses < 30", "vaccine_doses"), encoding="utf-8")
    with pytest.raises(SystemExit):
        call_command("check_definitions", str(tmp_path))
    line = text.count("\n") + 4
    said = "odd can never be broken: its answers exclude each other, or are never asked together"
    assert capsys.readouterr().err.splitlines() == [f"tbe/1/course.toml, line {line}: {said}", "registret: 1 fault"]
