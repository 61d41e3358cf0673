"""Sealing: what the log holds is hashed into a chain, signed, and written beside it, in the background.

Appending knows nothing of it. Only a stretch of numbers is sealed in which nothing can appear any more: anyone who
appends holds a lock on the table from before the number is drawn until the transaction is over. So once all who held
one are gone, every number up to the highest seen is either visible or will never be.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from time import monotonic, sleep
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from registret.ledger.canonical import FIELDS, FORM, entry_line, leaf
from registret.ledger.models import Seal
from registret.ledger.seals import FIRST_PREVIOUS, Checkpoint, Sealed, SealedMonth, SealKey, leaves_by_month

# So many entries in one seal at most: what checking holds in memory.
BATCH = 5000

# A number that no other program uses for a lock in this database.
_ONE_SEALER = 0x6C656467

_WRITERS = """
SELECT virtualtransaction FROM pg_locks
WHERE locktype = 'relation' AND mode = 'RowExclusiveLock' AND granted AND pid IS DISTINCT FROM pg_backend_pid()
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND relation IN (SELECT relid FROM pg_partition_tree('ledger_entry'))
"""


def seal_key() -> SealKey:
    return SealKey.of(settings.SEAL_KEY)


def seal_settled(*, at: Callable[[], datetime], patience: float = 5.0) -> int:
    """Seals all entries that are settled; returns how many.

    Waits up to `patience` seconds for transactions that have appended and are not over; if they still are not, or
    another process is sealing, nothing is sealed now. Takes no lock on the log but the one of a reader.
    """
    highest = _settled(patience)
    sealed = 0
    while highest is not None:
        with transaction.atomic():
            if not _alone():
                break
            newest = newest_seal()
            if newest is not None and newest.last >= highest:
                break
            sealed += _seal(newest, highest=highest, at=at())
    return sealed


def newest_seal() -> Seal | None:
    return Seal.objects.defer("leaves").order_by("-number").first()


def checkpoint() -> Checkpoint | None:
    """How far the log has been sealed; None while nothing has."""
    newest = newest_seal()
    return None if newest is None else Checkpoint(number=newest.number, last=newest.last, hash=newest.hash)


def seal_culling(months: Sequence[str], *, at: datetime) -> None:
    """A seal of no entries that says which months are gone for good reason. Within the transaction that removes them.

    Raises: Busy.
    """
    if not _alone():
        raise Busy("another process is sealing the log")
    newest = newest_seal()
    last = newest.last if newest else 0
    _append(newest, parts=(), leaves=b"", culled=tuple(months), last=last, at=at)


class Busy(Exception):
    """Another process does something with the log that must be done by one at a time."""


def rows(*, form: int, after: int, upto: int | None = None, limit: int) -> list[tuple[Any, ...]]:
    """Entries as `FIELDS[form]`, by number, from above `after`. At most `limit`, but all that share the last number."""
    columns, below = ", ".join(FIELDS[form].values()), "" if upto is None else "AND id <= %s"
    # Literals of this module; what varies is given as parameters. Two entries of one number are nobody's honest work,
    # and must not hide from a check behind the end of a batch.
    question = (
        f"SELECT {columns} FROM ledger_entry WHERE id > %s {below} "  # noqa: S608
        "ORDER BY id FETCH FIRST %s ROWS WITH TIES"
    )
    given = [after, limit] if upto is None else [after, upto, limit]
    return _answer(question, given)


def month_of(row: Sequence[Any]) -> str:
    """`2026-11`, of a row of `rows`."""
    return str(row[1])[:7]


def _settled(patience: float) -> int | None:
    """The highest number below which nothing can appear any more; None if transactions are in the way, or no entry."""
    highest: int | None = _answer("SELECT max(id) FROM ledger_entry")[0][0]
    if highest is None:
        return None
    open_then = _writers()
    until = monotonic() + patience
    while open_then and open_then & _writers():
        if monotonic() > until:
            return None
        sleep(0.02)
    return highest


def _writers() -> set[str]:
    return {name for (name,) in _answer(_WRITERS)}


def _alone() -> bool:
    return bool(_answer("SELECT pg_try_advisory_xact_lock(%s)", [_ONE_SEALER])[0][0])


def _answer(question: str, given: Sequence[int] = ()) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question, given)
        return list(cursor.fetchall())


def _seal(newest: Seal | None, *, highest: int, at: datetime) -> int:
    after = newest.last if newest else 0
    found = rows(form=FORM, after=after, upto=highest, limit=BATCH)
    months: dict[str, list[bytes]] = defaultdict(list)
    for row in found:
        months[month_of(row)].append(leaf(row[0], entry_line(row, form=FORM)))
    parts, leaves = leaves_by_month(months)
    last = found[-1][0] if len(found) >= BATCH else highest
    _append(newest, parts=parts, leaves=leaves, culled=(), last=last, at=at)
    return len(found)


def _append(
    newest: Seal | None, parts: tuple[SealedMonth, ...], leaves: bytes, culled: tuple[str, ...], last: int, at: datetime
) -> None:
    key = seal_key()
    sealed = Sealed(
        number=newest.number + 1 if newest else 1,
        form=FORM,
        previous=newest.hash if newest else FIRST_PREVIOUS,
        after=newest.last if newest else 0,
        last=last,
        sealed_at=at,
        parts=parts,
        culled=culled,
        key=key.public,
    )
    Seal.objects.create(**asdict(sealed), hash=sealed.hash(), signature=key.sign(sealed.line()), leaves=leaves)


def seal_rows() -> Iterator[Seal]:
    """All seals by number, few in memory at a time: those that were there when it was asked.

    So every entry that they are about was settled before the caller reads the first one.
    """
    newest, after = newest_seal(), -(2**62)
    while newest is not None and after < newest.number:
        found = list(Seal.objects.filter(number__gt=after, number__lte=newest.number).order_by("number")[:50])
        if not found:
            return
        yield from found
        after = found[-1].number
