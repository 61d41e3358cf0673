"""Patients who have opted out: those who still can take it back, and the marks of those who are gone."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from registret.database.columns import PERSONAL, PLAIN
from registret.database.constraints import check, given, index
from registret.records.models.identity import Patient


class OptOut(models.Model):
    """An opt-out of a patient, who is recognised by `mark`: the number itself is not stored.

    `mark` is the HMAC of a number under the key named `key` (`records.opt_out_marks`). `case_number` is the registry's
    own.
    """

    id = models.BigAutoField(primary_key=True)
    mark = models.CharField(max_length=64, unique=True, db_comment=PERSONAL)
    key = models.CharField(max_length=16, db_comment=PLAIN)
    case_number = models.CharField(max_length=40, db_comment=PERSONAL)
    episodes = models.PositiveIntegerField()
    at = models.DateTimeField()
    # Null: replayed by a command after a backup was restored.
    by_account_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=520, db_comment=PERSONAL)

    class Meta:
        db_table_comment = "records"
        constraints = [
            check("opt_out_mark_shape", Q(mark__regex=r"^[0-9a-f]{64}$")),
            given("opt_out_has_case", "case_number"),
        ]
        indexes = [
            index("opt_out_by_case", "case_number"),
            index("opt_out_at", "at"),
        ]


class Leaving(models.Model):
    """A patient who has opted out and is not destroyed yet. Until `due_at` the opt-out can be taken back.

    A policy of the database hides the patient from everybody.
    """

    id = models.BigAutoField(primary_key=True)
    patient = models.OneToOneField(Patient, on_delete=models.CASCADE, related_name="+")
    case_number = models.CharField(max_length=40, db_comment=PERSONAL)
    at = models.DateTimeField()
    due_at = models.DateTimeField()
    by_account_id = models.BigIntegerField()
    by_name = models.CharField(max_length=520, db_comment=PERSONAL)

    class Meta:
        db_table_comment = "records"
        constraints = [
            given("leaving_has_case", "case_number"),
            check("leaving_due_later", Q(due_at__gt=F("at"))),
        ]
        indexes = [index("leaving_due", "due_at")]


class TakenBack(models.Model):
    """An opt-out that was taken back. Its mark is no longer blocked, and is removed from the file beside the backups.
    Append-only."""

    id = models.BigAutoField(primary_key=True)
    mark = models.CharField(max_length=64, db_comment=PERSONAL)
    key = models.CharField(max_length=16, db_comment=PLAIN)
    case_number = models.CharField(max_length=40, db_comment=PERSONAL)
    at = models.DateTimeField()
    # None: it was replayed after a restore.
    by_account_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=520, db_comment=PERSONAL)

    class Meta:
        db_table_comment = "records"
        constraints = [
            check("taken_back_mark_shape", Q(mark__regex=r"^[0-9a-f]{64}$")),
        ]
