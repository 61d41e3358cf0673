"""What a file says of a signed step waits until a person of the clinic has decided about it, answer by answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db import transaction
from django.db.utils import DatabaseError

from registret.access.actor import Actor
from registret.access.refusals import NotFound, NotPermitted
from registret.access.roles import Role
from registret.exchange.importing.results import RowOutcome, Way
from registret.records.lifecycle import StepState
from registret.records.models import Patient, Proposal, Revision
from registret.records.refusals import ProposalChanged, ReasonNeeded
from registret.records.reporting import audited_reads, signing, writing
from registret.records.reporting.deciding import ProposalDecision, decide, open_proposal
from registret.records.rows import StepPage, WaitingProposal
from registret.records.scope import all_providers, leaving_patients
from tests.cast import BERTIL, KARIN
from tests.rooms.exchange.journal_x import row
from tests.rooms.exchange.scene import brought, outcomes, whys
from tests.rooms.records.asked import OLLE
from tests.rooms.records.scene import HOUR, NOW, Ward, at_work, case, handler, leave, log

pytestmark = pytest.mark.django_db

LATER = NOW + HOUR
OTHER = {"Inskriven": "2026-11-20 09:00", "Förvärvad": "VRI"}
"""Two answers of the inclusion, which is signed, are others."""


def proposed(ines: Actor, **different: str) -> str:
    """An episode, for whose inclusion a file has other answers."""
    episode = brought(ines, row()).rows[0].episode
    brought(ines, row(**(different or OTHER)), at=LATER)
    return episode


def opened(actor: Actor, episode: str) -> tuple[StepPage, WaitingProposal]:
    return open_proposal(actor=actor, episode=episode, step="inclusion", at=LATER)


def waiting(actor: Actor, episode: str) -> dict[str, Any]:
    return {code: told and told.stored for code, told in opened(actor, episode)[1].answers.items()}


def decided(actor: Actor, episode: str, *accepted: str, **different: Any) -> None:
    page, found = opened(actor, episode)
    said = ProposalDecision(
        number=found.id, base=page.step.version, accepted=frozenset(accepted), reason="Enligt journalen"
    )
    decide(actor=actor, episode=episode, step="inclusion", said=replace(said, **different), at=LATER)


def step_of(actor: Actor, episode: str) -> StepPage:
    return audited_reads.open_step(actor=actor, episode=episode, step="inclusion", at=LATER)


def stands(actor: Actor, episode: str) -> dict[str, Any]:
    return {code: told.stored for code, told in step_of(actor, episode).answers["inclusion"].items()}


def listed(actor: Actor) -> list[tuple[str, str]]:
    return [(one.episode, one.step) for one in audited_reads.work(actor=actor, at=LATER).proposed.rows]


def test_the_clinic_sees_what_the_file_says_beside_what_is_signed(here: Ward, ines: Actor) -> None:
    episode = proposed(ines)

    assert waiting(here.anna, episode) == {"arrived_at": "2026-11-20T09:00:00+01:00", "acquired": "health_care"}
    page, found = opened(here.anna, episode)
    assert (found.source, found.by_name, found.at) == ("Journal X", ines.name, LATER)
    assert (page.step.state, stands(here.anna, episode)["acquired"]) == (StepState.SIGNED, "community")
    assert step_of(here.anna, episode).is_proposed
    assert listed(here.anna) == listed(here.karin) == [(episode, "inclusion")]
    (entry,) = log("step.proposed")
    assert (entry.by_name, entry.facts["answers"], entry.facts["source"]) == (ines.name, 2, "Journal X")


def test_what_is_accepted_is_written_in_the_reopened_step_and_the_rest_is_refused(here: Ward, ines: Actor) -> None:
    episode = proposed(ines)
    decided(here.karin, episode, "acquired")

    assert stands(here.anna, episode)["acquired"] == "health_care"
    assert stands(here.anna, episode)["arrived_at"] == "2026-11-20T08:15:00+01:00"
    step = step_of(here.anna, episode).step
    assert (step.state, step.saved_by_name, listed(here.anna)) == (StepState.REOPENED, KARIN.name, [])
    with all_providers():
        reopened = Revision.objects.get(kind="reopen")
        assert (reopened.reason, reopened.by_name) == ("Enligt journalen", KARIN.name)
        kept = Proposal.objects.get()
    assert (kept.accepted, kept.ended_by_name, kept.reason) == (["acquired"], KARIN.name, "Enligt journalen")
    (entry,) = log("step.proposal_decided")
    assert (entry.facts["accepted"], entry.facts["refused"]) == (1, 1)
    signing.sign(actor=here.anna, episode=episode, step="inclusion", base=step.version, at=LATER)


def test_who_refuses_all_leaves_the_step_signed_and_the_same_answers_are_not_proposed_again(
    here: Ward, ines: Actor
) -> None:
    episode = proposed(ines)
    before = step_of(here.anna, episode).step
    decided(here.anna, episode)

    assert step_of(here.anna, episode).step == before
    again = brought(ines, row(**OTHER, Puls="99"), at=LATER + HOUR)
    assert (outcomes(again), whys(again)) == ([RowOutcome.CHANGED], [])
    with pytest.raises(NotFound):
        opened(here.anna, episode)
    brought(ines, row(**OTHER | {"Inskriven": "2026-11-20 10:00"}), at=LATER + 2 * HOUR)
    assert waiting(here.anna, episode) == {"arrived_at": "2026-11-20T10:00:00+01:00"}


def test_a_newer_row_takes_the_place_of_the_one_before_and_the_same_one_proposes_nothing_new(
    here: Ward, ines: Actor
) -> None:
    episode = proposed(ines)
    first = opened(here.anna, episode)[1].id
    same = brought(ines, row(**OTHER, Uttaget="2026-11-24 07:00", Avdelning="32"), at=LATER)
    assert (outcomes(same), opened(here.anna, episode)[1].id) == ([RowOutcome.UNCHANGED], first)

    brought(ines, row(Inskriven="2026-11-20 09:30", Förvärvad=""), at=LATER)
    assert waiting(here.anna, episode) == {"arrived_at": "2026-11-20T09:30:00+01:00", "acquired": "health_care"}
    brought(ines, row(), at=LATER)
    with pytest.raises(NotFound):
        opened(here.anna, episode)
    assert len(log("step.proposed")) == 2


def test_an_accepted_answer_that_the_file_takes_back_is_proposed(here: Ward, ines: Actor) -> None:
    episode = proposed(ines)
    decided(here.anna, episode, "acquired")
    version = step_of(here.anna, episode).step.version
    signing.sign(actor=here.anna, episode=episode, step="inclusion", base=version, at=LATER)

    brought(ines, row(), at=LATER + HOUR)
    assert waiting(here.anna, episode) == {"acquired": "community"}


def test_a_step_or_a_proposal_that_has_changed_meanwhile_is_looked_at_again(here: Ward, ines: Actor) -> None:
    episode = proposed(ines)
    shown = opened(here.anna, episode)[1].id
    brought(ines, row(Inskriven="2026-11-20 09:30", Förvärvad="VRI"), at=LATER)
    with pytest.raises(ProposalChanged), transaction.atomic():
        decided(here.anna, episode, "acquired", number=shown)

    base = step_of(here.anna, episode).step.version
    about: dict[str, Any] = {"actor": here.karin, "episode": episode, "step": "inclusion", "at": LATER}
    signing.reopen(reason="Fel tid", **about)
    writing.write(base=base + 1, written={"arrived_at": ["2026-11-20T08:30"]}, **about)
    with pytest.raises(ProposalChanged), transaction.atomic():
        decided(here.anna, episode, "acquired", base=base)
    assert stands(here.anna, episode)["acquired"] == "community"
    decided(here.anna, episode, "acquired")
    assert stands(here.anna, episode) | {"pneumonia_treated": ""} == {
        "arrived_at": "2026-11-20T08:30:00+01:00",
        "pneumonia_treated": "",
        "acquired": "health_care",
    }


def test_a_file_that_is_only_tried_proposes_nothing(here: Ward, ines: Actor) -> None:
    episode = brought(ines, row()).rows[0].episode
    result = brought(ines, row(**OTHER), way=Way.TRY, at=LATER)

    assert whys(result) == [("import.answer_proposed", "arrived_at"), ("import.answer_proposed", "acquired")]
    with pytest.raises(NotFound):
        opened(here.anna, episode)


def test_an_opt_out_takes_away_what_waits_at_once(here: Ward, ines: Actor) -> None:
    proposed(ines)
    leave(actor=handler(), case=case(), at=LATER)
    with leaving_patients():
        assert not Proposal.objects.exists()


def test_nobody_else_sees_or_decides(here: Ward, ines: Actor) -> None:
    episode = proposed(ines)
    reader = at_work(BERTIL, here.place.infection, by=KARIN, role=Role.READER)
    medicine = at_work(OLLE, here.place.medicine, by=None)
    said = ProposalDecision(number=1, base=2, accepted=frozenset({"acquired"}), reason="x")
    for actor, refusal in ((here.cecilia, NotFound), (medicine, NotFound), (reader, NotPermitted)):
        with pytest.raises(refusal):
            opened(actor, episode)
        with pytest.raises(refusal):
            decide(actor=actor, episode=episode, step="inclusion", said=said, at=LATER)
    assert listed(here.cecilia) == listed(medicine) == []
    assert not Proposal.objects.exists(), "outside of any scope"


def test_protected_identity_asks_for_a_reason_first(here: Ward, ines: Actor) -> None:
    episode = proposed(ines)
    with all_providers():
        Patient.objects.update(is_protected=True)
    with pytest.raises(ReasonNeeded):
        opened(here.anna, episode)


def test_the_database_keeps_what_was_decided(here: Ward, ines: Actor) -> None:
    episode = proposed(ines)
    decided(here.anna, episode)
    with all_providers():
        for act in (lambda: Proposal.objects.update(reason="annat"), lambda: Proposal.objects.all().delete()):
            with pytest.raises(DatabaseError, match="what was decided stays"), transaction.atomic():
                act()
