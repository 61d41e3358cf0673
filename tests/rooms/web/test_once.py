"""A form that counts once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from registret.rate_limits.services import forget_old
from registret.web.once import is_first_use, new_form_id
from tests.parallel import committed, together

__all__ = ["committed"]

# The last second of a day, as windows of a day are counted.
NOW = datetime(2026, 11, 24, 23, 59, 59, tzinfo=UTC)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


@pytest.mark.django_db
def test_a_form_counts_once_also_across_midnight_and_after_old_counts_are_forgotten() -> None:
    one = new_form_id(at=NOW)
    assert is_first_use(one, at=NOW)
    assert not is_first_use(one, at=NOW)
    assert not is_first_use(one, at=NOW + SECOND)
    forget_old(at=NOW + DAY)
    assert not is_first_use(one, at=NOW + DAY)
    assert is_first_use(new_form_id(at=NOW), at=NOW), "another form is another"


@pytest.mark.django_db
def test_a_form_of_the_day_before_or_of_the_future_and_one_that_was_made_up_count_never() -> None:
    assert not is_first_use(new_form_id(at=NOW), at=NOW + DAY + SECOND)
    assert not is_first_use(new_form_id(at=NOW + SECOND), at=NOW)
    for made_up in ("", "x", ".", f"{'a' * 32}.", f"{'a' * 32}.{'9' * 5000}", f"{'a' * 32}.٣"):
        assert not is_first_use(made_up, at=NOW)


def test_of_two_uses_at_one_moment_one_counts(committed: None) -> None:
    one = new_form_id(at=NOW)
    assert sorted(map(str, together([lambda: is_first_use(one, at=NOW)] * 2))) == ["False", "True"]
