"""The registry in a browser: a pneumonia from inclusion to signature, and what must not be lost or seen."""

from __future__ import annotations

import re
import time
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, expect

from registret.kernel.checkdigit import luhn_digit
from tests.journeys.conftest import fits, looked_at
from tests.journeys.desks import Desk, OpenDesk
from tests.journeys.people import CLINIC, Person, appointed, newcomer, reporting
from tests.journeys.running import PATIENCE, House

pytestmark = pytest.mark.journey

_surnames = iter(
    [
        "Ek",
        "Alm",
        "Lind",
        "Dal",
        "Berg",
        "Ås",
        "Holm",
        "Sjö",
        "Bäck",
        "Strand",
        "Näs",
        "Vik",
        "Moberg",
        "Hed",
        "Kvist",
        "Löv",
        "Sten",
        "Frisk",
        "Nord",
        "Rask",
        "Storm",
    ]
)
_births = iter(["123", "234", "345", "456", "567"])
TOLVAN = "19121212-1212"
YESTERDAY = datetime.now(ZoneInfo("Europe/Stockholm")) - timedelta(days=1)


def patient(eleven: str) -> str:
    """A fictitious number with its check digit."""
    return eleven + luhn_digit(eleven[2:])


def moment(hour: int, minute: int = 0) -> str:
    """Yesterday at this time of day, as people write it."""
    return f"{YESTERDAY:%Y-%m-%d} {hour:02}.{minute:02}"


def choose(page: Page, question: str, answer: str) -> None:
    group = page.get_by_role("group", name=re.compile(f"^{re.escape(question)}"))
    group.get_by_label(answer, exact=True).first.check()


def fill(page: Page, question: str, text: str) -> None:
    page.get_by_label(re.compile(f"^{re.escape(question)}")).first.fill(text)


def saved(page: Page) -> None:
    """What was written is on the server."""
    page.locator("h1").first.click()
    expect(page.locator("[data-status]")).to_contain_text(re.compile(r"Senast sparat \d\d\.\d\d"))


LEAVES: Final = "dispatchEvent(new Event('beforeunload', { cancelable: true }))"


def asks_before_leaving(page: Page) -> None:
    """The browser asks if the page is to be left; it stays."""
    assert page.evaluate(LEAVES) is False


def may_be_left(page: Page) -> None:
    """Nothing is on the page only, once what was typed last is saved."""
    deadline = time.monotonic() + PATIENCE
    while not page.evaluate(LEAVES):
        assert time.monotonic() < deadline
        page.wait_for_timeout(100)


@pytest.fixture(scope="module")
def reporter(house: House, bertil: Person) -> Person:
    return reporting(house, newcomer(house, "Rut", next(_surnames)), bertil)


@pytest.fixture(scope="module")
def reporters_desk(reporter: Person, lasting_desk: OpenDesk) -> Desk:
    return lasting_desk(reporter.card)


@pytest.fixture(scope="module")
def karins_desk(house: House, bertil: Person, lasting_desk: OpenDesk) -> Desk:
    """A colleague's of the reporter."""
    return lasting_desk(reporting(house, newcomer(house, "Karin", next(_surnames)), bertil).card)


@pytest.fixture
def at_work(reporters_desk: Desk) -> Desk:
    """Somebody who reports, at the start page, in a browser of her own."""
    return started(reporters_desk)


def started(desk: Desk) -> Desk:
    """At the start page in a new tab, logged in unless the test before has left it so."""
    desk.new_tab()
    if urlsplit(desk.open("/").url).path == "/":
        desk.press("Logga in med SmartCard")
    return desk


