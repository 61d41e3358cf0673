"""TLS of the main site and of the card door. Nothing here judges a certificate: it is handed on as it came."""

# Twisted's names, and zope's missing annotations:
# ruff: noqa: N802, N803
# mypy: allow-untyped-calls

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from OpenSSL import SSL
from OpenSSL.crypto import X509
from twisted.internet.interfaces import IOpenSSLServerConnectionCreator
from twisted.protocols.tls import TLSMemoryBIOProtocol
from zope.interface.declarations import implementer

from registret.serving.listener import Door, Listener, ServingTrouble

# Labels of hosts where any certificate may be shown (Kontrollera ditt kort).
_ANY_CARD = b"p-"


@implementer(IOpenSSLServerConnectionCreator)
class Connections:
    """Makes the server's end of each connection out of one context."""

    def __init__(self, context: SSL.Context) -> None:
        self._context = context

    def serverConnectionForTLS(self, tlsProtocol: TLSMemoryBIOProtocol) -> SSL.Connection:
        return SSL.Connection(self._context, None)


def site_connections(listener: Listener) -> Connections:
    """An ordinary server: it asks for no certificate.

    Raises:
        ServingTrouble: the certificate or the key cannot be used.
    """
    context = _context(listener.certificate, listener.key)
    # With a callback, however idle, OpenSSL keeps the name in the session, and a resumed connection has one too.
    context.set_tlsext_servername_callback(lambda connection: None)
    return Connections(context)


def door_connections(door: Door) -> Connections:
    """A server that asks for a certificate in the first handshake and takes whatever comes, also nothing.

    What OpenSSL cannot parse at all (truncated DER, invalid UTF-8 in a name, more than 100 KiB) ends the handshake,
    and is logged: it has no setting that would let such bytes through.

    Raises:
        ServingTrouble: the certificate or the key cannot be used.
    """
    named, nameless = _asking(door), _asking(door)
    for issuer in door.issuers:
        named.add_client_ca(_certificate_of(issuer))

    def choose(connection: SSL.Connection) -> None:
        if (connection.get_servername() or b"").lower().startswith(_ANY_CARD):
            connection.set_context(nameless)

    named.set_tlsext_servername_callback(choose)
    return Connections(named)


def _asking(door: Door) -> SSL.Context:
    context = _context(door.certificate, door.key)
    if not door.tls13:
        context.set_max_proto_version(SSL.TLS1_2_VERSION)
    # A resumed session shows the certificate of a card that has been pulled out since.
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    context.set_options(SSL.OP_NO_TICKET)
    # Without FAIL_IF_NO_PEER_CERT, and with a callback that minds nothing, an absent, expired, broken, weakly
    # signed or foreign certificate reaches the application, which explains it; a failed handshake explains nothing.
    context.set_verify(SSL.VERIFY_PEER, _mind_nothing)
    # The client's own intermediates are no business of this server: no chain is built out of them.
    context.set_verify_depth(0)
    return context


def _certificate_of(name: bytes) -> x509.Certificate:
    # pyOpenSSL takes the name of a CA only out of a certificate, so this one is made around the name and forgotten.
    subject, key = x509.Name.from_bytes(name), ec.generate_private_key(ec.SECP256R1())
    day = datetime(2000, 1, 1, tzinfo=UTC)
    return x509.CertificateBuilder(subject, subject, key.public_key(), 1, day, day).sign(key, hashes.SHA256())


def _mind_nothing(connection: SSL.Connection, certificate: X509, error: int, depth: int, ok: int) -> bool:
    return True


def _context(certificate: Path, key: Path) -> SSL.Context:
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.set_min_proto_version(SSL.TLS1_2_VERSION)
    context.set_cipher_list(b"ECDHE+AESGCM:ECDHE+CHACHA20")
    context.set_options(SSL.OP_NO_RENEGOTIATION)
    # Between two messages a connection keeps no room for the next.
    context.set_mode(SSL.MODE_RELEASE_BUFFERS)
    context.set_alpn_select_callback(_only_http11)
    _readable(certificate)
    _readable(key)
    # Without this OpenSSL would ask for a passphrase on the terminal and wait.
    context.set_passwd_cb(lambda *_: b"")
    try:
        context.use_certificate_chain_file(str(certificate))
    except SSL.Error as e:
        raise ServingTrouble(f"{certificate} holds no certificate in PEM format that can be used") from e
    try:
        context.use_privatekey_file(str(key))
        context.check_privatekey()
    except SSL.Error as e:
        raise ServingTrouble(f"{key} is not the unencrypted private key (PEM) of {certificate}") from e
    return context


def _only_http11(connection: SSL.Connection, offered: list[bytes]) -> Any:
    return b"http/1.1" if b"http/1.1" in offered else SSL.NO_OVERLAPPING_PROTOCOLS


def _readable(file: Path) -> None:
    try:
        file.open("rb").close()
    except OSError as e:
        raise ServingTrouble(f"{file} cannot be read: {e.strerror}") from e
