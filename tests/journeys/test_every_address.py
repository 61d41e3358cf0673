"""Every address that shows a page, opened by somebody who may see it: axe finds nothing, and it fits 320 CSS pixels."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from http import HTTPStatus
from urllib.parse import urlsplit

import httpx
import pytest
from django.urls import resolve
from playwright.sync_api import Page, Playwright, expect

from registret.demo.people import cast
from registret.demo.people.cast import Person
from registret.kernel.sweden import SWEDEN
from registret.web.gate import views
from tests.journeys.conftest import axe_finds_nothing, require_fitting
from tests.journeys.desks import IN_ENGLISH, launched
from tests.journeys.furnished import URLCONF, Furnished, furnished_house, links_of
from tests.journeys.imports import large_file, proposal
from tests.journeys.outliers import told
from tests.journeys.running import link_in
from tests.journeys.wire import Visitor

pytestmark = [pytest.mark.journey, pytest.mark.timeout(600)]

# --- who opens what ----------------------------------------------------------------------------------

WHO: Mapping[str, Person | None] = {
    "open_to_all": None,
    "needs_any_card": cast.NADIA,
    "needs_card": cast.PER_OLOF,
    "needs work": cast.NADIA,
    "needs read_records": cast.NADIA,
    "needs read_reports": cast.NADIA,
    "needs report": cast.NADIA,
    "needs import": cast.LOVA,
    "needs export": cast.SIXTEN,
    "needs attest": cast.BERTIL,
    "needs manage_people": cast.BERTIL,
    "needs appoint": cast.DORIS,
    "needs decide_limits": cast.DORIS,
    "needs publish": cast.DORIS,
    "needs follow_up_outliers": cast.DORIS,
    "needs answer_outliers": cast.BERTIL,
    "needs keep_incidents": cast.DORIS,
    "needs ask_clinics": cast.DORIS,
    "needs help": cast.SAMIR,
    "needs handle_cases": cast.HENRIK,
    "needs read_log": cast.ERIK,
}
"""By the gate of an address, somebody with much to see there."""

RATHER: Mapping[str, Person | None] = {
    "registrera": cast.ANNA,
    "nastan-klart": cast.ELIN,
    "ansokan/kod": cast.ELIN,
    "ansokan/adress": cast.ELIN,
    "arbetar-som": cast.TOVE,
    "bekraftad": cast.PER_OLOF,
    "konto/e-post/kod": cast.PER_OLOF,
    "konto/ansokan/<int:id>": cast.PER_OLOF,
    "personer/vikarie/<int:id>/avsla": cast.TOVE,
    "vardepisod/<system_id:episode>/<slug:step>/forslag": cast.LOVA,
}
"""Addresses where somebody else than their gate's has more to see, or is let in."""

STARTS: Mapping[Person | None, Sequence[str]] = {
    None: ["/"],
    cast.ELIN: ["/nastan-klart"],
    cast.PER_OLOF: ["/ansokan", "/bekraftad", "/ansokan/ny", "/konto"],
    cast.SAMIR: ["/start", "/support?q=Sandgren"],
    cast.TOVE: ["/start", "/personer"],
}
"""Where somebody begins to follow links, if not at the start page alone."""


@dataclass(slots=True)
class Seat:
    """Somebody at a browser, logged in with the card; nobody, without."""

    furnished: Furnished
    person: Person | None
    page: Page
    links: dict[str, list[str]] = field(default_factory=dict)

    @property
    def site(self) -> str:
        return self.furnished.house.site

    def visitor(self) -> Visitor:
        """The same session, without the browser."""
        cookies = {cookie["name"]: cookie["value"] for cookie in self.page.context.cookies()}
        return Visitor(self.furnished.house, cookies=cookies)

    def paths(self, address: str) -> list[str]:
        """Where the address is in this house: known by hand, found by a link, or the same everywhere."""
        if address in BY_HAND:
            return [BY_HAND[address](self)]
        if address in self.links:
            return self.links[address]
        assert "<" not in address, f"no link of {self.person and self.person.name} leads to it: add it to BY_HAND"
        return [f"/{address}"]


def pressed(at: str, button: str) -> Callable[[Seat], str]:
    """The page behind a button, of which only this browser may know the address."""

    def press(seat: Seat) -> str:
        seat.page.goto(seat.site + at)
        with seat.page.expect_navigation(url=re.compile(f"{re.escape(seat.site)}/")):
            seat.page.get_by_role("button", name=button).first.click()
        return seat.page.url.removeprefix(seat.site)

    return press


