from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="KeptAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("anchor", models.CharField(max_length=64, db_comment="plain")),
                ("serial", models.CharField(max_length=40, db_comment="personal")),
                ("state", models.CharField(max_length=10, db_comment="personal")),
                ("this_update", models.DateTimeField()),
                ("until", models.DateTimeField(null=True)),
                ("asked_at", models.DateTimeField()),
            ],
            options={
                "db_table_comment": "logins",
                "indexes": [models.Index(fields=["asked_at"], name="keptanswer_asked")],
                "constraints": [
                    models.UniqueConstraint(fields=("anchor", "serial"), name="keptanswer_once"),
                    models.CheckConstraint(
                        condition=models.Q(("anchor__regex", "^[0-9a-f]{64}$")), name="keptanswer_anchor_shape"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("serial__regex", "^[0-9a-f]+$")), name="keptanswer_serial_shape"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["good", "revoked", "unknown"])), name="keptanswer_state_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("until", None), ("until__gte", models.F("this_update")), _connector="OR"),
                        name="keptanswer_ends_after_it_begins",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="KeptCrl",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("anchor", models.CharField(max_length=64, unique=True, db_comment="plain")),
                ("content", models.BinaryField(db_comment="plain")),
                ("digest", models.CharField(max_length=64, db_comment="plain")),
                ("number", models.DecimalField(decimal_places=0, max_digits=49)),
                ("this_update", models.DateTimeField()),
                ("next_update", models.DateTimeField()),
                ("entries", models.PositiveIntegerField()),
                ("kept_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("anchor__regex", "^[0-9a-f]{64}$")), name="keptcrl_anchor_shape"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("digest__regex", "^[0-9a-f]{64}$")), name="keptcrl_digest_shape"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Upkeep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("anchor", models.CharField(max_length=64, unique=True, db_comment="plain")),
                ("due_at", models.DateTimeField(null=True)),
                ("lease_until", models.DateTimeField(null=True)),
                ("tries", models.PositiveBigIntegerField(default=0)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("tried_at", models.DateTimeField(null=True)),
                ("succeeded_at", models.DateTimeField(null=True)),
                ("fault", models.CharField(blank=True, default="", max_length=30, db_comment="plain")),
                ("told", models.CharField(blank=True, default="", max_length=10, db_comment="plain")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("anchor__regex", "^[0-9a-f]{64}$")), name="upkeep_anchor_shape"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("failures", 0), ("fault", "")),
                            models.Q(models.Q(("fault", ""), _negated=True), ("failures__gt", 0)),
                            _connector="OR",
                        ),
                        name="upkeep_fault_while_failing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("failures", 0),
                                ("lease_until", None),
                                ("succeeded_at", None),
                                ("tried_at", None),
                                ("tries", 0),
                            ),
                            models.Q(("tried_at__isnull", False), ("tries__gt", 0)),
                            _connector="OR",
                        ),
                        name="upkeep_tried_has_moment",
                    ),
                ],
            },
        ),
    ]
