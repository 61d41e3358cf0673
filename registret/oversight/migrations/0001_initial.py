from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("places", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Incident",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Review",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(choices=[("sample", "sample"), ("directed", "directed")], max_length=10),
                ),
                ("about_patient_id", models.BigIntegerField(null=True)),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("reason", models.CharField(blank=True, default="", max_length=500, db_comment="personal")),
                ("population", models.PositiveIntegerField()),
                ("drawn_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[("no_remark", "no_remark"), ("remark", "remark"), ("reported", "reported")],
                        default="",
                        max_length=10,
                    ),
                ),
                ("conclusion", models.CharField(blank=True, default="", max_length=2000, db_comment="personal")),
                (
                    "about",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.account"
                    ),
                ),
                (
                    "clinic",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.clinic"
                    ),
                ),
                (
                    "drawn_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.account"
                    ),
                ),
                (
                    "reviewer",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.account"
                    ),
                ),
            ],
            options={"db_table_comment": "reviews"},
        ),
        migrations.CreateModel(
            name="ReviewedEntry",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("entry_id", models.BigIntegerField()),
                ("by_account_id", models.BigIntegerField()),
                (
                    "verdict",
                    models.CharField(
                        blank=True,
                        choices=[("justified", "justified"), ("unclear", "unclear"), ("unjustified", "unjustified")],
                        default="",
                        max_length=12,
                    ),
                ),
                ("note", models.CharField(blank=True, default="", max_length=500, db_comment="personal")),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="entries", to="oversight.review"
                    ),
                ),
            ],
            options={"db_table_comment": "reviews"},
        ),
        migrations.CreateModel(
            name="IncidentRevision",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField()),
                ("happened", models.CharField(max_length=4000, db_comment="personal")),
                ("began_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("discovered_at", models.DateTimeField()),
                ("people", models.PositiveIntegerField(null=True)),
                (
                    "data_kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), size=None, db_comment="plain"
                    ),
                ),
                ("consequences", models.CharField(blank=True, default="", max_length=4000, db_comment="personal")),
                ("measures", models.CharField(blank=True, default="", max_length=4000, db_comment="personal")),
                (
                    "authority",
                    models.CharField(
                        choices=[("undecided", "undecided"), ("done", "done"), ("not_needed", "not_needed")],
                        max_length=10,
                    ),
                ),
                ("authority_at", models.DateTimeField(null=True)),
                ("authority_why", models.CharField(blank=True, default="", max_length=2000, db_comment="personal")),
                (
                    "persons",
                    models.CharField(
                        choices=[("undecided", "undecided"), ("done", "done"), ("not_needed", "not_needed")],
                        max_length=10,
                    ),
                ),
                ("persons_at", models.DateTimeField(null=True)),
                ("persons_why", models.CharField(blank=True, default="", max_length=2000, db_comment="personal")),
                ("is_open", models.BooleanField()),
                ("at", models.DateTimeField()),
                ("by_name", models.CharField(max_length=520, db_comment="personal")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.account"
                    ),
                ),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="oversight.incident"
                    ),
                ),
            ],
            options={
                "db_table_comment": "incidents",
                "constraints": [
                    models.UniqueConstraint(fields=("incident", "number"), name="incident_revision_once"),
                    models.CheckConstraint(condition=models.Q(("number__gte", 1)), name="incident_revision_from_one"),
                    models.CheckConstraint(
                        condition=models.Q(("happened", ""), _negated=True), name="incident_has_text"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("by_name", ""), _negated=True), name="incident_has_author"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "data_kinds__contained_by",
                                ["patient_identity", "patient_care", "protected", "staff", "logins", "log", "other"],
                            )
                        ),
                        name="incident_data_kinds_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ended_at__lt", models.F("began_at")), _negated=True),
                        name="incident_ends_later",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("authority", "undecided"),
                                ("authority_at", None),
                            ),
                            models.Q(
                                ("authority", "done"),
                                ("authority_at__gte", models.F("discovered_at")),
                                ("authority_at__isnull", False),
                            ),
                            models.Q(
                                ("authority", "not_needed"),
                                ("authority_at", None),
                                models.Q(("authority_why", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="incident_authority_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("persons", "undecided"),
                                ("persons_at", None),
                            ),
                            models.Q(
                                ("persons", "done"),
                                ("persons_at__gte", models.F("discovered_at")),
                                ("persons_at__isnull", False),
                            ),
                            models.Q(
                                ("persons", "not_needed"),
                                ("persons_at", None),
                                models.Q(("persons_why", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="incident_persons_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_open", True),
                            models.Q(
                                models.Q(
                                    ("authority", "undecided"),
                                    _negated=True,
                                ),
                                models.Q(("persons", "undecided"), _negated=True),
                                models.Q(("consequences", ""), _negated=True),
                                models.Q(("measures", ""), _negated=True),
                                models.Q(("data_kinds", []), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="incident_closed_is_whole",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="review",
            index=models.Index(condition=models.Q(("closed_at", None)), fields=["id"], name="review_open"),
        ),
        migrations.AddIndex(
            model_name="review",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", False)), fields=["-closed_at", "-id"], name="review_closed"
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["sample", "directed"])), name="review_kind_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("about", None),
                        ("about_patient_id", None),
                        ("clinic__isnull", False),
                        ("kind", "sample"),
                    ),
                    models.Q(
                        ("clinic", None),
                        ("drawn_by__isnull", False),
                        ("kind", "directed"),
                        models.Q(
                            models.Q(("about__isnull", False), ("about_patient_id", None)),
                            models.Q(("about", None), ("about_patient_id__isnull", False)),
                            _connector="OR",
                        ),
                        models.Q(("reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="review_about_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(("until__gt", models.F("since"))), name="review_period"
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(("reviewer", models.F("about")), _negated=True), name="review_never_about_oneself"
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at", None), ("conclusion", ""), ("outcome", "")),
                    models.Q(
                        ("closed_at__isnull", False),
                        ("outcome__in", ["no_remark", "remark", "reported"]),
                        ("reviewer__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="review_closed_has_outcome",
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "outcome__in",
                            [
                                "remark",
                                "reported",
                            ],
                        ),
                        _negated=True,
                    ),
                    models.Q(("conclusion", ""), _negated=True),
                    _connector="OR",
                ),
                name="review_remark_has_conclusion",
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.UniqueConstraint(
                condition=models.Q(("drawn_by", None)),
                fields=("clinic", "since"),
                name="one_drawing_per_clinic_and_month",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewedentry",
            constraint=models.UniqueConstraint(fields=("review", "entry_id"), name="an_entry_once_in_a_review"),
        ),
        migrations.AddConstraint(
            model_name="reviewedentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("verdict", ""), ("verdict__in", ["justified", "unclear", "unjustified"]), _connector="OR"
                ),
                name="verdict_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewedentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("verdict__in", ["", "justified"]),
                    models.Q(("note", ""), _negated=True),
                    _connector="OR",
                ),
                name="verdict_has_reason",
            ),
        ),
        migrations.RunSQL(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")),
    ]
