"""The identity provider that people may log in through, if the settings name one. It keeps what it has read."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse

if TYPE_CHECKING:
    from registret.oidc.client import OidcClient


@cache
def provider() -> OidcClient | None:
    """Raises: ProviderBroken."""
    if not settings.OIDC_ISSUER:
        return None
    # Not before: most installations have no provider, and need not read its libraries.
    from registret.oidc.client import OidcClient

    return OidcClient(
        issuer=settings.OIDC_ISSUER,
        client_id=settings.OIDC_CLIENT_ID,
        client_secret=settings.OIDC_CLIENT_SECRET,
        client_key=settings.OIDC_CLIENT_KEY,
        redirect_uri=settings.SITE_ORIGIN + reverse("provider_answer"),
        levels=settings.OIDC_LEVELS,
        allow_test=settings.ACCEPT_TEST_CARDS,
        ca_file=settings.OIDC_CA_FILE,
    )
