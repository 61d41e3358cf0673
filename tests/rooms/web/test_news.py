"""What two who write in one step see of each other: what an open page is told, and what it says is not saved."""

from __future__ import annotations

import html
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from registret.access.actor import Actor
from registret.access.roles import Role
from registret.accounts.sessions import sitting
from registret.records.reporting import moving, writing
from registret.words.days import clock_in_words
from tests import cast
from tests.cast import ANNA, CECILIA, KARIN, Country, Person
from tests.rooms.records.scene import begun, log
from tests.rooms.web.client import Browser, text_of

pytestmark = pytest.mark.django_db

SIXTEN = cast.person("Sixten", "Brink", "SE2321009991-E00S3B7")
"""Reads at the clinic, and writes nothing."""


@pytest.fixture(scope="module")
def place(module_db: None) -> Country:
    now = timezone.now()
    place = cast.country(now - timedelta(days=30))
    for who, role, clinic in (
        (ANNA, Role.REPORTER, place.infection),
        (KARIN, Role.REPORTER, place.infection),
        (CECILIA, Role.REPORTER, place.sydvik),
        (SIXTEN, Role.READER, place.infection),
    ):
        cast.appoint_by_program(who, role, clinic_id=clinic, at=now - timedelta(days=20))
    return place


@pytest.fixture
def karin(place: Country, now: datetime) -> Actor:
    return cast.actor(KARIN, at=now - timedelta(minutes=5))


@pytest.fixture
def episode(place: Country, now: datetime) -> str:
    arrived = timezone.localtime(now - timedelta(days=4)).strftime("%Y-%m-%dT%H:%M")
    return begun(cast.actor(ANNA, at=now - timedelta(hours=1)), at=now, arrived_at=[arrived])


def write(actor: Actor, episode: str, at: datetime, *, base: int = 0, **written: str) -> None:
    texts = {code: [text] for code, text in written.items()}
    writing.write(actor=actor, episode=episode, step="acute", base=base, written=texts, at=at)


def ask(who: Person | Browser, episode: str, base: int = 0, **sent: str) -> Any:
    browser = who if isinstance(who, Browser) else Browser.of(who)
    return browser.post(reverse("step_news", args=[episode, "acute"]), {"base": base} | sent)


# --- what an open page is told ---------------------------------------------------------------------


def test_where_nobody_has_written_nothing_is_shown_and_nothing_is_in_the_log(episode: str) -> None:
    answer = ask(ANNA, episode)
    assert (answer.status_code, answer.content) == (204, b"")
    assert log("step.followed") == ()


def test_what_another_wrote_comes_with_who_and_when_and_is_one_look_at_the_patient(
    episode: str, karin: Actor, now: datetime
) -> None:
    write(karin, episode, now, respiratory_rate="30")
    told = ask(ANNA, episode).json()
    assert told["others"] == {
        "respiratory_rate": {
            "texts": ["30"],
            "label": "Andningsfrekvens:",
            "changed": f"Ändrat av {karin.name} kl. {clock_in_words(now)}.",
            "clash": f"{karin.name} har under tiden svarat 30 /min. Det svaret gäller tills du sparar ett annat.",
        }
    }
    assert (told["version"], told["conflicts"], told["faults"], told["closed"]) == (1, [], {}, "")
    assert told["scores"]["crb65"]["value"] == "–"
    (entry,) = log("step.followed")
    assert (entry.by_name, entry.facts["step"]) == ("Anna Berg", "acute")
    assert entry.about_patient_id is not None
    assert ask(ANNA, episode, told["version"]).status_code == 204
    assert len(log("step.followed")) == 1


def test_it_is_told_in_english(episode: str, karin: Actor, now: datetime) -> None:
    write(karin, episode, now, pulse="88")
    browser = Browser.of(ANNA)
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert ask(browser, episode).json()["others"]["pulse"]["changed"].startswith(f"Changed by {karin.name} at ")


def test_an_answer_that_was_taken_away_comes_as_none(episode: str, karin: Actor, now: datetime) -> None:
    write(karin, episode, now, pulse="88")
    write(karin, episode, now, base=1, pulse="")
    told = ask(ANNA, episode, 1).json()["others"]["pulse"]
    assert told["texts"] == []
    assert "har under tiden svarat inget svar" in told["clash"]


def test_a_page_is_told_that_nothing_more_can_be_written(
    place: Country, episode: str, karin: Actor, now: datetime
) -> None:
    moving.move(actor=karin, episode=episode, step="acute", clinic_id=place.medicine, reason="Vård där", at=now)
    assert ask(ANNA, episode).json()["closed"] == "Steget har flyttats till en annan klinik. Ladda om sidan."


def test_a_page_that_asks_keeps_no_session_alive(episode: str, now: datetime) -> None:
    key = cast.log_in(ANNA, at=now - timedelta(minutes=10))
    browser = Browser()
    browser.take_session(key)
    assert ask(browser, episode).status_code == 204
    assert sitting(key=key, seen=False, at=now).seen_at == now - timedelta(minutes=10)
    assert ask(Browser.of(ANNA, at=now - timedelta(minutes=16)), episode).status_code == 401


