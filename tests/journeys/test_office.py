"""What the office, the support and an administrator do beside attesting, looked at with axe and at two widths."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from registret.places.clinic_file import COLUMNS
from tests.journeys.conftest import fits, looked_at
from tests.journeys.desks import OpenDesk
from tests.journeys.people import Person, appointed, newcomer, registered
from tests.journeys.running import House, link_in

pytestmark = pytest.mark.journey

ATTESTED = """
WITH people AS (
    INSERT INTO accounts_account (hsa_id, given_name, surname, organisation, email, language, state, state_reason,
        state_authority, created_at, confirmed_at)
    SELECT 'SE2321009991-T' || c.id || 'X' || n, 'Nils', 'Nord' || n, '', 'n' || c.id || n || '@regionnorrvik.se',
        'sv', 'confirmed', '', '', now() - interval '20 days', now() - interval '20 days' + n * interval '20 minutes'
    FROM places_clinic c, generate_series(1, 12) n WHERE c.id %% 4 = 0 OR c.code = 'infektion-norrvik'
    RETURNING id, hsa_id, created_at)
INSERT INTO access_application (account_id, clinic_id, role, sub_registries, message, state, applied_at, decided_at,
    decided_by_id, reason, recommended_role, recommended_sub_registries)
SELECT id, (regexp_match(hsa_id, 'T(\\d+)X'))[1]::int, 'reporter', '{pneumoni}', '', 'attested', created_at,
    created_at + (regexp_match(hsa_id, 'X(\\d+)'))[1]::int * (1 + (regexp_match(hsa_id, 'T(\\d+)X'))[1]::int %% 7)
        * interval '6 hours' + interval '1 day', (SELECT min(id) FROM accounts_account), '', '', '{}'
