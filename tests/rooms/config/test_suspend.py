"""`registret suspend`: nobody is beyond a suspension, and who works for the registry itself is suspended by two."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from registret.access.roles import Role
from registret.access.staff.suspending import reinstate_person
from registret.accounts.lifecycle import AccountState, Authority
from registret.ledger.queries import Wanted, entries
from registret.mail.queries import letters_about
from tests import cast
from tests.cast import ANNA, BERTIL, DORIS, ERIK, KARIN, Country, Person, person
from tests.rooms.web.client import Browser
from tests.rooms.web.conftest import static_files

__all__ = ["static_files"]

pytestmark = pytest.mark.django_db

DECIDED = ["--decided-by", "Sven Styrelse", "--decided-by", "Tove Tvåa"]


@pytest.fixture(scope="module", autouse=True)
def place(module_db: None) -> Country:
    return cast.country(timezone.now())


def arguments(who: Person = ERIK, *, reason: str = "Kortet är stulet") -> list[str]:
    return ["--hsa-id", who.hsa_id, "--reason", reason]


def suspend(*given: str) -> str:
    out = StringIO()
    call_command("suspend", *given, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("who", [DORIS, ERIK, BERTIL])
def test_whoever_it_is_is_out_at_the_next_click_told_why_and_both_names_are_in_the_log(who: Person) -> None:
    browser = Browser.of(who)
    assert browser.get("/start").status_code == 200
    assert suspend(*arguments(who), *DECIDED).startswith(f"{who.hsa_id} is suspended everywhere")
    assert browser.get("/start").status_code != 200
    account = cast.account_of(who)
    assert (account.state, account.state_authority) == (AccountState.SUSPENDED, Authority.OFFICE)
    (entry,) = entries(wanted=Wanted(event="account.suspension_decided")).rows
    assert (entry.by_program, entry.about_hsa_id) == ("suspend", who.hsa_id)
    assert entry.facts == {"decided_by": "Sven Styrelse, Tove Tvåa"}
    assert letters_about(account.id)[0].kind == "suspended"


def test_another_at_the_office_lifts_it() -> None:
    ingrid = person("Ingrid", "Falk", "SE2321009991-E00J3F2")
    cast.appoint_by_program(ingrid, Role.REGISTRY_OFFICE, at=timezone.now())
    suspend(*arguments(DORIS), *DECIDED)
    now = timezone.now()
    reinstate_person(account_id=cast.account_of(DORIS).id, actor=cast.actor(ingrid, at=now), at=now)
    assert cast.account_of(DORIS).state is AccountState.CONFIRMED


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ([*arguments(reason=" "), *DECIDED], "--reason"),
        ([*arguments(), *DECIDED, "--hsa-id", "191212121212"], "--hsa-id"),
        ([*arguments(person("Nils", "Ny", "SE2321009991-E00N1Y1")), *DECIDED], "has no account"),
        ([*arguments(ANNA), *DECIDED], "is registered"),
        ([*arguments(KARIN), *DECIDED], "is suspended"),
        (arguments(), "--decided-by: give it twice"),
        ([*arguments(), "--decided-by", "Sven Styrelse", "--decided-by", "sven  styrelse"], "two different people"),
    ],
)
def test_what_is_wrong_is_one_line_and_nobody_is_suspended(place: Country, given: list[str], says: str) -> None:
    cast.register(ANNA, place.infection, confirmed=False, at=timezone.now())
    cast.suspend(KARIN, at=timezone.now())
    err = StringIO()
    with pytest.raises(SystemExit) as stopped:
        call_command("suspend", *given, stdout=err, stderr=err)
    assert stopped.value.code == 1
    why, done = err.getvalue().splitlines()
    assert says in why
    assert done == "nobody was suspended"
    assert [cast.account_of(who).state for who in (ERIK, ANNA)] == [AccountState.CONFIRMED, AccountState.REGISTERED]
    assert entries(wanted=Wanted(event="account.suspension_decided")).rows == ()
