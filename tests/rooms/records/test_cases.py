"""Patients' cases: by exact number and case number, each look in the log; registerutdrag and loggutdrag."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from registret.access.actor import Actor
from registret.access.refusals import NotPermitted
from registret.kernel.identifiers import Malformed
from registret.oversight.extracts import READS, log_extract_of_case
from registret.rate_limits.services import TooMany, take
from registret.records import cases
from registret.records.case_number import CaseNumber
from registret.records.identity import cases as identity_cases
from registret.records.patient_rights import extracts, opting_out
from registret.records.queries.destroyed import destroyed_lately
from registret.records.refusals import NobodyHere
from registret.records.reporting import audited_reads, signing, writing
from registret.records.retention import ages, decisions
from registret.words.events import EVENTS
from tests import cast
from tests.cast import DORIS, ERIK
from tests.rooms.records.scene import (
    ACUTE,
    HOUR,
    MINUTE,
    NOW,
    RESERVE,
    TOLVAN,
    Known,
    Ward,
    ask,
    begun,
    case,
    handler,
    log,
    number,
    registered,
    shown,
    system_id_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def population(monkeypatch: pytest.MonkeyPatch) -> None:
    ask(Known(n191212121212=registered(protected=True)), monkeypatch)


def history(here: Ward) -> str:
    """A pneumonia that Anna wrote, signed, unlocked and corrected, and one that Cecilia began; answers Anna's."""
    begun(here.cecilia, arrived_at=["2026-09-01T10:00"])
    episode = begun(here.anna)
    step: dict[str, Any] = {"actor": here.anna, "episode": episode, "step": "acute"}
    audited_reads.open_patient(actor=here.anna, system_id=system_id_of(TOLVAN), reason="Vårdas här", at=NOW)
    writing.write(base=0, written=ACUTE, at=NOW + MINUTE, **step)
    signing.sign(base=1, at=NOW + 2 * MINUTE, **step)
    signing.reopen(reason="Fel puls", at=NOW + 3 * MINUTE, **step)
    writing.write(base=3, written={"pulse": ["82"]}, at=NOW + 4 * MINUTE, **step)
    return episode


# --- the number of a case --------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["26RS4711", "RS 2026/112", "Ö-12", "2026:0033.1", "  26RS4711  "])
def test_a_case_number_is_letters_and_digits(text: str) -> None:
    assert CaseNumber.parse(text).text == " ".join(text.split())


@pytest.mark.parametrize(
    "text",
    ["", "1", "RS", "ärende", "26RS4711;", "<b>26</b>", "26RS\x004711", "x1" * 21, "-26RS", TOLVAN, "121212-1212"],
)
def test_what_is_no_case_number_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        CaseNumber.parse(text)


@given(st.text(max_size=60))
def test_any_text_is_a_case_number_or_refused(text: str) -> None:
    try:
        found = CaseNumber.parse(text)
    except Malformed:
        return
    assert 3 <= len(found.text) <= 40
    assert CaseNumber.parse(found.text) == found


# --- who may ---------------------------------------------------------------------------------------

ACTS: dict[str, Callable[[Actor], object]] = {
    "open": lambda actor: cases.open_case(actor=actor, case=case(), at=NOW),
    "extract": lambda actor: extracts.registry_extract(actor=actor, case=case(), form="pdf", at=NOW),
    "log extract": lambda actor: log_extract_of_case(actor=actor, case=case(), form="pdf", at=NOW),
    "opt out": lambda actor: opting_out.opt_out(actor=actor, case=case(), expected=None, at=NOW),
    "change the number": lambda actor: identity_cases.change_number(
        actor=actor, case=case(), number=number(RESERVE), reason="x", at=NOW
    ),
    "merge": lambda actor: identity_cases.merge(
        actor=actor, case=case(), number=number(RESERVE), expected=(), reason="x", at=NOW
    ),
    "ages": lambda actor: ages.ages(actor=actor, at=NOW),
    "destroy": lambda actor: decisions.decide_to_destroy(actor=actor, sub_registry="pneumoni", reason="x", at=NOW),
    "destroy_research": lambda actor: decisions.decide_to_destroy_research(
        actor=actor, sub_registry="pneumoni", reason="x", at=NOW
    ),
    "keep": lambda actor: decisions.decide_to_keep(
        actor=actor, sub_registry="pneumoni", until=date(2030, 1, 1), reason="x", at=NOW
    ),
}


@pytest.mark.parametrize("act", ACTS)
def test_nobody_but_a_case_handler_does_any_of_it(here: Ward, act: str) -> None:
    begun(here.anna)
    people = [here.anna, here.bertil, here.cecilia, cast.actor(DORIS, at=NOW), cast.actor(ERIK, at=NOW)]
    for somebody in people:
        with pytest.raises(NotPermitted):
            ACTS[act](somebody)
    assert log("case.opened") == log("extract.made") == log("patient.opted_out") == log("retention.decided") == ()


