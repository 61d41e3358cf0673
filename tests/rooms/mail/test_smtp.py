"""Conversations with real mail servers, some of which cannot be trusted."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from registret.demo.mailbox import MailCatcher, letters
from registret.mail.letters import Rendered
from registret.mail.smtp import Connection, MailServer, Rejected, ServerTrouble, TryLater, message
from tests.rooms.mail.conftest import Tls, new_tls, use

ANNA = "anna.berg@regionnorrvik.se"


def a_message() -> EmailMessage:
    return message(
        letter=Rendered(subject="Bekräfta din e-post", text="Hej Anna!\n.\nKod\n", html="<p>Hej Anna!</p>"),
        to=ANNA,
        message_id="<0123456789abcdef0123456789abcdef@registret.localhost>",
        language="sv",
        sender="no-reply@registret.localhost",
        at=datetime(2026, 11, 24, tzinfo=UTC),
    )


def send() -> None:
    connection = Connection(MailServer.from_settings())
    try:
        connection.send(a_message(), to=ANNA)
    finally:
        connection.close()


class _Keeps(Message):
    """Keeps letters of a server that is not the demo's."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[str] = []

    def handle_message(self, message: object) -> None:
        self.kept.append(str(message))


@contextmanager
def serving(handler: object, **how: Any) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port, **how)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def server_context(tls: Tls) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tls.certificate, tls.key)
    return context


def test_a_letter_arrives_as_it_was_written(catcher: MailCatcher) -> None:
    send()
    (letter,) = letters(catcher.folder)
    assert letter.to == ANNA
    assert letter.subject == "Bekräfta din e-post"
    assert letter.text == "Hej Anna!\n.\nKod\n"
    assert letter.html == "<p>Hej Anna!</p>\n"
    assert letter.message_id == "<0123456789abcdef0123456789abcdef@registret.localhost>"


def test_many_letters_take_one_connection(catcher: MailCatcher) -> None:
    connection = Connection(MailServer.from_settings())
    for _ in range(3):
        connection.send(a_message(), to=ANNA)
    connection.close()
    connection.close()
    assert len(letters(catcher.folder)) == 3


def test_a_server_with_a_foreign_certificate_gets_no_letter(
    catcher: MailCatcher, settings: Settings, tmp_path: Path
) -> None:
    use(settings, port=catcher.port, ca=new_tls(tmp_path).ca)
    with pytest.raises(ServerTrouble, match="certificate"):
        send()
    assert letters(catcher.folder) == []


def test_a_server_with_another_hosts_certificate_gets_no_letter(settings: Settings, tmp_path: Path) -> None:
    tls = new_tls(tmp_path, host="mail.regionsydvik.se")
    with MailCatcher(tmp_path / "mailbox", 0, tls.certificate, tls.key) as catcher:
        use(settings, port=catcher.port, ca=tls.ca)
        with pytest.raises(ServerTrouble, match="certificate"):
            send()
        assert letters(catcher.folder) == []


def test_a_server_without_starttls_gets_no_letter(settings: Settings, tls: Tls) -> None:
    handler = _Keeps()
    with serving(handler) as port:
        use(settings, port=port, ca=tls.ca)
        with pytest.raises(ServerTrouble, match="no encryption"):
            send()
    assert handler.kept == []


def test_implicit_tls_is_verified_too(settings: Settings, tls: Tls, tmp_path: Path) -> None:
    handler = _Keeps()
    with serving(handler, ssl_context=server_context(tls)) as port:
        use(settings, port=port, ca=tls.ca, transport="implicit")
        send()
        use(settings, port=port, ca=new_tls(tmp_path).ca, transport="implicit")
        with pytest.raises(ServerTrouble, match="certificate"):
            send()
    assert len(handler.kept) == 1


def test_without_tls_a_letter_goes_to_this_machine_only(settings: Settings, tls: Tls) -> None:
    handler = _Keeps()
    with serving(handler) as port:
        use(settings, port=port, ca=tls.ca, transport="none")
        send()
    assert len(handler.kept) == 1
    for host in ("mail.example.org", "192.0.2.1", "localhost.example.org", "0.0.0.0"):
        settings.SMTP_HOST = host
        with pytest.raises(ImproperlyConfigured, match="this machine only"):
            MailServer.from_settings()


