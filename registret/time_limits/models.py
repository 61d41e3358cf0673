"""What the registry office has decided: each decision a row, the newest counts."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from registret.database.columns import PERSONAL
from registret.time_limits.lengths import TimeLimit


class Decision(models.Model):
    """A time limit from `at` on. Never changed: anyone who changes their mind decides anew."""

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=40, choices=[(limit.value, limit.value) for limit in TimeLimit])
    number = models.PositiveIntegerField()
    reason = models.CharField(max_length=500, db_comment=PERSONAL)
    at = models.DateTimeField()
    by_account_id = models.BigIntegerField()
    by_name = models.CharField(max_length=520, db_comment=PERSONAL)

    class Meta:
        db_table_comment = "decisions"
        constraints = [
            models.CheckConstraint(
                name="decision_code_known", condition=Q(code__in=[limit.value for limit in TimeLimit])
            ),
            models.CheckConstraint(name="decision_has_reason", condition=~Q(reason="")),
            models.CheckConstraint(name="decision_has_author", condition=~Q(by_name="")),
        ]
        indexes = [models.Index(fields=["code", "-id"], name="decision_newest")]
