"""A running house for all journeys, its cast, and browsers that hold one card each."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import BrowserContext, Page, Playwright, expect, sync_playwright

from registret.demo.browser import TEST_POLICY, nss_home, sweep_test_policies
from registret.demo.certificates import IssuedCertificate
from registret.demo.pki import DemoAuthority
from tests.journeys.people import CLINIC, Person, appointed, newcomer
from tests.journeys.running import PATIENCE, House

POLICIES = Path("/etc/chromium/policies/managed")
CHROMIUM = "/usr/bin/chromium"
PICTURES = os.environ.get("REGISTRET_PICTURES", "")
expect.set_options(timeout=PATIENCE * 1000)
# No page depends on the language of the browser.
IN_ENGLISH = {"LANGUAGE": "en"}
FINISH_ANIMATIONS = """
for (const animation of document.getAnimations()) {
  const infinite = animation.effect?.getComputedTiming().endTime === Infinity;
  infinite ? animation.cancel() : animation.finish();
}
"""
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], "resultTypes": ["violations"]}


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house")
    authority = DemoAuthority.load(Path(os.environ["REGISTRET_TEST_FOLDER"]) / "ca")
    # Each folder of tests that borrows this fixture has a house of its own, and so has each process.
    database = f"journeys_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{folder.name}"
    with House.build(folder, authority, database) as built:
        built.migrate()
        built.run("import-clinics", str(Path("registret/demo/clinics.csv").resolve()))
        built.start()
        yield built


@pytest.fixture(scope="session")
def doris(house: House) -> Person:
    """Runs the registry office."""
    return appointed(house, newcomer(house, "Doris", "Ek"), "registry_office")


@pytest.fixture(scope="session")
def bertil(house: House) -> Person:
    """Local administrator at the infection clinic."""
    return appointed(house, newcomer(house, "Bertil", "Holm"), "local_administrator", CLINIC)


@pytest.fixture(scope="session")
def cecilia(house: House) -> Person:
    """Local administrator at another clinic, of another care provider."""
    person = newcomer(house, "Cecilia", "Lund", organisation="Region Sydvik", domain="regionsydvik.se")
    return appointed(house, person, "local_administrator", "infektion-sydvik")


@pytest.fixture(scope="session")
def erik(house: House) -> Person:
    """Reviews the log."""
    return appointed(house, newcomer(house, "Erik", "Sand"), "log_reviewer")


@pytest.fixture(scope="session")
def managed_policy() -> Iterator[None]:
    """Chromium shows its picker in a window of the system, which nothing headless can click: a managed policy chooses
    for it. Only root may write one; without, the journeys over the wire (test_wire.py) prove the same steps."""
    if os.geteuid() != 0:
        pytest.skip("needs root: a managed policy for Chromium in /etc/chromium/policies/managed")
    if not Path(CHROMIUM).exists() or shutil.which("certutil") is None:
        pytest.skip("needs Debian's packages chromium and libnss3-tools")
    POLICIES.mkdir(parents=True, exist_ok=True)
    sweep_test_policies()
    file = POLICIES / TEST_POLICY.format(pid=os.getpid())
    rule = {"pattern": "https://[*.]kort.registret.localhost", "filter": {}}
    file.write_text(json.dumps({"AutoSelectCertificateForUrls": [json.dumps(rule)]}), encoding="utf-8")
    yield
    file.unlink()


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Not for the session: while it runs, this thread has an event loop, in which Django's database refuses to work."""
    with sync_playwright() as running:
        yield running


@dataclass(slots=True)
class Desk:
    """A computer with a reader: a browser of its own whose store is what sits in the reader."""

    home: Path
    context: BrowserContext
    house: House

    @property
    def page(self) -> Page:
        return self.context.pages[0]

    def open(self, path: str) -> Page:
        self.page.goto(self.house.site + path)
        return self.page

    def new_tab(self) -> None:
        """One empty tab instead of those that are open, and the network is there: nothing of them is left on a page."""
        left = self.context.pages
        self.context.new_page()
        for page in left:
            page.close()
        self.context.set_offline(False)

    def press(self, name: str) -> Page:
        """The button or link of this name, and the page behind it."""
        wanted = self.page.get_by_role("button", name=name, exact=True).or_(
            self.page.get_by_role("link", name=name, exact=True)
        )
        wanted.first.click()
        self.page.wait_for_load_state()
        return self.page

    def put_in(self, card: IssuedCertificate) -> None:
        """A card into the reader while the browser runs on."""
        file = self.home / "put-in.p12"
        file.write_bytes(card.p12("demo"))
        store = f"sql:{self.home / '.pki' / 'nssdb'}"
        command = ["pk12util", "-i", str(file), "-d", store, "-W", "demo", "-K", ""]
        subprocess.run(command, check=True, capture_output=True)

    def take_out(self, card: IssuedCertificate) -> None:
        """The card leaves the reader while the browser runs on: certificate and key are gone from its store."""
        store = f"sql:{self.home / '.pki' / 'nssdb'}"
        subprocess.run(["certutil", "-F", "-d", store, "-n", card.label], check=True, capture_output=True)

    def heading(self) -> str:
        """Of the page that is there now. A page that is on its way: `shows`."""
        return self.page.locator("h1:visible").inner_text()

    def shows(self, heading: str) -> None:
        """Waits for a page with this heading."""
        expect(self.page.locator("h1:visible")).to_have_text(heading)


