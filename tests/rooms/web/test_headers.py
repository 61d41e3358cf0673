"""What every answer tells the browser: keep nothing, run nothing of others, and which cookies are whose."""

from __future__ import annotations

import re
from http.cookies import Morsel
from pathlib import Path

import pytest
from django.conf import settings

from registret.web.http import BROWSER_COOKIE, SESSION_COOKIE
from tests.cast import BERTIL, Country
from tests.rooms.web.client import Browser

pytestmark = pytest.mark.django_db

OPEN = ["/", "/hjalp", "/kort", "/utloggad", "/finns-inte", "/start", "/logga-in/svar/0"]
AT_WORK = ["/start", "/attestera", "/min-logg", "/hjalp", "/session"]


@pytest.fixture
def at_work(place: Country) -> Browser:
    return Browser.of(BERTIL)


def test_no_page_is_kept_by_the_browser(at_work: Browser) -> None:
    for browser, addresses in ((Browser(), OPEN), (at_work, AT_WORK)):
        for address in addresses:
            assert browser.get(address).headers["Cache-Control"] == "no-store", address


def test_a_browser_that_asks_for_an_icon_gets_one_and_pages_name_the_drawing() -> None:
    answer = Browser().get("/favicon.ico")
    body = answer.getvalue()
    assert (answer.status_code, body[:6]) == (200, b"\0\0\1\0\2\0"), "two pictures"
    assert len(body) < 2000
    named = re.search(r'<link rel="icon" type="image/svg\+xml" href="(/static/mark\.[0-9a-f]+\.svg)">', _front())
    assert named is not None
    drawing = Browser().get(named[1])
    assert drawing.getvalue()
    assert drawing.status_code == 200


def test_a_file_of_a_newer_release_is_served_by_one_that_began_before_it_came() -> None:
    root = Path(settings.STATIC_ROOT)
    later, secret = root / "later.0123456789ab.css", root / "later.css"
    try:
        for file in (later, secret):
            file.write_text("x")
        assert Browser().get("/static/later.0123456789ab.css").getvalue() == b"x"
        # Nothing but what is named by what it holds, and nothing elsewhere.
        for path in ("later.css", "x/../later.0123456789ab.css", "%00.0123456789ab.css", "later.0123456789ac.css"):
            assert Browser().get(f"/static/{path}").status_code == 404
    finally:
        later.unlink()
        secret.unlink()


def _front() -> str:
    return Browser().get("/").content.decode()


def test_logging_out_clears_what_the_browser_kept(at_work: Browser) -> None:
    answer = at_work.post("/logga-ut")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert answer.cookies[SESSION_COOKIE].value == ""


@pytest.mark.parametrize("address", OPEN)
def test_no_page_runs_anything_that_is_not_the_sites_own(address: str) -> None:
    headers = Browser().get(address).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert headers["Referrer-Policy"] == "same-origin"


def guarded(cookie: Morsel[str]) -> bool:
    """Of this host alone, over TLS alone, out of reach of scripts, and not sent along with other sites' forms."""
    return bool(
        cookie.key.startswith("__Host-")
        and cookie["secure"]
        and cookie["httponly"]
        and cookie["samesite"] == "Lax"
        and cookie["path"] == "/"
        and not cookie["domain"]
    )


def test_every_cookie_of_the_site_is_guarded() -> None:
    browser = Browser()
    browser.post("/logga-in")
    browser.get("/")
    browser.get("/sprak/en")
    assert set(browser.cookies) >= {BROWSER_COOKIE, settings.CSRF_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME}
    assert [name for name, cookie in browser.cookies.items() if not guarded(cookie)] == []