FROM people
"""


def test_support_helps_somebody_whose_letter_does_not_arrive(house: House, bertil: Person, desk: OpenDesk) -> None:
    sune = appointed(house, newcomer(house, "Sune", "Åberg"), "support")
    maja = newcomer(house, "Maja", "Öhman")
    registered(maja)
    house.letter_to(maja.mail, about="Bekräfta")
    his = desk(sune.card)
    page = his.open("/")
    his.press("Logga in med SmartCard")
    page.get_by_role("link", name="Sök konto").click()
    fits(page, "60-sok-konto")
    page.get_by_label("Namn, HSA-id, e-post eller nummer").fill("öhman m")
    his.press("Sök")
    looked_at(page, "61-sok-konto-funnen")
    his.press("Maja Öhman")
    expect(page.get_by_text("Inloggning misslyckades. E-post är ej bekräftad.")).to_be_visible()
    looked_at(page, "62-konto")
    his.press("Skicka mejlet igen")
    expect(page.get_by_text("Ett nytt mejl är på väg.")).to_be_visible()
    looked_at(page, "63-konto-skickat")
    page.emulate_media(color_scheme="dark")
    his.open("/sprak/en?till=/support?q=holm")
    fits(page, "64-support-english")


def test_the_office_takes_over_and_lifts_a_suspension_that_nobody_at_the_clinic_can(
    house: House, doris: Person, desk: OpenDesk
) -> None:
    """Of the only one who attests there. At a clinic of its own: others rely on theirs having no administrator."""
    vera = appointed(house, newcomer(house, "Vera", "Ström"), "local_administrator", "infektion-umea")
    house.change_database(
        "UPDATE accounts_account SET state = 'suspended', state_reason = 'Kortet är borta', state_authority = 'clinic',"
        " state_clinic_id = (SELECT id FROM places_clinic WHERE code = 'infektion-umea') WHERE hsa_id = %s",
        vera.hsa_id,
    )
    hers = desk(doris.card)
    page = hers.open("/")
    hers.press("Logga in med SmartCard")
    page.get_by_role("link", name="Sök konto").click()
    page.get_by_label("Namn, HSA-id, e-post eller nummer").fill("ström v")
    hers.press("Sök")
    hers.press("Vera Ström")
    looked_at(page, "99-konto-sparrat")
    hers.press("Ta över spärren")
    hers.press("Häv spärren")
    expect(page.get_by_text("Kontot är spärrat.")).to_have_count(0)


def test_a_substitute_is_proposed_by_one_and_confirmed_by_another(
    house: House, bertil: Person, doris: Person, desk: OpenDesk
) -> None:
    frida = newcomer(house, "Frida", "Norling")
    registered(frida).log_in(lank=link_in(house.letter_to(frida.mail, about="Bekräfta")).rpartition("/")[2])
    his = desk(bertil.card)
    page = his.open("/")
    his.press("Logga in med SmartCard")
    his.open("/attestera")
    page.get_by_role("button", name="Attestera Frida Norling").click()
    expect(page.get_by_text("attesterad", exact=True)).to_be_visible()
    his.open("/personer")
    his.press("Föreslå vikarie")
    fits(page, "65-foresla-vikarie")
    his.press("Föreslå")
    looked_at(page, "66-foresla-vikarie-fel")
    page.get_by_label("Kollega").select_option(label="Frida Norling")
    page.get_by_label("Till och med").fill(page.get_by_label("Från och med").input_value())
    his.press("Föreslå")
    looked_at(page, "67-vikarie-foreslagen")

    hers = desk(doris.card)
    office = hers.open("/")
    hers.press("Logga in med SmartCard")
    hers.open("/kansliet")
    looked_at(office, "68-kansliet-vikarie")
    office.get_by_role("link", name=re.compile("Avslå")).first.click()
    fits(office, "69-avsla-vikarie")
    hers.open("/kansliet")
    office.get_by_role("button", name=re.compile("Bekräfta Frida")).click()
    expect(office.get_by_role("button", name=re.compile("Bekräfta Frida"))).to_have_count(0)
    house.letter_to(frida.mail, about="vikarie")
    her_own = desk(frida.card)
    her_own.open("/")
    her_own.press("Logga in med SmartCard")
    her_own.page.get_by_role("link", name=re.compile("^Att attestera")).click()
    expect(her_own.page.get_by_role("heading", level=1)).to_have_text("Att attestera")


def test_the_office_reads_how_long_it_takes_and_brings_clinics(
    house: House, doris: Person, bertil: Person, desk: OpenDesk
) -> None:
    house.change_database(ATTESTED)
    hers = desk(doris.card)
    page = hers.open("/")
    hers.press("Logga in med SmartCard")
    hers.press("Kansliet")
    hers.press("Väntetider")
    expect(page.get_by_role("img", name=re.compile("^Tid från ansökan till attest"))).to_be_visible()
    looked_at(page, "70-tid-till-tillgang")
    page.emulate_media(color_scheme="dark")
    looked_at(page, "71-tid-till-tillgang-morkt")
    page.emulate_media(color_scheme="light")

    hers.open("/kansliet/kliniker")
    fits(page, "73-las-in-kliniker")
    norrvik = (
        "98;Region Norrvik;Region Norrvik;232100-9991;regionnorrvik.se;hud-norrvik;Hudkliniken;Norrviks sjukhus;;;;"
    )
    for name, line in (("74-kliniker-fel", norrvik.replace("9991", "9990")), ("75-kliniker-provade", norrvik)):
        content = "\n".join([";".join(COLUMNS), line]).encode()
        file = {"name": "kliniker.csv", "mimeType": "text/csv", "buffer": content}
        page.get_by_label("CSV-fil").set_input_files(file)  # type: ignore[arg-type]
        hers.press("Prova filen")
        looked_at(page, name)
    page.get_by_role("button", name=re.compile("^Gör")).click()
    expect(page.get_by_role("status")).to_contain_text("gjord")
    looked_at(page, "76-kliniker-inlasta")

    hers.open("/kansliet/uppdrag")
    fits(page, "77-kansliet-support")
    hers.press("Utse support")
    fits(page, "78-utse-support")

    his = desk(bertil.card)
    his.open("/")
    his.press("Logga in med SmartCard")
    his.open("/personer/vantetid")
    fits(his.page, "79-klinikens-tid")


def test_one_of_the_office_proposes_a_case_handler_and_another_confirms(
    house: House, doris: Person, desk: OpenDesk
) -> None:
    ingrid = appointed(house, newcomer(house, "Ingrid", "Falk"), "registry_office")
    henrik = newcomer(house, "Henrik", "Vall")
    hers = desk(doris.card)
    page = hers.open("/")
    hers.press("Logga in med SmartCard")
    hers.press("Kansliet")
    page.get_by_label("Visa").select_option("utan")
    hers.press("Sök")
    fits(page, "80-kliniker-utan-administrator")
    hers.press("Uppdrag")
    fits(page, "81-uppdrag")
    hers.press("Föreslå till ett uppdrag")
    hers.press("Föreslå")
    looked_at(page, "82-foresla-fel")
    page.get_by_role("radio", name=re.compile("Handläggare")).check()
    page.get_by_label("HSA-id").fill(henrik.hsa_id)
    page.get_by_label("Förnamn").fill(henrik.given_name)
    page.get_by_label("Efternamn").fill(henrik.surname)
    page.get_by_label("E-post").fill(henrik.mail)
    hers.press("Föreslå")
    looked_at(page, "83-foresla-kontrollera")
    hers.press("Ok")
    looked_at(page, "84-foreslagen")

    house.letter_to(ingrid.mail, about="Ett uppdrag väntar")
    other = desk(ingrid.card)
    other.open("/")
    other.press("Logga in med SmartCard")
    looked_at(other.page, "85-start-kansliet")
    other.page.get_by_role("link", name=re.compile("förslag till uppdrag")).click()
    other.page.get_by_role("link", name=re.compile("Avslå … Henrik")).click()
    fits(other.page, "86-avsla-forslag")
    other.press("Avbryt")
    other.page.get_by_role("link", name=re.compile("Bekräfta … Henrik")).click()
    fits(other.page, "87-bekrafta-uppdrag")
    other.press("Bekräfta uppdraget")
    expect(other.page.get_by_role("status")).to_contain_text("Henrik Vall är utsedd")
    house.letter_to(henrik.mail, about="Du har fått ett uppdrag")


def test_whoever_is_at_work_sees_so_where_a_page_says_no(doris: Person, desk: OpenDesk) -> None:
    hers = desk(doris.card)
    hers.open("/")
    hers.press("Logga in med SmartCard")
    for address, name in (("/finns-inte", "89-finns-inte-i-arbete"), ("/kort", "89-kort-i-arbete")):
        hers.open(address)
        expect(hers.page.get_by_role("button", name="Logga ut")).to_be_visible()
        looked_at(hers.page, name)
    hers.open("/kansliet/behandlingar")
    hers.page.get_by_text("Vårdgivarna och deras kliniker").click()
    looked_at(hers.page, "89-behandlingar")


def test_the_office_writes_down_an_incident_and_revises_it(house: House, doris: Person, desk: OpenDesk) -> None:
    hers = desk(doris.card)
    page = hers.open("/")
    hers.press("Logga in med SmartCard")
    hers.open("/kansliet/incidenter")
    fits(page, "70-incidenter-inga")
    hers.press("Skriv upp en incident")
    page.get_by_label("Vad har hänt?").fill("Fel fil till 19121212-1212")
    page.get_by_label("Upptäcktes").fill("i går 14.30")
    page.get_by_label("Patienters vård").check()
    hers.press("Spara")
    expect(page.get_by_role("alert")).to_contain_text("personnummer eller reservnummer")
    looked_at(page, "71-incident-fel")
    page.get_by_label("Vad har hänt?").fill("En lista skickades till fel klinik")
    hers.press("Spara")
    expect(page.get_by_text("Tala med vårdgivaren genast")).to_be_visible()
    hers.press("Ändra")
    page.get_by_label("Ungefär hur många berörs?").fill("40")
    hers.press("Spara")
    page.get_by_text("Version 1,").click()
    looked_at(page, "72-incident")
    page.get_by_role("link", name="Incidenter").click()
    fits(page, "73-incidenter")
    with page.expect_download() as file:
        hers.press("Hämta registret som fil")
    assert file.value.suggested_filename.startswith("incidenter-")
