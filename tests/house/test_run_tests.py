"""Which failed tests are run once more."""

from __future__ import annotations

import pytest

from tools.run_tests import MOST, may_run_again, without_group

BROWSER = "tests/journeys/test_session.py::test_somebody_is_logged_out"


@pytest.mark.parametrize(
    ("failed", "again"),
    [
        ([BROWSER], True),
        ([BROWSER, "tests/fronts/test_cards.py::test_a_card[nginx]"], True),
        ([], False),
        (["tests/rooms/cards/test_verify.py::test_a_card"], False),
        ([BROWSER, "tests/house/test_words.py::test_all"], False),
        ([f"{BROWSER}[{number}]" for number in range(MOST + 1)], False),
    ],
)
def test_only_a_few_tests_of_browsers_and_servers_run_again(failed: list[str], again: bool) -> None:
    assert may_run_again(failed) is again


@pytest.mark.parametrize(
    ("told", "test"),
    [
        (f"{BROWSER}@tests/journeys/test_session.py", BROWSER),
        (
            "tests/fronts/test_cards.py::test_a_card[nginx-none]@nginx",
            "tests/fronts/test_cards.py::test_a_card[nginx-none]",
        ),
        ("tests/rooms/serving/test_tls.py::test_a[anna@ek.se]", "tests/rooms/serving/test_tls.py::test_a[anna@ek.se]"),
        (BROWSER, BROWSER),
    ],
)
def test_it_is_run_again_without_the_group_that_it_was_in(told: str, test: str) -> None:
    assert without_group(told) == test
