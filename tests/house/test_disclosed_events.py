"""Events of a file for research and of its key: like `test_every_event`, and committed, for a file is made in a
transaction of its own."""

from __future__ import annotations

from registret.kernel.by import By
from registret.records.disclosure import fetching, key
from tests.house.acts.patients import decide
from tests.house.acts.told import Told, meant, patients, said
from tests.parallel import committed
from tests.rooms.records.scene import GRETA, NOW, SAMORDNAD, TOLVAN, Ward, handler, log, ward

__all__ = ["committed"]

EVENTS = ("disclosure.fetched", "disclosure.key_taken", "patient.disclosed", "patient.key_taken")


def take_key_of_a_file(here: Ward) -> dict[str, list[Told]]:
    """Greta fetches a file of Tolvan, of Norrvik, and of another, of Sydvik; then the key to it is taken."""
    made = decide(here)
    fetching.fetch(actor=handler(), number=made, at=NOW).close()
    by = By.of_program("research-key")
    key.take_key(number=made, decided_by=("Sven Styrelse", "Tove Tvåa"), by=by, at=NOW)
    return {
        "disclosure.fetched": [Told(by=GRETA)],
        "disclosure.key_taken": [Told(program="research-key")],
        "patient.disclosed": [
            Told(by=GRETA, patients=patients(TOLVAN), clinic=here.place.infection),
            Told(by=GRETA, patients=patients(SAMORDNAD), clinic=here.place.sydvik),
        ],
        "patient.key_taken": [Told(program="research-key", patients=patients(who)) for who in (TOLVAN, SAMORDNAD)],
    }


def test_a_file_and_its_key_are_told_once_and_under_each_patient(committed: None) -> None:
    told = take_key_of_a_file(ward())
    assert {event: sorted(said(entry) for entry in log(event)) for event in EVENTS} == {
        event: sorted(meant(one) for one in entries) for event, entries in told.items()
    }
