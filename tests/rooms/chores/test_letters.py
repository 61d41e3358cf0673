"""Letters are sent by one of several machines, whose clocks may differ."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from registret.chores.letters import deliver_letters
from registret.mail.models import Letter
from registret.mail.services import LEASE, post
from tests import cast

pytestmark = pytest.mark.django_db


def test_a_machine_whose_clock_is_ahead_leaves_letters_to_those_who_send_them(monkeypatch: pytest.MonkeyPatch) -> None:
    now = timezone.now()
    post(
        kind="application_waiting",
        to=cast.BERTIL.email,
        language="sv",
        context={"applicant": cast.ANNA.name, "clinic": "Infektionskliniken"},
        at=now,
    )
    held = {"attempts": 1, "attempted_at": now, "lease_until": now + LEASE}
    Letter.objects.update(**held)
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(hours=1))
    assert deliver_letters() == 0
    assert Letter.objects.values(*held).get() == held
