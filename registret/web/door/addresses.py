"""Addresses of the card hosts."""

from __future__ import annotations

from django.conf import settings

from registret.accounts.attempts import Probe


def card_origin(label: str) -> str:
    port = "" if settings.CARD_PORT == 443 else f":{settings.CARD_PORT}"
    return f"https://{label}.{settings.CARD_HOST}{port}"


def probe_address(probe: Probe) -> str:
    """Where the site's pages ask whether the card is still in."""
    return f"{card_origin(probe.label)}/p/{probe.secret}"
