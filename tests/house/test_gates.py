"""Who may come in where: a table of every address, and an outsider who tries them all."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import Resolver404, resolve
from django.utils import timezone

import registret
from registret.access.applications.attesting import attest
from registret.access.queries.applications import newest_application
from registret.access.roles import Role
from registret.accounts.sessions import sitting
from registret.config.ready import check_gates
from registret.kernel.refused import Refused
from registret.mail.links import confirmation_token
from registret.records.numbers import PatientNumber
from registret.records.reporting.audited_reads import open_step
from registret.records.reporting.beginning import begin
from registret.records.reporting.inclusion import NewPatient
from registret.records.reporting.writing import write
from registret.web.gate import Ungated, require_all_gated, views
from registret.web.http import SESSION_COOKIE
from tests import cast
from tests.cast import ANNA, BERTIL, CECILIA, DORIS, ERIK, KARIN, Country, Person
from tests.rooms.web.client import Browser
from tests.rooms.web.conftest import static_files

__all__ = ["static_files"]

SITE = {
    # Anybody
    "": "open_to_all",
    "login.aspx": "open_to_all",
    "logga-in": "open_to_all",
    "logga-in/legitimering": "open_to_all",
    "logga-in/legitimering/svar": "open_to_all",
    "logga-in/svar/": "open_to_all",
    "logga-in/svar/<str:code>": "open_to_all",
    "logga-in/nekad/<str:reference>": "open_to_all",
    "kort": "open_to_all",
    "kort/<str:reference>": "open_to_all",
    "logga-ut": "open_to_all",
    "utloggad": "open_to_all",
    "session": "open_to_all",
    "sprak/<str:code>": "open_to_all",
    "bekrafta/<str:token>": "open_to_all",
    "invand/<str:token>": "open_to_all",
    "invant": "open_to_all",
    "hjalp": "open_to_all",
    "hjalp/kort": "open_to_all",
    "hjalp/konto": "open_to_all",
    "hjalp/fel": "open_to_all",
    "hjalp/fel/<str:code>": "open_to_all",
    "hjalp/kort/<str:name>": "open_to_all",
    "tillganglighet": "open_to_all",
    ".well-known/security.txt": "open_to_all",
    "halsa": "open_to_all",
    "halsa/lever": "open_to_all",
    "matt": "open_to_all",
    "personuppgifter": "open_to_all",
    "patientinformation": "open_to_all",
    "patientinformation/<slug:code>": "open_to_all",
    "statistik": "open_to_all",
    "statistik/arsrapport/<int:year>": "open_to_all",
    "statistik/arsrapport/<int:year>.pdf": "open_to_all",
    "statistik/<slug:register>/<slug:code>": "open_to_all",
    "statistik/<slug:register>/<slug:code>.csv": "open_to_all",
    "statistik/<slug:register>/<slug:code>.json": "open_to_all",
    "statistik/<slug:register>/<slug:code>.fhir.json": "open_to_all",
    "statistics": "open_to_all",
    "statistics/arsrapport/<int:year>": "open_to_all",
    "statistics/arsrapport/<int:year>.pdf": "open_to_all",
    "statistics/<slug:register>/<slug:code>": "open_to_all",
    "statistics/<slug:register>/<slug:code>.csv": "open_to_all",
    "statistics/<slug:register>/<slug:code>.json": "open_to_all",
    "statistics/<slug:register>/<slug:code>.fhir.json": "open_to_all",
    "api/v1/openapi.json": "open_to_all",
    # A record system
    "api/v1/imports": "needs_system",
    "api/v1/imports/<int:file>": "needs_system",
    "api/v1/imports/<int:file>/rows": "needs_system",
    "api/v1/exports": "needs_system",
    "api/v1/exports/<int:export>": "needs_system",
    "api/v1/exports/<int:export>/file": "needs_system",
    # A card
    "session/fortsatt": "needs_any_card",
    "bekraftad": "needs_any_card",
    "arbetar-som": "needs_any_card",
    "konto": "needs_any_card",
    "konto/uppgifter": "needs_any_card",
    "konto/e-post": "needs_any_card",
    "konto/e-post/kod": "needs_any_card",
    "konto/e-post/skicka-igen": "needs_any_card",
    "konto/e-post/avbryt": "needs_any_card",
    "konto/ansokan/<int:id>": "needs_any_card",
    "konto/ansokan/<int:id>/svara": "needs_any_card",
    "konto/ansokan/<int:id>/ta-tillbaka": "needs_any_card",
    "konto/behorighet/<int:id>/lamna": "needs_any_card",
    "konto/sessioner": "needs_any_card",
    "konto/sessioner/avsluta-andra": "needs_any_card",
    "konto/sprak": "needs_any_card",
    "konto/sessioner/<int:id>/avsluta": "needs_any_card",
    "min-logg": "needs_any_card",
    # A card, and no right yet
    "registrera": "needs_card",
    "nastan-klart": "needs_card",
    "ansokan": "needs_card",
    "ansokan/kod": "needs_card",
    "ansokan/skicka-igen": "needs_card",
    "ansokan/adress": "needs_card",
    "ansokan/paminn": "needs_card",
    "ansokan/tidigare-konto": "needs_card",
    "ansokan/tidigare-konto/kod": "needs_card",
    "ansokan/svara": "needs_card",
    "ansokan/ta-tillbaka": "needs_card",
    "ansokan/ny": "needs_card",
    # Somebody at work
    "start": "needs work",
    "exportera": "needs export",
    "exportera/<int:export>/fil": "needs export",
    "exportera/<int:export>/ta-tillbaka": "needs export",
    "importera": "needs import",
    "importera/fil": "needs import",
    "importera/fil/<int:file>": "needs import",
    "importera/fil/<int:file>/fel.csv": "needs import",
    "importera/filbeskrivning": "needs import",
    "importera/filbeskrivning/<int:mapping>": "needs import",
    "registreringar": "needs read_records",
    "registreringar/registreringar.csv": "needs read_records",
    "registreringar/brev": "needs report",
    "registreringar/brev.pdf": "needs report",
    "registreringar/ej-inkluderade": "needs report",
    "registreringar/uppfoljningar.csv": "needs report",
    "koder/<slug:system>": "needs work",
    "delregister": "needs work",
    "delregister/<slug:code>/<int:version>.<kind:kind>": "needs work",
    "delregister/<slug:code>/indikatorer.<kind:kind>": "needs work",
    "delregister/<slug:code>/<int:version>/blankett": "needs work",
    "delregister/<slug:code>/<int:version>/blankett.pdf": "needs work",
    "rapporter": "needs read_reports",
    "rapporter/<slug:register>.csv": "needs read_reports",
    "rapporter/<slug:register>/<slug:code>": "needs read_reports",
    "rapporter/<slug:register>/datakvalitet": "needs read_reports",
    "rapporter/<slug:register>/datakvalitet/<slug:step>/<slug:code>": "needs read_records",
    "rapporter/<slug:register>/<slug:code>/<slug:part>.csv": "needs read_reports",
    "rapporter/<slug:register>/<slug:code>/<slug:part>.<picture:kind>": "needs read_reports",
    "rapporter/<slug:register>/<slug:code>/patienter": "needs read_records",
    "patienter": "needs read_records",
    "patienter/ny": "needs report",
    "patient/<system_id:patient>": "needs read_records",
    "patient/<slug:patient>/nummer": "needs report",
    "vardepisod/<system_id:episode>": "needs read_records",
    "vardepisod/<system_id:episode>/utskrift": "needs read_records",
    "vardepisod/<system_id:episode>/utskrift.pdf": "needs read_records",
    "vardepisod/<system_id:episode>/version": "needs report",
    "vardepisod/<system_id:episode>/<slug:step>": "needs read_records",
    "vardepisod/<system_id:episode>/<slug:step>/spara": "needs report",
    "vardepisod/<system_id:episode>/<slug:step>/nummer": "needs read_records",
    "vardepisod/<system_id:episode>/<slug:step>/nytt": "needs report",
    "vardepisod/<system_id:episode>/<slug:step>/las-upp": "needs report",
    "vardepisod/<system_id:episode>/<slug:step>/flytta": "needs report",
    "vardepisod/<system_id:episode>/<slug:step>/andringar": "needs read_records",
    "vardepisod/<system_id:episode>/<slug:step>/forslag": "needs report",
    "vardepisod/<system_id:episode>/<slug:step>/journalen": "needs report",
    "vardepisod/<system_id:episode>/<slug:step>/fraga/<int:id>": "needs report",
    "konto/ansok": "needs work",
    "attestera": "needs attest",
    "attestera/<int:id>": "needs attest",
    "attestera/valda": "needs attest",
    "attestera/<int:id>/ta": "needs attest",
    "attestera/<int:id>/skriv": "needs attest",
    "attestera/<int:id>/avsla": "needs attest",
    "attestera/<int:id>/adress": "needs attest",
    "personer": "needs manage_people",
    "personer.csv": "needs manage_people",
    "personer/<int:id>": "needs manage_people",
    "personer/<int:id>/sparra": "needs manage_people",
    "personer/<int:id>/hav": "needs manage_people",
    "personer/<int:id>/ta-over-sparren": "needs appoint",
    "behorighet/<int:id>": "needs manage_people",
    "behorighet/<int:id>/aterkalla": "needs manage_people",
    "genomgang": "needs manage_people",
    "genomgang/<int:id>": "needs manage_people",
    "genomgang/<int:id>.csv": "needs manage_people",
    "kansliet/genomgang": "needs appoint",
    "kansliet/brev": "needs appoint",
    "kansliet/brev/<slug:kind>/<slug:language>": "needs appoint",
    "kansliet/brev/<slug:kind>/<slug:language>/html": "needs appoint",
    "personer/vikarie": "needs manage_people",
    "personer/vikarie/<int:id>/bekrafta": "needs manage_people",
    "personer/vikarie/<int:id>/avsla": "needs manage_people",
    "personer/vikarie/<int:id>/ta-tillbaka": "needs manage_people",
    "personer/system": "needs manage_people",
    "personer/system/<int:id>/bekrafta": "needs manage_people",
    "personer/system/<int:id>/ta-bort": "needs manage_people",
    "personer/vantetid": "needs manage_people",
    "support": "needs help",
    "support/<int:id>": "needs help",
    "support/<int:id>/skicka-igen": "needs help",
    "kansliet": "needs appoint",
    "kansliet/utse": "needs appoint",
    "kansliet/uppdrag": "needs appoint",
    "kansliet/uppdrag/support": "needs appoint",
    "kansliet/uppdrag/<int:id>/aterkalla": "needs appoint",
    "kansliet/uppdrag/foresla": "needs appoint",
    "kansliet/uppdrag/forslag/<int:id>/bekrafta": "needs appoint",
    "kansliet/uppdrag/forslag/<int:id>/avsla": "needs appoint",
    "kansliet/uppdrag/forslag/<int:id>/ta-tillbaka": "needs appoint",
    "kansliet/tackningsgrad": "needs appoint",
    "kansliet/tackningsgrad.csv": "needs appoint",
    "kansliet/tackningsgrad/fil": "needs appoint",
    "kansliet/vantetider": "needs appoint",
    "kansliet/kliniker": "needs appoint",
    "kansliet/kliniker/<int:id>": "needs appoint",
    "kansliet/halsa": "needs appoint",
    "kansliet/behandlingar": "needs appoint",
    "kansliet/behandlingar.csv": "needs appoint",
    "kansliet/fragor": "needs ask_clinics",
    "kansliet/fragor/ny/<slug:code>": "needs ask_clinics",
    "kansliet/fragor/<int:id>/ta-tillbaka": "needs ask_clinics",
    "avvikelser": "needs read_reports",
    "avvikelser/<int:number>": "needs read_reports",
    "avvikelser/<int:number>/svara": "needs answer_outliers",
    "kansliet/avvikelser": "needs follow_up_outliers",
    "kansliet/avvikelser/ny/<slug:register>/<slug:code>/<int:clinic>/<int:edition>": "needs follow_up_outliers",
    "kansliet/avvikelser/<int:number>": "needs follow_up_outliers",
    "kansliet/avvikelser/<int:number>/<office_act:act>": "needs follow_up_outliers",
    "kansliet/incidenter": "needs keep_incidents",
    "kansliet/incidenter/ny": "needs keep_incidents",
    "kansliet/incidenter/exportera": "needs keep_incidents",
    "kansliet/incidenter/<int:number>": "needs keep_incidents",
    "kansliet/incidenter/<int:number>/andra": "needs keep_incidents",
    "kansliet/oppen-statistik": "needs publish",
    "kansliet/oppen-statistik/<str:subject>": "needs publish",
    "kansliet/arsrapport/<int:year>": "needs publish",
    "kansliet/arsrapport/<int:year>.pdf": "needs publish",
    "kansliet/tidsgranser": "needs decide_limits",
    "kansliet/tidsgranser/<slug:code>": "needs decide_limits",
    "patientarenden": "needs handle_cases",
    "patientarenden/registerutdrag": "needs handle_cases",
    "patientarenden/loggutdrag": "needs handle_cases",
    "patientarenden/avboj": "needs handle_cases",
    "patientarenden/avboj/bekrafta": "needs handle_cases",
    "patientarenden/avboj/angra": "needs handle_cases",
    "patientarenden/nummer": "needs handle_cases",
    "utlamnanden": "needs handle_cases",
    "utlamnanden/nytt/<slug:code>": "needs handle_cases",
    "utlamnanden/<int:number>": "needs handle_cases",
    "utlamnanden/<int:number>/fil": "needs handle_cases",
    "gallring": "needs handle_cases",
    "gallring/<slug:code>": "needs handle_cases",
    "loggen": "needs read_log",
    "loggen/oppna": "needs read_log",
    "loggen/exportera": "needs read_log",
    "loggen/granskningar": "needs read_log",
    "loggen/granskningar/stickprov": "needs read_log",
    "loggen/granskningar/riktad": "needs read_log",
    "loggen/granskningar/<int:review_id>": "needs read_log",
    "loggen/granskningar/<int:review_id>/bedom": "needs read_log",
    "loggen/granskningar/<int:review_id>/avsluta": "needs read_log",
    "loggen/granskningar/<int:review_id>/ta": "needs read_log",
}
DEMO_ONLY = {
    "demo/brevlada": "open_to_all",
    "demo/brevlada/<str:name>": "open_to_all",
    "demo/brevlada/<str:name>/text": "open_to_all",
    "demo/roller": "open_to_all",
}
CARD_HOSTS = {"k": "open_to_all", "p/<str:secret>": "open_to_all"}


@pytest.mark.parametrize(
    ("urlconf", "table"),
    [
        ("registret.web.urls", SITE),
        ("registret.demo.urls", SITE | DEMO_ONLY),
        ("registret.web.door.card_urls", CARD_HOSTS),
    ],
)
def test_every_address_has_the_gate_that_the_table_says(urlconf: str, table: dict[str, str]) -> None:
    assert {address: getattr(view, "gate", None) for address, view in views(urlconf)} == table


def test_no_address_is_there_twice() -> None:
    found = [address for address, _ in views("registret.demo.urls")]
    assert len(found) == len(set(found))


def test_a_site_with_a_view_that_nobody_decided_about_does_not_start() -> None:
    check_gates()
    with pytest.raises(Ungated, match="glomd"):
        require_all_gated("tests.rooms.config.ungated_urls")


# The help pages use Anna as their example.
EBBA = cast.person("Ebba", "Grankvist", "SE2321009991-E00G8K5")


# --- strangers and outsiders -----------------------------------------------------------------------


def path_of(address: str, gap: str, *, patient: str = "P3467ACDE", episode: str = "E3467ACDE") -> str:
    """The address with its gaps filled: those of patients and episodes with theirs."""
    known = {"system_id:patient": patient, "system_id:episode": episode, "slug:step": "acute"}
    known |= {"kind:kind": "csv", "picture:kind": "svg", "office_act:act": "kontrollera"}
    for name, value in known.items():
        address = address.replace(f"<{name}>", value)
    return "/" + re.sub(r"<[^>]+>", gap, address)


@pytest.mark.django_db
@pytest.mark.parametrize("address", [a for a, gate in SITE.items() if gate != "open_to_all"])
def test_without_a_card_every_gate_is_shut(address: str) -> None:
    browser = Browser()
    path = path_of(address, "1")
    answers = {browser.get(path).status_code, browser.post(path, {}).status_code}
    assert 401 in answers
    assert answers <= {401, 405}


def an_episode(place: Country, now: datetime) -> tuple[str, str]:
    """Anna has begun a pneumonia at the infection clinic; returns the system ids of the patient and the episode."""
    cast.register(ANNA, place.infection, at=now - timedelta(days=2))
    application = newest_application(account_id=cast.account_of(ANNA).id)
    assert application is not None
    attest(
        application_id=application.id,
        role=Role.REPORTER,
        sub_registries=("pneumoni",),
        last_day=(now + timedelta(days=90)).date(),
        actor=cast.actor(BERTIL, at=now - timedelta(days=1)),
        at=now - timedelta(days=1),
    )
    anna = cast.actor(ANNA, at=now)
    number = PatientNumber.parse("196408233234", today=now.date())
    inclusion = {"arrived_at": ["2026-11-20 08.15"], "pneumonia_treated": ["yes"], "acquired": ["community"]}
    episode = begin(
        actor=anna,
        who=NewPatient(number=number),
        sub_registry="pneumoni",
        written=inclusion,
        is_no_double=False,
        at=now,
    )
    write(
        actor=anna,
        episode=episode,
        step="discharge",
        base=0,
        written={"main_diagnosis": ["J13"]},
        at=now,
    )
    return open_step(actor=anna, episode=episode, step="acute", at=now).patient.system_id, episode


def leads_somewhere(path: str) -> bool:
    """Whether a view is asked: all other paths get one and the same answer."""
    try:
        resolve(path)
    except Resolver404:
        return False
    return True


def whole(answer: Any) -> str:
    """Without the tokens of forms: a random one may hold any four letters."""
    text = (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()
    return re.sub(r'(?<=name="csrfmiddlewaretoken" value=")\w+', "", text)


@pytest.mark.django_db
def test_an_outsider_who_walks_every_address_finds_nothing_of_norrvik() -> None:
    now = timezone.now()
    place = cast.country(now - timedelta(days=30))
    waiting = cast.register(EBBA, place.infection, message="Hemlig hälsning", at=now)
    other = cast.register(cast.person("Disa", "Falk", "SE2321009991-E00F4K1"), place.medicine, confirmed=False, at=now)
    application = newest_application(account_id=cast.account_of(EBBA).id)
    assert application is not None
    patient, episode = an_episode(place, now)
    # She reports pneumonia herself, at her own clinic.
    cast.appoint_by_program(CECILIA, Role.REPORTER, clinic_id=place.sydvik, at=now)
    words = {EBBA.card.surname, "Falk", BERTIL.card.surname, KARIN.card.surname}
    words |= {who.hsa_id for who in (EBBA, BERTIL, KARIN)} | {EBBA.email.text, "Hemlig hälsning", "F4K1"}
    words |= {"640823-3234", "196408233234", "19640823"}
    browser = Browser.of(CECILIA)
    seen: dict[str, int] = {}
    gaps = {str(waiting), str(other), "1", "0", "-1", "sv", confirmation_token(1, 1)}
    for address in SITE:
        for path in filter(leads_somewhere, {path_of(address, gap, patient=patient, episode=episode) for gap in gaps}):
            for answer in (browser.get(path), browser.post(path, {"reason": "x", "email": "a@b.se", "ok": "1"})):
                seen[path] = answer.status_code
                text = whole(answer) + str(answer.headers)
                assert not [word for word in words if word in text], path
            if address in {"logga-ut", "logga-in"}:
                browser = Browser.of(CECILIA)
    assert {seen[f"/attestera/{i}"] for i in (waiting, other)} == {404}
    assert {seen[f"/attestera/{i}/avsla"] for i in (waiting, other)} == {404}
    assert {seen[f"/attestera/{i}/adress"] for i in (waiting, other)} == {404}
    assert {seen[f"/patient/{patient}"], seen[f"/vardepisod/{episode}/acute"]} == {404}
    assert {seen[f"/vardepisod/{episode}/acute/{act}"] for act in ("spara", "nytt", "las-upp", "flytta")} == {404}
    for page in ("", "/acute", "/acute/andringar", "/utskrift", "/utskrift.pdf"):
        assert browser.get(f"/vardepisod/{episode}{page}").status_code == 404
    assert {seen["/kansliet"], seen["/kansliet/utse"], seen["/loggen"]} <= {403, 405}
    assert newest_application(account_id=cast.account_of(EBBA).id) == application
    assert cast.account_of(EBBA).email == EBBA.email


NAMES = {
    name
    for file in (Path(registret.__file__).parent / "web").rglob("*.py")
    for name in re.findall(r"""(?:GET|POST|post)(?:\.get(?:list)?\(|\[|, )"(\w+)\"""", file.read_text())
}
"""What views read from addresses and forms themselves."""


