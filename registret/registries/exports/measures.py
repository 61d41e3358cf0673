"""Indicators for other systems: FHIR R4 `Measure`, and a row each in a code book (CSV).

Conditions stand in the expression language of the forms, which an extension of `Expression.language` names.
Sources: HL7 FHIR R4, Measure; its code systems measure-scoring, measure-population, measure-improvement-notation.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from registret.registries.exports.fhir import Json, translated
from registret.registries.indicators import Better, IndicatorType, Stratum
from registret.registries.measuring import Indicator
from registret.registries.vocabulary import Said, Words

TERMS: Final = "http://terminology.hl7.org/CodeSystem/"
_LANGUAGE: Final = "text/x-registret"
_EVERYBODY: Final = "true"
_SCORING: Final = {
    IndicatorType.SHARE: "proportion", IndicatorType.MEDIAN: "continuous-variable", IndicatorType.RATIO: "ratio",
}  # fmt: skip
_NOTATION: Final = {Better.MORE: "increase", Better.LESS: "decrease"}

MEASURE_COLUMNS: Final = (
    "sub_registry", "code", "version", "type", "name_sv", "name_en", "among_sv", "among_en", "measures_sv",
    "measures_en", "population", "outcome", "value", "unit", "better", "level_high", "level_middle", "strata",
    "expected_by", "period", "answering", "form_from", "form_until", "lag_months", "fewest_others", "fewest_public",
    "about_sv", "about_en", "reading_sv", "reading_en", "source_sv", "source_en", "is_proposed",
)  # fmt: skip
"""As in `indicators.toml`. An empty population is all episodes, an empty period the arrival."""


def as_bundle(indicators: Sequence[Indicator], *, origin: str) -> Json:
    """The indicators of a sub-registry as a Bundle of Measures. `origin`: of the site; names of ours begin with it."""
    measures = [_measure(one, f"{origin}/fhir") for one in indicators]
    entries = [{"fullUrl": one["url"], "resource": one} for one in measures]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def measure_cells(indicators: Sequence[Indicator]) -> Iterator[list[str]]:
    """The rows under `MEASURE_COLUMNS`."""
    for one in indicators:
        yield [_cell(one, name) for name in MEASURE_COLUMNS]


def _cell(indicator: Indicator, column: str) -> str:
    definition = indicator.definition
    name, _, language = column.rpartition("_")
    if language in {"sv", "en"} and name:
        said = getattr(definition, name)
        return str(getattr(said, language)) if isinstance(said, Words) else said
    match column:
        case "sub_registry":
            return indicator.sub_registry
        case "level_high" | "level_middle":
            level = getattr(definition.levels, column.removeprefix("level_"), None)
            return "" if level is None else str(level)
        case "fewest_others" | "fewest_public":
            return str(getattr(definition.fewest, column.removeprefix("fewest_")))
        case "strata" | "expected_by":
            return " ".join(getattr(definition, column))
        case "unit":
            return _swedish(definition.unit)
        case "is_proposed":
            return "yes" if definition.is_proposed else ""
    value = getattr(definition, column)
    return "" if value is None else str(getattr(value, "value", value))


def _measure(indicator: Indicator, base: str) -> Json:
    definition, form = indicator.definition, max(indicator.by_version)
    notation = _NOTATION.get(definition.better)
    return {
        "resourceType": "Measure",
        "language": "sv",
        "url": f"{base}/Measure/{indicator.sub_registry}.{indicator.code}",
        "version": str(definition.version),
        "name": "".join(part.capitalize() for part in (indicator.sub_registry + "_" + indicator.code).split("_")),
        **translated("title", definition.name),
        "status": "draft" if definition.is_proposed else "active",
        "subjectCodeableConcept": coded("http://hl7.org/fhir/resource-types", "EpisodeOfCare"),
        **translated("description", _sentence(indicator)),
        **translated("purpose", definition.about),
        **translated("guidance", definition.reading),
        "relatedArtifact": [
            {"type": "citation", "citation": _swedish(definition.source)},
            {"type": "depends-on", "resource": f"{base}/Questionnaire/{indicator.sub_registry}|{form}"},
        ],
        "scoring": coded(f"{TERMS}measure-scoring", _SCORING[definition.type]),
        **({"improvementNotation": coded(f"{TERMS}measure-improvement-notation", notation)} if notation else {}),
        "extension": [{"url": f"{base}/StructureDefinition/lag-months", "valueInteger": definition.lag_months}],
        "group": [_group(indicator)],
    }


def _group(indicator: Indicator) -> Json:
    definition = indicator.definition
    among = definition.population or _EVERYBODY
    names = ("measure-population", "measure-observation") if indicator.is_median else ("denominator", "numerator")
    group: Json = {
        "population": [
            _population("initial-population", _EVERYBODY),
            _population(names[0], among),
            _population(names[1], definition.expression),
        ]
    }
    stratifiers = [one for stratum in (*indicator.strata, *indicator.expected_by) for one in _stratifiers(stratum)]
    return group | ({"stratifier": stratifiers} if stratifiers else {})


def _stratifiers(stratum: Stratum) -> Iterator[Json]:
    """One for each group: the first whose condition holds is the group of an episode."""
    for group in stratum.group:
        told = Words(sv=f"{stratum.name.sv}: {group.label.sv}", en=f"{stratum.name.en}: {group.label.en}")
        yield {
            "code": {"text": f"{stratum.code}:{group.code}"},
            **translated("description", told),
            "criteria": _criteria(group.when),
        }


def _population(code: str, expression: str) -> Json:
    return {"code": coded(f"{TERMS}measure-population", code), "criteria": _criteria(expression)}


def _criteria(expression: str) -> Json:
    return {"language": _LANGUAGE, "expression": expression}


def coded(system: str, code: str) -> Json:
    return {"coding": [{"system": system, "code": code}]}


def _sentence(indicator: Indicator) -> Words:
    among, measures = indicator.definition.among, indicator.definition.measures
    if indicator.is_ratio:
        sv, en = (", ".join(getattr(one.name, code) for one in indicator.expected_by) for code in ("sv", "en"))
        what = f"antalet som {measures.sv}, delat med det antal som rikets andelar ger efter {sv}"
        of = f"the number who {measures.en}, divided by the number that the country's rates give by {en}"
        return Words(sv=f"Bland {among.sv}: {what}.", en=f"Among {among.en}: {of}.")
    what, of = ("medianen av", "the median of") if indicator.is_median else ("andelen som", "the share who")
    return Words(sv=f"Bland {among.sv}: {what} {measures.sv}.", en=f"Among {among.en}: {of} {measures.en}.")


def _swedish(said: Said | None) -> str:
    if said is None:
        return ""
    return said.sv if isinstance(said, Words) else said
