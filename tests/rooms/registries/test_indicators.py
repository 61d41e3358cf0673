"""Indicators as data: every fault with its line, and what an indicator comes to with these answers."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from registret.registries.answers import Answer
from registret.registries.assessing import KnownOfPatient, known_after_all
from registret.registries.indicators import IndicatorType
from registret.registries.loading.catalogue import DEFINITIONS, read
from registret.registries.loading.faults import DefinitionBroken
from registret.registries.measuring import CountedAs, Indicator, Measured
from registret.registries.queries import catalogue, indicators_of, sub_registries
from registret.registries.vocabulary import Missing
from tests.rooms.registries.building import INCLUSION, NOBODY, at, variable, write

SEVERE = variable("severe", "choice", 'list = "yes_no"')
WAITED = variable("hours_waited", "integer", "hard = { least = 0, most = 99 }")
FORM = INCLUSION + SEVERE + WAITED
SHARE = """\
[[stratum]]
code = "severity"
name = { sv = "Svårighet", en = "Severity" }
group = [
    { code = "severe", label = { sv = "Svår", en = "Severe" }, when = 'severe == "yes"' },
    { code = "mild", label = { sv = "Lindrig", en = "Mild" }, when = 'severe == "no"' },
]

[[indicator]]
code = "waited_little"
version = 1
type = "share"
name = { sv = "Väntade kort", en = "Waited little" }
among = { sv = "dem med feber", en = "those with fever" }
measures = { sv = "väntade högst en timme", en = "waited one hour at most" }
population = 'fever == "yes"'
outcome = "hours_waited <= 1"
better = "more"
strata = ["severity"]
lag_months = 0
about = { sv = "Därför.", en = "Because." }
reading = { sv = "Så här.", en = "Like this." }
source = "The ward"
is_proposed = true
"""
OUTCOME = 'outcome = "hours_waited <= 1"'
MEDIAN = SHARE.replace('"share"', '"median"').replace(OUTCOME, 'value = "hours_waited"\nunit = "h"')


def place(folder: Path, text: str = SHARE, *, inclusion: str = FORM, version: str = "1") -> Path:
    write(folder, {"inclusion.toml": inclusion}, version=version)
    (folder / "malaria" / "indicators.toml").write_text(text, encoding="utf-8")
    return folder


def indicator(folder: Path, text: str = SHARE) -> Indicator:
    (found,) = read(place(folder, text)).indicators["malaria"]
    return found


def faults(folder: Path) -> list[tuple[str, int, str]]:
    with pytest.raises(DefinitionBroken) as broken:
        read(folder)
    return [(fault.file, fault.line, fault.what) for fault in broken.value.faults]


def line_of(text: str, what: str) -> int:
    return text[: text.index(what)].count("\n") + 1


# --- what it comes to ---------------------------------------------------------------------------------


def measured(folder: Path, text: str = SHARE, **answers: str | int | Missing) -> Measured | None:
    found = indicator(folder, text)
    given = {code: _answer(value) for code, value in answers.items()}
    given["arrived_at"] = Answer(value=at("2026-11-20T08:15"))
    form = read(folder).forms["malaria", 1]
    return found.by_version[1].of(known_after_all(form, answers={"inclusion": given}, patient=NOBODY))


def _answer(value: str | int | Missing) -> Answer:
    if isinstance(value, Missing):
        return Answer(missing=value)
    return Answer(value=Decimal(value) if isinstance(value, int) else value)


@pytest.mark.parametrize(
    ("waited", "outcome"),
    [(1, CountedAs.REACHED), (2, CountedAs.NOT_REACHED), (Missing.UNKNOWN, CountedAs.MISSING)],
)
def test_an_outcome_is_reached_or_not_and_an_unknown_one_is_missing(
    tmp_path: Path, waited: int | Missing, outcome: CountedAs
) -> None:
    found = measured(tmp_path, fever="yes", severe="yes", hours_waited=waited)
    assert found == Measured(outcome=outcome, value=None, strata=("", "severity:severe"))


def test_who_does_not_belong_to_the_population_has_no_part_in_it(tmp_path: Path) -> None:
    assert measured(tmp_path, fever="no", hours_waited=1) is None


def test_who_perhaps_belongs_to_it_stands_outside_and_is_counted_there(tmp_path: Path) -> None:
    found = measured(tmp_path, fever=Missing.UNKNOWN, severe="yes", hours_waited=1)
    assert found == Measured(outcome=CountedAs.UNPLACED, value=None, strata=("",))


def test_the_groups_of_a_stratum_add_up_for_the_unknown_is_one_of_them(tmp_path: Path) -> None:
    found = measured(tmp_path, fever="yes", hours_waited=1)
    assert found is not None
    assert found.strata == ("", "severity:unknown")


def test_a_median_has_a_value_or_none(tmp_path: Path) -> None:
    found = measured(tmp_path / "a", MEDIAN, fever="yes", hours_waited=7)
    assert found is not None
    assert (found.outcome, found.value) == (CountedAs.VALUED, Decimal(7))
    none = measured(tmp_path / "b", MEDIAN, fever="yes")
    assert none is not None
    assert (none.outcome, none.value) == (CountedAs.MISSING, None)


# --- faults -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("population = 'fever == \"yes\"'", "population = 'chill'", "population: chill is not known here"),
        (OUTCOME, 'outcome = "hours_waited"', "outcome: is a number, and must be a truth"),
        (OUTCOME, OUTCOME.replace("1", "one"), "outcome: one is not known here"),
        (OUTCOME, 'value = "hours_waited"', "a share or a ratio has an outcome and no value"),
        ('strata = ["severity"]', 'strata = ["age"]', "there is no stratum age"),
        ("lag_months = 0", 'lag_months = 0\nperiod = "fever"', "fever is no time that all who count have"),
        ("lag_months = 0", 'lag_months = 0\nanswering = "acute"', "acute is no step that must be signed"),
        ("lag_months = 0", "lag_months = 0\nform_from = 2", "no version of the form is one"),
        ("lag_months = 0", "lag_months = 0\nfewest = { others = 4 }", "should be greater than or equal to 5"),
        ('better = "more"', 'better = "best"', "better: Input should be 'more', 'less' or 'neither'"),
        ("version = 1\n", "", "version is missing"),
        ("is_proposed = true", "is_proposed = true\nowner = 1", "owner is not a key that is known here"),
    ],
)
def test_a_fault_is_told_with_its_file(tmp_path: Path, old: str, new: str, what: str) -> None:
    text = SHARE.replace(old, new)
    assert text != SHARE
    (fault,) = faults(place(tmp_path, text))
    assert fault[0] == "malaria/indicators.toml"
    assert what in fault[2]


def test_a_fault_is_told_with_its_line(tmp_path: Path) -> None:
    text = SHARE.replace("<= 1", "<= one").replace('severe == "no"\'', 'severe == "yo"\'')
    severity, outcome = faults(place(tmp_path, text))
    assert severity[1] == line_of(text, '{ code = "mild"')
    assert outcome[1] == line_of(text, "outcome =")


def test_a_code_stands_there_once(tmp_path: Path) -> None:
    again = SHARE[SHARE.index("[[indicator]]") :]
    (fault,) = faults(place(tmp_path, f"{SHARE}\n{again}"))
    assert fault == ("malaria/indicators.toml", SHARE.count("\n") + 2, "indicator waited_little stands there twice")


def test_a_version_of_the_form_that_lacks_the_variable_is_named(tmp_path: Path) -> None:
    place(tmp_path)
    write(tmp_path, version="2")
    (fault, *_) = [f for f in faults(tmp_path) if "hours_waited" in f[2]]
    assert fault[2] == "outcome: hours_waited is not known here (version 2 of the form)"
    assert fault[1] == line_of(SHARE, "outcome =")


def test_an_indicator_may_end_with_the_version_that_had_its_variables(tmp_path: Path) -> None:
    place(tmp_path, SHARE.replace("lag_months = 0", "lag_months = 0\nform_until = 1"))
    write(tmp_path, version="2")
    (found,) = read(tmp_path).indicators["malaria"]
    assert list(found.by_version) == [1]


def test_a_research_question_cannot_be_measured_for_its_answer_may_be_destroyed(tmp_path: Path) -> None:
    research = '\n[[section]]\ncode = "study"\nname = { sv = "Studie", en = "Study" }\nblock = "research"\n'
    (fault,) = faults(place(tmp_path, inclusion=INCLUSION + SEVERE + research + WAITED))
    assert "hours_waited is a research question" in fault[2]


@pytest.mark.parametrize(
    ("better", "high", "middle"), [("more", 0.8, 0.9), ("less", 0.2, 0.1), ("more", 80, 70), ("neither", 0.9, 0.8)]
)
def test_levels_that_contradict_the_direction_are_refused(
    tmp_path: Path, better: str, high: float, middle: float
) -> None:
    text = SHARE.replace('"more"', f'"{better}"\nlevels = {{ high = {high}, middle = {middle} }}')
    (fault,) = faults(place(tmp_path, text))
    assert "level" in fault[2]


def test_indicators_of_a_sub_registry_without_forms_are_a_fault(tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    (tmp_path / "gone" / "indicators.toml").write_text(SHARE, encoding="utf-8")
    write(tmp_path)
    (fault,) = faults(tmp_path)
    assert fault[0] == "gone/indicators.toml"


def test_an_operators_file_replaces_the_one_that_comes_along(tmp_path: Path) -> None:
    own = tmp_path / "pneumoni" / "indicators.toml"
    own.parent.mkdir()
    one = SHARE.replace('fever == "yes"', 'confusion == "yes"').replace("hours_waited", "respiratory_rate")
    own.write_text(one.replace('severe == "yes"', "age >= 65").replace('severe == "no"', "age < 65"), encoding="utf-8")
    write(tmp_path)
    found = read(DEFINITIONS, tmp_path)
    assert [one.code for one in found.indicators["pneumoni"]] == ["waited_little"]
    assert [one.code for one in found.indicators["sepsis"]] == [one.code for one in indicators_of("sepsis")]


# --- those that come along ------------------------------------------------------------------------------


def test_each_sub_registry_has_indicators_and_none_invents_a_level() -> None:
    found = catalogue().indicators
    assert set(found) == {one.code for one in sub_registries()}
    every = [one for some in found.values() for one in some]
    assert [one.code for one in every if one.definition.levels] == []
    assert {one.sub_registry for one in every if not one.definition.is_proposed} == {"meningit"}
    assert [one.code for one in every if one.is_median] == ["time_to_antibiotic"]
    assert [one.code for one in every if one.is_ratio] == ["died_within_30_days", "died_within_28_days"]
    assert {one.definition.type for one in every} == set(IndicatorType)


def test_an_indicator_counts_when_the_last_step_that_it_asks_is_signed() -> None:
    steps = {one.code: one.by_version[1].steps[-1] for one in indicators_of("pneumoni")}
    assert steps.pop("died_within_30_days") == "follow_up"
    assert set(steps.values()) == {"acute"}


def test_a_death_in_hospital_counts_within_thirty_days_though_nobody_followed_up() -> None:
    form = catalogue().forms["pneumoni", 1]
    answers = {
        "inclusion": {"arrived_at": Answer(value=at("2026-11-20T08:15"))},
        "discharge": {
            "discharged_at": Answer(value=at("2026-11-23T12:00")),
            "discharged_to": Answer(value="died"),
        },
    }
    old = KnownOfPatient(birth_date=None, sex="male", died_on=None, age=90)
    (mortality,) = [one for one in indicators_of("pneumoni") if one.code == "died_within_30_days"]
    nobody_knows = mortality.by_version[1].of(known_after_all(form, answers=answers, patient=old))
    assert nobody_knows == Measured(outcome=CountedAs.UNPLACED, value=None, strata=("",)), "CRB-65 may be 1 or 4"
    answers["acute"] = {
        "confusion": Answer(value="yes"),
        "respiratory_rate": Answer(value=Decimal(32)),
        "systolic": Answer(value=Decimal(120)),
        "diastolic": Answer(value=Decimal(80)),
    }
    found = mortality.by_version[1].of(known_after_all(form, answers=answers, patient=old))
    assert found == Measured(outcome=CountedAs.REACHED, value=None, strata=("", "expected:high.from_80.male")), (
        "one group of all three strata"
    )


RATIO = (
    SHARE.replace('"share"', '"ratio"')
    .replace('strata = ["severity"]', 'expected_by = ["severity", "sex"]')
    .replace(
        "[[indicator]]",
        """[[stratum]]
