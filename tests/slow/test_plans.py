"""What people do most is found by an index at size: no table that grows is read whole, for rows or for who may see."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from benchmarks._episodes import AT, grow, people, templates
from benchmarks.records import acts
from registret.access.actor import Actor
from registret.records.reporting.audited_reads import work
from registret.records.reporting.work_lists import COUNTED
from registret.records.scope import provider_scope

pytestmark = pytest.mark.django_db

EPISODES = 32_000
"""So many that more than `COUNTED` wait for their follow-up at the largest clinic."""
GROWING = {f"records_{table}" for table in ("patient", "number", "episode", "step", "revision")} | {"ledger_entry"}


@pytest.fixture(scope="module")
def reporter(module_db: None) -> Actor:
    """At the largest of forty clinics."""
    actor: Actor = people()
    templates(random.Random(1))
    grow(0, EPISODES)
    return actor


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


def plans_of(statement: str) -> Iterator[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (FORMAT JSON) " + statement.replace("%", "%%"))
        (found,) = cursor.fetchone()
    (explained,) = json.loads(found) if isinstance(found, str) else found
    yield from nodes(explained["Plan"])


@pytest.mark.parametrize(
    "act",
    [
        "open a patient",
        "open a step",
        "save forty answers",
        "find by system id",
        "find by number",
        "find by name",
        "nobody of that name",
        "work lists",
    ],
)
def test_no_hot_question_reads_a_growing_table_whole(reporter: Actor, act: str) -> None:
    do = acts(reporter)[act]
    with CaptureQueriesContext(connection) as captured:
        do(1)
    asked = [query["sql"] for query in captured.captured_queries]
    hot = [one for one in asked if one.lstrip().startswith(("SELECT", "UPDATE", "WITH")) and "set_config" not in one]
    assert hot
    for statement in hot:
        with provider_scope(reporter):
            for node in plans_of(statement):
                is_whole = node["Node Type"] == "Seq Scan" and node["Relation Name"] in GROWING
                assert not is_whole, (statement, node)


def test_those_that_wait_for_their_follow_up_are_counted_up_to_a_limit(reporter: Actor) -> None:
    with CaptureQueriesContext(connection) as captured:
        counted = work(actor=reporter, at=AT).awaiting
    (statement,) = [query["sql"] for query in captured.captured_queries if "count(*)" in query["sql"]]
    with provider_scope(reporter):
        used = {node.get("Index Name") for node in plans_of(statement)}
    assert counted == COUNTED + 1, "no more are read"
    assert "step_awaiting" in used


@pytest.mark.parametrize("table", ["patient", "number", "merge", "episode", "step", "revision"])
def test_whom_a_provider_may_see_is_looked_for_one_by_one(reporter: Actor, table: str) -> None:
    with provider_scope(reporter):
        plan = json.dumps(list(plans_of(f"SELECT * FROM records_{table}")))  # noqa: S608
    read = {node["Subplan Name"]: node for node in json.loads(plan) if node.get("Parent Relationship") == "SubPlan"}
    hashed = {read[f"SubPlan {name}"]["Relation Name"] for name in re.findall(r"hashed SubPlan (\w+)", plan)}
    assert hashed == {"records_leaving"}, "a short list, read once"
