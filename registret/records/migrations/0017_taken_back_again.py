from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("records", "0014_leaving")]
    operations = [
        migrations.AlterField("takenback", "by_account_id", models.BigIntegerField(null=True)),
    ]
