"""Through the identity provider and back, in a house of its own that has one."""

from __future__ import annotations

import html
import os
import re
import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from registret.demo.pki import DemoAuthority
from tests.idp import CLIENT_ID, CLIENT_SECRET, IdentityProvider
from tests.journeys.conftest import looked_at
from tests.journeys.desks import Desk, OpenDesk
from tests.journeys.people import Person, appointed, newcomer
from tests.journeys.running import House
from tests.journeys.wire import Visitor, heading

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def authority() -> DemoAuthority:
    return DemoAuthority.load(Path(os.environ["REGISTRET_TEST_FOLDER"]) / "ca")


@pytest.fixture(scope="module")
def idp(authority: DemoAuthority) -> Iterator[IdentityProvider]:
    with IdentityProvider(authority.site_server) as there:
        yield there


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, authority: DemoAuthority, idp: IdentityProvider) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house")
    with House.build(folder, authority, f"provider_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}") as built:
        built.environment |= {
            "REGISTRET_OIDC_ISSUER": idp.issuer,
            "REGISTRET_OIDC_CLIENT_ID": CLIENT_ID,
            "REGISTRET_OIDC_CLIENT_SECRET": CLIENT_SECRET,
            "REGISTRET_OIDC_CA_FILE": str(authority.web_root),
        }
        built.migrate()
        built.run("import-clinics", str(Path("registret/demo/clinics.csv").resolve()))
        built.start()
        yield built


@pytest.fixture(scope="module")
def doris(house: House) -> Person:
    return appointed(house, newcomer(house, "Doris", "Ek"), "registry_office")


def sits_at(idp: IdentityProvider, person: Person) -> None:
    idp.truth()
    idp.person = {
        "employeeHsaId": person.hsa_id,
        "given_name": person.given_name,
        "family_name": person.surname,
        "credentialOrganizationName": person.organisation,
    }


def through_the_provider(visitor: Visitor, house: House) -> httpx.Response:
    begun = visitor.post("/logga-in/legitimering", form_on="/")
    found = re.search(r'<a class="btn" href="([^"]+)"', begun.text)
    assert found is not None, begun.text
    tls = ssl.create_default_context(cafile=str(house.authority.web_root))
    answer = httpx.get(html.unescape(found[1]), verify=tls)
    return visitor.follow(visitor.get(answer.headers["Location"].removeprefix(house.site)))


def test_the_same_account_by_card_and_through_the_provider(house: House, idp: IdentityProvider, doris: Person) -> None:
    sits_at(idp, doris)
    visitor = Visitor(house)
    assert "Doris" in heading(through_the_provider(visitor, house))
    visitor.post("/logga-ut", form_on="/start")
    assert visitor.get("/start").status_code == 401
    hers = "SELECT event FROM ledger_entry WHERE by_hsa_id = %s ORDER BY id DESC LIMIT 3"
    assert house.ask_database(hers, doris.hsa_id) == [("session.ended",), ("login.done",), ("idp.read",)]


def test_somebody_new_arrives_at_registering(house: House, idp: IdentityProvider) -> None:
    person = newcomer(house, "Vera", "Ny")
    sits_at(idp, person)
    page = through_the_provider(Visitor(house), house)
    assert heading(page) == "Registrera dig"
    assert person.hsa_id in page.text


def test_in_a_browser_the_button_leads_there_and_back_and_out(
    house: House, idp: IdentityProvider, doris: Person, desk: OpenDesk
) -> None:
    sits_at(idp, doris)
    at: Desk = desk()
    page = at.open("/")
    looked_at(page, "60-front-with-provider")
    looked_at(at.open("/hjalp/kort"), "63-help-with-provider")
    at.open("/")
    with page.expect_navigation(url=f"{house.site}/start"):
        page.get_by_role("button", name="Logga in med SITHS eID").click()
    assert "Doris" in at.heading()
    with page.expect_navigation(url=f"{house.site}/utloggad"):
        page.get_by_role("button", name="Logga ut").click()
    at.shows("Du är utloggad. Ta ut kortet.")
    assert idp.requests[-1] == "/logout"


def test_the_page_on_the_way_and_the_page_of_a_refusal(house: House, idp: IdentityProvider, desk: OpenDesk) -> None:
    at: Desk = desk(own=True)
    # An answer without content leaves the browser where it is.
    at.context.route(f"{idp.issuer}/**", lambda route: route.fulfill(status=204))
    page = at.open("/")
    page.get_by_role("button", name="Logga in med SITHS eID").click()
    page.get_by_role("heading", name="Du skickas vidare till legitimeringstjänsten").wait_for()
    looked_at(page, "61-onward")
    at.context.unroute(f"{idp.issuer}/**")
    idp.truth()
    idp.person = None
    page = at.open("/")
    page.get_by_role("button", name="Logga in med SITHS eID").click()
    page.get_by_role("heading", name="Legitimeringen avbröts.").wait_for()
    looked_at(page, "62-idp-declined")
