"""What is around the program: mail server, identity provider, and both hosts as a browser finds them."""

from __future__ import annotations

import http.client
import json
import secrets
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from time import monotonic
from typing import Final

from django.conf import settings
from django.utils import timezone
from OpenSSL import SSL

from registret.config import ready
from registret.config.doctor.examining import Examination, NotUsed
from registret.config.not_ready import NotReady
from registret.kernel.refused import Refused
from registret.mail.letters.shapes import Rendered
from registret.mail.smtp import Connection, MailServer, NotSent, greet, message
from registret.revocation.trust import trust
from registret.web.door.provider import provider

_PATIENCE: Final = 5.0
"""Seconds for an answer."""

_CERTIFICATE: Final = timedelta(days=14)
_SLOW: Final = 70.0
"""Seconds; the slowest limit is that of the embedded listener."""
_TOO_LARGE: Final = 100 * 1024 * 1024
"""Bytes that no page takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """`ca_file`: a CA that is believed beside those of the system. `letter_to`: where a letter is sent. Either may be
    empty. `is_patient`: there is time for a request that never ends."""

    ca_file: str = ""
    letter_to: str = ""
    is_patient: bool = False

    def context(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if self.ca_file:
            context.load_verify_locations(self.ca_file)
        return context


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """Of the site, or a card host."""

    name: str
    port: int

    def connect(self) -> socket.socket:
        """Raises: OSError."""
        return socket.create_connection((self._known_as, self.port), timeout=_PATIENCE)

    def addresses(self) -> list[str]:
        """Raises: OSError."""
        found = socket.getaddrinfo(self._known_as, self.port, type=socket.SOCK_STREAM)
        return sorted({str(one[4][0]) for one in found})

    @property
    def _known_as(self) -> str:
        """Browsers ask no DNS for the names of this machine (RFC 6761, 6.3), and not every system knows them."""
        return "127.0.0.1" if self.name.endswith(".localhost") else self.name

    @property
    def address(self) -> str:
        return self.name if self.port == 443 else f"{self.name}:{self.port}"


def mail_server(visit: Visit) -> str:
    ready.check_mail()
    server = MailServer.from_settings()
    where = f"{server.host} port {server.port}"
    try:
        if not visit.letter_to:
            greet(server)
            return f"{where} takes our connection ({server.transport}); `--letter-to ADDRESS` sends a letter"
        _send(server, visit.letter_to)
    except NotSent as trouble:
        raise NotReady(f"{where}: {trouble.error} (docs/incidents.md)") from None
    return f"{where} has taken a letter to {visit.letter_to}: did it come?"


def identity_provider(visit: Visit) -> str:
    ready.check_provider()
    client = provider()
    if client is None:
        raise NotUsed("REGISTRET_OIDC_ISSUER is not set: people log in at the card door only")
    try:
        client.reach()
    except Refused as trouble:
        raise NotReady(f"{settings.OIDC_ISSUER} cannot be used: {trouble.code} {trouble.facts or ''}") from None
    return f"{settings.OIDC_ISSUER} answers"


def names(visit: Visit) -> str:
    hosts = (_site(), _card())
    found = []
    for host in hosts:
        try:
            found.append(f"{host.name} is {', '.join(host.addresses())}")
        except OSError as trouble:
            raise NotReady(
                f"{host.name} is not found ({trouble.strerror}): the site and every name below the card host need an "
                "address in the DNS"
            ) from None
    return "; ".join(found)


def site(visit: Visit) -> str:
    host = _site()
    left = _certificate_left(host, visit)
    status, headers, body = _ask(host, visit, "GET", "/halsa")
    if status != 200:
        raise NotReady(
            f"{host.address}/halsa answers {status} {_lacks(body)}: is the front's secret that of registret?"
        )
    if "strict-transport-security" not in headers:
        raise NotReady(f"{host.address} sends no Strict-Transport-Security: does something between take headers away?")
    return f"{host.address} is ready; its certificate ends in {left.days} days"


def card_door(visit: Visit) -> str:
    host = _card()
    left = _certificate_left(host, visit)
    asked = _asked_for(host)
    if asked != set(trust().names()):
        raise NotReady(
            f"{host.address} asks browsers for cards of {len(asked)} CAs, which are not the {len(trust().names())} of "
            "HSA-id in the trust folder: the file that the front names (docs/operations.md, step 5)"
        )
    return f"{host.address} asks for cards of {len(asked)} CAs; its certificate ends in {left.days} days"


def front(visit: Visit) -> str:
    """What no front may let through: a certificate in a header, and a body that no page takes."""
    host = _site()
    if settings.FRONT != "none":
        status, _, _ = _ask(host, visit, "GET", "/", {"Client-Cert": "x"})
        if status != 400:
            raise NotReady(f"{host.address} answers {status} to a forged Client-Cert: use the file of deploy/ as it is")
    status, _, _ = _ask(host, visit, "POST", "/halsa", {"Content-Length": str(_TOO_LARGE)})
    if status != 413:
        raise NotReady(f"{host.address} answers {status} to a body of 100 MB: set its limit as in deploy/")
    return "forged certificates and bodies that are too large are refused"


def slow_requests(visit: Visit) -> str:
    """Connections that never say what they want are hung up, or a few machines could take all of them."""
    if not visit.is_patient:
        raise NotUsed("`--patient` also begins a request and looks whether it is hung up: up to a minute")
    host = _site()
    begun = monotonic()
    try:
        with host.connect() as plain, visit.context().wrap_socket(plain, server_hostname=host.name) as secured:
            secured.settimeout(_SLOW)
            secured.sendall(f"GET /halsa HTTP/1.1\r\nHost: {host.address}\r\n".encode())
            while secured.recv(4096):
                pass
    except TimeoutError:
        raise NotReady(
            f"{host.address} waits longer than {_SLOW:.0f} s for the end of a request: set its limit as in deploy/"
        ) from None
    except OSError:
        pass
    return f"a request that does not end is hung up after {monotonic() - begun:.0f} s"


def checks(visit: Visit) -> tuple[Examination, ...]:
    """All of them, for this visit."""
    each: Mapping[str, Callable[[Visit], str]] = {
        "mail server": mail_server,
        "identity provider": identity_provider,
        "names": names,
        "site": site,
        "card door": card_door,
        "front": front,
        "slow requests": slow_requests,
    }
    after = {"site": ("names",), "card door": ("names", "trust"), "front": ("site",), "slow requests": ("site",)}
    return tuple(
        Examination(name=name, examine=partial(examine, visit), after=after.get(name, ()))
        for name, examine in each.items()
    )


def _site() -> Host:
    return Host(name=settings.SITE_HOST, port=settings.SITE_PORT)


def _card() -> Host:
    """A name that nobody has asked for before, where each login has one of its own."""
    label = "" if settings.CARD_HOST_FIXED else f"doctor-{secrets.token_hex(8)}."
    return Host(name=label + settings.CARD_HOST, port=settings.CARD_PORT)


def _certificate_left(host: Host, visit: Visit) -> timedelta:
    try:
        with (
            host.connect() as plain,
            visit.context().wrap_socket(plain, server_hostname=host.name) as secured,
        ):
            told = secured.getpeercert() or {}
    except ssl.SSLCertVerificationError as trouble:
        raise NotReady(f"{host.address} shows a certificate that no browser takes: {trouble.verify_message}") from None
    except OSError as trouble:
        raise NotReady(f"{host.address} cannot be reached: {trouble.strerror or type(trouble).__name__}") from None
    end = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(told["notAfter"])), UTC)
    left = end - timezone.now()
    if left < _CERTIFICATE:
        raise NotReady(f"the certificate of {host.address} ends {end:%Y-%m-%d}: renew it")
    return left


def _ask(
    host: Host, visit: Visit, method: str, target: str, headers: Mapping[str, str] | None = None
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers in small letters and body. A body that is announced is not sent."""
    connection = http.client.HTTPSConnection(host.name, host.port)
    try:
        connection.sock = visit.context().wrap_socket(host.connect(), server_hostname=host.name)
        connection.putrequest(method, target)
        for name, value in (headers or {}).items():
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    except (OSError, http.client.HTTPException) as trouble:
        raise NotReady(f"{host.address}{target} does not answer: {type(trouble).__name__}") from None
    finally:
        connection.close()


