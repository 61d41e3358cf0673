"""Which questions are asked for under which name: a table for each version of a form, in the language of mappings."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from registret.exchange.mappings.reading import FormMapping, read_mapping
from registret.registries.forms import Form
from registret.registries.queries import catalogue

TABLES: Final = Path(__file__).parent / "questions"


def form_id_of(form: Form) -> str:
    """As the platform knows a form: `pneumoni-1`."""
    return f"{form.code}-{form.version}"


def asked_of(form: Form) -> FormMapping | None:
    """None: nothing of the form can be asked for."""
    return _table(form_id_of(form))


@cache
def _table(form_id: str) -> FormMapping | None:
    file = TABLES / f"{form_id}.toml"
    return read_mapping(file.read_text(encoding="utf-8"), catalogue().forms) if file.is_file() else None
