"""A proposal in the browser: on the start page, on the page of its step, decided, and shown anew."""

from __future__ import annotations

import re
from datetime import datetime

import pytest

from registret.records.reporting import signing, work_lists
from tests import cast
from tests.cast import ANNA, CECILIA
from tests.rooms.exchange.journal_x import recent
from tests.rooms.exchange.scene import INES, brought
from tests.rooms.exchange.test_pages import browser, mapping, now
from tests.rooms.records.scene import HOUR, SAMORDNAD
from tests.rooms.web.client import Browser, text_of
from tests.rooms.web.conftest import static_files

__all__ = ["browser", "mapping", "now", "static_files"]

pytestmark = pytest.mark.django_db

TITLE = "Förslag ur filer"
BOTH = {"reason": "Enligt journalen", "accepted": "acquired"}


@pytest.fixture
def step(mapping: int, now: datetime) -> str:
    """The address of an inclusion that is signed, for which a file has another answer."""
    ines = cast.actor(INES, at=now - HOUR)
    episode = brought(ines, recent(now), at=now - HOUR).rows[0].episode
    brought(ines, recent(now, Förvärvad="VRI"), at=now - HOUR)
    return f"/vardepisod/{episode}/inclusion"


def sent(page: object, **told: str) -> dict[str, str]:
    html = page.content.decode()  # type: ignore[attr-defined]
    found = re.findall(r'<input type="hidden" name="(number|base)" value="(\d+)"', html)
    assert len(found) == 2
    return dict(found) | told


def test_a_proposal_leads_from_the_start_page_to_a_step_that_says_what_was_accepted(step: str) -> None:
    anna = Browser.of(ANNA)
    start = anna.get("/start")
    assert TITLE in text_of(start)
    assert f'href="{step}/forslag"' in start.content.decode()
    assert "En fil har andra svar än steget. Ta ställning" in text_of(anna.get(step))

    page = anna.get(f"{step}/forslag")
    told = text_of(page)
    assert "Källa Journal X" in told
    assert "I steget: Samhällsförvärvad" in told
    assert "I filen: Vårdrelaterad, utanför sjukhus." in told
    refused = anna.post(f"{step}/forslag", sent(page, accepted="acquired"))
    assert (refused.status_code, "Skriv varför" in text_of(refused)) == (422, True)
    done = anna.post(f"{step}/forslag", sent(page, **BOTH))
    assert done.status_code == 303
    after = text_of(anna.get(done.headers["Location"]))
    assert "Klart: förslaget är avgjort." in after
    assert "Signera när allt är besvarat." in after
    assert "En fil har andra svar" not in after
    assert TITLE not in text_of(anna.get("/start"))
    assert "Enligt journalen" in text_of(anna.get(f"{step}/andringar"))
    assert anna.get(f"{step}/forslag").status_code == 404


def test_more_proposals_than_fit_are_said_to_be_there(
    step: str, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    ines, other = cast.actor(INES, at=now - HOUR), {"Vårdtillfälle": "X-1002", "Personnummer": SAMORDNAD}
    for acquired in ({}, {"Förvärvad": "VRI"}):
        brought(ines, recent(now, **other, **acquired), at=now - HOUR)
    more = "Det finns fler. De visas när de här är avgjorda."
    assert more not in text_of(Browser.of(ANNA).get("/start"))
    monkeypatch.setattr(work_lists, "SHOWN", 1)
    assert more in text_of(Browser.of(ANNA).get("/start"))


def test_a_step_that_was_changed_meanwhile_is_shown_anew(step: str, now: datetime) -> None:
    anna = Browser.of(ANNA)
    page = anna.get(f"{step}/forslag")
    episode = step.split("/")[2]
    signing.reopen(actor=cast.actor(INES, at=now - HOUR), episode=episode, step="inclusion", reason="Fel tid", at=now)

    again = anna.post(f"{step}/forslag", sent(page, **BOTH))
    assert again.status_code == 409
    assert "Inget är sparat: läs igenom det igen." in text_of(again)
    assert "upplåst" in text_of(anna.get(step))
    assert anna.post(f"{step}/forslag", sent(again, **BOTH)).status_code == 303


def test_an_outsider_reaches_nothing(step: str) -> None:
    cecilia = Browser.of(CECILIA)
    assert TITLE not in text_of(cecilia.get("/start"))
    for answer in (
        cecilia.get(f"{step}/forslag"),
        cecilia.post(f"{step}/forslag", {"number": "1", "base": "2", **BOTH}),
    ):
        assert answer.status_code == 404
