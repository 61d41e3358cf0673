"""Numbers out of addresses and forms."""

from __future__ import annotations

from django.http import QueryDict


def number_in(query: QueryDict, name: str) -> int | None:
    """A positive whole number that fits a database id; None for everything else."""
    text = query.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None
