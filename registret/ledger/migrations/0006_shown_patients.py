import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("ledger", "0005_seals")]
    operations = [
        migrations.AddField(
            "entry",
            "shown_patient_ids",
            django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), null=True, size=None),
        ),
        migrations.AddIndex(
            "entry",
            django.contrib.postgres.indexes.GinIndex(
                fields=["shown_patient_ids"],
                name="entry_shown_patients",
                condition=Q(shown_patient_ids__isnull=False),
            ),
        ),
    ]
