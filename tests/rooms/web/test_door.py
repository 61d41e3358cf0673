"""Logging in, checking a card, logging out, locking: from the button to the door and back, and what must not work."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from django.conf import settings
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from registret.access.refusals import PageOfAnother
from registret.accounts.queries import newest_confirmation
from registret.accounts.sessions import sitting
from registret.ledger.queries import EntryRow, Wanted, entries
from registret.mail.links import confirmation_token
from registret.web.http import BROWSER_COOKIE, SESSION_COOKIE
from tests import cast
from tests.cast import ANNA, BERTIL, CECILIA, KARIN, Country, Person
from tests.rooms.web.client import Browser, text_of
from tests.rooms.web.visitor import Visitor, at_the_door, authority, card, card_of, site_path

pytestmark = pytest.mark.django_db

STALE = "Inloggningen tog för lång tid eller har redan använts."
FOREIGN = "Inloggningen började i en annan webbläsare."
UNKNOWN = f"https://{'0' * 32}.{settings.CARD_HOST}:8444"


def log(event: str) -> list[EntryRow]:
    return list(entries(wanted=Wanted(event=event)).rows)


def logins_of(who: Person) -> list[str]:
    """What became of this person's logins."""
    return [e.event for event in ("login.done", "login.refused") for e in log(event) if e.by_hsa_id == who.hsa_id]


