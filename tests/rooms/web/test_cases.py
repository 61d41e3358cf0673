"""Patientärenden, gallring, byt nummer and information to patients, as pages."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from registret.access.actor import Actor
from registret.access.roles import Role
from registret.rate_limits.services import TooMany, take
from registret.records.cases import CASES_PER_PERSON
from registret.records.models import OptOut, Patient
from registret.records.patient_rights.opting_out import destroy_left
from registret.records.reporting import writing
from registret.records.retention.destroying import destroy_due
from registret.records.scope import all_providers
from tests import cast
from tests.cast import ANNA, BERTIL, CECILIA, DORIS, ERIK, Country
from tests.pdf import read
from tests.rooms.records.scene import ACUTE, GRETA, RESERVE, TOLVAN, begun, counted, log, system_id_of
from tests.rooms.web.client import Browser, text_of

pytestmark = pytest.mark.django_db

TITLES = {"registerutdrag": "Registerutdrag", "loggutdrag": "Loggutdrag"}
SENT = {"number": TOLVAN, "case_number": "26RS4711"}


@pytest.fixture(scope="module")
def place(module_db: None) -> Country:
    """Anna reports; so does Cecilia in Sydvik. Greta handles cases."""
    now = timezone.now()
    place = cast.country(now - timedelta(days=30))
    cast.appoint_by_program(GRETA, Role.CASE_HANDLER, at=now - timedelta(days=20))
    cast.appoint_by_program(ANNA, Role.REPORTER, clinic_id=place.infection, at=now - timedelta(days=20))
    cast.appoint_by_program(CECILIA, Role.REPORTER, clinic_id=place.sydvik, at=now - timedelta(days=20))
    return place


@pytest.fixture
def anna(place: Country, now: datetime) -> Actor:
    return cast.actor(ANNA, at=now - timedelta(hours=1))


def moment(now: datetime, **ago: int) -> list[str]:
    return [timezone.localtime(now - timedelta(**ago)).strftime("%Y-%m-%dT%H:%M")]


@pytest.fixture
def episode(anna: Actor, now: datetime) -> str:
    return begun(anna, at=now, arrived_at=moment(now, days=4))


def greta(**how: Any) -> Browser:
    return Browser.of(GRETA, **how)


def post(browser: Browser, address: str, **more: str) -> Any:
    return browser.post(address, SENT | more)


def seen_in(page: Any) -> list[str]:
    """Which patients the page has shown, as its form says."""
    return re.findall(r'name="seen" value="([^"]*)"', page.content.decode())


# --- who may ---------------------------------------------------------------------------------------

GETS = ["/patientarenden", "/gallring", "/gallring/pneumoni"]
POSTS = [
    "/patientarenden",
    *(f"/patientarenden/{what}" for what in ("registerutdrag", "loggutdrag", "avboj", "nummer")),
]


def test_only_a_case_handler_comes_in(anna: Actor, episode: str) -> None:
    for who in (ANNA, BERTIL, CECILIA, DORIS, ERIK):
        browser = Browser.of(who)
        assert {browser.get(address).status_code for address in GETS} == {403}, who.name
        assert {post(browser, address, form="pdf", ok="1", sure="1").status_code for address in POSTS} == {403}
    assert log("case.opened") == log("extract.made") == ()
    assert counted() == (1, 1, 1)
    assert {Browser().get(address).status_code for address in GETS} == {401}


def test_a_case_handler_has_no_other_pages(anna: Actor, episode: str) -> None:
    browser = greta()
    for address in ("/attestera", "/personer", "/kansliet", "/loggen", f"/patient/{system_id_of(TOLVAN)}/nummer"):
        assert browser.get(address).status_code == 403, address
    page = text_of(browser.get("/start"))
    assert "Patientärenden" in page
    assert "Gallring" in page


# --- a case ----------------------------------------------------------------------------------------


def test_a_case_is_opened_by_form_and_nothing_of_the_patient_is_in_an_address(anna: Actor, episode: str) -> None:
    browser = greta()
    page = post(browser, "/patientarenden")
    text = text_of(page)
    assert "Ärende 26RS4711" in text
    assert "19121212-1212" in text
    assert "Region Norrvik" in text
    addresses = re.findall(r'(?:href|action)="([^"]*)"', page.content.decode())
    assert not [a for a in addresses if "1212" in a or "26RS" in a]
    assert page["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"number": "19121212-1213"}, "Numret har fel kontrollsiffra"),
        ({"number": "20991231-2387"}, "Födelsedatumet i numret har inte varit än."),
        ({"number": "17990101-2389"}, "Födelsedatumet i numret är före 1850."),
        ({"number": "19121212-0008"}, "kan inte vara 000"),
        ({"number": "20230229-2386"}, "Födelsedatumet i numret finns inte."),
        ({"number": "20001212+1214"}, "Ett plustecken skrivs först från det år då man fyller 100."),
        ({"number": ""}, "Skriv numret"),
        ({"number": "Tolvansson"}, "Det är inte ett nummer som registret känner till."),
        ({"case_number": ""}, "Skriv ärendets nummer"),
        ({"case_number": "ja"}, "Skriv numret i diariet"),
        ({"case_number": TOLVAN}, "Det är inte patientens nummer."),
        ({"case_number": "26RS\x004711"}, "ett tecken som inte går att spara"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(anna: Actor, sent: dict[str, str], says: str) -> None:
    for address in POSTS:
        page = greta().post(address, SENT | sent | {"form": "pdf"})
        assert page.status_code == 422
        assert says in text_of(page)
    assert log("case.opened") == log("case.nobody") == ()


def test_a_number_of_nobody_can_be_opted_out_and_not_extracted(anna: Actor) -> None:
    text = text_of(post(greta(), "/patientarenden"))
    assert "Ingen i registret har eller har haft numret." in text
    assert "Registerutdrag" not in text
    assert post(greta(), "/patientarenden/registerutdrag", form="pdf").status_code == 404


def test_who_opens_too_many_is_told_until_when_and_the_log_is_told_of_each(
    anna: Actor, episode: str, now: datetime
) -> None:
    browser = greta()
    account = cast.account_of(GRETA).id
    for at in (now, now + CASES_PER_PERSON.per):
        with suppress(TooMany):
            for _ in range(CASES_PER_PERSON.most):
                take(limit=CASES_PER_PERSON, subject=str(account), at=at)
    for address in POSTS:
        page = post(browser, address, form="pdf", ok="1", sure="1")
        assert page.status_code == 429, address
        assert "Vänta och försök igen" in text_of(page)
        assert "Till startsidan" in text_of(page)
    told = log("request.refused")
    assert [(e.by_name, e.facts["code"], e.facts["what"]) for e in told] == [
        (GRETA.name, "limits.too_many", "patient_cases")
    ] * len(POSTS)
    assert counted() == (1, 1, 1)


# --- extracts --------------------------------------------------------------------------------------


def test_registerutdrag_as_json_has_everything(anna: Actor, episode: str, now: datetime) -> None:
    written = {name: value for name, value in ACUTE.items() if not name.endswith("_at")}
    writing.write(actor=anna, episode=episode, step="acute", base=0, written=written, at=now)
    answer = post(greta(), "/patientarenden/registerutdrag", form="json")
    assert answer["Content-Type"] == "application/json"
    assert re.fullmatch(r'attachment; filename="registerutdrag-[0-9-]{10}\.json"', answer["Content-Disposition"])
    document = json.loads(answer.content)
    assert (document["document"], document["case_number"], document["language"]) == ("registerutdrag", "26RS4711", "sv")
    assert document["controllers"] == {"central": "Region Örebro län", "local": ["Region Norrvik"]}
    assert document["data_protection_officer"] == "dataskyddsombud@registret.example"
    about = document["processing"]
    assert "statistik" in about["purposes"]
    assert about["kept"] == ["Pneumoni: 20 år från vårdens början, svar som bara forskning behöver 10 år"]
    assert len(about["rights"]) == 5
    assert about["recipients"][0].startswith("Behörig personal")
    assert document["patient"]["number"] == "19121212-1212"
    (only,) = document["episodes"]
    acute = next(step for step in only["steps"] if step["code"] == "acute")
    assert {a["code"] for a in acute["answers"]} == set(written)
    assert acute["history"][0]["by"] == "Anna Berg"
    values = {a["code"]: (a["value"], a["answer"]) for a in acute["answers"]}
    assert values["confusion"] == ("no", "Nej")
    assert values["comorbidity"] == (["copd", "diabetes"], "KOL, Diabetes")
    assert values["airway_culture"] == ({"missing": "unknown"}, "Okänt")
    computed = {c["code"]: (c["value"], c["answer"]) for c in acute["computed"]}
    assert computed["crb65"][0] == "2"
    assert computed["culture_before_antibiotic"] == (None, "–")


def test_loggutdrag_as_json_names_no_staff(anna: Actor, episode: str) -> None:
    answer = post(greta(), "/patientarenden/loggutdrag", form="json")
    document = json.loads(answer.content)
    assert [row["what"] for row in document["accesses"]][-1]
    assert {row["care_provider"] for row in document["accesses"]} == {"Region Norrvik"}
    assert "Anna" not in answer.content.decode()


@pytest.mark.parametrize("which", TITLES)
def test_an_extract_as_pdf_has_language_title_and_is_whole(anna: Actor, episode: str, which: str) -> None:
    answer = post(greta(), f"/patientarenden/{which}", form="pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert answer.content.rstrip().endswith(b"%%EOF")
    document = read(answer.content)
    assert (document.language, document.standard) == ("sv", "PDF/UA-1")
    assert TITLES[which] in document.title
    assert "26RS4711" in document.heard("LBody")
    assert len(answer.content) < 400_000


def test_a_card_that_was_read_long_ago_gets_no_extract(anna: Actor, episode: str, now: datetime) -> None:
    browser = Browser()
    key = cast.log_in(GRETA, at=now - timedelta(minutes=70))
    cast.stay_awake(key, since=now - timedelta(minutes=70), until=now)
    browser.take_session(key)
    assert post(browser, "/patientarenden/registerutdrag", form="pdf").status_code == 403
    assert log("extract.made") == ()
    page = post(browser, "/patientarenden/avboj")
    assert "Visa kortet igen" in text_of(page)
    assert post(browser, "/patientarenden/avboj", ok="1", sure="1").status_code == 403
    assert counted() == (1, 1, 1)


def test_an_unknown_form_is_no_file(anna: Actor, episode: str) -> None:
    assert post(greta(), "/patientarenden/registerutdrag", form="exe")["Content-Type"].startswith("text/html")
    assert log("extract.made") == ()


# --- opting out ------------------------------------------------------------------------------------


def test_opting_out_takes_two_steps(anna: Actor, episode: str) -> None:
    browser, seen = greta(), system_id_of(TOLVAN)
    asked = post(browser, "/patientarenden/avboj")
    assert "Dölj 1 vårdepisod" in text_of(asked)
    assert seen_in(asked) == [seen]
    unsure = post(browser, "/patientarenden/avboj", ok="1")
    assert unsure.status_code == 422
    assert "Bekräfta att patienten har begärt det" in text_of(unsure)
    assert counted() == (1, 1, 1)
    done = post(browser, "/patientarenden/avboj", ok="1", sure="1", seen=seen)
    assert (done.status_code, done["Location"]) == (303, "/patientarenden?klart=1")
    assert "Avböjandet gäller: inget syns längre" in text_of(browser.get(done["Location"]))
    assert counted() == (0, 0, 0)
    waiting = post(browser, "/patientarenden")
    assert "Ta tillbaka avböjandet" in text_of(waiting)
    assert "radera nu" not in text_of(waiting), "the second person is another"
    back = post(browser, "/patientarenden/avboj/angra")
    assert "taget tillbaka" in text_of(browser.get(back["Location"]))
    assert counted() == (1, 1, 1)
    post(browser, "/patientarenden/avboj", ok="1", sure="1", seen=seen)
    again = post(browser, "/patientarenden/avboj", ok="1", sure="1")
    assert again.status_code == 422
    assert OptOut.objects.count() == 1
    assert "Patienten har avböjt" in text_of(post(browser, "/patientarenden"))


def test_who_was_not_shown_is_not_destroyed_but_shown(anna: Actor, episode: str) -> None:
    for seen in ("", "P2222AAAA"):
        page = post(greta(), "/patientarenden/avboj", ok="1", sure="1", seen=seen)
        assert page.status_code == 409
        assert "en annan patient än den som visades" in text_of(page)
        assert seen_in(page) == [system_id_of(TOLVAN)]
    assert counted() == (1, 1, 1)
    assert len(log("case.opened")) == 2


def test_a_get_destroys_nothing(anna: Actor, episode: str) -> None:
    assert greta().get("/patientarenden/avboj", SENT | {"ok": "1", "sure": "1"}).status_code == 405
    assert counted() == (1, 1, 1)


def test_the_clinic_sees_on_its_start_page_that_episodes_were_destroyed(anna: Actor, episode: str) -> None:
    assert "Raderade vårdepisoder" not in text_of(Browser.of(ANNA).get("/start"))
    post(greta(), "/patientarenden/avboj", ok="1", sure="1", seen=system_id_of(TOLVAN))
    assert "Raderade vårdepisoder" not in text_of(Browser.of(ANNA).get("/start"))
    destroy_left(at=timezone.now() + timedelta(days=1))
    page = text_of(Browser.of(ANNA).get("/start"))
    assert "Raderade vårdepisoder Pneumoni: 1" in page
    assert "patienten har avböjt" in page
    for who in (CECILIA, DORIS, ERIK):
        assert "Raderade vårdepisoder" not in text_of(Browser.of(who).get("/start"))


# --- retention -------------------------------------------------------------------------------------


@pytest.fixture
def old(anna: Actor, now: datetime) -> str:
    return begun(anna, at=now, arrived_at=["2001-05-05T12:00"])


def test_retention_is_decided_after_a_question(old: str) -> None:
    browser = greta()
    assert "väntar på beslut" in text_of(browser.get("/gallring"))
    sent = {"what": "destroy", "reason": "Regionens beslut 12/2026"}
    asked = browser.post("/gallring/pneumoni", sent)
    assert "Ska de gallras?" in text_of(asked)
    assert log("retention.decided") == ()
    assert "Ska de gallras?" not in text_of(browser.post("/gallring/pneumoni", sent | {"change": "1"}))
    done = browser.post("/gallring/pneumoni", sent | {"ok": "1"})
    assert done.status_code == 303
    assert "gallras" in text_of(browser.get("/gallring"))
    (entry,) = log("retention.decided")
    assert entry.by_name == GRETA.name
    again = browser.post("/gallring/pneumoni", sent | {"ok": "1"})
    assert "Ett tidigare beslut genomförs just nu" in text_of(again)


def test_the_research_block_is_decided_about_by_itself(anna: Actor, now: datetime) -> None:
    episode = begun(anna, at=now, arrived_at=["2012-05-05T12:00"])
    writing.write(actor=anna, episode=episode, step="acute", base=0, written={"smoking": ["never"]}, at=now)
    browser = greta()
    assert "Pneumoni, bara forskningsfrågorna" in text_of(browser.get("/gallring"))
    assert "1 vårdepisod från tiden före" in text_of(browser.get("/gallring/pneumoni"))
    sent = {"what": "research", "reason": "Regionens beslut 12/2026"}
    asked = text_of(browser.post("/gallring/pneumoni", sent))
    assert "Svaren på forskningsfrågorna i 1 vårdepisod i Pneumoni gallras" in asked
    assert browser.post("/gallring/pneumoni", sent | {"ok": "1"}).status_code == 303
    assert "Gallra svar på forskningsfrågor i det som började före" in text_of(browser.get("/gallring/pneumoni"))
    destroy_due(at=timezone.now())
    step = text_of(Browser.of(ANNA).get(f"/vardepisod/{episode}/acute"))
    assert "Svaren på forskningsfrågorna i det här steget gallrades" in step
    assert "Rökning" not in step
    assert "gallring, bara svaren på forskningsfrågor" in text_of(Browser.of(ANNA).get("/start"))
    refused = browser.post("/gallring/led-protes", sent | {"ok": "1"})
    assert (refused.status_code, "Välj gallra eller bevara" in text_of(refused)) == (422, True)


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"reason": "x"}, "Välj gallra eller bevara"),
        ({"what": "destroy"}, "Skriv varför"),
        ({"what": "keep", "reason": "x"}, "Skriv till och med vilken dag"),
        ({"what": "keep", "reason": "x", "until": "2020-01-01"}, "1 januari 2020 har redan varit"),
        ({"what": "keep", "reason": "x", "until": "snart"}, "Skriv som 2026-11-25"),
        ({"what": "burn", "reason": "x"}, "Välj gallra eller bevara"),
    ],
)
def test_a_decision_that_lacks_something_is_none(old: str, sent: dict[str, str], says: str) -> None:
    page = greta().post("/gallring/pneumoni", sent | {"ok": "1"})
    assert page.status_code == 422
    assert says in text_of(page)
    assert log("retention.decided") == ()


def test_to_keep_is_decided_at_once_and_stops_destroying(old: str) -> None:
    browser = greta()
    browser.post("/gallring/pneumoni", {"what": "keep", "until": "2199-01-01", "reason": "Studien KLARA"})
    assert "bevaras till 1 januari 2199" in text_of(browser.get("/gallring"))
    page = browser.post("/gallring/pneumoni", {"what": "destroy", "reason": "x", "ok": "1"})
    assert "Ett beslut bevarar uppgifterna till och med 1 januari 2199" in text_of(page)
    assert browser.get("/gallring/influensa").status_code == 404


# --- another number --------------------------------------------------------------------------------


def test_a_number_is_changed_and_two_are_merged_after_a_question(anna: Actor, now: datetime) -> None:
    begun(anna, patient=RESERVE, at=now, arrived_at=moment(now, days=4))
    begun(anna, at=now, arrived_at=moment(now, days=90))
    mine, remains = seen = [system_id_of(RESERVE), system_id_of(TOLVAN)]
    browser = Browser.of(ANNA)
    address = f"/patient/{mine}/nummer"
    assert browser.get(address).status_code == 200
    sent = {"new_number": TOLVAN, "reason": "Har fått personnummer"}
    assert browser.post(address, sent | {"reason": ""}).status_code == 422
    for unseen in ({}, {"merge": "1"}, {"merge": "1", "seen": [mine, "P2222AAAA"]}):
        asked = browser.post(address, sent | unseen)
        assert "Är de två samma person?" in text_of(asked)
        assert ("en annan patient än den som visades" in text_of(asked)) is bool(unseen)
        assert seen_in(asked) == seen
    assert counted() == (2, 2, 2)
    assert len({entry.about_patient_id for entry in log("patient.opened")}) == 2, "both looks are in the log"
    assert "Är de två" not in text_of(browser.post(address, sent | {"change": "1"}))
    done = browser.post(address, sent | {"merge": "1", "seen": seen})
    assert (done.status_code, done["Location"]) == (303, f"/patient/{remains}")
    assert counted() == (1, 2, 2)


def test_a_free_number_is_just_changed(anna: Actor, now: datetime) -> None:
    begun(anna, patient=RESERVE, at=now, arrived_at=moment(now, days=4))
    mine = system_id_of(RESERVE)
    done = Browser.of(ANNA).post(f"/patient/{mine}/nummer", {"new_number": TOLVAN, "reason": "Har fått det"})
    assert (done.status_code, done["Location"]) == (303, f"/patient/{mine}")
    assert system_id_of(TOLVAN) == mine


def test_a_number_that_was_wrong_is_free_for_whose_it_is(anna: Actor, now: datetime) -> None:
    begun(anna, at=now, arrived_at=moment(now, days=4))
    address = f"/patient/{system_id_of(TOLVAN)}/nummer"
    sent = {"new_number": RESERVE, "reason": "Felskrivet"}
    assert "checked" in Browser.of(ANNA).post(address, sent | {"reason": "", "mistaken": "1"}).content.decode()
    assert Browser.of(ANNA).post(address, sent | {"mistaken": "1"}).status_code == 303
    assert "Ingen i registret har eller har haft numret." in text_of(post(greta(), "/patientarenden"))


def test_what_is_another_care_providers_too_is_sent_to_a_case_and_the_log_is_told(anna: Actor, now: datetime) -> None:
    """Sydvik has Tolvan; Norrvik has somebody under a reserve number who is Tolvan too."""
    begun(anna, patient=RESERVE, at=now, arrived_at=moment(now, days=4))
    cecilia = cast.actor(CECILIA, at=now)
    begun(cecilia, at=now, arrived_at=moment(now, days=90))
    mine, tolvan = system_id_of(RESERVE), system_id_of(TOLVAN)
    sent = {"new_number": TOLVAN, "reason": "Har fått personnummer"}
    for merging in ({}, {"merge": "1"}):
        page = Browser.of(ANNA).post(f"/patient/{mine}/nummer", sent | merging)
        assert page.status_code == 409
        assert "be om ett patientärende" in text_of(page)
        assert tolvan not in text_of(page)
    assert len(log("patient.number_met")) == 2
    assert {entry.facts["code"] for entry in log("request.refused")} == {"patient.taken_elsewhere"}
    begun(cecilia, patient=RESERVE, at=now, arrived_at=moment(now, days=300))
    page = Browser.of(ANNA).post(f"/patient/{mine}/nummer", sent)
    assert page.status_code == 409
    assert "Patienten finns också hos andra." in text_of(page)
    assert len(log("patient.number_met")) == 2, "of the number nothing was said"
    assert counted() == (2, 2, 3)


CASE = {"number": RESERVE, "case_number": "26RS4711"}


def test_a_case_handler_sees_both_before_they_are_merged(anna: Actor, now: datetime) -> None:
    begun(anna, patient=RESERVE, at=now, arrived_at=moment(now, days=4))
    begun(cast.actor(CECILIA, at=now), at=now, arrived_at=moment(now, days=90))
    browser, remains = greta(), system_id_of(TOLVAN)
    assert "slå ihop två patienter" in text_of(browser.post("/patientarenden", CASE))
    page = browser.post("/patientarenden/nummer", CASE)
    assert page.status_code == 200
    assert "Är de två" not in text_of(page)
    sent = CASE | {"new_number": TOLVAN, "reason": "Journalen visar det"}
    assert browser.post("/patientarenden/nummer", sent | {"reason": ""}).status_code == 422
    for unseen in ({}, {"merge": "1"}, {"merge": "1", "seen": [remains, "P2222AAAA"]}):
        page = browser.post("/patientarenden/nummer", sent | unseen)
        asked = text_of(page)
        assert "Är de två samma person?" in asked
        assert "Region Sydvik" in asked
        assert "19121212-1212" in asked
        assert ("en annan patient än den som visades" in asked) is bool(unseen)
        assert seen_in(page) == [system_id_of(RESERVE), remains]
    assert counted() == (2, 2, 2)
    seen = log("case.opened")
    assert {entry.facts["case"] for entry in seen} == {"26RS4711"}
    assert len({entry.about_patient_id for entry in seen}) == 2, "both looks are in the log"
    assert "Är de två" not in text_of(browser.post("/patientarenden/nummer", sent | {"change": "1"}))
    done = browser.post("/patientarenden/nummer", sent | {"merge": "1", "seen": seen_in(page)})
    assert (done.status_code, done["Location"]) == (303, "/patientarenden?bytt=1")
    assert "Det nya numret leder till patienten." in text_of(browser.get(done["Location"]))
    assert counted() == (1, 2, 2)
    assert Browser.of(ANNA).get(f"/patient/{remains}").status_code == 200


def test_in_a_case_a_free_number_is_just_changed_and_what_cannot_be_is_said_beside_it(
    anna: Actor, now: datetime
) -> None:
    begun(anna, patient=RESERVE, at=now, arrived_at=moment(now, days=4))
    browser = greta()
    same = browser.post("/patientarenden/nummer", CASE | {"new_number": RESERVE, "reason": "x"})
    assert same.status_code == 422
    assert "Patienten har redan det numret" in text_of(same)
    done = browser.post("/patientarenden/nummer", CASE | {"new_number": TOLVAN, "reason": "x"})
    assert done.status_code == 303
    assert system_id_of(TOLVAN) == system_id_of(RESERVE)
    nobody = browser.post("/patientarenden/nummer", CASE | {"number": "19121272-9808"})
    assert "Ingen i registret har eller har haft numret." in text_of(nobody)
    assert browser.post("/patientarenden/nummer", CASE | {"number": "12"}).status_code == 422


def test_nobody_else_changes_it(anna: Actor, episode: str) -> None:
    address = f"/patient/{system_id_of(TOLVAN)}/nummer"
    assert Browser.of(CECILIA).get(address).status_code == 404
    for who in (BERTIL, DORIS, ERIK, GRETA):
        assert Browser.of(who).get(address).status_code == 403, who.name


def test_a_protected_patients_number_asks_for_a_reason_first(anna: Actor, episode: str) -> None:
    with all_providers():
        Patient.objects.update(is_protected=True)
    tolvan = system_id_of(TOLVAN)
    page = Browser.of(ANNA).get(f"/patient/{tolvan}/nummer")
    assert page.status_code in {303, 403}
    assert "1212" not in text_of(page)
    refused = Browser.of(ANNA).post(f"/patient/{tolvan}/nummer", {"new_number": RESERVE, "reason": "Fel person"})
    assert refused.status_code == 403
    (entry,) = log("request.refused")
    assert entry.facts["code"] == "patient.reason_needed"
    assert tolvan not in str(entry.facts), "beside an entry about the patient it would survive an opt-out"


# --- information to patients -----------------------------------------------------------------------


def test_information_to_patients_is_open_to_all_and_names_both_controllers(anna: Actor) -> None:
    anybody = Browser()
    assert "Infektionskliniken, Norrviks sjukhus" in text_of(anybody.get("/patientinformation"))
    page = anybody.get(f"/patientinformation/{cast.INFECTION}")
    text = text_of(page)
    for said in (
        "Region Norrvik är personuppgiftsansvarig",
        "Region Örebro läns nås på dataskyddsombud@registret.example",
        "pneumoni 20 år (svar som bara behövs för forskning 10 år)",
        "avböja",
        "loggutdrag",
    ):
        assert said in text, said
    assert "None" not in text
    assert 'href="/patientinformation"' in anybody.get("/").content.decode(), "every page leads there"
    anybody.get("/sprak/en?till=/")
    assert "opt out" in text_of(anybody.get(f"/patientinformation/{cast.SYDVIK}"))
    assert anybody.get("/patientinformation/finns-inte").status_code == 404
    cast.close_clinic(cast.SYDVIK, at=timezone.now())
    assert anybody.get(f"/patientinformation/{cast.SYDVIK}").status_code == 404


def test_information_to_patients_is_linked_where_patients_are_met_and_stays_under_the_bar(
    anna: Actor, episode: str
) -> None:
    own = f"/patientinformation/{cast.INFECTION}"
    browser = Browser.of(ANNA)
    assert f'href="{own}"' in browser.get(f"/patient/{system_id_of(TOLVAN)}").content.decode()
    assert "Logga ut" in text_of(browser.get(own))
    assert "Logga ut" in text_of(browser.get("/patientinformation"))
    assert "Logga ut" not in text_of(Browser().get(own))


def test_that_a_number_is_taken_is_an_entry_about_whose_it_is(anna: Actor, episode: str, now: datetime) -> None:
    begun(cast.actor(CECILIA, at=now - timedelta(hours=1)), patient=RESERVE, at=now, arrived_at=moment(now, days=3))
    patient, theirs = system_id_of(TOLVAN), log("episode.begun")[0].about_patient_id
    page = Browser.of(ANNA).post(f"/patient/{patient}/nummer", {"new_number": RESERVE, "reason": "Felskrivet"})
    assert page.status_code == 409
    assert system_id_of(RESERVE) not in page.content.decode()
    (told,) = log("patient.number_met")
    assert told.about_patient_id == theirs
    assert log("patient.number_changed") == ()


DOUBTFUL = "991981000019"


def test_a_case_of_a_reserve_number_with_a_wrong_check_digit_is_opened_once_somebody_says_that_it_is_right(
    anna: Actor,
) -> None:
    browser = greta()
    sent = {"number": DOUBTFUL, "case_number": "26RS4711"}
    asked = browser.post("/patientarenden", sent)
    assert asked.status_code == 422
    assert "Numrets kontrollsiffra stämmer inte. Jämför det med journalen." in text_of(asked)
    assert "Kontrollera numret, och kryssa i rutan om det stämmer" in text_of(asked)
    refused = browser.post("/patientarenden/avboj", sent | {"ok": "1", "sure": "1"})
    assert refused.status_code == 422, "nobody is barred by a slip of the pen"
    opened = browser.post("/patientarenden", sent | {"patient_number_is_right": "yes"})
    assert opened.status_code == 200
    assert 'name="patient_number_is_right" value="yes"' in opened.content.decode(), "not asked again on each page"
    assert "Numrets kontrollsiffra" not in text_of(browser.post("/patientarenden", sent | {"number": "19121212-1212"}))
