"""The silent question whether the card is still in: on the wire, and what a locked page still shows."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.desks import OpenDesk
from tests.journeys.people import Person
from tests.journeys.running import House
from tests.journeys.wire import Visitor, heading

LOCKED = "Kortet är ute. Sidan är låst."


def at_work(person: Person) -> Visitor:
    theirs = person.visitor()
    assert person.given_name in heading(theirs.log_in())
    return theirs


def test_the_question_is_answered_in_one_word_that_only_the_sites_pages_can_read(house: House, bertil: Person) -> None:
    his = at_work(bertil)
    for origin in (house.site, "https://elsewhere.example", "null"):
        answer = his.at_the_door(his.probe(), Origin=origin)
        assert (answer.status_code, answer.json()) == (200, {"card": "same"})
        assert answer.headers["Access-Control-Allow-Origin"] == house.site, "never the origin that asks"
        assert answer.headers["Access-Control-Allow-Credentials"] == "true"
        assert answer.headers["Vary"] == "Origin"
        assert "no-store" in answer.headers["Cache-Control"]
        assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("shown", ["none", "other"])
def test_a_card_that_is_out_locks_every_page_and_nothing_is_said_but_that(
    house: House, bertil: Person, cecilia: Person, shown: str
) -> None:
    his = at_work(bertil)
    asking = Visitor(house, cecilia.card if shown == "other" else None)
    assert asking.at_the_door(his.probe()).json() == {"card": shown}
    for path in ("/start", "/attestera", "/min-logg"):
        page = his.get(path)
        assert (page.status_code, heading(page)) == (423, LOCKED)
        assert bertil.name not in page.text
        assert bertil.hsa_id not in page.text
        assert "data-probe" not in page.text


def test_a_wrong_secret_or_host_is_answered_like_any_unknown_path_and_locks_nothing(
    house: House, bertil: Person
) -> None:
    his, stranger = at_work(bertil), Visitor(house)
    probe = his.probe()
    host, _, secret = probe.rpartition("/p/")
    unknown = stranger.at_the_door(f"{host}/finns-inte")
    elsewhere = host.replace(str(urlsplit(host).hostname).partition(".")[0], "0" * 32)
    for wrong in (
        f"{host}/p/{'0' * 32}",
        f"{host}/p/{secret[:-1]}",
        f"{host}/p/{secret.upper()}x",
        f"{host}/p/{secret}/",
        f"{host}/p/%00",
        f"{host}/p/å",
        f"{elsewhere}/p/{secret}",
    ):
        answer = stranger.at_the_door(wrong, Origin=house.site)
        assert (answer.status_code, answer.text) == (404, unknown.text), wrong
        assert _without_date(answer.headers) == _without_date(unknown.headers), wrong
        assert not [name for name in answer.headers if name.startswith("access-control")], wrong
    assert his.get("/start").status_code == 200


@pytest.mark.parametrize("method", ["POST", "OPTIONS", "HEAD", "PUT", "DELETE"])
def test_nothing_but_a_plain_question_is_answered(house: House, bertil: Person, method: str) -> None:
    his = at_work(bertil)
    answer = Visitor(house).at_the_door(
        his.probe(), method=method, Origin=house.site, **{"Access-Control-Request-Method": "GET"}
    )
    assert answer.status_code in {303, 405}, "back to the site (what is sent needs a token), or no"
    assert answer.text == ""
    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert his.get("/start").status_code == 200, "and nothing is locked by it"


def test_after_logging_out_the_question_is_answered_and_locks_nobody(house: House, bertil: Person) -> None:
    his = at_work(bertil)
    probe = his.probe()
    his.post("/logga-ut", form_on="/start")
    assert his.at_the_door(probe).json() == {"card": "same"}
    assert Visitor(house).at_the_door(probe).json() == {"card": "none"}
    assert house.ask_database(
        "SELECT end_reason, locked_at FROM accounts_session WHERE hsa_id = %s ORDER BY id DESC LIMIT 1", bertil.hsa_id
    ) == [("logout", None)]


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_whoever_keeps_the_tls_session_of_a_card_that_was_pulled_has_nothing(
    house: House, bertil: Person, version: str, tmp_path: Path
) -> None:
    """With OpenSSL's own client, which keeps whatever a server gives it to come back with."""
    his = at_work(bertil)
    probe, card, session = his.probe(), tmp_path / "card.pem", tmp_path / "session"
    card.write_bytes(bertil.card.pem + bertil.card.key_pem)
    first = _s_client(probe, version, "-cert", str(card), "-sess_out", str(session))
    assert '{"card": "same"}' in first
    # With TLS 1.3 OpenSSL always gives something to come back with. It has to be worth nothing.
    assert session.exists() == (version == "-tls1_3")
    again = _s_client(probe, version, *(["-sess_in", str(session)] if session.exists() else []))
    assert "Reused, " not in again
    assert '{"card": "none"}' in again


