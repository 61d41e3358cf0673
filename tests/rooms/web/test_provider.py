"""Logging in through the identity provider: over the wire with a real one, and with one that lies in every way."""

from __future__ import annotations

import base64
import gzip
import hmac
import html
import json
import os
import re
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import flask
import httpx
import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey
from pytest_django import Settings

from registret.accounts.attempts import Purpose, begin, begin_flow
from registret.accounts.doors import claim
from registret.accounts.models import Account, LoginAttempt, Session
from registret.accounts.queries import living_account, newest_confirmation
from registret.accounts.refusals import AttemptStale
from registret.config.not_ready import NotReady
from registret.config.ready import check_provider
from registret.demo.pki import DemoAuthority
from registret.ledger.queries import EntryRow, Wanted, entries
from registret.mail.links import confirmation_token
from registret.oidc import client as oidc
from registret.web.door.provider import provider
from registret.web.http import BROWSER_COOKIE, SESSION_COOKIE
from tests import cast
from tests.cast import ANNA, BERTIL, Person
from tests.idp import CLIENT_ID, CLIENT_SECRET, LOA2, LOA3, IdentityProvider
from tests.rooms.web.client import HOST, Browser, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("idp")]

SITE = f"https://{HOST}"
Sign = Callable[[dict[str, Any], IdentityProvider], str]
AUTHORITY = DemoAuthority.load(Path(os.environ["REGISTRET_TEST_FOLDER"]) / "ca")
BACK = "/logga-in/legitimering/svar"


@pytest.fixture(scope="module")
def running() -> Iterator[IdentityProvider]:
    with IdentityProvider(AUTHORITY.site_server) as there:
        yield there


@pytest.fixture
def idp(running: IdentityProvider, settings: Settings) -> Iterator[IdentityProvider]:
    """A truthful identity provider, named by the settings. What the site has read of it is forgotten afterwards."""
    running.truth()
    settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = (
        running.issuer,
        CLIENT_ID,
        CLIENT_SECRET,
    )
    settings.OIDC_CA_FILE = str(AUTHORITY.web_root)
    provider.cache_clear()
    yield running
    provider.cache_clear()


def begun(browser: Browser, **form: str) -> str:
    """The address that the button leads to."""
    page = browser.post("/logga-in/legitimering", form)
    assert page.status_code == 200, page.content
    return linked(page)


def at_the_provider(address: str) -> str:
    """Where the provider sends the browser once the person has shown the card (path and query)."""
    context = ssl.create_default_context(cafile=str(AUTHORITY.web_root))
    answer = httpx.get(address, verify=context, timeout=30)
    assert answer.status_code == 302, answer.text
    assert answer.headers["Location"].startswith(f"{SITE}{BACK}?")
    return str(answer.headers["Location"].removeprefix(SITE))


def logged_in(browser: Browser | None = None, **form: str) -> Any:
    """The page at the end of the whole way."""
    browser = browser or Browser()
    return browser.get(at_the_provider(begun(browser, **form)), follow=True)


def reason(page: Any) -> str:
    """The refusal that the page tells, with its word for the support; nobody has got a session by it."""
    assert not Session.objects.exists()
    entry = newest("idp.refused")
    code, why = str(entry.facts["code"]), entry.facts.get("reason")
    assert f"{entry.reference} · {code}" in text_of(page)
    return f"{code} {why}" if why else code


def newest(event: str) -> EntryRow:
    return entries(wanted=Wanted(event=event), size=1).rows[0]


def events() -> list[str]:
    return [entry.event for entry in reversed(entries(wanted=Wanted()).rows)]


def claims_of(who: Person) -> dict[str, Any]:
    card = who.card
    return {
        "employeeHsaId": card.hsa_id.text,
        "given_name": card.given_name,
        "family_name": card.surname,
        "credentialOrganizationName": card.organisation,
    }


# --- the truth -------------------------------------------------------------------------------------


def test_whoever_has_an_account_is_at_work_with_the_same_account_as_by_card(idp: IdentityProvider) -> None:
    cast.country(timezone.now() - timedelta(days=1))
    idp.person = claims_of(BERTIL)
    page = logged_in()
    assert page.redirect_chain[-1][0] == "/start"
    assert BERTIL.name in text_of(page)
    assert Account.objects.filter(hsa_id=BERTIL.hsa_id).count() == 1


