"""The code book of a form as CSV: one row for each variable, option, score and rule, in the order of the form."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final

from registret.kernel.table import harmless
from registret.registries.exports.units import ucum_of
from registret.registries.forms import Form, FormRule, FormScore, FormStep, Question
from registret.registries.variables import Option
from registret.registries.vocabulary import Codes, Said, Unit, Words

COLUMNS: Final = (
    "row", "sub_registry", "version", "step", "section", "block", "variable", "code", "type", "label_sv", "label_en",
    "help_sv", "help_en", "unit", "ucum", "decimals", "marks", "hard_least", "hard_most", "usual_least", "usual_most",
    "required", "missing", "opens_after", "opens_days", "common", "system", "expected", "purpose", "expression",
    "applies_if", "level", "score_version", "value_set", "source_sv", "source_en", "snomed", "loinc", "icd10se",
    "atc", "kva",
)  # fmt: skip
"""`row`: variable, option, score or rule. `common`: an option that forms show first. `system`: where the answers of the
types code and codes come from, and `expected` where in it they usually lie. `expression`: when a variable is shown,
what a rule requires, how a score is computed; `applies_if`: for which patients. `value_set`: by which set, of the
`score_version`, a score is computed instead, for its numbers have a licence of their own. `opens_after`, `opens_days`:
a variable can be answered from so many days after that one. `source`: a citation is the same in both languages. A score
of the type `yes_no` has its two options below it."""

YES_OR_NO: Final = {"1": Words(sv="Ja", en="Yes"), "0": Words(sv="Nej", en="No")}

Row = dict[str, str]


def as_csv(form: Form) -> str:
    return table(rows(form))


def rows(form: Form) -> Iterator[Row]:
    """What a cell does not name is empty."""
    for step in form.steps:
        for row in _of_step(step):
            yield {"sub_registry": form.code, "version": str(form.version), "step": step.code} | row


def table(found: Iterable[Row]) -> str:
    """Rows of a code book, or of several, as CSV."""
    out = io.StringIO()
    lines = csv.DictWriter(out, COLUMNS, restval="", delimiter=";", lineterminator="\r\n")
    lines.writeheader()
    for row in found:
        lines.writerow({name: harmless(cell) for name, cell in row.items()})
    return out.getvalue()


def cells(form: Form) -> Iterator[list[str]]:
    """The rows under `COLUMNS`, as they are: the caller that makes a file of them neutralises formulas."""
    for row in rows(form):
        yield [row.get(name, "") for name in COLUMNS]


def _of_step(step: FormStep) -> Iterator[Row]:
    for question in step.questions:
        yield _of_question(question)
        for option in question.options:
            yield _of_option(question, option)
    for score in step.scores:
        yield _of_score(score)
        if score.is_yes_or_no:
            yield from _yes_and_no(score)
    for rule in step.rules:
        yield _of_rule(rule)


def _of_question(question: Question) -> Row:
    variable = question.variable
    limits = {"hard": variable.hard, "usual": variable.usual}
    ends = {
        f"{name}_{end}": _number(getattr(found, end) if found else None)
        for name, found in limits.items()
        for end in ("least", "most")
    }
    return {
        "row": "variable",
        "section": question.section,
        "block": question.block.value,
        "variable": question.code,
        "code": question.code,
        "type": question.type.value,
        **_words("label", variable.label),
        **_words("help", variable.help),
        **_unit(variable.unit, variable.ucum),
        "decimals": str(variable.decimals) if variable.decimals else "",
        "marks": " ".join(variable.marks),
        **ends,
        "required": "yes" if variable.required else "",
        "missing": " ".join(variable.missing),
        "opens_after": variable.opens.after if variable.opens else "",
        "opens_days": str(variable.opens.days) if variable.opens else "",
        "system": question.terminology.system.value if question.terminology else "",
        "expected": " ".join(variable.expected),
        "purpose": variable.purpose,
        "expression": question.shown_if.text if question.shown_if else "",
        **_codes(variable.codes),
    }


def _of_option(question: Question, option: Option) -> Row:
    return {
        "row": "option",
        "section": question.section,
        "block": question.block.value,
        "variable": question.code,
        "code": option.code,
        **_words("label", option.label),
        "common": "yes" if option.code in question.variable.common else "",
        **_codes(option.codes),
    }


def _of_score(score: FormScore) -> Row:
    return {
        "row": "score",
        "variable": score.code,
        "code": score.code,
        "type": "yes_no" if score.is_yes_or_no else "decimal" if score.decimals else "integer",
        **_words("label", score.name),
        **_words("help", score.help),
        **_unit(score.unit, score.ucum),
        "decimals": str(score.decimals) if score.decimals else "",
        "expression": "" if score.value_set else score.formula.text,
        "applies_if": score.applies_if.text if score.applies_if else "",
        "score_version": score.version,
        "value_set": score.value_set.code if score.value_set else "",
        **_said("source", score.source),
    }


def _yes_and_no(score: FormScore) -> Iterator[Row]:
    for code, label in YES_OR_NO.items():
        yield {"row": "option", "variable": score.code, "code": code, **_words("label", label)}


def _of_rule(rule: FormRule) -> Row:
    return {
        "row": "rule",
        "variable": " ".join(rule.about),
        "code": rule.code,
        **_words("label", rule.message),
        "expression": rule.require.text,
        "level": rule.level.value,
    }


def _words(name: str, words: Words | None) -> Row:
    return {f"{name}_sv": words.sv, f"{name}_en": words.en} if words else {}


def _said(name: str, said: Said) -> Row:
    return _words(name, said if isinstance(said, Words) else Words(sv=said, en=said))


def _unit(unit: Unit | None, ucum: str | None) -> Row:
    return {"unit": unit.sv if isinstance(unit, Words) else unit or "", "ucum": ucum_of(unit, ucum) or ""}


def _codes(codes: Codes) -> Row:
    return {system.value: " ".join(found) for system, found in codes.items()}


def _number(number: Decimal | None) -> str:
    return "" if number is None else str(number)
