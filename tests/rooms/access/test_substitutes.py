"""Vikarier: one proposes, another confirms, a third attests for a time; nobody alone, nobody for oneself."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from registret.access.actor import Actor
from registret.access.applications.account_end import end_account
from registret.access.checks import LETTERS_FROM_ONE_TO_ANOTHER
from registret.access.lifecycle import SUBSTITUTION_LIFE, SubstitutionState
from registret.access.models import Grant, Substitution
from registret.access.queries.administrators import active_administrators
from registret.access.queries.logins import seats_of
from registret.access.refusals import (
    AlreadyGranted,
    AlreadyProposed,
    BeginImpossible,
    CardTooOld,
    ClinicClosed,
    EndImpossible,
    NotAColleague,
    NotFound,
    NothingProposed,
    NotPermitted,
    OutlastsRights,
    OwnProposal,
    OwnRights,
    ProposerGone,
)
from registret.access.roles import Role
from registret.access.staff.changing_grants import revoke_grant
from registret.access.staff.people import people_of
from registret.access.staff.substitutes import (
    colleagues,
    confirm,
    decline,
    longest,
    propose,
    proposed,
    withdraw_proposal,
)
from registret.kernel.life import NotPossible
from tests import cast
from tests.cast import ANNA, BERTIL, CECILIA, DORIS, ERIK, KARIN, Country, Person, person
from tests.parallel import committed, together
from tests.rooms.access.scene import DAY, HOUR, NOW, SECOND, attested, events, kinds, refused, until_too_many

__all__ = ["committed"]

FIRST, LAST = date(2026, 12, 1), date(2026, 12, 31)
ELSA = person("Elsa", "Lind", "SE2321009991-E00E9L1")


def id_of(who: Person) -> int:
    return cast.account_of(who).id


def scene() -> Country:
    """Anna reports pneumonia at the infection clinic, where Bertil and Karin attest."""
    place = cast.country(NOW - 30 * DAY)
    attested(cast.register(ANNA, place.infection, at=NOW - 20 * DAY))
    return place


@pytest.fixture(scope="module")
def place(module_db: None) -> Country:
    return scene()


def proposal(who: Person = ANNA, *, actor: Actor | None = None, first: date = FIRST, last: date = LAST) -> int:
    """By Bertil."""
    actor = actor or cast.actor(BERTIL, at=NOW)
    return propose(account_id=id_of(who), first_day=first, last_day=last, actor=actor, at=NOW)


def attests(who: Person, place: Country, at: object) -> bool:
    return id_of(who) in {a.account_id for a in active_administrators(clinic_id=place.infection, at=at)}  # type: ignore[arg-type]


# --- the way it should go --------------------------------------------------------------------------


def test_a_colleague_confirmed_by_another_attests_from_the_first_day_to_the_last_and_then_not(place: Country) -> None:
    confirm(substitution_id=proposal(), actor=cast.actor(KARIN, at=NOW), at=NOW)
    noon = NOW.replace(month=12, day=15)
    assert not attests(ANNA, place, NOW)
    assert attests(ANNA, place, noon)
    assert not attests(ANNA, place, noon + 30 * DAY)
    (seat,) = seats_of(account_id=id_of(ANNA), at=noon)
    assert seat.roles == {Role.REPORTER, Role.LOCAL_ADMINISTRATOR}
    assert {code for _, code in seat.rights} == {"pneumoni"}, "it opens no sub-registry that the person did not have"
    (after,) = seats_of(account_id=id_of(ANNA), at=noon + 30 * DAY)
    assert after.roles == {Role.REPORTER}


def test_those_days_are_whole_days_in_sweden(place: Country) -> None:
    confirm(substitution_id=proposal(), actor=cast.actor(KARIN, at=NOW), at=NOW)
    grant = Grant.objects.get(role=Role.LOCAL_ADMINISTRATOR, account_id=id_of(ANNA))
    assert (grant.begins_at.isoformat(), grant.ends_at.isoformat()) == (
        "2026-11-30T23:00:00+00:00",
        "2026-12-31T23:00:00+00:00",
    )


def test_nothing_is_given_before_somebody_has_confirmed(place: Country) -> None:
    proposal(first=NOW.date())
    assert not attests(ANNA, place, NOW)


def test_the_other_administrator_is_told_then_the_substitute_and_each_step_is_logged(place: Country) -> None:
    made = proposal()
    assert kinds(KARIN)[-1] == "substitute_proposed"
    assert "substitute_proposed" not in kinds(DORIS) + kinds(BERTIL) + kinds(ANNA)
    confirm(substitution_id=made, actor=cast.actor(KARIN, at=NOW), at=NOW)
    assert kinds(ANNA)[-1] == "substitute_confirmed"
    for event, author in (("substitute.proposed", BERTIL), ("substitute.confirm", KARIN)):
        (entry,) = events(event)
        assert (entry.by_hsa_id, entry.about_account_id, entry.clinic_id) == (
            author.hsa_id,
            id_of(ANNA),
            place.infection,
        )


def test_where_nobody_else_attests_the_office_is_told_and_confirms(place: Country) -> None:
    (grant,) = [
        g
        for p in people_of(actor=cast.actor(DORIS, at=NOW), clinic_id=place.infection, at=NOW)
        for g in p.grants
        if p.hsa_id == KARIN.card.hsa_id
    ]
    revoke_grant(grant_id=grant.id, reason="slutat", actor=cast.actor(DORIS, at=NOW), at=NOW)
    made = proposal()
    assert kinds(DORIS)[-1] == "substitute_proposed"
    assert [row.id for row in proposed(actor=cast.actor(DORIS, at=NOW), at=NOW)] == [made]
    confirm(substitution_id=made, actor=cast.actor(DORIS, at=NOW), at=NOW)
    assert attests(ANNA, place, NOW + 20 * DAY)


def test_a_proposal_that_is_confirmed_late_begins_then(place: Country) -> None:
    made, later = proposal(), NOW + 20 * DAY
    confirm(substitution_id=made, actor=cast.actor(KARIN, at=later), at=later)
    assert Grant.objects.get(role=Role.LOCAL_ADMINISTRATOR, account_id=id_of(ANNA)).begins_at == later


def test_a_declined_proposal_gives_nothing_and_its_reason_goes_to_who_proposed(place: Country) -> None:
    made = proposal()
    decline(substitution_id=made, reason="Hon är också borta", actor=cast.actor(KARIN, at=NOW), at=NOW)
    assert kinds(BERTIL)[-1] == "substitute_declined"
    assert not attests(ANNA, place, NOW + 20 * DAY)
    assert proposed(actor=cast.actor(KARIN, at=NOW), at=NOW) == ()


def test_who_proposed_takes_it_back_and_may_propose_anew(place: Country) -> None:
    withdraw_proposal(substitution_id=proposal(), actor=cast.actor(BERTIL, at=NOW), at=NOW)
    assert proposal()


# --- what must not happen --------------------------------------------------------------------------


def test_proposing_and_taking_back_fills_no_mailbox(place: Country) -> None:
    bertil = cast.actor(BERTIL, at=NOW)

    def propose_and_take_back(_: int) -> None:
        withdraw_proposal(substitution_id=proposal(actor=bertil), actor=bertil, at=NOW)

    most = LETTERS_FROM_ONE_TO_ANOTHER
    assert until_too_many(propose_and_take_back) == (most.most, most.what)
    assert kinds(KARIN).count("substitute_proposed") == most.most


def test_nobody_confirms_or_declines_the_own_proposal(place: Country) -> None:
    made, bertil = proposal(), cast.actor(BERTIL, at=NOW)
    with refused(OwnProposal):
        confirm(substitution_id=made, actor=bertil, at=NOW)
    with refused(OwnProposal):
        decline(substitution_id=made, reason="x", actor=bertil, at=NOW)


def test_nobody_proposes_or_confirms_oneself(place: Country) -> None:
    bertil = cast.actor(BERTIL, at=NOW)
    with refused(OwnRights):
        proposal(BERTIL, actor=bertil)
    made = proposal()
    cast.appoint(ANNA, place.infection, at=NOW)
    anna = cast.actor(ANNA, at=NOW)
    with refused(OwnRights):
        confirm(substitution_id=made, actor=anna, at=NOW)


@pytest.mark.parametrize("who", [ANNA, ERIK])
def test_who_manages_nobody_proposes_sees_and_confirms_nothing(place: Country, who: Person) -> None:
    made, actor = proposal(), cast.actor(who, at=NOW)
    for act in (
        lambda: propose(account_id=id_of(KARIN), first_day=FIRST, last_day=LAST, actor=actor, at=NOW),
        lambda: confirm(substitution_id=made, actor=actor, at=NOW),
        lambda: decline(substitution_id=made, reason="x", actor=actor, at=NOW),
        lambda: withdraw_proposal(substitution_id=made, actor=actor, at=NOW),
        lambda: proposed(actor=actor, at=NOW),
        lambda: colleagues(actor=actor, at=NOW),
    ):
        with refused(NotPermitted):
            act()


def test_another_clinic_sees_nothing_of_it(place: Country) -> None:
    made, cecilia = proposal(), cast.actor(CECILIA, at=NOW)
    assert proposed(actor=cecilia, at=NOW) == ()
    with refused(NotFound):
        confirm(substitution_id=made, actor=cecilia, at=NOW)
    with refused(NotFound):
        decline(substitution_id=made, reason="x", actor=cecilia, at=NOW)
    with refused(NotAColleague):
        propose(account_id=id_of(ANNA), first_day=FIRST, last_day=LAST, actor=cecilia, at=NOW)


def test_only_who_proposed_takes_it_back(place: Country) -> None:
    made, karin = proposal(), cast.actor(KARIN, at=NOW)
    with refused(NotFound):
        withdraw_proposal(substitution_id=made, actor=karin, at=NOW)


def test_the_office_appoints_and_does_not_propose(place: Country) -> None:
    doris = cast.actor(DORIS, at=NOW)
    with refused(NotPermitted):
        propose(account_id=id_of(ANNA), first_day=FIRST, last_day=LAST, actor=doris, at=NOW)


def test_only_who_works_there_now_under_an_account_in_force_is_proposed(place: Country) -> None:
    cast.register(ELSA, place.infection, at=NOW)
    bertil = cast.actor(BERTIL, at=NOW)
    with refused(NotAColleague):
        proposal(ELSA, actor=bertil)
    assert [p.hsa_id for p in colleagues(actor=bertil, at=NOW)] == [ANNA.card.hsa_id]
    cast.suspend(ANNA, at=NOW)
    with refused(NotAColleague):
        proposal(actor=bertil)
    assert colleagues(actor=bertil, at=NOW) == ()


def test_who_left_or_was_suspended_since_is_not_confirmed(place: Country) -> None:
    made = proposal()
    cast.suspend(ANNA, at=NOW)
    karin = cast.actor(KARIN, at=NOW)
    with refused(NotAColleague):
        confirm(substitution_id=made, actor=karin, at=NOW)


def test_a_proposer_who_reports_there_now_and_attests_no_more_gives_nobody_a_right(place: Country) -> None:
    made = proposal()
    bertil = Grant.objects.get(account_id=id_of(BERTIL), role=Role.LOCAL_ADMINISTRATOR)
    revoke_grant(grant_id=bertil.id, reason="x", actor=cast.actor(DORIS, at=NOW), at=NOW)
    wanted = cast.apply_again(BERTIL, place.infection, at=NOW)
    attested(wanted, by=KARIN)
    karin = cast.actor(KARIN, at=NOW)
    with refused(ProposerGone):
        confirm(substitution_id=made, actor=karin, at=NOW)


def test_who_attests_there_already_is_no_substitute_and_loses_nothing_by_it(place: Country) -> None:
    bertil = cast.actor(BERTIL, at=NOW)
    with refused(AlreadyGranted):
        proposal(KARIN, actor=bertil)
    made = proposal()
    cast.appoint(ANNA, place.infection, at=NOW)
    karin = cast.actor(KARIN, at=NOW)
    with refused(AlreadyGranted):
        confirm(substitution_id=made, actor=karin, at=NOW)
    assert attests(ANNA, place, NOW)


def test_the_same_person_waits_once_at_a_clinic(place: Country) -> None:
    proposal()
    karin = cast.actor(KARIN, at=NOW)
    with refused(AlreadyProposed):
        propose(account_id=id_of(ANNA), first_day=FIRST, last_day=LAST, actor=karin, at=NOW)


@pytest.mark.parametrize(
    ("first", "last", "why"),
    [
        (date(2026, 11, 23), LAST, BeginImpossible),
        (date(2027, 1, 1), LAST, BeginImpossible),
        (date(2026, 11, 24), date(2026, 11, 23), EndImpossible),
        (FIRST, date(2028, 11, 24), EndImpossible),
        (FIRST, date.max, EndImpossible),
        (date.min, LAST, BeginImpossible),
    ],
)
def test_a_time_is_neither_over_nor_backwards_nor_longer_than_a_grant(
    place: Country, first: date, last: date, why: type[BeginImpossible | EndImpossible]
) -> None:
    bertil = cast.actor(BERTIL, at=NOW)
    with refused(why):
        propose(account_id=id_of(ANNA), first_day=first, last_day=last, actor=bertil, at=NOW)


ANNAS, BERTILS = (ANNA, Role.REPORTER), (BERTIL, Role.LOCAL_ADMINISTRATOR)
NEW_YEAR = datetime(2026, 12, 31, 23, 0, tzinfo=UTC)
"""The end of LAST, in Sweden."""


def ends(whose: tuple[Person, Role], at: datetime) -> None:
    """That right of a person's is exchanged for one that ends then."""
    who, role = whose
    here = Grant.objects.filter(account_id=id_of(who), role=role, revoked_at=None)
    grant = here.get()
    here.update(revoked_at=NOW, revoked_by_id=id_of(DORIS), revoke_reason="changed")
    grant.pk, grant.application_id, grant.source, grant.ends_at = None, None, "changed", at
    grant.save()


