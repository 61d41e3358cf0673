"""A limit lets through what it says, to each subject, in each window; anyone who tries at the same moment counts
too."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from registret.kernel.networks import network_subject
from registret.rate_limits.models import Count
from registret.rate_limits.services import Limit, TooMany, forget_old, take
from tests.parallel import together

NOW = datetime(2026, 11, 24, 8, 10, tzinfo=UTC)
LIMIT = Limit(what="letters", most=3, per=timedelta(minutes=30))


def takes(*, subject: str = "anna@regionnorrvik.se", limit: Limit = LIMIT, at: datetime = NOW) -> bool:
    try:
        take(limit=limit, subject=subject, at=at)
    except TooMany:
        return False
    return True


@pytest.mark.django_db
def test_as_many_as_allowed_pass_and_no_more() -> None:
    assert [takes() for _ in range(5)] == [True, True, True, False, False]


@pytest.mark.django_db
def test_a_refusal_says_what_and_when_again() -> None:
    for _ in range(3):
        takes()
    with pytest.raises(TooMany) as no:
        take(limit=LIMIT, subject="anna@regionnorrvik.se", at=NOW)
    assert no.value.what == "letters"
    assert no.value.again_at == datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
    assert no.value.status == 429


@pytest.mark.django_db
def test_the_next_window_begins_anew_and_not_a_moment_earlier() -> None:
    for _ in range(3):
        takes()
    assert not takes(at=datetime(2026, 11, 24, 8, 29, 59, 999999, tzinfo=UTC))
    assert takes(at=datetime(2026, 11, 24, 8, 30, tzinfo=UTC))


@pytest.mark.django_db
def test_at_the_turn_of_the_window_nobody_has_all_of_the_next_at_once() -> None:
    for _ in range(3):
        takes(at=datetime(2026, 11, 24, 8, 29, 59, tzinfo=UTC))
    turn = datetime(2026, 11, 24, 8, 30, 1, tzinfo=UTC)
    assert [takes(at=turn) for _ in range(3)] == [True, False, False]
    with pytest.raises(TooMany) as no:
        take(limit=LIMIT, subject="anna@regionnorrvik.se", at=turn)
    assert no.value.again_at == datetime(2026, 11, 24, 8, 40, tzinfo=UTC), "a third of it is over"
    assert not takes(at=no.value.again_at - timedelta(microseconds=1))
    assert [takes(at=no.value.again_at) for _ in range(2)] == [True, False]
    assert [takes(at=datetime(2026, 11, 24, 9, 30, tzinfo=UTC)) for _ in range(4)] == [True, True, True, False]


@pytest.mark.django_db
def test_subjects_and_limits_are_counted_apart() -> None:
    for _ in range(4):
        takes()
    assert takes(subject="bertil@regionnorrvik.se")
    assert takes(limit=Limit(what="codes", most=3, per=LIMIT.per))


@pytest.mark.django_db
def test_trying_on_after_the_limit_does_not_move_the_end_of_the_window() -> None:
    for _ in range(50):
        takes()
    assert takes(at=NOW + LIMIT.per)


@pytest.mark.django_db
def test_the_table_does_not_say_who() -> None:
    takes(subject="anna@regionnorrvik.se")
    (kept,) = Count.objects.all()
    assert len(bytes(kept.key)) == 32
    assert b"anna" not in bytes(kept.key)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.7", "192.0.2.7", True),
        ("192.0.2.7", "192.0.2.8", False),
        ("2001:db8:1:2::7", "2001:DB8:1:2:ffff:ffff:ffff:ffff", True),
        ("2001:db8:1:2::7", "2001:db8:1:3::7", False),
        ("::ffff:192.0.2.7", "192.0.2.7", True),
        (None, "", True),
    ],
)
def test_changing_ones_own_last_64_bits_is_no_way_around_a_limit(one: str | None, other: str, same: bool) -> None:
    assert (network_subject(one) == network_subject(other)) is same


@pytest.mark.django_db
def test_old_counts_are_forgotten_and_living_ones_are_not() -> None:
    takes(at=NOW - timedelta(days=3))
    takes()
    assert forget_old(at=NOW) == 1
    assert [takes() for _ in range(3)] == [True, True, False]


def test_of_sixteen_at_the_same_moment_exactly_five_pass(committed: None) -> None:
    limit = Limit(what="attempts", most=5, per=timedelta(hours=1))
    passed = together([lambda: takes(limit=limit)] * 16)
    assert passed.count(True) == 5
    assert passed.count(False) == 11


def test_a_count_outlives_the_refusal_of_what_came_after_it(committed: None) -> None:
    for _ in range(4):
        takes()
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            raise ZeroDivisionError
    assert not takes()
