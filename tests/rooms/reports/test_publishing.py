"""Open statistics: nothing is public until the office decides so, each decision with author and reason, for good."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection

from registret.kernel.by import By
from registret.ledger.queries import Wanted, entries
from registret.registries.queries import indicators_of
from registret.reports.publishing import (
    decide_publication,
    newest_publications,
    publications,
    published,
    subject_of,
    subject_of_year,
)
from registret.reports.refusals import PublicationUnchanged
from tests.cast import DORIS
from tests.owner import as_owner

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
BY_DORIS = By(hsa_id=DORIS.card.hsa_id, name=DORIS.name, account_id=7)
FIRST, SECOND = (subject_of(one) for one in indicators_of("pneumoni")[:2])


def decide(*, is_published: bool, subject: str = FIRST, reason: str = "Styrgruppens beslut", by: By = BY_DORIS) -> None:
    decide_publication(subject=subject, is_published=is_published, reason=reason, by=by, at=NOW)


def test_nothing_is_public_before_the_office_has_decided() -> None:
    assert published() == frozenset()


def test_what_is_published_is_public_until_it_is_taken_back() -> None:
    decide(is_published=True)
    decide(is_published=True, subject=subject_of_year(2026))
    assert published() == {FIRST, "annual-report.2026"}
    decide(is_published=False, reason="Definitionen ses över")
    assert published() == {"annual-report.2026"}
    assert [(one.is_published, one.reason) for one in publications(FIRST)] == [
        (False, "Definitionen ses över"),
        (True, "Styrgruppens beslut"),
    ]
    assert publications(SECOND) == ()
    assert newest_publications()[FIRST].by_name == DORIS.name


def test_a_decision_is_in_the_log_with_its_reason() -> None:
    decide(is_published=True)
    (entry,) = entries(wanted=Wanted(event="publication.decided")).rows
    assert entry.by_hsa_id == DORIS.hsa_id
    assert entry.facts == {"name": FIRST, "result": "published", "reason": "Styrgruppens beslut"}


def test_a_decision_that_changes_nothing_is_refused() -> None:
    with pytest.raises(PublicationUnchanged):
        decide(is_published=False)
    decide(is_published=True)
    with pytest.raises(PublicationUnchanged):
        decide(is_published=True)
    assert len(publications(FIRST)) == 1


@pytest.mark.parametrize(
    ("by", "reason"), [(BY_DORIS, " \n"), (By.of_program("test"), "skäl"), (By(hsa_id=DORIS.card.hsa_id), "skäl")]
)
def test_nobody_publishes_without_a_name_and_a_reason(by: By, reason: str) -> None:
    with pytest.raises(ValueError, match="author and a reason"):
        decide(is_published=True, by=by, reason=reason)


@pytest.mark.parametrize(
    "statement", ["UPDATE reports_publication SET is_published = false", "DELETE FROM reports_publication"]
)
def test_the_database_keeps_a_decision_as_it_was(statement: str) -> None:
    decide(is_published=True)
    with pytest.raises(DatabaseError, match="never changed"), as_owner(), connection.cursor() as cursor:
        cursor.execute(statement)
    with pytest.raises(DatabaseError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute(statement)
