import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Region",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("code", models.CharField(max_length=2, unique=True, db_comment="plain")),
                ("name", models.CharField(max_length=100, unique=True, db_comment="plain")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("code__regex", "^[0-9]{2}$")), name="region_code_shape"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("name", django.db.models.functions.text.Trim(models.F("name"))),
                            models.Q(("name", ""), _negated=True),
                        ),
                        name="region_name_shown",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CareProvider",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=100, db_comment="plain")),
                ("organisation_number", models.CharField(max_length=10, unique=True, db_comment="plain")),
                (
                    "mail_domains",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=253),
                        blank=True,
                        default=list,
                        size=None,
                        db_comment="plain",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="care_providers", to="places.region"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Clinic",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("code", models.CharField(max_length=40, unique=True, db_comment="plain")),
                ("name", models.CharField(max_length=100, db_comment="plain")),
                ("hospital", models.CharField(max_length=100, db_comment="plain")),
                ("contact_name", models.CharField(blank=True, default="", max_length=100, db_comment="personal")),
                ("contact_mail", models.CharField(blank=True, default="", max_length=254, db_comment="personal")),
                ("contact_phone", models.CharField(blank=True, default="", max_length=30, db_comment="personal")),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "care_provider",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="clinics", to="places.careprovider"
                    ),
                ),
            ],
            options={
                "db_table_comment": "contacts",
                "constraints": [
                    models.UniqueConstraint(fields=("care_provider", "name", "hospital"), name="clinic_told_apart"),
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[a-z0-9]+(-[a-z0-9]+)*$")), name="clinic_code_shape"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("name", django.db.models.functions.text.Trim(models.F("name"))),
                            models.Q(("name", ""), _negated=True),
                        ),
                        name="clinic_name_shown",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("hospital", django.db.models.functions.text.Trim(models.F("hospital"))),
                            models.Q(("hospital", ""), _negated=True),
                        ),
                        name="clinic_hospital_shown",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("contact_mail", ""), ("contact_mail__regex", "^[^\\s<>@]+@[^\\s<>@]+$"), _connector="OR"
                        ),
                        name="clinic_contact_mail_shape",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("contact_phone", ""), ("contact_phone__regex", "^\\+?[0-9][0-9 ()-]*$"), _connector="OR"
                        ),
                        name="clinic_contact_phone_shape",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="careprovider",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("name", django.db.models.functions.text.Trim(models.F("name"))),
                    models.Q(("name", ""), _negated=True),
                ),
                name="care_provider_name_shown",
            ),
        ),
        migrations.AddConstraint(
            model_name="careprovider",
            constraint=models.CheckConstraint(
                condition=models.Q(("organisation_number__regex", "^[0-9]{10}$")), name="care_provider_number_shape"
            ),
        ),
        migrations.AddConstraint(
            model_name="careprovider",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("mail_domains__len", 0),
                    django.db.models.lookups.Regex(
                        models.Func(
                            models.F("mail_domains"),
                            models.Value(" "),
                            function="array_to_string",
                            output_field=models.TextField(),
                        ),
                        "^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]([a-z0-9-]*[a-z0-9])( ([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]([a-z0-9-]*[a-z0-9]))*$",
                    ),
                    _connector="OR",
                ),
                name="care_provider_domains_shape",
            ),
        ),
    ]