LOOKS: dict[str, Callable[[Actor, str], object]] = {
    "search": lambda greta, e: audited_reads.search(actor=greta, written=TOLVAN, at=NOW),
    "by name": lambda greta, e: audited_reads.search(actor=greta, written="Tolvansson", at=NOW),
    "open": lambda greta, e: audited_reads.open_patient(
        actor=greta, system_id=system_id_of(TOLVAN), reason="x", at=NOW
    ),
    "step": lambda greta, e: audited_reads.open_step(actor=greta, episode=e, step="acute", at=NOW),
    "lists": lambda greta, e: audited_reads.work(actor=greta, at=NOW),
    "destroyed": lambda greta, e: destroyed_lately(actor=greta, at=NOW),
}


@pytest.mark.parametrize("look", LOOKS)
def test_a_case_handler_never_browses(here: Ward, look: str) -> None:
    episode = begun(here.anna)
    with pytest.raises(NotPermitted):
        LOOKS[look](handler(), episode)


# --- a case ----------------------------------------------------------------------------------------


def test_a_case_shows_who_it_is_and_how_much_there_is_and_the_log_tells_of_it(here: Ward) -> None:
    history(here)
    page = cases.open_case(actor=handler(), case=case(), at=NOW)
    assert page.patient is not None
    assert page.patient.name == "Tolvan Tolvansson"
    assert [(one.care_provider, one.sub_registry, one.episodes) for one in page.kept] == [
        ("Region Norrvik", "Pneumoni", 1),
        ("Region Sydvik", "Pneumoni", 1),
    ]
    (entry,) = log("case.opened")
    assert (entry.about_patient_id, entry.facts, entry.by_role) == (
        page.patient.id,
        {"case": "26RS4711"},
        "case_handler",
    )


def test_a_number_of_nobody_is_told_and_logged_without_the_number(here: Ward) -> None:
    page = cases.open_case(actor=handler(), case=case(), at=NOW)
    assert (page.patient, page.opted_out, page.episodes) == (None, False, 0)
    (entry,) = log("case.nobody")
    assert (entry.about_patient_id, entry.facts) == (None, {"case": "26RS4711"})
    for act in ("extract", "log extract"):
        with pytest.raises(NobodyHere):
            ACTS[act](handler())


# --- registerutdrag --------------------------------------------------------------------------------


def test_an_extract_has_all_of_the_patient_from_all_providers_in_words(here: Ward) -> None:
    episode = history(here)
    found = extracts.registry_extract(actor=handler(), case=case(), form="json", at=NOW + HOUR)
    assert [(one.care_provider, one.sub_registry) for one in found.episodes] == [
        ("Region Sydvik", "Pneumoni"),
        ("Region Norrvik", "Pneumoni"),
    ]
    mine = found.episodes[1]
    assert (mine.system_id, mine.created_by_name) == (episode, here.anna.name)
    acute = next(step for step in mine.steps if step.code == "acute")
    assert acute.state == "Upplåst för rättning"
    answers = {one.code: one.answer for one in acute.answers}
    assert answers["confusion"] == "Nej"
    assert answers["comorbidity"].count(", ") == 1
    assert answers["airway_culture"] == "Okänt"
    assert answers["pulse"].startswith("82")
    assert answers["blood_cultured_at"] == "2026-11-20 08:50"
    assert {*ACUTE, "pulse"} == set(answers), "nothing is left out"
    assert all(one.question and one.answer for one in acute.answers)
    assert [(r.act, r.by_name, r.reason) for r in acute.revisions] == [
        ("Sparade", here.anna.name, ""),
        ("Signerade", here.anna.name, ""),
        ("Låste upp", here.anna.name, "Fel puls"),
        ("Sparade", here.anna.name, ""),
    ]
    (change,) = acute.revisions[-1].changes
    assert (change.before, change.after[:2]) == ("", "82")
    assert acute.revisions[0].unit == "Infektionskliniken, Norrviks sjukhus"
    assert {one.code: (str(one.value), one.words) for one in acute.computed} == {
        "crb65": ("2", "2, Medelhög risk"),
        "minutes_to_antibiotic": ("75", "75 min"),
        "culture_before_antibiotic": ("1", "Ja"),
    }
    (entry,) = log("extract.made")
    assert entry.facts == {"case": "26RS4711", "form": "json"}


def test_an_extract_is_in_the_language_it_is_asked_for_in(here: Ward) -> None:
    history(here)
    with translation.override("en"):
        found = extracts.registry_extract(actor=handler(), case=case(), form="pdf", at=NOW + HOUR)
    acute = next(step for step in found.episodes[1].steps if step.code == "acute")
    assert {one.code: one.answer for one in acute.answers}["confusion"] == "No"


