"""`registret push`: a record system's side of the API. It reads no settings, no database and nothing of Django."""

from __future__ import annotations

import argparse
import json
import ssl
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import uuid4

import httpx2
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

ALL_IN, SOME_REFUSED, NOT_SENT, NO_ANSWER = range(4)
"""Exit status. NOT_SENT: the registry, or this command, has refused it."""

_PIECE: Final = 64 * 1024
_WAITS: Final = (1.0, 2.0, 4.0, 8.0)
"""Seconds between tries: as many as there are, and one more."""
_POLL: Final = 2.0
_LATER: Final = frozenset({429, 502, 503, 504})
_TYPES: Final = {
    ".csv": "text/csv",
    ".json": "application/json",
    ".ndjson": "application/fhir+ndjson",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xml": "application/odm+xml",
}

Json = dict[str, Any]


class PushRefused(Exception):
    """The registry has answered with a problem, or what was asked cannot be done. `str()` is for people."""


class NoAnswer(Exception):
    """The network, or the registry, did not answer in the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """What signs each request: the private key and the id of the system."""

    key: ECKey | RSAKey
    account: str
    audience: str

    @classmethod
    def of(cls, pem: Path, *, account: str, audience: str) -> Signer:
        """Raises: PushRefused."""
        text = pem.read_bytes()
        for kind in (ECKey, RSAKey):
            try:
                key = kind.import_key(text)
            except (JoseError, ValueError, TypeError):
                continue
            if key.is_private:
                return cls(key=key, account=account, audience=audience)
        raise PushRefused(f"{pem}: no private key, P-256 or RSA, in PEM without a password")

    def header(self) -> dict[str, str]:
        """Good for one request."""
        now = int(time.time())
        claims = {"iss": self.account, "sub": self.account, "aud": self.audience}
        claims |= {"iat": now, "exp": now + 240, "jti": uuid4().hex}  # type: ignore[dict-item]
        algorithm = "ES256" if isinstance(self.key, ECKey) else "PS256"
        header = {"alg": algorithm, "kid": self.key.thumbprint(), "typ": "JWT"}
        signed = jws.serialize_compact(header, json.dumps(claims).encode(), self.key, algorithms=[algorithm])
        return {"Authorization": f"Bearer {signed}"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """The API of one registry. What gets no answer is asked again; a file under the same key."""

    client: httpx2.Client
    origin: str
    signer: Signer

    def send(self, file: Path, *, mapping: str, only_tried: bool, key: str) -> Json:
        """Raises: PushRefused, NoAnswer."""
        headers = {
            "Idempotency-Key": key,
            "Content-Type": _TYPES.get(file.suffix.lower(), "application/octet-stream"),
            "Content-Length": str(file.stat().st_size),
        }
        asked = {"mapping": mapping, "dry-run": "true" if only_tried else "false"}
        return self._asked("POST", "/api/v1/imports", params=asked, headers=headers, content=lambda: _pieces(file))

    def state(self, file: int) -> Json:
        """Raises: PushRefused, NoAnswer."""
        return self._asked("GET", f"/api/v1/imports/{file}")

    def rows(self, file: int) -> Iterator[Json]:
        """What is wrong with rows. Raises: PushRefused, NoAnswer."""
        path: str | None = f"/api/v1/imports/{file}/rows"
        while path is not None:
            page = self._asked("GET", path)
            yield from page["rows"]
            path = page["next"]

    def _asked(
        self, method: str, path: str, *, content: Callable[[], Iterator[bytes]] | None = None, **how: Any
    ) -> Json:
        """The answer, after as many tries as it takes, each signed anew. Raises: PushRefused, NoAnswer."""
        headers, why = how.pop("headers", {}), ""
        for wait in (*_WAITS, None):
            body = content() if content else None
            signed = headers | self.signer.header()
            try:
                answer = self.client.request(method, f"{self.origin}{path}", headers=signed, content=body, **how)
            except httpx2.TransportError as trouble:
                _require_trust(trouble, self.origin)
                why = f"no answer from {self.origin}: {trouble}"
            else:
                if answer.status_code not in _LATER:
                    return _read(answer)
                why = f"{self.origin} answered {answer.status_code}"
            if wait is not None:
                _tell(f"{why}; again in {wait:.0f} s")
                time.sleep(wait)
        raise NoAnswer(why)


def main(arguments: Sequence[str]) -> int:
    """Return the exit status."""
    asked = _parser().parse_args(arguments)
    try:
        return _push(asked)
    except (PushRefused, OSError) as trouble:
        _tell(f"registret push: {trouble}")
        return NOT_SENT
    except NoAnswer as trouble:
        _tell(f"registret push: {trouble}. Send it again with --idempotency-key {asked.idempotency_key}")
        return NO_ANSWER


def _push(asked: argparse.Namespace) -> int:
    parts = urlsplit(asked.to)
    if parts.scheme != "https" or not parts.netloc:
        raise PushRefused("--to is an address that begins with https://")
    origin = f"https://{parts.netloc}"
    signer = Signer.of(asked.key, account=asked.account, audience=f"{origin}/api/v1")
    trust = _trust(asked.ca_file)
    with httpx2.Client(verify=trust, timeout=60, follow_redirects=False, trust_env=False) as client:
        registry = Registry(client=client, origin=origin, signer=signer)
        told = registry.send(asked.file, mapping=asked.mapping, only_tried=asked.dry_run, key=asked.idempotency_key)
        print(f"import {told['id']}: {told['rows']['total']} rows sent")
        return _outcome(registry, told["id"]) if asked.wait else ALL_IN


def _require_trust(trouble: BaseException | None, origin: str) -> None:
    """Raises: PushRefused (the certificate is not trusted: the next time it would not be either)."""
    while trouble is not None:
        if isinstance(trouble, ssl.SSLCertVerificationError):
            raise PushRefused(f"{origin} is not trusted: {trouble.verify_message}") from None
        trouble = trouble.__cause__ or trouble.__context__


def _trust(ca_file: str | None) -> ssl.SSLContext:
    """Raises: PushRefused."""
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as trouble:
        raise PushRefused(f"{ca_file}: no certificates can be read there: {trouble.strerror or trouble}") from None


def _outcome(registry: Registry, file: int) -> int:
    """Wait for the worker, and say what became of the rows."""
    while (told := registry.state(file))["state"] == "running":
        _tell(f"{told['rows']['done']} of {told['rows']['total']} rows done")
        time.sleep(_POLL)
    counts = {name: told["rows"][name] for name in ("new", "changed", "unchanged", "refused")}
    print(f"{told['state']}: " + ", ".join(f"{number} {name}" for name, number in counts.items()))
    if told["why"]:
        print(f"why: {told['why']}")
    rows = registry.rows(file) if told["kept_until"] else ()
    for row in sorted(rows, key=lambda one: one["line"]):
        place = f"line {row['line']}, {row['column']}" if row["column"] else f"line {row['line']}"
        print(f"{place}: {row['en']['text'].rstrip('.')}. {row['en']['todo']} ({row['code']})")
    return ALL_IN if told["state"] == "done" and not counts["refused"] else SOME_REFUSED


def _pieces(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        while piece := opened.read(_PIECE):
            yield piece


def _read(answer: httpx2.Response) -> Json:
    """Raises: PushRefused."""
    if answer.status_code == httpx2.codes.CONTENT_TOO_LARGE:
        raise PushRefused("the file is too large")
    try:
        told = answer.json()
    except ValueError:
        told = None
    if not isinstance(told, dict) or (answer.is_error and "en" not in told):
        raise PushRefused(f"the answer is no registry's: status {answer.status_code}")
    if answer.is_error:
        lines = [f"{told['en']['title']} {told['en']['detail']} ({told['code']}, {told['reference']})"]
        lines += [f"  {one['column']}: {one['en']['text']}" for one in told.get("columns", ())]
        raise PushRefused("\n".join(lines))
    return told


def _tell(line: str) -> None:
    print(line, file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="registret push",
        description="Sends a file of care episodes to a registry, as a record system does: see docs/interchange.md.",
        epilog="Exit status: 0 all rows are taken; 1 some are not; 2 nothing was sent; 3 no answer.",
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="CSV, XLSX, JSON, FHIR or ODM")
    parser.add_argument("--to", required=True, metavar="URL", help="the registry, https://…")
    parser.add_argument("--mapping", required=True, metavar="CODE", help="the sub-registry, as pneumoni")
    parser.add_argument("--key", required=True, type=Path, metavar="PEM", help="the private key of the system")
    parser.add_argument("--account", required=True, metavar="ID", help="the id of the system, SYSTEM-…")
    parser.add_argument("--dry-run", action="store_true", help="only try the file")
    parser.add_argument("--wait", action="store_true", help="say how far it has come, and what is wrong with rows")
    parser.add_argument("--ca-file", metavar="PEM", help="a CA of your own that the registry's certificate is of")
    parser.add_argument(
        "--idempotency-key",
        default=uuid4().hex,
        metavar="TEXT",
        help="that of an earlier try of the same file which got no answer",
    )
    return parser
