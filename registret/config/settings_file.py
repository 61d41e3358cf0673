"""Commands of an operator read the file of settings that the units of systemd name, and run as the same user.

`/etc/registret/registret.env` is read if it is there; REGISTRET_SETTINGS names another one. What the environment says
counts before what the file says, so a unit, which has read the file already, changes nothing by reading it again.
"""

from __future__ import annotations

import os
import pwd
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from registret.config.env import SettingTrouble

USUAL: Final = Path("/etc/registret/registret.env")
BESIDE: Final = {"migrate": "owner.env", "cull-ledger": "owner.env", "backup": "backup.env"}
"""The files beside it that some commands read as well: they name roles that the services must not have."""

USER: Final = "registret"
"""Whom root becomes, if REGISTRET_USER names nobody else."""

_ASSIGNMENT: Final = re.compile(r"\s*(?P<name>[A-Za-z_][A-Za-z0-9_]*)=(?P<value>.*)")
_DOUBLE: Final = re.compile(r'"((?:[^"\\]|\\.)*)"')
_SINGLE: Final = re.compile(r"'([^']*)'")


def settings_file() -> Path | None:
    """The file that commands read; None if there is none, or this process may not read it."""
    file = Path(os.environ.get("REGISTRET_SETTINGS", USUAL))
    # What a unit starts may not read it again, and need not.
    return file if "REGISTRET_SETTINGS" in os.environ or os.access(file, os.R_OK) else None


def use(command: str) -> None:
    """Add what the file says to the environment. Root becomes the user of the services.

    Raises: SettingTrouble (a file cannot be read or understood; there is no such user).
    """
    file = settings_file()
    if file is None:
        return
    beside = file.with_name(BESIDE.get(command, file.name))
    read = [file, beside] if beside != file and os.access(beside, os.R_OK) else [file]
    for one in read:
        for name, value in _read(one):
            os.environ.setdefault(name, value)
    if os.geteuid() == 0:
        _become(os.environ.get("REGISTRET_USER", USER))


def _read(file: Path) -> Iterator[tuple[str, str]]:
    try:
        lines = file.read_text(encoding="utf-8").replace("\\\n", "").splitlines()
    except (OSError, UnicodeDecodeError) as trouble:
        raise SettingTrouble(f"the file of settings {file} cannot be read: {trouble}") from None
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.lstrip().startswith(("#", ";")):
            continue
        found = _ASSIGNMENT.fullmatch(line)
        value = None if found is None else _unquoted(found["value"].strip())
        if found is None or value is None:
            raise SettingTrouble(
                f"{file}, line {number}: not NAME=value as systemd.exec(5) reads it (EnvironmentFile=)"
            )
        yield found["name"], value


def _unquoted(text: str) -> str | None:
    """As systemd reads a value; None if quotes do not end, or something stands behind them."""
    if text.startswith('"'):
        found = _DOUBLE.fullmatch(text)
        return None if found is None else re.sub(r'\\(["\\`$])', r"\1", found[1])
    if text.startswith("'"):
        found = _SINGLE.fullmatch(text)
        return None if found is None else found[1]
    return re.sub(r"\\(.)", r"\1", text)


def _become(name: str) -> None:
    """Raises: SettingTrouble."""
    try:
        user = pwd.getpwnam(name)
    except KeyError:
        raise SettingTrouble(
            f"there is no user {name}, as whom commands run: make it, or name another one in REGISTRET_USER"
        ) from None
    os.initgroups(name, user.pw_gid)
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)
    os.environ["HOME"] = user.pw_dir
