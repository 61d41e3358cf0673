"""x509-limbo: cases in JSON, each with what it trusts, the certificate, the moment and the expected result.

`data/limbo.json` is what `kept` leaves of the suite's own file (see `data/README.md`); both can be read here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from tests.conformance.bench import Case, path_decision

DATA = Path(__file__).parent / "data" / "limbo.json"
NOW = datetime(2025, 1, 1, tzinfo=UTC)  # for cases without a moment; their certificates hold from 1970 to 2969
_KEPT = ("id", "features", "trusted_certs", "peer_certificate", "validation_time", "expected_result", "crls")


def read(file: Path = DATA) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["testcases"]
    return found


def kept(cases: list[dict[str, Any]]) -> str:
    """What the cases need here, one a line: no private keys, and no intermediate certificates, which nobody reads."""
    lines = (json.dumps({key: case[key] for key in _KEPT if case.get(key)}) for case in cases)
    return '{"testcases": [\n' + ",\n".join(lines) + "\n]}\n"


def cases(folder: Path, *, file: Path = DATA) -> Iterator[Case]:
    """`folder`: for the revocation lists of the cases, which the house reads from files."""
    for number, found in enumerate(read(file)):
        yield Case(
            name=found["id"], valid=found["expected_result"] == "SUCCESS", decide=_Decision(found, folder / f"{number}")
        )


def issuers(case: dict[str, Any]) -> list[x509.Certificate]:
    return [x509.load_pem_x509_certificate(pem.encode()) for pem in case["trusted_certs"]]


def leaf(case: dict[str, Any]) -> x509.Certificate:
    return x509.load_pem_x509_certificate(case["peer_certificate"].encode())


def moment(case: dict[str, Any]) -> datetime:
    given = case.get("validation_time")
    return datetime.fromisoformat(given) if given else NOW


def names_an_anchor(case: dict[str, Any]) -> bool:
    """The leaf says that a trusted certificate issued it."""
    issuer = leaf(case).issuer.public_bytes()
    return any(trusted.subject.public_bytes() == issuer for trusted in issuers(case))


class _Decision:
    def __init__(self, case: dict[str, Any], folder: Path) -> None:
        self._case = case
        self._folder = folder

    def __call__(self) -> str:
        case = self._case
        return path_decision(
            leaf(case).public_bytes(Encoding.DER),
            issuers=issuers(case),
            lists=self._lists() if case.get("crls") else None,
            at=moment(case),
            for_clients=True,
        )

    def _lists(self) -> list[Path]:
        self._folder.mkdir(exist_ok=True)
        files = [self._folder / f"{number}.crl" for number in range(len(self._case["crls"]))]
        for file, pem in zip(files, self._case["crls"], strict=True):
            file.write_text(pem, encoding="ascii")
        return files
