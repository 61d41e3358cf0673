from pathlib import Path

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Decision",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "code",
                    models.CharField(
                        choices=[
                            ("remind_attesters", "remind_attesters"),
                            ("escalate", "escalate"),
                            ("lapse", "lapse"),
                            ("grant", "grant"),
                            ("warn_of_end", "warn_of_end"),
                            ("warn_of_end_again", "warn_of_end_again"),
                            ("dormant", "dormant"),
                            ("never_logged_in", "never_logged_in"),
                            ("warn_of_suspension", "warn_of_suspension"),
                            ("recertify_every", "recertify_every"),
                            ("recertify_answer", "recertify_answer"),
                            ("recertify_remind", "recertify_remind"),
                            ("recertify_remind_again", "recertify_remind_again"),
                            ("nomination", "nomination"),
                            ("outlier_answer", "outlier_answer"),
                            ("keep_declined", "keep_declined"),
                            ("keep_lapsed", "keep_lapsed"),
                            ("keep_ended", "keep_ended"),
                            ("keep_letters", "keep_letters"),
                            ("keep_log", "keep_log"),
                        ],
                        max_length=40,
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("reason", models.CharField(max_length=500, db_comment="personal")),
                ("at", models.DateTimeField()),
                ("by_account_id", models.BigIntegerField()),
                ("by_name", models.CharField(max_length=520, db_comment="personal")),
            ],
            options={
                "db_table_comment": "decisions",
                "indexes": [models.Index(fields=["code", "-id"], name="decision_newest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "code__in",
                                [
                                    "remind_attesters",
                                    "escalate",
                                    "lapse",
                                    "grant",
                                    "warn_of_end",
                                    "warn_of_end_again",
                                    "dormant",
                                    "never_logged_in",
                                    "warn_of_suspension",
                                    "recertify_every",
                                    "recertify_answer",
                                    "recertify_remind",
                                    "recertify_remind_again",
                                    "nomination",
                                    "outlier_answer",
                                    "keep_declined",
                                    "keep_lapsed",
                                    "keep_ended",
                                    "keep_letters",
                                    "keep_log",
                                ],
                            )
                        ),
                        name="decision_code_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="decision_has_reason"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("by_name", ""), _negated=True), name="decision_has_author"
                    ),
                ],
            },
        ),
        migrations.RunSQL(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")),
    ]
