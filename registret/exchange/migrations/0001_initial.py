from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

from registret.exchange.lifecycle import EXPORT_LIFE


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("places", "0001_initial"),
        ("records", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="MappingVersion",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("source_system", models.CharField(db_comment="plain", max_length=60)),
                ("sub_registry", models.CharField(db_comment="plain", max_length=40)),
                ("number", models.PositiveIntegerField()),
                ("text", models.TextField(db_comment="plain")),
                ("saved_at", models.DateTimeField()),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.clinic"
                    ),
                ),
                (
                    "saved_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.account"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ImportRun",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("as_a_whole", models.BooleanField()),
                ("rows", models.PositiveIntegerField()),
                ("new", models.PositiveIntegerField()),
                ("changed", models.PositiveIntegerField()),
                ("unchanged", models.PositiveIntegerField()),
                ("refused", models.PositiveIntegerField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.account"
                    ),
                ),
                (
                    "mapping",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="exchange.mappingversion"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Origin",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("key", models.BinaryField(db_comment="digest", max_length=32)),
                ("said", models.BinaryField(db_comment="digest", max_length=32)),
                ("versions", models.JSONField(db_comment="plain")),
                ("exported_at", models.DateTimeField(null=True)),
                ("brought_in_at", models.DateTimeField()),
                (
                    "care_provider",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.careprovider"
                    ),
                ),
                (
                    "episode",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="records.episode"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="KeptFile",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("purpose", models.CharField(choices=[("import", "Import"), ("export", "Export")], max_length=6)),
                ("marks_key", models.CharField(db_comment="plain", max_length=16)),
                ("at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("gone_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.account"
                    ),
                ),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.clinic"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("key", models.BinaryField(db_comment="digest", max_length=32)),
                ("said", models.BinaryField(db_comment="digest", max_length=32)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.account"
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="exchange.keptfile"
                    ),
                ),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("by", "key"), name="delivery_key_once")]},
        ),
        migrations.CreateModel(
            name="KeptPart",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField()),
                ("content", models.BinaryField(db_comment="personal")),
                ("note", models.CharField(db_comment="plain", max_length=10)),
                (
                    "marks",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64), db_comment="personal", size=None
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="parts", to="exchange.keptfile"
                    ),
                ),
            ],
            options={
                "db_table_comment": "records",
            },
        ),
        migrations.CreateModel(
            name="ImportJob",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("session_id", models.BigIntegerField()),
                ("only_tried", models.BooleanField()),
                ("asked_at", models.DateTimeField()),
                ("stopped_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("why", models.CharField(db_comment="plain", max_length=60)),
                ("parts", models.PositiveIntegerField()),
                ("done", models.PositiveIntegerField(default=0)),
                ("rows", models.PositiveIntegerField()),
                ("new", models.PositiveIntegerField(default=0)),
                ("changed", models.PositiveIntegerField(default=0)),
                ("unchanged", models.PositiveIntegerField(default=0)),
                ("refused", models.PositiveIntegerField(default=0)),
                ("opted_out", models.PositiveIntegerField(default=0)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.account"
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="exchange.keptfile"
                    ),
                ),
                (
                    "mapping",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="exchange.mappingversion"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("done__lte", models.F("parts"))), name="import_job_done_at_most_all"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("file",), name="import_job_one_at_a_time"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportBatch",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("first", models.PositiveIntegerField()),
                ("last", models.PositiveIntegerField()),
                (
                    "job",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="batches", to="exchange.importjob"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("job", "first"), name="import_batch_once"),
                    models.CheckConstraint(
                        condition=models.Q(("last__gte", models.F("first"))), name="import_batch_has_patients"
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="mappingversion",
            constraint=models.UniqueConstraint(
                fields=("clinic", "source_system", "sub_registry", "number"), name="mapping_version_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="mappingversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("source_system", ""), _negated=True), name="mapping_has_source_system"
            ),
        ),
        migrations.AddConstraint(
            model_name="importrun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "rows",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    models.F("new"), "+", models.F("changed")
                                ),
                                "+",
                                models.F("unchanged"),
                            ),
                            "+",
                            models.F("refused"),
                        ),
                    )
                ),
                name="import_run_adds_up",
            ),
        ),
        migrations.AddConstraint(
            model_name="origin",
            constraint=models.UniqueConstraint(fields=("key",), name="origin_key_once"),
        ),
        migrations.AddIndex(
            model_name="keptfile",
            index=models.Index(condition=models.Q(("gone_at", None)), fields=["ends_at"], name="kept_file_there"),
        ),
        migrations.AddConstraint(
            model_name="keptfile",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("at"))), name="kept_file_ends_later"
            ),
        ),
        migrations.AddConstraint(
            model_name="keptpart",
            constraint=models.UniqueConstraint(fields=("file", "number"), name="kept_part_once"),
        ),
        migrations.CreateModel(
            name="Export",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("card_read_at", models.DateTimeField()),
                ("at", models.DateTimeField()),
                ("sub_registry", models.CharField(db_comment="plain", max_length=40)),
                ("first_day", models.DateField()),
                ("last_day", models.DateField()),
                ("format", models.CharField(db_comment="plain", max_length=4)),
                ("shown_as", models.CharField(db_comment="plain", max_length=6)),
                ("row_for", models.CharField(db_comment="plain", max_length=7)),
                ("reason", models.CharField(db_comment="personal", max_length=500)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("ordered", "ordered"),
                            ("making", "making"),
                            ("ready", "ready"),
                            ("fetched", "fetched"),
                            ("ended", "ended"),
                        ],
                        default="ordered",
                        max_length=8,
                    ),
                ),
                (
                    "end",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("cancelled", "cancelled"),
                            ("expired", "expired"),
                            ("patient_gone", "patient_gone"),
                            ("right_ended", "right_ended"),
                            ("too_large", "too_large"),
                            ("failed", "failed"),
                        ],
                        default="",
                        max_length=12,
                    ),
                ),
                ("total", models.PositiveIntegerField(null=True)),
                ("done", models.PositiveIntegerField(default=0)),
                ("patients", models.PositiveIntegerField(null=True)),
                ("beat_at", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                (
                    "who",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), db_comment="plain", null=True, size=None
                    ),
                ),
                ("ended_at", models.DateTimeField(null=True)),
                ("key", models.BinaryField(db_comment="digest", max_length=32, null=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.account"
                    ),
                ),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.clinic"
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="exchange.keptfile"
                    ),
                ),
            ],
            options={
                "db_table_comment": "records",
                "indexes": [
                    models.Index(fields=["clinic", "-id"], name="export_clinic"),
                    models.Index(
                        condition=models.Q(("state__in", ["ordered", "making"])), fields=["id"], name="export_to_make"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("by", "key"), name="export_key_once"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["ordered", "making", "ready", "fetched", "ended"])),
                        name="export_state_known",
                    ),
                    models.CheckConstraint(condition=models.Q(("reason", ""), _negated=True), name="export_has_reason"),
                    models.CheckConstraint(
                        condition=models.Q(("last_day__gte", models.F("first_day"))), name="export_period"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                (
                                    "end__in",
                                    ["cancelled", "expired", "patient_gone", "right_ended", "too_large", "failed"],
                                ),
                                ("state", "ended"),
                            ),
                            models.Q(models.Q(("state", "ended"), _negated=True), ("end", "")),
                            _connector="OR",
                        ),
                        name="export_ends_for_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "ready"), _negated=True),
                            models.Q(("file__isnull", False), ("who__isnull", False)),
                            _connector="OR",
                        ),
                        name="export_ready_has_file",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["fetched", "ended"]), _negated=True),
                            models.Q(("ended_at__isnull", False), ("who", None)),
                            _connector="OR",
                        ),
                        name="export_over_forgets_whom",
                    ),
                ],
            },
        ),
        migrations.RunSQL(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")),
        migrations.RunSQL(EXPORT_LIFE.trigger("exchange_export")),
    ]
