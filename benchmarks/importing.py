"""What it costs to bring in a large file: rows with answers to all steps of a pneumonia, by one worker and by two.

.venv/bin/python benchmarks/importing.py [--rows 2000] [--times 5] [--profile]

Each time other patients. First a worker by itself is counted: statements, processor time of the program and of
PostgreSQL, memory after a tenth and after all. The same file once more is compared, and changes nothing. Then two
processes bring one file in together, as two of `registret work` do on two cores.

Starts a PostgreSQL of its own, as durable as that of an operator, or makes a test database on the one of DATABASE_URL;
both are removed afterwards.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks._promises import Promises
from tests.environment import prepare

AT: Final = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
ROW_MS: Final = 15
"""20,000 rows within five minutes, on two cores."""
GROWS_MB: Final = 30
TEMPLATES: Final = 61
BORN: Final = date(1930, 1, 1)
WORKERS: Final = 2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=2000)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--profile", action="store_true", help="where the program's time goes, by function")
    given = parser.parse_args()
    prepare(is_durable=True)
    import django

    django.setup()
    from tests.owner import made_database

    promises = Promises()
    with made_database():
        actor, rows = importer(), Rows()
        one_worker(actor, rows, given.rows, promises)
        if given.profile:
            profiled(actor, rows.table(300))
        together(actor, rows, given.rows, given.times, promises)
    promises.end()


def importer() -> Any:
    from registret.access.roles import Role
    from tests import cast
    from tests.rooms.exchange.scene import INES

    place = cast.country(AT - timedelta(days=30))
    cast.appoint_by_program(INES, Role.IMPORTER, clinic_id=place.infection, at=AT - timedelta(days=20))
    return cast.actor(INES, at=AT - timedelta(hours=1))


class Rows:
    """Rows of patients whom nobody knows yet: the answers of some episodes again and again."""

    def __init__(self) -> None:
        from registret.demo.people.episodes import of_age, told
        from registret.registries.queries import form_in_force

        form = form_in_force("pneumoni")
        assert form is not None
        self.form = form
        rng = random.Random(1)  # noqa: S311
        self._answers: list[dict[str, str]] = []
        for number in range(TEMPLATES):
            began_at = AT - timedelta(days=200 + number)
            _born, patient = of_age(rng, at=began_at)
            made = told(self.form, patient=patient, began_at=began_at, at=AT, rng=rng)
            steps = made.written.values()
            self._answers.append({code: ",".join(texts) for step in steps for code, texts in step.items()})
        self._next = 0

    def table(self, how_many: int) -> Any:
        from registret.exchange.readers.table import FileKind, SourceRow, SourceTable

        codes = list(self.form.questions)
        columns = ("Vårdtillfälle", "Personnummer", *codes)
        found = []
        for line in range(2, how_many + 2):
            about = {"Vårdtillfälle": f"X-{self._next}", "Personnummer": self._number()}
            answers = self._answers[line % TEMPLATES]
            found.append(SourceRow(line=line, values=about | {code: answers.get(code, "") for code in codes}))
        return SourceTable(kind=FileKind.CSV, columns=columns, rows=tuple(found), separator=";", encoding="utf-8")

    def _number(self) -> str:
        from registret.kernel.checkdigit import luhn_digit

        self._next += 1
        eleven = f"{BORN + timedelta(days=self._next // 20):%Y%m%d}{980 + self._next % 20}"
        return eleven + luhn_digit(eleven[2:])


def tried(actor: Any, table: Any) -> int:
    """Keep a file, as if it had been tried: that costs as much as bringing it in."""
    from registret.exchange.importing import jobs
    from registret.exchange.mappings.drafting import draft
    from registret.exchange.models import ImportJob
    from registret.exchange.saved_mappings import mapping_of, save_mapping
    from registret.registries.queries import form_in_force

    form = form_in_force("pneumoni")
    assert form is not None
    text = draft(table, form, source_system="Journal X")
    saved = mapping_of(actor, save_mapping(actor=actor, text=text, at=AT))
    file = jobs.keep_and_try(actor=actor, saved=saved, table=table, at=AT)
    ImportJob.objects.filter(file_id=file).update(only_tried=False)
    return file


def work() -> None:
    from registret.exchange.importing.batches import work_on_one

    while work_on_one(at=AT):
        pass


def one_worker(actor: Any, rows: Rows, how_many: int, promises: Promises) -> None:
    """What a row costs, and whether memory grows with the file."""
    import psutil

    work_on(actor, rows.table(100))
    memory: list[float] = []
    table = rows.table(how_many)
    for one in (rows.table(how_many // 10), table):
        work_on(actor, one)
        memory.append(psutil.Process().memory_info().rss / 2**20)
        print(f"   {memory[-1]:.0f} MB after {len(one.rows)} rows")
    promises.kept("memory", memory[-1] - memory[0], most=GROWS_MB, unit="MB more for ten times as many rows")
    print("The same file once more:")
    work_on(actor, table)


def work_on(actor: Any, table: Any) -> None:
    """Bring it in by this process alone."""
    import psutil
    from django.db import connection

    from benchmarks._processes import of_database

    size, asked = len(table.rows), [0]

    def count(execute: Callable[..., object], *rest: Any) -> object:
        asked[0] += 1
        return execute(*rest)

    file = tried(actor, table)
    mine, theirs = [psutil.Process()], of_database()
    before, begun = (cpu_of(mine), cpu_of(theirs)), time.perf_counter()
    with connection.execute_wrapper(count):
        work()
    took = time.perf_counter() - begun
    told = {"rows": size, "ms a row": took, "ms of the program": cpu_of(mine) - before[0]}
    told |= {"ms of PostgreSQL": cpu_of(theirs) - before[1]}
    shown = (f"{1000 * seconds / size:.1f} {what}" for what, seconds in told.items() if what != "rows")
    print(f"one worker, {size:>5} rows: {', '.join(shown)}, {asked[0] / size:.1f} statements a row")
    require_done(actor, file)


def cpu_of(processes: Any) -> float:
    times = [process.cpu_times() for process in processes if process.is_running()]
    return float(sum(one.user + one.system for one in times))


def require_done(actor: Any, file: int) -> None:
    from registret.exchange.importing.jobs import job_of
    from registret.exchange.importing.results import RowOutcome

    job = job_of(actor=actor, file=file, at=AT)
    assert not job.is_running, job
    assert not job.counts[RowOutcome.REFUSED], job.counts


def profiled(actor: Any, table: Any) -> None:
    tried(actor, table)
    profile = cProfile.Profile()
    profile.runcall(work)
    pstats.Stats(profile).sort_stats("tottime").print_stats(45)
    pstats.Stats(profile).sort_stats("cumtime").print_stats("registret", 60)


def together(actor: Any, rows: Rows, how_many: int, times: int, promises: Promises) -> None:
    """Two processes bring in one file, as two of `registret work` do."""
    from benchmarks._processes import spread
    from registret.database.connections import disconnect

    took = []
    for _ in range(times):
        file = tried(actor, rows.table(how_many))
        disconnect()
        begun = time.perf_counter()
        children = [forked() for _ in range(WORKERS)]
        ended = [os.waitpid(child, 0)[1] for child in children]
        took.append(1000 * (time.perf_counter() - begun) / how_many)
        assert not any(ended), "a worker failed"
        require_done(actor, file)
    print(f"{WORKERS} workers, {how_many:>5} rows: {spread(took)} ms a row")
    promises.kept("a row, two workers", statistics.median(took), most=ROW_MS, unit="ms")


def forked() -> int:
    """A process that works, and then ends."""
    child = os.fork()
    if child:
        return child
    failed = 1
    try:
        work()
        failed = 0
    finally:
        os._exit(failed)


if __name__ == "__main__":
    main()
