"""What opening, saving, searching and work lists cost with a thousand episodes, and up to a million.

.venv/bin/python benchmarks/records.py [--episodes 1000000] [--times 100]

The acts are done at the largest of forty clinics. Each act is timed at 0.1, 1, 10, 30 and 100 % of the episodes, and
every figure is given beside that at 1 % of the same run: at 0.1 % lists are not full. Then eight people do it at once,
and the fence is taken away and timed again.

Starts a PostgreSQL of its own, as durable as that of an operator, or makes a test database on the one of DATABASE_URL;
both are removed afterwards.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks._episodes import AT, FENCED, grow, people, templates
from benchmarks._promises import Promises
from tests.environment import prepare

SHARES = (0.1, 1, 10, 30, 100)
AT_ONCE = 8
FLAT = 1.5
"""How many times as long an act may take among a hundred times as many episodes."""
SAVED_MS = 100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--episodes", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=100)
    given = parser.parse_args()
    prepare(is_durable=True)
    import django

    django.setup()
    from tests.owner import made_database

    promises = Promises()
    with made_database():
        actor = people()
        templates(random.Random(1))  # noqa: S311
        first: dict[str, float] = {}
        took: dict[str, list[float]] = {}
        made = 0
        for share in SHARES:
            wanted = int(given.episodes * share / 100)
            begun = time.monotonic()
            grow(made, wanted)
            made = wanted
            print(f"\n{made} episodes ({time.monotonic() - begun:.0f} s to make)")
            took = {what: timed(act, given.times) for what, act in acts(actor).items()}
            for what, found in took.items():
                if share <= 1:
                    first[what] = statistics.median(found)
                show(what, found, f"{statistics.median(found) / first[what]:.2f} of {min(share, 1)} %")
        for what, found in took.items():
            promises.kept(what, statistics.median(found) / first[what], most=FLAT, unit="times as long as at 1 %")
        promises.kept("save forty answers", statistics.median(took["save forty answers"]), most=SAVED_MS, unit="ms")
        print(f"\n{AT_ONCE} at once, on the processors that there are")
        for what, act in acts(actor).items():
            show(what, at_once(act, given.times), f"one alone {statistics.median(took[what]):.1f} ms")
        print("\nWithout the fence (row-level security taken away), beside with it")
        without = {}
        fence("NO FORCE", "DISABLE")
        for what, act in acts(actor).items():
            without[what] = timed(act, given.times)
        fence("FORCE", "ENABLE")
        for what, act in acts(actor).items():
            again = statistics.median(timed(act, given.times))
            show(what, without[what], f"with it {again / statistics.median(without[what]):.2f} times as long")
    promises.end()


def fence(force: str, enable: str) -> None:
    from django.db import connection

    from tests.owner import as_owner

    with as_owner(), connection.cursor() as cursor:
        for table in FENCED:
            cursor.execute(f"ALTER TABLE records_{table} {force} ROW LEVEL SECURITY, {enable} ROW LEVEL SECURITY")


def acts(actor: Any) -> dict[str, Callable[[int], object]]:
    """What people do, each with another episode every time."""
    from registret.records.models import Number, Step
    from registret.records.reporting import audited_reads, writing
    from registret.records.scope import provider_scope

    with provider_scope(actor):
        mine = Step.objects.filter(clinic_id=actor.seat.clinic_id, code="acute").select_related("episode__patient")
        drafts = list(mine.filter(state="draft").order_by("-id")[:400])
        signed = list(mine.filter(state="signed").order_by("-id")[:400])
        patients = [(s.episode.patient.system_id, s.episode.patient_id) for s in signed]
        ids = [id_ for _, id_ in patients]
        numbers = list(Number.objects.filter(patient_id__in=ids).order_by("id").values_list("text", flat=True))

    def save(n: int) -> object:
        step = drafts[n % len(drafts)]
        written = forty_answers(step, n)
        return writing.write(
            actor=actor, episode=step.episode.system_id, step="acute", base=10**6, written=written, at=AT
        )

    def found(written: str, n: int) -> audited_reads.SearchResult:
        # Each an hour later: one person may not look for many numbers or names at once.
        return audited_reads.search(actor=actor, written=written, at=AT + timedelta(hours=n))

    def by_number(n: int) -> object:
        one = found(numbers[n % len(numbers)], n)
        assert one.patient is not None
        return one

    return {
        "open a patient": lambda n: audited_reads.open_patient(
            actor=actor, system_id=patients[n % len(patients)][0], at=AT
        ),
        "open a step": lambda n: audited_reads.open_step(
            actor=actor, episode=signed[n % len(signed)].episode.system_id, step="acute", at=AT
        ),
        "save forty answers": save,
        "find by system id": lambda n: found(patients[n % len(patients)][0], n),
        "find by number": by_number,
        "find by name": lambda n: found(("Åberg", "öman", "Ek", "sjöl")[n % 4], n),
        "nobody of that name": lambda n: found(f"Xyz{n}", n),
        "work lists": lambda n: audited_reads.work(actor=actor, at=AT),
    }


def forty_answers(step: Any, n: int) -> dict[str, list[str]]:
    """The step's answers, all sent, and two of them changed."""
    from registret.registries.answers import restored, written
    from registret.registries.queries import form_of

    form = form_of(step.episode.sub_registry, step.episode.version)
    asked = {code: form.questions[code] for code in step.answers}
    sent = {code: list(written(asked[code], restored(asked[code], kept))) for code, kept in step.answers.items()}
    for question in form.step("acute").questions:
        if question.variable.hard is not None and question.code in sent:
            sent[question.code] = [str(int(question.variable.hard.most or 10) - n % 2)]
            break
    return sent


def timed(act: Callable[[int], object], times: int) -> list[float]:
    act(0)
    found = []
    for n in range(times):
        begun = time.perf_counter()
        act(n)
        found.append((time.perf_counter() - begun) * 1000)
    return sorted(found)


def at_once(act: Callable[[int], object], times: int) -> list[float]:
    """The times of all, each a process with a connection of its own."""
    from registret.database.connections import disconnect

    disconnect()
    pipes = []
    for number in range(AT_ONCE):
        read, write = os.pipe()
        if os.fork() == 0:
            status = 1
            try:
                found = timed(partial(_later, act, number * times), times // 4)
                with os.fdopen(write, "w") as told:
                    json.dump(found, told)
                status = 0
            finally:
                os._exit(status)
        os.close(write)
        pipes.append(read)
    found = []
    for read in pipes:
        with os.fdopen(read) as told:
            found += json.load(told)
    for _ in pipes:
        os.wait()
    return sorted(found)


def _later(act: Callable[[int], object], offset: int, n: int) -> object:
    return act(n + offset)


def show(what: str, found: list[float], beside: str) -> None:
    low, high = found[len(found) // 20], found[len(found) * 95 // 100]
    print(f"{what:<20}: median {statistics.median(found):6.1f} ms, 5–95 % {low:.1f}–{high:.1f} ms; {beside}")


if __name__ == "__main__":
    main()
