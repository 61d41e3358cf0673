"""Applications for a role at a clinic, their notes, and claims to an earlier account."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from registret.access.lifecycle import ApplicationState
from registret.access.roles import ROLES_TO_APPLY_FOR
from registret.accounts.mailed_codes import MailedCode
from registret.database.columns import PERSONAL, PLAIN
from registret.database.constraints import check, choices, given, index, known, together, unique

MAY_BE_FORGOTTEN = frozenset({ApplicationState.DECLINED, ApplicationState.WITHDRAWN, ApplicationState.LAPSED})
"""What was asked for and came to nothing. The database lets no other application go, but those of erased accounts."""


class Application(models.Model):
    """A person asks for a role at a clinic."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="applications")
    clinic = models.ForeignKey("places.Clinic", on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=30, choices=choices(ROLES_TO_APPLY_FOR))
    sub_registries = ArrayField(models.CharField(max_length=40), default=list, db_comment=PLAIN)
    message = models.CharField(max_length=500, blank=True, default="", db_comment=PERSONAL)
    state = models.CharField(
        max_length=12,
        choices=choices(ApplicationState),
        default=ApplicationState.WAITING,
    )
    applied_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True)
    taken_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, null=True, related_name="+")
    taken_at = models.DateTimeField(null=True)
    # Tillstyrkt: what one at the registry office has decided, where another must decide the same.
    recommended_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, null=True, related_name="+")
    recommended_at = models.DateTimeField(null=True)
    recommended_role = models.CharField(max_length=30, blank=True, default="", db_comment=PLAIN)
    recommended_sub_registries = ArrayField(models.CharField(max_length=40), default=list, db_comment=PLAIN)
    recommended_until = models.DateField(null=True)
    # Since when it also stands at the registry office.
    escalated_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=500, blank=True, default="", db_comment=PERSONAL)

    class Meta:
        db_table_comment = "rights"
        constraints = [
            unique("one_waiting_application_per_clinic", "account", "clinic", where=Q(state=ApplicationState.WAITING)),
            known("application_state_known", state=ApplicationState),
            known("application_role_known", role=ROLES_TO_APPLY_FOR),
            check(
                "application_decided_has_moment",
                Q(state=ApplicationState.WAITING, decided_at=None, decided_by=None)
                | (~Q(state=ApplicationState.WAITING) & Q(decided_at__isnull=False)),
            ),
            check(
                "application_decided_by_somebody_else",
                ~Q(state__in=[ApplicationState.ATTESTED, ApplicationState.DECLINED])
                | (Q(decided_by__isnull=False) & ~Q(decided_by=F("account"))),
            ),
            together("application_taken_whole", "taken_by", "taken_at"),
            check(
                "application_recommended_whole",
                Q(recommended_by=None, recommended_at=None, recommended_role="", recommended_until=None)
                | Q(
                    recommended_by__isnull=False,
                    recommended_at__isnull=False,
                    recommended_role__in=[r.value for r in ROLES_TO_APPLY_FOR],
                    recommended_until__isnull=False,
                ),
            ),
            check("application_recommended_by_somebody_else", Q(recommended_by=None) | ~Q(recommended_by=F("account"))),
            check("application_declined_has_reason", ~Q(state=ApplicationState.DECLINED) | ~Q(reason="")),
        ]
        indexes = [
            index("application_waiting", "clinic", "id", where=Q(state=ApplicationState.WAITING)),
            index("application_of_account", "account", "-id"),
            index("application_by_age", "applied_at", where=Q(state=ApplicationState.WAITING)),
            index("application_to_forget", "decided_at", where=Q(state__in=sorted(MAY_BE_FORGOTTEN))),
            index("application_attested", "decided_at", where=Q(state=ApplicationState.ATTESTED)),
        ]


class Note(models.Model):
    """What was written about an application, by an administrator or, in answer, by the applicant. Never changed."""

    class Kind(models.TextChoices):
        NOTE = "note"
        QUESTION = "question"
        ANSWER = "answer"

    id = models.BigAutoField(primary_key=True)
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    text = models.CharField(max_length=1000, db_comment=PERSONAL)
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table_comment = "rights"
        constraints = [
            check("note_kind_known", Q(kind__in=["note", "question", "answer"])),
            given("note_says_something", "text"),
        ]


class Claim(MailedCode):
    """A person with a new HSA-id says that an account under another one is theirs as well.

    `old_account` is whose confirmed address `email` was when the code was sent; without one no code can be right.
    Proven by the code, settled when the application is attested: then the old account has ended, and this is the link.
    """

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    old_account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, null=True, related_name="+")
    email = models.CharField(max_length=254, blank=True, db_comment=PERSONAL)
    proven_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        db_table_comment = "accounts"
        constraints = [
            unique("one_open_claim_per_account", "account", where=Q(settled_at=None)),
            unique("one_settled_claim_per_old_account", "old_account", where=Q(settled_at__isnull=False)),
            check("claim_of_another", Q(old_account=None) | ~Q(old_account=F("account"))),
            check("claim_proven_of_somebody", Q(proven_at=None) | Q(old_account__isnull=False)),
            # Once it is settled, the address is of no use any more.
            check(
                "claim_settled_when_proven",
                (Q(settled_at=None) & ~Q(email="")) | Q(settled_at__isnull=False, proven_at__isnull=False, email=""),
            ),
            check("claim_expires_later", Q(expires_at__gt=F("sent_at"))),
            check("claim_guesses_bounded", Q(wrong_codes__lte=20)),
        ]
