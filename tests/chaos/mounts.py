"""Mounts that only this program and what it starts see, and that are gone when they are: a small disk, and names."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

NAME: Final = "registret.localhost"
"""Of the mail server and of PostgreSQL, where names are our own."""

_OWN: Final = "CHAOS_MOUNTS"
LARGE, SMALL = "1g", "1m"
"""For PostgreSQL's data, and for a file of some lines."""


def are_own() -> bool:
    return _OWN in os.environ


def have_own() -> None:
    """Begin this program anew with mounts of its own, where root may have such."""
    unshare = shutil.which("unshare")
    if are_own() or os.geteuid() != 0 or unshare is None:
        return
    if subprocess.run([unshare, "--mount", "true"], capture_output=True, check=False).returncode == 0:
        again = [unshare, "--mount", sys.executable, "-m", "tests.chaos", *sys.argv[1:]]
        os.execve(unshare, again, os.environ | {_OWN: "yes"})  # noqa: S606


class Disk:
    """A small one, that can be filled."""

    def __init__(self, folder: Path, size: str) -> None:
        folder.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=755", "tmpfs", folder], check=True)
        self.folder, self._ballast = folder, folder / "ballast"

    def fill(self) -> None:
        with self._ballast.open("wb") as file:
            # Others write at the same time: at last a page at a time.
            for size in (1 << 20, 1 << 12):
                with suppress(OSError):
                    while True:
                        os.posix_fallocate(file.fileno(), file.seek(0, os.SEEK_END), size)

    def empty(self) -> None:
        self._ballast.unlink()

    def take_away(self) -> None:
        subprocess.run(["umount", "--lazy", self.folder], check=True)


class Names:
    """What this machine knows by name; no server is asked for more."""

    def __init__(self, folder: Path) -> None:
        self._hosts, resolver = folder / "hosts", folder / "resolv.conf"
        resolver.write_text("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
        self.know()
        for own, place in ((self._hosts, "/etc/hosts"), (resolver, "/etc/resolv.conf")):
            subprocess.run(["mount", "--bind", own, place], check=True)

    def know(self) -> None:
        self._hosts.write_text(f"127.0.0.1 localhost {NAME}\n")

    def forget(self) -> None:
        self._hosts.write_text("127.0.0.1 localhost\n")
