"""What CAs say about their certificates, kept so that every node decides alike. CAs are named by fingerprint."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from registret.database.columns import PERSONAL, PLAIN
from registret.database.constraints import check, index, unique

_FINGERPRINT = r"^[0-9a-f]{64}$"


class KeptCrl(models.Model):
    """The newest list of one CA, as it was fetched. Nodes check its signature again when they load it.

    `anchor`, `digest`: SHA-256 of the CA's certificate and of `content` (DER or PEM), lower-case hex.
    """

    anchor = models.CharField(max_length=64, unique=True, db_comment=PLAIN)
    content = models.BinaryField(db_comment=PLAIN)
    digest = models.CharField(max_length=64, db_comment=PLAIN)
    # At most 20 octets (RFC 5280, 5.2.3).
    number = models.DecimalField(max_digits=49, decimal_places=0)
    this_update = models.DateTimeField()
    next_update = models.DateTimeField()
    entries = models.PositiveIntegerField()
    kept_at = models.DateTimeField()

    class Meta:
        constraints = [
            check("keptcrl_anchor_shape", Q(anchor__regex=_FINGERPRINT)),
            check("keptcrl_digest_shape", Q(digest__regex=_FINGERPRINT)),
        ]


class Upkeep(models.Model):
    """How the list of one CA is kept fresh: when it is fetched next, how that went, what the log has been told.

    `due_at`: None is now. `tries` tells two fetchers apart, as in the outbox: only the one that took it last may write
    down how it went. `failures`: in a row. `fault`: of the last try, empty if it went well. `told`: the state of the
    list that the log knows of.
    """

    anchor = models.CharField(max_length=64, unique=True, db_comment=PLAIN)
    due_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    tries = models.PositiveBigIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    tried_at = models.DateTimeField(null=True)
    succeeded_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=30, blank=True, default="", db_comment=PLAIN)
    told = models.CharField(max_length=10, blank=True, default="", db_comment=PLAIN)

    class Meta:
        constraints = [
            check("upkeep_anchor_shape", Q(anchor__regex=_FINGERPRINT)),
            check("upkeep_fault_while_failing", Q(fault="", failures=0) | (~Q(fault="") & Q(failures__gt=0))),
            check(
                "upkeep_tried_has_moment",
                Q(tries=0, tried_at=None, lease_until=None, succeeded_at=None, failures=0)
                | Q(tries__gt=0, tried_at__isnull=False),
            ),
        ]


class KeptAnswer(models.Model):
    """The newest OCSP answer about one certificate. `serial`: lower-case hex. `until`: its nextUpdate, if any."""

    anchor = models.CharField(max_length=64, db_comment=PLAIN)
    serial = models.CharField(max_length=40, db_comment=PERSONAL)
    state = models.CharField(max_length=10, db_comment=PERSONAL)
    this_update = models.DateTimeField()
    until = models.DateTimeField(null=True)
    asked_at = models.DateTimeField()

    class Meta:
        db_table_comment = "logins"
        constraints = [
            unique("keptanswer_once", "anchor", "serial"),
            check("keptanswer_anchor_shape", Q(anchor__regex=_FINGERPRINT)),
            check("keptanswer_serial_shape", Q(serial__regex=r"^[0-9a-f]+$")),
            check("keptanswer_state_known", Q(state__in=["good", "revoked", "unknown"])),
            check("keptanswer_ends_after_it_begins", Q(until=None) | Q(until__gte=F("this_update"))),
        ]
        indexes = [index("keptanswer_asked", "asked_at")]