@pytest.mark.parametrize("whose", [ANNAS, BERTILS], ids=["colleague", "proposer"])
def test_a_substitute_is_not_proposed_for_longer_than_the_colleagues_or_the_own_right_lasts(
    place: Country, whose: tuple[Person, Role]
) -> None:
    bertil = cast.actor(BERTIL, at=NOW)
    ends(whose, NEW_YEAR - SECOND)
    with refused(OutlastsRights) as no:
        proposal(actor=bertil)
    assert no.value.facts == {"day": "2026-12-30"}
    ends(whose, NEW_YEAR)
    assert proposal(actor=bertil)


@pytest.mark.parametrize("whose", [ANNAS, BERTILS], ids=["colleague", "proposer"])
def test_a_substitute_is_not_confirmed_for_longer_than_those_rights_last_by_now(
    place: Country, whose: tuple[Person, Role]
) -> None:
    made, karin = proposal(), cast.actor(KARIN, at=NOW)
    ends(whose, NEW_YEAR - DAY)
    with refused(OutlastsRights) as no:
        confirm(substitution_id=made, actor=karin, at=NOW)
    assert no.value.facts == {"day": "2026-12-30"}
    decline(substitution_id=made, reason="För länge", actor=karin, at=NOW)
    assert proposal(last=date(2026, 12, 30))


