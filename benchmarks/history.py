"""What it costs to bring in the history of an earlier platform, and to count it in the reports afterwards.

.venv/bin/python benchmarks/history.py [--episodes 100000]

A few hundred stories of all sub-registries again and again, each of another patient. It is brought in in one
transaction, brought in once more, which changes nothing, and the reports are made by one worker.

Starts a PostgreSQL of its own, as durable as that of an operator; it is removed afterwards.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks._promises import Promises
from tests.environment import prepare

MINUTES: Final = 15
"""For a hundred thousand episodes, as for fewer: an operator waits for it at night."""
TEMPLATES: Final = 60
"""Of each sub-registry."""
BORN: Final = date(1930, 1, 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--episodes", type=int, default=100_000)
    given = parser.parse_args()
    prepare(is_durable=True)
    import django

    django.setup()
    from tests.owner import made_database

    promises = Promises()
    with made_database(), tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "history.ndjson"
        write(file, given.episodes)
        print(f"{given.episodes} episodes, {file.stat().st_size / 2**20:.0f} MB, load {os.getloadavg()[0]:.1f}")
        minutes = measured(file, given.episodes)
        promises.kept("a history", minutes, most=MINUTES, unit="minutes")
    promises.end()


def write(file: Path, how_many: int) -> None:
    from tests import cast
    from tests.rooms.exchange.earlier import NOW, line, of_all

    cast.country(NOW - timedelta(days=30))
    templates = [line(one, clinic=cast.INFECTION) for one in of_all(TEMPLATES, clinic=cast.INFECTION)]
    with file.open("w", encoding="utf-8") as lines:
        for place, number in zip(range(how_many), numbers(), strict=False):
            one = templates[place % len(templates)] | {"id": f"IR-{place}", "number": number}
            lines.write(json.dumps(one, ensure_ascii=False) + "\n")


def numbers() -> Iterator[str]:
    """Of nobody: those that end so are never given."""
    from registret.kernel.checkdigit import luhn_digit

    place = 0
    while True:
        eleven = f"{BORN + timedelta(days=place // 20):%Y%m%d}{980 + place % 20}"
        yield eleven + luhn_digit(eleven[2:])
        place += 1


def measured(file: Path, how_many: int) -> float:
    """Minutes until all is brought in and counted."""
    from registret.exchange.history.importing import import_history
    from registret.kernel.by import By
    from registret.reports.making import refresh
    from tests.rooms.exchange.earlier import DECISION, NOW

    def bring() -> Any:
        by = By.of_program("import-history")
        return import_history([file], decision=DECISION, dry_run=False, by=by, at=NOW)

    result, first = timed("brought in", bring)
    assert result.episodes == how_many, (result.faulty, [one.faults for one in result.faults[:5]])
    made, counted = timed("counted by one worker", refresh)
    assert made == how_many, made
    again, _ = timed("brought in once more", bring)
    assert again.there == how_many
    return (first + counted) / 60


def timed(what: str, act: Callable[[], Any]) -> tuple[Any, float]:
    """What it returned, and seconds."""
    import psutil

    process = psutil.Process()
    begun, cpu = time.perf_counter(), process.cpu_times().user
    result = act()
    took = time.perf_counter() - begun
    own = process.cpu_times().user - cpu
    memory = process.memory_info().rss / 2**20
    print(f"{what}: {took:.0f} s, {own:.0f} of them of the program, {memory:.0f} MB, load {os.getloadavg()[0]:.1f}")
    return result, took


if __name__ == "__main__":
    main()
