"""All errors as pages of their own, in groups that a person recognises."""

from __future__ import annotations

from registret.words.refusals import FORM_TOO_OLD, NOT_FOUND, OUR_FAULT, REFUSALS, RefusalPage, in_general

_OF_REQUESTS = {page.code: page for page in (FORM_TOO_OLD, NOT_FOUND, OUR_FAULT)}


def page(code: str) -> RefusalPage | None:
    """The error in the active language, without the facts of a case; None if there is none with this code."""
    return in_general(code) if code in REFUSALS else _OF_REQUESTS.get(code)


def groups() -> tuple[RefusalPage, ...]:
    return tuple(in_general(code) for code in REFUSALS)
