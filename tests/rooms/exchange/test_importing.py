"""Rows are brought in as if they were typed: the same checks, the same scope, the same log; and never twice."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.apps import apps
from django.db import connection

from registret.access.actor import Actor
from registret.access.refusals import NotPermitted
from registret.exchange.importing.results import RowOutcome, Way
from registret.exchange.importing.running import MOST_AT_ONCE, ImportWish, run
from registret.exchange.models import ImportRun, Origin
from registret.exchange.readers import read
from registret.exchange.readers.table import SourceRow
from registret.exchange.refusals import TooManyAtOnce
from registret.ledger.models import Entry
from registret.records.lifecycle import StepState
from registret.records.models import Episode, Revision, Step
from registret.records.queries.steps import step_page
from registret.records.reporting import writing
from registret.records.scope import all_providers, leaving_patients, provider_scope
from tests.rooms.exchange.journal_x import MAPPING, file_of, row
from tests.rooms.exchange.scene import INES, brought, outcomes, saved, whys
from tests.rooms.records.scene import (
    DAY,
    HOUR,
    NOW,
    RESERVE,
    SAMORDNAD,
    Ward,
    case,
    counted,
    handler,
    log,
    opt_out,
)

pytestmark = pytest.mark.django_db

OTHER = {"Vårdtillfälle": "X-1002", "Personnummer": SAMORDNAD}


def answers(episode: str, step: str) -> dict[str, object]:
    with all_providers():
        return dict(Step.objects.get(episode__system_id=episode, code=step).answers)


def revisions() -> int:
    with all_providers():
        return Revision.objects.count()


def everything() -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    tables = [model._meta.db_table for model in apps.get_models(include_auto_created=True)]
    found = {}
    with leaving_patients(), connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT row_to_json(t)::text FROM {table} t ORDER BY 1")  # noqa: S608 - Django's names
            found[table] = cursor.fetchall()
    return found


def test_a_row_becomes_an_episode_with_drafts(here: Ward, ines: Actor) -> None:
    result = brought(ines, row())

    assert (outcomes(result), result.is_saved) == ([RowOutcome.NEW], True)
    episode = result.rows[0].episode
    assert answers(episode, "acute")["pulse"] == "98"
    assert answers(episode, "discharge")["discharged_at"] == "2026-11-23T12:00:00+01:00"
    with provider_scope(ines):
        page, _ = step_page(ines, episode=episode, step="acute", at=NOW)
    assert {step.code: step.state for step in page.episode.steps} == {
        "inclusion": StepState.SIGNED,
        "acute": StepState.DRAFT,
        "discharge": StepState.DRAFT,
        "follow_up": StepState.PLANNED,
    }
    assert page.episode.created_by_name == INES.name


def test_a_row_leaves_the_entries_that_typing_would_and_one_for_the_file(here: Ward, ines: Actor) -> None:
    before = set(Entry.objects.values_list("id", flat=True))
    brought(ines, row())

    entries = Entry.objects.exclude(id__in=before).order_by("id")
    assert list(entries.values_list("event", flat=True)) == [
        "mapping.saved",
        "episode.begun",
        "step.written",
        "step.written",
        "import.run",
    ]
    assert set(entries.values_list("by_hsa_id", flat=True)) == {INES.hsa_id}
    assert [one.facts for one in entries][-1] == {
        "source": "Journal X",
        "sub_registry": "pneumoni",
        "number": 1,
        "rows": 1,
        "opted_out": 0,
        "episodes": 1,
        "changed": 0,
        "refused": 0,
    }


@pytest.mark.parametrize("way", [Way.TRY, Way.WHOLE])
def test_what_is_only_tried_leaves_every_table_as_it_was_but_for_the_log(here: Ward, ines: Actor, way: Way) -> None:
    brought(ines, row())
    wrong = row(**OTHER, Puls="hög")
    changed = row(Puls="99", Uttaget="2026-11-24 07:00")
    new = row(**OTHER | {"Vårdtillfälle": "X-1003"})
    before, entries = everything(), set(Entry.objects.values_list("id", flat=True))

    result = brought(ines, changed, new, wrong, way=way)

    assert outcomes(result) == [RowOutcome.CHANGED, RowOutcome.NEW, RowOutcome.REFUSED]
    assert not result.is_saved
    added = Entry.objects.exclude(id__in=entries).order_by("id")
    assert [(one.event, one.about_patient_id is None) for one in added] == [
        ("import.tried", True),
        ("patient.import_met", False),
    ]
    kept = everything()
    assert len(kept.pop("ledger_entry")) == len(before.pop("ledger_entry")) + 2
    assert kept == before


def test_a_file_of_which_a_row_is_refused_is_brought_in_by_row_but_not_as_a_whole(here: Ward, ines: Actor) -> None:
    rows = (row(), row(**OTHER, Puls="hög"))

    assert not brought(ines, *rows, way=Way.WHOLE).is_saved
    assert counted()[2] == 0
    assert outcomes(brought(ines, *rows, way=Way.ROWS)) == [RowOutcome.NEW, RowOutcome.REFUSED]
    assert counted()[2] == 1
    assert brought(ines, row(), row(**OTHER), way=Way.WHOLE).is_saved
    assert [(one.new, one.unchanged, one.refused) for one in ImportRun.objects.order_by("id")] == [
        (1, 0, 1),
        (1, 1, 0),
    ]


def test_the_same_row_again_makes_no_revision_whatever_it_is_called_as(here: Ward, ines: Actor) -> None:
    brought(ines, row())
    before = revisions()

    again = brought(ines, row(Uttaget="2026-11-24 08:00"), at=NOW + HOUR)

    assert outcomes(again) == [RowOutcome.UNCHANGED]
    assert (revisions(), counted()[2]) == (before, 1)


def test_a_row_that_says_something_new_is_written_and_what_it_does_not_say_stays(here: Ward, ines: Actor) -> None:
    episode = brought(ines, row()).rows[0].episode

    result = brought(ines, row(Puls="101", Odling="", Sjukdomar="RADERA"), at=NOW + HOUR)

    assert outcomes(result) == [RowOutcome.CHANGED]
    assert answers(episode, "acute") == {
        "pulse": "101",
        "temperature": "38.6",
        "airway_culture": {"missing": "unknown"},
    }


def test_an_answer_that_a_person_has_changed_since_stays(here: Ward, ines: Actor) -> None:
    episode = brought(ines, row()).rows[0].episode
    writing.write(actor=here.anna, episode=episode, step="acute", base=1, written={"pulse": ["105"]}, at=NOW + HOUR)

    other = brought(ines, row(**{"Temp (F)": "78"}), at=NOW + 2 * HOUR)
    same = brought(ines, row(Puls="99", **{"Temp (F)": "78"}), at=NOW + 3 * HOUR)

    assert (outcomes(other), whys(other)) == ([RowOutcome.CHANGED], [])
    assert whys(same) == [("import.answer_kept", "pulse")]
    assert (answers(episode, "acute")["pulse"], answers(episode, "acute")["temperature"]) == ("105", "39.0")


def test_a_signed_step_is_not_changed_and_the_rest_of_the_row_is_taken(here: Ward, ines: Actor) -> None:
    episode = brought(ines, row()).rows[0].episode

    result = brought(ines, row(Inskriven="2026-11-20 09:00", Puls="99"), at=NOW + HOUR)

    assert (outcomes(result), whys(result)) == ([RowOutcome.CHANGED], [("import.answer_proposed", "arrived_at")])
    assert answers(episode, "inclusion")["arrived_at"] == "2026-11-20T08:15:00+01:00"
    assert answers(episode, "acute")["pulse"] == "99"


def test_an_older_row_is_refused_and_an_unclear_time_as_well(here: Ward, ines: Actor) -> None:
    brought(ines, row())

    assert whys(brought(ines, row(Uttaget="2026-11-23 06:00", Puls="99"))) == [("import.row_older", "")]
    assert whys(brought(ines, row(Uttaget="nyss", Puls="99"))) == [("import.export_time_unclear", "")]


def test_the_episode_of_another_patient_is_refused(here: Ward, ines: Actor) -> None:
    brought(ines, row())

    assert whys(brought(ines, row(Personnummer=SAMORDNAD))) == [("import.row_of_other_patient", "")]


@pytest.mark.parametrize(
    ("different", "expected"),
    [
        ({"Vårdtillfälle": ""}, [("import.source_id_missing", "")]),
        ({"Personnummer": "19121212-1213"}, [("patient.number_impossible", "")]),
        ({"Personnummer": RESERVE}, [("patient.birth_date_needed", "")]),
        ({"Förvärvad": ""}, [("import.answer_missing", "acquired")]),
        ({"Pneumoni": "Nej"}, [("episode.not_included", "pneumonia_treated")]),
        ({"Inskriven": "20/11 08:15"}, [("import.date_unclear", "arrived_at")]),
        (
            {"Puls": "hög", "Odling": "kanske", "Utskriven": "31.02.2026 12:00"},
            [
                ("import.answer_impossible", "pulse"),
                ("import.answer_impossible", "airway_culture"),
                ("import.answer_impossible", "discharged_at"),
            ],
        ),
    ],
)
def test_a_row_that_is_not_right_is_refused_with_all_that_is_wrong(
    here: Ward, ines: Actor, different: dict[str, str], expected: list[tuple[str, str]]
) -> None:
    result = brought(ines, row(**different))

    assert outcomes(result) == [RowOutcome.REFUSED]
    assert sorted(whys(result)) == sorted(expected)
    assert counted() == (0, 0, 0)


def test_a_reserve_number_with_birth_date_and_sex_is_a_patient(here: Ward, ines: Actor) -> None:
    born = {"Personnummer": RESERVE, "Född": "1950-01-01", "Kön": "Kvinna"}

    assert outcomes(brought(ines, row(**born))) == [RowOutcome.NEW]


def test_two_rows_about_one_episode_are_told_and_the_first_is_taken(here: Ward, ines: Actor) -> None:
    result = brought(ines, row(), row(Puls="99"))

    assert outcomes(result) == [RowOutcome.NEW, RowOutcome.REFUSED]
    assert result.rows[1].faults[0].why.facts == {"line": 2}


def test_an_episode_near_in_time_is_refused_as_in_the_form_and_the_log_tells_whose(here: Ward, ines: Actor) -> None:
    brought(ines, row())

    result = brought(ines, row(Vårdtillfälle="X-2000"), way=Way.TRY)

    assert whys(result) == [("episode.perhaps_double", "")]
    with all_providers():
        patient = Episode.objects.get().patient_id
    assert [entry.patient_ids for entry in log("patient.import_met")] == [(patient,)]


def test_of_a_patient_who_has_opted_out_no_row_is_kept(here: Ward, ines: Actor) -> None:
    brought(ines, row())
    opt_out(actor=handler(), case=case(), at=NOW)

    result = brought(ines, row(Puls="99"), row(**OTHER), at=NOW + 2 * DAY)

    assert outcomes(result) == [RowOutcome.REFUSED, RowOutcome.NEW]
    assert whys(result) == [("patient.opted_out", "")]
    assert counted() == (1, 1, 1)
    with all_providers():
        assert Origin.objects.count() == 1
    assert log("import.run")[0].facts["opted_out"] == 1


def test_the_origin_of_an_episode_is_seen_by_its_care_provider_only(here: Ward, ines: Actor) -> None:
    brought(ines, row())

    with provider_scope(here.cecilia):
        assert not Origin.objects.exists()
    assert not Origin.objects.exists()
    with provider_scope(ines):
        assert Origin.objects.count() == 1


def test_who_may_register_but_not_import_brings_nothing_in(here: Ward, ines: Actor) -> None:
    wish = ImportWish(saved=saved(ines), table=read(file_of(row())), way=Way.TRY)

    for actor in (here.anna, here.bertil, here.cecilia):
        with pytest.raises(NotPermitted):
            run(actor=actor, wish=wish, at=NOW)


def test_more_rows_than_a_person_waits_for_are_refused(here: Ward, ines: Actor) -> None:
    table = read(file_of(row()))
    many = replace(table, rows=(SourceRow(line=2, values=table.rows[0].values),) * (MOST_AT_ONCE + 1))

    with pytest.raises(TooManyAtOnce):
        run(actor=ines, wish=ImportWish(saved=saved(ines), table=many, way=Way.TRY), at=NOW)


def test_a_mapping_is_saved_once_and_each_change_is_a_version(here: Ward, ines: Actor) -> None:
    first, again = saved(ines), saved(ines)
    changed = saved(ines, MAPPING.replace("RADERA", "TA BORT"))

    assert (first.id, first.number) == (again.id, 1)
    assert (changed.number, changed.source_system) == (2, "Journal X")
