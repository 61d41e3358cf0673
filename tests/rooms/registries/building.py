"""Definitions for tests: the smallest one that is right, and the example of the documentation."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from registret.kernel.sweden import SWEDEN
from registret.registries.answers import Answer
from registret.registries.assessing import KnownOfPatient
from registret.registries.forms import Form
from registret.registries.language.evaluating import Value
from registret.registries.loading.catalogue import read

DOCUMENT = Path(__file__).parents[3] / "docs" / "definitions.md"
NOBODY = KnownOfPatient(birth_date=None, sex="unknown", died_on=None, age=None)

REGISTER = """\
code = "malaria"
state = "open"
order = 1
steps = ["inclusion"]
anchor = "arrived_at"

[name]
sv = "Malaria"
en = "Malaria (en)"

[purpose.why]
sv = "Därför."
en = "Because."
"""

BARE = """\
code = "malaria"
state = "draft"
order = 1
[name]
sv = "Malaria"
en = "Malaria (en)"
"""
"""Without steps."""

INCLUSION = """\
name = { sv = "Inklusion", en = "Inclusion" }

[[section]]
code = "first"
name = { sv = "Först", en = "First" }

[[section.variable]]
code = "arrived_at"
type = "moment"
label = { sv = "Ankomst", en = "Arrival" }
purpose = "why"
required = true

[[section.variable]]
code = "fever"
type = "choice"
list = "yes_no"
label = { sv = "Feber", en = "Fever" }
purpose = "why"
"""


def variable(code: str, type: str, more: str = "") -> str:
    return f"""
[[section.variable]]
code = "{code}"
type = "{type}"
label = {{ sv = "Fråga", en = "Question" }}
purpose = "why"
{more}
"""


def write(folder: Path, files: dict[str, str] | None = None, *, code: str = "malaria", version: str = "1") -> Path:
    """The files of one version; those that are not named are the smallest right ones. Answers `folder`."""
    place = folder / code / version
    place.mkdir(parents=True)
    for name, text in ({"register.toml": REGISTER, "inclusion.toml": INCLUSION} | (files or {})).items():
        (place / name).write_text(text, encoding="utf-8")
    return folder


def bare(folder: Path, text: str, version: str) -> Path:
    """A version without steps. Answers `folder`."""
    place = folder / "malaria" / version
    place.mkdir(parents=True)
    (place / "register.toml").write_text(text, encoding="utf-8")
    return folder


def form(folder: Path, inclusion: str = INCLUSION, *, lists: str = "", version: str = "1") -> Form:
    files = {"inclusion.toml": inclusion} | ({"lists.toml": lists} if lists else {})
    return read(write(folder, files, version=version)).forms["malaria", int(version)]


def write_example(folder: Path) -> Path:
    """The example of docs/definitions.md, file by file."""
    found = re.findall(r"(?s)`(tbe/1/[a-z_]+\.toml)`:\n\n```toml\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"))
    assert len(found) == 4
    for name, text in found:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SWEDEN)


def answer(value: Value | int) -> Answer:
    return Answer(value=Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value)