def test_of_several_rights_those_that_last_are_what_a_substitute_attests_for(place: Country) -> None:
    application = cast.apply_again(ANNA, place.infection, role=Role.READER, sub_registries=("sepsis",), at=NOW)
    attested(application)
    ends((ANNA, Role.READER), NEW_YEAR - DAY)
    confirm(substitution_id=proposal(), actor=cast.actor(KARIN, at=NOW), at=NOW)
    assert Grant.objects.get(role=Role.LOCAL_ADMINISTRATOR, account_id=id_of(ANNA)).sub_registries == ["pneumoni"]


def test_the_form_is_told_the_last_day_that_the_own_right_allows(place: Country) -> None:
    bertil = cast.actor(BERTIL, at=NOW)
    ends(BERTILS, NEW_YEAR)
    assert longest(actor=bertil, at=NOW) == LAST
    ends(BERTILS, NOW + 1000 * DAY)
    assert longest(actor=bertil, at=NOW) == date(2028, 11, 23), "never longer than a grant"


@pytest.mark.parametrize("why", ["suspended", "ended", "revoked", "over"])
@pytest.mark.parametrize("by", [KARIN, DORIS])
def test_what_somebody_proposed_who_no_longer_attests_is_not_confirmed(place: Country, why: str, by: Person) -> None:
    made, actor = proposal(), cast.actor(by, at=NOW)
    if why == "suspended":
        cast.suspend(BERTIL, at=NOW)
    elif why == "ended":
        end_account(account_id=id_of(BERTIL), reason="left", by=DORIS.by, at=NOW)
    elif why == "revoked":
        doris = cast.actor(DORIS, at=NOW)
        grant = Grant.objects.get(account_id=id_of(BERTIL), revoked_at=None)
        revoke_grant(grant_id=grant.id, reason="slutat", actor=doris, at=NOW)
    else:
        ends(BERTILS, NOW)
    with refused(ProposerGone):
        confirm(substitution_id=made, actor=actor, at=NOW)
    assert not attests(ANNA, place, NOW + 20 * DAY)
    decline(substitution_id=made, reason="Föreslå på nytt", actor=actor, at=NOW)
    assert propose(account_id=id_of(ANNA), first_day=FIRST, last_day=LAST, actor=cast.actor(KARIN, at=NOW), at=NOW), (
        "a colleague proposes anew"
    )


