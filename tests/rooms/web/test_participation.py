"""Anslutning: the office's page of a clinic."""

from __future__ import annotations

import pytest

from registret.access.grants.participation import left_out
from registret.registries.queries import open_for_entry, sub_registries
from registret.registries.vocabulary import RegistryState
from tests.cast import BERTIL, DORIS, Country
from tests.rooms.web.client import Browser, text_of

pytestmark = pytest.mark.django_db


def test_the_office_decides_with_a_reason_and_the_page_says_who(place: Country) -> None:
    browser = Browser.of(DORIS)
    address = f"/kansliet/kliniker/{place.infection}"
    assert text_of(browser.get(address)).count("inte ansluten") == 0
    wrong = browser.post(address, {})
    assert wrong.status_code == 422
    for text in ("Välj delregister", "Välj om kliniken ska vara ansluten", "Skriv varför"):
        assert text in text_of(wrong)
    sent = {"sub_registry": "sepsis", "takes_part": "no", "reason": "Avtalet är <b>uppsagt</b>"}
    assert browser.post(address, sent).status_code == 303
    page = browser.get(address)
    assert "inte ansluten" in text_of(page)
    assert "Avtalet är &lt;b&gt;uppsagt&lt;/b&gt;" in page.content.decode()
    assert left_out(place.infection) == {"sepsis"}
    again = browser.post(address, sent)
    assert again.status_code == 422
    assert "Det är redan så" in text_of(again)


def test_what_is_closed_for_entry_is_shown_as_closed_and_not_decided_about(place: Country) -> None:
    browser = Browser.of(DORIS)
    address = f"/kansliet/kliniker/{place.infection}"
    page = browser.get(address)
    closed = [one for one in sub_registries() if one.state is RegistryState.CLOSED]
    assert closed
    for one in closed:
        assert f"{one.name} stängt" in text_of(page)
        assert f'value="{one.code}"' not in page.content.decode()
        sent = {"sub_registry": one.code, "takes_part": "no", "reason": "Avtalet är slut"}
        assert browser.post(address, sent).status_code == 422
    assert left_out(place.infection) == frozenset()
    assert [one.name for one in open_for_entry() if f"{one.name} ansluten" not in text_of(page)] == []


def test_nobody_else_sees_the_page_and_a_clinic_that_is_not_there_has_none(place: Country) -> None:
    assert Browser.of(BERTIL).get(f"/kansliet/kliniker/{place.infection}").status_code == 403
    assert Browser.of(DORIS).get("/kansliet/kliniker/0").status_code == 404
