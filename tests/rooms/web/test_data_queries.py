"""The office's page of questions to clinics, and where a clinic sees and answers them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registret.access.roles import Role
from registret.records.reporting import signing, writing
from tests import cast
from tests.cast import ANNA, CECILIA, DORIS, KARIN, Country
from tests.rooms.records.scene import ACUTE, TOLVAN, begun
from tests.rooms.web.client import Browser, text_of

pytestmark = pytest.mark.django_db

LIST, NEW = "/kansliet/fragor", "/kansliet/fragor/ny/pneumoni"
TEXT = "Den är hög. Stämmer den?"
NEVER_WAS = "E7KHM3QXR"


@pytest.fixture
def episode(place: Country, now: datetime) -> str:
    """An episode whose acute step Anna has signed."""
    for who, clinic in ((ANNA, place.infection), (CECILIA, place.sydvik)):
        cast.appoint_by_program(who, Role.REPORTER, clinic_id=clinic, at=now - timedelta(days=2))
    anna, then = cast.actor(ANNA, at=now - timedelta(hours=1)), now - timedelta(days=3)
    found = begun(anna, at=now, arrived_at=[f"{then:%Y-%m-%dT08:15}"])
    times = {"blood_cultured_at": [f"{then:%Y-%m-%dT08:50}"], "antibiotic_at": [f"{then:%Y-%m-%dT09:30}"]}
    step: dict[str, Any] = {"actor": anna, "episode": found, "step": "acute", "at": now}
    writing.write(base=0, written={**ACUTE, **times}, **step)
    signing.sign(base=1, **step)
    return found


def asked(episode: str, **different: str) -> Any:
    form = {"system_id": episode, "about": "acute:respiratory_rate", "text": TEXT}
    return Browser.of(DORIS).post(NEW, form | different)


def question(episode: str) -> str:
    """Where Anna answers: the link on the page of the step."""
    page = Browser.of(ANNA).get(f"/vardepisod/{episode}/acute").content.decode()
    found = re.search(r"/vardepisod/\w+/acute/fraga/\d+", page)
    assert found is not None
    return found[0]


def test_a_question_goes_from_the_office_to_the_clinic_and_its_answer_back(episode: str) -> None:
    office, anna = Browser.of(DORIS), Browser.of(ANNA)
    assert "Ingen fråga väntar på svar." in text_of(office.get(LIST))
    answer = asked(episode.lower())
    assert answer.status_code == 303
    waiting = text_of(Browser.of(DORIS).get(answer.headers["Location"]))
    assert "Frågan är mottagen." in waiting
    assert f"{episode} Väntar på svar Pneumoni, Akut vård: Andningsfrekvens" in waiting
    assert TEXT not in waiting, "as of one that leads nowhere"
    start = anna.get("/start")
    assert "Kansliet frågar" in text_of(start)
    assert f'href="/vardepisod/{episode}/acute#respiratory_rate"' in start.content.decode()
    step = anna.get(f"/vardepisod/{episode}/acute")
    assert f"Kansliet frågar om ”Andningsfrekvens”: {TEXT}" in text_of(step)
    assert 'id="respiratory_rate"' in step.content.decode(), "where the link leads"
    done = anna.post(question(episode), {"outcome": "right", "text": "Mätt två gånger"})
    assert "Klart: kansliet har fått svaret." in text_of(anna.get(done.headers["Location"]))
    assert "Kansliet frågar" not in text_of(anna.get("/start"))
    told = text_of(Browser.of(DORIS).get(LIST))
    assert f"{episode} Svaret stämde" in told
    assert TEXT in told
    assert "Mätt två gånger Anna Berg, Infektionskliniken" in told


def test_the_office_sees_no_patient_and_no_answer(episode: str) -> None:
    asked(episode)
    office = Browser.of(DORIS)
    for path in (LIST, NEW):
        page = text_of(office.get(path))
        assert TOLVAN[:8] not in page
        assert "32" not in re.findall(r"\b\d+\b", page), "the answer that is asked about"
    for path in (f"/vardepisod/{episode}/acute", question(episode)):
        assert office.get(path).status_code == 403


def test_the_office_gets_the_same_page_whether_the_episode_exists_or_not(episode: str) -> None:
    answers = [asked(one) for one in (episode, NEVER_WAS)]
    assert len({(answer.status_code, answer.headers["Location"]) for answer in answers}) == 1
    page = text_of(Browser.of(DORIS).get(LIST))
    told = [re.search(rf"{one} (.*?) Ta tillbaka", page) for one in (episode, NEVER_WAS)]
    assert len({found and found[1] for found in told}) == 1


@pytest.mark.parametrize(
    ("different", "said"),
    [
        ({"system_id": ""}, "Skriv vårdepisodens id"),
        ({"system_id": "P7KHM3QXR"}, "Skriv hela id:t"),
        ({"system_id": "E7KHM3QX"}, "Skriv hela id:t"),
        ({"about": ""}, "Välj en uppgift"),
        ({"about": "acute:nonsense"}, "Välj en uppgift i listan"),
        ({"text": " "}, "Skriv vad ni vill veta"),
        ({"text": "Gäller det 19121212-1212?"}, "Texten ser ut att ha ett personnummer."),
    ],
)
def test_what_cannot_be_asked_is_said_beside_its_field(episode: str, different: dict[str, str], said: str) -> None:
    answer = asked(episode, **different)
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert "Ingen fråga väntar på svar." in text_of(Browser.of(DORIS).get(LIST))


def test_the_same_is_not_asked_twice(episode: str) -> None:
    asked(episode)
    again = asked(episode)
    assert again.status_code == 422
    assert "Kansliet har redan frågat om den uppgiften, och väntar på svar" in text_of(again)


def test_a_question_that_is_taken_back_is_gone(episode: str) -> None:
    asked(episode)
    office = Browser.of(DORIS)
    where = question(episode)
    found = re.search(r"/kansliet/fragor/\d+/ta-tillbaka", office.get(LIST).content.decode())
    assert found is not None
    assert "Frågan är tillbakatagen." in text_of(office.get(office.post(found[0]).headers["Location"]))
    assert Browser.of(ANNA).get(where).status_code == 404
    assert Browser.of(ANNA).post(where, {"outcome": "right"}).status_code == 409


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({}, "Välj ett svar"),
        ({"outcome": "maybe"}, "Välj ett av svaren"),
        ({"outcome": "unknown"}, "Skriv varför det inte går att få veta"),
        ({"outcome": "right", "text": "Det är 19121212-1212"}, "Texten ser ut att ha ett personnummer."),
        ({"outcome": "corrected"}, "Rätta uppgiften och signera steget först"),
    ],
)
def test_what_is_no_answer_is_said_beside_its_field(episode: str, form: dict[str, str], said: str) -> None:
    asked(episode)
    page = Browser.of(ANNA).post(question(episode), form)
    assert page.status_code == 422
    assert said in text_of(page)
    assert "Kansliet frågar" in text_of(Browser.of(ANNA).get("/start"))


def test_nobody_else_comes_near_a_question(episode: str) -> None:
    asked(episode)
    where = question(episode)
    for who, status in ((CECILIA, 404), (KARIN, 403), (DORIS, 403)):
        browser = Browser.of(who)
        assert browser.get(where).status_code == status
        assert browser.post(where, {"outcome": "right"}).status_code == status
    for who in (ANNA, CECILIA, KARIN):
        assert Browser.of(who).get(LIST).status_code == 403
        assert Browser.of(who).get(NEW).status_code == 403
    assert Browser.of(DORIS).get("/kansliet/fragor/ny/nonsense").status_code == 404


@pytest.mark.parametrize(("path", "who"), [(LIST, DORIS), ("/start", ANNA)])
def test_a_page_asks_the_database_as_often_whatever_the_number_of_questions(
    episode: str, path: str, who: cast.Person
) -> None:
    def statements() -> int:
        browser = Browser.of(who)
        browser.get(path)
        with CaptureQueriesContext(connection) as found:
            assert browser.get(path).status_code == 200
        return len(found)

    asked(episode)
    few = statements()
    for variable in ("saturation", "systolic", "diastolic", "on_oxygen"):
        asked(episode, about=f"acute:{variable}")
        asked(NEVER_WAS, about=f"acute:{variable}")
    assert statements() == few
