"""Who lifts a suspension, and who takes it over, for each author, each administrator and what is left of
the rights."""

from __future__ import annotations

import pytest

from registret.access.actor import Actor
from registret.access.models import Grant
from registret.access.queries.logins import standing_of
from registret.access.refusals import (
    CardTooOld,
    NotFound,
    NotPermitted,
    OwnRights,
    SuspendedElsewhere,
    SuspensionNotLeft,
)
from registret.access.roles import Role
from registret.access.staff.changing_grants import revoke_grant
from registret.access.staff.suspending import may_take_over, reinstate_person, suspend_person, take_over_suspension
from registret.accounts import services as accounts
from registret.accounts.lifecycle import AccountState, Authority
from registret.kernel.life import NotPossible
from registret.kernel.refused import Refused
from tests import cast
from tests.cast import ANNA, BERTIL, CECILIA, DORIS, ERIK, KARIN, Country, Person
from tests.parallel import committed, together
from tests.rooms.access.scene import DAY, HOUR, NOW, attested, events, kinds, refused

__all__ = ["committed"]

CLOCK, CLINIC, OFFICE = Authority.CLOCK, Authority.CLINIC, Authority.OFFICE
SOMEBODY, NOBODY = "somebody attests", "nobody attests"
LIVING, OVER, NONE = "a living right", "a right that is over", "no right"

# Who suspended; whether somebody attests at that clinic; what Anna has there: the clinic lifts it, the office lifts it,
# the office takes it over. Where nobody attests nobody of the clinic can be asked.
TABLE: dict[tuple[Authority, str, str], tuple[bool, bool, bool]] = {
    (CLOCK, SOMEBODY, LIVING): (True, True, False),
    (CLOCK, SOMEBODY, OVER): (False, True, False),
    (CLOCK, SOMEBODY, NONE): (False, True, False),
    (CLOCK, NOBODY, LIVING): (False, True, False),
    (CLOCK, NOBODY, OVER): (False, True, False),
    (CLOCK, NOBODY, NONE): (False, True, False),
    (CLINIC, SOMEBODY, LIVING): (True, True, False),
    (CLINIC, SOMEBODY, OVER): (False, True, False),
    (CLINIC, SOMEBODY, NONE): (False, True, False),
    (CLINIC, NOBODY, LIVING): (False, True, True),
    (CLINIC, NOBODY, OVER): (False, True, True),
    (CLINIC, NOBODY, NONE): (False, True, True),
    (OFFICE, SOMEBODY, LIVING): (False, True, False),
    (OFFICE, SOMEBODY, OVER): (False, True, False),
    (OFFICE, SOMEBODY, NONE): (False, True, False),
    (OFFICE, NOBODY, LIVING): (False, True, False),
    (OFFICE, NOBODY, OVER): (False, True, False),
    (OFFICE, NOBODY, NONE): (False, True, False),
}


def id_of(who: Person) -> int:
    return cast.account_of(who).id


def scene() -> Country:
    """Anna reports at the infection clinic, where Bertil and Karin attest."""
    place = cast.country(NOW - 30 * DAY)
    attested(cast.register(ANNA, place.infection, at=NOW - 20 * DAY))
    return place


@pytest.fixture(scope="module")
def place(module_db: None) -> Country:
    return scene()


def suspended(authority: Authority, place: Country) -> None:
    at_clinic = place.infection if authority is CLINIC else None
    by = {CLOCK: ERIK, CLINIC: BERTIL, OFFICE: DORIS}[authority].by
    accounts.suspend(account_id=id_of(ANNA), reason="utreds", authority=authority, clinic_id=at_clinic, by=by, at=NOW)


def revoked(who: Person, *, at_clinic: int) -> None:
    (grant,) = Grant.objects.filter(account_id=id_of(who), clinic_id=at_clinic, revoked_at=None)
    revoke_grant(grant_id=grant.id, reason="slutat", actor=cast.actor(DORIS, at=NOW), at=NOW)


