"""The conversation with the mail server, and what its answers mean for a letter. No database."""

from __future__ import annotations

import ipaddress
import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime
from enum import StrEnum

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from registret.mail.letters import Rendered

TIMEOUT = 20.0
"""Seconds that the mail server may take for one answer."""


class Transport(StrEnum):
    """How the connection is encrypted. NONE is for a mail server on the same machine only."""

    STARTTLS = "starttls"
    IMPLICIT = "implicit"
    NONE = "none"


class NotSent(Exception):
    """The mail server did not take a letter. `error` is a short code without addresses: it is kept and shown.

    Its subclasses say whose trouble it is, and so what happens to the letter and to those behind it. `of_address`: it
    was the address that was refused (at RCPT), not what the letter says.
    """

    def __init__(self, error: str, *, of_address: bool = False) -> None:
        super().__init__(error)
        self.error, self.of_address = error, of_address


class ServerTrouble(NotSent):
    """No fault of the letter: no connection, no encryption, a refused login or sender. The others would fare alike."""


class TryLater(NotSent):
    """This letter, not now (SMTP 4xx): a full mailbox, a server that greylists."""


class Rejected(NotSent):
    """This letter, never (SMTP 5xx): there is no such mailbox."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where letters are handed over, and as whom."""

    host: str
    port: int
    transport: Transport
    user: str
    password: str
    ca_file: str
    sender: str

    @classmethod
    def from_settings(cls) -> MailServer:
        """Raises: ImproperlyConfigured, in one line."""
        try:
            transport = Transport(settings.SMTP_TLS)
        except ValueError:
            raise ImproperlyConfigured(f"SMTP_TLS must be one of {', '.join(Transport)}") from None
        if transport is Transport.NONE and not _is_loopback(settings.SMTP_HOST):
            raise ImproperlyConfigured(
                "SMTP_TLS=none sends mail in clear: it is for a mail server on this machine only"
            )
        if transport is Transport.NONE and settings.SMTP_USER:
            raise ImproperlyConfigured("SMTP_TLS=none would send SMTP_PASSWORD in clear: leave SMTP_USER empty")
        if not re.fullmatch(r"[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+", settings.MAIL_FROM):
            raise ImproperlyConfigured("MAIL_FROM must be a plain mail address, such as no-reply@example.org")
        return cls(
            host=settings.SMTP_HOST,
            port=settings.SMTP_PORT,
            transport=transport,
            user=settings.SMTP_USER,
            password=settings.SMTP_PASSWORD,
            ca_file=settings.SMTP_CA_FILE,
            sender=settings.MAIL_FROM,
        )


class Connection:
    """One connection for many letters, opened at the first one."""

    def __init__(self, server: MailServer) -> None:
        self.server = server
        self._smtp: smtplib.SMTP | None = None

    def send(self, message: EmailMessage, *, to: str) -> None:
        """Raises: NotSent (one of its subclasses). A letter that was not refused is taken."""
        with _in_our_words():
            if self._smtp is None:
                self._smtp = _connected(self.server)
            self._smtp.send_message(message, from_addr=self.server.sender, to_addrs=[to])

    def close(self) -> None:
        """Safe to call twice, and after trouble."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            with suppress(smtplib.SMTPException, OSError):
                smtp.quit()
            smtp.close()


def greet(server: MailServer) -> None:
    """Connect, encrypt and log in, and hand over nothing.

    Raises: NotSent.
    """
    with _in_our_words():
        _connected(server).quit()


def message(*, letter: Rendered, to: str, message_id: str, language: str, sender: str, at: datetime) -> EmailMessage:
    """The letter as text and HTML, with the headers that keep machines from answering it.

    Raises: ValueError: an address or a subject would break a header.
    """
    built = EmailMessage(policy=SMTP_POLICY)
    built["From"] = Address(settings.REGISTRY_NAME, addr_spec=sender)
    built["To"] = Address(addr_spec=to)
    built["Subject"] = letter.subject
    built["Date"] = format_datetime(at)
    built["Message-ID"] = message_id
    built["Auto-Submitted"] = "auto-generated"  # RFC 3834
    built["X-Auto-Response-Suppress"] = "All"  # the same in Exchange
    built.set_content(letter.text, cte="quoted-printable")
    built.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    # Last: adding a body moves what begins with "Content-" into it.
    built["Content-Language"] = language
    return built


def _connected(server: MailServer) -> smtplib.SMTP:
    context = None
    if server.transport is not Transport.NONE:
        # It verifies the certificate and the host name, and asks for TLS 1.2 at least.
        context = ssl.create_default_context(cafile=server.ca_file or None)
    if server.transport is Transport.IMPLICIT:
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT, context=context)
    else:
        smtp = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
    try:
        if server.transport is Transport.STARTTLS:
            # A server that does not offer it (any more) is refused: nothing goes out in clear.
            smtp.starttls(context=context)
        if server.user:
            smtp.login(server.user, server.password)
    except BaseException:
        smtp.close()
        raise
    return smtp


@contextmanager
def _in_our_words() -> Iterator[None]:
    try:
        yield
    except smtplib.SMTPRecipientsRefused as refused:
        code, said = next(iter(refused.recipients.values()))
        raise _answer(code, said, of_address=True) from None
    except smtplib.SMTPDataError as refused:
        raise _answer(refused.smtp_code, refused.smtp_error) from None
    except smtplib.SMTPAuthenticationError as refused:
        raise ServerTrouble(f"login {_code(refused.smtp_code, refused.smtp_error)}") from None
    except smtplib.SMTPSenderRefused as refused:
        raise ServerTrouble(f"sender {_code(refused.smtp_code, refused.smtp_error)}") from None
    except smtplib.SMTPResponseException as refused:
        raise ServerTrouble(f"smtp {_code(refused.smtp_code, refused.smtp_error)}") from None
    except smtplib.SMTPNotSupportedError:
        raise ServerTrouble("the server offers no encryption or no login") from None
    except ssl.SSLCertVerificationError as trouble:
        raise ServerTrouble(f"certificate: X.509 error {trouble.verify_code}") from None
    except (smtplib.SMTPException, OSError) as trouble:
        raise ServerTrouble(f"connection: {type(trouble).__name__}") from None


def _answer(code: int, said: bytes | str, *, of_address: bool = False) -> NotSent:
    error = f"smtp {_code(code, said)}"
    if code == 421:  # RFC 5321, 3.8: the server is about to close the connection
        return ServerTrouble(error)
    return (Rejected if code >= 500 else TryLater)(error, of_address=of_address)


def _code(code: int, said: bytes | str) -> str:
    """`550 5.1.1`: the reply code and the enhanced one (RFC 3463). The words are left out: they hold the address."""
    text = said.decode("ascii", "replace") if isinstance(said, bytes) else said
    enhanced = re.match(r"\s*([245]\.[0-9]{1,3}\.[0-9]{1,3})\b", text)
    return f"{code} {enhanced[1]}" if enhanced else str(code)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")  # RFC 6761, 6.3
