"""Att attestera, page by page: who sees what, what a decision does, and above all what must not happen."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from registret.access.applications.account_end import end_account
from registret.access.applications.applying import apply, withdraw
from registret.access.grants.granting import revoke
from registret.access.grants.rules import last_possible_day
from registret.access.lifecycle import ApplicationState
from registret.access.queries.applications import application_for
from registret.access.queries.logins import seats_of, standing_of
from registret.access.roles import Role
from registret.access.scheduled.clock import Clock
from registret.access.scheduled.escalation import escalate
from registret.kernel.by import By
from registret.kernel.identifiers import EmailAddress
from registret.ledger.queries import Wanted, entries
from registret.mail.queries import letters_about
from tests import cast
from tests.cast import ANNA, BERTIL, CECILIA, DORIS, ERIK, INGRID, KARIN, Country, Person, person
from tests.rooms.web.client import Browser, text_of, token_in

pytestmark = pytest.mark.django_db

HOSTILE = "<script>alert('”&amp;')</script>{{ 7|add:7 }}{% now 'Y' %}"


@pytest.fixture
def annas(place: Country, now: datetime) -> int:
    """Anna's application, confirmed, four days old."""
    return cast.register(ANNA, place.infection, message="Ny ST-läkare sedan 1 november.", at=now - timedelta(days=4))


def form(now: datetime, **changes: Any) -> dict[str, Any]:
    last_day = last_possible_day(at=now, months=12).isoformat()
    return {"role": "reporter", "sub_registries": ["pneumoni"], "last_day": last_day} | changes


def colleague(number: int) -> Person:
    return person(f"Kollega{number}", "Ek", f"SE2321009991-E9{number:04}")


def state_of(application_id: int, who: Person, now: datetime) -> ApplicationState:
    return application_for(actor=cast.actor(who, at=now), application_id=application_id, at=now).state


# The list


def test_the_list_shows_the_oldest_first_and_apart_those_who_have_not_confirmed(annas: int, place: Country) -> None:
    now = timezone.now()
    cast.register(colleague(1), place.infection, at=now - timedelta(days=1))
    cast.register(colleague(2), place.infection, confirmed=False, at=now - timedelta(days=2))
    text = text_of(Browser.of(BERTIL).get("/attestera"))
    assert text.index("Anna Berg") < text.index("Kollega1 Ek") < text.index("Går inte att attestera än")
    assert text.index("Går inte att attestera än") < text.index("Kollega2 Ek")
    assert "Väntar på dig 2" in text
    assert "länken gäller till" in text


def test_junk_that_is_never_confirmed_does_not_hide_those_who_wait(place: Country, now: datetime) -> None:
    for number in range(55):
        cast.register(colleague(number), place.infection, confirmed=False, at=now - timedelta(hours=60 - number))
    cast.register(ANNA, place.infection, at=now)
    page = Browser.of(BERTIL).get("/attestera")
    assert "Anna Berg" in text_of(page)
    assert "?ej=" in page.content.decode()


def test_the_list_is_read_page_by_page(place: Country, now: datetime) -> None:
    ids = [cast.register(colleague(n), place.infection, at=now - timedelta(hours=70 - n)) for n in range(52)]
    browser = Browser.of(BERTIL)
    first, second = browser.get("/attestera"), browser.get(f"/attestera?efter={ids[49]}")
    assert "Kollega49 Ek" in text_of(first)
    assert "Kollega50 Ek" not in text_of(first)
    assert f"?efter={ids[49]}" in first.content.decode()
    assert "Kollega49 Ek" not in text_of(second)
    assert "Kollega51 Ek" in text_of(second)


