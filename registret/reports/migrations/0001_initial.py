from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from registret.reports.lifecycle import OUTLIER_LIFE


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("places", "0001_initial"),
        ("records", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="StaleEpisode",
            fields=[
                (
                    "episode",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="records.episode",
                    ),
                ),
                ("since", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "indexes": [models.Index(fields=["since"], name="stale_since")],
            },
        ),
        migrations.CreateModel(
            name="Cell",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("sub_registry", models.CharField(max_length=40, db_comment="plain")),
                ("indicator", models.CharField(max_length=40, db_comment="plain")),
                ("version", models.PositiveSmallIntegerField()),
                ("month", models.DateField()),
                ("stratum", models.CharField(blank=True, default="", max_length=81, db_comment="plain")),
                ("value", models.DecimalField(decimal_places=2, max_digits=12, null=True)),
                ("reached", models.PositiveIntegerField(default=0)),
                ("not_reached", models.PositiveIntegerField(default=0)),
                ("valued", models.PositiveIntegerField(default=0)),
                ("missing", models.PositiveIntegerField(default=0)),
                ("unplaced", models.PositiveIntegerField(default=0)),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.clinic"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("sub_registry", "indicator", "version", "stratum", "clinic", "month", "value"),
                        name="cell_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("missing", 0),
                            ("not_reached", 0),
                            ("reached", 0),
                            ("unplaced", 0),
                            ("valued", 0),
                            _negated=True,
                        ),
                        name="cell_counts_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Fact",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("sub_registry", models.CharField(max_length=40, db_comment="plain")),
                ("indicator", models.CharField(max_length=40, db_comment="plain")),
                ("version", models.PositiveSmallIntegerField()),
                ("month", models.DateField(db_comment="personal")),
                ("outcome", models.CharField(max_length=12, db_comment="personal")),
                ("value", models.DecimalField(decimal_places=2, max_digits=12, null=True, db_comment="personal")),
                (
                    "strata",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=81), size=None, db_comment="personal"
                    ),
                ),
                (
                    "care_provider",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.careprovider"
                    ),
                ),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.clinic"
                    ),
                ),
                (
                    "episode",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="records.episode"
                    ),
                ),
            ],
            options={
                "db_table_comment": "records",
                "indexes": [
                    models.Index(fields=["clinic", "sub_registry", "indicator", "month"], name="fact_of_clinic")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("episode", "indicator"), name="fact_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("outcome__in", ["reached", "not_reached", "valued", "missing", "unplaced"])
                        ),
                        name="fact_outcome_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", "valued"), ("value__isnull", False)),
                            models.Q(models.Q(("outcome", "valued"), _negated=True), ("value", None)),
                            _connector="OR",
                        ),
                        name="fact_valued_has_value",
                    ),
                    models.CheckConstraint(condition=models.Q(("month__day", 1)), name="fact_month_is_first_day"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Edition",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField(unique=True)),
                ("made_at", models.DateTimeField()),
                ("rules", models.JSONField(db_comment="plain")),
            ],
        ),
        migrations.CreateModel(
            name="EditionCell",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("sub_registry", models.CharField(db_comment="plain", max_length=40)),
                ("indicator", models.CharField(db_comment="plain", max_length=40)),
                ("version", models.PositiveSmallIntegerField()),
                ("stratum", models.CharField(db_comment="plain", blank=True, default="", max_length=81)),
                ("first", models.DateField()),
                ("last", models.DateField()),
                ("is_public", models.BooleanField(default=False)),
                ("reached", models.PositiveIntegerField(default=0)),
                ("not_reached", models.PositiveIntegerField(default=0)),
                ("valued", models.PositiveIntegerField(default=0)),
                ("missing", models.PositiveIntegerField(null=True)),
                ("value", models.FloatField(null=True)),
                ("low", models.FloatField(null=True)),
                ("high", models.FloatField(null=True)),
                ("expected", models.FloatField(null=True)),
                ("patients", models.PositiveIntegerField(null=True)),
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="cells", to="reports.edition"
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.region"
                    ),
                ),
                (
                    "clinic",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.clinic"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("sub_registry", "indicator", "region", "clinic", "stratum", "first"),
                        name="edition_cell_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("clinic", None), ("region__isnull", False), _connector="OR"),
                        name="edition_cell_clinic_in_region",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("first__lte", models.F("last"))), name="edition_cell_in_order"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_public", False), models.Q(("clinic", None), ("stratum", "")), _connector="OR"
                        ),
                        name="edition_cell_public_of_areas",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_public", False),
                            models.Q(("not_reached", 0), ("reached", 0), ("valued", 0)),
                            ("reached__gte", 10 - models.F("not_reached") - models.F("valued")),
                            _connector="OR",
                        ),
                        name="edition_cell_few_public",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reached", 0), ("reached__gte", 5), _connector="OR"),
                        name="edition_cell_few_reached",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("not_reached", 0), ("not_reached__gte", 5), _connector="OR"),
                        name="edition_cell_few_not_reached",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("valued", 0), ("valued__gte", 5), _connector="OR"),
                        name="edition_cell_few_valued",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("missing", 0), ("missing__gte", 5), _connector="OR"),
                        name="edition_cell_few_missing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("high", None), ("low", None), ("value", None)),
                            models.Q(
                                ("high__isnull", False),
                                ("low__isnull", False),
                                ("value__isnull", False),
                                ("valued__gt", 0),
                            ),
                            _connector="OR",
                        ),
                        name="edition_cell_estimate_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("expected", None), ("patients", None)),
                            models.Q(
                                ("expected__gte", 0),
                                ("expected__isnull", False),
                                ("is_public", False),
                                ("not_reached", 0),
                                ("patients__isnull", False),
                                ("valued", 0),
                            ),
                            _connector="OR",
                        ),
                        name="edition_cell_ratio_whole",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CoverageFile",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("source", models.CharField(db_comment="plain", max_length=200)),
                ("at", models.DateTimeField()),
                ("by_account_id", models.BigIntegerField(null=True)),
                ("by_name", models.CharField(db_comment="personal", max_length=520)),
            ],
            options={
                "db_table_comment": "decisions",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("source", ""), _negated=True), name="coverage_file_has_source"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("by_name", ""), _negated=True), name="coverage_file_has_author"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CoverageCount",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("sub_registry", models.CharField(db_comment="plain", max_length=40)),
                ("year", models.PositiveSmallIntegerField()),
                ("number", models.PositiveIntegerField()),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.clinic"
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="counts", to="reports.coveragefile"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["clinic", "sub_registry", "year", "-file"], name="coverage_count_newest")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("file", "clinic", "sub_registry", "year"), name="coverage_count_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Remark",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("sub_registry", models.CharField(db_comment="plain", max_length=40)),
                ("step", models.CharField(db_comment="plain", max_length=40)),
                ("rule", models.CharField(db_comment="personal", max_length=100)),
                (
                    "care_provider",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.careprovider"
                    ),
                ),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.clinic"
                    ),
                ),
                (
                    "episode",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="records.episode"
                    ),
                ),
            ],
            options={
                "db_table_comment": "records",
                "indexes": [
                    models.Index(fields=["clinic", "sub_registry", "step", "rule", "-episode"], name="remark_of_clinic")
                ],
                "constraints": [models.UniqueConstraint(fields=("episode", "step", "rule"), name="remark_once")],
            },
        ),
        migrations.CreateModel(
            name="NotIncluded",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("sub_registry", models.CharField(db_comment="plain", max_length=40)),
                ("half", models.DateField()),
                ("reason", models.CharField(db_comment="plain", max_length=40)),
                ("number", models.PositiveIntegerField(default=0)),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.clinic"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("clinic", "sub_registry", "half", "reason"), name="not_included_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("half__day", 1), ("half__month__in", (1, 7))),
                        name="not_included_half_is_first_day",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Publication",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("subject", models.CharField(db_comment="plain", max_length=81)),
                ("is_published", models.BooleanField()),
                ("reason", models.CharField(db_comment="personal", max_length=500)),
                ("at", models.DateTimeField()),
                ("by_account_id", models.BigIntegerField()),
                ("by_name", models.CharField(db_comment="personal", max_length=520)),
            ],
            options={
                "db_table_comment": "decisions",
                "indexes": [models.Index(fields=["subject", "-id"], name="publication_newest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="publication_has_reason"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("by_name", ""), _negated=True), name="publication_has_author"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OutlierCase",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("sub_registry", models.CharField(db_comment="plain", max_length=40)),
                ("indicator", models.CharField(db_comment="plain", max_length=40)),
                ("version", models.PositiveSmallIntegerField()),
                ("first", models.DateField()),
                ("last", models.DateField()),
                ("reached", models.PositiveIntegerField()),
                ("n", models.PositiveIntegerField()),
                ("expected", models.FloatField(null=True)),
                ("target_reached", models.PositiveIntegerField()),
                ("target_n", models.PositiveIntegerField()),
                ("target_expected", models.FloatField(null=True)),
                (
                    "place",
                    models.CharField(
                        choices=[
                            ("within", "within"),
                            ("low", "low"),
                            ("very_low", "very_low"),
                            ("high", "high"),
                            ("very_high", "very_high"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("opened", "opened"),
                            ("checked", "checked"),
                            ("asked", "asked"),
                            ("answered", "answered"),
                            ("closed", "closed"),
                        ],
                        default="opened",
                        max_length=10,
                    ),
                ),
                ("answer_by", models.DateField(null=True)),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.clinic"
                    ),
                ),
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="reports.edition"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["clinic", "-id"], name="outlier_case_of_clinic")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "closed"), _negated=True),
                        fields=("clinic", "sub_registry", "indicator", "edition"),
                        name="one_open_outlier_case",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("place__in", ["low", "very_low", "high", "very_high"])),
                        name="outlier_case_place_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["opened", "checked", "asked", "answered", "closed"])),
                        name="outlier_case_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("first__lte", models.F("last"))), name="outlier_case_in_order"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("n__lte", models.F("target_n")),
                            ("reached__lte", models.F("target_reached")),
                            ("target_reached__lte", models.F("target_n")),
                        ),
                        name="outlier_case_figures",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("expected", None), ("reached__lte", models.F("n")), ("target_expected", None)),
                            models.Q(
                                ("expected__gte", 1.0),
                                ("expected__isnull", False),
                                ("expected__lte", models.F("target_expected")),
                                ("target_expected__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="outlier_case_share_or_ratio",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "closed"),
                            models.Q(("answer_by", None), ("state__in", ["opened", "checked"])),
                            models.Q(("answer_by__isnull", False), ("state__in", ["asked", "answered"])),
                            _connector="OR",
                        ),
                        name="outlier_case_asked_until",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OutlierStep",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("opened", "opened"),
                            ("checked", "checked"),
                            ("asked", "asked"),
                            ("answered", "answered"),
                            ("closed", "closed"),
                        ],
                        max_length=10,
                    ),
                ),
                ("text", models.CharField(db_comment="personal", max_length=2000)),
                ("at", models.DateTimeField()),
                ("by_name", models.CharField(db_comment="personal", max_length=520)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.account"
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="reports.outliercase"
                    ),
                ),
            ],
            options={
                "db_table_comment": "outliers",
                "constraints": [
                    models.UniqueConstraint(fields=("case", "state"), name="outlier_step_once"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["opened", "checked", "asked", "answered", "closed"])),
                        name="outlier_step_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True), name="outlier_step_has_text"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("by_name", ""), _negated=True), name="outlier_step_has_author"
                    ),
                ],
            },
        ),
        migrations.RunSQL(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")),
        migrations.RunSQL(OUTLIER_LIFE.trigger("reports_outliercase", every_update=True)),
    ]
