"""Waiting for the letter and for the attestation: what stays on the page, and what it says."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from registret.accounts.queries import newest_confirmation
from registret.mail.links import confirmation_code, confirmation_token
from tests import cast
from tests.cast import ANNA, BERTIL, KARIN, Country
from tests.rooms.web.client import Browser, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def country(module_db: None) -> Country:
    return cast.country(timezone.now() - timedelta(hours=2))


@pytest.fixture
def anna(country: Country, now: datetime) -> Browser:
    """She has registered and not confirmed; her card is in."""
    cast.register(ANNA, country.infection, confirmed=False, at=now - timedelta(hours=1))
    return Browser.of(ANNA)


def wrong_code() -> str:
    letter = newest_confirmation(account_id=cast.account_of(ANNA).id)
    assert letter is not None
    return "AAAAAA" if confirmation_code(letter.id, letter.version) != "AAAAAA" else "CCCCCC"


def heading(page: object) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", page.content.decode(), re.DOTALL)  # type: ignore[attr-defined]
    assert found is not None
    return re.sub(r"<[^>]+>", "", found[1])


def test_a_wrong_code_comes_back_on_the_page_where_it_was_typed(anna: Browser) -> None:
    before = anna.get(reverse("almost_done"))
    fields = dict(re.findall(r'<input type="hidden" name="(asked_on)" value="(\w+)">', before.content.decode()))
    page = anna.post(reverse("type_code"), fields | {"code": wrong_code()})
    assert page.status_code == 422
    assert heading(page) == heading(before) == "Nästan klart. Öppna mejlet vi skickade."
    html = page.content.decode()
    assert 'id="code-fel"' in html
    assert f'value="{wrong_code()}"' in html
    assert 'class="trail"' in html
    assert cast.account_of(ANNA).email.text in html
    assert "<title>Fel: " in html


def test_a_wrong_code_of_the_checklist_stays_on_the_checklist(anna: Browser) -> None:
    page = anna.post(reverse("type_code"), {"code": wrong_code()})
    assert page.status_code == 422
    assert heading(page).startswith("Inloggning misslyckades.")
    assert f'value="{wrong_code()}"' in page.content.decode()


def test_a_strange_page_of_origin_changes_nothing(anna: Browser) -> None:
    page = anna.post(reverse("type_code"), {"code": wrong_code(), "asked_on": "../../etc/passwd"})
    assert heading(page).startswith("Inloggning misslyckades.")


def test_the_address_of_the_code_can_be_opened(anna: Browser) -> None:
    page = anna.get(reverse("type_code"))
    assert (page.status_code, page.headers["Location"]) == (303, reverse("application"))


def test_the_link_says_which_address_masked_and_lets_one_log_out(anna: Browser) -> None:
    account = cast.account_of(ANNA)
    letter = newest_confirmation(account_id=account.id)
    assert letter is not None
    address = reverse("confirm", args=[confirmation_token(letter.id, letter.version)])
    hers = anna.get(address).content.decode()
    assert account.email.masked in hers
    assert account.email.text not in hers
    assert reverse("log_out") in hers
    anybodys = Browser().get(address).content.decode()
    assert account.email.masked not in anybodys
    assert reverse("log_out") not in anybodys


def test_who_is_told_stands_in_one_sentence(anna: Browser, now: datetime) -> None:
    cast.confirm_mail(ANNA, at=now)
    said = text_of(anna.get(reverse("confirmed")))
    who = f"{BERTIL.name} och {KARIN.name} på Infektionskliniken, Norrviks sjukhus."
    assert f"Din ansökan har skickats till {who}" in said


def register_form(country: Country, **difference: str) -> dict[str, Any]:
    form: dict[str, Any] = {
        "email": "anna.berg@regionnorrvik.se",
        "clinic": str(country.infection),
        "role": "reporter",
        "sub_registries": ["pneumoni"],
        "secrecy": "on",
    }
    return form | difference


def test_what_was_typed_for_the_clinic_is_still_there_when_it_is_none(country: Country) -> None:
    page = Browser.of(ANNA).post(reverse("register"), register_form(country, clinic="", clinic_typed="Xyz <b>"))
    assert page.status_code == 422
    assert 'data-typed="Xyz &lt;b&gt;"' in page.content.decode()


@pytest.mark.parametrize(
    ("email", "focus"), [("anna.berg@regionnorrvik.se", "ok"), ("anna.berg@regionnorvik.se", "change")]
)
def test_the_dialog_puts_the_focus_on_change_when_it_warns(country: Country, email: str, focus: str) -> None:
    page = Browser.of(ANNA).post(reverse("register"), register_form(country, email=email))
    assert re.findall(r'name="(\w+)" value="1" autofocus', page.content.decode()) == [focus]


def test_after_change_the_focus_is_on_the_address(country: Country) -> None:
    page = Browser.of(ANNA).post(reverse("register"), register_form(country, change="1"))
    assert re.findall(r'<input\s+id="(\w+)"[^>]*\sautofocus', page.content.decode()) == ["email"]
