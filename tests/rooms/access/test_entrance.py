"""Logging in asks what is missing: every combination of what can be, against a table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product

import pytest

from registret.access.actor import Assignment
from registret.access.lifecycle import ApplicationState as Application
from registret.access.login_policy import login_blocker
from registret.access.refusals import (
    AccountEnded,
    AccountSuspended,
    ApplicationDeclined,
    ApplicationLapsed,
    MailNotConfirmed,
    NoGrant,
    NotAttested,
    NotRegistered,
)
from registret.access.roles import Role
from registret.accounts.lifecycle import AccountState as Account
from registret.kernel.refused import Refused, every_refusal

ANY = object()
SEAT = Assignment(
    grant_id=1,
    grant_ids=frozenset({1}),
    clinic_id=1,
    clinic_name="Infektionskliniken, Norrviks sjukhus",
    care_provider_id=1,
    organisation_number="2321009991",
    roles=frozenset({Role.REPORTER}),
    rights=frozenset({(Role.REPORTER, "pneumoni")}),
    ends_at=datetime(2099, 1, 1, tzinfo=UTC),
)


@dataclass(frozen=True, slots=True)
class Row:
    """Account, whether one was ended before, number of seats, newest application: what is missing (None: nothing)."""

    account: object
    had_account: object
    seats: object
    newest: object
    missing: type[Refused] | None

    def fits(self, case: tuple[object, ...]) -> bool:
        wanted = (self.account, self.had_account, self.seats, self.newest)
        return all(w is ANY or w == c for w, c in zip(wanted, case, strict=True))


TABLE = [
    Row(None, False, ANY, ANY, NotRegistered),
    Row(None, True, ANY, ANY, AccountEnded),
    Row(Account.REGISTERED, ANY, ANY, ANY, MailNotConfirmed),
    Row(Account.SUSPENDED, ANY, ANY, ANY, AccountSuspended),
    Row(Account.CONFIRMED, ANY, 1, ANY, None),
    Row(Account.CONFIRMED, ANY, 2, ANY, None),
    Row(Account.CONFIRMED, ANY, 0, Application.WAITING, NotAttested),
    Row(Account.CONFIRMED, ANY, 0, Application.DECLINED, ApplicationDeclined),
    Row(Account.CONFIRMED, ANY, 0, Application.LAPSED, ApplicationLapsed),
    Row(Account.CONFIRMED, ANY, 0, Application.WITHDRAWN, NoGrant),
    # Attested, and the grant has ended or was revoked since.
    Row(Account.CONFIRMED, ANY, 0, Application.ATTESTED, NoGrant),
    Row(Account.CONFIRMED, ANY, 0, None, NoGrant),
]
LIVING = [None, Account.REGISTERED, Account.CONFIRMED, Account.SUSPENDED]
CASES = list(product(LIVING, [False, True], [0, 1, 2], [None, *Application]))


def answer(case: tuple[Account | None, bool, int, Application | None]) -> Refused | None:
    account, had_account, seats, newest = case
    return login_blocker(account=account, had_account=had_account, seats=[SEAT] * seats, newest_application=newest)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_is_missing_is_what_the_one_fitting_row_says(
    case: tuple[Account | None, bool, int, Application | None],
) -> None:
    (row,) = [row for row in TABLE if row.fits(case)]
    found = answer(case)
    assert (type(found) if found else None) is row.missing


def test_every_row_fits_something() -> None:
    assert all(any(row.fits(case) for case in CASES) for row in TABLE)


def test_everything_that_a_login_can_lack_stands_in_the_table() -> None:
    codes = {row.missing.code for row in TABLE if row.missing is not None}
    # Whose card it is was looked at before.
    before = {"login.hsa_id_disputed"}
    assert codes == {code for code in every_refusal() if code.startswith("login.")} - before


def test_an_account_that_ended_never_lets_anybody_in_whatever_else_is_there() -> None:
    for seats, newest in product([0, 1], [None, *Application]):
        assert answer((Account.ENDED, False, seats, newest)) is not None