def test_a_pneumonia_from_inclusion_to_signature(at_work: Desk) -> None:
    page = at_work.page
    page.get_by_label("Patient", exact=True).fill(TOLVAN)
    at_work.press("Sök patient")
    looked_at(page, "71-inklusion")
    fill(page, "Ankomst till sjukhuset", "i går 8.15")
    read_back = page.locator("#arrived_at-last")
    expect(read_back).to_contain_text(f"{YESTERDAY.day} ")
    expect(read_back).to_contain_text(f" {YESTERDAY.year} kl. 08.15, i går")
    looked_at(page, "71-inklusion-uppläst")
    choose(page, "Vårdas i slutenvård", "Ja")
    expect(page.get_by_label("Ankomst till sjukhuset")).to_have_value(f"{YESTERDAY:%Y-%m-%d} 08:15")
    choose(page, "Var infektionen förvärvades", "Samhällsförvärvad")
    at_work.press("Börja registrera")
    expect(page.locator("h1")).to_contain_text("Man")
    fits(page, "72-formular-tomt")

    immune = page.get_by_role("group", name="Nedsatt immunförsvar")
    none, asplenia = immune.get_by_label("Ingen", exact=True), immune.get_by_label("Aspleni")
    asplenia.check()
    none.check()
    expect(asplenia).not_to_be_checked()
    asplenia.check()
    expect(none).not_to_be_checked()
    choose(page, "Nytillkommen förvirring", "Ja")
    fill(page, "Andningsfrekvens", "44")
    fill(page, "Systoliskt blodtryck", "118")
    fill(page, "Diastoliskt blodtryck", "64")
    saved(page)
    crb65 = page.locator('[data-score="crb65"]')
    expect(crb65.locator("output")).to_have_text("3")
    expect(crb65).to_contain_text("Hög risk")
    fill(page, "Andningsfrekvens", "52")
    saved(page)
    expect(page.locator("#respiratory_rate-udda")).to_contain_text("Ovanligt värde")
    fill(page, "Systoliskt blodtryck", "1180")
    page.locator("h1").click()
    expect(page.locator("#systolic-fel")).to_be_visible()
    expect(page.locator("[data-status]")).to_contain_text("1 svar är inte sparat")
    looked_at(page, "73-formular-fel")
    fill(page, "Andningsfrekvens", "44")
    expect(page.locator("#respiratory_rate-udda")).to_be_hidden()
    expect(page.locator("[data-status]")).not_to_contain_text("Senast sparat")
    asks_before_leaving(page)
    page.get_by_role("link", name="1 svar är inte sparat").click()
    expect(page.locator("#systolic")).to_be_focused()
    fill(page, "Systoliskt blodtryck", "118")
    expect(page.locator("#systolic-fel")).to_be_hidden()
    saved(page)
    may_be_left(page)


def more(page: Page) -> None:
    """What else there is about the step, unfolded."""
    page.get_by_text("Mer om steget").click()


def answered(page: Page) -> None:
    """All that the acute step must have answered."""
    page.get_by_label("Kom från", exact=True).select_option(label="Eget boende")
    choose(page, "Andra sjukdomar", "KOL")
    choose(page, "Nedsatt immunförsvar", "Ingen")
    choose(page, "Behandlingsbegränsning", "Ingen")
    choose(page, "Nytillkommen förvirring", "Nej")
    for question, value in (
        ("Andningsfrekvens", "32"),
        ("Systoliskt", "118"),
        ("Diastoliskt", "64"),
        ("Saturation", "91"),
    ):
        fill(page, question, value)
    saved(page)
    choose(page, "Mättes saturationen med syrgas?", "Nej")
    choose(page, "CRB-65 dokumenterad", "Ja")
    choose(page, "Blododling tagen", "Ja")
    choose(page, "Luftvägsodling tagen", "Okänt")
    choose(page, "Bilddiagnostik", "Lungröntgen, infiltrat")
    choose(page, "Antibiotika före ankomsten", "Nej")
    choose(page, "Första antibiotika", "Bensylpenicillin")
    choose(page, "Intensivvård", "Nej")
    choose(page, "Andningsstöd", "Syrgas")
    saved(page)
    fill(page, "När blododlingen togs", moment(8, 50))
    fill(page, "Första antibiotikadosen", moment(9, 30))
    saved(page)
    expect(page.locator("[data-todo]")).to_have_text("Klar att signera")


