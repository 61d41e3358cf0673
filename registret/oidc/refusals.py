"""Every no of the second way in. Facts are words of our own: what the provider or a browser sent is never repeated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from registret.kernel.refused import Refused


@dataclass(kw_only=True, eq=False)
class ProviderUnavailable(Refused):
    """The identity provider cannot be used right now. `reason` is a word for the support:

    `network` (no connection, or its certificate is not trusted), `time` (too slow), `answer` (not what the standard
    promises), `busy` (too many people wait for it already), `client` (it does not accept this registry as a client),
    `trouble` (it says so itself).
    """

    code: ClassVar[str] = "idp.unavailable"
    status: ClassVar[int] = 503
    reason: str


@dataclass(kw_only=True, eq=False)
class LoginDeclined(Refused):
    """The identity provider did not log the person in: most often somebody pressed Cancel. `reason`: its error code, if
    the standards know it, else `other`."""

    code: ClassVar[str] = "idp.declined"
    reason: str


@dataclass(kw_only=True, eq=False)
class AnswerUntrusted(Refused):
    """Something in the answer is not as it must be, so nothing in it is believed. `reason` is a word for the support:

    `parameters` (one twice), `issuer`, `code` (none, used, or somebody else's), `token` (cannot be read), `signature`
    (algorithm, key or signature), `audience`, `nonce`, `time` (expired, or from another time).
    """

    code: ClassVar[str] = "idp.untrusted"
    reason: str


@dataclass(kw_only=True, eq=False)
class LevelTooLow(Refused):
    """The person was not authenticated at the level of assurance that is asked for."""

    code: ClassVar[str] = "idp.level"


@dataclass(kw_only=True, eq=False)
class NotFresh(Refused):
    """The provider let an older login count: nobody has shown that the same person sits there now."""

    code: ClassVar[str] = "idp.not_fresh"


@dataclass(kw_only=True, eq=False)
class NoHsaId(Refused):
    """The provider knows the person, and names no HSA-id."""

    code: ClassVar[str] = "idp.no_hsa_id"


@dataclass(kw_only=True, eq=False)
class MalformedIdentity(Refused):
    """What the provider says of the person is impossible. `reason`: `hsa_id` or `names`."""

    code: ClassVar[str] = "idp.malformed"
    reason: str
