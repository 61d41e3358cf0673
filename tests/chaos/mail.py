"""A mail server that can be in trouble."""

from __future__ import annotations

import asyncio
from enum import StrEnum

from aiosmtpd.smtp import SMTP, Envelope, Session

from registret.demo.mailbox import MailCatcher


class Mood(StrEnum):
    WELL = "well"
    HANGS = "hangs"
    """Says nothing about the recipient."""
    DROPS = "drops"
    """Breaks the connection when the letter has come, and does not keep it."""
    KEEPS_AND_DROPS = "keeps and drops"
    """Keeps the letter, and breaks the connection instead of saying so."""


class MoodyServer(MailCatcher):
    """`refuse_with` is a trouble as well (`MailCatcher`)."""

    mood: Mood = Mood.WELL

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        while self.mood is Mood.HANGS:
            await asyncio.sleep(0.05)
        return await super().handle_RCPT(server, session, envelope, address, options)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        mood = self.mood
        if mood is not Mood.DROPS:
            said = await super().handle_DATA(server, session, envelope)
        else:
            said = "451 4.3.0 Not kept"
        if mood in {Mood.DROPS, Mood.KEEPS_AND_DROPS} and isinstance(server.transport, asyncio.WriteTransport):
            server.transport.abort()
        return said
