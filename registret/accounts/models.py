"""Accounts, mail confirmations, login attempts and sessions. No column holds a secret: digests only."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Collate, Upper

from registret.accounts.lifecycle import AccountState, Authority
from registret.accounts.name_keys import name_key
from registret.database.columns import DIGEST, PERSONAL, PLAIN
from registret.database.fields import HsaIdColumn
from registret.kernel.identifiers import HsaId

PURPOSES = ["login", "check", "unlock"]
WAYS = ["card", "idp"]

ERASED = Q(
    erased_at__isnull=False,
    state=AccountState.ENDED,
    given_name="",
    surname="",
    organisation="",
    email="",
    state_reason="",
    logged_in_at=None,
    unused_since=None,
    card_issuer="",
    card_environment="",
)
"""An account of which nothing is left that tells of a person, but the HSA-id as long as the log names it."""


class Account(AbstractBaseUser):
    """A person under one HSA-id. Django's user model, without a password: the card is the only way in."""

    password = None  # type: ignore[assignment]
    last_login = None

    id = models.BigAutoField(primary_key=True)
    hsa_id = HsaIdColumn(db_comment=PERSONAL)
    hsa_id_key = models.GeneratedField(
        expression=Upper("hsa_id"),
        output_field=models.CharField(max_length=HsaId.MAX_LENGTH),
        db_persist=True,
        db_comment=PERSONAL,
    )
    # As long as the door lets names on cards be (`cards.profile.LONGEST_TEXT`).
    given_name = models.CharField(max_length=256, blank=True, db_comment=PERSONAL)
    surname = models.CharField(max_length=256, db_comment=PERSONAL)
    # What people are found by, in Swedish order, either way round.
    surname_key = name_key("surname", "given_name")
    given_name_key = name_key("given_name", "surname")
    organisation = models.CharField(max_length=256, blank=True, default="", db_comment=PERSONAL)
    email = models.CharField(max_length=254, db_comment=PERSONAL)
    language = models.CharField(max_length=2, default="sv", db_comment=PLAIN)
    state = models.CharField(max_length=12, choices=[(s, s) for s in AccountState], default=AccountState.REGISTERED)
    state_reason = models.CharField(max_length=500, blank=True, default="", db_comment=PERSONAL)
    state_authority = models.CharField(
        max_length=10, choices=[(a.value, a.value) for a in Authority], blank=True, default=""
    )
    # Which clinic has suspended it: no other lifts that.
    state_clinic_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    logged_in_at = models.DateTimeField(null=True, db_comment=PERSONAL)
    # From when on nobody has used it: the last login, a reinstatement, or the grant of somebody who never logged in.
    unused_since = models.DateTimeField(null=True, db_comment=PERSONAL)
    ended_at = models.DateTimeField(null=True)
    # Who issued the card of the last login, for real or for test: see `registret.accounts.likeness`.
    card_issuer = models.CharField(max_length=256, blank=True, default="", db_default="", db_comment=PERSONAL)
    card_environment = models.CharField(max_length=10, blank=True, default="", db_default="", db_comment=PLAIN)
    # From then on the row has its number, its moments, and as long as the log names it the HSA-id.
    erased_at = models.DateTimeField(null=True)
    hsa_id_erased_at = models.DateTimeField(null=True)

    USERNAME_FIELD = "id"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.surname}".strip()

    class Meta:
        db_table_comment = "accounts"
        constraints = [
            models.UniqueConstraint(
                name="one_living_account_per_hsa_id", fields=["hsa_id_key"], condition=~Q(state=AccountState.ENDED)
            ),
            models.CheckConstraint(name="account_state_known", condition=Q(state__in=[s.value for s in AccountState])),
            models.CheckConstraint(
                name="account_hsa_id_shape",
                condition=Q(hsa_id__regex=r"^[A-Za-z0-9]+-[A-Za-z0-9]+$", hsa_id_erased_at=None)
                | Q(hsa_id="", hsa_id_erased_at__isnull=False),
            ),
            models.CheckConstraint(
                name="account_mail_lower_case", condition=Q(email__regex=r"^[^[:upper:]\s]+@[^[:upper:]\s@]+$") | ERASED
            ),
            models.CheckConstraint(
                name="account_erased_whole", condition=Q(erased_at=None, hsa_id_erased_at=None) | ERASED
            ),
            models.CheckConstraint(
                name="account_confirmed_has_moment",
                condition=Q(state=AccountState.REGISTERED, confirmed_at=None)
                | Q(state__in=[AccountState.CONFIRMED, AccountState.SUSPENDED], confirmed_at__isnull=False)
                | Q(state=AccountState.ENDED),
            ),
            models.CheckConstraint(
                name="account_suspended_by_somebody",
                condition=Q(state=AccountState.SUSPENDED, state_authority__in=[a.value for a in Authority])
                | (~Q(state=AccountState.SUSPENDED) & Q(state_authority="")),
            ),
            models.CheckConstraint(
                name="account_suspended_by_this_clinic",
                condition=Q(state_authority=Authority.CLINIC.value, state_clinic_id__isnull=False)
                | (~Q(state_authority=Authority.CLINIC.value) & Q(state_clinic_id=None)),
            ),
            models.CheckConstraint(
                name="account_ended_has_moment",
                condition=Q(state=AccountState.ENDED, ended_at__isnull=False)
                | (~Q(state=AccountState.ENDED) & Q(ended_at=None)),
            ),
        ]
        indexes = [
            models.Index(fields=["hsa_id_key", "-id"], name="account_hsa_id"),
            # In the order of bytes, so that they serve prefixes: see `search`.
            models.Index(Collate("hsa_id_key", "C"), F("id"), name="account_hsa_id_prefix"),
            models.Index(Collate("email", "C"), F("id"), name="account_mail_prefix"),
            models.Index(fields=["surname_key", "id"], name="account_surname"),
            models.Index(fields=["given_name_key", "id"], name="account_given_name"),
            models.Index(
                fields=["unused_since"], name="account_unused", condition=Q(state__in=["registered", "confirmed"])
            ),
            models.Index(
                fields=["ended_at"],
                name="account_to_erase",
                condition=Q(state=AccountState.ENDED, hsa_id_erased_at=None),
            ),
        ]


