"""Pages on the way of those at work and of those who come, looked at: with axe, at two widths, in both languages."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import fits, looked_at
from tests.journeys.desks import OpenDesk
from tests.journeys.people import Person, appointed, newcomer, registered
from tests.journeys.running import House, link_in

pytestmark = pytest.mark.journey

OPEN = {
    "hjalp": "/hjalp",
    "hjalp-kort": "/hjalp/kort",
    "hjalp-konto": "/hjalp/konto",
    "hjalp-felen": "/hjalp/fel",
    "hjalp-fel": "/hjalp/fel/card.person_id",
    "tillganglighet": "/tillganglighet",
    "personuppgifter": "/personuppgifter",
    "kontrollera-kort": "/kort",
    "utloggad": "/utloggad",
    "brevlada": "/demo/brevlada",
}


def test_pages_that_are_open_to_all_fit_in_english(house: House, bertil: Person, desk: OpenDesk) -> None:
    anybody = desk()
    anybody.open("/sprak/en?till=/")
    for name, path in {"logga-in": "/", **OPEN}.items():
        fits(anybody.open(path), f"22-english-{name}")
    looked_at(anybody.open("/finns-inte"), "20-finns-inte")


def test_an_unexpected_error_has_a_page_that_anybody_can_read(house: House, desk: OpenDesk) -> None:
    anybody = desk()
    page = anybody.open("/")
    house.change_database("ALTER TABLE rate_limits_count RENAME TO limits_gone")
    try:
        anybody.press("Logga in med SmartCard")
        expect(page.locator("h1")).to_have_text("Något gick fel hos oss.")
        looked_at(page, "99-fel-hos-oss")
        reference = page.locator(".id").inner_text()
    finally:
        house.change_database("ALTER TABLE limits_gone RENAME TO rate_limits_count")
    assert f"reference {reference}" in house.log()
    anybody.press("Till startsidan")
    expect(page.locator("h1")).to_have_text("Logga in med ditt tjänstekort")


def test_the_registry_office_appoints_an_administrator(house: House, doris: Person, desk: OpenDesk) -> None:
    """At a clinic without any, where two at the office decide."""
    olle = newcomer(house, "Olle", "Tjäder")
    irene = appointed(house, newcomer(house, "Irene", "Malm"), "registry_office")
    hers = desk(doris.card)
    page = hers.open("/")
    hers.press("Logga in med SmartCard")
    page.get_by_role("link", name="Kansliet").click()
    fits(page, "30-kliniker")
    hers.open("/kansliet/utse")
    fits(page, "31-utse")
    page.get_by_label("HSA-id").fill(olle.hsa_id)
    page.get_by_label("Förnamn").fill(olle.given_name)
    page.get_by_label("Efternamn").fill(olle.surname)
    page.get_by_label("E-post").fill(olle.mail)
    page.get_by_role("combobox", name="Klinik").fill("medicin")
    page.keyboard.press("Enter")
    page.locator("main").get_by_role("button").first.click()
    looked_at(page, "32-utse-kontrollera")
    hers.press("Ok")
    looked_at(page, "33-utsedd")

    other = desk(irene.card)
    other.open("/")
    other.press("Logga in med SmartCard")
    other.open("/kansliet/uppdrag")
    other.page.get_by_role("link", name=re.compile("Bekräfta … Olle")).click()
    other.press("Bekräfta uppdraget")
    house.letter_to(olle.mail, about="uppdrag")
    house.letter_to(olle.mail, about="Bekräfta")


def test_the_registry_office_reads_how_old_the_revocation_lists_are(
    house: House, doris: Person, desk: OpenDesk
) -> None:
    hers = desk(doris.card)
    page = hers.open("/")
    hers.press("Logga in med SmartCard")
    hers.press("Driftläge")
    fits(page, "45-driftlage")
    house.authority.write_trust(house.folder / "trust", next_update=datetime.now(UTC) - timedelta(hours=1))
    try:
        page.reload()
        expect(page.get_by_text(re.compile("Spärrlistan från .* är försenad")).first).to_be_visible()
        looked_at(page, "46-driftlage-forsenad")
        page.emulate_media(color_scheme="dark")
        looked_at(page, "47-driftlage-morkt")
        page.emulate_media(color_scheme="light")
        hers.open("/sprak/en?till=/kansliet/halsa")
        fits(page, "48-driftlage-english")
    finally:
        house.authority.write_trust(house.folder / "trust")


def test_an_administrator_declines_with_a_reason_that_the_applicant_sees(
    house: House, bertil: Person, desk: OpenDesk
) -> None:
    person = newcomer(house, "Pia", "Rask")
    wire = registered(person)
    wire.log_in(lank=link_in(house.letter_to(person.mail)).rpartition("/")[2])
    his = desk(bertil.card)
    his.open("/")
    his.press("Logga in med SmartCard")
    his.open("/attestera")
    his.page.get_by_role("link", name=re.compile("Pia Rask")).first.click()
    his.page.get_by_role("link", name=re.compile("Avslå")).or_(
        his.page.get_by_role("button", name=re.compile("Avslå"))
    ).first.click()
    looked_at(his.page, "34-avsla")
    his.page.get_by_role("textbox").fill("Du hör till medicinkliniken. Ansök där.")
    his.page.locator("main").get_by_role("button").first.click()
    looked_at(his.page, "35-avslagen")

    hers = desk(person.card)
    hers.open("/")
    hers.press("Logga in med SmartCard")
    hers.shows("Inloggning misslyckades. Din ansökan är avslagen.")
    expect(hers.page.get_by_text("Du hör till medicinkliniken. Ansök där.")).to_be_visible()
    looked_at(hers.page, "36-avslagen-for-sokande")
    hers.press("Ansök igen")
    fits(hers.page, "37-ny-ansokan")


def test_the_reviewer_reads_the_log(house: House, bertil: Person, erik: Person, desk: OpenDesk) -> None:
    bertil.visitor().log_in()
    his = desk(erik.card)
    his.open("/")
    his.press("Logga in med SmartCard")
    his.open("/loggen")
    fits(his.page, "38-oppna-loggen")
    his.page.get_by_label("Planerad uppföljning").check()
    his.page.get_by_label("Varför behöver du läsa loggen?").fill("Kvartalets uppföljning")
    his.press("Öppna")
    looked_at(his.page, "38-loggen")
    with his.page.expect_download() as download:
        his.press("Exportera")
    assert download.value.suggested_filename.startswith("logg-")
    file = download.value.path().read_text(encoding="utf-8-sig")
    assert file.startswith("id;at;event;")
    assert bertil.hsa_id in file
    his.open("/min-logg")
    fits(his.page, "39-min-logg")


def test_the_reviewer_reviews_what_one_person_did(house: House, bertil: Person, erik: Person, desk: OpenDesk) -> None:
    bertil.visitor().log_in()
    his = desk(erik.card)
    page = his.page
    his.open("/")
    his.press("Logga in med SmartCard")
    his.open("/loggen")
    page.get_by_role("link", name="Granskningar").click()
    page.get_by_role("link", name="Nytt stickprov").click()
    fits(page, "50-nytt-stickprov")
    his.press("Lotta poster")
    looked_at(page, "51-nytt-stickprov-fel")
    his.open("/loggen/granskningar")
    page.get_by_role("link", name="Riktad granskning").click()
    # Bertil may have logged in just before midnight.
    now = datetime.now(ZoneInfo("Europe/Stockholm"))
    since, today = (now - timedelta(days=1)).date().isoformat(), now.date().isoformat()
    page.get_by_label("HSA-id").fill(bertil.hsa_id)
    page.get_by_label("Från och med").fill(since)
    page.get_by_label("Till och med").fill(today)
    page.get_by_label("Varför granskas det?").fill("Anmälan från en patient")
    page.get_by_label("Vem granskar?").select_option(label="Erik Sand")
    looked_at(page, "52-riktad-granskning")
    his.press("Börja granskningen")
    looked_at(page, "53-granskning")
    for choice in page.get_by_role("radio", name="Obefogad").all():
        choice.check()
    his.press("Spara bedömningarna")
    looked_at(page, "54-granskning-fel")
    for choice in page.get_by_role("radio", name="Befogad", exact=True).all():
        choice.check()
    his.press("Spara bedömningarna")
    # There is another page if Bertil has done much in journeys before this one.
    rest = page.get_by_role("button", name="Bedöm resten på sidan som befogade")
    while rest.count():
        with page.expect_navigation():
            rest.click()
    page.get_by_label("Utfall").select_option(label="Utan anmärkning")
    his.press("Avsluta granskningen")
    expect(page.get_by_text("Utan anmärkning, i dag")).to_be_visible()
    looked_at(page, "55-granskning-avslutad")
    his.open("/loggen/granskningar")
    fits(page, "56-granskningar")
    page.emulate_media(color_scheme="dark")
    his.open("/sprak/en?till=/loggen/granskningar")
    fits(page, "57-granskningar-english")


def test_person_id_is_not_offered_at_the_door_and_is_explained_by_the_card_check(house: House, desk: OpenDesk) -> None:
    person = newcomer(house, "Rut", "Sand")
    hers = desk(person.person_id)
    hers.open("/")
    hers.press("Logga in med SmartCard")
    hers.shows("Vi fick inget certifikat från ditt kort.")
    hers.press("Kontrollera ditt kort")
    hers.press("Läs kortet")
    hers.shows("Du valde Person-id. Välj certifikatet med ditt HSA-id.")
    assert "189912319812" not in hers.page.content()
    looked_at(hers.page, "40-kort-person-id")


def test_with_both_certificates_in_only_the_hsa_id_reaches_the_door(house: House, desk: OpenDesk) -> None:
    person = newcomer(house, "Siv", "Tell")
    hers = desk(person.person_id, person.card)
    hers.open("/")
    hers.press("Logga in med SmartCard")
    hers.shows("Registrera dig")
    expect(hers.page.get_by_text(person.hsa_id)).to_be_visible()


def test_a_wrong_card_needs_no_restart_of_the_browser(house: House, desk: OpenDesk) -> None:
    """There was no card; with one in, the button is enough: each attempt has a fresh host."""
    person = newcomer(house, "Tea", "Ulv")
    hers = desk()
    hers.open("/")
    hers.press("Logga in med SmartCard")
    hers.shows("Vi fick inget certifikat från ditt kort.")
    hers.put_in(person.card)
    hers.press("Försök igen")
    hers.shows("Registrera dig")


def test_idle_is_warned_of_and_then_ends_the_session(house: House, bertil: Person, desk: OpenDesk) -> None:
    his = desk(bertil.card, own=True)
    page = his.page
    page.clock.install()
    his.open("/")
    his.press("Logga in med SmartCard")
    expect(page).to_have_url(f"{house.site}/start")

    _idle_for(house, bertil, minutes=14)
    page.clock.fast_forward("13:05")
    expect(page.get_by_role("dialog")).to_contain_text("Är du kvar?")
    looked_at(page, "41-ar-du-kvar")
    his.press("Fortsätt arbeta")
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert _seconds_since_seen(house, bertil) < 60

    _idle_for(house, bertil, minutes=16)
    his.page.reload()
    his.shows("Du har loggats ut.")
    looked_at(page, "42-utloggad-av-sig-sjalv")


def test_a_pulled_card_locks_every_tab_and_the_same_card_unlocks_it(
    house: House, bertil: Person, desk: OpenDesk
) -> None:
    his = desk(bertil.card)
    his.open("/")
    his.press("Logga in med SmartCard")
    other_tab = his.context.new_page()
    other_tab.goto(f"{house.site}/attestera")
    expect(his.page.get_by_role("heading", level=1)).to_be_visible()

    his.take_out(bertil.card)
    for page in (his.page, other_tab):
        locked = page.get_by_role("heading", name="Kortet är ute. Sidan är låst.")
        expect(locked).to_be_visible(timeout=60_000)
        expect(page.get_by_text(bertil.name)).to_have_count(0)
    looked_at(his.page, "43-last")

    his.press("Lås upp")
    his.shows("Vi fick inget certifikat från ditt kort.")
    his.put_in(bertil.card)
    his.open("/start")
    his.press("Lås upp")
    expect(his.page.get_by_text(bertil.name).first).to_be_visible()
    other_tab.goto(f"{house.site}/attestera")
    expect(other_tab.get_by_text(bertil.name).first).to_be_visible()


def test_another_card_unlocks_nothing_and_its_holder_logs_the_other_out_first(
    house: House, bertil: Person, cecilia: Person, desk: OpenDesk
) -> None:
    theirs = desk(bertil.card)
    theirs.open("/")
    theirs.press("Logga in med SmartCard")
    theirs.take_out(bertil.card)
    theirs.put_in(cecilia.card)
    expect(theirs.page.get_by_role("button", name="Lås upp")).to_be_visible(timeout=60_000)
    theirs.press("Lås upp")
    theirs.shows("Det är ett annat kort.")
    looked_at(theirs.page, "44-annat-kort")
    theirs.press("Logga ut")
    theirs.open("/")
    theirs.press("Logga in med SmartCard")
    expect(theirs.page.get_by_text(cecilia.name).first).to_be_visible()


def _idle_for(house: House, person: Person, *, minutes: int) -> None:
    moment = datetime.now(UTC) - timedelta(minutes=minutes)
    house.change_database(
        "UPDATE accounts_session SET seen_at = %s WHERE ended_at IS NULL AND hsa_id = %s", moment, person.hsa_id
    )


def _seconds_since_seen(house: House, person: Person) -> float:
    seen = house.ask_database("SELECT max(seen_at) FROM accounts_session WHERE hsa_id = %s", person.hsa_id)[0][0]
    assert isinstance(seen, datetime)
    return (datetime.now(UTC) - seen).total_seconds()


def test_the_administrators_daily_work(house: House, bertil: Person, desk: OpenDesk) -> None:
    vera = newcomer(house, "Vendela", "Ask")
    registered(vera).log_in(lank=link_in(house.letter_to(vera.mail, about="Bekräfta")).rpartition("/")[2])
    his = desk(bertil.card)
    his.open("/")
    his.press("Logga in med SmartCard")
    his.open("/attestera")
    fits(his.page, "50-attestera-lista")
    his.page.get_by_role("link", name=re.compile("Vendela Ask")).click()
    his.press("Jag tar ansökan")
    his.page.get_by_label("Skriv", exact=True).fill("Vilken avdelning?")
    his.press("Skicka fråga")
    looked_at(his.page, "51-fraga")

    hers = desk(vera.card)
    hers.open("/")
    hers.press("Logga in med SmartCard")
    hers.page.get_by_label("Svara", exact=True).fill("Avdelning 12")
    looked_at(hers.page, "52-svara")
    hers.press("Skicka svar")

    his.open("/attestera")
    his.page.get_by_role("button", name="Attestera Vendela Ask").click()
    looked_at(his.page, "53-attesterad")

    his.open("/personer")
    fits(his.page, "55-personer")
    his.press("Vendela Ask")
    fits(his.page, "56-person")
    his.press("Ändra eller förläng")
    fits(his.page, "57-forlang")
    his.press("Spara")
    his.press("Återkalla …")
    his.press("Återkalla")
    looked_at(his.page, "58-aterkalla-fel")
    his.page.get_by_label("Varför återkallas behörigheten?").fill("Slutat")
    his.press("Återkalla")
    expect(his.page.get_by_role("heading", level=1)).to_have_text("Personer")
    hers.open("/")
    hers.press("Logga in med SmartCard")
    hers.shows("Inloggning misslyckades. Du har ingen behörighet just nu.")


def test_the_offices_time_limits_pass_axe_and_fit(house: House, doris: Person, desk: OpenDesk) -> None:
    hers = desk(doris.card)
    hers.open("/")
    hers.press("Logga in med SmartCard")
    hers.open("/kansliet/tidsgranser")
    fits(hers.page, "53-tidsgranser")
    hers.open("/kansliet/tidsgranser/lapse")
    hers.page.get_by_label("Antal dagar").fill("9")
    hers.page.get_by_label("Varför ändras gränsen?").fill("Prov")
    hers.press("Spara")
    looked_at(hers.page, "54-tidsgrans-fel")
