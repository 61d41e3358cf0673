"""Patients: looked at, written about, put right, left out and destroyed; and data about them that leave."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from django.test import override_settings

from registret.oversight.extracts import log_extract_of_case
from registret.records import cases
from registret.records.disclosure import deciding, ending, preparing
from registret.records.disclosure.deciding import DECIDABLE_FOR, FETCHABLE_FOR
from registret.records.disclosure.rows import DisclosureWish
from registret.records.ethics_approval import Approval
from registret.records.identity import cases as identity_cases
from registret.records.identity import lookups, merging, renumbering
from registret.records.patient_rights import extracts, opting_out
from registret.records.queries.episode_lists import EpisodeFilter
from registret.records.refusals import AlsoElsewhere, TakenElsewhere
from registret.records.reporting import (
    audited_reads,
    beginning,
    inclusion,
    letters,
    moving,
    signing,
    versions,
    writing,
)
from registret.records.reporting.listing import episode_file, episode_list
from registret.records.retention import decisions, destroying
from registret.registries.loading.catalogue import DEFINITIONS
from registret.registries.queries import catalogue
from tests.cast import ANNA, CECILIA
from tests.house.acts.told import Act, Told, patients
from tests.rooms.records.scene import (
    ACUTE,
    DAY,
    DISCHARGE,
    GRETA,
    HENNING,
    HOUR,
    MINUTE,
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

LONG_AGO = ["2006-11-23T23:59"]
OLD = {"blood_cultured_at": ["2012-03-01T08:50"], "antibiotic_at": ["2012-03-01T09:30"], "smoking": ["never"]}
IN_JUNE = ["2026-06-01T08:15"]
LEFT_IN_JUNE = {**DISCHARGE, "discharged_at": ["2026-06-10T12:00"]}
WISH = DisclosureWish(
    project="KLARA",
    approval=Approval("2026-01234-01"),
    recipient_name="Vera Forsk",
    recipient_organisation="Lärosätet",
    sub_registry="pneumoni",
    first_day=date(2026, 10, 25),
    last_day=date(2026, 11, 24),
    parts=frozenset({"inclusion/inclusion"}),
    reason="Begäran 26RS4800",
)


def by_anna(here: Ward) -> Told:
    """About Tolvan, at the clinic where she works."""
    return Told(by=ANNA, patients=patients(), clinic=here.place.infection)


# --- looking ---------------------------------------------------------------------------------------


def not_found(here: Ward) -> Told:
    audited_reads.search(actor=here.anna, written=TOLVAN, at=NOW)
    return Told(by=ANNA, clinic=here.place.infection)


def found(here: Ward) -> Told:
    begun(here.karin)
    audited_reads.search(actor=here.anna, written=TOLVAN, at=NOW)
    return by_anna(here)


def patient_opened(here: Ward) -> list[Told]:
    """The patient's page, and the form for a further episode."""
    begun(here.karin)
    audited_reads.open_patient(actor=here.anna, system_id=system_id_of(TOLVAN), at=NOW)
    inclusion.known_patient(actor=here.anna, system_id=system_id_of(TOLVAN), at=NOW)
    return [by_anna(here)] * 2


def opened(here: Ward) -> Told:
    audited_reads.open_step(actor=here.anna, episode=begun(here.karin), step="acute", at=NOW)
    return by_anna(here)


def followed(here: Ward) -> Told:
    episode = begun(here.anna)
    writing.write(actor=here.karin, episode=episode, step="acute", base=0, written=ACUTE, at=NOW)
    audited_reads.open_news(actor=here.anna, episode=episode, step="acute", base=0, at=NOW)
    return by_anna(here)


def history_opened(here: Ward) -> Told:
    audited_reads.open_history(actor=here.anna, episode=begun(here.karin), step="inclusion", at=NOW)
    return by_anna(here)


def printed(here: Ward) -> Told:
    audited_reads.print_episode(actor=here.anna, episode=begun(here.karin), at=NOW)
    return by_anna(here)


def two_begun(here: Ward) -> None:
    begun(here.karin)
    begun(here.karin, patient=SAMORDNAD)


def of_two(here: Ward) -> Told:
    return Told(by=ANNA, patients=patients(TOLVAN, SAMORDNAD), clinic=here.place.infection)


