"""Log reviews. Once closed, a review is never changed; nobody reviews oneself: the database refuses both."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from registret.oversight.lifecycle import Kind, Outcome, Verdict


class Review(models.Model):
    """Entries of the log that somebody looks at, and what came of it. `population`: out of how many they were drawn.

    A patient is named by the id of the log, not by a foreign key: what is destroyed leaves no name here either.
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=10, choices=[(k.value, k.value) for k in Kind])
    clinic = models.ForeignKey("places.Clinic", on_delete=models.PROTECT, null=True, related_name="+")
    about = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, null=True, related_name="+")
    about_patient_id = models.BigIntegerField(null=True)
    since = models.DateTimeField()
    until = models.DateTimeField()
    reason = models.CharField(max_length=500, blank=True, default="")
    population = models.PositiveIntegerField()
    drawn_at = models.DateTimeField()
    # Null: drawn by the clock, each month.
    drawn_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, null=True, related_name="+")
    reviewer = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, blank=True, default="", choices=[(o.value, o.value) for o in Outcome])
    conclusion = models.CharField(max_length=2000, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(name="review_kind_known", condition=Q(kind__in=[k.value for k in Kind])),
            models.CheckConstraint(
                name="review_about_something",
                condition=Q(kind=Kind.SAMPLE, clinic__isnull=False, about=None, about_patient_id=None)
                | (
                    Q(kind=Kind.DIRECTED, clinic=None, drawn_by__isnull=False)
                    & (Q(about__isnull=False, about_patient_id=None) | Q(about=None, about_patient_id__isnull=False))
                    & ~Q(reason="")
                ),
            ),
            models.CheckConstraint(name="review_period", condition=Q(until__gt=F("since"))),
            models.CheckConstraint(name="review_never_about_oneself", condition=~Q(reviewer=F("about"))),
            models.CheckConstraint(
                name="review_closed_has_outcome",
                condition=Q(closed_at=None, outcome="", conclusion="")
                | Q(closed_at__isnull=False, reviewer__isnull=False, outcome__in=[o.value for o in Outcome]),
            ),
            models.CheckConstraint(
                name="review_remark_has_conclusion",
                condition=~Q(outcome__in=[Outcome.REMARK, Outcome.REPORTED]) | ~Q(conclusion=""),
            ),
            models.UniqueConstraint(
                name="one_drawing_per_clinic_and_month", fields=["clinic", "since"], condition=Q(drawn_by=None)
            ),
        ]
        indexes = [
            models.Index(fields=["id"], name="review_open", condition=Q(closed_at=None)),
            models.Index(fields=["-closed_at", "-id"], name="review_closed", condition=Q(closed_at__isnull=False)),
        ]


class ReviewedEntry(models.Model):
    """One entry of a review, by its number in the log, and the judgement on it."""

    id = models.BigAutoField(primary_key=True)
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="entries")
    entry_id = models.BigIntegerField()
    by_account_id = models.BigIntegerField()
    verdict = models.CharField(max_length=12, blank=True, default="", choices=[(v.value, v.value) for v in Verdict])
    note = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="an_entry_once_in_a_review", fields=["review", "entry_id"]),
            models.CheckConstraint(
                name="verdict_known", condition=Q(verdict="") | Q(verdict__in=[v.value for v in Verdict])
            ),
            models.CheckConstraint(
                name="verdict_has_reason", condition=Q(verdict__in=["", Verdict.JUSTIFIED]) | ~Q(note="")
            ),
        ]
