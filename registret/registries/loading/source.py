"""The TOML files of one folder, read and checked against their shape, with every fault found in them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from registret.registries.loading.faults import DefinitionBroken, Fault
from registret.registries.loading.toml_lines import TomlLines
from registret.registries.schema import ListsFile, RegisterFile
from registret.registries.terminologies import Terminologies
from registret.registries.variables import CodeList, Variable

F = TypeVar("F", bound=BaseModel)


class DefinitionFiles:
    """The files of one folder, and what is wrong with them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lines: dict[str, TomlLines] = {}
        self.faults: list[Fault] = []

    def read(self, name: str, shape: type[F]) -> F | None:
        """Read a file; return None, and note its faults, if it is broken."""
        try:
            text = (self._folder / name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as trouble:
            self.faults.append(Fault(file=name, line=1, what=f"cannot be read: {type(trouble).__name__}"))
            return None
        self._lines[name] = TomlLines(text)
        try:
            return shape.model_validate(tomllib.loads(text))
        except tomllib.TOMLDecodeError as trouble:
            self.faults.append(Fault(file=name, line=TomlLines.of_syntax(trouble), what=f"not TOML: {trouble}"))
        except ValidationError as trouble:
            for error in _first_causes(trouble):
                place = ".".join(str(part) for part in error["loc"] if isinstance(part, str))
                self.fault(name, error["loc"], _fault_of(place, error))
        return None

    def lists(self, name: str, file: ListsFile | None) -> dict[str, CodeList]:
        """Return the lists by code, and note a fault if a code occurs twice."""
        found: dict[str, CodeList] = {}
        for i, one in enumerate(file.list if file else ()):
            if one.code in found:
                self.fault(name, ("list", i), f"list {one.code} stands there twice")
            found[one.code] = one
        return found

    def require_codes(
        self,
        name: str,
        at: tuple[str | int, ...],
        part: CodeList | Variable,
        terminologies: Terminologies,
    ) -> None:
        """Each code of a question, or of the options of a list, must be in the list of its system."""
        if isinstance(part, CodeList):
            each = [((*at, "option", i), option.codes) for i, option in enumerate(part.option)]
        else:
            each = [((*at, "codes"), part.codes)]
        for place, codes in each:
            for system, found in codes.items():
                for trouble in filter(None, (terminologies.trouble(system, code) for code in found)):
                    self.fault(name, place, trouble)

    def require_no_more(self, names: set[str]) -> None:
        """Note a fault for a file that nothing reads: a step was forgotten, or its name is mistyped."""
        for file in sorted(self._folder.glob("*.toml")):
            if file.stem not in names:
                self.faults.append(Fault(file=file.name, line=1, what="is not one of the steps of register.toml"))

    def fault(self, name: str, path: Iterable[str | int], what: str) -> None:
        self.faults.append(Fault(file=name, line=self._lines[name].of(*path), what=what))

    def require_place(self, register: RegisterFile) -> None:
        """Check the sub-registry and version against the names of the folders."""
        if register.code != self._folder.parent.name:
            what = f"code is {register.code}, but the folder is {self._folder.parent.name}"
            self._at_register(("code",), what)
        if not re.fullmatch(r"[1-9][0-9]{0,3}", self._folder.name):
            self._at_register((), "the version (the folder's name) must be a whole number")

    def stop_if_faulty(self) -> None:
        """Raises: DefinitionBroken."""
        if self.faults:
            raise DefinitionBroken(self.faults)

    def _at_register(self, path: tuple[str, ...], what: str) -> None:
        if "register.toml" not in self._lines:
            self._lines["register.toml"] = TomlLines((self._folder / "register.toml").read_text(encoding="utf-8"))
        self.fault("register.toml", path, what)


def _fault_of(place: str, error: ErrorDetails) -> str:
    """Return what is wrong at this place, in the words of people who write definitions."""
    match error["type"]:
        case "missing":
            return f"{place} is missing"
        case "extra_forbidden":
            return f"{place} is not a key that is known here"
    said = error["msg"].removeprefix("Value error, ")
    return f"{place}: {said}" if place else said


def _first_causes(trouble: ValidationError) -> Iterable[ErrorDetails]:
    """Yield the errors, without lists that are too short only because an item of theirs is broken."""
    errors = trouble.errors(include_url=False, include_input=False)
    places = [error["loc"] for error in errors]
    for error in errors:
        inner = [place for place in places if place[: len(error["loc"])] == error["loc"] and place != error["loc"]]
        if error["type"] != "too_short" or not inner:
            yield error
