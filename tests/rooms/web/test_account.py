"""Mitt konto, as pages: what somebody sees and does there, at work, waiting or suspended; and the page that objects."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from registret.access.applications import account_end, application_notes, attesting
from registret.access.grants.rules import last_possible_day
from registret.access.lifecycle import ApplicationState
from registret.access.queries.applications import applications_of
from registret.access.roles import Role
from registret.access.self_service.my_account import own_grants
from registret.access.self_service.subject_access import FILES_PER_PERSON
from registret.accounts.queries import pending_change
from registret.accounts.sessions import sessions_of
from registret.ledger.events import Event
from registret.ledger.queries import Wanted, entries
from registret.ledger.services import record
from registret.mail.links import confirmation_code, confirmation_token, objection_token
from registret.registries.queries import catalogue
from tests import cast
from tests.cast import ANNA, BERTIL, CECILIA, DORIS, ERIK, KARIN, Country, Person
from tests.rooms.records.scene import close_pneumonia
from tests.rooms.web.client import Browser, text_of

pytestmark = pytest.mark.django_db

NEW = "anna.ny@regionnorrvik.se"
CLOSED_WITHOUT_FORMS = """
code = "malaria"
state = "closed"
order = 9
name = { sv = "Malaria", en = "Malaria" }
"""


@pytest.fixture(scope="module")
def place(module_db: None) -> Country:
    now = timezone.now()
    place = cast.country(now - timedelta(days=30))
    attested(ANNA, place.infection, by=BERTIL, at=now - timedelta(days=20))
    return place


def attested(who: Person, clinic_id: int, *, by: Person, at: datetime) -> None:
    attesting.attest(
        application_id=cast.register(who, clinic_id, at=at),
        role=Role.REPORTER,
        sub_registries=["pneumoni"],
        last_day=last_possible_day(at=at, months=12),
        actor=cast.actor(by, at=at),
        at=at,
    )


def id_of(who: Person) -> int:
    return cast.account_of(who).id


def test_a_closed_sub_registry_is_offered_for_reading_if_there_is_something_to_read(
    place: Country, settings: Settings, tmp_path: Path
) -> None:
    settings.DEFINITIONS_DIR = close_pneumonia(tmp_path)
    without_forms = tmp_path / "malaria" / "1"
    without_forms.mkdir(parents=True)
    (without_forms / "register.toml").write_text(CLOSED_WITHOUT_FORMS)
    catalogue.cache_clear()
    try:
        offered = text_of(Browser.of(ANNA).get("/konto/ansok"))
    finally:
        catalogue.cache_clear()
    assert "Pneumoni (stängt: läsa och rätta)" in offered
    assert "Infektion i nativ led (stängt: läsa och rätta)" in offered
    assert "Malaria" not in offered, "it has no forms"


def events(name: str) -> int:
    return len(entries(wanted=Wanted(event=name)).rows)


def asked(browser: Browser, email: str = NEW) -> tuple[int, int]:
    """A new address was asked for on the page; (id, version) of its letter."""
    assert browser.post("/konto/e-post", {"email": email, "ok": "1"}).status_code == 303
    found = pending_change(account_id=id_of(ANNA))
    assert found is not None
    return found.id, found.version


# --- letters ---------------------------------------------------------------------------------------


def test_the_language_of_letters_is_chosen_there_and_that_of_the_pages_is_another_matter(place: Country) -> None:
    anna = Browser.of(ANNA)
    assert "Mejlen kommer på svenska." in text_of(anna.get("/konto"))
    assert anna.post("/konto/sprak", {"language": "en"}).status_code == 303
    assert cast.account_of(ANNA).language == "en"
    page = text_of(anna.get("/konto"))
    assert "Mejlen kommer på engelska." in page
    assert events("account.language") == 1
    anna.post("/konto/sprak", {"language": "en"})
    assert events("account.language") == 1, "what does not change is not told"


@pytest.mark.parametrize("language", ["", "de", "sv-SE"])
def test_there_is_no_other_language_of_letters(place: Country, language: str) -> None:
    assert Browser.of(ANNA).post("/konto/sprak", {"language": language}).status_code == 400
    assert cast.account_of(ANNA).language == "sv"


# --- the page --------------------------------------------------------------------------------------


def test_the_page_shows_card_address_rights_and_leads_to_the_rest(place: Country) -> None:
    page = text_of(Browser.of(ANNA).get("/konto"))
    for said in (ANNA.name, ANNA.hsa_id, ANNA.email.text, ANNA.card.issuer, "Registrerare", "Infektionskliniken"):
        assert said in page
    assert "Du är inloggad bara här." in page


@pytest.mark.parametrize("who", [ANNA, BERTIL, DORIS, ERIK], ids=lambda who: str(who.card.given_name))
def test_everybody_at_work_has_it_in_the_menu(place: Country, who: Person) -> None:
    assert 'href="/konto"' in Browser.of(who).get("/start").content.decode()
    assert Browser.of(who).get("/konto").status_code == 200


def test_who_waits_has_it_too_and_whoever_has_no_account_is_led_to_register(place: Country, now: datetime) -> None:
    elin = cast.person("Elin", "Sandgren", "SE2321009991-E00S4N2")
    assert 'href="/konto"' not in Browser.of(elin).get("/registrera").content.decode()
    assert Browser.of(elin).get("/konto").status_code == 403
    cast.register(elin, place.infection, confirmed=False, at=now)
    browser = Browser.of(elin)
    assert 'href="/konto"' in browser.get("/ansokan").content.decode()
    page = browser.get("/konto")
    assert "Ej bekräftad" in text_of(page)
    assert "/ansokan/adress" in page.content.decode()
    assert browser.get("/konto/e-post")["Location"] == "/ansokan/adress"
    assert browser.get("/min-logg").status_code == 200
    assert browser.get("/konto/ansok")["Location"] == "/ansokan"


def test_who_is_suspended_reads_and_takes_the_file_and_changes_nothing(place: Country, now: datetime) -> None:
    cast.suspend(ANNA, at=now)
    browser = Browser.of(ANNA)
    page = browser.get("/konto")
    assert "Kontot är spärrat" in text_of(page)
    assert "/lamna" not in page.content.decode()
    assert browser.post("/konto/uppgifter").status_code == 200
    assert browser.post("/konto/e-post", {"email": NEW, "ok": "1"}).status_code == 403
    (grant,) = own_grants(account_id=id_of(ANNA), at=now)
    assert browser.post(f"/konto/behorighet/{grant.id}/lamna").status_code == 403
    assert own_grants(account_id=id_of(ANNA), at=now) == (grant,)


# --- another address -------------------------------------------------------------------------------


def test_the_first_answer_is_a_question_and_only_ok_sends_a_letter(place: Country) -> None:
    browser = Browser.of(ANNA)
    question = browser.post("/konto/e-post", {"email": NEW})
    assert "Kontrollera att din e-post är rätt" in text_of(question)
    assert pending_change(account_id=id_of(ANNA)) is None
    browser.post("/konto/e-post", {"email": NEW, "change": "1"})
    assert pending_change(account_id=id_of(ANNA)) is None
    asked(browser)
    page = text_of(browser.get("/konto"))
    assert "Ny, ej bekräftad" in page
    assert NEW in page


def test_a_foreign_address_says_before_anything_is_sent_where_one_must_be_attested_anew(place: Country) -> None:
    page = text_of(Browser.of(ANNA).post("/konto/e-post", {"email": "anna@example.org"}))
    assert "gäller din behörighet här inte förrän någon har attesterat dig på nytt" in page
    assert "Infektionskliniken, Norrviks sjukhus" in page
    page = text_of(Browser.of(ANNA).post("/konto/e-post", {"email": NEW}))
    assert "attesterat dig på nytt" not in page


def test_what_is_wrong_with_an_address_stands_beside_it(place: Country) -> None:
    for who, email in ((ANNA, ANNA.email.text), (ANNA, "anna@"), (BERTIL, "bertil@example.org")):
        answer = Browser.of(who).post("/konto/e-post", {"email": email})
        assert answer.status_code == 422
        assert "Kontrollera att din e-post är rätt" not in text_of(answer)
    assert "Det är adressen du redan har" in text_of(Browser.of(ANNA).post("/konto/e-post", {"email": ANNA.email.text}))


def test_a_card_that_was_read_long_ago_is_asked_for_again(place: Country, now: datetime) -> None:
    browser = Browser()
    began = now - timedelta(minutes=61)
    key = cast.log_in(ANNA, at=began)
    cast.stay_awake(key, since=began, until=now)
    browser.take_session(key)
    for address in ("/konto", "/konto/e-post"):
        assert "Visa kortet igen" in text_of(browser.get(address))
    assert browser.post("/konto/e-post", {"email": NEW, "ok": "1"}).status_code == 403
    assert browser.post("/konto/uppgifter").status_code == 403
    assert pending_change(account_id=id_of(ANNA)) is None
    assert events("account.data_taken") == 0


def test_the_code_confirms_and_a_wrong_one_comes_back_where_it_was_typed(place: Country) -> None:
    browser = Browser.of(ANNA)
    of = asked(browser)
    wrong = browser.post("/konto/e-post/kod", {"code": "AAAAAA"})
    assert wrong.status_code == 422
    assert "AAAAAA" in wrong.content.decode()
    assert browser.get("/konto/e-post/kod")["Location"] == "/konto"
    done = browser.post("/konto/e-post/kod", {"code": confirmation_code(*of)}, follow=True)
    assert done.redirect_chain[-1][0] == "/konto"
    assert cast.account_of(ANNA).email.text == NEW


def test_the_link_confirms_in_the_browser_of_the_same_card_and_only_by_a_click(place: Country) -> None:
    browser = Browser.of(ANNA)
    link = f"/bekrafta/{confirmation_token(*asked(browser))}"
    page = text_of(browser.get(link))
    assert "a•••@regionnorrvik.se" in page
    assert "Attest på kliniken" not in page
    Browser().get(link)
    assert Browser().post(link).status_code == 401
    assert Browser.of(BERTIL).post(link).status_code == 403
    assert cast.account_of(ANNA).email == ANNA.email
    assert browser.post(link)["Location"] == "/bekraftad"
    assert cast.account_of(ANNA).email.text == NEW


def test_the_old_one_is_kept_by_a_button(place: Country) -> None:
    browser = Browser.of(ANNA)
    asked(browser)
    assert browser.post("/konto/e-post/skicka-igen").status_code == 303
    assert browser.post("/konto/e-post/avbryt").status_code == 303
    assert pending_change(account_id=id_of(ANNA)) is None
    assert browser.post("/konto/e-post/avbryt").status_code == 409


# --- objecting -------------------------------------------------------------------------------------


def test_opening_the_link_or_sending_an_empty_form_as_scanners_do_changes_nothing(place: Country) -> None:
    browser = Browser.of(ANNA)
    link = f"/invand/{objection_token(*asked(browser))}"
    scanner = Browser()
    assert scanner.get(link).status_code == 200
    assert scanner.post(link, {}).status_code == 422
    assert pending_change(account_id=id_of(ANNA)) is not None
    assert browser.get("/konto").status_code == 200


def test_whoever_answers_stops_the_change_without_a_card_and_ends_the_session(place: Country) -> None:
    browser = Browser.of(ANNA)
    link = f"/invand/{objection_token(*asked(browser))}"
    stranger = Browser()
    assert "Ändringen är stoppad" in text_of(stranger.post(link, {"sure": "on"}, follow=True))
    assert browser.get("/konto").status_code == 401
    assert stranger.post(link, {"sure": "on"}).status_code == 410
    page = text_of(Browser.of(ANNA).get("/konto"))
    assert "Någon har invänt" in page
    assert "Ändra e-post" not in page


def test_the_form_that_objects_needs_its_own_token(place: Country) -> None:
    link = f"/invand/{objection_token(*asked(Browser.of(ANNA)))}"
    assert Browser(enforce_csrf_checks=True).post(link, {"sure": "on"}).status_code == 403
    assert pending_change(account_id=id_of(ANNA)) is not None


def test_a_link_that_confirms_does_not_object_and_what_was_never_sent_is_unknown(place: Country) -> None:
    of = asked(Browser.of(ANNA))
    for token in (confirmation_token(*of), objection_token(10**12, 1), "1-1.00000000000000000000000000000000", "x"):
        for answer in (Browser().get(f"/invand/{token}"), Browser().post(f"/invand/{token}", {"sure": "on"})):
            assert answer.status_code == 404
    assert Browser().get(f"/bekrafta/{objection_token(*of)}").status_code == 404


def test_the_page_that_objects_names_nobody(place: Country) -> None:
    page = text_of(Browser().get(f"/invand/{objection_token(*asked(Browser.of(ANNA)))}"))
    for word in (ANNA.card.surname, ANNA.hsa_id, ANNA.email.text, NEW):
        assert word not in page


# --- applying for more, and one's own applications -------------------------------------------------


def test_somebody_at_work_applies_for_more_reads_it_and_takes_it_back(place: Country) -> None:
    browser = Browser.of(ANNA)
    wish = {"clinic": place.medicine, "role": "reader", "sub_registries": ["pneumoni"]}
    answer = browser.post("/konto/ansok", wish)
    assert answer.status_code == 303
    page = browser.get(answer["Location"])
    assert "Medicinkliniken" in text_of(page)
    assert "Medicinkliniken" in text_of(browser.get("/konto"))
    again = browser.post("/konto/ansok", wish)
    assert again.status_code == 422
    assert "Du har redan en ansökan på kliniken" in text_of(again)
    assert browser.post(f"{answer['Location']}/ta-tillbaka").status_code == 303
    assert applications_of(account_id=id_of(ANNA))[0].state is ApplicationState.WITHDRAWN


def test_what_one_has_is_refused_plainly(place: Country) -> None:
    answer = Browser.of(ANNA).post(
        "/konto/ansok", {"clinic": place.infection, "role": "reporter", "sub_registries": ["pneumoni"]}
    )
    assert answer.status_code == 422
    assert "Du har redan den rollen på kliniken" in text_of(answer)


def test_a_role_that_is_only_given_cannot_be_applied_for(place: Country) -> None:
    for role in ("local_administrator", "registry_office", "log_reviewer", "support"):
        wish = {"clinic": place.medicine, "role": role, "sub_registries": ["pneumoni"]}
        assert Browser.of(ANNA).post("/konto/ansok", wish).status_code == 422
    assert len(applications_of(account_id=id_of(ANNA))) == 1


def test_a_question_from_the_clinic_is_answered_where_one_works(place: Country, now: datetime) -> None:
    wanted = cast.apply_again(ANNA, place.infection, role=Role.READER, at=now)
    application_notes.ask(application_id=wanted, text="Vilken avdelning?", actor=cast.actor(BERTIL, at=now), at=now)
    browser = Browser.of(ANNA)
    assert "Vilken avdelning?" in text_of(browser.get(f"/konto/ansokan/{wanted}"))
    assert browser.post(f"/konto/ansokan/{wanted}/svara", {"text": ""}).status_code == 422
    assert browser.post(f"/konto/ansokan/{wanted}/svara", {"text": "Avdelning 7"}).status_code == 303
    assert "Avdelning 7" in text_of(browser.get(f"/konto/ansokan/{wanted}"))


def test_somebody_elses_application_or_right_does_not_exist(place: Country, now: datetime) -> None:
    wanted = cast.apply_again(ANNA, place.medicine, at=now)
    (grant,) = own_grants(account_id=id_of(ANNA), at=now)
    bertil = Browser.of(BERTIL)
    assert bertil.get(f"/konto/ansokan/{wanted}").status_code == 404
    assert bertil.post(f"/konto/ansokan/{wanted}/ta-tillbaka").status_code == 404
    assert bertil.post(f"/konto/ansokan/{wanted}/svara", {"text": "hej"}).status_code == 404
    for answer in (
        bertil.get(f"/konto/behorighet/{grant.id}/lamna"),
        bertil.post(f"/konto/behorighet/{grant.id}/lamna"),
    ):
        assert answer.status_code == 404
    assert own_grants(account_id=id_of(ANNA), at=now) == (grant,)


# --- leaving ---------------------------------------------------------------------------------------


def test_leaving_asks_first_and_then_one_is_no_longer_at_work(place: Country, now: datetime) -> None:
    (grant,) = own_grants(account_id=id_of(ANNA), at=now)
    browser = Browser.of(ANNA)
    assert "Det är din enda behörighet" in text_of(browser.get(f"/konto/behorighet/{grant.id}/lamna"))
    assert own_grants(account_id=id_of(ANNA), at=now) == (grant,)
    done = browser.post(f"/konto/behorighet/{grant.id}/lamna", follow=True)
    assert "Du har ingen behörighet just nu." in text_of(done)
    assert browser.get("/start")["Location"] == "/ansokan"


def test_the_last_administrator_is_told_what_to_do_and_finds_no_button(place: Country, now: datetime) -> None:
    (grant,) = own_grants(account_id=id_of(CECILIA), at=now)
    browser = Browser.of(CECILIA)
    page = browser.get(f"/konto/behorighet/{grant.id}/lamna")
    assert "Be registerkansliet utse en lokal administratör till" in text_of(page)
    answer = browser.post(f"/konto/behorighet/{grant.id}/lamna")
    assert answer.status_code == 409
    assert "Kliniken behöver en efterträdare först" in text_of(answer)
    assert browser.get("/attestera").status_code == 200


# --- sessions --------------------------------------------------------------------------------------


def test_all_sessions_are_listed_this_one_told_apart_and_only_ones_own(place: Country) -> None:
    first, second = Browser.of(ANNA), Browser.of(ANNA)
    Browser.of(BERTIL)
    page = text_of(second.get("/konto/sessioner"))
    assert page.count("den här") == 1
    assert page.count(ANNA.card.issuer) == 2
    assert "Du är inloggad på 2 ställen" in text_of(first.get("/konto"))


def test_another_session_is_ended_and_that_browser_is_out(place: Country, now: datetime) -> None:
    first, second = Browser.of(ANNA), Browser.of(ANNA)
    mine = sessions_of(hsa_id=ANNA.card.hsa_id, at=timezone.now())
    other = min(row.id for row in mine)
    assert second.post(f"/konto/sessioner/{other}/avsluta").status_code == 303
    assert first.get("/konto").status_code == 401
    assert second.get("/konto").status_code == 200
    assert second.post(f"/konto/sessioner/{other}/avsluta").status_code == 303, "a second click finds it done"
    assert events("session.ended") == 1


def test_all_others_are_ended_at_once_and_this_one_stays(place: Country) -> None:
    others, this, bertil = [Browser.of(ANNA) for _ in range(3)], Browser.of(ANNA), Browser.of(BERTIL)
    assert this.post("/konto/sessioner/avsluta-andra").status_code == 303
    assert [browser.get("/konto").status_code for browser in others] == [401] * 3
    assert this.get("/konto").status_code == 200
    assert bertil.get("/konto").status_code == 200


def test_a_session_of_somebody_else_does_not_exist(place: Country) -> None:
    bertil = Browser.of(BERTIL)
    (his,) = sessions_of(hsa_id=BERTIL.card.hsa_id, at=timezone.now())
    for number in (his.id, 10**12):
        assert Browser.of(ANNA).post(f"/konto/sessioner/{number}/avsluta").status_code == 404
    assert bertil.get("/konto").status_code == 200


def test_this_session_ends_by_logging_out_only(place: Country) -> None:
    browser = Browser.of(ANNA)
    (this,) = sessions_of(hsa_id=ANNA.card.hsa_id, at=timezone.now())
    assert browser.post(f"/konto/sessioner/{this.id}/avsluta").status_code == 303
    assert browser.get("/konto").status_code == 200


def test_sessions_that_nobody_could_go_on_with_are_not_listed(place: Country, now: datetime) -> None:
    cast.log_in(ANNA, at=now - timedelta(minutes=16))
    assert sessions_of(hsa_id=ANNA.card.hsa_id, at=now) == ()


# --- one's data in one file ------------------------------------------------------------------------


def file_of(who: Person, browser: Browser | None = None) -> Any:
    answer: Any = (browser or Browser.of(who)).post("/konto/uppgifter")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json; charset=utf-8"
    assert answer["Content-Disposition"].startswith('attachment; filename="mina-uppgifter-')
    assert answer["Cache-Control"] == "no-store"
    return json.loads(b"".join(answer.streaming_content))


def test_the_file_has_everything_and_says_what_it_has_not(place: Country, now: datetime) -> None:
    browser = Browser.of(ANNA)
    asked(browser)
    wanted = cast.apply_again(ANNA, place.infection, role=Role.READER, at=now)
    application_notes.ask(application_id=wanted, text="Vilken avdelning?", actor=cast.actor(BERTIL, at=now), at=now)
    found = file_of(ANNA, browser)
    (account,) = found["accounts"]
    assert (account["hsa_id"], account["email"]) == (ANNA.hsa_id, ANNA.email.text)
    assert [one["email"] for one in account["mail_history"]] == [ANNA.email.text, NEW]
    assert [one["role"] for one in account["applications"]] == ["reporter", "reader"]
    assert account["applications"][1]["questions_and_answers"][0]["text"] == "Vilken avdelning?"
    assert [one["granted_by"] for one in account["grants"]] == [BERTIL.name]
    assert {"confirm_email", "attested", "confirm_new_address", "address_change_asked", "question"} <= {
        one["kind"] for one in account["letters"]
    }
    assert [one["card"]["hsa_id"] for one in found["sessions"]] == [ANNA.hsa_id]
    assert len(found["login_attempts"]) == 1
    assert {"card.read", "login.done", "account.confirm_email", "application.attest", "account.data_taken"} <= {
        one["event"] for one in found["log"]
    }
    assert [one["number"] for one in found["log"]] == sorted(one["number"] for one in found["log"])
    assert len(found["not_in_this_file"]) == 6


def test_what_is_hers_alone_is_in_it_and_nothing_of_others(place: Country, now: datetime) -> None:
    wanted = cast.apply_again(ANNA, place.infection, role=Role.READER, at=now)
    application_notes.write_note(application_id=wanted, text="Ring chefen", actor=cast.actor(BERTIL, at=now), at=now)
    record(event=Event.LOG_READ, by=ERIK.by, at=now, about_hsa_id=ANNA.card.hsa_id, facts={"hsa_id": ANNA.hsa_id})
    record(event=Event.REVIEW_DRAWN, by=ERIK.by, at=now, about_account_id=id_of(ANNA))
    text = json.dumps(file_of(ANNA), ensure_ascii=False)
    for word in ("Ring chefen", "log.read", "review.drawn", CECILIA.name, KARIN.hsa_id, BERTIL.email.text):
        assert word not in text


def test_what_one_did_about_others_tells_nothing_of_them(place: Country, now: datetime) -> None:
    record(event=Event.LOG_READ, by=ERIK.by, at=now, about_hsa_id=ANNA.card.hsa_id, facts={"hsa_id": ANNA.hsa_id})
    text = json.dumps(file_of(BERTIL), ensure_ascii=False) + json.dumps(file_of(ERIK), ensure_ascii=False)
    assert ANNA.hsa_id not in text
    assert ANNA.name not in text
    assert "application.attest" in text


def test_what_one_did_with_patients_tells_nothing_of_them(place: Country, now: datetime) -> None:
    facts: dict[str, str | int | bool | None] = {"episode": "E7KM4QXDR", "reason": "Rond"}
    record(event=Event.PATIENT_OPENED, by=cast.actor(BERTIL, at=now).by, at=now, about_patient_id=7, facts=facts)
    text = json.dumps(file_of(BERTIL), ensure_ascii=False)
    assert "patient.opened" in text
    assert "E7KM4QXDR" not in text
    assert "Rond" not in text


def test_no_secret_is_in_the_file(place: Country) -> None:
    browser = Browser.of(ANNA)
    of = asked(browser)
    text = json.dumps(file_of(ANNA, browser))
    for secret in (confirmation_code(*of), confirmation_token(*of), objection_token(*of), "digest", "nonce", "key"):
        assert secret not in text


def test_who_had_an_account_before_finds_it_in_the_file_too(place: Country, now: datetime) -> None:
    account_end.end_account(account_id=id_of(ANNA), reason="slutat", by=DORIS.by, at=now)
    cast.register(ANNA, place.medicine, at=now)
    assert [one["state"] for one in file_of(ANNA)["accounts"]] == ["confirmed", "ended"]


def test_taking_it_out_is_logged_and_limited(place: Country) -> None:
    browser = Browser.of(ANNA)
    for _ in range(FILES_PER_PERSON.most):
        file_of(ANNA, browser)
    assert browser.post("/konto/uppgifter").status_code == 429
    assert events("account.data_taken") == FILES_PER_PERSON.most
    assert browser.get("/konto/uppgifter").status_code == 405


def test_a_long_log_is_in_the_file_whole(place: Country, now: datetime) -> None:
    for number in range(1203):
        record(event=Event.PEOPLE_EXPORTED, by=ANNA.by, at=now, facts={"rows": number})
    found = file_of(ANNA)
    rows = [one["facts"]["rows"] for one in found["log"] if one["event"] == "people.exported"]
    assert rows == list(range(1203))


# --- one's own log ---------------------------------------------------------------------------------


def test_the_log_goes_on_by_key(place: Country, now: datetime) -> None:
    for number in range(60):
        record(event=Event.PEOPLE_EXPORTED, by=ANNA.by, at=now, about_account_id=id_of(ANNA), facts={"rows": number})
    browser = Browser.of(ANNA)
    first = browser.get("/min-logg")
    older = first.content.decode().partition("?fore=")[2].partition('"')[0]
    assert "Äldre" in text_of(first)
    second = browser.get(f"/min-logg?fore={older}")
    assert text_of(first).count("Tog ut listan") + text_of(second).count("Tog ut listan") == 60