def test_the_queries_of_list_and_item_do_not_grow_with_the_rows(
    annas: int, place: Country, now: datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    cast.register(colleague(99), place.infection, confirmed=False, at=now)
    browser = Browser.of(BERTIL)
    browser.get("/attestera")
    with django_assert_max_num_queries(20) as few:
        browser.get("/attestera")
    with django_assert_max_num_queries(21) as one:
        browser.get(f"/attestera/{annas}")
    for number in range(12):
        cast.register(colleague(number), place.infection, confirmed=number % 2 == 0, at=now)
    with django_assert_max_num_queries(len(few)):
        browser.get("/attestera")
    with django_assert_max_num_queries(len(one)):
        browser.get(f"/attestera/{annas}")


@pytest.mark.parametrize("query", ["efter=x", "efter=-1", "efter=" + "9" * 18, "ej=%00", "klart=0", "klart=999999"])
def test_a_spoilt_address_of_the_list_is_answered_with_a_list(place: Country, query: str) -> None:
    assert Browser.of(BERTIL).get(f"/attestera?{query}").status_code == 200


# One application


def test_an_item_shows_the_facts_and_is_preset_to_what_was_asked_for(annas: int, now: datetime) -> None:
    page = Browser.of(BERTIL).get(f"/attestera/{annas}")
    text, source = text_of(page), " ".join(page.content.decode().split())
    assert "SE2321009991-E00K4T2" in text
    assert "samma vårdgivare som kliniken" in text
    assert "anna.berg@regionnorrvik.se bekräftad" in text
    assert "Ny ST-läkare sedan 1 november." in text
    own = last_possible_day(at=now - timedelta(days=30), months=24)
    assert f'value="{own.isoformat()}"' in source, "as long as Bertil's own right lasts"
    assert 'value="pneumoni" checked' in source
    assert 'value="sepsis" checked' not in source


def test_a_card_of_another_care_provider_is_a_fact_and_not_a_warning(place: Country, now: datetime) -> None:
    hired = person("Hyr", "Läkare", "SE2321009983-E00H1R1", organisation="Region Sydvik")
    application_id = cast.register(hired, place.infection, at=now)
    page = Browser.of(BERTIL).get(f"/attestera/{application_id}")
    assert "annan vårdgivare än kliniken" in text_of(page)
    assert "hyrläkare" in text_of(page)
    assert "tag warn" not in page.content.decode()
    assert "Attestera" in text_of(page)


def test_an_item_says_how_long_the_card_still_allows_attesting(annas: int, now: datetime) -> None:
    browser = Browser()
    read_at = now - timedelta(minutes=12, seconds=5)
    browser.take_session(cast.log_in(BERTIL, at=read_at))
    text = text_of(browser.get(f"/attestera/{annas}"))
    assert "Ditt kort lästes för 12 minuter sedan. Du kan attestera i 48 minuter till." in text


def test_a_card_that_was_just_read_allows_attesting_for_an_hour(annas: int) -> None:
    text = text_of(Browser.of(BERTIL).get(f"/attestera/{annas}"))
    assert "Ditt kort lästes nyss. Du kan attestera i 60 minuter till." in text


# Attesting


def test_an_attested_applicant_has_what_the_form_said_and_is_told(annas: int, place: Country, now: datetime) -> None:
    browser = Browser.of(BERTIL)
    until = (timezone.localdate(now) + timedelta(days=90)).isoformat()
    sent = form(now, role="reader", sub_registries=["pneumoni", "sepsis"], last_day=until)
    answer = browser.post(f"/attestera/{annas}", sent)
    assert answer.status_code == 303
    assert answer["Location"] == f"/attestera?klart={annas}"
    (seat,) = standing_of(hsa_id=ANNA.card.hsa_id, at=now + timedelta(minutes=1)).seats
    assert seat.clinic_id == place.infection
    assert seat.rights == {(Role.READER, "pneumoni"), (Role.READER, "sepsis")}
    assert timezone.localdate(seat.ends_at).isoformat() == (date.fromisoformat(until) + timedelta(days=1)).isoformat()
    text = text_of(browser.get(answer["Location"]))
    assert "Anna Berg är attesterad som läsare till och med" in text
    assert "Senast avgjorda" in text
    assert letters_about(account_id=cast.account_of(ANNA).id)[0].kind == "attested"


def test_who_attested_when_stands_on_the_item_afterwards(annas: int, now: datetime) -> None:
    Browser.of(BERTIL).post(f"/attestera/{annas}", form(now))
    page = Browser.of(KARIN).get(f"/attestera/{annas}")
    assert "Attesterad" in text_of(page)
    assert "av Bertil Holm" in text_of(page)
    assert 'name="last_day"' not in page.content.decode()
    assert "Avslå …" not in text_of(page)


def test_the_decision_is_in_the_log_with_its_author_and_clinic(annas: int, place: Country, now: datetime) -> None:
    Browser.of(BERTIL).post(f"/attestera/{annas}", form(now))
    (entry,) = entries(wanted=Wanted(event="application.attest")).rows
    assert (entry.by_hsa_id, entry.about_hsa_id, entry.clinic_id) == (BERTIL.hsa_id, ANNA.hsa_id, place.infection)


def test_a_second_click_is_answered_like_the_first_and_decides_nothing(annas: int, now: datetime) -> None:
    browser = Browser.of(BERTIL)
    first, second = (browser.post(f"/attestera/{annas}", form(now)) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert len(entries(wanted=Wanted(event="application.attest")).rows) == 1


def test_somebody_who_comes_second_learns_who_was_first(annas: int, now: datetime) -> None:
    Browser.of(BERTIL).post(f"/attestera/{annas}", form(now))
    late = Browser.of(KARIN).post(f"/attestera/{annas}/avsla", {"reason": "Känner inte personen"})
    assert late.status_code == 409
    assert "Bertil Holm har redan tagit ställning" in text_of(late)
    assert state_of(annas, KARIN, now) is ApplicationState.ATTESTED


def test_attesting_after_declining_is_no_second_click(annas: int, now: datetime) -> None:
    browser = Browser.of(BERTIL)
    browser.post(f"/attestera/{annas}/avsla", {"reason": "Känner inte personen"})
    assert browser.post(f"/attestera/{annas}", form(now)).status_code == 409
    assert seats_of(account_id=cast.account_of(ANNA).id, at=timezone.now()) == ()


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"last_day": "2020-01-01"}, "last_day", "1 januari 2020 har redan varit"),
        ({"last_day": "9999-12-31"}, "last_day", "31 december 9999 är för långt fram. Senast är"),
        ({"last_day": "0001-01-01"}, "last_day", "har redan varit"),
        ({"last_day": ""}, "last_day", "Skriv den sista dagen"),
        ({"last_day": "2027-02-30"}, "last_day", "30 februari 2027 finns inte"),
        ({"last_day": HOSTILE}, "last_day", "Det går inte att läsa som ett datum"),
        ({"role": "local_administrator"}, "role", "Välj en av rollerna"),
        ({"role": HOSTILE}, "role", "Välj en av rollerna"),
        ({"role": ""}, "role", "Välj en roll"),
        ({"sub_registries": []}, "sub_registries", "Välj minst ett delregister"),
        ({"sub_registries": ["malaria"]}, "sub_registries", "Välj minst ett av delregistren"),
        ({"sub_registries": ["pneumoni", HOSTILE]}, "sub_registries", "Välj minst ett av delregistren"),
    ],
)
def test_what_cannot_be_given_stands_beside_its_field_and_nothing_happens(
    annas: int, now: datetime, changes: dict[str, Any], field: str, says: str
) -> None:
    page = Browser.of(BERTIL).post(f"/attestera/{annas}", form(now, **changes))
    assert page.status_code == 422
    assert says in text_of(page)
    assert f'href="#{field}"' in page.content.decode()
    assert f'id="{field}"' in page.content.decode()
    assert "<script>alert" not in page.content.decode()
    assert state_of(annas, BERTIL, now) is ApplicationState.WAITING


