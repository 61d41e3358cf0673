"""The sealed log: whatever a superuser of the database does to it afterwards is found, and the first entry named."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from pytest_django import Settings

from registret.kernel.by import By
from registret.kernel.identifiers import HsaId
from registret.ledger import sealing
from registret.ledger.canonical import FIELDS, FORM, entry_line, leaf
from registret.ledger.checking import Checked, LedgerBroken, check
from registret.ledger.events import Event
from registret.ledger.models import Entry, Seal
from registret.ledger.sealing import checkpoint, seal_key, seal_settled
from registret.ledger.seals import Checkpoint, checkpoints_in
from registret.ledger.services import record
from tests.made_up import made_up
from tests.owner import as_owner
from tests.rooms.ledger.forging import forge

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
ANNA = By(
    hsa_id=HsaId("SE2321009991-E00K4T2"),
    name="Anna Berg",
    account_id=1,
    role="reporter",
    clinic_id=3,
    network="192.0.2.7",
)

pytestmark = pytest.mark.django_db


def written(number: int = 1, *, at: datetime = NOW, **more: Any) -> list[int]:
    return [
        record(event=Event.LOGIN_DONE, by=ANNA, at=at + timedelta(seconds=n), facts={"session": n}, **more)
        for n in range(number)
    ]


def sealed(number: int = 10, *, at: datetime = LATER) -> list[int]:
    """Ids of so many entries, sealed together."""
    ids = written(number)
    assert seal_settled(at=lambda: at) == number
    return ids


def checked(*checkpoints: Checkpoint | None, at: datetime = LATER) -> Checked:
    return check(keys=frozenset({seal_key().public}), checkpoints=[c for c in checkpoints if c], at=at)


def broken(*checkpoints: Checkpoint | None) -> LedgerBroken:
    with pytest.raises(LedgerBroken) as found:
        checked(*checkpoints)
    return found.value


# What is in order


def test_a_log_that_nobody_touched_is_in_order() -> None:
    sealed(10)
    sealed(3)
    written(2)
    done = checked(checkpoint())
    assert (done.entries, done.seals, done.unsealed, done.late) == (13, 2, 2, [])
    assert done.sealed_until == LATER


def number_from_one() -> None:
    """A sequence keeps what tests before this one drew from it."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ALTER SEQUENCE ledger_entry_id_seq RESTART")


def test_an_empty_log_is_in_order_and_is_not_sealed() -> None:
    number_from_one()
    assert seal_settled(at=lambda: NOW) == 0
    assert checkpoint() is None
    assert checked() == Checked()


def test_what_is_sealed_is_not_sealed_again() -> None:
    sealed(3)
    assert seal_settled(at=lambda: LATER) == 0
    assert Seal.objects.count() == 1