def test_saving_that_a_page_tries_again_by_itself_keeps_no_session_alive(episode: str, now: datetime) -> None:
    key = cast.log_in(ANNA, at=now - timedelta(minutes=10))
    browser = Browser()
    browser.take_session(key)
    address, sent = reverse("step_autosave", args=[episode, "acute"]), {"base": "0", "changed": "pulse", "pulse": "88"}
    assert browser.post(address, sent, headers={"X-By-Itself": "1"}).status_code == 200
    assert sitting(key=key, seen=False, at=now).seen_at == now - timedelta(minutes=10)
    assert browser.post(address, sent).status_code == 200
    assert sitting(key=key, seen=False, at=timezone.now()).seen_at >= now, "somebody typed"


@pytest.mark.parametrize(("who", "status"), [(CECILIA, 404), (SIXTEN, 403)], ids=["elsewhere", "reads only"])
def test_whoever_may_not_write_there_is_told_nothing(
    episode: str, karin: Actor, now: datetime, who: Person, status: int
) -> None:
    write(karin, episode, now, pulse="88")
    answer = ask(who, episode)
    assert answer.status_code == status
    assert "88" not in text_of(answer)
    assert log("step.followed") == ()


def test_a_page_of_somebody_else_is_told_nothing(episode: str, karin: Actor, now: datetime) -> None:
    write(karin, episode, now, pulse="88")
    page = Browser.of(ANNA).get(reverse("step", args=[episode, "acute"])).content.decode()
    found = re.search(r'name="visad" value="([^"]+)"', page)
    assert found is not None
    assert ask(KARIN, episode, visad=found[1]).status_code == 412
    assert ask(ANNA, episode, visad=found[1]).status_code == 200


def test_the_usual_answer_costs_next_to_nothing(episode: str) -> None:
    browser = Browser.of(ANNA)
    ask(browser, episode)
    with CaptureQueriesContext(connection) as captured:
        assert ask(browser, episode).status_code == 204
    about_patients = [one["sql"] for one in captured.captured_queries if "records_" in one["sql"]]
    assert len(about_patients) == 1
    assert len(captured.captured_queries) <= 10


# --- what a page says is not saved -----------------------------------------------------------------


def dock(page: str) -> str:
    found = re.search(r"(?s)data-status>(.*?)<br>", page)
    assert found is not None
    return " ".join(
        html.unescape(re.sub(r"<[^>]*>", " ", re.sub(r"(?s)<span[^>]*hidden>.*?</span>", "", found[1]))).split()
    )


def test_the_dock_says_what_is_not_saved_and_leads_there(episode: str) -> None:
    browser = Browser.of(ANNA)
    address = reverse("step", args=[episode, "acute"])
    assert dock(browser.get(address).content.decode()) == "Sparas medan du skriver"
    page = browser.post(address, {"base": "0", "pulse": "88", "systolic": "1180", "do": "save"}).content.decode()
    assert dock(page) == "1 svar är inte sparat"
    assert '<a class="err" href="#systolic">' in page
    both = {"base": "1", "pulse": "88", "systolic": "1180", "diastolic": "mycket", "do": "sign"}
    assert dock(browser.post(address, both).content.decode()) == "2 svar är inte sparade", (
        "unanswered ones are not meant"
    )
    assert re.match(r"Senast sparat \d\d\.\d\d$", dock(browser.get(address).content.decode()))


def test_both_answers_are_on_the_page_and_the_next_to_be_saved_counts(
    episode: str, karin: Actor, now: datetime
) -> None:
    write(karin, episode, now, respiratory_rate="30")
    browser, address = Browser.of(ANNA), reverse("step", args=[episode, "acute"])
    again = browser.post(address, {"base": "0", "respiratory_rate": "40", "do": "save"})
    assert again.status_code == 422
    page = again.content.decode()
    assert dock(page) == "1 svar är inte sparat"
    assert 'data-theirs="[&quot;30&quot;]"' in page
    assert f"{karin.name} har under tiden svarat 30 /min." in text_of(again)
    assert 'name="base" value="1"' in page
    assert browser.post(address, {"base": "1", "respiratory_rate": "40", "do": "save"}).status_code == 303
    assert ask(KARIN, episode, 1).json()["others"]["respiratory_rate"]["texts"] == ["40"]


@pytest.mark.parametrize("way", ["step", "step_autosave"])
def test_whoever_mends_what_cannot_be_is_told_what_another_answered_meanwhile(
    episode: str, karin: Actor, now: datetime, way: str
) -> None:
    write(karin, episode, now, respiratory_rate="30")
    sent = {"base": "0", "changed": "respiratory_rate", "respiratory_rate": "4000", "do": "save"}
    answer = Browser.of(ANNA).post(reverse(way, args=[episode, "acute"]), sent)
    if way == "step":
        assert f"{karin.name} har under tiden svarat 30 /min. Det svaret gäller" in text_of(answer)
        assert "data-theirs" in answer.content.decode()
    else:
        told = answer.json()
        assert told["conflicts"] == ["respiratory_rate"]
        assert told["faults"]["respiratory_rate"]
        assert told["others"]["respiratory_rate"]["texts"] == ["30"]