def left_of(rights: str, place: Country) -> None:
    grants = Grant.objects.filter(account_id=id_of(ANNA))
    if rights == NONE:
        revoked(ANNA, at_clinic=place.infection)
    elif rights == OVER:
        grant = grants.get()
        grants.update(revoked_at=NOW, revoked_by_id=id_of(DORIS), revoke_reason="changed")
        grant.pk, grant.application_id, grant.source = None, None, "changed"
        grant.begins_at, grant.ends_at = NOW - 20 * DAY, NOW - DAY
        grant.save()


def state() -> tuple[AccountState, Authority | None]:
    anna = cast.account_of(ANNA)
    return anna.state, anna.state_authority


def lifts(actor: Actor) -> bool:
    try:
        reinstate_person(account_id=id_of(ANNA), actor=actor, at=NOW)
    except Refused:
        assert state()[0] is AccountState.SUSPENDED
        return False
    assert state() == (AccountState.CONFIRMED, None)
    return True


def takes_over(actor: Actor) -> bool:
    try:
        take_over_suspension(account_id=id_of(ANNA), actor=actor, at=NOW)
    except Refused:
        return False
    assert state() == (AccountState.SUSPENDED, OFFICE)
    return True


def test_the_table_has_every_case() -> None:
    assert set(TABLE) == {(a, s, r) for a in Authority for s in (SOMEBODY, NOBODY) for r in (LIVING, OVER, NONE)}
    assert all(office for _, office, _ in TABLE.values()), "nobody is stuck"


@pytest.mark.parametrize("case", TABLE, ids=lambda case: ", ".join(case))
@pytest.mark.parametrize("who", ["clinic", "office", "office takes over"])
def test_who_lifts_a_suspension_and_who_takes_it_over_is_what_the_table_says(
    place: Country, case: tuple[Authority, str, str], who: str
) -> None:
    authority, attest, rights = case
    clinic_lifts, office_lifts, taken_over = TABLE[case]
    bertil, doris = cast.actor(BERTIL, at=NOW), cast.actor(DORIS, at=NOW)
    left_of(rights, place)
    suspended(authority, place)
    if attest is NOBODY:
        for one in (BERTIL, KARIN):
            revoked(one, at_clinic=place.infection)
    if who == "office":
        assert lifts(doris) is office_lifts
    elif who == "office takes over":
        assert may_take_over(account_id=id_of(ANNA), actor=doris, at=NOW) is taken_over
        assert takes_over(doris) is taken_over
        assert lifts(doris)
    elif attest is SOMEBODY:
        assert lifts(bertil) is clinic_lifts
        assert not takes_over(bertil)


def test_what_was_taken_over_a_new_administrator_of_the_clinic_does_not_lift(place: Country) -> None:
    doris = cast.actor(DORIS, at=NOW)
    suspended(CLINIC, place)
    for one in (BERTIL, KARIN):
        revoked(one, at_clinic=place.infection)
    take_over_suspension(account_id=id_of(ANNA), actor=doris, at=NOW)
    (entry,) = events("account.taken_over")
    assert (entry.by_hsa_id, entry.about_account_id, entry.clinic_id) == (DORIS.hsa_id, id_of(ANNA), place.infection)
    assert cast.account_of(ANNA).state_reason == "utreds", "the reason stays"
    nils = cast.person("Nils", "Ny", "SE2321009991-E00N1Y1")
    cast.appoint(nils, place.infection, at=NOW)
    new = cast.actor(nils, at=NOW)
    with refused(SuspendedElsewhere):
        reinstate_person(account_id=id_of(ANNA), actor=new, at=NOW)
    with refused(NotPossible):
        take_over_suspension(account_id=id_of(ANNA), actor=doris, at=NOW)
    reinstate_person(account_id=id_of(ANNA), actor=doris, at=NOW)
    assert kinds(ANNA)[-1] == "reinstated"


