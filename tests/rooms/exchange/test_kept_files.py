"""Files that are kept for a time: unreadable in the database, and gone at once with a patient who opts out."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.conf import settings

from registret.chores.running import workers
from registret.exchange import kept_files
from registret.exchange.kept_files import FilePart, Purpose, add_parts, keep, parts_of, replace_parts
from registret.exchange.models import KeptFile, KeptPart
from registret.exchange.refusals import FileGone, FileTooLarge
from registret.records.numbers import PatientNumber
from registret.records.refusals import OptedOut
from tests import cast
from tests.rooms.exchange.scene import INES
from tests.rooms.records.scene import DAY, HOUR, NOW, SAMORDNAD, TOLVAN, Ward, case, handler, opt_out

pytestmark = pytest.mark.django_db


def kept(here: Ward, purpose: Purpose = Purpose.IMPORT, *, ends_at: datetime = NOW + 7 * DAY) -> int:
    """A file with a row of Tolvan and one of another patient."""
    account_id = cast.account_of(INES).id
    file_id = keep(clinic_id=here.place.infection, account_id=account_id, purpose=purpose, ends_at=ends_at, at=NOW)
    add_parts(file_id, [row(1, TOLVAN), row(2, SAMORDNAD)])
    return file_id


def row(number: int, patient: str) -> FilePart:
    return FilePart(
        number=number, content=f"row of {patient}".encode(), numbers=[PatientNumber.parse(patient, today=NOW.date())]
    )


def contents(file_id: int, *, at: datetime = NOW) -> list[str]:
    return [part.content.decode() for part in parts_of(file_id, at=at)]


def leaves(here: Ward) -> None:
    opt_out(actor=handler(), case=case(), at=NOW)


def test_a_kept_file_is_read_part_by_part_and_the_database_has_none_of_it_in_the_clear(here: Ward) -> None:
    file_id = kept(here)
    assert contents(file_id) == [f"row of {TOLVAN}", f"row of {SAMORDNAD}"]
    assert [part.number for part in parts_of(file_id, first=2, most=1, at=NOW)] == [2]
    stored = b"".join(bytes(part.content) + "".join(part.marks).encode() for part in KeptPart.objects.all())
    assert b"row of" not in stored
    assert TOLVAN.replace("-", "").encode() not in stored


def test_a_part_can_stand_neither_in_the_place_of_another_nor_in_another_file(here: Ward) -> None:
    file_id, other = kept(here), kept(here)
    first = KeptPart.objects.get(file_id=file_id, number=1).content
    KeptPart.objects.filter(file_id=file_id, number=2).update(content=first)
    KeptPart.objects.filter(file_id=other, number=1).update(content=first)
    for moved in (file_id, other):
        with pytest.raises(FileGone):
            contents(moved)


def test_a_file_of_an_earlier_key_is_as_good_as_gone(here: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    file_id = kept(here)
    monkeypatch.setattr(settings, "FILE_KEY", b"x" * 48)
    with pytest.raises(FileGone):
        contents(file_id)


def test_an_opt_out_takes_the_patients_row_out_of_a_file_to_bring_in_for_good(here: Ward) -> None:
    file_id = kept(here)
    leaves(here)
    assert contents(file_id) == ["", f"row of {SAMORDNAD}"]
    replace_parts(file_id, [FilePart(number=1, content=b"again"), FilePart(number=2, content=b"done")])
    add_parts(file_id, [row(3, TOLVAN)])
    assert contents(file_id) == ["", "done", ""]
    assert {part.number: len(part.marks) for part in KeptPart.objects.all()} == {1: 0, 2: 1, 3: 0}


def test_an_opt_out_takes_a_whole_export_away_and_another_is_not_made_with_the_patient(here: Ward) -> None:
    export, of_others = kept(here, Purpose.EXPORT), kept(here, Purpose.EXPORT)
    KeptPart.objects.filter(file_id=of_others, number=1).delete()
    leaves(here)
    for refused in (lambda: contents(export), lambda: add_parts(export, [row(3, SAMORDNAD)])):
        with pytest.raises(FileGone):
            refused()
    with pytest.raises(OptedOut):
        add_parts(of_others, [row(3, TOLVAN)])
    assert contents(of_others) == [f"row of {SAMORDNAD}"]
    assert KeptPart.objects.count() == 1


def test_a_file_whose_marks_cannot_be_compared_goes_with_any_opt_out(
    here: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_id = kept(here)
    monkeypatch.setattr(settings, "OPT_OUT_KEYS_BEFORE", (settings.OPT_OUT_KEY,))
    monkeypatch.setattr(settings, "OPT_OUT_KEY", b"x" * 48)
    leaves(here)
    with pytest.raises(FileGone):
        contents(file_id)


def test_under_a_new_key_earlier_files_are_gone_and_later_ones_are_read(
    here: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = kept(here)
    monkeypatch.setattr(settings, "FILE_KEY", b"another key, of more than 32 characters")
    with pytest.raises(FileGone):
        contents(earlier)
    assert len(contents(kept(here))) == 2


def test_a_file_is_deleted_when_its_time_is_over_and_not_read_after_it(here: Ward) -> None:
    ended, lasting = kept(here, ends_at=NOW + HOUR), kept(here)
    with pytest.raises(FileGone):
        contents(ended, at=NOW + HOUR)
    assert kept_files.destroy_ended(at=NOW + HOUR) == 1
    assert set(KeptPart.objects.values_list("file_id", flat=True)) == {lasting}
    assert KeptFile.objects.get(id=ended).gone_at == NOW + HOUR
    assert "forget" in {worker.name for worker in workers()}


def test_a_file_is_no_larger_than_the_limit(here: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    file_id = kept(here)
    monkeypatch.setattr(kept_files, "MOST_MB", 0)
    with pytest.raises(FileTooLarge):
        add_parts(file_id, [row(3, SAMORDNAD)])
    assert len(contents(file_id)) == 2
