"""Applications, grants and their recertification. What nobody may do, the database refuses too."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper

from registret.access.lifecycle import ApplicationState, LineState, SubstitutionState
from registret.access.roles import (
    ROLES_AT_A_CLINIC,
    ROLES_OF_THE_OFFICE,
    ROLES_TO_APPLY_FOR,
    ROLES_TO_NOMINATE,
    Role,
)
from registret.kernel.identifiers import HsaId

MAY_BE_FORGOTTEN = frozenset({ApplicationState.DECLINED, ApplicationState.WITHDRAWN, ApplicationState.LAPSED})
"""What was asked for and came to nothing. The database lets no other application go, but those of erased accounts."""


class Source(models.TextChoices):
    """How a grant came about."""

    ATTESTED = "attested"
    APPOINTED = "appointed"
    CHANGED = "changed"
    IMPORTED = "imported"


class Application(models.Model):
    """Somebody asks for a role at a clinic."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="applications")
    clinic = models.ForeignKey("places.Clinic", on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=30, choices=[(r.value, r.value) for r in ROLES_TO_APPLY_FOR])
    sub_registries = ArrayField(models.CharField(max_length=40), default=list)
    message = models.CharField(max_length=500, blank=True, default="")
    state = models.CharField(
        max_length=12, choices=[(s.value, s.value) for s in ApplicationState], default=ApplicationState.WAITING
    )
    applied_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True)
    taken_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, null=True, related_name="+")
    taken_at = models.DateTimeField(null=True)
    # Tillstyrkt: what one at the registry office has decided, where another must decide the same.
    recommended_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, null=True, related_name="+")
    recommended_at = models.DateTimeField(null=True)
    recommended_role = models.CharField(max_length=30, blank=True, default="")
    recommended_sub_registries = ArrayField(models.CharField(max_length=40), default=list)
    recommended_until = models.DateField(null=True)
    # Since when it also stands at the registry office.
    escalated_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_waiting_application_per_clinic",
                fields=["account", "clinic"],
                condition=Q(state=ApplicationState.WAITING),
            ),
            models.CheckConstraint(
                name="application_state_known", condition=Q(state__in=[s.value for s in ApplicationState])
            ),
            models.CheckConstraint(
                name="application_role_known", condition=Q(role__in=[r.value for r in ROLES_TO_APPLY_FOR])
            ),
            models.CheckConstraint(
                name="application_decided_has_moment",
                condition=Q(state=ApplicationState.WAITING, decided_at=None, decided_by=None)
                | (~Q(state=ApplicationState.WAITING) & Q(decided_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="application_decided_by_somebody_else",
                condition=~Q(state__in=[ApplicationState.ATTESTED, ApplicationState.DECLINED])
                | (Q(decided_by__isnull=False) & ~Q(decided_by=F("account"))),
            ),
            models.CheckConstraint(
                name="application_taken_whole",
                condition=Q(taken_by=None, taken_at=None) | Q(taken_by__isnull=False, taken_at__isnull=False),
            ),
            models.CheckConstraint(
                name="application_recommended_whole",
                condition=Q(recommended_by=None, recommended_at=None, recommended_role="", recommended_until=None)
                | Q(
                    recommended_by__isnull=False,
                    recommended_at__isnull=False,
                    recommended_role__in=[r.value for r in ROLES_TO_APPLY_FOR],
                    recommended_until__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="application_recommended_by_somebody_else",
                condition=Q(recommended_by=None) | ~Q(recommended_by=F("account")),
            ),
            models.CheckConstraint(
                name="application_declined_has_reason",
                condition=~Q(state=ApplicationState.DECLINED) | ~Q(reason=""),
            ),
        ]
        indexes = [
            models.Index(
                fields=["clinic", "id"], name="application_waiting", condition=Q(state=ApplicationState.WAITING)
            ),
            models.Index(fields=["account", "-id"], name="application_of_account"),
            models.Index(fields=["applied_at"], name="application_by_age", condition=Q(state=ApplicationState.WAITING)),
            models.Index(
                fields=["decided_at"], name="application_to_forget", condition=Q(state__in=sorted(MAY_BE_FORGOTTEN))
            ),
            models.Index(
                fields=["decided_at"], name="application_attested", condition=Q(state=ApplicationState.ATTESTED)
            ),
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
    text = models.CharField(max_length=1000)
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(name="note_kind_known", condition=Q(kind__in=["note", "question", "answer"])),
            models.CheckConstraint(name="note_says_something", condition=~Q(text="")),
        ]


class Grant(models.Model):
    """Behörighet: what somebody may do, where, from, to, by whom. Attested or appointed, never for oneself."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="grants")
    role = models.CharField(max_length=30, choices=[(r.value, r.value) for r in Role])
    clinic = models.ForeignKey("places.Clinic", on_delete=models.PROTECT, null=True, related_name="+")
    sub_registries = ArrayField(models.CharField(max_length=40), default=list)
    application = models.OneToOneField(Application, on_delete=models.PROTECT, null=True, related_name="+")
    source = models.CharField(max_length=10, choices=Source.choices, default=Source.APPOINTED, db_default="appointed")
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    granted_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, null=True, related_name="+")
    # The other one, where two at the registry office have decided.
    proposed_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, null=True, related_name="+")
    decided_by_names = models.CharField(max_length=300, blank=True, default="")
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, null=True, related_name="+")
    revoke_reason = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_unrevoked_grant_per_role_and_clinic",
                fields=["account", "role", "clinic"],
                condition=Q(revoked_at=None),
                nulls_distinct=False,
            ),
            models.CheckConstraint(name="grant_role_known", condition=Q(role__in=[r.value for r in Role])),
            models.CheckConstraint(
                name="grant_clinic_fits_role",
                condition=Q(role__in=sorted(ROLES_AT_A_CLINIC), clinic__isnull=False)
                | Q(role__in=sorted(ROLES_OF_THE_OFFICE), clinic=None),
            ),
            models.CheckConstraint(name="grant_ends_later", condition=Q(ends_at__gt=F("begins_at"))),
            models.CheckConstraint(
                name="grant_never_by_oneself", condition=Q(granted_by=None) | ~Q(granted_by=F("account"))
            ),
            models.CheckConstraint(
                name="grant_proposed_by_another",
                condition=Q(proposed_by=None)
                | (Q(granted_by__isnull=False) & ~Q(proposed_by=F("granted_by")) & ~Q(proposed_by=F("account"))),
            ),
            models.CheckConstraint(
                name="grant_has_an_author", condition=Q(granted_by__isnull=False) | ~Q(decided_by_names="")
            ),
            models.CheckConstraint(name="grant_source_known", condition=Q(source__in=[s.value for s in Source])),
            # Nobody at a keyboard brings today's accounts in on their own word.
            models.CheckConstraint(
                name="grant_imported_by_a_named_decision",
                condition=~Q(source=Source.IMPORTED) | (Q(granted_by=None) & ~Q(decided_by_names="")),
            ),
            models.CheckConstraint(
                name="grant_revoked_has_reason",
                condition=Q(revoked_at=None, revoked_by=None, revoke_reason="")
                | (Q(revoked_at__isnull=False) & ~Q(revoke_reason="")),
            ),
        ]
        indexes = [
            models.Index(fields=["account"], name="grant_living", condition=Q(revoked_at=None)),
            models.Index(fields=["ends_at"], name="grant_by_end", condition=Q(revoked_at=None)),
            models.Index(
                fields=["clinic"],
                name="grant_administrators",
                condition=Q(role=Role.LOCAL_ADMINISTRATOR, revoked_at=None),
            ),
        ]


class Recertification(models.Model):
    """Genomgång: a clinic is asked whether all who have a grant there still work there.

    `opened_by` null: by the clock, in turn.
    """

    id = models.BigAutoField(primary_key=True)
    clinic = models.ForeignKey("places.Clinic", on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    # The first moment at which silence counts.
    due_at = models.DateTimeField()
    opened_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=500, blank=True, default="")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_open_recertification_per_clinic", fields=["clinic"], condition=Q(closed_at=None)
            ),
            models.CheckConstraint(name="recertification_due_later", condition=Q(due_at__gt=F("opened_at"))),
            models.CheckConstraint(
                name="recertification_out_of_turn_has_reason",
                condition=Q(opened_by=None, reason="") | (Q(opened_by__isnull=False) & ~Q(reason="")),
            ),
            models.CheckConstraint(
                name="recertification_closed_later", condition=Q(closed_at=None) | Q(closed_at__gte=F("opened_at"))
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="recertification_open", condition=Q(closed_at=None)),
            models.Index(fields=["clinic", "-opened_at"], name="recertification_newest"),
        ]


class RecertificationLine(models.Model):
    """One grant that was valid when the recertification was opened, and what became of it. Answered once.

    It goes when the grant of an ended account is forgotten, and not before.
    """

    id = models.BigAutoField(primary_key=True)
    recertification = models.ForeignKey(Recertification, on_delete=models.PROTECT, related_name="lines")
    grant = models.ForeignKey(Grant, on_delete=models.CASCADE, related_name="+")
    # The grant's, so that the database can refuse whoever answers about themselves.
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(
        max_length=10, choices=[(s.value, s.value) for s in LineState], default=LineState.UNANSWERED
    )
    settled_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="a_grant_once_in_a_recertification", fields=["recertification", "grant"]),
            models.CheckConstraint(name="line_state_known", condition=Q(state__in=[s.value for s in LineState])),
            models.CheckConstraint(
                name="line_settled_whole",
                condition=Q(state=LineState.UNANSWERED, settled_at=None, answered_by=None)
                | Q(
                    state__in=[LineState.KEPT, LineState.CHANGED, LineState.ENDED],
                    settled_at__isnull=False,
                    answered_by__isnull=False,
                )
                | Q(state__in=[LineState.SILENT, LineState.OVERTAKEN], settled_at__isnull=False, answered_by=None),
            ),
            models.CheckConstraint(
                name="line_never_by_oneself", condition=Q(answered_by=None) | ~Q(answered_by=F("account"))
            ),
        ]
        indexes = [
            models.Index(fields=["grant"], name="line_unanswered", condition=Q(state=LineState.UNANSWERED)),
            models.Index(fields=["recertification"], name="line_of_open", condition=Q(state=LineState.UNANSWERED)),
        ]


class Substitution(models.Model):
    """A colleague who is proposed as local administrator for a time. Three people: who proposes, who is proposed, and
    who confirms. Out of a confirmed one comes a grant that ends by itself."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    clinic = models.ForeignKey("places.Clinic", on_delete=models.PROTECT, related_name="+")
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    state = models.CharField(
        max_length=12, choices=[(s.value, s.value) for s in SubstitutionState], default=SubstitutionState.WAITING
    )
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_waiting_substitution_per_clinic",
                fields=["account", "clinic"],
                condition=Q(state=SubstitutionState.WAITING),
            ),
            models.CheckConstraint(
                name="substitution_state_known", condition=Q(state__in=[s.value for s in SubstitutionState])
            ),
            models.CheckConstraint(name="substitution_ends_later", condition=Q(ends_at__gt=F("begins_at"))),
            models.CheckConstraint(
                name="substitution_proposed_by_somebody_else", condition=~Q(proposed_by=F("account"))
            ),
            models.CheckConstraint(
                name="substitution_decided_has_moment",
                condition=Q(state=SubstitutionState.WAITING, decided_at=None, decided_by=None)
                | (~Q(state=SubstitutionState.WAITING) & Q(decided_at__isnull=False, decided_by__isnull=False)),
            ),
            models.CheckConstraint(
                name="substitution_decided_by_a_third",
                condition=~Q(state__in=[SubstitutionState.CONFIRMED, SubstitutionState.DECLINED])
                | (~Q(decided_by=F("account")) & ~Q(decided_by=F("proposed_by"))),
            ),
            models.CheckConstraint(
                name="substitution_declined_has_reason",
                condition=~Q(state=SubstitutionState.DECLINED) | ~Q(reason=""),
            ),
        ]
        indexes = [
            models.Index(
                fields=["clinic", "id"], name="substitution_waiting", condition=Q(state=SubstitutionState.WAITING)
            ),
        ]


