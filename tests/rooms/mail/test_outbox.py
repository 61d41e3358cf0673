"""The outbox against a real mail server and a real database: nothing is lost, and nothing is sent twice by two."""

from __future__ import annotations

import asyncio
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.db import IntegrityError, connection, transaction

from registret.demo.mailbox import CaughtLetter, MailCatcher, letters
from registret.kernel.identifiers import EmailAddress
from registret.mail.links import confirmation_code, confirmation_token, spaced
from registret.mail.models import Letter
from registret.mail.queries import Fate, LetterRow, fate, is_mail_delayed, letter, letters_about
from registret.mail.services import LEASE, deliver_due, post
from tests.rooms.mail.conftest import MORNING, Clock, Log, Tls

pytestmark = pytest.mark.usefixtures("transactional_db")

ANNA = EmailAddress.parse("anna.berg@regionnorrvik.se")
BERTIL = EmailAddress.parse("bertil.holm@regionnorrvik.se")
CLINIC = "Infektionskliniken, Norrviks sjukhus"


def post_confirmation(*, version: int = 1, id: int = 17, clock: Clock) -> int:
    return post(
        kind="confirm_email",
        to=ANNA,
        language="sv",
        context={"name": "Anna", "clinic": CLINIC, "valid_until": MORNING + timedelta(days=7)},
        confirmation=(id, version),
        about_account_id=4711,
        at=clock(),
    )


def post_waiting(clock: Clock, *, applicant: str = "Anna Berg", to: EmailAddress = BERTIL) -> int:
    return post(
        kind="application_waiting",
        to=to,
        language="sv",
        context={"applicant": applicant, "clinic": CLINIC},
        at=clock(),
    )


def row(letter_id: int) -> LetterRow:
    found = letter(letter_id)
    assert found is not None
    return found


def caught(catcher: MailCatcher) -> list[CaughtLetter]:
    return letters(catcher.folder)


# --- what is sent ----------------------------------------------------------------------------------


def test_a_due_letter_is_sent_once(catcher: MailCatcher, clock: Clock, log: Log) -> None:
    id = post_confirmation(clock=clock)
    assert fate(id) is Fate.WAITING
    assert deliver_due(at=clock, limit=10, given_up=log) == 1
    assert deliver_due(at=clock, limit=10, given_up=log) == 0
    (sent,) = caught(catcher)
    assert sent.to == ANNA.text
    assert sent.subject == "Bekräfta din e-post till Infektionsregistret"
    assert sent.message_id == row(id).message_id
    assert confirmation_token(17, 1) in sent.text
    assert spaced(confirmation_code(17, 1)) in sent.text
    assert fate(id) is Fate.SENT
    assert row(id).ended_at == clock.now


def test_letters_go_oldest_first_and_no_more_than_the_limit(catcher: MailCatcher, clock: Clock, log: Log) -> None:
    for name in ("Anna", "Moa", "Nadia"):
        post_waiting(clock, applicant=name)
        clock.forward(seconds=1)
    assert deliver_due(at=clock, limit=2, given_up=log) == 2
    told = [next(name for name in ("Anna", "Moa", "Nadia") if name in sent.text) for sent in caught(catcher)]
    assert told == ["Moa", "Anna"]


def test_a_letter_of_a_rolled_back_transaction_was_never_there(catcher: MailCatcher, clock: Clock, log: Log) -> None:
    with transaction.atomic():
        post_confirmation(clock=clock)
        transaction.set_rollback(True)
    assert deliver_due(at=clock, limit=10, given_up=log) == 0
    assert caught(catcher) == []
    assert letters_about(4711) == ()


def test_a_letter_is_not_sent_before_its_transaction_has_ended(catcher: MailCatcher, clock: Clock, log: Log) -> None:
    sent: list[int] = []
    with transaction.atomic():
        post_confirmation(clock=clock)
        in_thread(lambda: sent.append(deliver_due(at=clock, limit=10, given_up=log)))
    assert sent == [0]
    assert deliver_due(at=clock, limit=10, given_up=log) == 1


