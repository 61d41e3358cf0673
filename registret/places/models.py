"""Where people work: regions, their care providers (vårdgivare), and those providers' clinics."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Trim
from django.db.models.lookups import Regex

from registret.database.columns import PERSONAL, PLAIN
from registret.database.constraints import check, unique

_DOMAIN = r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]([a-z0-9-]*[a-z0-9])"


def _shown(field: str) -> Q:
    """Not empty, and without white space around it."""
    return Q(**{field: Trim(F(field))}) & ~Q(**{field: ""})


class Region(models.Model):
    """A region or another principal of care, under its two-digit county code (länskod)."""

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=2, unique=True, db_comment=PLAIN)
    name = models.CharField(max_length=100, unique=True, db_comment=PLAIN)

    class Meta:
        constraints = [
            check("region_code_shape", Q(code__regex=r"^[0-9]{2}$")),
            check("region_name_shown", _shown("name")),
        ]


class CareProvider(models.Model):
    """Who is responsible for the care, and for the patient data in it. Cards carry its organisation number."""

    id = models.BigAutoField(primary_key=True)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="care_providers")
    name = models.CharField(max_length=100, db_comment=PLAIN)
    organisation_number = models.CharField(max_length=10, unique=True, db_comment=PLAIN)
    mail_domains = ArrayField(models.CharField(max_length=253), default=list, blank=True, db_comment=PLAIN)

    class Meta:
        constraints = [
            check("care_provider_name_shown", _shown("name")),
            check("care_provider_number_shape", Q(organisation_number__regex=r"^[0-9]{10}$")),
            check(
                "care_provider_domains_shape",
                Q(mail_domains__len=0)
                | Q(
                    Regex(
                        Func(
                            F("mail_domains"), Value(" "), function="array_to_string", output_field=models.TextField()
                        ),
                        rf"^{_DOMAIN}( {_DOMAIN})*$",
                    )
                ),
            ),
        ]


class Clinic(models.Model):
    """A clinic at a hospital. `code` never changes, and neither does its care provider: records belong to both."""

    id = models.BigAutoField(primary_key=True)
    care_provider = models.ForeignKey(CareProvider, on_delete=models.PROTECT, related_name="clinics")
    code = models.CharField(max_length=40, unique=True, db_comment=PLAIN)
    name = models.CharField(max_length=100, db_comment=PLAIN)
    hospital = models.CharField(max_length=100, db_comment=PLAIN)
    contact_name = models.CharField(max_length=100, blank=True, default="", db_comment=PERSONAL)
    contact_mail = models.CharField(max_length=254, blank=True, default="", db_comment=PERSONAL)
    contact_phone = models.CharField(max_length=30, blank=True, default="", db_comment=PERSONAL)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table_comment = "contacts"
        constraints = [
            unique("clinic_told_apart", "care_provider", "name", "hospital"),
            check("clinic_code_shape", Q(code__regex=r"^[a-z0-9]+(-[a-z0-9]+)*$")),
            check("clinic_name_shown", _shown("name")),
            check("clinic_hospital_shown", _shown("hospital")),
            check("clinic_contact_mail_shape", Q(contact_mail="") | Q(contact_mail__regex=r"^[^\s<>@]+@[^\s<>@]+$")),
            check("clinic_contact_phone_shape", Q(contact_phone="") | Q(contact_phone__regex=r"^\+?[0-9][0-9 ()-]*$")),
        ]

    @property
    def title(self) -> str:
        """As people call it: `Infektionskliniken, Norrviks sjukhus`."""
        return f"{self.name}, {self.hospital}"
