"""`registret sbom`: what is installed, as others read it, and the page about what registret uses."""

from __future__ import annotations

import json
import re
from importlib.metadata import distribution, version
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.model.bom import Bom
from django.core.management import call_command

from registret.config.sbom import direct, licence_of, locked_hashes

ROOT = Path(__file__).parents[3]


@pytest.fixture
def bill(capsys: pytest.CaptureFixture[str]) -> Any:
    call_command("sbom")
    return Bom.from_json(json.loads(capsys.readouterr().out))  # type: ignore[attr-defined]


def test_a_reader_of_cyclonedx_finds_each_package_with_its_release_licence_and_files(bill: Any) -> None:
    found = {one.name: one for one in bill.components}
    assert direct() <= set(found)
    django = found["django"]
    assert django.version == version("django")
    assert [licence.value for licence in django.licenses] == ["BSD-3-Clause"]
    [files] = django.external_references
    assert {one.content for one in files.hashes} == set(locked_hashes()["django"])
    assert len(locked_hashes()["django"]) >= 2


def test_the_program_needs_what_its_list_names_and_its_packages_what_they_say(bill: Any) -> None:
    needs = {str(one.ref): {str(other.ref) for other in one.dependencies} for one in bill.dependencies}
    assert needs["registret"] == direct()
    assert "asgiref" in needs["django"]


def test_each_package_that_registret_uses_is_on_the_page_with_its_reason_and_licence() -> None:
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([\w.-]+)` \| (.+) \| (.+) \|$", text, re.MULTILINE)
    names = re.findall(r"^[A-Za-z][\w.-]*", (ROOT / "requirements.in").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(name for name, _, _ in rows) == sorted(names)
    for name, reason, licence in rows:
        assert len(reason) > 20, name
        assert licence.startswith(licence_of(distribution(name))), name
