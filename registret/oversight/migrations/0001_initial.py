from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

import registret.oversight.lifecycle


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("places", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Review",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("kind", models.CharField(choices=[("sample", "sample"), ("directed", "directed")], max_length=10)),
                ("about_patient_id", models.BigIntegerField(null=True)),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("reason", models.CharField(blank=True, default="", max_length=500)),
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
                ("conclusion", models.CharField(blank=True, default="", max_length=2000)),
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
                ("note", models.CharField(blank=True, default="", max_length=500)),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="entries", to="oversight.review"
                    ),
                ),
            ],
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
                        ("kind", registret.oversight.lifecycle.Kind["SAMPLE"]),
                    ),
                    models.Q(
                        ("clinic", None),
                        ("drawn_by__isnull", False),
                        ("kind", registret.oversight.lifecycle.Kind["DIRECTED"]),
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
                                registret.oversight.lifecycle.Outcome["REMARK"],
                                registret.oversight.lifecycle.Outcome["REPORTED"],
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
                    ("verdict__in", ["", registret.oversight.lifecycle.Verdict["JUSTIFIED"]]),
                    models.Q(("note", ""), _negated=True),
                    _connector="OR",
                ),
                name="verdict_has_reason",
            ),
        ),
        migrations.RunSQL(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")),
    ]
