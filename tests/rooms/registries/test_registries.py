from __future__ import annotations

from pathlib import Path

import pytest
from django.utils import translation

from registret.registries.queries import (
    DefinitionBroken,
    RegistryState,
    name_of,
    open_for_entry,
    read,
    sub_registries,
)

GOOD = """
code = "malaria"
state = "draft"
order = 1
[name]
sv = "Malaria"
en = "Malaria (en)"
"""


def write(folder: Path, text: str = GOOD, *, code: str = "malaria", version: str = "1") -> Path:
    file = folder / code / version / "register.toml"
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="utf-8")
    return folder


def test_four_sub_registries_are_open_and_two_keep_their_reports() -> None:
    assert [registry.code for registry in open_for_entry()] == ["pneumoni", "meningit", "endokardit", "sepsis"]
    closed = [registry for registry in sub_registries() if registry.state is RegistryState.CLOSED]
    assert [(registry.code, registry.closed_year) for registry in closed] == [("led-nativ", 2015), ("led-protes", 2021)]


def test_names_follow_the_language() -> None:
    with translation.override("sv"):
        assert name_of("meningit") == "Bakteriell meningit"
    with translation.override("en"):
        assert name_of("meningit") == "Bacterial meningitis"
        assert {registry.name for registry in sub_registries()} == {registry.name_en for registry in sub_registries()}
    with translation.override(None):
        assert name_of("meningit") == "Bakteriell meningit"


def test_a_closed_sub_registry_still_has_a_name() -> None:
    with translation.override("sv"):
        assert name_of("led-protes") == "Infektion i protesled"


def test_an_unknown_code_has_no_name() -> None:
    with pytest.raises(KeyError):
        name_of("malaria")


def test_definitions_are_read_once() -> None:
    assert sub_registries() is sub_registries()


def test_the_newest_version_is_in_force(tmp_path: Path) -> None:
    write(tmp_path, version="9")
    write(tmp_path, GOOD.replace("draft", "open"), version="10")
    (registry,) = read(tmp_path)
    assert (registry.version, registry.state) == (10, RegistryState.OPEN)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("code = ", "Invalid value"),
        (GOOD.replace('code = "malaria"', ""), "code is missing"),
        (GOOD.replace("order = 1", 'order = "1"'), "order is missing or not of type int"),
        (GOOD.replace("order = 1", "order = true"), "order is missing or not of type int"),
        (GOOD.replace("draft", "opened"), "'opened' is not a valid RegistryState"),
        (GOOD.replace('en = "Malaria (en)"', ""), "name must be given in sv and en"),
        (GOOD.replace("Malaria (en)", " "), "a name is empty"),
        (GOOD.replace("order", "sort"), "unknown field sort"),
        (GOOD.replace('"malaria"', '"sepsis"'), "code is sepsis, but the folder is malaria"),
        (GOOD.replace('"malaria"', '"Malaria fältet"'), "a-z"),
    ],
)
def test_a_broken_definition_is_told_in_one_line_with_its_file(tmp_path: Path, text: str, what: str) -> None:
    write(tmp_path, text)
    with pytest.raises(DefinitionBroken) as trouble:
        read(tmp_path)
    line = str(trouble.value)
    assert "\n" not in line
    assert str(tmp_path / "malaria" / "1" / "register.toml") in line
    assert what in line


def test_a_version_is_a_number(tmp_path: Path) -> None:
    with pytest.raises(DefinitionBroken, match="version"):
        read(write(tmp_path, version="draft"))


def test_a_file_that_is_not_utf_8_is_broken(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "malaria" / "1" / "register.toml").write_bytes(GOOD.replace("Malaria", "Fält").encode("latin-1"))
    with pytest.raises(DefinitionBroken, match="utf-8"):
        read(tmp_path)


def test_a_folder_without_definitions_is_broken(tmp_path: Path) -> None:
    with pytest.raises(DefinitionBroken):
        read(tmp_path)
