"""Log reviewers and case handlers: one at the office proposes, another confirms; never alone."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import datetime
from functools import partial

import pytest

from registret.access.actor import Actor
from registret.access.applications.account_end import end_account
from registret.access.models import Grant, Nomination
from registret.access.queries.logins import seats_of
from registret.access.refusals import (
    AlreadyGranted,
    AlreadyProposed,
    CardTooOld,
    ClinicClosed,
    GivesRights,
    NotFound,
    NothingProposed,
    NotPermitted,
    OwnNomination,
    OwnRights,
    PersonSuspended,
    ProposerGone,
    RoleImpossible,
)
from registret.access.roles import ROLES_TO_NOMINATE, Role
from registret.access.staff.dismissing import dismiss_by_program
from registret.access.staff.nominating import confirm, decline, nominate, nominations, withdraw_nomination
from registret.access.staff.suspending import reinstate_person, suspend_person
from registret.accounts.locks import lock_account
from registret.accounts.models import Account
from registret.accounts.queries import living_account
from registret.kernel.by import By
from registret.kernel.identifiers import HsaId
from registret.mail.models import Letter
from registret.time_limits.lengths import TimeLimit
from registret.time_limits.services import decide
from tests import cast
from tests.cast import ANNA, BERTIL, DORIS, ERIK, INGRID, KARIN, Country, Person, person
from tests.parallel import committed, together, while_open
from tests.rooms.access.scene import DAY, HOUR, NOW, events, everything, kinds, refused

__all__ = ["committed"]

HENRIK = person("Henrik", "Vall", "SE2321009991-E00H1V7")
IN_SMALL = person("Henrik", "Vall", HENRIK.hsa_id.lower())


def scene() -> Country:
    """Doris and Ingrid run the office. Henrik has never been here."""
    place = cast.country(NOW - 30 * DAY)
    cast.appoint_by_program(INGRID, Role.REGISTRY_OFFICE, at=NOW - 30 * DAY)
    return place


@pytest.fixture(scope="module")
def place(module_db: None) -> Country:
    return scene()


def actor(who: Person, *, at: datetime = NOW) -> Actor:
    return cast.actor(who, at=at)


def proposal(
    who: Person = HENRIK,
    *,
    role: Role = Role.CASE_HANDLER,
    clinic_id: int | None = None,
    by: Actor | None = None,
    at: datetime = NOW,
) -> int:
    """By Doris."""
    return nominate(
        hsa_id=HsaId.parse(who.hsa_id),
        given_name=who.card.given_name,
        surname=who.card.surname,
        email=who.email,
        role=role,
        clinic_id=clinic_id,
        actor=by or actor(DORIS, at=at),
        at=at,
    )


def dismissed(who: Person) -> None:
    """From the office."""
    dismiss_by_program(
        hsa_id=HsaId.parse(who.hsa_id),
        role=Role.REGISTRY_OFFICE,
        reason="slutat",
        decided_by=("Sven Styrelse", "Tove Tvåa"),
        by=By.of_program("dismiss"),
        at=NOW,
    )


# --- the way it should go --------------------------------------------------------------------------


@pytest.mark.parametrize("role", ROLES_TO_NOMINATE)
def test_who_is_proposed_by_one_and_confirmed_by_another_has_the_role(place: Country, role: Role) -> None:
    grant_id = confirm(nomination_id=proposal(role=role), actor=actor(INGRID), at=NOW)
    cast.confirm_mail(HENRIK, at=NOW)
    (seat,) = seats_of(account_id=cast.account_of(HENRIK).id, at=NOW)
    assert (seat.roles, seat.clinic_id) == (frozenset({role}), None)
    grant, two = Grant.objects.get(id=grant_id), [cast.account_of(who).id for who in (DORIS, INGRID)]
    assert ([grant.proposed_by_id, grant.granted_by_id], grant.decided_by_names) == (two, "Doris Lund, Ingrid Falk")


def test_nothing_is_given_and_no_account_opened_before_somebody_has_confirmed(place: Country) -> None:
    proposal()
    assert living_account(hsa_id=HENRIK.card.hsa_id) is None
    assert not Letter.objects.filter(to_address=HENRIK.email.text).exists()


def test_the_other_at_the_office_is_told_then_the_person_and_each_step_is_logged(place: Country) -> None:
    made = proposal()
    assert kinds(INGRID)[-1] == "nomination_waits"
    assert "nomination_waits" not in kinds(DORIS) + kinds(ERIK)
    confirm(nomination_id=made, actor=actor(INGRID), at=NOW)
    assert kinds(HENRIK) == ["appointed", "confirm_appointed"]
    for event, author in (("nomination.proposed", DORIS), ("nomination.confirm", INGRID), ("grant.appointed", INGRID)):
        entry = events(event)[0]
        assert (entry.by_hsa_id, entry.about_hsa_id, entry.facts["role"]) == (
            author.hsa_id,
            HENRIK.hsa_id,
            "case_handler",
        )


def test_whoever_has_an_account_is_known_by_its_name_and_address(place: Country) -> None:
    nominate(
        hsa_id=HsaId.parse(BERTIL.hsa_id.lower()),
        given_name="Bert",
        surname="Hol",
        email=ANNA.email,
        role=Role.LOG_REVIEWER,
        actor=actor(DORIS),
        at=NOW,
    )
    (row,) = nominations(actor=actor(INGRID), at=NOW)
    assert (row.name, row.email) == ("Bertil Holm", BERTIL.email.text)


def test_a_declined_proposal_gives_nothing_is_gone_and_its_reason_goes_to_who_proposed(place: Country) -> None:
    decline(nomination_id=proposal(), reason="Känner hen inte", actor=actor(INGRID), at=NOW)
    assert kinds(DORIS)[-1] == "nomination_declined"
    assert not Nomination.objects.exists()
    assert living_account(hsa_id=HENRIK.card.hsa_id) is None


def test_who_proposed_takes_it_back_and_may_propose_anew(place: Country) -> None:
    withdraw_nomination(nomination_id=proposal(), actor=actor(DORIS), at=NOW)
    assert not Nomination.objects.exists()
    assert nominations(actor=actor(INGRID), at=NOW) == ()
    (entry,) = events("nomination.withdraw")
    assert (entry.by_hsa_id, entry.about_hsa_id) == (DORIS.hsa_id, HENRIK.hsa_id)
    assert proposal()


def test_somebody_who_was_confirmed_once_may_be_proposed_again_after_the_role_was_taken_back(place: Country) -> None:
    grant_id = confirm(nomination_id=proposal(), actor=actor(INGRID), at=NOW)
    Grant.objects.filter(id=grant_id).update(revoked_at=NOW, revoke_reason="slutat")
    assert proposal()


# --- what must not happen --------------------------------------------------------------------------


def test_nobody_confirms_or_declines_what_they_proposed(place: Country) -> None:
    made, doris = proposal(), actor(DORIS)
    with refused(OwnNomination):
        confirm(nomination_id=made, actor=doris, at=NOW)
    with refused(OwnNomination):
        decline(nomination_id=made, reason="x", actor=doris, at=NOW)


def test_nobody_proposes_oneself(place: Country) -> None:
    doris = actor(DORIS)
    with refused(OwnRights):
        proposal(DORIS, by=doris)


@pytest.mark.parametrize("role", ROLES_TO_NOMINATE)
def test_nobody_who_gives_rights_becomes_a_reader(place: Country, role: Role) -> None:
    doris = actor(DORIS)
    with refused(GivesRights):
        proposal(INGRID, role=role, by=doris)


def test_who_came_to_the_office_since_is_confirmed_by_nobody_and_least_by_oneself(place: Country) -> None:
    made = proposal(IN_SMALL)
    cast.appoint_by_program(HENRIK, Role.REGISTRY_OFFICE, at=NOW)
    henrik, ingrid = actor(HENRIK), actor(INGRID)
    assert [row.decidable for row in nominations(actor=henrik, at=NOW)] == [False]
    with refused(OwnRights):
        confirm(nomination_id=made, actor=henrik, at=NOW)
    with refused(GivesRights):
        confirm(nomination_id=made, actor=ingrid, at=NOW)


@pytest.mark.parametrize("why", ["suspended", "ended", "dismissed", "over"])
def test_what_somebody_proposed_who_is_no_longer_at_the_office_is_not_confirmed(place: Country, why: str) -> None:
    made, ingrid, at = proposal(), actor(INGRID), NOW
    if why == "suspended":
        cast.suspend(DORIS, at=NOW)
    elif why == "ended":
        end_account(account_id=cast.account_of(DORIS).id, reason="slutat", by=INGRID.by, at=NOW)
    elif why == "dismissed":
        dismissed(DORIS)
    else:
        at = Grant.objects.get(account_id=cast.account_of(DORIS).id).ends_at
        Nomination.objects.update(proposed_at=at - DAY)
        ingrid = dataclasses.replace(ingrid, card_read_at=at)
    with refused(ProposerGone):
        confirm(nomination_id=made, actor=ingrid, at=at)
    decline(nomination_id=made, reason="Föreslå på nytt", actor=ingrid, at=at)
    assert proposal(by=ingrid), "a colleague proposes anew"


@pytest.mark.parametrize("how", [cast.suspend, lambda who, *, at: dismissed(who)], ids=["suspended", "dismissed"])
def test_a_proposer_who_goes_at_the_same_moment_has_proposed_nothing(
    committed: None, how: Callable[..., object]
) -> None:
    scene()
    made, ingrid = proposal(BERTIL), actor(INGRID)
    result = while_open(partial(how, DORIS, at=NOW), partial(confirm, nomination_id=made, actor=ingrid, at=NOW))
    assert isinstance(result, ProposerGone), result
    assert not Grant.objects.filter(role=Role.CASE_HANDLER).exists()


def test_who_confirms_takes_the_accounts_in_the_order_of_their_ids(committed: None) -> None:
    """Two who confirm about each other's proposers would else wait for each other."""
    scene()
    made, doris = proposal(BERTIL, by=actor(INGRID)), actor(DORIS)
    bertil, ingrid = cast.account_of(BERTIL).id, cast.account_of(INGRID).id
    assert bertil < ingrid
    result = while_open(
        partial(lock_account, account_id=bertil),
        partial(confirm, nomination_id=made, actor=doris, at=NOW),
        meanwhile=partial(Account.objects.select_for_update(nowait=True, no_key=True).get, id=ingrid),
    )
    assert isinstance(result, int), result


