"""Answers: what somebody wrote becomes a value or a fault of form, and a value becomes JSON and words again."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Final

from registret.kernel.identifiers import mask_personal_numbers
from registret.kernel.sweden import SWEDEN, day_of
from registret.kernel.typed import typed
from registret.registries.expressions import Value
from registret.registries.forms import Question
from registret.registries.schema import Missing, VariableType

MISSING_KEY: Final = "missing"
EARLIEST: Final = date(1900, 1, 1)
_DAY_AND_MONTH: Final = re.compile(r"([0-9]{1,2})/([0-9]{1,2})")

Stored = str | list[str] | dict[str, str]
"""As JSON: numbers are texts, so that no digit is lost; choices are a list; what is missing is `{"missing": why}`."""


class FormFault(StrEnum):
    """Faults of form: they stop saving."""

    NOT_A_NUMBER = "not_a_number"
    NOT_WHOLE = "not_whole"
    DECIMALS = "decimals"
    NOT_A_DATE = "not_a_date"
    NOT_A_MOMENT = "not_a_moment"
    NOT_AN_OPTION = "not_an_option"
    TOO_LONG = "too_long"
    TOO_LOW = "too_low"
    TOO_HIGH = "too_high"
    AHEAD = "ahead"
    NOT_YET = "not_yet"
    """The question is about a day that has not come."""
    PERSONAL_NUMBER = "personal_number"


_NOT_ONE: Final = {
    VariableType.INTEGER: FormFault.NOT_A_NUMBER,
    VariableType.DECIMAL: FormFault.NOT_A_NUMBER,
    VariableType.DATE: FormFault.NOT_A_DATE,
    VariableType.MOMENT: FormFault.NOT_A_MOMENT,
}


class AnswerBroken(Exception):
    """What was written cannot be an answer to the question."""

    def __init__(self, fault: FormFault) -> None:
        self.fault = fault
        super().__init__(fault.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`value` is None if `missing` says why there is none."""

    value: Value = None
    missing: Missing | None = None

    @property
    def stored(self) -> Stored:
        if self.missing is not None:
            return {MISSING_KEY: self.missing.value}
        match self.value:
            case frozenset():
                return sorted(self.value)
            case datetime() | date():
                return self.value.isoformat()
        return str(self.value)


def read(question: Question, written: Sequence[str], *, at: datetime) -> Answer | None:
    """What a form brings: one text, or several for several choices. None: nothing was answered.

    `missing:unknown` and the like are the answers of `Missing`.

    Raises: AnswerBroken.
    """
    texts = [text for text in (typed(one).strip() for one in written) if text]
    if not texts:
        return None
    if texts[-1].startswith(MISSING_KEY + ":"):
        return Answer(missing=_missing(question, texts[-1].partition(":")[2]))
    if question.type is VariableType.CHOICES:
        return Answer(value=frozenset(_option(question, text) for text in texts))
    return Answer(value=_one(question, texts[0], at))


def restored(question: Question, stored: Stored) -> Answer:
    """What was kept. Raises: AnswerBroken (the form is not the one it was kept for)."""
    if isinstance(stored, dict):
        return Answer(missing=_missing(question, stored.get(MISSING_KEY, "")))
    if isinstance(stored, list) != (question.type is VariableType.CHOICES):
        raise AnswerBroken(FormFault.NOT_AN_OPTION)
    if isinstance(stored, list):
        return Answer(value=frozenset(_option(question, code) for code in stored))
    try:
        match question.type:
            case VariableType.CHOICE:
                return Answer(value=_option(question, stored))
            case VariableType.INTEGER | VariableType.DECIMAL:
                return Answer(value=Decimal(stored))
            case VariableType.DATE:
                return Answer(value=date.fromisoformat(stored))
            case VariableType.MOMENT:
                return Answer(value=datetime.fromisoformat(stored).astimezone(SWEDEN))
    except (InvalidOperation, ValueError):
        raise AnswerBroken(_NOT_ONE[question.type]) from None
    return Answer(value=stored)


