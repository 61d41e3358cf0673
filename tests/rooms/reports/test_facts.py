"""From a signature to a count: facts and cells follow every act in its transaction, and leave no trace."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import ProgrammingError, connection
from django.db.utils import IntegrityError

from registret.records.identity import lookups, merging, renumbering
from registret.records.models import Episode, Step
from registret.records.patient_rights import opting_out
from registret.records.reporting import moving, signing, writing
from registret.records.scope import all_providers, provider_scope
from registret.reports.editions import make_edition
from registret.reports.making import refresh
from registret.reports.models import REGISTERED, Cell, EditionCell, Fact
from registret.reports.rebuilding import prove_nightly, rebuild
from tests.owner import as_owner
from tests.rooms.records.scene import (
    DAY,
    DISCHARGE,
    HOUR,
    NOW,
    RESERVE,
    SAMORDNAD,
    TOLVAN,
    Known,
    Ward,
    ask,
    begun,
    case,
    handler,
    leave,
    number,
    registered,
    shown,
    system_id_of,
)
from tests.rooms.reports.scene import (
    NOVEMBER,
    cell_count,
    counted,
    fact_count,
    facts,
    sign,
    signed,
    stale_count,
    totals,
)

pytestmark = pytest.mark.django_db

WITHIN_4 = "antibiotic_within_4_hours"


# --- a signature is counted -----------------------------------------------------------------------------


def test_a_signed_step_is_in_the_reports_when_the_worker_has_been_there(here: Ward) -> None:
    signed(here.anna)
    assert (fact_count(), cell_count()) == (0, 0)
    assert refresh() == 1
    assert facts() == {
        REGISTERED: "reached",
        WITHIN_4: "reached",
        "time_to_antibiotic": "valued",
        "crb65_documented": "reached",
        "culture_before_antibiotic": "reached",
        "airway_culture": "missing",
    }
    assert totals(WITHIN_4) == {"reached": 1}
    assert totals("airway_culture") == {"missing": 1}


def test_a_fact_says_where_and_when_and_the_cell_no_more_than_how_many(here: Ward) -> None:
    counted(here.anna)
    with all_providers():
        fact = Fact.objects.get(indicator="time_to_antibiotic")
    assert (fact.clinic_id, fact.month, fact.value) == (here.anna.seat.clinic_id, NOVEMBER, Decimal(75))
    cell = Cell.objects.get(indicator="time_to_antibiotic", stratum="")
    assert (cell.clinic_id, cell.month, cell.value, cell.valued) == (fact.clinic_id, NOVEMBER, Decimal(75), 1)


def test_the_month_is_that_of_the_arrival_in_sweden(here: Ward) -> None:
    counted(here.anna, arrived_at="2026-11-01T00:30", antibiotic_at=["2026-11-01T01:00"], blood_culture=["no"])
    assert set(Cell.objects.values_list("month", flat=True)) == {NOVEMBER}


def test_drafts_count_nowhere(here: Ward) -> None:
    episode = begun(here.anna)
    refresh()
    writing.write(actor=here.anna, episode=episode, step="acute", base=0, written={"crb65_documented": ["yes"]}, at=NOW)
    assert stale_count() == 0
    assert refresh() == 0
    assert (fact_count(), cell_count()) == (0, 0)


def test_groups_of_a_stratum_add_up_to_all(here: Ward) -> None:
    counted(here.anna)
    signed(here.anna, patient=RESERVE, respiratory_rate=["missing:not_done"], confusion=["missing:unknown"])
    refresh()
    strata = set(Cell.objects.filter(indicator=WITHIN_4).values_list("stratum", flat=True))
    for code in ("crb65", "sex"):
        groups = [stratum for stratum in strata if stratum.startswith(f"{code}:")]
        assert sum(totals(WITHIN_4, group)["reached"] for group in groups) == totals(WITHIN_4)["reached"] == 2


def test_a_death_in_hospital_is_counted_once_the_discharge_is_signed(here: Ward) -> None:
    episode = counted(here.anna)
    assert "died_within_30_days" not in facts()
    died = {**DISCHARGE, "discharged_to": ["died"]}
    sign(here.anna, episode, "discharge", died)
    refresh()
    assert facts()["died_within_30_days"] == "reached"


# --- and taken away in the same transaction ----------------------------------------------------------------


def test_reopening_takes_its_part_away_at_once(here: Ward) -> None:
    episode = counted(here.anna)
    signing.reopen(actor=here.anna, episode=episode, step="acute", reason="Fel tid", at=NOW)
    assert (fact_count(), cell_count()) == (0, 0)
    refresh()
    assert (fact_count(), cell_count()) == (0, 0)


def test_what_is_corrected_is_counted_as_corrected(here: Ward) -> None:
    episode = counted(here.anna)
    signing.reopen(actor=here.anna, episode=episode, step="acute", reason="Fel tid", at=NOW)
    sign(here.anna, episode, "acute", {"antibiotic_at": ["2026-11-20T13:15"]})
    refresh()
    assert totals(WITHIN_4) == {"not_reached": 1}
    assert list(Cell.objects.filter(indicator="time_to_antibiotic", stratum="").values_list("value", flat=True)) == [
        Decimal(300)
    ]


def test_another_version_of_the_form_takes_its_part_away_at_once(here: Ward) -> None:
    episode = counted(here.anna)
    with all_providers():
        Episode.objects.filter(system_id=episode).update(version=2)
    assert (fact_count(), cell_count(), stale_count()) == (0, 0, 1)


def test_opting_out_leaves_no_trace_in_the_same_transaction(here: Ward) -> None:
    counted(here.anna)
    leave(actor=handler(), case=case(), at=NOW + HOUR)
    assert (fact_count(), cell_count()) == (0, 0)
    refresh()
    # The worker sees no episode of a patient who is leaving: it is stale until it is destroyed, or comes back.
    assert (fact_count(), cell_count(), stale_count()) == (0, 0, 1)
    opting_out.destroy_left(at=NOW + HOUR + DAY)
    refresh()
    assert (fact_count(), cell_count(), stale_count()) == (0, 0, 0)


def test_opting_out_leaves_the_counts_of_others_as_they_were(here: Ward) -> None:
    counted(here.anna, patient=RESERVE)
    before = sorted(Cell.objects.values_list("indicator", "stratum", "value", "reached", "valued", "missing"))
    counted_again = signed(here.anna)
    refresh()
    assert counted_again
    assert cell_count() > 0
    leave(actor=handler(), case=case(), at=NOW + HOUR)
    after = sorted(Cell.objects.values_list("indicator", "stratum", "value", "reached", "valued", "missing"))
    assert after == before


def test_one_statement_about_steps_of_two_patients_takes_the_facts_of_both_away(here: Ward) -> None:
    counted(here.anna)
    counted(here.anna, patient=SAMORDNAD)
    with all_providers():
        Step.objects.filter(state="signed", code="acute").update(clinic_id=here.place.medicine)
    assert (fact_count(), cell_count(), stale_count()) == (0, 0, 2)


def test_who_opted_out_is_in_no_edition_that_is_made_afterwards(here: Ward) -> None:
    counted(here.anna)
    for clinic in (here.place.infection, here.place.medicine):
        Cell.objects.create(
            sub_registry="pneumoni", indicator=WITHIN_4, version=1, clinic_id=clinic, month=date(2026, 10, 1),
            reached=9, not_reached=9,
        )  # fmt: skip
    assert totals(WITHIN_4)["reached"] == 19
    leave(actor=handler(), case=case(), at=NOW + HOUR)
    make_edition(at=datetime(2027, 2, 1, 4, tzinfo=UTC))
    told = EditionCell.objects.filter(indicator=WITHIN_4, stratum="", region=None)
    assert set(told.values_list("first", "reached", "not_reached")) == {(date(2026, 7, 1), 18, 18)}


def test_an_opt_out_that_is_taken_back_counts_again(here: Ward) -> None:
    counted(here.anna)
    leave(actor=handler(), case=case(), at=NOW + HOUR)
    opting_out.take_back(actor=handler(NOW + 2 * HOUR), case=case(), at=NOW + 2 * HOUR)
    refresh()
    assert totals(WITHIN_4) == {"reached": 1}


def test_a_moved_step_counts_at_the_clinic_that_it_moved_to_and_no_longer_at_the_first(here: Ward) -> None:
    episode = counted(here.anna)
    moving.move(actor=here.anna, episode=episode, step="acute", clinic_id=here.place.medicine, reason="Flyttad", at=NOW)
    assert cell_count() == 0
    refresh()
    assert set(Cell.objects.values_list("clinic_id", flat=True)) == {here.place.medicine}


def test_merging_makes_the_facts_of_both_anew(here: Ward) -> None:
    counted(here.anna, patient=RESERVE)
    begun(here.anna, arrived_at=["2026-09-01T10:00"])
    refresh()
    merging.merge(
        actor=here.anna,
        patient=system_id_of(RESERVE),
        number=number(TOLVAN),
        expected=shown(RESERVE, TOLVAN),
        reason="Samma person",
        at=NOW,
    )
    assert (fact_count(), stale_count()) == (0, 2)
    refresh()
    # The reserve number was of a woman; the one who remains is a man.
    assert totals(WITHIN_4, "sex:female") == {}
    assert totals(WITHIN_4, "sex:male") == {"reached": 1}


def test_another_number_may_be_of_another_sex_and_age(here: Ward) -> None:
    counted(here.anna, patient=RESERVE)
    renumbering.change_number(
        actor=here.anna,
        patient=system_id_of(RESERVE),
        number=number(TOLVAN),
        reason="Fel nummer",
        mistaken=True,
        at=NOW,
    )
    assert fact_count() == 0
    refresh()
    assert totals(WITHIN_4, "sex:male") == {"reached": 1}


def test_a_death_that_the_population_register_tells_makes_the_facts_anew(
    here: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    episode = counted(here.anna)
    sign(here.anna, episode, "discharge", DISCHARGE)
    refresh()
    assert "died_within_30_days" not in facts()
    ask(Known(n191212121212=registered(died_on=date(2026, 12, 1))), monkeypatch)
    lookups.ask_again(at=NOW + 10 * DAY)
    assert fact_count() == 0
    refresh()
    assert facts()["died_within_30_days"] == "reached"


# --- whose facts are they ---------------------------------------------------------------------------------


def test_another_care_provider_sees_no_fact_and_without_scope_nobody_does(here: Ward) -> None:
    counted(here.anna)
    with provider_scope(here.anna):
        assert Fact.objects.exists()
    with provider_scope(here.cecilia):
        assert not Fact.objects.exists()
    assert not Fact.objects.exists()


def test_a_fact_is_never_changed(here: Ward) -> None:
    counted(here.anna)
    with pytest.raises(ProgrammingError, match="permission denied"), all_providers():
        Fact.objects.update(outcome="not_reached")


def test_a_fact_is_not_changed_by_the_owner_of_the_tables_either(here: Ward) -> None:
    counted(here.anna)
    with pytest.raises(IntegrityError, match="made anew"), all_providers(), as_owner():
        Fact.objects.update(outcome="not_reached")


# --- anew, and proved ---------------------------------------------------------------------------------------


def test_rebuilding_what_is_right_changes_nothing_and_tells_how_far_it_is(here: Ward) -> None:
    counted(here.anna)
    told: list[tuple[int, int]] = []
    found = rebuild(tell=lambda done, of: told.append((done, of)))
    assert found.was_right
    assert told == [(1, 1)]


def test_rebuilding_mends_facts_that_are_lacking_and_cells_that_are_wrong(here: Ward) -> None:
    counted(here.anna)
    with all_providers():
        Fact.objects.filter(indicator=WITHIN_4).delete()
    Cell.objects.filter(indicator="crb65_documented").update(reached=7)
    Cell.objects.filter(indicator="airway_culture", stratum="").delete()
    found = rebuild()
    assert (found.facts, found.cells) == (1, 2)
    assert totals(WITHIN_4) == {"reached": 1}
    assert totals("crb65_documented") == {"reached": 1}
    assert totals("airway_culture") == {"missing": 1}
    assert rebuild().was_right


def test_an_indicator_that_is_no_more_leaves_with_the_next_rebuilding(here: Ward) -> None:
    counted(here.anna)
    with all_providers():
        one = Fact.objects.filter(indicator=WITHIN_4).values().get()
        Fact.objects.create(**{**one, "id": None, "indicator": "forgotten"})
    assert totals("forgotten") == {"reached": 1}
    assert not rebuild().was_right
    assert totals("forgotten") == {}


def test_it_is_proved_at_night_and_not_by_day(here: Ward, caplog: pytest.LogCaptureFixture) -> None:
    counted(here.anna)
    assert prove_nightly(at=NOW) is None
    Cell.objects.filter(indicator=WITHIN_4, stratum="").update(reached=2)
    night = NOW.replace(hour=1, minute=30)
    found = prove_nightly(at=night)
    assert found is not None
    assert found.cells == 1
    assert "reports were wrong and are mended: 0 facts, 1 cells" in caplog.text
    again = prove_nightly(at=night)
    assert again is not None
    assert again.was_right


def test_destroying_an_episode_destroys_its_facts(here: Ward) -> None:
    counted(here.anna, patient=SAMORDNAD)
    with all_providers(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('registret.destroys', 'yes', true)")
        Episode.objects.all().delete()
    assert (fact_count(), cell_count(), stale_count()) == (0, 0, 0)
