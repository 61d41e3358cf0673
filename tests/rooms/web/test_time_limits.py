"""Tidsgränser: the office decides, with a reason; nobody else sees the page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from registret.access.grants.rules import last_possible_day
from registret.access.queries.applications import newest_application
from registret.time_limits.lengths import TimeLimit
from registret.time_limits.queries import decisions, length
from registret.web.office.limits import fixed
from registret.web.templatetags.look import day
from tests import cast
from tests.cast import ANNA, BERTIL, DORIS, ERIK, Country, Person
from tests.rooms.web.client import Browser, text_of

pytestmark = pytest.mark.django_db


def test_all_limits_stand_with_their_meaning(place: Country) -> None:
    text = text_of(Browser.of(DORIS).get("/kansliet/tidsgranser"))
    assert "Den som inte har loggat in på så länge spärras. 9 månader förvald tid" in text
    assert text.count("förvald tid") == len(TimeLimit)


def test_a_decision_counts_at_once_and_stands_with_name_and_reason(place: Country) -> None:
    browser = Browser.of(DORIS)
    answer = browser.post("/kansliet/tidsgranser/lapse", {"number": "60", "reason": "Färre <b>faller</b> bort"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/kansliet/tidsgranser")
    assert length(TimeLimit.LAPSE).number == 60
    assert f"60 dagar {timezone.localtime():%Y-%m-%d %H}" in text_of(browser.get("/kansliet/tidsgranser"))
    page = browser.get("/kansliet/tidsgranser/lapse")
    assert "Färre &lt;b&gt;faller&lt;/b&gt; bort" in page.content.decode()


@pytest.mark.parametrize(
    ("number", "reason", "says"),
    [
        ("", "skäl", "Skriv ett tal"),
        ("tre", "skäl", "Skriv ett heltal, bara siffror"),
        ("1.5", "skäl", "Skriv ett heltal, bara siffror"),
        ("9999999999999999999999", "skäl", "Skriv ett tal mellan 31 och 365."),
        ("-3", "skäl", "Skriv ett tal mellan 31 och 365."),
        ("90", "skäl", "Det är så redan. Skriv ett annat tal."),
        ("60", "   ", "Skriv varför gränsen ändras"),
        ("60", "x" * 501, "Skriv högst 500 tecken"),
        ("60", "\x00", "Texten innehåller ett tecken som inte går att spara"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_changes(
    place: Country, number: str, reason: str, says: str
) -> None:
    page = Browser.of(DORIS).post("/kansliet/tidsgranser/lapse", {"number": number, "reason": reason})
    assert page.status_code == 422
    assert text_of(page).count(says) == 2, "in the summary and at the field"
    assert decisions(TimeLimit.LAPSE) == ()


@pytest.mark.parametrize("who", [BERTIL, ERIK])
def test_nobody_but_the_office_reads_or_decides(place: Country, who: Person) -> None:
    browser = Browser.of(who)
    assert browser.get("/kansliet/tidsgranser").status_code == 403
    assert browser.post("/kansliet/tidsgranser/lapse", {"number": "60", "reason": "skäl"}).status_code == 403
    assert length(TimeLimit.LAPSE).number == 90


def test_a_limit_that_does_not_exist_is_not_found(place: Country) -> None:
    assert Browser.of(DORIS).get("/kansliet/tidsgranser/finns-inte").status_code == 404


def test_a_new_longest_grant_is_what_attesting_offers_and_allows(place: Country) -> None:
    Browser.of(DORIS).post("/kansliet/tidsgranser/grant", {"number": "6", "reason": "Kortare"})
    now = timezone.now()
    cast.register(ANNA, place.infection, at=now)
    wanted = newest_application(account_id=cast.account_of(ANNA).id)
    assert wanted is not None
    bertil = Browser.of(BERTIL)
    last = last_possible_day(at=now, months=6)
    assert f'value="{last.isoformat()}"' in bertil.get(f"/attestera/{wanted.id}").content.decode()
    too_late = {"role": "reporter", "sub_registries": ["pneumoni"], "last_day": (last + timedelta(days=1)).isoformat()}
    told = text_of(bertil.post(f"/attestera/{wanted.id}", too_late))
    assert f"är för långt fram. Senast är {day(last)}." in told


def test_what_the_office_does_not_set_is_listed_with_its_reason(place: Country) -> None:
    text = text_of(Browser.of(DORIS).get("/kansliet/tidsgranser"))
    listed = text.partition("Ändras inte här")[2]
    for name, length_now in (
        ("Bekräfta e-post", "7 dagar"),
        ("Invända mot en ny e-postadress", "14 dagar"),
        ("Skäl för att läsa om någon med skyddad identitet", "1 timme"),
        ("Stickprov i loggen", "20 poster"),
        ("Utloggning när inget händer", "15 minuter"),
    ):
        assert f"{name} {length_now}" in listed
    assert all(line.why for line in fixed())
