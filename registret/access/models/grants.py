"""What people may do where and until when, and the sub-registries that a clinic takes part in."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from registret.access.models.applications import Application
from registret.access.roles import ROLES_AT_A_CLINIC, ROLES_OF_SYSTEMS, ROLES_OF_THE_OFFICE, Role
from registret.accounts.lifecycle import AccountState
from registret.database.columns import PERSONAL, PLAIN
from registret.database.constraints import check, choices, given, index, known, unique
from registret.database.prepared import Given


class GrantSource(models.TextChoices):
    """How a grant came about."""

    ATTESTED = "attested"
    APPOINTED = "appointed"
    CHANGED = "changed"
    IMPORTED = "imported"


class GrantQuerySet(models.QuerySet["Grant"]):
    def not_ended(self, *, at: datetime | Given) -> Self:
        """Neither revoked nor past; some may begin later."""
        return self.filter(revoked_at=None, ends_at__gt=at)

    def valid(self, *, at: datetime | Given) -> Self:
        return self.not_ended(at=at).filter(begins_at__lte=at)

    def active(self, *, at: datetime | Given) -> Self:
        """Valid, and the account can be used: its mail address is confirmed and it is not suspended."""
        return self.valid(at=at).filter(account__state=AccountState.CONFIRMED)


class Grant(models.Model):
    """Behörighet: what a person may do, where, from, to, by whom. Attested or appointed, never for oneself."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="grants")
    role = models.CharField(max_length=30, choices=choices(Role))
    clinic = models.ForeignKey("places.Clinic", on_delete=models.PROTECT, null=True, related_name="+")
    sub_registries = ArrayField(models.CharField(max_length=40), default=list, db_comment=PLAIN)
    application = models.OneToOneField(Application, on_delete=models.PROTECT, null=True, related_name="+")
    source = models.CharField(
        max_length=10,
        choices=GrantSource.choices,
        default=GrantSource.APPOINTED,
        db_default="appointed",
    )
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    granted_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, null=True, related_name="+")
    # The other one, where two at the registry office have decided.
    proposed_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, null=True, related_name="+")
    decided_by_names = models.CharField(max_length=300, blank=True, default="", db_comment=PERSONAL)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, null=True, related_name="+")
    revoke_reason = models.CharField(max_length=500, blank=True, default="", db_comment=PERSONAL)

    objects = GrantQuerySet.as_manager()

    class Meta:
        db_table_comment = "rights"
        constraints = [
            unique(
                "one_unrevoked_grant_per_role_and_clinic",
                *("account", "role", "clinic"),
                where=Q(revoked_at=None),
                nulls_distinct=False,
            ),
            known("grant_role_known", role=Role),
            check(
                "grant_clinic_fits_role",
                Q(role__in=sorted(role.value for role in ROLES_AT_A_CLINIC), clinic__isnull=False)
                | Q(role__in=sorted(role.value for role in ROLES_OF_THE_OFFICE), clinic=None),
            ),
            check("grant_ends_later", Q(ends_at__gt=F("begins_at"))),
            check("grant_never_by_oneself", Q(granted_by=None) | ~Q(granted_by=F("account"))),
            check(
                "grant_proposed_by_another",
                Q(proposed_by=None)
                | (Q(granted_by__isnull=False) & ~Q(proposed_by=F("granted_by")) & ~Q(proposed_by=F("account"))),
            ),
            # Its key is in the hands of one: another has to know of it.
            check(
                "grant_of_system_by_two",
                ~Q(role__in=[role.value for role in ROLES_OF_SYSTEMS]) | Q(proposed_by__isnull=False),
            ),
            check("grant_has_an_author", Q(granted_by__isnull=False) | ~Q(decided_by_names="")),
            known("grant_source_known", source=GrantSource),
            # Nobody at a keyboard brings today's accounts in on their own word.
            check(
                "grant_imported_by_a_named_decision",
                ~Q(source=GrantSource.IMPORTED) | (Q(granted_by=None) & ~Q(decided_by_names="")),
            ),
            check(
                "grant_revoked_has_reason",
                Q(revoked_at=None, revoked_by=None, revoke_reason="")
                | (Q(revoked_at__isnull=False) & ~Q(revoke_reason="")),
            ),
        ]
        indexes = [
            index("grant_living", "account", where=Q(revoked_at=None)),
            index("grant_by_end", "ends_at", where=Q(revoked_at=None)),
            index("grant_administrators", "clinic", where=Q(role=Role.LOCAL_ADMINISTRATOR, revoked_at=None)),
        ]


class Participation(models.Model):
    """Anslutning: whether a clinic takes part in a sub-registry, from `at` on. Never changed: the newest decision
    counts, and a clinic about which nothing was decided takes part in all."""

    id = models.BigAutoField(primary_key=True)
    clinic = models.ForeignKey("places.Clinic", on_delete=models.PROTECT, related_name="+")
    sub_registry = models.CharField(max_length=40, db_comment=PLAIN)
    takes_part = models.BooleanField()
    reason = models.CharField(max_length=500, db_comment=PERSONAL)
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=520, db_comment=PERSONAL)

    class Meta:
        db_table_comment = "decisions"
        constraints = [given("participation_has_reason", "reason")]
        indexes = [index("participation_newest", "clinic", "sub_registry", "-id")]
