"""Templates are sent without the indentation of their files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template import Engine

from registret import web
from tests.rooms.web.client import Browser

TEMPLATES = sorted(Path(web.__file__).parent.rglob("templates/**/*.html"))


@pytest.mark.django_db
def test_a_page_has_no_indented_lines() -> None:
    assert "\n " not in Browser().get("/").content.decode()


def test_an_error_names_the_line_of_the_file() -> None:
    source = Engine.get_default().get_template("door/front.html").source
    file = next(path for path in TEMPLATES if path.name == "front.html").read_text(encoding="utf-8")
    assert source.count("\n") == file.count("\n")


def test_nothing_that_shows_its_indentation_stands_in_a_template() -> None:
    texts = {path.name: path.read_text(encoding="utf-8") for path in TEMPLATES}
    assert [name for name, text in texts.items() if "<pre" in text] == []
    assert [name for name, text in texts.items() if re.search(r"<textarea[^>]*>[^<]*\n", text)] == []
    long = r"\{% blocktranslate(?![^%]*trimmed)[^%]*%\}[^%]*\n"
    assert [name for name, text in texts.items() if re.search(long, text)] == []


def test_letters_as_text_keep_their_lines() -> None:
    file = Path(web.__file__).parents[1] / "mail" / "templates" / "mail" / "letter.txt"
    assert Engine.get_default().get_template("mail/letter.txt").source == file.read_text(encoding="utf-8")


def test_every_template_that_is_named_is_there() -> None:
    package = Path(web.__file__).parents[1]
    named = {
        name
        for file in [*package.rglob("*.py"), *package.rglob("templates/**/*.html")]
        for name in re.findall(r'"((?:[a-z_]+/)*[a-z_]+\.html)"', file.read_text(encoding="utf-8"))
    }
    assert len(named) > 150
    assert [name for name in sorted(named) if not Engine.get_default().get_template(name)] == []


def test_a_template_lies_with_its_journey_and_no_two_have_one_name() -> None:
    folders = [path.parts[-path.parts[::-1].index("templates") :] for path in TEMPLATES]
    assert len({"/".join(parts) for parts in folders}) == len(folders)
    strays = [path for path in TEMPLATES if path.parent.name == "templates" and path.parent.parent.name != "web"]
    assert strays == []
