"""The house behind Debian's own nginx or HAProxy, with the very files of deploy/: hosts, paths and ports differ."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from registret.demo.pki import DemoAuthority
from tests.journeys.running import PATIENCE, House, answers, free_ports

DEPLOY = Path(__file__).parents[2] / "deploy"
SBIN = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"])
HOW = {"nginx": "escaped_pem", "haproxy": "rfc9440"}


def missing(front: str) -> str:
    """Why tests with this front cannot run here; empty if they can."""
    if front == "embedded" or shutil.which(front, path=SBIN):
        return ""
    return f"needs Debian's package {front}: tools/setup.sh --fronts"


@dataclass(slots=True)
class FrontedHouse(House):
    """`front` is embedded (the listeners of `registret serve`), nginx or haproxy. All hosts are on one port behind a
    front, as in production."""

    front: str = "embedded"
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @classmethod
    def behind(cls, front: str, folder: Path, authority: DemoAuthority, database: str) -> Self:
        """An installation as in production, not started, with a database that has its tables and clinics."""
        made = cls.build(folder, authority, database)
        made.front = front
        made.environment |= {"REGISTRET_DEMO": "no", "REGISTRET_ACCEPT_TEST_CARDS": "yes"}
        if front != "embedded":
            made.card_port = made.site_port
            made.environment |= {
                "REGISTRET_CARD_PORT": str(made.card_port),
                "REGISTRET_FRONT": HOW[front],
                "REGISTRET_FRONT_SECRET": made.secret,
            }
        made.migrate()
        made.run("import-clinics", str(DEPLOY.parent / "registret" / "demo" / "clinics.csv"))
        return made

    @property
    def socket(self) -> Path:
        """Where gunicorn listens, and only the front may knock."""
        return self.folder / "app.sock"

    def start(self) -> None:
        if self.front == "embedded":
            # Named, because slots make a new class that super() without arguments does not know.
            House.start(self)
            return
        self.start_application()
        self.start_front()

    def start_application(self) -> None:
        """gunicorn, as deploy/ has it."""
        self.run("collectstatic", "--no-input", "--verbosity", "0")
        config = self.folder / "gunicorn.conf.py"
        text = (DEPLOY / "gunicorn.conf.py").read_text(encoding="utf-8")
        config.write_text(with_changes(text, {"/run/registret/app.sock": str(self.socket)}), encoding="utf-8")
        command = [sys.executable, "-m", "gunicorn", "--config", str(config), "registret.config.wsgi"]
        self._run(command, until=self.socket.exists)

    def start_front(self) -> None:
        """nginx or HAProxy, as deploy/ has it."""
        config = self.folder / {"nginx": "nginx.conf", "haproxy": "haproxy.cfg"}[self.front]
        config.write_text(getattr(self, f"_{self.front}")(), encoding="utf-8")
        program = str(shutil.which(self.front, path=SBIN))
        command = {
            "nginx": [program, "-p", str(self.folder), "-e", str(self.folder / "error.log"), "-c", str(config)],
            "haproxy": [program, "-db", "-f", str(config)],
        }[self.front]
        if self.front == "nginx":
            command += ["-g", "daemon off;"]
        # Not into gunicorn's: HAProxy takes its output out of append mode, and would write over what others wrote.
        self._run(command, until=lambda: answers(self.site_port), log_name="front.log")

    def stop(self) -> None:
        for process in reversed(self.processes):
            process.terminate()
            process.wait(PATIENCE)
        self.processes.clear()
        House.stop(self)

    def log(self) -> str:
        """All that the server, or gunicorn and the front, have said."""
        files = [self.folder / name for name in ("server.log", "front.log", "error.log", "refused.log")]
        return "".join(f.read_text(encoding="utf-8", errors="replace") for f in files if f.exists())

    def _run(self, command: list[str], *, until: object, log_name: str = "server.log") -> None:
        with (self.folder / log_name).open("ab") as log:
            environment = self.environment | {"REGISTRET_FRONT_SECRET": self.secret}
            process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.processes.append(process)
        deadline = time.monotonic() + PATIENCE
        assert callable(until)
        while not until():
            assert process.poll() is None, self.log()
            assert time.monotonic() < deadline, f"not serving after {PATIENCE} s: {self.log()}"
            time.sleep(0.05)

    def _nginx(self) -> str:
        etc = self._etc()
        line = f"proxy_set_header Registret-Front-Secret {self.secret};\n"
        (etc / "front-secret.conf").write_text(line, encoding="utf-8")
        changes = self._hosts(etc) | {
            # Only root can become somebody else, and these folders are root's.
            "user www-data;": "user root;" if os.geteuid() == 0 else "",
            "/run/nginx.pid": str(self.folder / "nginx.pid"),
            "/var/log/nginx": str(self.folder),
            "listen [::]:443 ssl": "#",
            "listen [::]:80": "#",
            "listen 443": f"listen 127.0.0.1:{self.site_port}",
            "listen 80": f"listen 127.0.0.1:{free_ports(1)[0]}",
            "http {": f"http {{ client_body_temp_path {self.folder}; proxy_temp_path {self.folder}; "
            f"fastcgi_temp_path {self.folder}; uwsgi_temp_path {self.folder}; scgi_temp_path {self.folder};",
        }
        return with_changes((DEPLOY / "nginx.conf").read_text(encoding="utf-8"), changes)

    def _haproxy(self) -> str:
        changes = self._hosts(self._etc()) | {
            " user haproxy accept-proxy": " accept-proxy",
            "    user haproxy\n    group haproxy\n": "",
            "log /dev/log local0": "log stderr format raw local0",
            "/run/haproxy": str(self.folder),
            "bind :443": f"bind 127.0.0.1:{self.site_port}",
            "bind :80": f"bind 127.0.0.1:{free_ports(1)[0]}",
            "bind [::]:443": "",
            "bind [::]:80": "",
        }
        return with_changes((DEPLOY / "haproxy.cfg").read_text(encoding="utf-8"), changes)

    def _hosts(self, etc: Path) -> dict[str, str]:
        return {
            "https://registret.example.se/": f"{self.site}/",
            "registret.example.se": "registret.localhost",
            r"registret\.example\.se": r"registret\.localhost",
            "/etc/registret": str(etc),
            "/run/registret/app.sock": str(self.socket),
        }

    def _etc(self) -> Path:
        """What an operator puts into /etc/registret."""
        etc = self.folder / "etc"
        etc.mkdir(exist_ok=True)
        for name, server in (("site", self.authority.site_server), ("card", self.authority.card_server)):
            chain, key = server.chain.read_text(), server.key.read_text()
            # nginx reads the key from a file of its own, HAProxy from the same.
            (etc / f"{name}.pem").write_text(chain + (key if self.front == "haproxy" else ""))
            (etc / f"{name}.key").write_text(key)
        trust = self.folder / "trust"
        (etc / "hsa-issuers.pem").write_text("".join((trust / f"hsa-{level}.pem").read_text() for level in (3, 2)))
        return etc


def with_changes(text: str, changes: dict[str, str]) -> str:
    """`text` with every key replaced. A key that is not there would leave something of production in force."""
    for old, new in changes.items():
        assert old in text, f"deploy/ has no longer: {old}"
        text = text.replace(old, new)
    return text
