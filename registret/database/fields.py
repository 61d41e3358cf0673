"""Columns whose values are types of the kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from registret.kernel.identifiers import HsaId

if TYPE_CHECKING:
    Text = models.CharField[HsaId | str, HsaId]
else:
    Text = models.CharField


class HsaIdColumn(Text):
    """Text in the database, `HsaId` in the program; empty once it is erased."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": HsaId.MAX_LENGTH} | options)

    def from_db_value(self, value: str | None, *_: object) -> HsaId | None:
        return None if value is None else HsaId(value)

    def to_python(self, value: Any) -> Any:
        return value if isinstance(value, HsaId) or value is None else HsaId(value)

    def get_prep_value(self, value: Any) -> Any:
        return str(value) if isinstance(value, HsaId) else value

    def deconstruct(self) -> Any:
        """As text, so that migrations need not know this class."""
        name, _, args, options = super().deconstruct()
        return name, "django.db.models.CharField", args, options
