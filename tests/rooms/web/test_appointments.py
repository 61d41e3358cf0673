"""Uppdrag: who works for the registry, and two of the office who make a log reviewer or a case handler."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from registret.access.queries.logins import seats_of
from registret.access.roles import Role
from registret.accounts.queries import living_account
from tests import cast
from tests.cast import ANNA, BERTIL, DORIS, ERIK, INGRID, Country, person
from tests.rooms.web.client import Browser, text_of

pytestmark = pytest.mark.django_db

HENRIK = person("Henrik", "Vall", "SE2321009991-E00H1V7")
FORM = {
    "role": "case_handler",
    "hsa_id": HENRIK.hsa_id,
    "given_name": "Henrik",
    "surname": "Vall",
    "email": HENRIK.email.text,
}
HOSTILE = "<script>alert('”&amp;')</script>"
LIST, PROPOSE = "/kansliet/uppdrag", "/kansliet/uppdrag/foresla"


@pytest.fixture(scope="module")
def place(module_db: None) -> Country:
    """Doris and Ingrid run the office."""
    now = timezone.now()
    place = cast.country(now - timedelta(days=30))
    cast.appoint_by_program(INGRID, Role.REGISTRY_OFFICE, at=now - timedelta(days=30))
    return place


def proposed() -> int:
    """By Doris, after the question."""
    assert Browser.of(DORIS).post(PROPOSE, FORM | {"ok": "1"}).status_code == 303
    source = Browser.of(INGRID).get(LIST).content.decode()
    return int(source.partition("/kansliet/uppdrag/forslag/")[2].partition("/")[0])


def test_the_list_names_everybody_who_works_for_the_registry_and_nobody_else(place: Country) -> None:
    text = text_of(Browser.of(DORIS).get(LIST))
    for who, what in ((DORIS, "Registerkansli"), (INGRID, "Registerkansli"), (ERIK, "Loggranskare")):
        assert f"{who.name} {who.hsa_id} {what}" in text
    assert BERTIL.name not in text


def test_one_proposes_after_a_question_and_another_confirms_after_a_second_look(place: Country) -> None:
    doris, ingrid = Browser.of(DORIS), Browser.of(INGRID)
    assert "Kontrollera att uppgifterna är rätt" in text_of(doris.post(PROPOSE, FORM))
    address = f"/kansliet/uppdrag/forslag/{proposed()}/bekrafta"
    looked = text_of(ingrid.get(address))
    for said in (HENRIK.name, HENRIK.hsa_id, HENRIK.email.text, "Handläggare av patientärenden", "Doris Lund"):
        assert said in looked
    assert living_account(hsa_id=HENRIK.card.hsa_id) is None
    answer = ingrid.post(address)
    assert answer.status_code == 303
    assert "Henrik Vall är utsedd till handläggare av patientärenden" in text_of(ingrid.get(answer["Location"]))
    cast.confirm_mail(HENRIK, at=timezone.now())
    (seat,) = seats_of(account_id=cast.account_of(HENRIK).id, at=timezone.now())
    assert seat.roles == {Role.CASE_HANDLER}


def test_who_proposed_is_offered_to_take_it_back_and_the_other_to_decide(place: Country) -> None:
    made = proposed()
    own, other = text_of(Browser.of(DORIS).get(LIST)), text_of(Browser.of(INGRID).get(LIST))
    assert "Ta tillbaka Henrik Vall" in own
    assert "Bekräfta … Henrik Vall" not in own
    assert "Bekräfta … Henrik Vall" in other
    assert Browser.of(DORIS).post(f"/kansliet/uppdrag/forslag/{made}/bekrafta").status_code == 403
    assert living_account(hsa_id=HENRIK.card.hsa_id) is None
    assert Browser.of(DORIS).post(f"/kansliet/uppdrag/forslag/{made}/ta-tillbaka").status_code == 303
    assert "Henrik Vall" not in text_of(Browser.of(INGRID).get(LIST))


def test_who_is_called_as_one_at_the_office_is_said_to_be_to_who_proposes_and_who_confirms(place: Country) -> None:
    """It may be the same person with another HSA-id."""
    told = "Namnet är detsamma som hos någon som beslutar: Doris Lund"
    again = FORM | {"given_name": "doris", "surname": "Lund"}
    assert told in text_of(Browser.of(DORIS).post(PROPOSE, again))
    assert told not in text_of(Browser.of(DORIS).post(PROPOSE, FORM))
    assert Browser.of(DORIS).post(PROPOSE, again | {"ok": "1"}).status_code == 303
    ingrid = Browser.of(INGRID)
    number = ingrid.get(LIST).content.decode().partition("/kansliet/uppdrag/forslag/")[2].partition("/")[0]
    assert told in text_of(ingrid.get(f"/kansliet/uppdrag/forslag/{number}/bekrafta"))


def test_declining_wants_a_reason(place: Country) -> None:
    ingrid, address = Browser.of(INGRID), f"/kansliet/uppdrag/forslag/{proposed()}/avsla"
    assert ingrid.post(address, {"reason": ""}).status_code == 422
    assert ingrid.post(address, {"reason": "Känner hen inte"})["Location"] == LIST
    assert "Henrik Vall" not in text_of(ingrid.get(LIST))
    assert ingrid.get(address).status_code == 404


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"role": ""}, "role", "Välj ett uppdrag"),
        ({"role": "registry_office"}, "role", "Välj ett uppdrag i listan"),
        ({"hsa_id": DORIS.hsa_id}, "hsa_id", "Det är ditt eget HSA-id"),
        ({"hsa_id": INGRID.hsa_id}, "hsa_id", "Ingen arbetar på registerkansliet och läser"),
        ({"hsa_id": ERIK.hsa_id, "role": "log_reviewer"}, "hsa_id", "Personen har redan den behörigheten"),
        ({"surname": ""}, "surname", "Skriv efternamnet"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nobody_is_proposed(
    place: Country, changes: dict[str, str], field: str, says: str
) -> None:
    page = Browser.of(DORIS).post(PROPOSE, FORM | changes | {"ok": "1"})
    assert page.status_code == 422
    assert says in text_of(page)
    assert f'href="#{field}"' in page.content.decode()
    assert "Förslag som väntar" not in text_of(Browser.of(INGRID).get(LIST))


def test_whoever_is_alone_at_the_office_is_told_that_nobody_can_confirm(now: datetime) -> None:
    cast.country(now - timedelta(days=30))
    assert "Ingen annan på kansliet kan bekräfta" in text_of(Browser.of(DORIS).get(PROPOSE))


def test_an_old_card_proposes_and_confirms_nobody(place: Country, now: datetime) -> None:
    made, read_at = proposed(), now - timedelta(minutes=61)
    browser, key = Browser(), cast.log_in(INGRID, at=read_at)
    cast.stay_awake(key, since=read_at, until=now)
    browser.take_session(key)
    assert "Visa kortet igen" in text_of(browser.get(PROPOSE))
    assert "Visa kortet igen" in text_of(browser.get(f"/kansliet/uppdrag/forslag/{made}/bekrafta"))
    assert browser.post(PROPOSE, FORM | {"hsa_id": ANNA.hsa_id, "ok": "1"}).status_code == 403
    assert browser.post(f"/kansliet/uppdrag/forslag/{made}/bekrafta").status_code == 403
    assert living_account(hsa_id=HENRIK.card.hsa_id) is None


def test_hostile_names_are_shown_as_text(place: Country) -> None:
    sent = FORM | {"given_name": HOSTILE, "ok": "1"}
    assert Browser.of(DORIS).post(PROPOSE, sent).status_code == 303
    page = Browser.of(INGRID).get(LIST)
    assert "<script>alert" not in page.content.decode()
    made = page.content.decode().partition("/kansliet/uppdrag/forslag/")[2].partition("/")[0]
    for what in ("bekrafta", "avsla"):
        address = f"/kansliet/uppdrag/forslag/{made}/{what}"
        assert "<script>alert" not in Browser.of(INGRID).get(address).content.decode()


def test_the_page_says_how_each_role_is_taken_back() -> None:
    cast.country(timezone.now() - timedelta(days=30))
    text = text_of(Browser.of(DORIS).get("/kansliet/uppdrag"))
    assert "Loggranskare, handläggare av patientärenden och kansliet självt: be driften." in text
    assert "Driften kör: registret dismiss" in text
