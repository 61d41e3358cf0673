"""Events of a file for research and of its key: like `test_every_event`, and committed, for a file is made in a
transaction of its own."""

from __future__ import annotations

import pytest

from registret.kernel.by import By
from registret.records import disclosing
from tests.house.acts.patients import decide
from tests.house.acts.told import Act, Told, meant, patients, said
from tests.parallel import committed
from tests.rooms.records.scene import GRETA, NOW, SAMORDNAD, TOLVAN, Ward, handler, log, ward

__all__ = ["committed"]

TWO = ("Sven Styrelse", "Tove Tvåa")


def fetch(here: Ward) -> int:
    """Greta fetches a file of Tolvan, of Norrvik, and of another, of Sydvik; answers its number."""
    made = decide(here)
    disclosing.fetch(actor=handler(), number=made, at=NOW).close()
    return made


def fetched(here: Ward) -> list[Told]:
    fetch(here)
    return [Told(by=GRETA)]


def disclosed(here: Ward) -> list[Told]:
    fetch(here)
    return [
        Told(by=GRETA, patients=patients(TOLVAN), clinic=here.place.infection),
        Told(by=GRETA, patients=patients(SAMORDNAD), clinic=here.place.sydvik),
    ]


def take_key(here: Ward) -> None:
    disclosing.take_key(number=fetch(here), decided_by=TWO, by=By.of_program("research-key"), at=NOW)


def key_taken(here: Ward) -> list[Told]:
    take_key(here)
    return [Told(program="research-key")]


def number_told(here: Ward) -> list[Told]:
    take_key(here)
    return [Told(program="research-key", patients=patients(who)) for who in (TOLVAN, SAMORDNAD)]


ACTS: dict[str, Act] = {
    "disclosure.fetched": fetched,
    "disclosure.key_taken": key_taken,
    "patient.disclosed": disclosed,
    "patient.key_taken": number_told,
}


@pytest.mark.parametrize("event", ACTS)
def test_a_file_or_its_key_is_told_once_and_under_each_patient(committed: None, event: str) -> None:
    told = ACTS[event](ward())
    assert isinstance(told, list)
    assert sorted(said(entry) for entry in log(event)) == sorted(meant(one) for one in told)
