"""A running house for all journeys, its cast, and browsers that hold one card each."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import Page, Playwright, expect, sync_playwright

from registret.demo.browser import TEST_POLICY, sweep_test_policies
from registret.demo.certificates import IssuedCertificate
from registret.demo.pki import DemoAuthority
from tests.journeys.desks import CHROMIUM, Desk, Desks, OpenDesk
from tests.journeys.people import CLINIC, Person, appointed, newcomer
from tests.journeys.running import PATIENCE, House

POLICIES = Path("/etc/chromium/policies/managed")
PICTURES = os.environ.get("REGISTRET_PICTURES", "")
expect.set_options(timeout=PATIENCE * 1000)
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


@pytest.fixture(scope="module")
def desks(
    house: House, playwright: Playwright, managed_policy: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desks]:
    there = Desks(house, playwright, tmp_path_factory.mktemp("desks"))
    yield there
    there.end_all()


@pytest.fixture
def desk(desks: Desks) -> Iterator[OpenDesk]:
    """`desk(card, …)` is a browser with these cards in. No other test has or had it if it is to be the test's `own`,
    or started in some other way than usual."""
    shared: list[Desk] = []
    owned: list[Desk] = []

    def sit_down(*cards: IssuedCertificate, own: bool = False, **unusual: bool) -> Desk:
        if own or unusual:
            owned.append(desks.started(*cards, **unusual))
            return owned[-1]
        shared.append(desks.taken(*cards))
        return shared[-1]

    yield sit_down
    for one in owned:
        desks.ended(one)
    for one in shared:
        desks.left(one)


@pytest.fixture(scope="module")
def lasting_desk(desks: Desks) -> OpenDesk:
    """As `desk`, for all tests of a module: each begins with `Desk.new_tab`."""
    return desks.started


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
