"""Personuppgiftsincidenter: the office's pages."""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from registret.access.roles import Role
from tests import cast
from tests.cast import ANNA, BERTIL, DORIS, ERIK, INGRID, Country
from tests.rooms.web.client import Browser, text_of

pytestmark = pytest.mark.django_db

LIST, NEW = "/kansliet/incidenter", "/kansliet/incidenter/ny"
HOUR = timedelta(hours=1)


def written(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H.%M}"


def sent(**different: Any) -> dict[str, Any]:
    usual = {
        "base": "0",
        "happened": "En lista skickades <b>fel</b>\nTill en annan klinik",
        "discovered_at": written(timezone.now() - 2.5 * HOUR),
        "authority": "undecided",
        "persons": "undecided",
        "is_open": "yes",
    }
    return usual | different


def register(browser: Browser, **different: Any) -> str:
    answer = browser.post(NEW, sent(**different))
    assert answer.status_code == 303, text_of(answer)
    return str(answer.headers["Location"])


def test_an_incident_is_written_down_with_what_is_known_and_the_page_shows_the_hours_left(place: Country) -> None:
    browser = Browser.of(DORIS)
    assert "Inga incidenter är uppskrivna." in text_of(browser.get(LIST))
    there = register(browser, data_kinds=["staff"], people="12")
    page = browser.get(there)
    assert "En lista skickades &lt;b&gt;fel&lt;/b&gt;<br>Till en annan klinik" in page.content.decode()
    for text in ("69 timmar kvar", "Anmäl till IMY senast", "ungefär 12", "Personal: namn", DORIS.name):
        assert text in text_of(page)
    assert "vårdgivaren ansvarig" not in text_of(page)
    assert "69 timmar kvar" in text_of(browser.get(LIST))


def test_when_the_72_hours_are_over_the_page_says_how_late_it_is_until_it_is_reported(place: Country) -> None:
    browser = Browser.of(DORIS)
    discovered = timezone.now() - 77.5 * HOUR
    there = register(browser, discovered_at=written(discovered), data_kinds=["patient_care"])
    page = text_of(browser.get(there))
    assert "5 timmar för sent" in page
    assert "Anmäl till IMY nu, med skälen till att det är sent" in page
    assert "vårdgivaren ansvarig tillsammans med registrets centralt personuppgiftsansvariga (CPUA)" in page
    change = sent(
        base="1",
        discovered_at=written(discovered),
        authority="done",
        authority_at=written(timezone.now() - HOUR),
    )
    refused = browser.post(f"{there}/andra", change)
    assert refused.status_code == 422
    assert "Skriv varför anmälan kom senare än 72 timmar efter upptäckten" in text_of(refused)
    assert browser.post(f"{there}/andra", change | {"authority_why": "Helg"}).status_code == 303
    assert "anmäld för sent" in text_of(browser.get(there))


def test_the_start_page_says_which_incidents_wait_for_a_decision_about_the_report(place: Country) -> None:
    browser = Browser.of(DORIS)
    runs = register(browser)
    late = register(browser, happened="Kortet låg kvar", discovered_at=written(timezone.now() - 77.5 * HOUR))
    register(browser, happened="Anmäldes genast", authority="done", authority_at=written(timezone.now()))
    start = browser.get("/start")
    page, said = start.content.decode(), text_of(start)
    for text in ("69 timmar kvar", "5 timmar för sent", "Kortet låg kvar", "En lista skickades <b>fel</b>"):
        assert text in said
    assert "Anmäldes genast" not in said
    assert page.index(f'href="{late}"') < page.index(f'href="{runs}"'), "the most urgent first"
    discovered = written(timezone.now() - 2.5 * HOUR)
    change = sent(base="1", authority="not_needed", authority_why="Ingen risk", discovered_at=discovered)
    assert browser.post(f"{runs}/andra", change).status_code == 303
    said = text_of(browser.get("/start"))
    assert "timmar kvar" not in said
    assert "5 timmar för sent" in said


def test_no_text_with_a_patients_number_is_kept_and_the_form_says_so(place: Country) -> None:
    browser = Browser.of(DORIS)
    assert "Skriv inga uppgifter om patienter" in text_of(browser.get(NEW))
    for name in ("happened", "consequences", "measures", "authority_why", "persons_why"):
        for number in ("19121212-1212", "121212-1212", "20800101-AB17"):
            refused = browser.post(NEW, sent(**{name: f"Om {number}"}))
            assert refused.status_code == 422
            assert "Texten ser ut att ha ett personnummer eller reservnummer" in text_of(refused)
    assert "Inga incidenter är uppskrivna." in text_of(browser.get(LIST))