def make_older(column: str, by: timedelta) -> None:
    """As if every attempt had been made earlier."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE accounts_loginattempt SET {column} = {column} - %s * interval '1 second'",  # noqa: S608
            [by.total_seconds()],
        )


def is_logged_in(browser: Browser) -> bool:
    return bool(browser.get("/start").status_code == 200)


# --- the front page --------------------------------------------------------------------------------


def test_looking_at_the_front_page_begins_nothing_and_remembers_nobody() -> None:
    browser = Browser()
    assert "Logga in med SmartCard" in text_of(browser.get("/"))
    assert set(browser.cookies) <= {settings.CSRF_COOKIE_NAME}
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_loginattempt")
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("address", ["/login.aspx", "/logga-in"])
def test_what_people_have_bookmarked_leads_to_the_front_page_and_begins_nothing(address: str) -> None:
    browser = Browser()
    answer = browser.get(address)
    assert (answer.status_code, answer["Location"]) == (303, "/")
    assert BROWSER_COOKIE not in browser.cookies


def test_whoever_is_at_work_goes_from_the_front_page_to_work(place: Country) -> None:
    assert Browser.of(BERTIL).get("/")["Location"] == "/start"


@pytest.mark.parametrize("key", ["", "x", "0" * 64, "å" * 64, "x" * 4000])
def test_a_worthless_session_cookie_is_no_reason_not_to_show_the_front_page(key: str) -> None:
    browser = Browser()
    browser.take_session(key)
    assert browser.get("/").status_code == 200


# --- from the button to the start page -------------------------------------------------------------


def test_the_button_leads_to_a_host_of_its_own_each_time() -> None:
    visitor = Visitor()
    addresses = {visitor.begin() for _ in range(3)}
    assert len(addresses) == 3
    for address in addresses:
        assert re.fullmatch(r"https://[0-9a-f]{32}\.kort\.registret\.localhost:8444/k", address)


def test_a_good_card_of_somebody_with_one_seat_is_at_work_at_once(place: Country) -> None:
    visitor = Visitor(BERTIL)
    answer = visitor.log_in()
    assert (answer.status_code, answer["Location"]) == (303, "/start")
    assert "Bertil" in text_of(visitor.get("/start"))
    assert logins_of(BERTIL) == ["login.done"]


def test_a_good_card_leads_to_what_is_missing(place: Country, now: datetime) -> None:
    anna = Visitor(ANNA)
    assert anna.log_in()["Location"] == "/registrera"
    cast.register(ANNA, place.infection, confirmed=False, at=now)
    assert anna.log_in()["Location"] == "/ansokan"
    assert "Inloggning misslyckades. E-post är ej bekräftad." in text_of(anna.get("/ansokan"))
    cast.confirm_mail(ANNA, at=now)
    anna.log_in()
    assert "Inloggning misslyckades. Kontot är ej attesterat." in text_of(anna.get("/ansokan"))


def test_with_several_seats_one_chooses(place: Country, now: datetime) -> None:
    cast.appoint(BERTIL, place.medicine, at=now)
    assert Visitor(BERTIL).log_in()["Location"] == "/arbetar-som"


def test_the_answer_of_the_door_is_a_redirect_without_cookies_referrer_or_store(place: Country) -> None:
    visitor = Visitor(BERTIL)
    answer = visitor.at_the_door(visitor.begin())
    assert answer.status_code == 303
    assert answer.cookies == {}
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["Cache-Control"] == "no-store"
    assert answer.content == b""


def test_a_host_in_capitals_is_the_same_host(place: Country) -> None:
    visitor = Visitor(BERTIL)
    label, _, rest = visitor.begin().removeprefix("https://").partition(".")
    assert visitor.get(site_path(visitor.at_the_door(f"https://{label.upper()}.{rest}")))["Location"] == "/start"


def test_a_renewed_card_of_the_same_hsa_id_just_logs_in(place: Country) -> None:
    renewed = card(BERTIL.hsa_id.lower(), "Bertil", "Holm", key="rsa", card_number="9752268900000000077")
    assert Visitor(renewed).log_in()["Location"] == "/start"


def test_a_second_login_has_a_new_key_and_ends_the_first(place: Country) -> None:
    visitor = Visitor(BERTIL)
    visitor.log_in()
    first = visitor.cookies[SESSION_COOKIE].value
    visitor.log_in()
    assert visitor.cookies[SESSION_COOKIE].value != first
    left_behind = Browser()
    left_behind.take_session(first)
    assert left_behind.get("/start").status_code == 401


def test_a_session_that_somebody_planted_is_not_the_one_that_is_opened(place: Country) -> None:
    thief = Visitor(CECILIA)
    thief.log_in()
    planted = thief.cookies[SESSION_COOKIE].value
    victim = Visitor(BERTIL)
    victim.take_session(planted)
    victim.log_in()
    assert victim.cookies[SESSION_COOKIE].value != planted
    assert thief.get("/start").status_code == 401, "neither may the thief go on in it"


# --- once, in time, in the browser that began ------------------------------------------------------


def test_a_label_works_once_whatever_comes_the_second_time(place: Country) -> None:
    visitor = Visitor(BERTIL)
    address = visitor.begin()
    visitor.at_the_door(address)
    for der in (visitor.der, None, card_of(CECILIA)):
        assert site_path(at_the_door(address, der)) == "/logga-in/svar/"
    lost = visitor.get("/logga-in/svar/")
    assert lost.status_code == 410
    assert STALE in text_of(lost)


def test_a_label_is_good_for_two_minutes(place: Country) -> None:
    visitor = Visitor(BERTIL)
    address = visitor.begin()
    make_older("expires_at", timedelta(minutes=2))
    assert site_path(visitor.at_the_door(address)) == "/logga-in/svar/"
    assert log("attempt.refused")[0].facts == {"code": "attempt.stale", "used_before": False}


@pytest.mark.parametrize("label", ["0" * 32, f"p-{'0' * 32}", "x", "a" * 63, "xn--brf-0ra"])
def test_a_label_that_nobody_gave_out_leads_nowhere(label: str) -> None:
    assert site_path(at_the_door(f"https://{label}.{settings.CARD_HOST}:8444/k", card_of(BERTIL))) == "/logga-in/svar/"


def test_a_code_works_once(place: Country) -> None:
    visitor = Visitor(BERTIL)
    code = visitor.code()
    assert visitor.get(code)["Location"] == "/start"
    again = visitor.get(code)
    assert again.status_code == 410
    assert STALE in text_of(again)
    assert is_logged_in(visitor), "trying it again harms nobody"


def test_a_code_is_good_for_a_minute(place: Country) -> None:
    visitor = Visitor(BERTIL)
    code = visitor.code()
    make_older("code_expires_at", timedelta(seconds=60))
    assert visitor.get(code).status_code == 410
    assert SESSION_COOKIE not in visitor.cookies


@pytest.mark.parametrize("code", ["x", "0" * 32, "%00", "å", "x" * 5000, "%F0%9F%92%B3"])
def test_a_code_that_nobody_gave_out_is_stale(code: str) -> None:
    browser = Browser()
    assert browser.get(f"/logga-in/svar/{code}").status_code == 410
    assert SESSION_COOKIE not in browser.cookies


@pytest.mark.parametrize("has_a_cookie", [True, False])
def test_a_foreign_browser_gets_nothing_and_burns_the_code(place: Country, has_a_cookie: bool) -> None:
    his, thief = Visitor(BERTIL), Visitor(CECILIA)
    if has_a_cookie:
        thief.begin()
    code = his.code()
    stolen = thief.get(code)
    assert stolen.status_code == 403
    assert FOREIGN in text_of(stolen)
    assert SESSION_COOKIE not in thief.cookies
    assert his.get(code).status_code == 410
    assert [e.facts["code"] for e in log("attempt.refused")] == ["attempt.stale", "attempt.foreign"]


def test_two_people_whose_codes_are_swapped_get_nothing_of_each_other(place: Country) -> None:
    bertil, cecilia = Visitor(BERTIL), Visitor(CECILIA)
    his, hers = bertil.code(), cecilia.code()
    assert [bertil.get(hers).status_code, cecilia.get(his).status_code] == [403, 403]
    assert [bertil.get(his).status_code, cecilia.get(hers).status_code] == [410, 410]
    assert SESSION_COOKIE not in {*bertil.cookies, *cecilia.cookies}


def test_an_attempt_that_was_begun_by_somebody_else_cannot_be_finished_for_them(place: Country) -> None:
    """A thief begins, and has Bertil show his card at the thief's host: neither browser gets anything."""
    thief, bertil = Visitor(), Visitor(BERTIL)
    code = site_path(bertil.at_the_door(thief.begin()))
    assert bertil.get(code).status_code == 403
    assert thief.get(code).status_code == 410


