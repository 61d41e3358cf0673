"""Read forms, lists and terminologies from files. A broken definition is refused with all its faults at once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from registret.registries.forms import Form, FormStep
from registret.registries.loading.building import FormBuilder
from registret.registries.loading.faults import DefinitionBroken, Fault
from registret.registries.loading.shared import SharedDefinitions
from registret.registries.loading.source import DefinitionFiles
from registret.registries.schema import ListsFile, RegisterFile, StepFile
from registret.registries.terminologies import Terminologies, Terminology, TerminologyFile, concepts_of
from registret.registries.value_sets import ValueSet
from registret.registries.variables import CodeList
from registret.registries.vocabulary import CodeSystem

# What decides about entry, not about what an answer means.
_NOT_OF_THE_FORM: Final = {"state", "order", "closed_year", "opens", "closes", "keep_research_years"}


def read_register(folder: Path) -> RegisterFile:
    """`register.toml` of one version. Raises: DefinitionBroken."""
    source = DefinitionFiles(folder)
    register = source.read("register.toml", RegisterFile)
    if register is not None:
        source.require_place(register)
        source.require_no_more({"register", "lists", *register.steps})
    if register is None or source.faults:
        raise DefinitionBroken(source.faults)
    return register


def read_form(folder: Path, shared: SharedDefinitions) -> Form:
    """One version of a sub-registry. Raises: DefinitionBroken."""
    register = read_register(folder)
    source = DefinitionFiles(folder)
    own = source.read("lists.toml", ListsFile) if (folder / "lists.toml").exists() else ListsFile()
    own_lists = source.lists("lists.toml", own)
    for i, one in enumerate(own.list if own else ()):
        source.require_codes("lists.toml", ("list", i), one, shared.terminologies)
    files = {code: source.read(f"{code}.toml", StepFile) for code in register.steps}
    source.stop_if_faulty()
    shared = replace(shared, lists={**shared.lists, **own_lists})
    building = FormBuilder(source=source, register=register, shared=shared)
    steps = building.steps({code: file for code, file in files.items() if file is not None})
    source.stop_if_faulty()
    return Form(
        register=register,
        version=int(folder.name),
        steps=steps,
        anchor=register.anchor or "",
        lists=shared.lists,
        digest=_digest(register, files, steps, shared.lists),
    )


def read_lists(file: Path, terminologies: Terminologies) -> dict[str, CodeList]:
    """The lists that all sub-registries share. Raises: DefinitionBroken."""
    source = DefinitionFiles(file.parent)
    content = source.read(file.name, ListsFile)
    found = source.lists(file.name, content)
    for i, one in enumerate(content.list if content else ()):
        source.require_codes(file.name, ("list", i), one, terminologies)
    source.stop_if_faulty()
    return found


def read_value_set(file: Path) -> ValueSet:
    """Raises: DefinitionBroken."""
    source = DefinitionFiles(file.parent)
    found = source.read(file.name, ValueSet)
    if found is not None and file.stem != f"{found.code}-{found.version}":
        source.fault(file.name, ("code",), f"is version {found.version} of {found.code}, but the file is {file.name}")
    source.stop_if_faulty()
    if found is None:
        raise DefinitionBroken(source.faults)
    return found


def read_terminology(folder: Path, system: CodeSystem, before: Terminology | None = None) -> Terminology:
    """`<system>.toml` and `<system>.csv`. Without the first, the codes add to those `before`; without the second, no
    code has a name.

    Raises: DefinitionBroken.
    """
    source = DefinitionFiles(folder)
    table = folder / f"{system}.csv"
    is_whole = before is None or (folder / f"{system}.toml").exists()
    about = source.read(f"{system}.toml", TerminologyFile) if is_whole else before.about if before else None
    source.stop_if_faulty()
    if about is None:
        raise DefinitionBroken([Fault(file=f"{system}.toml", line=1, what="is missing")])
    if not table.exists() and not about.complete:
        return Terminology(system=system, about=about, concepts={} if before is None else before.concepts)
    try:
        concepts, faults = concepts_of(about, table.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as trouble:
        what = f"cannot be read: {type(trouble).__name__}"
        raise DefinitionBroken([Fault(file=table.name, line=1, what=what)]) from None
    if faults:
        raise DefinitionBroken(Fault(file=table.name, line=found.line, what=found.what) for found in faults)
    kept = {} if is_whole or before is None else before.concepts
    return Terminology(system=system, about=about, concepts={**kept, **concepts})


def _digest(
    register: RegisterFile,
    files: Mapping[str, StepFile | None],
    steps: Iterable[FormStep],
    lists: Mapping[str, CodeList],
) -> str:
    """Return the digest of all that answers depend on. Defaults are left out: a new optional key changes no digest."""
    used = {question.variable.list for step in steps for question in step.questions if question.variable.list}
    content: dict[str, Any] = {
        "register": _said(register, _NOT_OF_THE_FORM),
        "steps": {code: _said(file) for code, file in files.items() if file},
        "lists": {code: _said(lists[code]) for code in sorted(used)},
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _said(part: BaseModel, leave_out: set[str] | None = None) -> dict[str, Any]:
    return part.model_dump(mode="json", exclude=leave_out, exclude_defaults=True)