def test_what_is_missing_or_cannot_be_stands_beside_its_field(place: Country) -> None:
    browser = Browser.of(DORIS)
    page = text_of(browser.post(NEW, {}))
    for text in ("Skriv vad som har hänt", "Skriv när det upptäcktes", "Välj om den är anmäld", "Välj öppen eller"):
        assert text in page
    page = text_of(browser.post(NEW, sent(is_open="no", people="många", data_kinds=["weather"])))
    assert "Skriv ett heltal" in page
    assert "Välj bland uppgifterna i listan" in page
    assert "Fyll i det här innan incidenten stängs" in text_of(browser.post(NEW, sent(is_open="no")))
    ahead = browser.post(NEW, sent(discovered_at=written(timezone.now() + timedelta(days=2))))
    assert ahead.status_code == 422


def test_a_change_keeps_the_earlier_text_to_read_with_who_and_when(place: Country) -> None:
    doris = Browser.of(DORIS)
    there = register(doris)
    cast.appoint_by_program(INGRID, Role.REGISTRY_OFFICE, at=timezone.now() - HOUR)
    ingrid = Browser.of(INGRID)
    form = ingrid.get(f"{there}/andra")
    assert "En lista skickades &lt;b&gt;fel&lt;/b&gt;" in form.content.decode()
    assert ingrid.post(f"{there}/andra", sent(base="1", happened="Två listor skickades fel")).status_code == 303
    page = text_of(doris.get(there))
    assert page.index("Två listor skickades fel") < page.index("Tidigare versioner") < page.index("En lista skickades")
    assert re.search(rf"Version 1, (i dag|\d+ \w+ \d{{4}}) kl\. \d\d\.\d\d, {DORIS.name}", page)
    assert INGRID.name in page


def test_who_saves_on_top_of_another_is_told_and_can_then_save(place: Country) -> None:
    browser = Browser.of(DORIS)
    there = register(browser)
    assert browser.post(f"{there}/andra", sent(base="1", happened="Den ena")).status_code == 303
    late = browser.post(f"{there}/andra", sent(base="1", happened="Den andra"))
    assert late.status_code == 422
    assert "Någon annan har ändrat incidenten" in text_of(late)
    assert 'name="base" value="2"' in late.content.decode()
    assert browser.post(f"{there}/andra", sent(base="2", happened="Den andra")).status_code == 303
    assert text_of(browser.get(there)).count("Version ") == 2


def test_the_file_holds_every_revision_and_no_formula(place: Country) -> None:
    browser = Browser.of(DORIS)
    there = register(browser, happened='=HYPERLINK("http://x";"y")')
    assert browser.post(f"{there}/andra", sent(base="1", happened="Rättat", measures="+46")).status_code == 303
    answer = browser.post(f"{LIST}/exportera")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    first, second = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""), delimiter=";")
    assert first["Vad som har hänt"] == "'" + '=HYPERLINK("http://x";"y")'
    assert (second["Version"], second["Vad som har hänt"], second["Åtgärder"]) == ("2", "Rättat", "'+46")
    assert second["Av"] == DORIS.name
    assert browser.get(f"{LIST}/exportera").status_code == 405


def test_an_old_card_takes_no_file_out(place: Country, settings: Settings) -> None:
    browser = Browser.of(DORIS)
    register(browser)
    settings.ATTESTING_NEEDS_CARD_WITHIN = timedelta(0)
    answer = browser.post(f"{LIST}/exportera")
    assert answer.status_code == 403
    assert "Logga in igen för att fortsätta." in text_of(answer)


@pytest.mark.parametrize("who", [BERTIL, ERIK, ANNA], ids=lambda who: who.name)
def test_nobody_else_has_the_pages(place: Country, who: Any) -> None:
    there = register(Browser.of(DORIS))
    if who is ANNA:
        cast.appoint_by_program(ANNA, Role.SUPPORT, at=timezone.now() - HOUR)
    browser = Browser.of(who)
    for address in (LIST, NEW, there, f"{there}/andra"):
        assert browser.get(address).status_code == 403
    for address in (NEW, f"{there}/andra", f"{LIST}/exportera"):
        assert browser.post(address, sent()).status_code == 403
    start = text_of(browser.get("/start"))
    assert not {"Incidenter", "IMY"} & set(start.split())


def test_an_incident_that_is_not_there_has_no_page(place: Country) -> None:
    browser = Browser.of(DORIS)
    for address in (f"{LIST}/0", f"{LIST}/0/andra"):
        assert browser.get(address).status_code == 404
