"""What indicators come to: for each episode (`Fact`), counted without people (`Cell`), and as others are told it
(`Edition`). How many patients there were to register, by another source (`CoverageFile`). And what became of a clinic
whose figure in an edition is not what chance gives (`OutlierCase`).

Triggers of the database (`migrations/0001_initial.sql`) count facts into cells, and mark an episode as stale in the
transaction that changes what its facts are made from.
"""

from __future__ import annotations

from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from registret.database.columns import PERSONAL, PLAIN
from registret.database.constraints import check, choices, given, index, known, unique
from registret.registries.measuring import CountedAs
from registret.reports.counts import LEAST_EXPECTED
from registret.reports.lifecycle import OutlierState
from registret.reports.statistics.funnels import FunnelPlace

REGISTERED: Final = "_registered"
"""Instead of an indicator: the episode is there, with a signed step. No indicator's code begins so."""


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
            unique("fact_once", "episode", "indicator"),
            known("fact_outcome_known", outcome=CountedAs),
            check(
                "fact_valued_has_value",
                Q(outcome=CountedAs.VALUED.value, value__isnull=False)
                | (~Q(outcome=CountedAs.VALUED.value) & Q(value=None)),
            ),
            check("fact_month_is_first_day", Q(month__day=1)),
        ]
        indexes = [index("fact_of_clinic", "clinic", "sub_registry", "indicator", "month")]


class Remark(models.Model):
    """A rule that does not hold in a signed step, as a registrar sees it who opens the step. The patient's, as a `Fact`
    is, and made anew with the facts of its episode."""

    id = models.BigAutoField(primary_key=True)
    episode = models.ForeignKey("records.Episode", on_delete=models.CASCADE, related_name="+")
    sub_registry = models.CharField(max_length=40, db_comment=PLAIN)
    care_provider = models.ForeignKey("places.CareProvider", on_delete=models.PROTECT, related_name="+")
    clinic = models.ForeignKey("places.Clinic", on_delete=models.PROTECT, related_name="+")
    step = models.CharField(max_length=40, db_comment=PLAIN)
    rule = models.CharField(max_length=100, db_comment=PERSONAL)

    class Meta:
        db_table_comment = "records"
        constraints = [unique("remark_once", "episode", "step", "rule")]
        indexes = [index("remark_of_clinic", "clinic", "sub_registry", "step", "rule", "-episode")]


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
            unique(
                "cell_once",
                *("sub_registry", "indicator", "version", "stratum", "clinic", "month", "value"),
                nulls_distinct=False,
            ),
            check("cell_counts_somebody", ~Q(reached=0, not_reached=0, valued=0, missing=0, unplaced=0)),
        ]


class StaleEpisode(models.Model):
    """An episode whose facts are to be made anew: something that they are made from has changed."""

    episode = models.OneToOneField("records.Episode", on_delete=models.CASCADE, primary_key=True, related_name="+")
    since = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [index("stale_since", "since")]


class Edition(models.Model):
    """Figures that others are told, made at one moment. Never changed. `rules`: by which they were made, as
    `registries.loading.edition_rules` has them."""

    id = models.BigAutoField(primary_key=True)
    number = models.PositiveIntegerField(unique=True)
    made_at = models.DateTimeField()
    rules = models.JSONField(db_comment=PLAIN)


