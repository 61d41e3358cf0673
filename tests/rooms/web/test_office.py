"""The registry office: which clinics lack an administrator, and making one of the right person."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from registret.access.grants.granting import revoke
from registret.access.queries.administrators import active_administrators
from registret.access.queries.logins import seats_of
from registret.access.roles import Role
from registret.accounts.lifecycle import Authority
from registret.accounts.queries import living_account
from registret.accounts.services import suspend
from registret.ledger.queries import Wanted, entries
from registret.mail.queries import letters_about
from tests import cast
from tests.cast import ANNA, BERTIL, CECILIA, DORIS, ERIK, Country, person
from tests.rooms.web.client import Browser, flat, text_of, token_in

pytestmark = pytest.mark.django_db

HOSTILE = "<script>alert('”&amp;')</script>"
MOA = person("Moa", "Lindqvist", "SE2321009991-E00M5N9")


def form(place: Country, **changes: Any) -> dict[str, Any]:
    moa = {"hsa_id": MOA.hsa_id, "given_name": "Moa", "surname": "Lindqvist", "email": MOA.email.text}
    return moa | {"clinic": place.sydvik} | changes


def administrators(clinic_id: int) -> list[str]:
    return [a.name for a in active_administrators(clinic_id=clinic_id, at=timezone.now())]


# The list


def test_clinics_without_an_administrator_come_first_and_are_marked(place: Country) -> None:
    text = text_of(Browser.of(DORIS).get("/kansliet"))
    assert "1 av 3 kliniker saknar lokal administratör" in text
    assert text.index("Medicinkliniken") < text.index("Infektionskliniken, Norrviks sjukhus")
    assert "Bertil Holm" in text
    assert "Karin Nyberg" in text
    assert "ingen" in text


def test_an_administrator_who_waits_for_the_mail_is_shown_and_does_not_count(place: Country, now: datetime) -> None:
    cast.appoint(MOA, place.medicine, confirmed=False, at=now)
    text = text_of(Browser.of(DORIS).get("/kansliet"))
    assert "1 av 3 kliniker saknar lokal administratör" in text
    assert "Moa Lindqvist väntar på e-post" in text


def test_a_suspended_administrator_is_shown_as_such_and_does_not_count(place: Country, now: datetime) -> None:
    suspend(account_id=cast.account_of(CECILIA).id, reason="Utreds", authority=Authority.OFFICE, by=DORIS.by, at=now)
    text = text_of(Browser.of(DORIS).get("/kansliet"))
    assert "2 av 3 kliniker saknar lokal administratör" in text
    assert "Cecilia Dahl Spärrat" in text


@pytest.mark.parametrize(
    ("words", "there", "not_there"),
    [
        ("medicin", "Medicinkliniken", "Infektionskliniken"),
        ("SYDVIK", "Sydviks sjukhus", "Norrviks sjukhus"),
        ("holm bertil", "Norrviks sjukhus", "Medicinkliniken"),
        ("se2321009983-e00c5d1", "Cecilia Dahl", "Bertil Holm"),
        ("ingenstans", "Ingen klinik passar", "Norrviks sjukhus"),
        (HOSTILE, "Ingen klinik passar", "Norrviks sjukhus"),
    ],
)
def test_the_list_is_searched_by_clinic_region_and_person(
    place: Country, words: str, there: str, not_there: str
) -> None:
    page = Browser.of(DORIS).get("/kansliet", {"q": words})
    found = text_of(page).partition("Kan attestera")[2] or text_of(page)
    assert page.status_code == 200
    assert there in found
    assert not_there not in found
    assert "<script>alert" not in page.content.decode()


def test_a_long_list_is_read_page_by_page(place: Country, now: datetime, bring_clinics: None) -> None:
    browser = Browser.of(DORIS)
    first = page = browser.get("/kansliet")
    assert "Bertil Holm" not in text_of(first)
    titles = text_of(first).count("sjukhus ")
    while after := re.search(r"efter=(\d+)", page.content.decode()):
        page = browser.get(f"/kansliet?efter={after[1]}")
        titles += text_of(page).count("sjukhus ")
    assert titles > 50
    assert "Bertil Holm" in text_of(page)


def test_only_those_without_an_administrator_are_shown_when_asked_for(place: Country) -> None:
    page = Browser.of(DORIS).get("/kansliet?visa=utan")
    found = text_of(page).partition("Kan attestera")[2]
    assert "Utan administratör (1)" in text_of(page)
    assert "Medicinkliniken" in found
    assert "Infektionskliniken" not in found
    assert "Ingen klinik passar" in text_of(Browser.of(DORIS).get("/kansliet?visa=utan&q=sydvik"))


def test_a_clinic_that_got_an_administrator_between_two_pages_loses_nobodys_place(
    place: Country, now: datetime, bring_clinics: None
) -> None:
    browser = Browser.of(DORIS)
    first = browser.get("/kansliet?visa=utan").content.decode()
    after = int(first.rpartition("efter=")[2].partition('"')[0])

    def rest() -> str:
        return browser.get(f"/kansliet?visa=utan&efter={after}").content.decode().partition("<table")[2]

    there = rest().partition("</table>")[0]
    cast.appoint(MOA, after, at=now)
    assert rest().partition("</table>")[0] == there


def test_the_queries_do_not_grow_with_clinics_and_people(
    place: Country, now: datetime, bring_clinics: None, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    browser = Browser.of(DORIS)
    with django_assert_max_num_queries(12) as few:
        browser.get("/kansliet")
    for number in range(8):
        somebody = person(f"Kollega{number}", "Ek", f"SE2321009991-E9{number:04}")
        cast.appoint(somebody, place.medicine, at=now)
    with django_assert_max_num_queries(len(few)):
        browser.get("/kansliet")


@pytest.fixture
def bring_clinics(place: Country, now: datetime) -> None:
    cast.bring_clinics([f"Sjukhus {number} sjukhus" for number in range(60)], at=now)


# Appointing


def test_the_first_click_asks_and_appoints_nobody(place: Country) -> None:
    page = Browser.of(DORIS).post("/kansliet/utse", form(place))
    text = text_of(page)
    assert "Kontrollera att uppgifterna är rätt" in text
    assert MOA.hsa_id in text
    assert "Infektionskliniken, Sydviks sjukhus" in text
    assert administrators(place.sydvik) == ["Cecilia Dahl"]
    assert living_account(hsa_id=MOA.card.hsa_id) is None


def test_who_is_called_as_one_who_decides_is_said_to_be_before_the_appointment(place: Country) -> None:
    told = "Namnet är detsamma som hos någon som beslutar: {}"
    for given_name, surname in (("Doris", "Lund"), ("Cecilia", "Dahl")):
        page = Browser.of(DORIS).post("/kansliet/utse", form(place, given_name=given_name, surname=surname))
        assert told.format(f"{given_name} {surname}") in text_of(page)
    assert "Namnet är detsamma" not in text_of(Browser.of(DORIS).post("/kansliet/utse", form(place)))


def test_change_goes_back_to_the_form_with_everything_in_it(place: Country) -> None:
    page = Browser.of(DORIS).post("/kansliet/utse", form(place, change="1"))
    source = flat(page)
    assert "<dialog open" not in source
    assert f'value="{MOA.hsa_id}"' in source
    assert f'<option value="{place.sydvik}" selected>' in source
    assert living_account(hsa_id=MOA.card.hsa_id) is None


def test_ok_appoints_and_the_office_reads_what_happens_now(place: Country) -> None:
    browser = Browser.of(DORIS)
    answer = browser.post("/kansliet/utse", form(place, ok="1"))
    assert answer.status_code == 303
    text = text_of(browser.get(answer["Location"]))
    assert "Moa Lindqvist är utsedd till lokal administratör på Infektionskliniken, Sydviks sjukhus" in text
    assert "bekräfta e-posten" in text
    moa = cast.account_of(MOA)
    assert {letter.kind for letter in letters_about(account_id=moa.id)} == {"appointed", "confirm_appointed"}
    (entry,) = (e for e in entries(wanted=Wanted(event="grant.appointed")).rows if e.about_account_id == moa.id)
    assert (entry.by_hsa_id, entry.clinic_id) == (DORIS.hsa_id, place.sydvik)
    cast.confirm_mail(MOA, at=timezone.now())
    assert administrators(place.sydvik) == ["Cecilia Dahl", "Moa Lindqvist"]
    assert Browser.of(MOA).get("/attestera").status_code == 200


def test_somebody_with_an_account_keeps_its_name_and_address_and_the_office_is_told(
    place: Country, now: datetime
) -> None:
    browser = Browser.of(DORIS)
    wrong = form(place, hsa_id=BERTIL.hsa_id.lower(), email="moa@regionnorrvik.se")
    text = text_of(browser.post("/kansliet/utse", wrong))
    assert "HSA-id:t hör till Bertil Holm , men du skrev Moa Lindqvist" in text
    assert "bertil.holm@regionnorrvik.se" in text
    browser.post("/kansliet/utse", wrong | {"ok": "1"})
    assert administrators(place.sydvik) == ["Cecilia Dahl", "Bertil Holm"]
    assert cast.account_of(BERTIL).email == BERTIL.email


def test_the_dialog_says_when_the_hsa_id_comes_from_elsewhere_or_the_address_looks_odd(place: Country) -> None:
    sent = form(place, clinic=place.infection, hsa_id="SE2321009983-E00X1X1", email="moa@regionsydvk.se")
    text = text_of(Browser.of(DORIS).post("/kansliet/utse", sent))
    assert "HSA-id:t är utfärdat av Region Sydvik, och kliniken hör till Region Norrvik" in text
    assert "Region Sydvik brukar använda regionsydvik.se" in text


def test_the_clinic_of_the_link_is_chosen_already(place: Country) -> None:
    browser = Browser.of(DORIS)
    chosen = flat(browser.get(f"/kansliet/utse?klinik={place.sydvik}"))
    assert f'<option value="{place.sydvik}" selected>' in chosen
    for spoilt in ("x", "-1", "999999", "9" * 18, HOSTILE):
        page = browser.get("/kansliet/utse", {"klinik": spoilt})
        assert page.status_code == 200
        assert " selected>" not in flat(page)


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"hsa_id": ""}, "hsa_id", "Skriv HSA-id:t"),
        ({"hsa_id": "191212121212"}, "hsa_id", "Skriv hela HSA-id:t"),
        ({"hsa_id": "SE2321009990-E00K4T2"}, "hsa_id", "Skriv hela HSA-id:t"),
        ({"hsa_id": HOSTILE}, "hsa_id", "Skriv hela HSA-id:t"),
        ({"hsa_id": "SE2321009991-" + "E" * 40}, "hsa_id", ""),
        ({"given_name": " "}, "given_name", "Skriv förnamnet"),
        ({"surname": ""}, "surname", "Skriv efternamnet"),
        ({"surname": "x" * 101}, "surname", "högst 100 tecken"),
        ({"surname": "a\0"}, "surname", "inte går att spara"),
        ({"email": ""}, "email", "Skriv e-postadressen"),
        ({"email": "moa@"}, "email", "Skriv hela adressen"),
        ({"clinic": ""}, "clinic", "Välj en klinik"),
        ({"clinic": "0"}, "clinic", "Välj en klinik i listan"),
        ({"clinic": HOSTILE}, "clinic", "Välj en klinik i listan"),
    ],
)
@pytest.mark.parametrize("ok", [{}, {"ok": "1"}])
def test_what_is_wrong_stands_beside_its_field_and_nobody_is_appointed(
    place: Country, changes: dict[str, str], field: str, says: str, ok: dict[str, str]
) -> None:
    page = Browser.of(DORIS).post("/kansliet/utse", form(place, **changes) | ok)
    assert page.status_code == 422
    assert says in text_of(page)
    assert f'href="#{field}"' in page.content.decode()
    assert "<dialog open" not in page.content.decode()
    assert "<script>alert" not in page.content.decode()
    assert administrators(place.sydvik) == ["Cecilia Dahl"]
    assert living_account(hsa_id=MOA.card.hsa_id) is None


def test_nobody_appoints_oneself(place: Country) -> None:
    page = Browser.of(DORIS).post("/kansliet/utse", form(place, hsa_id=DORIS.hsa_id.lower(), ok="1"))
    assert page.status_code == 422
    assert "Det är ditt eget HSA-id" in text_of(page)
    assert administrators(place.sydvik) == ["Cecilia Dahl"]


def test_the_same_person_is_not_appointed_twice(place: Country, now: datetime) -> None:
    browser = Browser.of(DORIS)
    assert browser.post("/kansliet/utse", form(place, ok="1")).status_code == 303
    again = browser.post("/kansliet/utse", form(place, ok="1"))
    assert again.status_code == 422
    assert "Personen har redan den behörigheten" in text_of(again)


def test_a_clinic_that_closed_meanwhile_cannot_be_chosen_and_the_rest_is_kept(place: Country, now: datetime) -> None:
    cast.close_clinic(cast.SYDVIK, at=now)
    page = Browser.of(DORIS).post("/kansliet/utse", form(place, ok="1"))
    assert page.status_code == 422
    assert "Välj en klinik i listan" in text_of(page)
    assert f'value="{MOA.hsa_id}"' in page.content.decode()
    assert living_account(hsa_id=MOA.card.hsa_id) is None


def test_letters_of_the_office_are_limited(place: Country) -> None:
    browser = Browser.of(DORIS)
    answers = []
    for number in range(8):
        sent = form(place, hsa_id=f"SE2321009991-E8{number:04}", ok="1")
        answers.append(browser.post("/kansliet/utse", sent))
    assert [a.status_code for a in answers] == [303] * 7 + [422]
    assert "Det blev för många försök" in text_of(answers[-1])


def test_hostile_names_are_shown_as_text(place: Country) -> None:
    browser = Browser.of(DORIS)
    sent = form(place, given_name=HOSTILE, surname="<b>x</b>")
    assert "<script>alert" not in browser.post("/kansliet/utse", sent).content.decode()
    answer = browser.post("/kansliet/utse", sent | {"ok": "1"})
    assert "<script>alert" not in browser.get(answer["Location"]).content.decode()


# Who must not


@pytest.mark.parametrize("address", ["/kansliet", "/kansliet/utse"])
def test_only_the_office_comes_in(place: Country, now: datetime, address: str) -> None:
    cast.register(ANNA, place.infection, at=now)
    assert Browser().get(address).status_code == 401
    assert Browser().post(address, form(place, ok="1")).status_code in {401, 405}
    for who in (BERTIL, CECILIA, ERIK):
        browser = Browser.of(who)
        assert browser.get(address).status_code == 403
        assert "Kliniker" not in text_of(browser.get("/start"))
    assert Browser.of(ANNA).get(address)["Location"] == "/ansokan"


def test_a_local_administrator_appoints_nobody(place: Country) -> None:
    assert Browser.of(BERTIL).post("/kansliet/utse", form(place, ok="1")).status_code == 403
    assert living_account(hsa_id=MOA.card.hsa_id) is None


def test_an_old_card_appoints_nobody(place: Country, now: datetime) -> None:
    browser = Browser()
    read_at = now - timedelta(minutes=61)
    key = cast.log_in(DORIS, at=read_at)
    cast.stay_awake(key, since=read_at, until=now)
    browser.take_session(key)
    assert "Visa kortet igen" in text_of(browser.get("/kansliet/utse"))
    assert browser.post("/kansliet/utse", form(place, ok="1")).status_code == 403
    assert living_account(hsa_id=MOA.card.hsa_id) is None


def test_an_office_grant_that_was_revoked_a_moment_ago_appoints_nobody(place: Country, now: datetime) -> None:
    cast.appoint_by_program(MOA, Role.REGISTRY_OFFICE, at=now)
    browser = Browser.of(MOA)
    assert browser.get("/kansliet").status_code == 200
    (seat,) = seats_of(account_id=cast.account_of(MOA).id, at=timezone.now())
    revoke(grant_id=seat.grant_id, reason="Har slutat", revoked_by_id=None, by=DORIS.by, at=timezone.now())
    answer = browser.post("/kansliet/utse", form(place, hsa_id=ANNA.hsa_id, ok="1"))
    assert answer.status_code == 303
    assert living_account(hsa_id=ANNA.card.hsa_id) is None


def test_a_form_without_its_token_appoints_nobody(place: Country) -> None:
    browser = Browser.of(DORIS, enforce_csrf_checks=True)
    page = browser.get("/kansliet/utse")
    assert browser.post("/kansliet/utse", form(place, ok="1")).status_code == 403
    assert living_account(hsa_id=MOA.card.hsa_id) is None
    sent = form(place, ok="1", csrfmiddlewaretoken=token_in(page))
    assert browser.post("/kansliet/utse", sent, headers={"Origin": settings.SITE_ORIGIN}).status_code == 303
