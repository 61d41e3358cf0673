"""The same house in Firefox, with a certificate in its own store."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from registret.demo.certificates import IssuedCertificate
from tests.journeys.people import Person, newcomer
from tests.journeys.running import House
from tests.slow.firefox import Firefox

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300), pytest.mark.xdist_group("slow")]

LOCKED = "Kortet är ute. Sidan är låst."
NO_CARD = "Vi fick inget certifikat från ditt kort."

OpenFirefox = Callable[..., Firefox]


@pytest.fixture
def firefox(house: House, tmp_path: Path) -> Iterator[OpenFirefox]:
    """`firefox(card, …)` starts one with these cards in."""
    for program in ("firefox-esr", "certutil"):
        if shutil.which(program) is None:
            pytest.skip(f"needs {program}: sh tools/setup.sh --browser --screen")
    with ExitStack() as running:
        numbers = itertools.count()

        def start(*cards: IssuedCertificate) -> Firefox:
            return running.enter_context(Firefox.running(tmp_path / f"firefox-{next(numbers)}", house, cards))

        yield start


def test_firefox_logs_in_and_out_and_the_page_sees_the_card_leave(
    house: House, bertil: Person, firefox: OpenFirefox
) -> None:
    his = firefox(bertil.card)
    his.open("/")
    his.press("Logga in med SmartCard")
    his.is_at_start(bertil.given_name)
    assert bertil.name in his.text()
    his.press("Logga ut")
    his.is_at("Ditt kort sitter kvar i läsaren. Ta ut det.")
    his.take_out(bertil.card)
    his.is_at("Kortet är ute. Du är utloggad.")
    his.press("Logga in igen")
    his.is_at("Logga in")
    his.press("Logga in med SmartCard")
    his.is_at(NO_CARD)


def test_a_pulled_card_locks_firefox_too_and_the_same_card_unlocks(
    house: House, bertil: Person, firefox: OpenFirefox, record_property: Callable[[str, object], None]
) -> None:
    his = firefox(bertil.card)
    his.open("/")
    his.press("Logga in med SmartCard")
    his.is_at_start(bertil.given_name)
    his.open("/attestera")
    his.open("/min-logg")
    assert bertil.name in his.text()
    his.take_out(bertil.card)
    record_property("seconds from the pulled card to the locked page in Firefox", round(his.is_at(LOCKED), 1))
    assert bertil.name not in his.text()
    his.back()
    his.is_at(LOCKED)
    assert bertil.name not in his.text()
    his.press("Lås upp")
    his.is_at(NO_CARD)
    his.put_in(bertil.card)
    his.open("/start")
    his.press("Lås upp")
    his.is_at_start(bertil.given_name)


def test_firefox_sends_no_person_id_at_the_door_and_the_card_check_explains_it(
    house: House, firefox: OpenFirefox
) -> None:
    person = newcomer(house, "Rut", "Sand")
    hers = firefox(person.person_id)
    hers.open("/")
    hers.press("Logga in med SmartCard")
    hers.is_at(NO_CARD)
    hers.press("Kontrollera ditt kort")
    hers.is_at("Kontrollera ditt kort")
    hers.press("Läs kortet")
    hers.is_at("Du valde Person-id. Välj certifikatet med ditt HSA-id.")
    hers.put_in(person.card)
    hers.open("/")
    hers.press("Logga in med SmartCard")
    hers.is_at("Registrera dig")
    assert person.hsa_id in hers.text()
