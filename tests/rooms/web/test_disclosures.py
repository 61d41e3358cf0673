"""Utlämnanden för forskning, as pages: one prepares, another decides, and the file is fetched."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zipfile import ZipFile

import pytest
from django.conf import settings
from django.utils import timezone

from registret.access.actor import Actor
from registret.access.roles import Role
from registret.records.disclosure.deciding import DECIDABLE_FOR
from registret.records.disclosure.ending import close_due
from registret.records.models import Disclosure, DisclosureFetch, Patient
from registret.records.scope import all_providers
from tests import cast
from tests.cast import ANNA, BERTIL, CECILIA, DORIS, ERIK
from tests.parallel import committed
from tests.rooms.records.scene import GRETA, HENNING, TOLVAN, begun, case, log, system_id_of
from tests.rooms.web.client import Browser, text_of

__all__ = ["committed"]

LIST, NEW = "/utlamnanden", "/utlamnanden/nytt/pneumoni"


@pytest.fixture(scope="module")
def anna(module_db: None) -> Actor:
    return at_the_registry(timezone.now())


@pytest.fixture
def open_house(committed: None, now: datetime) -> Actor:
    """As `anna`, and committed: a file is made in a transaction of its own."""
    return at_the_registry(now)


def at_the_registry(now: datetime) -> Actor:
    """Anna has begun an episode four days ago; Greta and Henning handle cases."""
    place = cast.country(now - timedelta(days=30))
    for who in (GRETA, HENNING):
        cast.appoint_by_program(who, Role.CASE_HANDLER, at=now - timedelta(days=20))
    cast.appoint_by_program(ANNA, Role.REPORTER, clinic_id=place.infection, at=now - timedelta(days=20))
    anna = cast.actor(ANNA, at=now - timedelta(hours=1))
    arrived = timezone.localtime(now - timedelta(days=4)).strftime("%Y-%m-%dT%H:%M")
    begun(anna, at=now, arrived_at=[arrived])
    return anna


def wish(now: datetime, **different: Any) -> dict[str, Any]:
    today = timezone.localtime(now).date()
    return {
        "project": "KLARA",
        "approval": "Dnr 2026-01234-01",
        "recipient_name": "Vera Forsk",
        "recipient_organisation": "Lärosätet",
        "first_day": (today - timedelta(days=30)).isoformat(),
        "last_day": today.isoformat(),
        "parts": ["inclusion/inclusion", "acute/samples"],
        "dates": "since",
        "clinics": "each",
        "reason": "Begäran 26RS4800",
        **different,
    }


def prepared(now: datetime, **different: Any) -> str:
    """By Greta; returns the address of the disclosure."""
    answer = Browser.of(GRETA).post(NEW, wish(now, **different))
    assert answer.status_code == 303
    return str(answer["Location"]).partition("?")[0]


def decided(now: datetime) -> str:
    address = prepared(now)
    assert Browser.of(HENNING).post(address, {"act": "decide", "ok": "1"}).status_code == 303
    return address


def test_only_a_case_handler_comes_in(anna: Actor, now: datetime) -> None:
    address = prepared(now)
    for who in (ANNA, BERTIL, CECILIA, DORIS, ERIK):
        browser = Browser.of(who)
        assert {browser.get(page).status_code for page in (LIST, NEW, address)} == {403}, who.name
        assert browser.post(NEW, wish(now)).status_code == 403
        assert browser.post(address, {"act": "decide", "ok": "1"}).status_code == 403
        assert browser.post(f"{address}/fil").status_code == 403
    assert Disclosure.objects.count() == 1
    assert {Browser().get(page).status_code for page in (LIST, NEW, address)} == {401}


def test_the_way_there_is_on_the_start_page_and_in_the_menu(anna: Actor) -> None:
    page = Browser.of(GRETA).get("/start")
    assert page.content.decode().count('href="/utlamnanden"') == 2
    assert "Inga utlämnanden än." in text_of(Browser.of(GRETA).get(LIST))


def test_the_start_page_says_what_waits_and_not_to_whoever_prepared_it(anna: Actor, now: datetime) -> None:
    assert "väntar på ditt beslut" not in text_of(Browser.of(HENNING).get("/start"))
    prepared(now)
    assert "1 väntar på ditt beslut" in text_of(Browser.of(HENNING).get("/start"))
    for who in (GRETA, ANNA):
        assert "väntar på ditt beslut" not in text_of(Browser.of(who).get("/start"))


def test_what_is_prepared_is_in_the_list_and_says_how_many_and_not_who(anna: Actor, now: datetime) -> None:
    address = prepared(now)
    assert "KLARA" in text_of(Browser.of(HENNING).get(LIST))
    page = Browser.of(HENNING).get(address)
    text = text_of(page)
    assert "2026-01234-01" in text
    assert "Vera Forsk" in text
    assert "Patienter 1" in text
    assert "väntar på beslut" in text
    with all_providers():
        patient = Patient.objects.get()
    for secret in (TOLVAN, case().number.text, patient.system_id, patient.birth_date.isoformat()):
        assert secret not in page.content.decode()
    assert "Tolvansson" not in text


@pytest.mark.parametrize(
    ("different", "says"),
    [
        ({"project": " "}, "Skriv vad projektet heter"),
        ({"approval": ""}, "Skriv etikgodkännandets nummer"),
        ({"approval": "26RS4711"}, "Skriv numret som på godkännandet"),
        ({"recipient_name": ""}, "Skriv vem som tar emot filen"),
        ({"recipient_organisation": ""}, "Skriv mottagarens organisation"),
        ({"first_day": ""}, "Skriv den första dagen"),
        ({"last_day": "snart"}, "Skriv som 2026-11-25"),
        ({"last_day": "2001-01-01"}, "Välj en dag som inte är före den första"),
        ({"last_day": "2199-01-01"}, "1 januari 2199 har inte varit än"),
        ({"first_day": "LAST"}, "en period på minst 31 dagar"),
        ({"clinics": ""}, "Välj om kliniken ska synas"),
        ({"parts": []}, "Välj minst en del"),
        ({"parts": ["acute/secrets"]}, "Välj bland delarna"),
        ({"dates": ""}, "Välj hur datum lämnas ut"),
        ({"dates": "full"}, "Skriv varför hela datum behövs"),
        ({"reason": ""}, "Skriv varför uppgifterna lämnas ut"),
        ({"project": "K\x00"}, "ett tecken som inte går att spara"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost(
    anna: Actor, now: datetime, different: dict[str, Any], says: str
) -> None:
    written = wish(now, **different)
    if written["first_day"] == "LAST":
        written["first_day"] = written["last_day"]
    page = Browser.of(GRETA).post(NEW, written)
    assert page.status_code == 422
    assert says in text_of(page)
    if "recipient_organisation" not in different:
        assert 'value="Lärosätet"' in page.content.decode()
    if "parts" not in different:
        assert " ".join(page.content.decode().split()).count(' value="acute/samples" checked') == 1
    assert not Disclosure.objects.exists()


def test_of_a_sub_registry_that_is_not_there_nothing_is_prepared(anna: Actor, now: datetime) -> None:
    address = "/utlamnanden/nytt/influensa"
    for answer in (Browser.of(GRETA).get(address), Browser.of(GRETA).post(address, wish(now))):
        assert answer.status_code == 404
    assert address not in Browser.of(GRETA).get(LIST).content.decode()


def test_another_decides_after_a_question(anna: Actor, now: datetime) -> None:
    address = prepared(now)
    mine = Browser.of(GRETA)
    page = mine.get(address)
    assert "någon annan beslutar" in text_of(page)
    assert 'value="decide"' not in page.content.decode()
    refused = mine.post(address, {"act": "decide", "ok": "1"})
    assert refused.status_code == 403
    assert "Den som förbereder ett utlämnande beslutar inte också" in text_of(refused)
    other = Browser.of(HENNING)
    asked = other.post(address, {"act": "decide"})
    assert "Ska uppgifterna lämnas ut?" in text_of(asked)
    assert "Uppgifter om 1 patient lämnas ut till Lärosätet" in text_of(asked)
    assert "Färre än 5 patienter är lätta att känna igen" in text_of(asked)
    assert "Ska uppgifterna lämnas ut?" not in text_of(other.post(address, {"act": "decide", "change": "1"}))
    assert log("disclosure.decided") == ()
    done = other.post(address, {"act": "decide", "ok": "1"})
    assert (done.status_code, done["Location"]) == (303, f"{address}?klart=decide")
    assert "Utlämnandet är beslutat. Filen kan hämtas." in text_of(other.get(done["Location"]))
    (entry,) = log("disclosure.decided")
    assert entry.by_name == HENNING.name
    again = other.post(address, {"act": "decide", "ok": "1"})
    assert again.status_code == 409


def test_it_is_withdrawn_after_a_question_and_then_neither_decided_nor_fetched(anna: Actor, now: datetime) -> None:
    address = prepared(now)
    browser = Browser.of(GRETA)
    assert "Ska utlämnandet tas tillbaka?" in text_of(browser.post(address, {"act": "withdraw"}))
    done = browser.post(address, {"act": "withdraw", "ok": "1"})
    assert "Ingenting har lämnats ut." in text_of(browser.get(done["Location"]))
    assert "Ska uppgifterna lämnas ut?" not in text_of(Browser.of(HENNING).post(address, {"act": "decide"}))
    assert Browser.of(HENNING).post(address, {"act": "decide", "ok": "1"}).status_code == 409
    assert browser.post(f"{address}/fil").status_code == 409


def test_a_decided_one_is_closed_early_after_a_question(anna: Actor, now: datetime) -> None:
    address = decided(now)
    browser = Browser.of(GRETA)
    assert "Ska utlämnandet avslutas nu?" in text_of(browser.post(address, {"act": "close"}))
    browser.post(address, {"act": "close", "ok": "1"})
    text = text_of(browser.get(address))
    assert "avslutat" in text
    assert "Hämta filen" not in text
    assert browser.post(f"{address}/fil").status_code == 409


def test_the_file_is_fetched_and_named_and_the_page_says_by_whom(open_house: Actor, now: datetime) -> None:
    address = decided(now)
    browser = Browser.of(GRETA)
    answer = browser.post(f"{address}/fil")
    assert answer["Content-Type"] == "application/zip"
    number = address.rpartition("/")[2]
    named = rf'attachment; filename="utlamnande-{number}-[0-9-]{{10}}\.zip"'
    assert re.fullmatch(named, answer["Content-Disposition"])
    assert answer["Cache-Control"] == "no-store"
    body = answer.getvalue()
    assert len(body) == int(answer["Content-Length"])
    with ZipFile(io.BytesIO(body)) as archive:
        assert archive.namelist() == ["inclusion.csv", "acute.csv", "codebook.csv", "manifest.json"]
    assert [entry.by_name for entry in log("patient.disclosed")] == [GRETA.name]
    text = text_of(browser.get(address))
    assert "Har lämnat registret Filen , 1 patient Greta Frost" in text
    assert f"SHA-256 börjar med {DisclosureFetch.objects.get().digest[:16]}" in text


def test_a_key_that_is_missing_is_nothing_that_a_person_can_mend(
    open_house: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = decided(now)
    monkeypatch.setattr(settings, "RESEARCH_KEY", b"x" * 48)
    assert Browser.of(GRETA).post(f"{address}/fil").status_code == 503


def test_what_nobody_decided_in_time_says_so(anna: Actor, now: datetime) -> None:
    address = prepared(now)
    close_due(at=timezone.now() + DECIDABLE_FOR + timedelta(days=1))
    text = text_of(Browser.of(GRETA).get(address))
    assert "återtaget" in text
    assert "Ingen beslutade inom 90 dagar." in text


def test_a_get_fetches_and_decides_nothing(anna: Actor, now: datetime) -> None:
    address = prepared(now)
    browser = Browser.of(HENNING)
    assert browser.get(f"{address}/fil").status_code == 405
    assert browser.get(address, {"act": "decide", "ok": "1"}).status_code == 200
    assert log("disclosure.decided") == log("disclosure.fetched") == ()


def test_a_card_that_was_read_long_ago_prepares_decides_and_fetches_nothing(anna: Actor, now: datetime) -> None:
    waiting, open_one = prepared(now), decided(now)
    browser = Browser()
    key = cast.log_in(HENNING, at=now - timedelta(minutes=70))
    cast.stay_awake(key, since=now - timedelta(minutes=70), until=now)
    browser.take_session(key)
    for page in (NEW, waiting, open_one):
        assert "Visa kortet igen" in text_of(browser.get(page))
    acts: list[Callable[[], Any]] = [
        lambda: browser.post(NEW, wish(now)),
        lambda: browser.post(waiting, {"act": "decide", "ok": "1"}),
        lambda: browser.post(open_one, {"act": "close", "ok": "1"}),
        lambda: browser.post(f"{open_one}/fil"),
    ]
    assert {act().status_code for act in acts} == {403}
    assert Disclosure.objects.count() == 2


def test_nobody_finds_one_that_is_not_there(anna: Actor) -> None:
    browser = Browser.of(GRETA)
    assert browser.get("/utlamnanden/4711").status_code == 404
    assert browser.post("/utlamnanden/4711/fil").status_code == 404
    assert browser.post("/utlamnanden/4711", {"act": "decide", "ok": "1"}).status_code == 404


def test_an_older_page_of_the_list_leads_back(anna: Actor, now: datetime) -> None:
    address = prepared(now)
    number = int(address.rpartition("/")[2])
    text = text_of(Browser.of(GRETA).get(f"{LIST}?fore={number}"))
    assert "KLARA" not in text
    assert "Nyaste" in text
    assert "KLARA" in text_of(Browser.of(GRETA).get(f"{LIST}?fore={number + 1}"))


def test_the_pages_are_in_english_too(anna: Actor, now: datetime) -> None:
    address = decided(now)
    browser = Browser.of(GRETA)
    browser.get("/sprak/en?till=/utlamnanden")
    assert "Disclosures for research" in text_of(browser.get(LIST))
    assert "Prepare the disclosure" in text_of(browser.get(NEW))
    assert "Fetch the file" in text_of(browser.get(address))


def test_the_system_id_of_nobody_is_on_any_page(anna: Actor, now: datetime) -> None:
    address, patient = decided(now), system_id_of(TOLVAN)
    browser = Browser.of(GRETA)
    assert all(patient not in browser.get(page).content.decode() for page in (LIST, NEW, address))
