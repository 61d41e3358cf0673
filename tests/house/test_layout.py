"""The layout of templates, stylesheets and scripts: that the checker finds what breaks a rule."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tools import layout


def rules(tmp_path: Path, name: str, text: str) -> list[tuple[int, str]]:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    return list(layout.faults(file))


@pytest.mark.parametrize("name", ["a.html", "a.css", "a.js", "a.typ"])
def test_a_line_may_have_120_characters_and_no_more(tmp_path: Path, name: str) -> None:
    assert rules(tmp_path, name, f"{'å' * 120}\n{'å' * 121}\n") == [(2, "longer than 120 characters (121)")]


@pytest.mark.parametrize(
    "line",
    [
        "<ul><li>a</li>",
        "<header><h2>a</h2></header>",
        "</div></div>",
        "<dt>a</dt><dd>b</dd>",
        '<tr role="row"><td>a</td>',
    ],
)
def test_two_block_elements_on_a_line_are_found(tmp_path: Path, line: str) -> None:
    assert rules(tmp_path, "a.html", f"<p>a</p>\n{line}\n") == [(2, "more than one block element")]


@pytest.mark.parametrize(
    "line", ["<p>a <b>b</b><br><a href>c</a></p>", "<label><input>a</label>", "<thead>", "<li><a href>"]
)
def test_what_flows_with_the_text_may_share_a_line(tmp_path: Path, line: str) -> None:
    assert rules(tmp_path, "a.html", f"{line}\n") == []


@pytest.mark.parametrize("line", ["  color: red; margin: 0;", "p { color: red; }", "p { color: red }"])
def test_two_declarations_on_a_line_are_found(tmp_path: Path, line: str) -> None:
    assert rules(tmp_path, "a.css", f"{line}\n") == [(1, "more than one declaration")]


@pytest.mark.parametrize(
    "line", ['  content: "a; b";', "  background: url(data:image/svg+xml;utf8,a);", "p {", "/* a; b; */"]
)
def test_a_semicolon_inside_a_value_ends_no_declaration(tmp_path: Path, line: str) -> None:
    assert rules(tmp_path, "a.css", f"{line}\n") == []


def test_every_template_stylesheet_and_script_is_laid_out() -> None:
    assert layout.main() == 0


COMPONENTS = {
    "actions": r'<button class="btn(?: no| quiet)?">{% translate "[^"]*" %}</button>\s*</p>',
    "alarm": r'class="errs\b',
    "dialog": r"<dialog open",
    "facts": r'class="facts\b',
    "field": r'<div class="field">|\.errors %} is-bad',
    "note": r'class="note\b',
    "pager": r'<p class="links small">{% for',
    "panel": r'class="panel\b',
    "table": r'<table class="stack\b|role="(?:row|rowgroup|rowheader|columnheader|cell)"',
    "tabs": r"for entry in entries",
}
"""Of each, what only the component itself may write."""


@pytest.mark.parametrize("component", COMPONENTS)
def test_no_template_writes_what_a_component_is_for(component: str) -> None:
    templates = layout.PACKAGE.glob("**/templates/**/*.html")
    assert not [file.name for file in templates if re.search(COMPONENTS[component], file.read_text(encoding="utf-8"))]
