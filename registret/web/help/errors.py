"""All errors as pages of their own, in groups that a person recognises."""

from __future__ import annotations

from registret.words.refusals import REFUSALS, REQUESTS, RefusalPage, in_general


def page(code: str) -> RefusalPage | None:
    """The error in the active language, without the facts of a case; None if there is none with this code."""
    return in_general(code) if code in REFUSALS or code in REQUESTS else None


def groups() -> tuple[RefusalPage, ...]:
    return tuple(in_general(code) for code in REFUSALS)
