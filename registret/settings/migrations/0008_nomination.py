from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("settings", "0007_culling"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="decision",
            name="decision_code_known",
        ),
        migrations.AlterField(
            model_name="decision",
            name="code",
            field=models.CharField(
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
                    ("keep_declined", "keep_declined"),
                    ("keep_lapsed", "keep_lapsed"),
                    ("keep_ended", "keep_ended"),
                    ("keep_letters", "keep_letters"),
                    ("keep_log", "keep_log"),
                ],
                max_length=40,
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
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
        ),
    ]
