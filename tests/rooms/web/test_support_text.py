"""The text that somebody copies to the support: everything to search for, nothing that must not travel."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from registret.access.queries.logins import standing_of
from registret.accounts import attempts, doors
from registret.accounts.attempts import Purpose
from registret.cards.refusals import NoCard, PersonIdShown
from registret.kernel.identifiers import HsaId
from registret.kernel.refused import Refused
from registret.kernel.secret import new_token
from registret.web.door.support import support_text
from registret.web.http import BROWSER_COOKIE
from tests import cast
from tests.cast import BERTIL
from tests.rooms.web.client import Browser

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
NOTHING: dict[str, Any] = {"issuer": None}
PERSON: dict[str, Any] = {
    "issuer": "SITHS e-id Person ID 3 CA v1",
    "holder": "18991231••••",
    "kind": "person",
    "purpose": "authentication",
    "level": 3,
    "not_before": AT - timedelta(days=1),
    "not_after": AT + timedelta(days=365),
    "revocation": "good",
    "revocation_as_of": AT - timedelta(minutes=41),
}


def text(report: dict[str, Any], code: str | None, **more: Any) -> list[str]:
    given = {"standing": None, "browser": "Firefox", "reference": "K7F-3R2X", "at": AT} | more
    return support_text(report, code=code, **given).splitlines()


def test_it_says_when_what_and_where_it_is_explained() -> None:
    assert text(PERSON, "card.person_id") == [
        "Referens K7F-3R2X, 2026-11-24 09:00",
        "card.person_id https://registret.localhost:8443/hjalp/kort/card.person_id",
        "18991231••••, person, authentication, SITHS e-id Person ID 3 CA v1, LoA3",
        "2026-11-23 – 2027-11-24, good (CRL 2026-11-24 08:19)",
        "Firefox",
    ]


def test_it_says_whether_a_list_or_the_issuer_itself_answered() -> None:
    by_ocsp = PERSON | {"revocation_by_ocsp": True}
    assert text(by_ocsp, None)[3] == "2026-11-23 – 2027-11-24, good (OCSP 2026-11-24 08:19)"


def test_without_a_certificate_it_has_no_empty_lines() -> None:
    assert text(NOTHING, "card.none") == [
        "Referens K7F-3R2X, 2026-11-24 09:00",
        "card.none https://registret.localhost:8443/hjalp/kort/card.none",
        "Firefox",
    ]


def test_an_answer_that_nobody_has_is_a_question_mark() -> None:
    unknown = PERSON | {"revocation": None, "revocation_as_of": None, "level": None, "not_before": None}
    assert text(unknown, "card.unknown_issuer")[3] == "? – 2027-11-24, ?"


def test_it_tells_the_state_of_the_account_and_what_is_missing() -> None:
    now = timezone.now()
    cast.country(now - timedelta(days=1))
    standing = standing_of(hsa_id=BERTIL.card.hsa_id, at=now)
    assert standing.account is not None
    assert text(NOTHING, None, standing=standing)[1:3] == ["ok", f"Konto: {standing.account.id}, confirmed, ok"]
    nobody = standing_of(hsa_id=HsaId("SE2321009991-E0NOB0DY"), at=now)
    assert text(NOTHING, None, standing=nobody)[2] == "Konto: –, login.not_registered"


def test_what_a_browser_calls_itself_is_one_short_line() -> None:
    assert text(NOTHING, "card.none", browser="a\nb\x00" + "c" * 500)[-1] == "ab" + "c" * 198


@pytest.mark.parametrize("refusal", [NoCard(), PersonIdShown()], ids=lambda refusal: str(refusal))
def test_the_page_holds_the_text_and_only_for_the_browser_that_asked(refusal: Refused) -> None:
    now, browser, secret = timezone.now(), Browser(), new_token()
    browser.cookies[BROWSER_COOKIE] = secret
    label = attempts.begin(purpose=Purpose.CHECK, browser=secret, network=None, at=now)
    attempt = doors.claim(label=label, network=None, at=now)
    report = {"issuer": None, "not_before": None, "not_after": None, "revocation_as_of": None}
    code = doors.answer(attempt_id=attempt.attempt_id, refusal=refusal, report=report, network=None, at=now)
    page = browser.get(f"/logga-in/svar/{code}", headers={"User-Agent": "<b>Nobody</b>"}, follow=True)
    body = page.content.decode()
    assert f"{refusal.code} https://registret.localhost:8443/hjalp/kort/{refusal.code}" in body
    assert "&lt;b&gt;Nobody&lt;/b&gt;" in body
    assert 'data-copy="st" hidden' in body
    assert Browser().get(page.redirect_chain[-1][0]).status_code == 410
