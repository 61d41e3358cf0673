"""Browsers on a screen, with a card that has a PIN or with their own list of certificates."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright

from registret.demo.certificates import IssuedCertificate
from registret.demo.reader import PIN, Reader
from tests.journeys.conftest import POLICIES, bertil, cecilia, house, playwright
from tests.journeys.desks import CHROMIUM, Desk, fill, launched
from tests.journeys.running import House
from tests.slow.screen import Screen, until

__all__ = ["bertil", "cecilia", "house", "playwright"]

OUT = Path(os.environ.get("REGISTRET_PICTURES", "out/pictures"))
PIN_DIALOG = "Unlock Security Device"
# A policy's filter: the first certificate that fits, whatever it is.
ANY_CARD: dict[str, Any] = {}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says what was measured. Nothing depends on it: a busy machine is no failure."""
    for report in terminalreporter.getreports("passed"):
        for what, value in report.user_properties if report.when == "call" else ():
            terminalreporter.write_line(f"measured: {what}: {value}")


@pytest.fixture(scope="session")
def screen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Screen]:
    for program in ("Xvfb", "openbox", "xdotool"):
        if shutil.which(program) is None:
            pytest.skip(f"needs {program}: sh tools/setup.sh --screen")
    with Screen.start(tmp_path_factory.mktemp("screen")) as running:
        yield running


@dataclass(slots=True)
class Place(Desk):
    """A desk with a screen, and with a reader if its card has a PIN."""

    screen: Screen
    reader: Reader | None
    # In the page, near its lower left corner, where no text is.
    spot: tuple[int, int] = (0, 0)

    def open(self, path: str) -> Page:
        page = Desk.open(self, path)
        # Asked now, for a page that waits for the browser's list answers nothing.
        left, top, height = page.evaluate("[screenX, screenY, outerHeight]")
        self.spot = (left + 12, top + height - 60)
        return page

    def push(self, name: str) -> None:
        """Presses the button, and does not wait for what the browser may ask outside the page."""
        self.page.get_by_role("button", name=name, exact=True).first.click(no_wait_after=True)

    def type_pin(self, pin: str = PIN) -> None:
        self.screen.type_into(PIN_DIALOG, pin)

    def cancel_pin(self) -> None:
        self.screen.dismiss(PIN_DIALOG)

    def is_asked_for_a_pin(self) -> bool:
        return bool(self.screen.windows(PIN_DIALOG))

    def choose(self, *keys: str) -> None:
        """Waits for the browser's list of certificates, and presses these keys in it, and Enter."""
        self.in_the_list(*keys, "Return")

    def in_the_list(self, *keys: str) -> None:
        """Waits for the browser's list of certificates, and closes it with these keys.

        The list is drawn inside the browser's window and belongs to no page: that it is there shows by the shade
        over the page.
        """
        until(self._is_shaded, "the browser shows no list of certificates")
        self.screen.press(*keys)
        until(lambda: not self._is_shaded(), "the list of certificates stays")

    def keep_picture(self, name: str) -> None:
        """The whole screen, to look at afterwards."""
        until(self._is_shaded, "the browser shows no list of certificates")
        self.screen.picture(OUT / f"{name}.png")

    def _is_shaded(self) -> bool:
        return sum(self.screen.colour(*self.spot)) < 500


OpenPlace = Callable[..., Place]


@pytest.fixture
def place(house: House, playwright: Playwright, screen: Screen, tmp_path: Path) -> Iterator[OpenPlace]:
    """`place(card, …)` opens a browser on the screen with these cards in its own store, or with the first of them in a
    reader (`pin=True`).

    `choice` is the filter by which a managed policy chooses among certificates; without, the browser shows its list.
    """
    if os.geteuid() != 0:
        pytest.skip("needs root: a managed policy for Chromium")
    POLICIES.mkdir(parents=True, exist_ok=True)
    opened: list[BrowserContext] = []

    def sit_down(
        *cards: IssuedCertificate,
        pin: bool = False,
        asks_each_time: bool = False,
        choice: dict[str, Any] | None = None,
    ) -> Place:
        for program in ("softhsm2-util", "pkcs11-tool", "modutil") if pin else ():
            if shutil.which(program) is None:
                pytest.skip(f"needs {program}: sh tools/setup.sh --browser --screen")
        home = tmp_path / f"place-{len(opened)}"
        home.mkdir()
        fill(home, () if pin else cards, house)
        reader = Reader.build(home / "reader", *cards, asks_each_time=asks_each_time) if pin else None
        if reader is not None:
            reader.plug_into(home / ".pki" / "nssdb")
        context = launched(
            playwright,
            home,
            program=str(_with_policy(home, choice)),
            headless=False,
            environment={"DISPLAY": screen.display, "LANGUAGE": "en"} | (reader.environment if reader else {}),
        )
        opened.append(context)
        return Place(home, context, house, screen, reader)

    yield sit_down
    for context in opened:
        context.close()


def _with_policy(home: Path, choice: dict[str, Any] | None) -> Path:
    """A program that starts Chromium where the machine's policies are those of this test and no others."""
    policies = home / "policies"
    policies.mkdir()
    if choice is not None:
        rule = {"pattern": "https://[*.]kort.registret.localhost", "filter": choice}
        policy = {"AutoSelectCertificateForUrls": [json.dumps(rule)]}
        (policies / "registret-test.json").write_text(json.dumps(policy), encoding="utf-8")
    program = home / "chromium"
    mount = f"mount --bind {policies} {POLICIES}"
    program.write_text(f'#!/bin/sh\nexec unshare --mount sh -c \'{mount} && exec {CHROMIUM} "$@"\' sh "$@"\n')
    program.chmod(0o755)
    return program
