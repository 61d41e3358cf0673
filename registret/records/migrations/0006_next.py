from django.db import migrations, models

# Since the step before it was signed. The order of the steps is that of their ids: an episode gets them all at once.
KNOWN = """
SELECT set_config('registret.sees', 'all', true);
UPDATE records_step s SET next_since = (
    SELECT max(b.signed_at) FROM records_step b WHERE b.episode_id = s.episode_id AND b.id < s.id
)
    WHERE s.state = 'planned' AND NOT EXISTS (
        SELECT 1 FROM records_step b WHERE b.episode_id = s.episode_id AND b.id < s.id AND b.state <> 'signed'
    );
"""


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0005_register_protects"),
    ]

    operations = [
        migrations.AddField(
            model_name="step",
            name="next_since",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunSQL(KNOWN, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="step",
            constraint=models.CheckConstraint(
                condition=models.Q(("next_since", None), ("state", "planned"), _connector="OR"),
                name="step_next_is_planned",
            ),
        ),
        migrations.AddIndex(
            model_name="step",
            index=models.Index(
                condition=models.Q(("due_from", None), ("next_since__isnull", False), ("state", "planned")),
                fields=["clinic", "next_since", "id"],
                name="step_next",
            ),
        ),
    ]