class Confirmation(models.Model):
    """That a mail address works. Each letter sent is a new `version`: the newest wins.

    Link and code are derived from (id, version) with a key outside the database: see `registret.mail.links`.
    With `replaces`, the address that was in force when a confirmed account asked for another one, this is a change of
    address, to which a reader of the mail there may object.
    """

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="confirmations")
    email = models.CharField(max_length=254, db_comment=PERSONAL)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    wrong_codes = models.PositiveSmallIntegerField(default=0)
    confirmed_at = models.DateTimeField(null=True)
    replaced_at = models.DateTimeField(null=True)
    replaces = models.CharField(max_length=254, blank=True, default="", db_comment=PERSONAL)
    objected_at = models.DateTimeField(null=True)

    class Meta:
        db_table_comment = "accounts"
        constraints = [
            models.UniqueConstraint(
                name="one_open_confirmation_per_account",
                fields=["account"],
                condition=Q(confirmed_at=None, replaced_at=None),
            ),
            models.CheckConstraint(name="confirmation_ends_once", condition=Q(confirmed_at=None) | Q(replaced_at=None)),
            models.CheckConstraint(name="confirmation_expires_later", condition=Q(expires_at__gt=F("sent_at"))),
            models.CheckConstraint(name="confirmation_guesses_bounded", condition=Q(wrong_codes__lte=20)),
            models.CheckConstraint(name="confirmation_changes_something", condition=~Q(replaces=F("email"))),
            # Nothing that was objected to can be confirmed afterwards.
            models.CheckConstraint(
                name="confirmation_objected_is_over",
                condition=Q(objected_at=None)
                | (~Q(replaces="") & (Q(confirmed_at__isnull=False) | Q(replaced_at__isnull=False))),
            ),
        ]


