"""Environment variables, typed. A missing one fails at start and says what it is for."""

from __future__ import annotations

import os
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

PREFIX = "REGISTRET_"
_PLACEHOLDER = "not-set-and-not-needed-for-this-command"
_placeholders = False


class SettingTrouble(Exception):
    """A setting is missing or impossible; the message is one line that says which and what it is for."""


def use_placeholders() -> None:
    """What is not set is a placeholder from now on, for a command that needs no installation."""
    global _placeholders
    _placeholders = True
    os.environ.setdefault("DATABASE_URL", "postgresql://")


def text(name: str, *, purpose: str, default: str | None = None) -> str:
    """The variable REGISTRET_<name>, or the content of the file that REGISTRET_<name>_FILE names (for secrets).

    Raises: SettingTrouble.
    """
    variable = PREFIX + name
    value = os.environ.get(variable)
    file = os.environ.get(variable + "_FILE")
    if value is None and file is not None:
        try:
            value = Path(file).read_text(encoding="utf-8").strip()
        except OSError as trouble:
            raise SettingTrouble(f"{variable}_FILE ({purpose}): {trouble}") from None
    if value is None:
        value = default
    if value is None and _placeholders:
        value = _PLACEHOLDER
    if value is None:
        raise SettingTrouble(f"{variable} is not set: {purpose}")
    return value


def address(name: str, *, purpose: str) -> str:
    """An https address without query and fragment, or nothing.

    Raises: SettingTrouble.
    """
    value = text(name, purpose=purpose, default="")
    parts = urlsplit(value)
    if value and (parts.scheme != "https" or not parts.hostname or parts.query or parts.fragment):
        raise SettingTrouble(f"{PREFIX}{name} must be an https address without ? and #: {purpose}")
    return value


def ip_addresses(name: str, *, purpose: str) -> frozenset[str]:
    """IP addresses, separated by spaces; none if it is not set.

    Raises: SettingTrouble.
    """
    try:
        return frozenset(str(ip_address(one)) for one in text(name, purpose=purpose, default="").split())
    except ValueError as trouble:
        raise SettingTrouble(f"{PREFIX}{name}: {trouble}: {purpose}") from None


def is_loopback(host: str) -> bool:
    """Whether a listener there is reached from this machine only."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def flag(name: str, *, purpose: str, default: bool = False) -> bool:
    """Raises: SettingTrouble."""
    value = text(name, purpose=purpose, default="yes" if default else "no").lower()
    if value not in {"yes", "no"}:
        raise SettingTrouble(f"{PREFIX}{name} must be yes or no: {purpose}")
    return value == "yes"


def number(name: str, *, purpose: str, default: int) -> int:
    """Raises: SettingTrouble."""
    value = text(name, purpose=purpose, default=str(default))
    if not value.isascii() or not value.isdigit():
        raise SettingTrouble(f"{PREFIX}{name} must be a whole number: {purpose}")
    return int(value)


def choice(name: str, *, purpose: str, among: tuple[str, ...]) -> str:
    """One of the words `among`; the first if it is not set.

    Raises: SettingTrouble.
    """
    value = text(name, purpose=purpose, default=among[0])
    if value not in among:
        raise SettingTrouble(f"{PREFIX}{name} must be one of {', '.join(among)}: {purpose}")
    return value


def secret(name: str, *, purpose: str, default: str | None = None) -> str:
    """A secret of at least 32 characters.

    Raises: SettingTrouble.
    """
    value = text(name, purpose=purpose, default=default)
    if len(value) < 32:
        raise SettingTrouble(f"{PREFIX}{name} is too short (32 characters at least): {purpose}")
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """The path of a file that only some commands need. `named` is what the variable says: empty if it is not set."""

    variable: str
    purpose: str
    named: str

    @property
    def path(self) -> Path:
        """Raises: SettingTrouble (not set)."""
        if not self.named:
            raise SettingTrouble(f"{self.variable} is not set: {self.purpose}")
        return Path(self.named)


def file(name: str, *, purpose: str) -> File:
    """A variable that is asked for when it is used, not at start."""
    return File(variable=PREFIX + name, purpose=purpose, named=os.environ.get(PREFIX + name, ""))
