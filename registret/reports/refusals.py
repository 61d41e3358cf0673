"""Why a decision about open statistics was not taken, there is no annual report, or a case about an outlier stays as it
is."""

from __future__ import annotations

from registret.kernel.refused import Refused


class PublicationUnchanged(Refused, code="reports.publication_unchanged", status=409):
    """It is published already, or not published."""


class YearToCome(Refused, code="reports.year_to_come", status=404):
    """An annual report of a year that has not begun."""


class YearNotTold(Refused, code="reports.year_not_told", status=404):
    """No edition tells of any published indicator in the year."""


class OutlierCaseOpen(Refused, code="reports.outlier_open", status=409):
    """The clinic has an open case about the indicator in this edition."""


class OutlierNobodyToAsk(Refused, code="reports.outlier_nobody", status=409):
    """No local administrator of the clinic can answer now."""


class OutlierAnswerAwaited(Refused, code="reports.outlier_awaited", status=409):
    """The clinic was asked, and has until `day` to answer."""

    day: str


class OutlierOwnQuestion(Refused, code="reports.outlier_own_question"):
    """Who has opened, checked or asked at the office does not also answer for the clinic."""
