"""The recurring question whether everybody with a right still works at the clinic."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from registret.access.lifecycle import LineState
from registret.access.models.grants import Grant
from registret.database.columns import PERSONAL
from registret.database.constraints import check, choices, index, known, unique


class Recertification(models.Model):
    """Genomgång: a clinic is asked whether all who have a grant there still work there.

    `opened_by` null: by the clock, in turn.
    """

    id = models.BigAutoField(primary_key=True)
    clinic = models.ForeignKey("places.Clinic", on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    # The first moment at which silence counts.
    due_at = models.DateTimeField()
    opened_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=500, blank=True, default="", db_comment=PERSONAL)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table_comment = "recertifications"
        constraints = [
            unique("one_open_recertification_per_clinic", "clinic", where=Q(closed_at=None)),
            check("recertification_due_later", Q(due_at__gt=F("opened_at"))),
            check(
                "recertification_out_of_turn_has_reason",
                Q(opened_by=None, reason="") | (Q(opened_by__isnull=False) & ~Q(reason="")),
            ),
            check("recertification_closed_later", Q(closed_at=None) | Q(closed_at__gte=F("opened_at"))),
        ]
        indexes = [
            index("recertification_open", "due_at", where=Q(closed_at=None)),
            index("recertification_newest", "clinic", "-opened_at"),
        ]


class RecertificationLine(models.Model):
    """One grant that was valid when the recertification was opened, and what became of it. Answered once.

    It goes when the grant of an ended account is forgotten, and not before.
    """

    id = models.BigAutoField(primary_key=True)
    recertification = models.ForeignKey(Recertification, on_delete=models.PROTECT, related_name="lines")
    grant = models.ForeignKey(Grant, on_delete=models.CASCADE, related_name="+")
    # The grant's, so that the database can refuse an answer about oneself.
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=choices(LineState), default=LineState.UNANSWERED)
    settled_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            unique("a_grant_once_in_a_recertification", "recertification", "grant"),
            known("line_state_known", state=LineState),
            check(
                "line_settled_whole",
                Q(state=LineState.UNANSWERED, settled_at=None, answered_by=None)
                | Q(
                    state__in=[LineState.KEPT, LineState.CHANGED, LineState.ENDED],
                    settled_at__isnull=False,
                    answered_by__isnull=False,
                )
                | Q(state__in=[LineState.SILENT, LineState.OVERTAKEN], settled_at__isnull=False, answered_by=None),
            ),
            check("line_never_by_oneself", Q(answered_by=None) | ~Q(answered_by=F("account"))),
        ]
        indexes = [
            index("line_unanswered", "grant", where=Q(state=LineState.UNANSWERED)),
            index("line_of_open", "recertification", where=Q(state=LineState.UNANSWERED)),
        ]
