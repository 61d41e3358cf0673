"""What research projects are given, and each time that it left the registry."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from registret.database.columns import PERSONAL, PLAIN
from registret.database.constraints import check, choices, given, index
from registret.records.ethics_approval import SHAPE
from registret.records.lifecycle import DisclosureState


class Disclosure(models.Model):
    """Utlämnande för forskning: what a project is given, under which approval, and the two who answer for it.

    Of episodes of `sub_registry` that began from `first_day` to `last_day`, the `parts`: `step/section`. Dates are
    times since the episode began, unless `full_dates` says otherwise, with a reason. `patients` and `episodes`: how
    many they were when it was decided. `forms`: the digests of the form's versions that there were then, by number.
    `key` is the name of the key that its pseudonyms are derived from. `ended`: withdrawn, or closed; by nobody if the
    clock did it. What was written stays.
    """

    id = models.BigAutoField(primary_key=True)
    project = models.CharField(max_length=200, db_comment=PERSONAL)
    approval = models.CharField(max_length=16, db_comment=PLAIN)
    recipient_name = models.CharField(max_length=200, db_comment=PERSONAL)
    recipient_organisation = models.CharField(max_length=200, db_comment=PERSONAL)
    sub_registry = models.CharField(max_length=40, db_comment=PLAIN)
    first_day = models.DateField()
    last_day = models.DateField()
    parts = ArrayField(models.CharField(max_length=81), db_comment=PLAIN)
    full_dates = models.BooleanField()
    dates_reason = models.CharField(max_length=500, blank=True, default="", db_comment=PERSONAL)
    clinics = models.BooleanField(default=True)
    reason = models.CharField(max_length=500, db_comment=PERSONAL)
    state = models.CharField(
        max_length=10,
        choices=choices(DisclosureState),
        default=DisclosureState.PREPARED,
    )
    prepared_at = models.DateTimeField()
    prepared_by_id = models.BigIntegerField()
    prepared_by_name = models.CharField(max_length=520, db_comment=PERSONAL)
    decided_at = models.DateTimeField(null=True)
    decided_by_id = models.BigIntegerField(null=True)
    decided_by_name = models.CharField(max_length=520, blank=True, default="", db_comment=PERSONAL)
    patients = models.PositiveIntegerField(null=True)
    episodes = models.PositiveIntegerField(null=True)
    forms = models.JSONField(null=True, db_comment=PLAIN)
    key = models.CharField(max_length=16, blank=True, default="", db_comment=PLAIN)
    fetch_until = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by_id = models.BigIntegerField(null=True)
    ended_by_name = models.CharField(max_length=520, blank=True, default="", db_comment=PERSONAL)

    class Meta:
        db_table_comment = "disclosures"
        constraints = [
            check(
                "disclosure_says_what",
                ~Q(project="") & ~Q(recipient_name="") & ~Q(recipient_organisation="") & ~Q(reason=""),
            ),
            check("disclosure_approval_shape", Q(approval__regex=SHAPE)),
            check("disclosure_days_in_order", Q(first_day__lte=F("last_day"))),
            # In a short period, times since the episode began almost give away the date.
            check(
                "disclosure_short_with_full_dates",
                Q(full_dates=True) | Q(last_day__gte=F("first_day") + timedelta(days=30)),
            ),
            check("disclosure_of_something", Q(parts__len__gt=0)),
            check(
                "disclosure_full_dates_have_reason",
                Q(full_dates=False, dates_reason="") | (Q(full_dates=True) & ~Q(dates_reason="")),
            ),
            check("disclosure_decided_by_another", Q(decided_by_id=None) | ~Q(decided_by_id=F("prepared_by_id"))),
            # The checks for NULL are needed: a constraint refuses only what is false, which NULL is not.
            check(
                "disclosure_decided_whole",
                (
                    Q(
                        state__in=[DisclosureState.DECIDED, DisclosureState.CLOSED],
                        decided_at__isnull=False,
                        decided_at__gte=F("prepared_at"),
                        decided_by_id__isnull=False,
                        patients__isnull=False,
                        patients__gt=0,
                        episodes__isnull=False,
                        episodes__gt=0,
                        forms__isnull=False,
                        key__regex=r"^[0-9a-f]{16}$",
                        fetch_until__isnull=False,
                    )
                    & ~Q(decided_by_name="")
                )
                | Q(
                    state__in=[DisclosureState.PREPARED, DisclosureState.WITHDRAWN],
                    decided_at=None,
                    decided_by_id=None,
                    decided_by_name="",
                    patients=None,
                    episodes=None,
                    forms__isnull=True,
                    key="",
                    fetch_until=None,
                ),
            ),
            check(
                "disclosure_ended_whole",
                Q(
                    state__in=[DisclosureState.PREPARED, DisclosureState.DECIDED],
                    ended_at=None,
                    ended_by_id=None,
                    ended_by_name="",
                )
                | (
                    Q(
                        state__in=[DisclosureState.WITHDRAWN, DisclosureState.CLOSED],
                        ended_at__isnull=False,
                        ended_at__gte=F("prepared_at"),
                    )
                    & (Q(ended_by_id=None, ended_by_name="") | (Q(ended_by_id__isnull=False) & ~Q(ended_by_name="")))
                ),
            ),
        ]
        indexes = [
            index("disclosure_open", "fetch_until", where=Q(state=DisclosureState.DECIDED)),
        ]


class DisclosureFetch(models.Model):
    """One time that the file of a disclosure, or the key to its pseudonyms, left the registry. Append-only.

    `who`: ids of the patients in the file, as they were then. `digest`: SHA-256 of the file as it was fetched. A key is
    taken without an account; `by_name` has both who decided it.
    """

    class What(models.TextChoices):
        FILE = "file"
        KEY = "key"

    id = models.BigAutoField(primary_key=True)
    disclosure = models.ForeignKey(Disclosure, on_delete=models.PROTECT, related_name="fetches")
    what = models.CharField(max_length=4, choices=What.choices)
    patients = models.PositiveIntegerField()
    who = ArrayField(models.BigIntegerField(), default=list, db_comment=PLAIN)
    digest = models.CharField(max_length=64, blank=True, default="", db_comment=PLAIN)
    at = models.DateTimeField()
    by_account_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=520, db_comment=PERSONAL)

    class Meta:
        db_table_comment = "disclosures"
        constraints = [
            check(
                "disclosure_fetch_says_what",
                Q(what="file", digest__regex=r"^[0-9a-f]{64}$", by_account_id__isnull=False, who__len=F("patients"))
                | Q(what="key", digest="", by_account_id=None, who__len=0),
            ),
            given("disclosure_fetch_by_somebody", "by_name"),
        ]
