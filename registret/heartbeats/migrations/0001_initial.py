from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("worker", models.CharField(db_comment="plain", max_length=30)),
                ("every", models.PositiveIntegerField()),
                ("began_at", models.DateTimeField()),
                ("succeeded_at", models.DateTimeField(null=True)),
                ("failed_at", models.DateTimeField(null=True)),
                ("fault", models.CharField(blank=True, db_comment="plain", default="", max_length=60)),
                ("failures", models.PositiveIntegerField(default=0)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("worker",), name="one_heartbeat_of_a_worker")],
            },
        ),
    ]
