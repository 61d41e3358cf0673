"""Patients, their numbers, and patients who turned out to be one."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from registret.accounts.name_keys import name_key
from registret.database.columns import PERSONAL, PLAIN
from registret.database.constraints import check, given, index, known, unique
from registret.records.numbers import Sex


class Patient(models.Model):
    """A person with care episodes in the registry. People use `system_id` instead of the number."""

    id = models.BigAutoField(primary_key=True)
    system_id = models.CharField(max_length=10, unique=True, db_comment=PLAIN)
    birth_date = models.DateField(db_comment=PERSONAL)
    sex = models.CharField(max_length=10, db_comment=PERSONAL)
    given_name = models.CharField(max_length=100, blank=True, default="", db_comment=PERSONAL)
    surname = models.CharField(max_length=100, blank=True, default="", db_comment=PERSONAL)
    surname_key = name_key("surname", "given_name")
    is_protected = models.BooleanField(default=False, db_comment=PERSONAL)
    # Whether the population register protected the number in force when it was last asked. Only a protection that came
    # from the register is removed when the register no longer has it.
    register_protects = models.BooleanField(default=False, db_comment=PERSONAL)
    died_on = models.DateField(null=True, db_comment=PERSONAL)
    # When the population register was last asked; null: it did not know the number.
    looked_up_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        db_table_comment = "records"
        constraints = [
            known("patient_sex_known", sex=Sex),
            check("patient_died_after_birth", Q(died_on=None) | Q(died_on__gte=F("birth_date"))),
            check("patient_protected_by_the_register", Q(register_protects=False) | Q(is_protected=True)),
        ]
        indexes = [index("patient_by_name", "surname_key", "id")]


class Number(models.Model):
    """A number that a patient has or had. `until` is when another one replaced it. A number is never reused."""

    id = models.BigAutoField(primary_key=True)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="numbers")
    text = models.CharField(max_length=12, unique=True, db_comment=PERSONAL)
    kind = models.CharField(max_length=40, db_comment=PERSONAL)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        db_table_comment = "records"
        constraints = [
            unique("one_number_now", "patient", where=Q(until=None)),
            check("number_shape", Q(text__regex=r"^[0-9A-Z]{12}$")),
        ]


class Merge(models.Model):
    """A merge of two patients: what belonged to `gone` belongs to `patient` since then. Append-only.

    `gone_id` is the id of the merged patient in the log, so that an extract of the log is complete.
    """

    id = models.BigAutoField(primary_key=True)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    gone = models.CharField(max_length=10, unique=True, db_comment=PLAIN)
    gone_id = models.BigIntegerField()
    at = models.DateTimeField()
    by_account_id = models.BigIntegerField()
    by_name = models.CharField(max_length=520, db_comment=PERSONAL)
    reason = models.CharField(max_length=500, db_comment=PERSONAL)

    class Meta:
        db_table_comment = "records"
        constraints = [given("merge_has_reason", "reason")]


class ReasonGiven(models.Model):
    """A reason was given in this session for opening a patient with protected identity. The reason is in the log."""

    id = models.BigAutoField(primary_key=True)
    session_id = models.BigIntegerField()
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [
            index("reason_given", "session_id", "patient", "-at"),
            index("reason_given_at", "at"),
        ]
