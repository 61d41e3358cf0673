"""Kept lists in memory: a decision is a look into a set; newer lists come by a thread and keep nobody waiting."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from pytest_django import DjangoAssertNumQueries

from registret.cards import RevocationState, Trust
from registret.revocation.lists import KeptLists
from registret.revocation.models import KeptCrl
from registret.revocation.sources import ListState, Sources
from tests.owner import as_owner
from tests.rooms.revocation.liar import says
from tests.rooms.revocation.office import DAY, HOUR, MINUTE, SECOND, Office

pytestmark = pytest.mark.django_db


def publish(office: Office, *serials: int, number: int = 5) -> None:
    office.liar.behave = says(office.crl(*serials, number=number))
    office.fetch()


def states(office: Office, sources: Sources, *serials: int) -> list[str]:
    return [sources.answer(anchor=office.anchor, serial=s, at=office.now).state.value for s in serials]


def test_a_decision_asks_neither_database_nor_network_and_parses_nothing(
    office: Office, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """A list of 100,000: what a question costs is seen from what it has to work with, not from a clock."""
    publish(office, *range(1, 100_001))
    lists = KeptLists(office.trust)
    (found,) = lists.lists(office.anchor)
    assert type(found.serials) is frozenset
    assert len(found.serials) == 100_000
    # Nothing is left that could be fetched or parsed.
    with as_owner():
        KeptCrl.objects.all().delete()
    asked = len(office.liar.asked)
    with django_assert_num_queries(0):
        for serial, state in ((1, "revoked"), (100_000, "revoked"), (100_001, "good")):
            (same,) = lists.lists(office.anchor)
            assert same is found
            assert same.answer(serial=serial, at=office.now, grace=DAY).state == state
    lists.stop()
    assert len(office.liar.asked) == asked


def test_looking_for_newer_lists_is_one_small_query_if_there_are_none(
    office: Office, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    publish(office, 7)
    sources = Sources(office.trust)
    sources.warm()
    with django_assert_num_queries(1) as queries:
        sources.refresh()
    assert "content" not in queries[0]["sql"]
    sources.stop()


def test_a_newer_list_is_taken_at_the_next_look_by_every_node(office: Office) -> None:
    publish(office, 7)
    nodes = [Sources(office.trust), Sources(office.trust)]
    assert [states(office, node, 7, 8) for node in nodes] == [["revoked", "good"]] * 2
    publish(office, 7, 8, number=6)
    assert states(office, nodes[0], 8) == ["good"]
    for node in nodes:
        node.refresh()
        assert states(office, node, 7, 8) == ["revoked", "revoked"]
        node.stop()


def test_a_list_that_somebody_changed_in_the_database_is_not_used(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    publish(office, 7)
    node, fresh = Sources(office.trust), Sources(office.trust)
    node.warm()
    forged = office.pki.foreign.issuer("hsa").crl([], this_update=office.now, next_update=office.now + DAY, number=99)
    KeptCrl.objects.update(content=forged.public_bytes(Encoding.DER), digest="0" * 64)
    node.refresh()
    assert states(office, node, 7, 8) == ["revoked", "good"], "the last good one stays"
    assert states(office, fresh, 7, 8) == ["unknown", "unknown"]
    assert "in the database has a wrong signature" in caplog.text
    for sources in (node, fresh):
        sources.stop()


def test_while_a_list_is_loaded_the_old_one_answers(office: Office) -> None:
    """The lock is held as long as a refresh takes; a question does not ask for it."""
    publish(office, 7)
    sources = Sources(office.trust)
    sources.warm()
    with sources._kept._refreshing:
        answers: list[list[str]] = []
        thread = Thread(target=lambda: answers.append(states(office, sources, 7, 8)))
        thread.start()
        thread.join(60)
        assert answers == [["revoked", "good"]]
    sources.stop()


# Files and kept lists together


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "own.crl"


def both(office: Office, file: Path) -> tuple[Sources, Trust]:
    trust = Trust(anchors=(replace(office.anchor, crl=file),), accept_test=True)
    return Sources(trust), trust


def test_revoked_by_the_file_or_by_the_kept_list_is_revoked_whichever_is_newer(office: Office, file: Path) -> None:
    for older, newer in ((HOUR, MINUTE), (MINUTE, HOUR)):
        with as_owner():
            KeptCrl.objects.all().delete()
        file.write_bytes(office.crl(1, number=4, this=office.now - older))
        office.liar.behave = says(office.crl(2, number=5, this=office.now - newer))
        office.fetch()
        sources, trust = both(office, file)
        found = [sources.answer(anchor=trust.anchors[0], serial=s, at=office.now).state for s in (1, 2, 3)]
        assert found == [RevocationState.REVOKED, RevocationState.REVOKED, RevocationState.GOOD]
        sources.stop()


@pytest.mark.parametrize("file_is_newer", [True, False])
def test_otherwise_the_newest_counts(office: Office, file: Path, file_is_newer: bool) -> None:
    ages = {True: (MINUTE, HOUR), False: (HOUR, MINUTE)}[file_is_newer]
    file.write_bytes(office.crl(this=office.now - ages[0]))
    office.liar.behave = says(office.crl(this=office.now - ages[1]))
    office.fetch()
    sources, trust = both(office, file)
    answer = sources.answer(anchor=trust.anchors[0], serial=3, at=office.now)
    (standing,) = sources.standings(at=office.now)
    assert answer.as_of == standing.this_update == office.now - MINUTE
    assert standing.from_file is file_is_newer
    sources.stop()


def test_a_newer_list_whose_time_is_over_is_not_outvoted_by_an_older_one(office: Office, file: Path) -> None:
    file.write_bytes(office.crl(this=office.now - HOUR, until=office.now + 999 * DAY))
    office.liar.behave = says(office.crl(this=office.now - MINUTE, until=office.now + MINUTE))
    office.fetch()
    sources, trust = both(office, file)
    at = office.now + 2 * DAY
    assert sources.answer(anchor=trust.anchors[0], serial=3, at=at).state is RevocationState.UNKNOWN
    sources.stop()


# How it stands


def test_the_standing_of_a_list_goes_from_fresh_to_late_to_too_old(office: Office) -> None:
    office.liar.behave = says(office.crl(1, 2, number=5, until=office.now + HOUR))
    office.fetch()
    sources = Sources(office.trust)
    found = [
        sources.standings(at=office.now + later)[0].state
        for later in (0 * HOUR, HOUR, HOUR + SECOND, 25 * HOUR, 25 * HOUR + SECOND)
    ]
    assert found == [ListState.FRESH] * 2 + [ListState.LATE] * 2 + [ListState.TOO_OLD]
    (standing,) = sources.standings(at=office.now)
    assert (standing.number, standing.entries, standing.decides) == (5, 2, True)
    assert standing.usable_until == office.now + 25 * HOUR
    sources.stop()


def test_the_grace_of_the_anchor_is_the_grace_of_its_list(office: Office) -> None:
    office.liar.behave = says(office.crl(until=office.now + HOUR))
    office.fetch()
    trust = Trust(anchors=(replace(office.anchor, grace=timedelta(hours=2)),), accept_test=True)
    sources = Sources(trust)
    for later, state in ((3 * HOUR, "good"), (3 * HOUR + SECOND, "unknown")):
        assert sources.answer(anchor=trust.anchors[0], serial=3, at=office.now + later).state == state
    sources.stop()