def test_two_who_confirm_what_the_other_proposed_never_wait_for_each_other(committed: None) -> None:
    scene()
    doris, ingrid = actor(DORIS), actor(INGRID)
    of_doris, of_ingrid = proposal(BERTIL, by=doris), proposal(BERTIL, role=Role.LOG_REVIEWER, by=ingrid)
    results = together(
        [
            lambda: confirm(nomination_id=of_doris, actor=ingrid, at=NOW),
            lambda: confirm(nomination_id=of_ingrid, actor=doris, at=NOW),
        ]
    )
    assert [type(one) for one in results] == [int, int], results


def test_whoever_is_suspended_is_neither_proposed_nor_confirmed(place: Country) -> None:
    made, doris, ingrid = proposal(BERTIL), actor(DORIS), actor(INGRID)
    suspend_person(account_id=cast.account_of(BERTIL).id, reason="läste", actor=actor(KARIN), at=NOW)
    with refused(PersonSuspended):
        confirm(nomination_id=made, actor=ingrid, at=NOW)
    with refused(PersonSuspended):
        proposal(BERTIL, role=Role.LOG_REVIEWER, by=doris)
    reinstate_person(account_id=cast.account_of(BERTIL).id, actor=actor(KARIN), at=NOW)
    assert confirm(nomination_id=made, actor=ingrid, at=NOW)


