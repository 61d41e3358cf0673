"""The patients that an actor may see, as rows.

Showing a patient is an act that the log records: pages go through `reporting.audited_reads`, which asks here inside
`provider_scope`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject

from registret.access.actor import Actor
from registret.access.refusals import NotFound
from registret.access.roles import Permission
from registret.database.prepared import Given, Prepared
from registret.kernel.folding import folded
from registret.records.models import Merge, Number, OptOut, Patient
from registret.records.numbers import PatientNumber, Sex
from registret.records.opt_out_marks import marks_of
from registret.records.queries.episodes import episodes_in, place_of
from registret.records.rows import PatientRow

PAGE: Final = 50


def _seen() -> QuerySet[Any]:
    """Patients with an episode that an actor may see, of whom `place_of` tells, and their numbers."""
    episodes = episodes_in(Given("provider"), Given("sub_registries"))
    seen = Patient.objects.filter(Exists(episodes.filter(patient_id=OuterRef("id"))))
    told: QuerySet[Any] = seen.annotate(told_numbers=numbers_of("id"))
    return told


_BY_SYSTEM_ID: Final = Prepared(lambda: _seen().filter(system_id=Given("system_id")))
_BY_ID: Final = Prepared(lambda: _seen().filter(id__any=Given("ids")))
_NUMBERED: Final = Prepared(lambda: _seen().filter(numbers__text=Given("number")))
_NAMED: Final = Prepared(
    lambda: (
        _seen()
        .filter(surname_key__gte=Given("first"), surname_key__lt=Given("end"), is_protected=False)
        .order_by("surname_key", "id")[: PAGE + 1]
    )
)


def patient_of(actor: Actor, system_id: str, permission: Permission = Permission.READ_RECORDS) -> PatientRow:
    """Return a patient by system id, also by that of a patient who was merged into this one.

    Raises: NotFound (there is none, or it is not the actor's to see, or to report).
    """
    # Two queries, each with its index: in one, the database would read all patients.
    here = place_of(actor, permission)
    found = _BY_SYSTEM_ID.first(system_id=system_id, **here)
    if found is None:
        merged = list(Merge.objects.filter(gone=system_id).values_list("patient_id", flat=True))
        found = _BY_ID.first(ids=merged, **here)
    if found is None:
        raise NotFound()
    return told_patient(found, found.told_numbers)


def patient_numbered(actor: Actor, number: PatientNumber) -> PatientRow | None:
    """The actor's patient who has, or once had, this number."""
    found = _NUMBERED.first(number=number.text, **place_of(actor))
    return told_patient(found, found.told_numbers) if found else None


def patients_named(actor: Actor, prefix: str) -> tuple[tuple[PatientRow, ...], bool]:
    """The actor's patients whose surname, or surname and given name, begins so, whatever its case and accents; never
    those with protected identity. A page of them, and whether there are more.
    """
    key = folded(prefix)
    found = _NAMED.rows(first=key, end=key + "\U0010ffff", **place_of(actor)) if key else []
    rows = tuple(told_patient(one, one.told_numbers) for one in found)
    return rows[:PAGE], len(rows) > PAGE


def numbers_of(patient: str) -> ArraySubquery:
    """For queries of rows about a patient: that patient's numbers, the one in force first, for `told_patient`."""
    was = ExpressionWrapper(Q(until__isnull=False), output_field=BooleanField())
    numbers = Number.objects.filter(patient=OuterRef(patient)).order_by(was, "-id")
    return ArraySubquery(numbers.values(of=JSONObject(text="text", kind="kind")))


def told_patient(found: Patient, numbers: Iterable[Mapping[str, str]]) -> PatientRow:
    """With `numbers_of` the patient."""
    return _row(found, [PatientNumber(one["text"], one["kind"]) for one in numbers])


def patient_row(found: Patient) -> PatientRow:
    """With the numbers that were prefetched, or are asked for."""
    numbers = sorted(found.numbers.all(), key=lambda number: (number.until is not None, -number.id))
    return _row(found, [PatientNumber(number.text, number.kind) for number in numbers])


def _row(found: Patient, numbers: Iterable[PatientNumber]) -> PatientRow:
    return PatientRow(
        id=found.id,
        system_id=found.system_id,
        birth_date=found.birth_date,
        sex=Sex(found.sex),
        given_name=found.given_name,
        surname=found.surname,
        is_protected=found.is_protected,
        died_on=found.died_on,
        numbers=tuple(numbers),
    )


def with_numbers(found: QuerySet[Any], *, patient: str) -> QuerySet[Any]:
    """Each row with the number in force of its patient in the same query."""
    number = Number.objects.filter(patient=OuterRef(patient), until=None)
    told: QuerySet[Any] = found.annotate(
        number_text=Subquery(number.values("text")), number_kind=Subquery(number.values("kind"))
    )
    return told


_BLOCKED: Final = Prepared(lambda: OptOut.objects.filter(mark__any=Given("marks")).values_list("id", flat=True))
_OF_NUMBER: Final = Prepared(
    lambda: Number.objects.filter(text=Given("number")).order_by("id").values_list("patient_id", flat=True)
)


def is_blocked(number: PatientNumber) -> bool:
    """Whether a person with this number has opted out."""
    return _BLOCKED.first(marks=list(marks_of(number))) is not None


def blocked_among(numbers: Iterable[PatientNumber]) -> frozenset[PatientNumber]:
    """Those of people who have opted out."""
    by_mark = {mark: number for number in numbers for mark in marks_of(number)}
    found = OptOut.objects.filter(mark__any=list(by_mark)).values_list("mark", flat=True)
    return frozenset(by_mark[mark] for mark in found)


def patient_id_of(number: PatientNumber) -> int | None:
    """Inside `all_providers`."""
    return _OF_NUMBER.first(number=number.text)
