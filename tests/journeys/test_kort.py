"""Kontrollera ditt kort and the help about cards, looked at: every kind of card, in both languages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from registret.demo.certificates import IssuedCertificate
from registret.words.refusals import REFUSALS
from tests.journeys.conftest import fits, looked_at
from tests.journeys.desks import Desk, OpenDesk
from tests.journeys.people import Person, newcomer
from tests.journeys.running import House
from tests.journeys.wire import Visitor

pytestmark = pytest.mark.journey

LOOK = {"sv": looked_at, "en": fits}
CARD_ERRORS = [code for code in REFUSALS if code.startswith("card.")]


def sees(at: Desk, visitor: Visitor, path: str) -> None:
    """The browser goes on where the visitor was: with the same cookies.

    Chromium offers no expired card and none for signing, so a browser alone would never see these pages.
    """
    at.context.clear_cookies()
    at.context.add_cookies([{"name": n, "value": v, "url": at.house.site} for n, v in visitor.cookies.items()])
    at.open(path)


def checked(house: House, card: IssuedCertificate | None) -> tuple[Visitor, str]:
    visitor = Visitor(house, card)
    page = visitor.log_in(purpose="/kort")
    return visitor, page.url.path


def test_what_the_check_says_of_every_kind_of_card(house: House, bertil: Person, desk: OpenDesk) -> None:
    now, person = datetime.now(UTC), newcomer(house, "Siv", "Kort")
    facts: dict[str, Any] = {
        "given_name": "Siv",
        "surname": "Kort",
        "organisation": "Region Norrvik",
        "hsa_id": person.hsa_id,
    }
    issue = house.authority.issue_card
    cards: dict[str, IssuedCertificate | None] = {
        "ok": bertil.card,
        "new": person.card,
        "none": None,
        "person_id": person.person_id,
        "signing": issue(kind="hsa", purpose="sign", **facts),
        "expired": issue(kind="hsa", not_before=now - timedelta(9), not_after=now - timedelta(1), **facts),
        "unknown_issuer": house.authority.foreign().issue_card(kind="hsa", **facts),
    }
    at = desk()
    for name, card in cards.items():
        visitor, path = checked(house, card)
        for language in ("sv", "en"):
            visitor.cookies["__Host-sprak"] = language
            sees(at, visitor, path)
            LOOK[language](at.page, f"70-kort-{name}-{language}")
            assert "189912319812" not in at.page.content()


@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_help_page_of_every_error_of_a_card(house: House, desk: OpenDesk, language: str) -> None:
    at = desk()
    at.open(f"/sprak/{language}?till=/hjalp")
    titles = set()
    for code in CARD_ERRORS:
        page = at.open(f"/hjalp/kort/{code}")
        assert page.url == f"{house.site}/hjalp/fel/{code}"
        titles.add(at.heading())
        LOOK[language](page, f"71-hjalp-{code}-{language}")
    assert len(titles) == len(CARD_ERRORS)


def test_the_text_for_the_support_is_copied_with_one_press(house: House, bertil: Person, desk: OpenDesk) -> None:
    at = desk()
    at.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=house.site)
    visitor, path = checked(house, bertil.person_id)
    sees(at, visitor, path)
    at.press("Kopiera texten")
    at.page.get_by_text("Texten är kopierad.").wait_for()
    copied = at.page.evaluate("navigator.clipboard.readText()")
    assert f"{house.site}/hjalp/kort/card.person_id" in copied
    assert "189912319812" not in copied
    without_script = desk(script=False)
    sees(without_script, visitor, path)
    assert without_script.page.get_by_role("button", name="Kopiera texten").count() == 0
    assert "card.person_id" in without_script.page.get_by_role("textbox").input_value()
