"""Writing letters into the outbox and carrying them to the mail server."""

from __future__ import annotations

import logging
import random
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email.message import EmailMessage

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from registret.kernel.identifiers import EmailAddress
from registret.mail import smtp
from registret.mail.letters import CLAIMING, CONFIRMING, LETTERS, rendered, stored_facts
from registret.mail.models import OPEN, Letter

log = logging.getLogger(__name__)

# One letter takes ten answers of the server at most, each within smtp.TIMEOUT: a living sender is never overtaken.
LEASE = timedelta(minutes=5)
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)
PATIENCE = timedelta(days=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenUp:
    """A letter that will not be sent, for the log: `error` has no address in it."""

    letter_id: int
    kind: str
    about_account_id: int | None
    error: str
    attempts: int
    at: datetime


def post(
    *,
    kind: str,
    to: EmailAddress,
    language: str,
    context: Mapping[str, str | date],
    confirmation: tuple[int, int] | None = None,
    about_account_id: int | None = None,
    at: datetime,
) -> int:
    """Put a letter into the outbox, in the caller's transaction: if that is rolled back there is no letter.

    `kind` and the names in `context` are those of `letters.LETTERS`; `confirmation` is (id, version) for a kind that
    is about one. If it confirms it takes back letters that confirm an older version and are not sent yet; the letter to
    an old address is never taken back. Returns the letter's id.

    Raises: ValueError: a mistake in the program (unknown kind, wrong facts, confirmation missing or too much).
    """
    facts = stored_facts(kind, context)
    if LETTERS[kind].about_confirmation != (confirmation is not None):
        raise ValueError(f"the letter {kind} {'needs a' if confirmation is None else 'carries no'} confirmation")
    confirmation_id, version = confirmation or (None, None)
    _take_back_older(kind, confirmation, at=at)
    letter = Letter.objects.create(
        kind=kind,
        to_address=to.text,
        language=language,
        context=facts,
        confirmation_id=confirmation_id,
        confirmation_version=version,
        about_account_id=about_account_id,
        urgent=LETTERS[kind].about_confirmation,
        message_id=f"<{secrets.token_hex(16)}@{settings.SITE_HOST}>",
        created_at=at,
        not_before=at,
    )
    return letter.id


def _take_back_older(kind: str, confirmation: tuple[int, int] | None, *, at: datetime) -> None:
    if confirmation is None or not LETTERS[kind].confirms:
        return
    of, version = confirmation
    kinds = CLAIMING if LETTERS[kind].claims else CONFIRMING
    older = Q(kind__in=kinds, confirmation_id=of, confirmation_version__lt=version)
    Letter.objects.filter(OPEN, older).update(superseded_at=at, lease_until=None)


def deliver_due(*, at: Callable[[], datetime], limit: int, given_up: Callable[[GivenUp], object]) -> int:
    """Send letters that are due over one connection. Return how many were sent. First those
    about confirming an address, for which people wait, then the others, the oldest first.

    A letter is taken in a short transaction, sent outside of it, and marked afterwards. A sender that dies in between
    leaves the letter to the next worker after the lease: it is then sent again under the same Message-ID, by which mail
    programs know it. When the server itself is in trouble the rest waits for the next call.

    `at` is the clock. `given_up` writes to the log, in the transaction that marks the letter: the log is a room beside
    this one. `limit` is how many letters are tried at most.
    """
    sent = 0
    with closing(smtp.Connection(smtp.MailServer.from_settings())) as connection, suppress(smtp.ServerTrouble):
        for _ in range(limit):
            letter = _take(at())
            if letter is None:
                break
            sent += _deliver(letter, connection, at=at, given_up=given_up)
    return sent


def _deliver(
    letter: Letter, connection: smtp.Connection, *, at: Callable[[], datetime], given_up: Callable[[GivenUp], object]
) -> bool:
    """Return whether it was sent. Raises: smtp.ServerTrouble."""
    try:
        connection.send(_message(letter, connection.server, at()), to=letter.to_address)
    except smtp.Rejected as no:
        _give_up(letter, no.error, at(), given_up, address_refused=no.of_address)
    except smtp.TryLater as no:
        _put_back(letter, no.error, at(), given_up, address_refused=no.of_address)
    except smtp.ServerTrouble as no:
        log.warning("mail server: %s", no.error)
        _put_back(letter, no.error, at(), given_up, server_trouble=True)
        raise
    except Exception:
        # One letter that cannot be written must not keep the others; the log shows what is wrong with it.
        log.exception("letter %s cannot be written", letter.id)
        _put_back(letter, "cannot be written", at(), given_up)
    else:
        _mark_sent(letter, at())
        return True
    return False


def forget_old(*, before: datetime, size: int) -> int:
    """Removes letters of before that moment, at most `size`, but none that is still to be sent; returns how many."""
    old = Letter.objects.filter(~OPEN, created_at__lte=before).order_by("created_at", "id")
    ids = list(old.select_for_update(skip_locked=True).values_list("id", flat=True)[:size])
    return Letter.objects.filter(id__in=ids).delete()[0]


def forget_about(*, account_ids: Sequence[int]) -> int:
    """Removes all letters about accounts that are to be forgotten; returns how many."""
    return Letter.objects.filter(about_account_id__in=account_ids).delete()[0]


def _take(at: datetime) -> Letter | None:
    """The next letter that is due and that nobody else has, now taken.

    While two releases run on one database, the older leaves kinds that it does not know to the newer.
    """
    free = Q(lease_until=None) | Q(lease_until__lte=at)
    with transaction.atomic():
        due = Letter.objects.select_for_update(skip_locked=True).filter(
            OPEN, free, not_before__lte=at, kind__in=LETTERS
        )
        letter = due.order_by("-urgent", "not_before", "id").first()
        if letter is not None:
            letter.attempts += 1
            letter.attempted_at = at
            letter.lease_until = at + LEASE
            letter.save(update_fields=["attempts", "attempted_at", "lease_until"])
        return letter


def _message(letter: Letter, server: smtp.MailServer, at: datetime) -> EmailMessage:
    confirmation = None
    if letter.confirmation_id is not None and letter.confirmation_version is not None:
        confirmation = (letter.confirmation_id, letter.confirmation_version)
    return smtp.message(
        letter=rendered(
            kind=letter.kind,
            language=letter.language,
            facts=letter.context,
            confirmation=confirmation,
        ),
        to=letter.to_address,
        message_id=letter.message_id,
        language=letter.language,
        sender=server.sender,
        at=at,
    )


def _mark_sent(letter: Letter, at: datetime) -> None:
    # Also if a newer letter took this one back while it was on its way: what was sent was sent.
    unsent = Letter.objects.filter(id=letter.id, sent_at=None)
    unsent.update(
        sent_at=at,
        given_up_at=None,
        superseded_at=None,
        lease_until=None,
        last_error="",
        server_trouble=False,
        address_refused=False,
    )


def _put_back(
    letter: Letter,
    error: str,
    at: datetime,
    given_up: Callable[[GivenUp], object],
    *,
    server_trouble: bool = False,
    address_refused: bool = False,
) -> None:
    if at >= letter.created_at + PATIENCE:
        _give_up(letter, error, at, given_up, address_refused=address_refused)
    else:
        again = at + _pause(letter.attempts)
        _mine(letter).update(not_before=again, lease_until=None, last_error=error, server_trouble=server_trouble)


def _give_up(
    letter: Letter,
    error: str,
    at: datetime,
    given_up: Callable[[GivenUp], object],
    *,
    address_refused: bool = False,
) -> None:
    with transaction.atomic():
        fate = {"given_up_at": at, "lease_until": None, "last_error": error, "address_refused": address_refused}
        if _mine(letter).update(**fate):
            given_up(
                GivenUp(
                    letter_id=letter.id,
                    kind=letter.kind,
                    about_account_id=letter.about_account_id,
                    error=error,
                    attempts=letter.attempts,
                    at=at,
                )
            )


def _mine(letter: Letter) -> QuerySet[Letter]:
    """The letter, if nobody has taken it since."""
    return Letter.objects.filter(OPEN, id=letter.id, attempts=letter.attempts)


def _pause(attempts: int) -> timedelta:
    """1, 2, 4 … 60 minutes, and up to a quarter more, so that letters which failed together do not return together."""
    doubled: int = 2 ** min(attempts - 1, 10)
    pause = min(FIRST_PAUSE * doubled, LONGEST_PAUSE)
    return pause * random.uniform(1, 1.25)  # noqa: S311 (no secret)
