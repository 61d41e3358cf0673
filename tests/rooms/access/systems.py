"""*Journal X* at the infection clinic, with the private key that only it has."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from joserfc import jws
from joserfc.jwk import ECKey, RSAKey

from registret.access.actor import Actor
from registret.access.roles import Role
from registret.access.systems.appointing import confirm_system, propose_system
from registret.access.systems.assertions import System, system_of
from registret.accounts.queries import account
from tests import cast
from tests.cast import BERTIL, KARIN
from tests.rooms.access.scene import NOW

AUDIENCE = "https://registret.localhost:8443/api/v1"


@dataclass(slots=True)
class Journal:
    """A record system that signs what it asks."""

    key: Any = field(default_factory=lambda: ECKey.generate_key("P-256"))
    name: str = ""
    """Its HSA-id, once it is confirmed."""

    @property
    def public(self) -> str:
        return str(self.key.as_pem(private=False).decode())

    def assertion(self, at: datetime, *, kid: str | None = None, typ: str = "JWT", **claims: Any) -> str:
        """What it signs for one request; `claims` are said otherwise than usual, or not at all if None."""
        now = int(at.timestamp())
        usual = {"iss": self.name, "sub": self.name, "aud": AUDIENCE, "iat": now, "exp": now + 120, "jti": uuid4().hex}
        said = {name: value for name, value in (usual | claims).items() if value is not None}
        alg = "PS256" if isinstance(self.key, RSAKey) else "ES256"
        header = {"alg": alg, "kid": kid or self.key.thumbprint(), "typ": typ}
        return jws.serialize_compact(header, json.dumps(said).encode(), self.key, algorithms=[alg])


def shown(assertion: str, at: datetime = NOW) -> System:
    return system_of(assertion, audience=AUDIENCE, network="192.0.2.7", at=at)


def proposed(
    journal: Journal,
    *,
    actor: Actor | None = None,
    source_system: str = "Journal X",
    of: Sequence[str] = ("pneumoni",),
    role: Role = Role.SYSTEM,
    at: datetime,
) -> int:
    """By Bertil."""
    actor = actor or cast.actor(BERTIL, at=at)
    key = journal.public
    return propose_system(role=role, source_system=source_system, sub_registries=of, key=key, actor=actor, at=at)


def connected(journal: Journal | None = None, *, role: Role = Role.SYSTEM, at: datetime) -> Journal:
    """Proposed by Bertil, confirmed by Karin."""
    journal = journal or Journal()
    account_id = confirm_system(key_id=proposed(journal, role=role, at=at), actor=cast.actor(KARIN, at=at), at=at)
    found = account(account_id=account_id)
    assert found is not None
    journal.name = found.hsa_id.text
    return journal
