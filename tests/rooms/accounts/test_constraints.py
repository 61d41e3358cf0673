"""What nobody may write, the database refuses: every constraint is broken here once, and every paired field."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count, product
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from registret.accounts.lifecycle import AccountState
from registret.accounts.models import Account, Confirmation, LoginAttempt, Session

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
number = count(1)

pytestmark = pytest.mark.django_db


def account(**different: Any) -> Account:
    usual = {
        "hsa_id": f"SE2321009991-T{next(number)}",
        "given_name": "Anna",
        "surname": "Berg",
        "email": "a@b.se",
        "created_at": NOW,
    }
    return Account.objects.create(**usual | different)


def confirmation(**different: Any) -> Confirmation:
    usual = {"email": "a@b.se", "created_at": NOW, "sent_at": NOW, "expires_at": LATER}
    return Confirmation.objects.create(**{"account": different.pop("account", None) or account()} | usual | different)


def attempt(**different: Any) -> LoginAttempt:
    usual = {
        "purpose": "login",
        "nonce": b"n" * 16,
        "label_digest": next(number).to_bytes(32),
        "browser_digest": b"b" * 32,
        "begun_at": NOW,
        "expires_at": LATER,
    }
    return LoginAttempt.objects.create(**usual | different)


def session(**different: Any) -> Session:
    usual = {
        "key_digest": next(number).to_bytes(32),
        "hsa_id": "SE2321009991-E00K4T2",
        "card": {},
        "began_at": NOW,
        "seen_at": NOW,
        "ends_at": LATER,
    }
    return Session.objects.create(**usual | different)


def twice(make: Callable[..., object], **same: Any) -> None:
    make(**same)
    make(**same)


ANSWERED = {"answered_at": NOW, "code_digest": b"c" * 32, "code_expires_at": LATER, "outcome": {}}


def newly_answered() -> dict[str, Any]:
    return ANSWERED | {"code_digest": next(number).to_bytes(32)}


ERASED = {"state": "ended", "ended_at": NOW, "erased_at": LATER} | dict.fromkeys(("given_name", "surname", "email"), "")
BREAKING: dict[str, list[Callable[[], object]]] = {
    "one_living_account_per_hsa_id": [
        lambda: twice(account, hsa_id="SE2321009991-E00K4T2"),
        lambda: (account(hsa_id="SE2321009991-E00K4T2"), account(hsa_id="se2321009991-e00k4t2")),
    ],
    "account_state_known": [lambda: account(state="sleeping"), lambda: account(state="")],
    "account_hsa_id_shape": [
        *(partial(account, hsa_id=h) for h in ("", "SE", "SE-1 ", "SE-1\n", "SE-Å", "191212121212")),
        partial(account, **ERASED, hsa_id=""),
        partial(account, **ERASED, hsa_id_erased_at=LATER),
    ],
    "account_mail_lower_case": [partial(account, email=e) for e in ("", "A@b.se", "a@B.se", "a b@c.se", "a\n@b")],
    # Nothing of whom it belonged to may be left.
    "account_erased_whole": [
        partial(account, **(ERASED | one))
        for one in (
            {"state": "registered", "ended_at": None},
            {"erased_at": None, "hsa_id_erased_at": LATER},
            {"given_name": "Anna"},
            {"surname": "Berg"},
            {"organisation": "Region X"},
            {"email": "a@b.se"},
            {"state_reason": "slutat"},
            {"logged_in_at": NOW},
            {"unused_since": NOW},
            {"card_issuer": "CA"},
            {"card_environment": "test"},
        )
    ],
    "one_open_confirmation_per_account": [lambda: twice(confirmation, account=account())],
    "confirmation_expires_later": [lambda: confirmation(expires_at=NOW)],
    "confirmation_guesses_bounded": [lambda: confirmation(wrong_codes=21)],
    "confirmation_changes_something": [lambda: confirmation(email="a@b.se", replaces="a@b.se")],
    "attempt_purpose_known": [lambda: attempt(purpose="other")],
    "attempt_back_to_stays_here": [
        partial(attempt, back_to=elsewhere)
        for elsewhere in (
            "//evil.example",
            "https://evil.example/",
            "start",
            "/\\evil.example",
            "/a b",
            "/start\n",
            "/",
        )
    ],
    "attempt_way_known": [
        lambda: attempt(way="other"),
        *(partial(attempt, way="idp", purpose=purpose) for purpose in ("unlock", "check")),
    ],
    "session_ends_later": [lambda: session(ends_at=NOW)],
}
# Fields that go together: (make, fields with their two values, which combinations are allowed).


def suspended_or_not(state: str, **different: Any) -> Account:
    return account(state=state, state_authority="office" if state == "suspended" else "", **different)


PAIRED: dict[str, tuple[Callable[..., object], dict[str, tuple[Any, ...]], Callable[..., bool]]] = {
    "account_confirmed_has_moment": (
        suspended_or_not,
        {
            "state": ("registered", "confirmed", "suspended", "ended"),
            "confirmed_at": (None, NOW),
            "ended_at": (None, NOW),
        },
        lambda state, confirmed_at, ended_at: (
            (state == AccountState.ENDED) == (ended_at is not None)
            and {"registered": confirmed_at is None, "ended": True}.get(state, confirmed_at is not None)
        ),
    ),
    "account_suspended_by_somebody": (
        partial(account, confirmed_at=NOW),
        {"state": ("confirmed", "suspended"), "state_authority": ("", "clock", "office", "somebody")},
        lambda state, state_authority: (
            state_authority in {"clock", "office"} if state == "suspended" else state_authority == ""
        ),
    ),
    "account_suspended_by_this_clinic": (
        partial(account, state="suspended", confirmed_at=NOW),
        {"state_authority": ("clock", "clinic", "office"), "state_clinic_id": (None, 1)},
        lambda state_authority, state_clinic_id: (state_authority == "clinic") == (state_clinic_id is not None),
    ),
    "confirmation_ends_once": (
        confirmation,
        {"confirmed_at": (None, NOW), "replaced_at": (None, NOW)},
        lambda confirmed_at, replaced_at: not (confirmed_at and replaced_at),
    ),
    "confirmation_objected_is_over": (
        confirmation,
        {
            "replaces": ("", "old@b.se"),
            "objected_at": (None, NOW),
            "confirmed_at": (None, NOW),
            "replaced_at": (None, NOW),
        },
        lambda replaces, objected_at, confirmed_at, replaced_at: (
            not (confirmed_at and replaced_at)
            and (objected_at is None or (replaces != "" and (confirmed_at is not None or replaced_at is not None)))
        ),
    ),
    "attempt_code_after_answer": (
        attempt,
        {name: (None, value) for name, value in ANSWERED.items()},
        lambda answered_at, **code: (
            all(v is None for v in code.values()) or (answered_at is not None and None not in code.values())
        ),
    ),
    "attempt_redeemed_after_code": (
        lambda redeemed_at, answered: attempt(redeemed_at=redeemed_at, **(newly_answered() if answered else {})),
        {"redeemed_at": (None, NOW), "answered": (False, True)},
        lambda redeemed_at, answered: redeemed_at is None or answered,
    ),
    "attempt_confirmation_whole": (
        attempt,
        {"confirmation_id": (None, 1), "confirmation_version": (None, 1)},
        lambda confirmation_id, confirmation_version: confirmation_id == confirmation_version,
    ),
    "session_end_has_reason": (
        session,
        {"ended_at": (None, NOW), "end_reason": ("", "logout")},
        lambda ended_at, end_reason: (ended_at is None) == (end_reason == ""),
    ),
}
# Whatever breaks the first breaks the second, of which PostgreSQL tells.
IMPLIED = {
    "account_state_known": "account_confirmed_has_moment",
    "account_erased_whole": "account_(erased_whole|hsa_id_shape|mail_lower_case)",
}
# Enumerated together with another one.
TOGETHER = {"account_ended_has_moment"}


def test_every_constraint_of_this_room_is_broken_here() -> None:
    models = (Account, Confirmation, LoginAttempt, Session)
    names = {constraint.name for model in models for constraint in model._meta.constraints}
    assert names == set(BREAKING) | set(PAIRED) | TOGETHER


@pytest.mark.parametrize(("name", "breaks"), [(name, b) for name, breaks in BREAKING.items() for b in breaks])
def test_what_a_constraint_forbids_cannot_be_written(name: str, breaks: Callable[[], object]) -> None:
    with pytest.raises(IntegrityError, match=IMPLIED.get(name, name)), transaction.atomic():
        breaks()


@pytest.mark.parametrize("name", PAIRED)
def test_fields_that_go_together_are_never_apart(name: str) -> None:
    make, fields, allowed = PAIRED[name]
    for values in product(*fields.values()):
        row = dict(zip(fields, values, strict=True))
        try:
            with transaction.atomic():
                make(**row)
        except IntegrityError:
            assert not allowed(**row), row
        else:
            assert allowed(**row), row


def test_what_is_usual_can_be_written() -> None:
    assert all(make().pk for make in (account, confirmation, attempt, session))
    assert account(**ERASED).pk
    assert account(**ERASED, hsa_id="", hsa_id_erased_at=LATER).pk


def test_an_ended_account_leaves_its_hsa_id_free_as_often_as_needed() -> None:
    ended = {"hsa_id": "SE2321009991-E00K4T2", "state": "ended", "ended_at": NOW}
    twice(account, **ended)
    assert account(hsa_id="se2321009991-e00k4t2").hsa_id_key == "SE2321009991-E00K4T2"


def test_a_digest_or_a_key_never_comes_twice() -> None:
    for make, field in ((attempt, "label_digest"), (attempt, "code_digest"), (session, "key_digest")):
        values = {field: b"x" * 32}
        with pytest.raises(IntegrityError, match=field), transaction.atomic():
            twice(make, **(ANSWERED | values if field == "code_digest" else values))
