"""An address that refuses letters: known after the first refusal for good, until a letter is accepted there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.db import IntegrityError, transaction

from registret.demo.mailbox import MailCatcher
from registret.kernel.identifiers import EmailAddress
from registret.mail.models import Letter
from registret.mail.queries import Bounce, bounce, bounces
from registret.mail.services import deliver_due, post
from registret.words.bounces import bounce_reason
from tests.rooms.mail.conftest import MORNING, Clock, Log

pytestmark = pytest.mark.usefixtures("transactional_db")

ANNA = EmailAddress.parse("anna.berg@regionnorrvik.se")
BERTIL = EmailAddress.parse("bertil.holm@regionnorrvik.se")


def write(to: EmailAddress, clock: Clock) -> int:
    context = {"applicant": "Anna Berg", "clinic": "Infektionskliniken"}
    return post(kind="application_waiting", to=to, language="sv", context=context, at=clock())


def send(clock: Clock, log: Log) -> int:
    return deliver_due(at=clock, limit=10, given_up=log)


class RefusesContents(MailCatcher):
    """Takes every recipient, and no letter."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        return "554 5.6.0 Looks like an advertisement"


def test_a_refusal_for_good_is_known_at_once_with_its_day_and_its_code(
    catcher: MailCatcher, clock: Clock, log: Log
) -> None:
    write(ANNA, clock)
    catcher.refuse_with = "550 5.1.1 <anna.berg@regionnorrvik.se> unknown"
    send(clock, log)
    assert bounce(ANNA) == Bounce(at=MORNING, error="550 5.1.1")
    assert bounces([ANNA.text, BERTIL.text]) == {ANNA.text: Bounce(at=MORNING, error="550 5.1.1")}


def test_a_later_letter_that_is_accepted_takes_it_back_and_a_later_refusal_brings_it_again(
    catcher: MailCatcher, clock: Clock, log: Log
) -> None:
    for refusal in ("550 5.1.1 Unknown", None, "552 5.2.2 Full"):
        write(ANNA, clock)
        catcher.refuse_with = refusal
        send(clock, log)
        found = bounce(ANNA)
        assert (found.error if found else None) == (" ".join(refusal.split()[:2]) if refusal else None)
        clock.forward(hours=1)


def test_a_letter_that_was_accepted_before_does_not_hide_it(catcher: MailCatcher, clock: Clock, log: Log) -> None:
    write(ANNA, clock)
    assert send(clock, log) == 1
    assert bounce(ANNA) is None
    clock.forward(minutes=1)
    catcher.refuse_with = "550 5.1.1 Unknown"
    write(ANNA, clock)
    send(clock, log)
    assert bounce(ANNA) is not None


def test_a_refusal_for_now_counts_when_it_is_given_up_and_not_before(
    catcher: MailCatcher, clock: Clock, log: Log
) -> None:
    write(ANNA, clock)
    catcher.refuse_with = "452 4.2.2 Full"
    while clock.now < MORNING + timedelta(days=3):
        send(clock, log)
        assert bounce(ANNA) is None
        clock.forward(hours=2)
    clock.forward(hours=2)
    send(clock, log)
    found = bounce(ANNA)
    assert found is not None
    assert found.error == "452 4.2.2"


def test_a_server_that_is_down_says_nothing_about_the_address(catcher: MailCatcher, clock: Clock, log: Log) -> None:
    write(ANNA, clock)
    catcher.stop()
    while not log.given_up:
        send(clock, log)
        clock.forward(hours=5)
    assert bounce(ANNA) is None


def test_a_letter_that_is_refused_for_what_it_says_says_nothing_about_the_address(
    catcher: MailCatcher, clock: Clock, log: Log
) -> None:
    catcher.__class__ = RefusesContents
    write(ANNA, clock)
    send(clock, log)
    assert len(log.given_up) == 1
    assert bounce(ANNA) is None


def test_a_letter_that_waits_does_not_refuse_its_address(clock: Clock) -> None:
    letter_id = write(ANNA, clock)
    with pytest.raises(IntegrityError, match="letter_address_refused_given_up"), transaction.atomic():
        Letter.objects.filter(id=letter_id).update(address_refused=True)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("550 5.1.1", "finns inte"),
        ("550", "finns inte"),
        ("552 5.2.2", "full eller stängd"),
        ("452 4.2.2", "full eller stängd"),
        ("550 5.7.1", "tar inte emot"),
        ("554", "sa nej"),
        ("", "sa nej"),
    ],
)
def test_the_codes_are_said_in_words(error: str, words: str) -> None:
    assert words in bounce_reason(error)
