"""Accounts, mail confirmations, login attempts and sessions. No column holds a secret: digests only."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Collate, Upper

from registret.accounts.lifecycle import AccountState, Authority
from registret.accounts.mailed_codes import MailedCode
from registret.accounts.name_keys import name_key
from registret.database.columns import DIGEST, PERSONAL, PLAIN
from registret.database.constraints import check, choices, index, known, together, unique
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
    state = models.CharField(max_length=12, choices=choices(AccountState), default=AccountState.REGISTERED)
    state_reason = models.CharField(max_length=500, blank=True, default="", db_comment=PERSONAL)
    state_authority = models.CharField(max_length=10, choices=choices(Authority), blank=True, default="")
    # Which clinic has suspended it: no other lifts that.
    state_clinic_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    logged_in_at = models.DateTimeField(null=True, db_comment=PERSONAL)
    # From when on nobody has used it: the last login, a reinstatement, or the grant of a person who never logged in.
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
    def account_id(self) -> int:
        """The id, as other values of a person call it."""
        return self.id

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.surname}".strip()

    class Meta:
        db_table_comment = "accounts"
        constraints = [
            unique("one_living_account_per_hsa_id", "hsa_id_key", where=~Q(state=AccountState.ENDED)),
            known("account_state_known", state=AccountState),
            check(
                "account_hsa_id_shape",
                Q(hsa_id__regex=r"^[A-Za-z0-9]+-[A-Za-z0-9]+$", hsa_id_erased_at=None)
                | Q(hsa_id="", hsa_id_erased_at__isnull=False),
            ),
            check("account_mail_lower_case", Q(email__regex=r"^[^[:upper:]\s]+@[^[:upper:]\s@]+$") | ERASED),
            check("account_erased_whole", Q(erased_at=None, hsa_id_erased_at=None) | ERASED),
            check(
                "account_confirmed_has_moment",
                Q(state=AccountState.REGISTERED, confirmed_at=None)
                | Q(state__in=[AccountState.CONFIRMED, AccountState.SUSPENDED], confirmed_at__isnull=False)
                | Q(state=AccountState.ENDED),
            ),
            check(
                "account_suspended_by_somebody",
                Q(state=AccountState.SUSPENDED, state_authority__in=[a.value for a in Authority])
                | (~Q(state=AccountState.SUSPENDED) & Q(state_authority="")),
            ),
            check(
                "account_suspended_by_this_clinic",
                Q(state_authority=Authority.CLINIC.value, state_clinic_id__isnull=False)
                | (~Q(state_authority=Authority.CLINIC.value) & Q(state_clinic_id=None)),
            ),
            check(
                "account_ended_has_moment",
                Q(state=AccountState.ENDED, ended_at__isnull=False) | (~Q(state=AccountState.ENDED) & Q(ended_at=None)),
            ),
        ]
        indexes = [
            index("account_hsa_id", "hsa_id_key", "-id"),
            # In the order of bytes, so that they serve prefixes: see `search`.
            models.Index(Collate("hsa_id_key", "C"), F("id"), name="account_hsa_id_prefix"),
            models.Index(Collate("email", "C"), F("id"), name="account_mail_prefix"),
            index("account_surname", "surname_key", "id"),
            index("account_given_name", "given_name_key", "id"),
            index("account_unused", "unused_since", where=Q(state__in=["registered", "confirmed"])),
            index("account_to_erase", "ended_at", where=Q(state=AccountState.ENDED, hsa_id_erased_at=None)),
        ]


class Confirmation(MailedCode):
    """That a mail address works, proven by the code or the link of a letter.

    With `replaces`, the address that was in force when a confirmed account asked for another one, this is a change of
    address, to which a reader of the mail there may object.
    """

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="confirmations")
    email = models.CharField(max_length=254, db_comment=PERSONAL)
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    replaced_at = models.DateTimeField(null=True)
    replaces = models.CharField(max_length=254, blank=True, default="", db_comment=PERSONAL)
    objected_at = models.DateTimeField(null=True)

    class Meta:
        db_table_comment = "accounts"
        constraints = [
            unique("one_open_confirmation_per_account", "account", where=Q(confirmed_at=None, replaced_at=None)),
            check("confirmation_ends_once", Q(confirmed_at=None) | Q(replaced_at=None)),
            check("confirmation_expires_later", Q(expires_at__gt=F("sent_at"))),
            check("confirmation_guesses_bounded", Q(wrong_codes__lte=20)),
            check("confirmation_changes_something", ~Q(replaces=F("email"))),
            # Nothing that was objected to can be confirmed afterwards.
            check(
                "confirmation_objected_is_over",
                Q(objected_at=None)
                | (~Q(replaces="") & (Q(confirmed_at__isnull=False) | Q(replaced_at__isnull=False))),
            ),
        ]


class LoginAttempt(models.Model):
    """One visit to the card door or to the identity provider: bound to one browser, answered once, redeemed once.

    The label (the card host's name, or OIDC's `state`) and all its other secrets are derived from `nonce` with a key
    outside the database.
    """

    id = models.BigAutoField(primary_key=True)
    purpose = models.CharField(max_length=10, choices=choices(PURPOSES))
    way = models.CharField(max_length=10, choices=choices(WAYS), default="card")
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
            check(
                "attempt_code_after_answer",
                Q(code_digest=None, code_expires_at=None, outcome=None)
                | Q(
                    code_digest__isnull=False,
                    code_expires_at__isnull=False,
                    answered_at__isnull=False,
                    outcome__isnull=False,
                ),
            ),
            check("attempt_redeemed_after_code", Q(redeemed_at=None) | Q(code_digest__isnull=False)),
            together("attempt_confirmation_whole", "confirmation_id", "confirmation_version"),
            check("attempt_purpose_known", Q(purpose__in=PURPOSES)),
            # A path of this site, and nothing that a browser takes for another one.
            check("attempt_back_to_stays_here", Q(back_to="") | Q(back_to__regex=r"^/[^/\\[:space:]][^\\[:space:]]*$")),
            # Only a card can be checked, and only a card unlocks what a card has locked.
            check("attempt_way_known", Q(way="card") | Q(way="idp", purpose="login")),
        ]
        indexes = [
            index("attempt_begun", "begun_at"),
            index("attempt_browser", "browser_digest"),
            index("attempt_reference", "reference", where=~Q(reference="")),
        ]


class Session(models.Model):
    """A browser that has proven a card. With `grant_id` a person at work; without, one who waits."""

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
            check(
                "session_end_has_reason",
                Q(ended_at=None, end_reason="") | (Q(ended_at__isnull=False) & ~Q(end_reason="")),
            ),
            check("session_ends_later", Q(ends_at__gt=F("began_at"))),
        ]
        indexes = [
            index("session_living", "hsa_id_key", where=Q(ended_at=None)),
            index("session_ends", "ends_at"),
        ]
