"""The second fence: the database shows a patient only to a transaction that says for which care provider it reads."""

from __future__ import annotations

import pytest
from django.db import ProgrammingError, connection, transaction
from django.db.utils import IntegrityError

from registret.records.models import Episode, Number, Patient, Revision, Step
from registret.records.scope import all_providers, deletion_allowed, provider_scope
from tests.rooms.records.scene import Ward, begun, ward

pytestmark = pytest.mark.django_db

FENCED = (Patient, Number, Episode, Step, Revision)


@pytest.fixture(scope="module")
def here(module_db: None) -> Ward:
    found = ward()
    begun(found.anna)
    return found


def seen() -> list[int]:
    return [model.objects.count() for model in FENCED]


def test_without_a_sight_there_are_no_rows_whatever_the_query_asks_for(here: Ward) -> None:
    assert seen() == [0, 0, 0, 0, 0]


def test_a_sight_shows_the_own_provider_and_ends_with_itself(here: Ward) -> None:
    with provider_scope(here.anna):
        assert seen() == [1, 1, 1, 4, 2]
    assert seen() == [0, 0, 0, 0, 0]
    with provider_scope(here.cecilia):
        assert seen() == [0, 0, 0, 0, 0]
    with all_providers():
        assert seen() == [1, 1, 1, 4, 2]
        with provider_scope(here.cecilia):
            assert seen() == [0, 0, 0, 0, 0]
        assert seen() == [1, 1, 1, 4, 2]


def test_a_sight_that_ends_in_an_error_ends(here: Ward) -> None:
    with pytest.raises(RuntimeError), provider_scope(here.anna):
        raise RuntimeError
    assert seen() == [0, 0, 0, 0, 0]


def test_nobody_writes_beyond_the_fence(here: Ward) -> None:
    with all_providers():
        step = Step.objects.get(code="acute")
    with provider_scope(here.cecilia):
        assert Step.objects.filter(id=step.id).update(lacking=3) == 0
    with pytest.raises(ProgrammingError, match="row-level security"):
        forge(here, step)


def forge(here: Ward, step: Step) -> None:
    """A revision of a step that Cecilia does not see."""
    with provider_scope(here.cecilia):
        Revision.objects.create(
            step_id=step.id,
            care_provider_id=step.care_provider_id,
            number=9,
            kind="write",
            at=here.anna.card_read_at,
            by_account_id=1,
            by_hsa_id="x",
            by_name="x",
            by_role="x",
            by_clinic_id=1,
        )


def test_a_step_cannot_belong_to_another_provider_than_its_episode(here: Ward) -> None:
    with pytest.raises(IntegrityError, match="step_of_its_provider"):
        give_away(here)


def give_away(here: Ward) -> None:
    with all_providers():
        Step.objects.filter(code="acute").update(care_provider_id=here.cecilia.seat.care_provider_id)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_history_is_not_rewritten_nor_deleted_but_by_destroying(here: Ward) -> None:
    for attempt in (
        lambda: Revision.objects.update(reason="annat"),
        lambda: Revision.objects.all().delete(),
        lambda: Step.objects.all().delete(),
        lambda: Episode.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), all_providers():
            attempt()
    with all_providers(), deletion_allowed():
        Episode.objects.all().delete()
        assert seen() == [1, 1, 0, 0, 0]


def test_the_owner_of_the_tables_is_bound_too() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False,)
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relname LIKE 'records\\_%' AND relkind = 'r'"
            " AND NOT (relrowsecurity AND relforcerowsecurity) ORDER BY 1"
        )
        # Numbers, marks and decisions; of a patient at most an id that says nothing.
        assert [name for (name,) in cursor.fetchall()] == [
            "records_deletiontally",
            "records_disclosure",
            "records_disclosurefetch",
            "records_formversion",
            "records_historyimport",
            "records_leaving",
            "records_optout",
            "records_reasongiven",
            "records_retentiondecision",
            "records_takenback",
        ]