class Nomination(models.Model):
    """Somebody who is proposed as log reviewer or case handler, or as local administrator of a clinic that has none.

    One at the registry office proposes, another confirms.

    Who is proposed may have no account yet, so names and address stand here while the row is kept: some weeks. What was
    declined or taken back is no row any more; the log is the history.
    """

    id = models.BigAutoField(primary_key=True)
    hsa_id = models.CharField(max_length=HsaId.MAX_LENGTH)
    given_name = models.CharField(max_length=256, blank=True)
    surname = models.CharField(max_length=256)
    email = models.CharField(max_length=254)
    role = models.CharField(
        max_length=30, choices=[(r.value, r.value) for r in (*ROLES_TO_NOMINATE, Role.LOCAL_ADMINISTRATOR)]
    )
    clinic = models.ForeignKey("places.Clinic", on_delete=models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Upper("hsa_id"), "role", "clinic", name="one_nomination_per_person_and_role", nulls_distinct=False
            ),
            models.CheckConstraint(
                name="nomination_role_known",
                condition=Q(role__in=[r.value for r in ROLES_TO_NOMINATE], clinic=None)
                | Q(role=Role.LOCAL_ADMINISTRATOR, clinic__isnull=False),
            ),
            models.CheckConstraint(
                name="nomination_confirmed_whole",
                condition=Q(confirmed_at=None, confirmed_by=None)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
            ),
            models.CheckConstraint(
                name="nomination_confirmed_by_another",
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("proposed_by")),
            ),
        ]
        indexes = [models.Index(fields=["proposed_at"], name="nomination_by_age")]


