"""From a figure outside of the funnel to the clinic's answer: the office asks, the clinic answers, the case closes."""

from __future__ import annotations

import re
from http import HTTPStatus

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import fits, looked_at
from tests.journeys.desks import Desk, OpenDesk
from tests.journeys.outliers import INDICATOR, told
from tests.journeys.people import CLINIC_TITLE, Person
from tests.journeys.running import House

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]


def test_the_office_asks_about_a_figure_and_only_that_clinic_reads_and_answers(
    house: House, doris: Person, bertil: Person, cecilia: Person, desk: OpenDesk
) -> None:
    told(house)
    hers = at_work(desk(doris.card))
    hers.press("Kansliet")
    hers.press("Avvikelser")
    expect(hers.page.locator("main")).to_contain_text("Av ren slump")
    fits(hers.page, "180-avvikelser")
    # An edition of another test may tell of another figure of the clinic.
    alarm = hers.page.get_by_role("row", name=re.compile(f"^{CLINIC_TITLE}.*{INDICATOR}"))
    expect(alarm).to_contain_text("sämre än riket")
    alarm.get_by_role("link", name="Öppna ärende").click()
    fits(hers.page, "181-oppna-arende")
    written(hers, "Varför öppnas ärendet?", "Se patienten 19121212-1212", "Öppna ärendet")
    expect(hers.page.locator("main")).to_contain_text("Ta bort det.")
    written(hers, "Varför öppnas ärendet?", "Långt under riket", "Öppna ärendet")
    hers.press("Kontrollera data")
    written(hers, "Vad visade kontrollen?", "Täckningen är god", "Spara kontrollen")
    hers.press("Fråga kliniken")
    written(hers, "Vad vill ni veta?", "Vad beror det på?", "Skicka frågan")
    looked_at(hers.page, "182-arende-fragat")
    letter = house.letter_to(bertil.mail, about="fråga väntar")
    assert INDICATOR not in letter.text
    assert "12 av 52" not in letter.text
    number = hers.page.url.rpartition("/")[2]
    answered(at_work(desk(bertil.card)))
    another = cecilia.visitor()
    another.log_in()
    assert "Inga frågor väntar." in another.get("/avvikelser").text
    assert another.get(f"/avvikelser/{number}").status_code == HTTPStatus.NOT_FOUND
    hers.open("/start")
    hers.page.get_by_role("link", name=re.compile(INDICATOR)).click()
    expect(hers.page.locator("main")).to_contain_text("Nya rutiner i mars")
    hers.press("Avsluta ärendet")
    written(hers, "Vad kom fram?", "Förklarat", "Avsluta ärendet")
    looked_at(hers.page, "186-arende-avslutat")


def at_work(someone: Desk) -> Desk:
    someone.open("/")
    someone.press("Logga in med SmartCard")
    return someone


def answered(his: Desk) -> None:
    """From the start page to the answer."""
    looked_at(his.page, "183-start-fraga")
    his.page.get_by_role("link", name=re.compile(INDICATOR)).click()
    looked_at(his.page, "184-klinikens-arende")
    his.press("Svara")
    written(his, "Klinikens svar", "Nya rutiner i mars", "Skicka svaret")
    expect(his.page.locator("main")).to_contain_text("Besvarat")
    his.press("Kansliets frågor")
    looked_at(his.page, "185-kansliets-fragor")


def written(someone: Desk, label: str, text: str, button: str) -> None:
    someone.page.get_by_label(label).fill(text)
    someone.press(button)
