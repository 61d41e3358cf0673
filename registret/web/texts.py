"""Texts out of addresses and forms that no Django form reads (one refuses what cannot be kept, in words)."""

from __future__ import annotations

from django.http import QueryDict

from registret.kernel.typed import typed


def text_in(query: QueryDict, name: str) -> str:
    """As it can be kept, without space around it; empty if there is none."""
    return typed(query.get(name, "")).strip()
