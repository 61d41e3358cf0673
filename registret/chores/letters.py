"""Sends letters, and logs those that are given up."""

from __future__ import annotations

from registret.database.clock import database_now
from registret.kernel.by import By
from registret.ledger.events import Event
from registret.ledger.services import record
from registret.mail.services import GivenUp, deliver_due

_LETTERS_A_ROUND = 20


def deliver_letters() -> int:
    """Send the letters that are due; return how many.

    By the clock of the database: to a machine whose own is ahead, letters that others are sending would look abandoned.
    """
    return deliver_due(at=database_now, limit=_LETTERS_A_ROUND, given_up=record_given_up)


def record_given_up(letter: GivenUp) -> None:
    record(
        event=Event.LETTER_GIVEN_UP,
        by=By.of_program("mail"),
        at=letter.at,
        about_account_id=letter.about_account_id,
        facts={"letter": letter.letter_id, "kind": letter.kind, "error": letter.error, "attempts": letter.attempts},
    )