def test_the_page_that_was_wanted_comes_after_it_and_no_other_place(idp: IdentityProvider) -> None:
    cast.country(timezone.now() - timedelta(days=1))
    idp.person = claims_of(BERTIL)
    assert 'name="till" value="/personer"' in Browser().get("/personer").content.decode()
    assert logged_in(till="/personer").redirect_chain[-1][0] == "/personer"
    assert logged_in(till="//evil.example/").redirect_chain[-1][0] == "/start"


def test_only_the_log_says_which_way_somebody_came(idp: IdentityProvider) -> None:
    cast.country(timezone.now() - timedelta(days=1))
    before = len(events())
    idp.person = claims_of(BERTIL)
    by_provider = logged_in()
    assert events()[before:] == ["idp.read", "login.done"]
    read = newest("idp.read")
    assert (read.by_hsa_id, read.by_name, read.facts) == (BERTIL.hsa_id, BERTIL.name, {"issuer": idp.issuer})
    by_card = Browser.of(BERTIL).get("/start")
    assert alike(by_provider) == alike(by_card)


def test_an_unknown_hsa_id_registers_with_the_names_that_the_provider_tells(idp: IdentityProvider) -> None:
    cast.clinics(timezone.now())
    page = logged_in()
    assert page.redirect_chain[-1][0] == "/registrera"
    for told in ("Anna Berg", ANNA.hsa_id, "Region Norrvik"):
        assert told in text_of(page)


def test_a_letters_link_is_confirmed_on_the_way(idp: IdentityProvider) -> None:
    now = timezone.now()
    place = cast.country(now - timedelta(days=1))
    cast.register(ANNA, place.infection, confirmed=False, at=now - timedelta(hours=1))
    account = living_account(hsa_id=ANNA.card.hsa_id)
    assert account is not None
    letter = newest_confirmation(account_id=account.id)
    assert letter is not None
    page = logged_in(lank=confirmation_token(letter.id, letter.version))
    assert page.redirect_chain[-1][0] == "/bekraftad"
    assert newest("account.confirm_email").by_hsa_id == ANNA.hsa_id


def test_what_is_asked_for_is_a_fresh_login_at_level_3_with_an_hsa_id(idp: IdentityProvider) -> None:
    browser = Browser()
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    at_the_provider(begun(browser))
    asked = idp.asked[-1]
    assert (asked["response_type"], asked["scope"], asked["code_challenge_method"]) == ("code", "openid", "S256")
    assert (asked["prompt"], asked["max_age"], asked["acr_values"]) == ("login", "0", LOA3)
    assert (asked["redirect_uri"], asked["ui_locales"]) == (f"{SITE}{BACK}", "en")
    assert json.loads(asked["claims"])["id_token"]["employeeHsaId"] == {"essential": True}
    assert "client_secret" not in asked


def test_no_secret_of_a_login_is_stored_or_used_twice(idp: IdentityProvider) -> None:
    browser = Browser()
    for _ in range(2):
        at_the_provider(begun(browser))
    one, other = idp.asked
    stored = repr(list(LoginAttempt.objects.values_list()))
    for name in ("state", "nonce", "code_challenge"):
        assert one[name] != other[name]
        assert len(one[name]) >= 43
        assert one[name] not in stored


def test_no_host_asks_for_a_card_that_only_the_provider_saw(idp: IdentityProvider, settings: Settings) -> None:
    settings.PROBE_EVERY = timedelta(seconds=15)
    cast.country(timezone.now() - timedelta(days=1))
    idp.person = claims_of(BERTIL)
    assert "data-probe" in Browser.of(BERTIL).get("/start").content.decode()
    assert "data-probe" not in logged_in().content.decode()


@pytest.mark.parametrize("key", [RSAKey.generate_key(2048), ECKey.generate_key("P-256")], ids=["RSA", "P-256"])
def test_a_client_may_show_who_it_is_with_a_key(idp: IdentityProvider, settings: Settings, key: RSAKey | ECKey) -> None:
    idp.client_key = key
    settings.OIDC_CLIENT_SECRET, settings.OIDC_CLIENT_KEY = "", key.as_pem(private=True).decode()
    provider.cache_clear()
    assert logged_in().redirect_chain[-1][0] == "/registrera"
    settings.OIDC_CLIENT_KEY = RSAKey.generate_key(2048).as_pem(private=True).decode()
    provider.cache_clear()
    Session.objects.all().delete()
    assert reason(logged_in()) == "idp.unavailable client"