@pytest.mark.parametrize("cookie", ["", "short", "x" * 31, "x" * 33, "å" * 32, "✓" * 32, '"' * 32, "A B;" * 8])
def test_a_spoilt_cookie_of_the_browser_is_replaced(place: Country, cookie: str) -> None:
    visitor = Visitor(BERTIL)
    visitor.cookies[BROWSER_COOKIE] = cookie.encode().decode("latin-1")  # as WSGI carries bytes
    visitor.begin()
    assert re.fullmatch(r"[0-9a-f]{32}", visitor.cookies[BROWSER_COOKIE].value)


# --- a card that is refused ------------------------------------------------------------------------


def bad_card(kind: str) -> bytes | None:
    now, hsa_id = timezone.now(), "SE2321009991-E09999"
    match kind:
        case "none":
            return None
        case "person_id":
            return card("", kind="person", personal_number="189912319812")
        case "signing":
            return card(hsa_id, purpose="sign")
        case "expired":
            return card(hsa_id, not_before=now - timedelta(9), not_after=now - timedelta(1))
        case "not_yet_valid":
            return card(hsa_id, not_before=now + timedelta(1), not_after=now + timedelta(9))
        case "unknown_issuer":
            facts: dict[str, Any] = {"given_name": "A", "surname": "B", "organisation": "C", "kind": "hsa"}
            return authority().foreign().issue_card(**facts, hsa_id=hsa_id).der
        case _:
            return {"malformed": card("SE2321009990-E09999"), "truncated": card_of(BERTIL)[:-1], "huge": b"0" * 10**6}[
                kind
            ]


BAD = ["none", "person_id", "signing", "expired", "not_yet_valid", "unknown_issuer", "malformed", "truncated", "huge"]
CODES = {"truncated": "malformed", "huge": "malformed"}


@pytest.mark.parametrize("kind", BAD)
def test_a_card_that_is_refused_becomes_a_page_with_a_reference_and_no_session(place: Country, kind: str) -> None:
    visitor = Visitor(bad_card(kind))
    answer = visitor.log_in()
    page = visitor.get(answer["Location"])
    (entry,) = log("card.refused")
    assert entry.facts["code"] == f"card.{CODES.get(kind, kind)}"
    assert answer["Location"] == f"/logga-in/nekad/{entry.reference}"
    assert page.status_code == 403
    assert entry.reference in text_of(page)
    assert "189912319812" not in page.content.decode() + str(entry.facts)
    assert SESSION_COOKIE not in visitor.cookies
    assert "Försök igen" in text_of(page)


