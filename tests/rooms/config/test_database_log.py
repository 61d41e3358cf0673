"""What the database server writes down with the lines of deploy/postgresql.conf, and what it must not."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

from registret.demo.postgres import Cluster

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[3]
NUMBER = "191212121212"


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """A server of its own that was told the lines, with one table and a role of a person."""
    text = (ROOT / "deploy" / "postgresql.conf").read_text(encoding="utf-8")
    lines = re.findall(r"^(\w+) = (.+)$", text, re.MULTILINE)
    assert len(lines) > 5
    with Cluster.start(data=None, database="registret") as made:
        with psycopg.connect(as_role(made, "postgres"), autocommit=True) as superuser:
            for name, value in lines:
                superuser.execute(f"ALTER SYSTEM SET {name} = {value}".encode())
            superuser.execute("SELECT pg_reload_conf()")
            superuser.execute("CREATE TABLE number (text text PRIMARY KEY, age int CHECK (age > 0))")
            superuser.execute("GRANT SELECT, INSERT ON number TO registret")
            password = urlsplit(made.url).password
            superuser.execute(f"CREATE ROLE kim_lind LOGIN PASSWORD '{password}' IN ROLE pg_read_all_data".encode())
            superuser.execute("ALTER ROLE kim_lind SET log_statement = 'all'")
        yield made


def as_role(cluster: Cluster, role: str) -> str:
    parts = urlsplit(cluster.url)
    return urlunsplit(parts._replace(netloc=f"{role}:{parts.password}@{parts.hostname}:{parts.port}"))


def said(cluster: Cluster, words: str) -> str:
    """The server's log, once `words` stand in it."""
    deadline = time.monotonic() + 30
    while True:
        text = cluster.log.read_text(encoding="utf-8", errors="replace")
        if words in text:
            return text
        assert time.monotonic() < deadline, text
        time.sleep(0.05)


def test_people_who_look_past_the_program_leave_a_trace(cluster: Cluster) -> None:
    with psycopg.connect(as_role(cluster, "kim_lind")) as kim:
        kim.execute("SELECT count(*) FROM number")
    text = said(cluster, "SELECT count(*) FROM number")
    assert "connection authorized: user=kim_lind database=registret" in text
    assert "disconnection: session time" in said(cluster, "user=kim_lind database=registret host=127.0.0.1")


def test_a_change_of_tables_roles_or_rights_is_written_down_whoever_makes_it(cluster: Cluster) -> None:
    with psycopg.connect(as_role(cluster, "postgres"), autocommit=True) as superuser:
        superuser.execute("ALTER TABLE number DISABLE TRIGGER ALL")
        superuser.execute("CREATE ROLE another")
        superuser.execute("GRANT SELECT ON number TO another")
    said(cluster, "GRANT SELECT ON number TO another")
    text = said(cluster, "CREATE ROLE another")
    assert "ALTER TABLE number DISABLE TRIGGER ALL" in text


def test_no_number_of_a_patient_stands_in_the_log_of_the_server_not_even_when_a_statement_fails(
    cluster: Cluster,
) -> None:
    with psycopg.connect(cluster.url, autocommit=True) as program:
        # As Django does it: the values stand in the statement.
        insert = sql.SQL("INSERT INTO number VALUES ({}, {})")
        program.execute(insert.format(NUMBER, 1))
        with pytest.raises(psycopg.errors.UniqueViolation):
            program.execute(insert.format(NUMBER, 1))
        with pytest.raises(psycopg.errors.CheckViolation):
            program.execute(insert.format(NUMBER + "9", -1))
    with psycopg.connect(as_role(cluster, "kim_lind")) as kim:
        kim.execute("SELECT text FROM number WHERE text = %s", [NUMBER])
    text = said(cluster, "SELECT text FROM number WHERE text = $1")
    assert "duplicate key value" in text
    assert "violates check constraint" in text
    assert NUMBER not in text