def test_what_the_provider_says_of_itself_is_kept_and_a_new_key_is_fetched(idp: IdentityProvider) -> None:
    logged_in()
    logged_in()
    assert idp.requests.count("/.well-known/openid-configuration") == 1
    assert idp.requests.count("/keys") == 1
    idp.key = RSAKey.generate_key(2048, {"use": "sig", "kid": "new"})
    assert logged_in().redirect_chain[-1][0] == "/registrera"
    assert idp.requests.count("/keys") == 2


def test_ids_of_test_environments_count_only_where_test_cards_do(idp: IdentityProvider, settings: Settings) -> None:
    idp.lies.claims = {"employeeHsaId": "TSTNMT2321000156-1025"}
    settings.ACCEPT_TEST_CARDS = False
    assert reason(logged_in()) == "idp.malformed hsa_id"
    settings.ACCEPT_TEST_CARDS = True
    provider.cache_clear()
    assert "TSTNMT2321000156-1025" in text_of(logged_in())


# --- off, and the buttons --------------------------------------------------------------------------


def test_without_an_issuer_there_is_no_button_and_no_address() -> None:
    provider.cache_clear()
    assert "SITHS eID" not in text_of(Browser().get("/")).replace("SITHS eID-appen", "")
    assert Browser().post("/logga-in/legitimering").status_code == 404
    assert Browser().get("/logga-in/legitimering").status_code == 404
    assert Browser().get(f"{BACK}?state=x&code=y").status_code == 404


def test_with_an_issuer_the_button_stands_wherever_one_logs_in(idp: IdentityProvider, settings: Settings) -> None:
    settings.OIDC_NAME = "Regionens inloggning"
    for address in ("/", "/hjalp/fel/card.none", "/hjalp/fel/idp.unavailable", "/start"):
        assert "Logga in med Regionens inloggning" in text_of(Browser().get(address)), address


def test_help_explains_it_only_where_there_is_one(idp: IdentityProvider, settings: Settings) -> None:
    page = Browser().get("/hjalp/kort").content.decode()
    assert 'id="legitimering"' in page
    assert 'href="#legitimering"' in page
    settings.OIDC_ISSUER = ""
    assert "legitimering" not in re.findall(r' id="([^"]+)"', Browser().get("/hjalp/kort").content.decode())


def test_the_login_begins_with_a_form_of_the_site_only(idp: IdentityProvider) -> None:
    assert Browser(enforce_csrf_checks=True).post("/logga-in/legitimering").status_code == 403
    assert Browser().get("/logga-in/legitimering").headers["Location"] == "/"
    assert not LoginAttempt.objects.exists()


# --- logging out -----------------------------------------------------------------------------------


def test_logging_out_leads_by_the_provider_which_forgets_the_person_too(idp: IdentityProvider) -> None:
    browser = Browser()
    logged_in(browser)
    page = browser.post("/logga-ut")
    address = linked(page)
    assert address.startswith(f"{idp.issuer}/logout?")
    assert parse_qs(urlsplit(address).query) == {
        "client_id": [CLIENT_ID],
        "post_logout_redirect_uri": [f"{SITE}/utloggad"],
    }
    assert page.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert page.cookies[SESSION_COOKIE].value == ""
    assert newest("session.ended").facts["reason"] == "logout"
    assert not Session.objects.filter(ended_at=None).exists()


def test_logging_out_needs_no_provider(idp: IdentityProvider) -> None:
    browser = Browser()
    logged_in(browser)
    provider.cache_clear()
    idp.lies.reply = lambda path: ("out of order", 500)
    page = browser.post("/logga-ut")
    assert (page.status_code, page.headers["Location"]) == (303, "/utloggad")
    assert not Session.objects.filter(ended_at=None).exists()


def test_whoever_came_by_card_is_not_logged_out_of_the_provider(idp: IdentityProvider) -> None:
    cast.country(timezone.now() - timedelta(days=1))
    page = Browser.of(BERTIL).post("/logga-ut")
    assert page.headers["Location"].startswith("/utloggad#https://")


# --- a token that lies -----------------------------------------------------------------------------