OpenDesk = Callable[..., Desk]


@pytest.fixture
def desk(house: House, playwright: Playwright, managed_policy: None, tmp_path: Path) -> Iterator[OpenDesk]:
    """`desk(card, …)` opens a browser with these cards in."""
    yield from _desks(house, playwright, tmp_path)


@pytest.fixture(scope="module")
def lasting_desk(
    house: House, playwright: Playwright, managed_policy: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OpenDesk]:
    """As `desk`, for all tests of a module: each begins with `Desk.new_tab`."""
    yield from _desks(house, playwright, tmp_path_factory.mktemp("desks"))


def _desks(house: House, playwright: Playwright, folder: Path) -> Iterator[OpenDesk]:
    opened: list[BrowserContext] = []

    def sit_down(*cards: IssuedCertificate, script: bool = True, keeps_pages: bool = False) -> Desk:
        home = folder / f"home-{len(opened)}"
        home.mkdir()
        fill(home, cards, house)
        context = launched(
            playwright, home, java_script_enabled=script, keeps_pages=keeps_pages, environment=IN_ENGLISH
        )
        opened.append(context)
        return Desk(home, context, house)

    yield sit_down
    for context in opened:
        context.close()


# Words that reach over the edge of what they stand in; what scrolls or is only heard may.
STICKING_OUT = """() => [...document.querySelectorAll(".panel, .card, dialog[open]")].flatMap((box) => {
    const right = box.getBoundingClientRect().right - parseFloat(getComputedStyle(box).paddingRight);
    const walker = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
    const out = [];
    while (walker.nextNode()) {
        const words = document.createRange();
        words.selectNodeContents(walker.currentNode);
        if (words.getBoundingClientRect().right <= right + 1) continue;
        let around = walker.currentNode.parentElement;
        while (around !== box && getComputedStyle(around).overflowX === "visible") around = around.parentElement;
        if (around === box) out.push(walker.currentNode.textContent.trim());
    }
    return out;
})"""


def axe_finds_nothing(page: Page) -> None:
    """WCAG 2.1, A and AA."""
    # A colour on its way to another has no contrast that anybody sees.
    page.mouse.move(0, 0)
    # Waiting for `finished` can last for ever: an animation of a tab that is not drawn does not go on.
    page.evaluate(FINISH_ANIMATIONS)
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    violations = page.evaluate("options => axe.run(options).then((results) => results.violations)", WCAG)
    assert not violations, AxeResults({"violations": violations}).generate_report()


def looked_at(page: Page, name: str, *, whole: bool = True) -> None:
    """The page passes axe (WCAG 2.1 AA) and `fits`."""
    axe_finds_nothing(page)
    fits(page, name, whole=whole)


def fits(page: Page, name: str, *, whole: bool = True) -> None:
    """The page fits 360 and 1,280 px with no words outside their panel. Enough where axe has seen the same elsewhere:
    in the other language, or at its address (test_every_address.py), where nothing is filled in yet.

    If REGISTRET_PICTURES names a folder, a picture of each width is kept there: `whole`, or as much as a window shows.
    """
    for width, height in ((360, 760), (1280, 900)):
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("new Promise(requestAnimationFrame)")
        if PICTURES:
            page.screenshot(path=Path(PICTURES, f"{name}-{width}.png"), full_page=whole)
        require_fitting(page, name)


def require_fitting(page: Page, name: str) -> None:
    """Nothing of the page is beside its window, and no words are outside their panel."""
    overflow, width = page.evaluate(
        "(({ scrollWidth, clientWidth }) => [scrollWidth - clientWidth, clientWidth])(document.documentElement)"
    )
    assert overflow <= 0, f"{name} is {overflow} px wider than {width} px"
    assert page.evaluate(STICKING_OUT) == [], f"{name} at {width} px"


def fill(home: Path, cards: Sequence[IssuedCertificate], house: House) -> None:
    """Makes `home` one whose certificate store holds these cards and trusts the house."""
    files = []
    for number, card in enumerate(cards):
        file = home / f"card-{number}.p12"
        file.write_bytes(card.p12("demo"))
        files.append(file)
    nss_home(home, cards=files, web_root=house.authority.web_root)


def launched(
    playwright: Playwright,
    home: Path,
    *,
    program: str = CHROMIUM,
    java_script_enabled: bool = True,
    headless: bool = True,
    keeps_pages: bool = False,
    environment: Mapping[str, str] | None = None,
) -> BrowserContext:
    """Debian's Chromium, at home in `home`. `keeps_pages`: with pages that were left kept whole for "Back", as people
    have it and Playwright does not."""
    inherited = {name: value for name, value in os.environ.items() if name != "XDG_DATA_HOME"}
    context = playwright.chromium.launch_persistent_context(
        str(home / "profile"),
        executable_path=program,
        headless=headless,
        locale="sv-SE",
        java_script_enabled=java_script_enabled,
        args=[
            "--no-sandbox",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
        ],
        env=inherited | {"HOME": str(home)} | dict(environment or {}),  # type: ignore[arg-type]
        ignore_default_args=["--disable-back-forward-cache"] if keeps_pages else [],
        viewport={"width": 1280, "height": 900},
    )
    context.set_default_timeout(PATIENCE * 1000)
    return context