def confirmation(seat: Seat) -> str:
    return link_in(seat.furnished.house.letter_to(cast.ELIN.email, about="Bekräfta")).removeprefix(seat.site)


def objection(seat: Seat) -> str:
    """Sixten asks for another address, and the old one is told."""
    wire = seat.furnished.visitor(cast.SIXTEN)
    wire.post("/konto/e-post", {"email": "sixten@regionnorrvik.se", "ok": "1"})
    letter = seat.furnished.house.letter_to(cast.SIXTEN.email, about="ändra")
    found = re.search(r"https://\S+(/invand/\S+)", letter.text)
    assert found is not None, letter.text
    return found[1]


def incident(seat: Seat) -> str:
    """One that was found out a minute ago; nobody has decided whether it is reported."""
    then = datetime.now(SWEDEN) - timedelta(minutes=1)
    undecided = {"authority": "undecided", "persons": "undecided", "is_open": "yes"}
    what = {"base": "0", "happened": "En lista till fel klinik", "discovered_at": f"{then:%Y-%m-%d %H.%M}"}
    written = seat.visitor().post("/kansliet/incidenter/ny", what | undecided)
    assert written.is_redirect, written.text
    return str(written.headers["Location"])


def new_outlier(seat: Seat) -> str:
    """The form that opens a case about a figure of Bertil's clinic, or of another if that has one."""
    told(seat.furnished.house)
    office = seat.furnished.visitor(cast.DORIS).get("/kansliet/avvikelser").text
    return str(re.findall(r'"(/kansliet/avvikelser/ny/[^"]+)"', office)[0])


def outlier(seat: Seat) -> str:
    opened = seat.furnished.visitor(cast.DORIS).post(new_outlier(seat), {"text": "Långt under riket"})
    assert opened.is_redirect, opened.text
    return str(opened.headers["Location"])


def asked_outlier(seat: Seat) -> str:
    """One that Bertil's clinic is asked about."""
    told(seat.furnished.house)
    doris = seat.furnished.visitor(cast.DORIS)
    clinic = r'<tr[^>]*>\s*<th[^>]*>Infektionskliniken, Norrviks sjukhus.*?"(/kansliet/avvikelser/(?:ny/)?[^"]+)"'
    (there,) = re.findall(f"(?s){clinic}", doris.get("/kansliet/avvikelser").text)[:1]
    case = doris.post(there, {"text": "Lågt"}).headers["Location"] if "/ny/" in there else there
    for act in ("kontrollera", "fraga"):
        if not doris.get(f"{case}/{act}").is_redirect:
            doris.post(f"{case}/{act}", {"text": "Vad beror det på?"})
    return str(case).removeprefix("/kansliet")


BY_HAND: Mapping[str, Callable[[Seat], str]] = {
    "logga-in/svar/": lambda seat: "/logga-in/svar/",
    "logga-in/svar/<str:code>": lambda seat: "/logga-in/svar/gone",
    "logga-in/nekad/<str:reference>": pressed("/", "Logga in med SmartCard"),
    "kort/<str:reference>": pressed("/kort", "Läs kortet"),
    "bekrafta/<str:token>": confirmation,
    "invand/<str:token>": objection,
    "kansliet/incidenter/<int:number>": incident,
    "kansliet/incidenter/<int:number>/andra": lambda seat: f"{incident(seat)}/andra",
    "rapporter/<slug:register>/datakvalitet/<slug:step>/<slug:code>": lambda seat: (
        "/rapporter/pneumoni/datakvalitet/acute/antibiotic_within_days"
    ),
    "kansliet/avvikelser/ny/<slug:register>/<slug:code>/<int:clinic>/<int:edition>": new_outlier,
    "kansliet/avvikelser/<int:number>": outlier,
    "kansliet/avvikelser/<int:number>/<office_act:act>": lambda seat: f"{outlier(seat)}/kontrollera",
    "avvikelser/<int:number>": asked_outlier,
    "avvikelser/<int:number>/svara": lambda seat: f"{asked_outlier(seat)}/svara",
    "importera/fil/<int:file>": lambda seat: large_file(seat.page, seat.site),
    "importera/fil/<int:file>/fel.csv": lambda seat: f"{large_file(seat.page, seat.site)}/fel.csv",
    "vardepisod/<system_id:episode>/<slug:step>/forslag": lambda seat: proposal(seat.page, seat.site),
    "hjalp/kort/<str:name>": lambda seat: "/hjalp/kort/card.person_id",
    "attestera/<int:id>/adress": lambda seat: f"{seat.links['attestera/<int:id>'][0]}/adress",
    "vardepisod/<system_id:episode>/version": lambda seat: f"{seat.links['vardepisod/<system_id:episode>'][0]}/version",
    "statistik/arsrapport/<int:year>": lambda seat: "/statistik/arsrapport/2025",
    "statistik/arsrapport/<int:year>.pdf": lambda seat: "/statistik/arsrapport/2025.pdf",
    "statistics/arsrapport/<int:year>": lambda seat: "/statistics/arsrapport/2025",
    "statistics/arsrapport/<int:year>.pdf": lambda seat: "/statistics/arsrapport/2025.pdf",
    "kansliet/arsrapport/<int:year>": lambda seat: "/kansliet/arsrapport/2025",
    "kansliet/arsrapport/<int:year>.pdf": lambda seat: "/kansliet/arsrapport/2025.pdf",
}
"""What no link leads to."""

