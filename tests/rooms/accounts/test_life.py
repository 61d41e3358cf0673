"""An account takes the steps of its table; the code refuses every other, and so does the database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from registret.access.applications import confirming
from registret.accounts import services as accounts
from registret.accounts.lifecycle import ACCOUNT_LIFE, AccountState, Authority
from registret.accounts.queries import account, has_ended_account, living_account
from registret.accounts.refusals import ConfirmationDone
from registret.kernel.identifiers import HsaId
from registret.kernel.life import NotPossible
from registret.ledger.queries import Wanted, entries
from tests import cast
from tests.cast import ANNA, BERTIL

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
ACTS: dict[str, Callable[[int], None]] = {
    "confirm_email": lambda i: cast.confirm_mail(ANNA, at=NOW),
    "suspend": lambda i: accounts.suspend(
        account_id=i, reason="utreds", authority=Authority.OFFICE, by=BERTIL.by, at=NOW
    ),
    "reinstate": lambda i: accounts.reinstate(account_id=i, by=BERTIL.by, at=NOW),
    "end": lambda i: accounts.end(account_id=i, reason="slutat", by=BERTIL.by, at=NOW),
}
STEPS = sorted(ACCOUNT_LIFE.steps.items())
PAIRS = [(before, after) for before in AccountState for after in AccountState if before is not after]

pytestmark = pytest.mark.django_db


def way_to(state: AccountState) -> list[str]:
    """The fewest acts that lead from a registration to `state`."""
    ways: dict[AccountState, list[str]] = {AccountState.REGISTERED: []}
    for _ in AccountState:
        for (before, act), after in STEPS:
            if before in ways:
                ways.setdefault(after, [*ways[before], act])
    return ways[state]


def account_in(state: AccountState) -> int:
    cast.register(ANNA, cast.clinics(NOW).infection, confirmed=False, at=NOW)
    account_id = cast.account_of(ANNA).id
    for act in way_to(state):
        ACTS[act](account_id)
    return account_id


def state_of(account_id: int) -> AccountState:
    found = account(account_id=account_id)
    assert found is not None
    return found.state


@pytest.mark.parametrize("state", AccountState)
def test_every_state_can_be_reached(state: AccountState) -> None:
    assert state_of(account_in(state)) is state


def test_every_act_of_the_table_is_tried_here() -> None:
    assert {act for _, act in ACCOUNT_LIFE.steps} == set(ACTS)


@pytest.mark.parametrize(("step", "after"), STEPS)
def test_a_possible_step_is_taken_and_logged_once(step: tuple[AccountState, str], after: AccountState) -> None:
    state, act = step
    account_id = account_in(state)
    entries_before = len(entries(wanted=Wanted(event=f"account.{act}")).rows)
    ACTS[act](account_id)
    assert state_of(account_id) is after
    assert len(entries(wanted=Wanted(event=f"account.{act}")).rows) == entries_before + 1


@pytest.mark.parametrize(
    ("state", "act"),
    [(s, a) for s in AccountState for a in ("suspend", "reinstate", "end") if (s, a) not in dict(STEPS)],
)
def test_an_impossible_step_is_refused_and_changes_nothing(state: AccountState, act: str) -> None:
    account_id = account_in(state)
    newest = entries(wanted=Wanted()).rows[0].id
    with pytest.raises(NotPossible) as no:
        ACTS[act](account_id)
    assert no.value.facts == {"act": act, "state": state.value}
    assert state_of(account_id) is state
    assert entries(wanted=Wanted()).rows[0].id == newest


@pytest.mark.parametrize("state", [s for s in AccountState if s is not AccountState.REGISTERED])
def test_nobody_confirms_an_address_twice_or_of_an_account_that_ended(state: AccountState) -> None:
    account_id = account_in(state)
    with pytest.raises(ConfirmationDone):
        confirming.confirm_by_code(account_id=account_id, code="AAAAAA", by=ANNA.by, at=NOW)
    assert state_of(account_id) is state


@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_the_database_lets_through_the_steps_of_the_table_and_no_other(
    before: AccountState, after: AccountState
) -> None:
    account_id = account_in(before)
    confirmed = None if after is AccountState.REGISTERED else NOW
    ended = NOW if after is AccountState.ENDED else None
    authority = "office" if after is AccountState.SUSPENDED else ""

    def force() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE accounts_account SET state = %s, confirmed_at = %s, ended_at = %s, state_authority = %s"
                " WHERE id = %s",
                [after.value, confirmed, ended, authority, account_id],
            )

    if (before.value, after.value) in ACCOUNT_LIFE.pairs():
        force()
        assert state_of(account_id) is after
    else:
        with pytest.raises(IntegrityError, match=f"no step from {before} to {after}"):
            force()
        assert state_of(account_id) is before


def test_the_database_never_lets_an_account_change_its_hsa_id() -> None:
    account_id = account_in(AccountState.CONFIRMED)
    with pytest.raises(IntegrityError, match="never changes"), connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_account SET hsa_id = %s WHERE id = %s", [BERTIL.hsa_id, account_id])


def test_after_an_end_the_hsa_id_is_free_and_the_old_account_stays() -> None:
    ended = account_in(AccountState.ENDED)
    assert living_account(hsa_id=ANNA.card.hsa_id) is None
    assert has_ended_account(hsa_id=HsaId(ANNA.hsa_id.lower()))
    cast.register(ANNA, cast.clinic_id(cast.INFECTION), at=NOW)
    assert cast.account_of(ANNA).id != ended
    assert state_of(ended) is AccountState.ENDED


def test_a_renewed_card_brings_a_new_name_at_login_and_nothing_else() -> None:
    account_id = account_in(AccountState.CONFIRMED)
    card = replace(ANNA.card, surname="Berg Ek", organisation="Region X")
    accounts.note_login(account_id=account_id, card=card, at=NOW)
    found = cast.account_of(ANNA)
    assert (found.name, found.organisation, found.logged_in_at) == ("Anna Berg Ek", "Region X", NOW)
    assert (found.email, found.hsa_id, found.state) == (ANNA.email, ANNA.card.hsa_id, AccountState.CONFIRMED)
