"""What every answer carries, what is believed of a request, and what must stand nowhere."""

from __future__ import annotations

import base64
import html
import logging
import re
from collections.abc import Callable
from itertools import product
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from registret.accounts.queries import newest_confirmation
from registret.accounts.visitors import REFUSALS_PER_NETWORK
from registret.ledger.queries import Wanted, entries
from registret.mail.links import confirmation_code, confirmation_token
from registret.rate_limits.services import _key
from registret.web.gate import views
from registret.web.http import SESSION_COOKIE
from tests import cast
from tests.cast import ANNA, BERTIL, CECILIA, DORIS, ERIK, Country, Person
from tests.owner import as_owner
from tests.rooms.web.client import HOST, Browser
from tests.rooms.web.visitor import Response, Visitor, at_the_door, card_of

pytestmark = pytest.mark.django_db

DOOR = f"{'0' * 32}.{settings.CARD_HOST}:8444"

HTTPS: dict[str, Any] = {"wsgi.url_scheme": "https"}


def a_file(name: str = r"registret\.\w+\.css") -> Response:
    page = Browser().get("/").content.decode()
    found = re.search(f'"(/static/{name})"', page)
    assert found is not None
    answer = Browser().get(found[1])
    # To its end: `close` would close the database's connection as well.
    assert answer.getvalue()
    return answer


