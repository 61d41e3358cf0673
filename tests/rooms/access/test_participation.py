"""Anslutning: the office decides in which sub-registries a clinic takes part, and what follows from it."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import ProgrammingError, transaction

from registret.access.actor import Actor
from registret.access.applications.attesting import attest
from registret.access.grants import participation
from registret.access.models import Grant, Participation
from registret.access.refusals import DecidedAlready, NotFound, NotParticipating, NotPermitted
from registret.access.roles import Role
from registret.access.staff.changing_grants import change_grant
from registret.records.refusals import NotOpenForEntry
from registret.records.reporting import audited_reads, writing
from tests import cast
from tests.cast import ANNA, BERTIL, DORIS, person
from tests.owner import as_owner
from tests.rooms.access.scene import DAY
from tests.rooms.records.scene import NOW, RESERVE, Ward, begun, log, ward

pytestmark = pytest.mark.django_db

MOA = person("Moa", "Lind", "SE2321009991-E00M5N9")


@pytest.fixture(scope="module")
def here(module_db: None) -> Ward:
    return ward()


def decide(clinic_id: int, *, takes_part: bool, sub_registry: str = "pneumoni") -> None:
    participation.decide(
        clinic_id=clinic_id,
        sub_registry=sub_registry,
        takes_part=takes_part,
        reason="Avtalet är uppsagt",
        actor=cast.actor(DORIS, at=NOW),
        at=NOW,
    )


def new_reader(here: Ward) -> Actor:
    """Moa is attested as reader by Bertil, and logged in."""
    wanted = cast.register(MOA, here.place.infection, role=Role.READER, sub_registries=("pneumoni",), at=NOW)
    attest(
        application_id=wanted,
        role=Role.READER,
        sub_registries=("pneumoni",),
        last_day=date(2028, 9, 1),
        actor=cast.actor(BERTIL, at=NOW),
        at=NOW,
    )
    return cast.actor(MOA, at=NOW)


def test_a_clinic_about_which_nothing_was_decided_takes_part_in_all(here: Ward) -> None:
    assert participation.left_out(here.place.infection) == frozenset()


def test_a_clinic_that_is_out_begins_nothing_and_nobody_applies_there_and_others_go_on(here: Ward) -> None:
    decide(here.place.infection, takes_part=False)
    with pytest.raises(NotOpenForEntry):
        begun(here.anna)
    with pytest.raises(NotParticipating):
        cast.apply_again(ANNA, here.place.infection, at=NOW)
    assert begun(here.cecilia)
    assert cast.apply_again(ANNA, here.place.infection, sub_registries=("sepsis",), at=NOW)
    (entry,) = log("participation.decided")
    assert (entry.facts["sub_registry"], entry.facts["takes_part"]) == ("pneumoni", False)


def test_who_works_at_a_clinic_that_is_out_reads_what_it_reported_and_no_more(here: Ward) -> None:
    """The care provider is still responsible for it, also when all who could read it have left."""
    episode = begun(here.anna)
    begun(here.cecilia, patient=RESERVE)
    decide(here.place.infection, takes_part=False)
    writing.write(actor=here.anna, episode=episode, step="acute", base=0, written={"pulse": ["80"]}, at=NOW)
    new = new_reader(here)
    assert audited_reads.open_step(actor=new, episode=episode, step="acute", at=NOW).step.version == 1
    assert audited_reads.search(actor=new, written=RESERVE, at=NOW).patient is None
    with pytest.raises(NotPermitted):
        writing.write(actor=new, episode=episode, step="acute", base=1, written={"pulse": ["90"]}, at=NOW)
    with pytest.raises(NotPermitted):
        begun(new, arrived_at=["2026-09-01T10:00"])


def test_a_reader_at_a_clinic_that_is_out_becomes_no_reporter_there(here: Ward) -> None:
    decide(here.place.infection, takes_part=False)
    new_reader(here)
    right = Grant.objects.get(account_id=cast.account_of(MOA).id)
    with pytest.raises(NotParticipating):
        change_grant(
            grant_id=right.id,
            role=Role.REPORTER,
            sub_registries=("pneumoni",),
            last_day=date(2028, 9, 1),
            actor=cast.actor(BERTIL, at=NOW),
            at=NOW,
        )


def test_the_newest_decision_counts_and_the_earlier_stand_below(here: Ward) -> None:
    decide(here.place.infection, takes_part=False)
    decide(here.place.infection, takes_part=True)
    assert begun(here.anna)
    assert [row.takes_part for row in participation.decisions(here.place.infection)] == [True, False]


def test_the_same_again_is_nothing_to_decide(here: Ward) -> None:
    with pytest.raises(DecidedAlready):
        decide(here.place.infection, takes_part=True)


def test_only_the_office_decides_and_only_about_what_there_is(here: Ward) -> None:
    facts = {"takes_part": False, "reason": "x", "at": NOW}
    for actor in (here.anna, here.bertil, here.cecilia):
        with pytest.raises(NotPermitted):
            participation.decide(clinic_id=here.place.infection, sub_registry="pneumoni", actor=actor, **facts)  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        decide(here.place.infection, takes_part=False, sub_registry="malaria")
    with pytest.raises(NotFound):
        decide(0, takes_part=False)


def test_a_decision_is_never_changed(here: Ward) -> None:
    decide(here.place.infection, takes_part=False)
    for change in (lambda: Participation.objects.update(at=NOW + DAY), lambda: Participation.objects.all().delete()):
        with pytest.raises(ProgrammingError, match="a decision is never changed"), as_owner():
            change()
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            change()
