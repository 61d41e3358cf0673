"""What is installed, as a bill of materials in the JSON of CycloneDX 1.6: names, versions, licences, hashes."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import datetime
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_ROOT: Final = Path(__file__).parents[2]
"""Where the program was installed from: its locks lie there."""
_LOCKED: Final = re.compile(r"^([a-z0-9-]+)==[^\n]*((?:\n +--hash=sha256:[0-9a-f]{64}[^\n]*)*)", re.MULTILINE)


def bill_of_materials(*, at: datetime) -> dict[str, Any]:
    """Of this environment. A package that the lock does not name has no hashes."""
    installed = {canonicalize_name(one.name): one for one in distributions()}
    hashes = locked_hashes()
    components = {name: _component(name, one, hashes.get(name, ())) for name, one in sorted(installed.items())}
    program = components.pop(canonicalize_name("registret"))
    needs = {name: _needs(one, installed) for name, one in installed.items()}
    needs[program["bom-ref"]] = sorted(direct().intersection(installed))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid4()}",
        "version": 1,
        "metadata": {"timestamp": at.isoformat(), "component": program | {"type": "application"}},
        "components": list(components.values()),
        "dependencies": [{"ref": name, "dependsOn": others} for name, others in sorted(needs.items())],
    }


def locked_hashes() -> dict[str, tuple[str, ...]]:
    """SHA-256 of the files that pip takes for each package, by its name; nothing without a lock beside the program."""
    return {
        name: tuple(re.findall("[0-9a-f]{64}", lines)) for name, lines in _LOCKED.findall(_read("requirements.txt"))
    }


def direct() -> set[str]:
    """The packages that registret itself uses."""
    return {canonicalize_name(name) for name in re.findall(r"^[A-Za-z][\w.-]*", _read("requirements.in"), re.MULTILINE)}


def licence_of(found: Distribution) -> str:
    """As an SPDX expression if the package says so, else in its own words; empty if it says nothing."""
    if expression := _told(found, "License-Expression"):
        return expression[0]
    classified = [line.rpartition(" :: ")[2] for line in _told(found, "Classifier") if line.startswith("License ::")]
    return " or ".join(classified) or "".join(_told(found, "License")).partition("\n")[0]


def _component(name: str, found: Distribution, hashes: Sequence[str]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "type": "library",
        "bom-ref": name,
        "name": name,
        "version": found.version,
        "purl": f"pkg:pypi/{name}@{found.version}",
    }
    if licence := licence_of(found):
        is_expression = bool(_told(found, "License-Expression"))
        told["licenses"] = [{"expression": licence} if is_expression else {"license": {"name": licence}}]
    if hashes:
        # A package has a file for each platform: whichever of them was installed is among these.
        files = {"type": "distribution", "url": f"https://pypi.org/project/{name}/{found.version}/"}
        told["externalReferences"] = [files | {"hashes": [{"alg": "SHA-256", "content": one} for one in hashes]}]
    return told


def _told(found: Distribution, field: str) -> Sequence[str]:
    return found.metadata.get_all(field) or ()


def _needs(found: Distribution, installed: Collection[str]) -> list[str]:
    wanted = map(Requirement, found.requires or ())
    names = {canonicalize_name(one.name) for one in wanted if one.marker is None or one.marker.evaluate({"extra": ""})}
    return sorted(names.intersection(installed))


def _read(name: str) -> str:
    file = _ROOT / name
    return file.read_text(encoding="utf-8") if file.exists() else ""
