"""What indicators come to: for each episode (`Fact`), and counted without people (`Cell`).

Triggers of the database (`migrations/0001_initial.sql`) count facts into cells, and mark an episode as stale in the
transaction that changes what its facts are made from.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from registret.database.columns import PERSONAL, PLAIN
from registret.registries.measuring import CountedAs


class Fact(models.Model):
    """What an indicator comes to for one episode. It is the patient's: row-level security shows it as it shows the
    episode, and it is destroyed with it. Never changed: made anew.

    `version`: of the indicator. `month`: its first day. `strata`: in which cells it counts, the empty one first.
    """

    id = models.BigAutoField(primary_key=True)
    episode = models.ForeignKey("records.Episode", on_delete=models.CASCADE, related_name="+")
    sub_registry = models.CharField(max_length=40, db_comment=PLAIN)
    indicator = models.CharField(max_length=40, db_comment=PLAIN)
    version = models.PositiveSmallIntegerField()
    care_provider = models.ForeignKey("places.CareProvider", on_delete=models.PROTECT, related_name="+")
    clinic = models.ForeignKey("places.Clinic", on_delete=models.PROTECT, related_name="+")
    month = models.DateField(db_comment=PERSONAL)
    outcome = models.CharField(max_length=12, db_comment=PERSONAL)
    value = models.DecimalField(max_digits=12, decimal_places=2, null=True, db_comment=PERSONAL)
    strata = ArrayField(models.CharField(max_length=81), db_comment=PERSONAL)

    class Meta:
        db_table_comment = "records"
        constraints = [
            models.UniqueConstraint(name="fact_once", fields=["episode", "indicator"]),
            models.CheckConstraint(
                name="fact_outcome_known", condition=Q(outcome__in=[one.value for one in CountedAs])
            ),
            models.CheckConstraint(
                name="fact_valued_has_value",
                condition=Q(outcome=CountedAs.VALUED.value, value__isnull=False)
                | (~Q(outcome=CountedAs.VALUED.value) & Q(value=None)),
            ),
            models.CheckConstraint(name="fact_month_is_first_day", condition=Q(month__day=1)),
        ]
        indexes = [
            models.Index(fields=["clinic", "sub_registry", "indicator", "month"], name="fact_of_clinic"),
        ]


class Cell(models.Model):
    """How many episodes of a clinic, a month and a stratum came to what. Nobody is named, and no episode.

    `reached`, `not_reached`: of a share. `valued`: of a median, with a row for each `value`. `missing`: the outcome is
    not known. `unplaced`: it is not known whether they belong to the population.
    """

    id = models.BigAutoField(primary_key=True)
    sub_registry = models.CharField(max_length=40, db_comment=PLAIN)
    indicator = models.CharField(max_length=40, db_comment=PLAIN)
    version = models.PositiveSmallIntegerField()
    clinic = models.ForeignKey("places.Clinic", on_delete=models.PROTECT, related_name="+")
    month = models.DateField()
    stratum = models.CharField(max_length=81, blank=True, default="", db_comment=PLAIN)
    value = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    reached = models.PositiveIntegerField(default=0)
    not_reached = models.PositiveIntegerField(default=0)
    valued = models.PositiveIntegerField(default=0)
    missing = models.PositiveIntegerField(default=0)
    unplaced = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="cell_once",
                fields=["sub_registry", "indicator", "version", "stratum", "clinic", "month", "value"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="cell_counts_somebody",
                condition=~Q(reached=0, not_reached=0, valued=0, missing=0, unplaced=0),
            ),
        ]


class StaleEpisode(models.Model):
    """An episode whose facts are to be made anew: something that they are made from has changed."""

    episode = models.OneToOneField("records.Episode", on_delete=models.CASCADE, primary_key=True, related_name="+")
    since = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["since"], name="stale_since")]
