"""What an identity provider says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self, cast
from urllib.parse import urlsplit

from registret.oidc.refusals import ProviderUnavailable


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """The provider's metadata, as far as it is used. OpenID Connect Discovery 1.0, RFC 9207."""

    authorization: str
    token: str
    keys: str
    end_session: str | None
    names_itself: bool

    @classmethod
    def of(cls, found: dict[str, Any], *, issuer: str) -> Self:
        """Raises: ProviderUnavailable."""
        ends = found.get("end_session_endpoint")
        needed = [found.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
        # A description of another issuer would send people, and the client's secret, elsewhere.
        if (
            found.get("issuer") != issuer
            or not all(_is_https(a) for a in needed)
            or not (ends is None or _is_https(ends))
        ):
            raise ProviderUnavailable(reason="answer")
        authorization, token, keys = cast("list[str]", needed)
        names_itself = found.get("authorization_response_iss_parameter_supported") is True
        return cls(authorization=authorization, token=token, keys=keys, end_session=ends, names_itself=names_itself)


def _is_https(address: object) -> bool:
    return isinstance(address, str) and urlsplit(address).scheme == "https" and bool(urlsplit(address).hostname)
