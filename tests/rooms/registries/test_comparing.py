"""Two versions side by side, and what becomes of an episode's answers."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from registret.registries.answers import Answer
from registret.registries.comparing import Aspect, Difference, QuestionChange, compare, move
from registret.registries.forms import Form
from registret.registries.loading.catalogue import read
from registret.registries.queries import form_of
from registret.registries.vocabulary import Missing
from tests.rooms.registries.building import INCLUSION, REGISTER, answer, at, form, variable, write

LISTS = """
[[list]]
code = "places"
option = [{ code = "lung", label = { sv = "L", en = "L" } }, { code = "heart", label = { sv = "H", en = "H" } }]
"""
FEWER = LISTS.replace('heart"', 'spleen"')
OLD = (
    variable("pulse", "integer", 'unit = "/min"\nhard = { least = 0, most = 300 }\nmissing = ["unknown", "not_done"]')
    + variable("weight", "integer", 'unit = "kg"\nhard = { least = 0, most = 300 }')
    + variable("place", "choice", 'list = "places"')
    + variable("places", "choices", 'list = "places"')
    + variable("note", "text")
    + variable("exact", "decimal", "decimals = 2\nhard = { least = 0, most = 9 }")
    + variable("left_out", "text")
)


@pytest.fixture
def old(tmp_path: Path) -> Form:
    return form(tmp_path / "old", INCLUSION + OLD, lists=LISTS)


def newer(folder: Path, *changes: tuple[str, str], lists: str = LISTS) -> Form:
    text = INCLUSION + OLD
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    return form(folder / "new", text, lists=lists, version="2")


def of(found: tuple[Difference, ...], code: str) -> Difference:
    (one,) = (d for d in found if (d.new or d.old) and (d.new or d.old).code == code)  # type: ignore[union-attr]
    return one


def test_a_form_beside_itself_is_all_the_same() -> None:
    sepsis = form_of("sepsis", 1)
    found = compare(sepsis, sepsis)
    assert {difference.change for difference in found} == {QuestionChange.SAME}
    assert all(difference.carries for difference in found)
    assert [difference.new for difference in found] == list(sepsis.questions.values())


def test_what_is_new_and_what_is_gone(tmp_path: Path, old: Form) -> None:
    new = newer(tmp_path, ('code = "left_out"', 'code = "brought_in"'))
    found = compare(old, new)
    assert (of(found, "brought_in").change, of(found, "brought_in").old) == (QuestionChange.NEW, None)
    assert (of(found, "left_out").change, of(found, "left_out").new) == (QuestionChange.GONE, None)
    assert found[-1] is of(found, "left_out")
    assert len(found) == len(new.questions) + 1


@pytest.mark.parametrize(
    ("code", "before", "after", "aspects", "carries"),
    [
        ("pulse", 'unit = "/min"', 'unit = "/h"\nucum = "/h"', {Aspect.UNIT}, False),
        ("pulse", 'least = 0, most = 300 }\nmissing', "least = 0, most = 200 }\nmissing", {Aspect.HARD}, True),
        ("pulse", ', "not_done"]', "]", {Aspect.MISSING}, True),
        ("pulse", '"unknown", "not_done"', '"not_done", "unknown"', set(), True),
        ("place", 'list = "places"\n\n[[section.variable]]\ncode = "places"',
         'list = "places"\nrequired = true\n\n[[section.variable]]\ncode = "places"', {Aspect.REQUIRED}, True),
        ("place", 'code = "place"\ntype = "choice"', 'code = "place"\ntype = "choices"', {Aspect.TYPE}, True),
        ("places", 'code = "places"\ntype = "choices"', 'code = "places"\ntype = "choice"', {Aspect.TYPE}, False),
        ("places", '"places"\ntype = "choices"', '"places"\nshow_if = "age > 1"\ntype = "choices"',
         {Aspect.SHOWN_IF}, True),
        ("fever", '"Feber"', '"Febril"', {Aspect.LABEL}, True),
        ("exact", "decimals = 2", "decimals = 1", {Aspect.DECIMALS}, True),
        ("weight", 'type = "integer"\nlabel = { sv = "Fråga", en = "Question" }\npurpose = "why"\nunit = "kg"',
         'type = "decimal"\ndecimals = 1\nlabel = { sv = "Fråga", en = "Question" }\npurpose = "why"\nunit = "kg"',
         {Aspect.TYPE, Aspect.DECIMALS}, True),
    ],
)  # fmt: skip
def test_what_changed_is_told(
    tmp_path: Path, old: Form, code: str, before: str, after: str, aspects: set[Aspect], carries: bool
) -> None:
    new = newer(tmp_path, (before, after))
    found = compare(old, new)
    one = of(found, code)
    assert one.aspects == aspects
    assert one.carries is carries
    assert one.change is (QuestionChange.CHANGED if aspects else QuestionChange.SAME)
    assert {d.change for d in found if d is not one} == {QuestionChange.SAME}


def test_a_variable_with_a_new_name_says_what_it_was(tmp_path: Path, old: Form) -> None:
    new = newer(tmp_path, ('code = "note"', 'code = "remark"\nwas = "note"'))
    one = of(compare(old, new), "remark")
    assert one.old is not None
    assert (one.old.code, one.carries) == ("note", True)
    assert one.aspects == {Aspect.CODE}
    assert not [d for d in compare(old, new) if d.change in {QuestionChange.GONE, QuestionChange.NEW}]
    moved = move({"inclusion": {"note": answer("hej")}}, old=old, new=new)
    assert moved.answers == {"inclusion": {"remark": answer("hej")}}


ANSWERS = {
    "inclusion": {
        "arrived_at": answer(at("2026-01-01T10:00")),
        "pulse": answer(250),
        "weight": Answer(missing=Missing.UNKNOWN),
        "place": answer("heart"),
        "places": answer(frozenset({"lung", "heart"})),
        "note": answer("x" * 100),
        "exact": answer(Decimal("1.25")),
    }
}


def lost(old: Form, new: Form) -> set[str]:
    return {one.question.code for one in move(ANSWERS, old=old, new=new).lost}


def test_answers_that_fit_move_along_as_they_are(tmp_path: Path, old: Form) -> None:
    kept = {"inclusion": {code: one for code, one in ANSWERS["inclusion"].items() if code != "weight"}}
    found = move(kept, old=old, new=newer(tmp_path))
    assert (found.answers, found.lost) == (kept, ())


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        ("least = 0, most = 300 }\nmissing", "least = 0, most = 200 }\nmissing", "pulse"),
        ('unit = "/min"', 'unit = "/h"\nucum = "/h"', "pulse"),
        ("decimals = 2", "decimals = 1", "exact"),
        ('code = "note"\ntype = "text"', 'code = "note"\nlongest = 99\ntype = "text"', "note"),
        ('code = "note"\ntype = "text"', 'code = "note"\ntype = "date"', "note"),
        ('code = "note"', 'code = "no_note"', "note"),
        ('code = "places"\ntype = "choices"', 'code = "places"\ntype = "choice"', "places"),
    ],
)
def test_an_answer_that_does_not_fit_is_lost_and_said_to_be(
    tmp_path: Path, old: Form, before: str, after: str, what: str
) -> None:
    # Nothing takes a reason of "unknown" for the weight, in either version.
    assert lost(old, newer(tmp_path, (before, after))) == {"weight", what}


def test_an_option_that_is_gone_is_lost(tmp_path: Path, old: Form) -> None:
    new = newer(tmp_path, lists=FEWER)
    assert lost(old, new) == {"weight", "place", "places"}
    (one,) = [x for x in move(ANSWERS, old=old, new=new).lost if x.question.code == "place"]
    assert (one.answer, one.to) == (answer("heart"), new.questions["place"])


def test_one_choice_becomes_the_only_one_of_several(tmp_path: Path, old: Form) -> None:
    new = newer(tmp_path, ('code = "place"\ntype = "choice"', 'code = "place"\ntype = "choices"'))
    moved = move({"inclusion": {"place": answer("lung")}}, old=old, new=new)
    assert moved.answers == {"inclusion": {"place": answer(frozenset({"lung"}))}}


def test_an_answer_follows_its_variable_into_another_step(tmp_path: Path, old: Form) -> None:
    register = REGISTER.replace('["inclusion"]', '["inclusion", "acute"]')
    note = variable("note", "text")
    acute = 'name = { sv = "A", en = "A" }\n[[section]]\ncode = "a"\nname = { sv = "A", en = "A" }\n' + note
    files = {"register.toml": register, "acute.toml": acute}
    new = read(write(tmp_path / "steps", files, version="2")).forms["malaria", 2]
    assert Aspect.STEP in of(compare(old, new), "note").aspects
    assert move({"inclusion": {"note": answer("hej")}}, old=old, new=new).answers == {"acute": {"note": answer("hej")}}