def test_a_form_that_was_wrong_keeps_what_was_chosen(annas: int, now: datetime) -> None:
    sent = form(now, role="report_reader", sub_registries=["endokardit"], last_day="2020-01-01")
    source = " ".join(Browser.of(BERTIL).post(f"/attestera/{annas}", sent).content.decode().split())
    assert 'value="report_reader" checked' in source
    assert 'value="endokardit" checked' in source
    assert 'value="2020-01-01"' in source


def test_an_empty_form_is_an_error_and_no_attestation(annas: int, now: datetime) -> None:
    assert Browser.of(BERTIL).post(f"/attestera/{annas}", {}).status_code == 422
    assert state_of(annas, BERTIL, now) is ApplicationState.WAITING


def test_the_role_that_somebody_has_already_is_not_given_twice(annas: int, place: Country, now: datetime) -> None:
    Browser.of(BERTIL).post(f"/attestera/{annas}", form(now, sub_registries=["pneumoni", "sepsis"]))
    again = cast.apply_again(ANNA, place.infection, at=timezone.now())
    page = Browser.of(KARIN).post(f"/attestera/{again}", form(now))
    assert page.status_code == 422
    assert "Personen har redan den behörigheten" in text_of(page)


# Declining


def test_a_declined_applicant_reads_the_reason(annas: int, now: datetime) -> None:
    browser = Browser.of(BERTIL)
    answer = browser.post(f"/attestera/{annas}/avsla", {"reason": "Du arbetar på Medicinkliniken.\r\nSök där."})
    assert answer["Location"] == f"/attestera?klart={annas}"
    assert "Ansökan från Anna Berg är avslagen" in text_of(browser.get(answer["Location"]))
    assert "Du arbetar på Medicinkliniken. Sök där." in text_of(Browser.of(ANNA).get("/ansokan"))


