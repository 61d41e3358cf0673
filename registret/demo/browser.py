"""A browser that holds one demo card: Chromium with a home of its own; nobody's own browser learns of the demo."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

P12_PASSWORD: Final = "demo"  # noqa: S105 (it is told to everybody)
"""Opens every .p12 of the demo. It is printed, for the cards belong to nobody."""

TOOLS_PACKAGE: Final = "libnss3-tools"
"""Debian's package with certutil and pk12util."""


class BrowserTrouble(Exception):
    """The browser cannot be opened. `str()` is one line that says what is missing and how to get it."""


def nss_home(folder: Path, *, cards: Sequence[Path], web_root: Path, password: str = P12_PASSWORD) -> Path:
    """Makes `folder` a HOME whose certificate store holds exactly these cards and trusts the demo's pages.

    `cards` are .p12 files that open with `password`; `web_root` is the CA certificate (PEM) that vouches for the site
    and the card hosts. Chromium started with HOME set to the answer, and without XDG_DATA_HOME, finds both. A store
    that was there before is replaced. Returns `folder`.

    Raises: BrowserTrouble.
    """
    old, new = folder / ".pki", folder / ".local" / "share" / "pki"
    shutil.rmtree(new, ignore_errors=True)
    if old.is_symlink():
        old.unlink()
    shutil.rmtree(old, ignore_errors=True)
    store = new / "nssdb"
    store.mkdir(mode=0o700, parents=True)
    # Chromium looked in ~/.pki for twenty years and moves to ~/.local/share/pki; this is one store under both names.
    old.symlink_to(Path(".local") / "share" / "pki")
    where = ("-d", f"sql:{store}")
    _tool("certutil", "-N", *where, "--empty-password")
    _tool("certutil", "-A", *where, "-n", "registret demo", "-t", "C,,", "-i", str(web_root))
    for card in cards:
        _tool("pk12util", "-i", str(card), *where, "-W", password, "-K", "")
    return folder


def _tool(name: str, *arguments: str) -> None:
    program = shutil.which(name)
    if program is None:
        raise BrowserTrouble(f"{name} is missing. Debian, Ubuntu: sudo apt-get install {TOOLS_PACKAGE}")
    environment = {variable: value for variable, value in os.environ.items() if variable != "NSS_DEFAULT_DB_TYPE"}
    done = subprocess.run(
        [program, *arguments], env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    if done.returncode != 0:
        said = (done.stderr or done.stdout).decode(errors="replace").strip().splitlines()
        raise BrowserTrouble(f"{name} {arguments[0]} failed: {said[-1] if said else 'no word of why'}")