def begun(here: Desk, number: str = TOLVAN) -> Page:
    """A pneumonia, included; its acute step is open."""
    page = here.page
    page.get_by_label("Patient", exact=True).fill(number)
    here.press("Sök patient")
    fill(page, "Ankomst till sjukhuset", moment(8, 15))
    choose(page, "Vårdas i slutenvård", "Ja")
    choose(page, "Var infektionen förvärvades", "Samhällsförvärvad")
    another, form = page.get_by_label("Det här är en annan vårdepisod"), page.locator("form[data-autosave]")
    if asks_already := another.count() > 0:
        another.check()
    here.press("Börja registrera")
    if not asks_already:
        # The next page is one or the other.
        expect(another.or_(form).first).to_be_visible()
        if another.count():
            another.check()
            here.press("Börja registrera")
    expect(form).to_be_visible()
    return page


def test_signed_opened_again_with_a_reason_and_on_paper(at_work: Desk) -> None:
    page = begun(at_work, patient("19640823323"))
    at_work.press("Signera")
    expect(page.get_by_role("alert").first).to_contain_text("Besvara")
    looked_at(page, "74-kan-inte-signeras")
    answered(page)
    page.goto(page.url)
    looked_at(page, "74-ifyllt-formular", whole=False)
    at_work.press("Signera")
    expect(page.locator("main")).to_contain_text("Signerad")
    looked_at(page, "75-signerad")
    at_work.press("Lås upp för att rätta")
    at_work.press("Lås upp")
    expect(page.get_by_role("alert")).to_contain_text("Skriv varför")
    looked_at(page, "76-las-upp")
    page.get_by_label("Vad ska rättas, och varför?").fill("Fel andningsfrekvens")
    at_work.press("Lås upp")
    fill(page, "Andningsfrekvens", "28")
    saved(page)
    at_work.press("Signera")
    expect(page.locator("main")).to_contain_text("Klart: Akut vård är signerad.")
    more(page)
    at_work.press("Ändringar")
    expect(page.locator("main")).to_contain_text("Fel andningsfrekvens")
    expect(page.locator("main")).to_contain_text(re.compile(r"32 /min\s*→\s*28 /min"))
    fits(page, "77-andringar")
    at_work.press("Tillbaka till formuläret")
    more(page)
    at_work.press("Skriv ut")
    expect(page.locator("main")).to_contain_text("28 /min")
    fits(page, "78-utskrift")
    page.go_back()
    more(page)
    at_work.press("Skriv ut tomt formulär")
    expect(page.locator("main")).to_contain_text("Besvaras om ”Blododling tagen” är Ja.")
    fits(page, "78-tomt-formular")
    at_work.press("Registreringar")
    fits(page, "79-registreringar")
    at_work.press("Start")
    fits(page, "79-start")


def test_thrown_out_by_the_time_out_and_nothing_is_lost(house: House, at_work: Desk) -> None:
    page = begun(at_work, patient("19480207742"))
    fill(page, "Andningsfrekvens", "30")
    saved(page)
    house.ask_database("UPDATE accounts_session SET seen_at = seen_at - interval '20 minutes' RETURNING id")
    fill(page, "Systoliskt", "140")
    page.locator("h1").click()
    veil = page.get_by_role("dialog", name="Du har loggats ut, och här finns svar som inte är sparade.")
    expect(veil).to_be_visible()
    looked_at(page, "73-formular-utloggad", whole=False)
    asks_before_leaving(page)
    with page.expect_popup() as opened:
        veil.get_by_role("link", name="Logga in igen i en ny flik").click()
    opened.value.get_by_role("button", name="Logga in med SmartCard").click()
    expect(opened.value.get_by_label("Andningsfrekvens").first).to_have_value("30")
    expect(veil).to_be_hidden()
    may_be_left(page)
    page.reload()
    expect(page.get_by_label("Systoliskt").first).to_have_value("140")
    looked_at(page, "73-formular-efter-utloggning", whole=False)