def test_an_extract_tells_of_numbers_and_merging(here: Ward) -> None:
    begun(here.anna, patient=RESERVE)
    gone = system_id_of(RESERVE)
    begun(here.cecilia)
    greta = handler()
    identity_cases.merge(
        actor=greta,
        case=case(RESERVE),
        number=number(TOLVAN),
        expected=shown(RESERVE, TOLVAN),
        reason="Samma person",
        at=NOW + MINUTE,
    )
    found = extracts.registry_extract(actor=handler(), case=case(RESERVE), form="pdf", at=NOW + HOUR)
    assert [(one.number.text, one.until is None) for one in found.numbers] == [
        ("191212121212", True),
        ("22800101AB17", False),
    ]
    (merged,) = found.merged
    assert (merged.gone, merged.by_name, merged.reason) == (gone, greta.name, "Samma person")
    assert len(found.episodes) == 2


# --- loggutdrag ------------------------------------------------------------------------------------


def test_a_log_extract_says_unit_moment_and_whether_anything_changed_and_names_no_staff(here: Ward) -> None:
    history(here)
    found = log_extract_of_case(actor=handler(), case=case(), form="pdf", at=NOW + HOUR)
    told = [(row.event, row.unit, row.is_change) for row in found.rows]
    ward_ = "Infektionskliniken, Norrviks sjukhus"
    assert ("episode.begun", "Infektionskliniken, Sydviks sjukhus", True) in told
    assert ("patient.opened", ward_, False) in told
    assert ("step.signed", ward_, True) in told
    assert [row.at for row in found.rows] == sorted(row.at for row in found.rows)
    assert here.anna.name not in str(found.rows)
    assert here.anna.hsa_id.text not in str(found.rows)


def test_a_log_extract_tells_also_of_the_time_before_two_were_merged(here: Ward) -> None:
    begun(here.anna, patient=RESERVE)
    begun(here.cecilia)
    before = log_extract_of_case(actor=handler(), case=case(RESERVE), form="pdf", at=NOW)
    identity_cases.merge(
        actor=handler(),
        case=case(RESERVE),
        number=number(TOLVAN),
        expected=shown(RESERVE, TOLVAN),
        reason="x",
        at=NOW + MINUTE,
    )
    after = log_extract_of_case(actor=handler(), case=case(RESERVE), form="pdf", at=NOW + HOUR)
    assert {(row.at, row.event) for row in before.rows} <= {(row.at, row.event) for row in after.rows}
    assert {row.unit for row in after.rows if row.event == "episode.begun"} == {
        "Infektionskliniken, Norrviks sjukhus",
        "Infektionskliniken, Sydviks sjukhus",
    }


# --- how many --------------------------------------------------------------------------------------


def used_up(actor: Actor) -> None:
    for _ in range(cases.CASES_PER_PERSON.most):
        take(limit=cases.CASES_PER_PERSON, subject=str(actor.account_id), at=NOW)


@pytest.mark.parametrize("act", ["open", "extract", "log extract", "opt out", "change the number", "merge"])
def test_who_walks_through_numbers_is_stopped_whatever_is_done_with_them(here: Ward, act: str) -> None:
    begun(here.anna)
    greta = handler()
    used_up(greta)
    with pytest.raises(TooMany) as no:
        ACTS[act](greta)
    assert no.value.what == "patient_cases"
    assert log("case.opened") == log("extract.made") == log("patient.opted_out") == ()
    assert cases.open_case(actor=greta, case=case(), at=NOW + HOUR).patient, "an hour later it goes on"


def test_numbers_of_nobody_count_as_well(here: Ward) -> None:
    greta, most = handler(), cases.CASES_PER_PERSON.most
    for _ in range(most):
        cases.open_case(actor=greta, case=case(RESERVE), at=NOW)
    with pytest.raises(TooMany):
        cases.open_case(actor=greta, case=case(), at=NOW)
    assert len(log("case.nobody")) <= most


CHANGES = {
    *("patient.number_changed", "patient.merged", "patient.looked_up"),
    *("patient.letter_noted", "patient.history_imported"),
    *("patient.opted_out", "patient.opt_out_taken_back", "patient.destroyed"),
    *("episode.begun", "episode.destroyed", "episode.research_destroyed", "episode.moved_on"),
    *("step.written", "step.laid_aside", "step.taken_up", "step.signed", "step.reopened", "step.moved"),
    *("step.closed", "step.opened_again", "step.proposed", "step.proposal_decided", "step.prefilled"),
    *("query.asked", "query.answered", "query.withdrawn", "query.lapsed"),
}
ABOUT_NOBODY = {"patient.not_found", "case.nobody"}


def test_every_event_about_a_patient_is_known_as_reading_or_as_changing() -> None:
    rooms = (
        *("patient.", "episode.", "episodes.", "step.", "query.", "work.", "case.", "extract."),
        *("export.fetched", "log.extract_made"),
    )
    assert {event for event in EVENTS if event.startswith(rooms)} == READS | CHANGES | ABOUT_NOBODY


def test_an_extract_holds_no_model_and_no_secret(here: Ward) -> None:
    history(here)
    found = extracts.registry_extract(actor=handler(), case=case(), form="json", at=NOW + HOUR)
    assert dataclasses.is_dataclass(found)
    assert "<" not in repr(dataclasses.asdict(found)["episodes"]).replace("<Sex", "")
