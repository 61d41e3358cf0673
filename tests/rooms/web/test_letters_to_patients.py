"""The page of letters about follow-ups."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, datetime, timedelta

import pikepdf
import pytest
from django.conf import settings

from registret.access.roles import Role
from registret.records.identity.population_entry import PostalAddress
from registret.records.models import Patient
from registret.records.reporting import writing
from registret.records.scope import all_providers
from tests import cast
from tests.cast import ANNA, BERTIL, CECILIA, Country
from tests.pdf import Document, read
from tests.rooms.records.scene import TOLVAN, Known, ask, begun, log, registered
from tests.rooms.web.client import Browser, flat, text_of

pytestmark = pytest.mark.django_db

PAGE = "/registreringar/brev"
ADDRESS = PostalAddress(street="Storgatan 2", postal_code="622 00", city="Sydvik")


@pytest.fixture
def episode(place: Country, now: datetime) -> str:
    """Left hospital in June: its follow-up is due."""
    for who, clinic in ((ANNA, place.infection), (CECILIA, place.sydvik)):
        cast.appoint_by_program(who, Role.REPORTER, clinic_id=clinic, at=now - timedelta(days=2))
    anna = cast.actor(ANNA, at=now - timedelta(hours=1))
    arrived = now - timedelta(days=120)
    found = begun(anna, at=now, arrived_at=[f"{arrived:%Y-%m-%dT08:15}"])
    left = {"discharged_at": [f"{arrived + timedelta(days=9):%Y-%m-%dT12:00}"], "discharged_to": ["home"]}
    writing.write(actor=anna, episode=found, step="discharge", base=0, written=left, at=now)
    return found


def noted(browser: Browser, what: str, *steps: str) -> str:
    """The page after something was noted."""
    answer = browser.post(PAGE, {"vad": what, "steg": steps})
    assert answer.status_code == 303
    return text_of(browser.get(answer.headers["Location"]))


def test_a_letter_moves_from_pile_to_pile_until_the_reply_is_filled_in(episode: str) -> None:
    browser, step = Browser.of(ANNA), f"{episode}:follow_up"
    assert "Att skriva till" in (new := text_of(browser.get(PAGE)))
    assert TOLVAN[:8] in new
    assert TOLVAN not in new, "a list names nobody"
    sent = noted(browser, "sent", step)
    assert "Antecknat för 1 patient." in sent
    assert "Väntar på svar" in sent
    assert "Att skriva till" not in sent
    assert "Svar att fylla i" in noted(browser, "replied", step)
    assert "Väntar på svar" in noted(browser, "taken_back", step)


def test_what_could_not_be_noted_is_said(episode: str) -> None:
    browser, step = Browser.of(ANNA), f"{episode}:follow_up"
    noted(browser, "sent", step)
    again = noted(browser, "sent", step)
    assert "Antecknat för 0 patienter. För 1 gick det inte" in again


@pytest.mark.parametrize("form", [{"vad": "sent"}, {"vad": "burnt", "steg": "x"}, {}])
def test_nothing_chosen_is_said_and_nothing_is_noted(episode: str, form: dict[str, str]) -> None:
    page = Browser.of(ANNA).post(PAGE, form)
    assert page.status_code == 200
    assert "Kryssa för minst en patient." in text_of(page)
    assert "Att skriva till" in text_of(page)


def test_another_clinic_sees_nobody_and_notes_nothing(episode: str) -> None:
    browser = Browser.of(CECILIA)
    assert "Ingen väntar på brev." in text_of(browser.get(PAGE))
    assert "Antecknat för 0 patienter." in noted(browser, "sent", f"{episode}:follow_up")
    assert "Att skriva till" in text_of(Browser.of(ANNA).get(PAGE))


@pytest.mark.parametrize("address", ["?klart=sent&antal=x&av=1", "?klart=sent", "?klart=x&antal=1&av=1"])
def test_an_address_that_was_made_up_says_nothing(episode: str, address: str) -> None:
    page = Browser.of(ANNA).get(PAGE + address)
    assert page.status_code == 200
    assert "Antecknat" not in text_of(page)


def test_who_may_not_report_has_no_such_page(place: Country) -> None:
    assert Browser.of(BERTIL).get(PAGE).status_code == 403


def test_the_start_page_leads_there(episode: str) -> None:
    assert f'href="{PAGE}"' in Browser.of(ANNA).get("/start").content.decode()


# --- printed ------------------------------------------------------------------------------------------


def printed(browser: Browser, *steps: str) -> bytes:
    answer = browser.post("/registreringar/brev.pdf", {"steg": steps})
    assert answer.headers["Content-Type"] == "application/pdf", text_of(answer)
    assert isinstance(answer.content, bytes)
    return answer.content


def letters_of(browser: Browser, *steps: str) -> Document:
    return read(printed(browser, *steps))


def lives_at(address: PostalAddress, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(Known(**{f"n{TOLVAN.replace('-', '')}": replace(registered(), address=address)}), monkeypatch)


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    """The population register knows where Tolvan lives."""
    lives_at(ADDRESS, monkeypatch)


def test_a_letter_is_read_by_a_screen_reader_from_the_sender_to_the_greeting(episode: str, known: None) -> None:
    found = letters_of(Browser.of(ANNA), f"{episode}:follow_up")
    assert (found.standard, found.language, found.untagged, found.pages) == ("PDF/UA-1", "sv", 0, 1)
    assert found.headings == ((1, "Hur mår du nu?"),)
    paragraphs = found.heard("P")
    assert "Infektionskliniken" in paragraphs[0]
    assert "Storgatan 2" in paragraphs[1]
    assert "622 00 Sydvik" in paragraphs[1]
    assert "Med vänlig hälsning" in paragraphs[-1]


def test_neither_number_nor_diagnosis_is_in_a_letter_and_no_address_to_follow(episode: str, known: None) -> None:
    made = printed(Browser.of(ANNA), f"{episode}:follow_up")
    said = " ".join((*read(made).heard("P"), *read(made).heard("H1"))).lower()
    for secret in (TOLVAN, TOLVAN[2:], "pneumoni", "lunginflammation", "http"):
        assert secret not in said
    with pikepdf.open(io.BytesIO(made)) as file:
        assert all("/Annots" not in page for page in file.pages)


def test_what_the_population_register_says_is_no_markup(episode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    street = '#pagebreak() *a* $x$ "'
    lives_at(replace(ADDRESS, street=street), monkeypatch)
    found = letters_of(Browser.of(ANNA), f"{episode}:follow_up")
    assert street in found.heard("P")[1]
    assert found.pages == 1


def test_a_letter_is_a_look_at_the_patient_and_is_not_noted_as_sent(episode: str, known: None) -> None:
    browser = Browser.of(ANNA)
    letters_of(browser, f"{episode}:follow_up")
    (entry,) = log("patient.listed_for_letters")
    assert entry.facts["step"] == "follow_up"
    assert "Att skriva till" in text_of(browser.get(PAGE))


def test_who_has_not_replied_gets_a_reminder_and_who_has_gets_no_letter(episode: str, known: None) -> None:
    browser, step = Browser.of(ANNA), f"{episode}:follow_up"
    noted(browser, "sent", step)
    assert letters_of(browser, step).headings == ((1, "Påminnelse: hur mår du nu?"),)
    noted(browser, "replied", step)
    assert nothing_is_printed(browser, step)


def nothing_is_printed(browser: Browser, *steps: str) -> bool:
    """The page of letters comes instead, and says for how many it could not be."""
    page = text_of(browser.post("/registreringar/brev.pdf", {"steg": steps}))
    return f"Inga brev är gjorda. För {len(steps)} gick det inte" in page and "förkryssade" not in page


def test_no_letter_is_made_to_the_dead_the_protected_or_of_another_clinic(episode: str, known: None) -> None:
    anna, step = Browser.of(ANNA), f"{episode}:follow_up"
    assert nothing_is_printed(anna, "E999:follow_up")
    assert nothing_is_printed(Browser.of(CECILIA), step)
    for change in ({"is_protected": True}, {"is_protected": False, "died_on": date(2026, 11, 1)}):
        with all_providers():
            Patient.objects.update(**change)
        assert nothing_is_printed(anna, step)
    assert log("patient.listed_for_letters") == ()


@pytest.mark.parametrize("steps", [(), ("x",)])
def test_nothing_ticked_is_said_instead_of_a_letter(episode: str, steps: tuple[str, ...]) -> None:
    page = Browser.of(ANNA).post("/registreringar/brev.pdf", {"steg": steps})
    assert "Kryssa för minst en patient." in text_of(page)


def test_if_one_of_two_gets_no_letter_the_page_says_so_and_keeps_the_other_ticked(episode: str, known: None) -> None:
    browser, step = Browser.of(ANNA), f"{episode}:follow_up"
    answer = browser.post("/registreringar/brev.pdf", {"steg": [step, "E999:follow_up"]})
    assert "För 1 gick det inte" in text_of(answer)
    page = flat(answer)
    assert f'value="{step}" checked' in page
    assert f'<form class="pile" method="post" action="{PAGE}">' in page, "what is noted there is noted"
    assert "checked" not in flat(browser.get(PAGE))
    assert log("patient.listed_for_letters") == ()
    assert letters_of(browser, step).pages == 1


def test_an_english_page_makes_a_swedish_letter(episode: str, known: None) -> None:
    browser = Browser.of(ANNA)
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    found = letters_of(browser, f"{episode}:follow_up")
    assert found.language == "sv"
    assert found.headings == ((1, "Hur mår du nu?"),)
    assert "Med vänlig hälsning" in found.heard("P")[-1]