class EditionCell(models.Model):
    """What an edition tells of a clinic, a region (`clinic` None) or the country (`region` None too), in the months
    from `first` to `last`.

    No month is told twice of the same: what is told of months is never counted anew. What is not told has no row.
    `region` of a clinic: the one that it was in. `is_public`: the public may be told as well, if the office publishes
    the indicator. `missing`: of the country only, where it can be told. `value`, `low`, `high`: of a median, which
    cannot be summed. `expected`, `patients`: of a ratio, how many were expected to reach the outcome, and of how many
    patients, in each group to the nearest five (`expecting`); who did not reach it is not told. Groups of a ratio have
    rows of the country only, which are its rates.
    """

    id = models.BigAutoField(primary_key=True)
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="cells")
    sub_registry = models.CharField(max_length=40, db_comment=PLAIN)
    indicator = models.CharField(max_length=40, db_comment=PLAIN)
    version = models.PositiveSmallIntegerField()
    region = models.ForeignKey("places.Region", on_delete=models.PROTECT, null=True, related_name="+")
    clinic = models.ForeignKey("places.Clinic", on_delete=models.PROTECT, null=True, related_name="+")
    stratum = models.CharField(max_length=81, blank=True, default="", db_comment=PLAIN)
    first = models.DateField()
    last = models.DateField()
    is_public = models.BooleanField(default=False)
    reached = models.PositiveIntegerField(default=0)
    not_reached = models.PositiveIntegerField(default=0)
    valued = models.PositiveIntegerField(default=0)
    missing = models.PositiveIntegerField(null=True)
    value = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    expected = models.FloatField(null=True)
    patients = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [
            unique(
                "edition_cell_once",
                *("sub_registry", "indicator", "region", "clinic", "stratum", "first"),
                nulls_distinct=False,
            ),
            check("edition_cell_clinic_in_region", Q(clinic=None) | Q(region__isnull=False)),
            check("edition_cell_in_order", Q(first__lte=F("last"))),
            check("edition_cell_public_of_areas", Q(is_public=False) | Q(clinic=None, stratum="")),
            # As loading.edition_rules has it: five is the least that a rule may say, and ten for the public.
            check(
                "edition_cell_few_public",
                Q(is_public=False)
                | Q(reached=0, not_reached=0, valued=0)
                | Q(reached__gte=10 - F("not_reached") - F("valued")),
            ),
            *(
                check(f"edition_cell_few_{one}", Q(**{one: 0}) | Q(**{f"{one}__gte": 5}))
                for one in ("reached", "not_reached", "valued", "missing")
            ),
            check(
                "edition_cell_estimate_whole",
                Q(value=None, low=None, high=None)
                | Q(value__isnull=False, low__isnull=False, high__isnull=False, valued__gt=0),
            ),
            check(
                "edition_cell_ratio_whole",
                Q(expected=None, patients=None)
                | Q(
                    expected__isnull=False,
                    expected__gte=0,
                    patients__isnull=False,
                    not_reached=0,
                    valued=0,
                    is_public=False,
                ),
            ),
        ]


class CoverageFile(models.Model):
    """Counts of patients that another source has, as the office brought them in. Never changed.

    `source`: in the office's words. `by_name`: who brought it in; `by_account_id` None: a command.
    """

    id = models.BigAutoField(primary_key=True)
    source = models.CharField(max_length=200, db_comment=PLAIN)
    at = models.DateTimeField()
    by_account_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=520, db_comment=PERSONAL)

    class Meta:
        db_table_comment = "decisions"
        constraints = [given("coverage_file_has_source", "source"), given("coverage_file_has_author", "by_name")]


class CoverageCount(models.Model):
    """How many patients a clinic had in a year, in the area of a sub-registry. The newest file counts."""

    id = models.BigAutoField(primary_key=True)
    file = models.ForeignKey(CoverageFile, on_delete=models.PROTECT, related_name="counts")
    clinic = models.ForeignKey("places.Clinic", on_delete=models.PROTECT, related_name="+")
    sub_registry = models.CharField(max_length=40, db_comment=PLAIN)
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()

    class Meta:
        constraints = [unique("coverage_count_once", "file", "clinic", "sub_registry", "year")]
        indexes = [index("coverage_count_newest", "clinic", "sub_registry", "year", "-file")]


class NotIncluded(models.Model):
    """How many patients met the criteria of a sub-registry at a clinic in a half-year (`half`: its first day) and were
    not registered, for a reason (a code of `not_included.LIST`). No row says when it was changed, or by whom."""

    id = models.BigAutoField(primary_key=True)
    clinic = models.ForeignKey("places.Clinic", on_delete=models.PROTECT, related_name="+")
    sub_registry = models.CharField(max_length=40, db_comment=PLAIN)
    half = models.DateField()
    reason = models.CharField(max_length=40, db_comment=PLAIN)
    number = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            unique("not_included_once", "clinic", "sub_registry", "half", "reason"),
            check("not_included_half_is_first_day", Q(half__day=1, half__month__in=(1, 7))),
        ]


