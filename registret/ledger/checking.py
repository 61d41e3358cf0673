"""Whether the log is still what was sealed. Reads everything once, in a stream; names the first entry that is not."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from registret.ledger.canonical import FIELDS, entry_line, leaf
from registret.ledger.models import Seal
from registret.ledger.months import kept_by_law_until
from registret.ledger.sealing import BATCH, rows, seal_rows
from registret.ledger.seals import FIRST_PREVIOUS, LEAF_BYTES, Checkpoint, Sealed, SealedMonth, signed_by

# A worker seals each minute what is settled. What is older than this and unsealed has lost its seal, or no worker runs.
UNSEALED = timedelta(hours=1)

# Sealing happens within a minute or two. What was sealed a day after it was written was perhaps written anew.
LATE = timedelta(days=1)


class LedgerBroken(Exception):
    """The log is not what was sealed. `str()` is one line; `entry` is the first that differs, if one can be named."""

    def __init__(self, what: str, *, entry: int | None = None, seal: int | None = None) -> None:
        super().__init__(what)
        self.entry = entry
        self.seal = seal


@dataclass(kw_only=True)
class Checked:
    """What was found in order. `late` are seals of entries much older than the seal: its number, and how much."""

    entries: int = 0
    seals: int = 0
    sealed_until: datetime | None = None
    unsealed: int = 0
    culled: tuple[str, ...] = ()
    late: list[tuple[int, timedelta]] = field(default_factory=list)


def check(*, keys: frozenset[str], checkpoints: Sequence[Checkpoint] = (), at: datetime) -> Checked:
    """Looks at every seal and every entry. `keys` are the public keys that may have signed.

    Raises:
        LedgerBroken: something was changed, removed, put in, moved or cut off.
    """
    expected = {c.number: c for c in checkpoints}
    if len(expected) < len(set(checkpoints)):
        raise LedgerBroken("two checkpoints of one seal differ: the log was rewritten between them")
    done = Checked(culled=_culled(keys, at=at))
    entries = _Entries()
    previous: Sealed | None = None
    # Generators ask when they are first used: the seals before the entries, as `seal_rows` wants it.
    for row in seal_rows():
        sealed = sealed_of(row)
        _check_seal(sealed, row, previous, keys)
        _check_checkpoint(sealed, expected.pop(sealed.number, None))
        _check_entries(sealed, _leaves(sealed, bytes(row.leaves)), entries, done)
        done.seals, done.sealed_until, previous = done.seals + 1, sealed.sealed_at, sealed
    for number in sorted(expected):
        raise LedgerBroken(f"the log was cut off: seal {number} of the checkpoint is gone", seal=number)
    unsealed = [row[1] for row in entries.upto(2**63 - 1)]
    done.unsealed = len(unsealed)
    _check_unsealed(unsealed, done, at=at)
    return done


def _check_unsealed(written_at: Sequence[str], done: Checked, *, at: datetime) -> None:
    """Entries that should have a seal by now, or a log that had entries and has none.

    Raises: LedgerBroken.
    """
    if not done.seals and not written_at and (drawn := _numbers_drawn()):
        raise LedgerBroken(f"the log is empty, and {drawn} entries were numbered: it was emptied, with its seals")
    late = [moment for moment in written_at if at - datetime.fromisoformat(moment) > UNSEALED]
    if late:
        none = "" if done.seals else ", and there is no seal at all"
        raise LedgerBroken(
            f"{len(late)} entries are not sealed, the oldest of {min(late)}{none}: "
            "seals were removed, or no worker has run since"
        )


def _numbers_drawn() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM ledger_entry_id_seq")
        (number,) = cursor.fetchone() or (0,)
    return int(number)


class _Entries:
    """All entries by number, in a stream that can stop before the next one."""

    def __init__(self) -> None:
        self._form = max(FIELDS)
        self._after = -(2**63)
        self._read: deque[tuple[Any, ...]] = deque()

    def upto(self, last: int, *, form: int | None = None) -> Iterator[tuple[Any, ...]]:
        """Those that were not taken yet, in columns of `form`, up to number `last`."""
        if form is not None and form != self._form:
            self._form = form
            self._read.clear()
        while True:
            if not self._read:
                self._read.extend(rows(form=self._form, after=self._after, limit=BATCH))
            if not self._read or self._read[0][0] > last:
                return
            taken = self._read.popleft()
            self._after = taken[0]
            yield taken


def _culled(keys: frozenset[str], *, at: datetime) -> tuple[str, ...]:
    """Months that a seal says were removed, each long after the law let go of it."""
    months: set[str] = set()
    for row in Seal.objects.exclude(culled=[]).defer("leaves").order_by("number"):
        sealed = sealed_of(row)
        _check_signature(sealed, row, keys)
        for month in sealed.culled:
            if min(sealed.sealed_at, at) < kept_by_law_until(month):
                raise LedgerBroken(f"seal {sealed.number} lets {month} go, which the law keeps", seal=sealed.number)
        months.update(sealed.culled)
    return tuple(sorted(months))


def sealed_of(row: Seal) -> Sealed:
    """What the row says, believed or not.

    Raises: LedgerBroken (it was changed into something that says nothing).
    """
    try:
        parts = tuple(SealedMonth(month=str(p["month"]), count=p["count"], digest=str(p["digest"])) for p in row.parts)
        culled = tuple(str(month) for month in row.culled)
    except (KeyError, TypeError):
        raise LedgerBroken(f"seal {row.number} was changed", seal=row.number) from None
    return Sealed(
        number=row.number,
        form=row.form,
        previous=row.previous,
        after=row.after,
        last=row.last,
        sealed_at=row.sealed_at,
        parts=parts,
        culled=culled,
        key=row.key,
    )


def _check_seal(sealed: Sealed, row: Seal, previous: Sealed | None, keys: frozenset[str]) -> None:
    number = previous.number + 1 if previous else 1
    if sealed.number != number:
        raise LedgerBroken(f"seal {number} is gone", seal=number)
    _check_signature(sealed, row, keys)
    hash_before, last_before = (previous.hash(), previous.last) if previous else (FIRST_PREVIOUS, 0)
    if sealed.previous != hash_before or sealed.after != last_before:
        raise LedgerBroken(f"seal {number} does not follow the one before it", seal=number)
    if sealed.form not in FIELDS:
        raise LedgerBroken(f"seal {number} was made by a newer version of this program", seal=number)


def _check_signature(sealed: Sealed, row: Seal, keys: frozenset[str]) -> None:
    where = f"seal {sealed.number} (entries {sealed.after + 1} to {sealed.last})"
    if sealed.hash() != row.hash:
        raise LedgerBroken(f"{where} was changed", seal=sealed.number)
    if sealed.key not in keys or not signed_by(sealed.key, sealed.line(), row.signature):
        raise LedgerBroken(f"{where} is not signed with a key of this installation", seal=sealed.number)


def _check_checkpoint(sealed: Sealed, expected: Checkpoint | None) -> None:
    if expected is not None and (expected.hash, expected.last) != (sealed.hash(), sealed.last):
        raise LedgerBroken(
            f"the log was rewritten: seal {sealed.number} is not the one of the checkpoint, so something up to entry "
            f"{sealed.last} differs",
            seal=sealed.number,
        )


def _leaves(sealed: Sealed, leaves: bytes) -> list[tuple[bytes, str]]:
    """Leaves by the number of their entry, each with its month: those that the seal is about, or it is broken."""
    found: list[tuple[bytes, str]] = []
    for part in sealed.parts:
        of_part, leaves = leaves[: part.count * LEAF_BYTES], leaves[part.count * LEAF_BYTES :]
        if hashlib.sha256(of_part).hexdigest() != part.digest:
            raise LedgerBroken(f"the leaves of seal {sealed.number} were changed", seal=sealed.number)
        found += [(of_part[i : i + LEAF_BYTES], part.month) for i in range(0, len(of_part), LEAF_BYTES)]
    if leaves:
        raise LedgerBroken(f"the leaves of seal {sealed.number} were changed", seal=sealed.number)
    return sorted(found)


def _check_entries(sealed: Sealed, leaves: list[tuple[bytes, str]], entries: _Entries, done: Checked) -> None:
    oldest: str | None = None
    expected = iter(leaves)
    awaited = next(expected, None)
    for row in entries.upto(sealed.last, form=sealed.form):
        number = row[0]
        while awaited is not None and _number(awaited) < number:
            _check_culled(awaited, done)
            awaited = next(expected, None)
        if awaited is None or _number(awaited) > number:
            raise LedgerBroken(f"entry {number} was put in after the sealing", entry=number, seal=sealed.number)
        if leaf(number, entry_line(row, form=sealed.form)) != awaited[0]:
            raise LedgerBroken(f"entry {number} was changed", entry=number, seal=sealed.number)
        awaited = next(expected, None)
        oldest = min(oldest or row[1], row[1])
        done.entries += 1
    while awaited is not None:
        _check_culled(awaited, done)
        awaited = next(expected, None)
    if oldest is not None and sealed.sealed_at - datetime.fromisoformat(oldest) > LATE:
        done.late.append((sealed.number, sealed.sealed_at - datetime.fromisoformat(oldest)))


def _number(awaited: tuple[bytes, str]) -> int:
    return int.from_bytes(awaited[0][:8], "big", signed=True)


def _check_culled(awaited: tuple[bytes, str], done: Checked) -> None:
    if awaited[1] not in done.culled:
        raise LedgerBroken(f"entry {_number(awaited)} is gone", entry=_number(awaited))
