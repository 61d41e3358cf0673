"""The start page: what waits, a greeting for the hour, and a log without stutter."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from registret.access.applications import application_notes, attesting
from registret.access.queries.applications import newest_application
from registret.access.queries.logins import seats_of
from registret.access.roles import ROLES_AT_A_CLINIC, Role
from registret.access.staff.nominating import nominate
from registret.kernel.by import By
from registret.kernel.identifiers import HsaId
from registret.ledger.events import Event
from registret.ledger.queries import TimeSpan
from registret.ledger.services import record
from registret.oversight.services import draw_sample
from registret.records.reporting.writing import write
from registret.web.home.pages import greeting_at
from registret.words.refusals import log_title
from tests import cast
from tests.cast import ANNA, BERTIL, DORIS, ERIK, Country, person
from tests.rooms.records.scene import TOLVAN, begun
from tests.rooms.web.client import Browser, text_of

pytestmark = pytest.mark.django_db


def test_the_number_and_the_rows_agree(place: Country, now: datetime) -> None:
    ready, unready = ANNA, person("Elin", "Sandgren", "SE2321009991-E00S4N2")
    cast.register(ready, place.infection, at=now - timedelta(hours=1))
    cast.register(unready, place.infection, confirmed=False, at=now - timedelta(hours=1))
    said = text_of(Browser.of(BERTIL).get(reverse("start")))
    assert "1 väntar på dig" in said
    assert ready.name in said
    assert unready.name not in said


def test_more_than_fit_are_one_link_away(place: Country, now: datetime) -> None:
    for i in range(6):
        cast.register(person("Nr", f"Ett{i}", f"SE2321009991-E10{i}"), place.infection, at=now - timedelta(hours=1))
    said = text_of(Browser.of(BERTIL).get(reverse("start")))
    assert "6 väntar på dig" in said
    assert said.count("Nr Ett") == 5
    assert "Visa fler" in said


def test_the_office_reads_how_many_clinics_and_proposals_wait_for_it(place: Country, now: datetime) -> None:
    ingrid, greta = person("Ingrid", "Falk", "SE2321009991-E00J3F2"), person("Greta", "Ek", "SE2321009991-E00G9E4")
    cast.appoint_by_program(ingrid, Role.REGISTRY_OFFICE, at=now - timedelta(days=2))
    said = text_of(Browser.of(DORIS).get(reverse("start")))
    assert "1 klinik saknar lokal administratör" in said
    assert "förslag till uppdrag" not in said
    nominate(
        hsa_id=HsaId.parse(greta.hsa_id),
        given_name="Greta",
        surname="Ek",
        email=greta.email,
        role=Role.LOG_REVIEWER,
        actor=cast.actor(ingrid, at=now),
        at=now,
    )
    page = Browser.of(DORIS).get(reverse("start"))
    assert "1 förslag till uppdrag väntar på din bekräftelse" in text_of(page)
    assert 'href="/kansliet?visa=utan"' in page.content.decode()
    assert "förslag till uppdrag" not in text_of(Browser.of(ingrid).get(reverse("start"))), "nobody confirms their own"
    cast.appoint(ANNA, place.medicine, at=now)
    assert "saknar lokal administratör" not in text_of(Browser.of(DORIS).get(reverse("start")))


def test_who_reviews_the_log_finds_their_own_reviews_and_those_of_nobody(place: Country, now: datetime) -> None:
    erik, other = ERIK, person("Greta", "Ek", "SE2321009991-E00G9E4")
    cast.appoint_by_program(other, Role.LOG_REVIEWER, at=now - timedelta(days=2))
    application_id = cast.register(ANNA, place.infection, at=now - timedelta(hours=4))
    earlier = now - timedelta(hours=3)
    application_notes.write_note(
        application_id=application_id, text="Hej", actor=cast.actor(BERTIL, at=earlier), at=earlier
    )
    draw_sample(
        clinic_id=place.infection,
        span=TimeSpan(now - timedelta(days=1), now),
        size=5,
        reviewer_id=cast.account_of(erik).id,
        actor=cast.actor(erik, at=now),
        at=now,
    )
    assert "Infektionskliniken, Norrviks sjukhus" in text_of(Browser.of(erik).get(reverse("start")))
    assert "Ingen granskning väntar på dig" in text_of(Browser.of(other).get(reverse("start")))


@pytest.mark.parametrize(
    ("role", "there"),
    [
        (Role.SUPPORT, 'action="/support"'),
        (Role.CASE_HANDLER, 'href="/gallring"'),
        (Role.LOG_REVIEWER, "Granskningar att göra"),
        (Role.REGISTRY_OFFICE, "På kansliet"),
        (Role.REPORTER, "utkast"),
        (Role.REPORT_READER, "Se rapporterna"),
    ],
)
def test_each_role_finds_what_it_works_with_and_nothing_of_the_others(
    role: Role, there: str, place: Country, now: datetime
) -> None:
    cast.appoint_by_program(ANNA, role, clinic_id=place.infection if role in ROLES_AT_A_CLINIC else None, at=now)
    main = Browser.of(ANNA).get(reverse("start")).content.decode().partition("<main")[2]
    marks = {
        'action="/support"',
        'href="/gallring"',
        "Granskningar att göra",
        "På kansliet",
        "utkast",
        "Se rapporterna",
    }
    assert there in main
    assert [mark for mark in marks if mark not in there and mark in main] == []
    assert main.count('id="ratt"') == 1


def test_who_may_work_elsewhere_too_is_led_there(place: Country, now: datetime) -> None:
    cast.appoint(BERTIL, place.medicine, at=now)
    # At the first of them, chosen: as somebody at work.
    browser = Browser.of(BERTIL)
    seats = seats_of(account_id=cast.account_of(BERTIL).id, at=now)
    browser.post(reverse("seat"), {"grant": seats[0].grant_id})
    said = text_of(browser.get(reverse("start")))
    assert "Du kan också arbeta som" in said
    assert all(seat.clinic_name in said for seat in seats)


@pytest.mark.parametrize(
    ("hours", "greeting"),
    [((5, 9), "God morgon"), ((10, 12, 17), "Hej"), ((18, 22), "God kväll"), ((23, 0, 4), "Hej")],
)
def test_the_greeting_fits_the_hour(hours: tuple[int, ...], greeting: str) -> None:
    assert {greeting_at(hour) for hour in hours} == {greeting}


def test_a_refused_login_is_told_once_in_ones_own_log(place: Country, now: datetime) -> None:
    cast.register(ANNA, place.infection, at=now - timedelta(hours=2))
    cast.log_in(ANNA, at=now - timedelta(hours=1))
    application = newest_application(account_id=cast.account_of(ANNA).id)
    assert application is not None
    attesting.attest(
        application_id=application.id,
        role=application.role,
        sub_registries=("pneumoni",),
        last_day=(now + timedelta(days=30)).date(),
        actor=cast.actor(BERTIL, at=now),
        at=now,
    )
    browser = Browser.of(ANNA)
    said = text_of(browser.get(reverse("own_log")))
    assert "Kontot är ej attesterat" in said
    assert said.count("Inloggning misslyckades") == 1
    assert ". ·" not in said


def test_ones_own_log_says_from_where_one_acted_and_not_from_where_others_did(place: Country) -> None:
    bertil, doris = (cast.account_of(who) for who in (BERTIL, DORIS))
    for who, network in ((bertil, "192.0.2.7"), (doris, "198.51.100.9")):
        by = By(hsa_id=who.hsa_id, name=who.name, account_id=who.id, network=network)
        record(event=Event.ACCOUNT_MAIL_CHANGED, by=by, at=timezone.now(), about_account_id=bertil.id)
    page = Browser.of(BERTIL).get(reverse("own_log"))
    assert "192.0.2.7" in text_of(page)
    assert DORIS.name in text_of(page)
    assert "198.51.100.9" not in page.content.decode()


def test_ones_own_log_names_a_program_in_words(place: Country) -> None:
    about = cast.account_of(BERTIL).id
    record(event=Event.ACCOUNT_MAIL_CHANGED, by=By.of_program("clock"), at=timezone.now(), about_account_id=about)
    assert "Klockan" in text_of(Browser.of(BERTIL).get(reverse("own_log")))


def test_ones_own_log_says_which_care_episode_was_opened(place: Country) -> None:
    bertil = cast.account_of(BERTIL)
    by = By(hsa_id=bertil.hsa_id, name=bertil.name, account_id=bertil.id)
    facts = {"episode": "E7KHM3QXR", "step": "acute", "sub_registry": "pneumoni"}
    record(event=Event.STEP_OPENED, by=by, at=timezone.now(), facts=facts)
    assert "Öppnade ett steg Pneumoni · E7KHM3QXR" in text_of(Browser.of(BERTIL).get(reverse("own_log")))


@pytest.mark.parametrize("path", ["/start", "/min-logg"])
def test_whoever_is_reviewed_does_not_read_of_it(path: str, place: Country) -> None:
    erik = cast.account_of(ERIK)
    by = By(hsa_id=erik.hsa_id, name=erik.name, account_id=erik.id)
    about = cast.account_of(BERTIL).id
    record(
        event=Event.REVIEW_DRAWN,
        by=by,
        at=timezone.now(),
        about_account_id=about,
        facts={"reason": "Läste om en granne"},
    )
    page = Browser.of(BERTIL).get(path)
    assert page.status_code == 200
    assert "Granskning begärd" not in text_of(page)
    assert ERIK.name not in text_of(page)


def test_a_title_in_the_log_has_no_stop_and_a_code_that_is_gone_stays_a_code() -> None:
    assert log_title("card.revoked") == "Ditt certifikat är spärrat"
    assert log_title("login.suspended") == "Kontot är spärrat"
    assert log_title("card.of_old") == "card.of_old"


@pytest.mark.parametrize("is_demo", [True, False])
def test_only_the_demo_says_on_each_page_that_it_is_one(settings: Settings, is_demo: bool, place: Country) -> None:
    settings.DEMO = is_demo
    if is_demo:
        settings.ROOT_URLCONF = "registret.demo.urls"
    for browser, path in ((Browser(), "/"), (Browser(), "/utloggad"), (Browser.of(BERTIL), "/start")):
        page = browser.get(path)
        assert ("Demo med påhittade kliniker" in text_of(page)) is is_demo
        assert ('href="/demo/brevlada"' in page.content.decode()) is is_demo
        assert ("make demo-browser" in text_of(page)) is (is_demo and path == "/utloggad")


def test_who_is_not_logged_in_gets_the_button_that_people_know() -> None:
    page = text_of(Browser().get("/start"))
    assert "Logga in för att fortsätta." in page
    assert "Logga in med SmartCard" in page
    assert "Försök igen" not in page


def test_a_follow_up_to_do_does_not_look_like_a_recertification(place: Country, now: datetime) -> None:
    cast.appoint_by_program(ANNA, Role.REPORTER, clinic_id=place.infection, at=now - timedelta(days=20))
    anna = cast.actor(ANNA, at=now - timedelta(hours=1))
    left = timezone.localtime(now - timedelta(days=120))
    episode = begun(anna, at=now, arrived_at=[f"{left - timedelta(days=5):%Y-%m-%dT%H:%M}"])
    written = {"discharged_at": [f"{left:%Y-%m-%dT%H:%M}"], "discharged_to": ["home"]}
    assert write(actor=anna, episode=episode, step="discharge", base=0, written=written, at=now).faults == {}
    page = Browser.of(ANNA).get(reverse("start"))
    assert page.status_code == 200
    said = text_of(page)
    assert f"{TOLVAN[:8]}-••••" in said
    assert "Genomgång pågår" not in said
