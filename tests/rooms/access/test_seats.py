"""Where somebody sits: from the grants, at this very moment, and only in one's own session."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from registret.access.actor import Actor
from registret.access.applications import account_end, attesting, entering
from registret.access.grants import granting
from registret.access.queries.administrators import active_administrators, registry_office
from registret.access.queries.logins import CardHolder, seats_of, standing_of, who
from registret.access.refusals import AccountEnded, AccountSuspended, NoGrant, NotFound, NotRegistered
from registret.access.roles import Permission, Role
from registret.accounts import services as accounts
from registret.accounts.lifecycle import Authority
from registret.accounts.refusals import SessionMissing
from registret.accounts.sessions import sit_down, sitting
from registret.kernel.identifiers import HsaId
from tests import cast
from tests.cast import ANNA, BERTIL, CECILIA, DORIS, ERIK, Country, Person
from tests.rooms.access.scene import DAY, HOUR, MINUTE, NOW, SECOND, attested, events, refused

pytestmark = pytest.mark.django_db

OF_ADMINISTRATOR = {
    Permission.WORK,
    Permission.ATTEST,
    Permission.MANAGE_PEOPLE,
    Permission.READ_REPORTS,
    Permission.ANSWER_OUTLIERS,
}


@pytest.fixture(scope="module")
def place(module_db: None) -> Country:
    return cast.country(NOW - 30 * DAY)


def person_of(key: str, *, at: datetime = NOW) -> Actor | CardHolder:
    return who(sitting=sitting(key=key, seen=True, at=at), at=at)


def grant_of(somebody: Person, *, at: datetime = NOW) -> int:
    return seats_of(account_id=cast.account_of(somebody).id, at=at)[0].grant_id


def two_seats(place: Country) -> dict[int | None, int]:
    """Bertil also works in Sydvik; answers his grants by clinic."""
    attested(cast.apply_again(BERTIL, place.sydvik, at=NOW), by=CECILIA)
    return {s.clinic_id: s.grant_id for s in seats_of(account_id=cast.account_of(BERTIL).id, at=NOW)}


# --- which seats -----------------------------------------------------------------------------------


def test_several_roles_at_one_clinic_are_one_seat_with_the_sum_of_their_rights(place: Country) -> None:
    moa = ANNA
    cast.appoint(moa, place.infection, at=NOW)
    application_id = cast.apply_again(moa, place.infection, sub_registries=("sepsis",), at=NOW)
    attesting.attest(
        application_id=application_id,
        role=Role.READER,
        sub_registries=("sepsis",),
        last_day=date(2027, 1, 31),
        actor=cast.actor(BERTIL, at=NOW),
        at=NOW,
    )
    (seat,) = seats_of(account_id=cast.account_of(moa).id, at=NOW)
    assert seat.roles == {Role.LOCAL_ADMINISTRATOR, Role.READER}
    assert seat.permissions == OF_ADMINISTRATOR | {Permission.READ_RECORDS}
    assert len(seat.grant_ids) == 2
    assert seat.ends_at == datetime.fromisoformat("2027-02-01T00:00:00+01:00"), "the first moment at which one ends"


def test_a_role_counts_in_the_sub_registries_that_it_was_given_for_and_opens_no_others(place: Country) -> None:
    attested(cast.register(ANNA, place.infection, at=NOW))
    attested(cast.apply_again(ANNA, place.infection, role=Role.READER, sub_registries=("sepsis",), at=NOW))
    cast.appoint(ANNA, place.infection, at=NOW)
    (seat,) = seats_of(account_id=cast.account_of(ANNA).id, at=NOW)
    assert (Role.LOCAL_ADMINISTRATOR, "endokardit") in seat.rights, "an administrator's right holds all that are open"
    assert seat.sub_registries_for(Permission.REPORT) == {"pneumoni"}
    assert seat.sub_registries_for(Permission.READ_RECORDS) == {"pneumoni", "sepsis"}


def test_clinics_come_by_name_and_the_office_last(place: Country) -> None:
    two_seats(place)
    cast.appoint_by_program(BERTIL, Role.LOG_REVIEWER, at=NOW)
    seats = seats_of(account_id=cast.account_of(BERTIL).id, at=NOW)
    assert [s.clinic_name for s in seats] == [
        "Infektionskliniken, Norrviks sjukhus",
        "Infektionskliniken, Sydviks sjukhus",
        "",
    ]


def test_rights_of_one_seat_do_not_count_at_another(place: Country) -> None:
    grants = two_seats(place)
    key = cast.log_in(BERTIL, at=NOW)
    for clinic_id, permissions in (
        (place.sydvik, {Permission.WORK, Permission.READ_RECORDS, Permission.REPORT, Permission.READ_REPORTS}),
        (place.infection, OF_ADMINISTRATOR),
    ):
        entering.choose_seat(
            sitting=sitting(key=key, seen=True, at=NOW), grant_id=grants[clinic_id], by=BERTIL.by, at=NOW
        )
        actor = person_of(key)
        assert isinstance(actor, Actor)
        assert actor.seat.permissions == permissions
        assert actor.by.clinic_id == clinic_id


# --- choosing --------------------------------------------------------------------------------------


def test_choosing_a_seat_is_logged_with_the_clinic(place: Country) -> None:
    grants = two_seats(place)
    key = cast.log_in(BERTIL, at=NOW)
    entering.choose_seat(
        sitting=sitting(key=key, seen=True, at=NOW), grant_id=grants[place.sydvik], by=BERTIL.by, at=NOW
    )
    (entry,) = events("session.seat_chosen")
    assert (entry.by_hsa_id, entry.clinic_id) == (BERTIL.hsa_id, place.sydvik)


@pytest.mark.parametrize("whose", ["somebody else's", "nobody's", "a revoked"])
def test_nobody_sits_down_on_a_grant_that_is_not_ones_own_and_living(place: Country, whose: str) -> None:
    grants = two_seats(place)
    key = cast.log_in(BERTIL, at=NOW)
    grant_id = {"somebody else's": grant_of(DORIS), "nobody's": 10**12, "a revoked": grants[place.sydvik]}[whose]
    if whose == "a revoked":
        granting.revoke(grant_id=grant_id, reason="slutat", revoked_by_id=None, by=CECILIA.by, at=NOW)
    here = sitting(key=key, seen=True, at=NOW)
    with refused(NotFound):
        entering.choose_seat(sitting=here, grant_id=grant_id, by=BERTIL.by, at=NOW)


def test_a_session_that_names_somebody_elses_grant_is_not_at_work(place: Country) -> None:
    key = cast.log_in(BERTIL, at=NOW)
    sit_down(session_id=sitting(key=key, seen=True, at=NOW).session_id, grant_id=grant_of(DORIS))
    assert isinstance(person_of(key), CardHolder)


def test_somebody_who_lacks_something_chooses_no_seat(place: Country) -> None:
    cast.register(ANNA, place.infection, at=NOW)
    key = cast.log_in(ANNA, at=NOW)
    here = sitting(key=key, seen=True, at=NOW)
    with refused(NotFound):
        entering.choose_seat(sitting=here, grant_id=grant_of(BERTIL), by=ANNA.by, at=NOW)


# --- at the next click -----------------------------------------------------------------------------


def test_a_grant_that_was_revoked_is_gone_at_the_next_click(place: Country) -> None:
    key = cast.log_in(BERTIL, at=NOW)
    assert isinstance(person_of(key), Actor)
    granting.revoke(grant_id=grant_of(BERTIL), reason="slutat", revoked_by_id=None, by=DORIS.by, at=NOW + MINUTE)
    now = person_of(key, at=NOW + MINUTE)
    assert isinstance(now, CardHolder)
    assert isinstance(now.standing.missing, NoGrant)


def test_a_grant_that_ended_by_the_calendar_is_gone_at_that_very_moment(place: Country) -> None:
    application_id = cast.register(ANNA, place.infection, at=NOW)
    attesting.attest(
        application_id=application_id,
        role=Role.REPORTER,
        sub_registries=("pneumoni",),
        last_day=NOW.date(),
        actor=cast.actor(BERTIL, at=NOW),
        at=NOW,
    )
    midnight = datetime.fromisoformat("2026-11-25T00:00:00+01:00")
    key = cast.log_in(ANNA, at=midnight - 5 * MINUTE)
    assert isinstance(person_of(key, at=midnight - SECOND), Actor)
    assert isinstance(person_of(key, at=midnight), CardHolder)


def test_a_suspended_or_ended_person_is_out_and_learns_why_at_the_next_login(place: Country) -> None:
    keys = [cast.log_in(who_, at=NOW) for who_ in (BERTIL, CECILIA)]
    accounts.suspend(
        account_id=cast.account_of(BERTIL).id, reason="utreds", authority=Authority.OFFICE, by=DORIS.by, at=NOW
    )
    account_end.end_account(account_id=cast.account_of(CECILIA).id, reason="slutat", by=DORIS.by, at=NOW)
    for key in keys:
        with pytest.raises(SessionMissing):
            sitting(key=key, seen=True, at=NOW)
    again = {who_: person_of(cast.log_in(who_, at=NOW)) for who_ in (BERTIL, CECILIA)}
    missing = {w: type(h.standing.missing) if isinstance(h, CardHolder) else None for w, h in again.items()}
    assert missing == {BERTIL: AccountSuspended, CECILIA: AccountEnded}


def test_a_good_card_of_nobody_in_the_registry_is_a_holder_without_anything(place: Country) -> None:
    holder = person_of(cast.log_in(ANNA, at=NOW))
    assert isinstance(holder, CardHolder)
    assert isinstance(holder.standing.missing, NotRegistered)
    assert (holder.standing.account, holder.standing.seats, holder.standing.application) == (None, (), None)
    assert (holder.by.hsa_id, holder.by.account_id) == (ANNA.card.hsa_id, None)


def test_every_login_is_logged_as_done_or_refused_with_what_was_missing(place: Country) -> None:
    cast.register(ANNA, place.infection, at=NOW)
    for who_ in (ANNA, BERTIL):
        cast.log_in(who_, at=NOW)
    newest = events("login.done")[0]
    assert (newest.by_hsa_id, newest.facts) == (BERTIL.hsa_id, {"seats": 1})
    assert [(e.by_hsa_id, e.facts) for e in events("login.refused")] == [(ANNA.hsa_id, {"code": "login.not_attested"})]


def test_the_spelling_of_an_hsa_id_on_the_card_does_not_matter(place: Country) -> None:
    assert (
        standing_of(hsa_id=HsaId(BERTIL.hsa_id.lower()), at=NOW).seats
        == standing_of(hsa_id=BERTIL.card.hsa_id, at=NOW).seats
    )


# --- who is told and asked -------------------------------------------------------------------------


@pytest.mark.parametrize("why", ["suspended", "revoked", "ended", "before", "after"])
def test_administrators_and_office_are_those_who_can_act_now(place: Country, why: str) -> None:
    at = NOW
    grant_id, office_grant = grant_of(CECILIA), grant_of(DORIS)
    for somebody, grant in ((CECILIA, grant_id), (DORIS, office_grant)):
        account_id = cast.account_of(somebody).id
        match why:
            case "suspended":
                accounts.suspend(account_id=account_id, reason="utreds", authority=Authority.OFFICE, by=ERIK.by, at=NOW)
            case "revoked":
                granting.revoke(grant_id=grant, reason="slutat", revoked_by_id=None, by=ERIK.by, at=NOW)
            case "ended":
                account_end.end_account(account_id=account_id, reason="slutat", by=ERIK.by, at=NOW)
            case "before":
                at = NOW - 31 * DAY
            case _:
                at = NOW + 3 * 366 * DAY
    assert active_administrators(clinic_id=place.sydvik, at=at) == ()
    assert registry_office(at=at) == ()
    assert len(active_administrators(clinic_id=place.infection, at=NOW)) == 2


def test_a_session_outlives_no_clock_for_want_of_a_seat(place: Country) -> None:
    """Anyone who waits is logged out by the same clocks as the person who works."""
    key = cast.log_in(ANNA, at=NOW)
    with pytest.raises(Exception, match=r"session\.idle"):
        person_of(key, at=NOW + HOUR)