def is_logged_in(browser: Browser) -> bool:
    if SESSION_COOKIE not in browser.cookies:
        return False
    try:
        sitting(key=browser.cookies[SESSION_COOKIE].value, seen=False, at=timezone.now())
    except Refused:
        return False
    return True


@pytest.mark.django_db
@pytest.mark.parametrize("who", [None, ANNA, BERTIL, DORIS, ERIK], ids=lambda who: who.name if who else "nobody")
def test_the_one_character_that_the_database_keeps_in_no_text_breaks_no_page(who: Person | None) -> None:
    now = timezone.now()
    place = cast.country(now - timedelta(days=30))
    patient, episode = an_episode(place, now)
    for role in (Role.CASE_HANDLER, Role.SUPPORT):
        cast.appoint_by_program(ERIK, role, at=now)
    assert {"q", "efter", "patient"} <= NAMES
    typed = dict.fromkeys(NAMES, "a\0b")
    browser = Browser()
    for address in SITE:
        if who and not is_logged_in(browser):
            browser = Browser.of(who)
        browser.raise_request_exception = False
        path = path_of(address, "a%00b", patient=patient, episode=episode)
        for answer in (browser.get(path, typed), browser.post(path, typed), browser.post(path, typed | {"ok": "1"})):
            assert answer.status_code != 500, f"{answer.request['REQUEST_METHOD']} {path}"
