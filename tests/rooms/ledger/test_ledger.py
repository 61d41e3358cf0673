"""The log: what was written stays, what was rolled back never was, and reading it never skips a line."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.utils import ProgrammingError

from registret.access.roles import ROLES_AT_A_CLINIC, ROLES_OF_THE_OFFICE
from registret.kernel.by import By
from registret.kernel.identifiers import HsaId
from registret.ledger.models import Entry
from registret.ledger.queries import Wanted, entries, entries_about, entries_of_account
from registret.ledger.services import record
from tests.made_up import made_up
from tests.owner import as_owner

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
ANNA = By(hsa_id=HsaId("SE2321009991-E00K4T2"), name="Anna Berg", account_id=1, network="192.0.2.7")

pytestmark = pytest.mark.django_db


def written(by: By = ANNA, *, event: str = "login.done", at: datetime = NOW, **more: Any) -> int:
    return record(event=made_up(event), by=by, at=at, **more)


# --- append-only -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hands", "refusal"), [(nullcontext, "permission denied"), (as_owner, "append-only")], ids=["serving", "owner"]
)
@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE ledger_entry SET by_name = 'nobody'",
        "UPDATE ledger_entry SET at = at",
        "UPDATE ledger_entry SET id = id + 1000 WHERE id = (SELECT max(id) FROM ledger_entry)",
        "DELETE FROM ledger_entry",
        "TRUNCATE ledger_entry",
        "TRUNCATE ledger_entry CASCADE",
        "INSERT INTO ledger_entry SELECT * FROM ledger_entry ON CONFLICT (id, at) DO UPDATE SET event = 'x.y'",
        "MERGE INTO ledger_entry e USING (SELECT 1) s ON true WHEN MATCHED THEN DELETE",
        "WITH gone AS (DELETE FROM ledger_entry RETURNING *) SELECT count(*) FROM gone",
    ],
)
def test_no_statement_changes_what_the_log_says(
    attack: str, hands: Callable[[], AbstractContextManager[None]], refusal: str
) -> None:
    written()
    before = list(Entry.objects.order_by("id").values())
    with pytest.raises(ProgrammingError, match=refusal), hands(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(attack)
    assert list(Entry.objects.order_by("id").values()) == before


def test_not_even_its_own_model_changes_an_entry() -> None:
    entry = Entry.objects.get(id=written())
    entry.by_name = "Nobody"
    for attack in (entry.save, entry.delete, Entry.objects.all().delete):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            attack()


def test_a_rolled_back_act_leaves_no_entry() -> None:
    def fails_after_writing() -> None:
        with transaction.atomic():
            written(event="account.end")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails_after_writing()
    assert not Entry.objects.filter(event="account.end").exists()


# --- what an entry must have -----------------------------------------------------------------------


@pytest.mark.parametrize("event", ["", "login", "Login.done", "login done", "login.", ".done", "login.done\n", "a.b1"])
def test_an_event_has_the_shape_of_a_code(event: str) -> None:
    with pytest.raises(IntegrityError, match="entry_event_shape"):
        written(event=event)


def test_an_entry_has_an_author() -> None:
    with pytest.raises(IntegrityError, match="entry_has_an_author"):
        written(By())


def test_an_outcome_is_done_or_refused() -> None:
    with pytest.raises(IntegrityError, match="entry_outcome_known"):
        written(outcome="maybe")


@pytest.mark.parametrize("roles", [ROLES_AT_A_CLINIC, ROLES_OF_THE_OFFICE])
def test_somebody_with_every_role_of_a_seat_can_be_written_down(roles: frozenset[str]) -> None:
    role = ",".join(sorted(roles))
    entry_id = written(By(hsa_id=ANNA.hsa_id, role=role))
    assert entries(wanted=Wanted()).rows[0].by_role == role
    assert entries(wanted=Wanted()).rows[0].id == entry_id


def test_somebody_with_the_longest_name_that_a_card_may_carry_can_be_written_down() -> None:
    name = "A" * 256 + " " + "B" * 256
    written(By(hsa_id=ANNA.hsa_id, name=name))
    assert entries(wanted=Wanted()).rows[0].by_name == name


def test_personal_numbers_are_masked_in_facts_and_names() -> None:
    facts = {"reason": "gäller 19121212-1212", "number": 191212121212, "none": None, "truth": True}
    written(By(hsa_id=ANNA.hsa_id, name="Tolvan 191212121212"), facts=facts)
    row = entries(wanted=Wanted()).rows[0]
    assert row.facts == {"reason": "gäller 19121212••••", "number": 191212121212, "none": None, "truth": True}
    assert row.by_name == "Tolvan 19121212••••"


def test_an_hsa_id_is_kept_whole_although_it_holds_ten_digits() -> None:
    written(about_hsa_id=HsaId("SE2321009991-E00B2H8"))
    row = entries(wanted=Wanted()).rows[0]
    assert (row.by_hsa_id, row.about_hsa_id) == ("SE2321009991-E00K4T2", "SE2321009991-E00B2H8")


@pytest.mark.parametrize("network", ["192.0.2.7", "2001:db8::7", None])
def test_where_it_came_from_is_an_address_or_nothing(network: str | None) -> None:
    written(By.nobody(network=network))
    assert entries(wanted=Wanted()).rows[0].network == network


def test_where_it_came_from_is_never_a_text() -> None:
    with pytest.raises((DatabaseError, ValueError)), transaction.atomic():
        written(By.nobody(network="<script>"))


# --- reading ---------------------------------------------------------------------------------------


def all_pages(wanted: Wanted, *, size: int, between: Any = lambda: None) -> list[int]:
    """Ids in the order of reading; `between` happens between two pages."""
    page = entries(wanted=wanted, size=size)
    ids = [row.id for row in page.rows]
    while page.older is not None:
        between()
        page = entries(wanted=wanted, before=page.older, size=size)
        ids += [row.id for row in page.rows]
    return ids


@pytest.mark.parametrize("size", [1, 3, 7, 10, 100])
def test_pages_show_every_entry_once_newest_first(size: int) -> None:
    written_ids = [written(event="page.test") for _ in range(10)]
    assert all_pages(Wanted(event="page.test"), size=size) == written_ids[::-1]


def test_entries_that_arrive_while_somebody_reads_neither_move_nor_repeat_a_line() -> None:
    written_ids = [written(event="page.test") for _ in range(10)]
    read = all_pages(Wanted(event="page.test"), size=3, between=lambda: written(event="page.test"))
    assert read == written_ids[::-1]


def test_a_page_that_is_exactly_full_is_the_last() -> None:
    for _ in range(4):
        written(event="page.test")
    assert entries(wanted=Wanted(event="page.test"), size=4).older is None


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(hsa_id="se2321009991-e00k4t2"), {"did", "early"}),
        (Wanted(hsa_id="SE2321009991-E00B2H8"), {"suffered"}),
        (Wanted(event="filter.did"), {"did"}),
        (Wanted(outcome="refused"), {"refused"}),
        (Wanted(reference="k7f-2q9m"), {"refused"}),
        (Wanted(since=NOW), {"did", "suffered", "refused"}),
        (Wanted(until=NOW), {"early"}),
        (Wanted(hsa_id="SE2321009991-E00K4T2", outcome="refused"), set()),
        (Wanted(event="filter.%"), set()),
        (Wanted(hsa_id="SE2321009991-E00K4T_"), set()),
    ],
)
def test_a_filter_finds_what_it_says_and_nothing_else(wanted: Wanted, found: set[str]) -> None:
    program = By.of_program("test")
    written(event="filter.early", at=NOW - timedelta(microseconds=1))
    written(event="filter.did")
    written(program, event="filter.suffered", about_hsa_id=HsaId("SE2321009991-E00B2H8"))
    written(program, event="filter.refused", outcome="refused", reference="K7F-2Q9M")
    rows = entries(wanted=wanted).rows
    assert {r.event.removeprefix("filter.") for r in rows if r.event.startswith("filter.")} == found


def test_ones_own_log_is_what_one_did_and_what_was_done_to_one() -> None:
    did, suffered = written(), written(By.of_program("x"), about_account_id=1)
    written(By(hsa_id=HsaId("SE2321009983-E00C5D1"), account_id=2), about_account_id=2)
    assert [r.id for r in entries_of_account(account_id=1).rows] == [suffered, did]


def test_nobody_learns_from_a_log_of_their_own_or_of_others_that_somebody_is_reviewed() -> None:
    reviewer = By(hsa_id=HsaId("SE2321009983-E00C5D1"), account_id=2)
    for event in ("review.drawn", "review.read", "review.closed"):
        written(reviewer, event=event, about_account_id=1, clinic_id=7)
    suffered = written(reviewer, event="grant.changed", about_account_id=1, clinic_id=7)
    assert [r.id for r in entries_of_account(account_id=1).rows] == [suffered]
    assert len(entries_of_account(account_id=2).rows) == 4, "the reviewer's own acts"
    for clinic_id in (7, None):
        assert [r.id for r in entries_about(account_id=1, clinic_id=clinic_id, asked_by=3).rows] == [suffered]
        assert len(entries_about(account_id=1, clinic_id=clinic_id, asked_by=2).rows) == 4


@pytest.mark.parametrize(
    ("wanted", "indexes"),
    [
        (Wanted(hsa_id="SE2321009991-E00K4T2"), {"entry_by_hsa", "entry_about_hsa"}),
        (Wanted(event="login.done"), {"entry_event"}),
        (Wanted(reference="K7F-2Q9M"), {"entry_reference"}),
        (Wanted(since=NOW), {"entry_at"}),
    ],
)
def test_every_filter_has_an_index(wanted: Wanted, indexes: set[str], django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1) as queries:
        entries(wanted=wanted)
    filtered = queries[0]["sql"].partition(" ORDER BY ")[0]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN " + filtered)
        plan = "\n".join(line for (line,) in cursor.fetchall())
        for index in indexes:
            # Each partition has its own part of an index.
            cursor.execute("SELECT relid::regclass::text FROM pg_partition_tree(%s) WHERE isleaf", [index])
            assert any(part in plan for (part,) in cursor.fetchall()), plan
