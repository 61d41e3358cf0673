"""What files say of signed steps, which an import does not change."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from registret.database.columns import PERSONAL, PLAIN
from registret.database.constraints import check, index, unique
from registret.records.models.reporting import Step


class Proposal(models.Model):
    """Förslag: answers that a file has for a signed step, until a person of the clinic decides about each of them.

    `answers`: by variable, as a step keeps them; null takes an answer away. `source`: the system that the file came
    from, and `exported_at` when, if it says so; `by_name` brought it in. `accepted`: the variables whose answer was
    written in the step; the others were refused. Nothing of it changes once it is decided (`ended_at`).
    """

    id = models.BigAutoField(primary_key=True)
    step = models.ForeignKey(Step, on_delete=models.CASCADE, related_name="proposals")
    care_provider = models.ForeignKey("places.CareProvider", on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=60, db_comment=PLAIN)
    answers = models.JSONField(db_comment=PERSONAL)
    exported_at = models.DateTimeField(null=True)
    at = models.DateTimeField()
    by_id = models.BigIntegerField()
    by_name = models.CharField(max_length=520, db_comment=PERSONAL)
    accepted = ArrayField(models.CharField(max_length=60), default=list, db_comment=PLAIN)
    reason = models.CharField(max_length=500, blank=True, default="", db_comment=PERSONAL)
    ended_at = models.DateTimeField(null=True)
    ended_by_id = models.BigIntegerField(null=True)
    ended_by_name = models.CharField(max_length=520, blank=True, default="", db_comment=PERSONAL)

    class Meta:
        db_table_comment = "records"
        constraints = [
            unique("proposal_waits_once", "step", where=Q(ended_at=None)),
            check("proposal_has_answers", ~Q(answers={})),
            check(
                "proposal_decided_for_a_reason",
                Q(ended_at=None, ended_by_id=None, reason="", ended_by_name="", accepted=[])
                | Q(ended_at__isnull=False, ended_by_id__isnull=False) & ~Q(reason="") & ~Q(ended_by_name=""),
            ),
        ]
        indexes = [index("proposal_waiting", "care_provider", "step", where=Q(ended_at=None))]
