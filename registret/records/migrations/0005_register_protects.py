from django.db import migrations, models

# Of those who were merged it is not known who protected them: they stay protected until the register says so itself.
KNOWN = """
SELECT set_config('registret.sees', 'all', true);
UPDATE records_patient p SET register_protects = true
    WHERE is_protected AND looked_up_at IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM records_merge m WHERE m.patient_id = p.id);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0004_rights_guards"),
    ]

    operations = [
        migrations.AddField(
            model_name="patient",
            name="register_protects",
            field=models.BooleanField(default=False),
        ),
        migrations.AddConstraint(
            model_name="patient",
            constraint=models.CheckConstraint(
                condition=models.Q(("register_protects", False), ("is_protected", True), _connector="OR"),
                name="patient_protected_by_the_register",
            ),
        ),
        migrations.RunSQL(KNOWN, migrations.RunSQL.noop),
    ]
