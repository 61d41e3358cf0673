"""Writing the log. The entry stands in the transaction of the act that it tells of: both or neither."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from registret.database.prepared import insert, insert_many
from registret.kernel.by import By
from registret.kernel.identifiers import HsaId, mask_personal_numbers
from registret.ledger.events import Event
from registret.ledger.models import Entry

Fact = str | int | bool | None


class HasAccount(Protocol):
    """A person with an account, as the log names one."""

    @property
    def account_id(self) -> int: ...
    @property
    def hsa_id(self) -> HsaId: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """What `record` takes, for one of many entries."""

    event: Event
    about_account_id: int | None = None
    about_hsa_id: HsaId | None = None
    about_patient_id: int | None = None
    clinic_id: int | None = None
    facts: Mapping[str, Fact]


def record_many(*, entries: Sequence[NewEntry], by: By, at: datetime) -> None:
    """Appends many entries that one author did at one moment, in their order."""
    common = {**_author(by), "at": at, "outcome": "done"}
    _append(
        {
            **common,
            "event": one.event,
            "about_account_id": one.about_account_id,
            "about_hsa_id": one.about_hsa_id.text if one.about_hsa_id else "",
            "about_patient_id": one.about_patient_id,
            "clinic_id": one.clinic_id,
            "facts": _masked(one.facts),
        }
        for one in entries
    )


def record(
    *,
    event: Event,
    by: By,
    at: datetime,
    outcome: str = "done",
    about: HasAccount | None = None,
    about_account_id: int | None = None,
    about_hsa_id: HsaId | None = None,
    about_patient_id: int | None = None,
    shown_patient_ids: Collection[int] = (),
    clinic_id: int | None = None,
    reference: str | None = None,
    facts: Mapping[str, Fact] | None = None,
) -> int:
    """Append one entry and return its number: 0 if it is `gathered`. Personal numbers in names and in texts of `facts`
    are masked.

    `about` is the person by account and HSA-id, where an entry names both.
    `shown_patient_ids`: the patients whom a list showed, where the entry is about several and not about one.
    """
    if about is not None:
        about_account_id, about_hsa_id = about.account_id, about.hsa_id
    entry = {
        **_author(by),
        "at": at,
        "event": event,
        "outcome": outcome,
        "about_account_id": about_account_id,
        "about_hsa_id": about_hsa_id.text if about_hsa_id else "",
        "about_patient_id": about_patient_id,
        "shown_patient_ids": sorted(set(shown_patient_ids)) or None,
        "clinic_id": clinic_id,
        "reference": reference or "",
        "facts": _masked(facts or {}),
    }
    if _GATHERED.get() is None:
        return insert(Entry, **entry)
    _append([entry])
    return 0


@contextmanager
def gathered() -> Iterator[list[dict[str, Any]]]:
    """Write the entries of all acts within it at its end, in their order and in one statement. It stands in the
    transaction of these acts; of a block in it that fails no entry is written. Yield what it has: who rolls the acts
    back clears it."""
    rows: list[dict[str, Any]] = []
    before = _GATHERED.set(rows)
    try:
        yield rows
    finally:
        _GATHERED.reset(before)
    _append(rows)


_GATHERED: Final[ContextVar[list[dict[str, Any]] | None]] = ContextVar("gathered", default=None)


def _append(entries: Iterable[dict[str, Any]]) -> None:
    rows, gathering = list(entries), _GATHERED.get()
    if gathering is not None:
        gathering.extend(rows)
    elif rows:
        insert_many(Entry, rows)


def _author(by: By) -> dict[str, Any]:
    return {
        "by_hsa_id": by.hsa_id.text if by.hsa_id else "",
        "by_name": mask_personal_numbers(by.name or ""),
        "by_account_id": by.account_id,
        "by_role": by.role or "",
        "by_clinic_id": by.clinic_id,
        "by_program": by.program or "",
        "network": by.network,
    }


def _masked(facts: Mapping[str, Fact]) -> dict[str, Fact]:
    return {name: mask_personal_numbers(v) if isinstance(v, str) else v for name, v in facts.items()}
