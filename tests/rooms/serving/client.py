"""Conversations with the listeners over real TLS, down to the byte where need be."""

from __future__ import annotations

import base64
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from http.client import HTTPResponse
from pathlib import Path
from typing import Any

import psutil

from tests.rooms.serving import ca
from tests.rooms.serving.server import Wanted

ROOT = Path(__file__).parents[3]
SITE = "registret.localhost"
LABEL = "0123456789abcdef0123456789abcdef"
DOOR = f"{LABEL}.kort.registret.localhost"
ANY_CARD = f"p-{DOOR}"
# Far beyond what any of this takes: it only keeps a broken test from hanging.
PATIENCE = 60.0


@dataclass(frozen=True, kw_only=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def environ(self) -> dict[str, Any]:
        """What the application was told."""
        assert self.status == 200, (self.status, self.body)
        environ: dict[str, Any] = self.json["environ"]
        return environ

    @property
    def json(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.body)
        return told

    @property
    def certificate(self) -> bytes | None:
        """What the application was given as the client's certificate."""
        given = self.environ["registret.certificate"]
        return None if given is None else base64.b64decode(given["base64"])


@dataclass(frozen=True, kw_only=True)
class Running:
    """A started program: `site` and `door` are its ports, `folder` its files."""

    folder: Path
    process: subprocess.Popen[str]
    site: int
    door: int

    @property
    def seen(self) -> psutil.Process:
        """The process from outside: its memory, its connections."""
        return psutil.Process(self.process.pid)

    def log(self) -> str:
        return (self.folder / "log").read_text()

    def release(self, name: str) -> None:
        """Let `/hold/NAME` answer."""
        (self.folder / f"{name}.go").touch()

    def wait_for(self, name: str) -> None:
        """Until `/hold/NAME` has begun."""
        eventually((self.folder / f"{name}.begun").exists)


def prepare(folder: Path, wanted: Wanted) -> None:
    ca.server().write(folder, "server")
    (folder / "wanted.json").write_text(json.dumps(asdict(wanted)))


def start(folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.rooms.serving.server", str(folder)]
    return subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


@contextmanager
def running(wanted: Wanted | None = None) -> Iterator[Running]:
    """The program, ready; killed at the end."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder, wanted or Wanted())
        process = start(folder)
        try:
            ports = folder / "ports"
            eventually(lambda: ports.exists() or process.poll() is not None)
            assert process.poll() is None, process.communicate()
            site, door = json.loads(ports.read_text())
            yield Running(folder=folder, process=process, site=site, door=door)
        finally:
            process.kill()
            process.communicate()


def stop(running: Running) -> int:
    os.kill(running.process.pid, signal.SIGTERM)
    return running.process.wait(PATIENCE)


def eventually(true: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.02)


def client(
    certificate: ca.Pair | None = None, *, along: Sequence[ca.Pair] = (), version: ssl.TLSVersion | None = None
) -> ssl.SSLContext:
    """A client that will take part in anything: old, weak and broken. It sends `along` behind its certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    if version is not None:
        context.minimum_version = context.maximum_version = version
    if certificate is not None:
        with tempfile.TemporaryDirectory() as folder:
            chain, key = certificate.write(Path(folder), "card")
            chain.write_text(chain.read_text() + "".join(ssl.DER_cert_to_PEM_cert(pair.der) for pair in along))
            context.load_cert_chain(chain, key)
    return context


def connect(
    port: int,
    sni: str | None,
    *,
    context: ssl.SSLContext | None = None,
    session: ssl.SSLSession | None = None,
    source: str = "127.0.0.1",
) -> ssl.SSLSocket:
    """A finished handshake, from the address `source`."""
    raw = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE, source_address=(source, 0))
    try:
        return (context or client()).wrap_socket(raw, server_hostname=sni, session=session)
    except BaseException:
        raw.close()
        raise


def get(
    host: str, *, target: str = "/", method: str = "GET", headers: tuple[str, ...] = (), version: str = "HTTP/1.1"
) -> bytes:
    """The bytes of a request."""
    return "\r\n".join([f"{method} {target} {version}", f"Host: {host}", *headers, "", ""]).encode()


def receive(connection: ssl.SSLSocket, *, method: str = "GET") -> Answer:
    response = HTTPResponse(connection, method=method)
    response.begin()
    return Answer(
        status=response.status, headers={k.lower(): v for k, v in response.getheaders()}, body=response.read()
    )


def ask(port: int, sni: str | None, request: bytes | None = None, *, context: ssl.SSLContext | None = None) -> Answer:
    """One request on a connection of its own."""
    with connect(port, sni, context=context) as connection:
        connection.sendall(get(sni or SITE) if request is None else request)
        return receive(connection)


def closed(connection: socket.socket) -> bool:
    """Waits until the other side is gone; whether it went without a further word."""
    return rest(connection) == b""


def rest(connection: socket.socket) -> bytes:
    """All that still comes before the other side is gone."""
    came = b""
    try:
        while more := connection.recv(65536):
            came += more
    except (ConnectionError, ssl.SSLError):
        pass
    return came


def client_hello(sni: str) -> bytes:
    """The first flight of a handshake, from a client that will never say more."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    half = client().wrap_bio(incoming, outgoing, server_hostname=sni)
    try:
        half.do_handshake()
    except ssl.SSLWantReadError:
        return outgoing.read()
    raise AssertionError("a handshake without a server")