def test_a_proposer_who_is_suspended_meanwhile_has_proposed_nothing(committed: None) -> None:
    place = scene()
    made = proposal()
    karin = cast.actor(KARIN, at=NOW)
    results = together(
        [lambda: confirm(substitution_id=made, actor=karin, at=NOW), lambda: cast.suspend(BERTIL, at=NOW)]
    )
    assert all(not isinstance(r, Exception) or isinstance(r, ProposerGone) for r in results), results
    assert attests(ANNA, place, NOW + 20 * DAY) is (not isinstance(results[0], Exception))


def test_one_whose_time_has_passed_is_not_shown_not_confirmed_and_blocks_no_other(place: Country) -> None:
    made, later = proposal(), NOW + 60 * DAY
    karin = cast.actor(KARIN, at=later)
    assert proposed(actor=karin, at=later) == ()
    with refused(NothingProposed):
        confirm(substitution_id=made, actor=karin, at=later)
    day = later.date()
    assert propose(account_id=id_of(ANNA), first_day=day, last_day=day, actor=karin, at=later) != made


def test_an_old_card_neither_proposes_nor_decides(place: Country) -> None:
    made = proposal()
    bertil, karin, later = cast.actor(BERTIL, at=NOW), cast.actor(KARIN, at=NOW), NOW + 2 * HOUR
    for act in (
        lambda: propose(account_id=id_of(ANNA), first_day=FIRST, last_day=LAST, actor=bertil, at=later),
        lambda: confirm(substitution_id=made, actor=karin, at=later),
        lambda: decline(substitution_id=made, reason="x", actor=karin, at=later),
    ):
        with refused(CardTooOld):
            act()


