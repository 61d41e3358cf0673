"""How fast the log is appended to, sealed and checked, and what it costs that a list says whom it showed.

.venv/bin/python benchmarks/ledger.py [--rows 1000000] [--writers 16] [--seconds 10]

Starts a PostgreSQL of its own, or makes a test database on the one of DATABASE_URL; both are removed afterwards.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from registret.ledger.events import Event

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks._country import add_months, fill_log
from benchmarks._promises import Promises
from tests.environment import prepare

CHECKED_S = 60
"""Within which a million entries are checked."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--writers", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--lists", type=int, default=20_000)
    given = parser.parse_args()
    promises = Promises()
    with _database() as name:
        waits = 0
        for writers in sorted({1, given.writers}):
            waits += append(name, writers, given.seconds, sealing=False)
        waits += append(name, given.writers, given.seconds, sealing=True)
        promises.kept("nobody waits for a lock of the log", waits, most=0, unit="looks found somebody")
        lists(given.lists)
        promises.kept("check a million entries", check(given.rows) * 1_000_000, most=CHECKED_S, unit="s")
    promises.end()


def append(database: str, writers: int, seconds: float, *, sealing: bool) -> int:
    """Each writer is a process that commits one entry at a time; how many a second, and how long one takes. Returns how
    often somebody was seen to wait for a lock of the log."""
    context = get_context("spawn")
    results: Any = context.Queue()
    processes = [context.Process(target=_write, args=(database, seconds, results)) for _ in range(writers)]
    if sealing:
        processes.append(context.Process(target=_seal, args=(database, seconds)))
    for process in processes:
        process.start()
    took: list[float] = []
    waits = 0
    for _ in range(writers):
        of_one, waited = results.get()
        took += of_one
        waits += waited
    for process in processes:
        process.join()
    took.sort()
    print(
        f"{writers:>2} writers{', sealing meanwhile' if sealing else '':<19}: {len(took) / seconds:>6.0f} entries/s, "
        f"median {statistics.median(took) * 1000:.2f} ms, 99 % {took[len(took) * 99 // 100] * 1000:.2f} ms, "
        f"{waits} looks at pg_locks found somebody waiting for the log"
    )
    return waits


def lists(number: int, shown: int = 50) -> None:
    """Entries of lists of `shown` patients beside entries about nobody: time and room of each, and how long it takes to
    find the lists that showed one patient."""
    import random

    from django.db import connection
    from django.utils import timezone

    from registret.kernel.by import By
    from registret.kernel.identifiers import HsaId
    from registret.ledger.queries import accesses_to
    from registret.ledger.services import record

    by = By(hsa_id=HsaId("SE2321009991-E00K4T2"), name="Anna Berg", account_id=1, role="reporter", clinic_id=1)
    rng = random.Random(1)  # noqa: S311
    for what, most in (("about nobody", 0), (f"of {shown} patients", shown)):
        took, before = [], _room()
        for _ in range(number):
            patients = rng.sample(range(200_000), most)
            begun = time.monotonic()
            record(event=Event.WORK_LISTED, by=by, at=timezone.now(), shown_patient_ids=patients, facts={"rows": most})
            took.append(time.monotonic() - begun)
        took.sort()
        print(
            f"lists {what}: median {statistics.median(took) * 1000:.2f} ms, 99 % {took[number * 99 // 100] * 1000:.2f} "
            f"ms, {(_room() - before) / number:.0f} bytes each with the indexes"
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE ledger_entry")
    begun = time.monotonic()
    found = sum(len(accesses_to(patient_ids=[rng.randrange(200_000)])) for _ in range(100))
    print(f"all accesses to one patient: {(time.monotonic() - begun) * 10:.1f} ms ({found / 100:.0f} entries)")


def _room() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(pg_total_relation_size(relid)) FROM pg_partition_tree('ledger_entry')")
        (size,) = cursor.fetchone() or (0,)
    return int(size)


def check(rows: int) -> float:
    """Generates so many entries, then seals and checks them. Returns how many seconds checking one takes."""
    from django.utils import timezone

    from registret.ledger.checking import check as check_log
    from registret.ledger.sealing import checkpoint, seal_key, seal_settled

    add_months()
    begun = time.monotonic()
    fill_log(1, rows)
    print(f"{rows} entries generated in {time.monotonic() - begun:.1f} s")
    begun = time.monotonic()
    sealed = seal_settled(at=timezone.now)
    print(f"{sealed} sealed in {time.monotonic() - begun:.1f} s")
    newest = checkpoint()
    before = _memory()
    begun, busy = time.monotonic(), time.process_time()
    done = check_log(keys=frozenset({seal_key().public}), checkpoints=[newest] if newest else [], at=timezone.now())
    took = time.monotonic() - begun
    print(
        f"{done.entries} checked in {took:.1f} s: {done.entries / took:.0f} a second, "
        f"{time.process_time() - busy:.1f} s of it on a processor, "
        f"at most {_memory()} MiB of memory ({before} before)"
    )
    return took / done.entries


def _write(database: str, seconds: float, results: Any) -> None:
    _use(database)
    from django.db import connection
    from django.utils import timezone

    from registret.kernel.by import By
    from registret.kernel.identifiers import HsaId
    from registret.ledger.services import record

    by = By(hsa_id=HsaId("SE2321009991-E00K4T2"), name="Anna Berg", account_id=1, role="reporter", clinic_id=1)
    took, waited, end = [], 0, time.monotonic() + seconds
    while time.monotonic() < end:
        begun = time.monotonic()
        record(event=Event.PATIENT_OPENED, by=by, at=timezone.now(), about_patient_id=7, facts={"view": "episode"})
        took.append(time.monotonic() - begun)
        if len(took) % 200 == 0:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT count(*) FROM pg_locks WHERE NOT granted AND "
                    "relation IN (SELECT relid FROM pg_partition_tree('ledger_entry'))"
                )
                (number,) = cursor.fetchone() or (0,)
                waited += bool(number)
    connection.close()
    results.put((took, waited))


def _seal(database: str, seconds: float) -> None:
    _use(database)
    from django.utils import timezone

    from registret.ledger.sealing import seal_settled

    end, sealed = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        sealed += seal_settled(at=timezone.now)
        time.sleep(0.2)
    print(f"   ({sealed} of them were sealed meanwhile)")


@contextmanager
def _database() -> Iterator[str]:
    prepare()
    import django

    django.setup()
    from django.conf import settings

    from tests.owner import made_database

    with made_database():
        yield settings.DATABASES["default"]["NAME"]


def _use(database: str) -> None:
    """In a process of its own, with the environment of the one that began."""
    import django
    from django.conf import settings

    django.setup()
    settings.DATABASES["default"]["NAME"] = database


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
