from django.db import migrations, models
from django.db.models import F, Q

FORWARD = """
CREATE TRIGGER ledger_seal_append_only BEFORE UPDATE OR DELETE ON ledger_seal
    FOR EACH ROW EXECUTE FUNCTION ledger_append_only();
CREATE TRIGGER ledger_seal_never_truncated BEFORE TRUNCATE ON ledger_seal
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only();
"""
BACKWARD = """
DROP TRIGGER ledger_seal_never_truncated ON ledger_seal;
DROP TRIGGER ledger_seal_append_only ON ledger_seal;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_months")]
    operations = [
        migrations.CreateModel(
            name="Seal",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("form", models.SmallIntegerField()),
                ("previous", models.CharField(max_length=64, unique=True)),
                ("after", models.BigIntegerField()),
                ("last", models.BigIntegerField()),
                ("sealed_at", models.DateTimeField()),
                ("parts", models.JSONField()),
                ("culled", models.JSONField(default=list)),
                ("hash", models.CharField(max_length=64)),
                ("key", models.CharField(max_length=64)),
                ("signature", models.CharField(max_length=128)),
                ("leaves", models.BinaryField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(name="seal_goes_on", condition=Q(last__gte=F("after"))),
                    models.CheckConstraint(name="seal_numbered_from_one", condition=Q(number__gte=1)),
                ]
            },
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
