"""Two machines that run `registret serve`, on one database: a router before them, PgBouncer behind."""

from __future__ import annotations

import csv
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from registret.demo.pki import DemoAuthority
from tests.fronts.running import DEPLOY, SBIN, with_changes
from tests.journeys.running import PATIENCE, REGISTRET, House, answers, free_ports

NODES = ("one", "two")
_BACKENDS = ("sites", "doors")
# Far fewer connections to PostgreSQL than threads of the nodes: each serves many of them, one after the other.
CONNECTIONS = 3
BOUNCER = """
[databases]
* = host=127.0.0.1 port={port} user={user} password={password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listens}
unix_socket_dir =
auth_type = any
pool_mode = transaction
max_prepared_statements = 200
default_pool_size = {connections}
max_client_conn = 1000
log_connections = 0
log_disconnections = 0
"""


def missing() -> str:
    """What these tests need and is not here; empty if they can run."""
    return " ".join(program for program in ("haproxy", "pgbouncer") if shutil.which(program, path=SBIN) is None)


@dataclass(slots=True)
class Nodes(House):
    """The port of `site` and card hosts is the router's. `running`: processes by name."""

    direct_url: str = ""
    connections: int = CONNECTIONS
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    ports: dict[str, tuple[int, int]] = field(default_factory=dict)

    @classmethod
    def behind_router(cls, folder: Path, authority: DemoAuthority, database: str) -> Self:
        """Not started. The owner of the tables goes past PgBouncer."""
        made = cls.build(folder, authority, database)
        made.migrate()
        made.direct_url = made.environment["DATABASE_URL"]
        bouncer, *ports = free_ports(5)
        made.ports = {"one": (ports[0], ports[1]), "two": (ports[2], ports[3])}
        made.card_port = made.site_port
        parts = urlsplit(made.direct_url)
        made.environment |= {
            "REGISTRET_CARD_PORT": str(made.card_port),
            "REGISTRET_ROUTERS": "127.0.0.1",
            "DATABASE_URL": parts._replace(netloc=f"{parts.username}@127.0.0.1:{bouncer}").geturl(),
        }
        return made

    def start(self) -> None:
        self._start_bouncer()
        for node in NODES:
            self.start_node(node)
        self._start_router()

    def program(self, node: str) -> str:
        return REGISTRET

    def start_node(self, node: str) -> None:
        site, door = self.ports[node]
        own = {
            "REGISTRET_LISTEN_SITE_PORT": str(site),
            "REGISTRET_LISTEN_CARD_PORT": str(door),
            "REGISTRET_STATIC_ROOT": str(self.folder / f"static-{node}"),
        }
        self._run(node, [self.program(node), "serve"], own, until=lambda: answers(site) and answers(door))

    def kill(self, node: str) -> None:
        """As if the power had gone."""
        process = self.running.pop(node)
        process.send_signal(signal.SIGKILL)
        process.wait(PATIENCE)

    def only(self, *nodes: str) -> None:
        """From now on new connections are passed on to these."""
        for backend in _BACKENDS:
            for node in NODES:
                self._tell_router(f"set server {backend}/{node} state {'ready' if node in nodes else 'maint'}")

    def take_out(self, node: str) -> None:
        """New connections go elsewhere; return when those that there are have come to their end."""
        for backend in _BACKENDS:
            self._tell_router(f"set server {backend}/{node} state drain")
        self._await(lambda: not any(int(self._stat(backend, node)["scur"]) for backend in _BACKENDS))

    def put_back(self, node: str) -> None:
        """Return when the router has found that it answers."""
        for backend in _BACKENDS:
            self._tell_router(f"set server {backend}/{node} state ready")
        self._await(lambda: all(self._stat(backend, node)["status"] == "UP" for backend in _BACKENDS))

    def stop(self) -> None:
        for name in reversed(list(self.running)):
            process = self.running.pop(name)
            process.terminate()
            process.wait(PATIENCE)
        House.stop(self)

    def log(self) -> str:
        return "".join(file.read_text(errors="replace") for file in sorted(self.folder.glob("*.log")))

    def _start_bouncer(self) -> None:
        server, port = urlsplit(self.direct_url), urlsplit(self.environment["DATABASE_URL"]).port
        assert port is not None
        config = self.folder / "pgbouncer.ini"
        config.write_text(
            BOUNCER.format(
                port=server.port,
                user=server.username,
                password=server.password,
                listens=port,
                connections=self.connections,
            )
        )
        # It does not run as root; what it reads it has read by then.
        other = ["-u", "nobody"] if os.geteuid() == 0 else []
        command = [str(shutil.which("pgbouncer", path=SBIN)), *other, str(config)]
        self._run("pgbouncer", command, {}, until=lambda: answers(port))

    def _start_router(self) -> None:
        changes = {
            "    user haproxy\n    group haproxy\n": "",
            "stats socket /run/haproxy/admin.sock": f"stats socket {self._router}",
            "log /dev/log local0": "log stderr format raw local0",
            r"registret\.example\.se": r"registret\.localhost",
            "bind [::]:443": "",
            "bind [::]:80": "",
            "bind :443": f"bind 127.0.0.1:{self.site_port}",
            "bind :80": f"bind 127.0.0.1:{free_ports(1)[0]}",
        }
        for address, node in (("192.0.2.11", "one"), ("192.0.2.12", "two")):
            changes |= {f"{address}:{8443 + n}": f"127.0.0.1:{port}" for n, port in enumerate(self.ports[node])}
        config = self.folder / "router.cfg"
        config.write_text(with_changes((DEPLOY / "router.cfg").read_text(encoding="utf-8"), changes))
        command = [str(shutil.which("haproxy", path=SBIN)), "-db", "-f", str(config)]
        self._run("router", command, {}, until=lambda: answers(self.site_port))

    @property
    def _router(self) -> Path:
        return self.folder / "router.sock"

    def _tell_router(self, command: str) -> None:
        assert self._ask_router(command) == ""

    def _ask_router(self, command: str) -> str:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(self._router))
            connection.sendall(f"{command}\n".encode())
            with connection.makefile("rb") as answer:
                return answer.read().decode().strip()

    def _stat(self, backend: str, node: str) -> dict[str, str]:
        heads, *rows = csv.reader(self._ask_router("show stat").removeprefix("# ").splitlines())
        found = (dict(zip(heads, values, strict=True)) for values in rows if values[:2] == [backend, node])
        return next(found)

    def _run(self, name: str, command: list[str], own: dict[str, str], *, until: Callable[[], bool]) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                command, env=self.environment | own, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        self.running[name] = process
        self._await(lambda: until() or process.poll() is not None)
        assert process.poll() is None, self.log()

    def _await(self, true: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not true():
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.05)
