"""What a step looks like with these answers: what is asked, what scores come to, what is wrong, odd or lacking.

Three levels. Faults of form never get so far: `answers.read` refuses them, and they are not saved. Broken rules are
saved and flagged, and stop signing. Unusual values only warn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from itertools import dropwhile

from registret.kernel.sweden import day_of
from registret.registries.answers import Answer
from registret.registries.between import ANY, Between, TooLow
from registret.registries.evaluating import Known, Value
from registret.registries.forms import Form, FormRule, FormScore, FormStep, Question
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
    unanswered: set[str] = set()
    without: _Without = _Without(missing=set(), unknown=set(), skipped=set())
    known = _known_of(patient, told_later=_told_later(form, step, answers=answers, patient=patient))
    for one in form.steps:
        found = _assess(one, answers.get(one.code, {}), known, unanswered, without, today)
        if one.code == step:
            return replace(found, doubts=_doubts(one, found.shown, known, known.get(form.anchor)))
    raise KeyError(step)


def known_after_all(form: Form, *, answers: Mapping[str, Mapping[str, Answer]], patient: KnownOfPatient) -> Known:
    """Return what is known after the last step, with scores: what conditions about a whole episode ask. `answers`: by
    step and variable."""
    told_later = _told_later(form, form.inclusion.code, answers=answers, patient=patient)
    return _after_all(form, answers, _known_of(patient, told_later=told_later))


def _after_all(
    form: Form, answers: Mapping[str, Mapping[str, Answer]], known: dict[str, Value | Between]
) -> dict[str, Value | Between]:
    without: _Without = _Without(missing=set(), unknown=set(), skipped=set())
    for one in form.steps:
        _assess(one, answers.get(one.code, {}), known, set(), without, None)
    return known


def _told_later(
    form: Form, step: str, *, answers: Mapping[str, Mapping[str, Answer]], patient: KnownOfPatient
) -> date | None:
    """The day of a death that steps after `step` tell of. If this step or one before it tells of one, that counts."""
    later = list(dropwhile(lambda one: one.code != step, form.steps))[1:]
    if not any(one.death and answers.get(one.code) for one in later):
        return None
    until_now = {code: told for code, told in answers.items() if code not in {one.code for one in later}}
    if _after_all(form, until_now, _known_of(patient))["died_on"] is not None:
        return None
    died_on = _after_all(form, answers, _known_of(patient))["died_on"]
    return died_on if isinstance(died_on, date) else None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Without:
    """Codes that have no value, by why. `missing`: an answer says so, and `unknown` are those of which it says that
    nobody knows, with what hangs on them. `skipped`: not asked for, for what is known makes it needless."""

    missing: set[str]
    unknown: set[str]
    skipped: set[str]

    def skips(self, names: frozenset[str]) -> bool:
        """Whether what is computed of these has no value only because one of them is not asked for."""
        return not self.skipped.isdisjoint(names) and (self.missing | self.unknown).isdisjoint(names)


def _assess(
    step: FormStep,
    answers: Mapping[str, Answer],
    known: dict[str, Value | Between],
    unanswered: set[str],
    without: _Without,
    today: date | None,
) -> Assessment:
    """Adds to `known` what the step tells, to `unanswered` what it still can tell, and to `without` what it does not. A
    hidden question tells nothing, whatever was answered before it hid, and neither does a locked one."""
    shown, lacking, unusual, may_be_asked = set(), [], set(), set()
    locked: dict[str, date | None] = {}
    for question in step.questions:
        if question.shown_if is not None and not question.shown_if.holds(known):
            # It may yet be asked.
            if not unanswered.isdisjoint(question.shown_if.names):
                unanswered.add(question.code)
                may_be_asked.add(question.code)
            elif without.unknown.isdisjoint(question.shown_if.names):
                without.skipped.add(question.code)
            else:
                without.unknown.add(question.code)
            continue
        day = _day_of(question, known)
        died_on = known["died_on"]
        is_locked = question.variable.opens is not None and today is not None and not (day and day <= today)
        # What was answered is held against the day of death.
        is_settled = isinstance(died_on, date) and day is not None and died_on <= day
        if is_settled and (is_locked or question.code not in answers):
            without.skipped.add(question.code)
            continue
        shown.add(question.code)
        if is_locked:
            locked[question.code] = day
            unanswered.add(question.code)
            if question.variable.required:
                lacking.append(question.code)
            continue
        answer = answers.get(question.code, Answer())
        value = known[question.code] = _told(question, answer)
        if answer.missing is not None and value is None:
            without.missing.add(question.code)
            if answer.missing is Missing.UNKNOWN:
                without.unknown.add(question.code)
        if question.code not in answers:
            unanswered.add(question.code)
            if question.variable.required:
                lacking.append(question.code)
        usual = question.variable.usual
        if usual is not None and isinstance(value, Decimal) and not usual.holds(value):
            unusual.add(question.code)
        death, told_on = _death(step, known)
        if death and known["died_on"] is None:
            known["died_on"] = told_on
    death, told_on = _death(step, known)
    scores = [_compute(score, known, unanswered, without) for score in step.scores]
    failed = [rule for rule in step.rules if rule.require.value(known) is False]
    return Assessment(
        shown=frozenset(shown),
        scores=tuple(scores),
        broken=tuple(rule for rule in failed if rule.level is RuleLevel.FLAG),
        odd=tuple(rule for rule in failed if rule.level is RuleLevel.WARN),
        unusual=frozenset(unusual),
        lacking=tuple(lacking),
        locked=locked,
        death=death,
        died_on=told_on,
        may_be_asked=frozenset(may_be_asked),
    )


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


def _compute(score: FormScore, known: dict[str, Value | Between], unanswered: set[str], without: _Without) -> ScoreNow:
    """Adds what comes out to `known`: the value, or between which limits it lies."""
    applies = score.applies_if is None or score.applies_if.value(known)
    names = score.formula.names | (score.applies_if.names if score.applies_if else frozenset())
    limits, number = ANY, None
    if applies is True:
        limits = _rounded(score.formula.limits(known), score.decimals)
        number = limits.number
    known[score.code] = limits if number is None else number
    is_open = number is None and applies is not False and not unanswered.isdisjoint(names)
    is_skipped = number is None and not is_open and (applies is False or without.skips(names))
    if is_open:
        unanswered.add(score.code)
    elif number is None:
        (without.skipped if is_skipped else without.unknown).add(score.code)
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


def _rounded(limits: Between, decimals: int) -> Between:
    """As people round: a number is known if it is the same whatever lies within its limits."""
    try:
        # And no minus before nought.
        low, high = (
            end.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP) + 0 if end.is_finite() else end
            for end in (limits.low, limits.high)
        )
        return Between(low, high)
    except InvalidOperation:
        # More digits than anything that is measured.
        return ANY
