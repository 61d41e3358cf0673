"""Debian's Firefox with a profile of its own, driven by WebDriver BiDi (W3C): Firefox speaks it without a driver."""

from __future__ import annotations

import itertools
import json
import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from websockets.sync.client import ClientConnection, connect

from registret.demo.certificates import IssuedCertificate
from tests.journeys.running import PATIENCE, House
from tests.slow.screen import until

_PREFERENCES: dict[str, Any] = {
    # Nothing headless can answer the dialog in which Firefox shows its list.
    "security.default_personal_cert": "Select Automatically",
    "intl.accept_languages": "sv-SE",
    "app.update.disabledForTesting": True,
    "browser.aboutwelcome.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
}


@dataclass(slots=True)
class Firefox:
    """A running Firefox whose certificate store holds some cards, with one tab."""

    house: House
    profile: Path
    connection: ClientConnection
    tab: str = ""
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @classmethod
    @contextmanager
    def running(cls, folder: Path, house: House, cards: Sequence[IssuedCertificate]) -> Iterator[Self]:
        """Headless, at home in `folder`, with these cards in."""
        profile = folder / "profile"
        profile.mkdir(parents=True)
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in _PREFERENCES.items()]
        (profile / "user.js").write_text("\n".join(lines), encoding="utf-8")
        _certutil(profile, "-N", "--empty-password")
        _certutil(profile, "-A", "-n", "registret demo", "-t", "C,,", "-i", str(house.authority.web_root))
        for card in cards:
            put_in(profile, card)
        said = folder / "firefox.log"
        with said.open("wb") as log:
            command = ["firefox-esr", "--headless", "--no-remote", "--remote-debugging-port", "0"]
            process = subprocess.Popen(
                [*command, "--profile", str(profile)], env=os.environ | {"HOME": str(folder)}, stdout=log, stderr=log
            )
        address = re.compile(r"WebDriver BiDi listening on (ws://\S+)")
        until(lambda: bool(address.search(said.read_text(errors="replace"))), "Firefox does not listen")
        listening = address.search(said.read_text(errors="replace"))
        assert listening is not None
        try:
            with connect(f"{listening[1]}/session", max_size=None) as connection:
                browser = cls(house, profile, connection)
                browser.do("session.new", capabilities={})
                browser.tab = browser.do("browsingContext.getTree")["contexts"][0]["context"]
                yield browser
        finally:
            process.terminate()
            process.wait(PATIENCE)

    def do(self, method: str, **parameters: Any) -> dict[str, Any]:
        """A command of BiDi and its result.

        Raises: AssertionError (Firefox says no; the message is its answer).
        """
        number = next(self.numbers)
        self.connection.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self.connection.recv(timeout=PATIENCE))
            if answer.get("id") == number:
                assert answer["type"] == "success", answer
                result: dict[str, Any] = answer["result"]
                return result

    def open(self, path: str) -> None:
        self.do("browsingContext.navigate", context=self.tab, url=self.house.site + path, wait="complete")

    def back(self) -> None:
        self.do("browsingContext.traverseHistory", context=self.tab, delta=-1)

    def press(self, name: str) -> None:
        """The visible button or link of this name."""
        wanted = f"b => b.textContent.trim() === {json.dumps(name)} && b.checkVisibility()"
        self.tell(f"[...document.querySelectorAll('button, a')].find({wanted}).click()")

    def tell(self, expression: str) -> Any:
        """What this JavaScript says in the page."""
        target = {"context": self.tab}
        answer = self.do("script.evaluate", expression=expression, target=target, awaitPromise=True)
        assert answer["type"] == "success", answer
        return answer["result"].get("value")

    def is_at(self, heading: str) -> float:
        """Waits until the page's visible heading begins so; returns how many seconds that took.

        Raises: AssertionError (it never does).
        """
        return until(lambda: self.heading().startswith(heading), f"never at {heading}")

    def is_at_start(self, given_name: str) -> float:
        """Waits until the start page greets, as the hour has it: `God kväll, Bertil`, `Hej, Bertil`.

        Raises: AssertionError (it never does).
        """
        return until(lambda: self.heading().endswith(f", {given_name}"), f"never greeted {given_name}")

    def heading(self) -> str:
        """The visible h1; empty between two pages."""
        shown = "[...document.querySelectorAll('h1')].filter(h => h.checkVisibility()).map(h => h.innerText).join(' ')"
        try:
            return str(self.tell(shown))
        except AssertionError:
            return ""

    def text(self) -> str:
        return str(self.tell("document.documentElement.outerHTML"))

    def take_out(self, card: IssuedCertificate) -> None:
        _certutil(self.profile, "-F", "-n", card.label)

    def put_in(self, card: IssuedCertificate) -> None:
        put_in(self.profile, card)


def put_in(profile: Path, card: IssuedCertificate) -> None:
    file = profile / "put-in.p12"
    file.write_bytes(card.p12("demo"))
    to = ["-d", f"sql:{profile}", "-W", "demo", "-K", ""]
    subprocess.run(["pk12util", "-i", str(file), *to], check=True, capture_output=True)


def _certutil(profile: Path, *arguments: str) -> None:
    subprocess.run(["certutil", *arguments, "-d", f"sql:{profile}"], check=True, capture_output=True)
