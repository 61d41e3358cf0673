"""Genomgång on the screen: in parts, without JavaScript; who was faster is told; only one's own clinic."""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from registret.access.applications import attesting
from registret.access.grants.rules import last_possible_day
from registret.access.lifecycle import LineState
from registret.access.models import Recertification, RecertificationLine
from registret.access.roles import Role
from registret.access.staff.recertification import answering
from registret.access.staff.recertification.answering import LineAnswer
from registret.access.staff.recertification.opening import start
from registret.mail.models import Letter
from tests import cast
from tests.cast import ANNA, BERTIL, CECILIA, DORIS, ERIK, KARIN, Country, Person
from tests.rooms.web.client import Browser, flat, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def place(module_db: None) -> Country:
    """A recertification at the infection clinic, asked for by Doris: Anna, Bertil and Karin."""
    now = timezone.now()
    place = cast.country(now - timedelta(days=30))
    attested(ANNA, place.infection, at=now - timedelta(days=20))
    doris = cast.actor(DORIS, at=now)
    start(clinic_id=place.infection, reason="Många har slutat", actor=doris, at=now)
    return place


def attested(who: Person, clinic_id: int, *, at: datetime) -> int:
    application_id = cast.register(who, clinic_id, at=at)
    return attesting.attest(
        application_id=application_id,
        role=Role.REPORTER,
        sub_registries=["pneumoni"],
        last_day=last_possible_day(at=at, months=12),
        actor=cast.actor(BERTIL, at=at),
        at=at,
    )


def whole() -> int:
    return Recertification.objects.get().id


def line_of(who: Person) -> RecertificationLine:
    return RecertificationLine.objects.get(account_id=cast.account_of(who).id)


def mark(who: Person, value: str) -> dict[str, str]:
    return {f"rad-{line_of(who).id}": value}


def state_of(who: Person) -> LineState:
    return LineState(line_of(who).state)


def test_a_letter_leads_to_the_screen_with_all_but_oneself_to_answer_for(place: Country) -> None:
    bertil = Browser.of(BERTIL)
    answer = bertil.get("/genomgang")
    assert (answer.status_code, answer["Location"]) == (303, f"/genomgang/{whole()}")
    page = bertil.get(answer["Location"])
    text = text_of(page)
    assert "Arbetar alla fortfarande här?" in text
    assert "2 väntar på dig, 1 på andra. Svara senast" in text
    assert "Många har slutat" in text
    html = flat(page)
    assert f'name="rad-{line_of(ANNA).id}"' in html
    assert f'name="rad-{line_of(BERTIL).id}"' not in html
    assert "Bertil Holm, lokal administratör Det här är du" in text
    for value in ("change", "end"):
        assert f'name="rad-{line_of(KARIN).id}" value="{value}"' not in html, "an administrator's is the office's"
    assert "checked" not in html, "nothing is preset: silence keeps nobody"


def test_who_never_came_and_who_gets_no_letters_is_marked(place: Country) -> None:
    letters = Letter.objects.filter(to_address=KARIN.email.text)
    letters.update(attempts=1, attempted_at=timezone.now(), given_up_at=timezone.now(), address_refused=True)
    html = flat(Browser.of(BERTIL).get(f"/genomgang/{whole()}"))
    karin, anna = (html.index(f'class="id">{who.hsa_id}') for who in (KARIN, ANNA))
    assert re.search(r'class="tag warn">.{0,200}mejl kommer inte fram', html[:karin][-500:])
    assert "mejl kommer inte fram" not in html[:anna][-500:]
    assert re.search(r'class="tag warn">.{0,200}aldrig', html)


def test_it_is_saved_in_parts_and_closes_with_the_last_answer(place: Country) -> None:
    bertil = Browser.of(BERTIL)
    address = f"/genomgang/{whole()}"
    saved = bertil.post(address, mark(ANNA, "keep"))
    assert (saved.status_code, saved["Location"]) == (303, f"{address}?klart=1")
    page = text_of(bertil.get(saved["Location"]))
    assert "1 svar är sparat" in page
    assert "1 väntar på dig, 1 på andra" in page
    assert (state_of(ANNA), state_of(KARIN)) == (LineState.KEPT, LineState.UNANSWERED)
    bertil.post(address, mark(KARIN, "keep"))
    last = Browser.of(KARIN).post(address, mark(BERTIL, "keep"))
    assert "genomgången är avslutad" in text_of(Browser.of(KARIN).get(last["Location"]))


def test_what_is_to_be_ended_is_asked_about_first(place: Country) -> None:
    bertil = Browser.of(BERTIL)
    address = f"/genomgang/{whole()}"
    sent = mark(ANNA, "end") | mark(KARIN, "keep")
    asked = bertil.post(address, sent)
    text = text_of(asked)
    assert asked.status_code == 200
    assert "De här förlorar sin behörighet genast" in text
    assert "Anna Berg" in text
    assert "Karin" not in text.partition("De här")[2]
    assert (state_of(ANNA), state_of(KARIN)) == (LineState.UNANSWERED, LineState.UNANSWERED)
    assert bertil.post(address, sent | {"ok": "1"}).status_code == 303
    assert (state_of(ANNA), state_of(KARIN)) == (LineState.ENDED, LineState.KEPT)
    assert Browser.of(ANNA).get("/start").status_code == 303