@pytest.mark.parametrize(
    ("reason", "says"),
    [
        ("", "Skriv varför"),
        (" \r\n\t ", "Skriv varför"),
        ("x" * 501, "högst 500 tecken"),
        ("a\0b", "inte går att spara"),
    ],
)
def test_a_decline_needs_a_reason_that_can_be_kept(annas: int, now: datetime, reason: str, says: str) -> None:
    page = Browser.of(BERTIL).post(f"/attestera/{annas}/avsla", {"reason": reason})
    assert page.status_code == 422
    assert says in text_of(page)
    assert 'href="#reason"' in page.content.decode()
    assert state_of(annas, BERTIL, now) is ApplicationState.WAITING


def test_a_reason_is_as_long_as_the_browser_counts_it(annas: int, now: datetime) -> None:
    reason = ("x" * 49 + "\r\n") * 10
    assert Browser.of(BERTIL).post(f"/attestera/{annas}/avsla", {"reason": reason}).status_code == 303


# Who must not


def test_an_administrator_elsewhere_finds_no_such_application(annas: int, now: datetime) -> None:
    browser = Browser.of(CECILIA)
    assert "Anna Berg" not in text_of(browser.get("/attestera"))
    for address in (f"/attestera/{annas}", f"/attestera/{annas}/avsla", f"/attestera/{annas}/adress"):
        assert browser.get(address).status_code == 404
        assert browser.post(address, form(now, reason="x", email="a@b.se")).status_code == 404
    assert state_of(annas, BERTIL, now) is ApplicationState.WAITING
    assert "Anna Berg" not in text_of(browser.get(f"/attestera?klart={annas}"))


def test_an_application_that_does_not_exist_is_answered_like_one_elsewhere(annas: int) -> None:
    browser = Browser.of(CECILIA)
    there, nowhere = browser.get(f"/attestera/{annas}"), browser.get("/attestera/99999999999999999999")
    assert (there.status_code, nowhere.status_code) == (404, 404)
    assert "Anna" not in there.content.decode()


@pytest.mark.parametrize("address", ["/attestera", "/attestera/1", "/attestera/1/avsla", "/attestera/1/adress"])
def test_a_reporter_and_a_log_reviewer_may_not(annas: int, now: datetime, address: str) -> None:
    Browser.of(BERTIL).post(f"/attestera/{annas}", form(now))
    for who in (ANNA, ERIK):
        browser = Browser.of(who)
        assert browser.get(address).status_code == 403
        assert "Att attestera" not in text_of(browser.get("/start"))


@pytest.mark.parametrize("address", ["/attestera", "/attestera/1", "/attestera/1/avsla", "/attestera/1/adress"])
def test_nobody_comes_in_without_a_session(place: Country, address: str) -> None:
    assert Browser().get(address).status_code == 401


