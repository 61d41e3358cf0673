"""*Journal X*, a record system that nobody has: how its files are read, and one of thirty patients, five wrong."""

from __future__ import annotations

import csv
import io
import json
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from registret.access.actor import Actor
from registret.demo.people.episodes import fictitious_number, sexed, told
from registret.exchange.saved_mappings import save_mapping
from registret.kernel.sweden import SWEDEN
from registret.registries.assessing import KnownOfPatient
from registret.registries.forms import Form, Question
from registret.registries.queries import form_in_force
from registret.registries.vocabulary import VariableType
from registret.words.labels import answer_missing

_STEPS: Final = ("inclusion", "acute", "discharge")
_PATIENTS: Final = 30
_STORIES: Final = 10
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_ID, _NUMBER, _EXPORTED, _WARD = "Vårdtillfälle", "Personnummer", "Uttaget", "Avdelning"
_ABBREVIATED: Final[Mapping[str, Mapping[str, str]]] = {
    "acquired": {"SAM": "community", "VRI": "health_care", "SJH": "hospital"}
}
_BETWEEN: Final = "+"
_ERRORS: Final[Mapping[int, tuple[str, str]]] = {
    6: ("pulse", "hög"),
    13: ("acquired", "okänd"),
    19: ("arrived_at", "i går 08:15"),
    25: ("pneumonia_treated", ""),
}
"""By row: which variable is written in which wrong way. One number more is wrong."""
_WRONG_NUMBER: Final = 2


def save(*, actor: Actor, at: datetime) -> None:
    """Save how the files are read, for the actor's clinic."""
    save_mapping(actor=actor, text="\n".join(_mapping(_form())) + "\n", at=at)


def file(*, now: datetime) -> bytes:
    """Thirty episodes of the last month, as CSV."""
    form, rng = _form(), random.Random(7)  # noqa: S311 - nothing secret
    out = io.StringIO()
    lines = csv.writer(out, delimiter=";")
    questions = _questions(form)
    lines.writerow([_ID, _NUMBER, _EXPORTED, _WARD, *map(_column, questions)])
    stories = [_story(form, rng, now) for _ in range(_STORIES)]
    for place in range(_PATIENTS):
        weeks, story = divmod(place, _STORIES)
        number, answers = stories[story]
        if weeks:
            # As it was for another patient some weeks before: made in no time.
            born = date(1899, rng.randint(1, 12), rng.randint(1, 28))
            number = _like(number, rng, born=born)
            answers = {code: [_before(text, weeks=weeks) for text in texts] for code, texts in answers.items()}
        cells = [
            _ERRORS[place][1] if place in _ERRORS and _ERRORS[place][0] == one.code else _cell(one, answers)
            for one in questions
        ]
        lines.writerow([f"X-{1001 + place}", _misspelt(number, place), f"{now:%Y-%m-%d %H:%M}", "31", *cells])
    return out.getvalue().encode("utf-8-sig")


def _form() -> Form:
    found = form_in_force("pneumoni")
    if found is None:
        raise LookupError("pneumonia is not open")
    return found


def _questions(form: Form) -> list[Question]:
    return [question for step in _STEPS for question in form.step(step).questions]


def _column(question: Question) -> str:
    return question.variable.label.sv


def _mapping(form: Form) -> Iterator[str]:
    yield 'source_system = "Journal X"'
    yield f'sub_registry = "{form.code}"'
    yield f"version = {form.version}"
    yield f'source_id = "{_ID}"'
    yield f'number = "{_NUMBER}"'
    yield f'exported_at = "{_EXPORTED}"'
    yield f'between = "{_BETWEEN}"'
    yield 'erase = ["RADERA"]'
    yield f'ignore = ["{_WARD}"]'
    for question in _questions(form):
        yield from ("", "[[column]]", f"name = {_quoted(_column(question))}", f'variable = "{question.code}"')
        values = dict(_ABBREVIATED.get(question.code, {}))
        values |= {answer_missing(one): f"missing:{one.value}" for one in question.variable.missing}
        if values:
            pairs = ", ".join(f"{_quoted(said)} = {_quoted(code)}" for said, code in values.items())
            yield f"values = {{ {pairs} }}"


def _story(form: Form, rng: random.Random, now: datetime) -> tuple[str, Mapping[str, Sequence[str]]]:
    """A number that nobody has, and what the three steps say."""
    came = (now - timedelta(days=rng.randint(8, 14))).astimezone(SWEDEN)
    began_at = came.replace(hour=rng.randint(6, 22), minute=rng.choice((5, 20, 40)), second=0, microsecond=0)
    born = date(1899, rng.randint(1, 12), rng.randint(1, 28))
    number = fictitious_number(rng, born=born)
    age = rng.randint(40, 90)
    patient = sexed(number, KnownOfPatient(birth_date=born, sex="unknown", died_on=None, age=age))
    found = told(form, patient=patient, began_at=began_at, at=now, rng=rng)
    return number, {code: texts for step in _STEPS for code, texts in found.written[step].items()}


def _like(number: str, rng: random.Random, *, born: date) -> str:
    """A number that nobody has, of the same sex."""
    while True:
        found = fictitious_number(rng, born=born)
        if int(found[10]) % 2 == int(number[10]) % 2:
            return found


def _before(text: str, *, weeks: int) -> str:
    """The same text, its day some weeks earlier if it begins with one."""
    if not _DAY.match(text):
        return text
    return f"{date.fromisoformat(text[:10]) - timedelta(weeks=weeks)}{text[10:]}"


def _cell(question: Question, answers: Mapping[str, Sequence[str]]) -> str:
    """What a person would have chosen in Journal X."""
    labels = {option.code: option.label.sv for option in question.options}
    labels |= {code: said for said, code in _ABBREVIATED.get(question.code, {}).items()}
    labels |= {f"missing:{one.value}": answer_missing(one) for one in question.variable.missing}
    texts = [labels.get(text, text) for text in answers.get(question.code, ())]
    between = " " if question.type is VariableType.CODES else _BETWEEN
    return between.join(texts).replace("T", " ") if question.type is VariableType.MOMENT else between.join(texts)


def _misspelt(number: str, place: int) -> str:
    last = str((int(number[-1]) + 1) % 10) if place == _WRONG_NUMBER else number[-1]
    return f"{number[:8]}-{number[8:-1]}{last}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
