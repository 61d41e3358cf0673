"""Patienten har avböjt (L15): all is destroyed, and the numbers are blocked. And again, if a backup brings it back."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import transaction

from registret.access.actor import Actor
from registret.access.checks import check_card_age
from registret.kernel.by import By
from registret.ledger.services import record
from registret.records.blocking import mark_of, marks_of
from registret.records.cases import Case, take_case
from registret.records.destroying import destroy_episodes, destroy_patient
from registret.records.holding import hold_identities, hold_numbers
from registret.records.mark_file import Mark, MarksBroken, add_missing, kept_in
from registret.records.models import Destruction, Episode, Number, OptOut, Patient
from registret.records.numbers import PatientNumber
from registret.records.queries import is_blocked, patient_id_of
from registret.records.refusals import NotAsShown, OptedOut
from registret.records.sight import sight_of_all

_log = logging.getLogger(__name__)

REPLAYED: Final = "replay"
_PROGRAM: Final = "replay-opt-outs"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOfMarks:
    """How it stands with the file beside the backups. `usable`: it can be written, and every line of it read.
    `lacking`: how many blocked numbers are not in it; `since`: when the first of them was blocked."""

    usable: bool
    lacking: int
    since: datetime | None


def opt_out(*, actor: Actor, case: Case, expected: str | None, at: datetime) -> int:
    """Destroys all about the person, at all care providers, and blocks every number that the person has or had; answers
    how many episodes were destroyed. Whoever is not in the registry can opt out too: the number is blocked.

    There is no way back, so it is only done to who was shown: `expected` is the system id, None if it was nobody.

    Raises: NotPermitted, TooMany, CardTooOld; OptedOut (that was done already); NotAsShown (it is somebody else now).
    """
    take_case(actor=actor, at=at)
    check_card_age(actor, at=at)
    with transaction.atomic():
        hold_identities()
        with sight_of_all():
            patient_id = patient_id_of(case.number)
            numbers = _numbers(patient_id) | {case.number}
            hold_numbers(*(number.text for number in numbers))
            if patient_id is None and is_blocked(case.number):
                raise OptedOut()
            now = Patient.objects.get(id=patient_id).system_id if patient_id is not None else None
            if now != expected:
                raise NotAsShown(patient=now or "")
            destroyed = _destroy(patient_id, by=actor.by, at=at)
        _block(
            numbers,
            case_number=case.case_number.text,
            episodes=destroyed,
            by_account_id=actor.account_id,
            by_name=actor.name,
            at=at,
        )
        record(
            event="patient.opted_out",
            by=actor.by,
            at=at,
            about_patient_id=patient_id,
            facts={"case": case.case_number.text, "episodes": destroyed},
        )
        transaction.on_commit(_write_at_once)
    return destroyed


def marks() -> Iterator[Mark]:
    """All that are blocked, oldest first: what is kept beside the backups."""
    for mark, key in OptOut.objects.order_by("id").values_list("mark", "key").iterator():
        yield Mark(mark, key)


def write_marks() -> int:
    """Adds all that the file beside the backups lacks, if there is such a file; answers how many.

    Raises: OSError (it cannot be written); MarksBroken (all are there, and also a line that is no mark).
    """
    return add_missing(settings.OPT_OUT_FILE, marks()) if settings.OPT_OUT_FILE else 0


def file_of_marks() -> FileOfMarks | None:
    """How it stands with the file, as this process reaches it; None: none is set."""
    if settings.OPT_OUT_FILE is None:
        return None
    try:
        kept = kept_in(settings.OPT_OUT_FILE)
    except OSError:
        kept = None
    known = kept.marks if kept else frozenset()
    all_of_them = OptOut.objects.order_by("at", "id").values_list("mark", "key", "at")
    lacking = [at for mark, key, at in all_of_them if Mark(mark, key) not in known]
    return FileOfMarks(
        usable=kept is not None and kept.broken is None,
        lacking=len(lacking),
        since=lacking[0] if lacking else None,
    )


def came_back(kept: frozenset[Mark]) -> tuple[int, ...]:
    """Ids of patients who have opted out and are here: their number has a mark among `kept` or in the database."""
    blocked = {one.mark for one in kept} | set(OptOut.objects.values_list("mark", flat=True))
    with sight_of_all():
        found = {
            patient_id
            for patient_id, text, kind in Number.objects.values_list("patient_id", "text", "kind").iterator()
            if not blocked.isdisjoint(marks_of(PatientNumber(text, kind)))
        }
    return tuple(sorted(found))


def replay(kept: frozenset[Mark], *, at: datetime) -> int:
    """After a backup was restored: blocks again all marks of `kept` that it lacks, and destroys again whoever it
    brought back; answers how many patients. One transaction for each."""
    by = By.of_program(_PROGRAM)
    _block_again(kept, at=at)
    patients = came_back(kept)
    for patient_id in patients:
        with transaction.atomic():
            hold_identities()
            with sight_of_all():
                numbers = _numbers(patient_id)
                hold_numbers(*(number.text for number in numbers))
                destroyed = _destroy(patient_id, by=by, at=at)
            _block(numbers, case_number=REPLAYED, episodes=destroyed, by_account_id=None, by_name=_PROGRAM, at=at)
            facts: dict[str, str | int | bool | None] = {"case": REPLAYED, "episodes": destroyed}
            record(event="patient.opted_out", by=by, at=at, about_patient_id=patient_id, facts=facts)
    return len(patients)


def _numbers(patient_id: int | None) -> set[PatientNumber]:
    if patient_id is None:
        return set()
    found = Number.objects.filter(patient_id=patient_id).values_list("text", "kind")
    return {PatientNumber(text, kind) for text, kind in found}


def _destroy(patient_id: int | None, *, by: By, at: datetime) -> int:
    """Inside `sight_of_all`, with identities and numbers held."""
    if patient_id is None:
        return 0
    episodes = list(Episode.objects.filter(patient_id=patient_id).values_list("id", flat=True))
    gone = destroy_episodes(episodes, why=Destruction.Why.OPTED_OUT, by=by, at=at)
    destroy_patient(patient_id)
    return sum(gone.values())


def _block(
    numbers: Iterable[PatientNumber],
    *,
    case_number: str,
    episodes: int,
    by_account_id: int | None,
    by_name: str,
    at: datetime,
) -> None:
    """Under the key of today, those that are not blocked yet."""
    OptOut.objects.bulk_create(
        OptOut(
            mark=mark,
            key=key,
            case_number=case_number,
            episodes=episodes,
            at=at,
            by_account_id=by_account_id,
            by_name=by_name,
        )
        for key, mark in map(mark_of, (number for number in numbers if not is_blocked(number)))
    )


@transaction.atomic
def _block_again(kept: frozenset[Mark], *, at: datetime) -> None:
    OptOut.objects.bulk_create(
        [
            OptOut(mark=one.mark, key=one.key, case_number=REPLAYED, episodes=0, at=at, by_name=_PROGRAM)
            for one in sorted(kept, key=lambda one: one.mark)
        ],
        ignore_conflicts=True,
    )


def _write_at_once() -> None:
    """The opt-out holds also if the file does not: a worker tries again until it does."""
    try:
        write_marks()
    except (OSError, MarksBroken) as trouble:
        _log.error("REGISTRET_OPT_OUT_FILE: %s", trouble)