def test_whoever_waits_for_attestation_cannot_attest(annas: int, now: datetime) -> None:
    answer = Browser.of(ANNA).post(f"/attestera/{annas}", form(now))
    assert (answer.status_code, answer["Location"]) == (303, "/ansokan")
    assert state_of(annas, BERTIL, now) is ApplicationState.WAITING


def test_nobody_attests_oneself(place: Country, now: datetime) -> None:
    own = cast.apply_again(BERTIL, place.infection, at=now)
    browser = Browser.of(BERTIL)
    assert "Bertil Holm" not in text_of(browser.get("/attestera")).partition("Logga ut")[2]
    page = browser.get(f"/attestera/{own}")
    assert "din egen ansökan" in text_of(page)
    assert 'name="last_day"' not in page.content.decode()
    for answer in (
        browser.post(f"/attestera/{own}", form(now)),
        browser.post(f"/attestera/{own}/avsla", {"reason": "x"}),
        browser.post(f"/attestera/{own}/adress", {"email": "bertil@regionnorrvik.se"}),
    ):
        assert answer.status_code == 403
        assert "Ingen attesterar sig själv" in text_of(answer)
    assert browser.get(f"/attestera/{own}/avsla").status_code == 303
    assert state_of(own, KARIN, now) is ApplicationState.WAITING


def test_a_card_that_was_read_more_than_an_hour_ago_decides_nothing(annas: int, now: datetime) -> None:
    browser = Browser()
    read_at = now - timedelta(minutes=61)
    key = cast.log_in(BERTIL, at=read_at)
    cast.stay_awake(key, since=read_at, until=now)
    browser.take_session(key)
    shown = browser.get(f"/attestera/{annas}")
    assert "Visa kortet igen" in text_of(shown)
    for answer in (
        browser.post(f"/attestera/{annas}", form(now)),
        browser.post(f"/attestera/{annas}/avsla", {"reason": "x"}),
        browser.post(f"/attestera/{annas}/adress", {"email": "anna@regionnorrvik.se"}),
    ):
        assert answer.status_code == 403
        assert "Logga in igen för att fortsätta" in text_of(answer)
    assert state_of(annas, BERTIL, now) is ApplicationState.WAITING


def test_an_administrator_whose_grant_was_revoked_a_moment_ago_is_out_at_the_next_click(
    annas: int, place: Country, now: datetime
) -> None:
    browser = Browser.of(BERTIL)
    assert browser.get(f"/attestera/{annas}").status_code == 200
    (seat,) = seats_of(account_id=cast.account_of(BERTIL).id, at=now)
    revoke(grant_id=seat.grant_id, reason="Har slutat", revoked_by_id=None, by=DORIS.by, at=timezone.now())
    answer = browser.post(f"/attestera/{annas}", form(now))
    assert (answer.status_code, answer["Location"]) == (303, "/ansokan")
    assert state_of(annas, KARIN, now) is ApplicationState.WAITING


def test_a_form_without_its_token_decides_nothing(annas: int, now: datetime) -> None:
    browser = Browser.of(BERTIL, enforce_csrf_checks=True)
    page = browser.get(f"/attestera/{annas}")
    assert browser.post(f"/attestera/{annas}", form(now)).status_code == 403
    token = {"csrfmiddlewaretoken": token_in(page)}
    headers = {"Origin": settings.SITE_ORIGIN}
    assert browser.post(f"/attestera/{annas}", form(now) | token, headers=headers).status_code == 303


# Not ready, gone, closed


def test_an_unconfirmed_address_can_be_mended_but_never_confirmed(place: Country, now: datetime) -> None:
    wrong = EmailAddress.parse("anna.berg@regionnorvik.se")
    waiting = cast.register(ANNA, place.infection, email=wrong, confirmed=False, at=now - timedelta(days=1))
    browser = Browser.of(BERTIL)
    page = browser.get(f"/attestera/{waiting}")
    assert "Går inte att attestera än" in text_of(page)
    assert "Region Norrvik brukar använda regionnorrvik.se" in text_of(page)
    assert 'name="last_day"' not in page.content.decode()
    answer = browser.post(f"/attestera/{waiting}/adress", {"email": "Anna.Berg@RegionNorrvik.se"})
    assert answer["Location"] == f"/attestera/{waiting}"
    row = application_for(actor=cast.actor(BERTIL, at=now), application_id=waiting, at=now)
    assert (row.email, row.mail_confirmed_at) == ("anna.berg@regionnorrvik.se", None)
    assert browser.post(f"/attestera/{waiting}", form(now)).status_code == 409
    assert browser.post(f"/attestera/{waiting}/avsla", {"reason": "x"}).status_code == 409
    cast.confirm_mail(ANNA, at=timezone.now())
    assert browser.post(f"/attestera/{waiting}", form(now)).status_code == 303


