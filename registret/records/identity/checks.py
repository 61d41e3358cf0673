"""Check that an actor may say who a patient is. What a refusal shows is logged about the patient it shows."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from registret.access.actor import Actor
from registret.access.roles import Permission
from registret.kernel.refused import Refused
from registret.ledger.events import Event
from registret.ledger.services import Fact
from registret.records.identity.protected import has_reason, require_reason
from registret.records.locks import lock_identities, lock_numbers
from registret.records.logged import log_patient
from registret.records.models import Episode, Patient
from registret.records.numbers import PatientNumber
from registret.records.queries.episodes import episodes_of
from registret.records.queries.patients import is_blocked, patient_id_of, patient_numbered, patient_of, patient_row
from registret.records.refusals import AlsoElsewhere, NotTheSame, ReasonNeeded, TakenElsewhere
from registret.records.rows import PatientRow
from registret.records.scope import all_providers, provider_scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The actor who says who a patient is, and the reason. `case_number` is None at a clinic."""

    actor: Actor
    reason: str
    case_number: str | None = None

    @property
    def facts(self) -> dict[str, Fact]:
        """For the log."""
        return {"reason": self.reason.strip(), "case": self.case_number}

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise ValueError("who a patient is is said for a reason")


def _mine(actor: Actor, patient: str, *, at: datetime) -> PatientRow:
    """Return the actor's patient, and lock all identities until the transaction ends."""
    lock_identities()
    with provider_scope(actor, Permission.REPORT):
        found = patient_of(actor, patient, Permission.REPORT)
        require_reason(actor, found, at=at)
    return found


def check_pair(
    actor: Actor, patient: str, number: PatientNumber, *, at: datetime
) -> tuple[PatientRow, PatientRow | None, Refused | None]:
    """The actor's patient, who else has or had the number, and why the actor does not say anything about these two;
    with identities and numbers held. What shows by a refusal is an entry: it must not be rolled back by it.

    Raises: NotFound, NotPermitted, ReasonNeeded.
    """
    mine = _mine(actor, patient, at=at)
    lock_numbers(number.text, *(one.text for one in mine.numbers))
    with provider_scope(actor, Permission.REPORT):
        seen = patient_numbered(actor, number)
    with all_providers():
        other = patient_unless_same(mine, patient_id_of(number))
        if other is not None:
            lock_numbers(*(one.text for one in other.numbers))
        refusal = _refusal(actor, mine, other, number, is_seen=seen is not None, at=at)
    if refusal is None and other is not None:
        if not has_reason(actor, other, at=at):
            return mine, other, ReasonNeeded(patient=other.system_id)
        refusal = None if is_one_birth_date(mine.numbers, other.numbers) else NotTheSame()
    return mine, other, refusal


def _refusal(
    actor: Actor, mine: PatientRow, other: PatientRow | None, number: PatientNumber, *, is_seen: bool, at: datetime
) -> Refused | None:
    """By what others have. `is_seen`: the actor sees who has the number. Inside `all_providers`."""
    if _has_more(actor, mine):
        log_patient(actor, Event.PATIENT_MORE_MET, mine.id, at)
        return AlsoElsewhere()
    # By the number alone, so that the answer is the same whether anyone has it or not.
    if not is_one_birth_date(mine.numbers, (number,)):
        return NotTheSame()
    if other is None:
        # The same answer as for a number that others have: nobody learns here who has opted out.
        return TakenElsewhere() if is_blocked(number) else None
    log_patient(actor, Event.PATIENT_NUMBER_MET, other.id, at)
    return TakenElsewhere() if not is_seen or _has_more(actor, other) else None


def patient_unless_same(mine: PatientRow, patient_id: int | None) -> PatientRow | None:
    """The patient of this id, unless it is the same. Inside `all_providers`."""
    if patient_id is None or patient_id == mine.id:
        return None
    return patient_row(Patient.objects.prefetch_related("numbers").get(id=patient_id))


def _has_more(actor: Actor, patient: PatientRow) -> bool:
    """Whether the patient has episodes that the actor does not see: of another care provider, or of a sub-registry
    outside the seat. Inside `all_providers`."""
    episodes = Episode.objects.filter(patient_id=patient.id)
    return episodes.exclude(id__in=episodes_of(actor).values("id")).exists()


def is_one_birth_date(mine: Collection[PatientNumber], others: Collection[PatientNumber]) -> bool:
    """Nobody has, or ever had, two official numbers with different birth dates: one is mistyped, and a merge cannot be
    undone. A reserve number says nothing reliable, so it stops nobody; one that was said to be wrong is gone."""
    pairs = ((one.birth_date, other.birth_date) for one in mine for other in others)
    return all(one is None or other is None or one == other for one, other in pairs)