def test_who_gets_in_again_without_a_right_may_apply_anew(place: Country) -> None:
    suspended(CLINIC, place)
    revoked(ANNA, at_clinic=place.infection)
    reinstate_person(account_id=id_of(ANNA), actor=cast.actor(DORIS, at=NOW), at=NOW)
    standing = standing_of(hsa_id=ANNA.card.hsa_id, at=NOW)
    assert standing.missing is not None
    assert standing.missing.code == "login.no_grant", "lifting gives no right"
    assert cast.apply_again(ANNA, place.infection, at=NOW)


def test_a_clinic_that_can_act_keeps_its_suspension(place: Country) -> None:
    suspended(CLINIC, place)
    doris = cast.actor(DORIS, at=NOW)
    with refused(SuspensionNotLeft):
        take_over_suspension(account_id=id_of(ANNA), actor=doris, at=NOW)


@pytest.mark.parametrize("who", [BERTIL, CECILIA, ERIK])
def test_nobody_but_the_office_takes_a_suspension_over(place: Country, who: Person) -> None:
    actor = cast.actor(who, at=NOW)
    accounts.suspend(
        account_id=id_of(ANNA), reason="x", authority=CLINIC, clinic_id=place.medicine, by=DORIS.by, at=NOW
    )
    with refused(NotPermitted):
        take_over_suspension(account_id=id_of(ANNA), actor=actor, at=NOW)


def test_whom_the_clock_suspended_of_the_registry_itself_the_office_lets_in_and_nobody_lets_in_oneself(
    place: Country,
) -> None:
    """Nobody suspends them on a page, but anyone who is away for long is suspended by the clock like everybody."""
    doris = cast.actor(DORIS, at=NOW)
    for who in (ERIK, DORIS):
        accounts.suspend(account_id=id_of(who), reason="dormant", authority=CLOCK, by=who.by, at=NOW)
    with refused(OwnRights):
        reinstate_person(account_id=id_of(DORIS), actor=doris, at=NOW)
    reinstate_person(account_id=id_of(ERIK), actor=doris, at=NOW)
    assert cast.account_of(ERIK).state is AccountState.CONFIRMED
    frida = cast.person("Frida", "Ros", "SE2321009991-E00F1R1")
    cast.appoint_by_program(frida, Role.REGISTRY_OFFICE, at=NOW)
    reinstate_person(account_id=id_of(DORIS), actor=cast.actor(frida, at=NOW), at=NOW)
    assert cast.account_of(DORIS).state is AccountState.CONFIRMED


def test_an_old_card_lifts_and_takes_over_nothing_and_nobody_is_not_found(place: Country) -> None:
    suspended(CLINIC, place)
    doris, later = cast.actor(DORIS, at=NOW), NOW + 2 * HOUR
    for act in (reinstate_person, take_over_suspension):
        with refused(CardTooOld):
            act(account_id=id_of(ANNA), actor=doris, at=later)
        with refused(NotFound):
            act(account_id=10**9, actor=doris, at=NOW)


def test_taken_over_while_the_last_administrator_lifts_it_is_lifted_or_the_offices(committed: None) -> None:
    place = scene()
    revoked(KARIN, at_clinic=place.infection)
    bertil, doris = cast.actor(BERTIL, at=NOW), cast.actor(DORIS, at=NOW)
    suspend_person(account_id=id_of(ANNA), reason="x", actor=bertil, at=NOW)

    def left_and_taken_over() -> bool:
        revoked(BERTIL, at_clinic=place.infection)
        return takes_over(doris)

    results = together(
        [
            lambda: reinstate_person(account_id=id_of(ANNA), actor=bertil, at=NOW),
            left_and_taken_over,
        ]
    )
    assert state() in {(AccountState.CONFIRMED, None), (AccountState.SUSPENDED, OFFICE)}, results
