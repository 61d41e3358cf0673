"""What the registry office has decided: each decision a row, the newest counts."""

from __future__ import annotations

from django.db import models

from registret.database.columns import PERSONAL
from registret.database.constraints import choices, given, index, known
from registret.time_limits.lengths import TimeLimit


class Decision(models.Model):
    """A time limit from `at` on. Never changed: anyone who changes their mind decides anew."""

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=40, choices=choices(TimeLimit))
    number = models.PositiveIntegerField()
    reason = models.CharField(max_length=500, db_comment=PERSONAL)
    at = models.DateTimeField()
    by_account_id = models.BigIntegerField()
    by_name = models.CharField(max_length=520, db_comment=PERSONAL)

    class Meta:
        db_table_comment = "decisions"
        constraints = [
            known("decision_code_known", code=TimeLimit),
            given("decision_has_reason", "reason"),
            given("decision_has_author", "by_name"),
        ]
        indexes = [index("decision_newest", "code", "-id")]
