"""What a column may hold, said on the column itself, as its comment in the database.

A table with personal columns names in its own comment the processing (GDPR article 30) that they belong to: the list of
processings and `tests/house` read both.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.apps import apps
from django.db import models

PERSONAL: Final = "personal"
"""Names a person, or tells about one."""
DIGEST: Final = "digest"
"""Stands in for a secret, which is not in the database."""
PLAIN: Final = "plain"
"""Neither. Keys, moments, counts and choices are plain without saying so."""


def own_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith("registret.")]


def columns(kind: str) -> Iterator[tuple[type[models.Model], models.Field[Any, Any]]]:
    """All columns of this kind, with their tables."""
    for model in own_models():
        yield from ((model, field) for field in model._meta.concrete_fields if (field.db_comment or PLAIN) == kind)


def personal_columns(processing: str) -> dict[str, list[str]]:
    """Those of one processing, by table (`accounts.Account`)."""
    found: dict[str, list[str]] = {}
    for model, field in columns(PERSONAL):
        if model._meta.db_table_comment == processing:
            found.setdefault(model._meta.label, []).append(field.column)
    return found
