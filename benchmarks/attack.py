"""What a login takes while others hold all that `registret serve` has to give, and what memory that costs.

    .venv/bin/python benchmarks/attack.py [--seconds 30] [--silent 10000] [--stalled 600] [--slow 50]

At once: connections over which nothing is said, at both listeners; forms that stop in the middle of their body; people
who take the log out as a file and read it by a kilobyte a second. Each comes back half a minute after it was sent away.
They come from several addresses, since a listener lets one of them hold 500 connections. Beside them one person after
the other logs in, with the client, the cards and the list of revoked cards of `benchmarks/logins.py`.
"""

from __future__ import annotations

import argparse
import json
import logging
import math
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import logins
from benchmarks._country import LOG, add_months
from benchmarks._processes import Processes, with_children
from benchmarks._promises import Promises
from tests.environment import prepare

if TYPE_CHECKING:
    from tests.journeys.running import House

LOGIN_MS = 1000
MEMORY_MIB = 400
CARDS = 20
# Some 30 MB as a file: the kernel takes some of it for each who reads slowly.
LOG_ENTRIES = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Milliseconds of each login, and how many failed. The client gives up if the first one does."""

    took: list[float]
    failed: int

    @property
    def late(self) -> float:
        return sorted(self.took)[len(self.took) * 95 // 100] if self.took else math.inf


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--silent", type=int, default=10_000)
    parser.add_argument("--stalled", type=int, default=600)
    parser.add_argument("--slow", type=int, default=50)
    given = parser.parse_args()
    _, files = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files < given.silent + given.stalled + given.slow + 100:
        given.silent = files - given.stalled - given.slow - 100
        print(f"this machine allows {files} open files: {given.silent} silent connections")
    logging.disable()
    prepare(is_durable=True)
    from registret.demo.pki import DemoAuthority
    from tests.journeys.running import House

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        authority = DemoAuthority.load(Path(os.environ["REGISTRET_TEST_FOLDER"]) / "ca")
        client = logins.built(folder)
        with House.build(folder, authority, "benchmark_attack") as house:
            # As an operator has it.
            house.environment |= {"REGISTRET_DEMO": "no", "REGISTRET_ACCEPT_TEST_CARDS": "yes"}
            logins.furnish(house, CARDS)
            house.start()
            _measure(house, client, given)


def _measure(house: House, client: Path, given: argparse.Namespace) -> None:
    assert house.process is not None
    processes = with_children(house.process.pid)
    calm = _logins(house, client, given.seconds)
    print(f"{'nobody attacks:':16} {_told(calm)}, {_resident(processes):.0f} MiB")
    with _attack(house, given) as told, _watched(processes) as peaks:
        besieged = _logins(house, client, given.seconds)
    held = json.loads(told[-1])
    print(f"{'under attack:':16} {_told(besieged)}, {max(peaks):.0f} MiB at most; held at the end: {held}")
    promises = Promises()
    promises.kept("logins that fail", besieged.failed, most=0, unit="logins")
    promises.kept("a login under attack, 95 times of 100", besieged.late, most=LOGIN_MS, unit="ms")
    promises.kept("memory of the server under attack", max(peaks), most=MEMORY_MIB, unit="MiB")
    promises.end()


def _logins(house: House, client: Path, seconds: float) -> Run:
    where = ["registret.localhost", str(house.site_port), str(house.authority.web_root), str(house.folder / "cards")]
    how = [str(CARDS), "1", str(seconds), "cold", "Nord%03d"]
    done = subprocess.run([client, *where, *how], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        return Run(took=[], failed=1)
    _, failed, *took = map(int, done.stdout.splitlines()[1].split())
    return Run(took=[one / 1000 for one in took], failed=failed)


@contextmanager
def _attack(house: House, given: argparse.Namespace) -> Iterator[list[str]]:
    """Yields what the attackers say of themselves, once they all have come."""
    what = {name: getattr(given, name) for name in ("silent", "stalled", "slow")}
    what |= {"site": house.site_port, "door": house.card_port, **_reviewing(house)}
    program = [sys.executable, "-m", "benchmarks._attackers"]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as attackers:
        assert attackers.stdin is not None
        assert attackers.stdout is not None
        attackers.stdin.write(json.dumps(what) + "\n")
        attackers.stdin.flush()
        told: list[str] = []
        listening = Thread(target=told.extend, args=(attackers.stdout,), daemon=True)
        listening.start()
        # They come a thousand a second.
        time.sleep(given.silent / 1000 + 5)
        try:
            yield told
        finally:
            attackers.stdin.close()
            listening.join()


def _reviewing(house: House) -> dict[str, str]:
    """Cookies and token of a log reviewer who has opened a log that is long."""
    from tests.journeys.people import appointed, newcomer
    from tests.journeys.wire import token_in

    _write_log(house)
    reviewer = appointed(house, newcomer(house, "Erik", "Ek"), "log_reviewer").visitor()
    reviewer.log_in()
    reviewer.post("/loggen/oppna", {"why": "follow_up", "reason": "Kvartalets uppföljning"}, form_on="/loggen")
    token = token_in(reviewer.get("/loggen"))
    return {"token": token, "cookies": "; ".join(f"{name}={value}" for name, value in reviewer.cookies.items())}


def _write_log(house: House) -> None:
    import psycopg

    add_months()
    with psycopg.connect(house.environment["REGISTRET_OWNER_DATABASE_URL"]) as connection:
        facts = {"people": 5_000, "clinics": 31, "patients": 200_000, "before": 0, "before_clinics": 0}
        connection.execute(LOG, facts | {"first": 1, "last": LOG_ENTRIES})


@contextmanager
def _watched(processes: Processes) -> Iterator[list[float]]:
    """MiB of all of them together, five times a second."""
    peaks, is_over = [_resident(processes)], Event()

    def watch() -> None:
        while not is_over.wait(0.2):
            peaks.append(_resident(processes))

    watching = Thread(target=watch, daemon=True)
    watching.start()
    try:
        yield peaks
    finally:
        is_over.set()
        watching.join()


def _resident(processes: Processes) -> float:
    return sum(process.memory_info().rss for process in processes()) / 1024**2


def _told(run: Run) -> str:
    if not run.took:
        return "nobody gets in"
    return (
        f"{len(run.took)} logins, {run.failed} failed, median {statistics.median(run.took):.0f} ms, "
        f"95 % {run.late:.0f} ms, slowest {max(run.took):.0f} ms"
    )


if __name__ == "__main__":
    main()
