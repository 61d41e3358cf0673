"""After the card was shown one is back at the page that one wanted: on this site, one's own, and in no address."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from registret.access.queries.applications import newest_application
from registret.access.roles import Role
from registret.web.gate import views
from registret.web.http import SESSION_COOKIE
from registret.web.way_back import methods, page
from tests import cast
from tests.cast import ANNA, BERTIL, CECILIA, KARIN, Country, Person
from tests.rooms.records.scene import GRETA, begun, handler
from tests.rooms.web.client import Browser, Page
from tests.rooms.web.visitor import Visitor, card

pytestmark = pytest.mark.django_db


def offered(shown: Page) -> set[str]:
    """Where the buttons of a page that begin a login lead afterwards."""
    forms = re.findall(r'(?s)<form method="post" action="/logga-in[^"]*">.*?</form>', shown.content.decode())
    assert forms
    return {found[1] if (found := re.search(r'name="till" value="([^"]*)"', one)) else "" for one in forms}


def shown_again(visitor: Visitor, refused: Page, **more: str) -> str:
    """Presses the button of the page, shows the card, and is led there."""
    (till,) = offered(refused)
    return str(visitor.log_in(**{"till": till, "onskad-av": wanted_by(refused)}, **more)["Location"])


def wanted_by(shown: Page) -> str:
    found = re.search(r'name="onskad-av" value="([^"]*)"', shown.content.decode())
    return found[1] if found else ""


def timed_out(who: Person) -> Visitor:
    """At work, and then away for longer than a session lasts."""
    visitor = Visitor(who)
    visitor.log_in()
    age_sessions(minutes=20)
    return visitor


def age_sessions(*, minutes: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_session SET seen_at = seen_at - %s * interval '1 minute'", [minutes])


def read_long_ago(browser: Browser, who: Person, now: datetime) -> None:
    """The session goes on, and its card was shown more than an hour ago."""
    then = now - timedelta(minutes=70)
    key = cast.log_in(who, at=then)
    cast.stay_awake(key, since=then, until=now)
    browser.take_session(key)


def kept() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT back_to FROM accounts_loginattempt WHERE back_to <> ''")
        return [row[0] for row in cursor.fetchall()]


# --- back to the page ------------------------------------------------------------------------------


def test_after_a_time_out_the_page_that_was_wanted_comes(place: Country) -> None:
    visitor = timed_out(BERTIL)
    refused = visitor.get("/personer")
    assert refused.status_code == 401
    assert shown_again(visitor, refused) == "/personer"
    assert visitor.get("/personer").status_code == 200


def test_a_bookmark_that_is_opened_without_a_session_leads_there_too(place: Country) -> None:
    visitor = Visitor(BERTIL)
    assert shown_again(visitor, visitor.get("/attestera")) == "/attestera"


def test_a_patient_s_page_is_come_back_to_and_stands_in_no_address_on_the_way(place: Country, now: datetime) -> None:
    cast.appoint_by_program(ANNA, Role.REPORTER, clinic_id=place.infection, at=now - timedelta(days=20))
    arrived = timezone.localtime(now - timedelta(days=4)).strftime("%Y-%m-%dT%H:%M")
    episode = begun(cast.actor(ANNA, at=now - timedelta(hours=1)), at=now, arrived_at=[arrived])
    address = f"/vardepisod/{episode}/acute"
    visitor = timed_out(ANNA)
    (till,) = offered(visitor.get(address))
    assert till == address
    door = visitor.begin(till=till)
    back = visitor.at_the_door(door)
    assert episode not in door + back["Location"]
    assert kept() == [address]
    assert visitor.get(urlsplit(back["Location"]).path)["Location"] == address
    assert kept() == [], "and is forgotten when it has led there"


def test_a_form_that_was_sent_too_late_leads_back_to_the_page_that_it_stood_on(place: Country) -> None:
    visitor = timed_out(BERTIL)
    stood_on = settings.SITE_ORIGIN + "/konto"
    refused = visitor.post("/konto/uppgifter", headers={"Referer": stood_on})
    assert shown_again(visitor, refused) == "/konto"


@pytest.mark.parametrize(
    "referer", ["", "https://evil.example/konto", "https://registret.localhost:8443.evil.example/konto"]
)
def test_without_the_page_that_a_form_stood_on_it_is_the_one_above_its_address(place: Country, referer: str) -> None:
    visitor = timed_out(BERTIL)
    refused = visitor.post("/konto/uppgifter", headers={"Referer": referer} if referer else {})
    assert offered(refused) == {"/konto"}


def test_a_file_is_no_page_to_come_back_to(place: Country) -> None:
    visitor = timed_out(BERTIL)
    refused = visitor.post("/personer.csv", headers={"Referer": settings.SITE_ORIGIN + "/personer"})
    assert offered(refused) == {"/personer"}
    assert offered(timed_out(BERTIL).post("/personer.csv")) == {""}


def test_what_was_searched_for_is_not_kept(place: Country) -> None:
    assert offered(timed_out(BERTIL).get("/personer?namn=Anna")) == {"/personer"}


def test_after_unlocking_the_page_comes_that_was_locked(place: Country) -> None:
    visitor = Visitor(BERTIL)
    visitor.log_in()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_session SET locked_at = now()")
    locked = visitor.get("/personer")
    assert locked.status_code == 423
    assert shown_again(visitor, locked, **{"las-upp": "1"}) == "/personer"


def test_a_card_that_is_refused_at_first_loses_nothing(place: Country) -> None:
    visitor = timed_out(BERTIL)
    refused = visitor.get("/personer")
    visitor.der = card(BERTIL.hsa_id, "Bertil", "Holm", purpose="sign")
    denied = visitor.get(shown_again(visitor, refused))
    visitor.der = Visitor(BERTIL).der
    assert shown_again(visitor, denied) == "/personer"


# --- a card that was shown too long ago ------------------------------------------------------------


def test_showing_the_card_again_leads_back_to_the_application(place: Country, now: datetime) -> None:
    cast.register(ANNA, place.infection, at=now)
    waiting = newest_application(account_id=cast.account_of(ANNA).id)
    assert waiting is not None
    address = f"/attestera/{waiting.id}"
    visitor = Visitor(BERTIL)
    read_long_ago(visitor, BERTIL, now)
    assert shown_again(visitor, visitor.get(address)) == address


def test_an_act_that_is_refused_because_of_the_card_s_age_leads_back_to_its_form(place: Country, now: datetime) -> None:
    cast.register(ANNA, place.infection, at=now)
    waiting = newest_application(account_id=cast.account_of(ANNA).id)
    assert waiting is not None
    address = f"/attestera/{waiting.id}/avsla"
    visitor = Visitor(BERTIL)
    read_long_ago(visitor, BERTIL, now)
    refused = visitor.post(address, {"reason": "Arbetar inte här"}, headers={"Referer": settings.SITE_ORIGIN + address})
    assert refused.status_code == 403
    assert shown_again(visitor, refused) == address


def test_a_page_that_answered_a_form_leads_to_the_one_above_it(place: Country, now: datetime) -> None:
    handler(at=now - timedelta(hours=2))
    visitor = Visitor()
    read_long_ago(visitor, GRETA, now)
    asked = visitor.post("/patientarenden/avboj", {"number": "19121212-1212", "case_number": "26RS4711"})
    assert "Visa kortet igen" in asked.content.decode()
    assert offered(asked) == {"/patientarenden"}


def test_whoever_waits_comes_back_to_the_own_account(place: Country, now: datetime) -> None:
    cast.register(ANNA, place.infection, at=now - timedelta(hours=2))
    visitor = Visitor(ANNA)
    read_long_ago(visitor, ANNA, now)
    assert shown_again(visitor, visitor.get("/konto")) == "/konto"
    assert visitor.log_in(till="/personer")["Location"] == "/ansokan", "what is missing comes first"


# --- one's own, at one's own seat ------------------------------------------------------------------


def test_somebody_else_at_the_same_computer_is_not_led_to_what_the_first_one_wanted(place: Country) -> None:
    visitor = timed_out(BERTIL)
    refused = visitor.get("/personer")
    visitor.der = Visitor(CECILIA).der
    assert shown_again(visitor, refused) == "/start"


def test_somebody_who_came_between_is_not_led_there_at_the_second_try_either(place: Country) -> None:
    visitor = timed_out(BERTIL)
    refused = visitor.get("/personer")
    visitor.der = Visitor(CECILIA).der
    visitor.log_in()
    visitor.post("/logga-ut")
    assert shown_again(visitor, refused) == "/start"


def test_whoever_opens_a_bookmark_before_anybody_has_logged_in_is_led_there_and_nobody_later(place: Country) -> None:
    visitor = Visitor(BERTIL)
    refused = visitor.get("/personer")
    assert wanted_by(refused) == ""
    assert shown_again(visitor, refused) == "/personer"
    visitor.post("/logga-ut")
    visitor.der = Visitor(CECILIA).der
    assert shown_again(visitor, refused) == "/start"


def test_with_several_seats_one_comes_back_to_the_one_that_the_page_was_open_at(place: Country, now: datetime) -> None:
    medicine = cast.appoint(BERTIL, place.medicine, at=now)
    visitor = Visitor(BERTIL)
    assert visitor.log_in()["Location"] == "/arbetar-som"
    visitor.post("/arbetar-som", {"grant": str(medicine)})
    age_sessions(minutes=20)
    assert shown_again(visitor, visitor.get("/personer")) == "/personer"
    with connection.cursor() as cursor:
        cursor.execute("SELECT grant_id FROM accounts_session ORDER BY id DESC LIMIT 1")
        assert cursor.fetchone() == (medicine,)
    elsewhere = Visitor(BERTIL)
    assert elsewhere.log_in(till="/personer")["Location"] == "/arbetar-som", "in another browser one chooses first"


# --- nowhere else ----------------------------------------------------------------------------------

ELSEWHERE = [
    "https://evil.example/", "//evil.example/", "/\\evil.example", "\\/evil.example", "javascript:alert(1)",
    "/start/../../evil", "/start?till=https://evil.example", "/start#x", "start", "", "/", "/finns-inte", "/start\n",
    "/start\0", "/\t/evil.example", "/" + "x" * 300, "/hjalp", "/logga-ut", "/logga-in", "/sprak/en",
    "/konto/uppgifter", "/session", "/session/fortsatt", "/personer.csv", "/patientarenden/avboj",
]  # fmt: skip


@pytest.mark.parametrize("elsewhere", ELSEWHERE, ids=lambda path: repr(path[:30]))
def test_a_login_leads_to_no_other_place(place: Country, elsewhere: str) -> None:
    assert page(elsewhere) == ""
    assert Visitor(BERTIL).log_in(till=elsewhere)["Location"] == "/start"
    assert kept() == []


def test_what_leads_back_was_made_by_the_list_of_addresses() -> None:
    for address in ("/start", "/personer", "/attestera/12", "/vardepisod/EATGKNN7N/acute", "/konto"):
        assert page(address) == address
    assert page("/vardepisod/EATGKNN7N/acute/andringar?x=1") == ""


def test_the_open_pages_lead_to_the_start_page(place: Country) -> None:
    visitor = timed_out(BERTIL)
    assert offered(visitor.get("/", headers={"Referer": settings.SITE_ORIGIN + "/personer"})) == {""}


def test_every_view_behind_the_gate_says_which_methods_it_takes() -> None:
    silent = [address for address, view in views(settings.ROOT_URLCONF) if not methods(view)]
    assert silent == []


def test_a_page_at_work_tells_its_script_where_to_go_when_the_session_is_over(place: Country, now: datetime) -> None:
    his = Browser.of(BERTIL)
    assert 'data-back="/personer"' in his.get("/personer?namn=x").content.decode()
    assert 'data-back="/hjalp"' not in his.get("/hjalp").content.decode()


def test_a_timed_out_session_says_so_in_every_tab_that_was_open(place: Country) -> None:
    visitor = timed_out(KARIN)
    for path in ("/personer", "/attestera"):
        refused = visitor.get(path)
        assert refused.status_code == 401
        assert SESSION_COOKIE not in refused.cookies, "the next tab is to be told why as well"
