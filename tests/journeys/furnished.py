"""A running house that is furnished as the demo is: people at work, people who wait, patients, a review, a disclosure.

What its pages link to is found by following the links, so that an address has the ids of things that are there.
"""

from __future__ import annotations

import html
import re
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from django.urls import Resolver404, resolve

from registret.demo.browser import P12_PASSWORD, nss_home
from registret.demo.certificates import IssuedCertificate
from registret.demo.people import cards, cast
from registret.demo.people.cast import Person
from registret.demo.services.national_platform import national_platform
from tests.journeys.running import House
from tests.journeys.wire import Visitor

URLCONF = "registret.demo.urls"
# Country and cast are Django's: they need the settings of that house, which are not those of this process.
FURNISH = """
import sys
import django
django.setup()
from datetime import UTC, datetime
from pathlib import Path
from registret.demo.people import country
country.furnish(cards=Path(sys.argv[1]), at=datetime.now(UTC))
"""


@dataclass(frozen=True, slots=True)
class Furnished:
    """The house, and the cards (.p12 files) of those who live in its country."""

    house: House
    cards: Path

    def visitor(self, person: Person) -> Visitor:
        """Logged in, without a browser."""
        file = self.cards / cast.hsa_file(person)
        visitor = Visitor(self.house, IssuedCertificate.of_p12(file.read_bytes(), P12_PASSWORD))
        visitor.log_in()
        return visitor

    def fill(self, home: Path, person: Person | None) -> None:
        """Makes `home` one whose certificate store holds the person's card and trusts the house."""
        files = [self.cards / cast.hsa_file(person)] if person is not None else []
        nss_home(home, cards=files, web_root=self.house.authority.web_root)


@contextmanager
def furnished_house(folder: Path, database: str) -> Iterator[Furnished]:
    authority = cards.made(
        folder / "certificates",
        site_host="registret.localhost",
        card_host="kort.registret.localhost",
        at=datetime.now(UTC),
    )
    its_cards = folder / "certificates" / "cards"
    with House.build(folder, authority, database) as house, national_platform(folder / "nkrr", authority) as named:
        house.environment |= {f"REGISTRET_{name}": value for name, value in named.items()}
        house.migrate()
        subprocess.run([sys.executable, "-c", FURNISH, str(its_cards)], env=house.environment, check=True)
        house.start()
        yield Furnished(house, its_cards)


def links_of(visitor: Visitor, starts: Sequence[str], *, wanted: Callable[[str], bool]) -> dict[str, list[str]]:
    """The paths that the visitor finds by links and forms from the pages `starts`, by address, as the URLconf has it.

    Only pages of `wanted` addresses are read for more. Of each address the first path that was found, but of the steps
    of an episode one of each.
    """
    to_read, found = deque(starts), dict[tuple[str, str], str]()
    while to_read:
        for path in _links_in(visitor.get(to_read.popleft())):
            match = _matching(path)
            if match is None or match in found:
                continue
            found[match] = path
            if wanted(match[0]):
                to_read.append(path)
    paths: dict[str, list[str]] = {}
    for (address, _), path in found.items():
        paths.setdefault(address, []).append(path)
    return paths


def _links_in(answer: httpx.Response) -> list[str]:
    """The paths on the site that a page, or a redirect, leads to."""
    if "Location" in answer.headers:
        written = [answer.headers["Location"]]
    elif answer.headers.get("Content-Type", "").startswith("text/html"):
        written = [html.unescape(link) for link in re.findall(r'(?:href|action)="([^"#]+)', answer.text)]
    else:
        written = []
    parts = [urlsplit(link) for link in written]
    return [
        part._replace(scheme="", netloc="", fragment="").geturl()
        for part in parts
        if part.path.startswith("/") and not part.netloc
    ]


def _matching(path: str) -> tuple[str, str] | None:
    """The address that answers at the path, and which step of an episode it is about."""
    try:
        match = resolve(urlsplit(path).path, URLCONF)
    except Resolver404:
        return None
    return match.route, match.kwargs.get("step", "")
