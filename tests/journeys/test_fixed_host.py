"""One card host for everybody, where no wildcard is to be had: over the wire, with the embedded listeners."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from registret.demo.pki import DemoAuthority
from tests.journeys.cards import card_that_is
from tests.journeys.people import newcomer, registered
from tests.journeys.running import House
from tests.journeys.wire import Visitor, heading

HOST = "kort.registret.localhost"
NO_NEED_TO_CLOSE = re.compile(
    r"inte (stänga|starta om) webbläsaren|(do not (have|need) to|need not) (close|restart) (the|your) browser",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    authority = DemoAuthority.load(Path(os.environ["REGISTRET_TEST_FOLDER"]) / "ca")
    with House.build(tmp_path_factory.mktemp("fixed"), authority, f"fixed_{os.getpid()}") as built:
        built.environment |= {"REGISTRET_CARD_HOST_FIXED": "yes", "REGISTRET_PROBE_SECONDS": "15"}
        built.migrate()
        built.run("import-clinics", str(Path("registret/demo/clinics.csv").resolve()))
        built.start()
        yield built


def begun(visitor: Visitor) -> str:
    """The address of the door, after the big button."""
    return visitor.post("/logga-in", form_on="/").headers["Location"]


def test_the_label_stands_in_the_path_and_the_card_gets_in(house: House) -> None:
    visitor = Visitor(house, card_that_is(house, "good"))
    address = begun(visitor)
    assert re.fullmatch(rf"https://{re.escape(HOST)}:{house.card_port}/k/[0-9a-f]{{32}}", address)
    answer = visitor.at_the_door(address)
    assert "set-cookie" not in answer.headers
    assert heading(visitor.follow(answer)) == "Registrera dig"


def test_a_label_is_good_once(house: House) -> None:
    visitor = Visitor(house, card_that_is(house, "good"))
    address = begun(visitor)
    visitor.at_the_door(address)
    assert visitor.follow(visitor.at_the_door(address)).status_code == 410


def test_the_host_answers_nothing_but_the_door(house: House) -> None:
    visitor = Visitor(house)
    for path in ("/", "/k", "/k/", "/k/a/b", "/p/00", "/p/00/11", "/start", "/static/registret.css"):
        answer = visitor.at_the_door(f"https://{HOST}:{house.card_port}{path}")
        assert answer.status_code == 404, path
        assert "set-cookie" not in answer.headers


def test_hosts_with_a_label_are_nobody(house: House) -> None:
    label = begun(Visitor(house)).rpartition("/")[2]
    for path in ("/k", f"/k/{label}"):
        assert Visitor(house).at_the_door(f"https://{label}.{HOST}:{house.card_port}{path}").status_code == 400


def test_the_pages_may_send_forms_and_questions_to_that_host_and_no_other(house: House) -> None:
    policy = Visitor(house).get("/").headers["Content-Security-Policy"]
    for directive in ("form-action", "connect-src"):
        assert f"{directive} 'self' https://{HOST}:{house.card_port};" in policy + ";"
    assert "*" not in policy


def test_the_probe_asks_that_host(house: House) -> None:
    visitor = registered(newcomer(house, "Fredrika", "Fast"))
    probe = visitor.post("/logga-ut", form_on="/nastan-klart").headers["Location"].partition("#")[2]
    assert urlsplit(probe).hostname == HOST
    assert visitor.at_the_door(probe).json() == {"card": "same"}
    assert Visitor(house).at_the_door(probe).json() == {"card": "none"}
    assert visitor.at_the_door(probe[:-1] + "x").status_code == 404


@pytest.mark.parametrize("name", ["none", "person_id", "signing", "expired", "unknown_issuer", "malformed"])
@pytest.mark.parametrize(("language", "says"), [("sv", "webbläsaren helt"), ("en", "the browser completely")])
def test_where_a_fresh_host_would_have_been_enough_the_page_says_to_close_the_browser(
    house: House, name: str, language: str, says: str
) -> None:
    visitor = Visitor(house, card_that_is(house, name))
    visitor.get(f"/sprak/{language}")
    page = visitor.log_in()
    assert page.status_code == 403
    assert f"card.{name}" in page.text
    assert says in page.text.lower()
    assert not NO_NEED_TO_CLOSE.search(page.text)


@pytest.mark.parametrize("language", ["sv", "en"])
def test_no_page_of_the_help_promises_that_the_browser_may_stay_open(house: House, language: str) -> None:
    visitor = Visitor(house)
    visitor.get(f"/sprak/{language}")
    errors = sorted(set(re.findall(r'href="(/hjalp/fel/[^"#]+)"', visitor.get("/hjalp/fel").text)))
    assert len(errors) > 20
    for page in map(visitor.get, ["/hjalp", "/hjalp/kort", "/hjalp/konto", "/utloggad", "/kort", *errors]):
        assert page.status_code == 200
        assert not NO_NEED_TO_CLOSE.search(page.text), page.url


def test_logged_out_people_are_told_to_close_the_browser(house: House) -> None:
    assert "Stäng webbläsaren helt, alla fönster, innan någon loggar in igen." in Visitor(house).get("/utloggad").text


def test_checking_a_card_works_as_well(house: House) -> None:
    page = Visitor(house, card_that_is(house, "person_id")).log_in(purpose="/kort")
    assert "card.person_id" in page.text


def test_the_promise_is_made_where_each_login_has_a_host_of_its_own() -> None:
    """So that the tests above look for words that are there otherwise."""
    source = Path("registret/words/advice.py").read_text(encoding="utf-8")
    english = Path("registret/locale/en/LC_MESSAGES/django.po").read_text(encoding="utf-8")
    assert NO_NEED_TO_CLOSE.search(source)
    assert NO_NEED_TO_CLOSE.search(english)
