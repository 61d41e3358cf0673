"""What a step looks like with these answers: what is asked, what scores come to, what is wrong, odd or lacking.

Three levels. Faults of form never get so far: `answers.read` refuses them, and they are not saved. Broken rules are
saved and flagged, and stop signing. Unusual values only warn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from enum import Enum, auto
from functools import cache
from itertools import dropwhile
from typing import Final

from registret.kernel.sweden import day_of
from registret.registries.answers import Answer
from registret.registries.forms import Form, FormRule, FormScore, FormStep, Question
from registret.registries.language.between import ANY, Between, TooLow
from registret.registries.language.evaluating import Known, Value
from registret.registries.terminologies import CodeDoubt
from registret.registries.vocabulary import Missing, RuleLevel, Words


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownOfPatient:
    """`age`: whole years when the episode began. `died_on`: by the population register; `told_died_on`: by another
    episode of the patient."""

    birth_date: date | None
    sex: str
    died_on: date | None
    age: int | None
    told_died_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreNow:
    """`value` is None if an answer that it needs is not known. `is_open`: because that answer has not been given yet;
    if it was given as unknown, the value stays unknown. `is_skipped`: because it is not asked for of this patient, or
    the score does not apply. `is_backwards`: because a time ends before it starts. `read_as`: what the value means."""

    score: FormScore
    value: Decimal | None
    is_open: bool
    is_skipped: bool = False
    is_backwards: bool = False
    read_as: Words | None = None

    @property
    def reading(self) -> str:
        """What the value means; empty if it is not known."""
        return str(self.read_as or "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """Of one step. `shown`: codes of its questions that are asked now; `lacking`: of those that must be answered and
    are not; `unusual`: of those whose value is odd; `doubts`: of codes that should be looked at again, and which;
    `broken`: rules that do not hold. `locked`: of questions that are about a day that has not come, with that day;
    None: the time that it is counted from is not answered. `death`: whether the step says that the patient has died,
    and `died_on` when. `may_be_asked`: of questions that are not asked now, but will be if one not yet answered says
    so."""

    shown: frozenset[str]
    scores: tuple[ScoreNow, ...]
    broken: tuple[FormRule, ...]
    odd: tuple[FormRule, ...]
    unusual: frozenset[str]
    lacking: tuple[str, ...]
    locked: Mapping[str, date | None]
    death: bool
    died_on: date | None
    doubts: Mapping[str, Mapping[str, CodeDoubt]] = field(default_factory=dict)
    may_be_asked: frozenset[str] = frozenset()

    @property
    def can_be_signed(self) -> bool:
        return not self.broken and not self.lacking


def assess(
    form: Form,
    step: str,
    *,
    answers: Mapping[str, Mapping[str, Answer]],
    patient: KnownOfPatient,
    today: date | None = None,
) -> Assessment:
    """`answers`: by step and variable; of later steps than this one only a death counts. `today`: what is about a later
    day is locked; None: every day has come."""
    known = _known_of(patient, told_later=_told_later(form, step, answers=answers, patient=patient))
    gaps = _Gaps()
    for one in form.steps:
        found = _assess(one, answers.get(one.code, {}), known, gaps, today)
        if one.code == step:
            return replace(found, doubts=_doubts(one, found.shown, known, known.get(form.anchor)))
    raise KeyError(step)


def known_after_all(form: Form, *, answers: Mapping[str, Mapping[str, Answer]], patient: KnownOfPatient) -> Known:
    """Return what is known after the last step, with scores: what conditions about a whole episode ask. `answers`: by
    step and variable."""
    before = _known_of(patient)
    was_told = before["died_on"] is not None
    known = _after_all(form, answers, before)
    if was_told or known["died_on"] is None:
        return known
    told_later = _told_later(form, form.inclusion.code, answers=answers, patient=patient)
    return _after_all(form, answers, _known_of(patient, told_later=told_later))


def _after_all(
    form: Form, answers: Mapping[str, Mapping[str, Answer]], known: dict[str, Value | Between]
) -> dict[str, Value | Between]:
    for one in form.steps:
        _tell(one, answers.get(one.code, {}), known, None)
    return known


def _told_later(
    form: Form, step: str, *, answers: Mapping[str, Mapping[str, Answer]], patient: KnownOfPatient
) -> date | None:
    """The day of a death that steps after `step` tell of. If this step or one before it tells of one, that counts."""
    later = list(dropwhile(lambda one: one.code != step, form.steps))[1:]
    if not any(one.death and answers.get(one.code) for one in later):
        return None
    died_on = _after_all(form, answers, _known_of(patient))["died_on"]
    if not isinstance(died_on, date):
        return None
    until_now = {code: told for code, told in answers.items() if code not in {one.code for one in later}}
    return died_on if _after_all(form, until_now, _known_of(patient))["died_on"] is None else None


def _known_of(patient: KnownOfPatient, *, told_later: date | None = None) -> dict[str, Value | Between]:
    return {
        "age": None if patient.age is None else Decimal(patient.age),
        "sex": patient.sex,
        "birth_date": patient.birth_date,
        "died_on": patient.died_on or told_later or patient.told_died_on,
        "register_died_on": patient.died_on,
    }


def _doubts(
    step: FormStep, shown: frozenset[str], known: Known, anchor: Value | Between
) -> dict[str, dict[str, CodeDoubt]]:
    """By question and code. A code must have been valid when the episode began."""
    on = day_of(anchor) if isinstance(anchor, datetime) else anchor if isinstance(anchor, date) else None
    found: dict[str, dict[str, CodeDoubt]] = {}
    for question in step.questions:
        value = known.get(question.code)
        if question.terminology is None or question.code not in shown or value is None:
            continue
        for code in sorted(value if isinstance(value, frozenset) else {str(value)}):
            doubt = question.terminology.doubt(code, expected=question.variable.expected, on=on)
            if doubt is not None:
                found.setdefault(question.code, {})[code] = doubt
    return found


class _Standing(Enum):
    """Of a question. LOCKED: it is about a day that has not come. SETTLED: about one that the patient did not live to
    see."""

    ASKED = auto()
    HIDDEN = auto()
    LOCKED = auto()
    SETTLED = auto()


_NO_ANSWER: Final = Answer()


def _tell(
    step: FormStep, answers: Mapping[str, Answer], known: dict[str, Value | Between], today: date | None
) -> Mapping[str, _Standing]:
    """Add to `known` what the step tells, and return how its questions stand. A hidden question tells nothing, whatever
    was answered before it hid, and neither does a locked one."""
    standings = {}
    for question in step.questions:
        code = question.code
        standings[code] = _standing(question, known, today, is_answered=code in answers)
        if standings[code] is _Standing.ASKED:
            known[code] = _told(question, answers.get(code, _NO_ANSWER))
            if step.death and step.death.hangs_on(code) and known["died_on"] is None:
                known["died_on"] = _death(step, known)[1]
    for score in step.scores:
        known[score.code] = _worth(score, known)
    return standings


def _standing(question: Question, known: Known, today: date | None, *, is_answered: bool) -> _Standing:
    if question.shown_if is not None and not question.shown_if.holds(known):
        return _Standing.HIDDEN
    if question.variable.opens is None:
        return _Standing.ASKED
    day = _day_of(question, known)
    is_locked = today is not None and not (day and day <= today)
    died_on = known["died_on"]
    # What was answered is held against the day of death.
    if isinstance(died_on, date) and day is not None and died_on <= day and (is_locked or not is_answered):
        return _Standing.SETTLED
    return _Standing.LOCKED if is_locked else _Standing.ASKED


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gaps:
    """Codes that have no value, by why. `unanswered`: not yet. `missing`: an answer says so, and `unknown` are those of
    which it says that nobody knows, with what hangs on them. `skipped`: not asked for, for what is known makes it
    needless."""

    unanswered: set[str] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    skipped: set[str] = field(default_factory=set)

    def skips(self, names: frozenset[str]) -> bool:
        """Whether what is computed of these has no value only because one of them is not asked for."""
        return not self.skipped.isdisjoint(names) and (self.missing | self.unknown).isdisjoint(names)

    def add(self, question: Question, standing: _Standing, answer: Answer | None, known: Known) -> None:
        code = question.code
        if standing is _Standing.HIDDEN:
            self._add_hidden(question)
        elif standing is _Standing.SETTLED:
            self.skipped.add(code)
        elif standing is _Standing.LOCKED or answer is None:
            self.unanswered.add(code)
        elif answer.missing is not None and known[code] is None:
            self.missing.add(code)
            if answer.missing is Missing.UNKNOWN:
                self.unknown.add(code)

    def _add_hidden(self, question: Question) -> None:
        names = question.shown_if.names if question.shown_if else frozenset()
        if not self.unanswered.isdisjoint(names):
            # It may yet be asked.
            self.unanswered.add(question.code)
        elif self.unknown.isdisjoint(names):
            self.skipped.add(question.code)
        else:
            self.unknown.add(question.code)


def _assess(
    step: FormStep,
    answers: Mapping[str, Answer],
    known: dict[str, Value | Between],
    gaps: _Gaps,
    today: date | None,
) -> Assessment:
    """Adds to `known` what the step tells, and to `gaps` what it does not."""
    standings = _tell(step, answers, known, today)
    for question in step.questions:
        gaps.add(question, standings[question.code], answers.get(question.code), known)
    death, died_on = _death(step, known)
    scores = tuple(_now(score, known, gaps) for score in step.scores)
    failed = [rule for rule in step.rules if rule.require.value(known) is False]
    shown = [one for one in step.questions if standings[one.code] in (_Standing.ASKED, _Standing.LOCKED)]
    hidden = {code for code, standing in standings.items() if standing is _Standing.HIDDEN}
    return Assessment(
        shown=frozenset(one.code for one in shown),
        scores=scores,
        broken=tuple(rule for rule in failed if rule.level is RuleLevel.FLAG),
        odd=tuple(rule for rule in failed if rule.level is RuleLevel.WARN),
        unusual=frozenset(one.code for one in shown if _is_unusual(one, known.get(one.code))),
        lacking=tuple(one.code for one in shown if one.variable.required and one.code in gaps.unanswered),
        locked={one.code: _day_of(one, known) for one in shown if standings[one.code] is _Standing.LOCKED},
        death=death,
        died_on=died_on,
        may_be_asked=frozenset(hidden & gaps.unanswered),
    )


def _is_unusual(question: Question, value: Value | Between) -> bool:
    usual = question.variable.usual
    return usual is not None and isinstance(value, Decimal) and not usual.holds(value)


def opens_on(question: Question, after: Value | Between) -> date | None:
    """The day that a question is about. `after`: the answer that it is counted from. None: it is about no day, or not
    known."""
    if question.variable.opens is None or not isinstance(after, date):
        return None
    return _day(after) + timedelta(days=question.variable.opens.days)


def _day_of(question: Question, known: Known) -> date | None:
    return opens_on(question, known.get(question.variable.opens.after)) if question.variable.opens else None


def _death(step: FormStep, known: Known) -> tuple[bool, date | None]:
    """Whether the step says that the patient has died, and when."""
    if step.death is None or not step.death.told_by.holds(known):
        return False, None
    when = known.get(step.death.on)
    return True, _day(when) if isinstance(when, date) else None


def _day(when: date) -> date:
    return day_of(when) if isinstance(when, datetime) else when


def _told(question: Question, answer: Answer) -> Value | Between:
    if answer.missing is Missing.UNMEASURABLE and question.variable.hard is not None:
        return TooLow.below(question.variable.hard.least)
    return answer.value


def _worth(score: FormScore, known: Known) -> Value | Between:
    """The value, or between which limits it lies."""
    if score.applies_if is not None and score.applies_if.value(known) is not True:
        return ANY
    limits = _rounded(score.formula.limits(known), score.decimals)
    return limits if limits.number is None else limits.number


def _now(score: FormScore, known: Known, gaps: _Gaps) -> ScoreNow:
    """Adds to `gaps` why it has no value."""
    worth = known[score.code]
    number = worth if isinstance(worth, Decimal) else None
    applies = score.applies_if is None or score.applies_if.value(known) is not False
    names = score.formula.names | (score.applies_if.names if score.applies_if else frozenset())
    is_open = number is None and applies and not gaps.unanswered.isdisjoint(names)
    is_skipped = number is None and not is_open and (not applies or gaps.skips(names))
    if is_open:
        gaps.unanswered.add(score.code)
    elif number is None:
        (gaps.skipped if is_skipped else gaps.unknown).add(score.code)
    return ScoreNow(
        score=score,
        value=number,
        is_open=is_open,
        is_skipped=is_skipped,
        is_backwards=number is None and not is_skipped and score.formula.goes_backwards(known),
        read_as=None if number is None else _read_as(score, number, known),
    )


def _read_as(score: FormScore, number: Decimal, known: Known) -> Words | None:
    fitting = (one for one in score.readings if one.most is None or number <= one.most)
    return next((one.says for one in fitting if one.when is None or one.when.holds(known)), None)


@cache
def _last_place(decimals: int) -> Decimal:
    return Decimal(1).scaleb(-decimals)


def _rounded(limits: Between, decimals: int) -> Between:
    """As people round: a number is known if it is the same whatever lies within its limits."""
    try:
        # And no minus before nought.
        low, high = (
            end.quantize(_last_place(decimals), ROUND_HALF_UP) + 0 if end.is_finite() else end
            for end in (limits.low, limits.high)
        )
        return Between(low, high)
    except InvalidOperation:
        # More digits than anything that is measured.
        return ANY
