"""The log by months: partitions ahead of time, guarded alike; only what is old, sealed and whole is removed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from registret.kernel.by import By
from registret.ledger.checking import LedgerBroken, check
from registret.ledger.culling import NotCullable, cull, to_cull
from registret.ledger.models import Entry
from registret.ledger.months import Month, add_months, kept_by_law_until, months, over
from registret.ledger.sealing import checkpoint, seal_key, seal_settled
from registret.ledger.services import record
from tests.made_up import made_up
from tests.owner import as_owner
from tests.rooms.ledger.forging import forge

PROGRAM = By.of_program("test")
OLD = datetime(2031, 1, 31, 23, 59, 59, 999999, tzinfo=UTC)
# The first moment at which the law lets January 2031 go.
NOW = datetime(2036, 2, 1, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def written(at: datetime) -> int:
    return record(event=made_up("page.test"), by=PROGRAM, at=at)


def partition_of(entry_id: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM ledger_entry WHERE id = %s", [entry_id])
        (name,) = cursor.fetchone() or ("",)
    return str(name)


def test_this_month_and_the_next_three_are_made_once() -> None:
    assert add_months(at=OLD) == ("2031-01", "2031-02", "2031-03", "2031-04")
    assert add_months(at=OLD) == ()
    assert add_months(at=OLD + timedelta(microseconds=1)) == ("2031-05",)
    assert {"2031-01", "2031-05"} <= set(months())


def test_months_are_those_of_utc_to_the_microsecond() -> None:
    add_months(at=OLD)
    assert partition_of(written(OLD)) == "ledger_entry_2031_01"
    assert partition_of(written(OLD + timedelta(microseconds=1))) == "ledger_entry_2031_02"


def test_december_is_followed_by_january() -> None:
    assert add_months(at=datetime(2031, 11, 5, tzinfo=UTC)) == ("2031-11", "2031-12", "2032-01", "2032-02")
    assert over("2031-12") == datetime(2032, 1, 1, tzinfo=UTC)
    assert kept_by_law_until("2031-12") == datetime(2037, 1, 1, tzinfo=UTC)


def test_an_entry_of_a_month_without_partition_is_kept_all_the_same_and_its_month_stays_there() -> None:
    entry_id = written(datetime(1999, 5, 5, tzinfo=UTC))
    assert partition_of(entry_id) == "ledger_entry_elsewhen"
    assert add_months(at=datetime(1999, 4, 5, tzinfo=UTC)) == ("1999-04", "1999-06", "1999-07")
    assert partition_of(entry_id) == "ledger_entry_elsewhen"


@pytest.mark.parametrize("attack", ["UPDATE {} SET by_name = 'x'", "DELETE FROM {}", "TRUNCATE {}"])
def test_each_partition_refuses_what_the_log_refuses(attack: str) -> None:
    add_months(at=OLD)
    written(OLD)
    written(datetime(1999, 5, 5, tzinfo=UTC))
    for table in ("ledger_entry_2031_01", "ledger_entry_elsewhen"):
        with pytest.raises(ProgrammingError, match="append-only"), as_owner(), connection.cursor() as cursor:
            cursor.execute(attack.format(table))
        with pytest.raises(ProgrammingError, match="denied"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(attack.format(table))


def test_numbers_are_drawn_from_one_sequence_for_all_months() -> None:
    add_months(at=OLD)
    ids = [written(at) for at in (OLD, OLD + timedelta(days=1), OLD)]
    assert ids == sorted(set(ids))


# Removing


def kept(*, at: datetime = NOW) -> int:
    return check(keys=frozenset({seal_key().public}), at=at).entries


def two_months() -> tuple[int, int]:
    add_months(at=OLD)
    ids = written(OLD), written(OLD + timedelta(days=1))
    seal_settled(at=lambda: OLD + timedelta(days=1))
    return ids


def test_a_removed_month_leaves_its_seals_an_entry_and_a_chain_that_holds() -> None:
    _, young = two_months()
    before = checkpoint()
    with as_owner():
        found = to_cull(before=NOW, at=NOW)
    assert [m for m in found if m.entries] == [Month(name="2031-01", entries=1)]
    with as_owner():
        cull(found=found, by=PROGRAM, at=NOW)
    assert "2031-01" not in months()
    (entry,) = Entry.objects.filter(event="log.culled", facts__month="2031-01")
    assert entry.facts == {"month": "2031-01", "rows": 1}
    seal_settled(at=lambda: NOW)
    assert set(Entry.objects.exclude(event="log.culled").values_list("id", flat=True)) == {young}
    assert before is not None
    done = check(keys=frozenset({seal_key().public}), checkpoints=[before], at=NOW)
    assert done.culled[-1] == "2031-01"


def test_a_month_that_the_law_keeps_is_not_offered_and_not_removed() -> None:
    two_months()
    early = NOW - timedelta(microseconds=1)
    assert "2031-01" not in {m.name for m in to_cull(before=early, at=early)}
    with pytest.raises(NotCullable, match="2031-01: kept by law until 2036-02-01"), as_owner():
        cull(found=[Month(name="2031-01", entries=1)], by=PROGRAM, at=early)
    assert "2031-01" in months()


def test_the_office_may_keep_it_longer_than_the_law() -> None:
    two_months()
    assert "2031-01" not in {m.name for m in to_cull(before=over("2031-01") - timedelta(microseconds=1), at=NOW)}


def test_a_month_that_is_not_sealed_is_not_removed() -> None:
    two_months()
    written(OLD)
    with pytest.raises(NotCullable, match="not sealed"), as_owner():
        cull(found=[Month(name="2031-01", entries=2)], by=PROGRAM, at=NOW)
    assert not Entry.objects.filter(event="log.culled").exists()


def test_a_month_that_somebody_drops_without_the_command_is_found() -> None:
    old, _ = two_months()
    forge("DROP TABLE ledger_entry_2031_01")
    with pytest.raises(LedgerBroken) as found:
        kept()
    assert found.value.entry == old


def test_a_seal_that_lets_a_month_go_too_early_is_found_even_if_it_is_signed(monkeypatch: pytest.MonkeyPatch) -> None:
    two_months()
    early = NOW - timedelta(days=1)
    monkeypatch.setattr("registret.ledger.culling.kept_by_law_until", lambda _: early)
    with as_owner():
        cull(found=[Month(name="2031-01", entries=1)], by=PROGRAM, at=early)
    with pytest.raises(LedgerBroken, match="lets 2031-01 go, which the law keeps"):
        kept()


def test_a_forged_seal_that_lets_a_month_go_is_found() -> None:
    two_months()
    forge(
        "DROP TABLE ledger_entry_2031_01",
        "INSERT INTO ledger_seal (number, form, previous, after, last, sealed_at, parts, culled, hash, key, signature,"
        " leaves)"
        """ SELECT number + 1, form, hash, last, last, '2036-02-02Z', '[]', '["2031-01"]', hash, key, signature, ''"""
        " FROM ledger_seal",
    )
    with pytest.raises(LedgerBroken, match="seal 2"):
        kept()
