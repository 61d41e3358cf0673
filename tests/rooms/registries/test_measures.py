"""Indicators for others: FHIR Measures that an independent library understands, and a code book."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle

from registret.registries.exports.measures import MEASURE_COLUMNS, as_bundle, measure_cells
from registret.registries.indicators import Better
from registret.registries.measuring import Indicator
from registret.registries.queries import catalogue, indicators_of

ORIGIN = "https://registret.example"
TERMS = "http://terminology.hl7.org/CodeSystem/"
EVERY = [pytest.param(found, id=code) for code, found in catalogue().indicators.items() if found]
every_register = pytest.mark.parametrize("found", EVERY)


def understood(found: tuple[Indicator, ...]) -> dict[str, Any]:
    """By way of the text, as another system gets it; by the end of its name."""
    bundle: Any = Bundle.model_validate_json(json.dumps(as_bundle(found, origin=ORIGIN)))
    assert [one.fullUrl for one in bundle.entry] == [one.resource.url for one in bundle.entry]
    return {one.resource.url.rpartition(".")[2]: one.resource for one in bundle.entry}


def populations(measure: Any) -> dict[str, str]:
    (group,) = measure.group
    return {one.code.coding[0].code: one.criteria.expression for one in group.population}


def test_every_sub_registry_has_indicators() -> None:
    assert len(EVERY) == 6


@every_register
def test_another_system_understands_every_indicator(found: tuple[Indicator, ...]) -> None:
    measures = understood(found)
    assert list(measures) == [one.code for one in found]
    for one in found:
        measure = measures[one.code]
        assert measure.title == one.definition.name.sv
        assert (measure.status == "draft") == one.definition.is_proposed
        assert (measure.improvementNotation is None) == (one.definition.better is Better.NEITHER)
        assert measure.version == str(one.definition.version)


@every_register
def test_what_is_counted_is_what_the_definition_says(found: tuple[Indicator, ...]) -> None:
    for one in found:
        told = populations(understood(found)[one.code])
        of, what = ("measure-population", "measure-observation") if one.is_median else ("denominator", "numerator")
        assert told == {
            "initial-population": "true",
            of: one.definition.population or "true",
            what: one.definition.value if one.is_median else one.definition.outcome,
        }


def test_groups_are_stratifiers_with_their_conditions() -> None:
    found = indicators_of("pneumoni")
    (group,) = understood(found)["antibiotic_within_4_hours"].group
    told = {one.code.text: one.criteria.expression for one in group.stratifier}
    (indicator,) = [one for one in found if one.code == "antibiotic_within_4_hours"]
    assert told == {f"{s.code}:{g.code}": g.when for s in indicator.strata for g in s.group}
    assert len(told) > 3


def test_a_ratio_says_so_and_what_it_is_expected_by() -> None:
    measure = understood(indicators_of("pneumoni"))["died_within_30_days"]
    assert measure.scoring.coding[0].code == "ratio"
    assert "delat med det antal som rikets andelar ger efter CRB-65 vid ankomsten, ålder och kön" in measure.description
    told = [one.code.text for one in measure.group[0].stratifier]
    assert told[:4] == ["crb65:low", "crb65:middle", "crb65:high", "age:below_65"]
    (row,) = [one for one in measure_cells(indicators_of("pneumoni")) if "died_within_30_days" in one]
    assert row[MEASURE_COLUMNS.index("expected_by")] == "crb65 age sex"


def test_a_measure_depends_on_the_questionnaire_that_it_is_computed_from() -> None:
    measure = understood(indicators_of("pneumoni"))["died_within_30_days"]
    assert f"{ORIGIN}/fhir/Questionnaire/pneumoni|1" in {one.resource for one in measure.relatedArtifact}


@every_register
def test_the_code_book_has_a_row_for_each_and_says_all_that_is_set(found: tuple[Indicator, ...]) -> None:
    rows = [dict(zip(MEASURE_COLUMNS, row, strict=True)) for row in measure_cells(found)]
    assert [row["code"] for row in rows] == [one.code for one in found]
    for row, one in zip(rows, found, strict=True):
        definition = one.definition
        assert (row["name_sv"], row["name_en"]) == (definition.name.sv, definition.name.en)
        assert (row["population"], row["type"]) == (definition.population or "", definition.type.value)
        assert row["outcome"] + row["value"] == definition.expression
        assert row["lag_months"] == str(definition.lag_months)
        assert row["is_proposed"] == ("yes" if definition.is_proposed else "")
        assert "None" not in row.values()


def test_every_field_of_a_definition_stands_in_the_code_book() -> None:
    (first, *_) = indicators_of("pneumoni")
    fields = set(type(first.definition).model_fields) - {"levels", "fewest"}
    told = {column.removesuffix("_sv") for column in MEASURE_COLUMNS if not column.endswith("_en")}
    assert fields <= told