def test_the_page_of_a_refusal_can_be_read_again_for_half_an_hour_in_the_same_browser_only(place: Country) -> None:
    visitor, other = Visitor(None), Visitor(None)
    address = visitor.log_in()["Location"]
    other.begin()
    assert [visitor.get(address).status_code for _ in range(2)] == [403, 403]
    assert [other.get(address).status_code, Browser().get(address).status_code] == [410, 410]
    make_older("redeemed_at", timedelta(minutes=30))
    assert visitor.get(address).status_code == 410


@pytest.mark.parametrize("reference", ["K7F-9Q4M", "x", "%00", "K7F-9Q4M%00", "å", "x" * 3000])
@pytest.mark.parametrize("address", ["/logga-in/nekad/", "/kort/"])
def test_a_reference_that_nobody_gave_out_leads_nowhere(address: str, reference: str) -> None:
    assert Visitor().get(address + reference).status_code == 410


def test_after_a_refusal_the_next_try_is_on_a_fresh_host_and_may_work(place: Country) -> None:
    visitor = Visitor(None)
    visitor.log_in()
    visitor.der = card_of(BERTIL)
    assert visitor.log_in()["Location"] == "/start"


def test_a_card_that_expires_between_door_and_site_is_expired(place: Country) -> None:
    visitor = Visitor(BERTIL)
    code = visitor.code()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_loginattempt SET outcome = jsonb_set(outcome, '{card,not_after}', to_jsonb(%s::text))",
            [(timezone.now() - timedelta(seconds=1)).isoformat()],
        )
    page = visitor.get(code)
    assert page.status_code == 403
    assert "Ditt certifikat har gått ut" in text_of(page)
    assert SESSION_COOKIE not in visitor.cookies


# --- Kontrollera ditt kort -------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [*BAD, "good"])
def test_a_card_that_is_checked_is_explained_and_logs_nobody_in(place: Country, kind: str) -> None:
    visitor = Visitor(card_of(BERTIL) if kind == "good" else bad_card(kind))
    address = visitor.begin("/kort")
    assert address.startswith("https://p-")
    answer = visitor.get(site_path(visitor.at_the_door(address)))
    assert answer["Location"].startswith("/kort/")
    page = visitor.get(answer["Location"])
    assert page.status_code == 200
    assert "189912319812" not in page.content.decode()
    assert SESSION_COOKIE not in visitor.cookies
    assert logins_of(BERTIL) == []


def test_what_a_check_found_is_shown_to_no_other_browser(place: Country) -> None:
    visitor = Visitor(BERTIL)
    answer = visitor.log_in("/kort")
    assert Visitor().get(answer["Location"]).status_code == 410


def test_the_pages_of_login_and_check_do_not_show_each_others_answers(place: Country) -> None:
    visitor = Visitor(None)
    denied = visitor.log_in()["Location"].rpartition("/")[2]
    checked = visitor.log_in("/kort")["Location"].rpartition("/")[2]
    assert visitor.get(f"/kort/{denied}")["Location"] == "/kort"
    assert visitor.get(f"/logga-in/nekad/{checked}").status_code == 403, "the card was refused there, too"


# --- logging out -----------------------------------------------------------------------------------


def test_logging_out_ends_the_session_in_every_tab_and_clears_what_the_browser_keeps(place: Country) -> None:
    visitor, tab = Visitor(BERTIL), Browser()
    visitor.log_in()
    tab.take_session(visitor.cookies[SESSION_COOKIE].value)
    answer = visitor.post("/logga-ut")
    assert answer.status_code == 303
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert answer.cookies[SESSION_COOKIE].value == ""
    assert answer.cookies[SESSION_COOKIE]["max-age"] == 0
    assert tab.get("/start").status_code == 401
    page, _, probe = answer["Location"].partition("#")
    assert page == "/utloggad"
    assert re.fullmatch(r"https://[0-9a-f]{32}\.kort\.registret\.localhost:8444/p/[0-9a-f]{32}", probe)
    assert at_the_door(probe, visitor.der).json() == {"card": "same"}
    assert at_the_door(probe, None).json() == {"card": "none"}


