"""Patienten har avböjt (L15): all is destroyed, and the numbers are blocked. And again, if a backup brings it back."""

from __future__ import annotations

import json
import logging
import os
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
from registret.records.models import Destruction, Episode, Number, OptOut
from registret.records.numbers import PatientNumber
from registret.records.queries import is_blocked, patient_id_of
from registret.records.refusals import OptedOut
from registret.records.sight import sight_of_all

_log = logging.getLogger(__name__)

REPLAYED: Final = "replay"
_PROGRAM: Final = "replay-opt-outs"


@dataclass(frozen=True, slots=True)
class Mark:
    """A blocked number, as a mark under the key of this name (`records.blocking`). Says nothing of the number."""

    mark: str
    key: str

    @property
    def line(self) -> str:
        return json.dumps({"mark": self.mark, "key": self.key}) + "\n"


class MarksBroken(Exception):
    """A file of marks cannot be read; the message says at which line."""


def opt_out(*, actor: Actor, case: Case, at: datetime) -> int:
    """Destroys all about the person, at all care providers, and blocks every number that the person has or had; answers
    how many episodes were destroyed. Whoever is not in the registry can opt out too: the number is blocked.

    There is no way back.

    Raises: NotPermitted, TooMany, CardTooOld; OptedOut (that was done already).
    """
    take_case(actor=actor, at=at)
    check_card_age(actor, at=at)
    return _opt_out(actor, case, at)


@transaction.atomic
def _opt_out(actor: Actor, case: Case, at: datetime) -> int:
    hold_identities()
    with sight_of_all():
        patient_id = patient_id_of(case.number)
        numbers = _numbers(patient_id) | {case.number}
        hold_numbers(*(number.text for number in numbers))
        if patient_id is None and is_blocked(case.number):
            raise OptedOut()
        destroyed = _destroy(patient_id, by=actor.by, at=at)
    fresh = _block(
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
    transaction.on_commit(lambda: _append(fresh))
    return destroyed


def marks() -> Iterator[Mark]:
    """All that are blocked, oldest first: what is kept beside the backups."""
    for mark, key in OptOut.objects.order_by("id").values_list("mark", "key").iterator():
        yield Mark(mark, key)


def read_marks(lines: Iterable[str]) -> frozenset[Mark]:
    """Raises: MarksBroken."""
    found = set()
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            one = json.loads(line)
            mark = Mark(one["mark"], one["key"])
            if len(bytes.fromhex(mark.mark)) != 32 or not 0 < len(mark.key) <= 16:
                raise ValueError
        except (ValueError, KeyError, TypeError):
            raise MarksBroken(f"line {number} is no mark") from None
        found.add(mark)
    return frozenset(found)


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
) -> list[Mark]:
    """Under the key of today; answers the marks that are new."""
    wanted = [Mark(mark, key) for key, mark in map(mark_of, (n for n in numbers if not is_blocked(n)))]
    OptOut.objects.bulk_create(
        OptOut(
            mark=one.mark,
            key=one.key,
            case_number=case_number,
            episodes=episodes,
            at=at,
            by_account_id=by_account_id,
            by_name=by_name,
        )
        for one in wanted
    )
    return wanted


@transaction.atomic
def _block_again(kept: frozenset[Mark], *, at: datetime) -> None:
    OptOut.objects.bulk_create(
        [
            OptOut(mark=one.mark, key=one.key, case_number=REPLAYED, episodes=0, at=at, by_name=_PROGRAM)
            for one in sorted(kept, key=lambda one: one.mark)
        ],
        ignore_conflicts=True,
    )


def _append(fresh: Iterable[Mark]) -> None:
    """To the file beside the backups, if there is one. The opt-out holds also if the file does not."""
    if settings.OPT_OUT_FILE is None:
        return
    try:
        with settings.OPT_OUT_FILE.open("a", encoding="utf-8") as file:
            file.writelines(one.line for one in fresh)
            file.flush()
            os.fsync(file.fileno())
    except OSError as trouble:
        _log.error("marks of an opt-out were not written to REGISTRET_OPT_OUT_FILE: %s", trouble.strerror)
