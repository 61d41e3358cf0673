"""The ID token: signature first, then whether it was made for this login, then who it names. OpenID Connect Core 1.0,
3.1.3.7, read strictly: exactly one audience, nothing optional where something was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from registret.kernel.identifiers import HsaId, Malformed
from registret.kernel.secret import same
from registret.oidc.refusals import AnswerUntrusted, LevelTooLow, MalformedIdentity, NoHsaId, NotFresh
from registret.oidc.values import VerifiedIdentity

# Signatures by a private key only: `none` proves nothing, and with HS256 the public key would be the secret.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
SKEW = timedelta(seconds=60)
LONGEST_NAME = 256

# What is asked of the provider, and where its answer is read: the names are those of Inera's attribute list.
HSA_ID, GIVEN_NAME, SURNAME, ORGANISATION = "employeeHsaId", "given_name", "family_name", "credentialOrganizationName"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What the token of this login must say. `levels`: acceptable values of `acr`, with the level each stands for."""

    issuer: str
    client_id: str
    nonce: str
    levels: Mapping[str, int]
    begun_at: datetime
    allow_test: bool


def signed_claims(token: str, keys: KeySet) -> dict[str, Any]:
    """The claims of a token that one of `keys` has signed.

    Raises: AnswerUntrusted; UnknownKey (the token names a key that is not among `keys`: they may be outdated).
    """
    try:
        found = jwt.decode(token, lambda signature: _key(keys, signature.headers()), algorithms=ALGORITHMS)
    except UnknownKey:
        raise
    except (JoseError, ValueError, TypeError):
        raise AnswerUntrusted(reason="signature") from None
    # An access token or a logout token of the same provider has the same signature and another type.
    if found.header.get("typ", "JWT") != "JWT":
        raise AnswerUntrusted(reason="token")
    return found.claims


class UnknownKey(Exception):
    """The token was signed by a key that is not known."""


def verify(claims: Mapping[str, Any], *, expected: Expected, at: datetime) -> VerifiedIdentity:
    """Who has logged in, from the claims of a token whose signature is good.

    Raises: AnswerUntrusted, LevelTooLow, NotFresh, NoHsaId, MalformedIdentity.
    """
    _check_for_us(claims, expected)
    _check_times(claims, expected, at=at)
    level = expected.levels.get(_text(claims, "acr"))
    if level is None:
        raise LevelTooLow()
    authenticated_at = _moment(claims, "auth_time")
    if authenticated_at is None or authenticated_at < expected.begun_at - SKEW:
        raise NotFresh()
    return VerifiedIdentity(
        hsa_id=_hsa_id(claims, allow_test=expected.allow_test),
        given_name=_name(claims, GIVEN_NAME),
        surname=_name(claims, SURNAME, needed=True),
        organisation=_name(claims, ORGANISATION),
        issuer=expected.issuer,
        level=level,
        authenticated_at=min(authenticated_at, at),
    )


def _key(keys: KeySet, header: Mapping[str, Any]) -> Any:
    """By its `kid`; without one only where there is no choice. A key that the header brings along does not count."""
    kid = header.get("kid")
    found = [key for key in keys if kid is None or key.kid == kid]
    if len(found) != 1:
        raise UnknownKey()
    return found[0]


def _check_for_us(claims: Mapping[str, Any], expected: Expected) -> None:
    if claims.get("iss") != expected.issuer:
        raise AnswerUntrusted(reason="issuer")
    if claims.get("aud") not in (expected.client_id, [expected.client_id]):
        raise AnswerUntrusted(reason="audience")
    if claims.get("azp", expected.client_id) != expected.client_id:
        raise AnswerUntrusted(reason="audience")
    if not same(_text(claims, "nonce"), expected.nonce):
        raise AnswerUntrusted(reason="nonce")


def _check_times(claims: Mapping[str, Any], expected: Expected, *, at: datetime) -> None:
    expires, issued = _moment(claims, "exp"), _moment(claims, "iat")
    not_before = _moment(claims, "nbf") if "nbf" in claims else issued
    if expires is None or issued is None or not_before is None:
        raise AnswerUntrusted(reason="time")
    if at >= expires + SKEW or at < not_before - SKEW or not expected.begun_at - SKEW <= issued <= at + SKEW:
        raise AnswerUntrusted(reason="time")


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    return value if isinstance(value, str) else ""


def _moment(claims: Mapping[str, Any], name: str) -> datetime | None:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def _hsa_id(claims: Mapping[str, Any], *, allow_test: bool) -> HsaId:
    text = claims.get(HSA_ID)
    if text is None or text == "":
        raise NoHsaId()
    try:
        return HsaId.parse(text if isinstance(text, str) else "", allow_test=allow_test)
    except Malformed:
        raise MalformedIdentity(reason="hsa_id") from None


def _name(claims: Mapping[str, Any], claim: str, *, needed: bool = False) -> str:
    value = claims.get(claim) or ""
    if not isinstance(value, str) or len(value) > LONGEST_NAME or not value.isprintable():
        raise MalformedIdentity(reason="names")
    name = value.strip()
    if needed and not name:
        raise MalformedIdentity(reason="names")
    return name
