"""Fields for dates: one text field everywhere, read in one way and read back in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from registret.kernel.dates import LAST_DAY, DateLimits, DateReach, DateUnclear, read_day, read_moment
from registret.kernel.sweden import SWEDEN
from registret.words.dates import date_fault, date_read_back
from registret.words.days import day_in_words, moment_as_written

_FIRST_OF_REGISTRY: Final = date(2000, 1, 1)
_FIRST_BIRTH: Final = date(1850, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class DateInput:
    """What `{% date_input %}` shows. `value`: as it stands in the field; `on`: what was understood by it.
    `described_by`: ids of what else explains the field."""

    name: str
    value: str
    limits: DateLimits
    is_moment: bool = False
    on: date | None = None
    described_by: str = ""
    is_bad: bool = False

    @property
    def kind(self) -> str:
        return "moment" if self.is_moment else "day"

    @property
    def read_back(self) -> str:
        return "" if self.on is None else date_read_back(self.on, today=self.limits.today)

    @property
    def explained_by(self) -> str:
        return f"{self.described_by} {self.name}-last".strip()

    @property
    def now(self) -> str:
        """In Swedish time, without its zone, for the script: browsers may be anywhere."""
        return _wall_clock(self.limits.now)

    @property
    def arrived(self) -> str:
        return _wall_clock(self.limits.arrived_at) if self.limits.arrived_at else ""

    @property
    def earliest(self) -> str:
        return self.limits.earliest.isoformat()

    @property
    def latest(self) -> str:
        return self.limits.latest.isoformat()


def date_hint(limits: DateLimits, *, is_moment: bool) -> str:
    """How a date may be written."""
    if limits.needs_full_year:
        return gettext("Skriv som 1980-01-31.")
    if not is_moment:
        return gettext("Skriv som 2026-11-25 eller 25/11.")
    if limits.arrived_at is None:
        return gettext("Skriv som 2026-11-25 14.30, 25/11 14.30 eller i går 14.30.")
    day = {"day": day_in_words(limits.arrived_at)}
    if limits.takes_time_alone:
        return gettext("Skriv som 25/11 14.30, eller bara 14.30 om det var ankomstdagen, %(day)s.") % day
    return gettext("Skriv som 25/11 14.30. Samma dag 14.30 är ankomstdagen, %(day)s.") % day


def birth_limits(now: datetime) -> DateLimits:
    """Of the birth date of a patient."""
    return DateLimits(now=now, earliest=_FIRST_BIRTH, needs_full_year=True)


def day_input(name: str, text: str, limits: DateLimits, *, described_by: str = "", is_bad: bool = False) -> DateInput:
    """A day as a form shows it again: what can be read stands there as it was understood, so that *i går* is no other
    day tomorrow."""
    try:
        on: date | None = read_day(text, limits)
    except DateUnclear:
        on = None
    return DateInput(
        name=name,
        value=on.isoformat() if on else text,
        limits=limits,
        on=None if is_bad else on,
        described_by=described_by,
        is_bad=is_bad,
    )


def moment_input(
    name: str, text: str, limits: DateLimits, *, described_by: str = "", is_bad: bool = False
) -> DateInput:
    """The same of a day with a time."""
    try:
        on: datetime | None = read_moment(text, limits)
    except DateUnclear:
        on = None
    return DateInput(
        name=name,
        value=moment_as_written(on) if on else text,
        limits=limits,
        is_moment=True,
        on=None if is_bad else on,
        described_by=described_by,
        is_bad=is_bad,
    )


class DayField(forms.CharField):
    """A day, as `date`; None if nothing is written. `{% field %}` shows it.

    `latest`: the last one that it takes.
    """

    default_error_messages = {"required": _("Skriv en dag")}

    def __init__(
        self,
        *,
        label: Any = None,
        help_text: Any = "",
        required: bool = False,
        missing: Any = None,
        reach: DateReach = DateReach.ANY,
    ) -> None:
        """`missing`: what is said if it is required and not there."""
        said = {"required": missing} if missing else None
        super().__init__(label=label, help_text=help_text, required=required, error_messages=said)
        self.reach = reach
        self.latest = LAST_DAY

    @property
    def limits(self) -> DateLimits:
        return DateLimits(now=timezone.now(), reach=self.reach, earliest=_FIRST_OF_REGISTRY, latest=self.latest)

    def clean(self, value: object) -> date | None:
        text = super().clean(value)
        if not text and not self.required:
            return None
        try:
            return read_day(text, self.limits)
        except DateUnclear as unclear:
            raise ValidationError(date_fault(unclear.fault)) from None

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> BoundField:
        return _BoundDay(form, self, field_name)


class MomentField(DayField):
    """A day with a time, as an aware `datetime`; None if nothing is written."""

    def clean(self, value: object) -> datetime | None:
        text = forms.CharField.clean(self, value)
        if not text and not self.required:
            return None
        try:
            return read_moment(text, self.limits)
        except DateUnclear as unclear:
            raise ValidationError(date_fault(unclear.fault)) from None

    def prepare_value(self, value: Any) -> Any:
        """As it is written in a field: a moment that is kept, in Swedish time."""
        return moment_as_written(value) if isinstance(value, datetime) else value

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> BoundField:
        return _BoundMoment(form, self, field_name)


class _BoundDay(BoundField):
    field: DayField

    @property
    def how(self) -> str:
        return date_hint(self.field.limits, is_moment=False)

    @property
    def input(self) -> DateInput:
        described = [f"{self.name}-h", *([f"{self.name}-fel"] if self.errors else [])]
        return day_input(
            self.name,
            str(self.value() or ""),
            self.field.limits,
            described_by=" ".join(described),
            is_bad=bool(self.errors),
        )


class _BoundMoment(_BoundDay):
    @property
    def how(self) -> str:
        return date_hint(self.field.limits, is_moment=True)

    @property
    def input(self) -> DateInput:
        described = [f"{self.name}-h", *([f"{self.name}-fel"] if self.errors else [])]
        text, limits = str(self.value() or ""), self.field.limits
        return moment_input(self.name, text, limits, described_by=" ".join(described), is_bad=bool(self.errors))


def _wall_clock(moment: datetime) -> str:
    return f"{moment.astimezone(SWEDEN):%Y-%m-%dT%H:%M}"
