"""The sub-registries (delregister), which are data: `definitions/<code>/<version>/register.toml`.

A new version of a sub-registry is a new folder beside the old one; the highest number is the one in force.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from django.utils.translation import get_language

DEFINITIONS = Path(__file__).resolve().parent / "definitions"
LANGUAGES = ("sv", "en")
_FIELDS = {"code": str, "state": str, "order": int, "closed_year": int, "name": dict}
_MAY_BE_LEFT_OUT = {"closed_year"}


class DefinitionBroken(Exception):
    """A definition cannot be read; the message is one line that names the file and says what is wrong."""


class RegistryState(StrEnum):
    DRAFT = "draft"
    """Being prepared: seen by nobody who reports."""
    OPEN = "open"
    CLOSED = "closed"
    """Closed for entry; its reports stay."""
    ARCHIVED = "archived"


@dataclass(frozen=True, slots=True, kw_only=True)
class SubRegistry:
    """One sub-registry. `closed_year` is the year from which it is closed for entry, where that is known."""

    code: str
    version: int
    state: RegistryState
    name_sv: str
    name_en: str
    closed_year: int | None

    @property
    def name(self) -> str:
        """In the active language."""
        return self.name_en if (get_language() or "sv").startswith("en") else self.name_sv


@lru_cache(maxsize=1)
def sub_registries() -> tuple[SubRegistry, ...]:
    """All of them, in the order of their `order`. Read once; call it at start, so that a broken file is found then.

    Raises: DefinitionBroken.
    """
    return read(DEFINITIONS)


def open_for_entry() -> tuple[SubRegistry, ...]:
    """Those that episodes can be registered in."""
    return tuple(registry for registry in sub_registries() if registry.state is RegistryState.OPEN)


def name_of(code: str) -> str:
    """The name of a sub-registry in the active language, whatever its state.

    Raises: KeyError: there is none with this code.
    """
    return {registry.code: registry for registry in sub_registries()}[code].name


def read(folder: Path) -> tuple[SubRegistry, ...]:
    """The newest version of each sub-registry in a folder like `definitions`.

    Raises: DefinitionBroken.
    """
    found: dict[str, tuple[int, SubRegistry]] = {}
    for file in folder.glob("*/*/register.toml"):
        order, registry = _read(file)
        if registry.code not in found or found[registry.code][1].version < registry.version:
            found[registry.code] = (order, registry)
    if not found:
        raise DefinitionBroken(f"{folder}: no <code>/<version>/register.toml in it")
    return tuple(registry for _, registry in sorted(found.values(), key=lambda f: (f[0], f[1].code)))


def _read(file: Path) -> tuple[int, SubRegistry]:
    try:
        definition = tomllib.loads(file.read_text(encoding="utf-8"))
        _check(definition, file)
        registry = SubRegistry(
            code=definition["code"],
            version=int(file.parent.name),
            state=RegistryState(definition["state"]),
            name_sv=definition["name"]["sv"],
            name_en=definition["name"]["en"],
            closed_year=definition.get("closed_year"),
        )
    except (OSError, ValueError) as trouble:
        raise DefinitionBroken(f"{file}: {' '.join(str(trouble).split())}") from None
    return definition["order"], registry


def _check(definition: Mapping[str, object], file: Path) -> None:
    for field in definition:
        if field not in _FIELDS:
            raise ValueError(f"unknown field {field}")
    for field, kind in _FIELDS.items():
        if field not in definition and field in _MAY_BE_LEFT_OUT:
            continue
        if type(definition.get(field)) is not kind:
            raise ValueError(f"{field} is missing or not of type {kind.__name__}")
    names = definition["name"]
    if not isinstance(names, dict) or set(names) != set(LANGUAGES):
        raise ValueError(f"name must be given in {' and '.join(LANGUAGES)}")
    if not all(isinstance(name, str) and name.strip() for name in names.values()):
        raise ValueError("a name is empty")
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", str(definition["code"])):
        raise ValueError("code must be of a-z, 0-9 and single hyphens")
    if definition["code"] != file.parent.parent.name:
        raise ValueError(f"code is {definition['code']}, but the folder is {file.parent.parent.name}")
    if not re.fullmatch(r"[1-9][0-9]{0,3}", file.parent.name):
        raise ValueError("the version (the folder's name) must be a whole number")