def test_a_tab_of_another_clinic_says_so_and_saves_when_one_is_back_there(
    house: House, bertil: Person, desk: OpenDesk
) -> None:
    rut = reporting(house, newcomer(house, "Rut", "Ask"), bertil)
    names = ["--given-name", rut.given_name, "--surname", rut.surname, "--mail", rut.mail]
    decided = ["--decided-by", "Greta Alm", "--decided-by", "Henrik Ek"]
    place = ["--clinic", "infektion-sydvik", "--role", "local_administrator"]
    house.run("appoint", "--hsa-id", rut.hsa_id, *names, *place, *decided)
    hers = desk(rut.card)
    hers.open("/")
    hers.press("Logga in med SmartCard")
    sit_down(hers.page, house, "Norrviks")
    hers.open("/start")
    page = begun(hers, patient("19510312345"))
    other = hers.context.new_page()
    sit_down(other, house, "Sydviks")
    fill(page, "Andningsfrekvens", "30")
    page.locator("h1").click()
    expect(page.locator("[data-status]")).to_contain_text("Inte sparat. Sidan öppnades")
    looked_at(page, "73-formular-annan-klinik")
    hers.press("Spara")
    expect(page.locator("[data-status]")).to_contain_text("Inte sparat. Sidan öppnades")
    asks_before_leaving(page)
    sit_down(other, house, "Norrviks")
    hers.press("Spara")
    expect(page.locator("[data-status]")).to_contain_text("Senast sparat")
    page.reload()
    expect(page.get_by_label("Andningsfrekvens").first).to_have_value("30")


def sit_down(page: Page, house: House, hospital: str) -> None:
    page.goto(f"{house.site}/arbetar-som")
    page.get_by_label(re.compile(hospital)).check()
    page.get_by_role("button", name="Fortsätt").click()
    expect(page.locator(".who")).to_contain_text(hospital)


def test_while_the_network_is_gone_it_says_so_and_saves_when_it_is_back(at_work: Desk) -> None:
    page = begun(at_work, patient("19530221101"))
    at_work.context.set_offline(True)
    fill(page, "Andningsfrekvens", "30")
    page.locator("h1").click()
    expect(page.locator("[data-status]")).to_contain_text("nätverket svarar inte")
    looked_at(page, "73-formular-utan-nat", whole=False)
    at_work.context.set_offline(False)
    saved(page)
    page.reload()
    expect(page.get_by_label("Andningsfrekvens").first).to_have_value("30")


@pytest.fixture
def two_desks(at_work: Desk, karins_desk: Desk) -> tuple[Page, Page]:
    """Rut's page and Karin's, each at a computer of her own: one step, which Rut has begun."""
    rut = begun(at_work, patient(f"19720101{next(_births)}"))
    karin = started(karins_desk).page
    karin.goto(rut.url)
    return rut, karin


def looks_up(page: Page) -> None:
    """Somebody comes back to the window."""
    page.evaluate("dispatchEvent(new Event('focus'))")


def top(locator: Locator) -> float:
    return float(locator.evaluate("(one) => one.getBoundingClientRect().top"))


def bottom(locator: Locator) -> float:
    return float(locator.evaluate("(one) => one.getBoundingClientRect().bottom"))


def field(page: Page, code: str) -> Locator:
    return page.locator(f'[data-q="{code}"]')