class LoginAttempt(models.Model):
    """One visit to the card door or to the identity provider: bound to one browser, answered once, redeemed once.

    The label (the card host's name, or OIDC's `state`) and all its other secrets are derived from `nonce` with a key
    outside the database.
    """

    id = models.BigAutoField(primary_key=True)
    purpose = models.CharField(max_length=10, choices=[(p, p) for p in PURPOSES])
    way = models.CharField(max_length=10, choices=[(w, w) for w in WAYS], default="card")
    nonce = models.BinaryField(max_length=16, db_comment=PLAIN)
    label_digest = models.BinaryField(max_length=32, unique=True, db_comment=DIGEST)
    browser_digest = models.BinaryField(max_length=32, db_comment=DIGEST)
    confirmation_id = models.BigIntegerField(null=True)
    confirmation_version = models.PositiveIntegerField(null=True)
    # The page that is wanted after it.
    back_to = models.CharField(max_length=200, blank=True, default="", db_default="", db_comment=PERSONAL)
    begun_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    outcome = models.JSONField(null=True, db_comment=PERSONAL)
    reference = models.CharField(max_length=10, blank=True, default="", db_comment=PLAIN)
    code_digest = models.BinaryField(max_length=32, null=True, unique=True, db_comment=DIGEST)
    code_expires_at = models.DateTimeField(null=True)
    redeemed_at = models.DateTimeField(null=True)

    class Meta:
        db_table_comment = "logins"
        constraints = [
            models.CheckConstraint(
                name="attempt_code_after_answer",
                condition=Q(code_digest=None, code_expires_at=None, outcome=None)
                | Q(
                    code_digest__isnull=False,
                    code_expires_at__isnull=False,
                    answered_at__isnull=False,
                    outcome__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="attempt_redeemed_after_code", condition=Q(redeemed_at=None) | Q(code_digest__isnull=False)
            ),
            models.CheckConstraint(
                name="attempt_confirmation_whole",
                condition=Q(confirmation_id=None, confirmation_version=None)
                | Q(confirmation_id__isnull=False, confirmation_version__isnull=False),
            ),
            models.CheckConstraint(name="attempt_purpose_known", condition=Q(purpose__in=PURPOSES)),
            # A path of this site, and nothing that a browser takes for another one.
            models.CheckConstraint(
                name="attempt_back_to_stays_here",
                condition=Q(back_to="") | Q(back_to__regex=r"^/[^/\\[:space:]][^\\[:space:]]*$"),
            ),
            # Only a card can be checked, and only a card unlocks what a card has locked.
            models.CheckConstraint(name="attempt_way_known", condition=Q(way="card") | Q(way="idp", purpose="login")),
        ]
        indexes = [
            models.Index(fields=["begun_at"], name="attempt_begun"),
            models.Index(fields=["browser_digest"], name="attempt_browser"),
            models.Index(fields=["reference"], name="attempt_reference", condition=~Q(reference="")),
        ]


class Session(models.Model):
    """A browser that has proven a card. With `grant_id` somebody is at work; without, somebody who waits."""

    id = models.BigAutoField(primary_key=True)
    key_digest = models.BinaryField(max_length=32, unique=True, db_comment=DIGEST)
    attempt = models.ForeignKey(LoginAttempt, on_delete=models.SET_NULL, null=True)
    hsa_id = HsaIdColumn(db_comment=PERSONAL)
    hsa_id_key = models.GeneratedField(
        expression=Upper("hsa_id"),
        output_field=models.CharField(max_length=HsaId.MAX_LENGTH),
        db_persist=True,
        db_comment=PERSONAL,
    )
    card = models.JSONField(db_comment=PERSONAL)
    grant_id = models.BigIntegerField(null=True)
    network = models.GenericIPAddressField(null=True, db_comment=PERSONAL)
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    locked_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=20, blank=True, default="", db_comment=PLAIN)

    class Meta:
        db_table_comment = "logins"
        constraints = [
            models.CheckConstraint(
                name="session_end_has_reason",
                condition=Q(ended_at=None, end_reason="") | (Q(ended_at__isnull=False) & ~Q(end_reason="")),
            ),
            models.CheckConstraint(name="session_ends_later", condition=Q(ends_at__gt=F("began_at"))),
        ]
        indexes = [
            models.Index(fields=["hsa_id_key"], name="session_living", condition=Q(ended_at=None)),
            models.Index(fields=["ends_at"], name="session_ends"),
        ]
