"""Read the indicators of a sub-registry, and check that each version of its form can answer them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from registret.registries.forms import Form
from registret.registries.indicators import EXPECTED, IndicatorDefinition, IndicatorsFile, IndicatorType, Stratum
from registret.registries.language.expressions import Expression, ExpressionBroken, ValueKind
from registret.registries.language.parsing import parse
from registret.registries.loading.source import DefinitionFiles
from registret.registries.measuring import Indicator, Measurement
from registret.registries.vocabulary import Block, VariableType

FILE: Final = "indicators.toml"
_MOST_GROUPS: Final = 36
"""A country has few events: spread over more groups, no rate says anything."""
_LONGEST: Final = 81
"""How long the name of a group may be in the database."""


def read_indicators(folder: Path, forms: Mapping[int, Form]) -> tuple[Indicator, ...]:
    """Read the indicators of a sub-registry, in the order of the file. `forms`: its versions.

    Raises: DefinitionBroken (among others: of an indicator that asks for what a version of the form lacks).
    """
    source = DefinitionFiles(folder)
    file = source.read(FILE, IndicatorsFile)
    found: tuple[Indicator, ...] = ()
    if file is not None:
        found = _Checking(source, file, forms).indicators()
    source.stop_if_faulty()
    return found


class _Checking:
    """Understands the indicators of one file, and notes what is wrong with them."""

    def __init__(self, source: DefinitionFiles, file: IndicatorsFile, forms: Mapping[int, Form]) -> None:
        self._source = source
        self._file = file
        self._forms = forms
        self._strata = {stratum.code: (i, stratum) for i, stratum in enumerate(file.stratum)}

    def indicators(self) -> tuple[Indicator, ...]:
        self._require_once("stratum", [stratum.code for stratum in self._file.stratum])
        self._require_once("indicator", [one.code for one in self._file.indicator])
        return tuple(self._indicator(("indicator", i), one) for i, one in enumerate(self._file.indicator))

    def _indicator(self, at: tuple[str | int, ...], one: IndicatorDefinition) -> Indicator:
        for field in ("strata", "expected_by"):
            for code in getattr(one, field):
                if code not in self._strata:
                    self._fault((*at, field), f"there is no stratum {code}")
        wanted = {v: form for v, form in self._forms.items() if one.form_from <= v <= (one.form_until or v)}
        if not wanted:
            self._fault((*at, "form_from"), "no version of the form is one that it is computed from")
        measured = {version: self._measurement(at, one, form) for version, form in sorted(wanted.items())}
        found = Indicator(
            sub_registry=next(iter(self._forms.values())).code if self._forms else "",
            definition=one,
            strata=tuple(self._strata[code][1] for code in one.strata if code in self._strata),
            expected_by=tuple(self._strata[code][1] for code in one.expected_by if code in self._strata),
            by_version={version: each for version, each in measured.items() if each is not None},
        )
        self._require_few((*at, "expected_by"), found.expected_groups)
        return found

    def _require_few(self, at: tuple[str | int, ...], groups: Sequence[str]) -> None:
        if len(groups) > _MOST_GROUPS:
            self._fault(at, f"{len(groups)} groups are too many: no more than {_MOST_GROUPS} can have a rate each")
        longest = max(groups, key=len, default="")
        if len(longest) > _LONGEST:
            self._fault(at, f"the codes of a group are too long together: {longest.removeprefix(f'{EXPECTED}:')}")

    def _measurement(self, at: tuple[str | int, ...], one: IndicatorDefinition, form: Form) -> Measurement | None:
        kind = ValueKind.TRUTH if one.outcome else ValueKind.NUMBER
        place = (*at, "outcome" if one.outcome else "value")
        outcome = self._expression(place, one.expression, form, kind)
        population = self._expression((*at, "population"), one.population, form) if one.population else None
        wanted = [code for code in (*one.strata, *one.expected_by) if code in self._strata]
        strata = {code: self._groups(*self._strata[code], form) for code in wanted}
        if outcome is None or (one.population and population is None):
            return None
        parts = [outcome, *([population] if population else [])]
        if one.expected_by:
            parts += [when for groups in strata.values() for when in groups.values()]
        steps = _steps_asked(form, frozenset().union(*(part.names for part in parts)))
        period, answering = one.period or form.anchor, one.answering or steps[-1]
        self._require_period((*at, "period"), period, form, steps)
        self._require_answering((*at, "answering"), answering, form, steps)
        return Measurement(
            population=population,
            outcome=outcome,
            period=period,
            answering=answering,
            steps=steps,
            strata=strata,
            is_expected=one.type is IndicatorType.RATIO,
        )

    def _groups(self, number: int, stratum: Stratum, form: Form) -> dict[str, Expression]:
        found = {}
        for i, group in enumerate(stratum.group):
            when = self._expression(("stratum", number, "group", i), group.when, form)
            if when is not None:
                found[group.code] = when
        return found

    def _expression(
        self, at: tuple[str | int, ...], text: str, form: Form, kind: ValueKind = ValueKind.TRUTH
    ) -> Expression | None:
        what = at[-1] if isinstance(at[-1], str) else "when"
        try:
            found = parse(text, names=form.names, kinds=(kind,), is_formula=True)
        except ExpressionBroken as broken:
            self._fault(at, f"{what}: {broken} (version {form.version} of the form)")
            return None
        for code in sorted(_all_names(form, found.names)):
            if code in form.questions and form.questions[code].block is Block.RESEARCH:
                self._fault(at, f"{what}: {code} is a research question, whose answer may be destroyed earlier")
        return found

    def _require_period(self, at: tuple[str | int, ...], code: str, form: Form, steps: tuple[str, ...]) -> None:
        """A month is always known: of a required time that is always asked for and may not be left unknown."""
        question = form.questions.get(code)
        if (
            question is None
            or question.type not in {VariableType.DATE, VariableType.MOMENT}
            or question.step not in steps
            or not question.variable.required
            or question.variable.missing
            or question.shown_if is not None
        ):
            what = f"{code} is no time that all who count have (version {form.version} of the form)"
            self._fault(at, what)

    def _require_answering(self, at: tuple[str | int, ...], answering: str, form: Form, steps: Sequence[str]) -> None:
        if answering not in steps:
            what = f"{answering} is no step that must be signed before an episode counts"
            self._fault(at, f"{what} (version {form.version} of the form)")

    def _require_once(self, what: str, codes: list[str]) -> None:
        for i, code in enumerate(codes):
            if code in codes[:i]:
                self._fault((what, i), f"{what} {code} stands there twice")

    def _fault(self, at: tuple[str | int, ...], what: str) -> None:
        self._source.fault(FILE, at, what)


def _all_names(form: Form, names: frozenset[str]) -> frozenset[str]:
    """Return the names, and those that scores among them are computed from."""
    found: set[str] = set()
    left = set(names)
    while left:
        name = left.pop()
        found.add(name)
        score = form.scores.get(name)
        if score is not None:
            asked = score.formula.names | (score.applies_if.names if score.applies_if else frozenset())
            left |= asked - found
    return frozenset(found)


def _steps_asked(form: Form, names: frozenset[str]) -> tuple[str, ...]:
    """Return the steps up to the last one that something is asked of; at least the inclusion."""
    last = 0
    for i, step in enumerate(form.steps):
        codes = {question.code for question in step.questions} | {score.code for score in step.scores}
        if codes & names:
            last = i
    return tuple(step.code for step in form.steps[: last + 1])