def test_a_locked_session_can_be_logged_out_of(place: Country) -> None:
    visitor = locked(Visitor(BERTIL))
    answer = visitor.post("/logga-ut")
    assert answer["Location"].startswith("/utloggad#https://")
    assert [e.facts["reason"] for e in log("session.ended")] == ["logout"]


@pytest.mark.parametrize("key", [None, "0" * 64, "x"])
def test_logging_out_without_a_session_is_logged_out_all_the_same(key: str | None) -> None:
    browser = Browser()
    if key:
        browser.take_session(key)
    assert browser.post("/logga-ut")["Location"] == "/utloggad"
    assert log("session.ended") == []


def test_a_page_elsewhere_logs_nobody_out_and_nobody_in(place: Country) -> None:
    browser = Browser.of(BERTIL, enforce_csrf_checks=True)
    for address in ("/logga-ut", "/logga-in", "/session/fortsatt", "/kort"):
        assert browser.post(address).status_code == 403
    assert browser.get("/logga-ut").status_code == 405
    assert is_logged_in(browser)


def test_a_form_of_one_login_does_not_count_for_the_next_person_and_stays_good_for_the_same(place: Country) -> None:
    visitor = Visitor(BERTIL)

    def send(form: dict[str, str]) -> Any:
        visitor.handler.enforce_csrf_checks = True
        answer = visitor.post("/session/fortsatt", form, headers={"Origin": settings.SITE_ORIGIN})
        visitor.handler.enforce_csrf_checks = False
        return answer

    visitor.log_in()
    page = visitor.get("/start").content.decode()
    names = ("csrfmiddlewaretoken", "visad")
    open_tab = {name: str(re.findall(rf'name="{name}" value="([^"]+)"', page)[0]) for name in names}
    visitor.log_in()
    assert send(open_tab).status_code == 200
    visitor.der = card_of(KARIN)
    before = visitor.cookies[settings.CSRF_COOKIE_NAME].value
    visitor.log_in()
    assert visitor.cookies[settings.CSRF_COOKIE_NAME].value != before
    answer = send(open_tab)
    assert answer.status_code == PageOfAnother.status
    assert "Skicka igen" in text_of(answer)
    assert send({}).status_code == 403
    visitor.der = card_of(BERTIL)
    visitor.log_in()
    assert "Skicka igen" in text_of(send(open_tab))


# --- how long is left ------------------------------------------------------------------------------


def test_asking_how_long_is_left_answers_seconds_and_is_no_click(place: Country, now: datetime) -> None:
    key = cast.log_in(BERTIL, at=now - timedelta(minutes=10))
    browser = Browser()
    browser.take_session(key)
    first, second = (browser.get("/session").json()["left"] for _ in range(2))
    assert 0 < second <= first <= 5 * 60
    assert browser.post("/session/fortsatt").json() == {"left": 15 * 60}
    assert browser.get("/session").json()["left"] > 14 * 60


def test_no_more_is_left_than_the_session_and_the_card_last(place: Country, now: datetime) -> None:
    key = cast.log_in(BERTIL, at=now - timedelta(hours=9, minutes=58))
    cast.stay_awake(key, since=now - timedelta(hours=9, minutes=58), until=now)
    browser = Browser()
    browser.take_session(key)
    assert browser.get("/session").json()["left"] <= 2 * 60


def test_without_a_session_there_is_nothing_left(place: Country, now: datetime) -> None:
    for asked in (Browser().get("/session"), Browser().post("/session/fortsatt")):
        assert asked.status_code == 401
    idle = Browser.of(BERTIL, at=now - timedelta(minutes=16))
    assert idle.get("/session").status_code == 401
    for _ in ("this tab", "another"):
        assert "Du har loggats ut." in text_of(idle.get("/start"))
    assert Browser.of(BERTIL).get("/session/fortsatt").status_code == 405


# --- a card that is revoked while somebody works ---------------------------------------------------


# Nobody else's tests need their cards, which stay revoked until the run is over.
RAGNA = cast.person("Ragna", "Åkesson", "SE2321009991-E00R9S4")
SIGNE = cast.person("Signe", "Öman", "SE2321009991-E00S8G3")


