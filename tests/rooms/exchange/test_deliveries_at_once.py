"""The same file sent twice at once, under one key: it is kept once, and both are told of the same."""

from __future__ import annotations

from registret.access.roles import Role
from registret.access.systems.assertions import System
from registret.exchange.importing.deliveries import SentFile, deliver, mapping_for
from registret.exchange.models import ImportJob, KeptFile
from registret.exchange.readers import read
from registret.exchange.saved_mappings import save_mapping
from tests import cast
from tests.parallel import committed, together
from tests.rooms.access.systems import connected, shown
from tests.rooms.exchange.journal_x import MAPPING, file_of, row
from tests.rooms.exchange.scene import INES
from tests.rooms.records.scene import DAY, NOW, ward

__all__ = ["committed"]


def sent(system: System) -> int:
    content = file_of(row())
    saved, mapping = mapping_for(system, "pneumoni")
    table, key = read(content), "0123456789abcdef"
    file = SentFile(saved=saved, mapping=mapping, content=content, table=table, only_tried=True, key=key)
    return deliver(system, file, at=NOW)


def test_of_two_sent_at_once_under_one_key_one_is_kept(committed: None) -> None:
    here = ward()
    cast.appoint_by_program(INES, Role.IMPORTER, clinic_id=here.place.infection, at=NOW - 20 * DAY)
    save_mapping(actor=cast.actor(INES, at=NOW), text=MAPPING, at=NOW)
    system = shown(connected(at=NOW).assertion(NOW))
    first, second = together([lambda: sent(system)] * 2)
    assert isinstance(first, int), first
    assert first == second
    assert (ImportJob.objects.count(), KeptFile.objects.count()) == (1, 1)
