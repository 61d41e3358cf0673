"""No way to a patient, or to whether there is one, without an entry in the log."""

from __future__ import annotations

import pytest

from registret.access.actor import Actor
from registret.access.refusals import NotPermitted
from registret.access.roles import Role
from registret.records.identity import renumbering
from registret.records.queries import patients
from registret.records.refusals import NotAsShown, OptedOut, ReasonNeeded
from registret.records.reporting import audited_reads, beginning, inclusion, writing
from registret.records.reporting.inclusion import Intake, NewPatient
from tests.cast import person
from tests.rooms.records.scene import (
    ACUTE,
    INCLUDED,
    NOW,
    RESERVE,
    SAMORDNAD,
    TOLVAN,
    Known,
    Ward,
    ask,
    at_work,
    begun,
    case,
    counted,
    handler,
    log,
    number,
    opt_out,
    registered,
    system_id_of,
)

pytestmark = pytest.mark.django_db

NILS = person("Nils", "Nord", "SE2321009983-E00N1N1", organisation="Region Sydvik")


def asked(actor: Actor) -> Intake:
    return inclusion.intake(
        actor=actor, who=NewPatient(number=number(TOLVAN)), sub_registry="pneumoni", written=INCLUDED, at=NOW
    )


def test_whoever_saves_nothing_and_is_shown_the_step_has_opened_it(here: Ward) -> None:
    episode = begun(here.anna)
    writing.write(actor=here.karin, episode=episode, step="acute", base=0, written=ACUTE, at=NOW)
    outcome = writing.write(actor=here.anna, episode=episode, step="acute", base=0, written={}, at=NOW)
    assert "saturation" in outcome.others
    assert [entry.by_name for entry in log("step.opened")] == [here.anna.name]
    assert log("step.opened")[0].about_patient_id is not None


def test_a_list_is_one_entry_that_says_whom_it_showed(here: Ward) -> None:
    begun(here.anna)
    episode = begun(here.anna, patient=RESERVE)
    writing.write(actor=here.anna, episode=episode, step="acute", base=0, written=ACUTE, at=NOW)
    first, second = sorted(entry.about_patient_id or 0 for entry in log("episode.begun"))
    assert len(audited_reads.work(actor=here.anna, at=NOW).to_continue.rows) == 1
    (entry,) = log("work.listed")
    assert (entry.by_name, entry.about_patient_id) == (here.anna.name, None)
    assert sorted(entry.shown_patient_ids or ()) == [first, second]


def test_print_and_history_are_in_the_log(here: Ward) -> None:
    episode = begun(here.anna)
    about = log("episode.begun")[0].about_patient_id
    audited_reads.print_episode(actor=here.karin, episode=episode, at=NOW)
    audited_reads.open_history(actor=here.karin, episode=episode, step="inclusion", at=NOW)
    (printed,), (history,) = log("episode.printed"), log("step.history_opened")
    for entry in (printed, history):
        assert (entry.by_name, entry.about_patient_id, entry.clinic_id) == (
            here.karin.name,
            about,
            here.place.infection,
        )
    assert printed.facts == {"episode": episode}
    assert history.facts == {"episode": episode, "step": "inclusion", "sub_registry": "pneumoni"}


def test_doubles_that_show_are_an_entry_about_the_patient_also_at_another_care_provider(here: Ward) -> None:
    begun(here.anna)
    patient = log("episode.begun")[0].about_patient_id
    assert not asked(here.cecilia).doubles, "before somebody is registered"
    theirs = begun(here.cecilia)
    assert beginning.near_elsewhere(actor=here.cecilia, episode=theirs, at=NOW)
    assert asked(here.karin).doubles
    told = [(entry.by_name, entry.about_patient_id) for entry in log("patient.doubles_shown")]
    assert told == [(here.karin.name, patient), (here.cecilia.name, patient)]


def test_a_number_that_is_typed_reveals_no_opt_out_before_an_episode_is_begun_and_never_to_a_reader(here: Ward) -> None:
    begun(here.anna)
    opt_out(actor=handler(), case=case(), at=NOW)
    reader = at_work(NILS, here.place.sydvik, by=None, role=Role.READER)
    for actor in (reader, here.cecilia):
        assert audited_reads.search(actor=actor, written=TOLVAN, at=NOW).patient is None
    assert not asked(here.cecilia).doubles
    with pytest.raises(OptedOut):
        begun(here.cecilia)
    with pytest.raises(NotPermitted):
        begun(reader)


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
    audited_reads.open_patient(actor=here.karin, system_id=system_id_of(TOLVAN), reason="Ny inläggning", at=NOW)
    assert asked(here.karin).doubles


def test_a_name_that_many_have_shows_a_page_and_says_that_there_are_more(
    here: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(Known(n191212121212=registered("Tolvansson"), n191212729808=registered("Tolvgren")), monkeypatch)
    begun(here.anna)
    begun(here.anna, patient=SAMORDNAD)
    monkeypatch.setattr(patients, "PAGE", 1)
    found = audited_reads.search(actor=here.anna, written="tolv", at=NOW)
    assert ([patient.name for patient in found.named], found.more) == (["Tolvan Tolvansson"], True)
    assert len(log("patient.found")) == 1, "who was not shown was not looked at"
    found = audited_reads.search(actor=here.anna, written="tolvgr", at=NOW)
    assert ([patient.name for patient in found.named], found.more) == (["Tolvan Tolvgren"], False)


def test_a_form_that_nothing_is_answered_in_says_nothing_of_doubles_and_tells_of_none(here: Ward) -> None:
    begun(here.anna)
    who = NewPatient(number=number(TOLVAN))
    shown = inclusion.inclusions(
        actor=here.cecilia, number=who.number, who=who, sub_registries=["pneumoni", "led-nativ"], at=NOW
    )
    assert [bool(one.lacking) for one in shown.values()] == [True], "of a closed one there is nothing to ask"
    assert log("patient.doubles_shown") == ()


def test_a_patient_who_is_shown_for_a_further_episode_has_been_opened(here: Ward) -> None:
    begun(here.anna)
    about = log("episode.begun")[0].about_patient_id
    inclusion.known_patient(actor=here.karin, system_id=system_id_of(TOLVAN), at=NOW)
    assert [(entry.by_name, entry.about_patient_id) for entry in log("patient.opened")] == [(here.karin.name, about)]


@pytest.mark.parametrize("comes", [False, True])
def test_an_episode_is_begun_for_who_was_chosen_or_not_at_all(here: Ward, comes: bool) -> None:
    """The number was another's, and is let go of meanwhile; perhaps whose it is has come."""
    begun(here.anna)
    chosen = inclusion.known_patient(actor=here.anna, system_id=system_id_of(TOLVAN), at=NOW)
    renumbering.change_number(
        actor=here.karin, patient=chosen.system_id, number=number(RESERVE), reason="Fel", mistaken=True, at=NOW
    )
    if comes:
        begun(here.karin)
    before = counted()
    with pytest.raises(NotAsShown):
        beginning.begin(
            actor=here.anna, who=chosen, sub_registry="pneumoni", written=INCLUDED, is_no_double=True, at=NOW
        )
    assert counted() == before
