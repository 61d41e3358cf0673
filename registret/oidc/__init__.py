"""Logging in through an identity provider, as a library: from an authorization code to a `VerifiedIdentity`.

No Django, no database. As in `cards`, one function makes the value, and there is one refusal per kind of failure.
`client.OidcClient` is imported only where there is a provider: its libraries take 6 MiB and 60 ms of a start.
"""

from registret.oidc.values import AuthorizationRequest, ProviderBroken, VerifiedIdentity

__all__ = ["AuthorizationRequest", "ProviderBroken", "VerifiedIdentity"]
