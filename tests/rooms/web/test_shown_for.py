"""A form counts from the person, and at the seat, that its page was made for: tabs stay open when both change."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from registret.access.queries.logins import seats_of
from registret.access.roles import Role
from registret.accounts.lifecycle import AccountState
from registret.records.models import Episode
from registret.records.scope import all_providers
from tests import cast
from tests.cast import ANNA, BERTIL, KARIN, Country, Person
from tests.rooms.records.scene import TOLVAN, begun, log
from tests.rooms.web.client import Browser, Page, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def place(module_db: None) -> Country:
    now = timezone.now()
    place = cast.country(now - timedelta(days=30))
    for who, clinic in ((ANNA, place.infection), (ANNA, place.sydvik), (KARIN, place.infection)):
        cast.appoint_by_program(who, Role.REPORTER, clinic_id=clinic, at=now - timedelta(days=20))
    cast.appoint_by_program(BERTIL, Role.REGISTRY_OFFICE, at=now - timedelta(days=20))
    return place


def fields(page: Page) -> dict[str, str]:
    """What the forms of a page say by themselves: that they are ours, and whose."""
    found = re.findall(
        r'<input type="hidden" name="(csrfmiddlewaretoken|visad)" value="([^"]*)">', page.content.decode()
    )
    assert found
    return dict(found)


def choose(browser: Browser, who: Person, clinic_id: int | None, *, page: Page | None = None) -> None:
    seats = seats_of(account_id=cast.account_of(who).id, at=timezone.now())
    (grant,) = [seat.grant_id for seat in seats if seat.clinic_id == clinic_id]
    shown = page or browser.get(reverse("seat"))
    assert browser.post(reverse("seat"), fields(shown) | {"grant": grant}).status_code == 303


def included(now: datetime) -> dict[str, str]:
    arrived = timezone.localtime(now - timedelta(days=4)).strftime("%Y-%m-%dT%H:%M")
    return {"go": "yes", "arrived_at": arrived, "pneumonia_treated": "yes", "acquired": "community"}


def clinics_of_episodes() -> list[int]:
    with all_providers():
        return list(Episode.objects.values_list("clinic_id", flat=True))


def test_a_tab_of_the_clinic_before_begins_nothing_at_the_clinic_that_another_tab_chose(
    place: Country, now: datetime
) -> None:
    anna = Browser.of(ANNA)
    choose(anna, ANNA, place.infection)
    whom = {"number": TOLVAN, "sub_registry": "pneumoni"}
    asked = fields(anna.get(reverse("find_patient"))) | whom
    sent = fields(anna.post(reverse("new_episode"), asked)) | whom | included(now)
    choose(anna, ANNA, place.sydvik)
    refused = anna.post(reverse("new_episode"), sent)
    assert refused.status_code == 412
    assert "Du har bytt klinik eller roll sedan sidan öppnades" in text_of(refused)
    assert clinics_of_episodes() == []
    assert log("request.refused")[0].facts["code"] == "request.page_of_other_seat"
    offered = refused.content.decode().partition(f'action="{reverse("new_episode")}"')[2].partition("</form>")[0]
    again = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', offered))
    assert anna.post(reverse("new_episode"), again).status_code == 412
    choose(anna, ANNA, place.infection)
    assert anna.post(reverse("new_episode"), again).status_code == 303, "all that was written came along"
    assert clinics_of_episodes() == [place.infection]


def test_an_administrators_tab_decides_nothing_in_the_offices_name(place: Country) -> None:
    bertil, karin = Browser.of(BERTIL), cast.account_of(KARIN).id
    choose(bertil, BERTIL, place.infection)
    sent = fields(bertil.get(reverse("suspend", args=[karin]))) | {"reason": "otillåten läsning"}
    choose(bertil, BERTIL, None)
    assert bertil.post(reverse("suspend", args=[karin]), sent).status_code == 412
    assert cast.account_of(KARIN).state is AccountState.CONFIRMED


@pytest.mark.parametrize("how", ["step", "step_autosave"])
def test_nobody_writes_in_the_name_of_the_next_who_logs_in(place: Country, now: datetime, how: str) -> None:
    browser = Browser.of(ANNA)
    choose(browser, ANNA, place.infection)
    arrived = timezone.localtime(now - timedelta(days=4)).strftime("%Y-%m-%dT%H:%M")
    episode = begun(cast.actor(KARIN, at=now - timedelta(hours=1)), at=now, arrived_at=[arrived])
    written = {"base": "0", "pulse": "88", "changed": "pulse"}
    sent = fields(browser.get(reverse("step", args=[episode, "acute"]))) | written
    browser.take_session(cast.log_in(KARIN, at=now))
    refused = browser.post(reverse(how, args=[episode, "acute"]), sent)
    assert refused.status_code == 412
    assert "Sidan öppnades av någon annan" in text_of(refused)
    assert log("step.written") == ()
    assert log("request.refused")[0].facts["code"] == "request.page_of_another"


def test_the_same_person_goes_on_in_an_old_tab_after_logging_in_again(place: Country, now: datetime) -> None:
    karin = Browser.of(KARIN)
    arrived = timezone.localtime(now - timedelta(days=4)).strftime("%Y-%m-%dT%H:%M")
    episode = begun(cast.actor(KARIN, at=now - timedelta(hours=1)), at=now, arrived_at=[arrived])
    sent = fields(karin.get(reverse("step", args=[episode, "acute"]))) | {
        "base": "0",
        "pulse": "88",
        "changed": "pulse",
    }
    karin.take_session(cast.log_in(KARIN, at=now))
    assert karin.post(reverse("step_autosave", args=[episode, "acute"]), sent).status_code == 200
    assert len(log("step.written")) == 1


def test_what_is_about_oneself_or_ends_the_session_does_not_ask_for_the_seat(place: Country, now: datetime) -> None:
    anna = Browser.of(ANNA)
    before = anna.get(reverse("seat"))
    choose(anna, ANNA, place.infection)
    choose(anna, ANNA, place.sydvik, page=before)
    shown = anna.get(reverse("start"))
    anna.take_session(cast.log_in(KARIN, at=now))
    assert anna.post(reverse("log_out"), fields(shown)).status_code == 303
    assert anna.get(reverse("start")).status_code == 401


def test_nobodys_page_says_nothing_of_anybody(place: Country) -> None:
    assert set(fields(Browser().get("/"))) == {"csrfmiddlewaretoken"}