def revoke_card(der: bytes) -> None:
    """The CA publishes a new list."""
    authority().revoke(x509.load_der_x509_certificate(der))
    authority().write_trust(settings.TRUST_DIR)


def test_a_card_that_is_revoked_during_the_session_ends_it_at_the_next_click(place: Country, now: datetime) -> None:
    cast.appoint(RAGNA, place.infection, at=now - timedelta(days=20))
    visitor, colleague = Visitor(RAGNA), Visitor(KARIN)
    for somebody in (visitor, colleague):
        somebody.log_in()
        assert is_logged_in(somebody)
    assert visitor.der is not None
    revoke_card(visitor.der)
    pages = [visitor.get("/start"), visitor.get("/start")]
    assert [page.status_code for page in pages] == [401, 401]
    assert "Ditt kort har spärrats. Du har loggats ut." in text_of(pages[0])
    (entry,) = [e for e in log("session.ended") if e.about_hsa_id == RAGNA.hsa_id]
    assert (entry.facts["reason"], entry.by_program) == ("card_revoked", "clock")
    assert is_logged_in(colleague), "another card of the same CA works on"


def test_asking_how_long_is_left_does_not_keep_a_revoked_card_alive(place: Country, now: datetime) -> None:
    cast.appoint(SIGNE, place.infection, at=now - timedelta(days=20))
    visitor = Visitor(SIGNE)
    visitor.log_in()
    assert visitor.der is not None
    revoke_card(visitor.der)
    assert visitor.get("/session").status_code == 401


# --- the probe, locking and unlocking --------------------------------------------------------------


def probe_of(visitor: Browser) -> str:
    found = re.search(r'data-probe="([^"]+)"', visitor.get("/start").content.decode())
    assert found is not None
    return found[1]


def locked(visitor: Visitor) -> Visitor:
    """At work, and then the card was pulled."""
    visitor.log_in()
    probe = sitting(key=visitor.cookies[SESSION_COOKIE].value, seen=False, at=timezone.now()).probe
    assert probe is not None
    answer = at_the_door(f"https://{probe.label}.{settings.CARD_HOST}:8444/p/{probe.secret}", None)
    assert answer.json() == {"card": "none"}
    return visitor


def test_a_page_at_work_says_where_to_ask_for_the_card_if_the_installation_wants_that(
    place: Country, settings: Settings
) -> None:
    visitor = Visitor(BERTIL)
    visitor.log_in()
    settings.PROBE_EVERY = timedelta(0)
    assert "data-probe" not in visitor.get("/start").content.decode()
    settings.PROBE_EVERY = timedelta(seconds=15)
    page = visitor.get("/start").content.decode()
    assert 'data-every="15"' in page
    assert at_the_door(probe_of(visitor), visitor.der).json() == {"card": "same"}
    assert is_logged_in(visitor)


def test_the_probe_is_readable_by_the_site_alone_and_sets_nothing(place: Country, settings: Settings) -> None:
    settings.PROBE_EVERY = timedelta(seconds=15)
    visitor = Visitor(BERTIL)
    visitor.log_in()
    answer = at_the_door(probe_of(visitor), visitor.der, HTTP_ORIGIN="https://evil.example")
    assert answer["Access-Control-Allow-Origin"] == settings.SITE_ORIGIN
    assert answer["Access-Control-Allow-Credentials"] == "true"
    assert "Origin" in answer["Vary"]
    assert answer["Cache-Control"] == "no-store"
    assert answer.cookies == {}


def test_the_probe_answers_nobody_who_does_not_know_its_secret(place: Country, settings: Settings) -> None:
    settings.PROBE_EVERY = timedelta(seconds=15)
    visitor, other = Visitor(BERTIL), Visitor(CECILIA)
    visitor.log_in()
    other.log_in()
    host, _, secret = probe_of(visitor).rpartition("/")
    others_secret = probe_of(other).rpartition("/")[2]
    for wrong in ("0" * 32, others_secret, secret[:-1], secret.upper() + "x", "x", "%00"):
        answer = at_the_door(f"{host}/{wrong}", None)
        assert answer.status_code == 404
        assert "Access-Control-Allow-Origin" not in answer
    assert at_the_door(f"{host}/{secret}", None, method="POST").status_code == 405
    assert visitor.get(f"/p/{secret}").status_code == 404, "the site knows no such address"
    assert is_logged_in(visitor), "none of that has locked anything"


