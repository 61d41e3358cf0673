"""One row of a file, as if a person had typed it: begun, or written in the steps of the episode that it is about."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from django.db import transaction

from registret.access.actor import Actor
from registret.access.roles import Permission
from registret.database.prepared import Given, Prepared, insert, update
from registret.exchange.importing.again import changed
from registret.exchange.importing.episode_steps import EpisodeSteps, impossible, written_of
from registret.exchange.importing.results import RowFault, RowOutcome, RowRefused, RowResult
from registret.exchange.mappings.applying import MappedRow, day_in, moment_in
from registret.exchange.mappings.reading import FormMapping
from registret.exchange.models import Origin
from registret.exchange.refusals import (
    AnswerMissing,
    ExportTimeUnclear,
    ImportedDateUnclear,
    RowOfOtherPatient,
    RowOlder,
    SourceIdMissing,
)
from registret.kernel.identifiers import NumberMalformed
from registret.kernel.refused import Refused
from registret.kernel.sweden import day_of
from registret.ledger.services import gathered
from registret.records.numbers import PatientNumber, Sex
from registret.records.queries.patients import is_blocked, patient_id_of
from registret.records.refusals import CriteriaNotMet, NumberImpossible, OptedOut
from registret.records.reporting.beginning import begin
from registret.records.reporting.changes import began_at_in, read_answers
from registret.records.reporting.inclusion import NewPatient, known_of_new_patient
from registret.records.scope import all_providers, clinic_of, provider_scope
from registret.registries.assessing import assess
from registret.registries.forms import Form

_SEXES = {
    "f": Sex.FEMALE,
    "k": Sex.FEMALE,
    "kvinna": Sex.FEMALE,
    "female": Sex.FEMALE,
    "m": Sex.MALE,
    "man": Sex.MALE,
    "male": Sex.MALE,
}


def bring(*, actor: Actor, mapping: FormMapping, row: MappedRow, at: datetime) -> RowResult:
    """Bring one row in, or refuse it as a whole: a transaction."""
    try:
        with transaction.atomic(), gathered():
            return _brought(actor, mapping, row, at)
    except RowRefused as refused:
        faults, patient_id = refused.faults, refused.patient_id
    except Refused as refused:
        # What the acts of typing refuse.
        faults, patient_id = (RowFault(why=refused),), _known(row, at)
    return RowResult(
        line=row.line, source_id=row.source_id, outcome=RowOutcome.REFUSED, faults=faults, patient_id=patient_id
    )


def _brought(actor: Actor, mapping: FormMapping, row: MappedRow, at: datetime) -> RowResult:
    if not row.source_id:
        raise RowRefused(RowFault(why=SourceIdMissing()))
    who = _patient(row, at)
    came = _origin(actor, mapping, row, at)
    with provider_scope(actor, Permission.REPORT) as provider:
        origin = _ORIGIN.first(key=came.key)
        if origin is None:
            # Who has opted out is refused when the episode is begun.
            _require_answers(mapping, row, who, at)
            came.care_provider_id = provider
            return _begun(actor, mapping, row, who, came, at)
        if is_blocked(who.number):
            raise OptedOut()
        if _known(row, at) != origin.episode.patient_id:
            raise RowRefused(RowFault(why=RowOfOtherPatient()), patient_id=origin.episode.patient_id)
        if origin.exported_at is not None and came.exported_at is not None and came.exported_at < origin.exported_at:
            raise RowRefused(RowFault(why=RowOlder()))
        if bytes(origin.said) == came.said:
            return RowResult(line=row.line, source_id=row.source_id, outcome=RowOutcome.UNCHANGED)
        result = changed(actor, mapping, row, origin, came)
        origin.said, origin.exported_at, origin.brought_in_at = came.said, came.exported_at or origin.exported_at, at
        update(origin)
        return result


_ORIGIN: Final = Prepared(lambda: Origin.objects.select_for_update().select_related("episode").filter(key=Given("key")))


def _origin(actor: Actor, mapping: FormMapping, row: MappedRow, at: datetime) -> Origin:
    """What the row says of itself: not saved. Raises: RowRefused."""
    exported_at = moment_in(row.exported_at) if row.exported_at else None
    if row.exported_at and exported_at is None:
        raise RowRefused(RowFault(why=ExportTimeUnclear()))
    return Origin(
        key=_digest(clinic_of(actor), mapping.says.source_system, row.source_id),
        said=_digest(mapping.form.code, mapping.form.version, {code: list(row.written[code]) for code in row.written}),
        exported_at=exported_at,
        brought_in_at=at,
    )


def _patient(row: MappedRow, at: datetime) -> NewPatient:
    """Raises: RowRefused."""
    try:
        number = PatientNumber.parse(row.number, today=day_of(at))
    except NumberMalformed as malformed:
        raise RowRefused(RowFault(why=NumberImpossible(number_fault=malformed.fault.value))) from None
    return NewPatient(number=number, birth_date=day_in(row.birth_date), sex=_SEXES.get(row.sex.casefold()))


def _known(row: MappedRow, at: datetime) -> int | None:
    """The patient whom the row is about, if the registry has them."""
    with all_providers():
        return patient_id_of(_patient(row, at).number)


def _require_answers(mapping: FormMapping, row: MappedRow, who: NewPatient, at: datetime) -> None:
    """Tell all that is wrong with a row at once. Raises: RowRefused, BirthDateNeeded."""
    form = mapping.form
    inclusion, _ = read_answers(form, form.inclusion.code, row.written, at=at)
    began_at = began_at_in(form, inclusion)
    faults = list(_unreadable(form, row, began_at, at))
    about = {fault.variable for fault in faults}
    known = known_of_new_patient(who, began_at or at)
    found = assess(form, form.inclusion.code, answers={form.inclusion.code: inclusion}, patient=known)
    faults += [RowFault(why=AnswerMissing(), variable=code) for code in found.lacking if code not in about]
    for rule in found.broken:
        faults.append(RowFault(why=CriteriaNotMet(), variable=next(iter(rule.about), ""), rule=rule))
    if faults and is_blocked(who.number):
        raise OptedOut()
    if faults:
        raise RowRefused(*faults)


def _unreadable(form: Form, row: MappedRow, began_at: datetime | None, at: datetime) -> Iterator[RowFault]:
    """What is wrong with values in any step."""
    for code in row.undated:
        yield RowFault(why=ImportedDateUnclear(), variable=code)
    for step in form.steps:
        _, wrong = read_answers(form, step.code, row.written, at=at, arrived_at=began_at)
        yield from impossible({code: fault for code, fault in wrong.items() if code not in row.undated})


def _begun(
    actor: Actor, mapping: FormMapping, row: MappedRow, who: NewPatient, origin: Origin, at: datetime
) -> RowResult:
    form = mapping.form
    written = written_of(form, row, form.inclusion.code)
    episode = begin(actor=actor, who=who, sub_registry=form.code, written=written, is_no_double=False, at=at)
    steps = EpisodeSteps(actor, episode, at=at)
    page = steps.page(form.inclusion.code)
    told = dict.fromkeys(written, page.step.version)
    for step in form.steps[1:]:
        if written := written_of(form, row, step.code):
            told |= dict.fromkeys(written, steps.write(step.code, written))
    insert(
        Origin,
        episode_id=page.episode.id,
        care_provider_id=origin.care_provider_id,
        key=origin.key,
        said=origin.said,
        versions=told,
        exported_at=origin.exported_at,
        brought_in_at=at,
    )
    return RowResult(line=row.line, source_id=row.source_id, outcome=RowOutcome.NEW, episode=episode)


def _digest(*parts: object) -> bytes:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).digest()
