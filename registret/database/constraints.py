"""Constraints and indexes that many tables have, said in one line each."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import CheckConstraint, Index, Q, UniqueConstraint


def check(name: str, condition: Q) -> CheckConstraint:
    return CheckConstraint(name=name, condition=condition)


def known(name: str, **codes: Iterable[str]) -> CheckConstraint:
    """The field has one of these codes: `known("grant_role_known", role=Role)`."""
    return check(name, Q(**{f"{field}__in": [str(code) for code in allowed] for field, allowed in codes.items()}))


def given(name: str, field: str) -> CheckConstraint:
    """The text is not empty."""
    return check(name, ~Q(**{field: ""}))


def together(name: str, *fields: str) -> CheckConstraint:
    """These fields are all null, or none of them is."""
    none, whole = dict.fromkeys(fields), {f"{field}__isnull": False for field in fields}
    return check(name, Q(**none) | Q(**whole))


def unique(name: str, *fields: str, where: Q | None = None, nulls_distinct: bool | None = None) -> UniqueConstraint:
    """No two rows, of those `where` the condition holds, have the same in these fields; null is the same as null
    unless `nulls_distinct`, as by default."""
    return UniqueConstraint(name=name, fields=fields, condition=where, nulls_distinct=nulls_distinct)


def index(name: str, *fields: str, where: Q | None = None) -> Index:
    return Index(name=name, fields=fields, condition=where)


def choices(codes: Iterable[str]) -> list[tuple[str, str]]:
    """A field's choices, for a list of codes whose words are elsewhere."""
    return [(str(code), str(code)) for code in codes]
