"""The stylesheet is written in parts, and reaches a browser as one file."""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings
from django.templatetags.static import static

from registret import web

SOURCE = Path(web.__file__).parent / "static"


def test_a_browser_gets_one_stylesheet_with_every_part(static_files: None) -> None:
    sent = Path(settings.STATIC_ROOT, static("registret.css").removeprefix(settings.STATIC_URL)).read_text()
    parts = sorted(SOURCE.glob("css/*.css"))
    assert parts
    assert all(part.read_text() in sent for part in parts)
    assert "@import" not in sent


def test_every_layer_has_its_place_in_the_order() -> None:
    index = (SOURCE / "registret.css").read_text()
    order = re.search(r"@layer ([\w, ]+);", index)
    assert order is not None
    assert set(re.findall(r"layer\((\w+)\)", index)) == set(order[1].split(", "))


def test_every_class_is_used_but_those_of_charts() -> None:
    written = "\n".join(
        file.read_text() for kind in ("html", "py", "js") for file in SOURCE.parent.parent.rglob(f"*.{kind}")
    )
    used = set(re.findall(r"[\w-]+", written))
    parts = {
        part.name: re.sub(r"/\*.*?\*/", "", part.read_text(), flags=re.DOTALL) for part in SOURCE.glob("css/*.css")
    }
    of_charts = set(re.findall(r"\.([a-z][\w-]*)", parts.pop("charts.css")))
    styled = {name for text in parts.values() for rule in re.findall(r"[^{}]+(?={)", text) for name in _classes(rule)}
    assert not styled - used - of_charts


def _classes(rule: str) -> list[str]:
    return re.findall(r"\.([a-z][\w-]*)", re.sub(r"url\([^)]*\)", "", rule))
