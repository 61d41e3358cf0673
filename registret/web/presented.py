"""How a request reached the application: at which door, from where, and with which certificate.

The only place that reads any of it. The embedded listeners put what they saw into the environ, where no header gets.
A front (nginx, HAProxy; REGISTRET_FRONT) can only send headers, so they are believed from a front alone: it knows the
secret, and comes through a unix socket that nobody else reaches (`config.ready_front.check_front`).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import unquote

from django.conf import settings

from registret.cards import PresentedCertificate
from registret.kernel.secret import same

SECRET = "HTTP_REGISTRET_FRONT_SECRET"  # noqa: S105 - a name
DOOR = "HTTP_REGISTRET_DOOR"
CLIENT_ADDRESS = "HTTP_REGISTRET_CLIENT_ADDRESS"
VERIFIED = "HTTP_REGISTRET_VERIFIED"
RFC9440, ESCAPED_PEM = "HTTP_CLIENT_CERT", "HTTP_REGISTRET_ESCAPED_CERT"
FRONT_HEADERS = (SECRET, DOOR, CLIENT_ADDRESS, VERIFIED, RFC9440, ESCAPED_PEM)

# RFC 8941, 3.3.5: a byte sequence, here without parameters.
_BYTES = re.compile(r":([A-Za-z0-9+/]+={0,2}):")
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----\n([A-Za-z0-9+/\n]+={0,2})\n-----END CERTIFICATE-----\n?")


class NotFromFront(Exception):
    """A request that the front has not sent, or not as it should. `str()` is for the program's log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """`network` is the client's IP address. `front_said`: what the front made of the certificate; None if there is no
    front, or nothing that it disliked."""

    at_card_door: bool
    network: str | None
    presented: PresentedCertificate
    front_said: str | None = None


def arrival(environ: Mapping[str, Any]) -> Arrival:
    """What the listener of this request tells.

    Raises: NotFromFront.
    """
    if settings.FRONT == "none":
        return Arrival(
            at_card_door=environ.get("registret.door") == "card",
            network=environ.get("REMOTE_ADDR") or None,
            presented=PresentedCertificate(der=environ.get("registret.certificate")),
        )
    if environ.get("REMOTE_ADDR"):
        raise NotFromFront("not through a unix socket")
    if not same(environ.get(SECRET, ""), settings.FRONT_SECRET):
        raise NotFromFront("without the front's secret")
    presented, said = PresentedCertificate(der=None), None
    at_card_door = _at_card_door(environ)
    if at_card_door:
        presented, said = _presented(environ)
    return Arrival(at_card_door=at_card_door, network=_client(environ), presented=presented, front_said=said)


def _at_card_door(environ: Mapping[str, Any]) -> bool:
    match environ.get(DOOR):
        case "card":
            return True
        case "site":
            return False
    raise NotFromFront("the front does not say at which door")


def _client(environ: Mapping[str, Any]) -> str:
    # Without it everybody would share the limits of one address.
    try:
        return str(ip_address(environ.get(CLIENT_ADDRESS, "")))
    except ValueError:
        raise NotFromFront("the front does not say for whom") from None


def _presented(environ: Mapping[str, Any]) -> tuple[PresentedCertificate, str | None]:
    """The front's opinion decides nothing but whether a certificate came at all."""
    said = environ.get(VERIFIED, "")[:80]
    text = environ.get(RFC9440 if settings.FRONT == "rfc9440" else ESCAPED_PEM, "")
    if not said:
        raise NotFromFront("the front does not say whether a certificate came")
    if said == "NONE":
        if text:
            raise NotFromFront("the front says that no certificate came, and sends one")
        return PresentedCertificate(der=None), None
    der = _from_rfc9440(text) if settings.FRONT == "rfc9440" else _from_escaped_pem(text)
    return PresentedCertificate(der=der, not_passed_on=der is None), None if said in {"SUCCESS", "0"} else said


def _from_rfc9440(text: str) -> bytes | None:
    """`:base64(DER):` (RFC 9440, 2.1)."""
    found = _BYTES.fullmatch(text)
    return _decoded(found[1]) if found else None


def _from_escaped_pem(text: str) -> bytes | None:
    """One certificate in PEM, percent-encoded: nginx's `$ssl_client_escaped_cert`."""
    found = _PEM.fullmatch(unquote(text))
    return _decoded(found[1].replace("\n", "")) if found else None


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return None