REFUSED = {"logga-in/svar/", "logga-in/svar/<str:code>", "logga-in/nekad/<str:reference>"}
"""Pages that say no, with the status of a refusal."""


class Left(Enum):
    """Why an address is left out: it shows nobody a page."""

    FILE = "a file, or data for a program"
    REDIRECT = "leads on to another address"
    ABSENT = "is not there in this house"


LEFT_OUT: Mapping[str, Left] = {
    "login.aspx": Left.REDIRECT,
    "logga-in": Left.REDIRECT,
    "sprak/<str:code>": Left.REDIRECT,
    "hjalp/kort/<str:name>": Left.REDIRECT,
    "ansokan/kod": Left.REDIRECT,
    "konto/e-post/kod": Left.REDIRECT,
    "attestera/<int:id>/adress": Left.REDIRECT,
    "patienter/ny": Left.REDIRECT,
    "vardepisod/<system_id:episode>": Left.REDIRECT,
    "session": Left.FILE,
    ".well-known/security.txt": Left.ABSENT,
    "halsa": Left.FILE,
    "halsa/lever": Left.FILE,
    "matt": Left.FILE,
    "importera/fil/<int:file>/fel.csv": Left.FILE,
    "kansliet/behandlingar.csv": Left.FILE,
    "kansliet/tackningsgrad.csv": Left.FILE,
    "rapporter/<slug:register>.csv": Left.FILE,
    "rapporter/<slug:register>/<slug:code>/<slug:part>.csv": Left.FILE,
    "rapporter/<slug:register>/<slug:code>/<slug:part>.<picture:kind>": Left.FILE,
    "delregister/<slug:code>/<int:version>.<kind:kind>": Left.FILE,
    "delregister/<slug:code>/<int:version>/blankett.pdf": Left.FILE,
    "delregister/<slug:code>/indikatorer.<kind:kind>": Left.FILE,
    "vardepisod/<system_id:episode>/utskrift.pdf": Left.FILE,
    "statistik/<slug:register>/<slug:code>.csv": Left.FILE,
    "statistik/<slug:register>/<slug:code>.json": Left.FILE,
    "statistik/<slug:register>/<slug:code>.fhir.json": Left.FILE,
    "statistics/<slug:register>/<slug:code>.csv": Left.FILE,
    "statistics/<slug:register>/<slug:code>.json": Left.FILE,
    "statistics/<slug:register>/<slug:code>.fhir.json": Left.FILE,
    # Only after an edition; tests/journeys/test_statistics.py opens them.
    "statistik/arsrapport/<int:year>": Left.ABSENT,
    "statistik/arsrapport/<int:year>.pdf": Left.ABSENT,
    "statistics/arsrapport/<int:year>": Left.ABSENT,
    "statistics/arsrapport/<int:year>.pdf": Left.ABSENT,
    "kansliet/arsrapport/<int:year>": Left.ABSENT,
    "kansliet/arsrapport/<int:year>.pdf": Left.ABSENT,
    "logga-in/legitimering": Left.ABSENT,
    "logga-in/legitimering/svar": Left.ABSENT,
    # Only while a form has a newer version than that of the episode.
    "vardepisod/<system_id:episode>/version": Left.ABSENT,
}
"""Those of the card hosts stand in a URLconf of their own: they show nothing."""


def why_left_out(answer: httpx.Response) -> Left | None:
    """What the answer to somebody who reads says; None: it is a page."""
    if answer.is_redirect:
        return Left.REDIRECT
    if not answer.headers["Content-Type"].startswith("text/html"):
        return Left.FILE
    return Left.ABSENT if answer.status_code == HTTPStatus.NOT_FOUND else None


# --- the walk ----------------------------------------------------------------------------------------

