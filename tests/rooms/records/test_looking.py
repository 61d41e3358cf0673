"""No way to a patient, or to whether there is one, without an entry in the log."""

from __future__ import annotations

import pytest

from registret.access.actor import Actor
from registret.records import looking, services
from registret.records.refusals import ReasonNeeded
from registret.records.services import Intake, NewPatient
from tests.rooms.records.scene import (
    ACUTE,
    INCLUDED,
    NOW,
    RESERVE,
    TOLVAN,
    Known,
    Ward,
    ask,
    begun,
    log,
    number,
    registered,
    system_id_of,
    ward,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> Ward:
    return ward()


def asked(actor: Actor) -> Intake:
    return services.intake(
        actor=actor, who=NewPatient(number=number(TOLVAN)), sub_registry="pneumoni", written=INCLUDED, at=NOW
    )


def test_whoever_saves_nothing_and_is_shown_the_step_has_opened_it(here: Ward) -> None:
    episode = begun(here.anna)
    services.write(actor=here.karin, episode=episode, step="acute", base=0, written=ACUTE, at=NOW)
    outcome = services.write(actor=here.anna, episode=episode, step="acute", base=0, written={}, at=NOW)
    assert "saturation" in outcome.others
    assert [entry.by_name for entry in log("step.opened")] == [here.anna.name]
    assert log("step.opened")[0].about_patient_id is not None


@pytest.mark.parametrize("which", ["to_continue", "drafts", "laid_aside", "due", "flagged"])
def test_a_list_of_its_own_is_in_the_log_as_all_of_them_are(here: Ward, which: str) -> None:
    begun(here.anna)
    found = looking.work_list(actor=here.anna, which=which, after=None, at=NOW)
    told = [entry.facts["rows"] for entry in log("work.listed")]
    assert told == ([len(found.rows)] if found.rows else [])


def test_an_episode_just_begun_stands_in_the_log_of_lists_too(here: Ward) -> None:
    begun(here.anna)
    assert len(looking.work(actor=here.anna, at=NOW).to_continue.rows) == 1
    assert [entry.facts["rows"] for entry in log("work.listed")] == [1]


def test_the_drafts_are_in_the_log(here: Ward) -> None:
    episode = begun(here.anna)
    services.write(actor=here.anna, episode=episode, step="acute", base=0, written=ACUTE, at=NOW)
    assert len(looking.work_list(actor=here.anna, which="drafts", after=None, at=NOW).rows) == 1
    assert [entry.facts["rows"] for entry in log("work.listed")] == [1]


def test_doubles_that_show_are_an_entry_about_the_patient_also_at_another_care_provider(here: Ward) -> None:
    begun(here.anna)
    patient = log("episode.begun")[0].about_patient_id
    assert asked(here.cecilia).doubles.elsewhere
    assert asked(here.karin).doubles.own
    told = [(entry.by_name, entry.about_patient_id) for entry in log("patient.doubles_shown")]
    assert told == [(here.karin.name, patient), (here.cecilia.name, patient)]


def test_where_no_double_shows_there_is_no_entry(here: Ward) -> None:
    begun(here.anna, patient=RESERVE)
    assert not asked(here.cecilia).doubles
    assert log("patient.doubles_shown") == ()


def test_the_number_of_a_protected_patient_of_ours_asks_for_a_reason_before_doubles_show(
    here: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(Known(n191212121212=registered(protected=True)), monkeypatch)
    begun(here.anna)
    with pytest.raises(ReasonNeeded):
        asked(here.karin)
    with pytest.raises(ReasonNeeded):
        begun(here.karin)
    looking.open_patient(actor=here.karin, system_id=system_id_of(TOLVAN), reason="Ny inläggning", at=NOW)
    assert asked(here.karin).doubles.own
