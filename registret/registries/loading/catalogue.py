"""Read all sub-registries out of folders: those that come with the program, and an operator's own."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from django.utils.translation import get_language

from registret.registries.forms import Form
from registret.registries.loading.edition_rules import FILE as EDITIONS
from registret.registries.loading.edition_rules import EditionRules, read_edition_rules
from registret.registries.loading.faults import DefinitionBroken, Fault
from registret.registries.loading.indicator_reading import FILE as INDICATORS
from registret.registries.loading.indicator_reading import read_indicators
from registret.registries.loading.reaching import faults_of
from registret.registries.loading.reading import (
    read_form,
    read_lists,
    read_register,
    read_terminology,
    read_value_set,
)
from registret.registries.loading.shared import SharedDefinitions
from registret.registries.measuring import Indicator
from registret.registries.schema import RegisterFile
from registret.registries.terminologies import Terminologies, Terminology
from registret.registries.value_sets import ValueSet
from registret.registries.variables import CodeList
from registret.registries.vocabulary import CodeSystem, RegistryState

DEFINITIONS: Final = Path(__file__).resolve().parent.parent / "definitions"
SHARED_LISTS: Final = "lists.toml"
CODES: Final = "codes"
VALUE_SETS: Final = "value_sets"


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
    def is_over(self) -> bool:
        """Whether nothing is registered in it any more."""
        return self.state in (RegistryState.CLOSED, RegistryState.ARCHIVED)

    @property
    def name(self) -> str:
        """In the active language."""
        return self.name_en if (get_language() or "sv").startswith("en") else self.name_sv


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """All there is, by code and version. `forms`: of the versions that have steps. `terminologies`: lists of codes.
    `indicators`: by sub-registry, in the order of their file. `edition_rules`: how figures of others are told."""

    registers: Mapping[tuple[str, int], RegisterFile]
    forms: Mapping[tuple[str, int], Form]
    terminologies: Mapping[CodeSystem, Terminology]
    indicators: Mapping[str, tuple[Indicator, ...]]
    edition_rules: EditionRules
    _by_day: dict[date, tuple[SubRegistry, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def on(self, day: date) -> tuple[SubRegistry, ...]:
        """Each sub-registry by the version in force on that day: in the order of their `order`, those that have been
        closed last."""
        # A list names the sub-registry of each of its lines.
        if day not in self._by_day:
            self._by_day[day] = self._on(day)
        return self._by_day[day]

    def _on(self, day: date) -> tuple[SubRegistry, ...]:
        chosen: dict[str, tuple[bool, int]] = {}
        for (code, version), register in self.registers.items():
            rank = register.state_on(day) is not RegistryState.DRAFT, version
            chosen[code] = max(chosen.get(code, rank), rank)
        found = [(self.registers[code, version], version) for code, (_, version) in chosen.items()]
        rows = [(_row(r, version, day), r.order) for r, version in found]
        return tuple(row for row, _ in sorted(rows, key=lambda one: (one[0].is_over, one[1], one[0].code)))


def read(*folders: Path, codes_on: date | None = None) -> Catalogue:
    """All versions of all sub-registries in folders like `definitions`. A folder may use the lists of options that come
    with the program, and its own. `codes_on`: a code that is out of date on that day is a fault.

    Raises: DefinitionBroken, with the faults of all of them.
    """
    faults: list[Fault] = []
    known = _terminologies_in(folders, faults)
    terminologies = Terminologies(known=known, on=codes_on)
    registers, forms = _forms(folders, terminologies, faults)
    # A form that is broken has faults of its own, and so would all that asks it something.
    indicators = {} if faults else _indicators(folders, forms, faults)
    rules = _edition_rules(folders, faults)
    if rules is None or faults:
        raise DefinitionBroken(faults)
    return Catalogue(registers=registers, forms=forms, terminologies=known, indicators=indicators, edition_rules=rules)


def _forms(
    folders: Collection[Path], terminologies: Terminologies, faults: list[Fault]
) -> tuple[dict[tuple[str, int], RegisterFile], dict[tuple[str, int], Form]]:
    """By code and version, each with its form if it has steps. Adds to `faults`."""
    registers: dict[tuple[str, int], RegisterFile] = {}
    forms: dict[tuple[str, int], Form] = {}
    value_sets = _value_sets(folders, faults)
    for place, found in ((place, _versions(place)) for place in folders):
        if not found and not (place / EDITIONS).exists() and not (place / VALUE_SETS).exists():
            faults.append(Fault(file=str(place), line=1, what="no <code>/<version>/register.toml in it"))
        with _collected(faults):
            lists = _shared_lists(place, terminologies)
            shared = SharedDefinitions(lists=lists, terminologies=terminologies, value_sets=value_sets)
            for folder in found:
                with _collected(faults, f"{_named(folder)}/"):
                    register = read_register(folder)
                    key = register.code, int(folder.name)
                    if key in registers:
                        faults.append(Fault(file=_named(folder), line=1, what="there are two folders of this version"))
                    registers[key] = register
                    if register.steps:
                        forms[key] = read_form(folder, shared)
    return registers, forms


@contextmanager
def _collected(faults: list[Fault], where: str = "") -> Iterator[None]:
    """Goes on after a DefinitionBroken, with its faults added to `faults`; `where` stands before their files."""
    try:
        yield
    except DefinitionBroken as broken:
        faults += [replace(one, file=f"{where}{one.file}") for one in broken.faults]


def logic_faults(found: Catalogue, *folders: Path) -> list[Fault]:
    """What shows only when answers are tried: rules that nothing breaks, outcomes that hide. It takes seconds, so no
    server does it at its start. `found`: what was read from the folders."""
    faults = []
    for folder in (folder for place in folders for folder in _versions(place)):
        form = found.forms.get((folder.parent.name, int(folder.name)))
        if form is not None:
            faults += [replace(one, file=f"{_named(folder)}/{one.file}") for one in faults_of(form, folder)]
    return faults


def _indicators(
    folders: Collection[Path], forms: Mapping[tuple[str, int], Form], faults: list[Fault]
) -> dict[str, tuple[Indicator, ...]]:
    """By sub-registry. The file of a later folder replaces that of an earlier one. Adds to `faults`."""
    found: dict[str, tuple[Indicator, ...]] = {}
    files = {file.parent.name: file for place in folders for file in sorted(place.glob(f"*/{INDICATORS}"))}
    for code, file in files.items():
        versions = {version: form for (sub_registry, version), form in forms.items() if sub_registry == code}
        with _collected(faults, f"{code}/"):
            found[code] = read_indicators(file.parent, versions)
    return found


def _edition_rules(folders: Collection[Path], faults: list[Fault]) -> EditionRules | None:
    """Those of the last folder that has some, or that come with the program. Adds to `faults`."""
    try:
        return read_edition_rules([one for one in (DEFINITIONS, *folders) if (one / EDITIONS).exists()][-1])
    except DefinitionBroken as broken:
        faults += broken.faults
        return None


def _versions(place: Path) -> list[Path]:
    """The folders that hold a version, or look as if they should."""
    return sorted({file.parent for file in place.glob("*/*/*.toml")})


def _terminologies_in(folders: Collection[Path], faults: list[Fault]) -> dict[CodeSystem, Terminology]:
    """Those that come with the program, and those of the folders. Adds to `faults`."""
    known: dict[CodeSystem, Terminology] = {}
    for place in dict.fromkeys((DEFINITIONS, *folders)):
        with _collected(faults, f"{CODES}/"):
            known |= _terminologies(place, known)
    return known


def _terminologies(place: Path, before: Mapping[CodeSystem, Terminology]) -> dict[CodeSystem, Terminology]:
    """Those of one folder. Raises: DefinitionBroken."""
    there = {file.stem for file in (place / CODES).glob("*.*")}
    return {one: read_terminology(place / CODES, one, before.get(one)) for one in CodeSystem if one.value in there}


def _value_sets(folders: Collection[Path], faults: list[Fault]) -> dict[tuple[str, str], ValueSet]:
    """By code and version. Those of a later folder replace those of an earlier one. Adds to `faults`."""
    found: dict[tuple[str, str], ValueSet] = {}
    for file in (file for place in folders for file in sorted((place / VALUE_SETS).glob("*.toml"))):
        with _collected(faults, f"{VALUE_SETS}/"):
            one = read_value_set(file)
            found[one.code, one.version] = one
    return found


def _shared_lists(place: Path, terminologies: Terminologies) -> dict[str, CodeList]:
    """Raises: DefinitionBroken."""
    found: dict[str, CodeList] = {}
    for file in {DEFINITIONS / SHARED_LISTS: None, place / SHARED_LISTS: None}:
        if file.exists():
            found |= read_lists(file, terminologies)
    return found


def _row(register: RegisterFile, version: int, day: date) -> SubRegistry:
    return SubRegistry(
        code=register.code,
        version=version,
        state=register.state_on(day),
        name_sv=register.name.sv,
        name_en=register.name.en,
        closed_year=register.closed_year or _first_closed_year(register),
    )


def _first_closed_year(register: RegisterFile) -> int | None:
    return (register.closes + timedelta(days=1)).year if register.closes else None


def _named(folder: Path) -> str:
    return f"{folder.parent.name}/{folder.name}"
