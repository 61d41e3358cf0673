"""Mail that does not arrive is shown to the local administrator, and to the person who can do something about it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from registret.access.applications import attesting
from registret.access.grants.rules import last_possible_day
from registret.access.roles import Role
from registret.mail.models import Letter
from tests import cast
from tests.cast import ANNA, BERTIL, CECILIA, DORIS, Country, Person
from tests.rooms.web.client import Browser, text_of

pytestmark = pytest.mark.django_db
TAG = "mejl kommer inte fram"


def refuse(who: Person, *, at: datetime) -> None:
    """The newest letter to the person comes back."""
    newest = Letter.objects.filter(to_address=who.email.text).order_by("-id").first()
    assert newest is not None
    fate = {"given_up_at": at, "address_refused": True, "last_error": "smtp 550 5.1.1"}
    Letter.objects.filter(id=newest.id).update(attempts=1, attempted_at=at, **fate)


def accept(who: Person, *, at: datetime) -> None:
    waiting = Letter.objects.filter(to_address=who.email.text, sent_at=None, given_up_at=None, superseded_at=None)
    waiting.update(attempts=1, attempted_at=at, sent_at=at)


def at_work(who: Person, place: Country, *, at: datetime) -> None:
    application_id = cast.register(who, place.infection, at=at)
    attesting.attest(
        application_id=application_id,
        role=Role.REPORTER,
        sub_registries=["pneumoni"],
        last_day=last_possible_day(at=at, months=12),
        actor=cast.actor(BERTIL, at=at),
        at=at,
    )


def test_the_local_administrator_and_the_office_see_it_in_personer_and_nobody_elsewhere(
    place: Country, now: datetime
) -> None:
    at_work(ANNA, place, at=now - timedelta(days=2))
    assert TAG not in text_of(Browser.of(BERTIL).get("/personer"))
    refuse(ANNA, at=now)
    anna = cast.account_of(ANNA).id
    for browser, path in (
        (Browser.of(BERTIL), "/personer"),
        (Browser.of(BERTIL), f"/personer/{anna}"),
        (Browser.of(DORIS), f"/personer?klinik={place.infection}"),
    ):
        assert TAG in text_of(browser.get(path)), path
    person = text_of(Browser.of(BERTIL).get(f"/personer/{anna}"))
    assert "adressen finns inte (550 5.1.1)" in person
    assert "Be personen rätta adressen" in person
    assert TAG not in text_of(Browser.of(CECILIA).get("/personer"))


def test_the_support_sees_it_in_the_list_and_on_the_page(place: Country, now: datetime) -> None:
    sune = cast.person("Sune", "Åberg", "SE2321009991-E00S1A3")
    cast.appoint_by_program(sune, Role.SUPPORT, at=now - timedelta(days=2))
    at_work(ANNA, place, at=now - timedelta(days=2))
    address = f"/support/{cast.account_of(ANNA).id}"
    for path in ("/support?q=anna", address):
        assert TAG not in text_of(Browser.of(sune).get(path)), path
    refuse(ANNA, at=now)
    for path in ("/support?q=anna", address):
        text = text_of(Browser.of(sune).get(path))
        assert TAG in text, path
        assert "adressen finns inte (550 5.1.1)" in text, path
    page = text_of(Browser.of(sune).get(address))
    assert "a•••@" not in page, "the own address is written in one way"


def test_the_person_reads_it_on_the_start_page_until_a_letter_is_accepted(place: Country, now: datetime) -> None:
    at_work(ANNA, place, at=now - timedelta(days=2))
    refuse(ANNA, at=now - timedelta(hours=1))
    page = Browser.of(ANNA).get("/start")
    assert "Mejl till dig kommer inte fram" in text_of(page)
    assert ANNA.email.text in text_of(page)
    assert 'href="/konto/e-post"' in page.content.decode()
    assert Browser.of(ANNA).get("/konto/e-post").status_code == 200
    assert "Mejl till dig" not in text_of(Browser.of(BERTIL).get("/start"))
    accept(ANNA, at=now)
    assert "Mejl till dig" not in text_of(Browser.of(ANNA).get("/start"))


def test_whoever_waits_reads_it_at_login_and_can_change_the_address_which_takes_it_back(
    place: Country, now: datetime
) -> None:
    cast.register(ANNA, place.infection, confirmed=False, at=now - timedelta(hours=1))
    refuse(ANNA, at=now)
    anna = Browser.of(ANNA)
    for path in ("/ansokan", "/nastan-klart"):
        page = anna.get(path)
        assert "adressen finns inte" in text_of(page), path
        assert "/ansokan/adress" in page.content.decode(), path
    anna.post("/ansokan/adress", {"email": "anna.b@regionnorrvik.se", "ok": "1"})
    assert "adressen finns inte" not in text_of(anna.get("/ansokan"))


def test_the_administrator_sees_it_where_the_address_of_an_applicant_can_be_mended(
    place: Country, now: datetime
) -> None:
    application_id = cast.register(ANNA, place.infection, confirmed=False, at=now - timedelta(hours=1))
    refuse(ANNA, at=now)
    text = text_of(Browser.of(BERTIL).get(f"/attestera/{application_id}"))
    assert TAG in text
    assert "Rätta adressen och skicka igen" in text


def test_somebody_confirmed_who_has_no_right_reads_it_too(place: Country, now: datetime) -> None:
    cast.register(ANNA, place.infection, at=now - timedelta(hours=1))
    refuse(ANNA, at=now)
    anna = Browser.of(ANNA)
    page = anna.get("/ansokan")
    assert "Mejl till dig kommer inte fram" in text_of(page)
    assert 'href="/konto/e-post"' in page.content.decode()
    assert anna.get("/konto/e-post").status_code == 200
