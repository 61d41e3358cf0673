"""A browser that holds one demo card: Chromium with a home of its own; nobody's own browser learns of the demo."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

P12_PASSWORD: Final = "demo"  # noqa: S105 (it is told to everybody)
"""Opens every .p12 of the demo. It is printed, for the cards belong to nobody."""

TOOLS_PACKAGE: Final = "libnss3-tools"
"""Debian's package with certutil and pk12util."""


_PROGRAMS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_SWITCHES: Final = (
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-sync",
    "--password-store=basic",
)
# They would lead back to the caller's own folders.
_NOT_HANDED_ON: Final = {"XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "NSS_DEFAULT_DB_TYPE"}


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


def open_browser(address: str, *, cards: Sequence[Path], web_root: Path) -> None:
    """Opens Chromium at `address` with these cards, and returns when it is closed. Nothing of it is kept.

    Raises: BrowserTrouble.
    """
    program = _chromium()
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise BrowserTrouble(
            "there is no screen here (neither DISPLAY nor WAYLAND_DISPLAY is set): run it on a desktop"
        )
    with tempfile.TemporaryDirectory(prefix="registret-browser-") as name:
        home = nss_home(Path(name), cards=cards, web_root=web_root)
        command = [program, f"--user-data-dir={home / 'profile'}", *_SWITCHES, address]
        if os.geteuid() == 0:
            # Chromium's sandbox does not work for root.
            command.insert(1, "--no-sandbox")
        done = subprocess.run(
            command, env=_environment(home), stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
        if done.returncode > 0:
            raise BrowserTrouble(f"{program} ended with code {done.returncode}: {_last_line(done.stderr)}")


def _chromium() -> str:
    for name in _PROGRAMS:
        if found := shutil.which(name):
            return found
    raise BrowserTrouble("Chromium is missing. Debian: sudo apt-get install chromium")


def _environment(home: Path) -> dict[str, str]:
    """The caller's, at home elsewhere; the screen's own key to the X server stays where it was."""
    kept = {name: value for name, value in os.environ.items() if name not in _NOT_HANDED_ON}
    old_key = Path.home() / ".Xauthority"
    if old_key.exists():
        kept.setdefault("XAUTHORITY", str(old_key))
    return kept | {"HOME": str(home)}


def _tool(name: str, *arguments: str) -> None:
    program = shutil.which(name)
    if program is None:
        raise BrowserTrouble(f"{name} is missing. Debian, Ubuntu: sudo apt-get install {TOOLS_PACKAGE}")
    done = subprocess.run([program, *arguments], stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if done.returncode != 0:
        raise BrowserTrouble(f"{name} {arguments[0]} failed: {_last_line(done.stderr or done.stdout)}")


def _last_line(said: bytes) -> str:
    lines = said.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "no word of why"
