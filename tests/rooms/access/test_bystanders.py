"""What is done to one is done to nobody else: Bertil's rows stay as they are while Anna's change."""

from __future__ import annotations

import pytest

from registret.access.applications import confirming
from registret.access.models import Grant, RecertificationLine
from registret.access.refusals import ProposerGone
from registret.access.roles import Role
from registret.access.self_service import my_account
from registret.access.staff.changing_grants import revoke_grant
from registret.access.staff.recertification.answering import LineAnswer, answer
from registret.access.staff.recertification.rows import open_recertifications
from registret.access.staff.substitutes import confirm, propose
from registret.accounts import services as accounts
from registret.accounts.models import Confirmation
from registret.accounts.queries import pending_change
from registret.chores import running
from registret.kernel.by import By
from tests import cast
from tests.cast import ANNA, BERTIL, DORIS, KARIN, Country, Person
from tests.rooms.access.scene import DAY, NOW, attested, mail, only, refused
from tests.rooms.access.test_substitutes import FIRST, LAST

LATER = NOW + 160 * DAY

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def place(module_db: None) -> Country:
    place = cast.country(NOW - 30 * DAY)
    attested(cast.register(ANNA, place.infection, at=NOW - 2 * DAY), at=NOW - 2 * DAY)
    return place


def id_of(who: Person) -> int:
    return cast.account_of(who).id


def new_address(who: Person) -> int:
    """Asked for and confirmed; returns the change's id."""
    local = who.email.text.split("@")[0]
    email = mail(f"{local}.ny@regionnorrvik.se")
    my_account.ask_for_address(account_id=id_of(who), email=email, card_read_at=NOW, by=who.by, at=NOW)
    change = pending_change(account_id=id_of(who))
    assert change is not None
    confirming.confirm_by_link(confirmation=(change.id, change.version), hsa_id=who.card.hsa_id, by=who.by, at=NOW)
    return change.id


def test_the_language_of_one_is_nobody_elses(place: Country) -> None:
    with only(accounts_account={id_of(ANNA)}):
        accounts.set_language(account_id=id_of(ANNA), language="en")
    assert cast.account_of(ANNA).language == "en"


def test_an_objection_leaves_the_later_change_of_another_as_it_is(place: Country) -> None:
    annas, bertils = new_address(ANNA), new_address(BERTIL)
    assert annas < bertils
    mine = set(Confirmation.objects.filter(account_id=id_of(ANNA)).values_list("id", flat=True))
    with only(accounts_confirmation=mine, accounts_account={id_of(ANNA)}):
        my_account.object_to_address(confirmation_id=annas, by=By.nobody(network="192.0.2.9"), at=NOW)
    my_account.object_to_address(confirmation_id=bertils, by=By.nobody(network="192.0.2.9"), at=NOW)
    assert cast.account_of(BERTIL).email == BERTIL.email


def test_who_proposed_and_now_only_reports_there_is_gone_as_proposer(place: Country) -> None:
    bertil = cast.actor(BERTIL, at=NOW)
    made = propose(account_id=id_of(ANNA), first_day=FIRST, last_day=LAST, actor=bertil, at=NOW)
    attested(cast.apply_again(BERTIL, place.infection, at=NOW), by=KARIN)
    (grant,) = Grant.objects.filter(account_id=id_of(BERTIL), role=Role.LOCAL_ADMINISTRATOR)
    with only(access_grant={grant.id}):
        revoke_grant(grant_id=grant.id, reason="slutat", actor=cast.actor(DORIS, at=NOW), at=NOW)
    karin = cast.actor(KARIN, at=NOW)
    with refused(ProposerGone):
        confirm(substitution_id=made, actor=karin, at=NOW)


def test_a_finished_recertification_is_in_no_list_of_open_ones(place: Country) -> None:
    running.run("recertify", at=LATER)
    karin = cast.actor(KARIN, at=LATER)
    (whole,) = open_recertifications(actor=karin)
    by = {id_of(KARIN): cast.actor(BERTIL, at=LATER)}
    lines = list(RecertificationLine.objects.filter(recertification_id=whole.id))
    for line in lines:
        with only(access_recertificationline={line.id}):
            answer(line_id=line.id, answer=LineAnswer.KEEP, actor=by.get(line.grant.account_id, karin), at=LATER)
    assert open_recertifications(actor=karin) == ()
