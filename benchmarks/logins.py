"""What a whole login costs, beside the floor of its design and the ceiling of TLS with client certificates.

    .venv/bin/python benchmarks/logins.py [--rounds 5] [--seconds 6] [--cards 200]

A login is five requests over two TLS connections, none resumed, by people with cards of RSA-2048 who report at a clinic
with work to do, while the list of revoked cards has 100,000 entries. In each round, one after the other:

- `registret serve`, cold and warm, with 1, 8 and 32 browsers at once
- the same listeners and middleware with canned answers, no database and no decision about a card: the floor
- nginx that asks for a client certificate and answers nothing: one handshake, one request, the ceiling

The client is a program in C, built on the spot: it needs `cc` and the headers of OpenSSL. Processor time is that of the
server's processes and of PostgreSQL's, which is as durable as an operator's. Rates are those of a machine that client,
server and database share: they are there to be compared with each other.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks._processes import Processes, of_database, spread, with_children
from benchmarks._promises import Promises
from tests.environment import prepare

if TYPE_CHECKING:
    from registret.demo.pki import DemoAuthority
    from tests.journeys.running import House

CLIENTS = (1, 8, 32)
REVOKED = 100_000
DRAFTS = 12
OF_THE_FLOOR = 2.2
"""How many times the processor time of the floor a login may take in the server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What some seconds of logins came to: how many a second, and milliseconds; processor time is that of one login.

    `took`: each of them, the fastest first.
    """

    rate: float
    took: tuple[float, ...]
    server: float
    database: float

    @property
    def median(self) -> float:
        return self.took[len(self.took) // 2]

    @property
    def late(self) -> float:
        return self.took[len(self.took) * 95 // 100]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A server to log in at. `processes`: those whose processor time counts."""

    name: str
    mode: str
    host: str
    port: int
    surname: str
    processes: Processes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--cards", type=int, default=200)
    given = parser.parse_args()
    prepare(is_durable=True)
    from registret.demo.pki import DemoAuthority
    from tests.journeys.running import House

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        authority = DemoAuthority.load(Path(os.environ["REGISTRET_TEST_FOLDER"]) / "ca")
        client = built(folder)
        with House.build(folder, authority, "benchmark_logins") as house:
            # The demo's bar with its cast is on no page of an installation.
            house.environment |= {"REGISTRET_DEMO": "no", "REGISTRET_ACCEPT_TEST_CARDS": "yes"}
            furnish(house, given.cards)
            house.start()
            runs = _rounds(_targets(house, folder), client, house, given)
    _tell(runs)


def built(folder: Path) -> Path:
    """The client, made of its source."""
    made = folder / "logins"
    source = Path(__file__).with_suffix(".c")
    subprocess.run(["cc", "-O2", "-o", made, source, "-lssl", "-lcrypto", "-lpthread"], check=True)
    return made


def furnish(house: House, cards: int) -> None:
    """People who report, their cards as files, work to do, and a long list of revoked cards."""
    house.migrate()
    os.environ |= house.environment
    import django

    django.setup()
    from registret.access.roles import Role
    from tests import cast

    now = datetime.now(UTC)
    place = cast.country(now - timedelta(days=30))
    write_cards(house, cards)
    for n in range(cards):
        who = cast.person("Nils", f"Nord{n:03}", f"SE2321009991-B{n:05}")
        clinic = (place.infection, place.medicine)[n % 2]
        cast.appoint_by_program(who, Role.REPORTER, clinic_id=clinic, at=now - timedelta(days=20))
        if n < 2:
            _drafts(cast.actor(who, at=now), n * DRAFTS)
    _revoke_many(house.authority, Path(house.environment["REGISTRET_TRUST_DIR"]), now)


