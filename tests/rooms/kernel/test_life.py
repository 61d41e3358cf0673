"""A life takes the steps of its table, and no other."""

from __future__ import annotations

from enum import StrEnum

import pytest

from registret.kernel.life import Life, NotPossible


class Door(StrEnum):
    OPEN = "open"
    SHUT = "shut"
    WALLED = "walled"


LIFE = Life(
    {
        (Door.OPEN, "shut"): Door.SHUT,
        (Door.SHUT, "open"): Door.OPEN,
        (Door.SHUT, "wall"): Door.WALLED,
    }
)


def test_a_step_of_the_table_leads_to_the_next_state() -> None:
    assert LIFE.after(Door.SHUT, "wall") is Door.WALLED


@pytest.mark.parametrize("state", Door)
@pytest.mark.parametrize("act", ["open", "shut", "wall", "burn", ""])
def test_every_other_step_is_refused_and_says_which(state: Door, act: str) -> None:
    if (state, act) in LIFE.steps:
        return
    with pytest.raises(NotPossible) as no:
        LIFE.after(state, act)
    assert no.value.facts == {"act": act, "state": state.value}


def test_the_pairs_are_what_the_database_lets_through() -> None:
    assert LIFE.pairs() == {("open", "shut"), ("shut", "open"), ("shut", "walled")}
