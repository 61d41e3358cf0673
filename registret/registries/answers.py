"""Answers: what a user wrote becomes a value or a fault of form, and a value becomes JSON and words again."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Final

from registret.kernel.dates import DateFault, DateLimits, DateReach, DateUnclear, read_day, read_moment
from registret.kernel.identifiers import mask_personal_numbers
from registret.kernel.sweden import SWEDEN
from registret.kernel.typed import typed
from registret.registries.forms import Question
from registret.registries.language.evaluating import Value
from registret.registries.vocabulary import Mark, Missing, VariableType, Words

MISSING_KEY: Final = "missing"

Stored = str | list[str] | dict[str, str]
"""As JSON: numbers are texts, so that no digit is lost; choices are a list; what is missing is `{"missing": why}`."""


class FormFault(StrEnum):
    """Faults of form: they stop saving."""

    NOT_A_NUMBER = "not_a_number"
    OTHER_UNIT = "other_unit"
    """A number with another unit than that of the question."""
    NOT_WHOLE = "not_whole"
    DECIMALS = "decimals"
    NOT_AS_KEPT = "not_as_kept"
    NOT_AN_OPTION = "not_an_option"
    TOO_LONG = "too_long"
    TOO_LOW = "too_low"
    TOO_HIGH = "too_high"
    NOT_YET = "not_yet"
    """The question is about a day that has not come."""
    PERSONAL_NUMBER = "personal_number"
    NOT_A_CODE = "not_a_code"
    NO_SUCH_CODE = "no_such_code"


Fault = FormFault | DateFault
"""Of a date or a time it is said what is wrong with this one."""


class AnswerBroken(Exception):
    """What was written cannot be an answer to the question."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(fault.value if isinstance(fault, FormFault) else fault.trouble.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`value` is None if `missing` says why there is none. `mark`: the true number lies below or above the value."""

    value: Value = None
    missing: Missing | None = None
    mark: Mark | None = None

    @property
    def stored(self) -> Stored:
        if self.missing is not None:
            return {MISSING_KEY: self.missing.value}
        match self.value:
            case frozenset():
                return sorted(self.value)
            case datetime() | date():
                return self.value.isoformat()
        return f"{self.mark or ''}{self.value}"


def read(
    question: Question, written: Sequence[str], *, at: datetime, arrived_at: datetime | None = None
) -> Answer | None:
    """What a form brings: one text, or several for several choices. None: nothing was answered.

    `missing:unknown` and the like are the answers of `Missing`. `arrived_at`: when the episode began, if it has.

    Raises: AnswerBroken.
    """
    texts = [text for text in (typed(one).strip() for one in written) if text]
    if not texts:
        return None
    if texts[-1].startswith(MISSING_KEY + ":"):
        return Answer(missing=_missing(question, texts[-1].partition(":")[2]))
    if question.type is VariableType.CHOICES:
        return Answer(value=frozenset(_option(question, text) for text in texts))
    if question.type is VariableType.CODES:
        each = [code for text in texts for code in re.split(r"[\s,;]+", text) if code]
        return Answer(value=frozenset(_code(question, code) for code in each)) if each else None
    mark, text = _unmarked(question, texts[0])
    return Answer(value=_one(question, text, limits_of(question, at=at, arrived_at=arrived_at)), mark=mark)


def restored(question: Question, stored: Stored) -> Answer:
    """What was kept. Raises: AnswerBroken (the form is not the one it was kept for)."""
    if isinstance(stored, dict):
        return Answer(missing=_missing(question, stored.get(MISSING_KEY, "")))
    kind = question.type
    if isinstance(stored, list) != (kind is VariableType.CHOICES or kind is VariableType.CODES):
        raise AnswerBroken(FormFault.NOT_AN_OPTION)
    if isinstance(stored, list) and kind is VariableType.CODES:
        return Answer(value=frozenset(stored))
    if isinstance(stored, list):
        return Answer(value=frozenset(_option(question, code) for code in stored))
    try:
        match kind:
            case VariableType.CHOICE:
                return Answer(value=_option(question, stored))
            case VariableType.INTEGER | VariableType.DECIMAL:
                mark, number = _unmarked(question, stored)
                return Answer(value=Decimal(number), mark=mark)
            case VariableType.DATE:
                return Answer(value=date.fromisoformat(stored))
            case VariableType.MOMENT:
                return Answer(value=datetime.fromisoformat(stored).astimezone(SWEDEN))
    except (InvalidOperation, ValueError):
        raise AnswerBroken(FormFault.NOT_AS_KEPT) from None
    return Answer(value=stored)


def written(question: Question, answer: Answer | None) -> tuple[str, ...]:
    """As a form shows it again: what `read` would take."""
    if answer is None:
        return ()
    if answer.missing is not None:
        return (f"{MISSING_KEY}:{answer.missing.value}",)
    match answer.value:
        case frozenset() if question.type is VariableType.CODES:
            return (" ".join(sorted(answer.value)),)
        case frozenset():
            return tuple(sorted(answer.value))
        case datetime():
            return (answer.value.astimezone(SWEDEN).strftime("%Y-%m-%dT%H:%M"),)
        case Decimal():
            return (f"{answer.mark or ''}{answer.value}".replace(".", ","),)
    return (str(answer.value),)


