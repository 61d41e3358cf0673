"""What the log must tell of an act: who did it, about whom and where. Compared as a whole, so nothing is left open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from registret.ledger.queries import EntryRow
from registret.records.models import Number
from registret.records.scope import all_providers
from tests import cast
from tests.cast import Person, person
from tests.rooms.records.scene import TOLVAN, Ward, number

LISA = person("Lisa", "Ek", "SE2321009991-E00L1E1")
HENRIK = person("Henrik", "Vall", "SE2321009991-E00H1V7")
NEW_ANNA = person("Anna", "Berg", "SE2321009983-E00A9B9", organisation="Region Sydvik")
SUNE = person("Sune", "Åberg", "SE2321009991-E00S1P1")
FRIDA = person("Frida", "Ros", "SE2321009991-E00F6R6")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One entry: by a person, a program, or a program at a person's session; about an account (a person who has one,
    or its id), an HSA-id or patients; at a clinic. What is not said must be empty."""

    by: Person | None = None
    program: str = ""
    account: Person | int | None = None
    hsa_id: str = ""
    patients: frozenset[int] = frozenset()
    clinic: int | None = None


Act = Callable[[Ward], Told | Sequence[Told]]
Row = tuple[str, str, int | None, str, list[int], int | None]


def said(entry: EntryRow) -> Row:
    """The entry, as `meant` gives what it should be."""
    by, about = (entry.by_hsa_id, entry.by_program), (entry.about_account_id, entry.about_hsa_id)
    return *by, *about, sorted(entry.patient_ids), entry.clinic_id


def meant(told: Told) -> Row:
    account = cast.account_of(told.account).id if isinstance(told.account, Person) else told.account
    by = told.by.hsa_id if told.by else ""
    return by, told.program, account, told.hsa_id, sorted(told.patients), told.clinic


def patients(*numbers: str) -> frozenset[int]:
    """Ids of the patients who have these numbers; Tolvan's if none is given."""
    with all_providers():
        texts = [number(text).text for text in numbers or (TOLVAN,)]
        return frozenset(Number.objects.filter(text__in=texts).values_list("patient_id", flat=True))