def broken() -> Response:
    """The page of an unexpected error: a table is gone."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE rate_limits_count RENAME TO gone")
    browser = Browser()
    browser.raise_request_exception = False
    return browser.post("/logga-in")


ANSWERS: dict[str, Callable[[], Response]] = {
    "a page": lambda: Browser().get("/"),
    "a page at work": lambda: Browser.of(BERTIL).get("/attestera"),
    "a refusal": lambda: Browser().get("/start"),
    "a page that does not exist": lambda: Browser().get("/finns-inte"),
    "a method that is not allowed": lambda: Browser().get("/logga-ut"),
    "a forged form": lambda: Browser(enforce_csrf_checks=True).post("/logga-in"),
    "a redirect": lambda: Browser().get("/login.aspx"),
    "json": lambda: Browser.of(BERTIL).get("/session"),
    "a file": a_file,
    "a file that does not exist": lambda: Browser().get("/static/x.css"),
    "an unknown host": lambda: Client(HTTP_HOST="evil.example").get("/", **HTTPS),
    "a misdirected request": lambda: Client(HTTP_HOST=DOOR).get("/k", **HTTPS),
    "the door": lambda: at_the_door(f"https://{DOOR}/k", None),
    "nothing at the door": lambda: at_the_door(f"https://{DOOR}/", None),
    "too large a body": lambda: Browser().post("/logga-in", {"x": "x" * 2_000_000}),
    "an unexpected error": broken,
}
every_answer = pytest.mark.parametrize("name", ANSWERS)


# --- headers ---------------------------------------------------------------------------------------

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self' https://*.kort.registret.localhost:8444",
    "form-action": "'self' https://*.kort.registret.localhost:8444",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


@every_answer
def test_every_answer_has_the_strict_policy_and_no_other(place: Country, name: str) -> None:
    answer = ANSWERS[name]()
    policy = dict(part.strip().partition(" ")[::2] for part in answer["Content-Security-Policy"].split(";"))
    assert policy == POLICY
    assert "Content-Security-Policy-Report-Only" not in answer
    assert "unsafe" not in answer["Content-Security-Policy"]


@every_answer
def test_what_is_text_names_its_charset(place: Country, name: str) -> None:
    kind = ANSWERS[name]().headers.get("Content-Type", "application/json")
    assert kind == "application/json" or 'charset="utf-8"' in kind or "charset=utf-8" in kind


def test_a_drawing_names_its_charset(place: Country) -> None:
    assert a_file(r"mark\.\w+\.svg")["Content-Type"] == "image/svg+xml; charset=utf-8"


@every_answer
def test_every_answer_keeps_to_https_and_to_itself(place: Country, name: str) -> None:
    answer = ANSWERS[name]()
    assert answer["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] in {"same-origin", "no-referrer"}
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in answer["Permissions-Policy"]
    for told in ("Server", "X-Powered-By", "Via"):
        assert told not in answer


@every_answer
def test_nothing_is_kept_by_browser_or_proxy_but_the_files_of_the_look(place: Country, name: str) -> None:
    answer = ANSWERS[name]()
    if name == "a file":
        assert "immutable" in answer["Cache-Control"]
        assert not answer.cookies
    else:
        assert answer["Cache-Control"] == "no-store"


def test_the_site_is_readable_by_no_other_site(place: Country) -> None:
    for answer in (
        Browser().get("/", headers={"Origin": "https://evil.example"}),
        Browser.of(BERTIL).get("/session", headers={"Origin": "https://evil.example"}),
        Browser().options("/session", headers={"Origin": "https://evil.example"}),
        at_the_door(f"https://{DOOR}/k", None, HTTP_ORIGIN="https://evil.example"),
        a_file(),
    ):
        assert not [header for header in answer.headers if header.lower().startswith("access-control-")]


# --- cookies ---------------------------------------------------------------------------------------


def test_every_cookie_belongs_to_this_host_alone_and_is_out_of_reach_of_scripts(place: Country) -> None:
    visitor = Visitor(BERTIL)
    answers = [visitor.get("/"), visitor.get("/sprak/en"), visitor.post("/logga-in"), visitor.log_in()]
    answers.append(visitor.post("/logga-ut"))
    seen = {}
    for answer in answers:
        for name, cookie in answer.cookies.items():
            seen[name] = cookie
            assert name.startswith("__Host-")
            assert (cookie["path"], cookie["domain"], cookie["samesite"]) == ("/", "", "Lax")
            assert cookie["secure"]
            assert cookie["httponly"] or cookie["max-age"] == 0
    assert set(seen) == {"__Host-skydd", "__Host-sprak", "__Host-forsok", "__Host-session"}


def test_cookies_that_prove_something_end_with_the_browser(place: Country) -> None:
    visitor = Visitor(BERTIL)
    begun, entered = visitor.post("/logga-in"), visitor.log_in()
    for cookie in (*begun.cookies.values(), *entered.cookies.values()):
        assert (cookie["max-age"], cookie["expires"]) == ("", "")


def test_the_key_of_a_session_stands_in_its_cookie_and_nowhere_else(place: Country) -> None:
    visitor = Visitor(BERTIL)
    entered = visitor.log_in()
    key = visitor.cookies[SESSION_COOKIE].value
    assert len(key) == 64
    assert key not in entered["Location"]
    for address in ("/start", "/min-logg", "/attestera", "/session", "/hjalp"):
        assert key not in visitor.get(address).content.decode()


# --- what is believed of a request -----------------------------------------------------------------


def as_headers(der: bytes) -> dict[str, str]:
    """A good certificate in every header that some front uses for one."""
    pem = x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM).decode()
    line, b64 = pem.replace("\n", " "), base64.b64encode(der).decode()
    names = [
        "Client-Cert",
        "Client-Cert-Chain",
        "X-Client-Cert",
        "X-SSL-Client-Cert",
        "X-SSL-Cert",
        "X-SSL-Client-Certificate",
        "SSL-Client-Cert",
        "SSL_CLIENT_CERT",
        "X-Forwarded-Client-Cert",
        "X-ARR-ClientCert",
        "X-Amzn-Mtls-Clientcert",
        "X-TLS-Client-Cert",
        "Registret-Certificate",
        "Registret.Certificate",
        "X-Registret-Certificate",
    ]
    values = [line, quote(pem), b64, f":{b64}:"]
    return {name: values[number % len(values)] for number, name in enumerate(names)} | {
        "X-SSL-Client-Verify": "SUCCESS",
        "X-SSL-Client-S-DN": f"serialNumber={BERTIL.hsa_id},CN=Bertil Holm",
        "X-Remote-User": BERTIL.hsa_id,
        "Remote-User": BERTIL.hsa_id,
        "Authorization": f"Basic {base64.b64encode(BERTIL.hsa_id.encode()).decode()}",
        "Registret-Door": "card",
        "Registret.Door": "card",
    }


def in_environ(headers: dict[str, str]) -> dict[str, Any]:
    """As WSGI names them, in both spellings."""
    return {f"HTTP_{spelling(name)}": value for name, value in headers.items() for spelling in (wsgi, str)}


def wsgi(name: str) -> str:
    return name.upper().replace("-", "_")


def test_a_certificate_in_any_header_is_no_card(place: Country) -> None:
    visitor = Visitor(None)
    forged = in_environ(as_headers(card_of(BERTIL)))
    answer = at_the_door(visitor.begin(), None, **forged)
    page = visitor.get(answer["Location"].removeprefix(settings.SITE_ORIGIN))
    assert page["Location"].startswith("/logga-in/nekad/")
    assert entries(wanted=Wanted(event="card.refused")).rows[0].facts["code"] == "card.none"
    assert SESSION_COOKIE not in visitor.cookies


def test_a_certificate_in_any_header_does_not_replace_the_one_that_was_shown(place: Country) -> None:
    visitor = Visitor(CECILIA)
    answer = at_the_door(visitor.begin(), visitor.der, **in_environ(as_headers(card_of(BERTIL))))
    visitor.get(answer["Location"].removeprefix(settings.SITE_ORIGIN))
    assert entries(wanted=Wanted(event="login.done")).rows[0].by_hsa_id == CECILIA.hsa_id


@pytest.mark.parametrize("address", ["/start", "/attestera", "/kansliet", "/loggen", "/registrera"])
def test_headers_let_nobody_in_at_the_site(place: Country, address: str) -> None:
    assert Browser().get(address, **in_environ(as_headers(card_of(BERTIL)))).status_code == 401


def test_who_asks_and_whence_is_not_read_from_headers(place: Country) -> None:
    told: dict[str, Any] = {
        "HTTP_X_FORWARDED_FOR": "198.51.100.1",
        "HTTP_X_REAL_IP": "198.51.100.1",
        "HTTP_FORWARDED": "for=198.51.100.1;host=evil.example;proto=http",
        "HTTP_X_FORWARDED_HOST": "evil.example",
        "HTTP_X_FORWARDED_PROTO": "http",
        "HTTP_X_ORIGINAL_URL": "/kansliet",
        "HTTP_X_REWRITE_URL": "/kansliet",
        "HTTP_X_HTTP_METHOD_OVERRIDE": "POST",
    }
    answer = Browser().get("/start", REMOTE_ADDR="192.0.2.7", **told)
    assert answer.status_code == 401
    assert "evil.example" not in answer.content.decode()
    assert "Strict-Transport-Security" in answer
    assert entries(wanted=Wanted(event="request.refused")).rows[0].network == "192.0.2.7"
    assert Browser().get("/logga-ut", **told).status_code == 405


@pytest.mark.parametrize(
    ("host", "door", "status"),
    [
        (HOST, "site", 200),
        ("REGISTRET.LOCALHOST:8443", "site", 200),
        (HOST, "card", 421),
        (DOOR, "site", 421),
        (settings.CARD_HOST, "site", 421),
        (settings.CARD_HOST, "card", 421),
        (f"www.{settings.SITE_HOST}", "site", 400),
        ("evil.example", "site", 400),
        ("evil.example", "card", 400),
        (f"{settings.SITE_HOST}.evil.example", "site", 400),
        (f"evil.example#{settings.SITE_HOST}", "site", 400),
        (f"{settings.SITE_HOST}@evil.example", "site", 400),
        ("127.0.0.1", "site", 400),
        ("[::1]", "site", 400),
        ("", "site", 400),
    ],
)
def test_a_host_its_listener_and_its_addresses_belong_together(
    place: Country, host: str, door: str, status: int
) -> None:
    answer = Client().get("/", HTTP_HOST=host, **HTTPS | {"registret.door": door})
    assert answer.status_code == status


# --- methods and bodies ----------------------------------------------------------------------------


def addresses() -> list[str]:
    """Every address of the site, with something in its gaps."""
    return ["/" + re.sub(r"<[^>]+>", "1", address) for address, _ in views(settings.ROOT_URLCONF)]


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "GET "])
def test_methods_that_nobody_needs_are_refused_everywhere(place: Country, method: str) -> None:
    browser = Browser.of(DORIS)
    for address in addresses():
        # A system may stop its file or take its order back, and a card is nothing to it.
        deletes = method == "DELETE" and address in {"/api/v1/imports/1", "/api/v1/exports/1"}
        fits = {401} if deletes else {400, 404, 405}
        assert browser.generic(method, address).status_code in fits, address


def test_no_address_changes_anything_by_being_read(place: Country) -> None:
    """Whatever is read, by anybody: no row is made or changed but entries of the log and when somebody was seen."""
    readers = [Browser(), *(Browser.of(who) for who in (ANNA, BERTIL, DORIS, ERIK))]
    before = rows()
    for reader in readers:
        for address in addresses():
            if not address.startswith("/logga-in/svar"):
                assert reader.get(address).status_code < 500, address
    assert rows() == before


def rows() -> dict[str, list[str]]:
    """What is in the database, without the log and what counts the refusals that it takes."""
    found, refusals = {}, _key(REFUSALS_PER_NETWORK, "127.0.0.1").hex()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table not in {"ledger_entry", "accounts_session", "django_migrations"}:
                cursor.execute(f"SELECT row::text FROM {connection.ops.quote_name(table)} AS row")  # noqa: S608
                found[table] = sorted(row for (row,) in cursor.fetchall() if refusals not in row)
    return found


BODIES: dict[str, tuple[Any, str]] = {
    "too large": ("x=" + "x" * 1_100_000, "application/x-www-form-urlencoded"),
    "too many fields": ("&".join("x=1" for _ in range(2001)), "application/x-www-form-urlencoded"),
    "a broken multipart": (b"--x\r\n", "multipart/form-data; boundary=x"),
    "a multipart without boundary": (b"abc", "multipart/form-data"),
    "a boundary that cannot be": (b"abc", "multipart/form-data; boundary=" + "é" * 300),
    "an unknown charset": (b"email=x", "application/x-www-form-urlencoded; charset=utf-7000"),
    "utf-16": ("email=x".encode("utf-16"), "application/x-www-form-urlencoded; charset=utf-16"),
    "bytes that are no text": (b"email=\xff\xfe\x00&code=\xed\xa0\x80", "application/x-www-form-urlencoded"),
    "json": ('{"email": "x"}', "application/json"),
    "nothing": (b"", "application/x-www-form-urlencoded"),
    "no type": (b"abc", ""),
}


@pytest.mark.parametrize("who", [ANNA, BERTIL, DORIS], ids=lambda who: str(who.card.given_name))
def test_a_body_that_makes_no_sense_is_answered_and_does_nothing(place: Country, who: Person) -> None:
    there = {ANNA: ["/logga-in", "/registrera", "/ansokan/kod"], BERTIL: ["/attestera/1"], DORIS: ["/kansliet/utse"]}
    browser = Browser.of(who, enforce_csrf_checks=True)
    before = rows()
    for address, (name, (body, kind)) in product(there[who], BODIES.items()):
        answer = browser.generic("POST", address, body, content_type=kind)
        assert answer.status_code in {400, 403, 413}, (address, name)
    assert rows() == before


QUERIES = ["x=" + "y" * 50_000, "&" * 10_000, "%", "%zz=%00", "klart=" + "9" * 5000, "q=%ff"]


@pytest.mark.parametrize("address", ["/", "/attestera", "/kansliet", "/loggen", "/min-logg", "/hjalp"])
def test_an_odd_query_is_answered(place: Country, address: str) -> None:
    browser = Browser.of({"/attestera": BERTIL, "/loggen": ERIK}.get(address, DORIS))
    for query in QUERIES:
        assert browser.get(f"{address}?{query}").status_code in {200, 303, 400, 422}, query[:20]


# --- where it leads --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "till",
    [
        "https://evil.example/",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "\x00//evil.example",
        " //evil.example",
        "javascript:alert(1)",
        "/javascript:alert(1)//\r\nSet-Cookie: a=b",
        "https:evil.example",
        "/%2f/evil.example",
        "evil.example",
        "@evil.example",
        "/..//evil.example",
    ],
)
def test_the_choice_of_language_leads_nowhere_else(till: str) -> None:
    answer = Browser().get("/sprak/en", {"till": till})
    target = answer["Location"]
    assert answer.status_code == 303
    assert target.startswith("/")
    assert not target.startswith(("//", "/\\"))
    assert urlsplit(target).netloc == ""
    assert "\r" not in target
    assert "\n" not in target


# --- what must stand nowhere -----------------------------------------------------------------------


def personal() -> set[str]:
    """What names a person of the cast, in lower case."""
    people = (ANNA, BERTIL, CECILIA, DORIS, ERIK)
    names = {part for who in people for part in (who.card.given_name, who.card.surname)}
    ids = {text for who in people for text in (who.hsa_id, who.hsa_id.partition("-")[2], who.email.text)}
    return {text.lower() for text in names | ids}


def test_no_address_that_a_page_makes_names_a_person(place: Country) -> None:
    cast.register(ANNA, place.infection, at=timezone.now())
    found: set[str] = set()
    pages = [address for address, _ in views(settings.ROOT_URLCONF) if "<" not in address]
    for who in (ANNA, BERTIL, CECILIA, DORIS, ERIK):
        browser = Browser.of(who)
        todo, done = [f"/{address}" for address in pages], set[str]()
        while todo:
            address = todo.pop()
            if address in done or len(done) > 150 or address.startswith("/sprak"):
                continue
            done.add(address)
            answer = browser.get(address)
            made = [answer["Location"]] if answer.status_code in {301, 302, 303} else []
            made += re.findall(r'(?:href|action|src|data-probe)="([^"]*)"', answer.content.decode())
            found |= {html.unescape(a) for a in made}
            todo += [html.unescape(a).partition("#")[0] for a in made if a.startswith("/") and "/static/" not in a]
    assert len(found) > 50
    assert {a for a in found if any(text in unquote(a).lower() for text in personal())} == set()


def test_what_the_program_says_names_nobody_and_gives_no_secret_away(
    place: Country, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("registret", "twisted", "csp"):
        caplog.set_level(logging.DEBUG, logger=name)
    visitor = Visitor(ANNA)
    address = visitor.begin()
    code = visitor.at_the_door(address)["Location"].rpartition("/")[2]
    visitor.get(f"/logga-in/svar/{code}")
    visitor.get(f"/logga-in/svar/{code}")
    form = {"email": ANNA.email.text, "clinic": place.infection, "role": "reporter", "sub_registries": ["pneumoni"]}
    visitor.post("/registrera", form | {"secrecy": "on", "ok": "1"})
    letter = newest_confirmation(account_id=cast.account_of(ANNA).id)
    assert letter is not None
    token = confirmation_token(letter.id, letter.version)
    for path in ("/bekrafta/" + token, f"/finns-inte/{ANNA.hsa_id}", f"/bekrafta/{ANNA.email}", "/loggen", "/logga-ut"):
        visitor.get(path)
    Browser(enforce_csrf_checks=True).post(f"/bekrafta/{token}")
    visitor.post("/ansokan/kod", {"code": "AAAAAA"})
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_entry ADD CONSTRAINT broken CHECK (by_name <> 'Anna Berg') NOT VALID")
    visitor.raise_request_exception = False
    failed = visitor.post("/ansokan/skicka-igen")
    assert failed.status_code == 500
    said = (caplog.text + "".join(capfd.readouterr())).lower()
    assert "unexpected integrityerror in view resend" in said, "an operator learns where"
    secrets = {
        "label": urlsplit(address).netloc.partition(".")[0],
        "code": code,
        "token": token,
        "mail code": confirmation_code(letter.id, letter.version),
        "session": visitor.cookies[SESSION_COOKIE].value,
        "browser": visitor.cookies["__Host-forsok"].value,
    }
    assert {name for name, secret in secrets.items() if secret.lower() in said} == set()
    assert {text for text in personal() if re.search(rf"\b{re.escape(text)}\b", said)} == set()
    page = failed.content.decode().lower()
    assert not [text for text in personal() if text in page]
    assert "integrityerror" not in page