def test_no_column_of_the_outbox_holds_a_link_or_a_code(catcher: MailCatcher, clock: Clock, log: Log) -> None:
    post_confirmation(clock=clock)
    deliver_due(at=clock, limit=10, given_up=log)
    post_confirmation(version=2, clock=clock)
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(mail_letter)::text FROM mail_letter")
        stored = "\n".join(text for (text,) in cursor.fetchall())
    assert ANNA.text in stored
    for version in (1, 2):
        code, token = confirmation_code(17, version), confirmation_token(17, version)
        for secret in (code, spaced(code), token, token.partition(".")[2]):
            assert secret.lower() not in stored.lower()


# --- trouble with the server -----------------------------------------------------------------------


def test_nothing_is_lost_while_the_server_is_down(catcher: MailCatcher, clock: Clock, log: Log) -> None:
    ids = [post_waiting(clock) for _ in range(3)]
    catcher.stop()
    for _ in range(30):
        deliver_due(at=clock, limit=10, given_up=log)
        clock.forward(minutes=5)
    assert {fate(id) for id in ids} <= {Fate.RETRYING, Fate.WAITING}
    catcher.start()
    clock.forward(hours=2)
    assert deliver_due(at=clock, limit=10, given_up=log) == 3
    assert {sent.message_id for sent in caught(catcher)} == {row(id).message_id for id in ids}
    assert log.given_up == []


def test_a_server_that_is_down_is_asked_once_in_a_call(catcher: MailCatcher, clock: Clock, log: Log) -> None:
    ids = [post_waiting(clock) for _ in range(3)]
    catcher.stop()
    deliver_due(at=clock, limit=10, given_up=log)
    assert [row(id).attempts for id in ids] == [1, 0, 0]
    assert row(ids[0]).error == "connection: ConnectionRefusedError"


def test_pauses_grow_from_a_minute_to_an_hour(catcher: MailCatcher, clock: Clock, log: Log) -> None:
    id = post_waiting(clock)
    catcher.refuse_with = "451 4.7.1 Come back"
    pauses = []
    for _ in range(9):
        deliver_due(at=clock, limit=10, given_up=log)
        next_try = row(id).next_try_at
        assert next_try is not None
        pauses.append((next_try - clock.now) / timedelta(minutes=1))
        assert deliver_due(at=clock, limit=10, given_up=log) == 0
        clock.now = next_try
    for pause, least in zip(pauses, [1, 2, 4, 8, 16, 32, 60, 60, 60], strict=True):
        assert least <= pause <= least * 1.25
    assert row(id).attempts == 9


def test_a_letter_that_is_tried_again_keeps_its_message_id(catcher: MailCatcher, clock: Clock, log: Log) -> None:
    id = post_waiting(clock)
    before = row(id).message_id
    catcher.refuse_with = "451 4.7.1 Come back"
    deliver_due(at=clock, limit=10, given_up=log)
    catcher.refuse_with = None
    clock.forward(minutes=2)
    deliver_due(at=clock, limit=10, given_up=log)
    assert [sent.message_id for sent in caught(catcher)] == [before]
    assert row(id).message_id == before


def test_two_letters_have_two_message_ids(clock: Clock) -> None:
    first, second = post_waiting(clock), post_waiting(clock)
    assert row(first).message_id != row(second).message_id
    assert row(first).message_id.endswith("@registret.localhost>")


def test_a_recipient_that_does_not_exist_is_given_up_at_once(catcher: MailCatcher, clock: Clock, log: Log) -> None:
    id = post_confirmation(clock=clock)
    catcher.refuse_with = "550 5.1.1 <anna.berg@regionnorrvik.se> unknown"
    assert deliver_due(at=clock, limit=10, given_up=log) == 0
    assert fate(id) is Fate.GIVEN_UP
    assert row(id).error == "smtp 550 5.1.1"
    (told,) = log.given_up
    assert (told.letter_id, told.kind, told.about_account_id, told.attempts) == (id, "confirm_email", 4711, 1)
    assert told.error == "smtp 550 5.1.1"
    catcher.refuse_with = None
    clock.forward(days=1)
    assert deliver_due(at=clock, limit=10, given_up=log) == 0