def test_a_pulled_card_hides_every_page_behind_one_button(place: Country) -> None:
    visitor = locked(Visitor(BERTIL))
    for address in ("/start", "/attestera", "/min-logg"):
        page = visitor.get(address)
        assert page.status_code == 423
        assert "Lås upp" in text_of(page)
        assert "Anna" not in text_of(page)
    assert visitor.get("/session").status_code == 423
    assert visitor.post("/session/fortsatt").status_code == 423
    assert visitor.get("/hjalp").status_code == 200
    assert BERTIL.name not in text_of(visitor.get("/hjalp"))


def test_the_same_card_on_a_fresh_host_unlocks_the_same_session(place: Country) -> None:
    visitor = locked(Visitor(BERTIL))
    key = visitor.cookies[SESSION_COOKIE].value
    answer = visitor.log_in(**{"las-upp": "1"})
    assert answer["Location"] == "/start"
    assert visitor.cookies[SESSION_COOKIE].value == key
    assert is_logged_in(visitor)
    assert len(log("session.unlocked")) == 1
    assert logins_of(BERTIL) == ["login.done"], "unlocking is no login"


def test_another_card_unlocks_nothing_and_is_not_logged_in_either(place: Country) -> None:
    visitor = locked(Visitor(BERTIL))
    visitor.der = card_of(CECILIA)
    answer = visitor.log_in(**{"las-upp": "1"})
    assert answer.status_code == 403
    assert CECILIA.name not in text_of(visitor.get("/start"))
    assert visitor.get("/start").status_code == 423


def test_a_bad_card_unlocks_nothing(place: Country) -> None:
    visitor = locked(Visitor(BERTIL))
    visitor.der = bad_card("expired")
    assert visitor.log_in(**{"las-upp": "1"})["Location"].startswith("/logga-in/nekad/")
    assert visitor.get("/start").status_code == 423


@pytest.mark.parametrize("before", ["nothing", "not locked", "logged out"])
def test_unlocking_where_nothing_is_locked_is_an_ordinary_login(place: Country, before: str) -> None:
    visitor = Visitor(BERTIL)
    if before != "nothing":
        visitor.log_in()
    if before == "logged out":
        visitor.post("/logga-ut")
    assert visitor.log_in(**{"las-upp": "1"})["Location"] == "/start"
    assert is_logged_in(visitor)
    assert log("session.unlocked") == []


# --- what the card hosts are not for ---------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/start", "/hjalp", "/login.aspx", "/static/registret.css", "/k/", "/p/", "/K"])
def test_a_card_host_answers_nothing_but_the_door_and_the_probe(path: str) -> None:
    answer = at_the_door(UNKNOWN + path, None)
    assert answer.status_code == 404
    assert answer.cookies == {}


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])
def test_the_door_takes_nothing_but_get(place: Country, method: str) -> None:
    visitor = Visitor(BERTIL)
    address = visitor.begin()
    assert at_the_door(address, visitor.der, method=method).status_code in {403, 405}
    assert site_path(visitor.at_the_door(address)) != "/logga-in/svar/", "the label is not burnt by that"


def test_the_link_of_a_letter_confirms_on_the_way_in(place: Country, now: datetime) -> None:
    cast.register(ANNA, place.infection, confirmed=False, at=now)
    letter = newest_confirmation(account_id=cast.account_of(ANNA).id)
    assert letter is not None
    token = confirmation_token(letter.id, letter.version)
    stranger = Visitor(CECILIA)
    assert stranger.log_in(lank=token)["Location"] == f"/bekrafta/{token}"
    assert cast.account_of(ANNA).confirmed_at is None
    anna = Visitor(ANNA)
    assert anna.log_in(lank=token)["Location"] == "/bekraftad"
    assert cast.account_of(ANNA).confirmed_at is not None


@pytest.mark.parametrize("lank", ["x", "1-1.0", "\0", "1-1." + "0" * 32, "https://evil.example/"])
def test_a_made_up_link_is_left_aside(place: Country, lank: str) -> None:
    assert Visitor(BERTIL).log_in(lank=lank)["Location"] == "/start"
