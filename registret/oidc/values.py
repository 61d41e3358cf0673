"""What goes into a login through an identity provider and comes out of it. The libraries are not read for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from registret.kernel.identifiers import HsaId


class ProviderBroken(Exception):
    """The client's private key, or the file with the provider's CA, cannot be used; the message is one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationRequest:
    """The secrets of one login, all of them single-use: `state` comes back with the browser, `nonce` in the token, and
    `verifier` (PKCE, RFC 7636) shows the provider that the code is redeemed by the person who asked for it."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedIdentity:
    """Who the identity provider says has just logged in. Made by `idtoken.verify` only."""

    hsa_id: HsaId
    given_name: str
    surname: str
    organisation: str
    issuer: str
    level: int
    authenticated_at: datetime
