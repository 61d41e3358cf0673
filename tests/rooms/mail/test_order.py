"""Which letter goes first."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from registret.kernel.identifiers import EmailAddress
from registret.mail.models import Letter
from registret.mail.services import _take, post

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def test_a_letter_that_somebody_waits_for_goes_before_a_flood_of_others() -> None:
    for number in range(30):
        post(
            kind="answered",
            to=EmailAddress("bertil.holm@regionnorrvik.se"),
            language="sv",
            context={"applicant": f"Anna {number}", "clinic": "Infektionskliniken"},
            at=NOW,
        )
    post(
        kind="confirm_email",
        to=EmailAddress("anna.berg@regionnorrvik.se"),
        language="sv",
        context={"name": "Anna", "clinic": "Infektionskliniken", "valid_until": NOW},
        confirmation=(1, 1),
        at=NOW,
    )
    first = _take(NOW)
    assert first is not None
    assert first.kind == "confirm_email"
    assert Letter.objects.filter(attempts=0).count() == 30
