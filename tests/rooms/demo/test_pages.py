"""Brevlådan: what it shows, how harmless it is, and that it exists in the demo only."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.test import Client
from django.urls import NoReverseMatch, resolve, reverse
from django.urls.exceptions import Resolver404
from pytest_django import Settings

from registret.demo import cast_bar
from registret.demo.mailbox import MailCatcher, letters
from registret.demo.people import cast
from registret.demo.pki import DemoAuthority
from registret.kernel.identifiers import HsaId
from registret.web.gate import require_all_gated, views

LINK = "https://registret.localhost:8443/bekrafta/7-1.0123456789abcdef0123456789abcdef"


@pytest.fixture
def demo(settings: Settings, tmp_path: Path) -> Settings:
    settings.DEMO = True
    settings.ROOT_URLCONF = "registret.demo.urls"
    settings.MAILBOX_DIR = tmp_path / "mailbox"
    return settings


@pytest.fixture
def catcher(demo: Settings, tmp_path: Path) -> Iterator[MailCatcher]:
    authority = DemoAuthority.load(Path(demo.TRUST_DIR).parent / "ca")
    server = authority.site_server
    with MailCatcher(demo.MAILBOX_DIR, 0, server.chain, server.key) as running:
        yield running


def send(catcher: MailCatcher, subject: str, *, to: str = "anna.berg@regionnorrvik.se", html: str = "<p>Hej") -> str:
    """Over real SMTP; returns the letter's name in the mailbox."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "registret@registret.example", to, subject
    message.set_content(f"Hej Anna,\n\nbekräfta här:\n{LINK}\n\n<script>alert(1)</script>\n")
    message.add_alternative(html, subtype="html")
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with smtplib.SMTP("127.0.0.1", catcher.port) as server:
        server.starttls(context=context)
        server.send_message(message)
    return next(letter.name for letter in letters(catcher.folder) if letter.subject == subject)


def page(client: Client, path: str) -> str:
    answer = client.get(path, headers={"host": "registret.localhost:8443"}, secure=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_empty_mailbox_says_so(demo: Settings, client: Client) -> None:
    assert "Inga mejl än" in page(client, "/demo/brevlada")


def test_letters_are_listed_newest_first_with_to_whom_and_what(catcher: MailCatcher, client: Client) -> None:
    send(catcher, "Det första")
    send(catcher, "Det andra", to="bertil.holm@regionnorrvik.se")
    listed = page(client, "/demo/brevlada")
    assert listed.index("Det andra") < listed.index("Det första")
    assert "Till bertil.holm@regionnorrvik.se" in listed


def test_a_full_mailbox_shows_the_newest_and_folds_the_rest(catcher: MailCatcher, client: Client) -> None:
    for number in range(21):
        send(catcher, f"Mejl nummer {number}.")
    newest, older = page(client, "/demo/brevlada").split("<details")
    assert "Mejl nummer 20." in newest
    assert "Mejl nummer 1." in newest
    assert "Mejl nummer 0." not in newest
    assert "Mejl nummer 0." in older


def test_the_link_of_a_letter_can_be_followed(catcher: MailCatcher, client: Client) -> None:
    name = send(catcher, "Bekräfta")
    assert f'<a href="{LINK}"' in page(client, f"/demo/brevlada/{name}/text")


def test_what_a_letter_says_does_nothing_on_the_page(catcher: MailCatcher, client: Client) -> None:
    name = send(catcher, "<b>Bekräfta</b>")
    shown = page(client, f"/demo/brevlada/{name}/text")
    assert "<script>alert" not in shown
    assert "<b>Bekräfta" not in shown
    assert "&lt;script&gt;" in shown


def test_a_letter_is_shown_as_it_looks_with_a_way_back(catcher: MailCatcher, client: Client) -> None:
    name = send(catcher, "Bekräfta", html='<html><body class="x"><p>Hej Anna</p></body></html>')
    shown = page(client, f"/demo/brevlada/{name}")
    bar, _, letter = shown.partition("</p>")
    assert bar.startswith('<html><body class="x"><p style=')
    assert 'href="/demo/brevlada"' in bar
    assert "Till anna.berg@regionnorrvik.se" in bar
    assert "Hej Anna" in letter


def test_the_letter_as_html_is_locked_in(catcher: MailCatcher, client: Client) -> None:
    name = send(catcher, "Bekräfta", html="<p style='color:red'>Hej</p><script>alert(1)</script>")
    answer = client.get(f"/demo/brevlada/{name}", headers={"host": "registret.localhost:8443"}, secure=True)
    assert "color:red" in answer.content.decode()
    policy = answer.headers["Content-Security-Policy"]
    assert {part.strip() for part in policy.split(";")} >= {
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        "sandbox",
    }


@pytest.mark.parametrize("name", ["finns-inte.eml", "..%2Fauthority.json", "..", "%2Fetc%2Fpasswd"])
@pytest.mark.parametrize("rest", ["", "/text"])
def test_a_letter_that_is_none_is_not_found(demo: Settings, client: Client, name: str, rest: str) -> None:
    answer = client.get(f"/demo/brevlada/{name}{rest}", headers={"host": "registret.localhost:8443"}, secure=True)
    assert answer.status_code == 404


@pytest.mark.django_db
def test_outside_the_demo_there_is_no_such_page(settings: Settings, client: Client) -> None:
    assert settings.ROOT_URLCONF == "registret.web.urls"
    with pytest.raises(Resolver404):
        resolve("/demo/brevlada")
    with pytest.raises(NoReverseMatch):
        reverse("mailbox")
    answer = client.get("/demo/brevlada", headers={"host": "registret.localhost:8443"}, secure=True)
    assert answer.status_code == 404


def test_the_demo_has_every_address_of_the_site_and_four_of_its_own() -> None:
    require_all_gated("registret.demo.urls")
    extra = {name for name, _ in views("registret.demo.urls")} - {name for name, _ in views("registret.web.urls")}
    own = {"demo/brevlada", "demo/brevlada/<str:name>", "demo/brevlada/<str:name>/text", "demo/roller"}
    assert extra == own


def test_every_card_of_the_demo_stands_on_the_page_of_roles(demo: Settings, client: Client) -> None:
    shown = page(client, "/demo/roller")
    assert [f"make demo-browser CARD={card}" in shown for card in cast.BROWSERS] == [True] * len(cast.BROWSERS)
    assert "Näst på tur är <b>Anna Berg</b>" in shown


def test_the_story_always_goes_on_to_another_card_of_the_demo() -> None:
    assert cast_bar.turn_after(HsaId(cast.ANNA.hsa_id)) is not None
    for person in cast.PEOPLE:
        turn = cast_bar.turn_after(HsaId(person.hsa_id))
        assert turn is None or turn.role.card in cast.BROWSERS
        assert turn is None or turn.role.name != person.name
