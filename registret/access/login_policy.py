"""Logging in asks one pure function what is missing."""

from __future__ import annotations

from collections.abc import Sequence

from registret.access.actor import Assignment
from registret.access.lifecycle import ApplicationState
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
from registret.accounts.lifecycle import AccountState
from registret.kernel.refused import Refused


def login_blocker(
    *,
    account: AccountState | None,
    had_account: bool,
    seats: Sequence[Assignment],
    newest_application: ApplicationState | None,
) -> Refused | None:
    """The one refusal that tells the holder of a good card what to do next; None means: come in.

    `account` is the state of the living account (None: there is none), `had_account` whether one was ended before,
    `newest_application` the state of the last application of that account.
    """
    if account is None:
        return AccountEnded() if had_account else NotRegistered()
    if account is AccountState.SUSPENDED:
        return AccountSuspended()
    if account is not AccountState.CONFIRMED:
        return MailNotConfirmed()
    if seats:
        return None
    match newest_application:
        case ApplicationState.WAITING:
            return NotAttested()
        case ApplicationState.DECLINED:
            return ApplicationDeclined()
        case ApplicationState.LAPSED:
            return ApplicationLapsed()
        case _:
            return NoGrant()