GATES: Mapping[str, str] = {
    address: view.gate
    for address, view in views(URLCONF)
    # Programs ask those.
    if not address.startswith("api/")
}


def opens(address: str) -> Person | None:
    return RATHER[address] if address in RATHER else WHO[GATES[address]]


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Furnished]:
    folder = tmp_path_factory.mktemp("furnished")
    with furnished_house(folder, f"furnished_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}") as house:
        yield house


Sit = Callable[[Person | None], Seat]
NAMELESS = re.compile(r"^\s*$")


@pytest.fixture(scope="module")
def sit(
    furnished: Furnished, playwright: Playwright, managed_policy: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Sit]:
    """One browser at a time: the addresses come person by person."""
    taken: list[Seat] = []

    def sit_down(person: Person | None) -> Seat:
        if taken and taken[0].person is person:
            return taken[0]
        while taken:
            taken.pop().page.context.close()
        home = tmp_path_factory.mktemp("home")
        furnished.fill(home, person)
        seat = Seat(furnished, person, launched(playwright, home, environment=IN_ENGLISH).pages[0])
        taken.append(seat)
        seat.page.goto(seat.site)
        if person is not None:
            seat.page.get_by_role("button", name="Logga in med SmartCard").first.click()
            expect(seat.page.get_by_role("button", name="Logga ut")).to_be_visible()
        seat.links = links_of(
            seat.visitor(), STARTS.get(person, ["/start"]), wanted=lambda address: opens(address) is person
        )
        return seat

    yield sit_down
    while taken:
        taken.pop().page.context.close()


# What can be moved sideways within its box, and has no name, or nothing in it that the keyboard reaches.
UNREACHABLE = """() => [...document.querySelectorAll("body *")]
    .filter((box) => !box.matches("input, textarea, select"))
    .filter((box) => box.scrollWidth > box.clientWidth + 1)
    .filter((box) => ["auto", "scroll"].includes(getComputedStyle(box).overflowX))
    .filter((box) => !box.matches("[tabindex='0'][role]:is([aria-label], [aria-labelledby])"))
    // The map of a form: one line of links, each to a heading of the same page.
    .filter((box) => !box.matches("nav[aria-label] > .toc"))
    .map((box) => box.outerHTML.slice(0, 200))"""


def is_act(address: str, visitor: Visitor) -> bool:
    """Whether nobody can read there. That is refused before anything is looked up, so any path will do."""
    path = address.replace("<system_id:patient>", "P3467ACDE").replace("<system_id:episode>", "E3467ACDE")
    return visitor.methods("/" + re.sub("<[^>]*>", "1", path)) == {"POST"}


def by_person(address: str) -> str:
    return str(opens(address))


ADDRESSES: list[str] = sorted(GATES, key=by_person)


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_shows_a_page_that_everybody_can_use(address: str, sit: Sit) -> None:
    seat = sit(opens(address))
    visitor = seat.visitor()
    if is_act(address, visitor):
        assert address not in LEFT_OUT
        return
    for path in seat.paths(address):
        if address in LEFT_OUT:
            assert why_left_out(visitor.get(path)) is LEFT_OUT[address], path
        else:
            _show(seat, address, path)
            _require_usable(seat.page, address)


def test_only_addresses_that_are_there_have_exceptions() -> None:
    assert GATES.keys() >= RATHER.keys() | BY_HAND.keys() | LEFT_OUT.keys() | REFUSED


def _show(seat: Seat, address: str, path: str) -> None:
    """In the browser: the page, and no other."""
    opened = seat.page.goto(seat.site + path)
    assert opened is not None
    assert opened.headers["content-type"].startswith("text/html"), path
    assert (opened.status >= HTTPStatus.BAD_REQUEST) == (address in REFUSED), opened.status
    assert resolve(urlsplit(seat.page.url).path, URLCONF).route == address
    if "sandbox" in opened.headers["content-security-policy"]:
        # The HTML of a letter: no script may run in it there, so neither may axe.
        content = opened.text()
        seat.page.goto("about:blank")
        seat.page.set_content(content)


def _require_usable(page: Page, address: str) -> None:
    """Light on a wide window, dark on a narrow one."""
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(color_scheme="light")
    axe_finds_nothing(page)
    require_fitting(page, address)
    for role in ("link", "button"):
        expect(page.get_by_role(role, name=NAMELESS)).to_have_count(0)
    page.set_viewport_size({"width": 320, "height": 640})
    page.emulate_media(color_scheme="dark")
    axe_finds_nothing(page)
    require_fitting(page, address)
    assert page.evaluate(UNREACHABLE) == []
