"""What two do with one patient at one moment: real transactions."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from registret.records.deaths import lock_patients
from registret.records.identity import merging, renumbering
from registret.records.models import Leaving, Number, OptOut, Patient, TakenBack
from registret.records.opt_out_marks import mark_of
from registret.records.patient_rights import opting_out, replaying
from registret.records.patient_rights.mark_file import BlockedNumber
from registret.records.reporting import writing
from registret.records.retention import decisions, destroying
from registret.records.scope import all_providers
from tests.parallel import Kept, committed, together, while_open
from tests.rooms.records.scene import (
    DAY,
    HENNING,
    MINUTE,
    NOW,
    RESERVE,
    TOLVAN,
    Ward,
    begun,
    case,
    counted,
    handler,
    leave,
    log,
    number,
    opt_out,
    shown,
    system_id_of,
    ward,
)

__all__ = ["committed"]

OTHER = "19121272-9808"


@pytest.fixture(scope="module")
def kept(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Kept[Ward]]:
    with django_db_blocker.unblock(), Kept.of(ward) as kept:
        yield kept


@pytest.fixture
def here(kept: Kept[Ward], committed: None) -> Ward:
    return kept.brought_back()


def names(results: object) -> list[str]:
    return sorted(type(one).__name__ for one in results)  # type: ignore[attr-defined]


def test_two_who_merge_the_same_two_make_one_merge(here: Ward) -> None:
    begun(here.anna, patient=RESERVE)
    begun(here.karin)
    reserve, tolvan = system_id_of(RESERVE), system_id_of(TOLVAN)
    both = {reserve, tolvan}
    results = together(
        [
            lambda: merging.merge(
                actor=here.anna, patient=reserve, number=number(TOLVAN), expected=both, reason="x", at=NOW
            ),
            lambda: merging.merge(
                actor=here.karin, patient=tolvan, number=number(RESERVE), expected=both, reason="x", at=NOW
            ),
        ]
    )
    assert names(results) == ["NothingToMerge", "str"]
    assert counted() == (1, 2, 2)


def test_one_number_given_to_two_patients_is_given_to_one(here: Ward) -> None:
    begun(here.anna, patient=RESERVE)
    begun(here.karin, patient=OTHER)
    one, two = system_id_of(RESERVE), system_id_of(OTHER)
    results = together(
        [
            lambda: renumbering.change_number(actor=here.anna, patient=one, number=number(TOLVAN), reason="x", at=NOW),
            lambda: renumbering.change_number(actor=here.karin, patient=two, number=number(TOLVAN), reason="x", at=NOW),
        ]
    )
    assert names(results) == ["NoneType", "NumberTaken"]
    with all_providers():
        assert Number.objects.filter(until=None).count() == 2


def test_a_number_given_and_registered_is_one_patients_whoever_comes_first(here: Ward) -> None:
    begun(here.anna, patient=RESERVE)
    reserve = system_id_of(RESERVE)
    results = together(
        [
            lambda: renumbering.change_number(
                actor=here.anna, patient=reserve, number=number(TOLVAN), reason="x", at=NOW
            ),
            lambda: begun(here.karin, arrived_at=["2026-09-01T10:00"]),
        ]
    )
    assert names(results) in (["NoneType", "str"], ["NumberTaken", "str"])
    with all_providers():
        assert Number.objects.filter(text="191212121212").count() == 1


@pytest.mark.parametrize("turn", range(3))
def test_registering_and_opting_out_leave_nothing(here: Ward, turn: int) -> None:
    """In either order: what is registered before is destroyed, what comes after is refused."""
    begun(here.anna)
    greta = handler()
    results = together(
        [
            lambda: begun(here.karin, arrived_at=["2026-09-01T10:00"]),
            lambda: opt_out(actor=greta, case=case(), at=NOW),
        ]
    )
    assert names(results) in (["OptedOut", "int"], ["int", "str"])
    assert counted() == (0, 0, 0)
    assert OptOut.objects.count() == 1


def test_writing_and_opting_out_leave_nothing(here: Ward) -> None:
    episode = begun(here.anna)
    greta = handler()
    results = together(
        [
            lambda: writing.write(
                actor=here.anna, episode=episode, step="acute", base=0, written={"pulse": ["80"]}, at=NOW
            ),
            lambda: opt_out(actor=greta, case=case(), at=NOW),
        ]
    )
    assert names(results) in (["NotFound", "int"], ["WriteOutcome", "int"])
    assert counted() == (0, 0, 0)


def test_opting_out_waits_for_who_is_writing(here: Ward) -> None:
    episode = begun(here.anna)
    greta = handler()

    def hold() -> None:
        with all_providers():
            lock_patients(Patient.objects.values_list("id", flat=True))

    result = while_open(
        hold,
        lambda: opt_out(actor=greta, case=case(), at=NOW),
        meanwhile=lambda: writing.write(
            actor=here.anna, episode=episode, step="acute", base=0, written={"pulse": ["80"]}, at=NOW
        ),
    )
    assert names([result]) == ["int"]
    assert counted() == (0, 0, 0)


def test_opting_out_twice_is_once(here: Ward) -> None:
    begun(here.anna)
    greta = handler()
    results = together([lambda: opt_out(actor=greta, case=case(), at=NOW)] * 2)
    assert names(results) == ["OptedOut", "int"]


def test_merging_and_opting_out_leave_nothing_of_whom_was_meant(here: Ward) -> None:
    begun(here.anna, patient=RESERVE)
    begun(here.anna)
    greta, reserve, both = handler(), system_id_of(RESERVE), shown(RESERVE, TOLVAN)
    results = together(
        [
            lambda: merging.merge(
                actor=here.anna, patient=reserve, number=number(TOLVAN), expected=both, reason="x", at=NOW
            ),
            lambda: opt_out(actor=greta, case=case(TOLVAN), at=NOW),
        ]
    )
    # Whether it was the first or the second look at the number that found it blocked.
    assert names(results) in (["int", "str"], ["OptedOut", "int"], ["TakenElsewhere", "int"])
    with all_providers():
        assert not Number.objects.filter(text="191212121212").exists()


@pytest.mark.parametrize("how", ["clock", "second"])
def test_of_taking_back_and_destroying_at_once_one_happens_whole(here: Ward, how: str) -> None:
    begun(here.anna)
    begun(here.cecilia, arrived_at=["2026-09-01T10:00"])
    greta, henning = handler(), handler(NOW, HENNING)
    leave(actor=greta, case=case(), at=NOW)
    acts = {
        "clock": lambda: opting_out.destroy_left(at=NOW + DAY),
        "second": lambda: opting_out.confirm_opt_out(actor=henning, case=case(), at=NOW + MINUTE),
    }
    together([lambda: opting_out.take_back(actor=greta, case=case(), at=NOW + MINUTE), acts[how]])
    is_back = TakenBack.objects.exists()
    assert counted() == ((1, 1, 2) if is_back else (0, 0, 0))
    assert OptOut.objects.exists() is not is_back
    assert not Leaving.objects.exists()
    with all_providers():
        assert Number.objects.exists() is is_back


def test_who_is_registered_anew_while_old_episodes_are_destroyed_stays(here: Ward) -> None:
    begun(here.anna, arrived_at=["2006-11-20T08:15"])
    tolvan = system_id_of(TOLVAN)
    decisions.decide_to_destroy(actor=handler(), sub_registry="pneumoni", reason="Beslut 12/2026", at=NOW)
    gone = while_open(lambda: begun(here.karin), lambda: destroying.destroy_due(at=NOW + DAY))
    assert gone == 1
    assert system_id_of(TOLVAN) == tolvan
    assert counted() == (1, 1, 1)


def test_who_is_registered_while_the_patient_is_being_destroyed_is_a_new_patient(here: Ward) -> None:
    begun(here.anna, arrived_at=["2006-11-20T08:15"])
    tolvan = system_id_of(TOLVAN)
    decisions.decide_to_destroy(actor=handler(), sub_registry="pneumoni", reason="Beslut 12/2026", at=NOW)
    episode = while_open(lambda: destroying.destroy_due(at=NOW + DAY), lambda: begun(here.karin))
    assert isinstance(episode, str), episode
    assert system_id_of(TOLVAN) != tolvan
    assert counted() == (1, 1, 1)


def test_who_is_being_merged_is_not_merged_with_another_as_who_they_were(here: Ward) -> None:
    third = "22800101AB25"
    begun(here.anna, patient=RESERVE)
    begun(here.anna)
    begun(here.anna, patient=third)
    reserve, both = system_id_of(RESERVE), shown(RESERVE, third)

    def merge(into: str, expected: set[str]) -> object:
        return merging.merge(
            actor=here.anna, patient=reserve, number=number(into), expected=expected, reason="x", at=NOW
        )

    second = while_open(lambda: merge(TOLVAN, shown(RESERVE, TOLVAN)), lambda: merge(third, both))
    assert names([second]) == ["NotAsShown"]
    assert counted() == (2, 3, 3)
    assert system_id_of(RESERVE) == system_id_of(TOLVAN) != system_id_of(third)


def test_of_two_who_replay_at_once_one_destroys_and_the_log_says_it_once(here: Ward) -> None:
    begun(here.anna)
    kept = frozenset({BlockedNumber(mark, key) for key, mark in [mark_of(number(TOLVAN))]})
    results = together([lambda: replaying.replay(kept, at=NOW)] * 3)
    assert sorted(map(repr, results)) == ["0", "0", "1"]
    assert len(log("patient.opted_out")) == 1
    assert counted() == (0, 0, 0)


def test_replaying_and_opting_out_at_once_block_a_number_once(here: Ward) -> None:
    kept = frozenset({BlockedNumber(mark, key) for key, mark in [mark_of(number(TOLVAN))]})
    greta = handler()
    result = while_open(
        lambda: opting_out.opt_out(actor=greta, case=case(), expected=None, at=NOW),
        lambda: replaying.replay(kept, at=NOW),
    )
    assert result == 0
    assert OptOut.objects.count() == 1
