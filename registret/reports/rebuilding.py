"""Make all facts and cells anew, and prove each night that they are what the signed answers say."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context
from typing import Final

from django.db import connection

from registret.database.connections import disconnect
from registret.kernel.sweden import SWEDEN
from registret.records.locks import share_identities
from registret.records.reported import count_episodes, episode_ids
from registret.records.scope import all_providers
from registret.reports.making import make_facts, refresh
from registret.reports.sums import lock_cells

_BATCH: Final = 500
_HOUR: Final = 2
"""In Sweden, when few people work."""

_log = logging.getLogger(__name__)

_KEY: Final = "sub_registry, indicator, version, stratum, clinic_id, month, value"
_COUNTS: Final = "reached, not_reached, valued, missing, unplaced"
_SUMS: Final = """
    SELECT f.sub_registry, f.indicator, f.version, s::varchar(81) AS stratum, f.clinic_id, f.month, f.value,
           (count(*) FILTER (WHERE f.outcome = 'reached'))::int AS reached,
           (count(*) FILTER (WHERE f.outcome = 'not_reached'))::int AS not_reached,
           (count(*) FILTER (WHERE f.outcome = 'valued'))::int AS valued,
           (count(*) FILTER (WHERE f.outcome = 'missing'))::int AS missing,
           (count(*) FILTER (WHERE f.outcome = 'unplaced'))::int AS unplaced
    FROM reports_fact f, unnest(f.strata) s
    GROUP BY f.sub_registry, f.indicator, f.version, s, f.clinic_id, f.month, f.value
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """How many facts and cells were not what they had to be."""

    episodes: int
    facts: int
    cells: int

    @property
    def was_right(self) -> bool:
        return not self.facts and not self.cells


def rebuild(*, processes: int = 1, tell: Callable[[int, int], None] = lambda done, of: None) -> Rebuilt:
    """Make the facts of every episode and all cells anew. `tell` is called with how many episodes are done, and of how
    many. In batches of one transaction each; pages show the old figures until a batch is done.

    `processes`: how many share the work. More than one only in a program that has no threads.
    """
    with all_providers():
        of, ids = count_episodes()
    done, wrong = 0, 0
    with _mapping(processes) as each:
        for episodes, facts in each(rebuild_batch, [ids[i : i + _BATCH] for i in range(0, len(ids), _BATCH)]):
            done, wrong = done + episodes, wrong + facts
            if episodes:
                tell(done, max(of, done))
    return Rebuilt(episodes=done, facts=wrong, cells=_correct_cells())


def rebuild_batch(ids: range) -> tuple[int, int]:
    """Return how many episodes they are, and how many facts were wrong."""
    with all_providers():
        share_identities()
        batch = episode_ids(ids)
        return len(batch), make_facts(batch)


@contextmanager
def _mapping(processes: int) -> Iterator[Callable[..., Iterable[tuple[int, int]]]]:
    """Yield `map`, or one that uses several processes, which inherit all but the connections to the database."""
    if processes == 1:
        yield map
        return
    disconnect()
    with ProcessPoolExecutor(processes, mp_context=get_context("fork")) as pool:
        try:
            yield pool.map
        finally:
            # Of one that is stopped: batches that are not begun are left for another time.
            pool.shutdown(cancel_futures=True)


def prove_nightly(*, at: datetime) -> Rebuilt | None:
    """Once each night, compare all facts and cells with the signed answers, and mend them. A difference is an error in
    the program's messages, unless a new indicator was installed without `registret rebuild-reports`."""
    if at.astimezone(SWEDEN).hour != _HOUR:
        return None
    refresh()
    found = rebuild()
    if not found.was_right:
        _log.error("reports were wrong and are mended: %d facts, %d cells", found.facts, found.cells)
    return found


def _correct_cells() -> int:
    """Make cells the sums of facts; return how many were not."""
    with all_providers(), connection.cursor() as cursor:
        lock_cells()
        columns = f"{_KEY}, {_COUNTS}"
        wrong = f"SELECT {columns} FROM reports_cell EXCEPT SELECT {columns} FROM ({_SUMS}) sums"  # noqa: S608
        cursor.execute(
            f"DELETE FROM reports_cell c USING ({wrong}) w"  # noqa: S608
            " WHERE (c.sub_registry, c.indicator, c.version, c.stratum, c.clinic_id, c.month)"
            " = (w.sub_registry, w.indicator, w.version, w.stratum, w.clinic_id, w.month)"
            " AND c.value IS NOT DISTINCT FROM w.value"
        )
        deleted: int = cursor.rowcount
        lacking = f"SELECT {columns} FROM ({_SUMS}) sums EXCEPT SELECT {columns} FROM reports_cell"  # noqa: S608
        cursor.execute(f"INSERT INTO reports_cell ({columns}) {lacking}")
        added: int = cursor.rowcount
        return max(deleted, added)
