"""Logging in through an identity provider, as a library: from an authorization code to a `VerifiedIdentity`.

No Django, no database. As in `cards`, one function makes the value, and there is one refusal per kind of failure.
`registret.oidc.client` asks the provider. It is imported only where there is one: its libraries are large.
"""

from registret.oidc.values import AuthorizationRequest, ProviderBroken, VerifiedIdentity

__all__ = ["AuthorizationRequest", "ProviderBroken", "VerifiedIdentity"]
