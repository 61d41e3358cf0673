"""The menus at the top: which tabs people have, and which one is theirs now."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.urls import reverse

from registret.access.roles import ROLES_AT_A_CLINIC, Role
from registret.mail.letters import LETTERS
from registret.web.menu import MAIN, OFFICE, Tab
from tests import cast
from tests.cast import ANNA, BERTIL, DORIS, ERIK, INGRID, Country, Person
from tests.rooms.web.client import Browser

pytestmark = pytest.mark.django_db

OWN = ["start", "account", "help"]
"""Tabs of all who are at work."""


def tabs(who: Person, path: str = "/start", *, menu: str = "Huvudmeny") -> dict[str, str]:
    """Addresses of the tabs that a page shows this person, each with its `aria-current`."""
    page = Browser.of(who).get(path).content.decode()
    (nav,) = re.findall(rf'<nav[^>]*aria-label="{menu}">(.*?)</nav>', page, re.DOTALL)
    links = re.findall(r'<a\s+href="([^"]*)"\s*(?:aria-current="(\w+)")?', nav)
    return dict(links)


@pytest.mark.parametrize(
    ("role", "own"),
    [
        (Role.REPORTER, ["records", "reports"]),
        (Role.READER, ["records", "reports"]),
        (Role.REPORT_READER, ["reports"]),
        (Role.LOCAL_ADMINISTRATOR, ["reports", "attest", "people"]),
        (Role.REGISTRY_OFFICE, ["attest", "office", "health", "support"]),
        (Role.LOG_REVIEWER, ["logbook"]),
        (Role.SUPPORT, ["support"]),
        (Role.CASE_HANDLER, ["cases", "retention", "disclosures"]),
    ],
)
def test_a_role_has_its_tabs_and_no_other(place: Country, now: datetime, role: Role, own: list[str]) -> None:
    at_clinic = role in ROLES_AT_A_CLINIC
    clinic = place.infection if at_clinic else None
    cast.appoint_by_program(INGRID, role, clinic_id=clinic, at=now - timedelta(days=2))
    expected = {reverse(name) for name in [*OWN, *own]}
    assert set(tabs(INGRID)) == expected


def test_tabs_stand_in_one_order() -> None:
    assert [tab.url_name for tab in MAIN][:2] == ["start", "records"]
    assert [tab.url_name for tab in MAIN][-2:] == ["account", "help"]


@pytest.mark.parametrize("tab", MAIN, ids=lambda tab: tab.url_name)
def test_a_tab_is_marked_on_its_own_page(place: Country, now: datetime, tab: Tab) -> None:
    url = tab.url_name
    people = {
        "records": ANNA,
        "imports": ANNA,
        "exports": ANNA,
        "reports": ANNA,
        "attest": BERTIL,
        "people": BERTIL,
        "logbook": ERIK,
        "support": INGRID,
    }
    who = people.get(url, INGRID if url in {"cases", "retention", "disclosures"} else DORIS)
    roles = {
        "records": Role.REPORTER,
        "imports": Role.IMPORTER,
        "exports": Role.EXPORTER,
        "reports": Role.REPORT_READER,
        "support": Role.SUPPORT,
    }
    role = roles.get(url, Role.CASE_HANDLER)
    if who in {ANNA, INGRID}:
        clinic = place.infection if who is ANNA else None
        cast.appoint_by_program(who, role, clinic_id=clinic, at=now - timedelta(days=2))
    marked = {address: current for address, current in tabs(who, reverse(url)).items() if current}
    assert marked == {reverse(url): "page"}


@pytest.mark.parametrize("tab", OFFICE, ids=lambda tab: tab.url_name)
def test_a_page_of_the_office_is_marked_in_both_menus(place: Country, tab: Tab) -> None:
    address = reverse(tab.url_name)
    marked = {at: current for at, current in tabs(DORIS, address, menu="Registerkansliet").items() if current}
    assert marked == {address: "page"}
    assert tabs(DORIS, address)[reverse("office")] == "page"


@pytest.mark.parametrize(
    ("path", "tab"),
    [
        ("/kansliet/utse", "office"),
        ("/kansliet/kliniker", "office"),
        ("/personer?klinik={clinic}", "office"),
        ("/kansliet/uppdrag/foresla", "appointments"),
        ("/kansliet/genomgang", "recertifications"),
        ("/kansliet/tidsgranser/lapse", "time_limits"),
        ("/kansliet/brev/{letter}/sv", "letters"),
    ],
)
def test_a_page_below_a_tab_of_the_office_says_so(place: Country, path: str, tab: str) -> None:
    marked = tabs(DORIS, path.format(clinic=place.infection, letter=next(iter(LETTERS))), menu="Registerkansliet")
    assert {at: current for at, current in marked.items() if current} == {reverse(tab): "true"}


def test_a_page_of_the_help_says_that_it_is_below_the_tab(place: Country) -> None:
    assert tabs(DORIS, reverse("help_reader"))[reverse("help")] == "true"


def test_the_tab_to_attest_has_the_number_that_waits(place: Country, now: datetime) -> None:
    cast.register(ANNA, place.infection, at=now - timedelta(hours=1))
    page = Browser.of(BERTIL).get("/start").content.decode()
    assert re.search(r'href="/attestera"\s*>\s*Att attestera\s*<span class="count">1<', page)
