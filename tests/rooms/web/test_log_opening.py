"""Opening the whole log: a reason first, which the log keeps, and which holds for an hour of that session."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from registret.access.refusals import NotPermitted
from registret.ledger.queries import EntryRow, Wanted, entries
from registret.oversight.openings import LASTS, Errand, open_log, opening
from registret.oversight.refusals import LogReasonNeeded
from tests import cast
from tests.cast import BERTIL, DORIS, ERIK, Country
from tests.rooms.web.client import Browser, text_of

pytestmark = pytest.mark.django_db

OPEN = "/loggen/oppna"
SAID = {"why": "patient", "reason": "Ärende 2026-17: patienten undrar vem som har läst"}


def logged(event: str) -> tuple[EntryRow, ...]:
    return entries(wanted=Wanted(event=event)).rows


def test_without_a_reason_nothing_of_the_log_is_shown_nor_taken_out(place: Country) -> None:
    browser = Browser.of(ERIK)
    page = browser.get(f"/loggen?hsa_id={BERTIL.hsa_id}")
    assert "Varför behöver du läsa loggen?" in text_of(page)
    assert "Från, referens" not in text_of(page)
    assert BERTIL.name not in text_of(page)
    taken = browser.post("/loggen/exportera", {"form": "csv"})
    assert (taken.status_code, taken.headers["Location"]) == (303, "/loggen")
    assert (logged("log.read"), logged("log.exported"), logged("log.opened")) == ((), (), ())


def test_whoever_opens_the_log_says_why_once_and_each_reading_names_it(place: Country) -> None:
    browser = Browser.of(ERIK)
    asked = browser.get("/loggen?event=login.done&outcome=done")
    assert 'name="question" value="event=login.done&amp;outcome=done"' in asked.content.decode()
    answer = browser.post(OPEN, SAID | {"question": "event=login.done&outcome=done"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/loggen?event=login.done&outcome=done")
    for address in ("/loggen?event=login.done&outcome=done", "/loggen"):
        assert "Från, referens" in text_of(browser.get(address))
    assert browser.post("/loggen/exportera", {"form": "csv"}).status_code == 200
    (opened,) = logged("log.opened")
    assert (opened.by_hsa_id, opened.facts["errand"], opened.facts["reason"]) == (
        ERIK.hsa_id,
        "patient",
        SAID["reason"],
    )
    readings = (*logged("log.read"), *logged("log.exported"))
    assert [entry.facts["opening"] for entry in readings] == [opened.id] * 3
    page = text_of(browser.get("/loggen?event=log.opened"))
    assert f"Öppnade loggen ärende: fråga eller klagomål från en patient skäl: {SAID['reason']}" in page


def test_a_reason_is_chosen_and_written_and_names_no_patient(place: Country) -> None:
    browser = Browser.of(ERIK)
    page = text_of(browser.post(OPEN, {}))
    assert "Välj vad det gäller" in page
    assert "Skriv varför" in page
    for wrong in ({"why": "curiosity"}, {"reason": "  "}, {"reason": "Gäller 19121212-1212"}):
        assert browser.post(OPEN, SAID | wrong).status_code == 422
    assert logged("log.opened") == ()
    assert "Varför behöver du läsa loggen?" in text_of(browser.get("/loggen"))


def test_it_leads_to_the_log_and_nowhere_else(place: Country) -> None:
    browser = Browser.of(ERIK)
    for question in ("https://example.org/", "//example.org", "\r\nSet-Cookie: a=b", "a=b#c"):
        there = browser.post(OPEN, SAID | {"question": question}).headers["Location"]
        assert there.startswith("/loggen?")
        assert not {"\r", "\n", "#"} & set(there)


def test_it_holds_for_an_hour_however_much_is_read_and_in_that_session_only(place: Country) -> None:
    now = timezone.now()
    erik, other = cast.actor(ERIK, at=now), cast.actor(ERIK, at=now)
    assert erik.session_id != other.session_id
    number = open_log(why=Errand.FOLLOW_UP, reason="Kvartalet", actor=erik, at=now)
    for minutes in (0, 30, 59):
        assert opening(actor=erik, at=now + timedelta(minutes=minutes)) == number
    with pytest.raises(LogReasonNeeded):
        opening(actor=erik, at=now + LASTS)
    with pytest.raises(LogReasonNeeded):
        opening(actor=other, at=now)
    second = open_log(why=Errand.OTHER, reason="Ett annat ärende", actor=erik, at=now + timedelta(minutes=50))
    assert opening(actor=erik, at=now + LASTS) == second


def test_only_log_reviewers_open_it_and_never_without_a_reason(place: Country) -> None:
    now = timezone.now()
    for who in (BERTIL, DORIS):
        assert Browser.of(who).post(OPEN, SAID).status_code == 403
        with pytest.raises(NotPermitted):
            open_log(why=Errand.OTHER, reason="x", actor=cast.actor(who, at=now), at=now)
        with pytest.raises(NotPermitted):
            opening(actor=cast.actor(who, at=now), at=now)
    for reason in ("", "  ", "Om 19121212-1212"):
        with pytest.raises(ValueError, match="has a reason"):
            open_log(why=Errand.OTHER, reason=reason, actor=cast.actor(ERIK, at=now), at=now)
    assert logged("log.opened") == ()


def test_reviews_and_ones_own_log_ask_for_no_reason(place: Country) -> None:
    browser = Browser.of(ERIK)
    assert "Varför behöver du läsa" not in text_of(browser.get("/loggen/granskningar"))
    assert "Varför behöver du läsa" not in text_of(browser.get("/min-logg"))