def test_whoever_is_suspended_and_confirmed_at_the_same_moment_is_one_of_the_two(committed: None) -> None:
    scene()
    made, ingrid, karin = proposal(BERTIL), actor(INGRID), actor(KARIN)
    bertil = cast.account_of(BERTIL).id
    results = together(
        [
            lambda: confirm(nomination_id=made, actor=ingrid, at=NOW),
            lambda: suspend_person(account_id=bertil, reason="läste", actor=karin, at=NOW),
        ]
    )
    assert [type(one) for one in results] in ([int, NotPermitted], [PersonSuspended, type(None)]), results


@pytest.mark.parametrize("who", [BERTIL, ERIK])
def test_who_is_not_the_office_proposes_sees_and_confirms_nothing(place: Country, who: Person) -> None:
    made, stranger = proposal(), actor(who)
    for act in (
        lambda: proposal(ANNA, by=stranger),
        lambda: confirm(nomination_id=made, actor=stranger, at=NOW),
        lambda: decline(nomination_id=made, reason="x", actor=stranger, at=NOW),
        lambda: withdraw_nomination(nomination_id=made, actor=stranger, at=NOW),
        lambda: nominations(actor=stranger, at=NOW),
    ):
        with refused(NotPermitted):
            act()


@pytest.mark.parametrize("role", sorted(set(Role) - set(ROLES_TO_NOMINATE)))
def test_no_other_role_is_given_so(place: Country, role: Role) -> None:
    doris = actor(DORIS)
    with refused(RoleImpossible):
        proposal(role=role, by=doris)


def test_a_card_that_was_read_more_than_an_hour_ago_proposes_and_confirms_nobody(place: Country) -> None:
    made, doris, ingrid, later = proposal(), actor(DORIS), actor(INGRID), NOW + HOUR + DAY / 1440
    with refused(CardTooOld):
        nominate(
            hsa_id=HsaId.parse(ANNA.hsa_id),
            given_name="Anna",
            surname="Berg",
            email=ANNA.email,
            role=Role.LOG_REVIEWER,
            actor=doris,
            at=later,
        )
    with refused(CardTooOld):
        confirm(nomination_id=made, actor=ingrid, at=later)
    with refused(CardTooOld):
        decline(nomination_id=made, reason="x", actor=ingrid, at=later)


def test_the_same_person_is_proposed_for_the_same_once(place: Country) -> None:
    proposal()
    ingrid = actor(INGRID)
    with refused(AlreadyProposed):
        proposal(by=ingrid)
    assert proposal(role=Role.LOG_REVIEWER)