def test_a_refused_letter_does_not_keep_the_next(catcher: MailCatcher, clock: Clock, log: Log) -> None:
    class Picky(MailCatcher):
        async def handle_RCPT(
            self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
        ) -> str:
            self.refuse_with = "550 5.1.1 Unknown" if address == ANNA.text else None
            return await super().handle_RCPT(server, session, envelope, address, options)

    catcher.__class__ = Picky
    first, second = post_confirmation(clock=clock), post_waiting(clock)
    assert deliver_due(at=clock, limit=10, given_up=log) == 1
    assert (fate(first), fate(second)) == (Fate.GIVEN_UP, Fate.SENT)


def test_after_three_days_a_letter_is_given_up_and_the_log_is_told_once(
    catcher: MailCatcher, clock: Clock, log: Log
) -> None:
    id = post_waiting(clock)
    catcher.stop()
    while clock.now < MORNING + timedelta(days=3):
        deliver_due(at=clock, limit=10, given_up=log)
        assert log.given_up == []
        clock.forward(minutes=45)
    clock.forward(hours=2)
    deliver_due(at=clock, limit=10, given_up=log)
    assert [told.letter_id for told in log.given_up] == [id]
    assert fate(id) is Fate.GIVEN_UP
    catcher.start()
    clock.forward(days=1)
    assert deliver_due(at=clock, limit=10, given_up=log) == 0
    assert len(log.given_up) == 1


def test_a_letter_is_not_given_up_unless_the_log_takes_it(catcher: MailCatcher, clock: Clock) -> None:
    id = post_confirmation(clock=clock)
    catcher.refuse_with = "550 5.1.1 Unknown"

    class LogIsFull(Exception):
        pass

    def refuses(_: object) -> None:
        raise LogIsFull

    with pytest.raises(LogIsFull):
        deliver_due(at=clock, limit=10, given_up=refuses)
    assert fate(id) is not Fate.GIVEN_UP


def test_a_letter_that_cannot_be_written_does_not_keep_the_next(catcher: MailCatcher, clock: Clock, log: Log) -> None:
    odd, good = post_waiting(clock), post_waiting(clock)
    # As an older release may have left it behind.
    Letter.objects.filter(id=odd).update(context={})
    assert deliver_due(at=clock, limit=10, given_up=log) == 1
    assert (fate(odd), fate(good)) == (Fate.RETRYING, Fate.SENT)
    assert row(odd).error == "cannot be written"


def test_a_letter_of_a_kind_that_only_a_newer_release_knows_is_left_to_it(
    catcher: MailCatcher, clock: Clock, log: Log
) -> None:
    id = post_waiting(clock)
    Letter.objects.filter(id=id).update(kind="of_tomorrow")
    clock.forward(days=4)
    assert deliver_due(at=clock, limit=10, given_up=log) == 0
    assert (fate(id), Letter.objects.get(id=id).attempts) == (Fate.WAITING, 0)
    assert not log.given_up


# --- two senders, and dead ones --------------------------------------------------------------------


class _Waits(MailCatcher):
    """Holds the first recipient until it is let go, then answers it with `first_answer`."""

    first_answer = "250 OK"

    def prepare(self) -> None:
        self.asked, self.let_go = threading.Event(), threading.Event()

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if not self.asked.is_set():
            self.asked.set()
            while not self.let_go.is_set():
                await asyncio.sleep(0.01)
            if self.first_answer != "250 OK":
                return self.first_answer
        return await super().handle_RCPT(server, session, envelope, address, options)


@pytest.fixture
def waits(catcher: MailCatcher) -> _Waits:
    catcher.__class__ = _Waits
    assert isinstance(catcher, _Waits)
    catcher.prepare()
    return catcher


def in_thread(act: Callable[[], object], *, wait: bool = True) -> threading.Thread:
    def whole() -> None:
        try:
            act()
        finally:
            connection.close()

    thread = threading.Thread(target=whole)
    thread.start()
    if wait:
        thread.join(30)
        assert not thread.is_alive()
    return thread


