"""Every no of the second way in. Facts are words of our own: what the provider or a browser sent is never repeated."""

from __future__ import annotations

from registret.kernel.refused import Refused


class ProviderUnavailable(Refused, code="idp.unavailable", status=503):
    """The identity provider cannot be used right now. `reason` is a word for the support:

    `network` (no connection, or its certificate is not trusted), `time` (too slow), `answer` (not what the standard
    promises), `busy` (too many people wait for it already), `client` (it does not accept this registry as a client),
    `trouble` (it says so itself).
    """

    reason: str


class LoginDeclined(Refused, code="idp.declined"):
    """The identity provider did not log the person in: most often the user pressed Cancel. `reason`: its error code, if
    the standards know it, else `other`."""

    reason: str


class AnswerUntrusted(Refused, code="idp.untrusted"):
    """Something in the answer is not as it must be, so nothing in it is believed. `reason` is a word for the support:

    `parameters` (one twice), `issuer`, `code` (none, used, or another login's), `token` (cannot be read), `signature`
    (algorithm, key or signature), `audience`, `nonce`, `time` (expired, or from another time).
    """

    reason: str


class LevelTooLow(Refused, code="idp.level"):
    """The person was not authenticated at the level of assurance that is asked for."""


class NotFresh(Refused, code="idp.not_fresh"):
    """The provider let an older login count: nobody has shown that the same person sits there now."""


class NoHsaId(Refused, code="idp.no_hsa_id"):
    """The provider knows the person, and names no HSA-id."""


class MalformedIdentity(Refused, code="idp.malformed"):
    """What the provider says of the person is impossible. `reason`: `hsa_id` or `names`."""

    reason: str
