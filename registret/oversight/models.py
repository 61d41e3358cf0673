"""Log reviews and personal data incidents.

Once closed, a review is never changed; nobody reviews oneself; a revision of an incident is never changed: the database
refuses all three.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from registret.database.columns import PERSONAL, PLAIN
from registret.database.constraints import check, choices, given, index, known, unique
from registret.oversight.incident_rules import DataKind, Notified
from registret.oversight.lifecycle import ReviewKind, ReviewOutcome, Verdict


class Review(models.Model):
    """Entries of the log that are reviewed, and what came of it. `population`: out of how many they were drawn.

    A patient is named by the id of the log, not by a foreign key: what is destroyed leaves no name here either.
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=10, choices=choices(ReviewKind))
    clinic = models.ForeignKey("places.Clinic", on_delete=models.PROTECT, null=True, related_name="+")
    about = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, null=True, related_name="+")
    about_patient_id = models.BigIntegerField(null=True)
    since = models.DateTimeField()
    until = models.DateTimeField()
    reason = models.CharField(max_length=500, blank=True, default="", db_comment=PERSONAL)
    population = models.PositiveIntegerField()
    drawn_at = models.DateTimeField()
    # Null: drawn by the clock, each month.
    drawn_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, null=True, related_name="+")
    reviewer = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, blank=True, default="", choices=choices(ReviewOutcome))
    conclusion = models.CharField(max_length=2000, blank=True, default="", db_comment=PERSONAL)

    class Meta:
        db_table_comment = "reviews"
        constraints = [
            known("review_kind_known", kind=ReviewKind),
            check(
                "review_about_something",
                Q(kind=ReviewKind.SAMPLE, clinic__isnull=False, about=None, about_patient_id=None)
                | (
                    Q(kind=ReviewKind.DIRECTED, clinic=None, drawn_by__isnull=False)
                    & (Q(about__isnull=False, about_patient_id=None) | Q(about=None, about_patient_id__isnull=False))
                    & ~Q(reason="")
                ),
            ),
            check("review_period", Q(until__gt=F("since"))),
            check("review_never_about_oneself", ~Q(reviewer=F("about"))),
            check(
                "review_closed_has_outcome",
                Q(closed_at=None, outcome="", conclusion="")
                | Q(closed_at__isnull=False, reviewer__isnull=False, outcome__in=[o.value for o in ReviewOutcome]),
            ),
            check(
                "review_remark_has_conclusion",
                ~Q(outcome__in=[ReviewOutcome.REMARK, ReviewOutcome.REPORTED]) | ~Q(conclusion=""),
            ),
            unique("one_drawing_per_clinic_and_month", "clinic", "since", where=Q(drawn_by=None)),
        ]
        indexes = [
            index("review_open", "id", where=Q(closed_at=None)),
            index("review_closed", "-closed_at", "-id", where=Q(closed_at__isnull=False)),
        ]


class ReviewedEntry(models.Model):
    """One entry of a review, by its number in the log, and the judgement on it."""

    id = models.BigAutoField(primary_key=True)
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="entries")
    entry_id = models.BigIntegerField()
    by_account_id = models.BigIntegerField()
    verdict = models.CharField(max_length=12, blank=True, default="", choices=choices(Verdict))
    note = models.CharField(max_length=500, blank=True, default="", db_comment=PERSONAL)

    class Meta:
        db_table_comment = "reviews"
        constraints = [
            unique("an_entry_once_in_a_review", "review", "entry_id"),
            check("verdict_known", Q(verdict="") | Q(verdict__in=[v.value for v in Verdict])),
            check("verdict_has_reason", Q(verdict__in=["", Verdict.JUSTIFIED]) | ~Q(note="")),
        ]


class Incident(models.Model):
    """A personal data incident (personuppgiftsincident): its number. What is known of it stands in its revisions."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()


class IncidentRevision(models.Model):
    """All that was known of an incident at `at`. Never changed: what is learnt later is the next revision."""

    id = models.BigAutoField(primary_key=True)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    happened = models.CharField(max_length=4000, db_comment=PERSONAL)
    # Null: not known.
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    discovered_at = models.DateTimeField()
    people = models.PositiveIntegerField(null=True)
    data_kinds = ArrayField(models.CharField(max_length=20), db_comment=PLAIN)
    consequences = models.CharField(max_length=4000, blank=True, default="", db_comment=PERSONAL)
    measures = models.CharField(max_length=4000, blank=True, default="", db_comment=PERSONAL)
    authority = models.CharField(max_length=10, choices=choices(Notified))
    authority_at = models.DateTimeField(null=True)
    authority_why = models.CharField(max_length=2000, blank=True, default="", db_comment=PERSONAL)
    persons = models.CharField(max_length=10, choices=choices(Notified))
    persons_at = models.DateTimeField(null=True)
    persons_why = models.CharField(max_length=2000, blank=True, default="", db_comment=PERSONAL)
    is_open = models.BooleanField()
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=520, db_comment=PERSONAL)

    class Meta:
        db_table_comment = "incidents"
        constraints = [
            unique("incident_revision_once", "incident", "number"),
            check("incident_revision_from_one", Q(number__gte=1)),
            given("incident_has_text", "happened"),
            given("incident_has_author", "by_name"),
            check("incident_data_kinds_known", Q(data_kinds__contained_by=[k.value for k in DataKind])),
            check("incident_ends_later", ~Q(ended_at__lt=F("began_at"))),
            check(
                "incident_authority_whole",
                Q(authority=Notified.UNDECIDED, authority_at=None)
                | Q(authority=Notified.DONE, authority_at__isnull=False, authority_at__gte=F("discovered_at"))
                | (Q(authority=Notified.NOT_NEEDED, authority_at=None) & ~Q(authority_why="")),
            ),
            check(
                "incident_persons_whole",
                Q(persons=Notified.UNDECIDED, persons_at=None)
                | Q(persons=Notified.DONE, persons_at__isnull=False, persons_at__gte=F("discovered_at"))
                | (Q(persons=Notified.NOT_NEEDED, persons_at=None) & ~Q(persons_why="")),
            ),
            check(
                "incident_closed_is_whole",
                Q(is_open=True)
                | (
                    ~Q(authority=Notified.UNDECIDED)
                    & ~Q(persons=Notified.UNDECIDED)
                    & ~Q(consequences="")
                    & ~Q(measures="")
                    & ~Q(data_kinds=[])
                ),
            ),
        ]
