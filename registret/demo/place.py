"""Where a demo is: its folder, its hosts and its ports. Each can be chosen by an environment variable."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from registret.demo.postgres import data_folder

PREFIX: Final = "REGISTRET_"


class DemoTrouble(Exception):
    """The demo cannot do it. `str()` is one line that says what is wrong and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One demo on this machine. `folder` holds all that it keeps."""

    folder: Path
    site_host: str
    site_port: int
    card_host: str
    card_port: int

    @classmethod
    def here(cls) -> Self:
        """Raises: DemoTrouble."""
        folder = os.environ.get(f"{PREFIX}DEMO_FOLDER")
        return cls(
            folder=Path(folder).absolute() if folder else data_folder("demo"),
            site_host=os.environ.get(f"{PREFIX}SITE_HOST", "registret.localhost"),
            site_port=_port("SITE_PORT", 8443),
            card_host=os.environ.get(f"{PREFIX}CARD_HOST", "kort.registret.localhost"),
            card_port=_port("CARD_PORT", 8444),
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
    def mailbox(self) -> Path:
        return self.folder / "mailbox"


def _port(name: str, default: int) -> int:
    told = os.environ.get(PREFIX + name, str(default))
    if not (told.isascii() and told.isdigit() and 0 < int(told) < 65536):
        raise DemoTrouble(f"{PREFIX}{name} must be a port, a number from 1 to 65535")
    return int(told)
