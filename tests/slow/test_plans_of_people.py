"""Lists that grow with accounts and with the log are found by an index at size: neither is read whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from benchmarks import search
from benchmarks._country import add_months, fill_log
from registret.accounts.search import find_accounts
from registret.accounts.sessions import sessions_of
from registret.kernel.identifiers import HsaId
from registret.ledger.queries import (
    Wanted,
    accesses_to,
    entries,
    entries_about,
    entries_of_account,
    entries_of_person,
    newest_by,
    timeline,
)
from tests.owner import as_owner
from tests.slow.test_plans import plans_of

pytestmark = pytest.mark.django_db

ACCOUNTS, ENTRIES = 20_000, 60_000
NILS: Final = HsaId("SE2321009991-E00007")
LISTS: Final[dict[str, Callable[[], object]]] = {
    "an account by HSA-id": lambda: find_accounts(words="SE2321000007-E0000007"),
    "accounts by the beginning of an HSA-id": lambda: find_accounts(words="se232100000"),
    "accounts by mail": lambda: find_accounts(words="person777"),
    "accounts by name": lambda: find_accounts(words="andersson an"),
    "nobody of that name": lambda: find_accounts(words="anderssonx7"),
    "the sessions of a person": lambda: sessions_of(hsa_id=NILS, at=timezone.now()),
    "the newest entries": lambda: entries(wanted=Wanted()),
    "older entries": lambda: entries(wanted=Wanted(), before=ENTRIES // 2),
    "entries of an HSA-id": lambda: entries(wanted=Wanted(hsa_id=NILS.text)),
    "entries about a patient": lambda: entries(wanted=Wanted(patient_ids=(7,))),
    "entries with a reference": lambda: entries(wanted=Wanted(reference="K7F-2Q9M")),
    "one's own log": lambda: entries_of_account(account_id=7),
    "what was done to a colleague": lambda: entries_about(account_id=7, clinic_id=3, asked_by=9),
    "one's own data": lambda: entries_of_person(account_ids=[7], hsa_id=NILS),
    "the timeline of support": lambda: timeline(account_id=7, hsa_id=NILS, asked_by=9),
    "the newest act of a person": lambda: newest_by(hsa_id=NILS, events=["login.done"]),
    "who has read a patient": lambda: accesses_to(patient_ids=[7]),
}


@pytest.fixture(scope="module")
def large(module_db: None) -> frozenset[str]:
    """The tables that are, months of the log among them. PostgreSQL rightly reads a month of few entries whole."""
    search.generate(ACCOUNTS)
    add_months()
    fill_log(1, ENTRIES)
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples > 1000")
        found = frozenset(name for (name,) in cursor.fetchall())
    assert "accounts_account" in found
    assert sum(name.startswith("ledger_entry") for name in found) > 24
    return found


@pytest.mark.parametrize("name", LISTS)
def test_no_list_reads_all_accounts_or_all_of_the_log(large: frozenset[str], name: str) -> None:
    with CaptureQueriesContext(connection) as captured:
        LISTS[name]()
    asked = [query["sql"] for query in captured.captured_queries if query["sql"].startswith("SELECT")]
    assert asked
    for statement in asked:
        for node in plans_of(statement):
            assert node["Node Type"] != "Seq Scan" or node["Relation Name"] not in large, (statement, node)
