from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                ("worker", models.CharField(db_comment="plain", max_length=30, primary_key=True, serialize=False)),
                ("every", models.PositiveIntegerField()),
                ("began_at", models.DateTimeField()),
                ("succeeded_at", models.DateTimeField(null=True)),
                ("failed_at", models.DateTimeField(null=True)),
                ("fault", models.CharField(blank=True, db_comment="plain", default="", max_length=60)),
                ("failures", models.PositiveIntegerField(default=0)),
            ],
        ),
    ]
