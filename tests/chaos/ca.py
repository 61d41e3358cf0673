"""What a CA publishes, by HTTP: its revocation list and its OCSP responder, and what either may say instead."""

from __future__ import annotations

import socket
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.serialization import Encoding

from registret.demo.authorities import CertificateAuthority
from registret.demo.pki import DemoAuthority
from tests.ocsp import GOOD, REVOKED, answer, ca_itself, question_in
from tests.rooms.revocation.liar import Asked, Liar, endless, says

SLUG: Final = "hsa-3"
"""Of the CA whose cards people log in with."""
_HOUR: Final = timedelta(hours=1)


class Lie(StrEnum):
    NONE = "none"
    GONE = "gone"
    """Hangs up without a word."""
    FORGED = "forged"
    """Signed by another key under the CA's name; it says that the card is revoked."""
    EXPIRED = "expired"
    OF_ANOTHER = "of another issuer"
    HUGE = "huge"


class Publisher:
    """`lie` is what it says from now on. The truth is that no card is revoked."""

    def __init__(self, authority: DemoAuthority) -> None:
        self.lie = Lie.NONE
        self._own, self._forger = authority.issuing[SLUG], authority.foreign().issuing[SLUG]
        self._other = authority.issuing["hsa-2"]
        self._liar = Liar()
        self._liar.behave = self._behave
        self._liar.__enter__()

    def is_named_in(self, trust: Path) -> None:
        """From now on this trust folder names it, in place of a file."""
        file = trust / "trust.toml"
        address = f'crl_url = "{self._liar.address}"\nocsp_url = "{self._liar.address}"'
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace(f'crl = "{SLUG}.crl"', address), encoding="utf-8")

    def stop(self) -> None:
        self._liar.__exit__(None, None, None)

    def _behave(self, connection: socket.socket, asked: Asked) -> None:
        if self.lie is Lie.GONE:
            return
        if self.lie is Lie.HUGE:
            endless(connection, asked)
        content = self._about_a_card(asked.body) if asked.line.startswith("POST") else self._list()
        says(content)(connection, asked)

    def _signer(self) -> CertificateAuthority:
        return {Lie.FORGED: self._forger, Lie.OF_ANOTHER: self._other}.get(self.lie, self._own)

    def _moments(self) -> tuple[datetime, datetime]:
        at = datetime.now(UTC).replace(microsecond=0)
        old = 100 * _HOUR if self.lie is Lie.EXPIRED else timedelta()
        return at - _HOUR - old, at + 24 * _HOUR - old

    def _list(self) -> bytes:
        """Newer each time."""
        begun, ends = self._moments()
        number = int(datetime.now(UTC).timestamp() * 1000)
        made = self._signer().crl([], this_update=begun, next_update=ends, number=number)
        return made.public_bytes(Encoding.DER)

    def _about_a_card(self, question: bytes) -> bytes:
        serial, nonce = question_in(question)
        begun, ends = self._moments()
        signer = self._signer()
        return answer(
            ca_itself(signer),
            ca=signer.certificate,
            serial=serial,
            status=GOOD if self.lie is Lie.NONE else REVOKED,
            this_update=begun,
            next_update=ends,
            nonce=nonce,
        )
