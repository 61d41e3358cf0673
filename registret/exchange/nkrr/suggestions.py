"""Make of what a record system says answers that a form takes: the same conversions and checks as of files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from registret.exchange.mappings.applying import apply
from registret.exchange.mappings.reading import FormMapping
from registret.exchange.nkrr.asked import asked_of
from registret.exchange.nkrr.form_data import FormData, FormElement
from registret.exchange.nkrr.moments import as_typed, is_ambiguous
from registret.exchange.readers.table import SourceRow
from registret.kernel.sweden import day_of
from registret.records.queries.steps import known_of
from registret.records.reporting.changes import read_answers
from registret.records.rows import StepPage
from registret.registries.answers import Answer
from registret.registries.assessing import assess
from registret.registries.forms import Question
from registret.registries.vocabulary import VariableType

_LONGEST_SOURCE: Final = 200
_SEVERAL: Final = {VariableType.CHOICES, VariableType.CODES}
_TIMES: Final = {VariableType.DATE, VariableType.MOMENT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """An answer to `variable` that a form would take. `written`: as it would be typed. `source`: in words of the record
    system, which may be shown. `is_ambiguous`: a time in the hour that a night in October has twice."""

    variable: str
    written: tuple[str, ...]
    answer: Answer
    source: str
    is_ambiguous: bool


def open_questions(page: StepPage) -> Mapping[str, Question]:
    """The questions of the step that can be asked for and are not answered, by the name under which they are."""
    mapping, answered = asked_of(page.form), page.answers[page.step.code]
    if mapping is None:
        return {}
    asked = {question.code: question for question in page.form_step.questions}
    left = asked.keys() - answered.keys() - page.assessment.locked.keys()
    return {column.name: asked[column.variable] for column in mapping.says.column if column.variable in left}


def usable_in(page: StepPage, data: FormData, *, at: datetime) -> tuple[tuple[Suggestion, ...], int]:
    """What can be suggested, in the order of the form, and how many answers do not fit it."""
    mapping, left = asked_of(page.form), open_questions(page)
    if mapping is None:
        return (), 0
    found: dict[tuple[str, tuple[str, ...]], Suggestion] = {}
    unusable = 0
    for element in data.elements:
        for texts in _candidates(left.get(element.query), element.answers):
            suggestion = _suggested(page, mapping, left[element.query], element, texts, at)
            unusable += suggestion is None
            if suggestion is not None:
                found.setdefault((suggestion.variable, suggestion.written), suggestion)
    shown = _shown_with(page, found.values(), at)
    order = {question.code: place for place, question in enumerate(page.form_step.questions)}
    kept = (one for one in found.values() if one.variable in shown)
    return tuple(sorted(kept, key=lambda one: (order[one.variable], one.written))), unusable


def _candidates(question: Question | None, answers: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """What may be answers: all choices together, but each number or time alone, for a person to choose from."""
    if question is None or not answers:
        return
    if question.type in _SEVERAL:
        yield answers
    else:
        yield from ((answer,) for answer in answers)


def _suggested(
    page: StepPage,
    mapping: FormMapping,
    question: Question,
    element: FormElement,
    texts: Sequence[str],
    at: datetime,
) -> Suggestion | None:
    """None: the form does not take it."""
    told = [as_typed(text) if question.type in _TIMES else text for text in texts]
    row = apply(mapping, _row(mapping, element.query, mapping.says.between.join(told)))
    answers, _ = read_answers(page.form, page.step.code, row.written, at=at, arrived_at=page.arrived_at)
    if row.undated or question.code not in answers:
        return None
    return Suggestion(
        variable=question.code,
        written=tuple(row.written[question.code]),
        answer=answers[question.code],
        source="; ".join(element.sources)[:_LONGEST_SOURCE],
        is_ambiguous=question.type is VariableType.MOMENT and is_ambiguous(told[0]),
    )


def _row(mapping: FormMapping, query: str, text: str) -> SourceRow:
    """As of a file that says this only."""
    return SourceRow(line=1, values=dict.fromkeys(mapping.says.expected, "") | {query: text})


def _shown_with(page: StepPage, found: Iterable[Suggestion], at: datetime) -> frozenset[str]:
    """The questions that are asked if these are the answers."""
    own = {one.variable: one.answer for one in found} | dict(page.answers[page.step.code])
    known = known_of(page.patient, page.episode.began_at, told_died_on=page.told_died_on)
    answers = {**page.answers, page.step.code: own}
    return frozenset(assess(page.form, page.step.code, answers=answers, patient=known, today=day_of(at)).shown)