def test_whoever_is_second_reads_who_was_faster_and_the_rest_is_saved(place: Country, now: datetime) -> None:
    karin = cast.actor(KARIN, at=now)
    answering.answer(line_id=line_of(ANNA).id, answer=LineAnswer.KEEP, actor=karin, at=now)
    address = f"/genomgang/{whole()}"
    page = Browser.of(BERTIL).post(address, mark(ANNA, "end") | mark(KARIN, "keep") | {"ok": "1"})
    text = text_of(page)
    assert page.status_code == 409
    assert "Någon annan hann före" in text
    assert "Anna Berg, registrerare: Karin Nyberg har redan svarat (behållen" in text
    assert (state_of(ANNA), state_of(KARIN)) == (LineState.KEPT, LineState.KEPT)
    late = Browser.of(BERTIL).post(address, mark(ANNA, "change"))
    assert late.status_code == 409
    assert "Karin Nyberg har redan svarat" in text_of(late)


def test_a_second_click_of_ones_own_is_nobody_elses_speed(place: Country) -> None:
    bertil = Browser.of(BERTIL)
    for _ in range(2):
        assert bertil.post(f"/genomgang/{whole()}", mark(ANNA, "keep")).status_code == 303


def test_a_change_leads_to_its_own_page_and_back_and_counts_when_it_is_done(place: Country, now: datetime) -> None:
    bertil = Browser.of(BERTIL)
    address = f"/genomgang/{whole()}"
    on = bertil.post(address, mark(ANNA, "change") | mark(KARIN, "keep"))
    assert on["Location"] == f"/behorighet/{line_of(ANNA).grant_id}?genomgang={whole()}"
    assert (state_of(ANNA), state_of(KARIN)) == (LineState.UNANSWERED, LineState.KEPT)
    form = bertil.get(on["Location"])
    assert "Tillbaka till genomgången" in text_of(form)
    last = last_possible_day(at=now, months=6).isoformat()
    sent = {"role": "reader", "sub_registries": ["pneumoni"], "last_day": last}
    done = bertil.post(on["Location"], sent)
    assert (done.status_code, done["Location"]) == (303, address)
    assert state_of(ANNA) is LineState.CHANGED


def test_several_changes_wait_as_links(place: Country) -> None:
    doris = Browser.of(DORIS)
    on = doris.post(f"/genomgang/{whole()}", mark(ANNA, "change") | mark(KARIN, "change"))
    page = doris.get(on["Location"])
    assert "De här ska ändras" in text_of(page)
    for who in (ANNA, KARIN):
        assert f"/behorighet/{line_of(who).grant_id}?genomgang={whole()}" in page.content.decode()


@pytest.mark.parametrize("sent", [{}, {"rad-0": "keep"}, {"rad-x": "end"}, {"other": "1"}])
def test_nothing_marked_or_nonsense_saves_nothing_and_says_so(place: Country, sent: dict[str, str]) -> None:
    page = Browser.of(BERTIL).post(f"/genomgang/{whole()}", sent)
    assert page.status_code == 422
    assert "Inget är valt" in text_of(page)
    assert set(RecertificationLine.objects.values_list("state", flat=True)) == {"unanswered"}


def test_an_odd_value_is_no_answer(place: Country) -> None:
    assert Browser.of(BERTIL).post(f"/genomgang/{whole()}", mark(ANNA, "silence")).status_code == 422
    assert state_of(ANNA) is LineState.UNANSWERED


def test_a_colleague_who_is_administrator_is_not_ended_by_a_forged_form_either(place: Country) -> None:
    page = Browser.of(BERTIL).post(f"/genomgang/{whole()}", mark(KARIN, "end") | {"ok": "1"})
    assert page.status_code == 409
    assert state_of(KARIN) is LineState.UNANSWERED


def test_ones_own_line_is_refused_also_when_the_form_is_forged(place: Country) -> None:
    page = Browser.of(BERTIL).post(f"/genomgang/{whole()}", mark(BERTIL, "keep"))
    assert page.status_code == 409
    assert state_of(BERTIL) is LineState.UNANSWERED
    changed = Browser.of(BERTIL).post(f"/genomgang/{whole()}", mark(BERTIL, "change"))
    assert "/behorighet/" not in changed.headers.get("Location", "")


@pytest.mark.parametrize(("who", "status"), [(CECILIA, 404), (ERIK, 403), (ANNA, 403)])
def test_from_elsewhere_it_does_not_exist(place: Country, who: Person, status: int) -> None:
    browser = Browser.of(who)
    assert browser.get(f"/genomgang/{whole()}").status_code == status
    assert browser.post(f"/genomgang/{whole()}.csv").status_code == status
    assert browser.post(f"/genomgang/{whole()}", mark(ANNA, "end") | {"ok": "1"}).status_code == status
    assert state_of(ANNA) is LineState.UNANSWERED
    # One's own name stands in the bar.
    assert ("Bertil Holm" if who is ANNA else "Anna Berg") not in text_of(browser.get("/genomgang"))


