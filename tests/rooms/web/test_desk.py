"""The desk: who takes an application on, notes, questions with answers, several at once, one from the list."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from registret.access.applications import application_notes
from registret.access.applications.application_notes import QUESTIONS_PER_APPLICATION, notes_of, questions_to
from registret.access.lifecycle import ApplicationState
from registret.access.queries.applications import application_for, newest_application
from registret.access.refusals import AlreadyDecided, CardTooOld, NotFound, NothingAsked, OwnApplication
from registret.ledger.queries import Wanted, entries
from registret.mail.models import Letter
from registret.rate_limits.services import TooMany
from tests import cast
from tests.cast import ANNA, BERTIL, CECILIA, KARIN, Country, Person, person
from tests.rooms.web.client import Browser, text_of

pytestmark = pytest.mark.django_db

NADIA = person("Nadia", "Ek", "SE2321009991-E00N1E1")


@pytest.fixture
def annas(place: Country, now: datetime) -> int:
    return cast.register(ANNA, place.infection, at=now)


def letters(kind: str) -> list[str]:
    return list(Letter.objects.filter(kind=kind).values_list("to_address", flat=True))


def state_of(who: Person) -> ApplicationState:
    found = newest_application(account_id=cast.account_of(who).id)
    assert found is not None
    return found.state


# --- taking on -------------------------------------------------------------------------------------


def test_colleagues_see_who_has_taken_it_on_and_until_it_is_put_back(annas: int) -> None:
    bertil, karin = Browser.of(BERTIL), Browser.of(KARIN)
    assert bertil.post(f"/attestera/{annas}/ta").headers["Location"] == f"/attestera/{annas}"
    assert "tas av Bertil Holm" in text_of(karin.get("/attestera"))
    assert "Bertil Holm tog sig an ansökan" in text_of(karin.get(f"/attestera/{annas}"))
    bertil.post(f"/attestera/{annas}/ta", {"tillbaka": "1"})
    assert "tas av" not in text_of(karin.get("/attestera"))
    assert len(entries(wanted=Wanted(event="application.taken")).rows) == 1


def test_it_binds_nobody_a_colleague_takes_over_or_decides(annas: int, now: datetime) -> None:
    bertil, karin = (cast.actor(who, at=now) for who in (BERTIL, KARIN))
    application_notes.take_on(application_id=annas, actor=bertil, at=now)
    application_notes.put_back(application_id=annas, actor=karin, at=now)
    assert application_for(actor=karin, application_id=annas, at=now).taken_by == BERTIL.name
    application_notes.take_on(application_id=annas, actor=karin, at=now)
    assert application_for(actor=karin, application_id=annas, at=now).taken_by == KARIN.name


# --- notes and questions ---------------------------------------------------------------------------


def test_a_note_is_for_colleagues_and_stays_after_the_decision(annas: int, now: datetime) -> None:
    Browser.of(BERTIL).post(f"/attestera/{annas}/skriv", {"text": "Ringde <chefen>.\nBörjar 1/12.", "anteckna": "1"})
    assert "Ringde <chefen>." in text_of(Browser.of(KARIN).get(f"/attestera/{annas}"))
    assert "Ringde" not in text_of(Browser.of(ANNA).get("/ansokan"))
    assert letters("question") == []
    karin = Browser.of(KARIN)
    karin.post(f"/attestera/{annas}/avsla", {"reason": "Fel klinik"})
    assert "Ringde <chefen>." in text_of(karin.get(f"/attestera/{annas}"))
    karin.post(f"/attestera/{annas}/skriv", {"text": "Pratade med henne.", "anteckna": "1"})
    assert "Pratade med henne." in text_of(karin.get(f"/attestera/{annas}"))


def test_a_question_is_mailed_answered_on_the_page_and_the_answer_told_to_whoever_asked(annas: int) -> None:
    bertil, anna = Browser.of(BERTIL), Browser.of(ANNA)
    bertil.post(f"/attestera/{annas}/skriv", {"text": "Vilken avdelning?", "fraga": "1"})
    assert letters("question") == [ANNA.email.text]
    assert "Vilken avdelning?" in text_of(anna.get("/ansokan"))
    assert anna.post("/ansokan/svara", {"text": "Avdelning 12"}).headers["Location"] == "/ansokan"
    assert letters("answered") == [BERTIL.email.text]
    assert "Avdelning 12" in text_of(bertil.get(f"/attestera/{annas}"))
    assert [row.kind for row in questions_to(account_id=cast.account_of(ANNA).id)] == ["question", "answer"]


@pytest.mark.parametrize(("text", "says"), [("  ", "Skriv något först"), ("x" * 1001, "Skriv högst 1 000 tecken")])
def test_what_is_wrong_is_said_and_kept_in_the_field(annas: int, text: str, says: str) -> None:
    page = Browser.of(BERTIL).post(f"/attestera/{annas}/skriv", {"text": text, "fraga": "1"})
    assert page.status_code == 422
    assert says in text_of(page)
    assert letters("question") == []


def test_an_empty_answer_is_said_and_nothing_is_sent(annas: int, now: datetime) -> None:
    application_notes.ask(application_id=annas, text="Var?", actor=cast.actor(BERTIL, at=now), at=now)
    page = Browser.of(ANNA).post("/ansokan/svara", {"text": ""})
    assert (page.status_code, "Skriv ett svar" in text_of(page)) == (422, True)
    assert letters("answered") == []


def test_nobody_answers_what_was_not_asked(annas: int, now: datetime) -> None:
    with pytest.raises(NothingAsked):
        application_notes.answer(account_id=cast.account_of(ANNA).id, text="hej", by=ANNA.by, at=now)
    assert Browser.of(ANNA).post("/ansokan/svara", {"text": "hej"}).status_code == 409


def test_five_questions_a_day_are_enough(annas: int, now: datetime) -> None:
    actor = cast.actor(BERTIL, at=now)
    for _ in range(QUESTIONS_PER_APPLICATION.most):
        application_notes.ask(application_id=annas, text="Och?", actor=actor, at=now)
    with pytest.raises(TooMany):
        application_notes.ask(application_id=annas, text="Och?", actor=actor, at=now)
    assert len(letters("question")) == 5


# --- several at once -------------------------------------------------------------------------------


def test_the_chosen_are_attested_after_one_question(place: Country, annas: int, now: datetime) -> None:
    nadias = cast.register(NADIA, place.infection, at=now)
    bertil = Browser.of(BERTIL)
    asked = bertil.post("/attestera/valda", {"valda": [annas, nadias]})
    assert "Känner du alla?" in text_of(asked)
    assert (state_of(ANNA), state_of(NADIA)) == (ApplicationState.WAITING,) * 2
    done = bertil.post("/attestera/valda", {"valda": [annas, nadias], "ok": "1"})
    assert text_of(done).count("attesterad Anna Berg") == text_of(done).count("attesterad Nadia Ek") == 1
    assert (state_of(ANNA), state_of(NADIA)) == (ApplicationState.ATTESTED,) * 2
    assert sorted(letters("attested")) == sorted([ANNA.email.text, NADIA.email.text])


def test_several_are_chosen_only_where_there_are_several(place: Country, annas: int, now: datetime) -> None:
    alone = text_of(Browser.of(BERTIL).get("/attestera"))
    assert "Attestera, så som personen har sökt" in alone
    assert "valda" not in alone
    cast.register(NADIA, place.infection, at=now)
    assert "Attestera valda" in text_of(Browser.of(BERTIL).get("/attestera"))


def test_one_is_attested_from_the_list_in_one_step(annas: int) -> None:
    page = Browser.of(BERTIL).post("/attestera/valda", {"ensam": annas})
    assert "attesterad Anna Berg" in text_of(page)
    assert state_of(ANNA) is ApplicationState.ATTESTED


def test_one_that_cannot_be_attested_hinders_no_other_and_says_why(place: Country, annas: int, now: datetime) -> None:
    nadias = cast.register(NADIA, place.infection, confirmed=False, at=now)
    Browser.of(KARIN).post(f"/attestera/{annas}/avsla", {"reason": "Fel klinik"})
    moa = cast.register(person("Moa", "Ny", "SE2321009991-E00M5N9"), place.infection, at=now)
    page = Browser.of(BERTIL).post("/attestera/valda", {"valda": [annas, nadias, moa], "ok": "1"})
    text = text_of(page)
    assert "Någon annan hann före." in text
    assert "Ansökan går inte att ta ställning till än." in text
    assert "attesterad Moa Ny" in text
    assert (state_of(ANNA), state_of(NADIA)) == (ApplicationState.DECLINED, ApplicationState.WAITING)


def test_choosing_nothing_or_nonsense_leads_back_to_the_list(annas: int) -> None:
    bertil = Browser.of(BERTIL)
    for data in ({}, {"valda": ["", "x", "-1", "9" * 30]}, {"ensam": "å"}):
        assert bertil.post("/attestera/valda", data).headers["Location"] == "/attestera"


# --- who may not -----------------------------------------------------------------------------------


def test_another_clinic_finds_nothing_to_do(annas: int, now: datetime) -> None:
    cecilia, actor = Browser.of(CECILIA), cast.actor(CECILIA, at=now)
    for address in (f"/attestera/{annas}/ta", f"/attestera/{annas}/skriv"):
        assert cecilia.post(address, {"text": "hej"}).status_code == 404
    assert cecilia.post("/attestera/valda", {"valda": [annas], "ok": "1"}).status_code == 404
    with pytest.raises(NotFound):
        notes_of(actor=actor, application_id=annas, at=now)
    assert state_of(ANNA) is ApplicationState.WAITING


def test_nobody_does_any_of_it_about_oneself_or_with_a_card_read_too_long_ago(place: Country, now: datetime) -> None:
    own = cast.apply_again(KARIN, place.infection, at=now)
    karin, later = cast.actor(KARIN, at=now), now + timedelta(minutes=61)
    bertil = cast.actor(BERTIL, at=now)
    for act in (application_notes.take_on, application_notes.put_back):
        with pytest.raises(OwnApplication):
            act(application_id=own, actor=karin, at=now)
        with pytest.raises(CardTooOld):
            act(application_id=own, actor=bertil, at=later)
    for write in (application_notes.write_note, application_notes.ask):
        with pytest.raises(OwnApplication):
            write(application_id=own, text="hej", actor=karin, at=now)
        with pytest.raises(CardTooOld):
            write(application_id=own, text="hej", actor=bertil, at=later)
    (one,) = application_notes.attest_many(application_ids=[own], actor=karin, at=now)
    assert isinstance(one.refusal, OwnApplication)


def test_what_is_decided_is_neither_taken_on_nor_asked_about(annas: int, now: datetime) -> None:
    Browser.of(KARIN).post(f"/attestera/{annas}/avsla", {"reason": "Fel klinik"})
    bertil = cast.actor(BERTIL, at=now)
    with pytest.raises(AlreadyDecided):
        application_notes.take_on(application_id=annas, actor=bertil, at=now)
    with pytest.raises(AlreadyDecided):
        application_notes.ask(application_id=annas, text="Var?", actor=bertil, at=now)
    assert letters("question") == []
