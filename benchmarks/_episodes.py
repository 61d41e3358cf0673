"""Episodes of every open sub-registry, as many as a benchmark asks for, and who reports them.

Plausible ones are made by `registret.demo.people.episodes` and multiplied in the database: other patients, other days,
other clinics, of which the largest has a twelfth. Rows are inserted by the owner of the tables, with every trigger, key
and index at work, so nothing has to be checked afterwards.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

AT: Final = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
TEMPLATES: Final = 61
CLINICS: Final = 40
LETTERS: Final = "34679ACDEFGHJKMN"
"""Of system ids, as many as there are hexadecimal digits."""
FENCED: Final = ("patient", "number", "episode", "step", "revision")

# One patient for each episode but every fourth, who has the one before as well.
PATIENTS = """
INSERT INTO records_patient (system_id, birth_date, sex, given_name, surname, is_protected,
    register_protects, looked_up_at, created_at)
SELECT 'P' || translate(lpad(to_hex(n), 8, '0'), %(hex)s, %(letters)s), date '1930-01-01' + (n %% 25000), 'female',
    (array['Anna','Åsa','Erik','Karin','Östen'])[n %% 5 + 1],
    (array['Berg','Ek','Åberg','Öman','Ström','Lund','Sjö','Dahl'])[n %% 8 + 1]
        || (array['ström','qvist','lund','man','ell'])[n / 8 %% 5 + 1] || (n %% 1000)::text, false, false, now(), %(at)s
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
    created_at, created_by_id, created_by_name, source, source_id)
SELECT 'E' || translate(lpad(to_hex(n), 8, '0'), %(hex)s, %(letters)s), p.id, t.code, t.version, c.provider, c.clinic,
    %(at)s - make_interval(days => (n %% 4000)::int), %(at)s, 1, 'Anna Berg', '', ''
FROM generate_series(%(first)s::int, %(last)s::int) n
JOIN bench_template t ON t.number = n / %(run)s %% %(templates)s
CROSS JOIN LATERAL (SELECT
    floor(%(clinics)s * power(('x' || left(md5(n::text), 6))::bit(24)::int / 16777216.0, 1.5))::int AS place
) chosen
JOIN bench_clinic c ON c.number = CASE chosen.place WHEN 0 THEN %(largest)s ELSE chosen.place + %(before_clinic)s END
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
    ('x' || translate(substr(e.system_id, 2), %(letters)s, %(hex)s))::bit(32)::int / %(run)s %% %(templates)s
WHERE e.id > %(before)s
"""
REVISIONS = """
INSERT INTO records_revision (step_id, care_provider_id, number, kind, changes, reason, at, by_account_id, by_hsa_id,
    by_name, by_role, by_clinic_id)
SELECT id, care_provider_id, 1, 'write', '{}', '', saved_at, 1, 'SE2321009991-E00K4T2', 'Anna Berg', 'reporter',
    clinic_id
FROM records_step WHERE version > 0 AND episode_id > %(before)s
"""


def people(clinics: int = CLINICS) -> Any:
    """A person who reports at the first of so many clinics. The clinics belong to two care providers."""
    from django.db import connection

    from tests import cast
    from tests.cast import ANNA, BERTIL
    from tests.owner import as_owner
    from tests.rooms.records.scene import NOW, at_work

    place = cast.country(NOW - timedelta(days=30))
    cast.bring_clinics([f"Sjukhus {n}" for n in range(clinics - 3)], at=NOW - timedelta(days=29))
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


def grow(made: int, wanted: int, *, largest: int | None = None, first: int = 0, clinics: int = CLINICS) -> None:
    """From `made` episodes to `wanted`, at `clinics` clinics of those that `people` has numbered, from `first` on.

    `largest`: the number of another clinic that gets the largest share of them instead of `first`.
    """
    from django.db import connection

    from registret.records.scope import all_providers
    from tests.owner import as_owner

    with as_owner(), all_providers(), connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM records_patient")
        (patients,) = cursor.fetchone()
        cursor.execute("SELECT coalesce(max(id), 0) FROM records_episode")
        (episodes,) = cursor.fetchone()
        facts: dict[str, Any] = {"at": AT, "first": made + 1, "last": wanted}
        facts |= {"templates": TEMPLATES, "hex": "0123456789abcdef", "letters": LETTERS}
        facts |= {"run": CLINICS, "clinics": clinics, "before_clinic": first}
        facts["largest"] = first if largest is None else largest
        cursor.execute(PATIENTS, facts)
        cursor.execute(NUMBERS, facts | {"before": patients})
        cursor.execute(EPISODES, facts)
        cursor.execute(STEPS, facts | {"before": episodes})
        cursor.execute(REVISIONS, facts | {"before": episodes})
    with as_owner(), connection.cursor() as cursor:
        for table in FENCED:
            cursor.execute(f"ANALYZE records_{table}")


def rebuilt(*, processes: int = 2) -> float:
    """How many seconds it took to make all figures. What became stale by loading is then right; an edition is made."""
    from django.utils import timezone

    from registret.records.scope import all_providers
    from registret.reports.editions import make_edition
    from registret.reports.models import StaleEpisode
    from registret.reports.rebuilding import rebuild

    begun = time.monotonic()
    rebuild(processes=processes)
    took = time.monotonic() - begun
    with all_providers():
        StaleEpisode.objects.all().delete()
    tidy()
    make_edition(at=timezone.now())
    return took


def tidy() -> None:
    """What autovacuum has done some minutes after so much was loaded: else what follows reads dead rows."""
    from django.db import connection

    from registret.demo.postgres import ROLE

    with connection.cursor() as cursor:
        cursor.execute("SET ROLE NONE")
        cursor.execute("VACUUM (ANALYZE)")
        cursor.execute(f"SET ROLE {connection.ops.quote_name(ROLE)}")