def work_listed(here: Ward) -> Told:
    two_begun(here)
    for patient in (TOLVAN, SAMORDNAD):
        episode = audited_reads.open_patient(actor=here.karin, system_id=system_id_of(patient), at=NOW).episodes[0]
        writing.write(actor=here.karin, episode=episode.system_id, step="acute", base=0, written=ACUTE, at=NOW)
    audited_reads.work(actor=here.anna, at=NOW)
    return of_two(here)


def episodes_listed(here: Ward) -> Told:
    two_begun(here)
    episode_list(actor=here.anna, wanted=EpisodeFilter(), at=NOW)
    return of_two(here)


def episodes_exported(here: Ward) -> Told:
    two_begun(here)
    episode_file(actor=replace(here.anna, card_read_at=NOW), wanted=EpisodeFilter(), at=NOW)
    return of_two(here)


def listed_for_letters(here: Ward) -> Told:
    episode = begun(here.karin, arrived_at=IN_JUNE)
    writing.write(actor=here.karin, episode=episode, step="discharge", base=0, written=LEFT_IN_JUNE, at=NOW)
    letters.letters_to_take(actor=here.anna, at=NOW)
    return by_anna(here)


def letter_noted(here: Ward) -> Told:
    episode = begun(here.karin, arrived_at=IN_JUNE)
    writing.write(actor=here.karin, episode=episode, step="discharge", base=0, written=LEFT_IN_JUNE, at=NOW)
    letters.note(actor=here.anna, steps=[(episode, "follow_up")], act=letters.LetterAct.SENT, at=NOW)
    return by_anna(here)


def doubles_shown(here: Ward) -> list[Told]:
    """To a colleague who begins the same again, and at another care provider once one has begun."""
    begun(here.karin)
    who = inclusion.known_patient(actor=here.anna, system_id=system_id_of(TOLVAN), at=NOW)
    written = {"arrived_at": ["2026-11-20T08:15"], "pneumonia_treated": ["yes"], "acquired": ["community"]}
    inclusion.intake(actor=here.anna, who=who, sub_registry="pneumoni", written=written, at=NOW)
    assert beginning.near_elsewhere(actor=here.cecilia, episode=begun(here.cecilia), at=NOW)
    return [by_anna(here), replace(by_anna(here), by=CECILIA, clinic=here.place.sydvik)]


def number_met(here: Ward) -> Told:
    """By a refusal: the number is of a patient of another care provider."""
    begun(here.anna, patient=RESERVE)
    begun(here.cecilia)
    with pytest.raises(TakenElsewhere):
        merging.merge(
            actor=here.anna,
            patient=system_id_of(RESERVE),
            number=number(TOLVAN),
            expected=shown(RESERVE, TOLVAN),
            reason="Har fått personnummer",
            at=NOW,
        )
    return by_anna(here)


def change_number(here: Ward) -> None:
    renumbering.change_number(
        actor=here.anna,
        patient=system_id_of(RESERVE),
        number=number(TOLVAN),
        reason="Har fått personnummer",
        at=NOW + HOUR,
    )


def more_met(here: Ward) -> Told:
    """By a refusal: another care provider has episodes of the patient."""
    begun(here.anna, patient=RESERVE)
    begun(here.cecilia, patient=RESERVE, arrived_at=["2026-09-01T10:00"])
    with pytest.raises(AlsoElsewhere):
        change_number(here)
    return replace(by_anna(here), patients=patients(RESERVE))


# --- writing ---------------------------------------------------------------------------------------


def begun_here(here: Ward) -> Told:
    begun(here.anna)
    return by_anna(here)


def filled(here: Ward) -> str:
    episode = begun(here.anna)
    writing.write(actor=here.anna, episode=episode, step="acute", base=0, written=ACUTE, at=NOW)
    return episode


def written(here: Ward) -> Told:
    filled(here)
    return by_anna(here)


def signed(here: Ward) -> Told:
    signing.sign(actor=here.anna, episode=filled(here), step="acute", base=1, at=NOW)
    return by_anna(here)


def reopened(here: Ward) -> Told:
    episode = filled(here)
    signing.sign(actor=here.karin, episode=episode, step="acute", base=1, at=NOW)
    signing.reopen(actor=here.anna, episode=episode, step="acute", reason="Fel dos", at=NOW + MINUTE)
    return by_anna(here)


def laid_aside(here: Ward) -> Told:
    writing.lay_aside(actor=here.anna, episode=filled(here), step="acute", at=NOW)
    return by_anna(here)


def taken_up(here: Ward) -> Told:
    episode = filled(here)
    writing.lay_aside(actor=here.karin, episode=episode, step="acute", at=NOW)
    writing.take_up(actor=here.anna, episode=episode, step="acute", at=NOW)
    return by_anna(here)


