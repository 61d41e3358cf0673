"""What each page costs, as people at work get it: over TLS from `registret serve`, gate, templates and all.

    .venv/bin/python benchmarks/pages.py [--rounds 5] [--times 20] [--seconds 4] [--episodes 10000]

Eight registrars of one clinic among forty, its local administrator and a log reviewer have logged in with their cards
and keep their connections, as browsers do. In each round every page is asked for

- `--times` times, one after the other: the processor time of the server and of PostgreSQL, which is as durable as an
  operator's, is read around each request, and what it weighs
- by eight at once for half of `--seconds`: the rate at which it saturates
- for `--seconds` at half of that rate, at random moments, whether or not earlier requests were answered: the time from
  the moment when a request was due to its first byte

Statements are counted in a process of their own, without TLS; BEGIN and COMMIT are not among them. Client, server and
database share a machine, so rates are there to be compared with each other. Connections are kept and nothing is
encrypted anew, so a request costs the client some tenths of a millisecond, and Python is fast enough for it.
"""

from __future__ import annotations

import argparse
import gzip
import logging
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from itertools import accumulate, chain, count, takewhile
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import _episodes
from benchmarks._pages import DRAFTS, Browser, Page, as_settings_of, browsers_of, pages_of, people_at_work
from benchmarks._processes import Processes, of_database, spread, with_children
from benchmarks._promises import Promises
from tests.environment import prepare

if TYPE_CHECKING:
    from registret.demo.pki import DemoAuthority
    from tests.cast import Person
    from tests.journeys.running import House

SERVER_MS: Final = 12
STATEMENTS: Final = 8
FIRST_BYTE_MS: Final = 50
FORM_BYTES: Final = 15_000
CONNECTIONS: Final = 24


@dataclass(slots=True)
class Cost:
    """Of a page in all rounds: milliseconds, bytes, requests a second."""

    server: list[float] = field(default_factory=list)
    database: list[float] = field(default_factory=list)
    html: int = 0
    wire: int = 0
    saturated: list[float] = field(default_factory=list)
    first_byte: list[float] = field(default_factory=list)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--episodes", type=int, default=10_000)
    parser.add_argument("--only", default="", help="pages with this in their name")
    given = parser.parse_args()
    logging.getLogger("httpx").setLevel(logging.WARNING)
    prepare(is_durable=True)
    from registret.demo.pki import DemoAuthority
    from tests.journeys.running import House

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        authority: DemoAuthority = DemoAuthority.load(Path(os.environ["REGISTRET_TEST_FOLDER"]) / "ca")
        with House.build(folder, authority, "benchmark_pages") as house:
            as_settings_of(house)
            anna = _episodes.people()
            _episodes.templates(random.Random(1))  # noqa: S311
            _episodes.grow(0, given.episodes)
            cast = people_at_work()
            pages = [page for page in pages_of(anna) if given.only in page.name]
            asked = {page.name: _statements(page, cast) for page in pages}
            house.start()
            costs = _rounds(pages, browsers_of(house, cast), house, given)
    _tell(pages, costs, asked)


def _statements(page: Page, people: Mapping[str, Sequence[Person]]) -> int:
    """How many statements the page asks when it is asked for the second time."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from tests.rooms.web.client import Browser as Untransported

    browser = Untransported()
    if page.who != "nobody":
        browser = (Untransported.at_the_log if page.who == "reviewer" else Untransported.of)(people[page.who][0])

    def ask(n: int) -> None:
        answer = browser.get(page.path(n)) if page.sent is None else browser.post(page.path(n), page.sent(n))
        assert answer.status_code == page.status, (page.name, answer.status_code, answer.content)

    ask(1000)
    with CaptureQueriesContext(connection) as asked:
        ask(1000 + 2 * DRAFTS)
    return sum(query["sql"] not in {"BEGIN", "COMMIT"} for query in asked.captured_queries)


def _rounds(
    pages: Sequence[Page], browsers: Mapping[str, Sequence[Browser]], house: House, given: argparse.Namespace
) -> dict[str, Cost]:
    assert house.process is not None
    server, costs, numbers = with_children(house.process.pid), {page.name: Cost() for page in pages}, count()
    for _ in range(given.rounds):
        for page in pages:
            # An hour passes: nobody looks for so many names at once.
            house.change_database("DELETE FROM rate_limits_count")
            cost, who = costs[page.name], browsers[page.who]
            _weigh(page, who[0], server, cost, numbers, given.times)
            rate = _saturate(page, who, numbers, given.seconds / 2)
            cost.saturated.append(rate)
            cost.first_byte += _at_rate(page, who, numbers, rate / 2, given.seconds)
    return costs


def _weigh(page: Page, browser: Browser, server: Processes, cost: Cost, numbers: Iterator[int], times: int) -> None:
    connection = browser.connected()
    browser.ask(connection, page, next(numbers)).read()
    ours, database = [p.pid for p in server()], [p.pid for p in of_database()]
    for _ in range(times):
        before = _spent(ours), _spent(database)
        answer = browser.ask(connection, page, next(numbers))
        sent = answer.read()
        # What is left to do when the last byte is here belongs to this request too.
        time.sleep(0.002)
        cost.server.append(_since(before[0]))
        cost.database.append(_since(before[1]))
        cost.wire = len(sent)
        cost.html = len(gzip.decompress(sent) if answer.headers["Content-Encoding"] == "gzip" else sent)
    connection.close()


def _spent(pids: Iterable[int]) -> dict[int, float]:
    """Milliseconds of processor time. Linux has a clock for each process, finer than the ticks in /proc."""
    found = {}
    for pid in pids:
        # A worker of PostgreSQL may have ended.
        with suppress(OSError):
            found[pid] = time.clock_gettime_ns(~pid << 3 | 2) / 1e6
    return found


def _since(before: Mapping[int, float]) -> float:
    return sum(now - before[pid] for pid, now in _spent(before).items())


def _saturate(page: Page, browsers: Sequence[Browser], numbers: Iterator[int], seconds: float) -> float:
    """Requests a second if eight ask again as soon as they are answered."""
    return len(_asked(page, browsers, numbers, _at_once(seconds), 8)) / seconds


def _at_once(seconds: float) -> Iterator[float]:
    """Now, again and again; the clock starts when the connections are made."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield 0.0


