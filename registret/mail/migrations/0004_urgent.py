"""Letters about confirming an address go before the others."""

from django.db import migrations, models
from django.db.models import Q

OPEN = Q(sent_at=None, given_up_at=None, superseded_at=None)


class Migration(migrations.Migration):
    dependencies = [("mail", "0003_by_age")]

    operations = [
        migrations.AddField(
            model_name="letter",
            name="urgent",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.RemoveIndex(model_name="letter", name="letter_due"),
        migrations.AddIndex(
            model_name="letter",
            index=models.Index(condition=OPEN, fields=["-urgent", "not_before", "id"], name="letter_due"),
        ),
    ]
