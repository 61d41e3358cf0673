"""Personer: an administrator changes, extends, revokes, suspends at the own clinic; never oneself, never elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from registret.access.applications import attesting
from registret.access.grants.rules import last_possible_day
from registret.access.queries.applications import newest_application
from registret.access.queries.logins import seats_of
from registret.access.refusals import CardTooOld, NotFound, NotPermitted, OwnRights, SuspendedElsewhere
from registret.access.roles import Role
from registret.access.staff import people as access
from registret.access.staff import substitutes
from registret.access.staff.changing_grants import change_grant, revoke_grant
from registret.access.staff.people import people_of, person_of
from registret.access.staff.suspending import reinstate_person, suspend_person
from registret.accounts.lifecycle import AccountState, Authority
from registret.accounts.services import suspend
from registret.ledger.queries import Wanted, entries
from registret.mail.models import Letter
from registret.registries.queries import open_for_rights
from tests import cast
from tests.cast import ANNA, BERTIL, CECILIA, DORIS, ERIK, KARIN, Country, Person
from tests.rooms.web.client import Browser, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def place(module_db: None) -> Country:
    now = timezone.now()
    place = cast.country(now - timedelta(days=30))
    attested(ANNA, place.infection, by=BERTIL, at=now - timedelta(days=20))
    return place


def attested(who: Person, clinic_id: int, *, by: Person, at: datetime) -> int:
    application_id = cast.register(who, clinic_id, at=at)
    return attesting.attest(
        application_id=application_id,
        role=Role.REPORTER,
        sub_registries=["pneumoni"],
        last_day=last_possible_day(at=at, months=12),
        actor=cast.actor(by, at=at),
        at=at,
    )


def id_of(who: Person) -> int:
    return cast.account_of(who).id


def grant_of(who: Person, *, at: datetime) -> int:
    (seat,) = seats_of(account_id=id_of(who), at=at)
    return seat.grant_id


def letters_to(who: Person, kind: str) -> int:
    return Letter.objects.filter(kind=kind, to_address=who.email.text).count()


# --- the list --------------------------------------------------------------------------------------


def test_the_list_is_the_own_clinics_by_surname_with_role_end_and_last_login(place: Country) -> None:
    text = text_of(Browser.of(BERTIL).get("/personer")).partition("Senaste inloggning")[2]
    assert text.index("Anna Berg") < text.index("Bertil Holm") < text.index("Karin Nyberg")
    assert "Cecilia Dahl" not in text
    assert "aldrig" in text
    assert "3 personer har behörighet här" in text_of(Browser.of(BERTIL).get("/personer"))


def test_two_people_of_one_name_stand_by_their_hsa_ids(place: Country, now: datetime) -> None:
    for hsa_id in ("SE2321009991-E00A2A2", "SE2321009991-E00A1A1"):
        who = cast.person("Kim", "Ek", hsa_id)
        cast.appoint_by_program(who, Role.REPORTER, clinic_id=place.infection, at=now - timedelta(days=1))
    page = text_of(Browser.of(BERTIL).get("/personer"))
    assert 0 < page.index("E00A1A1") < page.index("E00A2A2")


def test_each_right_has_a_row_of_its_own_with_its_last_day_and_a_substitute_is_called_one(
    place: Country, now: datetime
) -> None:
    days = [(now + timedelta(days=number)).date() for number in (1, 30)]
    made = substitutes.propose(
        account_id=id_of(ANNA), first_day=days[0], last_day=days[1], actor=cast.actor(BERTIL, at=now), at=now
    )
    substitutes.confirm(substitution_id=made, actor=cast.actor(KARIN, at=now), at=now)
    source = Browser.of(BERTIL).get("/personer").content.decode().partition("<tbody")[2]
    rows = [" ".join(re.sub(r"<[^>]*>", " ", row).split()) for row in source.split("<tr")]
    assert any("Lokal administratör vikarie" in row and row.endswith(f"{days[1]}") for row in rows)
    assert any("Registrerare Pneumoni" in row and f"{days[1]}" not in row for row in rows)
    assert sum("vikarie" in row for row in rows) == 1, "who is appointed is none"
    assert "vikarie" in text_of(Browser.of(BERTIL).get(f"/personer/{id_of(ANNA)}"))
    assert "vikarie" not in text_of(Browser.of(BERTIL).get(f"/personer/{id_of(KARIN)}"))


def test_it_is_narrowed_by_name_hsa_id_or_mail_and_says_when_nobody_fits(place: Country) -> None:
    bertil = Browser.of(BERTIL)
    for words in ("anna", "BERG anna", ANNA.hsa_id.lower(), "anna.berg@"):
        text = text_of(bertil.get("/personer", {"q": words}))
        assert "Anna Berg" in text
        assert "Karin Nyberg" not in text
    assert "Ingen här passar ”<b>x</b>”." in text_of(bertil.get("/personer", {"q": "<b>x</b>"}))


def test_hyphens_accents_and_case_make_no_difference_and_a_ring_does(place: Country, now: datetime) -> None:
    lars = cast.person("Lars-Göran", "Andrén", "SE2321009991-E0LG1", email="l.a@regionnorrvik.se")
    attested(lars, place.infection, by=BERTIL, at=now)
    bertil = Browser.of(BERTIL)
    for words in ("lars göran", "ANDREN", "lars-göran andrén"):
        assert "Lars-Göran" in text_of(bertil.get("/personer", {"q": words}))
    assert "Lars-Göran" not in text_of(bertil.get("/personer", {"q": "goran"}))


def test_the_office_sees_the_people_of_the_clinic_that_it_names(place: Country) -> None:
    doris = Browser.of(DORIS)
    assert doris.get("/personer").headers["Location"] == "/kansliet"
    assert "Cecilia Dahl" in text_of(doris.get("/personer", {"klinik": place.sydvik}))
    assert doris.get("/personer", {"klinik": 10**9}).status_code == 404


@pytest.mark.parametrize("who", [ANNA, ERIK])
def test_nobody_else_sees_the_list(place: Country, who: Person) -> None:
    browser = Browser.of(who)
    addresses = ["/personer", f"/personer/{id_of(BERTIL)}"]
    assert [browser.get(address).status_code for address in addresses] == [403] * 2
    assert browser.post("/personer.csv").status_code == 403


def test_the_number_of_questions_does_not_grow_with_the_people(
    place: Country, now: datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(8):
        attested(cast.person("Nils", f"Ny {number}", f"SE2321009991-E{number:05}"), place.infection, by=BERTIL, at=now)
    actor = cast.actor(BERTIL, at=now)
    with django_assert_max_num_queries(3):
        assert len(people_of(actor=actor, at=now)) == 11


def test_the_file_holds_the_list_cannot_run_as_a_formula_and_is_logged(place: Country, now: datetime) -> None:
    attested(cast.person("=cmd|' /C calc'!A0", "Ond", "SE2321009991-E0ND1"), place.infection, by=BERTIL, at=now)
    answer = Browser.of(BERTIL).post("/personer.csv")
    body = answer.content.decode("utf-8-sig")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="personer.csv"'
    assert body.splitlines()[0] == "HSA-id;Namn;E-post;Kontot;Senast inloggad;Roll;Delregister;Gäller från;Sista dag"
    (annas,) = [line for line in body.splitlines() if ANNA.hsa_id in line]
    assert ";Registrerare;Pneumoni;" in annas
    assert "'=cmd" in body
    assert CECILIA.hsa_id not in body
    (entry,) = entries(wanted=Wanted(event="people.exported")).rows
    assert (entry.by_hsa_id, entry.facts["rows"]) == (BERTIL.hsa_id, 4)


def test_sub_registries_stand_in_their_own_order_and_not_in_that_of_their_codes(place: Country) -> None:
    (bertils,) = [line for line in people_file(BERTIL) if BERTIL.hsa_id in line]
    every = [one.name for one in open_for_rights()]
    assert every != sorted(every)
    assert f";{', '.join(every)};" in bertils
    assert ", ".join(every) in text_of(Browser.of(BERTIL).get("/personer"))


def people_file(who: cast.Person) -> list[str]:
    return Browser.of(who).post("/personer.csv").content.decode("utf-8-sig").splitlines()


def test_the_file_speaks_the_language_of_the_reader(place: Country) -> None:
    bertil = Browser.of(BERTIL)
    bertil.get("/sprak/en?till=/personer")
    body = bertil.post("/personer.csv").content.decode("utf-8-sig")
    assert body.splitlines()[0].startswith("HSA-id;Name;")
    assert ";Local administrator;" in body
    assert "Lokal administratör" not in body


# --- the office is told ---


def test_the_office_is_told_when_a_clinic_suspends_its_own_administrator(place: Country, now: datetime) -> None:
    karin = cast.account_of(KARIN).id
    suspend_person(account_id=karin, reason="Tappat kortet", actor=cast.actor(BERTIL, at=now), at=now)
    letter = Letter.objects.get(kind="administrator_suspended")
    assert (letter.to_address, letter.about_account_id) == (DORIS.email.text, id_of(DORIS))
    assert letter.context["administrator"] == KARIN.name
    assert letter.context["left"] == "1"
    assert "Tappat" not in str(letter.context), "the reason is the person's to read, and the office's on its page"


def test_the_office_is_not_told_of_others_or_of_what_it_does_itself(place: Country, now: datetime) -> None:
    suspend_person(account_id=id_of(ANNA), reason="x", actor=cast.actor(BERTIL, at=now), at=now)
    suspend_person(account_id=id_of(KARIN), reason="x", actor=cast.actor(DORIS, at=now), at=now)
    assert not Letter.objects.filter(kind="administrator_suspended").exists()


# --- changing --------------------------------------------------------------------------------------


def test_an_administrator_changes_role_sub_registries_and_last_day_and_the_person_is_told(
    place: Country, now: datetime
) -> None:
    bertil = Browser.of(BERTIL)
    grant_id = grant_of(ANNA, at=now)
    shown = " ".join(bertil.get(f"/behorighet/{grant_id}").content.decode().split())
    assert 'value="reporter" checked' in shown
    last = timezone.localdate(now) + timedelta(days=200)
    data = {"role": "reader", "sub_registries": ["pneumoni", "sepsis"], "last_day": last.isoformat()}
    answer = bertil.post(f"/behorighet/{grant_id}", data)
    assert answer.headers["Location"] == f"/personer/{id_of(ANNA)}"
    (seat,) = seats_of(account_id=id_of(ANNA), at=timezone.now())
    assert seat.rights == {(Role.READER, "pneumoni"), (Role.READER, "sepsis")}
    assert timezone.localdate(seat.ends_at - timedelta(seconds=1)) == last
    assert letters_to(ANNA, "grant_changed") == 1
    (entry,) = entries(wanted=Wanted(event="grant.changed")).rows
    assert (entry.by_hsa_id, entry.clinic_id, entry.facts["role"]) == (BERTIL.hsa_id, place.infection, "reader")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"role": "local_administrator"}, "Välj en av rollerna."),
        ({"role": ""}, "Välj en roll"),
        ({"sub_registries": []}, "Välj minst ett delregister"),
        ({"sub_registries": ["finns-inte"]}, "Välj minst ett av delregistren."),
        ({"last_day": "2020-01-01"}, "1 januari 2020 har redan varit"),
        ({"last_day": "2099-01-01"}, "1 januari 2099 är för långt fram"),
        ({"last_day": "snart"}, "Skriv som 2026-11-25"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_nothing_changes(
    place: Country, now: datetime, change: dict[str, object], says: str
) -> None:
    grant_id = grant_of(ANNA, at=now)
    data = {"role": "reader", "sub_registries": ["pneumoni"], "last_day": timezone.localdate(now).isoformat()}
    page = Browser.of(BERTIL).post(f"/behorighet/{grant_id}", data | change)
    assert page.status_code == 422
    assert says in text_of(page)
    assert grant_of(ANNA, at=now) == grant_id


def test_a_grant_that_ended_can_be_given_again(place: Country, now: datetime) -> None:
    later = now + timedelta(days=400)
    assert seats_of(account_id=id_of(ANNA), at=later) == ()
    karin = cast.actor(KARIN, at=later)
    (grant,) = person_of(actor=karin, account_id=id_of(ANNA), at=later).grants
    assert grant.ended
    last = last_possible_day(at=later, months=6)
    change_grant(
        grant_id=grant.id, role=Role.REPORTER, sub_registries=["pneumoni"], last_day=last, actor=karin, at=later
    )
    assert len(seats_of(account_id=id_of(ANNA), at=later)) == 1


def test_an_administrators_grant_is_prolonged_by_the_office_alone(place: Country, now: datetime) -> None:
    grant_id = grant_of(KARIN, at=now)
    assert Browser.of(BERTIL).get(f"/behorighet/{grant_id}").status_code == 303
    data = {
        "role": "local_administrator",
        "sub_registries": ["pneumoni"],
        "last_day": last_possible_day(at=now, months=24).isoformat(),
    }
    assert Browser.of(DORIS).post(f"/behorighet/{grant_id}", data).status_code == 303
    assert grant_of(KARIN, at=timezone.now()) != grant_id


# --- revoking --------------------------------------------------------------------------------------


def test_a_revoked_grant_is_gone_at_the_next_click_and_the_person_reads_why(place: Country, now: datetime) -> None:
    anna = Browser.of(ANNA)
    assert anna.get("/start").status_code == 200
    bertil, grant_id = Browser.of(BERTIL), grant_of(ANNA, at=now)
    answer = bertil.post(f"/behorighet/{grant_id}/aterkalla", {"reason": "Slutat hos oss"})
    assert answer.headers["Location"] == f"/personer?aterkallad={grant_id}"
    receipt = text_of(bertil.get(answer.headers["Location"]))
    assert f"Återkallat: {ANNA.name} är inte längre registrerare" in receipt
    assert "Återkallat:" not in text_of(Browser.of(KARIN).get(answer.headers["Location"])), "only who did it"
    assert anna.get("/start").headers["Location"] == "/ansokan"
    told = text_of(anna.get("/ansokan"))
    assert "återkallades" in told
    assert "Slutat hos oss" in told
    assert "inget konto" not in told
    assert letters_to(ANNA, "grant_revoked") == 1
    (entry,) = entries(wanted=Wanted(event="grant.revoked")).rows
    assert entry.facts["reason"] == "Slutat hos oss"


def test_an_application_from_before_does_not_hide_why_a_right_was_revoked(place: Country, now: datetime) -> None:
    cast.apply_again(ANNA, place.medicine, at=now)
    Browser.of(BERTIL).post(f"/behorighet/{grant_of(ANNA, at=now)}/aterkalla", {"reason": "Slutat hos oss"})
    told = text_of(Browser.of(ANNA).get("/ansokan"))
    assert "Kontot är ej attesterat." in told
    assert "återkallades" in told
    assert "Slutat hos oss" in told


def test_an_application_since_is_what_the_page_is_about(place: Country, now: datetime) -> None:
    Browser.of(BERTIL).post(f"/behorighet/{grant_of(ANNA, at=now)}/aterkalla", {"reason": "Slutat hos oss"})
    cast.apply_again(ANNA, place.medicine, at=timezone.now())
    assert "Slutat hos oss" not in text_of(Browser.of(ANNA).get("/ansokan"))


def test_without_a_reason_nothing_is_revoked_or_suspended(place: Country, now: datetime) -> None:
    bertil = Browser.of(BERTIL)
    for address in (f"/behorighet/{grant_of(ANNA, at=now)}/aterkalla", f"/personer/{id_of(ANNA)}/sparra"):
        page = bertil.post(address, {"reason": "  "})
        assert (page.status_code, "Skriv varför" in text_of(page)) == (422, True)
    assert len(seats_of(account_id=id_of(ANNA), at=now)) == 1
    assert cast.account_of(ANNA).state is AccountState.CONFIRMED


# --- suspending ------------------------------------------------------------------------------------


def test_a_suspended_person_is_out_at_once_and_back_when_it_is_lifted(place: Country, now: datetime) -> None:
    anna, bertil = Browser.of(ANNA), Browser.of(BERTIL)
    bertil.post(f"/personer/{id_of(ANNA)}/sparra", {"reason": "Kortet är borta"})
    assert anna.get("/start").status_code == 401
    assert "Skäl: Kortet är borta" in text_of(bertil.get(f"/personer/{id_of(ANNA)}"))
    assert bertil.post(f"/personer/{id_of(ANNA)}/hav").status_code == 303
    assert bertil.post(f"/personer/{id_of(ANNA)}/hav").status_code == 303, "a second click finds it done"
    assert Browser.of(ANNA).get("/start").status_code == 200
    assert (letters_to(ANNA, "suspended"), letters_to(ANNA, "reinstated")) == (1, 1)


def test_what_the_office_suspended_the_clinic_does_not_lift(place: Country, now: datetime) -> None:
    Browser.of(DORIS).post(f"/personer/{id_of(ANNA)}/sparra", {"reason": "Utreds"})
    assert Browser.of(BERTIL).post(f"/personer/{id_of(ANNA)}/hav").status_code == 403
    assert cast.account_of(ANNA).state is AccountState.SUSPENDED
    assert Browser.of(DORIS).post(f"/personer/{id_of(ANNA)}/hav").status_code == 303
    assert cast.account_of(ANNA).state is AccountState.CONFIRMED


def test_whom_the_clock_suspended_the_clinic_lets_in_again(place: Country, now: datetime) -> None:
    suspend(account_id=id_of(ANNA), reason="dormant", authority=Authority.CLOCK, by=BERTIL.by, at=now)
    bertil = Browser.of(BERTIL)
    assert "Skäl: Kontot har inte använts på länge." in text_of(bertil.get(f"/personer/{id_of(ANNA)}"))
    assert bertil.post(f"/personer/{id_of(ANNA)}/hav").status_code == 303
    assert cast.account_of(ANNA).state is AccountState.CONFIRMED


def test_nobody_suspends_somebody_of_the_office(place: Country, now: datetime) -> None:
    cast.apply_again(DORIS, place.infection, role=Role.REPORT_READER, at=now)
    application = newest_application(account_id=id_of(DORIS))
    assert application is not None
    attesting.attest(
        application_id=application.id,
        role=Role.REPORT_READER,
        sub_registries=["pneumoni"],
        last_day=last_possible_day(at=now, months=12),
        actor=cast.actor(BERTIL, at=now),
        at=now,
    )
    assert Browser.of(BERTIL).post(f"/personer/{id_of(DORIS)}/sparra", {"reason": "x"}).status_code == 403
    assert cast.account_of(DORIS).state is AccountState.CONFIRMED


def test_the_office_neither_sees_nor_removes_its_log_reviewer(place: Country, now: datetime) -> None:
    actor = cast.actor(DORIS, at=now)
    with pytest.raises(NotFound):
        person_of(actor=actor, account_id=id_of(ERIK), at=now)
    with pytest.raises(NotFound):
        revoke_grant(grant_id=grant_of(ERIK, at=now), reason="x", actor=actor, at=now)
    with pytest.raises(NotFound):
        suspend_person(account_id=id_of(ERIK), reason="x", actor=actor, at=now)


def test_a_colleagues_appointment_is_taken_back_by_the_office_alone(place: Country, now: datetime) -> None:
    karins = grant_of(KARIN, at=now)
    bertil = Browser.of(BERTIL)
    assert "Återkalla" not in text_of(bertil.get(f"/personer/{id_of(KARIN)}"))
    assert bertil.post(f"/behorighet/{karins}/aterkalla", {"reason": "x"}).status_code == 403
    assert Browser.of(DORIS).post(f"/behorighet/{karins}/aterkalla", {"reason": "Slutat"}).status_code == 303
    assert seats_of(account_id=id_of(KARIN), at=timezone.now()) == ()


def anna_moves_to_sydvik(place: Country, *, at: datetime) -> None:
    """Her grant at Norrvik has ended, and she works with Cecilia."""
    cast.apply_again(ANNA, place.sydvik, at=at)
    application = newest_application(account_id=id_of(ANNA))
    assert application is not None
    attesting.attest(
        application_id=application.id,
        role=Role.REPORTER,
        sub_registries=["pneumoni"],
        last_day=last_possible_day(at=at, months=6),
        actor=cast.actor(CECILIA, at=at),
        at=at,
    )


def test_a_clinic_that_somebody_has_left_has_no_power_over_the_account(place: Country, now: datetime) -> None:
    later = now + timedelta(days=360)
    anna_moves_to_sydvik(place, at=later)
    bertil = cast.actor(BERTIL, at=later)
    assert person_of(actor=bertil, account_id=id_of(ANNA), at=later).grants[0].ended
    with pytest.raises(NotPermitted):
        suspend_person(account_id=id_of(ANNA), reason="x", actor=bertil, at=later)
    assert cast.account_of(ANNA).state is AccountState.CONFIRMED


def test_what_one_clinic_suspended_another_neither_lifts_nor_reads_why(place: Country, now: datetime) -> None:
    anna_moves_to_sydvik(place, at=now)
    cecilia, bertil, doris = (cast.actor(who, at=now) for who in (CECILIA, BERTIL, DORIS))
    suspend_person(account_id=id_of(ANNA), reason="Misstänkt dataintrång", actor=cecilia, at=now)
    with pytest.raises(SuspendedElsewhere):
        reinstate_person(account_id=id_of(ANNA), actor=bertil, at=now)
    reasons = [person_of(actor=a, account_id=id_of(ANNA), at=now).state_reason for a in (bertil, cecilia, doris)]
    assert reasons == ["", "Misstänkt dataintrång", "Misstänkt dataintrång"]
    reinstate_person(account_id=id_of(ANNA), actor=cecilia, at=now)
    assert cast.account_of(ANNA).state is AccountState.CONFIRMED


# --- who may not -----------------------------------------------------------------------------------


def test_nobody_changes_their_own_rights(place: Country, now: datetime) -> None:
    actor, own = cast.actor(BERTIL, at=now), grant_of(BERTIL, at=now)
    last = last_possible_day(at=now, months=12)
    acts: list[Callable[[], object]] = [
        lambda: change_grant(
            grant_id=own, role=Role.READER, sub_registries=["pneumoni"], last_day=last, actor=actor, at=now
        ),
        lambda: revoke_grant(grant_id=own, reason="x", actor=actor, at=now),
        lambda: suspend_person(account_id=id_of(BERTIL), reason="x", actor=actor, at=now),
        lambda: reinstate_person(account_id=id_of(BERTIL), actor=actor, at=now),
    ]
    for act in acts:
        with pytest.raises(OwnRights):
            act()
    page = Browser.of(BERTIL).get(f"/personer/{id_of(BERTIL)}")
    assert "Det här är du." in text_of(page)
    assert "Återkalla" not in text_of(page)


@pytest.mark.parametrize("who", [CECILIA, ANNA])
def test_people_of_another_clinic_do_not_exist_and_others_may_nothing(
    place: Country, now: datetime, who: Person
) -> None:
    actor = cast.actor(who, at=now)
    theirs, refusal = grant_of(KARIN, at=now), NotFound if who is CECILIA else NotPermitted
    acts: list[Callable[[], object]] = [
        lambda: person_of(actor=actor, account_id=id_of(KARIN), at=now),
        lambda: access.grant_of(actor=actor, grant_id=theirs, at=now),
        lambda: revoke_grant(grant_id=theirs, reason="x", actor=actor, at=now),
        lambda: suspend_person(account_id=id_of(KARIN), reason="x", actor=actor, at=now),
        lambda: reinstate_person(account_id=id_of(KARIN), actor=actor, at=now),
    ]
    for act in acts:
        with pytest.raises(refusal):
            act()


def test_an_hour_after_the_card_was_read_it_must_be_shown_again(place: Country, now: datetime) -> None:
    actor, later = cast.actor(BERTIL, at=now), now + timedelta(minutes=61)
    with pytest.raises(CardTooOld):
        revoke_grant(grant_id=grant_of(ANNA, at=now), reason="x", actor=actor, at=later)
    with pytest.raises(CardTooOld):
        suspend_person(account_id=id_of(ANNA), reason="x", actor=actor, at=later)


def test_a_person_of_another_clinic_is_not_found_by_address(place: Country) -> None:
    cecilia = Browser.of(CECILIA)
    assert cecilia.get(f"/personer/{id_of(ANNA)}").status_code == 404
    assert cecilia.post(f"/personer/{id_of(ANNA)}/hav").status_code == 404
