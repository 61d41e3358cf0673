"""What one person can do again and again writes to another only so many letters."""

from __future__ import annotations

from datetime import date

import pytest

from registret.access.applications import application_notes
from registret.access.checks import LETTERS_FROM_ONE, LETTERS_FROM_ONE_TO_ANOTHER, limit_letter_to
from registret.access.models import Note
from registret.access.roles import Role
from registret.access.staff import nominating
from registret.access.staff.appointing import appoint_local_administrator
from registret.access.staff.changing_grants import change_grant, revoke_grant
from registret.access.staff.suspending import reinstate_person, suspend_person
from registret.kernel.identifiers import HsaId
from tests import cast
from tests.cast import ANNA, BERTIL, CECILIA, DORIS, INGRID, KARIN, Country
from tests.rooms.access.scene import DAY, NOW, attested, kinds, until_too_many

MOST = (LETTERS_FROM_ONE_TO_ANOTHER.most, LETTERS_FROM_ONE_TO_ANOTHER.what)


@pytest.fixture(scope="module")
def place(module_db: None) -> Country:
    return cast.country(NOW - 30 * DAY)


def test_an_applicant_who_was_asked_once_answers_only_so_often(place: Country) -> None:
    application_id = cast.register(ANNA, place.infection, at=NOW)
    actor = cast.actor(BERTIL, at=NOW)
    application_notes.ask(application_id=application_id, text="Vem är du?", actor=actor, at=NOW)
    anna = cast.account_of(ANNA).id
    assert (
        until_too_many(lambda n: application_notes.answer(account_id=anna, text=f"Svar {n}", by=ANNA.by, at=NOW))
        == MOST
    )
    assert kinds(BERTIL).count("answered") == MOST[0]
    assert Note.objects.filter(kind=Note.Kind.ANSWER).count() == MOST[0]


def test_a_right_is_changed_only_so_often_and_revoked_all_the_same(place: Country) -> None:
    grant_id = attested(cast.register(ANNA, place.infection, at=NOW))
    actor = cast.actor(BERTIL, at=NOW)

    def change(number: int) -> None:
        nonlocal grant_id
        grant_id = change_grant(
            grant_id=grant_id,
            role=Role.REPORTER,
            sub_registries=["pneumoni"],
            last_day=date(2027, 1, 1 + number),
            actor=actor,
            at=NOW,
        )

    assert until_too_many(change) == MOST
    revoke_grant(grant_id=grant_id, reason="Slutat", actor=actor, at=NOW)
    assert kinds(ANNA)[-1] == "grant_revoked"


def test_suspending_and_lifting_it_fills_no_mailbox_and_ends_with_the_account_suspended(place: Country) -> None:
    attested(cast.register(ANNA, place.infection, at=NOW))
    anna, actor = cast.account_of(ANNA).id, cast.actor(BERTIL, at=NOW)

    def suspend_and_lift(_: int) -> None:
        suspend_person(account_id=anna, reason="Förlorat kort", actor=actor, at=NOW)
        reinstate_person(account_id=anna, actor=actor, at=NOW)

    assert until_too_many(suspend_and_lift) == MOST
    assert cast.account_of(ANNA).state.value == "suspended"


def test_proposing_to_the_office_and_taking_it_back_fills_no_mailbox(place: Country) -> None:
    cast.appoint_by_program(INGRID, Role.REGISTRY_OFFICE, at=NOW)
    doris = cast.actor(DORIS, at=NOW)

    def propose_and_take_back(_: int) -> None:
        made = nominating.nominate(
            hsa_id=HsaId.parse(ANNA.hsa_id),
            given_name="Anna",
            surname="Berg",
            email=ANNA.email,
            role=Role.CASE_HANDLER,
            actor=doris,
            at=NOW,
        )
        nominating.withdraw_nomination(nomination_id=made, actor=doris, at=NOW)

    assert until_too_many(propose_and_take_back) == MOST
    assert kinds(INGRID).count("nomination_waits") == MOST[0]


def test_appointing_and_taking_back_fills_no_mailbox_of_the_person_or_of_colleagues(place: Country) -> None:
    doris = cast.actor(DORIS, at=NOW)

    def appoint_and_take_back(_: int) -> None:
        made = appoint_local_administrator(
            hsa_id=HsaId.parse(KARIN.hsa_id),
            given_name="Karin",
            surname="Nyberg",
            email=KARIN.email,
            clinic_id=place.sydvik,
            actor=doris,
            at=NOW,
        )
        revoke_grant(grant_id=made, reason="Fel klinik", actor=doris, at=NOW)

    assert until_too_many(appoint_and_take_back) == MOST
    assert kinds(CECILIA).count("administrator_appointed") == MOST[0]
    assert kinds(KARIN).count("appointed") == 1 + MOST[0]


def test_one_person_writes_so_many_letters_an_hour_to_however_many_and_others_go_on(place: Country) -> None:
    most = (LETTERS_FROM_ONE.most, LETTERS_FROM_ONE.what)
    assert until_too_many(lambda n: limit_letter_to(n, by=BERTIL.by, at=NOW)) == most
    limit_letter_to(0, by=KARIN.by, at=NOW)
