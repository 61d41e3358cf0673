"""Two machines and one database: nothing that anybody needs is kept on one of them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import psycopg
import pytest

from registret.demo.people import cards, cast
from tests.journeys.furnished import FURNISH, Furnished
from tests.journeys.people import newcomer, registered
from tests.journeys.running import REGISTRET
from tests.journeys.wire import Visitor, heading
from tests.slow.nodes import CONNECTIONS, NODES, Nodes, missing

pytestmark = pytest.mark.xdist_group("nodes")
PEOPLE = 4


@pytest.fixture(scope="module")
def country(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Furnished]:
    if missing():
        pytest.skip(f"needs {missing()}: sh tools/setup.sh --fronts")
    folder = tmp_path_factory.mktemp("nodes")
    authority = cards.made(
        folder / "certificates",
        site_host="registret.localhost",
        card_host="kort.registret.localhost",
        at=datetime.now(UTC),
    )
    its_cards = folder / "certificates" / "cards"
    with Nodes.behind_router(folder, authority, f"nodes_{os.getpid()}") as nodes:
        past = nodes.environment | {"DATABASE_URL": nodes.direct_url}
        subprocess.run([sys.executable, "-c", FURNISH, str(its_cards)], env=past, check=True)
        nodes.start()
        yield Furnished(nodes, its_cards)


@pytest.fixture
def nodes(country: Furnished) -> Iterator[Nodes]:
    assert isinstance(country.house, Nodes)
    yield country.house
    country.house.only(*NODES)


def _is_in(visitor: Visitor) -> bool:
    return visitor.get("/start").status_code == 200


def test_a_login_begun_at_one_node_goes_on_at_the_other(country: Furnished, nodes: Nodes) -> None:
    card = country.visitor(cast.NADIA).card
    visitor = Visitor(nodes, card)
    nodes.only("one")
    begun = visitor.post("/logga-in", form_on="/")
    nodes.only("two")
    answer = visitor.at_the_door(begun.headers["Location"])
    nodes.only("one")
    page = visitor.follow(answer)
    assert page.status_code == 200, page.text
    nodes.only("two")
    assert _is_in(visitor)


def test_a_session_that_ends_at_one_node_is_over_at_the_other(country: Furnished, nodes: Nodes) -> None:
    nodes.only("one")
    visitor = country.visitor(cast.NADIA)
    kept = dict(visitor.cookies)
    nodes.only("two")
    assert _is_in(visitor)
    visitor.post("/logga-ut", form_on="/start")
    nodes.only("one")
    visitor.cookies = kept
    assert not _is_in(visitor)


def test_each_letter_is_sent_once(nodes: Nodes) -> None:
    people = [newcomer(nodes, "Nils", f"Nord{n}") for n in range(PEOPLE)]
    with ThreadPoolExecutor(4) as at_once:
        list(at_once.map(registered, people))
    for person in people:
        assert nodes.letter_to(person.mail)
    # Nothing is left to send, so no second one comes later.
    waiting = "SELECT count(*) FROM mail_letter WHERE sent_at IS NULL AND to_address LIKE 'nils.nord%%'"
    assert nodes.ask_database(waiting) == [(0,)]
    assert [len(nodes.letters_to(person.mail)) for person in people] == [1] * PEOPLE


def test_a_chore_that_both_begin_at_once_is_done_once(nodes: Nodes) -> None:
    people = [newcomer(nodes, "Vera", f"Vik{n}") for n in range(PEOPLE)]
    for person in people:
        registered(person)
    nodes.change_database("UPDATE access_application SET applied_at = applied_at - interval '400 days'")
    chores = [subprocess.Popen([REGISTRET, "chores", "lapse"], env=nodes.environment) for _ in NODES]
    assert [chore.wait() for chore in chores] == [0, 0]
    lapsed = nodes.ask_database(
        "SELECT about_hsa_id FROM ledger_entry WHERE event = 'application.lapse' AND about_hsa_id = ANY(%s)",
        [person.hsa_id for person in people],
    )
    assert sorted(lapsed) == sorted((person.hsa_id,) for person in people)


def test_a_limit_counts_what_was_done_at_both_nodes(country: Furnished, nodes: Nodes) -> None:
    visitor = country.visitor(cast.NADIA)
    statuses = []
    for number in range(11):
        nodes.only(NODES[number % 2])
        statuses.append(visitor.post("/konto/uppgifter", form_on="/konto").status_code)
    assert statuses == [200] * 10 + [429]


def test_no_scope_of_a_care_provider_is_left_on_a_connection_for_the_next(country: Furnished, nodes: Nodes) -> None:
    visitors = [country.visitor(person) for person in (cast.NADIA, cast.TOVE)]
    pages = [(visitor, path) for visitor in visitors for path in ("/start", "/registreringar")] * 10
    seen: list[tuple[object, ...]] = []
    with ThreadPoolExecutor(4) as at_once, psycopg.connect(nodes.environment["DATABASE_URL"]) as bare:
        bare.autocommit = True
        reading = [at_once.submit(visitor.get, path) for visitor, path in pages]
        while not all(page.done() for page in reading):
            seen += bare.execute(
                "SELECT (SELECT count(*) FROM records_patient), COALESCE(current_setting('registret.sees', true), ''),"
                " current_user = session_user, pg_backend_pid()"
            ).fetchall()
    assert {page.result().status_code for page in reading} == {200}
    # The pages showed patients, over the same few connections.
    assert any(re.search(r"/vardepisod/E\w{8}", page.result().text) for page in reading)
    assert len({row[3] for row in seen}) <= CONNECTIONS
    assert {row[:3] for row in seen} == {(0, "", True)}


def test_nobody_notices_that_a_node_is_killed(country: Furnished, nodes: Nodes) -> None:
    visitor = country.visitor(cast.NADIA)
    nodes.kill("one")
    try:
        assert [_is_in(visitor) for _ in range(6)] == [True] * 6
        assert heading(Visitor(nodes, visitor.card).log_in()) == heading(visitor.get("/start"))
    finally:
        nodes.start_node("one")


def test_the_log_that_both_nodes_write_and_seal_holds(nodes: Nodes) -> None:
    assert " entries are as they were sealed" in nodes.run("check-ledger")


def test_what_the_nodes_say_tells_of_no_fault(nodes: Nodes) -> None:
    said = nodes.log()
    assert not re.findall(r"prepared statement|cursor .* does not exist|Traceback", said)
