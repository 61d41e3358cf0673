"""Ny vårdepisod: the page says whom it is begun for."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from registret.access.roles import Role
from registret.records.numbers import reserve_formats
from registret.registries.queries import catalogue
from registret.words.labels import asked
from tests import cast
from tests.cast import ANNA, Country
from tests.rooms.records.scene import (
    RESERVE,
    TOLVAN,
    Known,
    ask,
    begun,
    close_pneumonia,
    counted,
    log,
    registered,
    system_id_of,
)
from tests.rooms.web.client import Browser, Page, text_of


@pytest.mark.django_db
@pytest.mark.parametrize("is_protected", [False, True])
def test_a_known_patient_has_a_name_and_a_protected_one_a_code(
    is_protected: bool, monkeypatch: pytest.MonkeyPatch, place: Country, now: datetime
) -> None:
    ask(Known(n191212121212=registered(protected=is_protected)), monkeypatch)
    cast.appoint_by_program(ANNA, Role.REPORTER, clinic_id=place.infection, at=now - timedelta(days=20))
    arrived = [f"{timezone.localtime(now - timedelta(days=4)):%Y-%m-%dT%H:%M}"]
    begun(cast.actor(ANNA, at=now - timedelta(hours=1)), at=now, arrived_at=arrived)
    known = system_id_of(TOLVAN)
    browser = Browser.of(ANNA)
    if is_protected:
        browser.post(reverse("patient", args=[known]), {"reason": "Uppföljning"})
    said = text_of(browser.post(reverse("new_episode"), {"patient": known}))
    assert ("Tolvan Tolvansson, 19121212-••••" in said) is not is_protected
    assert (known in said) is is_protected


def test_a_question_that_asks_has_no_colon() -> None:
    assert (asked("Puls"), asked("Mättes den?")) == ("Puls:", "Mättes den?")


@pytest.mark.django_db
def test_a_question_that_follows_from_an_answer_is_asked_and_is_no_mistake(place: Country, now: datetime) -> None:
    cast.appoint_by_program(ANNA, Role.REPORTER, clinic_id=place.infection, at=now - timedelta(days=20))
    browser = Browser.of(ANNA)
    first = browser.post(reverse("new_episode"), {"number": TOLVAN, "sub_registry": "sepsis"})
    shown = re.search(r'name="asked" value="([^"]+)"', first.content.decode())
    assert shown is not None
    assert "intensive_care_from" in shown[1], "what decides about inclusion is seen from the beginning"
    assert "intensive_care_from" in first.content.decode()
    arrived = f"{timezone.localtime(now - timedelta(days=4)):%Y-%m-%d %H:%M}"
    sent = {"number": TOLVAN, "sub_registry": "sepsis", "go": "yes", "asked": shown[1], "arrived_at": arrived}
    sent |= {"sepsis_treated": "yes", "acquired": "community", "intensive_care": "yes"}
    # A page that is older, or a browser that hid them: the questions follow, and are no mistake.
    unseen = " ".join(set(shown[1].split()) - {"intensive_care_from", "paediatric_icu"})
    more = browser.post(reverse("new_episode"), sent | {"asked": unseen})
    assert more.status_code == 200
    assert "Några frågor till följer av dina svar." in text_of(more)
    assert "Besvara" not in text_of(more)
    seen = re.search(r'name="asked" value="([^"]+)"', more.content.decode())
    assert seen is not None
    assert "intensive_care_from" in seen[1]
    still = browser.post(reverse("new_episode"), sent | {"asked": seen[1]})
    assert still.status_code == 422
    assert "Besvara 2 frågor" in text_of(still), "unanswered is not wrong"


@pytest.mark.django_db
def test_questions_that_an_answer_makes_needless_are_gone_and_not_asked_for(place: Country, now: datetime) -> None:
    cast.appoint_by_program(ANNA, Role.REPORTER, clinic_id=place.infection, at=now - timedelta(days=20))
    arrived = f"{timezone.localtime(now - timedelta(days=4)):%Y-%m-%d %H:%M}"
    sent = {"number": TOLVAN, "sub_registry": "sepsis", "go": "yes", "asked": "", "arrived_at": arrived}
    sent |= {"sepsis_treated": "yes", "acquired": "community", "intensive_care": "no"}
    page = Browser.of(ANNA).post(reverse("new_episode"), sent)
    assert page.status_code == 422
    assert "Bara patienter som vårdats på intensivvårdsavdelning registreras." in text_of(page)
    asked_now = re.search(r'name="asked" value="([^"]+)"', page.content.decode())
    assert asked_now is not None
    assert "paediatric_icu" not in asked_now[1]


@pytest.mark.django_db
@pytest.mark.parametrize("before", ["arrived", "after"])
def test_intensive_care_before_the_arrival_is_refused(before: str, place: Country, now: datetime) -> None:
    cast.appoint_by_program(ANNA, Role.REPORTER, clinic_id=place.infection, at=now - timedelta(days=20))
    arrived = timezone.localtime(now - timedelta(days=4))
    care = arrived - timedelta(hours=1) if before == "arrived" else arrived + timedelta(hours=1)
    sent = {"number": TOLVAN, "sub_registry": "sepsis", "go": "yes", "arrived_at": f"{arrived:%Y-%m-%d %H:%M}"}
    sent |= {"sepsis_treated": "yes", "acquired": "community", "intensive_care": "yes", "paediatric_icu": "no"}
    page = Browser.of(ANNA).post(reverse("new_episode"), sent | {"intensive_care_from": f"{care:%Y-%m-%d %H:%M}"})
    assert (page.status_code == 303) is (before == "after")
    if before == "arrived":
        assert "”Inskriven på intensivvårdsavdelning” ligger före ”Ankomst till sjukhuset”" in text_of(page)


@pytest.mark.django_db
def test_a_number_with_a_wrong_check_digit_is_said_to_be_wrong(place: Country, now: datetime) -> None:
    cast.appoint_by_program(ANNA, Role.REPORTER, clinic_id=place.infection, at=now - timedelta(days=20))
    browser = Browser.of(ANNA)
    page = browser.post(reverse("find_patient"), {"q": "19121212-1213"})
    assert page.status_code == 404
    said = text_of(page)
    assert "Numret har fel kontrollsiffra" in said
    assert "med dagen plus 60, till exempel 19121272-9808" in said
    for name in (one.name.sv for one in reserve_formats().values()):
        assert name in said
    assert 'value="19121212-1213"' in page.content.decode()
    assert "fel kontrollsiffra" not in text_of(browser.post(reverse("find_patient"), {"q": "Berg"}))


IMPOSSIBLE = [
    ("20991231-2387", "Födelsedatumet i numret har inte varit än.", "The birth date in the number is still to come."),
    ("17990101-2389", "Födelsedatumet i numret är före 1850.", "The birth date in the number is before 1850."),
    ("19121212-0008", "kan inte vara 000", "cannot be 000"),
    ("20230229-2386", "Födelsedatumet i numret finns inte.", "The birth date in the number does not exist."),
    ("20001212+1214", "Ett plustecken skrivs först från det år", "A plus sign is written only from the year"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("written", "swedish", "english"), IMPOSSIBLE)
def test_a_number_with_a_birth_that_cannot_be_is_refused_for_that_reason(
    place: Country, now: datetime, written: str, swedish: str, english: str
) -> None:
    cast.appoint_by_program(ANNA, Role.REPORTER, clinic_id=place.infection, at=now - timedelta(days=20))
    browser = Browser.of(ANNA)
    for address, sent in (
        (reverse("find_patient"), {"q": written}),
        (reverse("new_episode"), {"number": written, "sub_registry": "sepsis", "go": "yes"}),
    ):
        said = text_of(browser.post(address, sent))
        assert swedish in said, address
        assert "kontrollsiffra, eller" not in said
        browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
        assert english in text_of(browser.post(address, sent)), address
        del browser.cookies[settings.LANGUAGE_COOKIE_NAME]
    (told,) = {(e.facts["code"], "number_fault" in e.facts) for e in log("request.refused")}
    assert told == ("patient.number_impossible", False)


@pytest.mark.django_db
def test_a_reserve_number_whose_check_digit_is_wrong_is_taken_once_somebody_says_that_it_is_right(
    place: Country, now: datetime
) -> None:
    cast.appoint_by_program(ANNA, Role.REPORTER, clinic_id=place.infection, at=now - timedelta(days=20))
    browser = Browser.of(ANNA)
    sent = {"number": "991981000019", "sub_registry": "pneumoni", "chosen": "yes"}
    sent |= {"birth_date": "31/1 1980", "sex": "female"}
    asked_again = browser.post(reverse("new_episode"), sent)
    assert asked_again.status_code == 422
    assert "Kontrollsiffran i 99198100-0019 stämmer inte" in text_of(asked_again)
    assert "torsdag 31 januari 1980, för " in text_of(asked_again)
    page = asked_again.content.decode()
    assert 'value="1980-01-31"' in page
    assert re.search(r'value="female" checked', page), "nothing that was written is lost"
    taken = browser.post(reverse("new_episode"), sent | {"number_is_right": "yes"})
    assert taken.status_code == 200
    assert "Ankomst till sjukhuset" in text_of(taken)
    assert re.search(r'name="number_is_right"\s+value="yes"\s+checked', taken.content.decode())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("born", "says"),
    [
        ("", "Skriv födelsedatumet"),
        ("31/1", "Skriv året med fyra siffror"),
        ("1849-12-31", "Tidigast är 1 januari 1850"),
        ("2199-01-01", "1 januari 2199 har inte varit än"),
        ("1980-02-30", "30 februari 1980 finns inte"),
    ],
)
def test_the_birth_date_of_a_reserve_number_says_what_is_wrong_with_it(
    born: str, says: str, place: Country, now: datetime
) -> None:
    cast.appoint_by_program(ANNA, Role.REPORTER, clinic_id=place.infection, at=now - timedelta(days=20))
    sent = {"number": RESERVE, "sub_registry": "pneumoni", "chosen": "yes", "birth_date": born, "sex": "male"}
    page = Browser.of(ANNA).post(reverse("new_episode"), sent)
    assert page.status_code == 422
    assert says in text_of(page)


@pytest.fixture
def anna(place: Country, now: datetime) -> Browser:
    """Reports to all four sub-registries."""
    cast.appoint_by_program(ANNA, Role.REPORTER, clinic_id=place.infection, at=now - timedelta(days=20))
    return Browser.of(ANNA)


def shown(page: Page) -> set[str]:
    """Names of the questions that are asked, without those that lie ready for the script."""
    html = re.sub(r"(?s)<template.*?</template>", "", page.content.decode())
    return set(re.findall(r'data-q="(\w+)"', html))


@pytest.mark.django_db
def test_a_search_by_number_leads_to_the_page_with_all_that_begins_an_episode(anna: Browser) -> None:
    page = anna.post(reverse("find_patient"), {"q": TOLVAN})
    assert page.status_code == 200
    ready = re.findall(r'<template data-of="([\w-]+)"', page.content.decode())
    assert ready == ["pneumoni", "meningit", "endokardit", "sepsis"]
    assert shown(page) == set(), "no sub-registry is chosen"
    assert page.content.decode().count('role="search"') == 1
    without_script = anna.post(reverse("new_episode"), {"number": TOLVAN, "chosen": "yes", "sub_registry": "pneumoni"})
    assert shown(without_script) == {"arrived_at", "pneumonia_treated", "acquired"}
    none = anna.post(reverse("new_episode"), {"number": TOLVAN, "chosen": "yes"})
    assert (none.status_code, "Välj ett delregister" in text_of(none)) == (422, True)


@pytest.mark.django_db
def test_answers_to_one_sub_registry_begin_no_episode_in_another(anna: Browser) -> None:
    arrived = f"{timezone.localtime(timezone.now() - timedelta(days=4)):%Y-%m-%d %H:%M}"
    sent = {"number": TOLVAN, "go": "yes", "arrived_at": arrived, "acquired": "community"}
    sent |= {"pneumonia_treated": "yes", "inclusion_of": "pneumoni", "asked": "arrived_at pneumonia_treated acquired"}
    other = anna.post(reverse("new_episode"), sent | {"sub_registry": "sepsis"})
    assert other.status_code == 200
    assert "sepsis_treated" in shown(other)
    assert counted() == (0, 0, 0)
    assert anna.post(reverse("new_episode"), sent | {"sub_registry": "pneumoni"}).status_code == 303
    assert counted() == (1, 1, 1)


@pytest.mark.django_db
def test_a_patient_who_is_known_is_begun_for_on_their_own_page(anna: Browser) -> None:
    now = timezone.now()
    begun(
        cast.actor(ANNA, at=now), at=now, arrived_at=[f"{timezone.localtime(now - timedelta(days=4)):%Y-%m-%dT%H:%M}"]
    )
    page = anna.get(reverse("patient", args=[system_id_of(TOLVAN)]))
    assert f'name="patient" value="{system_id_of(TOLVAN)}"' in page.content.decode()
    assert "<template data-of=" in page.content.decode()


@pytest.mark.django_db
def test_a_name_that_finds_nobody_is_not_said_to_be_a_wrong_number(anna: Browser) -> None:
    said = text_of(anna.post(reverse("find_patient"), {"q": "Berglund"}))
    assert "har ett namn som börjar så" in said
    assert "Kontrollera numret" not in said


@pytest.mark.django_db
def test_a_sub_registry_that_is_closed_is_said_to_be_closed(anna: Browser, settings: Settings, tmp_path: Path) -> None:
    settings.DEFINITIONS_DIR = close_pneumonia(tmp_path)
    catalogue.cache_clear()
    try:
        said = text_of(anna.post(reverse("find_patient"), {"q": TOLVAN}))
        refused = anna.post(reverse("new_episode"), {"number": TOLVAN, "chosen": "yes", "sub_registry": "pneumoni"})
    finally:
        catalogue.cache_clear()
    assert "Pneumoni är stängt för nya vårdepisoder." in said
    assert refused.status_code == 422