def _lacks(body: bytes) -> str:
    try:
        return ", ".join(json.loads(body)["lacks"])
    except (ValueError, KeyError, TypeError):
        return ""


def _asked_for(host: Host) -> set[bytes]:
    """DER names of the CAs whose cards are asked for in the handshake."""
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    try:
        with host.connect() as plain:
            plain.settimeout(None)
            connection = SSL.Connection(context, plain)
            connection.set_tlsext_host_name(host.name.encode())
            connection.set_connect_state()
            connection.do_handshake()
            return {name.der() for name in connection.get_client_ca_list()}
    except (OSError, SSL.Error) as trouble:
        raise NotReady(f"the handshake with {host.address} fails: {type(trouble).__name__}") from None


def _send(server: MailServer, to: str) -> None:
    text = "registret doctor asks whether letters arrive. This one did."
    letter = Rendered(subject=f"{settings.REGISTRY_NAME}: registret doctor", text=text, html=f"<p>{text}</p>")
    connection = Connection(server)
    try:
        message_id = f"<doctor-{secrets.token_hex(8)}@{settings.SITE_HOST}>"
        at = timezone.localtime()
        built = message(letter=letter, to=to, message_id=message_id, language="en", sender=server.sender, at=at)
        connection.send(built, to=to)
    finally:
        connection.close()
