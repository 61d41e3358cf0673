import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

FORWARD = """
CREATE FUNCTION oversight_incident_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an incident is never changed: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER oversight_incident_append_only BEFORE UPDATE OR DELETE ON oversight_incident
    FOR EACH ROW EXECUTE FUNCTION oversight_incident_append_only();
CREATE TRIGGER oversight_incident_never_truncated BEFORE TRUNCATE ON oversight_incident
    FOR EACH STATEMENT EXECUTE FUNCTION oversight_incident_append_only();
CREATE TRIGGER oversight_incidentrevision_append_only BEFORE UPDATE OR DELETE ON oversight_incidentrevision
    FOR EACH ROW EXECUTE FUNCTION oversight_incident_append_only();
CREATE TRIGGER oversight_incidentrevision_never_truncated BEFORE TRUNCATE ON oversight_incidentrevision
    FOR EACH STATEMENT EXECUTE FUNCTION oversight_incident_append_only();
"""
BACKWARD = """
DROP TRIGGER oversight_incidentrevision_never_truncated ON oversight_incidentrevision;
DROP TRIGGER oversight_incidentrevision_append_only ON oversight_incidentrevision;
DROP TRIGGER oversight_incident_never_truncated ON oversight_incident;
DROP TRIGGER oversight_incident_append_only ON oversight_incident;
DROP FUNCTION oversight_incident_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0013_way_back"),
        ("oversight", "0005_about_patients"),
    ]

    operations = [
        migrations.CreateModel(
            name="Incident",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="IncidentRevision",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField()),
                ("happened", models.CharField(max_length=4000)),
                ("began_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("discovered_at", models.DateTimeField()),
                ("people", models.PositiveIntegerField(null=True)),
                (
                    "data_kinds",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), size=None),
                ),
                ("consequences", models.CharField(blank=True, default="", max_length=4000)),
                ("measures", models.CharField(blank=True, default="", max_length=4000)),
                (
                    "authority",
                    models.CharField(
                        choices=[("undecided", "undecided"), ("done", "done"), ("not_needed", "not_needed")],
                        max_length=10,
                    ),
                ),
                ("authority_at", models.DateTimeField(null=True)),
                ("authority_why", models.CharField(blank=True, default="", max_length=2000)),
                (
                    "persons",
                    models.CharField(
                        choices=[("undecided", "undecided"), ("done", "done"), ("not_needed", "not_needed")],
                        max_length=10,
                    ),
                ),
                ("persons_at", models.DateTimeField(null=True)),
                ("persons_why", models.CharField(blank=True, default="", max_length=2000)),
                ("is_open", models.BooleanField()),
                ("at", models.DateTimeField()),
                ("by_name", models.CharField(max_length=520)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.account"
                    ),
                ),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="oversight.incident"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("incident", "number"), name="incident_revision_once"),
                    models.CheckConstraint(condition=models.Q(("number__gte", 1)), name="incident_revision_from_one"),
                    models.CheckConstraint(
                        condition=models.Q(("happened", ""), _negated=True), name="incident_has_text"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("by_name", ""), _negated=True), name="incident_has_author"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "data_kinds__contained_by",
                                ["patient_identity", "patient_care", "protected", "staff", "logins", "log", "other"],
                            )
                        ),
                        name="incident_data_kinds_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ended_at__lt", models.F("began_at")), _negated=True),
                        name="incident_ends_later",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("authority", "undecided"), ("authority_at", None)),
                            models.Q(
                                ("authority", "done"),
                                ("authority_at__gte", models.F("discovered_at")),
                                ("authority_at__isnull", False),
                            ),
                            models.Q(
                                ("authority", "not_needed"),
                                ("authority_at", None),
                                models.Q(("authority_why", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="incident_authority_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("persons", "undecided"), ("persons_at", None)),
                            models.Q(
                                ("persons", "done"),
                                ("persons_at__gte", models.F("discovered_at")),
                                ("persons_at__isnull", False),
                            ),
                            models.Q(
                                ("persons", "not_needed"),
                                ("persons_at", None),
                                models.Q(("persons_why", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="incident_persons_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_open", True),
                            models.Q(
                                models.Q(("authority", "undecided"), _negated=True),
                                models.Q(("persons", "undecided"), _negated=True),
                                models.Q(("consequences", ""), _negated=True),
                                models.Q(("measures", ""), _negated=True),
                                models.Q(("data_kinds", []), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="incident_closed_is_whole",
                    ),
                ],
            },
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