def write_cards(house: House, number: int) -> None:
    """Those of `Nils Nord000` and so on, with their keys, where the client looks for them."""
    folder = house.folder / "cards"
    folder.mkdir()
    for n in range(number):
        card = house.authority.issue_card(
            given_name="Nils",
            surname=f"Nord{n:03}",
            organisation="Region Norrvik",
            kind="hsa",
            hsa_id=f"SE2321009991-B{n:05}",
            key="rsa",
        )
        (folder / f"{n}.pem").write_bytes(card.pem + card.key_pem)


def _drafts(actor: Any, first: int) -> None:
    from tests.rooms.records.scene import begun

    for n in range(first, first + DRAFTS):
        begun(actor, patient=number_of_patient(n), at=actor.card_read_at)


def number_of_patient(n: int) -> str:
    """A number of the day of birth 1 January 1930 and on, with its check digit."""
    born = datetime(1930, 1, 1, tzinfo=UTC) + timedelta(days=n)
    nine = f"{born:%y%m%d}980"
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(nine)]
    total = sum(number // 10 + number % 10 for number in doubled)
    return f"{born:%Y%m%d}-980{-total % 10}"


def _revoke_many(authority: DemoAuthority, trust: Path, now: datetime) -> None:
    from cryptography.hazmat.primitives.serialization import Encoding

    hour = timedelta(hours=1)
    revoked = [(1_000_000_007 * (n + 1), now - hour) for n in range(REVOKED)]
    crl = authority.issuer("hsa").crl(revoked, this_update=now - hour, next_update=now + 48 * hour)
    (trust / "hsa-3.crl").write_bytes(crl.public_bytes(Encoding.DER))


def product_at(house: House) -> Target:
    assert house.process is not None
    return Target(
        name="registret, cold",
        mode="cold",
        host="registret.localhost",
        port=house.site_port,
        surname="Nord%03d",
        processes=with_children(house.process.pid),
    )


@contextmanager
def _targets(house: House, folder: Path) -> Iterator[list[Target]]:
    with _floor(house, folder) as floor, _ceiling(house, folder) as ceiling:
        cold = product_at(house)
        yield [cold, replace(cold, name="registret, warm", mode="warm"), floor, *ceiling]


@contextmanager
def _floor(house: House, folder: Path) -> Iterator[Target]:
    from tests.journeys.people import Person
    from tests.journeys.running import answers, free_ports
    from tests.journeys.wire import token_in

    pages = folder / "pages"
    pages.mkdir()
    first = Person(house, "Nils", "Nord000", "SE2321009991-B00000")
    visitor = first.visitor()
    front = visitor.get("/")
    (pages / "front.html").write_text(front.text.replace(token_in(front), "CANNED_TOKEN"), encoding="utf-8")
    (pages / "start.html").write_text(visitor.log_in().text, encoding="utf-8")
    site, card = free_ports(2)
    ports = {"REGISTRET_SITE_PORT": str(site), "REGISTRET_CARD_PORT": str(card), "CANNED_PAGES": str(pages)}
    with (folder / "floor.log").open("wb") as log:
        program = [sys.executable, "-m", "benchmarks._canned"]
        running = subprocess.Popen(program, env=house.environment | ports, stdout=log, stderr=log)
    try:
        while not (answers(site) and answers(card)):
            assert running.poll() is None, (folder / "floor.log").read_text()
        yield Target(
            name="canned answers",
            mode="cold",
            host="registret.localhost",
            port=site,
            surname="Nord",
            processes=with_children(running.pid),
        )
    finally:
        running.terminate()
        running.wait()


NGINX = """
daemon off; worker_processes 2; pid {folder}/nginx.pid; error_log {folder}/nginx.log; user root;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    server {{
        listen 127.0.0.1:{port} ssl;
        ssl_certificate {certificate};
        ssl_certificate_key {key};
        # As deploy/nginx.conf: the card is asked for, and who issued it is for the product to decide.
        ssl_verify_client optional_no_ca; ssl_session_cache off; ssl_session_tickets off;
        location / {{ return 204; }}
    }}
}}
"""


@contextmanager
def _ceiling(house: House, folder: Path) -> Iterator[list[Target]]:
    from tests.journeys.running import answers, free_ports

    nginx = shutil.which("nginx", path="/usr/sbin:/usr/bin")
    if nginx is None:
        print("nginx is not here: no ceiling")
        yield []
        return
    (port,) = free_ports(1)
    config = folder / "nginx.conf"
    server = house.authority.site_server
    facts = {"folder": folder, "port": port, "certificate": server.chain, "key": server.key}
    config.write_text(NGINX.format(**facts))
    running = subprocess.Popen([nginx, "-p", str(folder), "-c", str(config)])
    try:
        while not answers(port):
            assert running.poll() is None, (folder / "nginx.log").read_text()
        processes = with_children(running.pid)
        yield [
            Target(
                name="nginx, empty answer",
                mode="once",
                host="registret.localhost",
                port=port,
                surname="Nord%03d",
                processes=processes,
            )
        ]
    finally:
        running.terminate()
        running.wait()


def _rounds(targets: Any, client: Path, house: House, given: argparse.Namespace) -> dict[tuple[str, int], list[Run]]:
    found: dict[tuple[str, int], list[Run]] = {}
    with targets as all_of_them:
        for _ in range(given.rounds):
            for clients in CLIENTS:
                for target in all_of_them:
                    took = run(target, clients, client, house, cards=given.cards, seconds=given.seconds)
                    found.setdefault((target.name, clients), []).append(took)
    return found


def run(target: Target, clients: int, client: Path, house: House, *, cards: int, seconds: float) -> Run:
    """Raises: SystemExit (a login failed)."""
    where = [target.host, str(target.port), str(house.authority.web_root), str(house.folder / "cards")]
    how = [str(cards), str(clients), str(seconds), target.mode, target.surname]
    with subprocess.Popen([client, *where, *how], stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        if running.stdout.readline() != "go\n":
            raise SystemExit(f"{target.name}: nobody gets in\n{house.log()[-2000:]}")
        before = spent(target.processes()), spent(of_database())
        done, failed, *took = map(int, running.stdout.readline().split())
        after = spent(target.processes()), spent(of_database())
    if failed or not done:
        raise SystemExit(f"{target.name}: {failed} of {done + failed} logins failed")
    return Run(
        rate=done / seconds,
        took=tuple(microseconds / 1000 for microseconds in sorted(took)),
        server=(after[0] - before[0]) / done * 1000,
        database=(after[1] - before[1]) / done * 1000,
    )


def spent(processes: Sequence[psutil.Process]) -> float:
    """Seconds of processor time, also of children of the first that have ended."""
    times = [process.cpu_times() for process in processes]
    return float(sum(t.user + t.system for t in times) + times[0].children_user + times[0].children_system)


def _tell(runs: dict[tuple[str, int], list[Run]]) -> None:
    print(f"{'':22}{'browsers':>9}{'logins/s':>22}{'median ms':>22}{'95 % ms':>9}{'server ms':>22}{'database ms':>22}")
    for (name, clients), found in runs.items():
        print(
            f"{name:22}{clients:9}{spread([run.rate for run in found]):>22}{spread([run.median for run in found]):>22}"
            f"{statistics.median(run.late for run in found):9.0f}{spread([run.server for run in found]):>22}"
            f"{spread([run.database for run in found]):>22}"
        )
    ours, floor = runs["registret, cold", 8], runs["canned answers", 8]
    times = [a.server / b.server for a, b in zip(ours, floor, strict=True)]
    print(f"a login takes {spread(times)} times the processor time of the floor")
    promises = Promises()
    promises.kept(
        "processor time of a login, of its floor's", statistics.median(times), most=OF_THE_FLOOR, unit="times"
    )
    promises.end()


if __name__ == "__main__":
    main()