code = "sex"
name = { sv = "Kön", en = "Sex" }
group = [
    { code = "female", label = { sv = "Kvinnor", en = "Women" }, when = 'sex == "female"' },
    { code = "male", label = { sv = "Män", en = "Men" }, when = 'sex == "male"' },
]

[[indicator]]""",
    )
)


def test_a_ratio_counts_in_one_group_of_all_its_strata(tmp_path: Path) -> None:
    found = indicator(tmp_path, RATIO)
    assert found.is_ratio
    assert not found.may_be_public
    assert found.strata == ()
    assert found.expected_groups == [
        "expected:severe.female", "expected:severe.male", "expected:mild.female", "expected:mild.male",
    ]  # fmt: skip


MANY = "\n".join(
    f'    {{ code = "g{number}", label = {{ sv = "-", en = "-" }}, when = "hours_waited == {number}" }},'
    for number in range(19)
)


@pytest.mark.parametrize(
    ("old", "new", "what", "line"),
    [
        ('expected_by = ["severity", "sex"]\n', "", "a ratio has expected_by", "[[indicator]]"),
        ('"ratio"', '"share"', "a ratio has expected_by, and no other indicator has", "[[indicator]]"),
        ('"severity", "sex"]', '"severity", "age"]', "there is no stratum age", "expected_by"),
        ("lag_months", 'strata = ["sex"]\nlag_months', "a ratio has no strata beside expected_by", "[[indicator]]"),
        ("lag_months", "levels = { high = 1 }\nlag_months", "a ratio is compared with what was", "[[indicator]]"),
        ('code = "severity"', 'code = "expected"', "expected is the name of the groups of a ratio", "[[stratum]]"),
        ("group = [\n    { code = \"severe\"", f"group = [\n{MANY}\n    {{ code = \"severe\"",
         "42 groups are too many", "expected_by"),
    ],
)  # fmt: skip
def test_a_fault_of_a_ratio_is_told_with_its_line(tmp_path: Path, old: str, new: str, what: str, line: str) -> None:
    text = RATIO.replace(old, new, 1)
    assert text != RATIO
    (fault,) = faults(place(tmp_path, text))
    assert what in fault[2]
    assert fault[1] == line_of(text, line)


def test_lactate_at_an_unknown_time_has_no_outcome_and_the_text_says_so() -> None:
    found = next(one for one in indicators_of("sepsis") if one.code == "lactate_within_1_hour")
    outcome = found.by_version[1].outcome
    known = {"lactate": Decimal(2), "minutes_to_lactate": Decimal(45)}
    assert [outcome.value(known), outcome.value({"lactate": Decimal(2)}), outcome.value({})] == [True, None, False]
    assert "Är bara tiden okänd saknas utfallet." in str(found.definition.reading)
