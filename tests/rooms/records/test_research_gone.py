"""Gallring of the research block: its answers may have a shorter time than the episode that they are about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.utils import IntegrityError

from registret.access.refusals import CardTooOld, NotFound, NotPermitted
from registret.records.lifecycle import StepState
from registret.records.models import DeletionTally, RetentionDecision, Revision, Step
from registret.records.patient_rights.extracts import registry_extract
from registret.records.queries.destroyed import destroyed_lately
from registret.records.refusals import AlreadyDeciding, KeptUntil, NothingSoOld
from registret.records.reporting import audited_reads, signing, writing
from registret.records.retention import destroying
from registret.records.retention.ages import Age, age_of
from registret.records.retention.decisions import decide_to_destroy, decide_to_destroy_research, decide_to_keep
from registret.records.retention.deletion import destroy_research
from registret.records.scope import all_providers, deletion_allowed
from registret.registries.queries import form_of
from tests.rooms.records.scene import (
    ACUTE,
    HOUR,
    MINUTE,
    NOW,
    RESERVE,
    SAMORDNAD,
    TOLVAN,
    Ward,
    begun,
    case,
    counted,
    handler,
    log,
)

pytestmark = pytest.mark.django_db

ASKED = {"smoking": ["current"], "white_cells": ["14.2"]}
THEN = ["2012-03-01T08:15"]
"""Older than answers to research questions are kept, and younger than episodes are."""
AT = {"blood_cultured_at": ["2012-03-01T08:50"], "antibiotic_at": ["2012-03-01T09:30"]}


@pytest.fixture
def old(here: Ward) -> str:
    """An episode from 2012, its acute step signed with two answers to research questions, one corrected."""
    episode = begun(here.anna, arrived_at=THEN)
    written = {**ACUTE, **AT, **ASKED}
    found = write(here, episode, written | {"smoking": ["never"]})
    found = write(here, episode, written, base=found)
    signing.sign(actor=here.anna, episode=episode, step="acute", base=found, at=NOW)
    return episode


def write(here: Ward, episode: str, written: Mapping[str, Any], *, base: int = 0) -> int:
    done = writing.write(actor=here.anna, episode=episode, step="acute", base=base, written=written, at=NOW)
    assert not done.faults
    return done.page.step.version


def age(**when: Any) -> Age:
    return age_of(actor=handler(), sub_registry="pneumoni", at=when.get("at", NOW))


def decide() -> None:
    decide_to_destroy_research(actor=handler(), sub_registry="pneumoni", reason="Regionens beslut 12/2026", at=NOW)


def step(code: str = "acute") -> Step:
    with all_providers():
        return Step.objects.get(code=code)


def changed() -> set[str]:
    """What the history of all steps has answers to."""
    with all_providers():
        return {code for one in Revision.objects.all() for code in one.changes}


def test_the_research_block_has_a_time_of_its_own(old: str) -> None:
    now = age()
    assert now.research is not None
    assert (now.whole.keep_years, now.whole.past) == (20, 0)
    assert (now.research.keep_years, now.research.past, now.research.destroyed) == (10, 1, 0)


def test_only_episodes_that_have_such_answers_are_counted(here: Ward) -> None:
    begun(here.anna, arrived_at=THEN)
    begun(here.anna, patient=RESERVE)
    assert age().research is not None
    assert age().research.past == 0  # type: ignore[union-attr]
    with pytest.raises(NothingSoOld):
        decide()


def test_an_answer_that_was_taken_back_still_stands_in_the_history(here: Ward) -> None:
    episode = begun(here.anna, arrived_at=THEN)
    found = write(here, episode, ASKED)
    write(here, episode, {"smoking": [""], "white_cells": [""]}, base=found)
    assert step().answers == {}
    assert age().research.past == 1  # type: ignore[union-attr]
    decide()
    assert destroying.destroy_due(at=NOW) == 1
    assert not changed() & set(ASKED)


def test_what_was_decided_is_destroyed_also_in_the_history_and_the_rest_stays(here: Ward, old: str) -> None:
    before = step()
    decide()
    assert step().answers == before.answers, "deciding destroys nothing"
    assert age().research.waiting  # type: ignore[union-attr]
    assert destroying.destroy_due(at=NOW + HOUR) == 1
    after = step()
    assert set(before.answers) - set(after.answers) == set(ASKED)
    assert all(before.answers[code] == kept for code, kept in after.answers.items())
    assert (after.state, after.version, after.signed_at) == (StepState.SIGNED, before.version, before.signed_at)
    assert after.research_gone_at == NOW + HOUR
    assert not changed() & set(ASKED)
    assert {"confusion", "antibiotic"} <= changed()
    assert counted() == (1, 1, 1)
    now = age(at=NOW + HOUR)
    assert (now.research.past, now.research.destroyed, now.research.waiting) == (0, 1, False)  # type: ignore[union-attr]
    assert (now.whole.destroyed, now.decisions[0].what, now.decisions[0].done_at) == (0, "research", NOW + HOUR)
    (entry,) = log("episode.research_destroyed")
    assert (entry.by_program, entry.facts["episode"], entry.facts["step"]) == ("clock", old, "acute")
    assert log("episode.destroyed") == ()
    (line,) = destroyed_lately(actor=here.anna, at=NOW + HOUR)
    assert (line.why, line.episodes) == ("research", 1)
    assert destroying.destroy_due(at=NOW + 2 * HOUR) == 0


def test_younger_answers_and_steps_without_any_are_left_alone(here: Ward, old: str) -> None:
    young = begun(here.anna, patient=RESERVE)
    write(here, young, ASKED)
    begun(here.cecilia, patient=SAMORDNAD, arrived_at=THEN)
    decide()
    assert destroying.destroy_due(at=NOW) == 1
    with all_providers():
        left = Step.objects.get(episode__system_id=young, code="acute")
        assert set(left.answers) == set(ASKED)
        assert Step.objects.exclude(research_gone_at=None).count() == 1


def test_whoever_opens_the_step_is_not_asked_again(here: Ward, old: str) -> None:
    decide()
    destroying.destroy_due(at=NOW)
    page = audited_reads.open_step(actor=here.anna, episode=old, step="acute", at=NOW)
    assert page.step.research_gone_at == NOW
    assert not set(ASKED) & {question.code for question in page.form_step.questions}
    signing.reopen(actor=here.anna, episode=old, step="acute", reason="Fel blodtryck", at=NOW)
    version = write(here, old, ASKED | {"systolic": ["120"]}, base=page.step.version + 1)
    assert not set(ASKED) & set(step().answers), "a page from before writes none of them back"
    signing.sign(actor=here.anna, episode=old, step="acute", base=version, at=NOW)
    assert step().state == StepState.SIGNED
    _, revisions = audited_reads.open_history(actor=here.anna, episode=old, step="acute", at=NOW)
    assert not set(ASKED) & {change.question.code for one in revisions for change in one.changes}
    assert audited_reads.print_episode(actor=here.anna, episode=old, at=NOW)


def test_a_draft_stays_one_and_what_stops_it_still_does(here: Ward) -> None:
    episode = begun(here.anna, arrived_at=THEN)
    write(here, episode, ASKED | {"systolic": ["60"], "diastolic": ["64"]})
    before = step()
    assert before.flags == 1
    decide()
    destroying.destroy_due(at=NOW)
    assert (step().state, step().flags, step().lacking) == (StepState.DRAFT, before.flags, before.lacking)


def test_the_extract_says_that_they_were_destroyed(here: Ward, old: str) -> None:
    decide()
    destroying.destroy_due(at=NOW)
    found = registry_extract(actor=handler(), case=case(TOLVAN), form="json", at=NOW)
    (acute,) = [one for one in found.episodes[0].steps if one.code == "acute"]
    assert acute.research_gone_at == NOW
    assert not set(ASKED) & {answer.code for answer in acute.answers}


def test_to_keep_stops_both(old: str) -> None:
    decide_to_keep(actor=handler(), sub_registry="pneumoni", until=date(2030, 1, 1), reason="Studien KLARA", at=NOW)
    for act in (decide_to_destroy, decide_to_destroy_research):
        with pytest.raises(KeptUntil):
            act(actor=handler(), sub_registry="pneumoni", reason="x", at=NOW)


def test_a_decision_to_keep_ends_one_about_the_research_block(old: str) -> None:
    decide()
    decide_to_keep(actor=handler(), sub_registry="pneumoni", until=date(2030, 1, 1), reason="Studien KLARA", at=NOW)
    assert destroying.destroy_due(at=NOW + timedelta(days=3650)) == 0
    assert set(ASKED) <= set(step().answers)


def test_one_decision_about_each_is_carried_out_at_a_time(here: Ward, old: str) -> None:
    begun(here.anna, patient=RESERVE, arrived_at=["2001-05-05T12:00"])
    decide()
    with pytest.raises(AlreadyDeciding):
        decide()
    decide_to_destroy(actor=handler(), sub_registry="pneumoni", reason="x", at=NOW)
    assert destroying.destroy_due(at=NOW) == 2
    assert RetentionDecision.objects.filter(done_at=NOW).count() == 2


@pytest.mark.parametrize("sub_registry", ["influensa", "led-protes"])
def test_nothing_is_decided_where_the_research_block_has_no_time_of_its_own(old: str, sub_registry: str) -> None:
    with pytest.raises(NotFound):
        decide_to_destroy_research(actor=handler(), sub_registry=sub_registry, reason="x", at=NOW)


def test_nobody_decides_without_the_right_a_recent_card_or_a_reason(here: Ward, old: str) -> None:
    greta = handler()
    with pytest.raises(NotPermitted):
        decide_to_destroy_research(actor=here.anna, sub_registry="pneumoni", reason="x", at=NOW)
    with pytest.raises(CardTooOld):
        decide_to_destroy_research(actor=greta, sub_registry="pneumoni", reason="x", at=NOW + HOUR + MINUTE)
    with pytest.raises(ValueError, match="reason"):
        decide_to_destroy_research(actor=greta, sub_registry="pneumoni", reason=" ", at=NOW)
    assert log("retention.decided") == ()


def _more(answers: dict[str, Any]) -> dict[str, Any]:
    return answers | {"urea": "7.0"}


def _other(answers: dict[str, Any]) -> dict[str, Any]:
    return answers | {"smoking": "never"}


@pytest.mark.parametrize("change", [_more, _other])
def test_the_database_lets_answers_go_and_lets_none_be_changed_so(
    old: str, change: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    here = step()
    with pytest.raises(IntegrityError), all_providers(), deletion_allowed():
        Step.objects.filter(id=here.id).update(answers=change(here.answers), research_gone_at=NOW)
    with all_providers():
        written = Revision.objects.filter(step_id=here.id, kind="write").order_by("number")[0]
    with pytest.raises(IntegrityError), all_providers(), deletion_allowed():
        Revision.objects.filter(id=written.id).update(changes=change(written.changes))
    with pytest.raises(IntegrityError), all_providers(), deletion_allowed():
        Revision.objects.filter(id=written.id).update(by_name="Någon annan")


def test_the_database_lets_nothing_go_unless_it_is_said(old: str) -> None:
    less = {code: kept for code, kept in step().answers.items() if code not in ASKED}
    attempts: list[Callable[[], object]] = [
        lambda: Step.objects.filter(code="acute").update(answers=less, research_gone_at=NOW),
        lambda: Step.objects.filter(code="acute").update(research_gone_at=NOW),
        lambda: Revision.objects.update(changes={}),
    ]
    for attempt in attempts:
        with pytest.raises(IntegrityError), all_providers(), transaction.atomic():
            attempt()


def test_the_act_itself_touches_no_other_step(here: Ward, old: str) -> None:
    form = form_of("pneumoni", 1)
    assert form.step("acute").research_codes >= set(ASKED)
    assert not form.step("inclusion").research_codes
    with all_providers():
        gone = destroy_research({step().id: ["smoking"]}, by=handler().by, at=NOW)
    assert sum(gone.values()) == 1
    assert "white_cells" in step().answers
    assert step("inclusion").research_gone_at is None
    assert [(one.why, one.episodes) for one in DeletionTally.objects.all()] == [("research", 1)]
