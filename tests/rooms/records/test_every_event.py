"""What is done with a step or a patient leaves exactly its own entry, which says by whom and about which patient."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from registret.access.actor import Actor
from registret.records import looking, services
from registret.records.models import Patient
from registret.records.opting_out import take_back
from registret.records.sight import sight_of_all
from tests.rooms.records.scene import (
    ACUTE,
    HOUR,
    NOW,
    RESERVE,
    TOLVAN,
    Ward,
    begun,
    case,
    handler,
    leave,
    log,
    number,
    ward,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> Ward:
    return ward()


def laid_aside(here: Ward) -> Actor:
    episode = begun(here.anna)
    services.write(actor=here.anna, episode=episode, step="acute", base=0, written=ACUTE, at=NOW)
    services.lay_aside(actor=here.anna, episode=episode, step="acute", at=NOW)
    return here.anna


def taken_up(here: Ward) -> Actor:
    episode = begun(here.anna)
    services.write(actor=here.anna, episode=episode, step="acute", base=0, written=ACUTE, at=NOW)
    services.lay_aside(actor=here.anna, episode=episode, step="acute", at=NOW)
    services.take_up(actor=here.anna, episode=episode, step="acute", at=NOW)
    return here.anna


def reopened(here: Ward) -> Actor:
    episode = begun(here.anna)
    services.write(actor=here.anna, episode=episode, step="acute", base=0, written=ACUTE, at=NOW)
    services.sign(actor=here.anna, episode=episode, step="acute", base=1, at=NOW)
    services.reopen(actor=here.anna, episode=episode, step="acute", reason="Fel puls", at=NOW)
    return here.anna


def opt_out_taken_back(here: Ward) -> Actor:
    begun(here.anna)
    leave(actor=handler(), case=case(), at=NOW)
    take_back(actor=handler(), case=case(), at=NOW + HOUR)
    return handler()


ACTS: dict[str, Callable[[Ward], Actor]] = {
    "step.laid_aside": laid_aside,
    "step.taken_up": taken_up,
    "step.reopened": reopened,
    "patient.opt_out_taken_back": opt_out_taken_back,
}


@pytest.mark.parametrize("event", ACTS)
def test_the_act_leaves_one_entry_by_its_author_about_its_patient(here: Ward, event: str) -> None:
    begun(here.karin, patient=RESERVE)
    author = ACTS[event](here)
    (entry,) = log(event)
    with sight_of_all():
        patient = Patient.objects.get(numbers__text=number(TOLVAN).text)
    assert (entry.by_account_id, entry.about_patient_id) == (author.account_id, patient.id)


def test_a_search_that_finds_nobody_is_told_about_nobody(here: Ward) -> None:
    begun(here.karin, patient=RESERVE)
    looking.search(actor=here.anna, written=TOLVAN, at=NOW)
    (entry,) = log("patient.not_found")
    assert (entry.by_account_id, entry.about_patient_id) == (here.anna.account_id, None)
    assert entry.facts == {"how": "number"}
