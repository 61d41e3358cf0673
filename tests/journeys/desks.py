"""Browsers that hold cards: how they are started, and who sits there."""

from __future__ import annotations

import itertools
import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, Playwright, expect

from registret.demo.browser import nss_home
from registret.demo.certificates import IssuedCertificate
from tests.journeys.running import PATIENCE, House

CHROMIUM = "/usr/bin/chromium"
# No page depends on the language of the browser.
IN_ENGLISH = {"LANGUAGE": "en"}


@dataclass(slots=True)
class Desk:
    """A computer with a reader: a browser of its own whose store is what sits in the reader."""

    home: Path
    context: BrowserContext
    house: House

    @property
    def page(self) -> Page:
        return self.context.pages[0]

    def open(self, path: str) -> Page:
        self.page.goto(self.house.site + path)
        return self.page

    def new_tab(self) -> None:
        """One empty tab instead of those that are open, and the network is there: nothing of them is left on a page."""
        left = self.context.pages
        self.context.new_page()
        for page in left:
            page.close()
        self.context.set_offline(False)

    def press(self, name: str) -> Page:
        """The button or link of this name, and the page behind it."""
        wanted = self.page.get_by_role("button", name=name, exact=True).or_(
            self.page.get_by_role("link", name=name, exact=True)
        )
        wanted.first.click()
        self.page.wait_for_load_state()
        return self.page

    @property
    def store(self) -> str:
        """The browser's certificates, as NSS's tools name it."""
        return f"sql:{self.home / '.pki' / 'nssdb'}"

    def put_in(self, card: IssuedCertificate) -> None:
        """A card into the reader while the browser runs on."""
        file = self.home / "put-in.p12"
        file.write_bytes(card.p12("demo"))
        command = ["pk12util", "-i", str(file), "-d", self.store, "-W", "demo", "-K", ""]
        subprocess.run(command, check=True, capture_output=True)

    def take_out(self, card: IssuedCertificate) -> None:
        """The card leaves the reader while the browser runs on: certificate and key are gone from its store."""
        self._take_out(card.label)

    def forget(self) -> None:
        """Nothing is left of who sat here: no page, no session, no card."""
        self.new_tab()
        self.context.clear_cookies()
        self.context.clear_permissions()
        tools = self.context.new_cdp_session(self.page)
        tools.send("Storage.clearDataForOrigin", {"origin": self.house.site, "storageTypes": "all"})
        tools.detach()
        listed = subprocess.run(["certutil", "-L", "-d", self.store], check=True, capture_output=True, text=True)
        for line in listed.stdout.splitlines():
            label, _, trust = line.rpartition(" ")
            if trust == "u,u,u":
                self._take_out(label.strip())

    def _take_out(self, label: str) -> None:
        subprocess.run(["certutil", "-F", "-d", self.store, "-n", label], check=True, capture_output=True)

    def heading(self) -> str:
        """Of the page that is there now. A page that is on its way: `shows`."""
        return self.page.locator("h1:visible").inner_text()

    def shows(self, heading: str) -> None:
        """Waits for a page with this heading."""
        expect(self.page.locator("h1:visible")).to_have_text(heading)


OpenDesk = Callable[..., Desk]


class Desks:
    """The desks of a module. Starting a browser takes longer than most tests that use it, so tests take turns at a
    desk. Each finds it without cookies or pages of the test before."""

    def __init__(self, house: House, playwright: Playwright, folder: Path) -> None:
        self._house = house
        self._playwright = playwright
        self._homes = (folder / f"home-{number}" for number in itertools.count())
        self._opened: list[Desk] = []
        self._free: list[Desk] = []

    def taken(self, *cards: IssuedCertificate) -> Desk:
        """One that is free, or a new one, with these cards in."""
        if not self._free:
            return self.started(*cards)
        desk = self._free.pop()
        for card in cards:
            desk.put_in(card)
        return desk

    def left(self, desk: Desk) -> None:
        """Nobody sits there any more."""
        desk.forget()
        self._free.append(desk)

    def started(self, *cards: IssuedCertificate, script: bool = True, keeps_pages: bool = False) -> Desk:
        """A new one."""
        home = next(self._homes)
        home.mkdir()
        fill(home, cards, self._house)
        context = launched(
            self._playwright, home, java_script_enabled=script, keeps_pages=keeps_pages, environment=IN_ENGLISH
        )
        self._opened.append(Desk(home, context, self._house))
        return self._opened[-1]

    def ended(self, desk: Desk) -> None:
        self._opened.remove(desk)
        desk.context.close()

    def end_all(self) -> None:
        while self._opened:
            self.ended(self._opened[-1])


def fill(home: Path, cards: Sequence[IssuedCertificate], house: House) -> None:
    """Makes `home` one whose certificate store holds these cards and trusts the house."""
    files = []
    for number, card in enumerate(cards):
        file = home / f"card-{number}.p12"
        file.write_bytes(card.p12("demo"))
        files.append(file)
    nss_home(home, cards=files, web_root=house.authority.web_root)


def launched(
    playwright: Playwright,
    home: Path,
    *,
    program: str = CHROMIUM,
    java_script_enabled: bool = True,
    headless: bool = True,
    keeps_pages: bool = False,
    environment: Mapping[str, str] | None = None,
) -> BrowserContext:
    """Debian's Chromium, at home in `home`. `keeps_pages`: with pages that were left kept whole for "Back", as people
    have it and Playwright does not."""
    inherited = {name: value for name, value in os.environ.items() if name != "XDG_DATA_HOME"}
    context = playwright.chromium.launch_persistent_context(
        str(home / "profile"),
        executable_path=program,
        headless=headless,
        locale="sv-SE",
        java_script_enabled=java_script_enabled,
        args=[
            "--no-sandbox",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
        ],
        env=inherited | {"HOME": str(home)} | dict(environment or {}),  # type: ignore[arg-type]
        ignore_default_args=["--disable-back-forward-cache"] if keeps_pages else [],
        viewport={"width": 1280, "height": 900},
    )
    context.set_default_timeout(PATIENCE * 1000)
    return context
