"""Two nodes at the same moment: real transactions, in threads."""

from __future__ import annotations

import time

from registret.revocation.lists import KeptLists
from registret.revocation.services import FetchOutcome, RevocationEvent, tell_of_age
from registret.revocation.sources import Sources
from tests.parallel import together
from tests.rooms.revocation.liar import says
from tests.rooms.revocation.office import HOUR, Office


def test_two_nodes_at_once_fetch_once(office: Office, committed: None) -> None:
    office.liar.behave = says(office.crl())
    results = together([office.fetch_due] * 4)
    assert not [trouble for trouble in results if isinstance(trouble, Exception)]
    outcomes = [one.outcome for result in results if isinstance(result, tuple) for one in result]
    assert outcomes == [FetchOutcome.REPLACED]
    assert len(office.liar.asked) == 1
    assert office.events() == [RevocationEvent.LIST_REPLACED]


def test_two_nodes_tell_once(office: Office, committed: None) -> None:
    office.liar.behave = says(office.crl(until=office.now + HOUR))
    office.fetch()
    office.told.clear()
    at = office.now + 2 * HOUR
    sources = Sources(office.trust)
    standings = sources.standings(at=at)
    sources.stop()
    together([lambda: tell_of_age(standings=standings, at=at, tell=office.told.append)] * 4)
    assert office.events() == [RevocationEvent.LIST_LATE]


def test_a_process_looks_for_newer_lists_by_itself(office: Office, committed: None) -> None:
    office.liar.behave = says(office.crl(7, number=5))
    office.fetch()
    lists = KeptLists(office.trust, look_every=0.05)
    (before,) = lists.lists(office.anchor)
    office.liar.behave = says(office.crl(7, 8, number=6))
    office.fetch()
    deadline = time.monotonic() + 60
    while lists.lists(office.anchor) == (before,):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    lists.stop()
    assert lists.lists(office.anchor)[0].serials == {7, 8}
    lists.join(60)