def test_what_another_writes_comes_to_the_page_that_lies_open_and_says_whose_it_is(
    two_desks: tuple[Page, Page],
) -> None:
    rut, karin = two_desks
    fill(karin, "Andningsfrekvens", "30")
    choose(karin, "Nytillkommen förvirring", "Nej")
    saved(karin)
    expect(rut.get_by_label("Andningsfrekvens").first).to_have_value("30")
    expect(field(rut, "respiratory_rate")).to_contain_text(re.compile(r"Ändrat av Karin \S+ kl\. \d\d\.\d\d\."))
    expect(field(rut, "confusion").get_by_label("Nej", exact=True)).to_be_checked()
    expect(rut.locator("[data-heard]")).to_contain_text(re.compile(r"Andningsfrekvens: Ändrat av Karin"))
    looked_at(rut, "73-formular-andrat-av-annan")

    systolic = rut.locator("#systolic")
    systolic.focus()
    fill(karin, "Systoliskt", "118")
    saved(karin)
    looks_up(rut)
    expect(field(rut, "systolic")).to_contain_text("har under tiden svarat 118")
    expect(systolic).to_have_value("")
    rut.locator("#pulse").focus()
    expect(systolic).to_have_value("118")
    fill(rut, "Systoliskt", "120")
    expect(field(rut, "systolic")).not_to_contain_text("Karin")
    saved(rut)
    looks_up(karin)
    expect(karin.locator("#systolic")).to_have_value("120")


def test_of_two_answers_to_one_question_none_is_lost_before_somebody_chooses(two_desks: tuple[Page, Page]) -> None:
    rut, karin = two_desks
    dock = rut.locator("[data-status]")
    mine, theirs = rut.locator("#respiratory_rate"), karin.locator("#respiratory_rate")
    fill(karin, "Andningsfrekvens", "30")
    saved(karin)
    mine.fill("40")
    rut.keyboard.press("Tab")
    expect(field(rut, "respiratory_rate")).to_contain_text(re.compile(r"Karin \S+ har under tiden svarat 30 /min"))
    expect(mine).to_have_value("40")
    expect(dock).to_contain_text("1 svar är inte sparat")
    expect(rut.get_by_role("button", name="Behåll mitt svar")).to_be_in_viewport(ratio=1)
    assert bottom(mine) <= top(rut.locator(".dock")), "what was typed is not under the dock"
    looked_at(rut, "73-formular-tva-svar")
    fill(rut, "Systoliskt", "118")
    rut.keyboard.press("Tab")
    looks_up(karin)
    expect(karin.locator("#systolic")).to_have_value("118")
    expect(dock).to_contain_text("1 svar är inte sparat")
    expect(dock).not_to_contain_text("Senast sparat")
    asks_before_leaving(rut)
    rut.get_by_role("button", name="Signera").click()
    expect(mine).to_be_focused()
    expect(theirs).to_have_value("30")

    rut.get_by_role("button", name="Ta det andra svaret").click()
    expect(mine).to_have_value("30")
    expect(mine).to_be_focused()
    expect(dock).to_contain_text("Senast sparat")
    may_be_left(rut)

    fill(karin, "Andningsfrekvens", "28")
    saved(karin)
    mine.fill("41")
    rut.keyboard.press("Tab")
    rut.get_by_role("button", name="Behåll mitt svar").click()
    expect(dock).to_contain_text("Senast sparat")
    expect(field(rut, "respiratory_rate")).not_to_contain_text("under tiden")
    looks_up(karin)
    expect(theirs).to_have_value("41")
    expect(field(karin, "respiratory_rate")).to_contain_text("Ändrat av Rut")


def test_who_mends_an_impossible_answer_sees_what_another_has_answered_meanwhile(two_desks: tuple[Page, Page]) -> None:
    rut, karin = two_desks
    fill(rut, "Andningsfrekvens", "4000")
    rut.keyboard.press("Tab")
    expect(rut.locator("[data-status]")).to_contain_text("1 svar är inte sparat")
    fill(karin, "Andningsfrekvens", "30")
    saved(karin)
    looks_up(rut)
    expect(field(rut, "respiratory_rate")).to_contain_text("har under tiden svarat 30")
    fill(rut, "Andningsfrekvens", "40")
    rut.keyboard.press("Tab")
    expect(rut.locator("[data-status]")).to_contain_text("1 svar är inte sparat")
    rut.get_by_role("button", name="Behåll mitt svar").click()
    looks_up(karin)
    expect(karin.locator("#respiratory_rate")).to_have_value("40")


