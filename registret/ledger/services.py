"""Writing the log. The entry stands in the transaction of the act that it tells of: both or neither."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from registret.kernel.by import By
from registret.kernel.identifiers import mask_personal_numbers
from registret.ledger.models import Entry

Fact = str | int | bool | None


def record(
    *,
    event: str,
    by: By,
    at: datetime,
    outcome: str = "done",
    about_account_id: int | None = None,
    about_hsa_id: str | None = None,
    about_patient_id: int | None = None,
    clinic_id: int | None = None,
    reference: str | None = None,
    facts: Mapping[str, Fact] | None = None,
) -> int:
    """Appends one entry and answers its number. Personal numbers in names and in texts of `facts` are masked."""
    entry = Entry.objects.create(
        at=at,
        event=event,
        outcome=outcome,
        by_hsa_id=by.hsa_id or "",
        by_name=mask_personal_numbers(by.name or ""),
        by_account_id=by.account_id,
        by_role=by.role or "",
        by_clinic_id=by.clinic_id,
        by_program=by.program or "",
        network=by.network,
        about_account_id=about_account_id,
        about_hsa_id=about_hsa_id or "",
        about_patient_id=about_patient_id,
        clinic_id=clinic_id,
        reference=reference or "",
        facts={name: mask_personal_numbers(v) if isinstance(v, str) else v for name, v in (facts or {}).items()},
    )
    return entry.id
