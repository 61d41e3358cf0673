"""Where a demo is: its folder, its hosts and its ports. Each can be chosen by an environment variable."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Self

from registret.demo.postgres import data_folder

PREFIX: Final = "REGISTRET_"
# The comment on the table of accounts in a database that a demo has furnished.
MARK: Final = "furnished by registret demo"


class DemoTrouble(Exception):
    """The demo cannot do it. `str()` is one line that says what is wrong and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One demo on this machine. `folder` holds all that it keeps. `years`: so long is the history of its clinics."""

    folder: Path
    site_host: str
    site_port: int
    card_host: str
    card_port: int
    years: int = 0

    @classmethod
    def here(cls) -> Self:
        """Raises: DemoTrouble."""
        site_port, card_port = _port("SITE_PORT", 8443), _port("CARD_PORT", 8444)
        if site_port == card_port:
            raise DemoTrouble(
                f"the site and its card hosts need a port each, and both are {site_port}: try {other_ports(site_port)}"
            )
        folder = os.environ.get(f"{PREFIX}DEMO_FOLDER")
        return cls(
            folder=Path(folder).absolute() if folder else data_folder("demo"),
            site_host=os.environ.get(f"{PREFIX}SITE_HOST", "registret.localhost"),
            site_port=site_port,
            card_host=os.environ.get(f"{PREFIX}CARD_HOST", "kort.registret.localhost"),
            card_port=card_port,
            years=_years(),
        )

    @property
    def site(self) -> str:
        return f"https://{self.site_host}:{self.site_port}"

    @property
    def database(self) -> Path:
        return self.folder / "database"

    @property
    def certificates(self) -> Path:
        return self.folder / "certificates"

    @property
    def cards(self) -> Path:
        return self.certificates / "cards"

    @property
    def web_root(self) -> Path:
        return self.certificates / "ca" / "web.pem"

    @property
    def history(self) -> Path:
        """How far the history of the clinics is written."""
        return self.folder / "history.json"

    @property
    def journal_x(self) -> Path:
        """A file to bring in."""
        return self.folder / "journal-x.csv"

    @property
    def mailbox(self) -> Path:
        return self.folder / "mailbox"

    @contextmanager
    def held(self) -> Iterator[None]:
        """For as long as a demo runs in the folder, which exists: nobody else starts one there, and `running` finds it.

        Raises: DemoTrouble: one runs already.
        """
        # Not truncated before the lock is ours: its content belongs to the process that holds it.
        with self._running_file.open("a+", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise DemoTrouble(f"demon är redan igång på {self._told(file.name).site}") from None
            file.truncate(0)
            file.write(f"{self.site_port} {self.card_port}\n")
            file.flush()
            yield

    def running(self) -> Self | None:
        """The demo that runs in the folder now, at the ports where it does; None if none does."""
        if not self._running_file.exists():
            return None
        with self._running_file.open(encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return self._told(file.name)
        return None

    @property
    def _running_file(self) -> Path:
        return self.folder / "running"

    def _told(self, file: str) -> Self:
        ports = Path(file).read_text(encoding="utf-8").split()
        return replace(self, site_port=int(ports[0]), card_port=int(ports[1])) if len(ports) == 2 else self


def other_ports(near: int) -> str:
    """`make demo` at two other ports, as one types it."""
    site_port = near + 1000 if near < 64000 else near - 1000
    return f"{PREFIX}SITE_PORT={site_port} {PREFIX}CARD_PORT={site_port + 1} make demo"


def _port(name: str, default: int) -> int:
    told = os.environ.get(PREFIX + name, str(default))
    if not (told.isascii() and told.isdigit() and 0 < int(told) < 65536):
        raise DemoTrouble(f"{PREFIX}{name} must be a port, a number from 1 to 65535")
    return int(told)


def _years() -> int:
    told = os.environ.get(f"{PREFIX}DEMO_YEARS", "3")
    if told not in {"0", "1", "2", "3", "4", "5"}:
        raise DemoTrouble(f"{PREFIX}DEMO_YEARS must be a number of years from 0 to 5")
    return int(told)
