"""Anmärkningar: rules that do not hold in signed steps, made by the worker with the facts, and taken away with them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from registret.access.actor import Actor
from registret.access.refusals import NotPermitted
from registret.access.roles import Role
from registret.ledger.queries import Wanted, entries
from registret.records.reporting import signing, writing
from registret.records.scope import all_providers, leaving_patients
from registret.reports.completeness import RemarkCount, completeness
from registret.reports.making import refresh
from registret.reports.models import Remark
from registret.reports.rebuilding import rebuild
from registret.reports.remarks import with_remark
from tests import cast
from tests.cast import CECILIA
from tests.rooms.records.scene import DAY, NOW, SAMORDNAD, TOLVAN, Ward, case, handler, opt_out
from tests.rooms.reports.scene import counted, signed, version_of

pytestmark = pytest.mark.django_db

LATE = ["2026-11-23T20:15"]
"""More than three days after the arrival, which a rule asks about."""
RULE = "antibiotic_within_days"
RUNE = cast.person("Rune", "Lind", "SE2321009991-E00R7L2")


def told(actor: Actor, *, since: datetime = NOW - 30 * DAY) -> Sequence[RemarkCount]:
    return completeness(actor=actor, sub_registry="pneumoni", since=since, at=NOW).remarks


def counts(actor: Actor) -> dict[str, int]:
    return {one.rule: one.number for one in told(actor)}


def listed(actor: Actor) -> list[str]:
    found = with_remark(actor=actor, sub_registry="pneumoni", step="acute", rule=RULE, since=NOW - 30 * DAY, at=NOW)
    return [row.system_id for row in found]


def remark_count() -> int:
    with leaving_patients():
        return Remark.objects.count()


def test_a_rule_that_does_not_hold_is_a_remark_when_the_worker_has_been_there(here: Ward) -> None:
    episode = signed(here.anna, antibiotic_at=LATE)
    counted(here.anna, patient=SAMORDNAD)
    assert told(here.anna) == [RemarkCount(step="acute", rule=RULE, number=1)]
    assert listed(here.anna) == [episode]


def test_the_list_is_a_logged_read_that_says_whom_it_showed(here: Ward) -> None:
    counted(here.anna, antibiotic_at=LATE)
    listed(here.anna)
    entry = entries(wanted=Wanted(event="episodes.listed")).rows[0]
    assert entry.by_hsa_id == here.anna.hsa_id.text
    assert entry.shown_patient_ids is not None
    assert len(entry.shown_patient_ids) == 1


def test_drafts_and_steps_without_doubt_have_none(here: Ward) -> None:
    counted(here.anna)
    assert counts(here.anna) == {}


def test_a_correction_takes_it_away_from_the_moment_of_reopening(here: Ward) -> None:
    episode = counted(here.anna, antibiotic_at=LATE)
    signing.reopen(actor=here.anna, episode=episode, step="acute", reason="fel dag", at=NOW)
    assert counts(here.anna) == {}
    right = {"antibiotic_at": ["2026-11-20T09:30"]}
    base = version_of(here.anna, episode, "acute")
    writing.write(actor=here.anna, episode=episode, step="acute", base=base, written=right, at=NOW)
    base = version_of(here.anna, episode, "acute")
    signing.sign(actor=here.anna, episode=episode, step="acute", base=base, at=NOW)
    refresh()
    assert remark_count() == 0


def test_it_comes_back_if_it_was_reopened_for_nothing(here: Ward) -> None:
    episode = counted(here.anna, antibiotic_at=LATE)
    signing.reopen(actor=here.anna, episode=episode, step="acute", reason="fel dag", at=NOW)
    base = version_of(here.anna, episode, "acute")
    signing.sign(actor=here.anna, episode=episode, step="acute", base=base, at=NOW)
    refresh()
    assert counts(here.anna) == {RULE: 1}


def test_an_opt_out_leaves_none_from_that_moment(here: Ward) -> None:
    counted(here.anna, antibiotic_at=LATE)
    opt_out(actor=handler(NOW), case=case(TOLVAN), at=NOW)
    assert remark_count() == 0


def test_one_of_an_episode_that_began_before_is_not_counted(here: Ward) -> None:
    counted(here.anna, antibiotic_at=LATE)
    assert told(here.anna, since=NOW) == []


def test_another_clinic_sees_none_and_the_database_shows_it_none(here: Ward) -> None:
    counted(here.anna, antibiotic_at=LATE)
    cast.appoint_by_program(CECILIA, Role.REPORTER, clinic_id=here.place.sydvik, at=NOW - timedelta(hours=2))
    cecilia = cast.actor(CECILIA, at=NOW - timedelta(hours=1))
    assert counts(cecilia) == {}
    assert listed(cecilia) == []
    assert Remark.objects.count() == 0, "outside a scope nobody sees a row"


def test_a_report_reader_sees_how_many_and_not_who(here: Ward) -> None:
    counted(here.anna, antibiotic_at=LATE)
    cast.appoint_by_program(RUNE, Role.REPORT_READER, clinic_id=here.place.infection, at=NOW - timedelta(hours=2))
    rune = cast.actor(RUNE, at=NOW - timedelta(hours=1))
    assert counts(rune) == {RULE: 1}
    with pytest.raises(NotPermitted):
        listed(rune)


def test_the_night_mends_what_a_new_definition_or_an_accident_left(here: Ward) -> None:
    counted(here.anna, antibiotic_at=LATE)
    with all_providers():
        (told,) = Remark.objects.values()
        Remark.objects.all().delete()
        Remark.objects.create(**{**told, "id": None, "rule": "of_an_older_definition"})
    assert rebuild().facts == 2
    assert counts(here.anna) == {RULE: 1}
    assert rebuild().was_right


def test_a_remark_is_never_changed(here: Ward) -> None:
    counted(here.anna, antibiotic_at=LATE)
    with pytest.raises(DatabaseError), transaction.atomic(), all_providers():
        Remark.objects.update(rule="another")
