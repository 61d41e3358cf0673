"""Why a decision about open statistics was not taken, or there is no annual report."""

from __future__ import annotations

from registret.kernel.refused import Refused


class PublicationUnchanged(Refused, code="reports.publication_unchanged", status=409):
    """It is published already, or not published."""


class YearToCome(Refused, code="reports.year_to_come", status=404):
    """An annual report of a year that has not begun."""


class YearNotTold(Refused, code="reports.year_not_told", status=404):
    """No edition tells of any published indicator in the year."""
