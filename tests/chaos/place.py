"""Two nodes and two workers on one PostgreSQL, each with a way of its own to it; a mail server; a plain balancer."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import urlsplit

import httpx
import psutil
import psycopg

from registret.demo.pki import DemoAuthority
from registret.demo.postgres import Cluster
from tests.chaos.ca import Publisher
from tests.chaos.mail import MoodyServer
from tests.chaos.mounts import NAME, SMALL, Disk, Names
from tests.chaos.promotion import Standby
from tests.chaos.relay import Relay
from tests.journeys.people import Person
from tests.journeys.running import PATIENCE, REGISTRET, House, answers, free_ports

DATABASE: Final = "chaos"
NODES: Final = ("node one", "node two")
WORKERS: Final = ("worker one", "worker two")
REPORTERS: Final = 4


@dataclass(slots=True)
class Place(House):
    """`ways` to the database by the name of the program that goes there; "operator" is this one's. `disk` and `names`:
    PostgreSQL's, and those by which programs find it and the mail server, where mounts are our own."""

    server: Cluster | None = None
    moody: MoodyServer | None = None
    ca: Publisher | None = None
    disk: Disk | None = None
    disk_of_marks: Disk | None = None
    names: Names | None = None
    sites: Relay = field(default_factory=lambda: Relay([]))
    doors: Relay = field(default_factory=lambda: Relay([]))
    ways: dict[str, Relay] = field(default_factory=dict)
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    ports: dict[str, list[int]] = field(default_factory=dict)

    @classmethod
    def built(cls, folder: Path, authority: DemoAuthority, cluster: Cluster, disk: Disk | None) -> Self:
        """Furnished, not started. DATABASE_URL must name the cluster, as must the owner's."""
        made = cls.build(folder, authority, DATABASE)
        made.server, made.disk = cluster, disk
        made.names = Names(folder) if disk else None
        made.migrate()
        made._ask_mail_server()
        made._ask_ca()
        made._keep_marks()
        made.site_port, made.card_port = made.sites.port, made.doors.port
        made.ways = {name: Relay([_port_of(cluster)]) for name in (*NODES, *WORKERS, "operator")}
        made.environment |= {
            "REGISTRET_SITE_PORT": str(made.site_port),
            "REGISTRET_CARD_PORT": str(made.card_port),
            "DATABASE_URL": made._through("operator", "DATABASE_URL"),
            "REGISTRET_OWNER_DATABASE_URL": made._through("operator", "REGISTRET_OWNER_DATABASE_URL"),
        }
        made._end_operator()
        _furnish(made.environment)
        made.fetch_lists()
        return made

    def start_all(self) -> None:
        for name in (*NODES, *WORKERS):
            self.start_one(name)
        eventually(self.serves)

    def fetch_lists(self) -> bool:
        """As the operator does, and the workers by the clock. Return whether those that came were good."""
        self._end_operator()
        return subprocess.run([REGISTRET, "fetch-crls"], env=self.environment, capture_output=True).returncode == 0

    def start_one(self, name: str, *, ahead: int = 0) -> None:
        """Node or worker. A port that another program has taken meanwhile is replaced.

        `ahead`: seconds by which the node's clock is. It must say that it is not ready, and nobody is sent there.
        """
        while not self._started(name, {"LD_PRELOAD": str(self._clock()), "CLOCK_AHEAD": str(ahead)} if ahead else {}):
            assert "is in use" in self.log(), self.log()
        sent_to = [node for node in NODES if node in self.ports and not (ahead and node == name)]
        self.sites.to = [self.ports[node][0] for node in sent_to]
        self.doors.to = [self.ports[node][1] for node in sent_to]
        if ahead:
            eventually(lambda: self._status(name, "/halsa") == 503)

    def _started(self, name: str, clock: dict[str, str]) -> bool:
        """Return whether it is at work; False if it has ended."""
        self.ports[name] = site, door = free_ports(2)
        own = {
            "DATABASE_URL": self._through(name, "DATABASE_URL"),
            "REGISTRET_LISTEN_SITE_PORT": str(site),
            "REGISTRET_LISTEN_CARD_PORT": str(door),
            "REGISTRET_STATIC_ROOT": str(self.folder / f"static {name}"),
        }
        command = [REGISTRET, "serve" if name in NODES else "work"]
        with (self.folder / f"{name}.log").open("ab") as log:
            before = log.tell()
            process = subprocess.Popen(command, env=self.environment | own | clock, stdout=log, stderr=log)
        self.running[name] = process
        deadline = time.monotonic() + PATIENCE
        while process.poll() is None:
            said = Path(log.name).read_bytes()[before:]
            if b"at work" in said or (name in NODES and answers(site) and answers(door)):
                return True
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.05)
        return False

    def serves(self) -> bool:
        """Both nodes say that they are ready."""
        return all(self._status(node, "/halsa") == 200 for node in NODES)

    def stop(self) -> None:
        self.stop_all()
        if self.moody is not None:
            self.moody.stop()
        if self.ca is not None:
            self.ca.stop()
        House.stop(self)

    def stop_all(self) -> None:
        """As an operator does."""
        for name in list(self.running):
            process = self.running.pop(name)
            process.terminate()
            process.wait(PATIENCE)

    def kill(self, name: str) -> None:
        process = self.running.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait(PATIENCE)

    def signal_database(self, number: signal.Signals) -> None:
        """To the server and all its processes."""
        for process in self.database():
            process.send_signal(number)

    def database(self) -> list[psutil.Process]:
        """The server first, then the processes that it has started."""
        assert self.server is not None
        assert self.server.pid is not None
        main = psutil.Process(self.server.pid)
        return [main, *main.children()]

    def has_database(self) -> bool:
        """Whether the server runs. One that cannot recover ends."""
        assert self.server is not None
        assert self.server.pid is not None
        return psutil.pid_exists(self.server.pid) and psutil.Process(self.server.pid).status() != psutil.STATUS_ZOMBIE

    def stop_database(self, number: signal.Signals) -> None:
        """SIGINT: fast. SIGQUIT: at once, so that the next start recovers from the log."""
        assert self.server is not None
        main = self.database()[0]
        main.send_signal(number)
        main.wait(PATIENCE)

    def start_database(self) -> None:
        """From the main thread (`Cluster`)."""
        assert self.server is not None
        self.server.stop()
        self._go_to(Cluster.start(data=self.server.folder, database="registret"))

    def fall_over(self, standby: Standby) -> None:
        """The standby takes the place of the server, which is dead. From the main thread (`Cluster`)."""
        before = self.server
        assert before is not None
        self._go_to(standby.promoted())
        before.stop()
        shutil.rmtree(before.folder)

    def _go_to(self, server: Cluster) -> None:
        self.server = server
        for way in self.ways.values():
            way.to = [_port_of(server)]

    def ask_all(self, question: str) -> Sequence[tuple[Any, ...]]:
        """As one who sees every row."""
        with psycopg.connect(self.environment["DATABASE_URL"]) as connection:
            connection.execute("SELECT set_config('registret.sees', 'all', true)")
            return connection.execute(question.encode()).fetchall()

    def marks(self) -> frozenset[str]:
        """Those of patients who opted out, as the file beside the backups has them."""
        lines = Path(self.environment["REGISTRET_OPT_OUT_FILE"]).read_text(encoding="utf-8").splitlines()
        return frozenset(json.loads(line)["mark"] for line in lines)

    def log(self) -> str:
        files = sorted(self.folder.glob("*.log"))
        return "".join(file.read_text(encoding="utf-8", errors="replace") for file in files)

    def _status(self, node: str, address: str) -> int:
        site = self.ports[node][0]
        headers = {"Host": f"registret.localhost:{self.site_port}"}
        try:
            # Our own server on this machine, looked at while it may be broken.
            with httpx.Client(verify=False, timeout=PATIENCE) as client:
                return client.get(f"https://127.0.0.1:{site}{address}", headers=headers, extensions=_SNI).status_code
        except httpx.HTTPError:
            return 0

    def _clock(self) -> Path:
        made = self.folder / "clock.so"
        if not made.exists():
            source = Path(__file__).with_name("clock.c")
            subprocess.run(["cc", "-shared", "-fPIC", "-o", made, source], check=True)
        return made

    def _ask_mail_server(self) -> None:
        server = self.authority.site_server
        self.mail.stop()
        self.moody = MoodyServer(self.folder / "mailbox", 0, server.chain, server.key)
        self.moody.start()
        self.environment["REGISTRET_SMTP_PORT"] = str(self.moody.port)
        if self.names is not None:
            self.environment["REGISTRET_SMTP_HOST"] = NAME

    def _ask_ca(self) -> None:
        self.ca = Publisher(self.authority)
        self.ca.is_named_in(Path(self.environment["REGISTRET_TRUST_DIR"]))

    def _keep_marks(self) -> None:
        folder = self.folder / "marks"
        if self.disk is not None:
            self.disk_of_marks = Disk(folder, SMALL)
        folder.mkdir(exist_ok=True)
        self.environment["REGISTRET_OPT_OUT_FILE"] = str(folder / "marks.jsonl")

    def _through(self, name: str, variable: str) -> str:
        parts = urlsplit(self.environment[variable])
        host = NAME if self.names is not None and name != "operator" else "127.0.0.1"
        person = parts.netloc.rpartition("@")[0]
        return parts._replace(netloc=f"{person}@{host}:{self.ways[name].port}").geturl()


