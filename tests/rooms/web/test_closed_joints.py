"""A sub-registry that was closed years ago: its episodes are read, its reports tell of its last years, and nothing new
is begun."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from registret.access.roles import Role
from registret.demo.history.country import Share, Span
from registret.demo.history.loading import load
from registret.places.queries import clinic
from registret.records.models import Episode, Step
from registret.records.scope import all_providers
from registret.reports.told import EditionRow
from registret.web.figures.edition_words import edition_text
from tests import cast
from tests.cast import ANNA, CECILIA, Country
from tests.rooms.web.client import Browser, text_of

pytestmark = pytest.mark.django_db

RUNE = cast.person("Rune", "Lind", "SE2321009991-E00R7L2")
"""Reads reports, and no patients."""
PAGE = "/rapporter/led-nativ/agent_found"
SENTENCE = "Stängt för registrering sedan 2015; siffrorna är från 2014–2015."


@pytest.fixture(scope="module")
def place(module_db: None) -> Country:
    """Norrvik registered infections of native joints until 2015. Those who work there today may read them."""
    now = timezone.now()
    place = cast.country(now - timedelta(days=30))
    then = now - timedelta(days=20)
    cast.appoint_by_program(ANNA, Role.REPORTER, clinic_id=place.infection, at=then)
    cast.appoint_by_program(RUNE, Role.REPORT_READER, clinic_id=place.infection, at=then)
    cast.appoint_by_program(CECILIA, Role.REPORTER, clinic_id=place.sydvik, at=then)
    share = Share(clinic=cast.INFECTION, sub_registry="led-nativ", span=Span(years=1, now=now, size=0.4))
    norrvik = clinic(place.infection)
    assert norrvik is not None
    load([one for one in share.episodes() if one is not None], clinic=norrvik)
    return place


def an_old_episode() -> str:
    with all_providers():
        return Episode.objects.filter(sub_registry="led-nativ").latest("began_at").system_id


@pytest.mark.parametrize("who", [ANNA, RUNE], ids=["who registers", "who reads reports"])
def test_the_reports_tell_of_the_last_two_years_and_say_so(place: Country, who: cast.Person) -> None:
    browser = Browser.of(who)
    overview, page = text_of(browser.get("/rapporter")), text_of(browser.get(PAGE))
    assert SENTENCE in overview
    assert overview.index("Sepsis/septisk chock") < overview.index("Infektion i nativ led"), "what is closed comes last"
    assert SENTENCE in page
    assert "2014-01–2015-12" in page
    assert "så här långt" not in page
    assert "Ingen utgåva har andras siffror här." in page
    assert "Nästa utgåva" not in page, "none is promised of years that are over"
    assert "Klinikerna jämförs inte: ingen utgåva har andras siffror." in page
    groups = browser.get(f"{PAGE}/grupper.csv").content.decode("utf-8-sig")
    assert ("inte i någon utgåva" in groups, "visas inte" in groups) == (True, False), "as the page says"
    assert "Kvartal 2 2015" in page
    assert "Kvartal 3 2015" not in page, "nobody was registered then"
    browser.get("/sprak/en")
    assert "Closed for entry since 2015; the figures are from 2014–2015." in text_of(browser.get(PAGE))


def test_what_an_edition_told_of_years_that_are_over_promises_no_other(now: datetime) -> None:
    said = edition_text(EditionRow(number=3, made_on=date(2026, 11, 1)), is_closed=True, at=now)
    assert said == "Andras siffror är ur utgåva 3, från 2026-11-01, och ändras inte."


def test_the_figure_is_of_the_own_patients_of_those_years(place: Country) -> None:
    browser = Browser.of(ANNA)
    with all_providers():
        signed = Step.objects.filter(episode__sub_registry="led-nativ", code="discharge", state="signed")
        count = signed.filter(episode__began_at__year__in=(2014, 2015)).count()
        before = signed.filter(episode__began_at__year__lt=2014).count()
    assert count > 3
    assert before > 3
    assert f" av {count}" in text_of(browser.get(PAGE))
    assert "2014-01–2015-12" in text_of(browser.get(f"{PAGE}/patienter"))
    quality = text_of(browser.get("/rapporter/led-nativ/datakvalitet"))
    assert "1 januari 2014" in quality
    assert f"{count} av {count} (100 %)" in quality


def test_the_page_that_says_what_registering_gave_says_nothing_of_what_is_closed(place: Country) -> None:
    assert "/rapporter/led-" not in Browser.of(ANNA).get("/start").content.decode()


def test_an_old_episode_is_opened_and_read(place: Country) -> None:
    page = text_of(Browser.of(ANNA).get(f"/vardepisod/{an_old_episode()}/acute"))
    assert "Leden punkterad" in page
    assert "Registrerare, Norrviks sjukhus" in page, "who signed it"


def test_an_old_episode_is_there_for_nobody_else(place: Country) -> None:
    for who in (CECILIA, RUNE):
        assert Browser.of(who).get(f"/vardepisod/{an_old_episode()}/acute").status_code in (403, 404)
    assert text_of(Browser.of(CECILIA).get(PAGE)).count("av 0") == 0


@pytest.mark.parametrize(
    ("language", "says"),
    [("sv", "Infektion i nativ led"), ("en", "Native joint infection")],
)
def test_a_new_one_is_refused_with_a_sentence(place: Country, language: str, says: str) -> None:
    browser = Browser.of(ANNA)
    browser.get(f"/sprak/{language}")
    page = text_of(browser.post("/patienter/ny", {"number": "19640823-3234"}))
    assert says in page
    with all_providers():
        before = Episode.objects.count()
    refused = browser.post(
        "/patienter/ny",
        {"number": "19640823-3234", "sub_registry": "led-nativ", "inclusion_of": "led-nativ", "go": "1"},
    )
    assert refused.status_code != 303
    with all_providers():
        assert Episode.objects.count() == before


def test_the_page_of_definitions_shows_what_is_closed_last_and_says_since_when(place: Country) -> None:
    page = text_of(Browser.of(ANNA).get("/delregister"))
    order = [page.index(name) for name in ("Sepsis/septisk chock", "Infektion i nativ led (stängt 2015)")]
    assert order == sorted(order)
    assert "Infektion i protesled (stängt 2021)" in page
