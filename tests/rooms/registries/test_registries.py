"""Which sub-registries there are, and what is in force on which day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import translation
from pytest_django import Settings

from registret.registries.loading.catalogue import read
from registret.registries.loading.faults import DefinitionBroken
from registret.registries.queries import (
    catalogue,
    form_in_force,
    form_of,
    name_of,
    open_for_entry,
    open_for_rights,
    sub_registries,
)
from registret.registries.vocabulary import RegistryState
from tests.rooms.registries.building import BARE, INCLUSION, REGISTER, bare, variable, write, write_example

OPTION = '{ code = "a", label = { sv = "A", en = "A" } }'
PLACES = f'[[list]]\ncode = "place"\noption = [{OPTION}]\n'
DAY = date(2027, 6, 1)


def test_four_sub_registries_are_open_and_two_keep_their_reports() -> None:
    assert [registry.code for registry in open_for_entry()] == ["pneumoni", "meningit", "endokardit", "sepsis"]
    closed = [registry for registry in sub_registries() if registry.state is RegistryState.CLOSED]
    assert [(registry.code, registry.closed_year) for registry in closed] == [("led-nativ", 2015), ("led-protes", 2021)]


def test_rights_are_given_in_what_is_closed_if_there_is_something_to_read() -> None:
    codes = ["pneumoni", "meningit", "endokardit", "sepsis", "led-nativ", "led-protes"]
    assert [registry.code for registry in open_for_rights()] == codes


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
    assert catalogue() is catalogue()


def test_what_is_open_has_a_form_for_new_episodes_and_what_is_closed_or_unknown_has_none() -> None:
    sepsis = form_in_force("sepsis")
    assert sepsis is not None
    assert sepsis is form_of("sepsis", sepsis.version)
    assert form_in_force("led-nativ") is None
    assert form_of("led-nativ", 1).inclusion.rules
    assert form_in_force("malaria") is None
    with pytest.raises(KeyError):
        form_of("sepsis", 99)


# --- versions and days ---------------------------------------------------------------------------


def test_the_newest_version_is_in_force(tmp_path: Path) -> None:
    bare(tmp_path, BARE.replace("draft", "closed"), "9")
    bare(tmp_path, BARE.replace("draft", "archived"), "10")
    (registry,) = read(tmp_path).on(DAY)
    assert (registry.version, registry.state) == (10, RegistryState.ARCHIVED)


def test_a_draft_is_not_in_force_beside_a_version_that_is_none(tmp_path: Path) -> None:
    bare(tmp_path, BARE, "2")
    write(tmp_path, version="1")
    (registry,) = read(tmp_path).on(DAY)
    assert (registry.version, registry.state) == (1, RegistryState.OPEN)


def test_drafts_alone_are_seen_as_drafts(tmp_path: Path) -> None:
    bare(tmp_path, BARE, "1")
    (registry,) = read(bare(tmp_path, BARE, "2")).on(DAY)
    assert (registry.version, registry.state) == (2, RegistryState.DRAFT)


@pytest.mark.parametrize(
    ("day", "version", "state"),
    [
        ("2026-12-31", 1, RegistryState.OPEN),
        ("2027-01-01", 2, RegistryState.OPEN),
        ("2027-12-31", 2, RegistryState.OPEN),
        ("2028-01-01", 2, RegistryState.CLOSED),
    ],
)
def test_a_version_opens_and_closes_by_the_day(tmp_path: Path, day: str, version: int, state: RegistryState) -> None:
    write(tmp_path, version="1")
    dated = REGISTER.replace("order = 1", "order = 1\nopens = 2027-01-01\ncloses = 2027-12-31")
    found = read(write(tmp_path, {"register.toml": dated}, version="2"))
    (registry,) = found.on(date.fromisoformat(day))
    assert (registry.version, registry.state) == (version, state)
    assert registry.closed_year == (2028 if version == 2 else None)


def test_dates_open_no_draft_and_nothing_that_is_closed(tmp_path: Path) -> None:
    dated = BARE.replace("order = 1", "order = 1\nopens = 2020-01-01")
    (registry,) = read(bare(tmp_path, dated, "1")).on(DAY)
    assert registry.state is RegistryState.DRAFT


def test_a_new_state_or_order_is_the_same_form_and_a_new_label_is_another(tmp_path: Path) -> None:
    one = read(write(tmp_path / "a")).forms["malaria", 1]
    closed = REGISTER.replace('"open"', '"closed"').replace("order = 1", "order = 7\ncloses = 2027-01-01")
    assert read(write(tmp_path / "b", {"register.toml": closed})).forms["malaria", 1].digest == one.digest
    said = REGISTER.replace("order = 1", "order = 1\ndoubles_within_days = 30")
    assert read(write(tmp_path / "c", {"register.toml": said})).forms["malaria", 1].digest == one.digest
    renamed = REGISTER.replace("Därför.", "Därför!")
    assert read(write(tmp_path / "d", {"register.toml": renamed})).forms["malaria", 1].digest != one.digest


# --- an operator's own ------------------------------------------------------------------------------


@pytest.fixture
def own(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    """The folder of REGISTRET_DEFINITIONS_DIR; the catalogue is read anew, now and afterwards."""
    settings.DEFINITIONS_DIR = tmp_path
    catalogue.cache_clear()
    yield tmp_path
    catalogue.cache_clear()


def test_a_seventh_sub_registry_is_a_folder_in_the_operators_place(own: Path) -> None:
    write_example(own)
    day = date(2027, 1, 1)
    codes = [registry.code for registry in sub_registries(on=day)]
    assert codes[-3:] == ["tbe", "led-nativ", "led-protes"], "what is closed comes last"
    assert len(codes) == 7
    tbe = form_in_force("tbe", on=day)
    assert tbe is not None
    assert [step.code for step in tbe.steps] == ["inclusion", "course"]
    assert name_of("tbe")


def test_a_seventh_sub_registry_is_not_open_before_its_day(own: Path) -> None:
    write_example(own)
    assert form_in_force("tbe", on=date(2026, 12, 31)) is None


def test_an_operators_folder_that_does_not_exist_is_no_folder_that_is_empty(own: Path, settings: Settings) -> None:
    settings.DEFINITIONS_DIR = own / "misspelt"
    with pytest.raises(DefinitionBroken, match="misspelt"):
        sub_registries()


@pytest.mark.parametrize("state", ["draft", "closed", "archived"])
def test_no_right_is_given_where_there_is_nothing_to_read(own: Path, state: str) -> None:
    bare(own, BARE.replace("draft", state), "1")
    assert "malaria" in {registry.code for registry in sub_registries()}
    assert "malaria" not in {registry.code for registry in open_for_rights()}


def test_what_has_no_forms_is_not_exported(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bare(own, BARE.replace("draft", "closed"), "1")
    with pytest.raises(SystemExit):
        call_command("export_definitions", "malaria", "--as", "csv")
    assert "malaria 1 has no forms\n" in capsys.readouterr().err


def test_an_operator_cannot_replace_a_version_that_comes_along(own: Path) -> None:
    sepsis = REGISTER.replace("malaria", "sepsis")
    write(own, {"register.toml": sepsis}, code="sepsis")
    with pytest.raises(DefinitionBroken, match="sepsis/1, line 1: there are two folders of this version"):
        sub_registries()


def test_lists_beside_the_sub_registries_are_for_all_in_that_folder(tmp_path: Path) -> None:
    (tmp_path / "lists.toml").write_text(PLACES)
    asked = INCLUSION + variable("place", "choice", 'list = "place"')
    found = read(write(tmp_path, {"inclusion.toml": asked})).forms["malaria", 1]
    assert [option.code for option in found.questions["place"].options] == ["a"]
    assert [option.code for option in found.questions["fever"].options] == ["yes", "no"]


def test_a_broken_list_of_all_is_told_with_its_line(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "lists.toml").write_text(PLACES.replace(OPTION, ""))
    with pytest.raises(DefinitionBroken, match=r"lists.toml, line 3: list.option"):
        read(tmp_path)
