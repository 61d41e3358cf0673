from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Letter",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=40, db_comment="plain")),
                ("to_address", models.CharField(max_length=254, db_comment="personal")),
                ("language", models.CharField(max_length=2, db_comment="plain")),
                ("context", models.JSONField(default=dict, db_comment="personal")),
                ("confirmation_id", models.BigIntegerField(null=True)),
                ("confirmation_version", models.PositiveIntegerField(null=True)),
                ("about_account_id", models.BigIntegerField(null=True)),
                ("message_id", models.CharField(max_length=320, unique=True, db_comment="plain")),
                ("urgent", models.BooleanField(db_default=False, default=False)),
                ("created_at", models.DateTimeField()),
                ("not_before", models.DateTimeField()),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("attempted_at", models.DateTimeField(null=True)),
                ("lease_until", models.DateTimeField(null=True)),
                ("last_error", models.CharField(blank=True, default="", max_length=80, db_comment="personal")),
                ("server_trouble", models.BooleanField(default=False)),
                ("address_refused", models.BooleanField(default=False)),
                ("sent_at", models.DateTimeField(null=True)),
                ("given_up_at", models.DateTimeField(null=True)),
                ("superseded_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table_comment": "letters",
                "indexes": [
                    models.Index(fields=["created_at"], name="letter_by_age"),
                    models.Index(
                        condition=models.Q(("given_up_at", None), ("sent_at", None), ("superseded_at", None)),
                        fields=["-urgent", "not_before", "id"],
                        name="letter_due",
                    ),
                    models.Index(
                        condition=models.Q(("attempts__gt", 0)), fields=["-attempted_at"], name="letter_attempted"
                    ),
                    models.Index(
                        condition=models.Q(("about_account_id__isnull", False)),
                        fields=["about_account_id", "-id"],
                        name="letter_about",
                    ),
                    models.Index(
                        condition=models.Q(("sent_at__isnull", False), ("address_refused", True), _connector="OR"),
                        fields=["to_address", "-attempted_at"],
                        name="letter_address",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("given_up_at", None),
                            ("sent_at", None),
                            ("superseded_at", None),
                            ("confirmation_id__isnull", False),
                        ),
                        fields=["confirmation_id"],
                        name="letter_confirmation",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("kind__regex", "^[a-z_]+$")), name="letter_kind_shape"),
                    models.CheckConstraint(
                        condition=models.Q(("to_address__regex", "^[^\\s<>,;@]+@[^\\s<>,;@]+$")),
                        name="letter_address_shape",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("message_id__regex", "^<[^\\s<>@]+@[^\\s<>@]+>$")),
                        name="letter_message_id_shape",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("last_error__contains", "@"), _negated=True),
                        name="letter_error_without_address",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("language__in", ["sv", "en"])), name="letter_language_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("confirmation_id", None), ("confirmation_version", None)),
                            models.Q(("confirmation_id__isnull", False), ("confirmation_version__isnull", False)),
                            _connector="OR",
                        ),
                        name="letter_confirmation_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("given_up_at", None), ("sent_at", None)),
                            models.Q(("sent_at", None), ("superseded_at", None)),
                            models.Q(("given_up_at", None), ("superseded_at", None)),
                            _connector="OR",
                        ),
                        name="letter_ends_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("attempted_at", None), ("attempts", 0), ("lease_until", None), ("sent_at", None)),
                            models.Q(("attempted_at__isnull", False), ("attempts__gt", 0)),
                            _connector="OR",
                        ),
                        name="letter_attempted_has_moment",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("address_refused", False), ("given_up_at__isnull", False), _connector="OR"),
                        name="letter_address_refused_given_up",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("lease_until", None),
                            models.Q(("given_up_at", None), ("sent_at", None), ("superseded_at", None)),
                            _connector="OR",
                        ),
                        name="letter_lease_while_open",
                    ),
                ],
            },
        ),
    ]