def test_at_a_closed_clinic_nobody_stands_in(place: Country) -> None:
    made = proposal()
    cast.close_clinic(cast.INFECTION, at=NOW)
    karin, bertil = cast.actor(KARIN, at=NOW), cast.actor(BERTIL, at=NOW)
    with refused(ClinicClosed):
        confirm(substitution_id=made, actor=karin, at=NOW)
    with refused(ClinicClosed):
        propose(account_id=id_of(ANNA), first_day=FIRST, last_day=LAST, actor=bertil, at=NOW)


# --- its life --------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", SubstitutionState)
@pytest.mark.parametrize("act", ["confirm", "decline", "withdraw"])
def test_only_what_waits_is_decided(state: SubstitutionState, act: str) -> None:
    if state is SubstitutionState.WAITING:
        assert SUBSTITUTION_LIFE.after(state, act) is not state
    else:
        with pytest.raises(NotPossible):
            SUBSTITUTION_LIFE.after(state, act)


def test_what_was_decided_is_not_decided_again(place: Country) -> None:
    made = proposal()
    karin, doris, bertil = (cast.actor(who, at=NOW) for who in (KARIN, DORIS, BERTIL))
    confirm(substitution_id=made, actor=karin, at=NOW)
    for act in (
        lambda: confirm(substitution_id=made, actor=doris, at=NOW),
        lambda: decline(substitution_id=made, reason="x", actor=karin, at=NOW),
        lambda: withdraw_proposal(substitution_id=made, actor=bertil, at=NOW),
    ):
        with refused(NothingProposed):
            act()


def test_of_two_who_decide_at_once_one_does(committed: None) -> None:
    place = scene()
    made = proposal()
    karin, doris = cast.actor(KARIN, at=NOW), cast.actor(DORIS, at=NOW)
    results = together(
        [
            lambda: confirm(substitution_id=made, actor=karin, at=NOW),
            lambda: decline(substitution_id=made, reason="nej", actor=doris, at=NOW),
        ]
    )
    assert sum(isinstance(result, NothingProposed) for result in results) == 1, results
    decided = Substitution.objects.get(id=made)
    assert attests(ANNA, place, NOW + 20 * DAY) is (decided.state == SubstitutionState.CONFIRMED)
    assert len(events("substitute.confirm")) + len(events("substitute.decline")) == 1


def test_an_account_that_is_suspended_meanwhile_gets_no_right(committed: None) -> None:
    place = scene()
    made = proposal()
    karin = cast.actor(KARIN, at=NOW)
    results = together(
        [
            lambda: confirm(substitution_id=made, actor=karin, at=NOW),
            lambda: cast.suspend(ANNA, at=NOW),
        ]
    )
    assert not attests(ANNA, place, NOW + 20 * DAY)
    assert all(not isinstance(r, Exception) or isinstance(r, NotAColleague) for r in results), results
