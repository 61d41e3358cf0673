"""What a second machine adds, and how many logins one PostgreSQL bears.

    .venv/bin/python benchmarks/nodes.py [--rounds 5] [--seconds 6] [--cards 200]

Two processes of `registret serve` stand for two machines, behind HAProxy as `deploy/router.cfg` has it, with PgBouncer
in transaction mode before one durable PostgreSQL. In each round people log in as `benchmarks/logins.py` has it: while
new connections go to one of the two, and while they go to both. Where client, nodes and database share two cores, the
rate says little of what a second machine adds: what a login takes of each of them says it, and what it leaves in
PostgreSQL, from which is computed what one PostgreSQL bears.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import logins
from benchmarks._processes import spread
from tests.environment import prepare

if TYPE_CHECKING:
    from tests.slow.nodes import Nodes

CLIENTS: Final = (8, 32)
CONNECTIONS: Final = 16
"""Of PgBouncer to PostgreSQL."""
HOW_MANY: Final = {"one node": ("one",), "two nodes": ("one", "two")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What PostgreSQL has counted so far."""

    wal: int
    commits: int
    syncs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Logins a second, and what one login takes: milliseconds of processor, and bytes, commits and syncs."""

    rate: float
    nodes: float
    between: float
    database: float
    wal: float
    commits: float
    syncs: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--cards", type=int, default=200)
    given = parser.parse_args()
    from tests.slow.nodes import Nodes, missing

    if why := missing():
        print(f"needs {why}: sh tools/setup.sh --fronts")
        return
    prepare(is_durable=True)
    from registret.demo.pki import DemoAuthority

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        authority = DemoAuthority.load(Path(os.environ["REGISTRET_TEST_FOLDER"]) / "ca")
        client = logins.built(folder)
        with Nodes.behind_router(folder, authority, "benchmark_nodes") as nodes:
            _furnish(nodes, given.cards)
            nodes.start()
            _tell(_rounds(nodes, client, given))


def _furnish(nodes: Nodes, cards: int) -> None:
    """Past PgBouncer, which is not there yet."""
    nodes.connections = CONNECTIONS
    nodes.environment |= {"REGISTRET_DEMO": "no", "REGISTRET_ACCEPT_TEST_CARDS": "yes"}
    through = nodes.environment["DATABASE_URL"]
    nodes.environment["DATABASE_URL"] = nodes.direct_url
    logins.furnish(nodes, cards)
    nodes.environment["DATABASE_URL"] = through


def _rounds(nodes: Nodes, client: Path, given: argparse.Namespace) -> dict[tuple[str, int], list[Run]]:
    found: dict[tuple[str, int], list[Run]] = {}
    for _ in range(given.rounds):
        for clients in CLIENTS:
            for name, open_ones in HOW_MANY.items():
                nodes.only(*open_ones)
                run = _run(nodes, open_ones, clients, client, given)
                found.setdefault((name, clients), []).append(run)
    return found


def _run(nodes: Nodes, open_ones: Sequence[str], clients: int, client: Path, given: argparse.Namespace) -> Run:
    serving = [psutil.Process(nodes.running[name].pid) for name in open_ones]
    between = [psutil.Process(nodes.running[name].pid) for name in ("router", "pgbouncer")]
    target = logins.Target(
        name=" and ".join(open_ones),
        mode="cold",
        host="registret.localhost",
        port=nodes.site_port,
        surname="Nord%03d",
        processes=lambda: serving,
    )
    before, spent = _left(), logins.spent(between)
    took = logins.run(target, clients, client, nodes, cards=given.cards, seconds=given.seconds)
    after = _left()
    done = took.rate * given.seconds
    return Run(
        rate=took.rate,
        nodes=took.server,
        between=(logins.spent(between) - spent) / done * 1000,
        database=took.database,
        wal=(after.wal - before.wal) / done,
        commits=(after.commits - before.commits) / done,
        syncs=(after.syncs - before.syncs) / done,
    )


def _left() -> Left:
    """Each of them also counts the logins before the clock started: one of each client."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_current_wal_lsn() - '0/0', (SELECT xact_commit FROM pg_stat_database"
            " WHERE datname = current_database()), (SELECT sum(fsyncs) FROM pg_stat_io WHERE object = 'wal')"
        )
        wal, commits, syncs = cursor.fetchone()
    return Left(wal=int(wal), commits=int(commits), syncs=int(syncs))


def _tell(runs: dict[tuple[str, int], list[Run]]) -> None:
    columns: dict[str, Callable[[Run], float]] = {
        "logins/s": lambda run: run.rate,
        "nodes ms": lambda run: run.nodes,
        "between ms": lambda run: run.between,
        "PostgreSQL ms": lambda run: run.database,
        "WAL kB": lambda run: run.wal / 1000,
        "commits": lambda run: run.commits,
        "syncs": lambda run: run.syncs,
    }
    print(f"{'':12}{'browsers':>9}" + "".join(f"{name:>19}" for name in columns))
    for (name, clients), found in runs.items():
        print(f"{name:12}{clients:9}" + "".join(f"{spread([of(run) for run in found]):>19}" for of in columns.values()))
    for clients in CLIENTS:
        both = zip(runs["two nodes", clients], runs["one node", clients], strict=True)
        print(f"{clients} browsers: two nodes do {spread([two.rate / one.rate for two, one in both])} of one's logins")
    busiest = runs["two nodes", CLIENTS[-1]]
    cost, wal, syncs = (
        statistics.median(getattr(run, name) for run in busiest) for name in ("database", "wal", "syncs")
    )
    a_second = 1000 / cost
    print(
        f"One core of PostgreSQL bears {a_second:.0f} logins a second, with {a_second * wal / 1e6:.2f} MB of WAL and "
        f"{a_second * syncs:.0f} syncs in it; {psutil.cpu_count()} cores are here"
    )


if __name__ == "__main__":
    main()
