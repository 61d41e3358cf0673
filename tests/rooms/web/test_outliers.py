"""Avvikelser: what the office and a clinic read, what they send, and what another clinic never sees."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from registret.access.models import Grant
from registret.access.roles import Role
from registret.reports.editions import make_edition
from registret.reports.models import Cell, Edition, OutlierCase
from registret.reports.outliers import acting
from registret.reports.periods import complete_periods, last_complete
from registret.time_limits.lengths import TimeLimit
from registret.time_limits.services import decide
from tests import cast
from tests.cast import ANNA, BERTIL, CECILIA, DORIS, ERIK, Country, Person, person
from tests.rooms.reports.outlier_scene import MORTALITY, tell_deaths
from tests.rooms.web.client import Browser, Page, text_of

pytestmark = pytest.mark.django_db

RUNE = person("Rune", "Lind", "SE2321009991-E00R7L2")
"""Reads reports, and no patients."""
WITHIN_4 = "antibiotic_within_4_hours"
OFFICE, CLINIC = "/kansliet/avvikelser", "/avvikelser"
NORRVIK = "Infektionskliniken, Norrviks sjukhus"


@pytest.fixture(scope="module")
def place(module_db: None) -> Country:
    now = timezone.now()
    place = cast.country(now - timedelta(days=30))
    cast.appoint_by_program(ANNA, Role.REPORTER, clinic_id=place.infection, at=now - timedelta(days=20))
    cast.appoint_by_program(RUNE, Role.REPORT_READER, clinic_id=place.infection, at=now - timedelta(days=20))
    return place


@pytest.fixture
def told(place: Country, now: datetime) -> Country:
    tell(place, now, WITHIN_4)
    make_edition(at=now)
    return place


def tell(place: Country, now: datetime, indicator: str) -> None:
    """The next edition does."""
    month = complete_periods(6, until=last_complete(1, at=now), after=None)[-1].last
    for clinic, reached, not_reached in ((place.infection, 5, 25), (place.medicine, 25, 15), (place.sydvik, 70, 20)):
        Cell.objects.create(
            sub_registry="pneumoni", indicator=indicator, version=1, clinic_id=clinic, month=month,
            reached=reached, not_reached=not_reached,
        )  # fmt: skip


@pytest.fixture
def opening(told: Country) -> str:
    return f"{OFFICE}/ny/pneumoni/{WITHIN_4}/{told.infection}/1"


def opened(opening: str) -> str:
    """The address of a new case, at the office."""
    answer = Browser.of(DORIS).post(opening, {"text": "Långt under riket"})
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def asked(opening: str) -> int:
    """The number of a case that the clinic is asked about."""
    case, doris = opened(opening), Browser.of(DORIS)
    for act, text in (("kontrollera", "Täckningen är god"), ("fraga", "Vad beror det på?")):
        assert doris.post(f"{case}/{act}", {"text": text}).status_code == 303
    return int(case.rpartition("/")[2])


def links(page: Page) -> str:
    return page.content.decode()


# --- the office --------------------------------------------------------------------------------------


def test_the_office_reads_who_lies_outside_with_how_many_would_be_by_chance(told: Country, opening: str) -> None:
    page = Browser.of(DORIS).get(OFFICE)
    said = text_of(page)
    assert (
        "Bedömda siffror: 3. Av ren slump hamnar i genomsnitt högst 0,15 utanför 95 % och 0,006 utanför 99,8 %. "
        "Nu ligger 2 utanför 95 %, varav 1 utanför 99,8 %." in said
    )
    assert f"{NORRVIK} Antibiotika inom 4 timmar 17 % 7–34 %, 5 av 30 62 % 55–70 %, 100 av 160 larm " in said
    assert "under 99,8 %-gränsen, sämre än riket Öppna ärende" in said
    assert "fråga över 95 %-gränsen, bättre än riket Öppna ärende" in said
    assert "Medicinkliniken" not in said, "it is within the limits"
    assert opening in links(page)


def test_a_figure_that_may_be_told_because_it_is_unusual_is_counted_and_not_judged(
    place: Country, now: datetime
) -> None:
    tell(place, now, WITHIN_4)
    Cell.objects.filter(clinic_id=place.medicine).update(reached=0, not_reached=10)
    make_edition(at=now)
    said = text_of(Browser.of(DORIS).get(OFFICE))
    assert "Bedömda siffror: 2." in said
    assert "Inte bedömda: 1. Så få väntas där med eller utan utfallet att siffran kan visas just för att den är" in said
    assert "Medicinkliniken" not in said


def test_before_any_edition_nobody_is_judged(place: Country) -> None:
    said = text_of(Browser.of(DORIS).get(OFFICE))
    assert "Ingen utgåva har siffror för kliniker att bedöma än." in said
    assert "Sepsis" in text_of(Browser.of(DORIS).get(f"{OFFICE}?delregister=sepsis"))


def test_a_case_is_followed_from_the_list_to_its_end(opening: str) -> None:
    case, doris, bertil = opened(opening), Browser.of(DORIS), Browser.of(BERTIL)
    page = doris.get(case)
    assert "5 av 30" in text_of(page)
    assert "/kansliet/fragor/ny/pneumoni" in links(page)
    assert (f"{case}/kontrollera" in links(page), f"{case}/fraga" in links(page)) == (True, False)
    number = case.rpartition("/")[2]
    assert f"Ärende {number}" in text_of(doris.get(OFFICE))
    doris.post(f"{case}/kontrollera", {"text": "Täckningen är god"})
    doris.post(f"{case}/fraga", {"text": "Vad beror det på?"})
    waiting = doris.get(case)
    assert "Kliniken svarar senast" in text_of(waiting)
    assert f"{case}/avsluta" not in links(waiting), "the clinic has its time"
    bertil.post(f"{CLINIC}/{number}/svara", {"text": "Nya rutiner\ni mars"})
    assert "Besvarat" in text_of(doris.get("/start"))
    assert f"Nya rutiner i mars {BERTIL.name}," in text_of(doris.get(case))
    doris.post(f"{case}/avsluta", {"text": "Förklarat"})
    assert "Inga ärenden pågår." in text_of(doris.get(OFFICE))
    assert "Förklarat" in text_of(bertil.get(f"{CLINIC}/{number}"))
    assert "Inga frågor väntar." in text_of(bertil.get(CLINIC))


def test_the_form_says_what_it_is_about_and_that_no_patient_may_be_named(opening: str) -> None:
    case, doris = opened(opening), Browser.of(DORIS)
    for address in (f"{case}/kontrollera", opening):
        said = text_of(doris.get(address))
        assert NORRVIK in said
        assert "5 av 30" in said
        assert "Skriv inga uppgifter om patienter" in said


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("  ", "Skriv en text"),
        ("x" * 2001, "Skriv högst 2 000 tecken"),
        ("Patienten 19121212-1212", "Texten ser ut att ha ett personnummer eller reservnummer. Ta bort det."),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_kept(opening: str, text: str, says: str) -> None:
    page = Browser.of(DORIS).post(opening, {"text": text})
    assert page.status_code == 422
    assert text_of(page).count(says) == 2, "in the summary and at the field"
    assert not OutlierCase.objects.exists()


def test_what_cannot_be_done_now_is_said_above_the_form(told: Country, opening: str, now: datetime) -> None:
    case, doris = opened(opening), Browser.of(DORIS)
    again = doris.post(opening, {"text": "En gång till"})
    assert (again.status_code, OutlierCase.objects.count()) == (422, 1)
    assert "Någon har öppnat ett ärende om samma siffra före dig." in text_of(again)
    doris.post(f"{case}/kontrollera", {"text": "Bra"})
    doris.post(f"{case}/fraga", {"text": "Varför?"})
    early = doris.post(f"{case}/avsluta", {"text": "Inget svar"})
    assert early.status_code == 422
    assert "på sig att svara." in text_of(early)


def test_a_form_that_is_not_in_its_turn_leads_to_the_case_and_an_old_one_is_refused(opening: str) -> None:
    case, doris = opened(opening), Browser.of(DORIS)
    assert doris.get(f"{case}/fraga").headers["Location"] == case
    assert doris.post(f"{case}/fraga", {"text": "För tidigt"}).status_code == 409


@pytest.mark.parametrize("address", ["ny/pneumoni/none/1/1", "ny/none/none/1/1", "999", "999/kontrollera", "1/ovrigt"])
def test_what_is_not_there_is_not_found(told: Country, address: str) -> None:
    assert Browser.of(DORIS).get(f"{OFFICE}/{address}").status_code == 404


def test_a_late_answer_is_said_to_be_late_on_both_pages_and_the_office_may_close(told: Country, now: datetime) -> None:
    doris, then = cast.actor(DORIS, at=now), now - timedelta(days=20)
    decide(limit=TimeLimit.OUTLIER_ANSWER, number=14, reason="Snabbare svar", by=doris.by, at=then)
    outlier = acting.outlier_of(
        clinic_id=told.infection, sub_registry="pneumoni", indicator=WITHIN_4, edition=1, actor=doris
    )
    number = acting.open_case(outlier=outlier, text="Lågt", actor=doris, at=then)
    acting.check_data(number=number, text="Bra", actor=doris, at=then)
    acting.ask_clinic(number=number, text="Varför?", actor=doris, at=then)
    office, clinic = Browser.of(DORIS), Browser.of(BERTIL)
    for page in (office.get("/start"), office.get(OFFICE), clinic.get("/start"), clinic.get(CLINIC)):
        assert "svaret är sent" in text_of(page)
    for page in (office.get(f"{OFFICE}/{number}"), clinic.get(f"{CLINIC}/{number}")):
        assert "Den kan svara så länge ärendet är öppet." in text_of(page)
    assert office.post(f"{OFFICE}/{number}/avsluta", {"text": "Inget svar kom"}).status_code == 303
    assert "Inget svar kom" in text_of(clinic.get(f"{CLINIC}/{number}"))


def test_deaths_outside_of_what_is_expected_are_asked_about_as_shares_are(place: Country, now: datetime) -> None:
    month = complete_periods(12, until=last_complete(3, at=now), after=None)[-1].last
    tell_deaths(place, month=month, at=now)
    doris, bertil = Browser.of(DORIS), Browser.of(BERTIL)
    said = text_of(doris.get(OFFICE))
    clinic, country = "1,67 1,24–2,20; 50 av omkring 160, väntat 30", "1,00 90 av omkring 480, väntat 90"
    assert "Bedömda siffror: 3." in said
    where = "larm över 99,8 %-gränsen, sämre än väntat Öppna ärende"
    assert f"{NORRVIK} Döda inom 30 dagar, mot väntat {clinic} {country} {where}" in said
    assert "17 av omkring 160, väntat 30" in said
    assert "fråga under 95 %-gränsen, bättre än väntat" in said
    opening = f"{OFFICE}/ny/pneumoni/{MORTALITY}/{place.infection}/1"
    pages = [doris.get(opening)]
    number = asked(opening)
    pages += [doris.get(f"{OFFICE}/{number}"), bertil.get(f"{CLINIC}/{number}"), bertil.get(f"{CLINIC}/{number}/svara")]
    for page in pages:
        said = text_of(page)
        assert clinic in said
        assert country in said
        assert "över 99,8 %-gränsen, sämre än väntat" in said
        assert "Utgåvan räknar det väntade av avrundade antal patienter." in said
        assert "av 161" not in said, "an edition does not tell how many there were"
    bertil.get("/sprak/en")
    said = text_of(bertil.get(f"{CLINIC}/{number}"))
    assert "1.67 1.24–2.20; 50 of about 160, expected 30" in said
    assert "worse than expected" in said


# --- the clinic --------------------------------------------------------------------------------------


def test_a_clinic_finds_the_question_from_its_start_page_with_links_to_indicator_and_quality(opening: str) -> None:
    number, bertil = asked(opening), Browser.of(BERTIL)
    assert f"{CLINIC}/{number}" in links(bertil.get("/start"))
    assert "Kliniken tillfrågad" in text_of(bertil.get(CLINIC))
    page = bertil.get(f"{CLINIC}/{number}")
    for address in (f"/rapporter/pneumoni/{WITHIN_4}", "/rapporter/pneumoni/datakvalitet", f"{number}/svara"):
        assert address in links(page)
    assert "17 % 7–34 %, 5 av 30" in text_of(page)
    for there in (page, bertil.get(f"{CLINIC}/{number}/svara")):
        assert f"Vad beror det på? {DORIS.name}," in text_of(there)


@pytest.mark.parametrize("who", [RUNE, ANNA])
def test_who_reads_reports_there_sees_the_question_and_cannot_answer(opening: str, who: Person) -> None:
    number, reader = asked(opening), Browser.of(who)
    page = reader.get(f"{CLINIC}/{number}")
    assert "5 av 30" in text_of(page)
    assert f"{number}/svara" not in links(page)
    for answer in (reader.get(f"{CLINIC}/{number}/svara"), reader.post(f"{CLINIC}/{number}/svara", {"text": "Jag"})):
        assert answer.status_code == 403


def test_an_administrator_of_another_sub_registry_reads_the_question_and_gets_no_form(
    told: Country, opening: str, now: datetime
) -> None:
    number = asked(opening)
    Grant.objects.create(
        account_id=cast.account_of(RUNE).id, clinic_id=told.infection, role=Role.LOCAL_ADMINISTRATOR,
        sub_registries=["sepsis"], begins_at=now - timedelta(days=1), ends_at=now + timedelta(days=90),
        decided_by_names="Sven Styrelse, Tove Tvåa",
    )  # fmt: skip
    rune, form = Browser.of(RUNE), f"{CLINIC}/{number}/svara"
    page = rune.get(f"{CLINIC}/{number}")
    assert "5 av 30" in text_of(page)
    assert form not in links(page)
    assert [rune.get(form).status_code, rune.post(form, {"text": "Jag"}).status_code] == [403, 403]


def test_before_the_clinic_is_asked_it_finds_nothing(opening: str) -> None:
    number, bertil = opened(opening).rpartition("/")[2], Browser.of(BERTIL)
    assert "Inga frågor väntar." in text_of(bertil.get(CLINIC))
    assert "Kansliets frågor" not in text_of(bertil.get("/start"))
    assert bertil.get(f"{CLINIC}/{number}").status_code == 404


def test_another_clinic_sees_nothing_at_any_address(opening: str) -> None:
    number, cecilia = asked(opening), Browser.of(CECILIA)
    assert "Inga frågor väntar." in text_of(cecilia.get(CLINIC))
    assert "Inga ärenden är avslutade." in text_of(cecilia.get(CLINIC))
    for address in (f"{CLINIC}/{number}", f"{CLINIC}/{number}/svara"):
        answer = cecilia.get(address)
        assert (answer.status_code, "5 av 30" in text_of(answer)) == (404, False)
    assert cecilia.post(f"{CLINIC}/{number}/svara", {"text": "Vi svarar"}).status_code == 404


@pytest.mark.parametrize("who", [ANNA, BERTIL, CECILIA, ERIK, RUNE])
def test_nobody_but_the_office_opens_its_pages(opening: str, who: Person) -> None:
    case, browser = opened(opening), Browser.of(who)
    for address in (OFFICE, opening, case, f"{case}/kontrollera"):
        assert browser.get(address).status_code == 403
    for address in (opening, f"{case}/kontrollera", f"{case}/avsluta"):
        assert browser.post(address, {"text": "Jag med"}).status_code == 403


def test_an_old_case_is_read_although_its_indicator_is_gone(told: Country, now: datetime) -> None:
    number = case_about(told, "no_longer_measured", now)
    doris = cast.actor(DORIS, at=now)
    acting.ask_clinic(number=number, text="Vad beror det på?", actor=doris, at=now)
    page = Browser.of(BERTIL).get(f"{CLINIC}/{number}")
    assert "Pneumoni: no_longer_measured" in text_of(page)
    assert "5 av 30" in text_of(page)
    assert "/rapporter/pneumoni/no_longer_measured" not in links(page)
    assert Browser.of(DORIS).get(f"{OFFICE}/{number}").status_code == 200


def case_about(place: Country, indicator: str, now: datetime) -> int:
    """A case whose data are checked, about any code; an indicator may have been dropped since."""
    case = OutlierCase.objects.create(
        edition=Edition.objects.get(), clinic_id=place.infection, sub_registry="pneumoni", indicator=indicator,
        version=1, first=date(2026, 1, 1), last=date(2026, 6, 1), reached=5, n=30, target_reached=100, target_n=160,
        place="very_low",
    )  # fmt: skip
    acting.check_data(number=case.id, text="Bra", actor=cast.actor(DORIS, at=now), at=now)
    return case.id


# --- statements --------------------------------------------------------------------------------------

MOST = {(OFFICE, DORIS): 16, (CLINIC, BERTIL): 9, ("/start", DORIS): 16, ("/start", BERTIL): 16}


def test_the_pages_ask_no_more_with_more_figures_and_cases(told: Country, opening: str, now: datetime) -> None:
    asked(opening)
    few = {page: statements(*page) for page in MOST}
    for code in ("antibiotic_within_1_hour", "narrow_antibiotic", "airway_culture"):
        number = case_about(told, code, now)
        acting.ask_clinic(number=number, text="Varför?", actor=cast.actor(DORIS, at=now), at=now)
        tell(told, now, code)
    make_edition(at=now + timedelta(days=1))
    assert "Bedömda siffror: 12." in text_of(Browser.of(DORIS).get(OFFICE))
    assert {page: statements(*page) for page in MOST} == few
    assert {page: number for page, number in few.items() if number > MOST[page]} == {}


def statements(address: str, who: Person) -> int:
    browser = Browser.of(who)
    browser.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(address).status_code == 200
    return len(captured.captured_queries)