def moved(here: Ward) -> Told:
    episode, to = filled(here), here.place.medicine
    moving.move(actor=here.anna, episode=episode, step="acute", clinic_id=to, reason="Flyttad", at=NOW)
    return by_anna(here)


def moved_on(here: Ward) -> Told:
    """An operator's folder has a newer version of the form."""
    episode = begun(here.karin)
    newest = max(version for code, version in catalogue().forms if code == "pneumoni")
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(DEFINITIONS / "pneumoni" / str(newest), Path(folder) / "pneumoni" / str(newest + 1))
        with override_settings(DEFINITIONS_DIR=Path(folder)):
            catalogue.cache_clear()
            versions.move_on(actor=here.anna, episode=episode, at=NOW)
    catalogue.cache_clear()
    return by_anna(here)


def died(here: Ward) -> str:
    """Says the discharge of an episode; answers it."""
    episode = begun(here.karin, arrived_at=IN_JUNE)
    dead = {**LEFT_IN_JUNE, "discharged_to": ["died"]}
    writing.write(actor=here.anna, episode=episode, step="discharge", base=0, written=dead, at=NOW)
    return episode


def step_closed(here: Ward) -> Told:
    died(here)
    return by_anna(here)


def opened_again(here: Ward) -> Told:
    writing.write(actor=here.anna, episode=died(here), step="discharge", base=1, written=LEFT_IN_JUNE, at=NOW)
    return by_anna(here)


# --- who it is -------------------------------------------------------------------------------------


def number_changed(here: Ward) -> list[Told]:
    """By who reports, and by who handles a case."""
    begun(here.anna, patient=RESERVE)
    change_number(here)
    identity_cases.change_number(
        actor=handler(), case=case(TOLVAN), number=number(SAMORDNAD), reason="Fel", mistaken=True, at=NOW + HOUR
    )
    return [replace(by_anna(here), patients=patients(SAMORDNAD)), Told(by=GRETA, patients=patients(SAMORDNAD))]


def merged(here: Ward) -> list[Told]:
    """An entry under both."""
    begun(here.anna, patient=RESERVE)
    begun(here.cecilia, arrived_at=["2026-09-01T10:00"])
    reserve, tolvan = patients(RESERVE), patients(TOLVAN)
    both = shown(RESERVE, TOLVAN)
    identity_cases.merge(
        actor=handler(), case=case(RESERVE), number=number(TOLVAN), expected=both, reason="Samma", at=NOW + HOUR
    )
    return [Told(by=GRETA, patients=tolvan), Told(by=GRETA, patients=reserve)]


def looked_up(here: Ward) -> Told:
    with pytest.MonkeyPatch.context() as patch:
        ask(Known(n191212121212=registered()), patch)
        begun(here.anna)
        ask(Known(n191212121212=registered(protected=True)), patch)
        assert lookups.ask_again(at=NOW + DAY) == 1
    return Told(program="population", patients=patients())


# --- cases -----------------------------------------------------------------------------------------


def of_case(here: Ward) -> Told:
    return Told(by=GRETA, patients=patients())


def case_opened(here: Ward) -> Told:
    begun(here.anna)
    cases.open_case(actor=handler(), case=case(), at=NOW)
    return of_case(here)


def case_of_nobody(here: Ward) -> Told:
    cases.open_case(actor=handler(), case=case(), at=NOW)
    return Told(by=GRETA)


def extract_made(here: Ward) -> Told:
    begun(here.anna)
    extracts.registry_extract(actor=handler(), case=case(), form="json", at=NOW)
    return of_case(here)


def log_extract_made(here: Ward) -> Told:
    begun(here.anna)
    log_extract_of_case(actor=handler(), case=case(), form="json", at=NOW)
    return of_case(here)


def opted_out(here: Ward) -> Told:
    begun(here.anna)
    patient = patients()
    leave(actor=handler(), case=case(), at=NOW)
    return Told(by=GRETA, patients=patient)


def opt_out_taken_back(here: Ward) -> Told:
    opted_out(here)
    opting_out.take_back(actor=handler(), case=case(), at=NOW + HOUR)
    return of_case(here)


def destroyed(here: Ward) -> Told:
    told = opted_out(here)
    assert opting_out.destroy_left(at=NOW + DAY) == 1
    return Told(program="destroy-left", patients=told.patients)


