"""A setting holds for a block, and no longer: what a connection of the pool goes on saying would be the next one's."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from registret.database.transactions import transaction_with
from tests.parallel import committed

__all__ = ["committed"]

NAME = "registret.sees"


def said() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(current_setting(%s, true), '')", [NAME])
        found: str = cursor.fetchone()[0]
    return found


@pytest.mark.django_db
def test_a_block_within_another_gives_its_setting_back() -> None:
    with transaction_with(NAME, "7"):
        with transaction_with(NAME, "all"):
            assert said() == "all"
        assert said() == "7"
    assert said() == ""


@pytest.mark.django_db
def test_an_exception_between_two_blocks_gives_it_back_too() -> None:
    with transaction_with(NAME, "7"):
        with pytest.raises(LookupError), transaction_with(NAME, "all"):
            raise LookupError
        assert said() == "7"
        with transaction_with(NAME, "all"):
            assert said() == "all"


@pytest.mark.django_db
def test_what_is_said_already_is_not_said_again() -> None:
    with transaction_with(NAME, "7"), CaptureQueriesContext(connection) as asked:
        with transaction_with(NAME, "7"):
            assert said() == "7"
        assert said() == "7"
    assert [query["sql"] for query in asked.captured_queries if "set_config" in query["sql"]] == []


def test_the_end_of_the_transaction_is_the_end_of_the_setting_without_a_word(committed: None) -> None:
    with CaptureQueriesContext(connection) as asked, transaction_with(NAME, "7"):
        pass
    assert len([query for query in asked.captured_queries if NAME in query["sql"]]) == 1
    assert said() == ""
    with transaction.atomic():
        assert said() == ""


def test_what_runs_after_the_commit_finds_nothing_said(committed: None) -> None:
    found: list[str] = []

    def afterwards() -> None:
        with transaction_with(NAME, "7"):
            found.append(said())

    with transaction_with(NAME, "7"):
        transaction.on_commit(afterwards)
    assert found == ["7"]


def test_an_exception_leaves_the_connection_silent(committed: None) -> None:
    with pytest.raises(LookupError), transaction_with(NAME, "7"):
        raise LookupError
    assert said() == ""