class Publication(models.Model):
    """Whether all may see a subject (`publishing`), from `at` on. Never changed: the office decides anew."""

    id = models.BigAutoField(primary_key=True)
    subject = models.CharField(max_length=81, db_comment=PLAIN)
    is_published = models.BooleanField()
    reason = models.CharField(max_length=500, db_comment=PERSONAL)
    at = models.DateTimeField()
    by_account_id = models.BigIntegerField()
    by_name = models.CharField(max_length=520, db_comment=PERSONAL)

    class Meta:
        db_table_comment = "decisions"
        constraints = [given("publication_has_reason", "reason"), given("publication_has_author", "by_name")]
        indexes = [index("publication_newest", "subject", "-id")]


class OutlierCase(models.Model):
    """A clinic that lies outside of the funnel of an indicator, by the figures of an edition, which are kept with it.

    `edition`: the newest of those that tell of the months from `first` to `last`. `reached` of `n`: the clinic's;
    `target_reached` of `target_n`: the country's, with which it is compared. `expected`, `target_expected`: of a ratio,
    of which `n` and `target_n` are the edition's rounded numbers of patients. Only `state` changes, as `OUTLIER_LIFE`
    says, and `answer_by` when the clinic is asked: until which day it may take to answer.
    """

    id = models.BigAutoField(primary_key=True)
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="+")
    clinic = models.ForeignKey("places.Clinic", on_delete=models.PROTECT, related_name="+")
    sub_registry = models.CharField(max_length=40, db_comment=PLAIN)
    indicator = models.CharField(max_length=40, db_comment=PLAIN)
    version = models.PositiveSmallIntegerField()
    first = models.DateField()
    last = models.DateField()
    reached = models.PositiveIntegerField()
    n = models.PositiveIntegerField()
    expected = models.FloatField(null=True)
    target_reached = models.PositiveIntegerField()
    target_n = models.PositiveIntegerField()
    target_expected = models.FloatField(null=True)
    place = models.CharField(max_length=10, choices=choices(FunnelPlace))
    state = models.CharField(max_length=10, choices=choices(OutlierState), default=OutlierState.OPENED)
    answer_by = models.DateField(null=True)

    class Meta:
        constraints = [
            unique(
                "one_open_outlier_case",
                *("clinic", "sub_registry", "indicator", "edition"),
                where=~Q(state=OutlierState.CLOSED),
            ),
            known("outlier_case_place_known", place=[one for one in FunnelPlace if one is not FunnelPlace.WITHIN]),
            known("outlier_case_state_known", state=OutlierState),
            check("outlier_case_in_order", Q(first__lte=F("last"))),
            check(
                "outlier_case_figures",
                Q(reached__lte=F("target_reached"), n__lte=F("target_n"), target_reached__lte=F("target_n")),
            ),
            # Rounded numbers of patients may be fewer than those of them who died.
            check(
                "outlier_case_share_or_ratio",
                Q(expected=None, target_expected=None, reached__lte=F("n"))
                | Q(
                    expected__isnull=False,
                    target_expected__isnull=False,
                    expected__gte=LEAST_EXPECTED,
                    expected__lte=F("target_expected"),
                ),
            ),
            check(
                "outlier_case_asked_until",
                Q(state=OutlierState.CLOSED)
                | Q(state__in=[OutlierState.OPENED, OutlierState.CHECKED], answer_by=None)
                | Q(state__in=[OutlierState.ASKED, OutlierState.ANSWERED], answer_by__isnull=False),
            ),
        ]
        indexes = [index("outlier_case_of_clinic", "clinic", "-id")]


class OutlierStep(models.Model):
    """How a case came into `state`: who wrote what. Never changed, and each state is reached once."""

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(OutlierCase, on_delete=models.PROTECT, related_name="steps")
    state = models.CharField(max_length=10, choices=choices(OutlierState))
    text = models.CharField(max_length=2000, db_comment=PERSONAL)
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=520, db_comment=PERSONAL)

    class Meta:
        db_table_comment = "outliers"
        constraints = [
            unique("outlier_step_once", "case", "state"),
            known("outlier_step_state_known", state=OutlierState),
            given("outlier_step_has_text", "text"),
            given("outlier_step_has_author", "by_name"),
        ]