def episode_destroyed(here: Ward) -> Told:
    begun(here.anna)
    begun(here.anna, arrived_at=LONG_AGO)
    decisions.decide_to_destroy(actor=handler(), sub_registry="pneumoni", reason="Beslut 12/2026", at=NOW)
    assert destroying.destroy_due(at=NOW + HOUR) == 1
    return replace(by_anna(here), by=None, program="clock")


def research_destroyed(here: Ward) -> Told:
    episode = begun(here.anna, arrived_at=["2012-03-01T08:15"])
    writing.write(actor=here.anna, episode=episode, step="acute", base=0, written={**ACUTE, **OLD}, at=NOW)
    decisions.decide_to_destroy_research(actor=handler(), sub_registry="pneumoni", reason="Beslut 12/2026", at=NOW)
    assert destroying.destroy_due(at=NOW + HOUR) == 1
    return replace(by_anna(here), by=None, program="clock")


def retention_decided(here: Ward) -> Told:
    begun(here.anna, arrived_at=LONG_AGO)
    decisions.decide_to_destroy(actor=handler(), sub_registry="pneumoni", reason="Beslut 12/2026", at=NOW)
    return Told(by=GRETA)


# --- data for research -----------------------------------------------------------------------------


def prepare(here: Ward) -> int:
    """By Greta: a disclosure of Tolvan, registered in Norrvik, and of another, registered in Sydvik."""
    begun(here.anna)
    begun(here.cecilia, patient=SAMORDNAD)
    return preparing.prepare(actor=handler(), wish=WISH, at=NOW)


def prepared(here: Ward) -> Told:
    prepare(here)
    return Told(by=GRETA)


def decide(here: Ward) -> int:
    made = prepare(here)
    deciding.decide(actor=handler(who=HENNING), number=made, at=NOW)
    return made


def decided(here: Ward) -> Told:
    decide(here)
    return Told(by=HENNING)


def disclosure_withdrawn(here: Ward) -> Told:
    ending.withdraw(actor=handler(who=HENNING), number=prepare(here), at=NOW)
    return Told(by=HENNING)


def disclosure_closed(here: Ward) -> list[Told]:
    """By a person, and by the clock."""
    ending.close(actor=handler(who=HENNING), number=decide(here), at=NOW)
    other = preparing.prepare(actor=handler(), wish=WISH, at=NOW)
    deciding.decide(actor=handler(who=HENNING), number=other, at=NOW)
    ending.close_due(at=NOW + FETCHABLE_FOR + DAY)
    return [Told(by=HENNING), Told(program="clock")]


def disclosure_lapsed(here: Ward) -> Told:
    prepare(here)
    ending.close_due(at=NOW + DECIDABLE_FOR + MINUTE)
    return Told(program="clock")


ACTS: dict[str, Act] = {
    "log.extract_made": log_extract_made,
    "case.opened": case_opened,
    "case.nobody": case_of_nobody,
    "extract.made": extract_made,
    "patient.number_changed": number_changed,
    "patient.merged": merged,
    "patient.looked_up": looked_up,
    "patient.opted_out": opted_out,
    "patient.opt_out_taken_back": opt_out_taken_back,
    "patient.destroyed": destroyed,
    "episode.destroyed": episode_destroyed,
    "episode.research_destroyed": research_destroyed,
    "retention.decided": retention_decided,
    "disclosure.prepared": prepared,
    "disclosure.decided": decided,
    "disclosure.withdrawn": disclosure_withdrawn,
    "disclosure.closed": disclosure_closed,
    "disclosure.lapsed": disclosure_lapsed,
    "patient.found": found,
    "patient.not_found": not_found,
    "patient.doubles_shown": doubles_shown,
    "patient.number_met": number_met,
    "patient.more_met": more_met,
    "patient.listed_for_letters": listed_for_letters,
    "patient.letter_noted": letter_noted,
    "patient.opened": patient_opened,
    "episode.begun": begun_here,
    "episode.moved_on": moved_on,
    "episode.printed": printed,
    "step.opened": opened,
    "step.followed": followed,
    "step.history_opened": history_opened,
    "step.written": written,
    "step.laid_aside": laid_aside,
    "step.taken_up": taken_up,
    "step.signed": signed,
    "step.reopened": reopened,
    "step.closed": step_closed,
    "step.opened_again": opened_again,
    "step.moved": moved,
    "work.listed": work_listed,
    "episodes.listed": episodes_listed,
    "episodes.exported": episodes_exported,
}