def values(answers: Mapping[str, Answer]) -> dict[str, Value]:
    """For expressions: what is missing is not known."""
    return {code: answer.value for code, answer in answers.items()}


def written(answer: Answer | None) -> tuple[str, ...]:
    """As a form shows it again: what `read` would take."""
    if answer is None:
        return ()
    if answer.missing is not None:
        return (f"{MISSING_KEY}:{answer.missing.value}",)
    match answer.value:
        case frozenset():
            return tuple(sorted(answer.value))
        case datetime():
            return (answer.value.astimezone(SWEDEN).strftime("%Y-%m-%dT%H:%M"),)
        case Decimal():
            return (str(answer.value).replace(".", ","),)
    return (str(answer.value),)


def _one(question: Question, text: str, at: datetime) -> Value:
    variable = question.variable
    today = day_of(at)
    match question.type:
        case VariableType.INTEGER | VariableType.DECIMAL:
            return _number(question, text)
        case VariableType.DATE:
            day = _date(text, today, may_lie_ahead=not variable.not_after_now)
            if variable.not_after_now and day > today:
                raise AnswerBroken(FormFault.AHEAD)
            return day
        case VariableType.MOMENT:
            moment = _moment(text, today, may_lie_ahead=not variable.not_after_now)
            if variable.not_after_now and moment > at:
                raise AnswerBroken(FormFault.AHEAD)
            return moment
        case VariableType.CHOICE:
            return _option(question, text)
    if len(text) > variable.longest:
        raise AnswerBroken(FormFault.TOO_LONG)
    # Who the patient is stands in one place, and free text is not it.
    if mask_personal_numbers(text) != text:
        raise AnswerBroken(FormFault.PERSONAL_NUMBER)
    return text


def _number(question: Question, text: str) -> Decimal:
    variable = question.variable
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


def _date(text: str, today: date, *, may_lie_ahead: bool) -> date:
    """`2026-11-25`, or without hyphens, or without the century; `25/11` is this year's, or the last one's if that day
    is still to come and may not be."""
    try:
        if match := _DAY_AND_MONTH.fullmatch(text):
            day, month = int(match[1]), int(match[2])
            on = date(today.year, month, day)
            return on if may_lie_ahead or on <= today else date(today.year - 1, month, day)
        digits = text.replace("-", "")
        if not (digits.isascii() and digits.isdigit() and len(digits) in {6, 8}):
            raise ValueError
        digits = digits if len(digits) == 8 else f"20{digits}"
        on = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise AnswerBroken(FormFault.NOT_A_DATE) from None
    if on < EARLIEST:
        raise AnswerBroken(FormFault.NOT_A_DATE)
    return on


def _moment(text: str, today: date, *, may_lie_ahead: bool) -> datetime:
    """`2026-11-25T14:05`, as browsers send it, or with a space, a dot, or no colon, as people write it; the day as in
    `_date`. Swedish time: the first, in the hour that a night in October has twice; none, in the hour that a night in
    March lacks."""
    day, _, clock = text.replace("T", " ").partition(" ")
    digits = clock.strip().replace(":", "").replace(".", "")
    try:
        if not (digits.isascii() and digits.isdigit() and len(digits) in {4, 6}):
            raise ValueError
        on = _date(day, today, may_lie_ahead=may_lie_ahead)
        moment = datetime(on.year, on.month, on.day, int(digits[:2]), int(digits[2:4]), tzinfo=SWEDEN)
        if moment.astimezone(UTC).astimezone(SWEDEN).replace(tzinfo=None) != moment.replace(tzinfo=None):
            raise ValueError
        return moment
    except (ValueError, AnswerBroken):
        raise AnswerBroken(FormFault.NOT_A_MOMENT) from None


def _option(question: Question, text: str) -> str:
    if text not in {option.code for option in question.options}:
        raise AnswerBroken(FormFault.NOT_AN_OPTION)
    return text


def _missing(question: Question, text: str) -> Missing:
    if text not in question.variable.missing:
        raise AnswerBroken(FormFault.NOT_AN_OPTION)
    return Missing(text)
