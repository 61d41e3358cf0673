"""The outbox: letters that are to be sent, and what became of them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from registret.database.columns import PERSONAL, PLAIN
from registret.database.constraints import check, index, together

OPEN = Q(sent_at=None, given_up_at=None, superseded_at=None)
"""Letters that are still to be sent."""


class Letter(models.Model):
    """One letter to one address. Its links and codes are derived when it is sent: no column holds them.

    `to_address` and `context` are personal data. `attempts` also tells two senders apart: the one that took the letter
    last has the highest number, and only that one may write down that it failed. `server_trouble`: the last attempt
    failed before the mail server had looked at the letter. `urgent`: about confirming an address, so it goes before
    the others. `address_refused`: it was given up because of the address.
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=40, db_comment=PLAIN)
    to_address = models.CharField(max_length=254, db_comment=PERSONAL)
    language = models.CharField(max_length=2, db_comment=PLAIN)
    context = models.JSONField(default=dict, db_comment=PERSONAL)
    confirmation_id = models.BigIntegerField(null=True)
    confirmation_version = models.PositiveIntegerField(null=True)
    about_account_id = models.BigIntegerField(null=True)
    message_id = models.CharField(max_length=320, unique=True, db_comment=PLAIN)
    urgent = models.BooleanField(default=False, db_default=False)

    created_at = models.DateTimeField()
    not_before = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    attempted_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=80, blank=True, default="", db_comment=PERSONAL)
    server_trouble = models.BooleanField(default=False)
    address_refused = models.BooleanField(default=False)
    sent_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        db_table_comment = "letters"
        constraints = [
            check("letter_kind_shape", Q(kind__regex=r"^[a-z_]+$")),
            # No white space and no angle brackets: nothing that could begin another header or another recipient.
            check("letter_address_shape", Q(to_address__regex=r"^[^\s<>,;@]+@[^\s<>,;@]+$")),
            check("letter_message_id_shape", Q(message_id__regex=r"^<[^\s<>@]+@[^\s<>@]+>$")),
            check("letter_error_without_address", ~Q(last_error__contains="@")),
            check("letter_language_known", Q(language__in=["sv", "en"])),
            together("letter_confirmation_whole", "confirmation_id", "confirmation_version"),
            check(
                "letter_ends_once",
                Q(sent_at=None, given_up_at=None)
                | Q(sent_at=None, superseded_at=None)
                | Q(given_up_at=None, superseded_at=None),
            ),
            check(
                "letter_attempted_has_moment",
                Q(attempts=0, attempted_at=None, lease_until=None, sent_at=None)
                | Q(attempts__gt=0, attempted_at__isnull=False),
            ),
            check("letter_address_refused_given_up", Q(address_refused=False) | Q(given_up_at__isnull=False)),
            check("letter_lease_while_open", Q(lease_until=None) | OPEN),
        ]
        indexes = [
            index("letter_by_age", "created_at"),
            index("letter_due", "-urgent", "not_before", "id", where=OPEN),
            index("letter_attempted", "-attempted_at", where=Q(attempts__gt=0)),
            index("letter_about", "about_account_id", "-id", where=Q(about_account_id__isnull=False)),
            # What became of the newest letter that reached an address, or was refused by it.
            index(
                "letter_address",
                "to_address",
                "-attempted_at",
                where=Q(sent_at__isnull=False) | Q(address_refused=True),
            ),
            index("letter_confirmation", "confirmation_id", where=OPEN & Q(confirmation_id__isnull=False)),
        ]
