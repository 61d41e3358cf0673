"""What the documents point at is there."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.apps import apps

from registret.web.gate import views

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
MAKE = re.compile(r"`make ([a-z-]+)")
TEST = re.compile(r"(?<![.\w])test_\w+\b(?!\.py)")
FILE = re.compile(r"(?:`|(?<= )(?=tests/))([\w.-]+(?:/[\w.-]+)+\.[a-z]+)\b")
WEB = ("registret/web/static", "registret/web/templates")
# What a file is named from: `access/roles.py`, `form/net.js`, `codes/icd10se.csv`.
FROM = ("", "docs", "registret", "registret/registries/definitions", "registret/web", *WEB)
# The sub-registry that docs/definitions.md makes up.
INVENTED = "tbe/"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_to_a_file_or_a_heading_arrives(document: Path) -> None:
    text = re.sub(r"(?s)```.*?```", "", document.read_text(encoding="utf-8"))
    lost = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = unquote(target).partition("#")
        file = document.parent / name if name else document
        if not file.exists() or (anchor and anchor not in anchors(file)):
            lost.append(target)
    assert lost == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_make_target_that_is_named_exists(document: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(MAKE.findall(document.read_text(encoding="utf-8"))) <= targets


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_test_that_is_named_exists(document: Path) -> None:
    named = set(TEST.findall(document.read_text(encoding="utf-8")))
    assert named - known_tests() == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_that_is_named_exists(document: Path) -> None:
    named = {name for name in FILE.findall(document.read_text(encoding="utf-8")) if not name.startswith(INVENTED)}
    assert [name for name in sorted(named) if not any((ROOT / place / name).exists() for place in FROM)] == []


def test_every_decision_is_in_the_list_and_the_list_names_no_other() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = re.findall(r"\((\d{4}-[^)]+\.md)\)", (folder / "README.md").read_text(encoding="utf-8"))
    assert sorted(listed) == sorted(path.name for path in folder.glob("[0-9]*.md"))


def test_the_picture_of_the_house_names_every_folder_of_it() -> None:
    house = re.search(r"(?s)```\nregistret/\n(.*?)```", (ROOT / "docs" / "house.md").read_text(encoding="utf-8"))
    assert house is not None
    named = set(re.findall(r"([a-z_]+)/", house[1]))
    rooms = {path.parent.name for path in ROOT.glob("registret/*/__init__.py")}
    journeys = {path.parent.name for path in ROOT.glob("registret/web/*/__init__.py")}
    assert rooms | journeys - {"templatetags"} <= named


def test_every_address_is_in_the_journeys() -> None:
    """By its last word: the tables shorten what several addresses have in common."""
    journeys = (ROOT / "docs" / "journeys.md").read_text(encoding="utf-8")
    words = {
        address: re.findall(r"(?<![<\w:.-])\w[\w.-]*(?![\w:>.-])", address)
        for address, _ in views("registret.web.urls")
    }
    assert [address for address, parts in words.items() if parts and parts[-1] not in journeys] == []


def test_every_table_has_its_word_in_the_glossary() -> None:
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    missing = [
        model.__name__
        for model in apps.get_models()
        if model.__module__.startswith("registret.") and f"`{model.__name__}`" not in glossary
    ]
    assert missing == []


def test_no_picture_lies_about_unused() -> None:
    used = "".join(document.read_text(encoding="utf-8") for document in DOCUMENTS)
    assert [p.name for p in (ROOT / "docs" / "pictures").iterdir() if p.name not in used] == []


@cache
def known_tests() -> frozenset[str]:
    """The names of all tests, and of the files that hold them without `.py`."""
    files = list((ROOT / "tests").rglob("test_*.py"))
    nodes = [node for file in files for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))]
    tests = {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    return frozenset({name for name in tests if name.startswith("test_")} | {file.stem for file in files})


def anchors(file: Path) -> set[str]:
    """As code hosts make them of headings."""
    headings = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
