"""The patients that an actor may see, as rows.

Showing a patient is an act that the log records: pages go through `reporting.audited_reads`, which asks here inside
`provider_scope`.
"""

from __future__ import annotations

from typing import Any, Final

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from registret.access.actor import Actor
from registret.access.refusals import NotFound
from registret.access.roles import Permission
from registret.accounts.folding import folded
from registret.records.models import Merge, Number, OptOut, Patient
from registret.records.numbers import PatientNumber, Sex
from registret.records.opt_out_marks import marks_of
from registret.records.queries.episodes import episodes_of
from registret.records.rows import PatientRow

PAGE: Final = 50


def patients_of(actor: Actor, permission: Permission = Permission.READ_RECORDS) -> QuerySet[Patient]:
    """Patients with an episode that the actor may see. Inside `provider_scope(actor)`."""
    return Patient.objects.filter(Exists(episodes_of(actor, permission).filter(patient_id=OuterRef("id"))))


def patient_of(actor: Actor, system_id: str, permission: Permission = Permission.READ_RECORDS) -> PatientRow:
    """Return a patient by system id, also by that of a patient who was merged into this one.

    Raises: NotFound (there is none, or it is not the actor's to see, or to report).
    """
    # Two queries, each with its index: in one, the database would read all patients.
    seen = patients_of(actor, permission).order_by().prefetch_related("numbers")
    found = seen.filter(system_id=system_id).first()
    if found is None:
        found = seen.filter(
            id__in=list(Merge.objects.filter(gone=system_id).values_list("patient_id", flat=True))
        ).first()
    if found is None:
        raise NotFound()
    return patient_row(found)


def patient_numbered(actor: Actor, number: PatientNumber) -> PatientRow | None:
    """The actor's patient who has, or once had, this number."""
    found = patients_of(actor).filter(numbers__text=number.text).prefetch_related("numbers").first()
    return patient_row(found) if found else None


def patients_named(actor: Actor, prefix: str) -> tuple[tuple[PatientRow, ...], bool]:
    """The actor's patients whose surname, or surname and given name, begins so, whatever its case and accents; never
    those with protected identity. A page of them, and whether there are more.
    """
    key = folded(prefix)
    wanted = patients_of(actor).filter(surname_key__gte=key, surname_key__lt=key + "\U0010ffff", is_protected=False)
    found = wanted.order_by("surname_key", "id").prefetch_related("numbers")[: PAGE + 1]
    rows = tuple(patient_row(patient) for patient in found) if key else ()
    return rows[:PAGE], len(rows) > PAGE


def patient_row(found: Patient) -> PatientRow:
    numbers = sorted(found.numbers.all(), key=lambda number: (number.until is not None, -number.id))
    return PatientRow(
        id=found.id,
        system_id=found.system_id,
        birth_date=found.birth_date,
        sex=Sex(found.sex),
        given_name=found.given_name,
        surname=found.surname,
        is_protected=found.is_protected,
        died_on=found.died_on,
        numbers=tuple(PatientNumber(number.text, number.kind) for number in numbers),
    )


def with_numbers(found: QuerySet[Any], *, patient: str) -> QuerySet[Any]:
    """Each row with the number in force of its patient, for `listed_patient`, in the same query."""
    number = Number.objects.filter(patient=OuterRef(patient), until=None)
    told: QuerySet[Any] = found.annotate(
        number_text=Subquery(number.values("text")), number_kind=Subquery(number.values("kind"))
    )
    return told


def listed_patient(found: Patient, *, text: str, kind: str) -> PatientRow:
    """Return a patient without names, for a line of a list."""
    return PatientRow(
        id=found.id,
        system_id=found.system_id,
        birth_date=found.birth_date,
        sex=Sex(found.sex),
        given_name="",
        surname="",
        is_protected=found.is_protected,
        died_on=found.died_on,
        numbers=(PatientNumber(text, kind),),
    )


def is_blocked(number: PatientNumber) -> bool:
    """Whether a person with this number has opted out."""
    return OptOut.objects.filter(mark__in=list(marks_of(number))).exists()


def patient_id_of(number: PatientNumber) -> int | None:
    """Inside `all_providers`."""
    return Number.objects.filter(text=number.text).values_list("patient_id", flat=True).first()