def test_a_password_never_goes_out_in_clear(settings: Settings, tls: Tls) -> None:
    use(settings, port=25, ca=tls.ca, transport="none")
    settings.SMTP_USER = "registret"
    with pytest.raises(ImproperlyConfigured, match="SMTP_PASSWORD"):
        MailServer.from_settings()


@pytest.mark.parametrize(("setting", "value"), [("SMTP_TLS", "maybe"), ("MAIL_FROM", "Registret <x@example.org>")])
def test_an_impossible_setting_is_said_in_one_line(settings: Settings, tls: Tls, setting: str, value: str) -> None:
    use(settings, port=25, ca=tls.ca)
    setattr(settings, setting, value)
    with pytest.raises(ImproperlyConfigured, match=setting) as trouble:
        MailServer.from_settings()
    assert "\n" not in str(trouble.value)


def test_the_server_is_logged_in_to_when_it_wants_that(settings: Settings, tls: Tls) -> None:
    def knows(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
        return AuthResult(success=data == LoginPassword(b"registret", b"hemligt"), handled=False)

    handler = _Keeps()
    how = {"tls_context": server_context(tls), "require_starttls": True, "auth_required": True, "authenticator": knows}
    with serving(handler, **how) as port:
        use(settings, port=port, ca=tls.ca)
        settings.SMTP_USER, settings.SMTP_PASSWORD = "registret", "hemligt"
        send()
        settings.SMTP_PASSWORD = "fel"
        with pytest.raises(ServerTrouble, match=r"login 535"):
            send()
    assert len(handler.kept) == 1


def test_no_server_is_the_servers_trouble(settings: Settings, tls: Tls) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        use(settings, port=taken.getsockname()[1], ca=tls.ca)
        with pytest.raises(ServerTrouble, match="connection: ConnectionRefusedError"):
            send()


@pytest.mark.parametrize(
    ("answer", "kind", "error"),
    [
        ("550 5.1.1 <anna.berg@regionnorrvik.se>: unknown", Rejected, "smtp 550 5.1.1"),
        ("553 no such person as anna.berg@regionnorrvik.se", Rejected, "smtp 553"),
        ("451 4.7.1 Greylisted, come back", TryLater, "smtp 451 4.7.1"),
        ("452 4.2.2 Mailbox of anna.berg@regionnorrvik.se is full", TryLater, "smtp 452 4.2.2"),
        ("421 4.3.2 Closing down", ServerTrouble, "smtp 421 4.3.2"),
    ],
)
def test_the_answer_says_whose_trouble_it_is_and_keeps_no_address(
    catcher: MailCatcher, answer: str, kind: type[Exception], error: str
) -> None:
    catcher.refuse_with = answer
    with pytest.raises(kind) as refused:
        send()
    assert type(refused.value) is kind
    assert str(refused.value) == error
    assert refused.value.__suppress_context__


def test_a_connection_is_usable_after_a_refused_letter(catcher: MailCatcher) -> None:
    connection = Connection(MailServer.from_settings())
    catcher.refuse_with = "550 5.1.1 Unknown"
    with pytest.raises(Rejected):
        connection.send(a_message(), to=ANNA)
    catcher.refuse_with = None
    connection.send(a_message(), to=ANNA)
    connection.close()
    assert len(letters(catcher.folder)) == 1


@pytest.mark.parametrize("host", ["registret.localhost", "infektionsregistret.registercentrum-syd.vgregion.example"])
def test_a_message_id_stays_whole_on_the_wire(host: str) -> None:
    message_id = f"<{'0123456789abcdef' * 2}@{host}>"
    built = a_message()
    del built["Message-ID"]
    built["Message-ID"] = message_id
    head = bytes(built).partition(b"\r\n\r\n")[0].decode().replace("\r\n ", " ")
    (line,) = [line for line in head.split("\r\n") if line.lower().startswith("message-id:")]
    assert line.partition(":")[2].strip() == message_id