def test_many_entries_are_sealed_in_several_seals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "BATCH", 4)
    sealed(10)
    assert [len(seal.leaves) // 40 for seal in Seal.objects.order_by("number")] == [4, 4, 2]
    assert checked().entries == 10


def test_numbers_that_were_rolled_back_are_gaps_and_no_fault() -> None:
    written(2)
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('ledger_entry_id_seq') FROM generate_series(1, 7)")
    written(2)
    assert seal_settled(at=lambda: LATER) == 4
    assert checked().entries == 4


def test_entries_of_two_months_are_two_parts_of_one_seal() -> None:
    written(2, at=datetime(2026, 10, 31, 23, 59, 59, tzinfo=UTC))
    seal_settled(at=lambda: LATER)
    assert [(p["month"], p["count"]) for p in Seal.objects.get().parts] == [("2026-10", 1), ("2026-11", 1)]
    assert checked().entries == 2


def test_texts_of_every_kind_are_read_back_as_they_were_sealed() -> None:
    for text in ('"quoted\\', "å\u2028\u0001\n\t", "𝔊😀", "", "e\u0301", "\x7f"):
        record(
            event=made_up("a.b"),
            by=By(program=text or "x"),
            at=NOW,
            facts={text or "x": text, "n": -(2**60), "t": True},
        )
    record(event=made_up("a.b"), by=By.nobody(network="2001:db8::7"), at=NOW)
    seal_settled(at=lambda: LATER)
    assert checked().entries == 7


def test_a_seal_is_never_changed_or_removed() -> None:
    sealed(1)
    for attack in ("UPDATE ledger_seal SET last = last", "DELETE FROM ledger_seal", "TRUNCATE ledger_seal"):
        with pytest.raises(ProgrammingError, match="append-only"), as_owner(), connection.cursor() as cursor:
            cursor.execute(attack)
        with pytest.raises(ProgrammingError, match="denied"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(attack)


# What a superuser does to entries

OTHER_VALUES = {
    "id": "id + 1000000",
    "at": "at + interval '1 microsecond'",
    "event": "'login.refused'",
    "outcome": "'refused'",
    "by_hsa_id": "lower(by_hsa_id)",
    "by_name": "by_name || ' '",
    "by_account_id": "NULL",
    "by_role": "'reader'",
    "by_clinic_id": "by_clinic_id + 1",
    "by_program": "'visitor'",
    "network": "'192.0.2.7/24'",
    "about_account_id": "0",
    "about_hsa_id": "' '",
    "about_patient_id": "1",
    "shown_patient_ids": "'{1}'",
    "clinic_id": "1",
    "reference": "'K7F-2Q9M'",
    "facts": """'{"session": "5"}'""",
}


def test_every_column_of_the_log_is_sealed() -> None:
    assert set(FIELDS[FORM]) == set(OTHER_VALUES) == {field.name for field in Entry._meta.get_fields()}


@pytest.mark.parametrize("column", sorted(set(OTHER_VALUES) - {"id"}))
def test_a_changed_entry_is_found_and_named(column: str) -> None:
    ids = sealed(10)
    forge(f"UPDATE ledger_entry SET {column} = {OTHER_VALUES[column]} WHERE id IN ({ids[5]}, {ids[7]})")
    found = broken()
    assert (found.entry, str(found)) == (ids[5], f"entry {ids[5]} was changed")


@pytest.mark.parametrize(
    "value",
    [
        """'{"session": 5.0}'""",
        """'"text"'""",
        """('{"session": ' || repeat('9', 5000) || '}')::jsonb""",
        "(repeat('[', 5000) || repeat(']', 5000))::jsonb",
    ],
)
def test_facts_that_this_program_cannot_have_written_are_a_change_and_no_crash(value: str) -> None:
    ids = sealed(10)
    forge(f"UPDATE ledger_entry SET facts = {value} WHERE id = {ids[5]}")
    assert broken().entry == ids[5]


@pytest.mark.parametrize("moment", ["'infinity'", "'-infinity'", "'0044-03-15 BC'", "'12026-11-24'"])
def test_a_moment_that_no_clock_shows_is_a_change_and_no_crash(moment: str) -> None:
    ids = sealed(3)
    forge(f"UPDATE ledger_entry SET at = {moment} WHERE id = {ids[1]}")
    assert broken().entry == ids[1]


@pytest.mark.parametrize("which", [0, 4, 9])
def test_a_deleted_entry_is_found_and_named(which: int) -> None:
    ids = sealed(10)
    forge(f"DELETE FROM ledger_entry WHERE id = {ids[which]}")
    found = broken()
    assert (found.entry, str(found)) == (ids[which], f"entry {ids[which]} is gone")


EVERY_PARTITION = """DO $$ DECLARE part record; BEGIN
    FOR part IN SELECT relid::regclass AS name FROM pg_partition_tree('ledger_entry') WHERE isleaf LOOP
        EXECUTE format('DROP TABLE %s', part.name);
    END LOOP;
END $$"""


@pytest.mark.parametrize("attack", ["TRUNCATE ledger_entry", EVERY_PARTITION, "DELETE FROM ledger_entry"])
def test_an_emptied_log_is_found(attack: str) -> None:
    ids = sealed(10)
    forge(attack)
    assert broken().entry == ids[0]


def test_two_entries_that_changed_places_are_found() -> None:
    ids = sealed(10)
    swap = f"UPDATE ledger_entry SET id = CASE id WHEN {ids[3]} THEN {ids[6]} ELSE {ids[3]} END"
    forge(f"{swap} WHERE id IN ({ids[3]}, {ids[6]})")
    assert broken().entry == ids[3]


def test_an_entry_that_was_moved_to_the_end_is_found_where_it_was() -> None:
    ids = sealed(10)
    forge(f"UPDATE ledger_entry SET id = {OTHER_VALUES['id']} WHERE id = {ids[3]}")
    assert broken().entry == ids[3]


COPY = ", ".join(sorted(set(OTHER_VALUES) - {"id", "at"}))


@pytest.mark.parametrize("place", ["a gap", "below all", "zero", "twice, earlier", "twice, later"])
def test_an_entry_that_was_put_in_is_found_and_named(place: str) -> None:
    first = written(5)
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('ledger_entry_id_seq')")
    written(5)
    assert seal_settled(at=lambda: LATER) == 10
    number = {"a gap": first[-1] + 1, "below all": -5, "zero": 0}.get(place, first[2])
    moment = {"twice, earlier": "at - interval '1 year'", "twice, later": "at + interval '1 year'"}.get(place, "at")
    forge(
        f"INSERT INTO ledger_entry (id, at, {COPY}) "
        f"SELECT {number}, {moment}, {COPY} FROM ledger_entry WHERE id = {first[2]}"
    )
    assert broken().entry == number


def test_two_entries_of_one_number_do_not_hide_at_the_end_of_a_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    ids = sealed(10)
    monkeypatch.setattr("registret.ledger.checking.BATCH", 5)
    forge(
        f"INSERT INTO ledger_entry (id, at, {COPY}) "
        f"SELECT id, at + interval '1 second', {COPY} FROM ledger_entry WHERE id = {ids[4]}"
    )
    assert broken().entry == ids[4]


# What a superuser does to seals


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE ledger_seal SET last = last + 1 WHERE number = 2",
        "UPDATE ledger_seal SET sealed_at = sealed_at + interval '1 second' WHERE number = 2",
        "UPDATE ledger_seal SET parts = '[]' WHERE number = 2",
        "UPDATE ledger_seal SET parts = '{}' WHERE number = 2",
        "UPDATE ledger_seal SET parts = '[1]' WHERE number = 2",
        """UPDATE ledger_seal SET culled = '["2026-11"]' WHERE number = 2""",
        "UPDATE ledger_seal SET culled = '3' WHERE number = 2",
        "UPDATE ledger_seal SET hash = repeat('0', 64) WHERE number = 2",
        "UPDATE ledger_seal SET previous = repeat('1', 64) WHERE number = 2",
        "UPDATE ledger_seal SET key = repeat('0', 64) WHERE number = 2",
        "UPDATE ledger_seal SET signature = repeat('0', 128) WHERE number = 2",
        "UPDATE ledger_seal SET signature = 'å' WHERE number = 2",
        "UPDATE ledger_seal SET leaves = '' WHERE number = 2",
        "UPDATE ledger_seal SET leaves = leaves || leaves WHERE number = 2",
        "UPDATE ledger_seal SET form = 1 WHERE number = 2",
        "UPDATE ledger_seal SET number = 9 WHERE number = 2",
        "DELETE FROM ledger_seal WHERE number = 2",
        "UPDATE ledger_seal SET number = CASE number WHEN 2 THEN 3 WHEN 3 THEN 2 ELSE 1 END",
    ],
)
def test_a_seal_that_was_changed_or_removed_is_found(attack: str) -> None:
    for _ in range(3):
        sealed(2)
    forge("ALTER TABLE ledger_seal DROP CONSTRAINT ledger_seal_pkey", attack)
    assert broken().seal == 2


