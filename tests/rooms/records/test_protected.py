"""Protected identity: masked, found by number only, opened for a reason, on every way to the patient."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from registret.access.refusals import NotFound
from registret.records.identity import protected
from registret.records.identity import services as identity
from registret.records.refusals import ReasonNeeded
from registret.records.reporting import audited_reads, services, versions
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
    log,
    number,
    registered,
    system_id_of,
)

pytestmark = pytest.mark.django_db

WHY = "Patienten ligger på avdelningen"


@pytest.fixture(autouse=True)
def population(monkeypatch: pytest.MonkeyPatch) -> None:
    ask(Known(n191212121212=registered(protected=True)), monkeypatch)


@pytest.fixture
def episode(here: Ward) -> str:
    """Anna began it; Karin, who said why, wrote in it."""
    found = begun(here.anna)
    audited_reads.open_patient(actor=here.karin, system_id=system_id_of(TOLVAN), reason="Rond", at=NOW - 2 * MINUTE)
    services.write(actor=here.karin, episode=found, step="acute", base=0, written=ACUTE, at=NOW - 2 * MINUTE)
    return found


# Every way to a person's data from a seat at a clinic.
WAYS: dict[str, Callable[[Ward, str], object]] = {
    "open": lambda here, e: audited_reads.open_patient(actor=here.anna, system_id=system_id_of(TOLVAN), at=NOW),
    "step": lambda here, e: audited_reads.open_step(actor=here.anna, episode=e, step="acute", at=NOW),
    "history": lambda here, e: audited_reads.open_history(actor=here.anna, episode=e, step="acute", at=NOW),
    "print": lambda here, e: audited_reads.print_episode(actor=here.anna, episode=e, at=NOW),
    "news": lambda here, e: audited_reads.open_news(actor=here.anna, episode=e, step="acute", base=0, at=NOW),
    "write": lambda here, e: services.write(
        actor=here.anna, episode=e, step="acute", base=1, written={"pulse": ["80"]}, at=NOW
    ),
    "lay aside": lambda here, e: services.lay_aside(actor=here.anna, episode=e, step="acute", at=NOW),
    "sign": lambda here, e: services.sign(actor=here.anna, episode=e, step="acute", base=1, at=NOW),
    "move": lambda here, e: services.move(
        actor=here.anna, episode=e, step="acute", clinic_id=here.place.medicine, reason="x", at=NOW
    ),
    "further episode": lambda here, e: services.known_patient(actor=here.anna, system_id=system_id_of(TOLVAN), at=NOW),
    "number": lambda here, e: identity.change_number(
        actor=here.anna, patient=system_id_of(TOLVAN), number=number(RESERVE), reason="x", at=NOW
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_asks_for_a_reason_and_shows_nothing_without(here: Ward, episode: str, way: str) -> None:
    with pytest.raises(ReasonNeeded) as no:
        WAYS[way](here, episode)
    assert no.value.patient == system_id_of(TOLVAN)
    acts = {
        "step.opened",
        "step.followed",
        "step.history_opened",
        "step.laid_aside",
        "episode.printed",
        "patient.opened",
        "step.written",
        "step.signed",
        "step.moved",
        "patient.number_changed",
    }
    assert [e.by_name for event in acts for e in log(event)] == [here.karin.name] * 2, "what Karin did before"


# What each of them writes.
TOLD = {
    "open": "patient.opened",
    "step": "step.opened",
    "history": "step.history_opened",
    "print": "episode.printed",
    "news": "step.followed",
    "write": "step.written",
    "lay aside": "step.laid_aside",
    "sign": "step.signed",
    "move": "step.moved",
    "further episode": "patient.opened",
    "number": "patient.number_changed",
}


@pytest.mark.parametrize("way", WAYS)
def test_a_reason_opens_every_way_and_the_log_keeps_it(here: Ward, episode: str, way: str) -> None:
    patient = system_id_of(TOLVAN)
    audited_reads.open_patient(actor=here.anna, system_id=patient, reason=WHY, at=NOW - MINUTE)
    (reason,) = (entry for entry in log("patient.opened") if entry.by_name == here.anna.name)
    assert reason.facts["reason"] == WHY
    WAYS[way](here, episode)
    mine = [entry for entry in log(TOLD[way]) if entry.by_name == here.anna.name and entry.at == NOW]
    assert [entry.about_patient_id for entry in mine] == [reason.about_patient_id]


def test_a_reason_holds_an_hour_from_its_last_use_in_this_session_for_this_patient(here: Ward, episode: str) -> None:
    patient = system_id_of(TOLVAN)
    audited_reads.open_patient(actor=here.anna, system_id=patient, reason=WHY, at=NOW)
    audited_reads.open_patient(actor=here.anna, system_id=patient, at=NOW + HOUR - MINUTE)
    audited_reads.open_step(actor=here.anna, episode=episode, step="acute", at=NOW + 2 * HOUR - 2 * MINUTE)
    with pytest.raises(ReasonNeeded):
        audited_reads.open_patient(actor=here.anna, system_id=patient, at=NOW + 3 * HOUR - 2 * MINUTE)
    for other in (here.cecilia, replace(here.anna, session_id=here.anna.session_id + 10_000)):
        with pytest.raises((ReasonNeeded, NotFound)):
            audited_reads.open_patient(actor=other, system_id=patient, at=NOW + MINUTE)


@pytest.mark.parametrize("reason", ["", "   ", "\n"])
def test_an_empty_reason_is_none(here: Ward, episode: str, reason: str) -> None:
    with pytest.raises(ReasonNeeded):
        audited_reads.open_patient(actor=here.anna, system_id=system_id_of(TOLVAN), reason=reason, at=NOW)


def test_the_patient_is_found_by_the_exact_number_only_and_without_a_name(here: Ward, episode: str) -> None:
    found = audited_reads.search(actor=here.anna, written=TOLVAN, at=NOW).patient
    assert found is not None
    assert (found.name, found.is_protected) == ("", True)
    for written in ("Tolvansson", "Tolvan Tolvansson", system_id_of(TOLVAN), episode):
        nothing = audited_reads.search(actor=here.anna, written=written, at=NOW)
        assert (nothing.patient, nothing.named) == (None, ())


@pytest.mark.parametrize("act", [versions.preview, versions.move_on])
def test_going_on_with_another_version_of_the_form_asks_too(
    here: Ward, episode: str, act: Callable[..., object]
) -> None:
    with pytest.raises(ReasonNeeded):
        act(actor=here.anna, episode=episode, at=NOW)


def test_lists_name_nobody(here: Ward, episode: str) -> None:
    work = audited_reads.work(actor=here.anna, at=NOW)
    assert len(work.drafts.rows) == 1
    assert "1912" not in str(work.drafts)
    for secret in ("Tolvan", "1212", TOLVAN):
        assert secret not in str(work.drafts)


def test_reasons_are_forgotten_when_they_no_longer_count(here: Ward, episode: str) -> None:
    audited_reads.open_patient(actor=here.anna, system_id=system_id_of(TOLVAN), reason=WHY, at=NOW)
    protected.forget_old(at=NOW + timedelta(minutes=59))
    audited_reads.open_patient(actor=here.anna, system_id=system_id_of(TOLVAN), at=NOW + timedelta(minutes=59))
    assert protected.forget_old(at=NOW + 2 * HOUR) == 1


def test_nobody_is_asked_about_a_patient_who_is_not_protected(here: Ward) -> None:
    begun(here.anna, patient=RESERVE)
    audited_reads.open_patient(actor=here.anna, system_id=system_id_of(RESERVE), at=NOW)


def test_a_page_that_asks_by_itself_makes_a_reason_last_no_longer(here: Ward, episode: str) -> None:
    audited_reads.open_patient(actor=here.anna, system_id=system_id_of(TOLVAN), reason=WHY, at=NOW)
    assert audited_reads.open_news(actor=here.anna, episode=episode, step="acute", base=0, at=NOW + HOUR - MINUTE)
    with pytest.raises(ReasonNeeded):
        audited_reads.open_news(actor=here.anna, episode=episode, step="acute", base=0, at=NOW + HOUR + MINUTE)