@pytest.mark.parametrize("address", ["", "x", "a@b@c", "å@regionnorrvik.se", "a@b.se\0", HOSTILE, "a" * 300 + "@b.se"])
def test_an_address_that_is_none_stands_beside_its_field(place: Country, now: datetime, address: str) -> None:
    waiting = cast.register(ANNA, place.infection, confirmed=False, at=now)
    page = Browser.of(BERTIL).post(f"/attestera/{waiting}/adress", {"email": address})
    assert page.status_code == 422
    assert 'href="#email"' in page.content.decode()
    assert 'name="last_day"' not in page.content.decode()
    assert "<script>alert" not in page.content.decode()


def test_a_confirmed_address_is_not_changed_by_anybody_else(annas: int, now: datetime) -> None:
    browser = Browser.of(BERTIL)
    answer = browser.post(f"/attestera/{annas}/adress", {"email": "bertil.holm@regionnorrvik.se"})
    assert answer["Location"] == f"/attestera/{annas}"
    assert cast.account_of(ANNA).email == ANNA.email
    assert 'name="email"' not in browser.get(f"/attestera/{annas}").content.decode()


def test_letters_to_an_address_are_limited_for_administrators_too(place: Country, now: datetime) -> None:
    waiting = cast.register(ANNA, place.infection, confirmed=False, at=now - timedelta(hours=3))
    browser = Browser.of(BERTIL)
    answers = [browser.post(f"/attestera/{waiting}/adress", {"email": ANNA.email.text}) for _ in range(7)]
    assert {a.status_code for a in answers} == {303, 422}
    assert "Det blev för många försök" in text_of(answers[-1])


def test_the_address_of_a_withdrawn_application_is_left_alone(place: Country, now: datetime) -> None:
    gone = cast.register(ANNA, place.infection, confirmed=False, at=now)
    withdraw(account_id=cast.account_of(ANNA).id, by=ANNA.by, at=now)
    browser = Browser.of(BERTIL)
    assert browser.post(f"/attestera/{gone}/adress", {"email": "x@regionnorrvik.se"}).status_code == 303
    assert cast.account_of(ANNA).email == ANNA.email
    assert "Tillbakadragen" in text_of(browser.get(f"/attestera/{gone}"))


def test_a_withdrawn_application_is_not_attested(annas: int, now: datetime) -> None:
    withdraw(account_id=cast.account_of(ANNA).id, by=ANNA.by, at=now)
    assert Browser.of(BERTIL).post(f"/attestera/{annas}", form(now)).status_code == 409
    assert seats_of(account_id=cast.account_of(ANNA).id, at=timezone.now()) == ()


def test_an_application_of_an_account_that_ended_is_not_attested(annas: int, now: datetime) -> None:
    end_account(account_id=cast.account_of(ANNA).id, reason="Slutat", by=By.of_program("test"), at=now)
    browser = Browser.of(BERTIL)
    assert "Anna Berg" not in text_of(browser.get("/attestera"))
    assert browser.post(f"/attestera/{annas}", form(now)).status_code == 409


def test_an_application_to_a_clinic_that_closed_is_declined_and_not_attested(annas: int, now: datetime) -> None:
    browser = Browser.of(BERTIL)
    open_page = browser.get(f"/attestera/{annas}")
    assert "Kliniken är stängd" not in text_of(open_page)
    cast.close_clinic(cast.INFECTION, at=timezone.now())
    refused = browser.post(f"/attestera/{annas}", form(now))
    assert refused.status_code == 422
    assert "Kliniken är stängd i registret" in text_of(refused)
    assert seats_of(account_id=cast.account_of(ANNA).id, at=timezone.now()) == ()
    assert browser.post(f"/attestera/{annas}/avsla", {"reason": "Sök hos Medicin."}).status_code == 303


