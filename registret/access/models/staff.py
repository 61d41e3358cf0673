"""Substitutes, and appointments that one person proposes and another confirms."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper

from registret.access.lifecycle import SubstitutionState
from registret.access.roles import ROLES_TO_NOMINATE, Role
from registret.database.columns import PERSONAL
from registret.database.constraints import check, choices, index, known, together, unique
from registret.database.fields import HsaIdColumn


class Substitution(models.Model):
    """A colleague who is proposed as local administrator for a time. Three people: who proposes, who is proposed, and
    who confirms. Out of a confirmed one comes a grant that ends by itself."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    clinic = models.ForeignKey("places.Clinic", on_delete=models.PROTECT, related_name="+")
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    state = models.CharField(
        max_length=12,
        choices=choices(SubstitutionState),
        default=SubstitutionState.WAITING,
    )
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=500, blank=True, default="", db_comment=PERSONAL)

    class Meta:
        db_table_comment = "rights"
        constraints = [
            unique(
                "one_waiting_substitution_per_clinic", "account", "clinic", where=Q(state=SubstitutionState.WAITING)
            ),
            known("substitution_state_known", state=SubstitutionState),
            check("substitution_ends_later", Q(ends_at__gt=F("begins_at"))),
            check("substitution_proposed_by_somebody_else", ~Q(proposed_by=F("account"))),
            check(
                "substitution_decided_has_moment",
                Q(state=SubstitutionState.WAITING, decided_at=None, decided_by=None)
                | (~Q(state=SubstitutionState.WAITING) & Q(decided_at__isnull=False, decided_by__isnull=False)),
            ),
            check(
                "substitution_decided_by_a_third",
                ~Q(state__in=[SubstitutionState.CONFIRMED, SubstitutionState.DECLINED])
                | (~Q(decided_by=F("account")) & ~Q(decided_by=F("proposed_by"))),
            ),
            check("substitution_declined_has_reason", ~Q(state=SubstitutionState.DECLINED) | ~Q(reason="")),
        ]
        indexes = [
            index("substitution_waiting", "clinic", "id", where=Q(state=SubstitutionState.WAITING)),
        ]


class Nomination(models.Model):
    """A person who is proposed as log reviewer or case handler, or as local administrator of a clinic that has none.

    One at the registry office proposes, another confirms.

    Who is proposed may have no account yet, so names and address stand here while the row is kept: some weeks. What was
    declined or taken back is no row any more; the log is the history.
    """

    id = models.BigAutoField(primary_key=True)
    hsa_id = HsaIdColumn(db_comment=PERSONAL)
    given_name = models.CharField(max_length=256, blank=True, db_comment=PERSONAL)
    surname = models.CharField(max_length=256, db_comment=PERSONAL)
    email = models.CharField(max_length=254, db_comment=PERSONAL)
    role = models.CharField(
        max_length=30,
        choices=choices((*ROLES_TO_NOMINATE, Role.LOCAL_ADMINISTRATOR)),
    )
    clinic = models.ForeignKey("places.Clinic", on_delete=models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table_comment = "rights"
        constraints = [
            models.UniqueConstraint(
                Upper("hsa_id"), "role", "clinic", name="one_nomination_per_person_and_role", nulls_distinct=False
            ),
            check(
                "nomination_role_known",
                Q(role__in=[r.value for r in ROLES_TO_NOMINATE], clinic=None)
                | Q(role=Role.LOCAL_ADMINISTRATOR, clinic__isnull=False),
            ),
            together("nomination_confirmed_whole", "confirmed_at", "confirmed_by"),
            check("nomination_confirmed_by_another", Q(confirmed_by=None) | ~Q(confirmed_by=F("proposed_by"))),
        ]
        indexes = [index("nomination_by_age", "proposed_at")]

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.surname}".strip()
