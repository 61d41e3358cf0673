"""A right is a person, a role, a unit and a sub-registry: what somebody may do in one is no right in another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pytest

from registret.access.actor import Actor
from registret.access.refusals import NotFound, NotPermitted
from registret.access.roles import Role
from registret.records.identity import renumbering
from registret.records.refusals import NotOpenForEntry
from registret.records.reporting import audited_reads, beginning, inclusion, moving, signing, versions, writing
from registret.records.reporting.inclusion import NewPatient
from tests.cast import BERTIL, KARIN, Country
from tests.rooms.records.scene import HOUR, NOW, RESERVE, TOLVAN, Ward, at_work, begun, number, system_id_of

pytestmark = pytest.mark.django_db

SEPSIS: Mapping[str, Sequence[str]] = {
    "arrived_at": ["2026-11-20T08:15"],
    "sepsis_treated": ["yes"],
    "acquired": ["community"],
    "intensive_care": ["yes"],
    "intensive_care_from": ["2026-11-20T09:15"],
    "paediatric_icu": ["no"],
}
WRITES: Mapping[str, Callable[[Actor, str, Country], object]] = {
    "write": lambda who, episode, place: writing.write(
        actor=who, episode=episode, step="acute", base=0, written={}, at=NOW
    ),
    "lay aside": lambda who, episode, place: writing.lay_aside(actor=who, episode=episode, step="acute", at=NOW),
    "sign": lambda who, episode, place: signing.sign(actor=who, episode=episode, step="acute", base=0, at=NOW),
    "reopen": lambda who, episode, place: signing.reopen(
        actor=who, episode=episode, step="inclusion", reason="fel", at=NOW
    ),
    "move": lambda who, episode, place: moving.move(
        actor=who, episode=episode, step="acute", clinic_id=place.medicine, reason="", at=NOW
    ),
    "preview a version": lambda who, episode, place: versions.preview(actor=who, episode=episode, at=NOW),
    "take a version": lambda who, episode, place: versions.move_on(actor=who, episode=episode, at=NOW),
}


def of_sepsis(actor: Actor) -> str:
    """An episode of sepsis; answers its system id."""
    who = NewPatient(number=number(TOLVAN))
    return beginning.begin(actor=actor, who=who, sub_registry="sepsis", written=SEPSIS, is_no_double=False, at=NOW)


@pytest.fixture
def sepsis(here: Ward) -> str:
    """An episode that Bertil has begun, who reports sepsis."""
    return of_sepsis(at_work(BERTIL, here.place.infection, by=KARIN, registries=("sepsis",)))


@pytest.fixture
def karin(here: Ward) -> Actor:
    """Local administrator, reporter of pneumonia and reader of sepsis at one clinic."""
    return at_work(KARIN, here.place.infection, by=BERTIL, role=Role.READER, registries=("sepsis",))


@pytest.mark.parametrize("act", WRITES)
def test_whoever_reads_in_one_sub_registry_and_reports_to_another_writes_nothing_in_the_first(
    here: Ward, karin: Actor, sepsis: str, act: str
) -> None:
    page = audited_reads.open_step(actor=karin, episode=sepsis, step="acute", at=NOW)
    assert (page.may_report, page.is_writable) == (False, False)
    with pytest.raises(NotPermitted):
        WRITES[act](karin, sepsis, here.place)


def test_nobody_begins_an_episode_where_they_only_read_or_administrate(here: Ward, karin: Actor) -> None:
    for who in (here.karin, karin):
        with pytest.raises(NotOpenForEntry):
            of_sepsis(who)


def test_a_patient_that_is_only_read_about_has_no_number_changed_and_may_be_begun_for_elsewhere(
    here: Ward, karin: Actor, sepsis: str
) -> None:
    patient = system_id_of(TOLVAN)
    change = {"actor": karin, "patient": patient, "number": number(RESERVE), "reason": "fel"}
    assert not audited_reads.open_patient(actor=karin, system_id=patient, at=NOW).may_report
    with pytest.raises(NotFound):
        renumbering.change_number(**change, at=NOW)  # type: ignore[arg-type]
    assert inclusion.known_patient(actor=karin, system_id=patient, at=NOW).number == number(TOLVAN)
    begun(karin)
    assert audited_reads.open_patient(actor=karin, system_id=patient, at=NOW).may_report
    renumbering.change_number(**change, at=NOW + HOUR)  # type: ignore[arg-type]


def test_an_administrators_right_opens_no_patient_to_whoever_reads_in_another_sub_registry(
    here: Ward, sepsis: str
) -> None:
    with pytest.raises(NotFound):
        audited_reads.open_step(actor=here.karin, episode=sepsis, step="acute", at=NOW)
    assert audited_reads.work(actor=here.karin, at=NOW).drafts.rows == ()
    assert audited_reads.search(actor=here.karin, written=TOLVAN, at=NOW).patient is None