def other_key(claims: dict[str, Any], idp: IdentityProvider) -> str:
    return jwt.encode({"alg": "RS256", "kid": idp.key.kid}, claims, RSAKey.generate_key(2048))


def key_in_the_header(claims: dict[str, Any], idp: IdentityProvider) -> str:
    own = RSAKey.generate_key(2048)
    return jwt.encode({"alg": "RS256", "kid": idp.key.kid, "jwk": own.as_dict(private=False)}, claims, own)


def unsigned(claims: dict[str, Any], idp: IdentityProvider) -> str:
    return f"{encoded({'alg': 'none', 'kid': idp.key.kid})}.{encoded(claims)}."


def public_key_as_secret(claims: dict[str, Any], idp: IdentityProvider) -> str:
    told = f"{encoded({'alg': 'HS256', 'kid': idp.key.kid})}.{encoded(claims)}"
    seal = hmac.digest(idp.key.as_pem(private=False), told.encode(), "sha256")
    return f"{told}.{base64.urlsafe_b64encode(seal).rstrip(b'=').decode()}"


def unknown_kid(claims: dict[str, Any], idp: IdentityProvider) -> str:
    return jwt.encode({"alg": "RS256", "kid": "unheard of"}, claims, idp.key)


def access_token(claims: dict[str, Any], idp: IdentityProvider) -> str:
    return jwt.encode({"alg": "RS256", "kid": idp.key.kid, "typ": "at+jwt"}, claims, idp.key)


def changed_afterwards(claims: dict[str, Any], idp: IdentityProvider) -> str:
    header, _, signature = jwt.encode({"alg": "RS256", "kid": idp.key.kid}, claims, idp.key).split(".")
    return f"{header}.{encoded(claims | {'employeeHsaId': BERTIL.hsa_id})}.{signature}"


@pytest.mark.parametrize(
    "sign",
    [other_key, key_in_the_header, unsigned, public_key_as_secret, unknown_kid, changed_afterwards, lambda *_: "a.b.c"],
)
def test_a_token_that_the_provider_has_not_signed_is_not_believed(idp: IdentityProvider, sign: Sign) -> None:
    idp.lies.sign = lambda claims: sign(claims, idp)
    assert reason(logged_in()) == "idp.untrusted signature"


def test_another_kind_of_token_is_no_id_token(idp: IdentityProvider) -> None:
    idp.lies.sign = lambda claims: access_token(claims, idp)
    assert reason(logged_in()) == "idp.untrusted token"


NOW = int(time.time())
HOUR = 3600


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"nonce": "of another login"}, "idp.untrusted nonce"),
        ({"nonce": None}, "idp.untrusted nonce"),
        ({"iss": "https://another.example"}, "idp.untrusted issuer"),
        ({"aud": "another client"}, "idp.untrusted audience"),
        ({"aud": [CLIENT_ID, "another client"]}, "idp.untrusted audience"),
        ({"aud": []}, "idp.untrusted audience"),
        ({"azp": "another client"}, "idp.untrusted audience"),
        ({"exp": NOW - HOUR}, "idp.untrusted time"),
        ({"exp": "tomorrow"}, "idp.untrusted time"),
        ({"exp": True}, "idp.untrusted time"),
        ({"iat": NOW - HOUR}, "idp.untrusted time"),
        ({"iat": NOW + HOUR}, "idp.untrusted time"),
        ({"nbf": NOW + HOUR}, "idp.untrusted time"),
        ({"nbf": None}, "idp.untrusted time"),
        ({"exp": 10**30}, "idp.untrusted time"),
        ({"acr": LOA2}, "idp.level"),
        ({"acr": ""}, "idp.level"),
        ({"acr": [LOA2, LOA3]}, "idp.level"),
        ({"auth_time": NOW - HOUR}, "idp.not_fresh"),
        ({"auth_time": None}, "idp.not_fresh"),
        ({"auth_time": True}, "idp.not_fresh"),
        ({"employeeHsaId": ""}, "idp.no_hsa_id"),
        ({"employeeHsaId": "SE2321009990-E00K4T2"}, "idp.malformed hsa_id"),
        ({"employeeHsaId": "189912319812"}, "idp.malformed hsa_id"),
        ({"employeeHsaId": ["SE2321009991-E00K4T2"]}, "idp.malformed hsa_id"),
        ({"employeeHsaId": "SE2321009991-E00K4T2\x00"}, "idp.malformed hsa_id"),
        ({"family_name": ""}, "idp.malformed names"),
        ({"family_name": "Berg\nDahl"}, "idp.malformed names"),
        ({"given_name": {"first": "Anna"}}, "idp.malformed names"),
        ({"credentialOrganizationName": "x" * 257}, "idp.malformed names"),
    ],
)
def test_a_signed_token_that_is_not_for_this_login_lets_nobody_in(
    idp: IdentityProvider, claims: dict[str, Any], why: str
) -> None:
    idp.lies.claims = claims
    page = logged_in()
    assert reason(page) == why
    assert "189912319812" not in page.content.decode() + repr(newest("idp.refused"))