_SNI: Final[dict[str, Any]] = {"sni_hostname": "registret.localhost"}


def eventually(true: Callable[[], bool]) -> float:
    """Return the seconds that it took."""
    begun = time.monotonic()
    while not true():
        assert time.monotonic() < begun + 3 * PATIENCE, "it never came true"
        time.sleep(0.02)
    return time.monotonic() - begun


def reporters(place: House) -> list[Person]:
    return [Person(place, "Nils", f"Nord{n}", f"SE2321009991-B{n:05}") for n in range(REPORTERS)]


def case_handler(place: House) -> Person:
    return Person(place, "Hilma", "Holm", "SE2321009991-B99999")


def _furnish(environment: dict[str, str]) -> None:
    """Clinics, people who report at one of them, and a case handler."""
    os.environ |= environment
    import django

    django.setup()
    from registret.access.roles import Role
    from registret.database.connections import disconnect
    from tests import cast

    now = datetime.now(UTC)
    place = cast.country(now - timedelta(days=30))
    for n in range(REPORTERS):
        who = cast.person("Nils", f"Nord{n}", f"SE2321009991-B{n:05}")
        cast.appoint_by_program(who, Role.REPORTER, clinic_id=place.infection, at=now - timedelta(days=20))
    handler = cast.person("Hilma", "Holm", "SE2321009991-B99999")
    cast.appoint_by_program(handler, Role.CASE_HANDLER, at=now - timedelta(days=20))
    disconnect()


def _port_of(cluster: Cluster) -> int:
    port = urlsplit(cluster.url).port
    assert port is not None
    return port
