"""Record systems that bring files in, or take them out, by themselves: their public keys, and what they have
signed with them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from registret.access.roles import ROLES_OF_SYSTEMS
from registret.database.columns import DIGEST, PLAIN
from registret.database.constraints import check, choices, given, index, known, together, unique


class SystemKey(models.Model):
    """A public key of a record system, for a clinic and sub-registries: proposed by one, confirmed by another.

    `role`: whether it brings files in or takes them out, each with a key and an account of its own.
    `thumbprint`: of `jwk` (RFC 7638). `account`: the system's, from the confirmation on. A key that was declined, taken
    back or replaced is removed; the row stays.
    """

    id = models.BigAutoField(primary_key=True)
    clinic = models.ForeignKey("places.Clinic", on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=30, choices=choices(ROLES_OF_SYSTEMS))
    source_system = models.CharField(max_length=60, db_comment=PLAIN)
    sub_registries = ArrayField(models.CharField(max_length=40), db_comment=PLAIN)
    thumbprint = models.CharField(max_length=43, db_comment=PLAIN)
    jwk = models.JSONField(db_comment=PLAIN)
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, null=True, related_name="+")
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, null=True, related_name="+")
    removed_at = models.DateTimeField(null=True)
    removed_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            unique("system_key_once", "thumbprint", where=Q(removed_at=None)),
            given("system_key_has_system", "source_system"),
            known("system_key_role_known", role=ROLES_OF_SYSTEMS),
            together("system_key_confirmed_whole", "confirmed_at", "confirmed_by", "account"),
            check("system_key_confirmed_by_another", Q(confirmed_by=None) | ~Q(confirmed_by=F("proposed_by"))),
            together("system_key_removed_whole", "removed_at", "removed_by"),
        ]
        indexes = [index("system_key_of_clinic", "clinic", where=Q(removed_at=None))]


class UsedAssertion(models.Model):
    """What a system has signed counts once: kept until it would not count any more in any case."""

    id = models.BigAutoField(primary_key=True)
    digest = models.BinaryField(max_length=32, unique=True, db_comment=DIGEST)
    ends_at = models.DateTimeField()

    class Meta:
        indexes = [index("used_assertion_ends", "ends_at")]
