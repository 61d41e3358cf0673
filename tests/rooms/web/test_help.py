"""Help: found in a hurry, every error at a stable address, and nothing that depends on a case."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, datetime, timedelta

import pytest
from django.conf import settings
from pytest_django import Settings

from registret.kernel.refused import every_refusal
from registret.records.numbers import reserve_formats
from registret.web.help import errors
from registret.words.refusals import REFUSALS, REQUESTS
from tests.cast import BERTIL, Country
from tests.rooms.web.client import Browser, text_of

pytestmark = pytest.mark.django_db

CODES = sorted([*REFUSALS, *REQUESTS])
HELP = ["/hjalp", "/hjalp/kort", "/hjalp/konto", "/hjalp/fel"]
PAGES = [*HELP, "/tillganglighet", "/personuppgifter"]


def browser(language: str = "sv") -> Browser:
    new = Browser()
    new.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    return new


def html_at(address: str, language: str = "sv") -> str:
    page = browser(language).get(address)
    assert page.status_code == 200
    return str(page.content.decode())


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("code", CODES)
def test_every_error_has_a_page_that_needs_no_facts_of_a_case(code: str, language: str) -> None:
    page = browser(language).get(f"/hjalp/fel/{code}")
    text = text_of(page)
    assert page.status_code == 200
    assert code in text
    assert errors.helper(code) in text or language == "en"
    assert "…" not in text
    assert "%(" not in text
    assert "!" not in text


def test_an_unknown_error_has_no_page() -> None:
    for address in ("/hjalp/fel/card.unheard_of", "/hjalp/fel/", "/hjalp/fel/card", "/hjalp/kort/unheard_of"):
        assert browser().get(address).status_code == 404


@pytest.mark.parametrize("name", ["person_id", "card.person_id"])
def test_the_address_of_a_card_error_leads_to_its_page_for_good(name: str) -> None:
    page = browser().get(f"/hjalp/kort/{name}")
    assert (page.status_code, page.headers["Location"]) == (301, "/hjalp/fel/card.person_id")


@pytest.mark.parametrize("code", [code for code in CODES if code.startswith(("card.", "attempt."))])
def test_whatever_is_met_at_the_card_door_has_an_address_there(code: str) -> None:
    page = browser().get(f"/hjalp/kort/{code}", follow=True)
    assert page.status_code == 200
    assert code in text_of(page)


@pytest.mark.parametrize("code", [code for code in CODES if code.startswith("card.")])
def test_the_page_of_a_card_error_says_its_address(code: str) -> None:
    address = f"{settings.SITE_ORIGIN}/hjalp/kort/{code}"
    assert f'<a href="{address}">' in html_at(f"/hjalp/fel/{code}")


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("code", ["card.none", "card.person_id", "card.signing", "card.expired"])
def test_what_can_be_shown_is_shown_in_a_picture(code: str, language: str) -> None:
    assert "<figcaption" in html_at(f"/hjalp/fel/{code}", language)


def test_every_refusal_that_exists_belongs_to_exactly_one_group() -> None:
    prefixes = Counter(prefix for group in errors.GROUPS for prefix in group.prefixes)
    assert set(prefixes.values()) == {1}
    assert {code.partition(".")[0] for code in [*every_refusal(), *REQUESTS]} - {"test"} == set(prefixes)


def test_the_page_of_errors_leads_to_every_error_once() -> None:
    linked = Counter(re.findall(r'href="/hjalp/fel/([^"]+)"', html_at("/hjalp/fel")))
    assert linked == Counter(CODES)


def test_the_sentences_that_users_know_are_found_on_the_help_pages() -> None:
    text = " ".join(text_of(browser().get(address)) for address in HELP)
    for known in (
        "Inloggning misslyckades. Kontot är ej attesterat.",
        "Inloggning misslyckades. E-post är ej bekräftad.",
        "Logga in med SmartCard",
        "Registrera",
        "Ok",
        "HSA-id",
    ):
        assert known in text


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_link_within_a_page_arrives(address: str, language: str) -> None:
    page = html_at(address, language)
    there = re.findall(r' id="([^"]+)"', page)
    assert len(there) == len(set(there))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(there)


def test_the_addresses_that_other_pages_link_to_exist() -> None:
    assert 'id="kontakt"' in html_at("/hjalp")
    assert 'id="sekretess"' in html_at("/personuppgifter")


def test_contacts_are_those_of_the_settings(settings: Settings) -> None:
    settings.CONTACT_MAIL, settings.CONTACT_PHONE = "kansli@registret.example", "08-123 45 67"
    for address in ["/hjalp", "/tillganglighet", "/personuppgifter"]:
        page = html_at(address)
        assert 'href="mailto:kansli@registret.example"' in page
        assert 'href="tel:081234567"' in page


def test_a_registry_without_a_telephone_shows_none(settings: Settings) -> None:
    settings.CONTACT_PHONE = ""
    assert not [address for address in PAGES if "tel:" in html_at(address)]


def test_time_limits_on_the_help_pages_are_those_of_the_settings(settings: Settings) -> None:
    settings.CONFIRMATION_LIFETIME, settings.SESSION_IDLE = timedelta(days=1), timedelta(minutes=20)
    assert "gäller i 1 dag." in text_of(browser().get("/hjalp/konto"))
    assert "på 20 minuter" in text_of(browser().get("/hjalp/kort"))


@pytest.mark.parametrize(
    "anchor", ["hitta", "borja", "fyll-i", "lagg-undan", "signera", "reservnummer", "rapporter", "kontakt"]
)
def test_each_part_of_the_work_has_an_address_in_the_help(anchor: str) -> None:
    assert f'id="{anchor}"' in html_at("/hjalp")


def test_the_help_names_every_kind_of_reserve_number_and_tells_of_the_reports() -> None:
    text = text_of(browser().get("/hjalp"))
    assert all(str(form.name) in text for form in reserve_formats().values())
    assert "Under Rapporter står vad delregistren mäter" in text


def test_the_bar_leads_to_the_help(place: Country) -> None:
    bar = Browser.of(BERTIL).get("/start").content.decode().partition("<main")[0]
    assert 'href="/hjalp"' in bar


def test_the_statement_says_how_to_report_and_who_supervises() -> None:
    text = text_of(browser().get("/tillganglighet"))
    assert settings.CONTACT_MAIL in text
    assert "Digg" in text
    assert "WCAG 2.1" in text


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("language", ["sv", "en"])
def test_nothing_is_shouted(address: str, language: str) -> None:
    assert "!" not in text_of(browser(language).get(address))


@pytest.mark.parametrize("address", [*PAGES, "/hjalp/fel/card.none"])
def test_whoever_is_at_work_stays_under_the_dark_bar(address: str, place: Country) -> None:
    at_work = Browser.of(BERTIL).get(address)
    assert BERTIL.name in text_of(at_work)
    assert 'class="bar"' in at_work.content.decode()
    assert 'class="bar"' not in html_at(address)


def test_help_is_open_when_the_session_is_over(place: Country, now: datetime) -> None:
    forgotten = Browser.of(BERTIL, at=now - timedelta(hours=2)).get("/hjalp")
    assert forgotten.status_code == 200
    assert BERTIL.name not in text_of(forgotten)


def test_a_made_up_session_is_no_reason_to_refuse_help() -> None:
    stranger = Browser()
    stranger.take_session("x" * 5000)
    assert stranger.get("/hjalp").status_code == 200


def test_programs_read_how_weaknesses_are_reported_once_an_operator_has_said_until_when(settings: Settings) -> None:
    assert browser().get("/.well-known/security.txt").status_code == 404
    settings.SECURITY_EXPIRES = date(2027, 3, 31)
    told = browser().get("/.well-known/security.txt")
    assert told.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert told.content.decode().splitlines() == [
        f"Contact: mailto:{settings.CONTACT_MAIL}",
        "Expires: 2027-04-01T00:00:00+02:00",
        "Preferred-Languages: sv, en",
        f"Canonical: {settings.SITE_ORIGIN}/.well-known/security.txt",
    ]