def test_a_forger_who_makes_the_leaves_fit_is_found_by_the_seal() -> None:
    """The entry and its leaf agree; what the seal says of all leaves does not."""
    ids = sealed(3)
    forge(f"UPDATE ledger_entry SET by_name = 'Nobody' WHERE id = {ids[1]}")
    forge("UPDATE ledger_seal SET leaves = %s", given=[leaves_of_now()])
    assert str(broken()) == "the leaves of seal 1 were changed"


def leaves_of_now() -> bytes:
    rows = sealing.rows(form=FORM, after=0, limit=100)
    return b"".join(leaf(row[0], entry_line(row, form=FORM)) for row in rows)


def test_a_forger_who_seals_everything_anew_with_another_key_is_found(settings: Settings) -> None:
    ids = sealed(3)
    ours = settings.SEAL_KEY
    settings.SEAL_KEY = b"a key that the forger has made up!"
    forge(f"UPDATE ledger_entry SET by_name = 'Nobody' WHERE id = {ids[1]}", "DELETE FROM ledger_seal")
    seal_settled(at=lambda: LATER)
    settings.SEAL_KEY = ours
    assert "is not signed with a key of this installation" in str(broken())


def test_a_forger_who_removes_seals_and_lets_the_program_seal_anew_is_found_by_a_checkpoint() -> None:
    """The signature cannot find it: the program itself has signed. So a checkpoint is kept elsewhere."""
    ids = sealed(3)
    kept = checkpoint()
    forge(f"UPDATE ledger_entry SET by_name = 'Nobody' WHERE id = {ids[1]}", "DELETE FROM ledger_seal")
    seal_settled(at=lambda: LATER)
    assert checked().entries == 3
    assert "the log was rewritten: seal 1" in str(broken(kept))


