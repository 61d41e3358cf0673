"""A database that goes away and comes back: pages that need none answer, the others say so, and nothing waits."""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import httpx
import psycopg
import pytest
from django.db import OperationalError
from psycopg_pool import PoolTimeout

from registret.database.backend import breaker as module
from registret.database.backend.breaker import TRY_EVERY, Breaker
from registret.database.gone import is_gone
from registret.demo.pki import DemoAuthority
from tests.journeys.running import PATIENCE, House
from tests.rooms.config.relay import Relay
from tests.rooms.serving.client import eventually

SITE = "registret.localhost"
CLOSED: Final = """
    SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity
    WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
"""
"""Closes the connections of all others to this database; how many there were."""


@dataclass
class Cuttable:
    house: House
    way: Relay

    def get(self, address: str, **headers: str) -> httpx.Response:
        context = ssl.create_default_context(cafile=str(self.house.authority.web_root))
        host = f"{SITE}:{self.house.site_port}"
        with httpx.Client(verify=context, timeout=PATIENCE) as client:
            return client.get(
                f"https://127.0.0.1:{self.house.site_port}{address}",
                headers={"Host": host, **headers},
                extensions={"sni_hostname": SITE},
            )


@pytest.fixture(scope="module")
def cuttable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cuttable]:
    authority = DemoAuthority.load(Path(os.environ["REGISTRET_TEST_FOLDER"]) / "ca")
    house = House.build(tmp_path_factory.mktemp("house"), authority, f"gone_{os.getpid()}")
    house.migrate()
    parts = urlsplit(house.environment["DATABASE_URL"])
    way = Relay(parts.port or 5432)
    through = parts._replace(netloc=re.sub(r":\d+$", f":{way.port}", parts.netloc))
    house.environment["DATABASE_URL"] = urlunsplit(through)
    with house:
        house.start()
        yield Cuttable(house, way)


@pytest.mark.process
@pytest.mark.xdist_group("database_gone")
def test_pages_that_need_none_answer_the_others_say_so_and_all_is_well_when_it_is_back(cuttable: Cuttable) -> None:
    assert cuttable.get("/").status_code == 200
    assert cuttable.get("/halsa").status_code == 200
    cuttable.way.cut()
    try:
        eventually(lambda: cuttable.get("/halsa").status_code == 503)
        assert cuttable.get("/halsa").json()["lacks"] == ["database"]
        # Forty at once, more than there are threads, and with a session that nobody can look for.
        cookie = {"Cookie": "__Host-session=" + "0" * 43}
        addresses = ["/start", "/hjalp", "/halsa/lever", "/kort"] * 10
        with ThreadPoolExecutor(40) as clients:
            answers = list(clients.map(lambda address: cuttable.get(address, **cookie), addresses))
        assert {one.status_code for one in answers[1::4]} == {200}, "help"
        assert {one.status_code for one in answers[2::4]} == {200}, "alive"
        assert {one.status_code for one in answers[3::4]} == {200}, "try your card"
        for answer in answers[0::4]:
            assert answer.status_code == 503
            assert "Registret svarar inte just nu." in answer.text
            assert answer.headers["Retry-After"] == "10"
    finally:
        cuttable.way.mend()
    eventually(lambda: cuttable.get("/halsa").status_code == 200)
    assert cuttable.get("/start", **cookie).status_code != 503
    log = cuttable.house.log()
    assert "Traceback" not in log
    assert "the database answers again" in log
    assert log.count("the database does not answer:") <= log.count("the database answers again")


@pytest.mark.process
@pytest.mark.xdist_group("database_gone")
def test_connections_that_the_server_has_closed_meanwhile_are_not_used(cuttable: Cuttable) -> None:
    url = cuttable.house.environment["DATABASE_URL"]
    for _ in range(3):
        assert cuttable.get("/").status_code == 200
        with psycopg.connect(url, autocommit=True) as other:
            told = other.execute(CLOSED).fetchone()
        assert told is not None
        assert told[0] > 0
    assert cuttable.get("/").status_code == 200


def test_while_it_is_gone_one_may_try_in_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(module, "monotonic", lambda: now[0])
    breaker = Breaker()
    assert breaker.may_try()
    breaker.fails("refused")
    assert not breaker.may_try()
    now[0] += TRY_EVERY
    assert [breaker.may_try() for _ in range(3)] == [True, False, False]
    breaker.fails("refused")
    now[0] += TRY_EVERY
    assert breaker.may_try()
    breaker.works()
    assert [breaker.may_try() for _ in range(3)] == [True, True, True]


def test_one_line_is_written_when_it_goes_and_one_when_it_is_back(caplog: pytest.LogCaptureFixture) -> None:
    breaker = Breaker()
    for _ in range(100):
        breaker.fails("refused")
    breaker.works()
    breaker.works()
    told = [record.getMessage() for record in caplog.records]
    assert told == ["the database does not answer: refused", "the database answers again, after 0 s"]


@pytest.mark.parametrize(
    ("cause", "gone"),
    [
        (PoolTimeout("no connection"), True),
        (psycopg.errors.AdminShutdown(), True),
        (psycopg.errors.CannotConnectNow(), True),
        (psycopg.errors.ConnectionFailure(), True),
        (psycopg.errors.DeadlockDetected(), False),
        (psycopg.errors.DiskFull(), False),
        (psycopg.errors.QueryCanceled(), False),
    ],
)
def test_what_a_database_that_answers_refuses_does_not_mean_that_it_is_gone(cause: Exception, gone: bool) -> None:
    trouble = OperationalError("trouble")
    trouble.__cause__ = cause
    assert is_gone(trouble) is gone
    assert not is_gone(cause)
    assert not is_gone(ValueError("no"))
