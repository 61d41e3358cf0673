"""draw-reviews: once what the worker does each month."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from registret.chores.log import draw_reviews
from registret.kernel.by import By
from registret.ledger.services import record
from registret.oversight.models import Review
from registret.oversight.services import last_month
from tests import cast
from tests.cast import BERTIL, Country
from tests.made_up import made_up

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def place(module_db: None) -> Country:
    """Bertil worked at the infection clinic in the middle of last month."""
    since, _ = last_month(timezone.now())
    built = cast.country(since - timedelta(days=60))
    by = By(hsa_id=BERTIL.card.hsa_id, account_id=cast.account_of(BERTIL).id, clinic_id=built.infection)
    record(event=made_up("page.test"), by=by, at=since + timedelta(days=15))
    return built


def ran(capsys: pytest.CaptureFixture[str], *given: str) -> list[str]:
    call_command("draw_reviews", *given)
    return capsys.readouterr().out.splitlines()


def test_a_dry_run_names_the_clinics_and_draws_nothing(place: Country, capsys: pytest.CaptureFixture[str]) -> None:
    assert ran(capsys, "--dry-run") == ["Infektionskliniken, Norrviks sjukhus", "1 clinics (dry run)"]
    assert not Review.objects.exists()


def test_it_draws_once_whoever_comes_first(place: Country, capsys: pytest.CaptureFixture[str]) -> None:
    assert ran(capsys) == ["1 reviews drawn"]
    assert ran(capsys) == ["0 reviews drawn"]
    assert draw_reviews() == ()
    review = Review.objects.get()
    assert (review.since, review.until) == last_month(timezone.now())
