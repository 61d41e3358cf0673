"""Of every sub-registry that comes along: both languages, conditions that can turn out either way, units, codes."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import cache

import pytest

from registret.registries.exports.units import ucum_of
from registret.registries.forms import KINDS, KNOWN_OF_THE_PATIENT, Form
from registret.registries.language.evaluating import Value
from registret.registries.language.expressions import Expression, Name, ValueKind
from registret.registries.queries import catalogue, sub_registries
from registret.registries.variables import Option
from registret.registries.vocabulary import Block, Codes, CodeSystem, Missing, VariableType, Words
from tests.rooms.registries.building import at

FORMS = [pytest.param(form, id=f"{form.code}-{form.version}") for form in catalogue().forms.values()]
every_form = pytest.mark.parametrize("form", FORMS)

SWEDISH = re.compile(r"[åäöÅÄÖ]")
SHAPES = {
    CodeSystem.SNOMED: r"\d{6,18}",
    CodeSystem.LOINC: r"\d{1,7}-\d",
    CodeSystem.ICD10SE: r"[A-Z]\d\d(\.\d[A-Z0-9]?)?",
    CodeSystem.ATC: r"[A-Z]\d\d[A-Z]{2}\d\d",
    CodeSystem.KVA: r"[A-Z]{2,3}\d{2,3}",
}


def texts(form: Form) -> Iterator[Words]:
    yield form.register.name
    yield from form.register.purpose.values()
    for step in form.steps:
        yield step.name
        for section in step.sections:
            yield from filter(None, (section.name, section.intro))
            for question in section.questions:
                variable = question.variable
                yield from filter(None, (variable.label, variable.help, variable.error, variable.more))
                yield from (option.label for option in question.options)
                if isinstance(variable.unit, Words):
                    yield variable.unit
        for score in step.scores:
            yield from filter(None, (score.name, score.help, *(reading.says for reading in score.readings)))
            if isinstance(score.source, Words):
                yield score.source
        yield from (rule.message for rule in step.rules)


def coded(form: Form) -> Iterator[tuple[str, Codes]]:
    for question in form.questions.values():
        yield question.code, question.variable.codes
        yield from ((option.code, option.codes) for option in question.options)


def test_all_six_have_forms_also_the_two_that_are_closed() -> None:
    assert {code for code, _ in catalogue().forms} == {one.code for one in sub_registries()}
    assert len(sub_registries()) == 6


@every_form
def test_every_text_is_there_in_both_languages(form: Form) -> None:
    assert [words.en for words in texts(form) if SWEDISH.search(words.en.replace("KVÅ", ""))] == []
    # A sentence that is the same in both was not translated.
    assert [words.sv for words in texts(form) if words.sv == words.en and words.sv.count(" ") > 2] == []
    assert [words for words in texts(form) if re.search(r"  |\s$|^\s|\.\.$", words.sv + words.en)] == []


@every_form
def test_first_comes_the_inclusion_then_core_and_what_is_folded_away_last(form: Form) -> None:
    assert form.inclusion.code == "inclusion"
    assert form.inclusion.rules
    for step in form.steps:
        blocks = [section.block for section in step.sections]
        assert blocks == sorted(blocks, key=list(Block).index)
    core = [q for q in form.step("acute").questions if q.block is Block.CORE and q.shown_if is None]
    assert len(core) <= 36


@every_form
def test_what_is_folded_is_never_required_and_what_is_required_can_be_unknown_or_is_always_known(form: Form) -> None:
    required = [question for question in form.questions.values() if question.variable.required]
    assert [question.code for question in required if question.block is not Block.CORE] == []
    # What anyone who fills in a form always knows: when and where to, what includes the patient, how they followed up.
    known = {"discharged_at", "discharged_to", "followed_up"}
    answerable = [q.code for q in required if not q.variable.missing and q.step != "inclusion" and q.code not in known]
    assert answerable == []


@every_form
def test_a_number_that_is_measured_can_be_unknown(form: Form) -> None:
    numbers = [q.variable for q in form.questions.values() if KINDS[q.type] is ValueKind.NUMBER]
    assert [variable.code for variable in numbers if Missing.UNKNOWN not in variable.missing] == []


@every_form
def test_every_question_and_every_score_has_a_help(form: Form) -> None:
    assert [question.code for question in form.questions.values() if question.variable.help is None] == []
    assert [score.code for score in form.scores.values() if score.help is None] == []


@every_form
def test_what_does_not_apply_can_be_answered_so_and_the_help_says_when(form: Form) -> None:
    offered = [q.variable for q in form.questions.values() if Missing.NOT_APPLICABLE in q.variable.missing]
    assert offered
    unsaid = [one.code for one in offered if one.help is None or "Ej tillämpligt: " not in one.help.sv]
    assert unsaid == []
    assert [one.code for one in offered if one.help and "Not applicable: " not in one.help.en] == []
    said = [q.variable for q in form.questions.values() if q.variable.help and "Ej tillämpligt" in q.variable.help.sv]
    assert [variable.code for variable in said] == [variable.code for variable in offered]


@every_form
def test_what_can_be_too_low_to_measure_says_so_in_its_help(form: Form) -> None:
    offered = {q.code for q in form.questions.values() if Missing.UNMEASURABLE in q.variable.missing}
    helps = {q.code: q.variable.help for q in form.questions.values() if q.variable.help}
    assert {
        code for code, words in helps.items() if "Omätbart: " in words.sv and "Unmeasurable: " in words.en
    } == offered


@every_form
def test_help_is_short_and_says_more_than_the_label(form: Form) -> None:
    said = {q.code: q.variable.help for q in form.questions.values()} | {s.code: s.help for s in form.scores.values()}
    found = {code: words for code, words in said.items() if words is not None}
    assert {code: len(words.sv) for code, words in found.items() if len(words.sv) > 160} == {}
    assert [code for code, words in found.items() if not re.search(r"[.?]$", words.sv) or words.en[-1] != "."] == []
    labels = {q.code: q.variable.label.sv for q in form.questions.values()}
    assert [code for code, words in found.items() if words.sv.rstrip(".") == labels.get(code)] == []


# What people go through one by one: an option out of sight would be ticked more seldom.
GONE_THROUGH = {"comorbidity", "immunosuppression", "risks", "emboli", "complications", "neurological", "amb_measured"}


@every_form
def test_a_long_list_in_which_people_look_for_something_shows_the_common_ones_first(form: Form) -> None:
    several = [q for q in form.questions.values() if q.type is VariableType.CHOICES]
    folded = {q.code for q in several if q.variable.common}
    assert folded & GONE_THROUGH == set()
    assert {q.code for q in several if len(q.options) > 9} - folded <= GONE_THROUGH
    # Anyone who finds Other before the right one takes Other.
    assert [q.code for q in several if "other" in q.variable.common] == []
    assert [q.code for q in several if q.variable.common and not 4 <= len(q.variable.common) <= 8] == []


@every_form
def test_no_score_asks_people_to_read_one_as_yes(form: Form) -> None:
    assert [score.code for score in form.scores.values() if re.search(r"\b[01]\b.*(ja|nej)", score.name.sv)] == []
    flags = [s.code for s in form.scores.values() if outcomes(form, s.formula) - {None} <= {Decimal(0), Decimal(1)}]
    assert [code for code in flags if not form.scores[code].is_yes_or_no] == []


@every_form
def test_units_are_known_to_machines_too(form: Form) -> None:
    measured = [(q.variable.unit, q.variable.ucum) for q in form.questions.values()]
    computed = [(score.unit, score.ucum) for score in form.scores.values()]
    assert [unit for unit, ucum in measured + computed if unit is not None and ucum_of(unit, ucum) is None] == []


@every_form
def test_codes_have_the_shape_of_their_system(form: Form) -> None:
    found = [
        (what, system, code) for what, codes in coded(form) for system, several in codes.items() for code in several
    ]
    assert found
    assert [one for one in found if not re.fullmatch(SHAPES[one[1]], one[2])] == []
    assert [one for one in found if one[1] is CodeSystem.SNOMED and not verhoeff(one[2])] == []
    assert [one for one in found if one[1] is CodeSystem.LOINC and not mod_10(one[2])] == []


@every_form
def test_every_score_says_its_version_and_source(form: Form) -> None:
    assert form.scores
    assert [s.code for s in form.scores.values() if not (s.version and len(str(s.source)) > 10)] == []


@every_form
def test_a_source_in_one_language_is_a_citation(form: Form) -> None:
    cited = [(score.code, score.source) for score in form.scores.values() if isinstance(score.source, str)]
    assert [code for code, source in cited if not re.search(r"\b(19|20)\d\d\b", source)] == []
    assert [code for code, source in cited if re.search(r"\b(och|av|med|till|från|delat)\b", source)] == []


@every_form
def test_every_score_can_be_computed_and_says_different_things(form: Form) -> None:
    few = {code for code, score in form.scores.items() if len(outcomes(form, score.formula) - {None}) < 2}
    assert few == set()


@every_form
def test_every_option_of_a_list_is_read_by_somebody(form: Form) -> None:
    own = {question.variable.list for question in form.questions.values()}
    shared = catalogue().forms["pneumoni", 1].lists.keys() & catalogue().forms["sepsis", 1].lists.keys()
    assert form.lists.keys() - shared <= own | {None}


# --- what may come out -----------------------------------------------------------------------------------


def names(form: Form) -> dict[str, Name]:
    questions = {q.code: Name(kind=KINDS[q.type], options=options(q.options)) for q in form.questions.values()}
    return dict(KNOWN_OF_THE_PATIENT) | questions | {code: Name(kind=ValueKind.NUMBER) for code in form.scores}


def options(found: tuple[Option, ...]) -> frozenset[str] | None:
    return frozenset(option.code for option in found) or None


@cache
def numbers_in(text: str) -> tuple[Decimal, ...]:
    found = {Decimal(number) for number in re.findall(r"\d+(?:\.\d+)?", text)} | {Decimal(1), Decimal(100)}
    return tuple(number + more for number in sorted(found) for more in (Decimal("-0.5"), Decimal(0), Decimal("0.5")))


def somehow(name: Name, text: str, dice: random.Random) -> Value:
    choices = sorted(name.options or ["x"])
    match name.kind:
        case ValueKind.TEXT:
            return dice.choice(choices)
        case ValueKind.SET:
            return frozenset(dice.sample(choices, dice.choice([1, 1, min(2, len(choices))])))
        case ValueKind.NUMBER:
            return dice.choice(numbers_in(text))
        case ValueKind.DATE:
            return date(2026, 1, 1) + timedelta(days=dice.choice([0, 1, 20, 100, 1000]))
        case ValueKind.MOMENT:
            return at("2026-01-01T10:00") + timedelta(minutes=dice.choice([0, 30, 90, 3000, 30_000, 300_000]))
    return dice.random() < 0.5


def outcomes(form: Form, expression: Expression) -> set[Value]:
    dice, known = random.Random(0), names(form)
    found: set[Value] = set()
    for _ in range(400):
        told = {name: somehow(known[name], expression.text, dice) for name in expression.names}
        if "answered(" in expression.text:
            told = {name: value for name, value in told.items() if dice.random() < 0.8}
        found.add(expression.value(told))
    return found


# --- check digits ----------------------------------------------------------------------------------------


def verhoeff(code: str) -> bool:
    """The check digit of SNOMED CT: multiplication in the dihedral group of ten."""

    def times(a: int, b: int) -> int:
        if a < 5:
            return (a + b) % 5 if b < 5 else (a + b) % 5 + 5
        return (a - b) % 5 + 5 if b < 5 else (a - b) % 5

    turn = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]
    sum_ = 0
    for place, digit in enumerate(reversed(code)):
        turned = int(digit)
        for _ in range(place % 8):
            turned = turn[turned]
        sum_ = times(sum_, turned)
    return sum_ == 0


def mod_10(code: str) -> bool:
    """The check digit of LOINC (Luhn)."""
    digits, check = code.split("-")
    doubled = [int(d) * (2 if i % 2 == 0 else 1) for i, d in enumerate(reversed(digits))]
    return (sum(d // 10 + d % 10 for d in doubled) + int(check)) % 10 == 0


def test_the_check_digits_find_a_slip_of_the_pen() -> None:
    assert verhoeff("9861002")
    assert not verhoeff("9861020")
    assert mod_10("8480-6")
    assert not mod_10("8408-6")


def test_no_form_has_a_question_of_a_type_that_nothing_shows() -> None:
    used = {question.type for form in catalogue().forms.values() for question in form.questions.values()}
    assert used == set(VariableType)
