"""Logging in through an identity provider, as a library: from an authorization code to a `VerifiedIdentity`.

No Django, no database. As in `cards`, one function makes the value, and there is one refusal per kind of failure.
"""

from registret.oidc.client import AuthorizationRequest, OidcClient
from registret.oidc.idtoken import VerifiedIdentity
from registret.oidc.keys import ProviderBroken

__all__ = ["AuthorizationRequest", "OidcClient", "ProviderBroken", "VerifiedIdentity"]