def test_a_log_that_was_sealed_anew_long_afterwards_says_so_without_a_checkpoint() -> None:
    sealed(3)
    forge("DELETE FROM ledger_seal")
    seal_settled(at=lambda: NOW + timedelta(days=30))
    assert checked(at=NOW + timedelta(days=31)).late == [(1, timedelta(days=30))]


def test_a_log_whose_end_was_cut_off_is_found_by_a_checkpoint() -> None:
    sealed(3)
    cut = sealed(3)
    kept = checkpoint()
    forge(f"DELETE FROM ledger_entry WHERE id >= {cut[0]}", "DELETE FROM ledger_seal WHERE number = 2")
    assert checked().entries == 3
    assert str(broken(kept)) == "the log was cut off: seal 2 of the checkpoint is gone"


def test_seals_that_are_gone_are_missed_an_hour_after_the_entries_were_written() -> None:
    sealed(3)
    forge("TRUNCATE ledger_seal")
    assert checked(at=NOW + timedelta(minutes=59)).unsealed == 3
    with pytest.raises(LedgerBroken, match=r"3 entries are not sealed.*no seal at all"):
        checked(at=NOW + timedelta(hours=2))


def test_the_newest_seals_that_are_gone_are_missed_too() -> None:
    sealed(3)
    sealed(2)
    forge("DELETE FROM ledger_seal WHERE number = 2")
    with pytest.raises(LedgerBroken, match="2 entries are not sealed, the oldest of 2026-11-24"):
        checked(at=NOW + timedelta(hours=2))


def test_a_log_that_was_emptied_with_its_seals_is_not_taken_for_a_new_one() -> None:
    number_from_one()
    sealed(3)
    forge("TRUNCATE ledger_entry, ledger_seal")
    assert str(broken()) == "the log is empty, and 3 entries were numbered: it was emptied, with its seals"


def test_a_log_that_is_gone_altogether_is_found_by_a_checkpoint() -> None:
    sealed(3)
    kept = checkpoint()
    forge("TRUNCATE ledger_entry, ledger_seal")
    assert "cut off" in str(broken(kept))


def test_checkpoints_that_contradict_each_other_are_said() -> None:
    sealed(1)
    kept = checkpoint()
    assert kept is not None
    other = Checkpoint(number=kept.number, last=kept.last, hash="0" * 64)
    assert "two checkpoints of one seal differ" in str(broken(kept, other))


def test_an_old_key_is_believed_when_it_is_named_and_not_otherwise(settings: Settings) -> None:
    sealed(2)
    before = seal_key().public
    settings.SEAL_KEY = b"the next key, after the first was seen"
    sealed(2)
    assert check(keys=frozenset({before, seal_key().public}), at=LATER).seals == 2
    assert "seal 1" in str(broken())


# Checkpoints


def test_a_checkpoint_is_read_back_from_whatever_stands_around_it() -> None:
    sealed(2)
    kept = checkpoint()
    text = f"2026-11-24 09:00:00,123 INFO registret.chores.log the log is sealed: {kept}\nother\n{kept}\r\n"
    assert checkpoints_in(text) == (kept, kept)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "registret-ledger seal=1 last=2 hash=abc",
        f"registret-ledger seal=0 last=2 hash={'0' * 64}",
        f"registret-ledger seal=-1 last=2 hash={'0' * 64}",
        f"registret-ledger seal=1 last=2 hash={'G' * 64}",
    ],
)
def test_what_is_no_checkpoint_is_none(text: str) -> None:
    assert checkpoints_in(text) == ()
