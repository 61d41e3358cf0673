"""Of what a system has signed, two requests at once: one is let in."""

from __future__ import annotations

from tests import cast
from tests.parallel import committed, together
from tests.rooms.access.scene import DAY, NOW
from tests.rooms.access.systems import connected, shown

__all__ = ["committed"]


def test_of_two_who_show_the_same_at_once_one_is_let_in(committed: None) -> None:
    cast.country(NOW - 30 * DAY)
    assertion = connected(at=NOW).assertion(NOW)
    outcomes = together([lambda: shown(assertion)] * 2)
    assert sorted(type(one).__name__ for one in outcomes) == ["AssertionRefused", "System"]
