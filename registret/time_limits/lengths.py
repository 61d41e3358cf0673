"""Lengths of time, and the time limits that the registry office can set. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from registret.kernel.sweden import SWEDEN, months_later


class Unit(StrEnum):
    DAYS = "days"
    MONTHS = "months"


@dataclass(frozen=True, slots=True, kw_only=True)
class Length:
    """So many days or calendar months, counted as in Sweden: the time of day stays when the clocks change."""

    number: int
    unit: Unit

    def after(self, moment: datetime) -> datetime:
        return self._moved(moment, self.number)

    def before(self, moment: datetime) -> datetime:
        """The latest moment whose `after` is not later than `moment`, but for the ends of months of unequal length."""
        return self._moved(moment, -self.number)

    def _moved(self, moment: datetime, number: int) -> datetime:
        here = moment.astimezone(SWEDEN)
        if self.unit is Unit.DAYS:
            return here + timedelta(days=number)
        return datetime.combine(months_later(here.date(), number), here.timetz())


class TimeLimit(StrEnum):
    """What the registry office decides about. `registret.words.time_limits` says what each means."""

    REMIND_ATTESTERS = "remind_attesters"
    ESCALATE = "escalate"
    LAPSE = "lapse"
    GRANT = "grant"
    WARN_OF_END = "warn_of_end"
    WARN_OF_END_AGAIN = "warn_of_end_again"
    DORMANT = "dormant"
    NEVER_LOGGED_IN = "never_logged_in"
    WARN_OF_SUSPENSION = "warn_of_suspension"
    RECERTIFY_EVERY = "recertify_every"
    RECERTIFY_ANSWER = "recertify_answer"
    RECERTIFY_REMIND = "recertify_remind"
    RECERTIFY_REMIND_AGAIN = "recertify_remind_again"
    NOMINATION = "nomination"
    OUTLIER_ANSWER = "outlier_answer"
    KEEP_DECLINED = "keep_declined"
    KEEP_LAPSED = "keep_lapsed"
    KEEP_ENDED = "keep_ended"
    KEEP_LETTERS = "keep_letters"
    KEEP_LOG = "keep_log"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What a limit is unless the office has set it, and between which numbers it may be set."""

    unit: Unit
    usual: int
    least: int
    most: int


LIMITS: Mapping[TimeLimit, Bounds] = {
    TimeLimit.REMIND_ATTESTERS: Bounds(unit=Unit.DAYS, usual=3, least=1, most=30),
    TimeLimit.ESCALATE: Bounds(unit=Unit.DAYS, usual=7, least=1, most=30),
    # The office hears of an application before it lapses.
    TimeLimit.LAPSE: Bounds(unit=Unit.DAYS, usual=90, least=31, most=365),
    TimeLimit.GRANT: Bounds(unit=Unit.MONTHS, usual=24, least=1, most=36),
    TimeLimit.WARN_OF_END: Bounds(unit=Unit.DAYS, usual=30, least=8, most=90),
    TimeLimit.WARN_OF_END_AGAIN: Bounds(unit=Unit.DAYS, usual=7, least=1, most=7),
    TimeLimit.DORMANT: Bounds(unit=Unit.MONTHS, usual=9, least=3, most=24),
    TimeLimit.NEVER_LOGGED_IN: Bounds(unit=Unit.MONTHS, usual=3, least=1, most=12),
    TimeLimit.WARN_OF_SUSPENSION: Bounds(unit=Unit.DAYS, usual=14, least=3, most=28),
    TimeLimit.RECERTIFY_EVERY: Bounds(unit=Unit.MONTHS, usual=6, least=3, most=12),
    # An answer takes longer than the first reminder comes before its end, and that one comes before the last.
    TimeLimit.RECERTIFY_ANSWER: Bounds(unit=Unit.DAYS, usual=30, least=21, most=60),
    TimeLimit.RECERTIFY_REMIND: Bounds(unit=Unit.DAYS, usual=14, least=8, most=20),
    TimeLimit.RECERTIFY_REMIND_AGAIN: Bounds(unit=Unit.DAYS, usual=3, least=1, most=7),
    TimeLimit.NOMINATION: Bounds(unit=Unit.DAYS, usual=30, least=7, most=90),
    TimeLimit.OUTLIER_ANSWER: Bounds(unit=Unit.DAYS, usual=30, least=14, most=90),
    TimeLimit.KEEP_DECLINED: Bounds(unit=Unit.MONTHS, usual=12, least=1, most=36),
    TimeLimit.KEEP_LAPSED: Bounds(unit=Unit.MONTHS, usual=12, least=1, most=36),
    TimeLimit.KEEP_ENDED: Bounds(unit=Unit.MONTHS, usual=24, least=3, most=60),
    TimeLimit.KEEP_LETTERS: Bounds(unit=Unit.DAYS, usual=180, least=90, most=365),
    # HSLF-FS 2016:40, chapter 4: at least five years.
    TimeLimit.KEEP_LOG: Bounds(unit=Unit.MONTHS, usual=120, least=60, most=240),
}
