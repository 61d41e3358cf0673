"""Whatever stands before the application, the same card gets the same answer."""

from __future__ import annotations

import pytest

from registret.demo.certificates import KeyKind
from tests.fronts.conftest import behind_a_front
from tests.fronts.running import FrontedHouse
from tests.journeys.cards import PERSONAL_NUMBER, card_that_is, of_size
from tests.journeys.people import newcomer, registered
from tests.journeys.wire import Visitor, heading
from tests.rooms.serving.client import connect, get, receive

CODES = {
    "none": "card.none",
    "person_id": "card.person_id",
    "signing": "card.signing",
    "expired": "card.expired",
    "not_yet_valid": "card.not_yet_valid",
    "revoked": "card.revoked",
    "unknown_issuer": "card.unknown_issuer",
    "self_signed": "card.unknown_issuer",
    "malformed": "card.malformed",
}


@pytest.mark.parametrize("name", CODES)
def test_every_card_that_is_refused_gets_the_page_that_says_why(house: FrontedHouse, name: str) -> None:
    visitor = Visitor(house, card_that_is(house, name))
    page = visitor.log_in()
    assert page.status_code == 403
    assert CODES[name] in page.text
    assert "Vad du gör nu" in page.text
    assert PERSONAL_NUMBER not in page.text
    assert "__Host-session" not in visitor.cookies
    assert _last(house, "card.refused")["code"] == CODES[name]


@pytest.mark.parametrize("name", CODES)
def test_checking_a_card_explains_it_wherever_it_comes_from(house: FrontedHouse, name: str) -> None:
    visitor = Visitor(house, card_that_is(house, name))
    page = visitor.log_in(purpose="/kort")
    assert page.status_code == 200
    assert CODES[name] in page.text
    assert "__Host-session" not in visitor.cookies


def test_a_good_card_gets_in(house: FrontedHouse) -> None:
    person = newcomer(house, "Anna", "Åberg")
    visitor = registered(person)
    assert "__Host-session" in visitor.cookies
    read = _last(house, "card.read")
    assert read["issuer"] == "DEMO SITHS e-id Person HSA-id 3 CA v1"


def test_cards_of_both_issuing_cas_and_of_every_kind_of_key_get_in(house: FrontedHouse) -> None:
    kinds: list[tuple[int, KeyKind]] = [(3, "ec"), (3, "rsa"), (3, "rsa-e3"), (2, "ec")]
    for number, (level, key) in enumerate(kinds):
        card = house.authority.issue_card(
            given_name="Bo",
            surname="Ek",
            organisation="Region Norrvik",
            kind="hsa",
            hsa_id=f"SE2321009991-E0888{number}",
            level=level,
            key=key,
        )
        assert heading(Visitor(house, card).log_in()) == "Registrera dig", (level, key)


@behind_a_front
def test_the_log_keeps_what_the_front_disliked_and_who_decided(house: FrontedHouse) -> None:
    Visitor(house, card_that_is(house, "expired")).log_in()
    said = _last(house, "card.refused")["front_said"]
    assert said in {"FAILED:certificate has expired", "10"}


@pytest.mark.parametrize("size", [3_000, 15_000])
def test_a_card_with_a_very_long_certificate_gets_in(house: FrontedHouse, size: int) -> None:
    assert heading(Visitor(house, of_size(house, size)).log_in()) == "Registrera dig"


@pytest.mark.parametrize("size", [16_000, 17_000, 20_000, 23_350, 23_500, 24_000, 40_000, 70_000])
def test_a_certificate_beyond_all_measure_is_answered_in_words(house: FrontedHouse, size: int) -> None:
    page = Visitor(house, of_size(house, size)).log_in()
    assert page.status_code == 403
    code = str(_last(house, "card.refused")["code"])
    assert code in page.text
    # A front may be unable to hand it on; the embedded door hands on everything.
    assert code == "card.malformed" or (house.front != "embedded" and code == "card.not_passed_on")
    if size >= 40_000 and house.front != "embedded":
        assert heading(page) == "Certifikatet från ditt kort nådde inte fram."


def test_the_silent_probe_knows_the_card_that_was_shown(house: FrontedHouse) -> None:
    person = newcomer(house, "Cilla", "Dal")
    visitor = registered(person)
    # Anyone who logs out is told where to ask whether the card is out.
    left = visitor.post("/logga-ut", form_on="/nastan-klart")
    probe = left.headers["Location"].partition("#")[2]
    assert visitor.at_the_door(probe).json() == {"card": "same"}
    assert Visitor(house, None).at_the_door(probe).json() == {"card": "none"}
    assert Visitor(house, card_that_is(house, "good")).at_the_door(probe).json() == {"card": "other"}
    answer = visitor.at_the_door(probe)
    assert answer.headers["Access-Control-Allow-Origin"] == house.site
    assert answer.headers["Access-Control-Allow-Credentials"] == "true"


def test_the_door_answers_nothing_but_the_door_and_sets_no_cookie(house: FrontedHouse) -> None:
    host = f"https://{'ab' * 16}.kort.registret.localhost:{house.card_port}"
    for path in ("/", "/start", "/hjalp", "/static/registret.css", "/k/", "/p/", "/p/00"):
        answer = Visitor(house).at_the_door(host + path)
        assert answer.status_code == 404, path
        assert "set-cookie" not in answer.headers


def test_the_site_has_its_pages_and_files_and_says_that_it_wants_to_be_asked_over_tls(house: FrontedHouse) -> None:
    page = Visitor(house).get("/")
    assert page.status_code == 200
    assert page.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert page.headers["Cache-Control"] == "no-store"
    assert Visitor(house).get("/demo/brevlada").status_code == 404


def test_what_a_record_system_signs_reaches_the_api(house: FrontedHouse) -> None:
    asked = Visitor(house).get("/api/v1/imports", Authorization="Bearer a.b.c")
    assert (asked.status_code, asked.json()["code"]) == (401, "import.assertion_refused")
    assert "signature" in asked.json()["en"]["detail"]


def test_the_log_and_the_limits_know_people_by_their_own_address(house: FrontedHouse) -> None:
    """Not by that of the front, nor by one that they invent."""
    for address in ("127.0.0.1", "127.0.0.7"):
        host = f"{'cd' * 16}.kort.registret.localhost"
        with connect(house.card_port, host, source=address) as connection:
            headers = ("X-Forwarded-For: 192.0.2.1", "Forwarded: for=192.0.2.1", "X-Real-IP: 192.0.2.1")
            connection.sendall(get(host, target="/k", headers=headers))
            assert receive(connection).status == 303
        entry = "SELECT host(network) FROM ledger_entry WHERE event = 'attempt.refused' ORDER BY id DESC LIMIT 1"
        assert house.ask_database(entry) == [(address,)]


def _last(house: FrontedHouse, event: str) -> dict[str, object]:
    found = house.ask_database("SELECT facts FROM ledger_entry WHERE event = %s ORDER BY id DESC LIMIT 1", event)
    facts = found[0][0]
    assert isinstance(facts, dict)
    return facts
