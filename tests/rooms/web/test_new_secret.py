"""What a new REGISTRET_SECRET_KEY changes for those at work: nothing."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from tests.cast import BERTIL, Country
from tests.rooms.web.client import Browser, token_in

pytestmark = pytest.mark.django_db


def test_a_new_secret_of_django_ends_no_session_and_no_form_that_is_open(place: Country, settings: Settings) -> None:
    browser = Browser.of(BERTIL, enforce_csrf_checks=True)
    token = token_in(browser.get("/konto"))
    settings.SECRET_KEY = "another secret, of more than 32 characters"
    assert browser.get("/start").status_code == 200
    sent = {"language": "sv", "csrfmiddlewaretoken": token}
    assert browser.post("/konto/sprak", sent, HTTP_ORIGIN=settings.SITE_ORIGIN).status_code == 303
