"""What was brought in from an earlier platform, and by whose decision."""

from __future__ import annotations

from django.db import models

from registret.database.columns import PERSONAL, PLAIN
from registret.database.constraints import given


class HistoryImport(models.Model):
    """Files of an earlier platform that were brought in, all of them or none. Append-only.

    `source`: the platform, as pages name it. `reference`: of the decision. `digest`: SHA-256 of the files, one after
    the other. `there`: how many episodes had been brought in before; `opted_out`: how many were left out because the
    patient has opted out.
    """

    id = models.BigAutoField(primary_key=True)
    source = models.CharField(max_length=60, db_comment=PLAIN)
    reference = models.CharField(max_length=100, db_comment=PLAIN)
    decided_by = models.CharField(max_length=200, db_comment=PERSONAL)
    decided_on = models.DateField()
    at = models.DateTimeField()
    digest = models.CharField(max_length=64, db_comment=PLAIN)
    episodes = models.PositiveIntegerField()
    patients = models.PositiveIntegerField()
    there = models.PositiveIntegerField()
    opted_out = models.PositiveIntegerField()

    class Meta:
        db_table_comment = "records"
        constraints = [given("history_has_reference", "reference"), given("history_has_source", "source")]