class Notice(models.Model):
    """That a letter of the clock has been written: each once, also by two machines at the same moment.

    `subject` is the id of what it is about, `occasion` tells several about one subject apart.
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=40)
    subject = models.BigIntegerField()
    occasion = models.CharField(max_length=40, blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="notice_once", fields=["kind", "subject", "occasion"])]
        indexes = [models.Index(fields=["at"], name="notice_at")]


class Claim(models.Model):
    """Somebody with a new HSA-id says that an account under another one is theirs as well.

    `old_account` is whose confirmed address `email` was when the code was sent; without one no code can be right.
    Proven by the code, settled when somebody attests: then the old account has ended, and the row is the link.
    """

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    old_account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, null=True, related_name="+")
    email = models.CharField(max_length=254, blank=True)
    version = models.PositiveIntegerField(default=1)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    wrong_codes = models.PositiveSmallIntegerField(default=0)
    proven_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_open_claim_per_account", fields=["account"], condition=Q(settled_at=None)
            ),
            models.UniqueConstraint(
                name="one_settled_claim_per_old_account",
                fields=["old_account"],
                condition=Q(settled_at__isnull=False),
            ),
            models.CheckConstraint(
                name="claim_of_another", condition=Q(old_account=None) | ~Q(old_account=F("account"))
            ),
            models.CheckConstraint(
                name="claim_proven_of_somebody", condition=Q(proven_at=None) | Q(old_account__isnull=False)
            ),
            # Once it is settled, the address is of no use any more.
            models.CheckConstraint(
                name="claim_settled_when_proven",
                condition=(Q(settled_at=None) & ~Q(email=""))
                | Q(settled_at__isnull=False, proven_at__isnull=False, email=""),
            ),
            models.CheckConstraint(name="claim_expires_later", condition=Q(expires_at__gt=F("sent_at"))),
            models.CheckConstraint(name="claim_guesses_bounded", condition=Q(wrong_codes__lte=20)),
        ]


class Participation(models.Model):
    """Anslutning: whether a clinic takes part in a sub-registry, from `at` on. Never changed: the newest decision
    counts, and a clinic about which nothing was decided takes part in all."""

    id = models.BigAutoField(primary_key=True)
    clinic = models.ForeignKey("places.Clinic", on_delete=models.PROTECT, related_name="+")
    sub_registry = models.CharField(max_length=40)
    takes_part = models.BooleanField()
    reason = models.CharField(max_length=500)
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=520)

    class Meta:
        constraints = [models.CheckConstraint(name="participation_has_reason", condition=~Q(reason=""))]
        indexes = [models.Index(fields=["clinic", "sub_registry", "-id"], name="participation_newest")]
