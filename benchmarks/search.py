"""How long it takes to find an account among a million.

.venv/bin/python benchmarks/search.py [--accounts 1000000] [--times 300]

Starts a PostgreSQL of its own, as durable as that of an operator, or makes a test database on the one of DATABASE_URL;
both are removed afterwards.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks._country import BEGINNINGS, ENDS, GIVEN, add_accounts
from benchmarks._promises import Promises
from tests.environment import prepare

P95_MS = 50
"""Within which 95 of 100 pages come, whatever is searched for."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accounts", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=300)
    given = parser.parse_args()
    prepare(is_durable=True)
    import django

    django.setup()
    from tests.owner import made_database

    promises = Promises()
    with made_database():
        generate(given.accounts)
        for what, searches in kinds(given.accounts, given.times).items():
            promises.kept(what, measure(what, searches), most=P95_MS, unit="ms (95 %)")
    promises.end()


def generate(rows: int) -> None:
    from django.db import connection

    from tests.owner import as_owner

    begun = time.monotonic()
    add_accounts(1, rows)
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_size_pretty(pg_table_size('accounts_account')),"
            " pg_size_pretty(sum(pg_relation_size(indexrelid)))"
            " FROM pg_index WHERE indrelid = 'accounts_account'::regclass"
        )
        table, indexes = cursor.fetchone() or ("", "")
    print(f"{rows} accounts generated in {time.monotonic() - begun:.1f} s: table {table}, indexes {indexes}")


def kinds(rows: int, times: int) -> dict[str, list[str]]:
    """What people type, by kind; the same in each run."""
    dice = random.Random(1)  # noqa: S311

    def name() -> str:
        return f"{dice.choice(BEGINNINGS)}{dice.choice(ENDS)}"

    return {
        "HSA-id, whole": [f"SE23210{n % 99989:05}-E{n:07}" for n in (dice.randint(1, rows) for _ in range(times))],
        "HSA-id, its beginning": [f"se23210{dice.randint(0, 99988):05}" for _ in range(times)],
        "system id": [str(dice.randint(1, rows)) for _ in range(times)],
        "mail, its beginning": [f"person{dice.randint(1, rows)}"[: dice.randint(8, 13)] for _ in range(times)],
        "surname, its beginning": [name()[: dice.randint(2, 8)].lower() for _ in range(times)],
        "one letter": [dice.choice("abcdefghijklmnopqrstuvwxyzåäö") for _ in range(times)],
        "surname and given name": [f"{name()} {dice.choice(GIVEN)[:2]}" for _ in range(times)],
        "given name and surname": [f"{dice.choice(GIVEN)} {name()[:4]}".upper() for _ in range(times)],
        "nobody": [f"{name()}x{dice.randint(1, 99)}" for _ in range(times)],
    }


def measure(what: str, searches: list[str]) -> float:
    """Up to three pages of each search; every page is one measurement. Answers within which time 95 of 100 came, in
    milliseconds."""
    from registret.accounts.search import find_accounts

    took: list[float] = []
    rows = 0
    for words in searches:
        after = None
        for _ in range(3):
            begun = time.perf_counter()
            page = find_accounts(words=words, after=after)
            took.append((time.perf_counter() - begun) * 1000)
            rows += len(page.rows)
            after = page.after
            if after is None:
                break
    took.sort()
    p = {share: took[min(len(took) * share // 100, len(took) - 1)] for share in (5, 95, 99)}
    print(
        f"{what:<24}: {len(took):>4} pages, {rows / len(took):>4.1f} rows each, "
        f"5 % {p[5]:.1f} ms, median {statistics.median(took):.1f} ms, 95 % {p[95]:.1f} ms, 99 % {p[99]:.1f} ms, "
        f"most {took[-1]:.1f} ms"
    )
    return p[95]


if __name__ == "__main__":
    main()
