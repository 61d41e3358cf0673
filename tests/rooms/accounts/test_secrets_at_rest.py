"""Anyone who reads the whole database finds no secret in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.db import connection

from registret.access.applications import entering
from registret.accounts import attempts, doors
from registret.accounts.attempts import Proof, Purpose
from registret.accounts.queries import newest_confirmation
from registret.accounts.sessions import sitting
from registret.kernel.secret import new_token
from registret.mail.links import confirmation_code, confirmation_token
from tests import cast
from tests.cast import ANNA

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def secrets() -> dict[str, str]:
    """Everything that was handed out while Anna registered and logged in."""
    cast.register(ANNA, cast.country(NOW).infection, confirmed=False, at=NOW)
    letter = newest_confirmation(account_id=cast.account_of(ANNA).id)
    assert letter is not None
    browser = new_token()
    label = attempts.begin(purpose=Purpose.LOGIN, browser=browser, network=None, at=NOW)
    claimed = doors.claim(label=label, network=None, at=NOW)
    code = doors.answer(attempt_id=claimed.attempt_id, card=ANNA.card, network=None, at=NOW)
    proof = attempts.proof(code=code, browser=browser, network=None, at=NOW)
    assert isinstance(proof, Proof)
    key = entering.enter(proof=proof, network=None, at=NOW).session_key
    probe = sitting(key=key, seen=False, at=NOW).probe
    assert probe is not None
    return {
        "browser cookie": browser,
        "label": label,
        "single-use code": code,
        "session key": key,
        "probe secret": probe.secret,
        "link token": confirmation_token(letter.id, letter.version),
        "link mac": confirmation_token(letter.id, letter.version).partition(".")[2],
        "mail code": confirmation_code(letter.id, letter.version),
        "LINK_KEY": settings.LINK_KEY.decode(),
        "SEAL_KEY": settings.SEAL_KEY.decode(),
        "SECRET_KEY": settings.SECRET_KEY,
    }


def everything() -> Iterator[tuple[str, str]]:
    """(table, row as text) of the whole database; bytes stand in hex."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT row::text FROM {connection.ops.quote_name(table)} AS row")  # noqa: S608
            for (row,) in cursor.fetchall():
                yield table, row.lower()


def disguises(secret: str) -> set[str]:
    """The secret as text, its bytes in hex, and, if it is hex, those bytes."""
    return {secret.lower(), secret.encode().hex()}


def test_no_secret_stands_in_any_column(secrets: dict[str, str]) -> None:
    rows = list(everything())
    assert {"accounts_session", "accounts_loginattempt", "mail_letter", "ledger_entry"} <= {table for table, _ in rows}
    found = {
        (name, table) for name, secret in secrets.items() for table, row in rows for d in disguises(secret) if d in row
    }
    assert found == set()


def test_what_is_looked_for_would_be_found(secrets: dict[str, str]) -> None:
    assert any(ANNA.email.text in row for _, row in everything())
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_loginattempt SET nonce = %s", [bytes.fromhex(secrets["session key"])])
    assert any(secrets["session key"] in row for _, row in everything())
