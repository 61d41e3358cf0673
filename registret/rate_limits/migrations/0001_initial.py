from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Count",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.BinaryField(max_length=32, db_comment="digest")),
                ("window_start", models.DateTimeField()),
                ("taken", models.PositiveIntegerField(default=0)),
            ],
            options={
                "indexes": [models.Index(fields=["window_start"], name="count_window")],
                "constraints": [models.UniqueConstraint(fields=("key", "window_start"), name="count_once_per_window")],
            },
        ),
    ]
