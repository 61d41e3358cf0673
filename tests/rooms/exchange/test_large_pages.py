"""A large file in the browser: kept, tried, stopped, brought in, given back and removed."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.utils import timezone

from registret.exchange.importing import batches
from registret.exchange.models import KeptPart
from registret.web.exchange import views
from tests.cast import ANNA, CECILIA
from tests.rooms.exchange.journal_x import recent
from tests.rooms.exchange.test_pages import IMPORTS, browser, mapping, now, sent
from tests.rooms.records.scene import SAMORDNAD, counted
from tests.rooms.web.client import Browser, text_of
from tests.rooms.web.conftest import static_files

__all__ = ["browser", "mapping", "now", "static_files"]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two rows are many."""
    monkeypatch.setattr(views, "MOST_AT_ONCE", 1)


def kept(browser: Browser, mapping: int, now: datetime, **second: str) -> str:
    """The address of a file of two patients."""
    other = recent(now, Vårdtillfälle="X-1002", Personnummer=SAMORDNAD, **second)
    answer = browser.post(IMPORTS, sent(recent(now), other, mapping=mapping))
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def work() -> None:
    while batches.work_on_one(at=timezone.now()):
        pass


def test_a_large_file_is_tried_by_a_worker_and_brought_in_without_its_faults(
    browser: Browser, mapping: int, now: datetime
) -> None:
    page = kept(browser, mapping, now, Puls="hög")
    waiting = browser.get(page)
    assert "Filen provas" in text_of(waiting)
    assert "0 av 2 rader provade" in text_of(waiting)
    assert "data-progress" in waiting.content.decode()
    assert "Filen provas: 0 av 2 rader provade" in text_of(browser.get(IMPORTS))

    work()
    tried = text_of(browser.get(page))
    assert "Filen är bara provad. Den skulle ge: 1 ny, 1 nekad." in tried
    assert "X-1002 J Puls hög Skriv ett tal, till exempel 12" in tried
    assert SAMORDNAD not in tried
    assert "Läs in 1 rad som stämmer" in tried
    assert counted()[2] == 0

    lines = browser.get(f"{page}/fel.csv").content.decode("utf-8-sig").splitlines()
    assert [line.startswith("X-100") for line in lines] == [False, True, True]
    assert lines[2].endswith(";import.answer_impossible")

    assert browser.post(page, {"act": "bring_in"}).headers["Location"] == page
    work()
    done = text_of(browser.get(page))
    assert "Filen är inläst Inläst: 1 ny, 1 nekad." in done
    assert counted()[2] == 1
    assert browser.post(page, {"act": "bring_in"}).status_code == 409


def test_a_large_file_is_stopped_goes_on_and_is_removed(browser: Browser, mapping: int, now: datetime) -> None:
    page = kept(browser, mapping, now)
    browser.post(page, {"act": "stop"})
    work()
    assert "Filen är stoppad" in text_of(browser.get(page))
    browser.post(page, {"act": "go_on"})
    work()
    assert "Läs in 2 rader" in text_of(browser.get(page))

    browser.post(page, {"act": "remove"})
    gone = text_of(browser.get(page))
    assert "Filen finns inte längre" in gone
    assert "Läs in" not in gone
    assert browser.get(f"{page}/fel.csv").status_code == 410
    assert not KeptPart.objects.exists()


def test_a_large_file_is_shown_to_those_who_bring_files_in_at_the_clinic(
    browser: Browser, mapping: int, now: datetime
) -> None:
    page = kept(browser, mapping, now)
    for who, status in ((CECILIA, 404), (ANNA, 403)):
        for answer in (Browser.of(who).get(page), Browser.of(who).post(page, {"act": "remove"})):
            assert answer.status_code == status
    work()
    assert "Läs in 2 rader" in text_of(browser.get(page))
