"""What the log calls a patient, and the system id a reviewer sees: never a number or a name, nothing of who is gone."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registret.access.actor import Actor
from registret.access.refusals import NotPermitted
from registret.records.identity import cases as identity_cases
from registret.records.identity.known_as import ids_in_the_log, system_ids
from registret.records.models import Patient
from tests import cast
from tests.cast import ANNA, BERTIL, CECILIA, DORIS, ERIK, Person
from tests.rooms.records.scene import (
    HOUR,
    NOW,
    RESERVE,
    SAMORDNAD,
    TOLVAN,
    Ward,
    begun,
    case,
    handler,
    log,
    number,
    opt_out,
    shown,
    system_id_of,
)

pytestmark = pytest.mark.django_db


def erik() -> Actor:
    return cast.actor(ERIK, at=NOW)


def in_the_log(patient: str) -> int:
    """What the log calls the patient who has this number now."""
    return ids_in_the_log(actor=erik(), system_id=system_id_of(patient))[0]


def merge(*, of: str, into: str) -> str:
    return identity_cases.merge(
        actor=handler(), case=case(of), number=number(into), expected=shown(of, into), reason="Samma", at=NOW + HOUR
    )


def test_each_patient_is_shown_by_the_system_id_whatever_the_care_provider(here: Ward) -> None:
    begun(here.anna)
    begun(here.cecilia, patient=SAMORDNAD)
    ids = [in_the_log(TOLVAN), in_the_log(SAMORDNAD)]
    assert {entry.about_patient_id for entry in log("episode.begun")} == set(ids)
    assert system_ids(actor=erik(), patient_ids=ids) == dict(
        zip(ids, (system_id_of(TOLVAN), system_id_of(SAMORDNAD)), strict=True)
    )


def test_who_was_merged_is_shown_as_the_patient_that_is_now_also_after_another_merge(here: Ward) -> None:
    for patient in (RESERVE, SAMORDNAD, TOLVAN):
        begun(here.anna, patient=patient)
    names = [system_id_of(patient) for patient in (RESERVE, SAMORDNAD, TOLVAN)]
    ids = [in_the_log(patient) for patient in (RESERVE, SAMORDNAD, TOLVAN)]
    assert merge(of=RESERVE, into=SAMORDNAD) == names[1]
    assert system_ids(actor=erik(), patient_ids=ids[:2]) == dict.fromkeys(ids[:2], names[1])
    assert merge(of=SAMORDNAD, into=TOLVAN) == names[2]
    assert system_ids(actor=erik(), patient_ids=ids) == dict.fromkeys(ids, names[2])
    for name in names:
        found = ids_in_the_log(actor=erik(), system_id=name)
        assert (found[0], set(found)) == (ids[2], set(ids)), "also by the system id of before"


def test_who_opted_out_is_shown_by_nothing_and_found_by_nothing(here: Ward) -> None:
    begun(here.anna)
    begun(here.anna, patient=RESERVE)
    names = [system_id_of(TOLVAN), system_id_of(RESERVE)]
    ids = [in_the_log(TOLVAN), in_the_log(RESERVE)]
    merge(of=RESERVE, into=TOLVAN)
    opt_out(actor=handler(), case=case(), at=NOW + HOUR)
    assert system_ids(actor=erik(), patient_ids=ids) == {}
    assert [ids_in_the_log(actor=erik(), system_id=name) for name in names] == [(), ()]


def test_the_fence_is_open_no_longer_than_the_question(here: Ward) -> None:
    begun(here.anna)
    assert system_ids(actor=erik(), patient_ids=[in_the_log(TOLVAN)])
    assert not Patient.objects.exists()


def test_many_patients_are_one_question_and_none_is_none(here: Ward) -> None:
    begun(here.anna)
    one = in_the_log(TOLVAN)
    actor = erik()
    with CaptureQueriesContext(connection) as few:
        system_ids(actor=actor, patient_ids=[one])
    with CaptureQueriesContext(connection) as many:
        system_ids(actor=actor, patient_ids=range(one, one + 500))
    assert len(many) == len(few)
    assert sum("records_patient" in query["sql"] for query in many.captured_queries) == 1
    with CaptureQueriesContext(connection) as none:
        assert system_ids(actor=actor, patient_ids=[]) == {}
    assert len(none) == 0


@pytest.mark.parametrize("who", [ANNA, BERTIL, CECILIA, DORIS])
def test_nobody_but_a_log_reviewer_asks(here: Ward, who: Person) -> None:
    begun(here.anna)
    patient_id, name = in_the_log(TOLVAN), system_id_of(TOLVAN)
    actor = cast.actor(who, at=NOW)
    with pytest.raises(NotPermitted):
        system_ids(actor=actor, patient_ids=[patient_id])
    with pytest.raises(NotPermitted):
        ids_in_the_log(actor=actor, system_id=name)
