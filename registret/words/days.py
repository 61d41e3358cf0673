"""Days and times as they stand in a sentence. In tables, and where people type, they are digits: `2026-11-24 07:48`."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from registret.kernel.sweden import day_of


def day_in_words(value: date) -> str:
    """`24 november 2026`; of a moment, the day in Sweden."""
    return date_format(timezone.localtime(value) if isinstance(value, datetime) else value, "j F Y")


def weekday_in_words(value: date) -> str:
    """`onsdag 25 november 2026`; of a moment, the day in Sweden."""
    return date_format(timezone.localtime(value) if isinstance(value, datetime) else value, "l j F Y")


def clock_in_words(value: datetime) -> str:
    """`07.48`, in English `07:48`."""
    return f"{timezone.localtime(value):%H:%M}" if get_language() == "en" else f"{timezone.localtime(value):%H.%M}"


def moment_as_written(value: datetime) -> str:
    """Return a moment in Swedish time as people write it in a field: 2026-11-24 08.15."""
    return f"{timezone.localtime(value):%Y-%m-%d %H.%M}"


def moment_in_words(value: datetime, *, today: date | None = None) -> str:
    """`24 november 2026 kl. 07.48`, or `i dag kl. 07.48` if that is the day."""
    day = _("i dag") if day_of(value) == today else day_in_words(value)
    return f"{day} {'at' if get_language() == 'en' else 'kl.'} {clock_in_words(value)}"
