"""A new HSA-id on the pages: claimed while registering, shown as a fact to the person who attests, linked
afterwards."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from registret.access.applications import account_end, attesting
from registret.access.models import Claim
from registret.access.queries.applications import newest_application
from registret.access.roles import Role
from registret.accounts import services as accounts
from registret.accounts.lifecycle import AccountState, Authority
from registret.accounts.queries import accounts_of
from registret.mail.links import claim_code
from registret.mail.models import Letter
from tests import cast
from tests.cast import ANNA, BERTIL, CECILIA, DORIS, Country, person
from tests.rooms.web.client import Browser, text_of
from tests.rooms.web.visitor import Visitor, card

pytestmark = pytest.mark.django_db

NEW = person("Anna", "Berg", "SE2321009983-E00A9B9", organisation="Region Sydvik")


@pytest.fixture(scope="module")
def place(module_db: None) -> Country:
    now = timezone.now()
    place = cast.country(now - timedelta(days=30))
    application_id = cast.register(ANNA, place.infection, at=now - timedelta(days=20))
    actor = cast.actor(BERTIL, at=now - timedelta(days=19))
    attesting.attest(
        application_id=application_id,
        role=Role.REPORTER,
        sub_registries=["pneumoni"],
        last_day=(now + timedelta(days=90)).date(),
        actor=actor,
        at=now - timedelta(days=19),
    )
    return place


def registered(place: Country, *, old_email: str) -> Browser:
    browser = Browser.of(NEW)
    form = {"email": NEW.email.text, "clinic": place.sydvik, "role": "reader", "sub_registries": ["sepsis"]}
    sent = browser.post("/registrera", form | {"secrecy": "on", "ok": "1", "old_email": old_email})
    assert sent.status_code == 303, text_of(sent)
    return browser


def code() -> str:
    found = Claim.objects.get()
    return claim_code(found.id, found.version)


def attest(browser: Browser, application_id: int, **more: str) -> int:
    until = (timezone.now() + timedelta(days=60)).date().isoformat()
    form = {"role": "reader", "sub_registries": ["sepsis"], "last_day": until} | more
    return int(browser.post(f"/attestera/{application_id}", form).status_code)


def application() -> int:
    found = newest_application(account_id=cast.account_of(NEW).id)
    assert found is not None
    return found.id


def test_from_the_form_to_the_link_between_the_two(place: Country, now: datetime) -> None:
    hers = registered(place, old_email=ANNA.email.text)
    cast.confirm_mail(NEW, at=now)
    page = text_of(hers.get("/ansokan"))
    assert f"Hör {ANNA.email} till ett konto har vi skickat en kod dit." in page
    assert hers.post("/ansokan/tidigare-konto/kod", {"code": code()}).status_code == 303
    assert "Det avslutas när ansökan attesteras" in text_of(hers.get("/ansokan"))

    cecilia = Browser.of(CECILIA)
    shown = cecilia.get(f"/attestera/{application()}")
    assert f"Anna Berg {ANNA.hsa_id}" in text_of(shown)
    assert "med en kod till det kontots bekräftade e-post" in text_of(shown)
    assert attest(cecilia, application()) == 422, "not without the claim that was seen"
    assert attest(cecilia, application(), claim=str(Claim.objects.get().id)) == 303
    assert [a.state for a in accounts_of(hsa_id=ANNA.card.hsa_id)] == [AccountState.ENDED]
    new = cast.account_of(NEW).id
    assert f"Tidigare konto {ANNA.hsa_id}" in text_of(cecilia.get(f"/personer/{new}"))
    assert f"Tidigare konto {ANNA.hsa_id}" in text_of(Browser.of(NEW).get("/min-logg"))
    assert Letter.objects.filter(kind="account_moved", to_address=ANNA.email.text).count() == 1


def test_with_or_without_such_an_account_every_page_says_the_same(place: Country) -> None:
    pages = []
    for address in (ANNA.email.text, "ingen.alls@regionnorrvik.se"):
        browser = registered(place, old_email=address)
        shown = [browser.get(path) for path in ("/nastan-klart", "/ansokan", "/ansokan/tidigare-konto")]
        shown.append(browser.post("/ansokan/tidigare-konto/kod", {"code": "AAAAAA"}))
        shown.append(browser.get("/ansokan/tidigare-konto"))
        # A minute may pass between the two.
        texts = [re.sub(r"kl\. \d\d\.\d\d", "kl.", text_of(page)) for page in shown]
        pages.append([(page.status_code, text.replace(address, "X")) for page, text in zip(shown, texts, strict=True)])
        account_end.end_account(account_id=cast.account_of(NEW).id, reason="test", by=DORIS.by, at=timezone.now())
    assert pages[0] == pages[1]


def test_what_is_typed_wrongly_comes_back_beside_its_field(place: Country) -> None:
    browser = registered(place, old_email="")
    assert not Claim.objects.exists()
    assert "Har du haft ett konto under ett annat HSA-id" in text_of(browser.get("/ansokan"))
    assert browser.post("/ansokan/tidigare-konto", {"old_email": "x"}).status_code == 422
    assert browser.post("/ansokan/tidigare-konto", {"old_email": ANNA.email.text}).status_code == 303
    wrong = browser.post("/ansokan/tidigare-konto/kod", {"code": "AAAAAA"})
    assert wrong.status_code == 422
    assert 'id="code-fel"' in wrong.content.decode()
    assert browser.post("/ansokan/tidigare-konto/kod", {"code": ""}).status_code == 422
    assert browser.get("/ansokan/tidigare-konto/kod").status_code == 405


def test_no_get_proves_anything(place: Country) -> None:
    browser = registered(place, old_email=ANNA.email.text)
    body = Letter.objects.get(kind="claim")
    assert "bekrafta" not in str(body.context)
    browser.get(f"/ansokan/tidigare-konto?code={code()}")
    browser.get(f"/ansokan/tidigare-konto/kod?code={code()}")
    assert Claim.objects.get().proven_at is None


def test_who_attests_is_told_plainly_that_the_old_account_is_suspended(place: Country, now: datetime) -> None:
    hers = registered(place, old_email=ANNA.email.text)
    cast.confirm_mail(NEW, at=now)
    hers.post("/ansokan/tidigare-konto/kod", {"code": code()})
    old = cast.account_of(ANNA).id
    accounts.suspend(account_id=old, reason="Utreds", authority=Authority.OFFICE, by=DORIS.by, at=now)
    cecilia = Browser.of(CECILIA)
    shown = text_of(cecilia.get(f"/attestera/{application()}"))
    assert "en spärr försvinner inte med ett nytt HSA-id" in shown
    assert "Utreds" not in shown, "why is for who may lift it"
    assert attest(cecilia, application(), claim=str(Claim.objects.get().id)) == 422
    assert cast.account_of(ANNA).state is AccountState.SUSPENDED


def test_several_at_once_leaves_out_who_has_to_be_looked_at(place: Country, now: datetime) -> None:
    hers = registered(place, old_email=ANNA.email.text)
    cast.confirm_mail(NEW, at=now)
    hers.post("/ansokan/tidigare-konto/kod", {"code": code()})
    done = Browser.of(CECILIA).post("/attestera/valda", {"valda": [str(application())], "ok": "1"})
    assert "Titta på ansökan först." in text_of(done)
    assert cast.account_of(ANNA).state is AccountState.CONFIRMED


def test_another_persons_card_with_the_same_hsa_id_gets_a_page_with_a_reference(place: Country) -> None:
    Visitor(ANNA).log_in()
    accounts.note_card(account_id=cast.account_of(ANNA).id, card=replace(ANNA.card, issuer="Another HSA-id CA v1"))
    stranger = Visitor(card(ANNA.hsa_id, "Kurt", "Kvist", organisation="Region Norrvik"))
    page = stranger.get(stranger.code())
    assert page.status_code == 403
    assert "HSA-id:t hör till någon annan" in text_of(page)
    assert "Referens" in text_of(page)
    assert ANNA.card.surname not in text_of(page)
    assert Letter.objects.filter(kind="hsa_id_disputed", to_address=DORIS.email.text).count() == 1
    assert stranger.get("/start").status_code == 401
    checked = text_of(stranger.get(stranger.get(stranger.code("/kort"))["Location"]))
    assert "HSA-id:t hör till någon annan" in checked
    assert "Ditt konto" not in checked
