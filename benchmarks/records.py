"""What opening, saving, searching and work lists cost with a thousand episodes, and up to a million.

.venv/bin/python benchmarks/records.py [--episodes 1000000] [--times 100]

Plausible episodes of every open sub-registry are made by `registret.demo.people.episodes`, and multiplied in the
database: other patients, other days, other clinics, of which the largest, where the acts are done, has a twelfth. Each
act is timed at 0.1, 1, 10, 30 and 100 % of them, and every figure is given beside that at 1 % of the same run: at 0.1 %
lists are not full. Then eight people do it at once, and the fence is taken away and timed again.

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
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks._promises import Promises
from tests.environment import prepare

AT = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
TEMPLATES = 61
CLINICS = 40
LETTERS = "34679ACDEFGHJKMN"
"""Of system ids, as many as there are hexadecimal digits."""
SHARES = (0.1, 1, 10, 30, 100)
AT_ONCE = 8
FLAT = 1.5
"""How many times as long an act may take among a hundred times as many episodes."""
SAVED_MS = 100
FENCED = ("patient", "number", "episode", "step", "revision")

# One patient for each episode but every fourth, who has the one before as well.
PATIENTS = """
INSERT INTO records_patient (system_id, birth_date, sex, given_name, surname, is_protected,
    register_protects, created_at)
SELECT 'P' || translate(lpad(to_hex(n), 8, '0'), %(hex)s, %(letters)s), date '1930-01-01' + (n %% 25000), 'female',
    (array['Anna','Åsa','Erik','Karin','Östen'])[n %% 5 + 1],
    (array['Berg','Ek','Åberg','Öman','Ström','Lund','Sjö','Dahl'])[n %% 8 + 1]
        || (array['ström','qvist','lund','man','ell'])[n / 8 %% 5 + 1] || (n %% 1000)::text, false, false, %(at)s
FROM generate_series(%(first)s::int, %(last)s::int) n
"""
# A day of birth, a serial number from 001, and a check digit (Luhn) that search by number holds against them.
NUMBERS = """
INSERT INTO records_number (patient_id, text, kind, since)
SELECT id, nine.text || (10 - luhn.sum %% 10) %% 10, 'personnummer', %(at)s
FROM records_patient, LATERAL (
    SELECT to_char(birth_date, 'YYYYMMDD')
        || lpad((('x' || translate(substr(system_id, 2), %(letters)s, %(hex)s))::bit(32)::int / 25000 + 1)::text,
            3, '0') AS text
) nine, LATERAL (
    SELECT sum(doubled / 10 + doubled %% 10) AS sum FROM generate_series(1, 9) place,
        LATERAL (SELECT substr(nine.text, place + 2, 1)::int * (1 + place %% 2) AS doubled) digit
) luhn
WHERE id > %(before)s
"""
# Each clinic has its share of every template, so that few episodes are enough. A few clinics are large, many small.
EPISODES = """
INSERT INTO records_episode (system_id, patient_id, sub_registry, version, care_provider_id, clinic_id, began_at,
    created_at, created_by_id, created_by_name)
SELECT 'E' || translate(lpad(to_hex(n), 8, '0'), %(hex)s, %(letters)s), p.id, t.code, t.version, c.provider, c.clinic,
    %(at)s - make_interval(days => (n %% 4000)::int), %(at)s, 1, 'Anna Berg'
FROM generate_series(%(first)s::int, %(last)s::int) n
JOIN bench_template t ON t.number = n / %(clinics)s %% %(templates)s
CROSS JOIN LATERAL (SELECT
    floor(%(clinics)s * power(('x' || left(md5(n::text), 6))::bit(24)::int / 16777216.0, 1.5))::int AS place
) chosen
JOIN bench_clinic c ON c.number = CASE chosen.place WHEN 0 THEN %(largest)s ELSE chosen.place END
JOIN records_patient p ON p.system_id =
    'P' || translate(lpad(to_hex(n - (n %% 4 = 0)::int), 8, '0'), %(hex)s, %(letters)s)
"""
STEPS = """
INSERT INTO records_step (episode_id, care_provider_id, clinic_id, code, state, answers, version, flags, lacking,
    due_from, due_to, next_since, saved_at, saved_by_id, saved_by_name, signed_at, signed_by_id, signed_by_name,
    is_moved, says_dead, closed_why)
SELECT e.id, e.care_provider_id, e.clinic_id, s.code, s.state, s.answers, s.version, s.flags, s.lacking,
    CASE WHEN s.state = 'planned' AND s.is_due THEN (e.began_at + interval '90 days')::date END,
    CASE WHEN s.state = 'planned' AND s.is_due THEN (e.began_at + interval '180 days')::date END,
    CASE WHEN s.is_next THEN e.began_at END,
    CASE WHEN s.version > 0 THEN e.began_at END, CASE WHEN s.version > 0 THEN 1 END,
    CASE WHEN s.version > 0 THEN 'Anna Berg' ELSE '' END,
    CASE WHEN s.state = 'signed' THEN e.began_at END, CASE WHEN s.state = 'signed' THEN 1 END,
    CASE WHEN s.state = 'signed' THEN 'Anna Berg' ELSE '' END, false, false, ''
