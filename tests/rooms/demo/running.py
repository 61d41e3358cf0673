"""The demo as its own process, and a visitor with a card: real TLS on both listeners, no browser."""

from __future__ import annotations

import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12

REGISTRET = str(Path(sys.executable).with_name("registret"))
SITE, CARD = "registret.localhost", "kort.registret.localhost"
# Generous: a busy machine is no failure.
PATIENCE = 90.0


@dataclass(frozen=True, kw_only=True)
class Demo:
    """A demo in a folder of its own on two ports. `more` are variables that somebody had set before."""

    folder: Path
    site_port: int
    card_port: int
    more: dict[str, str] = field(default_factory=dict)

    @property
    def cards(self) -> Path:
        return self.folder / "certificates" / "cards"

    @property
    def web_root(self) -> Path:
        return self.folder / "certificates" / "ca" / "web.pem"

    @property
    def environment(self) -> dict[str, str]:
        """Nothing of the settings of this test run."""
        plain = {k: v for k, v in os.environ.items() if not k.startswith("REGISTRET_") and k != "DATABASE_URL"}
        return plain | {
            "REGISTRET_DEMO_FOLDER": str(self.folder),
            # A test that wants a history says so.
            "REGISTRET_DEMO_YEARS": "0",
            "REGISTRET_SITE_PORT": str(self.site_port),
            "REGISTRET_CARD_PORT": str(self.card_port),
            **self.more,
        }

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """A command to its end."""
        return subprocess.run(
            [REGISTRET, *arguments],
            env=self.environment | variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )

    def start(self) -> Started:
        """`registret demo`, when it has told what to try."""
        process = subprocess.Popen(
            [REGISTRET, "demo"],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        told: list[str] = []
        assert process.stdout is not None
        for line in process.stdout:
            told.append(line)
            if "brevlada." in line:
                return Started(demo=self, process=process, told="".join(told))
        process.wait(PATIENCE)
        raise AssertionError("".join(told))


@dataclass(frozen=True, kw_only=True)
class Started:
    """A running demo, and what it said on the screen."""

    demo: Demo
    process: subprocess.Popen[str]
    told: str

    def stop(self) -> tuple[int, str]:
        """Ctrl-C; returns the exit code and what it said after its greeting."""
        self.process.send_signal(signal.SIGINT)
        said, _ = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, said


class Visitor:
    """Somebody with a browser and a card (or none). It follows no redirect of its own accord."""

    def __init__(self, demo: Demo, card: Path | None = None) -> None:
        self.demo = demo
        self._card = card
        self._site = httpx.Client(
            base_url=f"https://127.0.0.1:{demo.site_port}",
            headers={"Host": f"{SITE}:{demo.site_port}", "Origin": f"https://{SITE}:{demo.site_port}"},
            verify=ssl.create_default_context(cafile=demo.web_root),
            timeout=PATIENCE,
            # So that nothing is left open that somebody would have to close.
            limits=httpx.Limits(max_keepalive_connections=0),
        )

    def get(self, path: str) -> httpx.Response:
        # By number, for not every machine looks up names below localhost; the certificate is that of the name.
        return self._site.get(path, extensions={"sni_hostname": SITE})

    def post(self, path: str, **data: str) -> httpx.Response:
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.get("/").text)
        assert token is not None
        fields = data | {"csrfmiddlewaretoken": token[1]}
        return self._site.post(path, data=fields, extensions={"sni_hostname": SITE})

    def show_card(self, *, at: str = "/logga-in") -> httpx.Response:
        """From the button to the page on which the browser comes to rest."""
        begun = self.post(at)
        assert begun.status_code == 303, begun.text
        return self.follow(self.at_the_door(begun.headers["Location"]))

    def at_the_door(self, address: str) -> httpx.Response:
        """The card host, asked once, on a connection of its own."""
        parts = urlsplit(address)
        assert parts.hostname is not None
        assert parts.hostname.endswith(f".{CARD}")
        assert parts.port == self.demo.card_port
        context = ssl.create_default_context(cafile=self.demo.web_root)
        if self._card is not None:
            _load(context, self._card)
        with httpx.Client(verify=context, timeout=PATIENCE) as door:
            return door.get(
                f"https://127.0.0.1:{parts.port}{parts.path}",
                headers={"Host": parts.netloc},
                extensions={"sni_hostname": parts.hostname},
            )

    def follow(self, answer: httpx.Response) -> httpx.Response:
        """To the end of the redirects, all of which lead to the site."""
        while answer.is_redirect:
            parts = urlsplit(answer.headers["Location"])
            assert parts.netloc in {"", f"{SITE}:{self.demo.site_port}"}
            answer = self.get(parts.path)
        return answer


def path_of(answer: httpx.Response) -> str:
    return answer.url.path


def free_ports(number: int) -> Sequence[int]:
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [s.getsockname()[1] for s in held]
    for s in held:
        s.close()
    return ports


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def eventually(true: Callable[[], object]) -> None:
    """Until the call answers something true."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.05)


def _load(context: ssl.SSLContext, card: Path) -> None:
    key, certificate, _ = pkcs12.load_key_and_certificates(card.read_bytes(), b"demo")
    assert key is not None
    assert certificate is not None
    with tempfile.NamedTemporaryFile() as pem:
        pem.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        pem.write(certificate.public_bytes(Encoding.PEM))
        pem.flush()
        context.load_cert_chain(pem.name)
