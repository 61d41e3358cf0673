import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

# Who has opted out is seen by nobody, whatever `registret.sees` says, but by the acts that destroy the patient or take
# the opt-out back: these say `leaving` (records.sight). The list is short, and is read once for each question.
FORWARD = """
CREATE OR REPLACE FUNCTION records_sees_all() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT current_setting('registret.sees', true) IN ('all', 'leaving')
$$;
CREATE FUNCTION records_sees_leaving() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT current_setting('registret.sees', true) = 'leaving'
$$;
CREATE POLICY not_leaving ON records_episode AS RESTRICTIVE
    USING ((SELECT records_sees_leaving()) OR patient_id NOT IN (SELECT patient_id FROM records_leaving));
CREATE POLICY not_leaving ON records_patient AS RESTRICTIVE
    USING ((SELECT records_sees_leaving()) OR id NOT IN (SELECT patient_id FROM records_leaving));
CREATE POLICY not_leaving ON records_number AS RESTRICTIVE
    USING ((SELECT records_sees_leaving()) OR patient_id NOT IN (SELECT patient_id FROM records_leaving));
CREATE POLICY not_leaving ON records_merge AS RESTRICTIVE
    USING ((SELECT records_sees_leaving()) OR patient_id NOT IN (SELECT patient_id FROM records_leaving));
CREATE TRIGGER records_takenback_keep BEFORE UPDATE OR DELETE ON records_takenback
    FOR EACH ROW EXECUTE FUNCTION records_keep();
"""
BACKWARD = """
DROP TRIGGER records_takenback_keep ON records_takenback;
DROP POLICY not_leaving ON records_merge;
DROP POLICY not_leaving ON records_number;
DROP POLICY not_leaving ON records_patient;
DROP POLICY not_leaving ON records_episode;
DROP FUNCTION records_sees_leaving();
CREATE OR REPLACE FUNCTION records_sees_all() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT current_setting('registret.sees', true) = 'all'
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("records", "0009_the_dead")]
    operations = [
        migrations.CreateModel(
            name="Leaving",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("case_number", models.CharField(max_length=40)),
                ("at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("by_account_id", models.BigIntegerField()),
                ("by_name", models.CharField(max_length=520)),
                (
                    "patient",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="records.patient"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(name="leaving_has_case", condition=~Q(case_number="")),
                    models.CheckConstraint(name="leaving_due_later", condition=Q(due_at__gt=F("at"))),
                ],
                "indexes": [models.Index(fields=["due_at"], name="leaving_due")],
            },
        ),
        migrations.CreateModel(
            name="TakenBack",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("mark", models.CharField(max_length=64)),
                ("key", models.CharField(max_length=16)),
                ("case_number", models.CharField(max_length=40)),
                ("at", models.DateTimeField()),
                ("by_account_id", models.BigIntegerField()),
                ("by_name", models.CharField(max_length=520)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(name="taken_back_mark_shape", condition=Q(mark__regex=r"^[0-9a-f]{64}$")),
                ],
            },
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