FROM records_episode e
JOIN bench_step s ON s.number =
    ('x' || translate(substr(e.system_id, 2), %(letters)s, %(hex)s))::bit(32)::int / %(clinics)s %% %(templates)s
WHERE e.id > %(before)s
"""
REVISIONS = """
INSERT INTO records_revision (step_id, care_provider_id, number, kind, changes, reason, at, by_account_id, by_hsa_id,
    by_name, by_role, by_clinic_id)
SELECT id, care_provider_id, 1, 'write', '{}', '', saved_at, 1, 'SE2321009991-E00K4T2', 'Anna Berg', 'reporter',
    clinic_id
FROM records_step WHERE version > 0 AND episode_id > %(before)s
"""


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


def people() -> Any:
    """Somebody who reports at the first of many clinics, of as many care providers as regions."""
    from django.db import connection

    from tests import cast
    from tests.cast import ANNA, BERTIL
    from tests.owner import as_owner
    from tests.rooms.records.scene import NOW, at_work

    place = cast.country(NOW - timedelta(days=30))
    cast.bring_clinics([f"Sjukhus {n}" for n in range(CLINICS - 3)], at=NOW - timedelta(days=29))
    actor = at_work(ANNA, place.infection, by=BERTIL, registries=("pneumoni", "sepsis", "meningit", "endokardit"))
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE bench_clinic AS SELECT row_number() OVER (ORDER BY id <> %s, id) - 1 AS number, id AS clinic,"
            " care_provider_id AS provider FROM places_clinic",
            [place.infection],
        )
    return actor


def templates(rng: random.Random, *, days_ago: Callable[[int], int] = lambda number: 500) -> None:
    """Plausible answers, by number; what is signed, half done, still to be done, or waits for its follow-up is spread.

    `days_ago`: when the episode of a number began.
    """
    from django.db import connection

    from registret.demo.people.episodes import of_age, told
    from registret.records.models import FormVersion
    from registret.registries.queries import catalogue, open_for_entry
    from tests.owner import as_owner

    rows, steps = [], []
    registries = open_for_entry()
    for number in range(TEMPLATES):
        registry = registries[number % len(registries)]
        form = catalogue().forms[registry.code, registry.version]
        began = AT - timedelta(days=days_ago(number))
        _, patient = of_age(rng, at=began)
        story = told(form, patient=replace(patient, sex="female"), began_at=began, at=AT, rng=rng)
        rows.append((number, form.code, form.version))
        is_next = True
        for place, step in enumerate(form.steps):
            answers = {code: a.stored for code, a in story.answers[step.code].items()}
            now = story.assessments[step.code]
            state = "signed" if now.can_be_signed else "draft"
            if number % 5 == 0 and place > 0:
                state = "draft" if place == 1 and number % 2 else "planned"
            if number % 5 == 1 and step.due is not None:
                state = "planned"
            written = state != "planned"
            steps.append(
                (
                    number,
                    form.code,
                    step.code,
                    state,
                    json.dumps(answers if written else {}),
                    int(written),
                    len(now.broken) if state == "draft" else 0,
                    len(now.lacking) if state == "draft" else 0,
                    step.due is not None,
                    state == "planned" and is_next,
                )
            )
            is_next = is_next and state == "signed"
    for registry in registries:
        digest = catalogue().forms[registry.code, registry.version].digest
        FormVersion.objects.get_or_create(
            sub_registry=registry.code, version=registry.version, defaults={"digest": digest, "used_at": AT}
        )
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_template (number int, code text, version int)")
        cursor.executemany("INSERT INTO bench_template VALUES (%s, %s, %s)", rows)
        cursor.execute(
            "CREATE TABLE bench_step (number int, registry text, code text, state text, answers jsonb, version int,"
            " flags int, lacking int, is_due boolean, is_next boolean)"
        )
        cursor.executemany("INSERT INTO bench_step VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)", steps)


def grow(made: int, wanted: int, *, largest: int = 0) -> None:
    """From `made` episodes to `wanted`. `largest`: the number of the clinic that gets a twelfth of them."""
    from django.db import connection

    from registret.records.scope import all_providers
    from tests.owner import as_owner

    with as_owner(), all_providers(), connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM records_patient")
        (patients,) = cursor.fetchone()
        cursor.execute("SELECT coalesce(max(id), 0) FROM records_episode")
        (episodes,) = cursor.fetchone()
        facts: dict[str, Any] = {"at": AT, "first": made + 1, "last": wanted}
        facts |= {"templates": TEMPLATES, "clinics": CLINICS, "hex": "0123456789abcdef", "letters": LETTERS}
        facts["largest"] = largest
        cursor.execute(PATIENTS, facts)
        cursor.execute(NUMBERS, facts | {"before": patients})
        cursor.execute(EPISODES, facts)
        cursor.execute(STEPS, facts | {"before": episodes})
        cursor.execute(REVISIONS, facts | {"before": episodes})
    with as_owner(), connection.cursor() as cursor:
        for table in FENCED:
            cursor.execute(f"ANALYZE records_{table}")


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
