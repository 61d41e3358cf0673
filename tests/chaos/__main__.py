"""`make chaos`: faults during load, and whether anything that was acknowledged is lost or doubled.

    python -m tests.chaos [--rounds 100] [--seed 1] [--only "node killed"]

Ends with 1 if anything is. The same seed draws the same faults; what they meet differs from run to run.
"""

from __future__ import annotations

import argparse
import logging
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from registret.demo.mailbox import letters
from registret.demo.pki import DemoAuthority
from registret.demo.postgres import Cluster
from tests.chaos import mounts
from tests.chaos.checker import findings, repeated, unknown_but_done
from tests.chaos.clients import Load
from tests.chaos.faults import CALM, ENDING, FAULTS, Fault, drawn
from tests.chaos.journal import Journal, acts_in
from tests.chaos.place import NODES, WORKERS, Place, eventually
from tests.chaos.report import Report, Round
from tests.environment import prepare

ACTS_BETWEEN = 8
"""So many are acknowledged before the next fault, however fast the machine is."""
SHORTEST, LONGEST = 0.5, 3.0
"""Seconds that a fault lasts."""


def main() -> int:
    given = _arguments()
    mounts.have_own()
    logging.disable(logging.WARNING)
    with _place() as place:
        journal = Journal(place.folder / "acts.jsonl")
        load, rounds = Load(place, journal, with_opt_outs=True), [Round(fault=CALM, began=datetime.now(UTC))]
        chance = random.Random(given.seed)
        faults = drawn(given.rounds, _possible(given.only), chance)
        place.start_all()
        with load.lasts():
            for number, fault in enumerate(faults, start=1):
                rounds.append(_played(place, load, fault, chance, number))
            _goes_on(load)
        rounds.append(Round(fault=ENDING, began=datetime.now(UTC)))
        _sent_to_the_last(place)
        report = _report(place, rounds, load)
    print(report.table())
    for line in report.faults():
        print(line)
    return 1 if report.faults() else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="+", default=[], choices=[fault.name for fault in FAULTS])
    return parser.parse_args()


def _possible(only: Sequence[str]) -> list[Fault]:
    wanted = [fault for fault in FAULTS if fault.name in only or not only]
    for fault in wanted:
        if not fault.is_possible():
            print(f"not tried: {fault.name} (docs/faults.md says what it needs)")
    return [fault for fault in wanted if fault.is_possible()]


@contextmanager
def _place() -> Iterator[Place]:
    """With a PostgreSQL of its own, which survives a crash."""
    with tempfile.TemporaryDirectory(prefix="registret-chaos-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        disk = mounts.Disk(folder / "disk", mounts.LARGE) if mounts.are_own() else None
        cluster = Cluster.start(data=(disk.folder if disk else folder) / "database", database="registret")
        urls = {"DATABASE_URL": cluster.url, "REGISTRET_OWNER_DATABASE_URL": cluster.owner_url}
        os.environ |= urls
        prepare()
        authority = DemoAuthority.load(Path(os.environ["REGISTRET_TEST_FOLDER"]) / "ca")
        place = Place.built(folder, authority, cluster, disk)
        try:
            yield place
        finally:
            place.stop()
            assert place.server is not None
            place.server.stop()
            for one in (place.disk, place.disk_of_marks):
                if one is not None:
                    one.take_away()


def _played(place: Place, load: Load, fault: Fault, chance: random.Random, number: int) -> Round:
    """One fault: begun, mended, and over when both nodes serve again."""
    # An hour passes: nobody does so much in one.
    place.change_database("DELETE FROM rate_limits_count")
    _goes_on(load)
    load.journal.round, began = number, datetime.now(UTC)
    mend = fault.begin(place, chance)
    time.sleep(chance.uniform(SHORTEST, LONGEST))
    mend()
    took = eventually(place.serves)
    ended = [name for name in NODES + WORKERS if place.running[name].poll() is not None]
    for name in ended:
        place.start_one(name)
    print(f"{number:4} {fault.name:32} served again after {took:.1f} s", flush=True)
    return Round(fault=fault, began=began, back_after=took, ended=tuple(ended))


def _goes_on(load: Load) -> None:
    before = load.journal.acknowledged
    eventually(lambda: load.journal.acknowledged >= before + ACTS_BETWEEN)


def _sent_to_the_last(place: Place) -> None:
    """Time passes until each letter is due, once nobody holds one any more."""
    place.stop_all()
    due = "UPDATE mail_letter SET not_before = created_at, lease_until = NULL WHERE sent_at IS NULL"
    place.change_database(f"{due} AND given_up_at IS NULL AND superseded_at IS NULL")
    place.start_one(WORKERS[0])
    waiting = "SELECT 1 FROM mail_letter WHERE sent_at IS NULL AND given_up_at IS NULL AND superseded_at IS NULL"
    eventually(lambda: not place.ask_all(waiting))
    place.stop_all()


def _report(place: Place, rounds: Sequence[Round], load: Load) -> Report:
    acts, arrived = acts_in(place.folder / "acts.jsonl"), letters(place.folder / "mailbox")
    return Report(
        rounds=rounds,
        acts=acts,
        seen=load.seen,
        findings=findings(acts, place.ask_all, arrived, place.marks()),
        done=unknown_but_done(acts, place.ask_all),
        repeated=repeated(arrived),
        log=place.run("check-ledger"),
    )


if __name__ == "__main__":
    sys.exit(main())
