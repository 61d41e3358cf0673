"""NIST PKITS 1.0.1: the certificates and lists in the package `cryptography_vectors`.

Whether a case is valid stands in the name of its certificate. The suite's 21 other tests ask how an application's own
set of policies is processed; the house has none.

The suite trusts one root and builds chains of up to seven certificates from it. The house builds none: it pins the CA
that issued the certificate, so the table says which one that is. Where the suite's defect lies above that CA, the CA
would not be pinned (reason "above"), and the case is decided with the suite's own root alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import cryptography_vectors
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.conformance.bench import Case, path_decision

DATA = Path(cryptography_vectors.__file__).parent / "x509" / "PKITS_data"
NOW = datetime(2020, 1, 1, tzinfo=UTC)  # the suite holds from 2010 to 2030
ROOT = "TrustAnchorRootCertificate"
UNREADABLE = "DSAParametersInheritedCACert"  # its key borrows the parameters of another


def names() -> list[str]:
    return sorted(file.stem for file in (DATA / "certs").glob("*EE.crt") if file.stem.startswith(("Valid", "Invalid")))


def cases(pinned: Mapping[str, str]) -> Iterator[Case]:
    """`pinned`: by case the CA that an operator has pinned for it."""
    for name in names():
        yield Case(name=name, valid=name.startswith("Valid"), decide=_Decision(name, pinned[name]))


def der(name: str) -> bytes:
    """Of a certificate of the suite."""
    return (DATA / "certs" / f"{name}.crt").read_bytes()


@cache
def lists() -> dict[str, bytes]:
    """The names of all lists of the suite, with the issuer (DER) that each claims."""
    files = sorted((DATA / "crls").glob("*.crl"))
    return {file.stem: x509.load_der_x509_crl(file.read_bytes()).issuer.public_bytes() for file in files}


def list_der(name: str) -> bytes:
    return (DATA / "crls" / f"{name}.crl").read_bytes()


def lists_of(ca: str) -> list[Path]:
    """Those that say so and those that are named like it: an operator could take any of them for this CA's."""
    try:
        subject = x509.load_der_x509_certificate(der(ca)).subject.public_bytes()
    except ValueError:
        subject = None
    prefix = ca.removesuffix("Cert")
    found = (name for name, issuer in lists().items() if issuer == subject or name.startswith(prefix))
    return [DATA / "crls" / f"{name}.crl" for name in found]


def issued_by(name: str, ca: str) -> bool:
    """The certificate names this CA as its issuer, or this CA's key has signed it."""
    try:
        certificate = x509.load_der_x509_certificate(der(name))
    except ValueError:
        return ca == UNREADABLE
    return ca in cas() and (cas()[ca].subject == certificate.issuer or _signed(certificate, cas()[ca]))


@cache
def cas() -> dict[str, x509.Certificate]:
    """All but the one whose key nobody can read."""
    found = (file for file in sorted((DATA / "certs").glob("*.crt")) if not file.stem.endswith("EE"))
    return {file.stem: x509.load_der_x509_certificate(file.read_bytes()) for file in found if file.stem != UNREADABLE}


def _signed(certificate: x509.Certificate, ca: x509.Certificate) -> bool:
    """Whatever the names are."""
    key, algorithm = ca.public_key(), certificate.signature_hash_algorithm
    if not isinstance(key, rsa.RSAPublicKey) or algorithm is None:
        return False
    try:
        key.verify(certificate.signature, certificate.tbs_certificate_bytes, padding.PKCS1v15(), algorithm)
    except InvalidSignature:
        return False
    return True


class _Decision:
    def __init__(self, name: str, ca: str) -> None:
        self._name = name
        self._ca = ca

    def __call__(self) -> str:
        try:
            issuer = x509.load_der_x509_certificate(der(self._ca))
        except ValueError:
            return "not pinned: cannot be read"
        return path_decision(der(self._name), issuers=[issuer], lists=lists_of(self._ca), at=NOW, for_clients=False)