# The registry office


def test_the_office_sees_only_applications_that_nobody_else_can_decide(annas: int, place: Country) -> None:
    now = timezone.now()
    cast.appoint_by_program(INGRID, Role.REGISTRY_OFFICE, at=now)
    lonely = cast.register(colleague(1), place.medicine, at=now)
    browser = Browser.of(DORIS)
    text = text_of(browser.get("/attestera"))
    assert "Kollega1 Ek" in text
    assert "Medicinkliniken, Norrviks sjukhus" in text
    assert "Anna Berg" not in text
    assert browser.get(f"/attestera/{annas}").status_code == 404
    assert browser.post(f"/attestera/{annas}", form(now)).status_code == 404
    item = browser.get(f"/attestera/{lonely}")
    assert "ingen som kan attestera" in text_of(item)
    assert f"/kansliet/utse?klinik={place.medicine}" in item.content.decode()


def test_the_office_is_told_who_let_an_application_wait_and_not_that_nobody_is_there(
    annas: int, place: Country, now: datetime
) -> None:
    cast.appoint_by_program(INGRID, Role.REGISTRY_OFFICE, at=now)
    lonely = cast.register(colleague(1), place.medicine, at=now)
    browser = Browser.of(DORIS)
    escalated = [done.subject for done in escalate(Clock(at=now + timedelta(days=4)))]
    assert escalated == [f"application {annas}"]
    rows = text_of(browser.get("/attestera"))
    assert "Infektionskliniken, Norrviks sjukhus · ingen där har tagit ställning" in rows
    assert "Medicinkliniken, Norrviks sjukhus · ingen där kan attestera" in rows
    waited, alone = text_of(browser.get(f"/attestera/{annas}")), text_of(browser.get(f"/attestera/{lonely}"))
    assert "fast någon kan: Bertil Holm, Karin Nyberg" in waited
    assert "ingen som kan attestera" not in waited
    assert "ingen som kan attestera" in alone


def test_an_administrator_who_applies_alone_is_nobody_who_could_attest_it(place: Country, now: datetime) -> None:
    cast.appoint_by_program(INGRID, Role.REGISTRY_OFFICE, at=now)
    cast.appoint(colleague(1), place.medicine, at=now)
    own = apply(
        account_id=cast.account_of(colleague(1)).id,
        clinic_id=place.medicine,
        role=Role.REPORTER,
        sub_registries=["pneumoni"],
        message="",
        by=colleague(1).by,
        at=now,
    )
    assert "ingen som kan attestera" in text_of(Browser.of(DORIS).get(f"/attestera/{own}"))


def test_the_office_attests_and_still_sees_what_it_did_when_the_clinic_has_an_administrator_again(
    place: Country, now: datetime
) -> None:
    cast.appoint_by_program(INGRID, Role.REGISTRY_OFFICE, at=now)
    lonely = cast.register(ANNA, place.medicine, at=now)
    browser = Browser.of(DORIS)
    assert browser.post(f"/attestera/{lonely}", form(now)).status_code == 422, "two decide"
    assert Browser.of(INGRID).post(f"/attestera/{lonely}", form(now, recommend="1")).status_code == 303
    assert "Ingrid Falk tillstyrkte" in text_of(browser.get(f"/attestera/{lonely}"))
    assert browser.post(f"/attestera/{lonely}", form(now)).status_code == 303
    cast.appoint(colleague(1), place.medicine, at=timezone.now())
    assert "Anna Berg är attesterad" in text_of(browser.get(f"/attestera?klart={lonely}"))


@pytest.mark.parametrize("address", ["/attestera/{}", "/kansliet/utse"])
def test_an_office_of_one_is_told_whom_to_ask_and_an_office_of_two_is_not(
    place: Country, now: datetime, address: str
) -> None:
    lonely = cast.register(ANNA, place.medicine, at=now)
    alone = text_of(Browser.of(DORIS).get(address.format(lonely)))
    assert "registret appoint" in alone
    assert "Be driften utse" in alone or "be driften utse" in alone
    cast.appoint_by_program(INGRID, Role.REGISTRY_OFFICE, at=now)
    assert "registret appoint" not in text_of(Browser.of(DORIS).get(address.format(lonely)))


