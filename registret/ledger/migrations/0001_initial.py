from pathlib import Path

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.functions.text
from django.db import migrations, models

SEALS = """
CREATE TRIGGER ledger_seal_append_only BEFORE UPDATE OR DELETE ON ledger_seal
    FOR EACH ROW EXECUTE FUNCTION ledger_append_only();
CREATE TRIGGER ledger_seal_never_truncated BEFORE TRUNCATE ON ledger_seal
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        # Django knows no partitions.
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))],
            state_operations=[
                migrations.CreateModel(
                    name="Entry",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("at", models.DateTimeField()),
                        ("event", models.CharField(max_length=60, db_comment="plain")),
                        (
                            "outcome",
                            models.CharField(choices=[("done", "done"), ("refused", "refused")], max_length=10),
                        ),
                        ("by_hsa_id", models.CharField(blank=True, default="", max_length=31, db_comment="personal")),
                        ("by_name", models.CharField(blank=True, default="", max_length=520, db_comment="personal")),
                        ("by_account_id", models.BigIntegerField(null=True)),
                        ("by_role", models.CharField(blank=True, default="", max_length=100, db_comment="plain")),
                        ("by_clinic_id", models.BigIntegerField(null=True)),
                        ("by_program", models.CharField(blank=True, default="", max_length=60, db_comment="plain")),
                        ("network", models.GenericIPAddressField(null=True, db_comment="personal")),
                        ("about_account_id", models.BigIntegerField(null=True)),
                        (
                            "about_hsa_id",
                            models.CharField(blank=True, default="", max_length=31, db_comment="personal"),
                        ),
                        ("about_patient_id", models.BigIntegerField(null=True)),
                        (
                            "shown_patient_ids",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.BigIntegerField(), null=True, size=None, db_comment="plain"
                            ),
                        ),
                        ("clinic_id", models.BigIntegerField(null=True)),
                        ("reference", models.CharField(blank=True, default="", max_length=10, db_comment="plain")),
                        ("facts", models.JSONField(default=dict, db_comment="personal")),
                    ],
                    options={
                        "db_table_comment": "log",
                        "indexes": [
                            models.Index(fields=["by_account_id", "-id"], name="entry_by"),
                            models.Index(fields=["about_account_id", "-id"], name="entry_about"),
                            models.Index(fields=["clinic_id", "-id"], name="entry_clinic"),
                            models.Index(fields=["event", "-id"], name="entry_event"),
                            models.Index(fields=["at"], name="entry_at"),
                            models.Index(
                                condition=models.Q(("reference", ""), _negated=True),
                                fields=["reference"],
                                name="entry_reference",
                            ),
                            models.Index(
                                condition=models.Q(("about_patient_id__isnull", False)),
                                fields=["about_patient_id", "-id"],
                                name="entry_about_patient",
                            ),
                            django.contrib.postgres.indexes.GinIndex(
                                condition=models.Q(("shown_patient_ids__isnull", False)),
                                fields=["shown_patient_ids"],
                                name="entry_shown_patients",
                            ),
                            models.Index(
                                django.db.models.functions.text.Upper("by_hsa_id"),
                                models.OrderBy(models.F("id"), descending=True),
                                name="entry_by_hsa",
                            ),
                            models.Index(
                                django.db.models.functions.text.Upper("about_hsa_id"),
                                models.OrderBy(models.F("id"), descending=True),
                                name="entry_about_hsa",
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("by_hsa_id", ""), ("by_program", ""), _negated=True),
                                name="entry_has_an_author",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("outcome__in", ["done", "refused"])), name="entry_outcome_known"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("event__regex", "^[a-z_]+(\\.[a-z_]+)+$")), name="entry_event_shape"
                            ),
                        ],
                    },
                )
            ],
        ),
        migrations.CreateModel(
            name="Seal",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("form", models.SmallIntegerField()),
                ("previous", models.CharField(max_length=64, unique=True, db_comment="plain")),
                ("after", models.BigIntegerField()),
                ("last", models.BigIntegerField()),
                ("sealed_at", models.DateTimeField()),
                ("parts", models.JSONField(db_comment="plain")),
                ("culled", models.JSONField(default=list, db_comment="plain")),
                ("hash", models.CharField(max_length=64, db_comment="plain")),
                ("key", models.CharField(max_length=64, db_comment="plain")),
                ("signature", models.CharField(max_length=128, db_comment="plain")),
                ("leaves", models.BinaryField(db_comment="plain")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("last__gte", models.F("after"))), name="seal_goes_on"),
                    models.CheckConstraint(condition=models.Q(("number__gte", 1)), name="seal_numbered_from_one"),
                ],
            },
        ),
        migrations.RunSQL(SEALS),
    ]
