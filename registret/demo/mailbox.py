"""The demo's mail server: it takes letters over real SMTP with STARTTLS, and keeps them as files."""

from __future__ import annotations

import asyncio
import email
import email.policy
import logging
import re
import secrets
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

_NAME = re.compile(r"(?P<at>[0-9]{8}T[0-9]{6}\.[0-9]{6}Z)-[0-9a-f]{8}\.eml", re.ASCII)
_AT = "%Y%m%dT%H%M%S.%fZ"
_ACCEPTED = "250 OK"
_GONE = "550 5.1.1 No such mailbox"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaughtLetter:
    """A letter as its reader would see it. `name` is its file's, and stays."""

    name: str
    at: datetime
    to: str
    subject: str
    message_id: str
    text: str
    html: str


class MailCatcher:
    """A mail server on 127.0.0.1 in a thread of its own.

    It offers STARTTLS with the certificate and insists on it. Each letter becomes a file in `folder`, which is made if
    it is missing and keeps its letters over restarts. `port` 0 takes a free one; `port` tells which after `start`.
    With `refuse_with` set, such as "451 4.2.2 Mailbox full" or "550 5.1.1 Unknown", every recipient is refused so.
    Those whose address is in `gone` are always refused.
    """

    def __init__(
        self, folder: Path, port: int, certificate: Path, key: Path, *, gone: frozenset[str] = frozenset()
    ) -> None:
        self.folder = folder
        self.port = port
        self.gone = gone
        self.refuse_with: str | None = None
        self._certificate = certificate
        self._key = key
        self._stop: Callable[[], None] | None = None

    def start(self) -> None:
        """Raises: OSError (the port is taken, the folder cannot be written, the certificate cannot be read)."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self._certificate, self._key)
        # It tells of every command, addresses included.
        logging.getLogger("mail.log").setLevel(logging.WARNING)
        # Bound here and not in the thread, so that a taken port is the caller's error and letters can come at once.
        listening = socket.create_server(("127.0.0.1", self.port))
        self.port = listening.getsockname()[1]
        loop, stopping = asyncio.new_event_loop(), asyncio.Event()
        thread = threading.Thread(
            target=self._run, args=(loop, listening, context, stopping), name="mail catcher", daemon=True
        )
        thread.start()

        def stop() -> None:
            loop.call_soon_threadsafe(stopping.set)
            thread.join()

        self._stop = stop

    def stop(self) -> None:
        """Drops its connections. Safe to call twice. The port stays this one's for the next `start`."""
        stop, self._stop = self._stop, None
        if stop is not None:
            stop()

    def _run(
        self,
        loop: asyncio.AbstractEventLoop,
        listening: socket.socket,
        context: ssl.SSLContext,
        stopping: asyncio.Event,
    ) -> None:
        def conversation() -> SMTP:
            return SMTP(self, hostname="localhost", loop=loop, tls_context=context, require_starttls=True)

        async def serve() -> None:
            server = await loop.create_server(conversation, sock=listening)
            await stopping.wait()
            server.close()

        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(serve())

    def __enter__(self) -> MailCatcher:
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's name)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """aiosmtpd's hook for one recipient."""
        if self.refuse_with is not None:
            return self.refuse_with
        if address in self.gone:
            return _GONE
        envelope.rcpt_tos.append(address)
        return _ACCEPTED

    async def handle_DATA(  # noqa: N802 (aiosmtpd's name)
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """aiosmtpd's hook for a whole letter."""
        content = envelope.content
        name = f"{datetime.now(UTC).strftime(_AT)}-{secrets.token_hex(4)}.eml"
        unfinished = self.folder / f".{name}"
        unfinished.write_bytes(content if isinstance(content, bytes) else str(content).encode())
        # A reader of the folder sees whole letters only.
        unfinished.rename(self.folder / name)
        return _ACCEPTED


def letters(folder: Path) -> list[CaughtLetter]:
    """All letters in a catcher's folder, newest first; none if there is no such folder."""
    names = sorted((path.name for path in folder.glob("*.eml") if _NAME.fullmatch(path.name)), reverse=True)
    return [_read(folder, name) for name in names]


def letter(folder: Path, name: str) -> CaughtLetter | None:
    """One letter; None if there is none of that name, whatever the name is."""
    return _read(folder, name) if _NAME.fullmatch(name) and (folder / name).is_file() else None


def _read(folder: Path, name: str) -> CaughtLetter:
    message = email.message_from_bytes((folder / name).read_bytes(), policy=email.policy.default)
    return CaughtLetter(
        name=name,
        at=datetime.strptime(name[: name.index("-")], _AT).replace(tzinfo=UTC),
        to=str(message["To"] or ""),
        subject=str(message["Subject"] or ""),
        message_id=str(message["Message-ID"] or ""),
        text=_body(message, "plain"),
        html=_body(message, "html"),
    )


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return str(part.get_content()).replace("\r\n", "\n") if part is not None else ""
