"""What a step looks like with some answers: asked, hidden, lacking, odd, broken, computed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from registret.registries.answers import Answer
from registret.registries.assessing import Assessment, KnownOfPatient, assess
from registret.registries.forms import Form
from registret.registries.loading.catalogue import read
from registret.registries.vocabulary import Missing
from tests.rooms.registries.building import INCLUSION, NOBODY, REGISTER, answer, at, form, variable, write

PULSE = """
required = true
hard = { least = 0, most = 300 }
usual = { least = 40, most = 180 }
missing = ["unknown"]
"""
MORE = (
    variable("pulse", "integer", PULSE)
    + variable("why_so_high", "text", 'required = true\nshow_if = "pulse > 180"')
    + variable("more", "text", 'show_if = "answered(why_so_high)"')
    + """
[[score]]
code = "third"
version = "1"
source = "Här"
name = { sv = "Tredjedel", en = "Third" }
decimals = 1
formula = "pulse / 3"
reading = [{ most = 20, says = { sv = "lågt", en = "low" } }, { says = { sv = "högt", en = "high" } }]

[[score]]
code = "twice"
version = "1"
source = "Här"
name = { sv = "Dubbelt", en = "Twice" }
formula = "third * 2"

[[rule]]
code = "not_dead"
require = "pulse > 0"
message = { sv = "Ingen puls.", en = "No pulse." }
about = ["pulse"]

[[rule]]
code = "not_odd"
require = "third < 40"
message = { sv = "Stämmer det?", en = "Is that right?" }
about = ["pulse"]
level = "warn"
"""
)


def score(code: str, formula: str) -> str:
    return f"""
