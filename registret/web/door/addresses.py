"""Addresses of the card hosts.

Each login has a host of its own, `<label>.<card host>`; or all share one, and the label stands in the path
(CARD_HOST_FIXED).
"""

from __future__ import annotations

from django.conf import settings

from registret.accounts.probes import Probe


def is_card_host(host: str) -> bool:
    """`host` without its port."""
    if settings.CARD_HOST_FIXED:
        return host.lower() == settings.CARD_HOST
    return host.lower().endswith(f".{settings.CARD_HOST}")


def door_address(label: str) -> str:
    """Where the browser shows the card for the login attempt of this label."""
    return _address(label, "k")


def probe_address(probe: Probe) -> str:
    """Where the site's pages ask whether the card is still in."""
    return _address(probe.label, "p", probe.secret)


def _address(label: str, what: str, *rest: str) -> str:
    port = "" if settings.CARD_PORT == 443 else f":{settings.CARD_PORT}"
    host, path = settings.CARD_HOST, [what, *rest]
    if settings.CARD_HOST_FIXED:
        path.insert(1, label)
    else:
        host = f"{label}.{host}"
    return f"https://{host}{port}/{'/'.join(path)}"
