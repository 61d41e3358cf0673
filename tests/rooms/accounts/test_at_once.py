"""What several do at the same moment counts once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

import pytest

from registret.access.applications import confirming
from registret.accounts import doors
from registret.accounts.attempts import Purpose, begin, proof
from registret.accounts.doors import claim
from registret.accounts.lifecycle import AccountState
from registret.accounts.opening import open_account
from registret.accounts.queries import ConfirmationRow, newest_confirmation
from registret.accounts.refusals import AttemptForeign, AttemptStale
from registret.accounts.sessions import end_by_key
from registret.kernel.by import By
from registret.kernel.identifiers import HsaId
from registret.ledger.queries import Wanted, entries
from registret.mail.links import confirmation_code
from registret.mail.queries import letters_about
from tests import cast
from tests.cast import ANNA, BERTIL
from tests.parallel import together

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
BROWSER = "b" * 32
MANY = 8

pytestmark = pytest.mark.usefixtures("committed")


def kinds(results: Sequence[object]) -> Counter[str]:
    """How many of each: names of refusals, and the class of what was answered."""
    return Counter(type(result).__name__ for result in results)


def label() -> str:
    return begin(purpose=Purpose.LOGIN, browser=BROWSER, network=None, at=NOW)


def code() -> str:
    attempt = claim(label=label(), network=None, at=NOW)
    return doors.answer(attempt_id=attempt.attempt_id, card=ANNA.card, network=None, at=NOW)


def registered() -> ConfirmationRow:
    """Anna's letter at a clinic with two administrators."""
    cast.register(ANNA, cast.country(NOW).infection, confirmed=False, at=NOW)
    found = newest_confirmation(account_id=cast.account_of(ANNA).id)
    assert found is not None
    return found


def confirm(of: ConfirmationRow) -> None:
    confirming.confirm_by_link(confirmation=(of.id, of.version), hsa_id=ANNA.card.hsa_id, by=ANNA.by, at=NOW)


def type_code(of: ConfirmationRow, typed: str) -> None:
    confirming.confirm_by_code(account_id=of.account_id, code=typed, by=ANNA.by, at=NOW)


def test_of_eight_who_claim_one_label_one_wins() -> None:
    one = label()
    assert kinds(together([lambda: claim(label=one, network=None, at=NOW)] * MANY)) == {"Claimed": 1, "AttemptStale": 7}


def test_of_eight_who_redeem_one_code_one_wins() -> None:
    one = code()
    results = together([lambda: proof(code=one, browser=BROWSER, network=None, at=NOW)] * MANY)
    assert kinds(results) == {"Proof": 1, "AttemptStale": 7}


def test_a_code_that_a_foreign_browser_tried_is_burnt_although_that_was_refused() -> None:
    one = code()
    with pytest.raises(AttemptForeign):
        proof(code=one, browser="0" * 32, network=None, at=NOW)
    with pytest.raises(AttemptStale):
        proof(code=one, browser=BROWSER, network=None, at=NOW)


def test_eight_wrong_guesses_at_the_same_moment_are_five_and_each_is_counted() -> None:
    of = registered()
    right = confirmation_code(of.id, of.version)
    wrong = right[::-1] if right != right[::-1] else "A" * 6
    assert kinds(together([partial(type_code, of, wrong)] * MANY)) == {"CodeWrong": 4, "CodeBurnt": 4}
    newest = newest_confirmation(account_id=of.account_id)
    assert newest is not None
    assert newest.burnt
    assert len(entries(wanted=Wanted(event="confirmation.code_refused")).rows) == MANY


@pytest.mark.parametrize("how", ["link", "code"])
def test_of_eight_confirmations_one_counts_and_each_administrator_gets_one_letter(how: str) -> None:
    of = registered()
    act = partial(confirm, of) if how == "link" else partial(type_code, of, confirmation_code(of.id, of.version))
    assert kinds(together([act] * MANY)) == {"NoneType": 1, "ConfirmationDone": 7}
    assert len(entries(wanted=Wanted(event="account.confirm_email")).rows) == 5 + 1  # the country's and Anna's
    told = letters_about(cast.account_of(BERTIL).id)
    assert [row.kind for row in told].count("application_waiting") == 1


def test_confirming_and_asking_for_new_letters_at_once_never_stops_anybody() -> None:
    of = registered()
    right = confirmation_code(of.id, of.version)
    resend = partial(confirming.resend_confirmation, account_id=of.account_id, by=ANNA.by, at=NOW)
    for _ in range(3):
        results = together([partial(confirm, of), resend, partial(type_code, of, right), partial(type_code, of, "A")])
        allowed = {"NoneType", "ConfirmationDone", "ConfirmationReplaced", "CodeWrong", "CodeBurnt", "TooMany"}
        assert set(kinds(results)) <= allowed


def test_eight_accounts_under_one_hsa_id_in_two_spellings_are_one() -> None:
    def open_as(hsa_id: str) -> int:
        return open_account(
            hsa_id=HsaId(hsa_id),
            given_name="Anna",
            surname="Berg",
            organisation="",
            email=ANNA.email,
            language="sv",
            by=By.of_program("test"),
            at=NOW,
        )

    spellings = [ANNA.hsa_id, ANNA.hsa_id.lower()] * (MANY // 2)
    assert kinds(together([partial(open_as, s) for s in spellings])) == {"int": 1, "AccountExists": 7}
    assert cast.account_of(ANNA).state is AccountState.REGISTERED


def test_logging_out_in_eight_tabs_is_logged_once() -> None:
    key = cast.log_in(ANNA, at=NOW)
    together([partial(end_by_key, key=key, by=ANNA.by, at=NOW)] * MANY)
    assert len(entries(wanted=Wanted(event="session.ended")).rows) == 1