def limits_of(question: Question, *, at: datetime, arrived_at: datetime | None) -> DateLimits:
    """Which dates answer a question about a date or a time."""
    variable = question.variable
    return DateLimits(
        now=at,
        reach=DateReach.PAST if variable.not_after_now else DateReach.ANY,
        arrived_at=arrived_at,
        takes_time_alone=variable.on_arrival_day,
    )


def _one(question: Question, text: str, limits: DateLimits) -> Value:
    variable = question.variable
    try:
        match question.type:
            case VariableType.INTEGER | VariableType.DECIMAL:
                return _number(question, text)
            case VariableType.DATE:
                return read_day(text, limits)
            case VariableType.MOMENT:
                return read_moment(text, limits)
            case VariableType.CHOICE:
                return _option(question, text)
            case VariableType.CODE:
                return _code(question, text)
    except DateUnclear as unclear:
        raise AnswerBroken(unclear.fault) from None
    if len(text) > variable.longest:
        raise AnswerBroken(FormFault.TOO_LONG)
    # Who the patient is stands in one place, and free text is not it.
    if mask_personal_numbers(text) != text:
        raise AnswerBroken(FormFault.PERSONAL_NUMBER)
    return text


def _unmarked(question: Question, text: str) -> tuple[Mark | None, str]:
    """The mark before a number, if the question takes such, and what is left. `≤` of a laboratory is below."""
    marks = {"<": Mark.BELOW, "≤": Mark.BELOW, ">": Mark.ABOVE, "≥": Mark.ABOVE}
    mark = marks.get(text[:1])
    if mark is None or mark not in question.variable.marks:
        return None, text
    return mark, text[1:].removeprefix("=").strip()


def _unit_as_typed(text: str) -> str:
    """The same for all ways to type a unit: `10⁹/L`, `10^9/l` and `10 9/L`; `°C` and `c`; `µmol/L` and `umol/l`."""
    small = unicodedata.normalize("NFKC", text).casefold().replace("μ", "u")
    return re.sub(r"[\s^°\N{MIDDLE DOT}*x]", "", small)


def _without_unit(question: Question, text: str) -> str:
    """A number as it was typed, without the unit that the question itself shows.

    Raises: AnswerBroken (it has another unit).
    """
    variable = question.variable
    shown = (variable.unit.sv, variable.unit.en) if isinstance(variable.unit, Words) else (variable.unit,)
    units = {_unit_as_typed(one) for one in (*shown, variable.ucum) if one}
    for unit in sorted(units, key=len, reverse=True):
        number = _unit_as_typed(text).removesuffix(unit)
        if number != _unit_as_typed(text) and re.fullmatch(r"[-\u2212+]?[\d.,]+", number):
            return number
    if variable.unit and re.fullmatch(r"[-\u2212+]?\d[\d\s.,]*[^\W\d].*|[-\u2212+]?\d[\d\s.,]*[%°‰/].*", text):
        raise AnswerBroken(FormFault.OTHER_UNIT)
    return text


def _number(question: Question, text: str) -> Decimal:
    variable = question.variable
    text = _without_unit(question, text)
    try:
        number = Decimal(text.replace(",", ".").replace("\u2212", "-").replace(" ", "").replace("\u00a0", ""))
    except InvalidOperation:
        raise AnswerBroken(FormFault.NOT_A_NUMBER) from None
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int):  # NaN and infinity
        raise AnswerBroken(FormFault.NOT_A_NUMBER)
    # Before anything counts with it: 1e999999 is short to write.
    if number.adjusted() >= 12:
        raise AnswerBroken(FormFault.TOO_HIGH if number > 0 else FormFault.TOO_LOW)
    if exponent < -12:
        raise AnswerBroken(FormFault.NOT_WHOLE if variable.decimals == 0 else FormFault.DECIMALS)
    if number != round(number, variable.decimals):
        raise AnswerBroken(FormFault.NOT_WHOLE if variable.decimals == 0 else FormFault.DECIMALS)
    if variable.hard is not None and not variable.hard.holds(number):
        low = variable.hard.least is not None and number < variable.hard.least
        raise AnswerBroken(FormFault.TOO_LOW if low else FormFault.TOO_HIGH)
    return round(number, variable.decimals) if variable.decimals else Decimal(int(number))


def _code(question: Question, text: str) -> str:
    if question.terminology is None:
        raise AnswerBroken(FormFault.NOT_A_CODE)
    code = question.terminology.normal(text)
    fault = question.terminology.fault(code)
    if fault is not None:
        raise AnswerBroken(FormFault(fault.value))
    return code


def _option(question: Question, text: str) -> str:
    if all(option.code != text for option in question.options):
        raise AnswerBroken(FormFault.NOT_AN_OPTION)
    return text


def _missing(question: Question, text: str) -> Missing:
    if text not in question.variable.missing:
        raise AnswerBroken(FormFault.NOT_AN_OPTION)
    return Missing(text)
