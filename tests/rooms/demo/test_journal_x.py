"""The file of *Journal X*: thirty patients, of whom five rows are wrong, each in a way of its own."""

from __future__ import annotations

import pytest

from registret.access.roles import Role
from registret.demo.people import journal_x
from registret.exchange.importing.results import RowOutcome, Way
from registret.exchange.importing.running import ImportWish, run
from registret.exchange.mappings.applying import column_faults
from registret.exchange.readers import read
from registret.exchange.saved_mappings import mappings_in_force, understood
from tests import cast
from tests.rooms.exchange.scene import INES, outcomes, whys
from tests.rooms.records.scene import DAY, NOW

pytestmark = pytest.mark.django_db


def test_the_file_of_journal_x_has_thirty_episodes_and_five_rows_to_mend() -> None:
    place = cast.country(NOW - 30 * DAY)
    cast.appoint_by_program(INES, Role.IMPORTER, clinic_id=place.infection, at=NOW - 20 * DAY)
    ines = cast.actor(INES, at=NOW - DAY)
    journal_x.save(actor=ines, at=NOW)
    (saved,) = mappings_in_force(ines)
    table = read(journal_x.file(now=NOW))

    assert column_faults(understood(saved), table) == ()
    result = run(actor=ines, wish=ImportWish(saved=saved, table=table, way=Way.TRY), at=NOW)
    assert outcomes(result).count(RowOutcome.NEW) == 25
    assert whys(result) == [
        ("patient.number_impossible", ""),
        ("import.answer_impossible", "pulse"),
        ("import.answer_impossible", "acquired"),
        ("import.date_unclear", "arrived_at"),
        ("import.answer_missing", "pneumonia_treated"),
    ]
