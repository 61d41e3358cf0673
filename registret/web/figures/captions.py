"""What a picture is of: indicator, clinic, months, and as of when. On the page, and in the file that is taken along."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from registret.kernel.sweden import day_of, months_later
from registret.reports.comparing.figures import IndicatorFigures
from registret.reports.comparing.over_time import OverTime
from registret.reports.periods import Months
from registret.web.figures.edition_words import months


def captions_of(found: IndicatorFigures, quarters: OverTime, *, clinic: str, at: datetime) -> Mapping[str, str]:
    """By part of the page of an indicator."""
    day, compared = _("som det var %(day)s") % {"day": day_of(at)}, found.compared
    beside, as_of = found.months_now, day
    if compared is not None:
        told = {"number": compared.edition.number, "made": compared.edition.made_on}
        beside, as_of = compared.period, _("utgåva %(number)s från %(made)s") % told
    first, latest = quarters.quarters[0].first, quarters.quarters[-1].first
    whole = Months(first=first, last=months_later(latest, 2))
    parts = {"jamforelse": (beside, as_of), "tratt": (beside, as_of), "kliniker": (beside, as_of), "tid": (whole, day)}
    name = str(found.indicator.definition.name)
    return {part: f"{name}. {clinic}, {months(period)}, {when}." for part, (period, when) in parts.items()}
