"""A no is a class: every refusal has a stable code, a status and its facts."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, dataclass_transform

_by_code: dict[str, type[Refused]] = {}


@dataclass_transform(kw_only_default=True, eq_default=False)
@dataclass(kw_only=True, eq=False)
class Refused(Exception):
    """Something was asked for and the answer is no.

    Subclasses are dataclasses: their fields are the facts that the words of the page may use (plain text,
    numbers, booleans or aware datetimes; never a personal number, never a secret). `code` is stable: it is in
    the log, in addresses of help pages and in what people read out to the support.
    """

    code: ClassVar[str]
    status: ClassVar[int]

    def __init_subclass__(cls, *, code: str, status: int = 403) -> None:
        other = _by_code.get(code)
        if other is not None and other.__qualname__ != cls.__qualname__:
            raise TypeError(f"two refusals with the code {code}: {other.__qualname__}, {cls.__qualname__}")
        cls.code, cls.status = code, status
        _by_code[code] = dataclass(kw_only=True, eq=False)(cls)

    def __str__(self) -> str:
        return self.code

    @property
    def facts(self) -> dict[str, str | int | bool | None]:
        """The fields as JSON values (datetimes in ISO 8601)."""
        plain = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        return {name: v.isoformat() if isinstance(v, datetime) else v for name, v in plain.items()}


def every_refusal() -> dict[str, type[Refused]]:
    """All refusal classes that have been imported, by code."""
    return dict(_by_code)


def restored(code: str, facts: dict[str, str | int | bool | None]) -> Refused:
    """The refusal that was stored as its code and `facts`.

    Raises:
        KeyError: no class has this code.
    """
    cls = _by_code[code]
    kinds = {f.name: f.type for f in dataclasses.fields(cls)}
    return cls(**{name: _restored(value, kinds[name]) for name, value in facts.items() if name in kinds})


def _restored(value: str | int | bool | None, kind: object) -> object:
    is_moment = isinstance(value, str) and str(kind).startswith("datetime")
    return datetime.fromisoformat(str(value)) if is_moment else value