def test_two_senders_at_once_send_each_letter_once(catcher: MailCatcher, clock: Clock, log: Log) -> None:
    ids = [post_waiting(clock) for _ in range(20)]
    sent: list[int] = []
    both = [
        in_thread(lambda: sent.append(deliver_due(at=clock, limit=100, given_up=log)), wait=False) for _ in range(2)
    ]
    for thread in both:
        thread.join(60)
    assert sum(sent) == 20
    assert sorted(letter.message_id for letter in caught(catcher)) == sorted(row(id).message_id for id in ids)


def test_a_letter_on_its_way_is_left_alone_while_the_lease_holds(waits: _Waits, log: Log) -> None:
    id = post_waiting(Clock())
    slow = in_thread(lambda: deliver_due(at=Clock(), limit=1, given_up=log), wait=False)
    assert waits.asked.wait(10)
    almost = Clock(MORNING + LEASE - timedelta(seconds=1))
    assert deliver_due(at=almost, limit=1, given_up=log) == 0
    waits.let_go.set()
    slow.join(30)
    assert fate(id) is Fate.SENT
    assert len(caught(waits)) == 1


def test_after_the_lease_another_sender_takes_the_letter(waits: _Waits, log: Log) -> None:
    id = post_waiting(Clock())
    slow = in_thread(lambda: deliver_due(at=Clock(), limit=1, given_up=log), wait=False)
    assert waits.asked.wait(10)
    assert deliver_due(at=Clock(MORNING + LEASE), limit=1, given_up=log) == 1
    waits.let_go.set()
    slow.join(30)
    assert fate(id) is Fate.SENT
    assert len({sent.message_id for sent in caught(waits)}) == 1


@pytest.mark.parametrize("late_answer", ["451 4.7.1 Come back", "550 5.1.1 Unknown"])
def test_an_overtaken_sender_cannot_spoil_what_the_other_did(waits: _Waits, log: Log, late_answer: str) -> None:
    waits.first_answer = late_answer
    id = post_waiting(Clock())
    slow = in_thread(lambda: deliver_due(at=Clock(), limit=1, given_up=log), wait=False)
    assert waits.asked.wait(10)
    assert deliver_due(at=Clock(MORNING + LEASE), limit=1, given_up=log) == 1
    waits.let_go.set()
    slow.join(30)
    assert fate(id) is Fate.SENT
    assert row(id).error == ""
    assert log.given_up == []
    assert len(caught(waits)) == 1


class _WaitsForEach(MailCatcher):
    """Holds every recipient until its own answer is there."""

    def prepare(self) -> None:
        self.asked: queue.Queue[queue.Queue[str]] = queue.Queue()

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer: queue.Queue[str] = queue.Queue()
        self.asked.put(answer)
        while answer.empty():
            await asyncio.sleep(0.01)
        self.refuse_with = answer.get() or None
        return await super().handle_RCPT(server, session, envelope, address, options)


@pytest.mark.parametrize("late_answer", ["451 4.7.1 Come back", "550 5.1.1 Unknown"])
def test_an_overtaken_sender_does_not_touch_a_letter_that_another_is_sending(
    catcher: MailCatcher, log: Log, late_answer: str
) -> None:
    catcher.__class__ = _WaitsForEach
    assert isinstance(catcher, _WaitsForEach)
    catcher.prepare()
    id = post_waiting(Clock())
    overtaken = in_thread(lambda: deliver_due(at=Clock(), limit=1, given_up=log), wait=False)
    first = catcher.asked.get(timeout=10)
    overtaking = in_thread(lambda: deliver_due(at=Clock(MORNING + LEASE), limit=1, given_up=log), wait=False)
    second = catcher.asked.get(timeout=10)
    first.put(late_answer)
    overtaken.join(30)
    assert fate(id) is Fate.WAITING
    assert deliver_due(at=Clock(MORNING + LEASE + timedelta(minutes=2)), limit=1, given_up=log) == 0
    second.put("")
    overtaking.join(30)
    assert fate(id) is Fate.SENT
    assert log.given_up == []


