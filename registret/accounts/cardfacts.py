"""What is kept of a verified card or identity, as values and as JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from registret.cards import VerifiedCard
from registret.kernel.identifiers import HsaId
from registret.oidc import VerifiedIdentity


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFacts:
    """Who a card says its holder is. Exists only for cards that were verified, here or by the identity provider.

    `environment`: whether its CA is for real cards or for tests; empty if only the provider knows.

    `not_after`: no session lasts longer. Of a card that only the provider saw, `serial` and `fingerprint` are empty.
    """

    hsa_id: HsaId
    given_name: str
    surname: str
    organisation: str
    issuer: str
    level: int
    serial: str
    fingerprint: str
    not_after: datetime
    environment: str = ""

    @property
    def card_issuer(self) -> str:
        """As an account keeps it."""
        return self.issuer[:256]

    @property
    def card_environment(self) -> str:
        return self.environment

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.surname}".strip()

    @classmethod
    def of(cls, card: VerifiedCard) -> Self:
        return cls(
            hsa_id=card.hsa_id,
            given_name=card.given_name,
            surname=card.surname,
            organisation=card.organisation,
            issuer=card.issuer,
            level=card.level,
            serial=card.serial,
            fingerprint=card.fingerprint,
            not_after=card.not_after,
            environment=card.environment.value,
        )

    @classmethod
    def of_identity(cls, identity: VerifiedIdentity, *, lasts: timedelta) -> Self:
        """`lasts`: how long a session may go on after the provider has seen the card."""
        return cls(
            hsa_id=identity.hsa_id,
            given_name=identity.given_name,
            surname=identity.surname,
            organisation=identity.organisation,
            issuer=identity.issuer,
            level=identity.level,
            serial="",
            fingerprint="",
            not_after=identity.authenticated_at + lasts,
        )

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"hsa_id": self.hsa_id.text, "not_after": self.not_after.isoformat()}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        not_after = datetime.fromisoformat(stored["not_after"])
        return cls(**(stored | {"hsa_id": HsaId(stored["hsa_id"]), "not_after": not_after}))
