"""A mail server over real SMTP with a certificate of a CA born with the test run, and a clock that is told the time."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pytest_django import DjangoDbBlocker, Settings

from registret.demo.mailbox import MailCatcher
from registret.mail.models import Letter
from registret.mail.services import GivenUp

MORNING = datetime(2026, 11, 24, 7, 48, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    ca: Path
    certificate: Path
    key: Path


@dataclass(slots=True)
class Clock:
    now: datetime = MORNING

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **how_long: float) -> None:
        self.now += timedelta(**how_long)


@dataclass(slots=True)
class Log:
    """Takes what `deliver_due` gives up."""

    given_up: list[GivenUp] = field(default_factory=list)

    def __call__(self, letter: GivenUp) -> None:
        self.given_up.append(letter)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def transactional_db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Real transactions, which other threads and processes see; the outbox is emptied after each test.

    Instead of pytest-django's fixture of this name, which empties every table: the log cannot be emptied.
    """
    with django_db_blocker.unblock():
        yield
        Letter.objects.all().delete()


@pytest.fixture(scope="session")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    return new_tls(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def catcher(tls: Tls, tmp_path: Path, settings: Settings) -> Iterator[MailCatcher]:
    """A running mail server, which the settings name."""
    with MailCatcher(tmp_path / "mailbox", 0, tls.certificate, tls.key) as running:
        use(settings, port=running.port, ca=tls.ca)
        yield running


def use(settings: Settings, *, port: int, ca: Path, host: str = "127.0.0.1", transport: str = "starttls") -> None:
    settings.SMTP_HOST = host
    settings.SMTP_PORT = port
    settings.SMTP_TLS = transport
    settings.SMTP_USER = ""
    settings.SMTP_PASSWORD = ""
    settings.SMTP_CA_FILE = str(ca)
    settings.MAIL_FROM = "no-reply@registret.localhost"


def new_tls(folder: Path, *, host: str = "localhost") -> Tls:
    """A CA, and a certificate of it for `host` and 127.0.0.1."""
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Mail test CA")])
    now = datetime.now(UTC)

    def builder(subject: x509.Name, public_key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(ca_name)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
        )

    signing = x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        crl_sign=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    ca = (
        builder(ca_name, ca_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(ca_key.public_key()), critical=False)
        .add_extension(signing, critical=True)
        .sign(ca_key, hashes.SHA256())
    )
    names = [x509.DNSName(host), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    if host != "localhost":
        names = [x509.DNSName(host)]
    leaf = (
        builder(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)]), key.public_key())
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    made = Tls(ca=folder / "ca.pem", certificate=folder / "server.pem", key=folder / "server.key")
    made.ca.write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    made.certificate.write_bytes(leaf.public_bytes(serialization.Encoding.PEM))
    made.key.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return made