[[score]]
code = "{code}"
version = "1"
source = "Här"
name = {{ sv = "Poäng", en = "Points" }}
formula = '''{formula}'''
"""


ARRIVED = answer(at("2026-01-01T10:00"))


@pytest.fixture
def malaria(tmp_path: Path) -> Form:
    return form(tmp_path, INCLUSION + MORE)


def of(found: Form, patient: KnownOfPatient = NOBODY, **answers: Answer) -> Assessment:
    return assess(found, "inclusion", answers={"inclusion": answers}, patient=patient)


def scores(found: Assessment) -> list[Decimal | None]:
    return [score.value for score in found.scores]


def test_an_empty_step_lacks_what_is_required_and_breaks_nothing(malaria: Form) -> None:
    found = of(malaria)
    assert found.lacking == ("arrived_at", "pulse")
    assert (found.broken, found.odd, found.unusual, scores(found)) == ((), (), frozenset(), [None, None])
    assert found.shown == {"arrived_at", "fever", "pulse"}
    assert not found.can_be_signed


def test_a_step_with_its_answers_can_be_signed(malaria: Form) -> None:
    found = of(malaria, arrived_at=ARRIVED, pulse=answer(61))
    assert found.can_be_signed
    assert scores(found) == [Decimal("20.3"), Decimal(41)]
    assert [score.reading for score in found.scores] == ["högt", ""]


def test_unknown_is_an_answer_and_nothing_is_computed_of_it(malaria: Form) -> None:
    found = of(malaria, arrived_at=ARRIVED, pulse=Answer(missing=Missing.UNKNOWN))
    assert found.can_be_signed
    assert scores(found) == [None, None]
    assert found.scores[0].reading == ""


def test_a_score_is_open_until_what_it_needs_is_answered_and_then_known_or_unknown(malaria: Form) -> None:
    def is_open(**answers: Answer) -> list[bool]:
        return [score.is_open for score in of(malaria, NOBODY, arrived_at=ARRIVED, **answers).scores]

    assert is_open() == [True, True], "also the one that is counted from the other"
    assert is_open(pulse=answer(61)) == [False, False]
    assert is_open(pulse=Answer(missing=Missing.UNKNOWN)) == [False, False]


def test_a_score_of_a_question_that_may_yet_be_asked_is_open(tmp_path: Path) -> None:
    asked = variable("days", "integer", "hard = { least = 0, most = 9 }\nshow_if = 'fever == \"yes\"'")
    found = form(tmp_path, INCLUSION + asked + score("n", "days * 2"))
    for fever, is_open in ((None, True), ("yes", True), ("no", False)):
        now = of(found, NOBODY, arrived_at=ARRIVED, **({"fever": answer(fever)} if fever else {}))
        assert [one.is_open for one in now.scores] == [is_open]


def test_a_score_of_what_is_not_asked_for_does_not_apply_and_of_what_nobody_knows_is_unknown(tmp_path: Path) -> None:
    number = 'hard = { least = 0, most = 9 }\nmissing = ["not_done", "unknown"]\n'
    asked = variable("days", "integer", number + "show_if = 'fever == \"yes\"'")
    asked += variable("more", "integer", number + "show_if = 'days > 2'")
    found = form(tmp_path, INCLUSION + asked + score("n", "days * 2") + score("m", "n * 2") + score("k", "more * 2"))
    unknown, not_done = Answer(missing=Missing.UNKNOWN), Answer(missing=Missing.NOT_DONE)

    def skipped(**answers: Answer) -> list[bool]:
        now = of(found, NOBODY, arrived_at=ARRIVED, **answers)
        return [one.is_skipped for one in now.scores]

    assert skipped() == [False] * 3, "it may yet be asked"
    assert skipped(fever=answer("no")) == [True] * 3, (
        "and what is counted from the score, or asked because of the answer"
    )
    assert skipped(fever=unknown) == [False] * 3, "nobody knows whether it should have been asked"
    assert skipped(fever=answer("yes"), days=unknown) == [False] * 3
    assert skipped(fever=answer("yes"), days=not_done) == [False, False, True]
    assert skipped(fever=answer("yes"), days=answer(1)) == [False, False, True]


def test_a_score_that_is_a_condition_is_a_yes_or_a_no_and_counts_one_or_nought(tmp_path: Path) -> None:
    found = form(tmp_path, INCLUSION + score("feverish", 'fever == "yes"') + score("twice", "feverish * 2"))
    assert [one.is_yes_or_no for one in found.scores.values()] == [True, False]
    for fever, counts in (("yes", [1, 2]), ("no", [0, 0])):
        assert scores(of(found, arrived_at=ARRIVED, fever=answer(fever))) == counts
    assert scores(of(found, arrived_at=ARRIVED)) == [None, None]


def test_a_question_that_is_shown_is_required_and_hidden_again_is_not(malaria: Form) -> None:
    high = of(malaria, arrived_at=ARRIVED, pulse=answer(200))
    assert "why_so_high" in high.shown
    assert high.lacking == ("why_so_high",)
    assert high.unusual == {"pulse"}
    assert [rule.code for rule in high.odd] == ["not_odd"]


def test_a_hidden_answer_counts_as_none(malaria: Form) -> None:
    shown = of(malaria, arrived_at=ARRIVED, pulse=answer(200), why_so_high=answer("rädd"))
    assert "more" in shown.shown
    hidden = of(malaria, arrived_at=ARRIVED, pulse=answer(100), why_so_high=answer("rädd"))
    assert hidden.shown & {"why_so_high", "more"} == set()


def test_a_broken_rule_stops_signing_and_a_warning_does_not(malaria: Form) -> None:
    broken = of(malaria, arrived_at=ARRIVED, pulse=answer(0))
    assert [rule.code for rule in broken.broken] == ["not_dead"]
    assert not broken.can_be_signed
    odd = of(malaria, arrived_at=ARRIVED, pulse=answer(150))
    assert odd.odd
    assert odd.can_be_signed


@pytest.mark.parametrize(("pulse", "third"), [(10, "3.3"), (20, "6.7"), (0, "0.0")])
def test_a_score_is_rounded_as_people_round(malaria: Form, pulse: int, third: str) -> None:
    assert str(scores(of(malaria, pulse=answer(pulse)))[0]) == third


@pytest.mark.parametrize(("number", "rounded"), [("0.05", "0.1"), ("0.25", "0.3"), ("-0.04", "0.0"), ("-0.05", "-0.1")])
def test_halves_go_up_and_nought_has_no_minus(tmp_path: Path, number: str, rounded: str) -> None:
    score = '[[score]]\ncode = "s"\nversion = "1"\nsource = "S"\nname = { sv = "S", en = "S" }\ndecimals = 1\n'
    found = form(tmp_path, INCLUSION + score + f'formula = "{number}"\n')
    assert str(scores(of(found))[0]) == rounded


def test_a_number_beyond_all_measure_is_not_known(tmp_path: Path) -> None:
    score = '[[score]]\ncode = "s"\nversion = "1"\nsource = "S"\nname = { sv = "S", en = "S" }\n'
    found = form(tmp_path, INCLUSION + score + 'formula = "1e300 * 1e300"\n')
    assert scores(of(found)) == [None]


def test_what_is_known_of_the_patient_can_be_asked_for(tmp_path: Path) -> None:
    rules = "".join(
        f'\n[[rule]]\ncode = "{code}"\nrequire = {text!r}\nmessage = {{ sv = "A", en = "B" }}\nabout = ["fever"]\n'
        for code, text in {
            "adult": "age >= 18",
            "woman": 'sex == "female"',
            "alive": "days(arrived_at, died_on) >= 0",
            "born": "days(birth_date, arrived_at) >= 0",
        }.items()
    )
    found = form(tmp_path, INCLUSION + rules)
    child = KnownOfPatient(birth_date=date(2026, 1, 2), sex="male", died_on=date(2025, 12, 31), age=3)
    assert [rule.code for rule in of(found, child, arrived_at=ARRIVED).broken] == ["adult", "woman", "alive", "born"]
    assert [rule.code for rule in of(found, arrived_at=ARRIVED).broken] == ["woman"]


def test_a_later_step_knows_the_earlier_ones_and_not_the_other_way(tmp_path: Path) -> None:
    register = REGISTER.replace('["inclusion"]', '["inclusion", "later"]')
    later = INCLUSION.replace('"arrived_at"', '"left_at"').replace('"fever"', '"still"')
    later += '\n[[order]]\ntimes = ["arrived_at", "left_at"]\n'
    later += variable("asked", "text", "show_if = 'fever == \"yes\"'")
    found = read(write(tmp_path, {"register.toml": register, "later.toml": later})).forms["malaria", 1]
    answers = {
        "inclusion": {"arrived_at": ARRIVED, "fever": answer("yes")},
        "later": {"left_at": answer(at("2025-12-31T10:00"))},
    }
    assessed = assess(found, "later", answers=answers, patient=NOBODY)
    assert "asked" in assessed.shown
    assert [rule.code for rule in assessed.broken] == ["arrived_at_before_left_at"]
    assert assess(found, "inclusion", answers=answers, patient=NOBODY).can_be_signed
    with pytest.raises(KeyError):
        assess(found, "unheard_of", answers={}, patient=NOBODY)