@pytest.mark.parametrize(
    ("claim", "why"),
    [
        ("nonce", "idp.untrusted nonce"),
        ("iss", "idp.untrusted issuer"),
        ("aud", "idp.untrusted audience"),
        ("exp", "idp.untrusted time"),
        ("iat", "idp.untrusted time"),
        ("acr", "idp.level"),
        ("auth_time", "idp.not_fresh"),
        ("employeeHsaId", "idp.no_hsa_id"),
        ("family_name", "idp.malformed names"),
    ],
)
def test_a_token_that_leaves_something_out_lets_nobody_in(idp: IdentityProvider, claim: str, why: str) -> None:
    idp.lies.without = (claim,)
    assert reason(logged_in()) == why


def test_clocks_may_differ_by_some_seconds(idp: IdentityProvider) -> None:
    late = int(time.time()) - 30
    idp.lies.claims = {"iat": late, "auth_time": late, "exp": late + 20}
    assert logged_in().redirect_chain[-1][0] == "/registrera"


def test_a_colleagues_login_at_the_provider_is_not_taken_over(idp: IdentityProvider) -> None:
    """A shared computer: the provider still knows anyone who sat there before, and does not ask again."""
    idp.logged_in_at, idp.knows_prompt = time.time() - HOUR, False
    assert reason(logged_in()) == "idp.not_fresh"


# --- answers that do not belong to this login ------------------------------------------------------


def test_an_answer_counts_once(idp: IdentityProvider) -> None:
    browser = Browser()
    address = at_the_provider(begun(browser))
    browser.get(address)
    again = browser.get(address)
    assert again.status_code == 410
    assert "attempt.stale" in text_of(again)
    assert idp.requests.count("/token") == 1


def test_an_answer_counts_for_two_minutes(idp: IdentityProvider) -> None:
    browser = Browser()
    address = at_the_provider(begun(browser))
    LoginAttempt.objects.update(begun_at=timezone.now() - timedelta(minutes=3), expires_at=timezone.now())
    assert "attempt.stale" in text_of(browser.get(address))
    assert idp.requests.count("/token") == 0


def test_an_answer_in_another_browser_is_refused_before_the_provider_is_asked(idp: IdentityProvider) -> None:
    """Login CSRF: somebody has a victim's browser open the answer to a login of their own."""
    attacker, victim = Browser(), Browser()
    address = at_the_provider(begun(attacker))
    begun(victim)
    for code in ("attempt.foreign", "attempt.stale"):
        assert code in text_of(victim.get(address))
    told = entries(wanted=Wanted(event="attempt.refused")).rows
    assert [entry.facts["code"] for entry in told] == ["attempt.stale", "attempt.foreign"], "one entry for each"
    assert not Session.objects.exists()
    assert idp.requests.count("/token") == 0
    # Tried elsewhere once, it is burnt for everybody.
    assert "attempt.stale" in text_of(attacker.get(address))


def test_a_code_of_another_login_is_refused_by_pkce(idp: IdentityProvider) -> None:
    """Code injection: a stolen code is brought in under a state of one's own."""
    victims = parse_qs(urlsplit(at_the_provider(begun(Browser()))).query)["code"][0]
    thief = Browser()
    own = parse_qs(urlsplit(at_the_provider(begun(thief))).query)
    answer = {"state": own["state"][0], "iss": own["iss"][0], "code": victims}
    assert reason(thief.get(BACK, answer, follow=True)) == "idp.untrusted code"