def test_a_page_that_lies_open_is_told_that_another_has_signed(two_desks: tuple[Page, Page]) -> None:
    rut, karin = two_desks
    answered(karin)
    karin.get_by_role("button", name="Signera").click()
    expect(karin.locator("main")).to_contain_text("Signerad")
    expect(rut.locator("[data-status]")).to_contain_text(re.compile(r"Karin \S+ har signerat"))
    expect(rut.locator("[data-todo]")).to_be_empty()


def looked_at_elsewhere(page: Page, name: str, there: Desk) -> None:
    """A page of a browser without JavaScript, where axe cannot run either: as it stands there, in one that has it."""
    there.open("/")
    there.page.set_content(re.sub(r"(?s)<script.*?</script>", "", page.content()))
    looked_at(there.page, name, whole=False)


def test_without_javascript_a_step_is_filled_in_and_signed(house: House, bertil: Person, desk: OpenDesk) -> None:
    hers = desk(reporting(house, newcomer(house, "Sara", "Nöt"), bertil).card, script=False)
    hers.open("/")
    hers.press("Logga in med SmartCard")
    page = begun(hers, patient("19690611653"))
    choose(page, "Nytillkommen förvirring", "Nej")
    fill(page, "Andningsfrekvens", "32")
    hers.press("Spara")
    expect(page.get_by_label("Andningsfrekvens").first).to_have_value("32")
    assert page.get_by_role("group", name="Mättes saturationen").count() == 0
    fill(page, "Saturation", "910")
    hers.press("Spara")
    expect(page.get_by_role("alert").first).to_contain_text("Saturation")
    expect(page.locator("[data-status]")).to_contain_text("1 svar är inte sparat")
    looked_at_elsewhere(page, "73-formular-utan-skript", desk())
    fill(page, "Saturation", "91")
    hers.press("Spara")
    expect(page.get_by_role("group", name="Mättes saturationen")).to_be_visible()
    rare = page.get_by_label("Vankomycin", exact=True)
    expect(rare).to_be_hidden()
    page.get_by_text("Fler antibiotika").focus()
    page.keyboard.press("Enter")
    rare.check()
    hers.press("Spara")
    expect(page.get_by_label("Vankomycin", exact=True)).to_be_visible()
    expect(page.locator("#urea")).to_be_hidden()
    page.locator("#a-research summary").focus()
    page.keyboard.press("Enter")
    fill(page, "Urea", "ja")
    hers.press("Spara")
    expect(page.locator("#urea")).to_be_visible()


def test_a_whole_form_is_filled_in_by_keyboard_alone(at_work: Desk) -> None:
    page = begun(at_work, patient("19620706234"))
    page.locator("#admitted_from").focus()
    keys = page.keyboard
    seen: list[str] = []
    kind = value = ""
    for _ in range(400):
        name, kind, value = page.evaluate(
            "[document.activeElement.name || '', document.activeElement.type || '', document.activeElement.value || '']"
        )
        if kind == "submit" and value == "sign":
            break
        if name and name not in seen:
            seen.append(name)
            if kind == "select-one":
                keys.press("ArrowDown")
            elif kind in {"radio", "checkbox"}:
                keys.press("Space")
            elif kind == "text":
                keys.type(KEYED.get(name, ""))
        keys.press("Tab")
    assert (kind, value) == ("submit", "sign"), "the way ends at the button that signs"
    assert {"admitted_from", "confusion", "respiratory_rate", "systolic", "antibiotic", "breathing_support"} <= set(
        seen
    )
    expect(page.locator("[data-status]")).to_contain_text("Senast sparat")
    looked_at(page, "74-ifyllt-med-tangenter", whole=False)