def _at_rate(
    page: Page, browsers: Sequence[Browser], numbers: Iterator[int], rate: float, seconds: float
) -> list[float]:
    """Milliseconds from when each request was due to its first byte."""
    chance = random.Random(1)  # noqa: S311
    gaps = chain([0.2], iter(lambda: chance.expovariate(rate), None))
    due = takewhile(lambda moment: moment < seconds, accumulate(gaps))
    return _asked(page, browsers, numbers, due, CONNECTIONS)


def _asked(
    page: Page, browsers: Sequence[Browser], numbers: Iterator[int], due: Iterator[float], connections: int
) -> list[float]:
    """Ask at each moment of `due` on the first connection that is free. Return how long each first byte took."""
    lines = [(browsers[n % len(browsers)], browsers[n % len(browsers)].connected()) for n in range(connections)]
    begun, turn, found = time.perf_counter(), Lock(), []

    def work(line: tuple[Browser, HTTPConnection]) -> None:
        browser, connection = line
        while True:
            with turn:
                moment, n = next(due, None), next(numbers)
            if moment is None:
                return connection.close()
            time.sleep(max(0, begun + moment - time.perf_counter()))
            answer = browser.ask(connection, page, n)
            found.append((time.perf_counter() - begun - moment) * 1000)
            answer.read()

    with ThreadPoolExecutor(connections) as pool:
        list(pool.map(work, lines))
    return found


def _tell(pages: Sequence[Page], costs: Mapping[str, Cost], statements: Mapping[str, int]) -> None:
    print(
        f"{'':20}{'statements':>10}{'server ms (5–95 %)':>22}{'PostgreSQL ms':>20}{'HTML':>8}{'wire':>8}"
        f"{'saturated/s':>22}{'95 % at half':>14}"
    )
    for name, cost in costs.items():
        print(
            f"{name:20}{statements[name]:10}{_range(cost.server):>22}{_range(cost.database):>20}{cost.html:8}"
            f"{cost.wire:8}{spread(cost.saturated):>22}{_late(cost.first_byte):11.1f} ms"
        )
    promises = Promises()
    for page in pages:
        cost = costs[page.name]
        promises.kept(f"{page.name}: server", statistics.median(cost.server), most=SERVER_MS, unit="ms of processor")
        promises.kept(f"{page.name}: database", statements[page.name], most=STATEMENTS, unit="statements")
        promises.kept(f"{page.name}: first byte", _late(cost.first_byte), most=FIRST_BYTE_MS, unit="ms, 95 of 100")
        if page.name == "form":
            promises.kept("form: weight", cost.wire, most=FORM_BYTES, unit="bytes on the wire")
    promises.end()


def _range(values: Sequence[float]) -> str:
    ordered = sorted(values)
    low, high = ordered[len(ordered) // 20], ordered[len(ordered) * 95 // 100]
    return f"{statistics.median(ordered):.1f} ({low:.1f}–{high:.1f})"


def _late(values: Sequence[float]) -> float:
    return sorted(values)[len(values) * 95 // 100]


if __name__ == "__main__":
    main()
