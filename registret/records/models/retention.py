"""Decisions about what is older than its sub-registry keeps it, and counts of what was destroyed."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from registret.database.columns import PERSONAL, PLAIN
from registret.database.constraints import check, given, index, unique


class DeletionTally(models.Model):
    """How many episodes of a clinic were destroyed, when and why, and nothing about them. Append-only.

    With RESEARCH only their answers to research questions were destroyed.
    """

    class Why(models.TextChoices):
        OPTED_OUT = "opted_out"
        RETENTION = "retention"
        RESEARCH = "research"

    id = models.BigAutoField(primary_key=True)
    clinic = models.ForeignKey("places.Clinic", on_delete=models.PROTECT, related_name="+")
    sub_registry = models.CharField(max_length=40, db_comment=PLAIN)
    why = models.CharField(max_length=10, choices=Why.choices)
    episodes = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            check("destruction_why_known", Q(why__in=["opted_out", "retention", "research"])),
            check("destruction_of_something", Q(episodes__gt=0)),
        ]
        indexes = [index("destruction_clinic", "clinic", "-at")]


class RetentionDecision(models.Model):
    """A decision about episodes of a sub-registry that are older than it keeps them.

    To destroy those that began before `before`, or only their answers to research questions (RESEARCH); `done_at` says
    when the last of them was. Or to keep all until the day `until`, for research or because something is being looked
    into: until then nothing there is destroyed for its age.
    """

    class What(models.TextChoices):
        DESTROY = "destroy"
        RESEARCH = "research"
        KEEP = "keep"

    id = models.BigAutoField(primary_key=True)
    sub_registry = models.CharField(max_length=40, db_comment=PLAIN)
    what = models.CharField(max_length=10, choices=What.choices)
    before = models.DateTimeField(null=True)
    until = models.DateField(null=True)
    reason = models.CharField(max_length=500, db_comment=PERSONAL)
    # How many episodes it was about when it was decided.
    episodes = models.PositiveIntegerField()
    at = models.DateTimeField()
    by_account_id = models.BigIntegerField()
    by_name = models.CharField(max_length=520, db_comment=PERSONAL)
    done_at = models.DateTimeField(null=True)

    class Meta:
        db_table_comment = "decisions"
        constraints = [
            check(
                "keeping_says_what",
                Q(what__in=["destroy", "research"], before__isnull=False, until=None)
                | Q(what="keep", before=None, until__isnull=False, done_at=None),
            ),
            given("keeping_has_reason", "reason"),
            check("keeping_done_after", Q(done_at=None) | Q(done_at__gte=F("at"))),
            unique(
                "one_destruction_at_a_time",
                "sub_registry",
                "what",
                where=Q(what__in=["destroy", "research"], done_at=None),
            ),
        ]
        indexes = [index("keeping_newest", "sub_registry", "-id")]
