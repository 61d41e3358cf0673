"""What the population register says of a patient, in the patient's row."""

from __future__ import annotations

from datetime import datetime

from registret.records.identity.population_entry import PopulationEntry
from registret.records.models import Patient


def fill_in(row: Patient, person: PopulationEntry | None, *, at: datetime) -> list[str]:
    """Fill in what the population register knows, and return the names of the fields that changed.

    A protection that came along from another number or patient stays until the register has protected the number in
    force and says that it no longer does.
    """
    if person is None:
        return []
    now = {
        "given_name": person.given_name,
        "surname": person.surname,
        "sex": person.sex.value,
        "is_protected": person.is_protected or (row.is_protected and not row.register_protects),
        "died_on": person.died_on if person.died_on is None or person.died_on >= row.birth_date else row.died_on,
    }
    changed = [name for name, value in now.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, now[name])
    row.register_protects = person.is_protected
    row.looked_up_at = at
    return changed