def test_a_code_that_was_redeemed_is_worth_nothing_under_a_new_state(idp: IdentityProvider) -> None:
    browser = Browser()
    used = parse_qs(urlsplit(at_the_provider(begun(browser))).query)
    browser.get(BACK, {name: values[0] for name, values in used.items()})
    fresh = parse_qs(urlsplit(at_the_provider(begun(browser))).query)
    answer = {name: values[0] for name, values in fresh.items()} | {"code": used["code"][0]}
    Session.objects.all().delete()
    assert reason(browser.get(BACK, answer, follow=True)) == "idp.untrusted code"


@pytest.mark.parametrize("iss", ["https://attacker.example", ""])
def test_the_answer_of_another_provider_is_refused_and_its_code_sent_nowhere(idp: IdentityProvider, iss: str) -> None:
    """Mix-up: the answer names no issuer, or another than the one that people were sent to."""
    idp.lies.answer = lambda told: {n: v for n, v in (told | {"iss": iss}).items() if v}
    assert reason(logged_in()) == "idp.untrusted issuer"
    assert idp.requests.count("/token") == 0


def test_a_parameter_that_comes_twice_is_refused(idp: IdentityProvider) -> None:
    browser = Browser()
    address = at_the_provider(begun(browser))
    assert reason(browser.get(f"{address}&code=another", follow=True)) == "idp.untrusted parameters"
    assert idp.requests.count("/token") == 0


def test_an_answer_without_a_code_is_refused(idp: IdentityProvider) -> None:
    idp.lies.answer = lambda told: {n: v for n, v in told.items() if n != "code"}
    assert reason(logged_in()) == "idp.untrusted code"


@pytest.mark.parametrize("state", ["", "0" * 64, "x\x00y"])
def test_a_made_up_state_is_refused(idp: IdentityProvider, state: str) -> None:
    browser = Browser()
    begun(browser)
    assert browser.get(BACK, {"state": state, "code": "x"}).status_code == 410
    assert idp.requests.count("/token") == 0


def test_the_two_doors_do_not_take_each_others_labels(idp: IdentityProvider) -> None:
    now, browser = timezone.now(), Browser()
    state = parse_qs(urlsplit(begun(browser)).query)["state"][0]
    with pytest.raises(AttemptStale):
        claim(label=state, network=None, at=now)
    label = begin(purpose=Purpose.LOGIN, browser=browser.cookies[BROWSER_COOKIE].value, network=None, at=now)
    assert "attempt.stale" in text_of(browser.get(BACK, {"state": label, "code": "x"}))


def test_the_database_lets_no_provider_unlock_or_check_a_card() -> None:
    begin_flow(browser="b" * 32, network=None, at=timezone.now())
    with pytest.raises(IntegrityError, match="attempt_way_known"), transaction.atomic():
        LoginAttempt.objects.update(purpose="unlock")


# --- a provider that says no, or nothing -----------------------------------------------------------


def test_whoever_cancels_is_told_so(idp: IdentityProvider) -> None:
    idp.person = None
    assert reason(logged_in()) == "idp.declined access_denied"


def test_an_unknown_error_is_not_repeated(idp: IdentityProvider) -> None:
    idp.lies.answer = lambda told: told | {"error": "<b>Anna Berg</b>", "error_description": "Ring 08-123 45 67"}
    page = logged_in()
    assert reason(page) == "idp.declined other"
    assert "Anna Berg" not in page.content.decode() + repr(newest("idp.refused"))


def test_trouble_of_the_provider_is_told_as_such(idp: IdentityProvider) -> None:
    idp.lies.answer = lambda told: told | {"error": "temporarily_unavailable"}
    assert reason(logged_in()) == "idp.unavailable trouble"


