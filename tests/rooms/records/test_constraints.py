"""What the database refuses of decisions, of what was destroyed and of what leaves, whatever the services do."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import transaction
from django.db.utils import IntegrityError

from registret.records.models import (
    DeletionTally,
    Disclosure,
    DisclosureFetch,
    Merge,
    OptOut,
    Patient,
    RetentionDecision,
    Step,
)
from registret.records.scope import all_providers
from tests.rooms.records.scene import NOW, Ward, begun

pytestmark = pytest.mark.django_db

DESTROY: dict[str, Any] = {
    "sub_registry": "pneumoni",
    "what": "destroy",
    "before": NOW,
    "reason": "x",
    "episodes": 1,
    "at": NOW,
    "by_account_id": 1,
    "by_name": "x",
}
KEEP = DESTROY | {"what": "keep", "before": None, "until": date(2030, 1, 1)}

PREPARED: dict[str, Any] = {
    "project": "KLARA",
    "approval": "2026-01234-01",
    "recipient_name": "Vera Forsk",
    "recipient_organisation": "Lärosätet",
    "sub_registry": "pneumoni",
    "first_day": date(2026, 1, 1),
    "last_day": date(2026, 1, 31),
    "parts": ["acute/samples"],
    "full_dates": False,
    "reason": "x",
    "state": "prepared",
    "prepared_at": NOW,
    "prepared_by_id": 1,
    "prepared_by_name": "x",
}
DECIDED = PREPARED | {
    "state": "decided",
    "decided_at": NOW,
    "decided_by_id": 2,
    "decided_by_name": "y",
    "patients": 1,
    "episodes": 1,
    "forms": {"1": "0" * 64},
    "key": "0" * 16,
    "fetch_until": date(2026, 12, 24),
}
ENDED: dict[str, Any] = {"ended_at": NOW, "ended_by_id": 1, "ended_by_name": "x"}
FILE: dict[str, Any] = {
    "what": "file",
    "digest": "0" * 64,
    "by_account_id": 1,
    "by_name": "x",
    "patients": 1,
    "who": [7],
    "at": NOW,
}
KEY = FILE | {"what": "key", "digest": "", "by_account_id": None, "who": []}

REFUSED: dict[str, list[tuple[Any, dict[str, Any]]]] = {
    "keeping_says_what": [
        (RetentionDecision, DESTROY | {"before": None}),
        (RetentionDecision, DESTROY | {"until": date(2030, 1, 1)}),
        (RetentionDecision, KEEP | {"until": None}),
        (RetentionDecision, KEEP | {"before": NOW}),
        (RetentionDecision, KEEP | {"done_at": NOW}),
        (RetentionDecision, DESTROY | {"what": "burn"}),
        (RetentionDecision, DESTROY | {"what": "research", "before": None}),
    ],
    "keeping_has_reason": [(RetentionDecision, DESTROY | {"reason": ""})],
    "keeping_done_after": [(RetentionDecision, DESTROY | {"done_at": NOW.replace(year=2020)})],
    "destruction_why_known": [(DeletionTally, {"sub_registry": "x", "why": "fire", "episodes": 1, "at": NOW})],
    "destruction_of_something": [(DeletionTally, {"sub_registry": "x", "why": "retention", "episodes": 0, "at": NOW})],
    "opt_out_mark_shape": [(OptOut, {"mark": "191212121212", "key": "k", "case_number": "26RS1", "episodes": 0})],
    "disclosure_says_what": [
        (Disclosure, PREPARED | {name: ""})
        for name in ("project", "recipient_name", "recipient_organisation", "reason")
    ],
    "disclosure_approval_shape": [
        (Disclosure, PREPARED | {"approval": text}) for text in ("", "26RS4711", "2026-01234-1")
    ],
    "disclosure_days_in_order": [
        (Disclosure, PREPARED | {"first_day": date(2026, 2, 1), "full_dates": True, "dates_reason": "x"})
    ],
    "disclosure_short_with_full_dates": [(Disclosure, PREPARED | {"first_day": date(2026, 1, 2)})],
    "disclosure_of_something": [(Disclosure, PREPARED | {"parts": []})],
    "disclosure_full_dates_have_reason": [
        (Disclosure, PREPARED | {"full_dates": True}),
        (Disclosure, PREPARED | {"dates_reason": "x"}),
    ],
    "disclosure_decided_by_another": [(Disclosure, DECIDED | {"decided_by_id": 1})],
    "disclosure_decided_whole": [
        *(
            (Disclosure, DECIDED | {name: None})
            for name in ("decided_at", "decided_by_id", "patients", "forms", "fetch_until")
        ),
        (Disclosure, PREPARED | {"forms": {"1": "0" * 64}}),
        (Disclosure, DECIDED | {"decided_by_name": ""}),
        (Disclosure, DECIDED | {"key": ""}),
        (Disclosure, DECIDED | {"episodes": 0}),
        (Disclosure, DECIDED | {"episodes": None}),
        (Disclosure, PREPARED | {"state": "lost"}),
        (Disclosure, DECIDED | {"decided_at": NOW.replace(year=2020)}),
        (Disclosure, PREPARED | {"decided_by_id": 2}),
        (Disclosure, PREPARED | {"fetch_until": date(2026, 12, 24)}),
        (Disclosure, DECIDED | ENDED | {"state": "withdrawn"}),
        (Disclosure, PREPARED | ENDED | {"state": "closed"}),
    ],
    "disclosure_ended_whole": [
        (Disclosure, DECIDED | {"state": "closed"}),
        (Disclosure, PREPARED | {"state": "withdrawn"}),
        (Disclosure, PREPARED | ENDED | {"state": "withdrawn", "ended_by_name": ""}),
        (Disclosure, PREPARED | ENDED | {"state": "withdrawn", "ended_by_id": None}),
        (Disclosure, DECIDED | ENDED),
        (Disclosure, DECIDED | ENDED | {"state": "closed", "ended_at": NOW.replace(year=2020)}),
        (Disclosure, DECIDED | ENDED | {"state": "closed", "ended_by_id": None}),
        (Disclosure, DECIDED | ENDED | {"state": "closed", "ended_by_name": ""}),
    ],
    "disclosure_fetch_says_what": [
        (DisclosureFetch, FILE | {"digest": ""}),
        (DisclosureFetch, FILE | {"by_account_id": None}),
        (DisclosureFetch, FILE | {"what": "data"}),
        (DisclosureFetch, FILE | {"who": []}),
        (DisclosureFetch, KEY | {"who": [7]}),
        (DisclosureFetch, KEY | {"digest": "0" * 64}),
        (DisclosureFetch, KEY | {"by_account_id": 1}),
    ],
    "disclosure_fetch_by_somebody": [(DisclosureFetch, FILE | {"by_name": ""})],
    "opt_out_has_case": [(OptOut, {"mark": "0" * 64, "key": "k", "case_number": "", "episodes": 0})],
}


@pytest.mark.parametrize("constraint", REFUSED)
def test_the_database_refuses(here: Ward, constraint: str) -> None:
    for model, values in REFUSED[constraint]:
        filled = dict(values)
        if model is DeletionTally:
            filled["clinic_id"] = here.place.infection
        if model is DisclosureFetch:
            filled["disclosure_id"] = Disclosure.objects.create(**DECIDED).id
        if model is OptOut:
            filled |= {"at": NOW, "by_name": "x"}
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            model.objects.create(**filled)


def test_one_decision_to_destroy_is_carried_out_at_a_time(here: Ward) -> None:
    for what in ("destroy", "research"):
        RetentionDecision.objects.create(**DESTROY | {"what": what})
        with pytest.raises(IntegrityError, match="one_destruction_at_a_time"), transaction.atomic():
            RetentionDecision.objects.create(**DESTROY | {"what": what})
    RetentionDecision.objects.update(done_at=NOW)
    RetentionDecision.objects.create(**DESTROY)
    RetentionDecision.objects.create(**KEEP)


def test_merging_has_a_reason_and_a_gone_patient_is_gone_once(here: Ward) -> None:
    begun(here.anna)
    with all_providers():
        values: dict[str, Any] = {
            "patient": Patient.objects.get(),
            "gone": "PXXXXXXXX",
            "gone_id": 7,
            "at": NOW,
            "by_account_id": 1,
        }
        with pytest.raises(IntegrityError, match="merge_has_reason"), transaction.atomic():
            Merge.objects.create(**values, by_name="x", reason="")
        Merge.objects.create(**values, by_name="x", reason="x")
        with pytest.raises(IntegrityError), transaction.atomic():
            Merge.objects.create(**values, by_name="x", reason="x")


TRIED = (DeletionTally, Disclosure, DisclosureFetch, RetentionDecision, Merge, OptOut)


def test_every_constraint_of_what_is_decided_destroyed_and_disclosed_is_tried() -> None:
    tried = {*REFUSED, "one_destruction_at_a_time", "merge_has_reason"}
    assert {c.name for model in TRIED for c in model._meta.constraints} == tried


def test_what_is_whole_is_let_in(here: Ward) -> None:
    Disclosure.objects.create(**PREPARED)
    Disclosure.objects.create(**PREPARED | ENDED | {"state": "withdrawn"})
    Disclosure.objects.create(**PREPARED | {"state": "withdrawn", "ended_at": NOW})
    Disclosure.objects.create(**DECIDED | {"state": "closed", "ended_at": NOW})
    decided = Disclosure.objects.create(**DECIDED)
    for values in (FILE, KEY):
        DisclosureFetch.objects.create(disclosure=decided, **values)


def test_what_the_register_protects_is_protected(here: Ward) -> None:
    begun(here.anna)
    with pytest.raises(IntegrityError, match="patient_protected_by_the_register"), all_providers():
        Patient.objects.update(register_protects=True)


def test_only_what_is_not_begun_is_next(here: Ward) -> None:
    begun(here.anna)
    with pytest.raises(IntegrityError, match="step_next_is_planned"), all_providers():
        Step.objects.filter(code="inclusion").update(next_since=NOW)