def test_who_has_the_role_is_not_proposed_for_it(place: Country) -> None:
    doris = actor(DORIS)
    with refused(AlreadyGranted):
        proposal(ERIK, role=Role.LOG_REVIEWER, by=doris)


def test_who_has_another_role_is_proposed_for_this_one(place: Country) -> None:
    assert confirm(nomination_id=proposal(ERIK, role=Role.CASE_HANDLER), actor=actor(INGRID), at=NOW)


def test_only_who_proposed_takes_it_back(place: Country) -> None:
    made, ingrid = proposal(), actor(INGRID)
    with refused(NotFound):
        withdraw_nomination(nomination_id=made, actor=ingrid, at=NOW)


def test_a_proposal_waits_for_as_long_as_the_office_has_set(place: Country) -> None:
    proposal()
    (waiting,) = nominations(actor=actor(INGRID), at=NOW)
    assert waiting.until == NOW + 30 * DAY
    decide(limit=TimeLimit.NOMINATION, number=10, reason="Det ska gå fort", by=actor(DORIS).by, at=NOW)
    (waiting,) = nominations(actor=actor(INGRID), at=NOW)
    assert waiting.until == NOW + 10 * DAY
    assert nominations(actor=actor(INGRID, at=NOW + 10 * DAY), at=NOW + 10 * DAY) == ()


def test_a_proposal_waits_for_thirty_days_and_then_for_nobody(place: Country) -> None:
    made, late = proposal(), NOW + 30 * DAY
    ingrid, doris = actor(INGRID, at=late), actor(DORIS, at=late)
    assert nominations(actor=ingrid, at=late) == ()
    with refused(NothingProposed):
        confirm(nomination_id=made, actor=ingrid, at=late)
    with refused(NotFound):
        withdraw_nomination(nomination_id=made, actor=doris, at=late)


def test_who_is_proposed_anew_takes_the_place_of_the_same_proposal_that_is_over_and_of_no_other(place: Country) -> None:
    late = NOW + 31 * DAY
    administrator = Role.LOCAL_ADMINISTRATOR
    others = {
        proposal(BERTIL, role=administrator, clinic_id=place.medicine),
        proposal(role=administrator, clinic_id=place.sydvik),
        proposal(role=Role.CASE_HANDLER),
    }
    for role, clinic_id in ((administrator, place.medicine), (Role.LOG_REVIEWER, None)):
        proposal(role=role, clinic_id=clinic_id)
        others.add(proposal(IN_SMALL, role=role, clinic_id=clinic_id, at=late))
        assert set(Nomination.objects.values_list("id", flat=True)) == others


def test_nobody_is_proposed_for_a_clinic_that_is_closed_or_does_not_exist(place: Country) -> None:
    cast.close_clinic(cast.MEDICINE, at=NOW)
    doris = actor(DORIS)
    for clinic_id in (place.medicine, 10**12):
        with refused(ClinicClosed):
            proposal(role=Role.LOCAL_ADMINISTRATOR, clinic_id=clinic_id, by=doris)


def test_what_is_confirmed_is_not_confirmed_again(place: Country) -> None:
    made, ingrid = proposal(), actor(INGRID)
    confirm(nomination_id=made, actor=ingrid, at=NOW)
    with refused(NothingProposed):
        confirm(nomination_id=made, actor=ingrid, at=NOW)


def test_of_two_who_decide_at_once_the_first_decides(committed: None) -> None:
    scene()
    greta = person("Greta", "Ek", "SE2321009991-E00G9E4")
    cast.appoint_by_program(greta, Role.REGISTRY_OFFICE, at=NOW - DAY)
    made, ingrid, third = proposal(), actor(INGRID), actor(greta)
    results = together(
        [
            lambda: confirm(nomination_id=made, actor=ingrid, at=NOW),
            lambda: confirm(nomination_id=made, actor=third, at=NOW),
            lambda: confirm(nomination_id=made, actor=ingrid, at=NOW),
        ]
    )
    assert sorted(type(one).__name__ for one in results) == ["NothingProposed", "NothingProposed", "int"]
    assert Grant.objects.filter(role=Role.CASE_HANDLER).count() == 1


def test_of_two_who_propose_the_same_at_once_one_does(committed: None) -> None:
    scene()
    doris, ingrid = actor(DORIS), actor(INGRID)
    results = together([lambda: proposal(by=doris), lambda: proposal(by=ingrid)])
    assert sorted(type(one).__name__ for one in results) == ["AlreadyProposed", "int"]


def test_a_proposal_leaves_nothing_that_names_the_person_but_itself_and_the_log(place: Country) -> None:
    proposal()
    named = {table for table, rows in everything().items() if any(HENRIK.email.text in row for row in rows)}
    assert named == {"access_nomination"}