@pytest.mark.parametrize(
    "lie",
    [
        {"issuer": "https://another.example"},
        {"token_endpoint": "http://127.0.0.1/token"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": None},
        {"end_session_endpoint": "//attacker.example/"},
    ],
)
def test_a_description_of_another_provider_or_without_tls_is_not_used(
    idp: IdentityProvider, lie: dict[str, Any]
) -> None:
    idp.lies.description = lie
    page = Browser().post("/logga-in/legitimering")
    assert (page.status_code, newest("request.refused").facts["reason"]) == (503, "answer")
    assert "idp.unavailable" in text_of(page)


def large(path: str) -> Any:
    return flask.Response(b"{" + b" " * 10_000_000 + b"}", mimetype="application/json")


def small_and_large(path: str) -> Any:
    packed = gzip.compress(b"{" + b" " * 10_000_000 + b"}")
    return flask.Response(packed, mimetype="application/json", headers={"Content-Encoding": "gzip"})


@pytest.mark.parametrize(
    "reply",
    [
        lambda path: flask.redirect("https://attacker.example/"),
        lambda path: ("{}", 500),
        lambda path: ("<html>", 200),
        lambda path: ("[]", 200, {"Content-Type": "application/json"}),
        large,
        small_and_large,
    ],
)
@pytest.mark.parametrize("at", ["/.well-known/openid-configuration", "/token", "/keys"])
def test_an_answer_that_is_none_is_a_page_and_no_error(idp: IdentityProvider, at: str, reply: Any) -> None:
    if at == "/.well-known/openid-configuration":
        idp.lies.reply = reply
        assert Browser().post("/logga-in/legitimering").status_code == 503
        assert newest("request.refused").facts["reason"] == "answer"
        return
    browser = Browser()
    address = at_the_provider(begun(browser))
    idp.lies.reply = lambda path: reply(path) if path == at else None
    assert reason(browser.get(address, follow=True)) in {"idp.unavailable answer", "idp.untrusted token"}


def test_a_provider_whose_certificate_nobody_vouches_for_is_not_asked(
    idp: IdentityProvider, settings: Settings
) -> None:
    settings.OIDC_CA_FILE = ""
    provider.cache_clear()
    assert Browser().post("/logga-in/legitimering").status_code == 503
    assert newest("request.refused").facts["reason"] == "network"
    assert idp.requests == []


def test_a_provider_that_drips_is_given_up_in_time(idp: IdentityProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = threading.Event()

    def dripping() -> Iterator[bytes]:
        while not ended.wait(0.05):
            yield b" "

    idp.lies.reply = lambda path: flask.Response(dripping(), mimetype="application/json")
    monkeypatch.setattr(oidc, "BUDGET", 0.5)
    try:
        assert Browser().post("/logga-in/legitimering").status_code == 503
    finally:
        ended.set()
    assert newest("request.refused").facts["reason"] == "time"


def test_a_provider_that_hangs_holds_only_so_many(idp: IdentityProvider) -> None:
    there = provider()
    assert there is not None
    for _ in range(oidc.AT_ONCE):
        assert there._places.acquire(blocking=False)
    assert Browser().post("/logga-in/legitimering").status_code == 503
    assert newest("request.refused").facts["reason"] == "busy"
    there._places.release()
    assert Browser().post("/logga-in/legitimering").status_code == 200


def test_a_client_that_the_provider_does_not_know_is_told_to_the_support(
    idp: IdentityProvider, settings: Settings
) -> None:
    settings.OIDC_CLIENT_SECRET = "another"
    provider.cache_clear()
    assert reason(logged_in()) == "idp.unavailable client"


UNUSABLE = {
    "no key": "no key",
    "public": RSAKey.generate_key(2048).as_pem(private=False).decode(),
    "P-384": ECKey.generate_key("P-384").as_pem(private=True).decode(),
}


@pytest.mark.parametrize("key", UNUSABLE.values(), ids=UNUSABLE)
def test_a_key_that_cannot_be_used_stops_the_start(idp: IdentityProvider, settings: Settings, key: str) -> None:
    settings.OIDC_CLIENT_KEY = key
    provider.cache_clear()
    with pytest.raises(NotReady, match="no private RSA or P-256 key"):
        check_provider()


@pytest.mark.filterwarnings("ignore:Key size should be")
def test_weak_keys_and_keys_for_other_things_sign_nothing(idp: IdentityProvider) -> None:
    keys = KeySet([RSAKey.generate_key(1024), RSAKey.generate_key(2048, {"use": "enc"})]).as_dict(private=False)
    idp.lies.reply = lambda path: keys if path == "/keys" else None
    assert reason(logged_in()) == "idp.unavailable answer"


def encoded(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def linked(page: Any) -> str:
    found = re.search(r'<a class="btn" href="([^"]+)"', page.content.decode())
    assert found is not None, page.content.decode()
    return html.unescape(found[1])


def alike(page: Any) -> str:
    """The page without what differs from one login to the next: tokens of forms, and one's own log."""
    return re.sub(
        r'(?s)value="[A-Za-z0-9]{64}"|<section[^>]*aria-labelledby="logg".*?</section>', "", page.content.decode()
    )
