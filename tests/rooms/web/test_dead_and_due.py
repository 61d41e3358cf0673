"""Pages of a follow-up: when it is due, what is locked until its day, and what a death closed."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from registret.access.actor import Actor
from registret.access.roles import Role
from registret.kernel.sweden import SWEDEN
from registret.records.identity import lookups
from registret.records.reporting import signing, writing
from registret.words.days import day_in_words
from tests import cast
from tests.cast import ANNA, Country
from tests.rooms.records.scene import ACUTE, DISCHARGE, TOLVAN, Known, ask, begun, registered, system_id_of
from tests.rooms.web.client import Browser, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def place(module_db: None) -> Country:
    now = timezone.now()
    place = cast.country(now - timedelta(days=90))
    cast.appoint_by_program(ANNA, Role.REPORTER, clinic_id=place.infection, at=now - timedelta(days=80))
    return place


@pytest.fixture
def anna(place: Country, now: datetime) -> Actor:
    return cast.actor(ANNA, at=now - timedelta(hours=1))


def discharged(anna: Actor, now: datetime, *, to: str) -> str:
    """Arrived forty days ago, and discharged five days later."""
    arrived = timezone.localtime(now - timedelta(days=40), SWEDEN)
    episode = begun(anna, at=now, arrived_at=[f"{arrived:%Y-%m-%dT%H:%M}"])
    left = {"discharged_at": [f"{arrived + timedelta(days=5):%Y-%m-%dT%H:%M}"], "discharged_to": [to]}
    writing.write(actor=anna, episode=episode, step="discharge", base=0, written=left, at=now)
    return episode


def test_a_follow_up_says_when_it_is_due_and_from_which_day_a_question_can_be_answered(
    anna: Actor, now: datetime
) -> None:
    address = reverse("step", args=[discharged(anna, now, to="home"), "follow_up"])
    browser = Browser.of(ANNA)
    page = browser.get(address)
    shown = text_of(page)
    assert "Görs från " in shown
    day = day_in_words(timezone.localtime(now - timedelta(days=40), SWEDEN).date() + timedelta(days=90))
    assert shown.count("Kan besvaras från ") == 1, "30 days have gone"
    assert f"Kan besvaras från {day}." in shown
    html = page.content.decode()
    for code, is_locked in (("alive_30", False), ("alive_90", True)):
        field = html[html.index(f'id="{code}"') :]
        assert ("disabled" in field[: field.index("</fieldset>")]) is is_locked
    refused = browser.post(address, {"base": "0", "do": "sign", "alive_30": "yes", "alive_90": "yes"})
    assert refused.status_code == 422
    assert "Frågan kan inte besvaras än" in text_of(refused)


def test_nobody_is_asked_to_answer_what_cannot_be_answered_yet(anna: Actor, now: datetime) -> None:
    address = reverse("step", args=[discharged(anna, now, to="home"), "follow_up"])
    known = {"readmitted": "no", "alive_30": "yes"}
    early = text_of(Browser.of(ANNA).post(address, {"base": "0", "do": "sign", **known}))
    assert "Steget kan inte signeras än Vid liv 90 dygn efter ankomst: Kan besvaras från " in early
    assert early.count("Kan besvaras från ") == 2, "in the summary, and at the question"
    assert "Svara, eller välj varför svaret saknas" not in early
    both = text_of(Browser.of(ANNA).post(address, {"base": "1", "do": "sign", "readmitted": "", "alive_30": "yes"}))
    assert "Besvara 1 fråga" in both


def test_a_follow_up_that_a_death_closed_says_why_and_can_be_filled_in_all_the_same(anna: Actor, now: datetime) -> None:
    address = reverse("step", args=[discharged(anna, now, to="died"), "follow_up"])
    browser = Browser.of(ANNA)
    shown = text_of(browser.get(address))
    assert "Steget är stängt: patienten har avlidit enligt ett svar i ett formulär." in shown
    assert "ligger hos en annan klinik" not in shown
    assert "Signera" not in shown
    browser.post(address, {"do": "take_up_closed"})
    again = text_of(browser.get(address))
    assert "Steget är stängt" not in again
    assert "Signera" in again


def test_what_the_population_register_closed_tells_the_outcome_and_who_closed_it(
    anna: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = reverse("step", args=[discharged(anna, now, to="home"), "follow_up"])
    died = timezone.localtime(now - timedelta(days=20), SWEDEN).date()
    ask(Known(n191212121212=registered(died_on=died)), monkeypatch)
    lookups.ask_again(at=now)
    browser = Browser.of(ANNA)
    shown = text_of(browser.get(address))
    assert f"Steget är stängt: patienten avled {day_in_words(died)} enligt folkbokföringen." in shown
    assert "Död inom 30 dygn Ja" in shown, "it asks nothing, and still knows"
    assert "Död inom 90 dygn Ja" in shown
    still_open = text_of(browser.get(address.replace("follow_up", "discharge")))
    assert f"Avled {day_in_words(died)} enligt folkbokföringen" in still_open
    history = browser.get(f"{address}/andringar")
    assert history.status_code == 200
    assert "Stängdes: patienten har avlidit" in text_of(history)
    assert "Registret, efter uppgift i folkbokföringen" in text_of(history)


def signed_through(anna: Actor, now: datetime, *, days: int) -> str:
    """An episode that arrived so many days ago, with all but the follow-up signed."""
    arrived = timezone.localtime(now - timedelta(days=days), SWEDEN)
    episode = begun(anna, at=now, arrived_at=[f"{arrived:%Y-%m-%dT%H:%M}"])
    left = {"discharged_at": [f"{arrived + timedelta(days=5):%Y-%m-%dT%H:%M}"]}
    for step, answers in (("acute", ACUTE), ("discharge", {**DISCHARGE, **left})):
        early = [f"{arrived + timedelta(hours=1):%Y-%m-%dT%H:%M}"]
        timed = {code: early if code.endswith("_at") and code not in left else one for code, one in answers.items()}
        writing.write(actor=anna, episode=episode, step=step, base=0, written=timed, at=now)
        signing.sign(actor=anna, episode=episode, step=step, base=1, at=now)
    return episode


@pytest.mark.parametrize(("days", "waits"), [(20, "väntar, från"), (120, "att göra, senast")])
def test_start_page_list_and_patient_agree_on_what_waits_for_its_follow_up(
    anna: Actor, now: datetime, days: int, waits: str
) -> None:
    episode = signed_through(anna, now, days=days)
    browser = Browser.of(ANNA)
    assert "1 vårdepisod väntar på uppföljning" in text_of(browser.get(reverse("start")))
    listed = browser.get(f"{reverse('records')}?lage=vantar&ordning=uppfoljning")
    assert "Väntar på uppföljning 1" in text_of(listed)
    assert episode in listed.content.decode()
    assert f"Uppföljning: {waits} " in text_of(browser.get(reverse("patient", args=[system_id_of(TOLVAN)])))
