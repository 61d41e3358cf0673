"""How much longer things take in a country than in one of a hundredth its size.

    .venv/bin/python benchmarks/growth.py [--people 1000000] [--rounds 5] [--times 40] [--picture FILE.svg]

Three countries stand side by side on one durable PostgreSQL: of 1, 10 and 100 % of a million accounts, as many
episodes, 3,000 clinics and ten million entries of the log (`_country.py`). Each is copied from the next before that
grew, so the people who ask are the same, at a clinic that stays as large. In each round everything is done in all
three, one after the other: pages over TLS, all of a round over one connection, and logins with a card by a client in C.
A promise is about the ratio of their 95th percentiles in the same round. Then what runs by the clock: with nothing new,
and with thirty and three hundred things new.

A tenth of a million is a trial, whose smallest country has three clinics. 40,000 people are the fewest: of less, 1 %
has not the 360 rights that are made to end soon.
"""

from __future__ import annotations

import argparse
import logging
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import logins
from benchmarks._chores import done_by_the_clock, tell_chores
from benchmarks._country import Country
from benchmarks._pages import Browser, Page, as_settings_of, browsers_of, pages_of, people_at_work
from benchmarks._promises import Promises
from tests.environment import prepare

if TYPE_CHECKING:
    from registret.demo.pki import DemoAuthority
    from tests.journeys.running import House

SHARES: Final = (1, 10, 100)
FLAT: Final = 1.5
LOGIN: Final = "login"
CARDS: Final = 8
FOR_GROWTH: Final = (
    Page(name="reports", path=lambda n: "/rapporter"),
    Page(name="an indicator", path=lambda n: "/rapporter/pneumoni/time_to_antibiotic"),
    Page(name="log of a person", who="reviewer", path=lambda n: "/loggen?hsa_id=SE2321009991-E00007"),
    Page(name="search account by name", who="support", path=lambda n: f"/support?q=Berg{'bdefghkl'[n % 8]}"),
    Page(name="search account by id", who="support", path=lambda n: f"/support?q=SE23210{n % 900 + 1:05}-E"),
    Page(name="the office", who="office", path=lambda n: "/kansliet"),
)


@dataclass(slots=True)
class Place:
    """A country that is being served."""

    house: House
    browsers: dict[str, list[Browser]]
    numbers: Iterator[int] = field(default_factory=count)

    def ask(self, page: Page, times: int) -> list[float]:
        """Milliseconds until the last byte of each."""
        # An hour passes: nobody looks for so many names at once.
        self.house.change_database("DELETE FROM rate_limits_count")
        browser = self.browsers[page.who][0]
        # The server has closed the one of the round before, over which nothing was asked for so long.
        line = browser.connected()
        found = []
        for _ in range(times):
            begun = time.perf_counter()
            browser.ask(line, page, next(self.numbers)).read()
            found.append((time.perf_counter() - begun) * 1000)
        line.close()
        return found


Measured = dict[str, dict[int, list[Sequence[float]]]]
"""Milliseconds by what was done, by share, in each round."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--times", type=int, default=40)
    parser.add_argument("--picture", type=Path, help="where the chart is written")
    given = parser.parse_args()
    for name in ("httpx", "registret.chores.log"):
        logging.getLogger(name).setLevel(logging.WARNING)
    prepare(is_durable=True)
    from registret.demo.pki import DemoAuthority

    promises = Promises()
    with tempfile.TemporaryDirectory() as name, ExitStack() as opened:
        folder = Path(name)
        folder.chmod(0o755)
        authority = DemoAuthority.load(Path(os.environ["REGISTRET_TEST_FOLDER"]) / "ca")
        houses = {share: opened.enter_context(_house(folder, authority, share)) for share in SHARES}
        pages, places = _served(houses, given.people)
        found = _rounds(pages, places, logins.built(folder), given)
        ratios = _tell(found, promises)
        if given.picture:
            from benchmarks._picture import draw

            given.picture.write_text(draw(ratios, most=FLAT), encoding="utf-8")
        for house in houses.values():
            # They do what is due by the clock as well.
            assert house.process is not None
            house.process.terminate()
            house.process.wait()
            house.process = None
        tell_chores({share: _database(house) for share, house in houses.items()}, promises, most=FLAT)
    promises.end()


def _house(folder: Path, authority: DemoAuthority, share: int) -> House:
    from tests.journeys.running import House

    own = folder / str(share)
    own.mkdir()
    own.chmod(0o755)
    return House.build(own, authority, f"benchmark_growth_{share}")


def _database(house: House) -> str:
    return urlsplit(house.environment["DATABASE_URL"]).path.removeprefix("/")


def _served(houses: Mapping[int, House], people: int) -> tuple[list[Page], dict[int, Place]]:
    """The three countries, the pages of people at work in them, and their browsers."""
    from registret.database.connections import disconnect
    from tests import tables

    whole, country, cast, pages = houses[100], Country(), None, list[Page]()
    as_settings_of(whole)
    for share in SHARES:
        print(f"{share} %", flush=True)
        country.grow(people * share // 100)
        done_by_the_clock()
        if cast is None:
            cast = people_at_work()
            pages = [*pages_of(country.actor), *FOR_GROWTH]
        if share < 100:
            disconnect()
            tables.copy(_database(whole), to=_database(houses[share]))
    assert cast is not None
    places = {}
    for share, house in houses.items():
        logins.write_cards(house, CARDS)
        house.start()
        places[share] = Place(house, browsers_of(house, cast))
    return pages, places


def _rounds(pages: Sequence[Page], places: Mapping[int, Place], client: Path, given: argparse.Namespace) -> Measured:
    found: Measured = {}
    for page in pages:
        for place in places.values():
            place.ask(page, 3)
    for number in range(given.rounds):
        order = SHARES[number % 3 :] + SHARES[: number % 3]
        for page in pages:
            for share in order:
                found.setdefault(page.name, {}).setdefault(share, []).append(places[share].ask(page, given.times))
        for share in order:
            found.setdefault(LOGIN, {}).setdefault(share, []).append(_log_in(places[share].house, client, given.times))
    return found


def _log_in(house: House, client: Path, times: int) -> tuple[float, ...]:
    """One after the other, for about as long as so many pages take."""
    return logins.run(logins.product_at(house), 1, client, house, cards=CARDS, seconds=max(1, times / 20)).took


def late(values: Sequence[float]) -> float:
    return sorted(values)[len(values) * 95 // 100]


def _tell(found: Measured, promises: Promises) -> dict[str, list[float]]:
    """Print the 95th percentiles, and return by name how many times as long they were at 100 % in each round."""
    print(f"\n{'95 % within, ms':26}" + "".join(f"{f'{share} %':>10}" for share in SHARES) + "   100 % / 1 %")
    ratios = {}
    for name, by_share in found.items():
        each = [late(large) / late(small) for small, large in zip(by_share[1], by_share[100], strict=True)]
        ratios[name] = each
        columns = "".join(f"{late([ms for part in by_share[share] for ms in part]):10.1f}" for share in SHARES)
        print(f"{name:26}{columns}   {statistics.median(each):.2f} ({min(each):.2f}–{max(each):.2f})")
    for name, each in ratios.items():
        promises.kept(name, statistics.median(each), most=FLAT, unit="times as long as at 1 %")
    return ratios


if __name__ == "__main__":
    main()
