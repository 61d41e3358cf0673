"""What several do at the same moment: one of them is right, the others learn of it, and nobody waits for ever."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from threading import Event
from time import sleep

import pytest
from django.db import connection, transaction
from pytest_django import DjangoDbBlocker

from registret.access.applications import account_end, applying, attesting, confirming, entering
from registret.access.grants import granting
from registret.access.lifecycle import ApplicationState
from registret.access.models import Application, Grant, RecertificationLine
from registret.access.queries.administrators import active_administrators
from registret.access.refusals import AlreadyDecided
from registret.access.roles import Role
from registret.access.self_service import my_account
from registret.access.staff import appointing
from registret.access.staff.changing_grants import change_grant, revoke_grant
from registret.access.staff.recertification.answering import LineAnswer, answer
from registret.access.staff.recertification.opening import start
from registret.access.staff.suspending import reinstate_person, suspend_person
from registret.accounts import services as accounts
from registret.accounts.lifecycle import Authority
from registret.accounts.locks import lock_account
from registret.accounts.queries import has_ended_account, pending_change
from registret.kernel.by import By
from registret.kernel.identifiers import EmailAddress, HsaId
from tests import cast
from tests.cast import ANNA, BERTIL, DORIS, KARIN, Country, Person, person
from tests.parallel import Kept, together, while_open
from tests.rooms.access.scene import DAY, LAST_DAY, NOW, attested, events, kinds, state_of

pytestmark = pytest.mark.usefixtures("committed")

MANY = 6
Act = Callable[[], object]
MOA = person("Moa", "Lind", "SE2321009991-E00M5N9")


@pytest.fixture(scope="module")
def kept(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Kept[Country]]:
    with django_db_blocker.unblock(), Kept.of(lambda: cast.country(NOW - 30 * DAY)) as kept:
        yield kept


@pytest.fixture
def place(kept: Kept[Country], committed: None) -> Country:
    return kept.brought_back()


def answers(results: Sequence[object]) -> Counter[str]:
    """How many of each: names of refusals, and the class of what was answered."""
    return Counter(type(result).__name__ for result in results)


def attestation(application_id: int, who: Person) -> Act:
    return partial(
        attesting.attest,
        application_id=application_id,
        role=Role.REPORTER,
        sub_registries=("pneumoni",),
        last_day=LAST_DAY,
        actor=cast.actor(who, at=NOW),
        at=NOW,
    )


def right_of(who: Person) -> int:
    """Of a local administrator."""
    return Grant.objects.get(account=cast.account_of(who).id, role=Role.LOCAL_ADMINISTRATOR, revoked_at=None).id


def revoking(who: Person) -> Act:
    """The office takes the right of a local administrator away."""
    return partial(revoke_grant, grant_id=right_of(who), reason="slutat", actor=cast.actor(DORIS, at=NOW), at=NOW)


def narrowing(who: Person) -> Act:
    """The office leaves a local administrator sepsis alone."""
    return partial(
        change_grant,
        grant_id=right_of(who),
        role=Role.LOCAL_ADMINISTRATOR,
        sub_registries=("sepsis",),
        last_day=LAST_DAY,
        actor=cast.actor(DORIS, at=NOW),
        at=NOW,
    )


def declining(application_id: int, who: Person) -> Act:
    return partial(
        attesting.decline, application_id=application_id, reason="okänd", actor=cast.actor(who, at=NOW), at=NOW
    )


def registering(who: Person, place: Country) -> Act:
    return partial(
        entering.register,
        card=who.card,
        email=who.email,
        clinic_id=place.infection,
        role=Role.REPORTER,
        sub_registries=("pneumoni",),
        message="",
        language="sv",
        by=who.by,
        at=NOW,
    )


def test_of_many_who_attest_one_does_and_there_is_one_right_one_letter_one_entry(place: Country) -> None:
    waiting = cast.register(ANNA, place.infection, at=NOW)
    results = together([attestation(waiting, who) for who in (BERTIL, KARIN)] * (MANY // 2))
    assert answers(results) == {"int": 1, "AlreadyDecided": MANY - 1}
    assert Grant.objects.filter(application_id=waiting).count() == 1
    assert len(events("application.attest")) == 1
    assert kinds(ANNA).count("attested") == 1


def test_who_attests_holds_no_application_while_waiting_for_the_account(place: Country) -> None:
    """Ending an account takes the account first too: the other way round, the two would wait for each other."""
    waiting = cast.register(ANNA, place.infection, at=NOW)
    result = while_open(
        partial(lock_account, account_id=cast.account_of(ANNA).id),
        attestation(waiting, BERTIL),
        meanwhile=partial(Application.objects.select_for_update(nowait=True).get, id=waiting),
    )
    assert answers([result]) == {"int": 1}


def test_of_one_who_attests_and_one_who_declines_one_is_right_and_the_other_learns_which(place: Country) -> None:
    waiting = cast.register(ANNA, place.infection, at=NOW)
    results = together([attestation(waiting, BERTIL), declining(waiting, KARIN)] * (MANY // 2))
    state = state_of(waiting)
    assert answers(results) == {
        "int" if state is ApplicationState.ATTESTED else "NoneType": 1,
        "AlreadyDecided": MANY - 1,
    }
    assert {r.facts["state"] for r in results if isinstance(r, AlreadyDecided)} == {state.value}
    assert Grant.objects.filter(application_id=waiting).exists() is (state is ApplicationState.ATTESTED)


def test_taking_back_and_attesting_at_once_end_in_one_of_the_two(place: Country) -> None:
    waiting = cast.register(ANNA, place.infection, at=NOW)
    take_back: Act = partial(applying.withdraw, account_id=cast.account_of(ANNA).id, by=ANNA.by, at=NOW)
    results = together([attestation(waiting, BERTIL), take_back, attestation(waiting, KARIN), take_back])
    assert set(answers(results)) <= {"int", "NoneType", "AlreadyDecided", "NotFound"}
    assert answers(results)["int"] + answers(results)["NoneType"] == 1
    assert Grant.objects.filter(application_id=waiting).exists() is (state_of(waiting) is ApplicationState.ATTESTED)


def test_who_attests_what_is_taken_back_at_that_moment_learns_it(place: Country) -> None:
    waiting = cast.register(ANNA, place.infection, at=NOW)
    take_back: Act = partial(applying.withdraw, account_id=cast.account_of(ANNA).id, by=ANNA.by, at=NOW)
    assert answers([while_open(take_back, attestation(waiting, BERTIL))]) == {"AlreadyDecided": 1}


def test_of_many_registrations_of_one_card_one_counts(place: Country) -> None:
    in_small = person("Anna", "Berg", ANNA.hsa_id.lower())
    results = together([registering(who, place) for who in (ANNA, in_small)] * 2)
    assert answers(results) == {"int": 1, "AccountExists": 3}
    assert kinds(ANNA) == ["confirm_email"]
    assert len(events("application.made")) == 1


def test_of_many_who_send_the_same_application_twice_one_counts(place: Country) -> None:
    cast.register(ANNA, place.medicine, at=NOW)
    act: Act = partial(
        applying.apply,
        account_id=cast.account_of(ANNA).id,
        clinic_id=place.infection,
        role=Role.REPORTER,
        sub_registries=("pneumoni",),
        message="",
        by=ANNA.by,
        at=NOW,
    )
    before = kinds(BERTIL)
    assert answers(together([act] * MANY)) == {"int": 1, "AlreadyApplied": MANY - 1}
    assert kinds(BERTIL) == [*before, "application_waiting"]


def test_of_many_reminders_one_is_sent(place: Country) -> None:
    cast.register(ANNA, place.infection, at=NOW)
    before = kinds(BERTIL)
    remind: Act = partial(applying.remind, account_id=cast.account_of(ANNA).id, by=ANNA.by, at=NOW)
    assert answers(together([remind] * MANY)) == {"int": 1, "RemindedToday": MANY - 1}
    assert kinds(BERTIL) == [*before, "reminder"]


def test_of_many_appointments_of_one_person_one_is_made(place: Country) -> None:
    act: Act = partial(
        appointing.appoint_local_administrator,
        hsa_id=HsaId.parse(MOA.hsa_id),
        given_name="Moa",
        surname="Lind",
        email=MOA.email,
        clinic_id=place.sydvik,
        actor=cast.actor(DORIS, at=NOW),
        at=NOW,
    )
    assert answers(together([act] * 5)) == {"int": 1, "AlreadyGranted": 4}
    assert kinds(MOA) == ["appointed", "confirm_appointed"]


def test_of_the_office_and_who_reads_given_to_one_person_at_once_one_is(place: Country) -> None:
    roles = (Role.REGISTRY_OFFICE, Role.CASE_HANDLER, Role.LOG_REVIEWER)
    acts: list[Act] = [partial(cast.appoint_by_program, BERTIL, role, at=NOW) for role in roles]
    assert "GivesRights" in answers(together(acts))
    held = Grant.objects.filter(account_id=cast.account_of(BERTIL).id, role__in=roles)
    assert set(held.values_list("role", flat=True)) in ({Role.REGISTRY_OFFICE}, {Role.CASE_HANDLER, Role.LOG_REVIEWER})


def test_an_appointment_and_a_registration_of_one_card_make_one_account_and_lose_nothing(place: Country) -> None:
    appoint: Act = partial(
        appointing.appoint_local_administrator,
        hsa_id=HsaId.parse(ANNA.hsa_id),
        given_name="Anna",
        surname="Berg",
        email=ANNA.email,
        clinic_id=place.sydvik,
        actor=cast.actor(DORIS, at=NOW),
        at=NOW,
    )
    results = together([appoint, registering(ANNA, place)])
    assert set(answers(results)) <= {"int", "AccountExists"}
    assert isinstance(results[0], int), "the office's decision holds, whichever of them made the account"
    assert Grant.objects.filter(account_id=cast.account_of(ANNA).id).count() == 1


def test_of_many_who_revoke_one_does(place: Country) -> None:
    grant_id = cast.appoint(MOA, place.medicine, at=NOW)
    act: Act = partial(granting.revoke, grant_id=grant_id, reason="slutat", revoked_by_id=None, by=DORIS.by, at=NOW)
    assert answers(together([act] * MANY)) == {"NoneType": 1, "NotFound": MANY - 1}
    assert len(events("grant.revoked")) == 1


def test_attesting_and_ending_the_account_at_once_leave_no_right_and_nothing_that_waits(place: Country) -> None:
    waiting = cast.register(ANNA, place.infection, at=NOW)
    account_id = cast.account_of(ANNA).id
    end: Act = partial(account_end.end_account, account_id=account_id, reason="slutat", by=DORIS.by, at=NOW)
    results = together([attestation(waiting, BERTIL), end, declining(waiting, KARIN), end])
    assert set(answers(results)) <= {"int", "NoneType", "AlreadyDecided", "NotPossible"}
    assert has_ended_account(hsa_id=ANNA.card.hsa_id)
    assert not Grant.objects.filter(account_id=account_id, revoked_at=None).exists()
    assert state_of(waiting) is not ApplicationState.WAITING


def test_applying_and_ending_the_account_at_once_leave_nothing_that_waits(place: Country) -> None:
    cast.register(ANNA, place.medicine, at=NOW)
    account_id = cast.account_of(ANNA).id
    apply: Act = partial(
        applying.apply,
        account_id=account_id,
        clinic_id=place.infection,
        role=Role.REPORTER,
        sub_registries=("pneumoni",),
        message="",
        by=ANNA.by,
        at=NOW,
    )
    end: Act = partial(account_end.end_account, account_id=account_id, reason="slutat", by=DORIS.by, at=NOW)
    results = together([apply, apply, apply, end])
    assert set(answers(results)) <= {"int", "NoneType", "AlreadyApplied", "AccountEnded"}
    assert not Application.objects.filter(account_id=account_id, state=ApplicationState.WAITING).exists()


def test_confirming_suspending_and_applying_at_once_never_stop_each_other(place: Country) -> None:
    cast.register(ANNA, place.medicine, confirmed=False, at=NOW)
    account_id = cast.account_of(ANNA).id
    confirm: Act = partial(cast.confirm_mail, ANNA, at=NOW)
    suspend: Act = partial(cast.suspend, ANNA, at=NOW)
    remind: Act = partial(applying.remind, account_id=account_id, by=ANNA.by, at=NOW)
    take_back: Act = partial(applying.withdraw, account_id=account_id, by=ANNA.by, at=NOW)
    results = together([confirm, suspend, remind, take_back])
    allowed = {"NoneType", "int", "NotPossible", "NotFound", "AccountSuspended", "ConfirmationDone"}
    assert set(answers(results)) <= allowed


def test_an_application_that_is_made_while_the_mail_is_confirmed_is_told_of(place: Country) -> None:
    for number in range(6):
        who = person("Nils", f"Nord{number}", f"SE2321009991-N{number}")
        cast.register(who, place.medicine, confirmed=False, at=NOW)
        before = kinds(BERTIL)
        apply: Act = partial(
            applying.apply,
            account_id=cast.account_of(who).id,
            clinic_id=place.infection,
            role=Role.REPORTER,
            sub_registries=("pneumoni",),
            message="",
            by=who.by,
            at=NOW,
        )
        confirm: Act = partial(cast.confirm_mail, who, at=NOW)
        together([apply, confirm])
        assert kinds(BERTIL) == [*before, "application_waiting"]


def until_somebody_waits() -> None:
    """Until another transaction wants what this one holds."""
    waiting = "SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
    with connection.cursor() as cursor:
        for _ in range(3000):
            cursor.execute(waiting)
            if cursor.fetchone():
                return
            sleep(0.01)
    raise AssertionError("nobody waits")


def test_a_clinic_that_lifts_its_suspension_while_the_office_makes_one_lifts_not_the_offices(place: Country) -> None:
    attested(cast.register(ANNA, place.infection, at=NOW))
    anna, bertil, held = cast.account_of(ANNA).id, cast.actor(BERTIL, at=NOW), Event()
    suspend_person(account_id=anna, reason="klinikens", actor=bertil, at=NOW)

    def by_the_office() -> None:
        with transaction.atomic():
            lock_account(account_id=anna)
            held.set()
            until_somebody_waits()
            accounts.reinstate(account_id=anna, by=DORIS.by, at=NOW)
            cast.suspend(ANNA, at=NOW)

    def by_the_clinic() -> None:
        held.wait(timeout=30)
        reinstate_person(account_id=anna, actor=bertil, at=NOW)

    assert answers(together([by_the_office, by_the_clinic])) == {"NoneType": 1, "SuspendedElsewhere": 1}
    assert cast.account_of(ANNA).state_authority is Authority.OFFICE


def leaving(who: Person) -> Act:
    account_id = cast.account_of(who).id
    (grant,) = my_account.own_grants(account_id=account_id, at=NOW)
    return partial(my_account.leave, account_id=account_id, grant_id=grant.id, by=who.by, at=NOW)


def test_of_two_administrators_who_leave_at_once_one_stays(place: Country) -> None:
    for _ in range(3):
        results = together([leaving(BERTIL), leaving(KARIN)])
        assert answers(results) == {"NoneType": 1, "LastAdministrator": 1}
        (left,) = active_administrators(clinic_id=place.infection, at=NOW)
        gone = KARIN if left.account_id == cast.account_of(BERTIL).id else BERTIL
        cast.appoint(gone, place.infection, at=NOW)


def test_leaving_and_ending_a_colleagues_account_at_once_never_stop_each_other(place: Country) -> None:
    end: Act = partial(
        account_end.end_account, account_id=cast.account_of(KARIN).id, reason="slutat", by=DORIS.by, at=NOW
    )
    results = together([leaving(BERTIL), end, leaving(KARIN)])
    assert set(answers(results)) <= {"NoneType", "LastAdministrator", "NotFound", "AccountEnded", "NotPossible"}


def test_confirming_another_address_and_objecting_to_it_at_once_leave_the_old_one(place: Country) -> None:
    cast.register(ANNA, place.infection, at=NOW)
    account_id = cast.account_of(ANNA).id
    email = EmailAddress.parse("anna.ny@regionnorrvik.se")
    my_account.ask_for_address(account_id=account_id, email=email, card_read_at=NOW, by=ANNA.by, at=NOW)
    waiting = pending_change(account_id=account_id)
    assert waiting is not None
    confirm: Act = partial(
        confirming.confirm_by_link,
        confirmation=(waiting.id, waiting.version),
        hsa_id=ANNA.card.hsa_id,
        by=ANNA.by,
        at=NOW,
    )
    visitor = By.nobody(network=None)
    objection: Act = partial(my_account.object_to_address, confirmation_id=waiting.id, by=visitor, at=NOW)
    results = together([confirm, objection, objection, confirm])
    assert set(answers(results)) <= {"NoneType", "ObjectionOver", "ConfirmationReplaced", "ConfirmationDone"}
    assert answers(results[1:3]) == {"NoneType": 1, "ObjectionOver": 1}
    assert cast.account_of(ANNA).email == ANNA.email
    assert pending_change(account_id=account_id) is None


def test_a_foreign_address_and_a_change_of_the_right_at_once_leave_no_right_unattested(place: Country) -> None:
    grant_id = attesting.attest(
        application_id=cast.register(ANNA, place.infection, at=NOW),
        role=Role.REPORTER,
        sub_registries=("pneumoni",),
        last_day=LAST_DAY,
        actor=cast.actor(BERTIL, at=NOW),
        at=NOW,
    )
    account_id = cast.account_of(ANNA).id
    email = EmailAddress.parse("anna@example.org")
    my_account.ask_for_address(account_id=account_id, email=email, card_read_at=NOW, by=ANNA.by, at=NOW)
    waiting = pending_change(account_id=account_id)
    assert waiting is not None
    confirm: Act = partial(
        confirming.confirm_by_link,
        confirmation=(waiting.id, waiting.version),
        hsa_id=ANNA.card.hsa_id,
        by=ANNA.by,
        at=NOW,
    )
    change: Act = partial(
        change_grant,
        grant_id=grant_id,
        role=Role.READER,
        sub_registries=("sepsis",),
        last_day=LAST_DAY,
        actor=cast.actor(KARIN, at=NOW),
        at=NOW,
    )
    results = together([confirm, change])
    assert set(answers(results)) <= {"NoneType", "int", "NotFound"}
    assert isinstance(results[0], type(None))
    assert not Grant.objects.filter(account_id=account_id, revoked_at=None).exists()
    assert Application.objects.filter(account_id=account_id, state=ApplicationState.WAITING).count() == 1


@pytest.mark.parametrize("taking_away", [revoking, narrowing])
def test_nobody_gives_what_is_being_taken_from_them_at_that_moment(
    place: Country, taking_away: Callable[[Person], Act]
) -> None:
    waiting = cast.register(ANNA, place.infection, at=NOW)
    refusal = while_open(taking_away(BERTIL), attestation(waiting, BERTIL))
    assert answers([refusal]) == {"NotPermitted": 1}
    assert state_of(waiting) is ApplicationState.WAITING
    assert not Grant.objects.filter(account_id=cast.account_of(ANNA).id).exists()


def test_nobody_changes_or_recertifies_a_right_while_theirs_is_taken_away(place: Country) -> None:
    attested(cast.register(ANNA, place.infection, at=NOW))
    (grant,) = my_account.own_grants(account_id=cast.account_of(ANNA).id, at=NOW)
    start(clinic_id=place.infection, reason="skäl", actor=cast.actor(DORIS, at=NOW), at=NOW)
    line = RecertificationLine.objects.get(account_id=cast.account_of(ANNA).id)
    bertil = cast.actor(BERTIL, at=NOW)
    keep: Act = partial(answer, line_id=line.id, answer=LineAnswer.KEEP, actor=bertil, at=NOW)
    extend: Act = partial(
        change_grant,
        grant_id=grant.id,
        role=Role.READER,
        sub_registries=("pneumoni",),
        last_day=LAST_DAY,
        actor=bertil,
        at=NOW,
    )
    refusals = []
    for act in (keep, extend):
        refusals.append(while_open(revoking(BERTIL), act))
        cast.appoint(BERTIL, place.infection, at=NOW)
    assert answers(refusals) == {"NotPermitted": 2}


def test_two_acts_of_one_administrator_and_the_end_of_the_right_never_stop_each_other(place: Country) -> None:
    first, second = (cast.register(who, place.infection, at=NOW) for who in (ANNA, MOA))
    results = together([attestation(first, BERTIL), attestation(second, BERTIL), revoking(BERTIL), leaving(KARIN)])
    assert set(answers(results)) <= {"int", "NoneType", "NotPermitted", "LastAdministrator"}
