"""The log (loggen): append-only; the database refuses UPDATE, DELETE and TRUNCATE by triggers."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper

from registret.database.columns import PERSONAL, PLAIN
from registret.database.constraints import check, index


class Entry(models.Model):
    """One event: who, what, about whom, when, from where, how it ended.

    People are named by HSA-id and by plain account ids, not by foreign keys: the log outlives what it tells of.
    The table is partitioned by the month of `at`, so its primary key in the database is (id, at); ids come from one
    sequence and are the order of the log. Sealing adds nothing here: see `Seal`.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    event = models.CharField(max_length=60, db_comment=PLAIN)
    outcome = models.CharField(max_length=10, choices=[("done", "done"), ("refused", "refused")])

    by_hsa_id = models.CharField(max_length=31, blank=True, default="", db_comment=PERSONAL)
    by_name = models.CharField(max_length=520, blank=True, default="", db_comment=PERSONAL)
    by_account_id = models.BigIntegerField(null=True)
    by_role = models.CharField(max_length=100, blank=True, default="", db_comment=PLAIN)
    by_clinic_id = models.BigIntegerField(null=True)
    by_program = models.CharField(max_length=60, blank=True, default="", db_comment=PLAIN)
    network = models.GenericIPAddressField(null=True, db_comment=PERSONAL)

    about_account_id = models.BigIntegerField(null=True)
    about_hsa_id = models.CharField(max_length=31, blank=True, default="", db_comment=PERSONAL)
    about_patient_id = models.BigIntegerField(null=True)
    # Those whom a list showed; null, where none was shown.
    shown_patient_ids = ArrayField(models.BigIntegerField(), null=True, db_comment=PLAIN)
    clinic_id = models.BigIntegerField(null=True)
    reference = models.CharField(max_length=10, blank=True, default="", db_comment=PLAIN)
    facts = models.JSONField(default=dict, db_comment=PERSONAL)

    class Meta:
        db_table_comment = "log"
        constraints = [
            check("entry_has_an_author", ~Q(by_hsa_id="", by_program="")),
            check("entry_outcome_known", Q(outcome__in=["done", "refused"])),
            check("entry_event_shape", Q(event__regex=r"^[a-z_]+(\.[a-z_]+)+$")),
        ]
        indexes = [
            index("entry_by", "by_account_id", "-id"),
            index("entry_about", "about_account_id", "-id"),
            index("entry_clinic", "clinic_id", "-id"),
            index("entry_event", "event", "-id"),
            index("entry_at", "at"),
            index("entry_reference", "reference", where=~Q(reference="")),
            index("entry_about_patient", "about_patient_id", "-id", where=Q(about_patient_id__isnull=False)),
            GinIndex(
                fields=["shown_patient_ids"],
                name="entry_shown_patients",
                condition=Q(shown_patient_ids__isnull=False),
            ),
            # As people are looked for: without regard to case.
            models.Index(Upper("by_hsa_id"), F("id").desc(), name="entry_by_hsa"),
            models.Index(Upper("about_hsa_id"), F("id").desc(), name="entry_about_hsa"),
        ]


class Seal(models.Model):
    """What the log was when it was sealed (`registret.ledger.seals.Sealed`). Append-only like the log, and kept longer.

    `leaves` are 40 bytes for each entry (`canonical.leaf`): with them the first entry that differs can be named.
    """

    number = models.BigIntegerField(primary_key=True)
    form = models.SmallIntegerField()
    previous = models.CharField(max_length=64, unique=True, db_comment=PLAIN)
    after = models.BigIntegerField()
    last = models.BigIntegerField()
    sealed_at = models.DateTimeField()
    parts = models.JSONField(db_comment=PLAIN)
    culled = models.JSONField(default=list, db_comment=PLAIN)
    hash = models.CharField(max_length=64, db_comment=PLAIN)
    key = models.CharField(max_length=64, db_comment=PLAIN)
    signature = models.CharField(max_length=128, db_comment=PLAIN)
    leaves = models.BinaryField(db_comment=PLAIN)

    class Meta:
        constraints = [
            check("seal_goes_on", Q(last__gte=F("after"))),
            check("seal_numbered_from_one", Q(number__gte=1)),
        ]
