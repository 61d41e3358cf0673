from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models

from registret.access.lifecycle import APPLICATION_LIFE, LINE_LIFE, SUBSTITUTION_LIFE


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("places", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Application",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("reporter", "reporter"),
                            ("reader", "reader"),
                            ("report_reader", "report_reader"),
                            ("importer", "importer"),
                            ("exporter", "exporter"),
                        ],
                        max_length=30,
                    ),
                ),
                (
                    "sub_registries",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), default=list, size=None, db_comment="plain"
                    ),
                ),
                ("message", models.CharField(blank=True, default="", max_length=500, db_comment="personal")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("attested", "attested"),
                            ("declined", "declined"),
                            ("withdrawn", "withdrawn"),
                            ("lapsed", "lapsed"),
                        ],
                        default="waiting",
                        max_length=12,
                    ),
                ),
                ("applied_at", models.DateTimeField()),
                ("reminded_at", models.DateTimeField(null=True)),
                ("taken_at", models.DateTimeField(null=True)),
                ("recommended_at", models.DateTimeField(null=True)),
                ("recommended_role", models.CharField(blank=True, default="", max_length=30, db_comment="plain")),
                (
                    "recommended_sub_registries",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), default=list, size=None, db_comment="plain"
                    ),
                ),
                ("recommended_until", models.DateField(null=True)),
                ("escalated_at", models.DateTimeField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, default="", max_length=500, db_comment="personal")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="applications", to="accounts.account"
                    ),
                ),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.clinic"
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.account"
                    ),
                ),
                (
                    "recommended_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.account"
                    ),
                ),
                (
                    "taken_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.account"
                    ),
                ),
            ],
            options={"db_table_comment": "rights"},
        ),
        migrations.CreateModel(
            name="Claim",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("email", models.CharField(blank=True, max_length=254, db_comment="personal")),
                ("version", models.PositiveIntegerField(default=1)),
                ("sent_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("wrong_codes", models.PositiveSmallIntegerField(default=0)),
                ("proven_at", models.DateTimeField(null=True)),
                ("settled_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.account"
                    ),
                ),
                (
                    "old_account",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.account"
                    ),
                ),
            ],
            options={"db_table_comment": "accounts"},
        ),
        migrations.CreateModel(
            name="Grant",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("reporter", "reporter"),
                            ("reader", "reader"),
                            ("report_reader", "report_reader"),
                            ("importer", "importer"),
                            ("system", "system"),
                            ("export_system", "export_system"),
                            ("exporter", "exporter"),
                            ("local_administrator", "local_administrator"),
                            ("registry_office", "registry_office"),
                            ("log_reviewer", "log_reviewer"),
                            ("support", "support"),
                            ("case_handler", "case_handler"),
                        ],
                        max_length=30,
                    ),
                ),
                (
                    "sub_registries",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), default=list, size=None, db_comment="plain"
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("attested", "Attested"),
                            ("appointed", "Appointed"),
                            ("changed", "Changed"),
                            ("imported", "Imported"),
                        ],
                        db_default="appointed",
                        default="appointed",
                        max_length=10,
                    ),
                ),
                ("begins_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("decided_by_names", models.CharField(blank=True, default="", max_length=300, db_comment="personal")),
                ("revoked_at", models.DateTimeField(null=True)),
                ("revoke_reason", models.CharField(blank=True, default="", max_length=500, db_comment="personal")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="grants", to="accounts.account"
                    ),
                ),
                (
                    "application",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.application",
                    ),
                ),
                (
                    "clinic",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.clinic"
                    ),
                ),
                (
                    "granted_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.account"
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.account"
                    ),
                ),
                (
                    "revoked_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.account"
                    ),
                ),
            ],
            options={"db_table_comment": "rights"},
        ),
        migrations.CreateModel(
            name="Nomination",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("hsa_id", models.CharField(max_length=31, db_comment="personal")),
                ("given_name", models.CharField(blank=True, max_length=256, db_comment="personal")),
                ("surname", models.CharField(max_length=256, db_comment="personal")),
                ("email", models.CharField(max_length=254, db_comment="personal")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("log_reviewer", "log_reviewer"),
                            ("case_handler", "case_handler"),
                            ("local_administrator", "local_administrator"),
                        ],
                        max_length=30,
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                (
                    "clinic",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.clinic"
                    ),
                ),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.account"
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.account"
                    ),
                ),
            ],
            options={"db_table_comment": "rights"},
        ),
        migrations.CreateModel(
            name="Note",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[("note", "Note"), ("question", "Question"), ("answer", "Answer")],
                        max_length=10,
                    ),
                ),
                ("text", models.CharField(max_length=1000, db_comment="personal")),
                ("at", models.DateTimeField()),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="access.application"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.account"
                    ),
                ),
            ],
            options={"db_table_comment": "rights"},
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=40, db_comment="plain")),
                ("subject", models.BigIntegerField()),
                ("occasion", models.CharField(blank=True, default="", max_length=40, db_comment="plain")),
                ("at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["at"], name="notice_at")],
                "constraints": [models.UniqueConstraint(fields=("kind", "subject", "occasion"), name="notice_once")],
            },
        ),
        migrations.CreateModel(
            name="Participation",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("sub_registry", models.CharField(max_length=40, db_comment="plain")),
                ("takes_part", models.BooleanField()),
                ("reason", models.CharField(max_length=500, db_comment="personal")),
                ("at", models.DateTimeField()),
                ("by_name", models.CharField(max_length=520, db_comment="personal")),
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
            options={"db_table_comment": "decisions"},
        ),
        migrations.CreateModel(
            name="Recertification",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("opened_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("reason", models.CharField(blank=True, default="", max_length=500, db_comment="personal")),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.clinic"
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.account"
                    ),
                ),
            ],
            options={"db_table_comment": "recertifications"},
        ),
        migrations.CreateModel(
            name="RecertificationLine",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("unanswered", "unanswered"),
                            ("kept", "kept"),
                            ("changed", "changed"),
                            ("ended", "ended"),
                            ("silent", "silent"),
                            ("overtaken", "overtaken"),
                        ],
                        default="unanswered",
                        max_length=10,
                    ),
                ),
                ("settled_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.account"
                    ),
                ),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.account"
                    ),
                ),
                (
                    "grant",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="access.grant"),
                ),
                (
                    "recertification",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="access.recertification"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Substitution",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("begins_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("confirmed", "confirmed"),
                            ("declined", "declined"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="waiting",
                        max_length=12,
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, default="", max_length=500, db_comment="personal")),
                (
                    "account",
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
                    "decided_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.account"
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.account"
                    ),
                ),
            ],
            options={"db_table_comment": "rights"},
        ),
        migrations.CreateModel(
            name="SystemKey",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "role",
                    models.CharField(choices=[("system", "system"), ("export_system", "export_system")], max_length=30),
                ),
                ("source_system", models.CharField(max_length=60, db_comment="plain")),
                (
                    "sub_registries",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), size=None, db_comment="plain"
                    ),
                ),
                ("thumbprint", models.CharField(max_length=43, db_comment="plain")),
                ("jwk", models.JSONField(db_comment="plain")),
                ("proposed_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("removed_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.account"
                    ),
                ),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.clinic"
                    ),
                ),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.account"
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.account"
                    ),
                ),
                (
                    "removed_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.account"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="UsedAssertion",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("digest", models.BinaryField(max_length=32, unique=True, db_comment="digest")),
                ("ends_at", models.DateTimeField()),
            ],
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(
                condition=models.Q(("state", "waiting")), fields=["clinic", "id"], name="application_waiting"
            ),
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(fields=["account", "-id"], name="application_of_account"),
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(
                condition=models.Q(("state", "waiting")), fields=["applied_at"], name="application_by_age"
            ),
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(
                condition=models.Q(("state__in", ["declined", "lapsed", "withdrawn"])),
                fields=["decided_at"],
                name="application_to_forget",
            ),
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(
                condition=models.Q(("state", "attested")), fields=["decided_at"], name="application_attested"
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "waiting")),
                fields=("account", "clinic"),
                name="one_waiting_application_per_clinic",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["waiting", "attested", "declined", "withdrawn", "lapsed"])),
                name="application_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(("role__in", ["reporter", "reader", "report_reader", "importer", "exporter"])),
                name="application_role_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at", None), ("decided_by", None), ("state", "waiting")),
                    models.Q(models.Q(("state", "waiting"), _negated=True), ("decided_at__isnull", False)),
                    _connector="OR",
                ),
                name="application_decided_has_moment",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["attested", "declined"]), _negated=True),
                    models.Q(
                        ("decided_by__isnull", False), models.Q(("decided_by", models.F("account")), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="application_decided_by_somebody_else",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("taken_at", None), ("taken_by", None)),
                    models.Q(("taken_at__isnull", False), ("taken_by__isnull", False)),
                    _connector="OR",
                ),
                name="application_taken_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("recommended_at", None),
                        ("recommended_by", None),
                        ("recommended_role", ""),
                        ("recommended_until", None),
                    ),
                    models.Q(
                        ("recommended_at__isnull", False),
                        ("recommended_by__isnull", False),
                        ("recommended_role__in", ["reporter", "reader", "report_reader", "importer", "exporter"]),
                        ("recommended_until__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="application_recommended_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("recommended_by", None),
                    models.Q(("recommended_by", models.F("account")), _negated=True),
                    _connector="OR",
                ),
                name="application_recommended_by_somebody_else",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "declined"), _negated=True),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="application_declined_has_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.UniqueConstraint(
                condition=models.Q(("settled_at", None)), fields=("account",), name="one_open_claim_per_account"
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.UniqueConstraint(
                condition=models.Q(("settled_at__isnull", False)),
                fields=("old_account",),
                name="one_settled_claim_per_old_account",
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("old_account", None),
                    models.Q(("old_account", models.F("account")), _negated=True),
                    _connector="OR",
                ),
                name="claim_of_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.CheckConstraint(
                condition=models.Q(("proven_at", None), ("old_account__isnull", False), _connector="OR"),
                name="claim_proven_of_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("settled_at", None), models.Q(("email", ""), _negated=True)),
                    models.Q(("email", ""), ("proven_at__isnull", False), ("settled_at__isnull", False)),
                    _connector="OR",
                ),
                name="claim_settled_when_proven",
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.CheckConstraint(
                condition=models.Q(("expires_at__gt", models.F("sent_at"))), name="claim_expires_later"
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.CheckConstraint(
                condition=models.Q(("wrong_codes__lte", 20)), name="claim_guesses_bounded"
            ),
        ),
        migrations.AddIndex(
            model_name="grant",
            index=models.Index(condition=models.Q(("revoked_at", None)), fields=["account"], name="grant_living"),
        ),
        migrations.AddIndex(
            model_name="grant",
            index=models.Index(condition=models.Q(("revoked_at", None)), fields=["ends_at"], name="grant_by_end"),
        ),
        migrations.AddIndex(
            model_name="grant",
            index=models.Index(
                condition=models.Q(("revoked_at", None), ("role", "local_administrator")),
                fields=["clinic"],
                name="grant_administrators",
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.UniqueConstraint(
                condition=models.Q(("revoked_at", None)),
                fields=("account", "role", "clinic"),
                name="one_unrevoked_grant_per_role_and_clinic",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "role__in",
                        [
                            "reporter",
                            "reader",
                            "report_reader",
                            "importer",
                            "system",
                            "export_system",
                            "exporter",
                            "local_administrator",
                            "registry_office",
                            "log_reviewer",
                            "support",
                            "case_handler",
                        ],
                    )
                ),
                name="grant_role_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("clinic__isnull", False),
                        (
                            "role__in",
                            [
                                "export_system",
                                "exporter",
                                "importer",
                                "local_administrator",
                                "reader",
                                "report_reader",
                                "reporter",
                                "system",
                            ],
                        ),
                    ),
                    models.Q(
                        ("clinic", None),
                        (
                            "role__in",
                            [
                                "case_handler",
                                "log_reviewer",
                                "registry_office",
                                "support",
                            ],
                        ),
                    ),
                    _connector="OR",
                ),
                name="grant_clinic_fits_role",
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("begins_at"))), name="grant_ends_later"
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("granted_by", None), models.Q(("granted_by", models.F("account")), _negated=True), _connector="OR"
                ),
                name="grant_never_by_oneself",
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("proposed_by", None),
                    models.Q(
                        ("granted_by__isnull", False),
                        models.Q(("proposed_by", models.F("granted_by")), _negated=True),
                        models.Q(("proposed_by", models.F("account")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="grant_proposed_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("role__in", ["system", "export_system"]), _negated=True),
                    ("proposed_by__isnull", False),
                    _connector="OR",
                ),
                name="grant_of_system_by_two",
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("granted_by__isnull", False), models.Q(("decided_by_names", ""), _negated=True), _connector="OR"
                ),
                name="grant_has_an_author",
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.CheckConstraint(
                condition=models.Q(("source__in", ["attested", "appointed", "changed", "imported"])),
                name="grant_source_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("source", "imported"), _negated=True),
                    models.Q(("granted_by", None), models.Q(("decided_by_names", ""), _negated=True)),
                    _connector="OR",
                ),
                name="grant_imported_by_a_named_decision",
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("revoke_reason", ""), ("revoked_at", None), ("revoked_by", None)),
                    models.Q(("revoked_at__isnull", False), models.Q(("revoke_reason", ""), _negated=True)),
                    _connector="OR",
                ),
                name="grant_revoked_has_reason",
            ),
        ),
        migrations.AddIndex(
            model_name="nomination",
            index=models.Index(fields=["proposed_at"], name="nomination_by_age"),
        ),
        migrations.AddConstraint(
            model_name="nomination",
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.Upper("hsa_id"),
                models.F("role"),
                models.F("clinic"),
                name="one_nomination_per_person_and_role",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="nomination",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("clinic", None), ("role__in", ["log_reviewer", "case_handler"])),
                    models.Q(("clinic__isnull", False), ("role", "local_administrator")),
                    _connector="OR",
                ),
                name="nomination_role_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="nomination",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("confirmed_at", None), ("confirmed_by", None)),
                    models.Q(("confirmed_at__isnull", False), ("confirmed_by__isnull", False)),
                    _connector="OR",
                ),
                name="nomination_confirmed_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="nomination",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("confirmed_by", None),
                    models.Q(("confirmed_by", models.F("proposed_by")), _negated=True),
                    _connector="OR",
                ),
                name="nomination_confirmed_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="note",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["note", "question", "answer"])), name="note_kind_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="note",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="note_says_something"
            ),
        ),
        migrations.AddIndex(
            model_name="participation",
            index=models.Index(fields=["clinic", "sub_registry", "-id"], name="participation_newest"),
        ),
        migrations.AddConstraint(
            model_name="participation",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="participation_has_reason"
            ),
        ),
        migrations.AddIndex(
            model_name="recertification",
            index=models.Index(condition=models.Q(("closed_at", None)), fields=["due_at"], name="recertification_open"),
        ),
        migrations.AddIndex(
            model_name="recertification",
            index=models.Index(fields=["clinic", "-opened_at"], name="recertification_newest"),
        ),
        migrations.AddConstraint(
            model_name="recertification",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_at", None)), fields=("clinic",), name="one_open_recertification_per_clinic"
            ),
        ),
        migrations.AddConstraint(
            model_name="recertification",
            constraint=models.CheckConstraint(
                condition=models.Q(("due_at__gt", models.F("opened_at"))), name="recertification_due_later"
            ),
        ),
        migrations.AddConstraint(
            model_name="recertification",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("opened_by", None), ("reason", "")),
                    models.Q(("opened_by__isnull", False), models.Q(("reason", ""), _negated=True)),
                    _connector="OR",
                ),
                name="recertification_out_of_turn_has_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="recertification",
            constraint=models.CheckConstraint(
                condition=models.Q(("closed_at", None), ("closed_at__gte", models.F("opened_at")), _connector="OR"),
                name="recertification_closed_later",
            ),
        ),
        migrations.AddIndex(
            model_name="recertificationline",
            index=models.Index(condition=models.Q(("state", "unanswered")), fields=["grant"], name="line_unanswered"),
        ),
        migrations.AddIndex(
            model_name="recertificationline",
            index=models.Index(
                condition=models.Q(("state", "unanswered")), fields=["recertification"], name="line_of_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="recertificationline",
            constraint=models.UniqueConstraint(
                fields=("recertification", "grant"), name="a_grant_once_in_a_recertification"
            ),
        ),
        migrations.AddConstraint(
            model_name="recertificationline",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["unanswered", "kept", "changed", "ended", "silent", "overtaken"])),
                name="line_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="recertificationline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answered_by", None), ("settled_at", None), ("state", "unanswered")),
                    models.Q(
                        ("answered_by__isnull", False),
                        ("settled_at__isnull", False),
                        ("state__in", ["kept", "changed", "ended"]),
                    ),
                    models.Q(
                        ("answered_by", None), ("settled_at__isnull", False), ("state__in", ["silent", "overtaken"])
                    ),
                    _connector="OR",
                ),
                name="line_settled_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="recertificationline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("answered_by", None),
                    models.Q(("answered_by", models.F("account")), _negated=True),
                    _connector="OR",
                ),
                name="line_never_by_oneself",
            ),
        ),
        migrations.AddIndex(
            model_name="substitution",
            index=models.Index(
                condition=models.Q(("state", "waiting")), fields=["clinic", "id"], name="substitution_waiting"
            ),
        ),
        migrations.AddConstraint(
            model_name="substitution",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "waiting")),
                fields=("account", "clinic"),
                name="one_waiting_substitution_per_clinic",
            ),
        ),
        migrations.AddConstraint(
            model_name="substitution",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["waiting", "confirmed", "declined", "withdrawn"])),
                name="substitution_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="substitution",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("begins_at"))), name="substitution_ends_later"
            ),
        ),
        migrations.AddConstraint(
            model_name="substitution",
            constraint=models.CheckConstraint(
                condition=models.Q(("proposed_by", models.F("account")), _negated=True),
                name="substitution_proposed_by_somebody_else",
            ),
        ),
        migrations.AddConstraint(
            model_name="substitution",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at", None), ("decided_by", None), ("state", "waiting")),
                    models.Q(
                        models.Q(("state", "waiting"), _negated=True),
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="substitution_decided_has_moment",
            ),
        ),
        migrations.AddConstraint(
            model_name="substitution",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["confirmed", "declined"]), _negated=True),
                    models.Q(
                        models.Q(("decided_by", models.F("account")), _negated=True),
                        models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="substitution_decided_by_a_third",
            ),
        ),
        migrations.AddConstraint(
            model_name="substitution",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "declined"), _negated=True),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="substitution_declined_has_reason",
            ),
        ),
        migrations.AddIndex(
            model_name="usedassertion",
            index=models.Index(fields=["ends_at"], name="used_assertion_ends"),
        ),
        migrations.AddIndex(
            model_name="systemkey",
            index=models.Index(
                condition=models.Q(("removed_at", None)), fields=["clinic"], name="system_key_of_clinic"
            ),
        ),
        migrations.AddConstraint(
            model_name="systemkey",
            constraint=models.UniqueConstraint(
                condition=models.Q(("removed_at", None)), fields=("thumbprint",), name="system_key_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="systemkey",
            constraint=models.CheckConstraint(
                condition=models.Q(("source_system", ""), _negated=True), name="system_key_has_system"
            ),
        ),
        migrations.AddConstraint(
            model_name="systemkey",
            constraint=models.CheckConstraint(
                condition=models.Q(("role__in", ["system", "export_system"])), name="system_key_role_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="systemkey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("account", None), ("confirmed_at", None), ("confirmed_by", None)),
                    models.Q(
                        ("account__isnull", False), ("confirmed_at__isnull", False), ("confirmed_by__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="system_key_confirmed_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="systemkey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("confirmed_by", None),
                    models.Q(("confirmed_by", models.F("proposed_by")), _negated=True),
                    _connector="OR",
                ),
                name="system_key_confirmed_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="systemkey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("removed_at", None), ("removed_by", None)),
                    models.Q(("removed_at__isnull", False), ("removed_by__isnull", False)),
                    _connector="OR",
                ),
                name="system_key_removed_whole",
            ),
        ),
        migrations.RunSQL(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")),
        migrations.RunSQL(APPLICATION_LIFE.trigger("access_application")),
        migrations.RunSQL(LINE_LIFE.trigger("access_recertificationline", every_update=True)),
        migrations.RunSQL(SUBSTITUTION_LIFE.trigger("access_substitution")),
    ]