@pytest.mark.journey
def test_back_other_tabs_and_old_tabs_show_nothing_of_a_locked_session(
    house: House, bertil: Person, desk: OpenDesk
) -> None:
    his = desk(bertil.card, keeps_pages=True)
    page = his.open("/")
    his.press("Logga in med SmartCard")
    expect(page.get_by_text(bertil.name).first).to_be_visible()
    page.goto(f"{house.site}/attestera")
    expect(page.get_by_text(bertil.name).first).to_be_visible()
    page.goto(f"{house.site}/min-logg")
    left = his.context.new_page()
    left.goto(f"{house.site}/attestera")
    expect(left.get_by_text(bertil.name).first).to_be_visible()
    left.goto("about:blank")

    his.take_out(bertil.card)
    expect(page.get_by_role("heading", name=LOCKED)).to_be_visible()
    for tab, path in ((page, "/attestera"), (page, "/start"), (left, "/attestera")):
        _back(tab)
        expect(tab).to_have_url(house.site + path)
        expect(tab.get_by_role("heading", name=LOCKED)).to_be_visible()
        assert bertil.name not in tab.content()
    for path in ("/start", "/attestera", "/min-logg"):
        assert _fetched(page, path, bertil) == {"status": 423, "named": False}
    assert _fetched(page, "/session", bertil)["status"] == 423


@pytest.mark.journey
def test_back_after_logging_out_shows_nothing(house: House, bertil: Person, desk: OpenDesk) -> None:
    his = desk(bertil.card, keeps_pages=True)
    page = his.open("/")
    his.press("Logga in med SmartCard")
    page.goto(f"{house.site}/attestera")
    expect(page.get_by_text(bertil.name).first).to_be_visible()
    his.press("Logga ut")
    for path in ("/attestera", "/start"):
        _back(page)
        expect(page).to_have_url(house.site + path)
        expect(page.get_by_role("heading", name="Logga in för att fortsätta.")).to_be_visible()
        assert bertil.name not in page.content()


@pytest.mark.journey
def test_without_script_a_pulled_card_is_not_seen_and_the_idle_time_ends_the_session(
    house: House, bertil: Person, desk: OpenDesk
) -> None:
    his = desk(bertil.card, script=False)
    his.open("/")
    his.press("Logga in med SmartCard")
    his.take_out(bertil.card)
    his.open("/attestera")
    expect(his.page.get_by_text(bertil.name).first).to_be_visible()
    house.change_database(
        "UPDATE accounts_session SET seen_at = seen_at - interval '15 minutes' WHERE ended_at IS NULL AND hsa_id = %s",
        bertil.hsa_id,
    )
    his.open("/attestera")
    his.shows("Du har loggats ut.")
    assert bertil.name not in his.page.content()
    his.open("/")
    his.press("Logga in med SmartCard")
    his.shows("Vi fick inget certifikat från ditt kort.")


def _back(page: Page) -> None:
    """As the button does: Playwright's own waits for a page that was kept to load again."""
    page.evaluate("setTimeout(() => history.back())")


def _fetched(page: Page, path: str, person: Person) -> dict[str, object]:
    """What a script in an open page gets of another."""
    asked = "async path => { const answer = await fetch(path); return [answer.status, await answer.text()]; }"
    status, said = page.evaluate(asked, path)
    return {"status": status, "named": person.name in said}


def _s_client(address: str, *arguments: str) -> str:
    """What OpenSSL's client prints of one request to this address."""
    where = urlsplit(address)
    request = f"GET {where.path} HTTP/1.1\r\nHost: {where.netloc}\r\n\r\n"
    to = ["-connect", f"127.0.0.1:{where.port}", "-servername", str(where.hostname)]
    done = subprocess.run(
        ["openssl", "s_client", *to, "-ign_eof", *arguments], input=request.encode(), capture_output=True, timeout=60
    )
    return re.sub(r"\s*\n\s*", "\n", done.stdout.decode(errors="replace"))


def _without_date(headers: object) -> dict[str, str]:
    return {name: value for name, value in dict(headers).items() if name != "date"}  # type: ignore[call-overload]