def test_the_office_is_offered_no_button_that_decides_alone(place: Country, now: datetime) -> None:
    cast.appoint_by_program(INGRID, Role.REGISTRY_OFFICE, at=now)
    lonely = cast.register(ANNA, place.medicine, at=now)
    queue = Browser.of(DORIS).get("/attestera")
    assert "Två på kansliet beslutar: en tillstyrker, en annan attesterar." in text_of(queue)
    assert 'name="ensam"' not in queue.content.decode()
    assert 'name="valda"' not in queue.content.decode()
    assert "tillstyrkt av" not in text_of(queue)
    assert Browser.of(INGRID).post(f"/attestera/{lonely}", form(now, recommend="1")).status_code == 303
    assert "tillstyrkt av Ingrid Falk" in text_of(Browser.of(DORIS).get("/attestera"))
    assert Browser.of(DORIS).post("/attestera/valda", {"ensam": str(lonely)}).status_code == 200
    assert state_of(lonely, DORIS, now) is ApplicationState.WAITING


def test_who_is_called_as_one_who_decides_is_said_to_be_to_all_who_decide(place: Country, now: datetime) -> None:
    """It may be the same person with another HSA-id."""
    cast.appoint_by_program(INGRID, Role.REGISTRY_OFFICE, at=now)
    for again, clinic_id, deciding in (
        (person("BERTIL", "Holm", "SE2321009991-E00B9B9"), place.infection, (BERTIL, KARIN)),
        (person("Doris", "Lund", "SE2321009991-E00D9D9"), place.medicine, (DORIS, INGRID)),
    ):
        called, other = (cast.register(who, clinic_id, at=now) for who in (again, colleague(clinic_id)))
        for who in deciding:
            told = f"Namnet är detsamma som hos någon som beslutar: {deciding[0].name}"
            assert told in text_of(Browser.of(who).get(f"/attestera/{called}"))
            assert "Namnet är detsamma" not in text_of(Browser.of(who).get(f"/attestera/{other}"))


def test_an_application_leaves_the_office_as_soon_as_its_clinic_has_an_administrator(
    place: Country, now: datetime
) -> None:
    lonely = cast.register(ANNA, place.medicine, at=now)
    browser = Browser.of(DORIS)
    assert browser.get(f"/attestera/{lonely}").status_code == 200
    cast.appoint(colleague(1), place.medicine, at=timezone.now())
    assert browser.get(f"/attestera/{lonely}").status_code == 404


def test_an_administrator_who_has_not_confirmed_the_mail_does_not_count(place: Country, now: datetime) -> None:
    cast.register(ANNA, place.medicine, at=now)
    browser = Browser.of(DORIS)
    cast.appoint(colleague(1), place.medicine, confirmed=False, at=now)
    assert "Anna Berg" in text_of(browser.get("/attestera"))


# Hostile input


def test_what_an_applicant_wrote_is_shown_as_text(place: Country, now: datetime) -> None:
    hostile = person(
        HOSTILE[:60], "<b>Berg</b>", "SE2321009991-E00X5S5", organisation="<i>Region</i> Norrvik", email="x@norrvik.se"
    )
    waiting = cast.register(hostile, place.infection, message=HOSTILE, at=now)
    browser = Browser.of(BERTIL)
    for address in ("/attestera", f"/attestera/{waiting}", f"/attestera/{waiting}/avsla", "/start"):
        source = browser.get(address).content.decode()
        assert "<script>alert" not in source
        assert "<b>Berg" not in source
        assert "<i>Region" not in source
    browser.post(f"/attestera/{waiting}/avsla", {"reason": HOSTILE})
    for address in (f"/attestera/{waiting}", f"/attestera?klart={waiting}"):
        assert "<script>alert" not in browser.get(address).content.decode()
    assert "<script>alert" not in Browser.of(hostile).get("/ansokan").content.decode()
