"""How a system shows who it is: a JWT that it has signed (RFC 7523), for one request.

Nothing secret of a system is kept here, and nothing that it has sent is worth anything afterwards.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from registret.access.actor import Actor
from registret.access.models import SystemKey, UsedAssertion
from registret.access.queries.logins import at_work
from registret.access.refusals import AssertionRefused, NotPermitted
from registret.accounts.services import note_use

ALGORITHMS: Final = ("ES256", "PS256")
LASTS: Final = timedelta(minutes=5)
SKEW: Final = timedelta(seconds=60)
_JTI: Final = range(16, 129)
_THUMBPRINT: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_LONGEST: Final = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """A record system that has shown its key: what it may do now, and the system that its files come from."""

    actor: Actor
    source_system: str


def system_of(assertion: str, *, audience: str, network: str | None, at: datetime) -> System:
    """Who has signed this, and what it may do at this moment. Call it outside a transaction: it counts once.

    Raises: AssertionRefused, NotPermitted (its right has ended or was revoked).
    """
    key, claims = _signed(assertion)
    _check_claims(claims, key, audience=audience, at=at)
    ends_at = _moment(claims, "exp") + SKEW
    digest = hashlib.sha256(f"{key.thumbprint}\x1f{claims['jti']}".encode()).digest()
    # Of two at once, the second waits here for the first.
    _row, is_new = UsedAssertion.objects.get_or_create(digest=digest, defaults={"ends_at": ends_at})
    if not is_new:
        raise AssertionRefused(reason="replayed")
    return _at_work(key, network=network, at=at)


def forget_old(*, at: datetime) -> int:
    """Delete what would not count any more in any case; return how many."""
    return UsedAssertion.objects.filter(ends_at__lte=at).delete()[0]


def _signed(assertion: str) -> tuple[SystemKey, dict[str, Any]]:
    """The key that has signed it, and the claims. Raises: AssertionRefused."""
    known: list[SystemKey] = []

    def find(signature: Any) -> Any:
        kid = signature.headers().get("kid")
        known.extend(_confirmed(kid) if isinstance(kid, str) and _THUMBPRINT.fullmatch(kid) else ())
        if not known:
            raise AssertionRefused(reason="key")
        return known[0].jwk

    found = _decoded(assertion, find)
    if found.header.get("typ", "JWT") != "JWT" or not isinstance(found.claims, dict):
        raise AssertionRefused(reason="signature")
    return known[0], found.claims


def _decoded(assertion: str, find: Callable[[Any], dict[str, Any]]) -> Any:
    """The token, its signature checked with the JWK that `find` returns. Raises: AssertionRefused."""
    # Takes long to read, and most installations have no system that signs.
    from joserfc import jwt
    from joserfc.errors import JoseError

    from registret.access.systems.keys import stored_key

    if len(assertion) > _LONGEST:
        raise AssertionRefused(reason="signature")
    try:
        return jwt.decode(assertion, lambda signature: stored_key(find(signature)), algorithms=list(ALGORITHMS))
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise AssertionRefused(reason="signature") from None


def _confirmed(thumbprint: str) -> list[SystemKey]:
    keys = SystemKey.objects.filter(thumbprint=thumbprint, removed_at=None, confirmed_at__isnull=False)
    return list(keys.select_related("account"))


def _check_claims(claims: Mapping[str, Any], key: SystemKey, *, audience: str, at: datetime) -> None:
    """Raises: AssertionRefused."""
    name = key.account.hsa_id.text if key.account else ""
    if claims.get("iss") != name or claims.get("sub") != name:
        raise AssertionRefused(reason="issuer")
    if claims.get("aud") not in (audience, [audience]):
        raise AssertionRefused(reason="audience")
    issued, expires = _moment(claims, "iat"), _moment(claims, "exp")
    begins = _moment(claims, "nbf") if "nbf" in claims else issued
    if not (begins - SKEW <= at < expires + SKEW and issued <= at + SKEW and issued < expires <= issued + LASTS):
        raise AssertionRefused(reason="time")
    jti = claims.get("jti")
    if not isinstance(jti, str) or len(jti) not in _JTI or not jti.isascii():
        raise AssertionRefused(reason="jti")


def _moment(claims: Mapping[str, Any], name: str) -> datetime:
    """Raises: AssertionRefused."""
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise AssertionRefused(reason="time")
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, OSError, ValueError):
        raise AssertionRefused(reason="time") from None


def _at_work(key: SystemKey, *, network: str | None, at: datetime) -> System:
    """Raises: NotPermitted."""
    account_id = key.account_id or 0
    actor = at_work(account_id=account_id, clinic_id=key.clinic_id, session_id=0, card_read_at=at, at=at)
    if actor is None:
        raise NotPermitted()
    note_use(account_id=account_id, at=at)
    return System(actor=replace(actor, network=network), source_system=key.source_system)