@pytest.mark.parametrize("who", [BERTIL, ERIK])
def test_only_the_office_asks_out_of_turn(place: Country, who: Person) -> None:
    for answer in (Browser.of(who).get("/kansliet/genomgang"), Browser.of(who).post("/kansliet/genomgang", {})):
        assert answer.status_code == 403


def test_the_office_asks_out_of_turn_with_a_reason(place: Country) -> None:
    doris = Browser.of(DORIS)
    empty = doris.post("/kansliet/genomgang", {"clinic": place.sydvik, "reason": " "})
    assert empty.status_code == 422
    assert "Skriv varför" in text_of(empty)
    again = doris.post("/kansliet/genomgang", {"clinic": place.infection, "reason": "Igen"})
    assert "Kliniken har redan en genomgång som pågår" in text_of(again)
    nobody = doris.post("/kansliet/genomgang", {"clinic": place.medicine, "reason": "Tom"})
    assert "Ingen har behörighet på kliniken" in text_of(nobody)
    made = doris.post("/kansliet/genomgang", {"clinic": place.sydvik, "reason": "Chefen ringde"})
    assert made.status_code == 303
    assert "Chefen ringde" in text_of(doris.get(made["Location"]))
    lists = text_of(doris.get("/genomgang"))
    assert "Infektionskliniken, Norrviks sjukhus" in lists
    assert "Infektionskliniken, Sydviks sjukhus" in lists


def test_the_start_page_and_personer_say_what_waits(place: Country) -> None:
    for path in ("/start", "/personer"):
        assert "2 behörigheter väntar på ditt svar" in text_of(Browser.of(BERTIL).get(path)), path
        assert "väntar på ditt svar" not in text_of(Browser.of(CECILIA).get(path)), path
    assert "väntar på ditt svar" not in text_of(Browser.of(ANNA).get("/start"))
    assert "väntar på ditt svar" not in text_of(Browser.of(DORIS).get("/start")), "the clinic can answer itself"


def test_the_outcome_is_a_file_that_runs_no_formulas(place: Country, now: datetime) -> None:
    address = f"/genomgang/{whole()}"
    assert Browser.of(BERTIL).post(address + ".csv").status_code == 404, "not while it goes on"
    bertil, karin = cast.actor(BERTIL, at=now), cast.actor(KARIN, at=now)
    answering.answer(line_id=line_of(ANNA).id, answer=LineAnswer.END, actor=bertil, at=now)
    answering.answer(line_id=line_of(KARIN).id, answer=LineAnswer.KEEP, actor=bertil, at=now)
    answering.answer(line_id=line_of(BERTIL).id, answer=LineAnswer.KEEP, actor=karin, at=now)
    for who in (BERTIL, DORIS):
        answer = Browser.of(who).post(address + ".csv")
        assert answer["Content-Disposition"] == f'attachment; filename="genomgang-{whole()}.csv"'
        rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
        found = {row["name"]: (row["outcome"], row["answered_by"]) for row in rows}
        assert found == {
            "Anna Berg": ("ended", "Bertil Holm"),
            "Bertil Holm": ("kept", "Karin Nyberg"),
            "Karin Nyberg": ("kept", "Bertil Holm"),
        }
        assert {row["reason"] for row in rows} == {"Många har slutat"}


@pytest.mark.parametrize("reason", ["=HYPERLINK(1)", "+1", "-1", "@x"])
def test_no_cell_of_the_file_begins_as_a_formula(now: datetime, reason: str) -> None:
    place = cast.country(now - timedelta(days=30))
    doris = cast.actor(DORIS, at=now)
    made = start(clinic_id=place.sydvik, reason=reason, actor=doris, at=now)
    answering.answer(line_id=line_of(CECILIA).id, answer=LineAnswer.KEEP, actor=doris, at=now)
    text = Browser.of(DORIS).post(f"/genomgang/{made}.csv").content.decode("utf-8-sig")
    assert f";'{reason};" in text


def test_a_card_read_too_long_ago_answers_nothing_and_the_page_offers_to_show_it(place: Country, now: datetime) -> None:
    then = now - timedelta(minutes=61)
    key = cast.log_in(BERTIL, at=then)
    cast.stay_awake(key, since=then, until=now)
    browser = Browser()
    browser.take_session(key)
    page = browser.get(f"/genomgang/{whole()}")
    assert "Visa kortet igen" in text_of(page)
    assert "radio" not in page.content.decode()
    assert browser.post(f"/genomgang/{whole()}", mark(ANNA, "keep")).status_code == 403
    assert browser.post(f"/genomgang/{whole()}.csv").status_code == 403, "nor is it taken out as a file"
    assert state_of(ANNA) is LineState.UNANSWERED


def test_the_screen_asks_the_database_as_often_for_many_as_for_few(
    place: Country, now: datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    browser = Browser.of(BERTIL)
    with django_assert_max_num_queries(14):
        browser.get(f"/genomgang/{whole()}")
