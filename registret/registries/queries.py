"""The sub-registries (delregister), which are data: `definitions/<code>/<version>/` has `register.toml` and its steps.

A new version of a sub-registry is a new folder beside the old one; the highest number that is not a draft is the one in
force. An operator's own folder (`REGISTRET_DEFINITIONS_DIR`) adds to those that come with the program.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from django.conf import settings
from django.utils.translation import get_language

from registret.registries.forms import Form
from registret.registries.reading import DefinitionBroken, Fault, read_form, read_lists, read_register
from registret.registries.schema import RegisterFile, RegistryState

__all__ = [
    "Catalogue",
    "DefinitionBroken",
    "RegistryState",
    "SubRegistry",
    "catalogue",
    "form_in_force",
    "form_of",
    "name_of",
    "open_for_entry",
    "read",
    "sub_registries",
]

DEFINITIONS: Final = Path(__file__).resolve().parent / "definitions"
SHARED_LISTS: Final = "lists.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class SubRegistry:
    """One sub-registry, by the version in force. `closed_year` is the year from which it is closed for entry, where
    that is known."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """All there is. `forms[code, version]`: of the versions that have steps."""

    sub_registries: tuple[SubRegistry, ...]
    forms: Mapping[tuple[str, int], Form]


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """Read once; call it at start, so that a broken file is found then.

    Raises: DefinitionBroken.
    """
    own = settings.DEFINITIONS_DIR
    return read(DEFINITIONS, *([own] if own else []))


def sub_registries() -> tuple[SubRegistry, ...]:
    """All of them, in the order of their `order`.

    Raises: DefinitionBroken.
    """
    return catalogue().sub_registries


def open_for_entry() -> tuple[SubRegistry, ...]:
    """Those that episodes can be registered in."""
    return tuple(registry for registry in sub_registries() if registry.state is RegistryState.OPEN)


def name_of(code: str) -> str:
    """The name of a sub-registry in the active language, whatever its state.

    Raises: KeyError: there is none with this code.
    """
    return {registry.code: registry for registry in sub_registries()}[code].name


def form_of(code: str, version: int) -> Form:
    """The form that an episode was begun with.

    Raises: KeyError.
    """
    return catalogue().forms[code, version]


def form_in_force(code: str) -> Form | None:
    """The form for new episodes; None if the sub-registry does not exist or is not open."""
    found = {registry.code: registry for registry in open_for_entry()}.get(code)
    return catalogue().forms[found.code, found.version] if found else None


def read(*folders: Path) -> Catalogue:
    """All versions of all sub-registries in folders like `definitions`; lists of options are taken from the first.

    Raises: DefinitionBroken, with the faults of all of them.
    """
    shared = read_lists(folders[0] / SHARED_LISTS) if (folders[0] / SHARED_LISTS).exists() else {}
    registers: dict[tuple[str, int], RegisterFile] = {}
    forms: dict[tuple[str, int], Form] = {}
    faults: list[Fault] = []
    for folder in (file.parent for place in folders for file in sorted(place.glob("*/*/register.toml"))):
        try:
            register = read_register(folder)
            key = register.code, int(folder.name)
            if key in registers:
                faults.append(Fault(file=_named(folder), line=1, what="there are two folders of this version"))
            registers[key] = register
            if register.steps:
                forms[key] = read_form(folder, shared=shared)
        except DefinitionBroken as broken:
            faults += [Fault(file=f"{_named(folder)}/{f.file}", line=f.line, what=f.what) for f in broken.faults]
    if not registers:
        faults.append(Fault(file=str(folders[0]), line=1, what="no <code>/<version>/register.toml in it"))
    if faults:
        raise DefinitionBroken(faults)
    return Catalogue(sub_registries=_in_force(registers), forms=forms)


def _in_force(registers: Mapping[tuple[str, int], RegisterFile]) -> tuple[SubRegistry, ...]:
    chosen: dict[str, tuple[bool, int]] = {}
    for (code, version), register in registers.items():
        rank = register.state is not RegistryState.DRAFT, version
        chosen[code] = max(chosen.get(code, rank), rank)
    found = [(registers[code, version], version) for code, (_, version) in chosen.items()]
    return tuple(_row(r, version) for r, version in sorted(found, key=lambda f: (f[0].order, f[0].code)))


def _row(register: RegisterFile, version: int) -> SubRegistry:
    return SubRegistry(
        code=register.code,
        version=version,
        state=register.state,
        name_sv=register.name.sv,
        name_en=register.name.en,
        closed_year=register.closed_year,
    )


def _named(folder: Path) -> str:
    return f"{folder.parent.name}/{folder.name}"