KILLED_BEFORE_IT_COULD_MARK = """
import os, signal, sys
from datetime import datetime, timedelta
import django
from django.conf import settings
django.setup()
settings.DATABASES["default"]["NAME"] = sys.argv[1]
from registret.demo.mailbox import letters
from registret.mail.services import deliver_due
from pathlib import Path

def clock():
    if letters(Path(sys.argv[2])):
        os.kill(os.getpid(), signal.SIGKILL)
    return datetime.fromisoformat(sys.argv[3])

deliver_due(at=clock, limit=1, given_up=print)
"""


@pytest.mark.process
def test_a_sender_killed_between_sending_and_marking_leaves_the_letter_to_the_next(
    catcher: MailCatcher, clock: Clock, log: Log, tls: Tls
) -> None:
    id = post_waiting(clock)
    environment = os.environ | {
        "REGISTRET_SMTP_HOST": "127.0.0.1",
        "REGISTRET_SMTP_PORT": str(catcher.port),
        "REGISTRET_SMTP_TLS": "starttls",
        "REGISTRET_SMTP_CA_FILE": str(tls.ca),
        "REGISTRET_MAIL_FROM": "no-reply@registret.localhost",
    }
    arguments = [str(connection.settings_dict["NAME"]), str(catcher.folder), clock.now.isoformat()]
    killed = subprocess.run(
        [sys.executable, "-c", KILLED_BEFORE_IT_COULD_MARK, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert killed.returncode == -9, killed.stderr
    assert len(caught(catcher)) == 1
    assert fate(id) is Fate.WAITING

    clock.now = MORNING + LEASE - timedelta(seconds=1)
    assert deliver_due(at=clock, limit=10, given_up=log) == 0
    clock.now = MORNING + LEASE
    assert deliver_due(at=clock, limit=10, given_up=log) == 1
    first, second = caught(catcher)
    assert first.message_id == second.message_id == row(id).message_id
    assert (fate(id), row(id).attempts) == (Fate.SENT, 2)


# --- newer letters ---------------------------------------------------------------------------------


def test_the_newest_confirmation_wins(catcher: MailCatcher, clock: Clock, log: Log) -> None:
    old = post_confirmation(version=1, clock=clock)
    other = post_confirmation(id=18, version=1, clock=clock)
    new = post_confirmation(version=2, clock=clock)
    assert (fate(old), fate(other), fate(new)) == (Fate.SUPERSEDED, Fate.WAITING, Fate.WAITING)
    assert deliver_due(at=clock, limit=10, given_up=log) == 2
    assert not any(confirmation_token(17, 1) in sent.text for sent in caught(catcher))


@pytest.mark.parametrize("version", [1, 2])
def test_a_letter_about_an_older_or_the_same_version_replaces_nothing(clock: Clock, version: int) -> None:
    newest = post_confirmation(version=2, clock=clock)
    post_confirmation(version=version, clock=clock)
    assert fate(newest) is Fate.WAITING


def test_a_newer_letter_that_is_rolled_back_replaces_nothing(catcher: MailCatcher, clock: Clock, log: Log) -> None:
    old = post_confirmation(version=1, clock=clock)
    with transaction.atomic():
        post_confirmation(version=2, clock=clock)
        transaction.set_rollback(True)
    assert fate(old) is Fate.WAITING


def test_a_letter_that_was_sent_stays_sent_when_a_newer_comes(catcher: MailCatcher, clock: Clock, log: Log) -> None:
    old = post_confirmation(version=1, clock=clock)
    deliver_due(at=clock, limit=10, given_up=log)
    post_confirmation(version=2, clock=clock)
    assert fate(old) is Fate.SENT


def test_a_letter_that_is_replaced_on_its_way_counts_as_sent(waits: _Waits, clock: Clock, log: Log) -> None:
    old = post_confirmation(version=1, clock=clock)
    slow = in_thread(lambda: deliver_due(at=clock, limit=1, given_up=log), wait=False)
    assert waits.asked.wait(10)
    post_confirmation(version=2, clock=clock)
    assert fate(old) is Fate.SUPERSEDED
    waits.let_go.set()
    slow.join(30)
    assert fate(old) is Fate.SENT


# --- answers ---------------------------------------------------------------------------------------


def test_nothing_is_delayed_when_there_is_nothing_to_send(clock: Clock) -> None:
    assert not is_mail_delayed(clock.now)
    assert fate(1) is None
    assert letter(1) is None


def test_mail_is_delayed_when_nobody_sends_it(clock: Clock) -> None:
    post_waiting(clock)
    clock.forward(minutes=2)
    assert not is_mail_delayed(clock.now)
    clock.forward(seconds=1)
    assert is_mail_delayed(clock.now)


def test_mail_is_delayed_while_the_server_is_down_and_not_any_more_when_it_is_back(
    catcher: MailCatcher, clock: Clock, log: Log
) -> None:
    post_waiting(clock)
    catcher.stop()
    deliver_due(at=clock, limit=10, given_up=log)
    assert is_mail_delayed(clock.now)
    clock.forward(minutes=2)
    catcher.start()
    deliver_due(at=clock, limit=10, given_up=log)
    assert not is_mail_delayed(clock.now)


def test_one_full_mailbox_delays_nobody_else(catcher: MailCatcher, clock: Clock, log: Log) -> None:
    id = post_waiting(clock)
    catcher.refuse_with = "452 4.2.2 Full"
    deliver_due(at=clock, limit=10, given_up=log)
    assert fate(id) is Fate.RETRYING
    assert not is_mail_delayed(clock.now)


def test_the_support_sees_letters_about_an_account_without_their_words(
    catcher: MailCatcher, clock: Clock, log: Log
) -> None:
    first = post_confirmation(version=1, clock=clock)
    second = post_confirmation(version=2, clock=clock)
    post_waiting(clock)
    rows = letters_about(4711)
    assert [found.id for found in rows] == [second, first]
    assert {found.to for found in rows} == {"a•••@regionnorrvik.se"}
    assert not any(CLINIC in str(found) for found in rows)


# --- what is refused -------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "confirmation"), [("confirm_email", None), ("application_waiting", (17, 1))])
def test_a_confirmation_goes_with_the_letter_that_confirms_and_no_other(
    clock: Clock, kind: str, confirmation: tuple[int, int] | None
) -> None:
    context: dict[str, Any] = {"clinic": CLINIC, "applicant": "Anna Berg"}
    if kind == "confirm_email":
        context = {"clinic": CLINIC, "name": "Anna", "valid_until": MORNING}
    with pytest.raises(ValueError, match=kind):
        post(kind=kind, to=ANNA, language="sv", context=context, confirmation=confirmation, at=clock())
    assert not Letter.objects.exists()


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("letter_kind_shape", {"kind": "Confirm email"}),
        ("letter_address_shape", {"to_address": "anna@regionnorrvik.se\r\nBcc: x@example.org"}),
        ("letter_address_shape", {"to_address": "anna@regionnorrvik.se,x@example.org"}),
        ("letter_address_shape", {"to_address": ""}),
        ("letter_message_id_shape", {"message_id": "<1@registret.localhost>\n"}),
        ("letter_error_without_address", {"last_error": "550 anna@regionnorrvik.se unknown"}),
        ("letter_language_known", {"language": "de"}),
        ("letter_confirmation_whole", {"confirmation_id": 17}),
        ("letter_ends_once", {"given_up_at": MORNING, "superseded_at": MORNING}),
        ("letter_attempted_has_moment", {"sent_at": MORNING}),
        ("letter_attempted_has_moment", {"attempts": 1}),
        (
            "letter_lease_while_open",
            {"attempts": 1, "attempted_at": MORNING, "lease_until": MORNING, "sent_at": MORNING},
        ),
    ],
)
def test_the_database_refuses_a_letter_that_cannot_be(clock: Clock, constraint: str, change: dict[str, Any]) -> None:
    id = post_waiting(clock)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Letter.objects.filter(id=id).update(**change)


def test_two_letters_cannot_share_a_message_id(clock: Clock) -> None:
    first, second = post_waiting(clock), post_waiting(clock)
    with pytest.raises(IntegrityError, match="message_id"), transaction.atomic():
        Letter.objects.filter(id=second).update(message_id=row(first).message_id)