KEYED = {"respiratory_rate": "32", "systolic": "118", "diastolic": "64", "saturation": "91", "pulse": "90"}


def test_a_follow_up_of_meningitis_is_due_three_months_after_discharge(
    house: House, bertil: Person, desk: OpenDesk
) -> None:
    hers = desk(reporting(house, newcomer(house, "Tora", "Vik"), bertil, registries="meningit").card)
    hers.open("/")
    hers.press("Logga in med SmartCard")
    page = hers.page
    page.get_by_label("Patient", exact=True).fill(patient("19550505101"))
    hers.press("Sök patient")
    long_ago = YESTERDAY - timedelta(days=110)
    fill(page, "Ankomst till sjukhuset", f"{long_ago:%Y-%m-%d} 08.15")
    choose(page, "Vårdas för akut bakteriell meningit", "Ja")
    choose(page, "Var infektionen förvärvades", "Samhällsförvärvad")
    hers.press("Börja registrera")
    expect(page.locator("h1")).to_contain_text("71 år")
    hers.press("Utskrivning")
    left = YESTERDAY - timedelta(days=95)
    fill(page, "Utskriven, eller avliden", f"{left:%Y-%m-%d} 12.00")
    saved(page)
    hers.press("Start")
    due = page.get_by_role("region", name="Uppföljningar att göra")
    expect(due).to_contain_text("Bakteriell meningit, uppföljning")
    looked_at(page, "80-uppfoljning")
    due.get_by_role("link", name="19550505").click()
    expect(page.locator("[aria-current=step]")).to_contain_text("Uppföljning")
    expect(page.locator("[data-due]")).to_contain_text("Görs från")
    fits(page, "81-uppfoljning-att-fylla-i")


def test_patient_sub_registry_and_inclusion_are_one_page(house: House, desk: OpenDesk) -> None:
    hers = desk(appointed(house, newcomer(house, "Siv", "Alm"), "reporter", CLINIC).card)
    hers.open("/")
    hers.press("Logga in med SmartCard")
    page = hers.page
    hers.press("Ny vårdepisod")
    expect(page.get_by_role("button", name="Sök patient")).to_have_count(1)
    page.keyboard.type(patient("19520610111"))
    page.keyboard.press("Enter")
    page.get_by_label("Sepsis").check()
    fill(page, "Ankomst till sjukhuset", moment(8, 15))
    page.get_by_label("Pneumoni", exact=True).check()
    expect(page.get_by_label("Ankomst till sjukhuset")).to_have_value(f"{YESTERDAY:%Y-%m-%d} 08:15")
    looked_at(page, "71-ny-vardepisod")
    choose(page, "Vårdas i slutenvård", "Ja")
    choose(page, "Var infektionen förvärvades", "Samhällsförvärvad")
    hers.press("Börja registrera")
    expect(page.locator("[name=admitted_from]")).to_be_focused()


def test_an_outsider_finds_nothing_of_it(house: House, at_work: Desk, cecilia: Person, desk: OpenDesk) -> None:
    number = patient("19410412992")
    step = begun(at_work, number).url
    outsider = newcomer(house, "Ulla", "Rask", organisation="Region Sydvik", domain="regionsydvik.se")
    theirs = desk(reporting(house, outsider, cecilia, clinic="Infektionskliniken, Sydviks sjukhus").card)
    theirs.open("/")
    theirs.press("Logga in med SmartCard")
    page = theirs.page
    expect(page.locator("main")).not_to_contain_text("19410412")
    page.get_by_label("Patient", exact=True).fill(number)
    theirs.press("Sök patient")
    expect(page.locator("main")).to_contain_text("inte registrerat hos er")
    looked_at(page, "70-inte-hos-er")
    for address in (step, step.rsplit("/", 1)[0] + "/utskrift", step + "/andringar"):
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 404
        expect(page.locator("body")).not_to_contain_text("19410412")
    looked_at(page, "70-finns-inte")
