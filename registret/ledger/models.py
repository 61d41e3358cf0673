"""The log (loggen): append-only; the database refuses UPDATE, DELETE and TRUNCATE by a trigger."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper


class Entry(models.Model):
    """One event: who, what, about whom, when, from where, how it ended.

    People are named by HSA-id and by plain account ids, not by foreign keys: the log outlives what it tells of.
    Sealing (a hash chain over ranges of ids) needs nothing here: it adds a table of seals beside this one.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    event = models.CharField(max_length=60)
    outcome = models.CharField(max_length=10, choices=[("done", "done"), ("refused", "refused")])

    by_hsa_id = models.CharField(max_length=31, blank=True, default="")
    by_name = models.CharField(max_length=520, blank=True, default="")
    by_account_id = models.BigIntegerField(null=True)
    by_role = models.CharField(max_length=100, blank=True, default="")
    by_clinic_id = models.BigIntegerField(null=True)
    by_program = models.CharField(max_length=60, blank=True, default="")
    network = models.GenericIPAddressField(null=True)

    about_account_id = models.BigIntegerField(null=True)
    about_hsa_id = models.CharField(max_length=31, blank=True, default="")
    clinic_id = models.BigIntegerField(null=True)
    reference = models.CharField(max_length=10, blank=True, default="")
    facts = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.CheckConstraint(name="entry_has_an_author", condition=~Q(by_hsa_id="", by_program="")),
            models.CheckConstraint(name="entry_outcome_known", condition=Q(outcome__in=["done", "refused"])),
            models.CheckConstraint(name="entry_event_shape", condition=Q(event__regex=r"^[a-z_]+(\.[a-z_]+)+$")),
        ]
        indexes = [
            models.Index(fields=["by_account_id", "-id"], name="entry_by"),
            models.Index(fields=["about_account_id", "-id"], name="entry_about"),
            models.Index(fields=["clinic_id", "-id"], name="entry_clinic"),
            models.Index(fields=["event", "-id"], name="entry_event"),
            models.Index(fields=["at"], name="entry_at"),
            models.Index(fields=["reference"], name="entry_reference", condition=~Q(reference="")),
            # As people are looked for: without regard to case.
            models.Index(Upper("by_hsa_id"), F("id").desc(), name="entry_by_hsa"),
            models.Index(Upper("about_hsa_id"), F("id").desc(), name="entry_about_hsa"),
        ]
