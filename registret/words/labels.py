"""Names of questions, before what is said to them."""

from __future__ import annotations


def asked(label: str) -> str:
    """`Puls:`, but `Mättes den med syrgas?`."""
    return label if label.endswith("?") else f"{label}:"
