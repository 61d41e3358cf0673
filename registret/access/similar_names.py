"""Names that are alike: the same person with two HSA-ids must not decide about themselves."""

from __future__ import annotations

from collections.abc import Iterable

from registret.kernel.folding import folded


def alike(deciding: Iterable[str], *, name: str) -> tuple[str, ...]:
    """The names, as written, of those who decide and are called the same as the person who is to get a right."""
    return tuple(sorted({one for one in deciding if folded(one) == folded(name)}))
