"""Environment variables, typed. All that is missing, impossible or unknown is told at once, a line for each."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from registret.outgoing.named import NamedService

PREFIX: Final = "REGISTRET_"
_BESIDE: Final = (
    "REGISTRET_SETTINGS",
    "REGISTRET_USER",
    "REGISTRET_DEMO_",
    "REGISTRET_TEST_",
    "REGISTRET_PICTURES",
    "REGISTRET_YEAR_PEOPLE",
)
"""How variables begin that are read elsewhere: for commands, by the demo, by tests."""

_PLACEHOLDER: Final = "not-set-and-not-needed-for-this-command"
_placeholders = False


class SettingTrouble(Exception):
    """Settings are missing, impossible or unknown; the message has a line for each, which says what it is for."""


def use_placeholders() -> None:
    """What is not set is a placeholder from now on, for a command that needs no installation."""
    global _placeholders
    _placeholders = True


def is_loopback(host: str) -> bool:
    """Whether a listener there is reached from this machine only."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


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


class Variables:
    """Reads variables, and remembers what was wrong until `end`. What is wrong is read as something of the right type.

    A name is given without its prefix REGISTRET_; but for files and the address of the database, the variable
    REGISTRET_<name>_FILE may name a file that holds the value (for secrets).
    """

    def __init__(self, variables: Mapping[str, str] = os.environ) -> None:
        self._variables = variables
        self._known: set[str] = set()
        self._faults: list[str] = []

    @property
    def known(self) -> frozenset[str]:
        """The names of all variables that were asked for, with those that may name a file instead."""
        return frozenset(self._known)

    def fault(self, told: str) -> None:
        """Remember a line about what cannot be."""
        self._faults.append(told)

    def end(self) -> None:
        """All variables have been read.

        Raises: SettingTrouble.
        """
        faults = [*self._faults, *self._unknown()]
        if faults and not _placeholders:
            raise SettingTrouble("\n".join(faults))

    def text(self, name: str, *, purpose: str, default: str | None = None, prefix: str = PREFIX) -> str:
        """The variable, or the content of the file that is named for it."""
        variable = prefix + name
        self._known |= {variable, f"{variable}_FILE"}
        value = self._given(variable, purpose)
        if value is None:
            value = default
        if value is None and not _placeholders:
            self.fault(f"{variable} is not set: {purpose}")
        return _PLACEHOLDER if value is None else value

    def address(self, name: str, *, purpose: str) -> str:
        """An https address without query and fragment, or nothing."""
        value = self.text(name, purpose=purpose, default="")
        parts = urlsplit(value)
        if value and (parts.scheme != "https" or not parts.hostname or parts.query or parts.fragment):
            self.fault(f"{PREFIX}{name} must be an https address without ? and #: {purpose}")
        return value

    def database(self, name: str, *, purpose: str, default: str | None = None, prefix: str = PREFIX) -> str:
        """The address of a PostgreSQL database: `postgresql://user:password@host:port/name`."""
        value = self.text(name, purpose=purpose, default=default, prefix=prefix)
        if value in {_PLACEHOLDER, default}:
            return default or "postgresql://"
        try:
            parts = urlsplit(value)
            is_right = parts.scheme in {"postgresql", "postgres"} and (parts.port is None or parts.port > 0)
        except ValueError:
            is_right = False
        if not is_right:
            self.fault(f"{prefix}{name} must be postgresql://user:password@host:port/name: {purpose}")
        return value if is_right else "postgresql://"

    def ip_addresses(self, name: str, *, purpose: str) -> frozenset[str]:
        """IP addresses, separated by spaces; none if it is not set."""
        try:
            return frozenset(str(ip_address(one)) for one in self.text(name, purpose=purpose, default="").split())
        except ValueError as trouble:
            self.fault(f"{PREFIX}{name}: {trouble}: {purpose}")
            return frozenset()

    def service(self, name: str, *, purpose: str, needs_certificate: bool = False) -> NamedService:
        """A service of others: <name>_ADDRESS, …_CERTIFICATE, …_KEY and …_CA_FILE. Without an address there is none."""
        address = self.address(f"{name}_ADDRESS", purpose=f"{purpose}; empty: none")
        certificate = self.text(
            f"{name}_CERTIFICATE",
            purpose=f"certificate, and its chain, by which this registry is known there (PEM): {purpose}",
            default=None if address and needs_certificate else "",
        )
        key = self.text(
            f"{name}_KEY",
            purpose=f"private key of that certificate (PEM): {purpose}",
            default=None if certificate else "",
        )
        ca_file = self.text(f"{name}_CA_FILE", purpose=f"its CA if it is not a public one: {purpose}", default="")
        return NamedService(address=address, certificate=certificate, key=key, ca_file=ca_file)

    def pairs(self, name: str, *, purpose: str) -> Mapping[str, str]:
        """`one=1 two=2`, as a table; empty if it is not set."""
        found = [one.partition("=") for one in self.text(name, purpose=purpose, default="").split()]
        if not all(key and value for key, _, value in found):
            self.fault(f"{PREFIX}{name} must be name=value, by spaces: {purpose}")
        return {key: value for key, _, value in found}

    def flag(self, name: str, *, purpose: str, default: bool = False) -> bool:
        """`yes` or `no`."""
        value = self.text(name, purpose=purpose, default="yes" if default else "no").lower()
        if value not in {"yes", "no"}:
            self.fault(f"{PREFIX}{name} must be yes or no: {purpose}")
        return value == "yes"

    def day(self, name: str, *, purpose: str) -> date | None:
        """A day, 2027-03-31, or None if it is not set."""
        value = self.text(name, purpose=purpose, default="")
        try:
            return date.fromisoformat(value) if value else None
        except ValueError:
            self.fault(f"{PREFIX}{name} must be a day, as 2027-03-31: {purpose}")
            return None

    def number(self, name: str, *, purpose: str, default: int) -> int:
        """A whole number."""
        value = self.text(name, purpose=purpose, default=str(default))
        if not value.isascii() or not value.isdigit():
            self.fault(f"{PREFIX}{name} must be a whole number: {purpose}")
            return default
        return int(value)

    def choice(self, name: str, *, purpose: str, among: tuple[str, ...]) -> str:
        """One of the words `among`; the first if it is not set."""
        value = self.text(name, purpose=purpose, default=among[0])
        if value not in among:
            self.fault(f"{PREFIX}{name} must be one of {', '.join(among)}: {purpose}")
            return among[0]
        return value

    def secret(self, name: str, *, purpose: str, default: str | None = None) -> str:
        """At least 32 characters, or the default."""
        value = self.text(name, purpose=purpose, default=default)
        if len(value) < 32 and value != default:
            self.fault(f"{PREFIX}{name} is too short (32 characters at least): {purpose}")
        return value

    def secrets(self, name: str, *, purpose: str) -> tuple[bytes, ...]:
        """Secrets, separated by spaces; none if it is not set."""
        keys = tuple(key.encode() for key in self.text(name, purpose=purpose, default="").split())
        if any(len(key) < 32 for key in keys):
            self.fault(f"{PREFIX}{name} has a key that is too short (32 characters at least)")
        return keys

    def file(self, name: str, *, purpose: str) -> File:
        """A variable that is asked for when it is used, not at start."""
        variable = PREFIX + name
        self._known.add(variable)
        return File(variable=variable, purpose=purpose, named=self._variables.get(variable, ""))

    def _given(self, variable: str, purpose: str) -> str | None:
        value, file = self._variables.get(variable), self._variables.get(f"{variable}_FILE")
        if file is None:
            return value
        if value is not None:
            self.fault(f"{variable} and {variable}_FILE are both set: which of them counts?")
            return value
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as trouble:
            self.fault(f"{variable}_FILE ({purpose}): {trouble}")
            return _PLACEHOLDER

    def _unknown(self) -> list[str]:
        names = sorted(
            name
            for name in self._variables
            if name.startswith(PREFIX) and name not in self._known and not name.startswith(_BESIDE)
        )
        return [f"{name} is no setting{self._nearest(name)}" for name in names]

    def _nearest(self, name: str) -> str:
        near = get_close_matches(name, self._known, n=1)
        return f": is {near[0]} meant?" if near else ""
