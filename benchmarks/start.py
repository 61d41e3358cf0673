"""How long it takes from the start of a server to its first page, and what memory it rests in.

    .venv/bin/python benchmarks/start.py [--rounds 5]

`registret serve`, and Debian's nginx with gunicorn (two workers) and `registret work`, both as an operator has them:
static files are collected, the list of revoked cards is short. Memory is that of all their processes two seconds after
the first page: what each has resident, and PSS, in which a page that several share counts once.
"""

from __future__ import annotations

import argparse
import logging
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks._processes import spread
from benchmarks._promises import Promises
from tests.environment import prepare

if TYPE_CHECKING:
    from tests.fronts.running import FrontedHouse

FIRST_PAGE_S = 1.0
EMBEDDED_MIB = 110
FRONTED_MIB = 200
RESTS_AFTER = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Seconds until the first page, seconds of processor time until then, and MiB at rest."""

    took: float
    spent: float
    resident: float
    shared: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    logging.disable()
    prepare(is_durable=True)
    promises = Promises()
    embedded = _starts("embedded", given.rounds)
    first = statistics.median(start.took for start in embedded)
    promises.kept("first page of `registret serve`", first, most=FIRST_PAGE_S, unit="s")
    resident = statistics.median(start.resident for start in embedded)
    promises.kept("memory of `registret serve` at rest", resident, most=EMBEDDED_MIB, unit="MiB")
    if fronted := _starts("nginx", given.rounds):
        shared = statistics.median(start.shared for start in fronted)
        promises.kept("memory of nginx, gunicorn and `work` at rest", shared, most=FRONTED_MIB, unit="MiB (PSS)")
    promises.end()


def _starts(front: str, rounds: int) -> list[Start]:
    from registret.demo.pki import DemoAuthority
    from tests.fronts.running import FrontedHouse, missing

    if why := missing(front):
        print(f"{front}: {why}")
        return []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        authority = DemoAuthority.load(Path(os.environ["REGISTRET_TEST_FOLDER"]) / "ca")
        with FrontedHouse.behind(front, folder, authority, f"benchmark_start_{front}") as house:
            with _started(house):
                # The first start collects the static files and compiles what is new.
                pass
            starts = [_start(house) for _ in range(rounds)]
    for what in ("took", "spent", "resident", "shared"):
        print(f"{front:9} {what:9} {spread([getattr(start, what) for start in starts])}")
    return starts


def _start(house: FrontedHouse) -> Start:
    begun = time.monotonic()
    with _started(house) as processes:
        took = time.monotonic() - begun
        spent = sum(process.cpu_times().user + process.cpu_times().system for process in processes)
        time.sleep(RESTS_AFTER)
        memory = [process.memory_full_info() for process in processes]
        return Start(
            took=took,
            spent=spent,
            resident=sum(one.rss for one in memory) / 1024**2,
            shared=sum(one.pss for one in memory) / 1024**2,
        )


@contextmanager
def _started(house: FrontedHouse) -> Iterator[Sequence[psutil.Process]]:
    """All processes, once the front page has come; stopped afterwards."""
    from tests.journeys.running import REGISTRET

    running = []
    if house.front == "embedded":
        house.start()
        assert house.process is not None
        running.append(house.process)
    else:
        working = subprocess.Popen([REGISTRET, "work"], env=house.environment, stderr=subprocess.DEVNULL)
        house.start()
        running += [working, *house.processes]
    _first_page(house.site_port)
    processes = [psutil.Process(process.pid) for process in running]
    yield [one for process in processes for one in (process, *process.children(recursive=True))]
    for process in running:
        process.terminate()
        process.wait()
    house.processes.clear()
    house.process = None
    if house.front != "embedded":
        house.socket.unlink(missing_ok=True)


def _first_page(port: int) -> None:
    from tests.rooms.serving.client import SITE, connect, get, receive

    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with suppress(OSError), connect(port, SITE) as connection:
            connection.sendall(get(f"{SITE}:{port}"))
            if receive(connection).status == 200:
                return
        time.sleep(0.01)
    raise SystemExit("the front page does not come")


if __name__ == "__main__":
    main()
