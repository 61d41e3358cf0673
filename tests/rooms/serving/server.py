"""The program under test: `python -m tests.rooms.serving.server FOLDER` with what `Wanted` says.

Its application tells what it was told: the environ as JSON, and the body's length and digest. `/hold/NAME` notes in
FOLDER that it has begun and answers when FOLDER/NAME.go appears; `/raise` raises; `/large` answers 5 MB,
`/endless` never ends.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import logging
import resource
import sys
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from registret.chores.worker import Worker
from registret.serving import DOOR_LIMITS, SITE_LIMITS, Door, Limits, Listener, ServingTrouble, serve
from tests.rooms.serving import ca

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """How the program is to be started. Ports 0: any. `open_files`: how many it may have until it takes more; 0: as
    here."""

    site_port: int = 0
    door_port: int = 0
    certificate: str = "server.pem"
    key: str = "server.key"
    issuers: list[str] = field(default_factory=lambda: [pair.subject.hex() for pair in ca.issuers()])
    tls13: bool = True
    failing_worker: bool = False
    open_files: int = 0
    routers: list[str] = field(default_factory=list)
    site_limits: dict[str, Any] = field(default_factory=lambda: asdict(SITE_LIMITS))
    door_limits: dict[str, Any] = field(default_factory=lambda: asdict(DOOR_LIMITS))


def main(folder: Path) -> None:
    wanted = Wanted(**json.loads((folder / "wanted.json").read_text()))
    if wanted.open_files:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted.open_files, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    logging.basicConfig(level=logging.DEBUG, filename=folder / "log")
    certificate, key = folder / wanted.certificate, folder / wanted.key

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return answer(environ, start_response, folder)

    def ready(site: int, door: int) -> None:
        (folder / "ports.new").write_text(json.dumps([site, door]))
        (folder / "ports.new").rename(folder / "ports")

    try:
        serve(
            application=application,
            card_application=application,
            site=Listener(
                host="127.0.0.1",
                port=wanted.site_port,
                certificate=certificate,
                key=key,
                routers=frozenset(wanted.routers),
                limits=Limits(**wanted.site_limits),
            ),
            door=Door(
                host="127.0.0.1",
                port=wanted.door_port,
                certificate=certificate,
                key=key,
                issuers=tuple(bytes.fromhex(name) for name in wanted.issuers),
                tls13=wanted.tls13,
                routers=frozenset(wanted.routers),
                limits=Limits(**wanted.door_limits),
            ),
            site_origin="https://registret.localhost",
            workers=[Worker("failing", fail, every=0.01)] if wanted.failing_worker else [],
            on_ready=ready,
        )
    except ServingTrouble as trouble:
        sys.exit(str(trouble))


def answer(environ: WSGIEnvironment, start_response: StartResponse, folder: Path) -> Iterable[bytes]:
    match environ["PATH_INFO"].split("/"):
        case [_, "hold", name]:
            (folder / f"{name}.begun").touch()
            while not (folder / f"{name}.go").exists():
                time.sleep(0.02)
        case [_, "raise"]:
            raise RuntimeError("the application is broken")
        case [_, "endless"]:
            start_response("200 OK", [])
            return endless(folder)
        case [_, "large"]:
            start_response("200 OK", [("Content-Length", "5000000")])
            return [b"x" * 5_000_000]
    body = environ["wsgi.input"].read()
    told = {name: shown(value) for name, value in environ.items() if not name.startswith("wsgi.i")}
    text = json.dumps({"environ": told, "length": len(body), "sha256": hashlib.sha256(body).hexdigest()}).encode()
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(text)))]
    start_response("200 OK", headers)
    return [b"" if environ["REQUEST_METHOD"] == "HEAD" else text]


def endless(folder: Path) -> Iterable[bytes]:
    """Pieces of 16 KiB without end; FOLDER/made is how many, FOLDER/closed is there when nobody wants more."""
    try:
        for number in itertools.count(1):
            yield b"x" * 16384
            (folder / "made").write_text(str(number))
    finally:
        (folder / "closed").touch()


def shown(value: object) -> object:
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    return value if isinstance(value, str | int | bool | None) else repr(value)


def fail() -> None:
    raise RuntimeError("this worker never succeeds")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
