"""What the office has beside clinics: time to access, and clinics brought in from a file."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone, translation
from pytest_django import DjangoAssertNumQueries

from registret.access.applications.attesting import attest, recommend
from registret.access.grants.rules import last_possible_day
from registret.access.roles import Role
from registret.access.staff import substitutes as access
from registret.accounts.queries import living_account
from registret.ledger.queries import Wanted, entries
from registret.places import clinic_file
from registret.places.clinic_file import COLUMNS
from registret.places.queries import clinic_by_code
from registret.web.templatetags.look import day
from registret.words.clinic_faults import FAULTS, clinic_fault
from tests import cast
from tests.cast import ANNA, BERTIL, CECILIA, DORIS, ERIK, INGRID, Country, Person
from tests.rooms.web.client import Browser, flat, text_of

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def place(module_db: None) -> Country:
    now = timezone.now()
    return cast.country(now - 60 * DAY)


def attested(number: int, clinic_id: int, by: Person, *, days: float, at: datetime) -> None:
    who = cast.person("Nils", f"Nord{number}", f"SE2321009991-N{number:05}")
    wanted = cast.register(who, clinic_id, at=at - days * DAY)
    last_day = last_possible_day(at=at, months=12)
    given: dict[str, Any] = {"role": Role.REPORTER, "sub_registries": ["pneumoni"], "last_day": last_day}
    if by is DORIS:
        # At the office two decide.
        if living_account(hsa_id=INGRID.card.hsa_id) is None:
            cast.appoint_by_program(INGRID, Role.REGISTRY_OFFICE, at=at)
        recommend(application_id=wanted, **given, actor=cast.actor(INGRID, at=at), at=at)
    attest(application_id=wanted, **given, actor=cast.actor(by, at=at), at=at)


# --- time to access --------------------------------------------------------------------------------


def test_the_office_sees_all_clinics_the_slowest_first_and_few_are_said_to_be_few(
    place: Country, now: datetime
) -> None:
    for number in range(5):
        attested(number, place.infection, BERTIL, days=2, at=now)
        attested(10 + number, place.sydvik, CECILIA, days=8, at=now)
    attested(20, place.medicine, DORIS, days=40, at=now)
    page = Browser.of(DORIS).get("/kansliet/vantetider")
    text = text_of(page).partition("Bekräftad e-post till attest")[2]
    assert text.index("Sydviks sjukhus 5 8 dagar") < text.index("Infektionskliniken, Norrviks sjukhus 5 2 dagar")
    assert "Medicinkliniken, Norrviks sjukhus 1 för få –" in text
    assert page.content.decode().count('class="d-all"') == 2
    assert "Punkten är medianen." in text_of(page)
    assert "trecket når till" not in page.content.decode(), "no line is drawn"
    by_name = text_of(Browser.of(DORIS).get("/kansliet/vantetider?ordning=namn")).partition(
        "Bekräftad e-post till attest"
    )[2]
    assert by_name.index("Norrviks sjukhus 5") < by_name.index("Sydviks sjukhus 5") < by_name.index("Medicinkliniken")


@pytest.mark.parametrize("query", ["?manader=x", "?manader=7", "?ordning=x", "?efter=x", "?efter=99999", "?manader=3"])
def test_whatever_is_asked_for_the_page_answers(place: Country, query: str) -> None:
    assert Browser.of(DORIS).get(f"/kansliet/vantetider{query}").status_code == 200


def test_many_clinics_are_paged_and_each_is_shown_once(
    place: Country, now: datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    cast.bring_clinics([f"Sjukhus {n}" for n in range(30)], at=now - 60 * DAY)
    for number in range(30):
        attested(number, cast.clinic_id(f"infektion-{number}"), DORIS, days=1, at=now)
    doris = Browser.of(DORIS)
    with django_assert_max_num_queries(9):
        first = doris.get("/kansliet/vantetider").content.decode()
    after = re.search(r"efter=(\d+)", first)
    assert after is not None
    second = doris.get(f"/kansliet/vantetider?efter={after[1]}").content.decode()
    seen = re.findall(r"Sjukhus \d+", first) + re.findall(r"Sjukhus \d+", second)
    assert sorted(seen) == sorted(f"Sjukhus {n}" for n in range(30))


def test_an_administrator_sees_the_own_clinic_and_all_together(place: Country, now: datetime) -> None:
    for number in range(10):
        attested(number, place.infection, BERTIL, days=number, at=now)
    page = Browser.of(BERTIL).get("/personer/vantetid")
    text = text_of(page)
    assert "10 ansökningar attesterade" in text
    assert "Sydvik" not in text
    assert 'class="d-own"' in page.content.decode()
    assert "Strecket når till 90" in text
    assert "Bara 0 ansökningar: för få" in text_of(Browser.of(CECILIA).get("/personer/vantetid"))


def test_nobody_else_sees_figures(place: Country) -> None:
    assert Browser.of(BERTIL).get("/kansliet/vantetider").status_code == 403
    assert [Browser.of(ERIK).get(a).status_code for a in ("/kansliet/vantetider", "/personer/vantetid")] == [403] * 2
    assert Browser.of(DORIS).get("/personer/vantetid").headers["Location"] == "/kansliet/vantetider"


# --- clinics from a file ---------------------------------------------------------------------------

HEADER = ";".join(COLUMNS)
NEW = "98;Region Norrvik;Region Norrvik;232100-9991;regionnorrvik.se;hud-norrvik;Hudkliniken;Norrviks sjukhus;;;;"


def file(*lines: str, encoding: str = "utf-8") -> dict[str, SimpleUploadedFile]:
    return {"file": SimpleUploadedFile("kliniker.csv", "\n".join([HEADER, *lines]).encode(encoding), "text/csv")}


def hidden(page: str) -> dict[str, str]:
    found = dict(re.findall(r'<input type="hidden" name="(text|state)" value="([^"]*)"', page))
    return {
        name: value.replace("&#x27;", "'").replace("&quot;", '"').replace("&amp;", "&") for name, value in found.items()
    }


def test_a_file_is_first_tried_and_changes_nothing(place: Country) -> None:
    doris = Browser.of(DORIS)
    page = doris.post("/kansliet/kliniker", file(NEW))
    assert "Klinik tillagd" in text_of(page)
    assert "Gör 1 ändring" in text_of(page)
    assert clinic_by_code("hud-norrvik") is None
    assert "hud-norrvik" not in {entry.facts["code"] for entry in entries(wanted=Wanted(event="clinic.created")).rows}


def test_what_was_tried_is_then_done_and_logged_under_the_office(place: Country) -> None:
    doris = Browser.of(DORIS)
    fields = hidden(doris.post("/kansliet/kliniker", file(NEW)).content.decode())
    done = doris.post("/kansliet/kliniker", fields)
    assert "1 ändring är gjord." in text_of(done)
    assert clinic_by_code("hud-norrvik") is not None
    assert entries(wanted=Wanted(event="clinic.created")).rows[0].by_hsa_id == DORIS.hsa_id
    again = doris.post("/kansliet/kliniker", fields)
    assert "Något har ändrats sedan du provade filen." in text_of(again)


def test_what_would_do_something_else_than_was_shown_is_shown_again(place: Country) -> None:
    doris = Browser.of(DORIS)
    fields = hidden(doris.post("/kansliet/kliniker", file(NEW)).content.decode())
    other = doris.post("/kansliet/kliniker", fields | {"text": fields["text"].replace("hud-norrvik", "hud-annan")})
    assert "Något har ändrats sedan du provade filen." in text_of(other)
    assert clinic_by_code("hud-annan") is None
    assert doris.post("/kansliet/kliniker", {"text": fields["text"]}).status_code == 200
    assert clinic_by_code("hud-norrvik") is None


def test_what_is_wrong_is_told_in_swedish_by_line_and_column(place: Country) -> None:
    page = Browser.of(DORIS).post("/kansliet/kliniker", file(NEW.replace("232100-9991", "232100-9990"), NEW + "kanske"))
    assert page.status_code == 422
    text = text_of(page)
    assert "2 saker i filen behöver rättas" in text
    assert "2 organisationsnummer fel kontrollsiffra" in text
    assert "3 stängd varken ja eller nej" in text
    assert clinic_by_code("hud-norrvik") is None


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "Filen är tom"),
        (b"\xff\xfe\x00", "filen är inte UTF-8"),
        (b"a;b\n1;2", "okänd kolumn"),
        (b"x" * 500_001, "Filen är för stor"),
    ],
)
def test_what_is_no_such_file_is_refused(place: Country, content: bytes, what: str) -> None:
    page = Browser.of(DORIS).post("/kansliet/kliniker", {"file": SimpleUploadedFile("x.csv", content)})
    assert page.status_code == 422
    assert what in text_of(page)


def test_no_file_is_asked_for(place: Country) -> None:
    assert "Välj en fil" in text_of(Browser.of(DORIS).post("/kansliet/kliniker", {}))


def test_what_stands_in_a_file_is_text(place: Country) -> None:
    page = Browser.of(DORIS).post("/kansliet/kliniker", file(NEW.replace("Hudkliniken", "<script>x</script>")))
    assert "<script>x" not in page.content.decode()


def test_nobody_else_brings_clinics(place: Country) -> None:
    for who in (BERTIL, ERIK):
        assert Browser.of(who).get("/kansliet/kliniker").status_code == 403
        assert Browser.of(who).post("/kansliet/kliniker", file(NEW)).status_code == 403
    assert clinic_by_code("hud-norrvik") is None


def test_an_old_card_tries_and_does_not_do(place: Country, now: datetime) -> None:
    doris = Browser()
    key = cast.log_in(DORIS, at=now - timedelta(minutes=61))
    cast.stay_awake(key, since=now - timedelta(minutes=61), until=now)
    doris.take_session(key)
    page = doris.post("/kansliet/kliniker", file(NEW))
    assert page.status_code == 200
    assert hidden(page.content.decode()) == {}
    fresh = hidden(Browser.of(DORIS).post("/kansliet/kliniker", file(NEW)).content.decode())
    assert doris.post("/kansliet/kliniker", fresh).status_code == 403
    assert clinic_by_code("hud-norrvik") is None


def test_every_fault_has_words_in_both_languages_with_the_same_values() -> None:
    assert set(FAULTS) == set(clinic_file.FAULTS)
    for code, english in clinic_file.FAULTS.items():
        gaps = re.findall(r"\{(\w+)\}", english)
        values = {name: f"<{name}>" for name in gaps}
        for language in ("sv", "en"):
            with translation.override(language):
                assert all(value in clinic_fault(code, values) for value in values.values()), code


# --- vikarier on the pages -------------------------------------------------------------------------


def test_an_administrator_proposes_and_a_colleague_confirms_on_the_page(place: Country, now: datetime) -> None:
    attested(1, place.infection, BERTIL, days=1, at=now)
    nils = cast.person("Nils", "Nord1", "SE2321009991-N00001")
    day = timezone.localdate(now).isoformat()
    data = {"person": cast.account_of(nils).id, "first_day": day, "last_day": day}
    bertil, karin = Browser.of(BERTIL), Browser.of(cast.KARIN)
    assert "Nils Nord1" in text_of(bertil.get("/personer/vikarie"))
    assert bertil.post("/personer/vikarie", data).headers["Location"] == "/personer?klart=foreslagen"
    assert bertil.post("/personer/vikarie", data).status_code == 422
    found = re.search(r"/personer/vikarie/(\d+)/ta-tillbaka", bertil.get("/personer").content.decode())
    assert found is not None
    assert bertil.post(f"/personer/vikarie/{found[1]}/bekrafta").status_code == 403
    assert f"/personer/vikarie/{found[1]}/bekrafta" in Browser.of(DORIS).get("/kansliet").content.decode()
    assert karin.post(f"/personer/vikarie/{found[1]}/avsla", {"reason": ""}).status_code == 422
    assert karin.post(f"/personer/vikarie/{found[1]}/bekrafta").headers["Location"] == "/personer"
    assert Browser.of(nils).get("/attestera").status_code == 200
    assert Browser.of(CECILIA).post(f"/personer/vikarie/{found[1]}/bekrafta").status_code == 404


def test_the_page_says_the_last_day_that_is_possible_and_says_it_again_beside_a_later_one(
    place: Country, now: datetime
) -> None:
    attested(1, place.infection, BERTIL, days=1, at=now)
    nils = cast.person("Nils", "Nord1", "SE2321009991-N00001")
    bertil = Browser.of(BERTIL)
    source = flat(bertil.get("/personer/vikarie"))
    found = re.search(r'name="last_day"[^>]* data-latest="([0-9-]{10})"', source)
    assert found is not None
    own = access.longest(actor=cast.actor(BERTIL, at=now), at=now)
    assert own.isoformat() == found[1]
    data = {"person": cast.account_of(nils).id, "first_day": timezone.localdate(now).isoformat()}
    page = bertil.post("/personer/vikarie", data | {"last_day": (own + timedelta(days=1)).isoformat()})
    assert page.status_code == 422
    assert f"är för långt fram. Senast är {day(own)}." in text_of(page)
    page = bertil.post("/personer/vikarie", data | {"last_day": own.isoformat()})
    assert page.status_code == 422
    assert f"Välj en dag till och med {day(last_possible_day(at=now, months=12))}:" in text_of(page), (
        "the colleague's own"
    )


def test_what_somebody_proposed_who_is_suspended_since_has_a_page_that_says_what_to_do(
    place: Country, now: datetime
) -> None:
    attested(1, place.infection, BERTIL, days=1, at=now)
    nils = cast.person("Nils", "Nord1", "SE2321009991-N00001")
    day = timezone.localdate(now)
    made = access.propose(
        account_id=cast.account_of(nils).id, first_day=day, last_day=day, actor=cast.actor(BERTIL, at=now), at=now
    )
    cast.suspend(BERTIL, at=now)
    page = Browser.of(cast.KARIN).post(f"/personer/vikarie/{made}/bekrafta")
    assert page.status_code == 409
    assert "Den som lämnade förslaget kan inte längre föreslå någon. " in text_of(page)
    assert "Avslå förslaget." in text_of(page)
    assert Browser.of(nils).get("/attestera").status_code == 403


def test_who_is_not_a_colleague_cannot_be_chosen(place: Country, now: datetime) -> None:
    cast.register(ANNA, place.infection, at=now)
    day = timezone.localdate(now).isoformat()
    for who in (ANNA, CECILIA, BERTIL):
        data = {"person": cast.account_of(who).id, "first_day": day, "last_day": day}
        assert Browser.of(BERTIL).post("/personer/vikarie", data).status_code == 422
