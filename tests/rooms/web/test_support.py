"""Support finds any account and what became of it; it changes no rights, confirms nothing, and each look is logged."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.core.signing import Signer
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from registret.access.applications.account_end import end_account
from registret.access.queries.logins import seats_of
from registret.access.refusals import NotFound, NotPermitted, OwnRights
from registret.access.roles import Role
from registret.access.staff import support as support_acts
from registret.access.staff.appointing import appoint_support
from registret.access.staff.dismissing import at_the_registry, dismiss_support
from registret.access.staff.people import person_of
from registret.access.staff.suspending import suspend_person
from registret.accounts.lifecycle import AccountState
from registret.kernel.by import By
from registret.kernel.identifiers import HsaId
from registret.ledger.events import Event
from registret.ledger.queries import EntryRow, Wanted, entries
from registret.ledger.services import record
from registret.mail.models import Letter
from registret.words.events import EVENTS
from tests import cast
from tests.cast import ANNA, BERTIL, CECILIA, DORIS, ERIK, KARIN, Country, Person
from tests.made_up import made_up
from tests.rooms.web.client import Browser, text_of
from tests.rooms.web.visitor import Visitor

pytestmark = pytest.mark.django_db

SUNE = cast.person("Sune", "Åberg", "SE2321009991-E00S1P1")


@pytest.fixture(scope="module")
def place(module_db: None) -> Country:
    """Sune is the support; Anna has registered and not confirmed her address."""
    now = timezone.now()
    place = cast.country(now - timedelta(days=30))
    support(SUNE, at=now - timedelta(days=20))
    cast.register(ANNA, place.infection, confirmed=False, at=now - timedelta(hours=2))
    return place


def support(who: Person, *, at: datetime) -> int:
    grant_id = appoint_support(
        hsa_id=HsaId.parse(who.hsa_id),
        given_name=who.card.given_name,
        surname=who.card.surname,
        email=who.email,
        actor=cast.actor(DORIS, at=at),
        at=at,
    )
    cast.confirm_mail(who, at=at)
    return grant_id


def id_of(who: Person) -> int:
    return cast.account_of(who).id


def events(name: str) -> tuple[EntryRow, ...]:
    return entries(wanted=Wanted(event=name)).rows


# --- finding ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["berg", "anna b", ANNA.hsa_id.lower(), "anna.berg@", "{id}"])
def test_support_finds_an_account_by_name_hsa_id_mail_or_number(place: Country, words: str) -> None:
    page = Browser.of(SUNE).get("/support", {"q": words.format(id=id_of(ANNA))})
    assert f'href="/support/{id_of(ANNA)}"' in page.content.decode()
    assert "Cecilia Dahl" not in text_of(page)


def test_a_search_is_logged_once_and_not_for_each_page(place: Country) -> None:
    sune = Browser.of(SUNE)
    sune.get("/support")
    sune.get("/support", {"q": "berg"})
    mark = Signer(salt=f"support.find:{id_of(SUNE)}:berg").sign(f"2.{id_of(ANNA)}")
    sune.get("/support", {"q": "berg", "efter": mark})
    (entry,) = events("people.searched")
    assert (entry.by_hsa_id, entry.facts) == (SUNE.hsa_id, {"words": "berg", "rows": 1})


def test_a_page_that_nobody_was_shown_the_page_before_is_a_search(place: Country) -> None:
    sune = Browser.of(SUNE)
    of_another_search = Signer(salt=f"support.find:{id_of(SUNE)}:lind").sign(f"2.{id_of(ANNA)}")
    for mark in ("x", f"0.{id_of(ANNA)}", of_another_search):
        sune.get("/support", {"q": "berg", "efter": mark})
    assert [entry.facts["words"] for entry in events("people.searched")] == ["berg"] * 3


def test_a_personal_number_that_is_searched_for_does_not_stand_in_the_log(place: Country) -> None:
    Browser.of(SUNE).get("/support", {"q": "18990608-9819"})
    (entry,) = events("people.searched")
    assert "9819" not in str(entry.facts)


def test_nobody_found_is_said_and_nothing_typed_is_believed(place: Country) -> None:
    text = text_of(Browser.of(SUNE).get("/support", {"q": "<b>x</b>"}))
    assert "Inget konto passar ”<b>x</b>”" in text


def test_a_character_that_no_text_keeps_is_not_searched_for_and_breaks_nothing(place: Country) -> None:
    page = Browser.of(SUNE).get("/support?q=Be%00rtil&efter=%00")
    assert BERTIL.name in text_of(page)
    assert events("people.searched")[0].facts["words"] == "Bertil"


# --- the account -----------------------------------------------------------------------------------


def test_the_account_says_what_a_login_lacks_and_what_became_of_the_letters(place: Country) -> None:
    Visitor(ANNA).log_in()
    text = text_of(Browser.of(SUNE).get(f"/support/{id_of(ANNA)}"))
    assert "Inloggning misslyckades. E-post är ej bekräftad." in text
    assert "Bekräfta e-postadressen" in text
    assert "väntar på att skickas" in text
    assert "Registrerade sig" in text
    assert ANNA.email.text in text
    assert "DEMO SITHS" in text


def test_who_comes_in_lacks_nothing(place: Country) -> None:
    assert "Inget saknas" in text_of(Browser.of(SUNE).get(f"/support/{id_of(BERTIL)}"))


def test_an_ended_account_leads_to_the_one_that_counts(place: Country, now: datetime) -> None:
    old = id_of(ANNA)
    end_account(account_id=old, reason="slutat", by=By.of_program("test"), at=now)
    cast.register(ANNA, place.infection, at=now)
    page = Browser.of(SUNE).get(f"/support/{old}")
    assert "Kontot är avslutat." in text_of(page)
    assert f'href="/support/{id_of(ANNA)}"' in page.content.decode()
    assert "Skicka mejlet igen" not in text_of(page)


def test_every_look_is_logged_and_the_person_sees_it(place: Country) -> None:
    sune = Browser.of(SUNE)
    for _ in range(2):
        sune.get(f"/support/{id_of(BERTIL)}")
    looks = events("account.seen")
    assert [(look.by_hsa_id, look.about_account_id) for look in looks] == [(SUNE.hsa_id, id_of(BERTIL))] * 2
    assert "Såg ett konto för att hjälpa" in text_of(Browser.of(BERTIL).get("/min-logg"))


def test_support_sees_nothing_about_patients_and_no_reviews(place: Country, now: datetime) -> None:
    by = By(hsa_id=BERTIL.card.hsa_id, name=BERTIL.name, account_id=id_of(BERTIL))
    for event in ("patient.read", "request.refused", "login.done"):
        record(event=made_up(event), by=by, about_patient_id=7, at=now, reference="PAT-PAT7")
    record(
        event=Event.REVIEW_READ, by=By(hsa_id=ERIK.card.hsa_id, name=ERIK.name), about_account_id=id_of(BERTIL), at=now
    )
    for address in (f"/support/{id_of(BERTIL)}", f"/support/{id_of(BERTIL)}?visa=allt"):
        text = text_of(Browser.of(SUNE).get(address))
        assert "Loggade in" in text or "Uppdrag givet" in text
        assert "patient.read" not in text
        assert "PAT-PAT7" not in text
        assert "Läste en granskning" not in text


def happened(who: Person, address: str = "") -> str:
    """What the page of the account says has happened."""
    return text_of(Browser.of(SUNE).get(f"/support/{id_of(who)}{address}")).partition("Vad som har hänt")[2]


def test_the_accounts_life_is_not_drowned_in_what_it_read(place: Country, now: datetime) -> None:
    by = By(hsa_id=ANNA.card.hsa_id, name=ANNA.name, account_id=id_of(ANNA))
    for event in ("work.listed", "card.read", "session.ended", "account.seen"):
        for _ in range(60):
            record(event=made_up(event), by=by, at=now)
    record(event=Event.LOGIN_REFUSED, by=by, outcome="refused", at=now, facts={"code": "login.mail_not_confirmed"})
    record(event=Event.REQUEST_FAILED, by=by, outcome="refused", at=now, reference="K7F-2Q9M")
    record(event=Event.GRANT_REVOKED, by=BERTIL.by, about_account_id=id_of(ANNA), at=now)
    life = happened(ANNA)
    for words in ("Registrerade sig", "Ansökte om behörighet", "Bekräftelsemejl begärt", "Inloggning misslyckades"):
        assert words in life
    for words in ("K7F-2Q9M", "Behörighet återkallad"):
        assert words in life
    for words in ("Läste arbetslistorna", "Kort läst", "Session avslutad", "Såg ett konto"):
        assert words not in life
    assert "Läste arbetslistorna" not in happened(ANNA, "?visa=nagot")
    assert "Såg ett konto för att hjälpa" in happened(ANNA, "?visa=allt")


def test_what_somebody_decided_about_others_is_work_and_not_the_accounts_life(place: Country, now: datetime) -> None:
    by = By(hsa_id=BERTIL.card.hsa_id, name=BERTIL.name, account_id=id_of(BERTIL))
    record(event=Event.APPLICATION_ATTEST, by=by, about_account_id=id_of(ANNA), at=now)
    record(event=Event.LOGIN_REFUSED, by=by, about_hsa_id=ANNA.card.hsa_id, at=now)
    assert "Attesterade" not in happened(BERTIL)
    assert "Inloggning misslyckades" not in happened(BERTIL)
    assert "Attesterade" in happened(BERTIL, "?visa=allt")
    assert "Attesterade" in happened(ANNA), "it is hers"


def test_all_of_it_is_paged_as_all_of_it(place: Country, now: datetime) -> None:
    by = By(hsa_id=ANNA.card.hsa_id, name=ANNA.name, account_id=id_of(ANNA))
    for _ in range(60):
        record(event=Event.WORK_LISTED, by=by, at=now)
    assert "fore=" not in Browser.of(SUNE).get(f"/support/{id_of(ANNA)}").content.decode()
    page = Browser.of(SUNE).get(f"/support/{id_of(ANNA)}?visa=allt").content.decode()
    older = page.partition("?visa=allt&amp;fore=")[2].partition("#")[0]
    assert "Läste arbetslistorna" in happened(ANNA, f"?visa=allt&fore={older}")


def test_life_is_made_of_events_that_have_words() -> None:
    assert EVENTS.keys() >= support_acts.LIFE


def test_the_page_asks_as_often_however_long_the_life(place: Country, now: datetime) -> None:
    sune, address = Browser.of(SUNE), f"/support/{id_of(ANNA)}"
    sune.get(address)
    with CaptureQueriesContext(connection) as few:
        sune.get(address)
    by = By(hsa_id=ANNA.card.hsa_id, name=ANNA.name, account_id=id_of(ANNA))
    for _ in range(40):
        record(event=Event.LOGIN_REFUSED, by=by, outcome="refused", at=now)
        record(event=Event.WORK_LISTED, by=by, at=now)
    for asked in (address, f"{address}?visa=allt"):
        with CaptureQueriesContext(connection) as many:
            sune.get(asked)
        assert len(many) == len(few)


def test_the_timeline_is_paged(place: Country, now: datetime) -> None:
    for _ in range(60):
        record(
            event=Event.LOGIN_REFUSED, by=By(hsa_id=ANNA.card.hsa_id, account_id=id_of(ANNA)), outcome="refused", at=now
        )
    first = Browser.of(SUNE).get(f"/support/{id_of(ANNA)}").content.decode()
    assert "?fore=" in first
    older = Browser.of(SUNE).get(f"/support/{id_of(ANNA)}?fore={first.partition('?fore=')[2].partition(chr(34))[0]}")
    assert "Registrerade sig" in text_of(older)


# --- sending again ---------------------------------------------------------------------------------


def letters(who: Person) -> int:
    return Letter.objects.filter(kind="confirm_email", about_account_id=id_of(who)).count()


def test_support_sends_the_confirming_letter_again_and_confirms_nothing(place: Country) -> None:
    before = letters(ANNA)
    answer = Browser.of(SUNE).post(f"/support/{id_of(ANNA)}/skicka-igen")
    assert answer.headers["Location"] == f"/support/{id_of(ANNA)}?skickat=1"
    assert letters(ANNA) == before + 1
    assert cast.account_of(ANNA).state is AccountState.REGISTERED
    assert events("confirmation.asked")[0].by_hsa_id == SUNE.hsa_id


def test_the_persons_own_limit_holds_for_the_support(place: Country) -> None:
    sune = Browser.of(SUNE)
    answers = [sune.post(f"/support/{id_of(ANNA)}/skicka-igen").status_code for _ in range(6)]
    assert answers[-1] == 429
    assert letters(ANNA) <= 6


def test_who_has_confirmed_gets_no_letter(place: Country) -> None:
    before = letters(BERTIL)
    answer = Browser.of(SUNE).post(f"/support/{id_of(BERTIL)}/skicka-igen")
    assert answer.headers["Location"] == f"/support/{id_of(BERTIL)}"
    assert letters(BERTIL) == before


# --- who may not -----------------------------------------------------------------------------------


@pytest.mark.parametrize("who", [BERTIL, CECILIA, ERIK])
def test_nobody_but_support_and_office_finds_accounts(place: Country, who: Person, now: datetime) -> None:
    browser = Browser.of(who)
    assert [browser.get(a).status_code for a in ("/support?q=anna", f"/support/{id_of(ANNA)}")] == [403, 403]
    assert browser.post(f"/support/{id_of(ANNA)}/skicka-igen").status_code == 403
    actor = cast.actor(who, at=now)
    for act in (
        lambda: support_acts.find(words="anna", actor=actor, at=now),
        lambda: support_acts.helped(account_id=id_of(ANNA), actor=actor, at=now),
        lambda: support_acts.resend(account_id=id_of(ANNA), actor=actor, at=now),
        lambda: at_the_registry(actor=actor, at=now),
    ):
        with pytest.raises(NotPermitted):
            act()
    assert events("account.seen") == ()


def test_the_office_finds_accounts_as_well(place: Country) -> None:
    assert Browser.of(DORIS).get(f"/support/{id_of(ANNA)}").status_code == 200


def test_support_decides_nothing_about_anybody(place: Country) -> None:
    sune = Browser.of(SUNE)
    addresses = ["/attestera", "/personer", f"/personer/{id_of(ANNA)}", "/kansliet", "/kansliet/uppdrag", "/loggen"]
    assert [sune.get(address).status_code for address in addresses] == [403] * len(addresses)
    assert sune.post(f"/personer/{id_of(BERTIL)}/sparra", {"reason": "x"}).status_code == 403
    assert sune.post("/kansliet/uppdrag/support", {"ok": "1"}).status_code == 403
    cast.suspend(BERTIL, at=timezone.now())
    assert "Häv spärren" not in text_of(sune.get(f"/support/{id_of(BERTIL)}"))
    for act in ("hav", "ta-over-sparren"):
        assert sune.post(f"/personer/{id_of(BERTIL)}/{act}").status_code == 403
    assert cast.account_of(BERTIL).state is AccountState.SUSPENDED


def test_the_office_takes_over_and_lifts_what_nobody_at_the_clinic_can(place: Country, now: datetime) -> None:
    """Karin is suspended by Bertil, who leaves; her right has been taken away as well: no list of people has her."""
    karin, doris, office = id_of(KARIN), Browser.of(DORIS), cast.actor(DORIS, at=now)
    suspend_person(account_id=karin, reason="Kortet är borta", actor=cast.actor(BERTIL, at=now), at=now)
    page = text_of(doris.get(f"/personer/{karin}"))
    assert "Skäl: Kortet är borta" in page
    assert "Ta över spärren" not in page, "Bertil can lift it"
    for who in (KARIN, BERTIL):
        (grant,) = person_of(actor=office, account_id=id_of(who), at=now).grants
        doris.post(f"/behorighet/{grant.id}/aterkalla", {"reason": "slutat"})
    assert doris.get(f"/personer/{karin}").status_code == 404
    page = text_of(doris.get(f"/support/{karin}"))
    assert "En klinik har spärrat det, och ingen där kan häva spärren just nu." in page
    done = doris.post(f"/personer/{karin}/ta-over-sparren")
    assert done.headers["Location"] == f"/support/{karin}"
    assert doris.post(f"/personer/{karin}/ta-over-sparren").status_code == 303, "a second click finds it done"
    page = text_of(doris.get(f"/support/{karin}"))
    assert "Klinikens spärr övertagen av registerkansliet" in page
    assert "Ta över spärren" not in page
    assert doris.post(f"/personer/{karin}/hav").headers["Location"] == f"/support/{karin}"
    assert cast.account_of(KARIN).state is AccountState.CONFIRMED
    assert "Häv spärren" not in text_of(doris.get(f"/support/{karin}"))


def test_what_is_not_there_is_not_found(place: Country, now: datetime) -> None:
    assert Browser.of(SUNE).get("/support/999999999").status_code == 404
    with pytest.raises(NotFound):
        support_acts.resend(account_id=10**9, actor=cast.actor(SUNE, at=now), at=now)


# --- appointing ------------------------------------------------------------------------------------

TILDA = cast.person("Tilda", "Öst", "SE2321009991-E00T1L1")
FORM = {"hsa_id": TILDA.hsa_id, "given_name": "Tilda", "surname": "Öst", "email": TILDA.email.text}


def test_the_office_appoints_support_after_a_question(place: Country, now: datetime) -> None:
    doris = Browser.of(DORIS)
    assert "Kontrollera att uppgifterna är rätt" in text_of(doris.post("/kansliet/uppdrag/support", FORM))
    assert doris.post("/kansliet/uppdrag/support", FORM | {"ok": "1"}).status_code == 303
    cast.confirm_mail(TILDA, at=timezone.now())
    (seat,) = seats_of(account_id=id_of(TILDA), at=timezone.now())
    assert (seat.roles, seat.clinic_id, seat.rights) == (frozenset({Role.SUPPORT}), None, frozenset())
    assert "Tilda Öst" in text_of(doris.get("/kansliet/uppdrag"))


def test_the_office_does_not_make_itself_support(place: Country, now: datetime) -> None:
    form = FORM | {"hsa_id": DORIS.hsa_id, "ok": "1"}
    assert Browser.of(DORIS).post("/kansliet/uppdrag/support", form).status_code == 422
    assert Role.SUPPORT not in {role for seat in seats_of(account_id=id_of(DORIS), at=now) for role in seat.roles}


def test_the_office_takes_the_role_back_with_a_reason_and_the_support_is_out_at_the_next_click(
    place: Country, now: datetime
) -> None:
    sune, doris = Browser.of(SUNE), Browser.of(DORIS)
    people = at_the_registry(actor=cast.actor(DORIS, at=now), at=now)
    (one,) = [one for one in people if one.role is Role.SUPPORT]
    address = f"/kansliet/uppdrag/{one.grant_id}/aterkalla"
    assert doris.post(address, {"reason": ""}).status_code == 422
    assert doris.post(address, {"reason": "Slutat"}).headers["Location"] == "/kansliet/uppdrag"
    assert sune.get("/support").status_code == 303
    assert Letter.objects.filter(kind="grant_revoked", about_account_id=id_of(SUNE)).count() == 1
    assert doris.post(address, {"reason": "Slutat"}).status_code == 404


def test_no_other_right_is_taken_back_there(place: Country, now: datetime) -> None:
    doris = Browser.of(DORIS)
    for who in (BERTIL, ERIK, DORIS):
        (seat,) = seats_of(account_id=id_of(who), at=now)
        assert doris.post(f"/kansliet/uppdrag/{seat.grant_id}/aterkalla", {"reason": "x"}).status_code == 404
        assert seats_of(account_id=id_of(who), at=timezone.now())


def test_nobody_takes_the_own_role_back(place: Country, now: datetime) -> None:
    grant_id = cast.appoint_by_program(DORIS, Role.SUPPORT, at=now - timedelta(days=1))
    with pytest.raises(OwnRights):
        dismiss_support(grant_id=grant_id, reason="x", actor=cast.actor(DORIS, at=now), at=now)
