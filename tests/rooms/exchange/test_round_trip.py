"""What a clinic takes out comes into an empty registry as it was: answers, scores, and in the file who signed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from registret.exchange.exporting.wishes import ExportFormat
from registret.exchange.importing.results import RowOutcome
from registret.records.lifecycle import StepState
from tests.cast import Country
from tests.parallel import Kept, committed, empty_every_table
from tests.rooms.exchange.scene import INES
from tests.rooms.exchange.two_registries import (
    SUB_REGISTRIES,
    FirstRegistry,
    Signed,
    all_open,
    brought_in,
    exported,
    facts_of,
    filled,
    people,
    signed_in,
)

__all__ = ["committed"]

EACH = 3
"""Episodes of each sub-registry."""


@pytest.fixture(scope="module")
def empty(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Kept[Country]]:
    """A registry with places and people."""
    with all_open(tmp_path_factory.mktemp("definitions")), django_db_blocker.unblock(), Kept.of(people) as kept:
        yield kept


@pytest.fixture(scope="module")
def first(empty: Kept[Country], django_db_blocker: DjangoDbBlocker) -> FirstRegistry:
    with django_db_blocker.unblock():
        empty.brought_back()
        found = filled(EACH)
        empty_every_table()
    return found


@pytest.mark.parametrize("kind", list(ExportFormat))
def test_an_empty_registry_gets_the_same_answers_and_scores(
    kind: ExportFormat, first: FirstRegistry, empty: Kept[Country], committed: None
) -> None:
    empty.brought_back()
    assert exported() == []
    for code in SUB_REGISTRIES:
        result = brought_in(first.files[kind, code])
        assert [(row.outcome, row.faults) for row in result.rows] == [(RowOutcome.NEW, ())] * EACH
    second = exported()
    assert facts_of(second) == first.episodes
    # Who signed stays in the file: what comes in is signed by nobody but who brings it in.
    for episode in second:
        inclusion, *later = episode.steps
        assert (inclusion.state, inclusion.signed_by_name) == (StepState.SIGNED, INES.name)
        assert not any(step.signed_by_name for step in later)


@pytest.mark.parametrize("kind", list(ExportFormat))
def test_every_file_tells_who_signed_each_step_and_when(kind: ExportFormat, first: FirstRegistry) -> None:
    told: dict[tuple[str, str], Signed] = {}
    for code in SUB_REGISTRIES:
        told |= signed_in(kind, first.files[kind, code])
    assert told == first.signed
    assert {one.state for one in told.values()} >= {"signed", "draft", "planned"}


def test_what_is_sent_around_is_what_could_be_lost(first: FirstRegistry) -> None:
    """Missing answers, marks, several choices and difficult texts are among the generated answers."""
    stored = [one for facts in first.episodes.values() for step in facts.answers.values() for one in step.values()]
    texts = [str(one) for one in stored]
    assert len(first.episodes) == EACH * len(SUB_REGISTRIES)
    for part in ("missing", "citat", "<", ">", "T"):
        assert any(part in text for text in texts), part
    assert any(isinstance(one, list) and len(one) > 1 for one in stored)
    assert all(facts.scores for facts in first.episodes.values())
